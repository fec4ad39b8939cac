//! From a report to a better source: rewrites applied, and what came of it read again.
//!
//! A pure function from bytes to bytes. Which rewrites may be applied is the caller's
//! choice, and so is what becomes of the bytes.
//!
//! [`round`] chooses what is applied together, [`splice`] writes it and compares what it then
//! reads with what was meant.

mod round;
mod splice;

use std::ops::RangeInclusive;

use crate::check::{Options, check, understand};
use crate::finding::Applicability;
use crate::report::Report;
use crate::rules::Ruleset;
use crate::source::{Position, Source};
use crate::text::TextSpan;

use round::{Progress, Round};
use splice::{Culprits, misread, splice};

/// Which rewrites are applied.
#[derive(Clone, Debug)]
pub struct FixOptions {
    /// The least applicability of a rewrite that is applied: `Safe` alone, or more.
    pub least: Applicability,
    /// The lines, counted from 1, in which the words to be replaced must begin; all if nothing.
    pub lines: Option<RangeInclusive<usize>>,
}

/// A source after its fix.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// The whole source; the very bytes that came in if nothing was applied.
    pub bytes: Vec<u8>,
    /// What was applied, in the order of its place.
    pub applied: Vec<Applied>,
    /// What has a rewrite that could not be applied, in the order of its place.
    pub refused: Vec<Refused>,
    /// How many findings the source still has.
    pub remaining: usize,
}

/// A rewrite that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The rule's id.
    pub rule: String,
    /// Where the words stood when they were replaced.
    pub position: Position,
    /// The words that were replaced.
    pub before: String,
    /// The words that replace them.
    pub after: String,
    /// How far the rewrite may be trusted.
    pub applicability: Applicability,
}

/// A rewrite that could not be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The rule's id.
    pub rule: String,
    /// Where the words stand.
    pub position: Position,
    /// Why, as a clause.
    pub reason: String,
}

/// Other words for a part of a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Index of the turn in the report's turns.
    pub turn: usize,
    /// What to replace, in the turn's text.
    pub span: TextSpan,
    /// The words to put there.
    pub text: String,
}

/// What edits make of a source.
#[derive(Clone, Debug)]
pub struct Edited {
    /// The whole source.
    pub bytes: Vec<u8>,
    /// The edits that could not be made, by their index, each with the reason as a clause.
    pub refused: Vec<(usize, String)>,
}

/// Applies the rewrites that the options allow, until there are none left to apply.
///
/// What is written is read again before it counts: a rewrite after which a turn does not
/// read exactly as intended, or has a finding that was not there before, is not applied.
/// Every round takes findings away and adds none, so there is an end to it, and what has
/// been fixed once is left alone by the next fix.
#[must_use]
pub fn fix(source: Source, options: &Options, fixing: &FixOptions, ruleset: &Ruleset) -> Fixed {
    let mut report = check(source, options, ruleset);
    let mut lines = fixing.lines.clone();
    let mut applied = Vec::new();
    let mut progress = Progress::default();
    loop {
        let round = Round { report: &report, options, ruleset, least: fixing.least };
        match round.run(lines.as_ref(), &mut progress) {
            Ok(written) => {
                applied.extend(written.applied);
                // A rewrite may take in the line behind the last.
                let last = |start, end: usize| end.saturating_sub(written.lines_gone).max(start);
                lines = lines.map(|it| *it.start()..=last(*it.start(), *it.end()));
                report = written.report;
            }
            Err(refused) => {
                applied.sort_by_key(|applied: &Applied| applied.position);
                let remaining = report.findings.len();
                let bytes = report.source.bytes().to_vec();
                return Fixed { bytes, applied, refused, remaining };
            }
        }
    }
}

/// Makes edits that somebody chose for the findings of a report.
///
/// An edit is refused if it meets one before it in the list, or if the turn would not
/// read as intended. Findings are not counted: whoever chose the words may know better.
#[must_use]
pub fn edit(report: &Report<'_>, options: &Options, edits: &[Edit]) -> Edited {
    let mut bytes = report.source.bytes().to_vec();
    let mut refused = Vec::new();
    let mut made: Vec<Edit> = Vec::new();
    for (index, edit) in edits.iter().enumerate() {
        if made.iter().any(|other| other.meets(edit)) {
            refused.push((index, "it overlaps another edit".to_owned()));
            continue;
        }
        made.push(edit.clone());
        match written(report, options, &made) {
            Ok(new) => bytes = new,
            Err(reason) => {
                refused.push((index, reason));
                made.pop();
            }
        }
    }
    Edited { bytes, refused }
}

/// The source with all the edits, or the reason why the last of them can't be made.
fn written(report: &Report<'_>, options: &Options, edits: &[Edit]) -> Result<Vec<u8>, String> {
    let reason = |culprits| match culprits {
        Culprits::Refused(edits) => edits.into_iter().map(|(_, reason)| reason).next_back(),
        Culprits::Later(_) | Culprits::Several => None,
    };
    let source = splice(report, edits).map_err(reason);
    let checked = source.and_then(|source| {
        let turns = understand(&source, options).turns;
        match misread(report, &turns, edits) {
            None => Ok(source.bytes().to_vec()),
            Some(culprits) => Err(reason(culprits)),
        }
    });
    checked
        .map_err(|reason| reason.unwrap_or_else(|| "it meets another edit in the file".to_owned()))
}

impl Edit {
    /// Whether the two replace the same words, or words side by side.
    fn meets(&self, other: &Self) -> bool {
        let (a, b) = (self.span, other.span);
        self.turn == other.turn && a.start <= b.end && b.start <= a.end
    }
}
