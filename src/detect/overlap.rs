//! One place, one finding: which hit stays when several claim the same words.

use super::Hit;
use crate::rules::Ruleset;
use crate::text::TextSpan;

/// Keeps, of hits that share most of their words, the one that says most: a
/// user's rule before the embedded one, the longer span before the shorter, then the sterner rule.
pub(super) fn settle(mut hits: Vec<Hit>, ruleset: &Ruleset) -> Vec<Hit> {
    hits.sort_by_key(|hit| {
        let rule = &ruleset.rules()[hit.rule];
        (ruleset.is_embedded(hit.rule), std::cmp::Reverse((hit.span.len(), rule.severity)), hit.span, hit.rule)
    });
    let mut kept: Vec<Hit> = Vec::new();
    for hit in hits {
        if !kept.iter().any(|k| compete(k.span, hit.span)) {
            kept.push(hit);
        }
    }
    kept.sort_by_key(|hit| (hit.span, hit.rule));
    kept
}

/// Whether two spans share at least half of the shorter one.
fn compete(a: TextSpan, b: TextSpan) -> bool {
    let shared = a.end.min(b.end).saturating_sub(a.start.max(b.start)) as usize;
    shared > 0 && 2 * shared >= a.len().min(b.len())
}
