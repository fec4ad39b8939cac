//! What stands between two words: whether it ends the sentence, or how strongly it separates.

use super::canonical::{is_apostrophe, is_invisible};
use super::document::Break;

/// Where a stop that may end a sentence stands.
pub(super) fn stop(between: &str) -> Option<usize> {
    between.find(['.', '!', '?', '\u{2026}', '\u{3002}'])
}

/// Whether words are left out here: "so... no idea".
pub(super) fn is_ellipsis(between: &str) -> bool {
    between.contains("..") || between.contains('\u{2026}')
}

pub(super) fn is_closing(c: char) -> bool {
    matches!(
        c,
        '.' | '!'
            | '?'
            | '\u{2026}'
            | '\u{3002}'
            | '"'
            | '\''
            | ')'
            | ']'
            | '\u{201D}'
            | '\u{2019}'
            | '\u{00BB}'
            | '*'
            | '_'
    )
}

/// Whether a line break in `between` ends the sentence: a blank line, a list
/// item or a quoted line does; the end of a short line does if a capital follows;
/// otherwise the line was merely wrapped.
pub(super) fn ends_line(
    between: &str,
    line_length: impl FnOnce() -> usize,
    next: impl FnOnce() -> Option<char>,
) -> bool {
    const WRAPPED: usize = 45;
    let Some((first, rest)) = between.split_once('\n') else { return false };
    let starts_item = |line: &str| {
        let line = line.trim_start();
        line.starts_with(['>', '#', '|', '\u{2022}'])
            || ["- ", "* ", "+ ", "\u{2013} "].iter().any(|mark| line.starts_with(mark))
    };
    if rest.contains('\n') || starts_item(rest) || first.trim_end().ends_with(':') {
        return true;
    }
    line_length() < WRAPPED && next().is_some_and(char::is_uppercase)
}

/// How strongly punctuation within a sentence separates.
pub(super) fn judge(between: &str) -> Break {
    let is_dash = |pair: &[u8]| matches!(pair, b" -" | b"- " | b"--" | b"..");
    if between.as_bytes().windows(2).any(is_dash) {
        return Break::Hard;
    }
    between.chars().fold(Break::None, |strongest, c| strongest.max(weight(c)))
}

fn weight(c: char) -> Break {
    match c {
        '-' | '*' | '_' | '~' | '\u{2010}' | '\u{2011}' | '/' | '\\' | '#' | '@' | '&' | '$'
        | '\u{00A3}' | '\u{20AC}' | '+' | '%' | '.' => Break::None,
        ',' | '(' | ')' | '[' | ']' | '"' | '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{00AB}'
        | '\u{00BB}' => Break::Soft,
        c if c.is_whitespace() || is_invisible(c) => Break::None,
        c if is_apostrophe(c) => Break::Soft,
        _ => Break::Hard,
    }
}
