//! `buckstop check`: reads drafts and conversations, checks them, and has the findings written.

use std::ffi::OsString;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use buckstop::config::{FailOn, Settings, Sourced};
use buckstop::finding::Finding;
use buckstop::render::RenderOptions;
use buckstop::report::{Report, Summary};
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::discovery::{Configs, FileArgs};
use super::files;
use super::input::{self, Input, PROSE};
use super::known::{BaselineArgs, Known};
use super::limits::LimitArgs;
use super::ordered::threads;
use super::outputs::{OutputArgs, Outputs};
use super::packs::{PackArgs, SelectArgs};
use super::plan::{Task, plan};
use super::privacy::RedactArgs;
use super::progress::{Amount, Progress, Times};
use super::reading::ReadingArgs;
use super::since::Since;
use super::sweep::{Outcome, Sweep};
use super::terminal::{Complaint, Terminal, width};
use super::watch::Watch;
use super::{Status, complaint_of, is_broken_pipe};

/// The arguments of `buckstop check`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
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

    /// Check only files that have changed since a revision of git, or that git does not know yet
    ///
    /// REV is a branch, a tag or a commit. What counts is the last commit that it has in common
    /// with the present one, so with the name of a branch: what would be merged into it.
    #[arg(long, value_name = "REV")]
    since_git: Option<OsString>,

    /// Go on, and check again what changes, until Ctrl-C
    #[arg(long, conflicts_with = "output")]
    watch: bool,

    /// How many threads check files, and pieces of large ones [default: one per processor]
    ///
    /// What is written is the same for any number.
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    /// Tell at the end how long it took, and how much was checked
    #[arg(long, short)]
    verbose: bool,

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
  buckstop check drafts/ --watch
  buckstop check --since-git origin/main
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
    if args.watch { args.watch(terminal) } else { args.check(None, terminal, status) }
}

impl CheckArgs {
    /// What the arguments say that a configuration can say, too.
    fn settings(&self) -> Settings {
        let given = Settings { fail_on: self.fail_on.map(Sourced::given), ..Settings::default() };
        let given = given.over(self.reading.settings()).over(self.packs.settings());
        let given = given.over(self.redact.settings());
        given.over(self.select.and("steps", self.steps).settings())
    }

    /// Checks once; while watching, what has changed.
    fn check(
        &self,
        mut watch: Option<&mut Watch>,
        terminal: &mut Terminal<impl Write>,
        status: &mut Status,
    ) -> anyhow::Result<()> {
        let configs = self.files.configs(self.settings()).map_err(|it| it.tell(terminal))?;
        let place = self.baseline.place()?;
        let inputs = self.inputs(watch.as_deref_mut(), &configs)?;
        let tasks = plan(place.but_itself(inputs, &configs), &configs, terminal)?;
        let is_part = watch.is_some() || self.since_git.is_some();
        if tasks.is_empty() && !is_part && !self.quiet {
            terminal.warning(&nothing_to_check(&self.paths))?;
        }
        let times = Times::default();
        if let Some(listing) = self.outputs.listing() {
            return files::show(&tasks, threads(self.threads), listing, terminal, status);
        }
        let mut known = Known::open(place, &self.paths, &tasks, &configs)?;
        if is_part {
            known.walk_nothing();
        }
        let mut run = Run {
            known,
            outputs: self.outputs.outputs(self.render_options(terminal.color))?,
            summary: Summary::default(),
            limits: self.limits,
            counted: 0,
            bytes: 0,
            progress: Progress::new(&tasks, !self.quiet),
            times: &times,
            watch,
            terminal,
            status,
        };
        let sweep =
            Sweep { threads: self.threads, explain_skips: self.explain_skips, times: &times };
        sweep.run(&tasks, |task, amount, checked| run.take(task, amount, checked))?;
        run.progress.finish();
        if run.limits.are_passed(run.counted, run.summary.turns) {
            run.status.raise(Status::Findings);
        }
        run.outputs.finish(&run.summary, &mut run.terminal.out)?;
        if run.summary.context_turns > 0 && run.summary.turns == 0 && !self.quiet {
            run.terminal.warning(&nobody_to_check())?;
        }
        if !self.quiet {
            tell_stale(&mut run.known, run.terminal)?;
        }
        let piped = self.paths.is_empty() && run.watch.is_none();
        if piped && run.summary.files > 0 && run.bytes == 0 && !self.quiet {
            run.terminal.warning(&nothing_piped())?;
        }
        if self.verbose {
            run.terminal.aside(&run.progress.told(
                &times,
                &run.summary,
                threads(self.threads).get(),
            ))?;
        }
        if run.watch.is_none() {
            // The process ends here, and taking the rules apart takes as long as checking a draft.
            std::mem::forget(tasks);
        }
        Ok(())
    }

    /// Checks, and again whenever something changes, until the process is ended.
    fn watch(&self, terminal: &mut Terminal<impl Write>) -> anyhow::Result<()> {
        let configs = || self.files.configs(self.settings());
        let known = configs().map_err(|it| it.tell(terminal))?;
        let mut watch = Watch::new(&self.paths, &self.packs.rules, &known)?;
        loop {
            let mut status = Status::default();
            match self.check(Some(&mut watch), terminal, &mut status) {
                Err(error) if is_broken_pipe(&error) => return Err(error),
                // It may be put right while this goes on.
                Err(error) => terminal.error(&complaint_of(error))?,
                Ok(()) => {}
            }
            watch.wait(terminal, || configs().ok())?;
        }
    }

    /// What is to be checked.
    fn inputs(
        &self,
        watch: Option<&mut Watch>,
        configs: &Arc<Configs>,
    ) -> Result<Vec<Result<Input, Complaint>>, Complaint> {
        let here = [PathBuf::from(".")];
        let paths = match &watch {
            Some(watch) => watch.paths(),
            // What is piped in has no history.
            None if self.paths.is_empty() && self.since_git.is_some() => &here,
            None => &self.paths,
        };
        let mut inputs = input::find(paths, configs);
        if let Some(revision) = &self.since_git {
            inputs = Since::new(revision).changed(inputs)?;
        }
        Ok(match watch {
            Some(watch) => watch.begin(inputs),
            None => inputs,
        })
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

/// Writes results as they come in.
struct Run<'a, W: Write> {
    /// What is no news.
    known: Known,
    outputs: Outputs,
    summary: Summary,
    limits: LimitArgs,
    /// The findings that count for the exit code.
    counted: usize,
    progress: Progress,
    times: &'a Times,
    watch: Option<&'a mut Watch>,
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
        amount: Amount,
        checked: Outcome<'_>,
    ) -> io::Result<()> {
        match (task, checked) {
            (Ok(task), Ok(Some(mut report))) => {
                self.known.take(task, &mut report);
                self.count(&report, task.settled.fail_on);
                if let Some(watch) = &mut self.watch {
                    let goes_on = report.source.is_continuation();
                    watch.add_findings(&task.input.name(), report.findings.len(), goes_on);
                }
                self.show(&report)?;
            }
            (_, Ok(_)) => {}
            (task, Err(complaint)) => {
                if let Ok(task) = task {
                    self.known.lose(task);
                }
                self.summary.unreadable += 1;
                self.status.raise(Status::Failed);
                self.progress.aside(|| self.terminal.error(&complaint))?;
            }
        }
        self.progress.add(amount);
        Ok(())
    }

    /// Has a report written. What goes to a terminal goes there at once, so that nothing gets
    /// into the way of the bar.
    fn show(&mut self, report: &Report<'_>) -> io::Result<()> {
        let Self { progress, outputs, terminal, times, .. } = self;
        let mut write = || {
            times.write(|| outputs.report(report, &mut terminal.out))?;
            tell_problems(outputs, report, terminal)?;
            if progress.is_shown() { terminal.out.flush() } else { Ok(()) }
        };
        let says_nothing = [&report.findings, &report.suppressed].iter().all(|it| it.is_empty())
            && report.skips.is_empty()
            && report.problems.is_empty();
        if says_nothing { write() } else { progress.aside(write) }
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
}

/// Tells what could not be decoded, where the output has no place for it.
fn tell_problems(
    outputs: &Outputs,
    report: &Report<'_>,
    terminal: &mut Terminal<impl Write>,
) -> io::Result<()> {
    if outputs.tell_problems() {
        return Ok(());
    }
    let mut problems = report.problems.iter();
    problems.try_for_each(|problem| terminal.warning(&Complaint::about(problem, &report.source)))
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
