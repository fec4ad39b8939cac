//! `buckstop check`: reads drafts and conversations, checks them, and has the findings written.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use buckstop::check::{Options, check};
use buckstop::config::{FailOn, Settings, Sourced};
use buckstop::finding::Finding;
use buckstop::render::RenderOptions;
use buckstop::report::{Report, Summary};
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::Status;
use super::discovery::FileArgs;
use super::files;
use super::input::{self, PROSE};
use super::known::{BaselineArgs, Known};
use super::limits::LimitArgs;
use super::ordered::{in_order, threads};
use super::outputs::{OutputArgs, Outputs};
use super::packs::{PackArgs, SelectArgs};
use super::plan::{Task, plan};
use super::privacy::RedactArgs;
use super::reading::ReadingArgs;
use super::terminal::{Complaint, Terminal, width};

/// The arguments of `buckstop check`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct CheckArgs {
    /// Files and folders to check; `-` is standard input [default: what is piped in, or else
    /// the current folder]
    ///
    /// A folder is walked, in the order of names, for drafts (.txt, .text, .md, .markdown, .html,
    /// .rst, .adoc, .asciidoc, .org), mails (.eml, .mbox), captions (.vtt, .srt), logs (.log) and
    /// tables and data (.csv, .tsv, .json, .jsonl, .ndjson) that hold a conversation, each also
    /// as .gz or .zst. Hidden files, binary files and what a .gitignore excludes are passed
    /// over. A file that is named is always read.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    outputs: OutputArgs,

    /// Tell also which of the three steps a reply leaves out: acknowledge, solve, follow up
    ///
    /// A draft is judged as a whole; so is all that the company's side says in a conversation.
    /// These are the rules of the category `steps`, which take part only if they are asked for.
    #[arg(long)]
    steps: bool,

    /// Show also what was let pass, and why
    #[arg(long)]
    explain_skips: bool,

    /// Write findings and errors only: no summary, no warnings
    #[arg(long, short)]
    quiet: bool,

    /// Which findings make the exit code 1: those of this severity and worse [default: info]
    ///
    /// All findings are shown in any case.
    #[arg(long, value_name = "SEVERITY", value_parser = fail_on())]
    fail_on: Option<FailOn>,

    #[command(flatten)]
    limits: LimitArgs,

    /// How many files are checked at the same time [default: one per processor]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    #[command(flatten)]
    baseline: BaselineArgs,

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

const AFTER_HELP: &str = "\
Examples:
  buckstop check reply.txt
  buckstop check drafts/ --company Acme
  pbpaste | buckstop check -
  buckstop check chat.txt --agent \"Jane Doe\" --bot Hearth
  buckstop check inbox.mbox --agent-domain acme.example
  buckstop check reply.txt --steps
  buckstop check drafts/ --rules our-rules.toml --ignore they-distancing
  buckstop check drafts/ --output-format json
  buckstop check drafts/ --no-baseline
  buckstop check drafts/ --output sarif=out.sarif --output full
  buckstop check transcripts/ --statistics
  buckstop check transcripts/ --redact

Exit codes:
  0  nothing was found
  1  deflections were found that no baseline knows; with --fail-on: some of that severity or worse
  2  something could not be read, or the arguments, a configuration or a rule pack are wrong";

fn fail_on() -> impl TypedValueParser<Value = FailOn> {
    PossibleValuesParser::new(FailOn::ALL.map(FailOn::as_str))
        .map(|name| FailOn::ALL.into_iter().find(|it| it.as_str() == name).unwrap_or_default())
}

/// Checks all that the arguments name and writes what was found.
///
/// A file that can't be read is a complaint and the status [`Status::Failed`]; the others
/// are checked all the same.
///
/// # Errors
///
/// If the rule packs are wrong, so that nothing was checked, or if stdout can't be written.
pub(super) fn run(
    args: &CheckArgs,
    terminal: &mut Terminal<impl Write>,
    status: &mut Status,
) -> anyhow::Result<()> {
    let configs = args.files.configs(args.settings()).map_err(|it| it.tell(terminal))?;
    let place = args.baseline.place()?;
    let inputs = place.but_itself(input::find(&args.paths, &configs), &configs);
    let tasks = plan(inputs, &configs, terminal)?;
    if tasks.is_empty() && !args.quiet {
        terminal.warning(&nothing_to_check(&args.paths))?;
    }
    if let Some(listing) = args.outputs.listing() {
        return files::show(&tasks, threads(args.threads), listing, terminal, status);
    }
    let mut run = Run {
        known: Known::open(place, &args.paths, &tasks, &configs)?,
        outputs: args.outputs.outputs(args.render_options(terminal.color))?,
        summary: Summary::default(),
        limits: args.limits,
        counted: 0,
        bytes: 0,
        terminal,
        status,
    };
    in_order(
        &tasks,
        threads(args.threads),
        |task| (task, check_task(task, args.explain_skips)),
        |(task, checked)| run.take(task, checked),
    )?;
    if run.limits.are_passed(run.counted, run.summary.turns) {
        run.status.raise(Status::Findings);
    }
    run.outputs.finish(&run.summary, &mut run.terminal.out)?;
    if run.summary.context_turns > 0 && run.summary.turns == 0 && !args.quiet {
        run.terminal.warning(&nobody_to_check())?;
    }
    if !args.quiet {
        tell_stale(&mut run.known, run.terminal)?;
    }
    if args.paths.is_empty() && run.summary.files > 0 && run.bytes == 0 && !args.quiet {
        run.terminal.warning(&nothing_piped())?;
    }
    // The process ends here, and taking the rules apart takes as long as checking a draft.
    std::mem::forget(tasks);
    Ok(())
}

impl CheckArgs {
    /// What the arguments say that a configuration can say, too.
    fn settings(&self) -> Settings {
        let given = Settings { fail_on: self.fail_on.map(Sourced::given), ..Settings::default() };
        let given = given.over(self.reading.settings()).over(self.packs.settings());
        let given = given.over(self.redact.settings());
        given.over(self.select.and("steps", self.steps).settings())
    }

    fn render_options(&self, color: bool) -> RenderOptions {
        RenderOptions {
            color,
            explain_skips: self.explain_skips,
            quiet: self.quiet,
            width: width(),
            columns: self.outputs.columns(),
        }
    }
}

/// Checks one input; `None` if it is passed over. Whatever is to be masked of it is: this is the
/// only way from a file to an output.
///
/// # Errors
///
/// A complaint if it can't be found or read.
pub(super) fn check_task(
    task: &Result<Task, Complaint>,
    explain_skips: bool,
) -> Result<Option<Report<'_>>, Complaint> {
    let Task { input, settled } = task.as_ref().map_err(Complaint::clone)?;
    let options = Options { explain_skips, ..settled.options.clone() };
    let report = input.read()?.map(|source| check(source, &options, &settled.ruleset));
    let mut report = report.filter(|report| !input.is_passed_over(&report.turns));
    if let (Some(report), Some(redaction)) = (&mut report, settled.redaction) {
        redaction.report(report);
    }
    Ok(report)
}

/// Writes results as they come in.
struct Run<'a, W: Write> {
    /// What is no news.
    known: Known,
    outputs: Outputs,
    summary: Summary,
    limits: LimitArgs,
    /// The findings that count for the exit code.
    counted: usize,
    /// Bytes of all that was read.
    bytes: usize,
    terminal: &'a mut Terminal<W>,
    status: &'a mut Status,
}

impl<W: Write> Run<'_, W> {
    /// Takes one input's result: a report, nothing for a file that was passed over, or the
    /// reason why it couldn't be read.
    fn take(
        &mut self,
        task: &Result<Task, Complaint>,
        checked: Result<Option<Report<'_>>, Complaint>,
    ) -> io::Result<()> {
        match (task, checked) {
            (Ok(task), Ok(Some(mut report))) => {
                self.known.take(task, &mut report);
                self.count(&report, task.settled.fail_on);
                self.outputs.report(&report, &mut self.terminal.out)?;
                self.tell_problems(&report)
            }
            (_, Ok(_)) => Ok(()),
            (task, Err(complaint)) => {
                if let Ok(task) = task {
                    self.known.lose(task);
                }
                self.summary.unreadable += 1;
                self.status.raise(Status::Failed);
                self.terminal.error(&complaint)
            }
        }
    }

    fn count(&mut self, report: &Report<'_>, fail_on: FailOn) {
        self.summary.add(report);
        self.bytes += report.source.bytes().len();
        let counts = |it: &&Finding<'_>| fail_on.is_met_by(it.rule.severity);
        self.counted += report.findings.iter().filter(counts).count();
        // Whoever stops reading early has seen what counts, unless so much may be.
        if self.limits.is_none() && self.counted > 0 {
            self.status.raise(Status::Findings);
        }
    }

    /// Tells what could not be decoded, where the output has no place for it.
    fn tell_problems(&mut self, report: &Report<'_>) -> io::Result<()> {
        if self.outputs.tell_problems() {
            return Ok(());
        }
        let mut problems = report.problems.iter();
        problems.try_for_each(|problem| {
            self.terminal.warning(&Complaint::about(problem, &report.source))
        })
    }
}

/// Tells what is known although it is no longer there.
fn tell_stale(known: &mut Known, terminal: &mut Terminal<impl Write>) -> io::Result<()> {
    known.finish();
    known.complaints().try_for_each(|complaint| terminal.warning(&complaint))
}

/// A clean result means little where nobody's words were looked at.
fn nobody_to_check() -> Complaint {
    Complaint::new("no turn was checked, as nobody here is of a role to be checked").help(
        "`buckstop turns` shows who was taken for whom; --agent, --agent-domain and --roles \
         change it",
    )
}

/// Where nobody sits before a terminal, as in CI, standard input is read unless a path is named.
fn nothing_piped() -> Complaint {
    Complaint::new("nothing was checked, as nothing was piped in")
        .help("to check the current folder, name it: buckstop check .")
}

/// Folders may hold nothing that a walk picks up.
pub(super) fn nothing_to_check(paths: &[PathBuf]) -> Complaint {
    let places: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    let place = if places.is_empty() { "the current folder".into() } else { places.join(", ") };
    let endings = PROSE.join(", .");
    Complaint::new(format!("there is nothing to check in {place}")).help(format!(
        "folders are searched for .{endings} files that are neither hidden nor ignored by git; \
         to check any other file, name it"
    ))
}
