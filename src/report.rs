//! The result of checking one source, as the renderers see it, and the sum over all.

use std::sync::Arc;

use crate::finding::{Finding, Severity, Skip};
use crate::source::{Problem, Source};
use crate::turn::Turn;

/// Everything that a check has to say about one source.
#[derive(Debug)]
pub struct Report<'r> {
    /// What was checked.
    pub source: Source,
    /// What was understood of it, all conversations one after the other.
    pub turns: Vec<PlacedTurn>,
    /// Deflections, in the order of their place.
    pub findings: Vec<Finding<'r>>,
    /// Deflections that a comment in the source silences, in the order of their place.
    pub suppressed: Vec<Finding<'r>>,
    /// Deflections that a baseline knows, in the order of their place; a check leaves them among
    /// the findings.
    pub known: Vec<Finding<'r>>,
    /// Matches that a guard let pass, in the order of their place.
    pub skips: Vec<Skip<'r>>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// A turn in its conversation.
#[derive(Clone, Debug)]
pub struct PlacedTurn {
    /// What the source calls the conversation.
    pub conversation: Option<Arc<str>>,
    /// How it was held, as the source has it.
    pub channel: Option<Arc<str>>,
    /// Its number in the conversation, counted from 1.
    pub number: usize,
    /// Whether it was looked at; turns of other roles are only context.
    pub checked: bool,
    /// Who said what.
    pub turn: Turn,
}

/// Joins the reports on the pieces of one source, in the order of the pieces.
#[derive(Debug, Default)]
pub struct Joint {
    /// The conversation that the next piece may go on with, and how many turns it has so far.
    open: Option<(Option<Arc<str>>, usize)>,
    /// How many problems were told.
    told: usize,
    /// Whether more were kept back.
    kept_back: bool,
}

impl Joint {
    /// How many problems of a source are told one by one.
    const MOST: usize = 20;

    /// Counts the turns of a conversation on that an earlier piece began, and keeps back the
    /// problems beyond the first few. `parts` says whether the next piece goes on with the last
    /// conversation of this one, `last` whether there is none.
    pub fn join(&mut self, report: &mut Report<'_>, parts: bool, last: bool) {
        self.count_on(&mut report.turns);
        self.open = report
            .turns
            .last()
            .filter(|_| parts)
            .map(|turn| (turn.conversation.clone(), turn.number));
        let before = report.problems.len();
        if report.source.is_continuation() {
            // One without a place sums up what was left out of its own piece.
            report.problems.retain(|problem| problem.position.is_some());
        }
        report.problems.truncate(Self::MOST.saturating_sub(self.told));
        self.told += report.problems.len();
        self.kept_back |= report.problems.len() < before;
        if last && self.kept_back {
            let message = "more places could not be read as they stand".to_owned();
            report.problems.push(Problem { position: None, message });
        }
    }

    fn count_on(&self, turns: &mut [PlacedTurn]) {
        let Some((conversation, before)) = &self.open else { return };
        let here = turns.iter_mut().skip_while(|turn| turn.conversation != *conversation);
        for (turn, number) in here.zip(1..) {
            if turn.conversation != *conversation || turn.number != number {
                break;
            }
            turn.number += before;
        }
    }
}

/// What a whole run came to, for the last line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Sources that were checked.
    pub files: usize,
    /// Sources among them with at least one finding.
    pub files_with_findings: usize,
    /// Sources that could not be read at all; they are not among `files`.
    pub unreadable: usize,
    /// Turns that were looked at.
    pub turns: usize,
    /// Turns of other roles, which were only context.
    pub context_turns: usize,
    /// Findings of every severity.
    pub findings: usize,
    /// Those among the findings that tell of something lacking.
    pub lacking: usize,
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings of severity info.
    pub infos: usize,
    /// Findings that a comment silences; they are not among `findings`.
    pub suppressed: usize,
    /// Findings that a baseline knows; they are not among `findings`.
    pub known: usize,
    /// Matches that a guard let pass.
    pub skipped: usize,
    /// Places that could not be read as they stand, over all sources.
    pub problems: usize,
    /// Whether the file of the last report is among `files_with_findings`.
    pub(crate) counted: bool,
}

impl Summary {
    /// Counts one report in. The pieces of a large file come one after the other.
    pub fn add(&mut self, report: &Report<'_>) {
        if !report.source.is_continuation() {
            self.files += 1;
            self.counted = false;
        }
        if !report.findings.is_empty() && !self.counted {
            self.files_with_findings += 1;
            self.counted = true;
        }
        let checked = report.turns.iter().filter(|turn| turn.checked).count();
        self.turns += checked;
        self.context_turns += report.turns.len() - checked;
        self.findings += report.findings.len();
        self.suppressed += report.suppressed.len();
        self.known += report.known.len();
        self.skipped += report.skips.len();
        self.problems += report.problems.len();
        for finding in &report.findings {
            self.lacking += usize::from(!finding.rule.missing.is_empty());
            *self.of_severity(finding.rule.severity) += 1;
        }
    }

    fn of_severity(&mut self, severity: Severity) -> &mut usize {
        match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Info => &mut self.infos,
        }
    }
}
