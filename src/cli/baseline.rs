//! `buckstop baseline`: writes down what is known to be found, so that checks fail on what is new.
//!
//! Which baseline holds for a file and how it is read is for [`known`](super::known).

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use buckstop::baseline::Stale;
use buckstop::config::Settings;
use buckstop::render::{Paint, one_line, visible};

use super::Status;
use super::check::nothing_to_check;
use super::discovery::FileArgs;
use super::input::{self, Input};
use super::known::{BaselineFile, Book, Known, are_stale, gone};
use super::packs::{PackArgs, SelectArgs};
use super::plan::{Task, plan};
use super::privacy::RedactArgs;
use super::progress::Times;
use super::reading::ReadingArgs;
use super::sweep::{Outcome, Sweep};
use super::terminal::{Complaint, Terminal, count};

/// The arguments of `buckstop baseline`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct BaselineCommandArgs {
    #[command(subcommand)]
    command: BaselineCommand,
}

#[derive(Debug, clap::Subcommand)]
enum BaselineCommand {
    /// Take all that is found for known
    ///
    /// Known findings of files that are not looked at stay as they are, and so do reasons.
    Write(StockArgs),
    /// Take out what is no longer found, and take in nothing
    Update(StockArgs),
    /// List what is no longer found; nothing is written
    Check(StockArgs),
}

const AFTER_HELP: &str = "\
Examples:
  buckstop baseline write drafts/      From now on, `buckstop check` fails on new findings only
  buckstop baseline check              In CI: fail if known findings are no longer there
  buckstop baseline update             Take those out
  buckstop baseline write new.md       Take in what is found in one file

Exit codes:
  0  done; with check: everything that is known is still there
  1  with check: something that is known is no longer there
  2  something could not be read or written, or the arguments or a configuration are wrong";

/// What is looked at, and how.
#[derive(Debug, clap::Args)]
struct StockArgs {
    /// Files and folders to look at; `-` is standard input [default: the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Look also for the three steps that a reply can leave out
    #[arg(long)]
    steps: bool,

    /// Write errors only
    #[arg(long, short)]
    quiet: bool,

    /// How many files are looked at at the same time [default: one per processor]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    #[command(flatten)]
    baseline: BaselineFile,

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

/// Looks at all that the arguments name, and does to the baselines what they ask for.
///
/// A file that can't be read is a complaint and the status [`Status::Failed`]; what is known of
/// it stays.
///
/// # Errors
///
/// If a configuration, the rule packs or a baseline are wrong, so that nothing was done, or if a
/// baseline or stdout can't be written.
pub(super) fn run(
    args: &BaselineCommandArgs,
    terminal: &mut Terminal<impl Write>,
    status: &mut Status,
) -> anyhow::Result<()> {
    let (BaselineCommand::Write(stock)
    | BaselineCommand::Update(stock)
    | BaselineCommand::Check(stock)) = &args.command;
    let takes_all = matches!(args.command, BaselineCommand::Write(_));
    let known = stock.look(takes_all, terminal, status)?;
    for book in &known.books {
        match args.command {
            BaselineCommand::Write(_) => write(book, stock.quiet, terminal)?,
            BaselineCommand::Update(_) => update(book, stock.quiet, terminal)?,
            BaselineCommand::Check(_) => list(book, stock.quiet, terminal, status)?,
        }
    }
    Ok(())
}

impl StockArgs {
    /// Checks everything and compares it with the baselines.
    fn look(
        &self,
        takes_all: bool,
        terminal: &mut Terminal<impl Write>,
        status: &mut Status,
    ) -> anyhow::Result<Known> {
        let configs = self.files.configs(self.settings()).map_err(|it| it.tell(terminal))?;
        let here = [PathBuf::from(".")];
        let paths = if self.paths.is_empty() { &here[..] } else { &self.paths };
        let inputs = input::find(paths, &configs);
        if inputs.iter().flatten().any(|input| *input == Input::Stdin(None)) {
            return Err(nameless().into());
        }
        let place = self.baseline.place();
        let tasks = plan(place.but_itself(inputs, &configs), &configs, terminal)?;
        if tasks.is_empty() && !self.quiet {
            terminal.warning(&nothing_to_check(paths))?;
        }
        let mut known = Known::open(place, paths, &tasks, &configs)?;
        if takes_all {
            known.take_stock();
        }
        let times = Times::default();
        let sweep = Sweep { threads: self.threads, explain_skips: false, times: &times };
        sweep.run(&tasks, |task, _, checked| take(&mut known, task, checked, terminal, status))?;
        known.finish();
        Ok(known)
    }

    /// What the arguments say that a configuration can say, too.
    fn settings(&self) -> Settings {
        let given = self.reading.settings().over(self.packs.settings());
        let given = given.over(self.redact.settings());
        given.over(self.select.and("steps", self.steps).settings())
    }
}

fn take(
    known: &mut Known,
    task: &Result<Task, Complaint>,
    checked: Outcome<'_>,
    terminal: &mut Terminal<impl Write>,
    status: &mut Status,
) -> io::Result<()> {
    match (task, checked) {
        (Ok(task), Ok(Some(mut report))) => known.take(task, &mut report),
        (_, Ok(_)) => {}
        (task, Err(complaint)) => {
            if let Ok(task) = task {
                known.lose(task);
            }
            status.raise(Status::Failed);
            terminal.error(&complaint)?;
        }
    }
    Ok(())
}

/// Takes all for known.
fn write(book: &Book, quiet: bool, terminal: &mut Terminal<impl Write>) -> anyhow::Result<()> {
    let stock = book.comparison.taken_stock();
    let (name, findings) = (book.name(), stock.findings());
    let changes = changes(book);
    let line = if findings == 0 && !book.exists() {
        "Nothing was found, so there is no need for a baseline.".to_owned()
    } else {
        book.write(&stock)?;
        let paint = Paint::new(terminal.color);
        let known = paint.bold(&count(findings, "known finding"));
        let are = if findings == 1 { "is" } else { "are" };
        format!("{known} {are} in {}{changes}.", visible(&name))
    };
    say(&line, quiet, terminal)
}

/// " (2 new, 1 gone)".
fn changes(book: &Book) -> String {
    let gone: usize = book.comparison.stale().iter().map(gone).sum();
    let changes = [(book.new, "new"), (gone, "gone")];
    let told = changes.iter().filter(|(number, _)| *number > 0);
    let told: Vec<String> = told.map(|(number, what)| format!("{number} {what}")).collect();
    if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) }
}

/// Takes out what is no longer there.
fn update(book: &Book, quiet: bool, terminal: &mut Terminal<impl Write>) -> anyhow::Result<()> {
    if !book.exists() {
        return say_nothing_is_known(book, quiet, terminal);
    }
    let pruned = book.comparison.pruned();
    let removed = book.findings.saturating_sub(pruned.findings());
    let name = book.name();
    let line = match (book.write(&pruned)?, removed) {
        (false, _) => format!("{}: everything that is known is still there", visible(&name)),
        (true, 0) => format!("Brought {} up to date", visible(&name)),
        (true, _) => {
            let took = format!("Took {} out", count(removed, "known finding"));
            let took = Paint::new(terminal.color).bold(&took);
            let stay = if pruned.findings() == 1 { "stays" } else { "stay" };
            format!("{took} of {}; {} {stay}", visible(&name), pruned.findings())
        }
    };
    say(&format!("{line}{}.", not_taken_in(book)), quiet, terminal)
}

/// Tells what is no longer there.
fn list(
    book: &Book,
    quiet: bool,
    terminal: &mut Terminal<impl Write>,
    status: &mut Status,
) -> anyhow::Result<()> {
    if !book.exists() {
        return say_nothing_is_known(book, quiet, terminal);
    }
    let stale = book.comparison.stale();
    for stale in &stale {
        status.raise(Status::Findings);
        writeln!(terminal.out, "{}", line(stale))?;
    }
    let name = book.name();
    let line = match stale.iter().map(gone).sum() {
        0 => format!("{}: everything that is known is still there", visible(&name)),
        number => {
            let gone = Paint::new(terminal.color).bold(&are_stale(number));
            format!("{}: {gone}; `buckstop baseline update` takes them out", visible(&name))
        }
    };
    say(&format!("{line}{}.", not_taken_in(book)), quiet, terminal)
}

/// `a.txt: not-my-job "not my job": 1 of 2 is no longer there`
fn line(stale: &Stale) -> String {
    const WORDS_WIDTH: usize = 72;
    let entry = &stale.entry;
    let words = one_line(&entry.text, WORDS_WIDTH);
    let words = if words.is_empty() { words } else { format!(" \"{words}\"") };
    let gone = match (gone(stale), entry.count) {
        (gone, count) if gone < count => format!("{gone} of {count} no longer there"),
        (1, _) => "no longer there".to_owned(),
        (gone, _) => format!("all {gone} no longer there"),
    };
    format!("{}: {}{words}: {gone}", visible(&entry.path), visible(&entry.rule))
}

/// "; 2 new findings are not in it".
fn not_taken_in(book: &Book) -> String {
    match book.new {
        0 => String::new(),
        1 => "; 1 new finding is not in it".to_owned(),
        new => format!("; {new} new findings are not in it"),
    }
}

fn say_nothing_is_known(
    book: &Book,
    quiet: bool,
    terminal: &mut Terminal<impl Write>,
) -> anyhow::Result<()> {
    let line = format!("There is no {}, so nothing is known.", visible(&book.name()));
    say(&line, quiet, terminal)
}

fn say(line: &str, quiet: bool, terminal: &mut Terminal<impl Write>) -> anyhow::Result<()> {
    if quiet {
        return Ok(());
    }
    Ok(writeln!(terminal.out, "{line}")?)
}

fn nameless() -> Complaint {
    let complaint = Complaint::new("what comes through a pipe has no name to be known by");
    complaint.help("give it one with --stdin-filename")
}
