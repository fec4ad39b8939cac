//! From other words for a span of a text to other bytes for its source.
//!
//! Nothing is read again here: whoever applies the edits does so, and sees whether a whole
//! file still means what it did.

use super::escaping::{Charset, CsvField, Escaping};
use super::span::{SourceSpan, TextSpan};
use super::transfer::{Transfer, Wrapped, unwrapped};
use super::{Kind, MappedText, Unit};

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
    #[error("the words do not stand in one piece in the file; change them there by hand")]
    Gap,
    /// Among the words is what the format put there.
    #[error(
        "among the words is what stands for a tag or a break in the file; change them there by hand"
    )]
    Mark,
    /// The encoding has no such character.
    #[error("the encoding of the file has no {0:?}; save the file as UTF-8 first")]
    Spelling(char),
    /// A character that no text should have.
    #[error("{0:?} can't be written here; leave it out")]
    Control(char),
    /// A line break where the format has a use of its own for it.
    #[error("there can be no line break here; write the words on one line")]
    LineBreak,
    /// White space that would not be read as it is written.
    #[error("the format does not keep the white space around the words; leave it out")]
    Blank,
    /// Nothing would be left of the text.
    #[error("nothing would be left of the message; take it out by hand")]
    Empty,
    /// Words that mean something to the format.
    #[error("the format would take these words for its own marks; change them by hand")]
    Markup,
    /// Places outside the source.
    #[error("the file is not the one that was read; read it again")]
    Source,
}

/// Words among others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'t> {
    pub(super) before: &'t str,
    pub(super) old: &'t str,
    pub(super) new: &'t str,
    pub(super) after: &'t str,
}

impl Place<'_> {
    /// Whether white space would come to stand at an end of the text or next to other white
    /// space, as far as the first and the last of the new words are concerned.
    pub(super) fn has_blank_end(&self, [first, last]: [bool; 2]) -> bool {
        let before = self.before.chars().next_back().is_none_or(is_blank);
        let after = self.after.chars().next().is_none_or(is_blank);
        let start = self.new.chars().next().map_or(after, is_blank);
        let end = self.new.chars().next_back().map_or(before, is_blank);
        first && before && start || last && after && end
    }

    /// Whether the words begin a line.
    pub(super) fn begins_line(&self) -> bool {
        self.before.is_empty() || self.before.ends_with('\n')
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{200E}' | '\u{200F}')
}

/// Some bytes of a source, and where in it they start.
#[derive(Clone, Copy)]
pub(crate) struct Piece<'s> {
    /// The bytes.
    pub(crate) bytes: &'s [u8],
    /// How many bytes of the source stand before them.
    pub(crate) start: usize,
}

impl<'s> Piece<'s> {
    /// The bytes of a span of the source, if they are here.
    pub(crate) fn get(self, span: SourceSpan) -> Option<&'s [u8]> {
        let from = span.start.checked_sub(self.start)?;
        self.bytes.get(from..span.end.checked_sub(self.start)?)
    }

    fn end(self) -> usize {
        self.start + self.bytes.len()
    }
}

/// New words for a span, and nothing that was there already.
struct Change {
    span: TextSpan,
    new: String,
}

/// The source of some words.
struct Located {
    source: SourceSpan,
    /// How many bytes of what the source decodes to lie before the words, and behind them.
    lead: usize,
    trail: usize,
    /// What lies between their units, as the bytes of the source decode to.
    gaps: Vec<String>,
    /// Where a unit begins behind such a gap, and where the one before it ends.
    breaks: Vec<SourceSpan>,
}

impl MappedText {
    /// What to write into the source so that the text reads `new` in place of a span, in
    /// the order of its place; nothing if it reads so already.
    ///
    /// `source` are the bytes that the text was decoded from. Words that the source can't
    /// spell are written as [`MappedText::spelled`] has them.
    ///
    /// # Errors
    ///
    /// If the span can't be changed without changing something else.
    pub fn edit(
        &self,
        source: &[u8],
        span: TextSpan,
        new: &str,
    ) -> Result<Vec<SourceEdit>, Uneditable> {
        self.edit_piece(Piece { bytes: source, start: 0 }, span, new)
    }

    /// The same, for a text that was decoded from a piece of its source.
    ///
    /// # Errors
    ///
    /// As [`MappedText::edit`].
    pub(crate) fn edit_piece(
        &self,
        source: Piece<'_>,
        span: TextSpan,
        new: &str,
    ) -> Result<Vec<SourceEdit>, Uneditable> {
        let (escaping, shared) = self.escaping(span)?;
        let new = escaping.spelled(new)?;
        let change = self.narrowed(span, &new);
        if change.span.is_empty() && change.new.is_empty() {
            return Ok(Vec::new());
        }
        let change = self.widened(change, escaping, shared)?;
        let located = self.locate(source, &change, escaping)?;
        let place = self.place(&change);
        admit(&place, escaping)?;
        if escaping.bridges(&located.gaps) {
            return write(source, escaping, &place, &located);
        }
        if escaping.parts(&located.gaps) && !is_base64(escaping) {
            return write_around(source, escaping, &place, &located);
        }
        Err(Uneditable::Gap)
    }

    /// `new` as the source of a span can spell it: where the encoding has no curly quote,
    /// there is a straight one instead.
    ///
    /// # Errors
    ///
    /// If the encoding has no spelling for a character.
    pub fn spelled(&self, span: TextSpan, new: &str) -> Result<String, Uneditable> {
        Ok(self.escaping(span)?.0.spelled(new)?.into_owned())
    }

    /// How the words of a span are spelled, and the span that shares it.
    fn escaping(&self, span: TextSpan) -> Result<(&Escaping, TextSpan), Uneditable> {
        let at = if span.is_empty() { span.start.saturating_sub(1) } else { span.start };
        let (escaping, shared) = self.spelling.at(at);
        if span.end > shared.end { Err(Uneditable::Gap) } else { Ok((escaping, shared)) }
    }

    fn place<'t>(&'t self, change: &'t Change) -> Place<'t> {
        let text = self.as_str();
        let range = change.span.range();
        Place {
            before: &text[..range.start],
            old: &text[range.clone()],
            new: &change.new,
            after: &text[range.end..],
        }
    }

    /// Leaves out what both ends of the words have in common with what stands there.
    fn narrowed(&self, span: TextSpan, new: &str) -> Change {
        let old = self.slice(span);
        let same = old.chars().zip(new.chars()).take_while(|(one, other)| one == other);
        let start: usize = same.map(|(c, _)| c.len_utf8()).sum();
        let (old, new) = (&old[start..], &new[start..]);
        let ends = old.chars().rev().zip(new.chars().rev());
        let end: usize =
            ends.take_while(|(one, other)| one == other).map(|(c, _)| c.len_utf8()).sum();
        let from = span.range().start + start;
        let span = TextSpan::new(from, from + old.len() - end);
        Change { span, new: new[..new.len() - end].to_owned() }
    }

    /// Takes in the rest of units that can't be divided, and for an insertion into base64
    /// the character next to it.
    fn widened(
        &self,
        change: Change,
        escaping: &Escaping,
        shared: TextSpan,
    ) -> Result<Change, Uneditable> {
        let Change { span, mut new } = change;
        let (mut start, mut end) = (span.range().start, span.range().end);
        if span.is_empty() && is_base64(escaping) {
            let text = self.as_str();
            let unit = |at: u32| self.unit_at(at).is_some_and(|unit| unit.kind != Kind::Mark);
            let before = text[..start].chars().next_back().filter(|_| unit(span.start - 1));
            let next = || text[start..].chars().next().filter(|_| unit(span.start));
            if let Some(c) = before {
                start -= c.len_utf8();
                new.insert(0, c);
            } else if let Some(c) = next() {
                end += c.len_utf8();
                new.push(c);
            }
        }
        if let Some(unit) = self.unit_around(start) {
            new.insert_str(0, &self.as_str()[unit.start as usize..start]);
            start = unit.start as usize;
            end = end.max(unit.start as usize);
        }
        if let Some(unit) = self.unit_around(end) {
            let stop = (unit.end as usize).min(self.as_str().len());
            new.push_str(&self.as_str()[end..stop]);
            end = stop;
        }
        let inside = shared.start as usize <= start && end <= shared.end as usize;
        if inside {
            Ok(Change { span: TextSpan::new(start, end), new })
        } else {
            Err(Uneditable::Gap)
        }
    }

    /// The unit that holds both characters around a place, if it is to be kept whole.
    fn unit_around(&self, at: usize) -> Option<Unit> {
        let unit = self.unit_at(at as u32).filter(|_| at < self.as_str().len())?;
        (unit.kind != Kind::Packed && (unit.start as usize) < at).then_some(unit)
    }

    fn locate(
        &self,
        source: Piece<'_>,
        change: &Change,
        escaping: &Escaping,
    ) -> Result<Located, Uneditable> {
        let located = if change.span.is_empty() {
            self.between(change.span.start)?
        } else {
            self.under(source, change.span, escaping)?
        };
        let body = escaping.mail().map_or(located.source, |body| body.span);
        let inside = body.start <= located.source.start && located.source.end <= body.end;
        if inside && body.end <= source.end() { Ok(located) } else { Err(Uneditable::Source) }
    }

    /// The place in the source between two characters: behind the first, so that it shares
    /// the first one's markup, or else before the second.
    fn between(&self, at: u32) -> Result<Located, Uneditable> {
        let word = |at: u32| self.unit_at(at).filter(|unit| unit.kind != Kind::Mark);
        let before = at.checked_sub(1).and_then(word).map(|unit| unit.source.end);
        let next = || word(at).filter(|unit| at < unit.end).map(|unit| unit.source.start);
        let at = before.or_else(next).ok_or(Uneditable::Mark)?;
        let source = SourceSpan { start: at, end: at };
        Ok(Located { source, lead: 0, trail: 0, gaps: Vec::new(), breaks: Vec::new() })
    }

    /// The source of a span that is not empty, and what lies between its units.
    fn under(
        &self,
        source: Piece<'_>,
        span: TextSpan,
        escaping: &Escaping,
    ) -> Result<Located, Uneditable> {
        let first = self.unit_at(span.start).ok_or(Uneditable::Gap)?;
        let mut last = first;
        let (mut gaps, mut breaks) = (Vec::new(), Vec::new());
        let mut run = self.runs.partition_point(|run| run.text_start <= span.start);
        loop {
            if last.kind == Kind::Mark {
                return Err(Uneditable::Mark);
            }
            let next = self.runs.get(run).map_or(span.end, |run| run.text_start.min(span.end));
            last = self.unit_at(next - 1).ok_or(Uneditable::Gap)?;
            if next == span.end {
                break;
            }
            let after = self.unit_at(next).ok_or(Uneditable::Gap)?;
            if after.kind != Kind::Mark
                && let Some(gap) = gap(source, last, after, escaping)?
            {
                gaps.push(gap);
                breaks.push(SourceSpan { start: last.source.end, end: after.source.start });
            }
            last = after;
            run += 1;
        }
        let packed = |unit: Unit, bytes: u32| if unit.kind == Kind::Packed { bytes } else { 0 };
        let lead = u32::from(first.lead) + packed(first, span.start - first.start);
        let trail = u32::from(last.trail) + packed(last, last.end - span.end);
        let source = SourceSpan { start: first.source.start, end: last.source.end };
        Ok(Located { source, lead: lead as usize, trail: trail as usize, gaps, breaks })
    }
}

fn is_base64(escaping: &Escaping) -> bool {
    escaping.mail().is_some_and(|body| body.transfer == Transfer::Base64)
}

/// What lies between two units that follow each other in the text.
fn gap(
    source: Piece<'_>,
    one: Unit,
    other: Unit,
    escaping: &Escaping,
) -> Result<Option<String>, Uneditable> {
    let bytes = if is_base64(escaping) {
        let decoded = |span: SourceSpan| source.get(span).map(unwrapped);
        let both = SourceSpan { start: one.source.start, end: other.source.end };
        let first = decoded(one.source).ok_or(Uneditable::Source)?.len();
        let second = decoded(other.source).ok_or(Uneditable::Source)?.len();
        let all = decoded(both).ok_or(Uneditable::Gap)?;
        let start = first.saturating_sub(one.trail.into());
        let end = (all.len() + usize::from(other.lead)).saturating_sub(second);
        all.get(start..end).ok_or(Uneditable::Gap)?.to_vec()
    } else {
        let raw = SourceSpan { start: one.source.end, end: other.source.start };
        let raw = source.get(raw).ok_or(Uneditable::Gap)?;
        let quoted = escaping.mail().is_some_and(|it| it.transfer == Transfer::QuotedPrintable);
        if quoted { unquoted_printable(raw) } else { raw.to_vec() }
    };
    Ok((!bytes.is_empty()).then(|| escaping.charset().decode(&bytes)))
}

/// Bytes in quoted-printable without their soft line breaks and escapes.
fn unquoted_printable(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte != b'=' {
            out.push(*byte);
            continue;
        }
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            out.push(byte);
            rest = &after[2..];
        } else if let Some(end) = memchr::memchr(b'\n', after) {
            rest = &after[end + 1..];
        }
    }
    out
}

/// Refuses words that would not read as what they are.
fn admit(place: &Place<'_>, escaping: &Escaping) -> Result<(), Uneditable> {
    let left = [place.before, place.new, place.after];
    if left.iter().all(|part| part.chars().all(is_blank)) {
        return Err(Uneditable::Empty);
    }
    let json = matches!(escaping.layers().next(), Some(super::Layer::Json));
    let control = |c: &char| c.is_control() && !matches!(c, '\n' | '\t') && !json;
    if let Some(c) = place.new.chars().find(control) {
        return Err(Uneditable::Control(c));
    }
    escaping.layers().try_for_each(|layer| layer.admits(place))
}

/// Spells the words for their place in the source.
fn write(
    source: Piece<'_>,
    escaping: &Escaping,
    place: &Place<'_>,
    located: &Located,
) -> Result<Vec<SourceEdit>, Uneditable> {
    let charset = escaping.charset();
    if charset.shifts() && !(is_ascii_end(place) && place.old.is_ascii()) {
        return Err(Uneditable::Gap);
    }
    let (written, unquoted) = escaping.escape(place);
    let unknown = || written.chars().find(|&c| !escaping.holds(c)).unwrap_or_default();
    let bytes = charset.encode(&written).ok_or_else(|| Uneditable::Spelling(unknown()))?;
    let Located { source: span, lead, trail, .. } = *located;
    if let Some(body) = escaping.mail() {
        return Ok(vec![Wrapped { source: source.bytes, body, span, lead, trail, bytes }.edit()]);
    }
    let edit = SourceEdit { span, bytes };
    match unquoted {
        Some(field) => quoted(source, field, charset, edit),
        None => Ok(vec![edit]),
    }
}

/// Writes the words in place of the first of those that tags stand between, and takes away
/// the others from around the tags: of `<b>not my</b> job`, `<b>ours</b>` is left.
fn write_around(
    source: Piece<'_>,
    escaping: &Escaping,
    place: &Place<'_>,
    located: &Located,
) -> Result<Vec<SourceEdit>, Uneditable> {
    let Located { source: span, breaks, .. } = located;
    let starts = std::iter::once(span.start).chain(breaks.iter().map(|gap| gap.end));
    let ends = breaks.iter().map(|gap| gap.start).chain([span.end]);
    let mut pieces = starts.zip(ends).map(|(start, end)| SourceSpan { start, end });
    let source_of_first = pieces.next().unwrap_or(*span);
    let first =
        Located { source: source_of_first, lead: 0, trail: 0, gaps: vec![], breaks: vec![] };
    let mut edits = write(source, escaping, place, &first)?;
    // A field that must be quoted for it would have its marks doubled in the others, too.
    if edits.len() > 1 {
        return Err(Uneditable::Gap);
    }
    edits.extend(pieces.map(|span| SourceEdit { span, bytes: Vec::new() }));
    Ok(edits)
}

/// Whether the characters next to the words are ASCII.
fn is_ascii_end(place: &Place<'_>) -> bool {
    let before = place.before.chars().next_back();
    let after = place.after.chars().next();
    before.is_none_or(|c| c.is_ascii()) && after.is_none_or(|c| c.is_ascii())
}

/// Puts the field of a table that an edit lies in between quotation marks, and doubles those
/// in it.
fn quoted(
    source: Piece<'_>,
    field: &CsvField,
    charset: Charset,
    edit: SourceEdit,
) -> Result<Vec<SourceEdit>, Uneditable> {
    let mark = charset.encode("\"").ok_or(Uneditable::Spelling('"'))?;
    let SourceSpan { start, end } = field.span;
    let insert =
        |at: usize| SourceEdit { span: SourceSpan { start: at, end: at }, bytes: mark.clone() };
    let marks = |start: usize, end: usize| -> Result<Vec<SourceEdit>, Uneditable> {
        let bytes = source.get(SourceSpan { start, end }).ok_or(Uneditable::Source)?;
        let units = bytes.chunks(mark.len()).enumerate().filter(|(_, unit)| *unit == mark);
        Ok(units.map(|(index, _)| insert(start + index * mark.len())).collect())
    };
    let (before, behind) = (marks(start, edit.span.start)?, marks(edit.span.end, end)?);
    let mut edits = vec![insert(start)];
    edits.extend(before);
    edits.push(edit);
    edits.extend(behind);
    edits.push(insert(end));
    Ok(merged(edits))
}

/// Makes one of insertions at one place, whose order would be lost.
fn merged(edits: Vec<SourceEdit>) -> Vec<SourceEdit> {
    let mut merged: Vec<SourceEdit> = Vec::with_capacity(edits.len());
    for edit in edits {
        match merged.last_mut() {
            Some(last) if last.span == edit.span => last.bytes.extend(edit.bytes),
            _ => merged.push(edit),
        }
    }
    merged
}
