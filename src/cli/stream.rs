//! `buckstop stream`: a line of JSON in, a line of findings out, for pipelines.
//!
//! Lines are answered in batches, on all threads, in their order. Whenever the input pauses, all
//! that was answered is written, so that a program which waits for an answer gets it. What an
//! answer holds is settled by [`buckstop::stream`].

use std::io::{self, Read, Write};
use std::num::NonZeroUsize;
use std::path::Path;

use buckstop::check::Options;
use buckstop::formats::{InputFormat, is_json};
use buckstop::stream::Answerer;

use super::discovery::ConfigArgs;
use super::ordered::{HEAVY, Step, in_order, threads};
use super::packs::{PackArgs, SelectArgs};
use super::plan;
use super::privacy::RedactArgs;
use super::reading::ReadingArgs;
use super::terminal::{Complaint, Terminal};

/// The arguments of `buckstop stream`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct StreamArgs {
    /// Tell also which of the three steps a record leaves out: acknowledge, solve, follow up
    #[arg(long)]
    steps: bool,

    /// Show also what was let pass, and why
    #[arg(long)]
    explain_skips: bool,

    /// How many batches of lines are answered at the same time [default: one per processor]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    #[command(flatten)]
    reading: ReadingArgs,

    #[command(flatten)]
    packs: PackArgs,

    #[command(flatten)]
    select: SelectArgs,

    #[command(flatten)]
    config: ConfigArgs,

    #[command(flatten)]
    redact: RedactArgs,
}

const AFTER_HELP: &str = "\
Every line of standard input is a message or a conversation in JSON, as in .jsonl files. It is
answered by one line on standard output, in the same order:

  {\"id\":4711,\"turns\":2,\"findings\":[...]}
  {\"id\":4712,\"error\":{\"message\":\"...\",\"column\":17}}

The id is the record's own member of that name. Findings are those of `check --output jsonl`, their
places counted within the line. Each line is judged for itself. docs/scale.md shows Spark jobs.

Examples:
  buckstop stream < tickets.jsonl > findings.jsonl
  zcat archive/*.gz | buckstop stream | jq -c 'select(.findings != [])'
  buckstop stream --mapping text=body,role=sender.kind < export.jsonl
  parallel --pipe --block 50M buckstop stream --threads 1 < huge.jsonl

Exit codes:
  0  every line was answered, whatever was found
  2  standard input could not be read, or the arguments, a configuration or a rule pack are wrong";

/// Answers standard input line by line.
///
/// # Errors
///
/// If the configuration or the rule packs are wrong, so that nothing was answered, or if stdin
/// can't be read or stdout be written.
pub(super) fn run(args: &StreamArgs, terminal: &mut Terminal<impl Write>) -> anyhow::Result<()> {
    let select = args.select.and("steps", args.steps).settings();
    let settings = args.reading.settings().over(args.packs.settings()).over(select);
    let settings = args.redact.settings().over(settings);
    let configs = args.config.configs(settings).map_err(|it| it.tell(terminal))?;
    let settled = plan::settle(Path::new("-"), &configs, terminal)?;
    let options = Options { explain_skips: args.explain_skips, ..settled.options.clone() };
    if let InputFormat::Forced(format) = options.input_format
        && !is_json(format)
    {
        let message = format!("a stream is JSON, and can't be read as `{}`", format.name);
        let help = "name a format of JSON, or leave it to each line; `buckstop check` reads files";
        return Err(Complaint::new(message).help(help).into());
    }
    let answerer =
        Answerer::new("<stdin>", &options, &settled.ruleset).redacting(settled.redaction);
    let out = &mut terminal.out;
    in_order(
        Batches::new(io::stdin()).map(|batch| (batch, HEAVY)),
        threads(args.threads),
        |batch| answer(answerer, batch),
        |step| match step {
            Step::Result(answers) => Ok(out.write_all(&answers?)?),
            Step::Pause => Ok(out.flush()?),
        },
    )
}

/// The answers to the lines of a batch.
fn answer(answerer: Answerer<'_>, batch: io::Result<Batch>) -> Result<Vec<u8>, Complaint> {
    let mut answers = Vec::new();
    match batch {
        Ok(Batch::Lines(lines)) => {
            let lines = lines.split_inclusive(|&byte| byte == b'\n');
            lines.for_each(|line| answerer.answer(line, &mut answers));
        }
        Ok(Batch::TooLong) => answerer.refuse(LONGEST, &mut answers),
        Err(error) => return Err(Complaint::new(format!("<stdin>: {error}"))),
    }
    Ok(answers)
}

/// Some lines that came together.
#[derive(Debug, PartialEq, Eq)]
enum Batch {
    /// Whole lines; only the last of all may have no line break.
    Lines(Vec<u8>),
    /// A line that is too long to be read.
    TooLong,
}

/// How many bytes are read at once, at most.
const ENOUGH: usize = 256 << 10;

/// The most bytes that a line may have.
const LONGEST: usize = 64 << 20;

/// Reads lines as they come, as many at once as there are.
struct Batches<R> {
    from: R,
    /// The beginning of a line.
    begun: Vec<u8>,
    /// Whether the rest of a line is passed over.
    passing_over: bool,
    over: bool,
}

impl<R: Read> Batches<R> {
    fn new(from: R) -> Self {
        Self { from, begun: Vec::new(), passing_over: false, over: false }
    }

    /// The next batch; nothing at the end.
    fn read(&mut self) -> io::Result<Option<Batch>> {
        let mut buffer = vec![0; ENOUGH];
        loop {
            let len = match self.from.read(&mut buffer) {
                Ok(len) => len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if len == 0 {
                self.over = true;
                let last = std::mem::take(&mut self.begun);
                return Ok((!last.is_empty()).then_some(Batch::Lines(last)));
            }
            let mut new = &buffer[..len];
            if self.passing_over {
                let Some(end) = memchr::memchr(b'\n', new) else { continue };
                self.passing_over = false;
                new = &new[end + 1..];
            }
            let whole = memchr::memrchr(b'\n', new).map_or(0, |end| end + 1);
            let mut lines = Vec::new();
            if whole > 0 {
                lines = std::mem::take(&mut self.begun);
                lines.extend_from_slice(&new[..whole]);
            }
            self.begun.extend_from_slice(&new[whole..]);
            if !lines.is_empty() {
                return Ok(Some(Batch::Lines(lines)));
            }
            if self.begun.len() > LONGEST {
                self.begun = Vec::new();
                self.passing_over = true;
                return Ok(Some(Batch::TooLong));
            }
        }
    }
}

impl<R: Read> Iterator for Batches<R> {
    type Item = io::Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let batch = self.read().transpose();
        self.over |= matches!(batch, Some(Err(_)));
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives what it has in the steps in which it came.
    struct Steps<'s>(Vec<&'s [u8]>);

    impl Read for Steps<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let step = self.0.remove(0);
            let len = step.len().min(buffer.len());
            buffer[..len].copy_from_slice(&step[..len]);
            if len < step.len() {
                self.0.insert(0, &step[len..]);
            }
            Ok(len)
        }
    }

    fn batches(steps: &[&[u8]]) -> Vec<Batch> {
        Batches::new(Steps(steps.to_vec())).map(|batch| batch.expect("nothing fails")).collect()
    }

    fn lines(text: &str) -> Batch {
        Batch::Lines(text.as_bytes().to_vec())
    }

    #[test]
    fn lines_are_handed_on_as_soon_as_they_are_whole() {
        let steps: [&[u8]; 5] = [b"one\n", b"tw", b"o\nth", b"re", b"e"];
        assert_eq!(batches(&steps), [lines("one\n"), lines("two\n"), lines("three")]);
        assert_eq!(batches(&[b"a\n\nb\n"]), [lines("a\n\nb\n")]);
        assert_eq!(batches(&[]), []);
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        let long = vec![b'x'; LONGEST + 10];
        let steps: [&[u8]; 4] = [b"a\n", &long, b"xx", b"x\nb\n"];
        assert_eq!(batches(&steps), [lines("a\n"), Batch::TooLong, lines("b\n")]);
    }
}
