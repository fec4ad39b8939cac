//! `buckstop rules test`: every rule against its own examples.

use std::io::{self, Write};
use std::path::PathBuf;

use buckstop::check::{ExampleFailure, FailureKind, test_examples};
use buckstop::finding::Severity;
use buckstop::render::{Paint, visible};
use buckstop::rules::{Example, Rule};

use super::Status;
use super::layout::lines;
use super::packs::{self, PackArgs, SelectArgs};
use super::terminal::{Terminal, count, width};

/// The arguments of `buckstop rules test`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct TestArgs {
    /// Packs whose rules to test, files or folders [default: the rules that come with
    /// buckstop]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// A name that the company goes by; may be given several times
    #[arg(long, value_name = "NAME")]
    company: Vec<String>,

    #[command(flatten)]
    select: SelectArgs,
}

const AFTER_HELP: &str = "\
Examples:
  buckstop rules test
  buckstop rules test our-rules.toml

Exit codes:
  0  every rule finds and lets pass what its examples say
  1  something was missed, or something was found that must pass
  2  a rule pack can't be read or is wrong";

/// Tests the rules and writes what they missed and what they found by mistake.
///
/// # Errors
///
/// If the rule packs are wrong, or if stdout can't be written.
pub(super) fn run(
    args: &TestArgs,
    terminal: &mut Terminal<impl Write>,
    status: &mut Status,
) -> anyhow::Result<()> {
    let packs = PackArgs {
        rules: args.paths.clone(),
        no_default_rules: !args.paths.is_empty(),
        company: args.company.clone(),
        ..PackArgs::default()
    };
    let ruleset = packs::load(&packs, &args.select.or_all(), terminal)?;
    let tested: Vec<_> = packs::enabled(&ruleset).collect();
    let is_tested = |it: &ExampleFailure<'_>| tested.iter().any(|rule| rule.id == it.rule.id);
    let failures: Vec<_> = test_examples(&ruleset).into_iter().filter(is_tested).collect();
    if !failures.is_empty() {
        status.raise(Status::Findings);
    }
    let mut report = TestReport { paint: Paint::new(terminal.color), out: &mut terminal.out };
    failures.iter().try_for_each(|failure| report.failure(failure))?;
    tested.iter().try_for_each(|rule| report.ask_for_examples(rule))?;
    Ok(report.sum(&tested, &failures)?)
}

/// Writes what came of the tests.
struct TestReport<'a, W: Write> {
    out: &'a mut W,
    paint: Paint,
}

impl<W: Write> TestReport<'_, W> {
    fn failure(&mut self, failure: &ExampleFailure<'_>) -> io::Result<()> {
        let (text, found) = match &failure.kind {
            FailureKind::Missed { text, span, found } => {
                let wanted = format!("should find “{span}”");
                self.head(Severity::Error, "missed", failure.rule, &wanted)?;
                (text, found)
            }
            FailureKind::Noisy { text, found } => {
                self.head(Severity::Warning, "noisy", failure.rule, "should find nothing")?;
                (text, found)
            }
        };
        let found: Vec<_> = found.iter().map(|span| format!("“{span}”")).collect();
        let found = if found.is_empty() { "nothing".to_owned() } else { found.join(", ") };
        self.line("in", text)?;
        self.line("found", &found)
    }

    /// Asks for the examples that a rule lacks: one of each kind is the least.
    fn ask_for_examples(&mut self, rule: &Rule) -> io::Result<()> {
        let flag = rule.examples.iter().any(|example| matches!(example, Example::Flag { .. }));
        let pass = rule.examples.iter().any(|example| matches!(example, Example::Pass { .. }));
        let wanted = match (flag, pass) {
            (true, true) => return Ok(()),
            (true, false) => "wants an example that must `pass`",
            (false, true) => "wants an example to `flag`, with its `span`",
            (false, false) => {
                "wants an example to `flag`, with its `span`, and one that must `pass`"
            }
        };
        self.head(Severity::Info, "untested", rule, wanted)
    }

    fn sum(&mut self, tested: &[&Rule], failures: &[ExampleFailure<'_>]) -> io::Result<()> {
        let kinds = failures.iter().map(|failure| &failure.kind);
        let missed = kinds.filter(|kind| matches!(kind, FailureKind::Missed { .. })).count();
        let result = match (missed, failures.len() - missed) {
            (0, 0) => self.paint.good("all as they should be"),
            (missed, noisy) => self.paint.bold(&format!("{missed} missed, {noisy} noisy")),
        };
        let examples = count(tested.iter().map(|rule| rule.examples.len()).sum(), "example");
        writeln!(self.out, "{examples} of {}: {result}.", count(tested.len(), "rule"))
    }

    fn head(&mut self, severity: Severity, word: &str, rule: &Rule, what: &str) -> io::Result<()> {
        let word = self.paint.severity(severity, word);
        let (id, pack) = (visible(&rule.id), visible(&rule.pack));
        writeln!(self.out, "{word}: {} ({pack}) {}", self.paint.bold(&id), visible(what))
    }

    /// A text with a label before its first line.
    fn line(&mut self, label: &str, text: &str) -> io::Result<()> {
        let mut label = self.paint.dim(&format!("{label:7}"));
        for line in lines(&visible(text), width() - 9) {
            writeln!(self.out, "  {label}{line}")?;
            label = " ".repeat(7);
        }
        Ok(())
    }
}
