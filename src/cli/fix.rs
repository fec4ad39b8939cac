//! `buckstop fix`: puts rewrites in the place of what was found, in the files themselves.
//!
//! What is put where is for [`buckstop::fix`] to decide, how it gets on the disk for [`write`].
//! Compressed files are left as they are.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use buckstop::check::{Options, check, understand};
use buckstop::finding::{Applicability, Finding};
use buckstop::fix::{FixOptions, Fixed, Refused, fix};
use buckstop::redaction::{Redaction, redacted_name};
use buckstop::render::{Paint, visible};
use buckstop::report::{PlacedTurn, Report};
use buckstop::rules::Ruleset;
use buckstop::source::Source;
use buckstop::turn::Role;
use rustc_hash::FxHashSet;

use super::check::nothing_to_check;
use super::compression::{decompress, is_compressed};
use super::diff::{DiffStyle, unified};
use super::discovery::FileArgs;
use super::input::{self, Input, unreadable};
use super::ordered::{Step, in_order, threads};
use super::packs::{PackArgs, SelectArgs};
use super::plan::{Settled, Task, plan};
use super::privacy::RedactArgs;
use super::reading::ReadingArgs;
use super::terminal::{Complaint, Terminal, count};
use super::write::Target;
use super::{Status, interactive};

/// The arguments of `buckstop fix`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct FixArgs {
    /// Files and folders to fix; `-` is standard input, whose fixed text goes to standard output
    ///
    /// A folder is walked for the same files as by `buckstop check`. Compressed and binary files
    /// stay as they are.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    extent: Extent,

    /// Show what would change, as a diff, and change nothing
    #[arg(long)]
    diff: bool,

    /// Show each finding and ask what to do about it
    ///
    /// All rewrites are offered, whatever they may promise, and words of your own can be put in
    /// their place. Until the end of the session a copy of each changed file is kept beside it,
    /// so that everything can be put back.
    #[arg(
        long,
        short,
        conflicts_with_all =
            ["suggested", "templates", "diff", "quiet", "threads", "redact", "redact_names"]
    )]
    interactive: bool,

    /// Write errors only: no summary, no warnings
    #[arg(long, short)]
    quiet: bool,

    /// How many files are fixed at the same time [default: one per processor]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    #[command(flatten)]
    reading: ReadingArgs,

    #[command(flatten)]
    packs: PackArgs,

    #[command(flatten)]
    select: SelectArgs,

    #[command(flatten)]
    files: FileArgs,

    #[command(flatten)]
    redact: RedactArgs,
}

/// Which rewrites are applied.
#[derive(Debug, clap::Args)]
struct Extent {
    /// Apply also rewrites that promise something or change what is said
    #[arg(long)]
    suggested: bool,

    /// Apply also rewrites with [blanks] to fill in; includes --suggested
    #[arg(long)]
    templates: bool,
}

const AFTER_HELP: &str = "\
Without --suggested and --templates only safe rewrites are applied, which say the same facts:
\"corporate policy\" becomes \"our policy\". A file is replaced as a whole or not at all, and not
if somebody else changed it meanwhile.

Examples:
  buckstop fix --diff drafts/                  See what would change
  buckstop fix drafts/                         Change it
  buckstop fix --suggested reply.txt
  buckstop fix --interactive reply.txt         Choose among all rewrites, one by one
  buckstop fix --diff drafts/ > own-it.patch   For `git apply` or `patch -p1`
  pbpaste | buckstop fix - | pbcopy

Exit codes:
  0  nothing is left to be found; with --diff: nothing would change
  1  deflections remain; with --diff: something would change
  2  something could not be read or written, or the arguments or a rule pack are wrong";

/// Fixes all that the arguments name.
///
/// A file that can't be read or written is a complaint and the status [`Status::Failed`]; the
/// others are fixed all the same.
///
/// # Errors
///
/// If a configuration or the rule packs are wrong, so that nothing was fixed, or if stdout can't be written.
pub(super) fn run(
    args: &FixArgs,
    terminal: &mut Terminal<impl Write>,
    status: &mut Status,
) -> anyhow::Result<()> {
    let given = args.packs.settings().over(args.select.settings());
    let given = given.over(args.reading.settings()).over(args.redact.settings());
    let configs = args.files.configs(given).map_err(|mistake| mistake.tell(terminal))?;
    let tasks = plan(once_each(input::find(&args.paths, &configs)), &configs, terminal)?;
    if tasks.is_empty() && !args.quiet {
        terminal.warning(&nothing_to_check(&args.paths))?;
    }
    if args.interactive {
        return interactive::run(&tasks, terminal, status);
    }
    let fixing = FixOptions { least: args.extent.least(), lines: None };
    let style = DiffStyle { color: terminal.color, terminal: io::stdout().is_terminal() };
    let diff = args.diff.then_some(style);
    let fix_one = |task: &Result<Task, Complaint>| {
        let Task { input, settled } = task.as_ref().map_err(Complaint::clone)?;
        let Settled { options, ruleset, redaction, .. } = &**settled;
        let fixing = fixing.clone();
        Job { options, fixing, ruleset, diff, redaction: *redaction }.run(input)
    };
    let is_stdin = |task: &Task| matches!(task.input, Input::Stdin(_));
    let stdin_too = tasks.iter().flatten().any(is_stdin);
    let mut run =
        Run { args, aside: stdin_too || args.diff, sum: Sum::default(), terminal, status };
    let threads =
        threads(args.threads).min(NonZeroUsize::new(tasks.len()).unwrap_or(NonZeroUsize::MIN));
    in_order(tasks.iter().map(|task| (task, 1)), threads, fix_one, |step| match step {
        Step::Result(done) => run.take(done),
        Step::Pause => Ok(()),
    })?;
    run.finish()?;
    // The process ends here, and taking the rules apart takes as long as checking a draft.
    std::mem::forget(tasks);
    Ok(())
}

impl Extent {
    /// The least applicability of what is applied.
    fn least(&self) -> Applicability {
        if self.templates {
            Applicability::Template
        } else if self.suggested {
            Applicability::Suggested
        } else {
            Applicability::Safe
        }
    }
}

/// Each file once, though it be named by a link and by its own name: two hands on one file would
/// get in each other's way.
fn once_each(inputs: Vec<Result<Input, Complaint>>) -> Vec<Result<Input, Complaint>> {
    let mut seen = FxHashSet::default();
    let is_new = |input: &Result<Input, Complaint>| match input {
        Ok(Input::Named(path) | Input::Met(path)) => {
            fs::canonicalize(path).map_or(true, |path| seen.insert(path))
        }
        _ => true,
    };
    inputs.into_iter().filter(is_new).collect()
}

/// What to do with one input.
struct Job<'a> {
    options: &'a Options,
    fixing: FixOptions,
    ruleset: &'a Ruleset,
    /// How to write the diff, if files are to be left alone.
    diff: Option<DiffStyle>,
    /// What is masked in what is shown, and never in what is written.
    redaction: Option<Redaction>,
}

/// What came of one input.
#[derive(Default)]
struct Outcome {
    /// What the user is told it is called.
    name: String,
    /// What belongs on stdout: a diff, or the fixed text of stdin.
    output: Vec<u8>,
    /// What the user should know.
    warnings: Vec<Complaint>,
    /// Why it could not be done, although it was read.
    failure: Option<Complaint>,
    /// How many rewrites were applied.
    applied: usize,
    left: Left,
}

/// What is still to be found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Left {
    findings: usize,
    /// Findings among them that `--suggested` has words for.
    suggested: usize,
    /// Findings among them that only `--templates` has words for.
    templates: usize,
}

impl Left {
    fn of(findings: &[Finding<'_>]) -> Self {
        let best = |finding: &Finding<'_>| finding.rewrites.iter().map(|it| it.applicability).max();
        let number =
            |wanted| findings.iter().filter(|finding| best(finding) == Some(wanted)).count();
        Self {
            findings: findings.len(),
            suggested: number(Applicability::Suggested),
            templates: number(Applicability::Template),
        }
    }

    fn add(&mut self, other: Self) {
        self.findings += other.findings;
        self.suggested += other.suggested;
        self.templates += other.templates;
    }
}

impl Job<'_> {
    /// Fixes one input; `None` if it is passed over.
    fn run(&self, input: &Input) -> Result<Option<Outcome>, Complaint> {
        let target = match input {
            Input::Stdin(_) => None,
            Input::Named(path) | Input::Met(path) => Some(Target::new(path)?),
        };
        let bytes = input.bytes()?;
        let name = input.name();
        if is_compressed(&bytes) {
            return self.leave_compressed(name, bytes);
        }
        let source = Source::new(name, bytes);
        if source.is_binary() {
            return Ok(leave_binary(input, &source));
        }
        let report = check(source, self.options, self.ruleset);
        if input.is_passed_over(&report.turns) {
            return Ok(None);
        }
        Ok(Some(self.fix(report, target.as_ref())))
    }

    /// Fixes a file whose findings are known, and writes it, or the diff.
    fn fix(&self, report: Report<'_>, target: Option<&Target>) -> Outcome {
        let warnings = report.problems.iter().map(|it| Complaint::about(it, &report.source));
        let mut outcome = Outcome {
            name: self.shown_name(report.source.name()),
            warnings: warnings.collect(),
            left: Left::of(&report.findings),
            ..Outcome::default()
        };
        let name = report.source.name().to_owned();
        let old = report.source.bytes().to_vec();
        let turns = report.turns;
        let least = self.fixing.least;
        let can_fix = |finding: &Finding<'_>| {
            finding.rewrites.iter().any(|rewrite| rewrite.applicability >= least)
        };
        let mut fixed = report.findings.iter().any(can_fix);
        if fixed && nobody_told(&turns, self.options) {
            outcome.warnings.push(nobody_to_fix(&name));
            fixed = false;
        }
        let fixed = fixed.then(|| fix(report.source, self.options, &self.fixing, self.ruleset));
        let new = fixed.as_ref().map_or(&old, |fixed| &fixed.bytes);
        outcome.failure = match (self.diff, target) {
            (Some(style), _) => {
                outcome.output = self.diff(name.clone(), &turns, &old, new, style);
                None
            }
            (None, Some(target)) if *new != old => target.replace(&old, new).err(),
            (None, Some(_)) => None,
            (None, None) => {
                outcome.output.clone_from(new);
                None
            }
        };
        if let Some(fixed) = fixed.filter(|_| outcome.failure.is_none()) {
            self.count(name, fixed, &mut outcome);
        }
        outcome
    }

    fn shown_name(&self, name: &str) -> String {
        if self.redaction.is_some() { redacted_name(name).into_owned() } else { name.to_owned() }
    }

    /// What would change, masked if it is to be; then it is for reading and no patch.
    fn diff(
        &self,
        name: String,
        turns: &[PlacedTurn],
        old: &[u8],
        new: &[u8],
        style: DiffStyle,
    ) -> Vec<u8> {
        let Some(redaction) = self.redaction else { return unified(&name, old, new, style) };
        let shown = self.shown_name(&name);
        let before = Source::new(name.clone(), old.to_vec());
        let after = Source::new(name, new.to_vec());
        let masked = redaction.bytes(&after, &understand(&after, self.options).turns);
        unified(&shown, &redaction.bytes(&before, turns), &masked, style)
    }

    fn count(&self, name: String, fixed: Fixed, outcome: &mut Outcome) {
        let refused = fixed.refused.iter().map(|refused| refusal(&name, refused));
        outcome.warnings.extend(refused);
        let applied = &fixed.applied;
        let blanks = applied.iter().filter(|it| it.applicability == Applicability::Template);
        outcome.warnings.extend(blanks_to_fill(&name, blanks.count()));
        outcome.applied = applied.len();
        if !applied.is_empty() {
            let source = Source::new(name, fixed.bytes);
            outcome.left = Left::of(&check(source, self.options, self.ruleset).findings);
        }
    }

    /// A compressed file is only looked at, so that nobody takes it for clean.
    fn leave_compressed(&self, name: String, bytes: Vec<u8>) -> Result<Option<Outcome>, Complaint> {
        let inner = decompress(bytes).map_err(|error| unreadable(&name, &error))?;
        let report = check(Source::new(name.clone(), inner), self.options, self.ruleset);
        let findings = report.findings.len();
        let complaint = Complaint::new(format!(
            "{name}: compressed, so {} in it {} as {}",
            count(findings, "deflection"),
            if findings == 1 { "stays" } else { "stay" },
            if findings == 1 { "it is" } else { "they are" },
        ));
        let complaint = complaint.help("decompress it, fix what comes out, and compress that");
        let warnings = if findings > 0 { vec![complaint] } else { Vec::new() };
        let left = Left { findings, ..Left::default() };
        Ok(Some(Outcome { name, warnings, left, ..Outcome::default() }))
    }
}

/// A binary file that was named deserves a word; what is piped in comes out again.
fn leave_binary(input: &Input, source: &Source) -> Option<Outcome> {
    let name = source.name().to_owned();
    let complaint = Complaint::new(format!("{name}: not a text, so it was left as it is"));
    let warnings = vec![complaint.help("if it is one, save it as UTF-8")];
    let output = match input {
        Input::Met(_) => return None,
        Input::Stdin(_) => source.bytes().to_vec(),
        Input::Named(_) => Vec::new(),
    };
    Some(Outcome { name, output, warnings, ..Outcome::default() })
}

/// Whether turns are only checked because nothing tells who speaks for the company. To look at
/// what a customer said is one thing, to put other words in their mouth another.
pub(super) fn nobody_told(turns: &[PlacedTurn], options: &Options) -> bool {
    let unknown = |turn: &PlacedTurn| turn.checked && turn.turn.role == Role::Unknown;
    turns.iter().any(unknown) && !options.roles.contains(&Role::Unknown)
}

fn nobody_to_fix(name: &str) -> Complaint {
    let message = format!("{name}: nothing tells who speaks for the company, so it stays as it is");
    Complaint::new(message)
        .help("name who does with --agent or --agent-domain; --roles all fixes what anybody said")
}

/// Why a rewrite was not applied.
fn refusal(name: &str, refused: &Refused) -> Complaint {
    let Refused { rule, position, reason } = refused;
    let place = format!("{name}:{}:{}", position.line, position.column);
    Complaint::new(format!("{place}: {rule} was not fixed: {reason}"))
}

fn blanks_to_fill(name: &str, rewrites: usize) -> Option<Complaint> {
    let have = if rewrites == 1 { "has" } else { "have" };
    let message = format!("{name}: {} {have} [blanks] to fill in", count(rewrites, "rewrite"));
    (rewrites > 0).then(|| Complaint::new(message).help("search the file for `[`"))
}

/// What all inputs came to.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    files: usize,
    changed: usize,
    unfinished: usize,
    failed: usize,
    applied: usize,
    left: Left,
}

/// Tells results as they come in.
struct Run<'a, W: Write> {
    args: &'a FixArgs,
    /// Whether stdout is taken by a text or a diff, so that all that is told goes to stderr.
    aside: bool,
    sum: Sum,
    terminal: &'a mut Terminal<W>,
    status: &'a mut Status,
}

impl<W: Write> Run<'_, W> {
    /// Takes one input's outcome, nothing for a file that was passed over, or the reason why it
    /// couldn't be read.
    fn take(&mut self, done: Result<Option<Outcome>, Complaint>) -> io::Result<()> {
        match done {
            Ok(None) => Ok(()),
            Ok(Some(outcome)) => self.tell(&outcome),
            Err(complaint) => self.fail(&complaint),
        }
    }

    fn tell(&mut self, outcome: &Outcome) -> io::Result<()> {
        self.terminal.out.write_all(&outcome.output)?;
        self.count(outcome);
        if outcome.applied > 0 && !self.args.diff {
            self.say(&self.fixed(outcome))?;
        }
        if !self.args.quiet {
            outcome.warnings.iter().try_for_each(|warning| self.terminal.warning(warning))?;
        }
        outcome.failure.as_ref().map_or(Ok(()), |failure| self.fail(failure))
    }

    fn count(&mut self, outcome: &Outcome) {
        self.sum.files += 1;
        self.sum.applied += outcome.applied;
        self.sum.changed += usize::from(outcome.applied > 0);
        self.sum.unfinished += usize::from(outcome.left.findings > 0);
        self.sum.left.add(outcome.left);
        let counts = if self.args.diff { outcome.applied } else { outcome.left.findings };
        if counts > 0 {
            self.status.raise(Status::Findings);
        }
    }

    fn fail(&mut self, complaint: &Complaint) -> io::Result<()> {
        self.sum.failed += 1;
        self.status.raise(Status::Failed);
        self.terminal.error(complaint)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.say(&self.last_line())?;
        match self.hint() {
            Some(hint) => self.say(&hint),
            None => Ok(()),
        }
    }

    /// Tells something that is no complaint, where there is room for it.
    fn say(&mut self, line: &str) -> io::Result<()> {
        match (self.args.quiet, self.aside) {
            (true, _) => Ok(()),
            (false, true) => self.terminal.aside(line),
            (false, false) => writeln!(self.terminal.out, "{line}"),
        }
    }

    fn paint(&self) -> Paint {
        Paint::new(if self.aside { self.terminal.error_color } else { self.terminal.color })
    }

    /// "Fixed 3 of 5 deflections in reply.txt."
    fn fixed(&self, outcome: &Outcome) -> String {
        let (applied, left) = (outcome.applied, outcome.left.findings);
        let of = if left == 0 { String::new() } else { format!("{applied} of ") };
        let fixed = format!("Fixed {of}{}", count(applied + left, "deflection"));
        format!("{} in {}.", self.paint().bold(&fixed), visible(&outcome.name))
    }

    /// "2 deflections remain in 1 of 3 files."
    fn last_line(&self) -> String {
        let Sum { files, changed, unfinished, failed, applied, left } = self.sum;
        let of = |some| {
            let of = if some == files { String::new() } else { format!("{some} of ") };
            format!("{of}{}", count(files, "file"))
        };
        let line = if files == 0 {
            "No files were fixed".to_owned()
        } else if left.findings == 0 && applied == 0 {
            format!("{} in {}", self.paint().good("No deflections found"), of(files))
        } else if self.args.diff {
            let all = count(applied + left.findings, "deflection");
            let fixed = if applied == 0 { "none".to_owned() } else { applied.to_string() };
            let would = self.paint().bold(&format!("Would fix {fixed} of {all}"));
            format!("{would} in {}", of(if applied > 0 { changed } else { files }))
        } else if left.findings == 0 {
            format!("{} in {}", self.paint().good("No deflections remain"), of(files))
        } else {
            let remain = if left.findings == 1 { "remains" } else { "remain" };
            let findings = count(left.findings, "deflection");
            format!("{} in {}", self.paint().bold(&format!("{findings} {remain}")), of(unfinished))
        };
        match failed {
            0 => format!("{line}."),
            _ => format!("{line}; {} could not be fixed.", count(failed, "file")),
        }
    }

    /// What would fix more, if anything would.
    fn hint(&self) -> Option<String> {
        let Left { suggested, templates, .. } = self.sum.left;
        let least = self.args.extent.least();
        let offers = [
            (Applicability::Suggested, "--suggested", suggested),
            (Applicability::Template, "--templates", templates),
        ];
        let offers: Vec<_> = offers
            .into_iter()
            .filter(|&(wider, _, number)| wider < least && number > 0)
            .map(|(_, flag, number)| format!("{flag} has words for {number}"))
            .collect();
        let help = self.paint().bold("help");
        (!offers.is_empty())
            .then(|| format!("  {help}: {}; --interactive lets you choose", offers.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_counted_by_the_best_words_there_are() {
        assert_eq!(Left::of(&[]), Left::default());
        let mut left = Left { findings: 3, suggested: 1, templates: 2 };
        left.add(left);
        assert_eq!(left, Left { findings: 6, suggested: 2, templates: 4 });
    }
}
