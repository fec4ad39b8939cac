//! `buckstop fix --interactive`: shows finding after finding and asks what to do about it.
//!
//! What was chosen for a file is written when the file is done. Until the session ends it can
//! all be put back; see [`safe_copies`](super::safe_copies).

use std::io::{self, IsTerminal, StdinLock, Write};
use std::mem;

use buckstop::check::check;
use buckstop::finding::{Applicability, Finding, Rewrite};
use buckstop::fix::{Edit, edit};
use buckstop::render::{OutputFormat, Paint, RenderOptions, one_line, visible};
use buckstop::report::Report;
use buckstop::source::{ColumnUnit, Source};
use buckstop::text::TextSpan;

use super::Status;
use super::compression::is_compressed;
use super::input::Input;
use super::layout;
use super::plan::{Settled, Task};
use super::questions::{Answer, Questions, blanks, filled};
use super::safe_copies::{self, SafeCopies};
use super::terminal::{Complaint, Terminal, count, width};
use super::write::Target;

/// What can be answered, told at the beginning and whenever somebody asks.
const HELP: &str = "\
  1, 2, …  take the words of this number; their [blanks] are asked for
  e        edit: write words of your own
  s        skip this one
  f        skip the rest of this file
  q        quit: write what was chosen so far, and stop
  x        exit: put back all files of this session, and stop
  ?        show this again";

/// Goes through all findings of the inputs with the user.
///
/// # Errors
///
/// If a draft was to come from standard input, where the answers come from, or if the terminal
/// can't be written to or read from.
pub(super) fn run(
    tasks: &[Result<Task, Complaint>],
    terminal: &mut Terminal<impl Write>,
    status: &mut Status,
) -> anyhow::Result<()> {
    if tasks.iter().flatten().any(|task| matches!(task.input, Input::Stdin(_))) {
        let complaint = Complaint::new("standard input is where the answers come from");
        return Err(complaint.help("name a file to go through, not `-`").into());
    }
    let questions = Questions::new(io::stdin().lock(), !io::stdin().is_terminal());
    let copies = SafeCopies::default();
    let sum = Sum::default();
    let mut session = Session { terminal, status, questions, copies, sum };
    for task in tasks {
        match session.file(task)? {
            Next::GoOn => {}
            Next::Stop => break,
            Next::PutBack => return session.put_back(),
        }
    }
    session.finish()
}

/// How it goes on after a finding or a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    GoOn,
    Stop,
    PutBack,
}

/// What a session came to.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    files: usize,
    changed: usize,
    edits: usize,
    remaining: usize,
    stopped: bool,
}

struct Session<'a, W: Write> {
    terminal: &'a mut Terminal<W>,
    status: &'a mut Status,
    questions: Questions<StdinLock<'static>>,
    copies: SafeCopies,
    sum: Sum,
}

/// A file that was read.
struct Opened<'a> {
    target: Target,
    report: Report<'a>,
    settled: &'a Settled,
}

impl<'a, W: Write> Session<'a, W> {
    /// Goes through one file, and writes what was chosen for it.
    fn file(&mut self, task: &'a Result<Task, Complaint>) -> anyhow::Result<Next> {
        let opened = match open(task) {
            Ok(Some(opened)) => opened,
            Ok(None) => return Ok(Next::GoOn),
            Err(complaint) => {
                self.fail(&complaint)?;
                return Ok(Next::GoOn);
            }
        };
        let Opened { target, mut report, settled } = opened;
        self.sum.files += 1;
        for problem in &report.problems {
            self.terminal.warning(&Complaint::about(problem, &report.source))?;
        }
        let findings = mem::take(&mut report.findings);
        // Nobody should answer for nothing.
        let writable = if findings.is_empty() { Ok(()) } else { target.expect_writable() };
        if let Err(complaint) = writable {
            self.leave(findings.len());
            self.fail(&complaint)?;
            return Ok(Next::GoOn);
        }
        let (edits, next) = self.ask_about(&findings, &mut report)?;
        self.sum.stopped |= next == Next::Stop;
        if next == Next::PutBack || edits.is_empty() {
            self.leave(findings.len());
        } else {
            self.write(&Opened { target, report, settled }, findings.len(), &edits)?;
        }
        Ok(next)
    }

    /// Asks about one finding after the other, and gathers what to change.
    fn ask_about(
        &mut self,
        findings: &[Finding<'a>],
        report: &mut Report<'a>,
    ) -> io::Result<(Vec<Edit>, Next)> {
        let mut edits: Vec<Edit> = Vec::new();
        for (number, finding) in findings.iter().enumerate() {
            let Some(rewrites) = still_possible(finding, &edits) else { continue };
            self.show(finding, &rewrites, report)?;
            let place = format!("{}/{}", number + 1, findings.len());
            let chosen = match self.choose(&place, &rewrites)? {
                Answer::Take(number) => self.taken(&rewrites[number])?,
                Answer::Edit => self.by_hand(finding, report)?,
                Answer::SkipFile => return Ok((edits, Next::GoOn)),
                Answer::Quit => return Ok((edits, Next::Stop)),
                Answer::PutBack => return Ok((edits, Next::PutBack)),
                Answer::Skip | Answer::Help => None,
            };
            let edit = chosen.map(|(span, text)| Edit { turn: finding.turn, span, text });
            edits.extend(edit);
        }
        Ok((edits, Next::GoOn))
    }

    /// Shows a finding as `buckstop check` does, its rewrites with numbers.
    fn show(
        &mut self,
        finding: &Finding<'a>,
        rewrites: &[Rewrite],
        report: &mut Report<'a>,
    ) -> io::Result<()> {
        let (color, width) = (self.terminal.color, width());
        let columns = ColumnUnit::Characters;
        let options = RenderOptions { color, explain_skips: false, quiet: true, width, columns };
        report.findings = vec![Finding { rewrites: Vec::new(), ..finding.clone() }];
        OutputFormat::Full.renderer(options).report(report, &mut self.terminal.out)?;
        report.findings.clear();
        let paint = Paint::new(color);
        for (number, rewrite) in rewrites.iter().enumerate() {
            let mut number = (number + 1).to_string();
            for line in layout::lines(&visible(&rewrite.words()), width - MARGIN) {
                let line = paint.good(&line);
                writeln!(self.terminal.out, "{} {line}", paint.bold(&format!("{number:>3}")))?;
                number.clear();
            }
        }
        writeln!(self.terminal.out)
    }

    /// Asks until there is an answer that can be done.
    fn choose(&mut self, place: &str, rewrites: &[Rewrite]) -> io::Result<Answer> {
        let choices = Answer::choices(rewrites.len());
        let question = Paint::new(self.terminal.color)
            .bold(&format!("({place}) Take which words? [{choices}] "));
        loop {
            let Some(line) = self.questions.ask(&question, &mut self.terminal.out)? else {
                return Ok(Answer::Quit);
            };
            match Answer::read(&line, rewrites.len()) {
                Some(Answer::Help) | None => writeln!(self.terminal.out, "{HELP}")?,
                Some(answer) => {
                    writeln!(self.terminal.out)?;
                    return Ok(answer);
                }
            }
        }
    }

    /// A rewrite with its blanks filled in; nothing if there is nobody to fill them in.
    fn taken(&mut self, rewrite: &Rewrite) -> io::Result<Option<(TextSpan, String)>> {
        let mut words = Vec::new();
        if rewrite.applicability == Applicability::Template {
            for blank in blanks(&rewrite.text) {
                let question = format!("  {} ", visible(blank));
                let answer = self.questions.ask(&question, &mut self.terminal.out)?;
                let Some(answer) = answer else { return Ok(None) };
                if answer.trim().is_empty() {
                    self.terminal.warning(&open_blank(blank))?;
                } else {
                    words.push((blank, answer.trim().to_owned()));
                }
            }
            writeln!(self.terminal.out)?;
        }
        let find = |blank: &str| words.iter().find(|(it, _)| *it == blank);
        let text = filled(&rewrite.text, |blank| find(blank).map(|(_, words)| words.clone()));
        Ok(Some((rewrite.span, text)))
    }

    /// Words of the user's own for a finding; nothing if there are none.
    fn by_hand(
        &mut self,
        finding: &Finding<'a>,
        report: &Report<'a>,
    ) -> io::Result<Option<(TextSpan, String)>> {
        let present = report.turns[finding.turn].turn.text.slice(finding.span);
        let out = &mut self.terminal.out;
        writeln!(out, "  instead of: {}", one_line(present, width() - MARGIN))?;
        let question = "  your words (none to leave it): ";
        let words = self.questions.ask(question, out)?;
        writeln!(out)?;
        let words = words.map(|words| words.trim().to_owned()).filter(|words| !words.is_empty());
        Ok(words.map(|words| (finding.span, words)))
    }

    /// Writes what was chosen.
    fn write(&mut self, opened: &Opened<'a>, findings: usize, edits: &[Edit]) -> io::Result<()> {
        let Opened { target, report, settled } = opened;
        let Settled { options, ruleset, .. } = settled;
        let edited = edit(report, options, edits);
        for (number, reason) in &edited.refused {
            let Edit { turn, span, .. } = edits[*number];
            let start = report.turns[turn].turn.text.to_source(span).start;
            let at = report.source.position(start);
            let place = format!("{}:{}:{}", report.source.name(), at.line, at.column);
            let complaint = Complaint::new(format!("{place}: this was not changed: {reason}"));
            self.terminal.warning(&complaint)?;
        }
        let done = edits.len() - edited.refused.len();
        let old = report.source.bytes().to_vec();
        if edited.bytes == old {
            self.leave(findings);
            return Ok(());
        }
        let name = report.source.name().to_owned();
        if let Err(complaint) = self.copies.replace(target.clone(), old, edited.bytes.clone()) {
            self.leave(findings);
            return self.fail(&complaint);
        }
        self.sum.changed += 1;
        self.sum.edits += done;
        let checked = check(Source::new(name.clone(), edited.bytes), options, ruleset);
        self.leave(checked.findings.len());
        let changed = Paint::new(self.terminal.color).bold(&format!("Changed {}", places(done)));
        writeln!(self.terminal.out, "{changed} in {}.\n", visible(&name))
    }

    /// Counts findings that stay.
    fn leave(&mut self, findings: usize) {
        self.sum.remaining += findings;
        if findings > 0 {
            self.status.raise(Status::Findings);
        }
    }

    fn fail(&mut self, complaint: &Complaint) -> io::Result<()> {
        self.status.raise(Status::Failed);
        self.terminal.error(complaint)
    }

    /// Makes all files what they were.
    fn put_back(mut self) -> anyhow::Result<()> {
        let complaints = mem::take(&mut self.copies).put_back();
        for complaint in &complaints {
            self.fail(complaint)?;
        }
        let restored = self.sum.changed - complaints.len();
        let told = match (restored, complaints.len()) {
            (0, 0) => "Nothing was changed.".to_owned(),
            (_, 0) => format!("Put back {}; everything is as it was.", count(restored, "file")),
            (_, left) => {
                format!("Put back {}, but not {left} more.", count(restored, "file"))
            }
        };
        Ok(writeln!(self.terminal.out, "{told}")?)
    }

    /// Lets go of the copies and tells what it all came to.
    fn finish(mut self) -> anyhow::Result<()> {
        for complaint in mem::take(&mut self.copies).let_go() {
            self.terminal.warning(&complaint)?;
        }
        let Sum { files, changed, edits, remaining, stopped } = self.sum;
        let paint = Paint::new(self.terminal.color);
        let done = match (edits, remaining) {
            (0, 0) if files == 0 => "Nothing was gone through".to_owned(),
            (0, 0) => format!("{} in {}", paint.good("No deflections found"), count(files, "file")),
            (0, _) => paint.bold("Changed nothing"),
            _ => {
                let done = paint.bold(&format!("Changed {}", places(edits)));
                format!("{done} in {}", count(changed, "file"))
            }
        };
        let left = match remaining {
            0 if edits == 0 => String::new(),
            0 => "; no deflections remain".to_owned(),
            1 => "; 1 deflection remains".to_owned(),
            _ => format!("; {} remain", count(remaining, "deflection")),
        };
        let rest = if stopped { ", and what comes after was not looked at" } else { "" };
        Ok(writeln!(self.terminal.out, "{done}{left}{rest}.")?)
    }
}

/// Reads a file and checks it; `None` if it is passed over.
fn open(task: &Result<Task, Complaint>) -> Result<Option<Opened<'_>>, Complaint> {
    let Task { input, settled } = task.as_ref().map_err(Complaint::clone)?;
    let (Input::Named(path) | Input::Met(path) | Input::Piece(path, _)) = input else {
        return Ok(None);
    };
    let target = Target::new(path)?;
    safe_copies::expect_none(&target)?;
    let bytes = input.bytes()?;
    let named = !matches!(input, Input::Met(_));
    if is_compressed(&bytes) && named {
        let complaint = Complaint::new(format!("{}: compressed", target.name()));
        return Err(complaint.help("decompress it, fix what comes out, and compress that"));
    }
    let source = Source::new(input.name(), bytes);
    if source.is_binary() && named {
        let complaint = Complaint::new(format!("{}: not a text", target.name()));
        return Err(complaint.help("if it is one, save it as UTF-8"));
    }
    if source.is_binary() || is_compressed(source.bytes()) {
        return Ok(None);
    }
    let report = check(source, &settled.options, &settled.ruleset);
    let passed_over = input.is_passed_over(&report.turns);
    Ok((!passed_over).then_some(Opened { target, report, settled }))
}

/// The rewrites that don't meet what was taken before; nothing if that has replaced the very
/// words that were found.
fn still_possible(finding: &Finding<'_>, edits: &[Edit]) -> Option<Vec<Rewrite>> {
    let here = || edits.iter().filter(|edit| edit.turn == finding.turn).map(|edit| edit.span);
    let meets = |a: TextSpan, b: TextSpan| a.start <= b.end && b.start <= a.end;
    let rewrites = finding.rewrites.iter().filter(|it| !here().any(|taken| meets(it.span, taken)));
    let rewrites: Vec<Rewrite> = rewrites.cloned().collect();
    // What a message lacks is marked by words that nothing is wrong with.
    let lacks = rewrites.iter().any(Rewrite::is_addition);
    let replaced = here().any(|taken| taken.overlaps(finding.span)) && !lacks;
    (!replaced).then_some(rewrites)
}

/// Columns that are taken by what stands before words.
const MARGIN: usize = 14;

fn places(number: usize) -> String {
    count(number, "place")
}

fn open_blank(blank: &str) -> Complaint {
    Complaint::new(format!("{blank} will stand there as it is"))
        .help("fill it in before this is sent")
}
