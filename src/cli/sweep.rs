//! Checks all inputs of a run on several threads, large ones in pieces, and hands the reports
//! over in the order of the inputs.
//!
//! Whatever is to be masked of a report is: this is the only way from a file to an output. What is
//! done with it is the caller's affair.

use std::collections::VecDeque;
use std::io;
use std::num::NonZeroUsize;
use std::slice;

use buckstop::check::{Options, Understood, judge, understand};
use buckstop::report::{Joint, Report};
use buckstop::source::Source;

use super::input::{Input, unreadable};
use super::ordered::{HEAVY, Step, in_order, threads};
use super::pieces::{self, Content, Piece, Pieces};
use super::plan::Task;
use super::progress::{Amount, Times};
use super::terminal::Complaint;

/// How to check.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sweep<'s> {
    /// How many threads take part, if that is said.
    pub(super) threads: Option<NonZeroUsize>,
    /// Whether to report what the guards let pass.
    pub(super) explain_skips: bool,
    /// Where the time that it takes is noted.
    pub(super) times: &'s Times,
}

/// A task, or why its input could not be found.
type Planned = Result<Task, Complaint>;

/// What came of an input, or of a piece of it: nothing if it is passed over.
pub(super) type Outcome<'t> = Result<Option<Report<'t>>, Complaint>;

impl Sweep<'_> {
    /// Checks every input and calls `take` with what came of it; of one that is read in pieces,
    /// with each piece.
    ///
    /// # Errors
    ///
    /// The first one of `take`, which ends everything.
    pub(super) fn run<'t>(
        self,
        tasks: &'t [Planned],
        mut take: impl FnMut(&'t Planned, Amount, Outcome<'t>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut jobs = Jobs::new(tasks, self.times);
        // A single small input is not worth starting threads.
        let threads = if jobs.are_several() { threads(self.threads) } else { NonZeroUsize::MIN };
        let mut seam = Seam::default();
        in_order(
            jobs,
            threads,
            |job: Job<'t>| (job.planned, job.part(), self.check(job)),
            |step| match step {
                Step::Result((planned, part, outcome)) => {
                    let bytes = outcome.as_ref().map_or(0, |it| {
                        it.as_ref().map_or(0, |report| report.source.bytes().len())
                    });
                    let last = !matches!(part, Part::Piece { last: false, .. });
                    take(planned, Amount { bytes, last }, seam.close(planned, part, outcome))
                }
                Step::Pause => Ok(()),
            },
        )
    }

    fn check(self, job: Job<'_>) -> Outcome<'_> {
        let Task { input, settled } = job.planned.as_ref().map_err(Complaint::clone)?;
        let options = Options { explain_skips: self.explain_skips, ..settled.options.clone() };
        let read = self.times.read(|| job.work.read(input, &options))?;
        Ok(read.map(|(source, understood)| {
            self.times.detect(|| {
                let mut report = judge(source, understood, &options, &settled.ruleset);
                if let Some(redaction) = settled.redaction {
                    redaction.report(&mut report);
                }
                report
            })
        }))
    }
}

/// Something for a thread to do.
struct Job<'t> {
    planned: &'t Planned,
    work: Work,
}

enum Work {
    /// Read an input and check it.
    Read,
    /// Check the bytes of an input.
    Bytes(Vec<u8>),
    /// Check a piece of one.
    Piece(Piece),
    /// Tell that it could not be read.
    Failed(Complaint),
}

impl Work {
    /// Reads and understands it, unless it is passed over.
    fn read(
        self,
        input: &Input,
        options: &Options,
    ) -> Result<Option<(Source, Understood)>, Complaint> {
        let source = match self {
            Self::Read => input.read()?,
            Self::Bytes(bytes) => input.source(bytes),
            Self::Failed(complaint) => return Err(complaint),
            Self::Piece(Piece { bytes, before, opening, .. }) => {
                let source = Source::piece(input.name(), bytes, before);
                let understood = opening.understand(&source, options);
                return Ok(Some((source, understood)));
            }
        };
        let read = source.map(|source| {
            let understood = understand(&source, options);
            (source, understood)
        });
        Ok(read.filter(|(_, understood)| !input.is_passed_over(&understood.turns)))
    }
}

/// Which part of an input something is.
#[derive(Clone, Copy)]
enum Part {
    All,
    Piece { parts: bool, last: bool },
}

impl Job<'_> {
    fn part(&self) -> Part {
        match &self.work {
            Work::Piece(Piece { parts, last, .. }) => Part::Piece { parts: *parts, last: *last },
            Work::Read | Work::Bytes(_) | Work::Failed(_) => Part::All,
        }
    }

    fn weight(&self) -> usize {
        match &self.work {
            Work::Piece(piece) => HEAVY * piece.size(),
            Work::Read | Work::Bytes(_) | Work::Failed(_) => 1,
        }
    }
}

/// All there is to do, in the order of the inputs. Inputs that may be cut are opened when their
/// turn comes.
struct Jobs<'t, 's> {
    times: &'s Times,
    tasks: slice::Iter<'t, Planned>,
    open: Option<(&'t Planned, Pieces)>,
    ahead: VecDeque<Job<'t>>,
}

impl<'t, 's> Jobs<'t, 's> {
    fn new(tasks: &'t [Planned], times: &'s Times) -> Self {
        Self { times, tasks: tasks.iter(), open: None, ahead: VecDeque::new() }
    }

    /// Whether there is more than one thing to do.
    fn are_several(&mut self) -> bool {
        while self.ahead.len() < 2
            && let Some(job) = self.find()
        {
            self.ahead.push_back(job);
        }
        self.ahead.len() > 1
    }

    fn find(&mut self) -> Option<Job<'t>> {
        if let Some((planned, pieces)) = &mut self.open {
            let planned = *planned;
            match self.times.read(|| pieces.next()) {
                Some(Ok(piece)) => return Some(Job { planned, work: Work::Piece(piece) }),
                Some(Err(error)) => {
                    let name = planned.as_ref().map_or(String::new(), |task| task.input.name());
                    let work = Work::Failed(unreadable(&name, &error));
                    return Some(Job { planned, work });
                }
                None => self.open = None,
            }
        }
        let planned = self.tasks.next()?;
        let Some(task) = planned.as_ref().ok().filter(|it| pieces::may_be_cut(&it.input)) else {
            return Some(Job { planned, work: Work::Read });
        };
        let opened = self.times.read(|| pieces::open(&task.input, &task.settled.options));
        match opened {
            Ok(Content::Whole(bytes)) => Some(Job { planned, work: Work::Bytes(bytes) }),
            Ok(Content::Pieces(pieces)) => {
                self.open = Some((planned, pieces));
                self.find()
            }
            Err(complaint) => Some(Job { planned, work: Work::Failed(complaint) }),
        }
    }
}

impl<'t> Iterator for Jobs<'t, '_> {
    type Item = (Job<'t>, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let job = self.ahead.pop_front().or_else(|| self.find())?;
        let weight = job.weight();
        Some((job, weight))
    }
}

/// Puts the pieces of an input together again.
#[derive(Default)]
struct Seam {
    joint: Joint,
    /// Whether the input whose pieces come is passed over.
    passing_over: bool,
}

impl Seam {
    fn close<'t>(&mut self, planned: &Planned, part: Part, outcome: Outcome<'t>) -> Outcome<'t> {
        let Part::Piece { parts, last } = part else { return outcome };
        let Some(mut report) = outcome? else { return Ok(None) };
        if !report.source.is_continuation() {
            *self = Self::default();
            // What begins without a word is data of another kind, as far as anybody can tell.
            self.passing_over =
                planned.as_ref().is_ok_and(|task| task.input.is_passed_over(&report.turns));
        }
        self.joint.join(&mut report, parts, last);
        Ok((!self.passing_over).then_some(report))
    }
}
