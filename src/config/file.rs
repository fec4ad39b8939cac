//! A configuration as it is written: TOML in, settings with their places out.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::origin::{Origin, Place, Sourced};
use super::{FailOn, Globs, List, PerFileIgnores, Settings};
use crate::finding::Severity;
use crate::formats::{FORMATS, InputFormat, Mapping};
use crate::learned::Confidence;
use crate::rules::error::PackText;
use crate::rules::{Lists, PackError, Spanned, WordLists, nearest};
use crate::turn::Role;

/// The keys of a mapping.
pub const MAPPING_KEYS: [&str; 6] = ["messages", "text", "speaker", "role", "time", "conversation"];

/// One configuration, by itself.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// The configuration that it is laid over.
    pub extend: Option<Sourced<PathBuf>>,
    /// What it says.
    pub settings: Settings,
}

/// The configuration of buckstop: buckstop.toml or .buckstop.toml.
///
/// Paths and globs are relative to the folder of the file. Globs are written as in a .gitignore.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(title = "buckstop configuration"))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ConfigFile {
    /// Another configuration, over which this one is laid.
    extend: Option<Spanned<String>>,
    /// Rule packs: TOML files, or folders of them.
    rules: Option<Names>,
    /// Whether the rules that come with buckstop take part; true if nothing is said.
    default_rules: Option<Spanned<bool>>,
    /// Whether the learned detector takes part; true if nothing is said.
    learned: Option<Spanned<bool>>,
    /// How certain the learned detector must be; `medium` if nothing is said.
    confidence: Option<Spanned<Confidence>>,
    /// Another model for the learned detector, as `buckstop learn` writes it.
    model: Option<Spanned<String>>,
    /// Use only these rules and categories.
    select: Option<Names>,
    /// Use these rules and categories, too, such as the opt-in category `steps`.
    extend_select: Option<Names>,
    /// Leave out these rules and categories.
    ignore: Option<Names>,
    /// The severity of rules and categories.
    #[serde(default)]
    severity: BTreeMap<Spanned<String>, Spanned<Severity>>,
    /// The names that the company goes by; in the third person they distance.
    company: Option<Names>,
    /// People who speak for the company, by name or address.
    agents: Option<Names>,
    /// People who don't.
    customers: Option<Names>,
    /// Programs that speak for the company.
    bots: Option<Names>,
    /// Domains whose addresses are agents', their subdomains included.
    agent_domains: Option<Names>,
    /// Whose turns are checked; agent and bot if nothing is said.
    roles: Option<Spanned<Vec<Spanned<RoleName>>>>,
    /// How files are read; `auto` if nothing is said.
    #[serde(default)]
    #[cfg_attr(test, schemars(schema_with = "super::file::tests::input_formats"))]
    input_format: Option<Spanned<String>>,
    /// Where JSON or a table of your own shape keeps what.
    mapping: Option<Spanned<MappingTable>>,
    /// Further words for the word lists of rules.
    lists: Option<Lists>,
    /// The files that a walk through a folder picks up, in place of the usual ones.
    include: Option<Names>,
    /// Files and folders that a walk passes over.
    exclude: Option<Names>,
    /// Whether `exclude` holds for files that are named on the command line, too.
    force_exclude: Option<Spanned<bool>>,
    /// Rules and categories to leave out in the files that a glob fits.
    #[serde(default)]
    per_file_ignores: BTreeMap<Spanned<String>, Names>,
    /// Findings of this severity and worse make a check fail; `info` if nothing is said.
    fail_on: Option<Spanned<FailOn>>,
    /// Whether e-mail addresses and the numbers of phones, cards, accounts and orders are masked in
    /// all that is shown.
    redact: Option<Spanned<bool>>,
    /// Whether the names of those who speak are masked, too.
    redact_names: Option<Spanned<bool>>,
}

type Names = Spanned<Vec<Spanned<String>>>;

/// Whose turns.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum RoleName {
    Agent,
    Bot,
    Customer,
    Note,
    System,
    Unknown,
    All,
}

impl RoleName {
    fn roles(self) -> &'static [Role] {
        match self {
            Self::Agent => &[Role::Agent],
            Self::Bot => &[Role::Bot],
            Self::Customer => &[Role::Customer],
            Self::Note => &[Role::Note],
            Self::System => &[Role::System],
            Self::Unknown => &[Role::Unknown],
            Self::All => &Role::ALL,
        }
    }
}

/// Paths from member to member, joined by points; in a table the names of columns.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct MappingTable {
    /// From the file, or a line of it, to the messages.
    #[serde(default)]
    messages: String,
    /// From a message to what was said.
    text: String,
    /// From a message to the name of the speaker.
    speaker: Option<String>,
    /// From a message to the word that tells the speaker's role.
    role: Option<String>,
    /// From a message to the time.
    time: Option<String>,
    /// From a message, or from what holds its conversation, to the conversation's name.
    conversation: Option<String>,
}

impl From<MappingTable> for Mapping {
    fn from(table: MappingTable) -> Self {
        let MappingTable { messages, text, speaker, role, time, conversation } = table;
        Self { messages, text, speaker, role, time, conversation }
    }
}

impl Layer {
    /// Reads the configuration of the folder `base`, which is absolute. `name` is what the user
    /// calls the file.
    ///
    /// # Errors
    ///
    /// What is wrong with it, with its place.
    pub fn read(name: &str, base: &Path, text: &str) -> Result<Self, Vec<PackError>> {
        Reader::new(name, base, text, false).read()
    }

    /// Reads a piece of configuration that is an argument.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn read_inline(name: &str, base: &Path, text: &str) -> Result<Self, Vec<PackError>> {
        Reader::new(name, base, text, true).read()
    }
}

/// Turns what was read into settings, and keeps what is wrong with it.
struct Reader<'a> {
    file: Arc<str>,
    text: PackText,
    base: &'a Path,
    inline: bool,
    errors: Vec<PackError>,
}

impl<'a> Reader<'a> {
    fn new(name: &str, base: &'a Path, text: &str, inline: bool) -> Self {
        Self { file: name.into(), text: text.into(), base, inline, errors: Vec::new() }
    }

    fn read(mut self) -> Result<Layer, Vec<PackError>> {
        let file = toml::from_str::<ConfigFile>(&self.text).map_err(|error| {
            let help = "docs/configuration.md lists all keys and what they hold";
            vec![PackError::of_toml(&self.file, &self.text, &error, help)]
        })?;
        let layer = self.layer(file);
        if self.errors.is_empty() { Ok(layer) } else { Err(self.errors) }
    }

    /// A path, taken from the folder of the file.
    fn path(&self, written: Spanned<String>) -> Sourced<PathBuf> {
        let Sourced { value, origin } = self.sourced(written);
        Sourced { value: self.base.join(value), origin }
    }

    fn layer(&mut self, file: ConfigFile) -> Layer {
        let settings = Settings {
            rules: self.paths(file.rules),
            default_rules: file.default_rules.map(|it| self.sourced(it)),
            learned: file.learned.map(|it| self.sourced(it)),
            confidence: file.confidence.map(|it| self.sourced(it)),
            model: file.model.map(|it| self.path(it)),
            select: self.list(file.select),
            extend_select: self.list(file.extend_select).map_or_else(Vec::new, |list| list.value),
            ignore: self.list(file.ignore),
            severity: self.severities(file.severity),
            company: self.list(file.company),
            agents: self.list(file.agents),
            customers: self.list(file.customers),
            bots: self.list(file.bots),
            agent_domains: self.list(file.agent_domains),
            roles: file.roles.map(|roles| self.roles(roles)),
            input_format: file.input_format.and_then(|name| self.input_format(name)),
            mapping: file.mapping.and_then(|table| self.mapping(table)),
            lists: file.lists.into_iter().filter_map(|lists| self.words(lists)).collect(),
            include: file.include.and_then(|globs| self.globs(globs)),
            exclude: file.exclude.and_then(|globs| self.globs(globs)),
            force_exclude: file.force_exclude.map(|it| self.sourced(it)),
            per_file_ignores: self.per_file_ignores(file.per_file_ignores),
            fail_on: file.fail_on.map(|it| self.sourced(it)),
            redact: file.redact.map(|it| self.sourced(it)),
            redact_names: file.redact_names.map(|it| self.sourced(it)),
        };
        let extend = file.extend.map(|path| self.path(path));
        Layer { extend, settings }
    }

    fn place(&self, span: Range<usize>) -> Place {
        Place { file: self.file.clone(), text: self.text.clone(), span, inline: self.inline }
    }

    fn sourced<T>(&self, value: Spanned<T>) -> Sourced<T> {
        let origin = Origin::Configuration(self.place(value.span()));
        Sourced { value: value.into_inner(), origin }
    }

    fn list(&self, names: Option<Names>) -> List<String> {
        names.map(|names| self.named(names))
    }

    fn named(&self, names: Names) -> Sourced<Vec<Sourced<String>>> {
        let Sourced { value, origin } = self.sourced(names);
        Sourced { value: value.into_iter().map(|name| self.sourced(name)).collect(), origin }
    }

    fn paths(&self, paths: Option<Names>) -> Vec<Sourced<PathBuf>> {
        let paths = self.list(paths).map_or_else(Vec::new, |list| list.value).into_iter();
        paths
            .map(|Sourced { value, origin }| Sourced { value: self.base.join(value), origin })
            .collect()
    }

    fn severities(
        &self,
        severities: BTreeMap<Spanned<String>, Spanned<Severity>>,
    ) -> BTreeMap<String, Sourced<Severity>> {
        // What may be misspelt is the name, so that is the place to show.
        let entry = |(name, severity): (Spanned<String>, Spanned<Severity>)| {
            let Sourced { value, origin } = self.sourced(name);
            (value, Sourced { value: severity.into_inner(), origin })
        };
        severities.into_iter().map(entry).collect()
    }

    fn roles(&self, roles: Spanned<Vec<Spanned<RoleName>>>) -> Sourced<Vec<Sourced<Role>>> {
        let Sourced { value, origin } = self.sourced(roles);
        let each = value.into_iter().flat_map(|name| {
            let Sourced { value, origin } = self.sourced(name);
            value.roles().iter().map(move |&role| Sourced { value: role, origin: origin.clone() })
        });
        Sourced { value: each.collect(), origin }
    }

    fn input_format(&mut self, name: Spanned<String>) -> Option<Sourced<InputFormat>> {
        let Sourced { value: name, origin } = self.sourced(name);
        if let Ok(value) = name.parse() {
            return Some(Sourced { value, origin });
        }
        let known = FORMATS.iter().map(|format| format.name).chain(["auto"]);
        let help = nearest(&name, known).map_or_else(
            || "`buckstop check --help` lists them all".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        self.error(&origin, format!("there is no input format `{name}`"), help);
        None
    }

    fn mapping(&mut self, table: Spanned<MappingTable>) -> Option<Sourced<Mapping>> {
        let Sourced { value, origin } = self.sourced(table);
        if value.text.is_empty() {
            let message = "a mapping must say where the text is";
            self.error(&origin, message.to_owned(), "add `text = \"...\"`".to_owned());
            return None;
        }
        Some(Sourced { value: value.into(), origin })
    }

    fn words(&self, lists: Lists) -> Option<Sourced<WordLists>> {
        let span = lists.keys().next()?.span();
        let words =
            WordLists { file: self.file.to_string(), text: PackText::clone(&self.text), lists };
        Some(Sourced { value: words, origin: Origin::Configuration(self.place(span)) })
    }

    fn globs(&mut self, names: Names) -> Option<Sourced<Globs>> {
        let Sourced { value, origin } = self.named(names);
        let written = value.iter().map(|name| name.value.clone()).collect();
        let globs = Globs::new(self.base, written);
        match globs {
            Ok(value) => Some(Sourced { value, origin }),
            Err((number, reason)) => {
                let place = value.get(number).map_or(origin, |name| name.origin.clone());
                self.no_glob(&place, &reason);
                None
            }
        }
    }

    fn per_file_ignores(
        &mut self,
        tables: BTreeMap<Spanned<String>, Names>,
    ) -> BTreeMap<String, PerFileIgnores> {
        let mut read = BTreeMap::new();
        for (glob, names) in tables {
            let Sourced { value: glob, origin } = self.sourced(glob);
            match Globs::new(self.base, vec![glob.clone()]) {
                Ok(globs) => {
                    let names = self.named(names);
                    // The same glob means other files in a configuration of another folder.
                    let key = format!("{}\0{glob}", self.base.display());
                    read.insert(key, PerFileIgnores { globs, names });
                }
                Err((_, reason)) => self.no_glob(&origin, &reason),
            }
        }
        read
    }

    fn no_glob(&mut self, origin: &Origin, reason: &str) {
        let help = "globs are written as in a .gitignore: `*.md`, `/drafts/old/`".to_owned();
        self.error(origin, format!("this glob cannot be used: {reason}"), help);
    }

    fn error(&mut self, origin: &Origin, message: String, help: String) {
        if let Origin::Configuration(place) = origin {
            self.errors.push(place.error(message, "here", Some(help)));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::config::Entry;

    pub(in crate::config) fn input_formats(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let names: Vec<&str> =
            ["auto"].into_iter().chain(FORMATS.iter().map(|format| format.name)).collect();
        schemars::json_schema!({ "type": ["string", "null"], "enum": names })
    }

    fn entries(layer: &Layer) -> Vec<Entry> {
        layer.settings.entries(|path| path.display().to_string())
    }

    fn error(text: &str) -> PackError {
        let errors = Layer::read("buckstop.toml", Path::new("/project"), text);
        errors.expect_err("a mistake").swap_remove(0)
    }

    fn marked(text: &str) -> (String, &str, Option<String>) {
        let error = error(text);
        (error.message, &text[error.span], error.help)
    }

    #[test]
    fn the_schema_is_up_to_date() {
        let schema = schemars::schema_for!(ConfigFile);
        assert!(schema.get("required").is_none(), "an empty file is a configuration");
        crate::schemas::expect("buckstop.schema.json", &schema);
    }

    #[test]
    fn the_file_to_start_from_sets_nothing_and_shows_every_key() {
        let start = include_str!("../cli/init.toml");
        let layer = Layer::read("buckstop.toml", Path::new("/project"), start).expect("comments");
        assert!(entries(&layer).iter().all(|entry| entry.origin == "default"));
        let set: String = start
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| line.starts_with('[') || line.contains(" = "))
            .flat_map(|line| [line, "\n"])
            .collect();
        let layer = Layer::read("buckstop.toml", Path::new("/project"), &set).expect("no mistake");
        let mut unset = entries(&layer);
        unset.retain(|entry| entry.origin == "default");
        assert!(unset.is_empty(), "{unset:?}");
        let schema = schemars::schema_for!(ConfigFile);
        let keys = schema.get("properties").and_then(|it| it.as_object()).expect("an object");
        for key in keys.keys() {
            let table = format!("# [{key}]");
            let shown = start.contains(&format!("# {key} = ")) || start.contains(&table);
            assert!(shown, "{key} is not shown");
        }
    }

    #[test]
    fn an_unknown_key_is_told_with_the_one_that_was_meant() {
        let (message, place, help) = marked("select = []\nextend-selct = []\n");
        assert_eq!(message, "there is no key `extend-selct` here");
        assert_eq!(
            (place, help.as_deref()),
            ("extend-selct", Some("did you mean `extend-select`?"))
        );
    }

    #[test]
    fn a_wrong_type_is_told_with_its_place() {
        assert_eq!(marked("company = 3").1, "3");
        assert_eq!(marked("[severity]\nx = 'eror'").1, "'eror'");
        assert_eq!(marked("roles = ['agent', 'bott']").2.as_deref(), Some("did you mean `bot`?"));
        assert_eq!(marked("[mapping]\ntexts = 'body'").1, "texts");
        assert_eq!(marked("fail-on = 'warn'").1, "'warn'");
    }

    #[test]
    fn what_toml_cannot_tell_is_told_all_at_once() {
        let text = "input-format = 'zendesc'\nexclude = ['a', '{b']\n";
        let errors =
            Layer::read("buckstop.toml", Path::new("/project"), text).expect_err("mistakes");
        let places: Vec<_> = errors.iter().map(|error| &text[error.span.clone()]).collect();
        assert_eq!(places, ["'zendesc'", "'{b'"]);
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_is_written_makes_it_stumble(
            lines in proptest::collection::vec(
                ("[a-z-]{1,12}|roles|exclude|severity|mapping|\\[lists\\]\nx", "[\\[\\]{}='\"a-zé*!/ ,0-9]{0,24}"),
                0..6,
            ),
        ) {
            let parts = lines.iter().flat_map(|(key, value)| [key, " = ", value, "\n"]);
            let text: String = parts.collect();
            if let Err(errors) = Layer::read("buckstop.toml", Path::new("/project"), &text) {
                for error in errors {
                    proptest::prop_assert!(!crate::render::pack_error(&error, false).is_empty());
                }
            }
        }
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let text = "extend = '../base.toml'\nrules = ['ours.toml']";
        let layer = Layer::read("buckstop.toml", Path::new("/project"), text).expect("no mistake");
        let extend = layer.extend.expect("it extends another").value;
        assert_eq!(extend, Path::new("/project/../base.toml"));
        assert_eq!(layer.settings.rules[0].value, Path::new("/project/ours.toml"));
    }
}
