//! `buckstop fmt`: a draft in, the same draft with its safe rewrites out, for editors.
//!
//! An editor puts what comes out in place of what it sent. So whatever goes wrong, the draft
//! goes out as it came in, to the byte. Nothing is written to files.

use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use buckstop::check::understand;
use buckstop::finding::Applicability;
use buckstop::fix::{FixOptions, fix};
use buckstop::source::Source;

use super::compression::is_compressed;
use super::discovery::FileArgs;
use super::fix::nobody_told;
use super::input::unreadable;
use super::packs::{PackArgs, SelectArgs};
use super::reading::ReadingArgs;
use super::terminal::{Complaint, Terminal};
use super::{Status, plan};

/// The name of the subcommand, as it is told before the arguments are understood.
const NAME: &str = "fmt";

/// The arguments of `buckstop fmt`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct FmtArgs {
    /// The draft; `-` is standard input [default: standard input]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Apply also rewrites that promise something or change what is said
    #[arg(long)]
    suggested: bool,

    /// Change only words that begin in these lines, counted from 1: `3:7`, `3:`, `:7`
    #[arg(long, value_name = "START:END", value_parser = lines)]
    range: Option<RangeInclusive<usize>>,

    /// Write nothing; the exit code tells whether anything would change
    #[arg(long)]
    check: bool,

    #[command(flatten)]
    reading: ReadingArgs,

    #[command(flatten)]
    packs: PackArgs,

    #[command(flatten)]
    select: SelectArgs,

    #[command(flatten)]
    files: FileArgs,
}

const AFTER_HELP: &str = "\
The draft is written to standard output, changed or not, byte for byte: line ends, a BOM and a
missing line break at the end stay as they are. If anything goes wrong, it is written as it came,
and the reason goes to standard error.

Examples:
  buckstop fmt < reply.txt
  buckstop fmt --stdin-filename chat.jsonl < chat.jsonl
  buckstop fmt --range 3:7 < reply.txt
  buckstop fmt --check reply.txt

Exit codes:
  0  the draft was written, whatever was found in it; with --check: nothing would change
  1  with --check: something would change
  2  something went wrong, and the draft was written as it came";

/// Writes the draft with its rewrites.
///
/// # Errors
///
/// If anything went wrong; the draft has been written all the same.
pub(super) fn run(
    args: &FmtArgs,
    terminal: &mut Terminal<impl Write>,
    status: &mut Status,
) -> anyhow::Result<()> {
    let mut draft = Vec::new();
    let read = args.read(&mut draft);
    let fixed = read.map_err(Into::into).and_then(|()| args.fixed(&draft, terminal));
    let written = fixed.as_ref().unwrap_or(&draft);
    if !args.check {
        terminal.out.write_all(written)?;
        terminal.out.flush()?;
    } else if *written != draft {
        status.raise(Status::Findings);
    }
    fixed.map(drop)
}

/// Passes standard input on as it is, if the arguments that nobody could make sense of ask for
/// `fmt`: the editor that sent them is waiting for its draft.
pub(super) fn echo_in_spite_of(args: impl Iterator<Item = OsString>) {
    let input = io::stdin();
    if asks_for_fmt(args) && !input.is_terminal() {
        // With either end closed there is nobody who waits.
        _ = io::copy(&mut input.lock(), &mut io::stdout().lock());
    }
}

/// Whether the first word that is no option names this subcommand.
fn asks_for_fmt(args: impl Iterator<Item = OsString>) -> bool {
    let mut args = args.skip(1);
    while let Some(arg) = args.next() {
        if arg == "--color" {
            args.next();
        } else if !arg.to_string_lossy().starts_with('-') {
            return arg == NAME;
        }
    }
    false
}

impl FmtArgs {
    /// Reads the draft. What was read before an error stays in `draft`.
    fn read(&self, draft: &mut Vec<u8>) -> Result<(), Complaint> {
        let read = match self.path() {
            Some(path) => fs::File::open(path).and_then(|mut file| file.read_to_end(draft)),
            None => io::stdin().lock().read_to_end(draft),
        };
        let name = self.path().map_or("<stdin>".into(), |path| path.display().to_string());
        read.map(drop).map_err(|error| unreadable(&name, &error))
    }

    /// The draft with its rewrites.
    fn fixed(&self, draft: &[u8], terminal: &mut Terminal<impl Write>) -> anyhow::Result<Vec<u8>> {
        let given = self.packs.settings().over(self.select.settings());
        let given = given.over(self.reading.settings());
        let configs = self.files.configs(given).map_err(|mistake| mistake.tell(terminal))?;
        let name = self.files.stdin_filename.as_deref().or(self.path()).unwrap_or(Path::new("-"));
        let settled = plan::settle(name, &configs, terminal)?;
        let source = self.source(draft)?;
        let options = &settled.options;
        if configs.excludes_by_force(name, false)
            || nobody_told(&understand(&source, options).turns, options)
        {
            return Ok(draft.to_vec());
        }
        let fixed = fix(source, options, &self.fix_options(), &settled.ruleset);
        // The process ends here, and taking the rules apart takes as long as fixing a draft.
        std::mem::forget(settled);
        Ok(fixed.bytes)
    }

    fn fix_options(&self) -> FixOptions {
        let least = if self.suggested { Applicability::Suggested } else { Applicability::Safe };
        FixOptions { least, lines: self.range.clone() }
    }

    /// The draft as text.
    fn source(&self, draft: &[u8]) -> Result<Source, Complaint> {
        let name = self.files.stdin_filename.as_deref().or(self.path());
        let name = name.map_or("<stdin>".into(), |path| path.display().to_string());
        if draft.len() > Source::MAX_LEN {
            return Err(unreadable(&name, &io::ErrorKind::FileTooLarge.into()));
        }
        if is_compressed(draft) {
            let complaint = Complaint::new(format!("{name}: compressed, so it stays as it is"));
            return Err(complaint.help("decompress it first"));
        }
        let source = Source::new(name, draft.to_vec());
        if source.is_binary() {
            let complaint = Complaint::new(format!("{}: not a text", source.name()));
            return Err(complaint.help("if it is one, save it as UTF-8"));
        }
        Ok(source)
    }

    /// The file that is named, unless it is standard input.
    fn path(&self) -> Option<&Path> {
        self.file.as_deref().filter(|&path| path != Path::new("-"))
    }
}

/// Reads `3:7`; either side may be missing.
fn lines(range: &str) -> Result<RangeInclusive<usize>, String> {
    let (start, end) = range.split_once(':').ok_or("it is written START:END, as in 3:7")?;
    let start = line(start)?.unwrap_or(1);
    let end = line(end)?.unwrap_or(usize::MAX);
    if start > end {
        return Err(format!("it starts at line {start} and ends before, at line {end}"));
    }
    Ok(start..=end)
}

fn line(number: &str) -> Result<Option<usize>, String> {
    if number.is_empty() {
        return Ok(None);
    }
    let line = number.parse().map_err(|_| format!("`{number}` is no number of a line"))?;
    if line == 0 { Err("lines are counted from 1".to_owned()) } else { Ok(Some(line)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_side_of_a_range_may_be_missing() {
        assert_eq!(lines("3:7"), Ok(3..=7));
        assert_eq!(lines("3:3"), Ok(3..=3));
        assert_eq!(lines("3:"), Ok(3..=usize::MAX));
        assert_eq!(lines(":7"), Ok(1..=7));
        for wrong in ["3", "7:3", "0:3", "a:b", "3-7", "-1:2", "1:2:3", ""] {
            assert!(lines(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_subcommand_is_told_from_arguments_that_are_wrong() {
        let asks = |line: &str| asks_for_fmt(line.split(' ').map(OsString::from));
        assert!(asks("buckstop fmt --wrong"));
        assert!(asks("buckstop --color never fmt --wrong"));
        assert!(asks("buckstop --color=never --wrong fmt"));
        assert!(!asks("buckstop check fmt --wrong"));
        assert!(!asks("buckstop --color fmt check"));
        assert!(!asks("buckstop"));
    }
}
