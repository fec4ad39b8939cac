//! One place, one finding: which hit stays when several claim the same words.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Hit;
use crate::rules::Ruleset;
use crate::text::TextSpan;

/// Keeps, of hits that share most of their words, the one that says most: a
/// user's rule before the embedded one, the longer span before the shorter, then the sterner rule.
pub(super) fn settle(mut hits: Vec<Hit>, ruleset: &Ruleset) -> Vec<Hit> {
    hits.sort_by_key(|hit| {
        let rule = &ruleset.rules()[hit.rule];
        (
            ruleset.is_embedded(hit.rule),
            Reverse((hit.span.len(), rule.severity)),
            hit.span,
            hit.rule,
        )
    });
    let mut kept: BTreeMap<TextSpan, Hit> = BTreeMap::new();
    // No span that reaches a place begins farther before it than the longest one is long.
    let longest = hits.iter().map(|hit| hit.span.len() as u32).max().unwrap_or(0);
    for hit in hits {
        let from = TextSpan { start: hit.span.start.saturating_sub(longest), end: 0 };
        let to = TextSpan { start: hit.span.end, end: 0 };
        if !kept.range(from..to).any(|(&span, _)| compete(span, hit.span)) {
            kept.insert(hit.span, hit);
        }
    }
    kept.into_values().collect()
}

/// Whether two spans share at least half of the shorter one.
fn compete(a: TextSpan, b: TextSpan) -> bool {
    let shared = a.end.min(b.end).saturating_sub(a.start.max(b.start)) as usize;
    shared > 0 && 2 * shared >= a.len().min(b.len())
}
