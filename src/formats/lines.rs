//! The lines of a text, with their places.

use crate::text::{Layer, MappedText, TextSpan};

/// A line without its line break.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    /// What stands in it.
    pub(super) text: &'t str,
    /// Where it begins.
    pub(super) start: usize,
}

impl Line<'_> {
    /// Where it ends, its line break not counted.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether nothing can be seen in it.
    pub(super) fn is_blank(&self) -> bool {
        self.text.chars().all(is_blank)
    }
}

/// The lines of a text; one ends with LF, CR LF or a lone CR.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let len = memchr::memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len());
        let line = Line { text: &rest[..len], start };
        let ending = if rest[len..].starts_with("\r\n") { 2 } else { 1 };
        start += len + ending;
        Some(line)
    })
}

/// The part of a text between two places, without what is blank around it.
pub(super) fn cut(from: &MappedText, start: usize, end: usize) -> MappedText {
    let mut builder = MappedText::builder_in(Layer::Message);
    builder.push_slice(from, trimmed(from.as_str(), start, end));
    builder.finish()
}

/// The span between two places, without what is blank at its ends.
pub(super) fn trimmed(text: &str, start: usize, end: usize) -> TextSpan {
    let part = text.get(start..end).unwrap_or_default();
    let inner = part.trim_start_matches(is_blank);
    let start = start + part.len() - inner.len();
    TextSpan::new(start, start + inner.trim_end_matches(is_blank).len())
}

/// Whether a character is white space, a mark of the direction of writing or a lost BOM.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_direction_mark(c) || c == '\u{FEFF}'
}

/// Whether a character only tells in which direction to write.
pub(super) fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_break() {
        let found: Vec<_> = lines("a\nb\r\nc\rd\n\n").map(|l| (l.text, l.start)).collect();
        assert_eq!(found, [("a", 0), ("b", 2), ("c", 5), ("d", 7), ("", 9)]);
    }

    #[test]
    fn a_cut_loses_only_what_is_blank() {
        let text = MappedText::verbatim("\u{200E} not mine \r\n".to_owned(), 10);
        let cut = cut(&text, 0, text.as_str().len());
        assert_eq!(cut.as_str(), "not mine");
        assert_eq!(cut.to_source(TextSpan::new(0, 3)).start, 14);
    }
}
