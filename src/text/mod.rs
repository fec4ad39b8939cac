//! Text with a map back to the bytes it was read from.
//!
//! Two coordinate spaces, two types: a [`SourceSpan`] counts bytes of the file as
//! it lies on disk, a [`TextSpan`] counts bytes of one turn's decoded text. They
//! are never mixed; [`MappedText::to_source`] is the only way from one to the other,
//! and [`MappedText::edit`] the only way to other words in the source.
//!
//! What a byte *means* (a line, a column, a word) is not known here.

mod edit;
mod escaping;
mod markup;
mod span;
mod transfer;
mod wording;

use std::sync::Arc;

use smallvec::SmallVec;

use self::wording::Wording;

pub(crate) use self::edit::Piece;
pub use self::edit::{SourceEdit, Uneditable};
pub(crate) use self::escaping::{Charset, CsvField, Escaping, Layer, MailBody};
pub use self::span::{SourceSpan, TextSpan};
pub(crate) use self::transfer::{Transfer, sextet};

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
    kind: Kind,
    /// How many of the bytes that a unit's source decodes to lie before the unit, and
    /// behind it: base64 spells three bytes at once.
    lead: u8,
    trail: u8,
}

/// The runs of a text. Most texts have a single one.
type Runs = SmallVec<[Run; 1]>;

/// What the units of a run are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Spelled by their source, and by nothing else in it.
    Whole,
    /// Several characters that are spelled together: `not` by `bm90` in base64.
    Packed,
    /// Not spelled at all: the line break that a `<br>` stands for.
    Mark,
}

/// One unit of a text.
#[derive(Clone, Copy, Debug)]
struct Unit {
    start: u32,
    end: u32,
    source: SourceSpan,
    kind: Kind,
    lead: u8,
    trail: u8,
}

/// Decoded text together with the map to the source bytes it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedText {
    text: Wording,
    /// Sorted by `text_start`; the first starts at 0.
    runs: Runs,
    spelling: Spelling,
}

/// How the parts of a text are spelled in the source; as a rule all in one way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Spelling {
    first: Escaping,
    /// Where another begins.
    more: Vec<(u32, Escaping)>,
}

impl Spelling {
    /// Whether all of the text is spelled in one way, the very same value as another.
    fn is(&self, escaping: &Escaping) -> bool {
        self.more.is_empty() && self.first.is(escaping)
    }

    /// The escaping at a place, and the span that shares it.
    fn at(&self, offset: u32) -> (&Escaping, TextSpan) {
        let after = self.more.partition_point(|&(start, _)| start <= offset);
        let end = self.more.get(after).map_or(u32::MAX, |&(start, _)| start);
        match after.checked_sub(1).and_then(|index| self.more.get(index)) {
            Some((start, escaping)) => (escaping, TextSpan { start: *start, end }),
            None => (&self.first, TextSpan { start: 0, end }),
        }
    }
}

impl MappedText {
    /// Text that stands in the source byte for byte, from `source_start` on.
    #[must_use]
    pub fn verbatim(text: String, source_start: usize) -> Self {
        let text = Arc::new(text);
        Self { runs: Runs::from([Run::verbatim(source_start)]), ..Self::end_of(text, 0) }
    }

    /// The end of a text that stands in the source byte for byte, from a byte of it on.
    pub(crate) fn end_of(all: Arc<String>, start: usize) -> Self {
        let end = all.len();
        let runs = Runs::from([Run::verbatim(start)]);
        Self { text: Wording::Shared(all, start..end), runs, spelling: Spelling::default() }
    }

    /// Starts a text that is put together piece by piece.
    ///
    /// It is spelled as what it is cut out of.
    #[must_use]
    pub fn builder() -> MappedTextBuilder {
        MappedTextBuilder {
            text: Wording::default(),
            runs: Runs::new(),
            layer: None,
            known: None,
            spelling: Spelling::default(),
            last: None,
        }
    }

    /// Starts a text that is spelled in a way of its own within what it is cut out of: the
    /// words of a JSON string, of an HTML text.
    #[must_use]
    pub(crate) fn builder_in(layer: Layer) -> MappedTextBuilder {
        MappedTextBuilder { layer: Some(layer), ..Self::builder() }
    }

    /// How texts are spelled that are cut out of this one, in a way of their own within it.
    #[must_use]
    pub(crate) fn inner(&self, layer: Layer) -> Inner {
        let outer = self.spelling.first.clone();
        Inner { escaping: outer.with(layer.clone()), outer, layer }
    }

    /// The decoded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// The text under a span.
    #[must_use]
    pub fn slice(&self, span: TextSpan) -> &str {
        &self.text.as_str()[span.range()]
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

    /// The same places with other characters in them, each of as many bytes as the one before.
    #[must_use]
    pub(crate) fn respelled(self, text: String) -> Self {
        debug_assert!(
            text.char_indices()
                .map(|(at, _)| at)
                .eq(self.as_str().char_indices().map(|(at, _)| at))
        );
        Self { text: Wording::Own(text), ..self }
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
        self.run_at(offset).map_or(0, |run| run.unit(offset).start)
    }

    /// Where the unit that holds the byte at `offset` ends in the source.
    fn unit_end(&self, offset: u32) -> usize {
        self.run_at(offset).map_or(0, |run| run.unit(offset).end)
    }

    /// The unit that holds the byte at `offset`.
    fn unit_at(&self, offset: u32) -> Option<Unit> {
        let run = self.run_at(offset)?;
        let start = offset - (offset - run.text_start) % run.text_step;
        Some(Unit {
            start,
            end: start + run.text_step,
            source: run.unit(offset),
            kind: run.kind,
            lead: run.lead,
            trail: run.trail,
        })
    }
}

impl Run {
    /// Bytes that are what they are in the source, from there on.
    fn verbatim(source_start: usize) -> Self {
        Self::whole(0, SourceSpan { start: source_start, end: source_start + 1 }, 1)
    }

    /// Units that begin with one of `text_step` bytes that is decoded from `source`.
    fn whole(text_start: u32, source: SourceSpan, text_step: u32) -> Self {
        Self {
            text_start,
            source_start: source.start,
            text_step,
            source_step: (source.end - source.start) as u32,
            kind: Kind::Whole,
            lead: 0,
            trail: 0,
        }
    }

    /// The source of the unit that holds the byte at `offset`.
    fn unit(&self, offset: u32) -> SourceSpan {
        let units = (offset - self.text_start) / self.text_step;
        let start = self.source_start + units as usize * self.source_step as usize;
        SourceSpan { start, end: start + self.source_step as usize }
    }

    /// Whether `next` merely goes on with this run.
    fn goes_on(&self, next: &Self) -> bool {
        let same = |run: &Self| (run.text_step, run.source_step, run.kind, run.lead, run.trail);
        same(self) == same(next)
            && (next.text_start - self.text_start).is_multiple_of(self.text_step)
            && self.unit(next.text_start).start == next.source_start
    }
}

/// A way to spell words within that of a text, settled once for all that is cut out of it.
#[derive(Clone, Debug)]
pub(crate) struct Inner {
    layer: Layer,
    /// How most of the text is spelled.
    outer: Escaping,
    /// What this makes of it.
    escaping: Escaping,
}

impl Inner {
    /// Starts a text that is spelled in this way.
    #[must_use]
    pub(crate) fn builder(&self) -> MappedTextBuilder {
        let known = Some((self.outer.clone(), self.escaping.clone()));
        MappedTextBuilder { known, ..MappedText::builder_in(self.layer.clone()) }
    }

    /// A part of a text that is spelled in this way.
    #[must_use]
    pub(crate) fn cut(&self, from: &MappedText, span: TextSpan) -> MappedText {
        self.cut_from_one_run(from, span).unwrap_or_else(|| {
            let mut builder = self.builder();
            builder.push_slice(from, span);
            builder.finish()
        })
    }

    /// The same, of a text that is what it is in the source byte for byte.
    fn cut_from_one_run(&self, from: &MappedText, span: TextSpan) -> Option<MappedText> {
        let [run @ Run { text_start: 0, text_step: 1, .. }] = from.runs[..] else { return None };
        if span.is_empty() || !from.spelling.is(&self.outer) {
            return None;
        }
        let run = Run { source_start: run.unit(span.start).start, ..run };
        let spelling = Spelling { first: self.escaping.clone(), more: Vec::new() };
        let text = from.text.shared(span.range())?;
        Some(MappedText { text, runs: Runs::from([run]), spelling })
    }
}

/// Puts a [`MappedText`] together from pieces, in order.
#[derive(Debug)]
pub struct MappedTextBuilder {
    text: Wording,
    runs: Runs,
    /// How what is appended is spelled within what it is cut out of.
    layer: Option<Layer>,
    /// What the layer makes of one escaping.
    known: Option<(Escaping, Escaping)>,
    spelling: Spelling,
    /// The escaping of what was appended last, as it was there.
    last: Option<Escaping>,
}

impl MappedTextBuilder {
    /// Appends text that stands byte for byte at `source_start`.
    pub fn push_verbatim(&mut self, text: &str, source_start: usize) {
        if !text.is_empty() {
            self.spell(&Escaping::default());
            self.run(Run::verbatim(source_start));
            self.text.push_str(text);
        }
    }

    /// Appends one indivisible piece of text that was decoded from `source`.
    pub fn push_unit(&mut self, text: &str, source: SourceSpan) {
        self.push_packed(text, source, 0, 0);
    }

    /// Appends a piece of text that was decoded from `source` together with what lies before
    /// it and behind it, `lead` and `trail` bytes.
    pub(crate) fn push_packed(&mut self, text: &str, source: SourceSpan, lead: u8, trail: u8) {
        if !text.is_empty() {
            self.spell(&Escaping::default());
            let packed = text.len() > 1 && text.is_ascii();
            let kind = if packed { Kind::Packed } else { Kind::Whole };
            self.run(Run { kind, lead, trail, ..Run::whole(0, source, text.len() as u32) });
            self.text.push_str(text);
        }
    }

    /// Appends what a format puts between the words, for something at `source` that does not
    /// spell it: a space for the end of a cue. It can't be edited.
    pub fn push_mark(&mut self, text: &str, source: SourceSpan) {
        if !text.is_empty() {
            self.run(Run { kind: Kind::Mark, ..Run::whole(0, source, text.len() as u32) });
            self.text.push_str(text);
        }
    }

    /// Appends a space for the white space at `source`, spelled as what is around it.
    pub(crate) fn push_space(&mut self, source: SourceSpan) {
        self.run(Run::whole(0, source, 1));
        self.text.push_str(" ");
    }

    /// Appends a piece of another mapped text, as it stands there.
    ///
    /// This is how a format cuts turns out of a decoded file.
    pub fn push_slice(&mut self, from: &MappedText, span: TextSpan) {
        self.slice(from, span, |kind| kind);
    }

    /// Appends a piece of another mapped text that can't be edited: it is no words.
    pub fn push_marked_slice(&mut self, from: &MappedText, span: TextSpan) {
        self.slice(from, span, |_| Kind::Mark);
    }

    fn slice(&mut self, from: &MappedText, span: TextSpan, kind: fn(Kind) -> Kind) {
        let mut at = span.start;
        while at < span.end {
            let (escaping, shared) = from.spelling.at(at);
            self.spell(escaping);
            let end = span.end.min(shared.end);
            while at < end {
                at = self.push_piece(from, TextSpan { start: at, end }, kind);
            }
        }
    }

    /// Appends the beginning of a span: whole units of one run, or a part of one unit.
    /// Returns where it ends.
    fn push_piece(&mut self, from: &MappedText, span: TextSpan, kind: fn(Kind) -> Kind) -> u32 {
        let at = span.start;
        let after = from.runs.partition_point(|run| run.text_start <= at);
        let next = from.runs.get(after).map_or(span.end, |run| run.text_start.min(span.end));
        let Some(&run) = after.checked_sub(1).and_then(|index| from.runs.get(index)) else {
            return next;
        };
        let source = run.unit(at);
        let inside = (at - run.text_start) % run.text_step;
        let whole = (next - at) / run.text_step * run.text_step;
        let end = if inside == 0 && whole > 0 {
            self.run(Run { source_start: source.start, kind: kind(run.kind), ..run });
            at + whole
        } else {
            let end = next.min(at - inside + run.text_step);
            let rest = run.text_step - inside - (end - at);
            let packed = |bytes: u32| if run.kind == Kind::Packed { bytes as u8 } else { 0 };
            let (lead, trail) = (run.lead + packed(inside), run.trail + packed(rest));
            let kind = kind(run.kind);
            self.run(Run { kind, lead, trail, ..Run::whole(0, source, end - at) });
            end
        };
        self.text.push_part(&from.text, TextSpan { start: at, end }.range());
        end
    }

    /// Appends one indivisible piece that was decoded from a piece of another mapped
    /// text: the `'` that a format reads where the file has `&#39;`.
    pub fn push_decoded(&mut self, text: &str, from: &MappedText, span: TextSpan) {
        if span.is_empty() {
            return self.push_mark(text, from.to_source(span));
        }
        let (first, last) = (from.unit_at(span.start), from.unit_at(span.end - 1));
        let (Some(first), Some(last)) = (first, last) else { return };
        if text.is_empty() {
            return;
        }
        self.spell(from.spelling.at(span.start).0);
        let source =
            SourceSpan { start: first.source.start, end: last.source.end.max(first.source.start) };
        let packed =
            |unit: Unit, bytes: u32| if unit.kind == Kind::Packed { bytes as u8 } else { 0 };
        let lead = first.lead + packed(first, span.start - first.start);
        let trail = last.trail + packed(last, last.end.saturating_sub(span.end));
        let marks = first.kind == Kind::Mark || last.kind == Kind::Mark;
        let kind = if marks { Kind::Mark } else { Kind::Whole };
        self.run(Run { kind, lead, trail, ..Run::whole(0, source, text.len() as u32) });
        self.text.push_str(text);
    }

    /// Appends what a format puts between the words for a piece of another mapped text that
    /// does not spell it: a line break for a `<br>`. It can't be edited.
    pub fn push_decoded_mark(&mut self, text: &str, from: &MappedText, span: TextSpan) {
        self.push_mark(text, from.to_source(span));
    }

    /// The text so far, in UTF-8 bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether nothing was appended yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The finished text.
    #[must_use]
    pub fn finish(self) -> MappedText {
        MappedText { text: self.text, runs: self.runs, spelling: self.spelling }
    }

    /// Opens a run here, unless it merely continues the last one.
    fn run(&mut self, run: Run) {
        let run = Run { text_start: self.text.len() as u32, ..run };
        if !self.runs.last().is_some_and(|last| last.goes_on(&run)) {
            self.runs.push(run);
        }
    }

    /// Notes how what is appended next is spelled, given how it was where it comes from.
    fn spell(&mut self, from: &Escaping) {
        if self.last.as_ref().is_some_and(|last| last.is(from)) {
            return;
        }
        self.last = Some(from.clone());
        let escaping = match (&self.known, &self.layer) {
            (Some((outer, escaping)), _) if outer.is(from) => escaping.clone(),
            (_, Some(layer)) => from.with(layer.clone()),
            (_, None) => from.clone(),
        };
        let start = self.text.len() as u32;
        if self.runs.is_empty() {
            self.spelling.first = escaping;
        } else if *self.spelling.at(start).0 != escaping {
            self.spelling.more.push((start, escaping));
        }
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
