//! One look at a report for all the rewrites that can be applied to it together.
//!
//! Of a finding's rewrites the first that is allowed is tried, then the next. What is written is
//! checked again, and whatever brought a new finding with it is taken back.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::splice::{Culprits, misread, splice};
use super::{Applied, Edit, Refused};
use crate::check::{Options, judge, understand};
use crate::finding::{Applicability, Finding, Rewrite};
use crate::report::Report;
use crate::rules::Ruleset;

/// A report, and how to go about it.
pub(super) struct Round<'a, 'r> {
    pub(super) report: &'a Report<'r>,
    pub(super) options: &'a Options,
    pub(super) ruleset: &'r Ruleset,
    /// The least applicability of what is applied.
    pub(super) least: Applicability,
}

/// How far the rounds of a fix have come, so that each goes on where the last has ended: where
/// little can be written, all else would be tried in vain again and again.
pub(super) struct Progress {
    /// The turn, and the byte of its text, before which nothing more could be written.
    from: (usize, u32),
    /// How many rewrites are tried together. It is less where nobody can tell which of them stand
    /// in the way, and grows again as long as none does.
    most: usize,
}

impl Default for Progress {
    fn default() -> Self {
        Self { from: (0, 0), most: usize::MAX }
    }
}

/// What a round has written.
pub(super) struct Written<'r> {
    /// The new source, checked.
    pub(super) report: Report<'r>,
    /// In the order of their place.
    pub(super) applied: Vec<Applied>,
    /// How many line breaks were taken away.
    pub(super) lines_gone: usize,
}

/// A finding and those of its rewrites that are left to be tried.
#[derive(Clone)]
struct Candidate<'a> {
    finding: &'a Finding<'a>,
    rewrites: Vec<&'a Rewrite>,
}

/// How far apart rewrites must stand in one turn to be applied together, in bytes of its text.
///
/// A promise may make up for what follows it, so that its neighbours need none of their own;
/// that shows when the text is read again.
const APART: u32 = 600;

/// How often a round is tried anew before it is given up for its first half, and then for half of
/// that.
const TRIES: usize = 16;

impl<'a, 'r> Round<'a, 'r> {
    /// Applies what can be applied at once. If that is nothing, says why not.
    pub(super) fn run(
        &self,
        lines: Option<&RangeInclusive<usize>>,
        progress: &mut Progress,
    ) -> Result<Written<'r>, Vec<Refused>> {
        let ahead = |it: &Candidate<'_>| it.place() >= progress.from;
        let (ahead, behind): (Vec<_>, Vec<_>) = self.candidates(lines).into_iter().partition(ahead);
        let mut refused = Vec::new();
        for mut open in [ahead, behind] {
            while !open.is_empty() {
                let mut chosen = self.apart(&open);
                chosen.truncate(progress.most);
                let settled = self.settle(chosen, &mut open, &mut refused, progress);
                progress.most = progress.most.saturating_mul(2);
                if let Some(written) = settled {
                    return Ok(written);
                }
            }
        }
        refused.sort_by(|a: &Refused, b| (a.position, &a.rule).cmp(&(b.position, &b.rule)));
        Err(refused)
    }

    fn candidates(&self, lines: Option<&RangeInclusive<usize>>) -> Vec<Candidate<'a>> {
        let line =
            |finding: &Finding<'_>| self.report.source.position(finding.source_span.start).line;
        let wanted = |finding: &&Finding<'_>| lines.is_none_or(|it| it.contains(&line(finding)));
        let findings = self.report.findings.iter().filter(wanted);
        let candidate = |finding: &'a Finding<'r>| {
            // What a text lacks is for its writer to add.
            let allowed =
                |rewrite: &&Rewrite| rewrite.applicability >= self.least && !rewrite.is_addition();
            let rewrites: Vec<_> = finding.rewrites.iter().filter(allowed).collect();
            (!rewrites.is_empty()).then_some(Candidate { finding, rewrites })
        };
        findings.filter_map(candidate).collect()
    }

    /// The first candidates, in order, that do not stand in each other's way.
    fn apart(&self, open: &[Candidate<'a>]) -> Vec<Candidate<'a>> {
        let distance = if self.least == Applicability::Safe { 1 } else { APART };
        let mut chosen: Vec<Candidate<'a>> = Vec::new();
        for candidate in open {
            let stands_apart = chosen.last().is_none_or(|last| {
                last.finding.turn != candidate.finding.turn
                    || candidate.rewrites[0].span.start >= last.rewrites[0].span.end + distance
            });
            if stands_apart {
                chosen.push(candidate.clone());
            }
        }
        chosen
    }

    /// Tries what was chosen, without its culprits if there are any, until it can be written.
    ///
    /// Rewrites that are found impossible are taken out of what is open; `None` if that was all
    /// that came of it.
    fn settle(
        &self,
        mut chosen: Vec<Candidate<'a>>,
        open: &mut Vec<Candidate<'a>>,
        refused: &mut Vec<Refused>,
        progress: &mut Progress,
    ) -> Option<Written<'r>> {
        for attempt in 0.. {
            if chosen.is_empty() {
                return None;
            }
            if attempt >= TRIES {
                chosen.truncate(chosen.len().div_ceil(2));
            }
            let edits: Vec<Edit> = chosen.iter().map(|it| it.edit(self.report)).collect();
            match self.attempt(&chosen, &edits) {
                Ok(report) => {
                    progress.from = chosen[0].place();
                    return Some(self.written(report, &chosen, &edits));
                }
                Err(Culprits::Several) => {
                    chosen.truncate(chosen.len().div_ceil(2));
                    progress.most = chosen.len();
                }
                // Nothing else is in the way of the only one, and nothing will be later.
                Err(Culprits::Later(_)) if chosen.len() == 1 => {
                    let only = chosen[0].finding;
                    open.retain(|it| !it.is_of(only));
                    refused.push(self.refused(only, "it overlaps itself in the file".to_owned()));
                    return None;
                }
                Err(Culprits::Later(indices)) => {
                    for index in indices.into_iter().rev() {
                        chosen.remove(index);
                    }
                }
                Err(Culprits::Refused(culprits)) => {
                    for (index, reason) in culprits.into_iter().rev() {
                        let culprit = &mut chosen[index];
                        culprit.rewrites.remove(0);
                        let place = open.iter().position(|it| it.is_of(culprit.finding));
                        if culprit.rewrites.is_empty() {
                            refused.push(self.refused(culprit.finding, reason));
                            if let Some(place) = place {
                                open.remove(place);
                            }
                            chosen.remove(index);
                        } else if let Some(place) = place {
                            open[place] = culprit.clone();
                        }
                    }
                    chosen = self.apart(&chosen);
                }
            }
        }
        None
    }

    /// Writes edits and reads what comes of it.
    fn attempt(&self, chosen: &[Candidate<'a>], edits: &[Edit]) -> Result<Report<'r>, Culprits> {
        let source = splice(self.report, edits)?;
        let understood = understand(&source, self.options);
        if let Some(culprits) = misread(self.report, &understood.turns, edits) {
            return Err(culprits);
        }
        let report = judge(source, understood, self.options, self.ruleset);
        self.no_worse(&report, chosen, edits).map(|()| report)
    }

    /// Whether the findings that were rewritten are gone and none has come.
    fn no_worse(
        &self,
        report: &Report<'_>,
        chosen: &[Candidate<'a>],
        edits: &[Edit],
    ) -> Result<(), Culprits> {
        let mut left = counted(&self.report.findings);
        for candidate in chosen {
            *left.entry(key(candidate.finding)).or_default() -= 1;
        }
        let mut culprits: BTreeMap<usize, String> = BTreeMap::new();
        for finding in &report.findings {
            let count = left.entry(key(finding)).or_default();
            *count -= 1;
            if *count < 0 {
                let words = report.turns[finding.turn].turn.text.slice(finding.span);
                let rule = &finding.rule.id;
                let reason = format!("`{rule}` would then report \u{201C}{words}\u{201D}");
                culprits.insert(nearest(finding, edits), reason);
            }
        }
        if culprits.is_empty() {
            Ok(())
        } else {
            Err(Culprits::Refused(culprits.into_iter().collect()))
        }
    }

    fn written(&self, report: Report<'r>, chosen: &[Candidate<'a>], edits: &[Edit]) -> Written<'r> {
        let applied = chosen.iter().zip(edits).map(|(candidate, edit)| {
            let text = &self.report.turns[edit.turn].turn.text;
            Applied {
                rule: candidate.finding.rule.id.clone(),
                position: self.report.source.position(text.to_source(edit.span).start),
                before: text.slice(edit.span).to_owned(),
                after: edit.text.clone(),
                applicability: candidate.rewrites[0].applicability,
            }
        });
        let applied: Vec<Applied> = applied.collect();
        let breaks = |text: &str| text.matches('\n').count();
        let before: usize = applied.iter().map(|it| breaks(&it.before)).sum();
        let after: usize = applied.iter().map(|it| breaks(&it.after)).sum();
        Written { report, applied, lines_gone: before.saturating_sub(after) }
    }

    fn refused(&self, finding: &Finding<'_>, reason: String) -> Refused {
        let position = self.report.source.position(finding.source_span.start);
        Refused { rule: finding.rule.id.clone(), position, reason }
    }
}

impl Candidate<'_> {
    fn is_of(&self, finding: &Finding<'_>) -> bool {
        std::ptr::eq(self.finding, finding)
    }

    /// The turn, and where in its text the rewrite to be tried begins.
    fn place(&self) -> (usize, u32) {
        (self.finding.turn, self.rewrites[0].span.start)
    }

    /// The rewrite to be tried, with its lines broken where the words it replaces had theirs.
    fn edit(&self, report: &Report<'_>) -> Edit {
        let rewrite = self.rewrites[0];
        let turn = self.finding.turn;
        let text = &report.turns[turn].turn.text;
        let wrapped = wrapped_like(text.slice(rewrite.span), &rewrite.text);
        let can_be = text.edit(report.source.bytes(), rewrite.span, &wrapped).is_ok();
        let words = if can_be { wrapped } else { rewrite.text.clone() };
        Edit { turn, span: rewrite.span, text: words }
    }
}

/// Puts the line breaks of `old` into `new`, each at the space next before its old place.
fn wrapped_like(old: &str, new: &str) -> String {
    let mut wrapped = new.to_owned();
    let mut from = 0;
    // Words that were taken over have theirs already.
    let breaks = old.match_indices('\n').filter(|_| !new.contains('\n'));
    for (at, _) in breaks {
        let rest = &old[at..];
        let indent = rest.len() - rest[1..].trim_start_matches([' ', '\t']).len();
        let limit = (0..=at.min(wrapped.len())).rev().find(|&it| wrapped.is_char_boundary(it));
        let space = limit.and_then(|limit| wrapped[from..limit.max(from)].rfind(' '));
        if let Some(space) = space.filter(|_| at < wrapped.len()) {
            wrapped.replace_range(from + space..=from + space, &rest[..indent]);
            from += space + indent;
        }
    }
    wrapped
}

type Key<'f> = (usize, &'f str);

fn key<'f>(finding: &'f Finding<'_>) -> Key<'f> {
    (finding.turn, finding.rule.id.as_str())
}

fn counted<'f>(findings: &'f [Finding<'_>]) -> BTreeMap<Key<'f>, i64> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(key(finding)).or_default() += 1;
    }
    counts
}

/// The edit nearest to a new finding, by turn, then by place.
fn nearest(finding: &Finding<'_>, edits: &[Edit]) -> usize {
    let distance = |edit: &Edit| {
        let place = edit.span.start.abs_diff(finding.span.start);
        (edit.turn.abs_diff(finding.turn), place)
    };
    (0..edits.len()).min_by_key(|&index| distance(&edits[index])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_are_kept_where_they_were() {
        let old = "they have\n  decided";
        assert_eq!(wrapped_like(old, "we have decided"), "we have\n  decided");
        assert_eq!(wrapped_like(old, "we did"), "we did");
        assert_eq!(wrapped_like("a b", "c d"), "c d");
        assert_eq!(
            wrapped_like("one two\nthree four\nfive", "we \u{E9}t\u{E9} on it now and then"),
            "we\n\u{E9}t\u{E9} on it\nnow and then"
        );
    }
}
