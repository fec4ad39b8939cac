//! One input: its name, its bytes, and the only line and column arithmetic.
//!
//! Reading files is left to the caller; understanding what stands in them, to the
//! formats. Here bytes become text, whatever encoding they are in, and offsets
//! become the lines and columns that people count.

use std::sync::{Arc, OnceLock};

use crate::text::{Charset, Layer, MappedText, MappedTextBuilder, Piece, SourceSpan};

/// One input as it was read.
#[derive(Debug)]
pub struct Source {
    name: String,
    content: Content,
    before: Before,
    /// Whether the file may go on before or behind it.
    is_piece: bool,
    marks: OnceLock<Vec<Mark>>,
}

/// What stands before a source that is a piece of a larger file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Before {
    /// Bytes of the file.
    pub bytes: usize,
    /// Line ends among them.
    pub lines: usize,
}

impl Before {
    /// The same and some whole lines more, of an encoding in which line breaks are single bytes.
    #[must_use]
    pub fn and(self, bytes: &[u8]) -> Self {
        let mut lines = memchr::memchr_iter(b'\n', bytes).count();
        // A lone CR ends a line, too, and is rare.
        let returns = memchr::memchr_iter(b'\r', bytes);
        lines += returns.filter(|at| bytes.get(at + 1) != Some(&b'\n')).count();
        Self { bytes: self.bytes + bytes.len(), lines: self.lines + lines }
    }
}

/// A place as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, counted from 1.
    pub line: usize,
    /// Column, counted from 1; in characters (Unicode scalar values) unless another unit was
    /// asked for.
    pub column: usize,
}

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ColumnUnit {
    /// Characters (Unicode scalar values).
    #[default]
    Characters,
    /// Bytes that the characters take in UTF-8, whatever the encoding of the source.
    Bytes,
    /// Units that the characters take in UTF-16: two for most emoji.
    Utf16,
}

/// Something in a source that could not be read as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, if it has a place.
    pub position: Option<Position>,
    /// What is wrong and what was done about it, without a full stop.
    pub message: String,
}

/// The bytes, by the way they spell characters.
///
/// Valid UTF-8 is validated once, when it comes in, and never again.
#[derive(Debug)]
enum Content {
    /// Shared with the texts that are cut out of it.
    Utf8(Arc<String>),
    Other(Vec<u8>, Encoding),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    /// UTF-8 with sequences in it that are none.
    BrokenUtf8,
    Windows1252,
    Utf16(Endian),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Endian {
    Little,
    Big,
}

/// A place in the source whose line and column are known.
///
/// There is one at the start of every line, and more inside a long line, so that no
/// position costs more than a short count.
#[derive(Clone, Copy, Debug)]
struct Mark {
    offset: usize,
    position: Position,
}

/// How many bytes lie between two marks of a long line.
const MARK_DISTANCE: usize = 1024;

/// How many bytes tell whether a source is UTF-16 without a BOM, or no text at all.
const SNIFFED: usize = 8 * 1024;

const UTF8_BOM: &[u8] = b"\xEF\xBB\xBF";
const UTF16_LE_BOM: &[u8] = b"\xFF\xFE";
const UTF16_BE_BOM: &[u8] = b"\xFE\xFF";

impl Source {
    /// The most bytes a source may have: about 1.4 GB.
    ///
    /// Offsets in a text are `u32`, and a byte decodes to at most three bytes of text
    /// (0x80 of Windows-1252 is a euro sign), so within this limit nothing overflows.
    pub const MAX_LEN: usize = u32::MAX as usize / 3;

    /// Takes the bytes that were read from `name`.
    #[must_use]
    pub fn new(name: String, bytes: Vec<u8>) -> Self {
        let before = Before::default();
        let marks = OnceLock::new();
        Self { name, content: Content::new(bytes), before, is_piece: false, marks }
    }

    /// Takes some whole records out of a file. All its spans and positions are those of the
    /// file.
    #[must_use]
    pub fn piece(name: String, bytes: Vec<u8>, before: Before) -> Self {
        Self { before, is_piece: true, ..Self::new(name, bytes) }
    }

    /// Whether this may not be all of its file.
    #[must_use]
    pub fn is_piece(&self) -> bool {
        self.is_piece
    }

    /// Whether this is not the beginning of its file.
    #[must_use]
    pub fn is_continuation(&self) -> bool {
        self.before.bytes > 0
    }

    /// The name that outputs show, a path or `<stdin>`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Gives the source another name, to be shown in place of its own.
    pub(crate) fn rename(&mut self, name: String) {
        self.name = name;
    }

    /// The bytes as they were read.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.content.bytes()
    }

    /// The bytes as they were read, with their place in the file.
    pub(crate) fn piece_bytes(&self) -> Piece<'_> {
        Piece { bytes: self.bytes(), start: self.before.bytes }
    }

    /// Whether a line break is a single byte that stands for nothing else, so that the bytes can
    /// be cut behind it.
    pub(crate) fn has_plain_lines(&self) -> bool {
        !matches!(self.content, Content::Other(_, Encoding::Utf16(_)))
    }

    /// Whether the bytes are probably no text: a NUL near the start, and not UTF-16.
    #[must_use]
    pub fn is_binary(&self) -> bool {
        let start = sniffed(self.bytes());
        let utf16 = matches!(self.content, Content::Other(_, Encoding::Utf16(_)));
        !utf16 && memchr::memchr(0, start).is_some()
    }

    /// The text without its BOM, with a map to the bytes, and what could not be decoded.
    ///
    /// Valid UTF-8 is taken as it stands. What is not text in the source's encoding
    /// becomes U+FFFD, and one problem tells of all such places. A source longer than
    /// [`Source::MAX_LEN`] has no text, only a problem.
    #[must_use]
    pub fn decode(&self) -> (MappedText, Vec<Problem>) {
        let (text, problems) = self.decode_piece();
        (text.moved(self.before.bytes), problems)
    }

    fn decode_piece(&self) -> (MappedText, Vec<Problem>) {
        if self.bytes().len() > Self::MAX_LEN {
            return (MappedText::verbatim(String::new(), 0), vec![self.too_long()]);
        }
        let start = self.text_start();
        match &self.content {
            Content::Utf8(text) => (MappedText::end_of(Arc::clone(text), start), vec![]),
            Content::Other(bytes, Encoding::BrokenUtf8) => self.broken(decode_utf8(bytes, start)),
            Content::Other(bytes, Encoding::Utf16(endian)) => {
                self.broken(decode_utf16(bytes, start, *endian))
            }
            Content::Other(bytes, Encoding::Windows1252) => {
                (decode_windows_1252(bytes), vec![self.not_utf8()])
            }
        }
    }

    /// The line and column of a byte offset; an offset past the end counts as the end.
    ///
    /// A line ends with LF, CR LF or a lone CR. A BOM takes no column, and an offset
    /// inside a character has the column of the character.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        self.position_in_piece(offset.saturating_sub(self.before.bytes))
    }

    /// The line of a byte offset, and its column in a unit, counted from 1.
    ///
    /// All that [`position`](Self::position) says holds here, too: a BOM takes no column.
    #[must_use]
    pub fn position_in(&self, offset: usize, unit: ColumnUnit) -> Position {
        let Position { line, column } = self.position(offset);
        let (start, end) = self.line_until(line, offset);
        let column = match unit {
            ColumnUnit::Characters => column,
            ColumnUnit::Bytes => self.content.utf8_len(start, end) + 1,
            ColumnUnit::Utf16 => column + self.content.astral(start, end),
        };
        Position { line, column }
    }

    /// A position of this source with its column in another unit.
    #[must_use]
    pub fn recounted(&self, at: Position, unit: ColumnUnit) -> Position {
        let marks = self.marks.get_or_init(|| self.mark());
        let here = Position { line: at.line.saturating_sub(self.before.lines), ..at };
        let after = marks.partition_point(|mark| mark.position <= here);
        let mark = marks[after.saturating_sub(1)];
        let mut offset = mark.offset;
        for _ in mark.position.column..at.column {
            offset += self.content.character_len(offset);
        }
        self.position_in(self.before.bytes + offset, unit)
    }

    /// The line of a byte offset, and its column in bytes of UTF-8, counted from 1.
    ///
    /// In a source that is UTF-8 a BOM is three bytes of the first line, as it is for every
    /// program that takes a file for bytes.
    #[must_use]
    pub fn byte_position(&self, offset: usize) -> Position {
        let Position { line, column } = self.position_in(offset, ColumnUnit::Bytes);
        let bom = if line == 1 && self.is_utf8() { self.text_start() } else { 0 };
        Position { line, column: column + bom }
    }

    /// Whether the bytes of the source are UTF-8 throughout.
    #[must_use]
    pub fn is_utf8(&self) -> bool {
        matches!(self.content, Content::Utf8(_))
    }

    fn position_in_piece(&self, offset: usize) -> Position {
        let offset = offset.clamp(self.text_start(), self.bytes().len());
        let marks = self.marks.get_or_init(|| self.mark());
        let after = marks.partition_point(|mark| mark.offset <= offset);
        let mark = marks[after.saturating_sub(1)];
        let (_, characters) = self.content.advance(mark.offset, offset);
        Position {
            line: mark.position.line + self.before.lines,
            column: mark.position.column + characters,
        }
    }

    /// Where a line starts, and where the character of a byte offset in it does.
    fn line_until(&self, line: usize, offset: usize) -> (usize, usize) {
        let marks = self.marks.get_or_init(|| self.mark());
        let first = marks.partition_point(|mark| mark.position.line + self.before.lines < line);
        let start = marks[first].offset;
        let offset = offset.saturating_sub(self.before.bytes).clamp(start, self.bytes().len());
        let near = marks[marks.partition_point(|mark| mark.offset <= offset) - 1].offset;
        (start, self.content.advance(near, offset).0)
    }

    /// Where the text starts: after the BOM, if there is one.
    fn text_start(&self) -> usize {
        match &self.content {
            Content::Other(bytes, Encoding::Utf16(_)) => utf16_bom(bytes).map_or(0, |_| 2),
            Content::Other(_, Encoding::Windows1252) => 0,
            Content::Utf8(_) | Content::Other(_, Encoding::BrokenUtf8) => {
                if self.bytes().starts_with(UTF8_BOM) { 3 } else { 0 }
            }
        }
    }

    /// Walks the source once for the start of every line and the marks in long ones.
    fn mark(&self) -> Vec<Mark> {
        let mut marks = Vec::new();
        let mut line = Position { line: 1, column: 1 };
        let mut start = self.text_start();
        let mut close = |end: usize| {
            self.mark_line(start, end, line, &mut marks);
            line.line += 1;
            start = end;
        };
        self.content.each_line_end(self.text_start(), &mut close);
        close(self.bytes().len());
        marks
    }

    /// Marks the line `start..end`, its line break included.
    fn mark_line(&self, start: usize, end: usize, position: Position, marks: &mut Vec<Mark>) {
        let mut mark = Mark { offset: start, position };
        marks.push(mark);
        while end - mark.offset > MARK_DISTANCE {
            let (offset, characters) =
                self.content.advance(mark.offset, mark.offset + MARK_DISTANCE);
            mark.offset = offset;
            mark.position.column += characters;
            marks.push(mark);
        }
    }

    fn broken(&self, (text, broken): (MappedText, Broken)) -> (MappedText, Vec<Problem>) {
        let Some(first) = broken.first else {
            return (text, vec![]);
        };
        let message = match broken.count {
            1 => "one character could not be decoded and is read as U+FFFD".to_owned(),
            n => format!("{n} characters could not be decoded and are read as U+FFFD"),
        };
        let message = format!("{message}; save the file as UTF-8");
        (text, vec![Problem { position: Some(self.position_in_piece(first)), message }])
    }

    fn not_utf8(&self) -> Problem {
        let first = self.bytes().iter().position(|byte| !byte.is_ascii());
        let message = "not UTF-8, so it is read as Windows-1252; save the file as UTF-8";
        Problem {
            position: first.map(|at| self.position_in_piece(at)),
            message: message.to_owned(),
        }
    }

    fn too_long(&self) -> Problem {
        let message = format!(
            "{} bytes are more than the {} that can be checked at once; split the file",
            self.bytes().len(),
            Self::MAX_LEN
        );
        Problem { position: None, message }
    }
}

impl Content {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Utf8(text) => text.as_bytes(),
            Self::Other(bytes, _) => bytes,
        }
    }

    fn new(bytes: Vec<u8>) -> Self {
        if let Some(endian) = utf16_bom(&bytes).or_else(|| utf16_by_nul(sniffed(&bytes))) {
            return Self::Other(bytes, Encoding::Utf16(endian));
        }
        String::from_utf8(bytes).map_or_else(
            |error| {
                let bytes = error.into_bytes();
                let encoding = if is_windows_1252(&bytes) {
                    Encoding::Windows1252
                } else {
                    Encoding::BrokenUtf8
                };
                Self::Other(bytes, encoding)
            },
            |text| Self::Utf8(Arc::new(text)),
        )
    }

    /// Goes from one character boundary to the last one at or before `to`, and says how
    /// many characters lie between the two.
    fn advance(&self, from: usize, to: usize) -> (usize, usize) {
        match self {
            Self::Utf8(text) => {
                let end = (from..=to).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(from);
                (end, text[from..end].chars().count())
            }
            Self::Other(_, Encoding::Windows1252) => (to, to - from),
            Self::Other(bytes, encoding) => {
                let (mut at, mut characters) = (from, 0);
                while at < to {
                    let next = at + character_len(&bytes[at..], *encoding);
                    if next > to {
                        break;
                    }
                    at = next;
                    characters += 1;
                }
                (at, characters)
            }
        }
    }

    /// How many bytes the character at an offset takes; none at the end.
    fn character_len(&self, offset: usize) -> usize {
        match self {
            Self::Utf8(text) => text[offset..].chars().next().map_or(0, char::len_utf8),
            Self::Other(bytes, _) if offset >= bytes.len() => 0,
            Self::Other(bytes, encoding) => character_len(&bytes[offset..], *encoding),
        }
    }

    /// How many bytes the characters between two places take in UTF-8.
    fn utf8_len(&self, from: usize, to: usize) -> usize {
        match self {
            Self::Utf8(_) => to - from,
            Self::Other(bytes, encoding) => decode(&bytes[from..to], *encoding).as_str().len(),
        }
    }

    /// How many of the characters between two places take two units in UTF-16.
    fn astral(&self, from: usize, to: usize) -> usize {
        // Just these take four bytes in UTF-8, and just then the first byte is so great.
        let count = |utf8: &[u8]| utf8.iter().filter(|&&byte| byte >= 0xF0).count();
        match self {
            Self::Utf8(text) => count(&text.as_bytes()[from..to]),
            Self::Other(bytes, encoding) => {
                count(decode(&bytes[from..to], *encoding).as_str().as_bytes())
            }
        }
    }

    /// Calls `each` with the offset behind every line break, in order.
    fn each_line_end(&self, start: usize, mut each: impl FnMut(usize)) {
        match self {
            Self::Other(bytes, Encoding::Utf16(endian)) => {
                let mut units = utf16_units(&bytes[start..], *endian).enumerate().peekable();
                while let Some((index, unit)) = units.next() {
                    let next = units.peek().map(|&(_, unit)| unit);
                    if unit == LF || (unit == CR && next != Some(LF)) {
                        each(start + 2 * index + 2);
                    }
                }
            }
            Self::Utf8(text) => each_ascii_line_end(text.as_bytes(), each),
            Self::Other(bytes, _) => each_ascii_line_end(bytes, each),
        }
    }
}

const LF: u16 = b'\n' as u16;
const CR: u16 = b'\r' as u16;

fn each_ascii_line_end(bytes: &[u8], mut each: impl FnMut(usize)) {
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
            each(at + 1);
        }
    }
}

/// The places that are no text in the encoding of their source.
#[derive(Default)]
struct Broken {
    /// Byte offset of the first.
    first: Option<usize>,
    count: usize,
}

impl Broken {
    fn push(&mut self, builder: &mut MappedTextBuilder, source: SourceSpan) {
        self.first.get_or_insert(source.start);
        self.count += 1;
        builder.push_unit("\u{FFFD}", source);
    }
}

/// A piece of a source as text.
fn decode(piece: &[u8], encoding: Encoding) -> MappedText {
    match encoding {
        Encoding::BrokenUtf8 => decode_utf8(piece, 0).0,
        Encoding::Utf16(endian) => decode_utf16(piece, 0, endian).0,
        Encoding::Windows1252 => decode_windows_1252(piece),
    }
}

fn decode_utf8(bytes: &[u8], start: usize) -> (MappedText, Broken) {
    let mut builder = MappedText::builder();
    let mut broken = Broken::default();
    let mut at = start;
    for chunk in bytes[start..].utf8_chunks() {
        builder.push_verbatim(chunk.valid(), at);
        at += chunk.valid().len();
        let end = at + chunk.invalid().len();
        if end > at {
            broken.push(&mut builder, SourceSpan { start: at, end });
        }
        at = end;
    }
    (builder.finish(), broken)
}

fn decode_utf16(bytes: &[u8], start: usize, endian: Endian) -> (MappedText, Broken) {
    let charset = match endian {
        Endian::Little => Charset::Utf16Le,
        Endian::Big => Charset::Utf16Be,
    };
    let mut builder = MappedText::builder_in(Layer::File(charset));
    let mut broken = Broken::default();
    let mut at = start;
    for decoded in char::decode_utf16(utf16_units(&bytes[start..], endian)) {
        let len = decoded.as_ref().map_or(2, |c| 2 * c.len_utf16());
        let source = SourceSpan { start: at, end: at + len };
        match decoded {
            Ok(c) => builder.push_unit(c.encode_utf8(&mut [0; 4]), source),
            Err(_) => broken.push(&mut builder, source),
        }
        at = source.end;
    }
    if at < bytes.len() {
        broken.push(&mut builder, SourceSpan { start: at, end: bytes.len() });
    }
    (builder.finish(), broken)
}

fn decode_windows_1252(bytes: &[u8]) -> MappedText {
    let charset = Charset::of(encoding_rs::WINDOWS_1252);
    let mut builder = MappedText::builder_in(Layer::File(charset));
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        builder.push_verbatim(chunk.valid(), at);
        at += chunk.valid().len();
        for byte in chunk.invalid() {
            let (text, _) =
                encoding_rs::WINDOWS_1252.decode_without_bom_handling(std::slice::from_ref(byte));
            builder.push_unit(&text, SourceSpan { start: at, end: at + 1 });
            at += 1;
        }
    }
    builder.finish()
}

/// How many bytes the first character of `bytes` takes; `bytes` is not empty.
fn character_len(bytes: &[u8], encoding: Encoding) -> usize {
    match encoding {
        Encoding::Windows1252 => 1,
        Encoding::BrokenUtf8 => {
            let longest = &bytes[..bytes.len().min(4)];
            longest.utf8_chunks().next().map_or(1, |chunk| {
                chunk.valid().chars().next().map_or(chunk.invalid().len(), char::len_utf8)
            })
        }
        Encoding::Utf16(endian) => {
            let first = char::decode_utf16(utf16_units(bytes, endian)).next();
            let len = first.map_or(1, |decoded| decoded.map_or(1, char::len_utf16) * 2);
            len.min(bytes.len())
        }
    }
}

fn utf16_units(bytes: &[u8], endian: Endian) -> impl Iterator<Item = u16> {
    bytes.chunks_exact(2).map(move |pair| match endian {
        Endian::Little => u16::from_le_bytes([pair[0], pair[1]]),
        Endian::Big => u16::from_be_bytes([pair[0], pair[1]]),
    })
}

fn sniffed(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(SNIFFED)]
}

fn utf16_bom(bytes: &[u8]) -> Option<Endian> {
    if bytes.starts_with(UTF16_LE_BOM) {
        Some(Endian::Little)
    } else if bytes.starts_with(UTF16_BE_BOM) {
        Some(Endian::Big)
    } else {
        None
    }
}

/// Recognises UTF-16 without a BOM by the NUL that half of every Latin letter is.
///
/// At least three in four units must be printable ASCII, and none may be the other way
/// round. "I can't" qualifies; a table of 16-bit numbers does not.
fn utf16_by_nul(start: &[u8]) -> Option<Endian> {
    memchr::memchr(0, start)?;
    [Endian::Little, Endian::Big].into_iter().find(|&endian| {
        let units = start.len() / 2;
        let ascii = utf16_units(start, endian).filter(|&unit| is_ascii_text(unit)).count();
        let swapped = utf16_units(start, endian).any(|unit| is_ascii_text(unit.swap_bytes()));
        units >= 2 && ascii * 4 >= units * 3 && !swapped
    })
}

fn is_ascii_text(unit: u16) -> bool {
    u8::try_from(unit).is_ok_and(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r'))
}

/// Whether bytes that are not UTF-8 read as Windows-1252: no sequence of them happens to
/// be UTF-8, none is a control character, and none is without a meaning.
fn is_windows_1252(bytes: &[u8]) -> bool {
    let utf8 = bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    let meaningful = |&byte: &u8| match byte {
        0x81 | 0x8D | 0x8F | 0x90 | 0x9D => false,
        byte => byte >= b' ' || byte.is_ascii_whitespace(),
    };
    !utf8 && bytes.iter().all(meaningful)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::TextSpan;

    fn source(bytes: &[u8]) -> Source {
        Source::new("test".to_owned(), bytes.to_vec())
    }

    fn at(line: usize, column: usize) -> Position {
        Position { line, column }
    }

    /// UTF-16 code units as they lie on disk.
    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn a_piece_counts_in_its_file() {
        let before = Before { bytes: 100, lines: 7 };
        let source = Source::piece("a".to_owned(), "x\n\u{E9}y".as_bytes().to_vec(), before);
        let (text, _) = source.decode();
        assert_eq!(text.to_source(TextSpan::new(4, 5)), SourceSpan { start: 104, end: 105 });
        assert_eq!(source.position(104), Position { line: 9, column: 2 });
    }

    #[test]
    fn byte_columns_are_those_of_utf8_whatever_the_encoding() {
        let text = "hi\ne\u{301}🙂x";
        let plain = source(text.as_bytes());
        assert_eq!(plain.byte_position(3 + 7), at(2, 8));
        assert_eq!(plain.position(3 + 7), at(2, 4));
        let wide = source(&utf16(&format!("\u{feff}{text}"), u16::to_le_bytes));
        assert_eq!(wide.byte_position(2 + 6 + 8), at(2, 8));
        let bom = source("\u{feff}é x".as_bytes());
        assert_eq!(bom.byte_position(6), at(1, 7));
        let before = Before { bytes: 100, lines: 7 };
        let piece = Source::piece("a".to_owned(), text.as_bytes().to_vec(), before);
        assert_eq!(piece.byte_position(110), at(9, 8));
        assert_eq!(source(b"caf\xE9 x").byte_position(5), at(1, 7));
    }

    #[test]
    fn every_unit_counts_the_characters_before_a_place() {
        use ColumnUnit::{Bytes, Characters, Utf16};

        let text = "hi\ne\u{301}🙂日x";
        let marked = format!("\u{feff}{text}");
        let long = format!("hi\n{}x", "🙂".repeat(5000));
        let before = Before { bytes: 100, lines: 7 };
        let piece = Source::piece("a".to_owned(), text.as_bytes().to_vec(), before);
        let long = (source(long.as_bytes()), 3 + 20_000, 2, [5001, 20_001, 10_001]);
        for (source, offset, line, columns) in [
            (source(text.as_bytes()), 3 + 10, 2, [5, 11, 6]),
            (source(marked.as_bytes()), 6 + 10, 2, [5, 11, 6]),
            (source(&utf16(&marked, u16::to_be_bytes)), 8 + 10, 2, [5, 11, 6]),
            (source(&utf16(&marked, u16::to_le_bytes)), 8 + 10, 2, [5, 11, 6]),
            (source("\u{feff}🙂x".as_bytes()), 3 + 4, 1, [2, 5, 3]),
            (source(b"caf\xE9 x"), 5, 1, [6, 7, 6]),
            (source(b"\xF0\x9F\x99\x82\xFF\xF0 x"), 7, 1, [5, 12, 6]),
            (piece, 100 + 3 + 10, 9, [5, 11, 6]),
            long,
        ] {
            for (unit, column) in [Characters, Bytes, Utf16].into_iter().zip(columns) {
                let position = source.position_in(offset, unit);
                assert_eq!(position, at(line, column), "{unit:?} in {:?}", source.bytes());
                assert_eq!(source.recounted(at(line, columns[0]), unit), position);
            }
        }
    }

    #[test]
    fn utf8_is_taken_as_it_stands() {
        let source = source("it’s not my job".as_bytes());
        let (text, problems) = source.decode();
        assert_eq!(text, MappedText::verbatim("it’s not my job".to_owned(), 0));
        assert_eq!(problems, []);
    }

    #[test]
    fn a_bom_is_no_text_and_no_column() {
        let source = source("\u{FEFF}not my job".as_bytes());
        let (text, problems) = source.decode();
        assert_eq!(text, MappedText::verbatim("not my job".to_owned(), 3));
        assert_eq!(problems, []);
        assert_eq!(source.position(3), at(1, 1));
        assert_eq!(source.position(7), at(1, 5));
    }

    #[test]
    fn utf16_is_read_in_both_orders_with_and_without_a_bom() {
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            for (bom, written) in [(2, "\u{FEFF}I can’t 😀\r\nhelp"), (0, "I can’t 😀\r\nhelp")]
            {
                let source = source(&utf16(written, to_bytes));
                let (text, problems) = source.decode();
                assert_eq!(text.as_str(), "I can’t 😀\r\nhelp");
                assert_eq!(problems, []);
                let quote = text.to_source(TextSpan::new(5, 8));
                assert_eq!(quote, SourceSpan { start: bom + 10, end: bom + 12 });
                assert_eq!(source.position(quote.start), at(1, 6));
                assert_eq!(source.position(bom + 20), at(1, 10), "after the emoji");
                assert_eq!(source.position(bom + 24), at(2, 1));
                assert!(!source.is_binary());
            }
        }
    }

    #[test]
    fn half_a_utf16_character_is_a_problem() {
        let mut bytes = utf16("\u{FEFF}no", u16::to_le_bytes);
        bytes.extend([0x00, 0xD8, b'x']);
        let (text, problems) = source(&bytes).decode();
        assert_eq!(text.as_str(), "no\u{FFFD}\u{FFFD}");
        let message = "2 characters could not be decoded and are read as U+FFFD; \
                       save the file as UTF-8";
        assert_eq!(problems, [Problem { position: Some(at(1, 3)), message: message.to_owned() }]);
    }

    #[test]
    fn invalid_utf8_is_replaced_and_told_once() {
        let source = source(b"caf\xC3\xA9\nnot \xFF my \xE2\x80 job");
        let (text, problems) = source.decode();
        assert_eq!(text.as_str(), "café\nnot \u{FFFD} my \u{FFFD} job");
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].position, Some(at(2, 5)));
        assert!(problems[0].message.starts_with("2 characters"));
        let job = text.as_str().find("job").unwrap();
        let job = text.to_source(TextSpan::new(job, job + 3));
        assert_eq!(&source.bytes()[job.start..job.end], b"job");
        assert_eq!(source.position(job.start), at(2, 12));
    }

    #[test]
    fn windows_1252_is_read_with_its_curly_quotes() {
        let source = source(b"that\x92s not my job \x80");
        let (text, problems) = source.decode();
        assert_eq!(text.as_str(), "that’s not my job €");
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].position, Some(at(1, 5)));
        assert!(problems[0].message.contains("Windows-1252"));
        assert_eq!(text.to_source(TextSpan::new(4, 7)), SourceSpan { start: 4, end: 5 });
    }

    #[test]
    fn every_kind_of_line_break_counts_once() {
        let source = source(b"a\nb\r\nc\rd\n\ne");
        let starts = [(0, 1), (2, 2), (5, 3), (7, 4), (9, 5), (10, 6)];
        for (offset, line) in starts {
            assert_eq!(source.position(offset), at(line, 1), "offset {offset}");
        }
        assert_eq!(source.position(4), at(2, 3), "the LF of a CR LF is still on its line");
        assert_eq!(source.position(99), at(6, 2));
    }

    #[test]
    fn an_empty_source_has_a_first_line() {
        let source = source(b"");
        assert_eq!(source.position(0), at(1, 1));
        assert_eq!(source.decode().0.as_str(), "");
    }

    #[test]
    fn columns_are_characters_also_far_into_a_line() {
        let line = "né".repeat(5000);
        let source = source(line.as_bytes());
        assert_eq!(source.position(3 * 4000), at(1, 8001));
        assert_eq!(source.position(3 * 4000 + 2), at(1, 8002), "inside the é");
        assert_eq!(source.position(line.len()), at(1, 10_001));
    }

    #[test]
    fn a_nul_makes_it_binary_unless_it_is_utf16() {
        assert!(source(b"\x7fELF\0\0\0\x01\x02").is_binary());
        assert!(source(b"\x01\0\x02\0\x03\0\x04\0").is_binary());
        assert!(!source(&utf16("not my job", u16::to_le_bytes)).is_binary());
        assert!(!source(b"not my job").is_binary());
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let texty = r"[a-z’é😀 \r\n\x00]{0,40}".prop_map(String::into_bytes);
        let any = proptest::collection::vec(any::<u8>(), 0..80);
        let bom = prop_oneof![
            Just(vec![]),
            Just(UTF8_BOM.to_vec()),
            Just(UTF16_LE_BOM.to_vec()),
            Just(UTF16_BE_BOM.to_vec())
        ];
        (
            bom,
            prop_oneof![
                texty.clone(),
                any.clone(),
                (texty, any).prop_map(|(a, b)| [a, b].concat())
            ],
        )
            .prop_map(|(bom, rest)| [bom, rest].concat())
    }

    proptest! {
        #[test]
        fn characters_cover_the_source_without_gap_or_overlap(bytes in bytes()) {
            let source = source(&bytes);
            let (text, _) = source.decode();
            let mut end = source.text_start();
            for (index, character) in text.as_str().char_indices() {
                let span = text.to_source(TextSpan::new(index, index + character.len_utf8()));
                prop_assert_eq!(span.start, end);
                prop_assert!(span.end > span.start);
                end = span.end;
            }
            prop_assert_eq!(end, bytes.len());
        }

        #[test]
        fn utf8_can_be_decoded_again_piece_by_piece(written in "\\PC{0,20}\n?\\PC{0,20}", cut in any::<(u8, u8)>()) {
            let source = source(written.as_bytes());
            let (text, problems) = source.decode();
            prop_assert_eq!(problems, []);
            let boundaries: Vec<_> =
                (0..=text.as_str().len()).filter(|&i| text.as_str().is_char_boundary(i)).collect();
            let one = boundaries[usize::from(cut.0) % boundaries.len()];
            let two = boundaries[usize::from(cut.1) % boundaries.len()];
            let span = TextSpan::new(one.min(two), one.max(two));
            let in_source = text.to_source(span);
            prop_assert_eq!(&source.bytes()[in_source.start..in_source.end], text.slice(span).as_bytes());
        }

        #[test]
        fn positions_follow_the_decoded_text(bytes in bytes()) {
            let source = source(&bytes);
            let (text, _) = source.decode();
            let mut expected = at(1, 1);
            let mut characters = text.as_str().char_indices().peekable();
            while let Some((index, character)) = characters.next() {
                let span = text.to_source(TextSpan::new(index, index + character.len_utf8()));
                prop_assert_eq!(source.position(span.start), expected);
                let next = characters.peek().map(|&(_, next)| next);
                if character == '\n' || (character == '\r' && next != Some('\n')) {
                    expected = at(expected.line + 1, 1);
                } else {
                    expected.column += 1;
                }
            }
            prop_assert_eq!(source.position(bytes.len()), expected);
        }
    }
}
