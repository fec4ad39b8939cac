//! `buckstop turns`: who says what, as it was understood, so that one can see and mend it.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::PathBuf;

use buckstop::check::{Understood, understand};
use buckstop::finding::Severity;
use buckstop::render::{Paint, one_line, visible, write_json};
use buckstop::report::PlacedTurn;
use buckstop::source::{Position, Source};
use buckstop::text::TextSpan;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::discovery::FileArgs;
use super::privacy::RedactArgs;
use super::reading::ReadingArgs;
use super::terminal::{Complaint, Terminal, count, width};
use super::{Status, input, plan};

/// The arguments of `buckstop turns`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct TurnsArgs {
    /// Files and folders to read; `-` is standard input [default: what is piped in, or else
    /// the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How turns are written
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output_format: TurnsFormat,

    #[command(flatten)]
    reading: ReadingArgs,

    #[command(flatten)]
    files: FileArgs,

    #[command(flatten)]
    redact: RedactArgs,
}

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum TurnsFormat {
    /// For reading: a line for each turn, those that are checked marked with a *
    #[default]
    Table,
    /// For programs: an array of the files with their turns
    Json,
}

const AFTER_HELP: &str = "\
Examples:
  buckstop turns chat.txt
  buckstop turns chat.txt --agent \"Jane Doe\" --bot Hearth
  buckstop turns export.txt --input-format whatsapp
  buckstop turns tickets.jsonl --output-format json

Exit codes:
  0  everything was read
  2  something could not be read, or the arguments are wrong";

/// Shows the turns of all that the arguments name.
///
/// A file that can't be read is a complaint and the status [`Status::Failed`]; the others
/// are shown all the same.
///
/// # Errors
///
/// If a configuration is wrong, if somebody is given two roles, or if stdout can't be written.
pub(super) fn run(
    args: &TurnsArgs,
    terminal: &mut Terminal<impl Write>,
    status: &mut Status,
) -> anyhow::Result<()> {
    let configs = args
        .files
        .configs(args.reading.settings().over(args.redact.settings()))
        .map_err(|it| it.tell(terminal))?;
    let inputs = input::find(&args.paths, &configs);
    let mut pages = Pages::new(args.output_format, terminal.color);
    for input in inputs {
        let read = input.and_then(|input| Ok((input.read()?, input)));
        match read {
            Ok((None, _)) => {}
            Ok((Some(mut source), input)) => {
                let (options, redaction) = plan::options(input.path(), &configs, terminal)?;
                let mut understood = understand(&source, &options);
                if let Some(redaction) = redaction {
                    redaction.understood(&mut source, &mut understood);
                }
                if !input.is_passed_over(&understood.turns) {
                    pages.add(&source, &understood, &mut terminal.out)?;
                }
            }
            Err(complaint) => {
                status.raise(Status::Failed);
                terminal.error(&complaint)?;
            }
        }
    }
    Ok(pages.finish(&mut terminal.out)?)
}

/// Writes one file after the other.
struct Pages {
    format: TurnsFormat,
    paint: Paint,
    width: usize,
    empty: bool,
}

impl Pages {
    fn new(format: TurnsFormat, color: bool) -> Self {
        Self { format, paint: Paint::new(color), width: width(), empty: true }
    }

    fn add(
        &mut self,
        source: &Source,
        understood: &Understood,
        out: &mut impl Write,
    ) -> io::Result<()> {
        match self.format {
            TurnsFormat::Json => {
                out.write_all(if self.empty { b"[\n" } else { b",\n" })?;
                write_file(source, understood, out)?;
            }
            TurnsFormat::Table => {
                if !self.empty {
                    writeln!(out)?;
                }
                self.table(source, understood, out)?;
            }
        }
        self.empty = false;
        Ok(())
    }

    fn finish(&self, out: &mut impl Write) -> io::Result<()> {
        match self.format {
            TurnsFormat::Json if self.empty => writeln!(out, "[]"),
            TurnsFormat::Json => writeln!(out, "\n]"),
            TurnsFormat::Table => Ok(()),
        }
    }

    /// What the file was read as, what went wrong, and its turns.
    fn table(
        &self,
        source: &Source,
        understood: &Understood,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let Understood { format, turns, problems } = understood;
        let checked = turns.iter().filter(|turn| turn.checked).count();
        writeln!(
            out,
            "{}, read as {}: {}, {checked} to be checked",
            self.paint.bold(&visible(source.name())),
            format.name,
            count(turns.len(), "turn"),
        )?;
        for problem in problems {
            let warning = self.paint.severity(Severity::Warning, "warning:");
            let complaint = Complaint::about(problem, source);
            writeln!(out, "{warning} {}", visible(&complaint.message))?;
        }
        let columns = Columns::of(turns, self.width / 5);
        let several = turns.iter().filter(|turn| turn.number == 1).count() > 1;
        let mut conversations = 0;
        for turn in turns {
            if turn.number == 1 {
                conversations += 1;
                writeln!(out)?;
                self.heading(turn, several.then_some(conversations), out)?;
            }
            self.line(turn, &columns, out)?;
        }
        Ok(())
    }

    /// What the conversation is called, or its number among several.
    fn heading(
        &self,
        first: &PlacedTurn,
        number: Option<usize>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let name = match (&first.conversation, number) {
            (Some(id), _) => one_line(id, self.width / 2),
            (None, Some(number)) => format!("{number} (unnamed)"),
            (None, None) => return Ok(()),
        };
        let channel = first.channel.as_deref().map(|it| one_line(it, self.width / 4));
        let channel = channel.map_or(String::new(), |channel| format!(", {channel}"));
        writeln!(out, "{}", self.paint.bold(&format!("conversation {name}{channel}")))
    }

    fn line(&self, placed: &PlacedTurn, columns: &Columns, out: &mut impl Write) -> io::Result<()> {
        let PlacedTurn { number, checked, turn, .. } = placed;
        let mark = if *checked { '*' } else { ' ' };
        let mut line = format!("{mark} {number:>0$}  ", columns.number);
        push_cell(&mut line, turn.role.as_str(), columns.role);
        push_cell(&mut line, &cell(turn.speaker.as_deref(), columns.most), columns.speaker);
        push_cell(&mut line, &cell(turn.time.as_deref(), columns.most), columns.time);
        // One column is kept for the sign that words were left out.
        let room = self.width.saturating_sub(line.width() + 1).max(NARROWEST_TEXT);
        line += &one_line(turn.text.as_str(), room);
        let line = line.trim_end();
        if *checked { writeln!(out, "{line}") } else { writeln!(out, "{}", self.paint.dim(line)) }
    }
}

/// However narrow the terminal is.
const NARROWEST_TEXT: usize = 20;

/// How wide the columns of a table are; those in which nothing stands have no width.
struct Columns {
    number: usize,
    role: usize,
    speaker: usize,
    time: usize,
    /// How wide a speaker and a time may be.
    most: usize,
}

impl Columns {
    fn of(turns: &[PlacedTurn], most: usize) -> Self {
        let widest = |width: &dyn Fn(&PlacedTurn) -> usize| -> usize {
            turns.iter().map(width).max().unwrap_or(0)
        };
        Self {
            number: widest(&|placed| placed.number.to_string().len()),
            role: widest(&|placed| placed.turn.role.as_str().len()),
            speaker: widest(&|placed| cell(placed.turn.speaker.as_deref(), most).width()),
            time: widest(&|placed| cell(placed.turn.time.as_deref(), most).width()),
            most,
        }
    }
}

fn cell(text: Option<&str>, most: usize) -> String {
    one_line(text.unwrap_or_default(), most)
}

/// Adds a cell and two spaces, unless its whole column is empty.
fn push_cell(line: &mut String, cell: &str, width: usize) {
    if width > 0 {
        let gap = width.saturating_sub(cell.width()) + 2;
        _ = write!(line, "{cell}{:gap$}", "");
    }
}

/// A file as programs read it, each turn on a line of its own.
fn write_file(source: &Source, understood: &Understood, out: &mut impl Write) -> io::Result<()> {
    let problems = understood.problems.iter();
    let problems: Vec<_> = problems
        .map(|problem| ProblemOut {
            place: problem.position.map(PlaceOut::from),
            message: &problem.message,
        })
        .collect();
    write!(out, "{{\"path\":")?;
    write_json(&source.name(), out)?;
    write!(out, ",\"format\":")?;
    write_json(&understood.format.name, out)?;
    write!(out, ",\"problems\":")?;
    write_json(&problems, out)?;
    write!(out, ",\"turns\":[")?;
    for (index, turn) in understood.turns.iter().enumerate() {
        out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        write_json(&TurnOut::of(turn, source), out)?;
    }
    out.write_all(if understood.turns.is_empty() { b"]}" } else { b"\n]}" })
}

#[derive(Serialize)]
struct ProblemOut<'a> {
    place: Option<PlaceOut>,
    message: &'a str,
}

#[derive(Serialize)]
struct TurnOut<'a> {
    conversation: Option<&'a str>,
    channel: Option<&'a str>,
    turn: usize,
    speaker: Option<&'a str>,
    role: &'static str,
    time: Option<&'a str>,
    checked: bool,
    start: PlaceOut,
    text: &'a str,
}

impl<'a> TurnOut<'a> {
    fn of(placed: &'a PlacedTurn, source: &Source) -> Self {
        let PlacedTurn { conversation, channel, number, checked, turn } = placed;
        let start = turn.text.to_source(TextSpan::new(0, 0)).start;
        Self {
            conversation: conversation.as_deref(),
            channel: channel.as_deref(),
            turn: *number,
            speaker: turn.speaker.as_deref(),
            role: turn.role.as_str(),
            time: turn.time.as_deref(),
            checked: *checked,
            start: source.position(start).into(),
            text: turn.text.as_str(),
        }
    }
}

#[derive(Serialize)]
struct PlaceOut {
    line: usize,
    column: usize,
}

impl From<Position> for PlaceOut {
    fn from(position: Position) -> Self {
        Self { line: position.line, column: position.column }
    }
}
