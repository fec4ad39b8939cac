//! Text with a map back to the bytes it was read from.
//!
//! Two coordinate spaces, two types: a [`SourceSpan`] counts bytes of the file as
//! it lies on disk, a [`TextSpan`] counts bytes of one turn's decoded text. They
//! are never mixed; [`MappedText::to_source`] is the only way from one to the other.
//!
//! What a byte *means* (a line, a column, a word) is not known here.

use std::ops::Range;

/// A range of bytes of a source, as it lies on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceSpan {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A range of UTF-8 bytes of a turn's decoded text, always on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextSpan {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl TextSpan {
    /// A span of the bytes `start..end` of a text.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end);
        Self { start: start as u32, end: end as u32 }
    }

    /// The span as a range for slicing the text it belongs to.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the span holds no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether the two spans share at least one byte.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies wholly inside this span.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A stretch of text whose units all have the same width, in text and in source.
///
/// A unit is the smallest piece that cannot be divided: one byte of plain UTF-8
/// (1 → 1), an ASCII letter of UTF-16 (1 → 2), a curly quote written as a JSON
/// escape (3 → 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    text_start: u32,
    source_start: usize,
    text_step: u32,
    source_step: u32,
}

/// Bytes to put in place of a range of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceEdit {
    /// What to take away; an empty span only inserts.
    pub span: SourceSpan,
    /// What to write there, spelled as the source spells it.
    pub bytes: Vec<u8>,
}

/// Why words can't be changed where they came from, as a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Uneditable {
    /// Between the words stands something that is no part of the text.
    #[error("the words do not stand in one piece in the file")]
    Gap,
}

/// Decoded text together with the map to the source bytes it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedText {
    text: String,
    /// Sorted by `text_start`; the first starts at 0.
    runs: Vec<Run>,
}

impl MappedText {
    /// Text that stands in the source byte for byte, from `source_start` on.
    #[must_use]
    pub fn verbatim(text: String, source_start: usize) -> Self {
        let runs = vec![Run { text_start: 0, source_start, text_step: 1, source_step: 1 }];
        Self { text, runs }
    }

    /// Starts a text that is put together piece by piece.
    #[must_use]
    pub fn builder() -> MappedTextBuilder {
        MappedTextBuilder { text: String::new(), runs: Vec::new() }
    }

    /// The decoded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text under a span.
    #[must_use]
    pub fn slice(&self, span: TextSpan) -> &str {
        &self.text[span.range()]
    }

    /// The source bytes that a span of the text was decoded from.
    ///
    /// A unit that the span touches is covered whole, so the result is always
    /// a range that can be decoded by itself.
    #[must_use]
    pub fn to_source(&self, span: TextSpan) -> SourceSpan {
        let start = self.unit_start(span.start);
        let end = if span.is_empty() { start } else { self.unit_end(span.end - 1) };
        SourceSpan { start, end: end.max(start) }
    }

    /// What to write into the source so that the text reads `new` in place of a span.
    ///
    /// `source` are the bytes that the text was decoded from.
    ///
    /// # Errors
    ///
    /// If the span can't be changed without changing something else.
    pub fn edit(
        &self,
        _source: &[u8],
        span: TextSpan,
        new: &str,
    ) -> Result<Vec<SourceEdit>, Uneditable> {
        Ok(vec![SourceEdit { span: self.to_source(span), bytes: new.as_bytes().to_vec() }])
    }

    /// The same text, its source beginning that many bytes later.
    #[must_use]
    pub(crate) fn moved(mut self, bytes: usize) -> Self {
        for run in &mut self.runs {
            run.source_start += bytes;
        }
        self
    }

    fn run_at(&self, offset: u32) -> Option<&Run> {
        let after = self.runs.partition_point(|run| run.text_start <= offset);
        self.runs.get(after.checked_sub(1)?)
    }

    fn unit_start(&self, offset: u32) -> usize {
        self.run_at(offset).map_or(0, |run| {
            let units = (offset - run.text_start) / run.text_step;
            run.source_start + units as usize * run.source_step as usize
        })
    }

    /// Where the unit that holds the byte at `offset` ends in the source.
    fn unit_end(&self, offset: u32) -> usize {
        self.run_at(offset).map_or(0, |run| self.unit_start(offset) + run.source_step as usize)
    }
}

/// Puts a [`MappedText`] together from pieces, in order.
#[derive(Debug)]
pub struct MappedTextBuilder {
    text: String,
    runs: Vec<Run>,
}

impl MappedTextBuilder {
    /// Appends text that stands byte for byte at `source_start`.
    pub fn push_verbatim(&mut self, text: &str, source_start: usize) {
        if !text.is_empty() {
            self.run(source_start, 1, 1);
            self.text.push_str(text);
        }
    }

    /// Appends one indivisible piece of text that was decoded from `source`.
    pub fn push_unit(&mut self, text: &str, source: SourceSpan) {
        if !text.is_empty() {
            self.run(source.start, text.len() as u32, (source.end - source.start) as u32);
            self.text.push_str(text);
        }
    }

    /// Appends a piece of another mapped text, as it stands there.
    ///
    /// This is how a format cuts turns out of a decoded file.
    pub fn push_slice(&mut self, from: &MappedText, span: TextSpan) {
        let mut at = span.start;
        while at < span.end {
            let after = from.runs.partition_point(|run| run.text_start <= at);
            let next = from.runs.get(after).map_or(span.end, |run| run.text_start.min(span.end));
            let piece = TextSpan { start: at, end: next };
            if let Some(&run) = from.run_at(at) {
                self.run(from.unit_start(at), run.text_step, run.source_step);
            }
            self.text.push_str(from.slice(piece));
            at = next;
        }
    }

    /// Appends one indivisible piece that was decoded from a piece of another mapped
    /// text: the `'` that a format reads where the file has `&#39;`.
    pub fn push_decoded(&mut self, text: &str, from: &MappedText, span: TextSpan) {
        self.push_unit(text, from.to_source(span));
    }

    /// The text so far, in UTF-8 bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether nothing was appended yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The finished text.
    #[must_use]
    pub fn finish(self) -> MappedText {
        MappedText { text: self.text, runs: self.runs }
    }

    /// Opens a run, unless what is appended merely continues the last one.
    fn run(&mut self, source_start: usize, text_step: u32, source_step: u32) {
        let text_start = self.text.len() as u32;
        if let Some(last) = self.runs.last() {
            let units = ((text_start - last.text_start) / last.text_step) as usize;
            let continues = source_start == last.source_start + units * last.source_step as usize;
            if continues && text_step == last.text_step && source_step == last.source_step {
                return;
            }
        }
        self.runs.push(Run { text_start, source_start, text_step, source_step });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbatim_text_maps_one_to_one() {
        let text = MappedText::verbatim("not my job".to_owned(), 3);
        assert_eq!(text.to_source(TextSpan::new(4, 6)), SourceSpan { start: 7, end: 9 });
    }

    #[test]
    fn an_escape_is_covered_whole_and_a_gap_is_not_entered() {
        let mut builder = MappedText::builder();
        builder.push_verbatim("that", 10);
        builder.push_unit("\u{2019}", SourceSpan { start: 14, end: 20 });
        builder.push_verbatim("s", 20);
        builder.push_verbatim(" mine", 40);
        let text = builder.finish();
        assert_eq!(text.as_str(), "that\u{2019}s mine");
        assert_eq!(text.to_source(TextSpan::new(0, 8)), SourceSpan { start: 10, end: 21 });
        assert_eq!(text.to_source(TextSpan::new(4, 7)), SourceSpan { start: 14, end: 20 });
        assert_eq!(text.to_source(TextSpan::new(9, 13)), SourceSpan { start: 41, end: 45 });
    }

    #[test]
    fn a_slice_keeps_the_places_of_what_it_was_cut_from() {
        let mut builder = MappedText::builder();
        builder.push_verbatim("ab", 0);
        builder.push_unit("\u{E9}", SourceSpan { start: 2, end: 8 });
        builder.push_verbatim("cd", 8);
        let whole = builder.finish();
        let mut builder = MappedText::builder();
        builder.push_slice(&whole, TextSpan::new(1, 5));
        builder.push_decoded("&", &whole, TextSpan::new(5, 6));
        let slice = builder.finish();
        assert_eq!(slice.as_str(), "b\u{E9}c&");
        assert_eq!(slice.to_source(TextSpan::new(0, 1)), SourceSpan { start: 1, end: 2 });
        assert_eq!(slice.to_source(TextSpan::new(1, 3)), SourceSpan { start: 2, end: 8 });
        assert_eq!(slice.to_source(TextSpan::new(3, 5)), SourceSpan { start: 8, end: 10 });
    }

    #[test]
    fn equal_units_share_a_run() {
        let mut builder = MappedText::builder();
        for (i, c) in ["a", "b", "c"].iter().enumerate() {
            builder.push_unit(c, SourceSpan { start: 2 + 2 * i, end: 4 + 2 * i });
        }
        let text = builder.finish();
        assert_eq!(text.runs.len(), 1);
        assert_eq!(text.to_source(TextSpan::new(1, 3)), SourceSpan { start: 4, end: 8 });
    }
}
