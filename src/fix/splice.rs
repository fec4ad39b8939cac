//! Edits put into a source, and what it then reads compared with what was meant.
//!
//! How a format spells what is written is the text's affair ([`MappedText::edit`]); which edits
//! are worth making, the caller's.
//!
//! [`MappedText::edit`]: crate::text::MappedText::edit

use super::Edit;
use crate::report::{PlacedTurn, Report};
use crate::source::Source;
use crate::text::SourceEdit;

/// Which of some edits stand in the way.
pub(super) enum Culprits {
    /// These can't be made, by their index, in order, each with the reason as a clause.
    Refused(Vec<(usize, String)>),
    /// These can't be made together with the others, by their index, in order.
    Later(Vec<usize>),
    /// Some of them; nobody can tell which.
    Several,
}

/// The source of a report with edits made, which must not overlap.
pub(super) fn splice(report: &Report<'_>, edits: &[Edit]) -> Result<Source, Culprits> {
    let bytes = report.source.bytes();
    let mut refused = Vec::new();
    let mut parts: Vec<(SourceEdit, usize)> = Vec::new();
    for (index, edit) in edits.iter().enumerate() {
        match report.turns[edit.turn].turn.text.edit(bytes, edit.span, &edit.text) {
            Ok(made) => parts.extend(made.into_iter().map(|part| (part, index))),
            Err(reason) => refused.push((index, reason.to_string())),
        }
    }
    if !refused.is_empty() {
        return Err(Culprits::Refused(refused));
    }
    parts.sort_by_key(|(part, index)| (part.span, *index));
    // Two edits of one field may both want it quoted.
    parts.dedup_by(|(a, _), (b, _)| a == b);
    let overlaps = parts.windows(2).filter(|pair| pair[1].0.span.start < pair[0].0.span.end);
    let mut later: Vec<usize> = overlaps.map(|pair| pair[0].1.max(pair[1].1)).collect();
    later.sort_unstable();
    later.dedup();
    if !later.is_empty() {
        return Err(Culprits::Later(later));
    }
    let parts = parts.iter().map(|(part, _)| part);
    Ok(Source::new(report.source.name().to_owned(), spliced(bytes, parts)))
}

fn spliced<'e>(bytes: &[u8], edits: impl Iterator<Item = &'e SourceEdit>) -> Vec<u8> {
    let mut spliced = Vec::with_capacity(bytes.len() + 256);
    let mut at = 0;
    for edit in edits {
        spliced.extend_from_slice(&bytes[at..edit.span.start]);
        spliced.extend_from_slice(&edit.bytes);
        at = edit.span.end;
    }
    spliced.extend_from_slice(&bytes[at..]);
    spliced
}

/// The edits after which the turns do not read as the report's turns with these edits; nothing
/// if all do.
pub(super) fn misread(
    report: &Report<'_>,
    turns: &[PlacedTurn],
    edits: &[Edit],
) -> Option<Culprits> {
    let all = |reason: &str| {
        let refused = (0..edits.len()).map(|index| (index, reason.to_owned())).collect();
        if edits.len() == 1 { Culprits::Refused(refused) } else { Culprits::Several }
    };
    if turns.len() != report.turns.len() {
        return Some(all("the file would not read as the same conversation"));
    }
    let mut texts: Vec<Option<String>> = vec![None; turns.len()];
    let mut ordered: Vec<&Edit> = edits.iter().collect();
    ordered.sort_by_key(|edit| edit.span);
    for edit in ordered.into_iter().rev() {
        let old = &report.turns[edit.turn].turn.text;
        let words = old.spelled(edit.span, &edit.text).unwrap_or_else(|_| edit.text.clone());
        let text = texts[edit.turn].get_or_insert_with(|| old.as_str().to_owned());
        text.replace_range(edit.span.range(), &words);
    }
    let reads = |number: usize| {
        let (old, new) = (&report.turns[number].turn, &turns[number].turn);
        let meant = texts[number].as_deref().unwrap_or(old.text.as_str());
        old.role == new.role && old.speaker == new.speaker && meant == new.text.as_str()
    };
    let wrong: Vec<usize> = (0..turns.len()).filter(|&number| !reads(number)).collect();
    if wrong.is_empty() {
        return None;
    }
    let reason = "the file would not read as intended";
    let of_these = edits.iter().enumerate().filter(|(_, edit)| wrong.contains(&edit.turn));
    let refused: Vec<_> = of_these.map(|(index, _)| (index, reason.to_owned())).collect();
    let told = wrong.iter().all(|&number| edits.iter().any(|edit| edit.turn == number));
    Some(if told { Culprits::Refused(refused) } else { all(reason) })
}
