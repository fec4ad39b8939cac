//! A rewrite put into its text, and what is wrong with what comes out.

use std::fmt;

use buckstop::check::{Options, check};
use buckstop::finding::{Finding, Rewrite};
use buckstop::formats::InputFormat;
use buckstop::report::Report;
use buckstop::rules::Ruleset;
use buckstop::source::Source;
use buckstop::text::TextSpan;

use harper_core::linting::LintKind;

use crate::blanks;
use crate::grammar::{Complaint, Reader};
use crate::seam::bad_seams;

/// A finding and what each of its rewrites makes of the text, best first.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The rule of the finding.
    pub rule: String,
    /// The deflecting words.
    pub words: String,
    /// One for each rewrite.
    pub attempts: Vec<Attempt>,
}

/// A rewrite in its text.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The text as it was.
    pub before: String,
    /// The text with the rewrite in it, its blanks filled.
    pub after: String,
    /// All that is wrong with it.
    pub faults: Vec<Fault>,
}

/// Something wrong with a text after a rewrite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Harper complains of what it did not complain of before.
    Grammar(Complaint),
    /// What was written doesn't join what stands around it.
    Seam(String),
    /// buckstop still, or newly, finds a deflection.
    Deflects {
        /// The rule that finds it.
        rule: String,
        /// The words.
        words: String,
    },
    /// Nobody said what may stand in this blank.
    UnknownBlank(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grammar(Complaint { linter, kind, words, message, .. }) => {
                write!(f, "{kind}, {linter}: {words:?}: {message}")
            }
            Self::Seam(told) => write!(f, "seam: {told}"),
            Self::Deflects { rule, words } => write!(f, "still deflects, {rule}: {words:?}"),
            Self::UnknownBlank(blank) => {
                write!(f, "[{blank}] is unknown: say in blanks.rs what may stand there")
            }
        }
    }
}

/// Who reads: buckstop with all rules, and harper.
pub struct Readers<'r> {
    /// All rules, for a look at what was written.
    pub rules: &'r Ruleset,
    /// Harper.
    pub grammar: Reader,
}

impl Readers<'_> {
    /// Tries all rewrites of all findings that a ruleset has in a text, one at a time.
    pub fn try_rewrites(&mut self, text: &str, ruleset: &Ruleset) -> Vec<Trial> {
        let report = read(text, ruleset);
        let others = places(&read(text, self.rules));
        let tries = report.findings.iter().map(|finding| {
            let before = report.turns[finding.turn].turn.text.as_str();
            let attempt = |rewrite| self.attempt(before, finding, rewrite, &others);
            Trial {
                rule: finding.rule.id.clone(),
                words: before[finding.span.range()].to_owned(),
                attempts: finding.rewrites.iter().map(attempt).collect(),
            }
        });
        tries.collect()
    }

    fn attempt(
        &mut self,
        before: &str,
        finding: &Finding<'_>,
        rewrite: &Rewrite,
        places: &[TextSpan],
    ) -> Attempt {
        let written = put(before, rewrite.span, &rewrite.text);
        let others: Vec<TextSpan> = places
            .iter()
            .copied()
            .filter(|place| !place.overlaps(finding.span) && !place.overlaps(rewrite.span))
            .collect();
        let mut faults = self.deflections(before, &written, rewrite, &others);
        let words = blanks::fill(&rewrite.text).unwrap_or_else(|blank| {
            faults.push(Fault::UnknownBlank(blank));
            rewrite.text.clone()
        });
        let after = put(before, rewrite.span, &words);
        let start = rewrite.span.start as usize;
        faults.extend(bad_seams(&after, start..start + words.len()).into_iter().map(Fault::Seam));
        let complaints = self.grammar.introduced(before, &after, start);
        // Whoever writes without capitals gets a rewrite without them.
        let small = before.starts_with(char::is_lowercase);
        let counts = |it: &Complaint| !(small && it.kind == LintKind::Capitalization);
        faults.extend(complaints.into_iter().filter(counts).map(Fault::Grammar));
        Attempt { before: before.to_owned(), after, faults }
    }

    /// What buckstop reports of a text in which a rewrite stands, but for what it reported
    /// at other places before.
    fn deflections(
        &self,
        before: &str,
        after: &str,
        rewrite: &Rewrite,
        others: &[TextSpan],
    ) -> Vec<Fault> {
        let report = read(after, self.rules);
        let moved: Vec<TextSpan> = others.iter().map(|&place| shifted(place, rewrite)).collect();
        let words = |finding: &Finding<'_>| after[finding.span.range()].to_lowercase();
        let new = report.findings.iter().filter(|f| !moved.iter().any(|m| m.overlaps(f.span)));
        // Words that stood there before, under the finding that is rewritten, are its neighbours.
        let new = new.filter(|finding| !before.to_lowercase().contains(&words(finding)));
        new.map(|finding| Fault::Deflects {
            rule: finding.rule.id.clone(),
            words: after[finding.span.range()].to_owned(),
        })
        .collect()
    }
}

/// Reads a text as one draft, even if it looks like a transcript.
fn read<'r>(text: &str, ruleset: &'r Ruleset) -> Report<'r> {
    let source = Source::new("draft.txt".to_owned(), text.as_bytes().to_vec());
    let input_format: InputFormat = "text".parse().expect("the format of drafts");
    check(source, &Options { input_format, ..Options::default() }, ruleset)
}

fn places(report: &Report<'_>) -> Vec<TextSpan> {
    report.findings.iter().map(|finding| finding.span).collect()
}

fn put(text: &str, span: TextSpan, words: &str) -> String {
    let range = span.range();
    format!("{}{words}{}", &text[..range.start], &text[range.end..])
}

/// Where a place that the rewrite does not touch lies after it.
fn shifted(place: TextSpan, rewrite: &Rewrite) -> TextSpan {
    if place.start < rewrite.span.end {
        return place;
    }
    let shift = |offset: u32| offset as usize + rewrite.text.len() - rewrite.span.len();
    TextSpan::new(shift(place.start), shift(place.end))
}
