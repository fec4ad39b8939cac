//! `buckstop check --show-files`: which files would be checked, and as what.

use std::io::{self, Write};
use std::num::NonZeroUsize;

use buckstop::check::understand;
use buckstop::formats::FORMATS;
use buckstop::redaction::redacted_name;
use buckstop::render::{visible, write_json};
use serde::Serialize;

use super::Status;
use super::ordered::{Step, in_order};
use super::plan::Task;
use super::terminal::{Complaint, Terminal};

/// How the list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listing {
    /// A line for each file: its format and its path.
    Lines,
    /// An array of objects.
    Json,
}

/// A file, as it is written for programs.
#[derive(Serialize)]
struct Listed<'a> {
    path: &'a str,
    format: &'a str,
}

/// Lists the files in the order in which they would be checked.
///
/// A file that can't be read is a complaint and the status [`Status::Failed`].
///
/// # Errors
///
/// If stdout can't be written.
pub(super) fn show(
    tasks: &[Result<Task, Complaint>],
    threads: NonZeroUsize,
    listing: Listing,
    terminal: &mut Terminal<impl Write>,
    status: &mut Status,
) -> anyhow::Result<()> {
    let mut empty = true;
    in_order(tasks.iter().map(|task| (task, 1)), threads, format_of, |step| match step {
        Step::Pause | Step::Result(Ok(None)) => Ok(()),
        Step::Result(Ok(Some((path, format)))) => {
            let first = std::mem::take(&mut empty);
            write(&path, format, listing, first, &mut terminal.out)
        }
        Step::Result(Err(complaint)) => {
            status.raise(Status::Failed);
            terminal.error(&complaint)
        }
    })?;
    if listing == Listing::Json {
        terminal.out.write_all(if empty { b"[]\n" } else { b"\n]\n" })?;
    }
    Ok(())
}

/// The name of a file and of its format; nothing for what is passed over.
fn format_of(task: &Result<Task, Complaint>) -> Result<Option<(String, &'static str)>, Complaint> {
    let Task { input, settled } = task.as_ref().map_err(Complaint::clone)?;
    let Some(source) = input.read()? else { return Ok(None) };
    let understood = understand(&source, &settled.options);
    let passed_over = input.is_passed_over(&understood.turns);
    let masked = settled.redaction.is_some();
    let name = input.name();
    let name = if masked { redacted_name(&name).into_owned() } else { name };
    Ok((!passed_over).then_some((name, understood.format.name)))
}

fn write(
    path: &str,
    format: &str,
    listing: Listing,
    first: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    match listing {
        Listing::Lines => {
            let width = FORMATS.iter().map(|format| format.name.len()).max().unwrap_or(0);
            writeln!(out, "{format:width$}  {}", visible(path))
        }
        Listing::Json => {
            out.write_all(if first { b"[\n" } else { b",\n" })?;
            write_json(&Listed { path, format }, out)
        }
    }
}
