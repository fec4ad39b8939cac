//! `buckstop rules`: the list of all rules, and the way to what concerns one of them.

use std::collections::BTreeMap;
use std::io::Write;

use buckstop::render::{Paint, visible};
use buckstop::rules::{Example, Learned, Rule, Ruleset, Surroundings};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::discovery::ConfigArgs;
use super::examples::{self, TestArgs};
use super::packs::{self, PackArgs, SelectArgs};
use super::terminal::{Terminal, count};
use super::{Status, explain};

/// The arguments of `buckstop rules`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, after_help = AFTER_HELP)]
pub(super) struct RulesArgs {
    /// The rule to explain; without it, all rules are listed
    #[arg(value_name = "ID")]
    id: Option<String>,

    /// How rules are written
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output_format: RulesFormat,

    #[command(flatten)]
    packs: PackArgs,

    #[command(flatten)]
    select: SelectArgs,

    #[command(flatten)]
    config: ConfigArgs,

    #[command(subcommand)]
    command: Option<RulesCommand>,
}

#[derive(Debug, clap::Subcommand)]
enum RulesCommand {
    /// Run the examples that rules carry: what they must find and what they must let pass
    Test(TestArgs),
}

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum RulesFormat {
    /// For reading
    #[default]
    Text,
    /// For programs: an array of all rules, or the one rule
    Json,
}

const AFTER_HELP: &str = "\
Examples:
  buckstop rules                           List all rules by category
  buckstop rules --select policy-shield    List the rules of a category
  buckstop rules not-my-job                Explain a rule
  buckstop rules test our-rules.toml       Run the examples of your own rules";

/// Lists, explains or tests rules.
///
/// # Errors
///
/// If the rule packs are wrong, if there is no such rule, or if stdout can't be written.
pub(super) fn run(
    args: &RulesArgs,
    terminal: &mut Terminal<impl Write>,
    status: &mut Status,
) -> anyhow::Result<()> {
    if let Some(RulesCommand::Test(args)) = &args.command {
        return examples::run(args, terminal, status);
    }
    let given = args.packs.settings().over(args.select.or_all().settings());
    let config = args.config.configs(given).and_then(|configs| configs.of_here());
    let config = config.map_err(|mistake| mistake.tell(terminal))?;
    let ruleset = packs::build(&config.settings, Vec::new(), terminal)?;
    match (&args.id, args.output_format) {
        (None, RulesFormat::Text) => list(&ruleset, terminal),
        (None, RulesFormat::Json) => {
            let enabled = (0..ruleset.rules().len()).filter(|&rule| ruleset.is_enabled(rule));
            let rules: Vec<_> = enabled.map(|rule| RuleOut::of(&ruleset, rule)).collect();
            write_json(&rules, &mut terminal.out)
        }
        (Some(id), RulesFormat::Text) => explain::write(&ruleset, find(&ruleset, id)?, terminal),
        (Some(id), RulesFormat::Json) => {
            write_json(&RuleOut::of(&ruleset, find(&ruleset, id)?), &mut terminal.out)
        }
    }
}

/// The number of a rule.
fn find(ruleset: &Ruleset, id: &str) -> anyhow::Result<usize> {
    let rules = ruleset.rules();
    rules.iter().position(|rule| rule.id == id).ok_or_else(|| {
        let suggestion = buckstop::rules::nearest(id, rules.iter().map(|rule| rule.id.as_str()));
        packs::unknown_rule("rule", id, suggestion).into()
    })
}

/// One line per rule, under the headings of their categories.
fn list(ruleset: &Ruleset, terminal: &mut Terminal<impl Write>) -> anyhow::Result<()> {
    let mut categories: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in packs::enabled(ruleset) {
        categories.entry(&rule.category).or_default().push(rule);
    }
    let widest = packs::enabled(ruleset).map(|rule| rule.id.width()).max().unwrap_or(0);
    let (paint, out) = (Paint::new(terminal.color), &mut terminal.out);
    for (category, rules) in &categories {
        writeln!(out, "{}", paint.bold(&visible(category)))?;
        for rule in rules {
            let severity = paint.severity(rule.severity, &format!("{:7}", rule.severity.as_str()));
            let (id, title) = (visible(&rule.id), visible(&rule.title));
            let remark = if rule.opt_in { " (opt-in)" } else { "" };
            let title = paint.dim(&format!("{title}{remark}"));
            writeln!(out, "  {severity}  {id:widest$}  {title}")?;
        }
        writeln!(out)?;
    }
    let rules = count(categories.values().map(Vec::len).sum(), "rule");
    writeln!(out, "{rules}. `buckstop rules ID` explains one.")?;
    Ok(())
}

fn write_json(value: &impl Serialize, out: &mut impl Write) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value).map_err(std::io::Error::from)?;
    Ok(writeln!(out)?)
}

/// A rule as programs read it.
#[derive(Serialize)]
struct RuleOut<'r> {
    id: &'r str,
    category: &'r str,
    severity: &'static str,
    title: &'r str,
    why: &'r str,
    phrases: &'r [String],
    regex: &'r [String],
    learned: Option<LearnedOut>,
    missing: &'r [String],
    opt_in: bool,
    rewrites: Vec<RewriteOut<'r>>,
    examples: Vec<ExampleOut<'r>>,
    guards: Vec<GuardOut>,
    unless: BTreeMap<&'static str, Vec<&'r str>>,
    when: BTreeMap<&'static str, Vec<&'r str>>,
    lists: BTreeMap<String, &'r [String]>,
    links: &'r [String],
    pack: &'r str,
}

#[derive(Serialize)]
struct LearnedOut {
    category: Option<&'static str>,
    above: f64,
}

#[derive(Serialize)]
struct RewriteOut<'r> {
    text: &'r str,
    applicability: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ExampleOut<'r> {
    Flag { flag: &'r str, span: &'r str },
    Pass { pass: &'r str },
}

#[derive(Serialize)]
struct GuardOut {
    name: &'static str,
    silent_when: &'static str,
}

impl From<Learned> for LearnedOut {
    fn from(learned: Learned) -> Self {
        let above = (f64::from(learned.above) * 1000.0).round() / 1000.0;
        Self { category: learned.category_name(), above }
    }
}

impl<'r> RuleOut<'r> {
    fn of(ruleset: &'r Ruleset, number: usize) -> Self {
        let rule = &ruleset.rules()[number];
        let silence = ruleset.silence(number);
        let lists = explain::named_lists(rule, &silence).into_iter();
        let guards = silence.guards.iter();
        let guards =
            guards.map(|guard| GuardOut { name: guard.as_str(), silent_when: guard.sentence() });
        let rewrites = rule.rewrites.iter().map(|rewrite| RewriteOut {
            text: &rewrite.text,
            applicability: rewrite.applicability.as_str(),
        });
        let examples = rule.examples.iter().map(|example| match example {
            Example::Flag { text, span } => ExampleOut::Flag { flag: text, span },
            Example::Pass { text } => ExampleOut::Pass { pass: text },
        });
        Self {
            id: &rule.id,
            category: &rule.category,
            severity: rule.severity.as_str(),
            title: &rule.title,
            why: &rule.why,
            phrases: &rule.phrases,
            regex: &rule.regex,
            learned: rule.learned.map(LearnedOut::from),
            missing: &rule.missing,
            opt_in: rule.opt_in,
            rewrites: rewrites.collect(),
            examples: examples.collect(),
            guards: guards.collect(),
            lists: lists.filter_map(|name| Some((name.clone(), ruleset.list(&name)?))).collect(),
            unless: by_place(silence.unless),
            when: by_place(silence.when),
            links: &rule.links,
            pack: &rule.pack,
        }
    }
}

fn by_place(around: Vec<Surroundings<'_>>) -> BTreeMap<&'static str, Vec<&str>> {
    around.into_iter().map(|it| (it.place.as_str(), it.phrases)).collect()
}
