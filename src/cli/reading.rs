//! How sources are read, and who speaks in them: the arguments that `check` and `turns` share.

use buckstop::config::{List, Settings, Sourced};
use buckstop::formats::{FORMATS, InputFormat, Mapping};
use buckstop::turn::Role;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// What a file is read as, and who is who in it.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Conversations")]
pub(super) struct ReadingArgs {
    /// How files are read [default: auto]
    #[arg(long, value_name = "FORMAT", value_parser = input_format())]
    input_format: Option<InputFormat>,

    /// Where JSON or a table of your own shape keeps what: KEY=PATH pairs, separated by commas
    ///
    /// The keys are messages, text, speaker, role, time and conversation; only text is needed.
    /// A path goes from member to member by points: `--mapping
    /// messages=thread.items,text=body,speaker=from.name,role=from.kind`. It holds for .json,
    /// .jsonl and .ndjson files and for standard input, and with names of columns for .csv and .tsv
    /// files that have the column; `buckstop turns` shows what comes of it.
    #[arg(long, value_name = "PAIRS", value_parser = mapping)]
    mapping: Option<Mapping>,

    /// Whose turns are checked, separated by commas [default: agent,bot]
    ///
    /// Where nobody's role can be told, all turns are checked in any case.
    #[arg(
        long,
        value_name = "ROLES",
        value_delimiter = ',',
        value_parser = whose()
    )]
    roles: Vec<Whose>,

    /// Somebody who speaks for the company, by name or address; several separated by commas
    ///
    /// Small and capital letters and spaces make no difference. What is said here, or with
    /// --bot, --customer and --agent-domain, counts for more than what the file says. Where
    /// one side is known, whoever else speaks is taken for the other.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    agent: Vec<String>,

    /// Somebody who doesn't; several separated by commas
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    customer: Vec<String>,

    /// A program that speaks for the company; several separated by commas
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    bot: Vec<String>,

    /// A domain whose addresses are agents', its subdomains included; several separated by commas
    ///
    /// All other addresses are then customers', unless they are named.
    #[arg(long, value_name = "DOMAIN", value_delimiter = ',')]
    agent_domain: Vec<String>,
}

impl ReadingArgs {
    /// What the arguments say.
    pub(super) fn settings(&self) -> Settings {
        let roles: Vec<Role> = self.roles.iter().flat_map(Whose::roles).copied().collect();
        Settings {
            input_format: self.input_format.map(Sourced::given),
            mapping: self.mapping.clone().map(Sourced::given),
            roles: given(&roles),
            agents: given(&self.agent),
            customers: given(&self.customer),
            bots: given(&self.bot),
            agent_domains: given(&self.agent_domain),
            ..Settings::default()
        }
    }
}

/// An argument that may be given several times; never given, it says nothing.
pub(super) fn given<T: Clone>(values: &[T]) -> List<T> {
    let each: Vec<Sourced<T>> = values.iter().cloned().map(Sourced::given).collect();
    (!each.is_empty()).then(|| Sourced::given(each))
}

/// One word of `--roles`.
#[derive(Clone, Copy, Debug)]
enum Whose {
    All,
    Only(Role),
}

impl Whose {
    fn roles(&self) -> &[Role] {
        match self {
            Self::All => &Role::ALL,
            Self::Only(role) => std::slice::from_ref(role),
        }
    }
}

fn whose() -> impl TypedValueParser<Value = Whose> {
    let named = Role::ALL.map(|role| PossibleValue::new(role.as_str()).help(role.about()));
    let all = PossibleValue::new("all").help("Everybody");
    let values: Vec<PossibleValue> = named.into_iter().chain([all]).collect();
    PossibleValuesParser::new(values).try_map(|name| {
        if name == "all" {
            return Ok(Whose::All);
        }
        name.parse().map(Whose::Only)
    })
}

/// Reads `text=body,speaker=from.name`.
fn mapping(pairs: &str) -> Result<Mapping, String> {
    let mut mapping = Mapping::default();
    for pair in pairs.split(',') {
        let (key, path) =
            pair.split_once('=').ok_or_else(|| format!("`{pair}` is no pair of KEY=PATH"))?;
        let path = path.trim().to_owned();
        match key.trim() {
            "messages" => mapping.messages = path,
            "text" => mapping.text = path,
            "speaker" => mapping.speaker = Some(path),
            "role" => mapping.role = Some(path),
            "time" => mapping.time = Some(path),
            "conversation" => mapping.conversation = Some(path),
            key => {
                return Err(format!(
                    "there is no key `{key}`; the keys are messages, text, speaker, role, time \
                     and conversation"
                ));
            }
        }
    }
    if mapping.text.is_empty() {
        return Err("it must say where the text is: text=PATH".to_owned());
    }
    Ok(mapping)
}

fn input_format() -> impl TypedValueParser<Value = InputFormat> {
    let auto = PossibleValue::new("auto").help("Tell the format from the content and the name");
    let named = FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about));
    let values: Vec<PossibleValue> = std::iter::once(auto).chain(named).collect();
    PossibleValuesParser::new(values).try_map(|name| name.parse::<InputFormat>())
}
