//! Rewrites as what they change in the file, for outputs whose readers apply them.
//!
//! A rewrite with blanks is never offered: whoever applies it by a click would send the blank.
//! Nor is one that the file can't spell, or that lies in a file that isn't UTF-8, as the readers
//! would take the places for other ones.

use crate::finding::{Applicability, Finding, Rewrite};
use crate::report::Report;
use crate::text::SourceSpan;

/// New text for one stretch of the file.
pub(super) struct Replacement<'a> {
    /// The rewrite that it stands for.
    pub(super) rewrite: &'a Rewrite,
    /// What to take away.
    pub(super) span: SourceSpan,
    /// What to put there, spelled as the file spells it.
    pub(super) text: String,
}

/// The rewrites of a finding that can be applied as they stand, best first.
pub(super) fn replacements<'a>(
    report: &Report<'_>,
    finding: &'a Finding<'_>,
) -> Vec<Replacement<'a>> {
    let source = &report.source;
    if !source.is_utf8() {
        return Vec::new();
    }
    let ready = finding.rewrites.iter().filter(|it| it.applicability > Applicability::Template);
    ready.filter_map(|rewrite| replacement(report, finding, rewrite)).collect()
}

/// All the edits of a rewrite as one, with what stands between them.
fn replacement<'a>(
    report: &Report<'_>,
    finding: &Finding<'_>,
    rewrite: &'a Rewrite,
) -> Option<Replacement<'a>> {
    let bytes = report.source.piece_bytes();
    let text = &report.turns[finding.turn].turn.text;
    let edits = text.edit_piece(bytes, rewrite.span, &rewrite.text).ok()?;
    let span = SourceSpan { start: edits.first()?.span.start, end: edits.last()?.span.end };
    let mut new = Vec::new();
    let mut at = span.start;
    for edit in &edits {
        new.extend_from_slice(bytes.get(SourceSpan { start: at, end: edit.span.start })?);
        new.extend_from_slice(&edit.bytes);
        at = edit.span.end;
    }
    Some(Replacement { rewrite, span, text: String::from_utf8(new).ok()? })
}
