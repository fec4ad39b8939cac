//! Transfer encodings and charsets, undone with every character still in its place.

use std::borrow::Cow;
use std::ops::Range;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use memchr::{memchr, memchr_iter};

use crate::text::{
    Charset, Layer, MailBody, MappedText, MappedTextBuilder, SourceSpan, Transfer, sextet,
};

/// A body and what was wrong with it.
pub(super) struct Body {
    /// The text.
    pub(super) text: MappedText,
    /// Problems with their places in the source.
    pub(super) problems: Vec<(usize, Cow<'static, str>)>,
}

/// Decodes the bytes `range` of a source.
///
/// In a mailbox, a line that began with `From ` has a `>` before it that is taken off.
pub(super) fn body(
    source: &[u8],
    range: Range<usize>,
    transfer: Transfer,
    charset: Option<&str>,
    in_mailbox: bool,
) -> Body {
    let start = range.start;
    let span = SourceSpan { start, end: range.end };
    let mut bytes = Bytes::default();
    let mut problems = Vec::new();
    match transfer {
        Transfer::Base64 => {
            if let Some(at) = base64(source, range, &mut bytes) {
                let message = "this is no base64; the rest of this part of the mail is not read";
                problems.push((at, message.into()));
            }
        }
        _ => {
            for line in lines(source, range) {
                let line = if in_mailbox { unquoted_from(source, line) } else { line };
                match transfer {
                    Transfer::QuotedPrintable => quoted_printable(source, line, &mut bytes),
                    _ => bytes.plain(&source[line.clone()], line.start),
                }
            }
        }
    }
    let encoding = encoding(charset, &bytes.bytes).unwrap_or_else(|unknown| {
        let read = "the charset of this part of the mail is unknown, so it is read as";
        problems.push((start, format!("{read} {}", unknown.name()).into()));
        unknown
    });
    let charset_told = charset.is_some_and(|name| !name.to_ascii_lowercase().contains("ascii"));
    let ascii = bytes.bytes.is_ascii() && (!charset_told || transfer == Transfer::Plain);
    let charset = Charset::of(encoding);
    let layer = Layer::Mail(MailBody { span, transfer, charset, ascii, in_mailbox });
    let (text, broken) = bytes.text(encoding, layer);
    if let Some(at) = broken {
        let name = encoding.name();
        problems.push((at, format!("this is no {name} and is read as U+FFFD").into()));
    }
    Body { text, problems }
}

/// The encoding that a charset names, or the one to read with if there is none of that name.
///
/// UTF-8 is told by its bytes where the charset is missing or says ASCII.
fn encoding(charset: Option<&str>, bytes: &[u8]) -> Result<&'static Encoding, &'static Encoding> {
    let told = if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { WINDOWS_1252 };
    match charset.map(|name| (name, Encoding::for_label(name.trim().as_bytes()))) {
        None => Ok(told),
        Some((_, Some(encoding))) if encoding == WINDOWS_1252 && told == UTF_8 => {
            let ascii = charset.is_some_and(|name| name.to_ascii_lowercase().contains("ascii"));
            Ok(if ascii { UTF_8 } else { encoding })
        }
        Some((_, Some(encoding))) => Ok(encoding),
        Some((_, None)) => Err(told),
    }
}

/// The lines of a range, each with its line break.
fn lines(source: &[u8], range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let ends = memchr_iter(b'\n', &source[range.clone()]).map(|at| at + 1);
    let mut start = range.start;
    let last = range.len();
    ends.chain(std::iter::once(last)).filter_map(move |end| {
        let line = start..range.start + end;
        start = line.end;
        (!line.is_empty()).then_some(line)
    })
}

/// `>From here on` of a mailbox without its first `>`.
fn unquoted_from(source: &[u8], line: Range<usize>) -> Range<usize> {
    let text = &source[line.clone()];
    let marks = text.iter().take_while(|&&byte| byte == b'>').count();
    let quoted = marks > 0 && text[marks..].starts_with(b"From ");
    line.start + usize::from(quoted)..line.end
}

/// Decodes one line; `=` at its end joins it to the next.
fn quoted_printable(source: &[u8], line: Range<usize>, out: &mut Bytes) {
    let mut at = line.start;
    while let Some(found) = memchr(b'=', &source[at..line.end]) {
        let equals = at + found;
        out.plain(&source[at..equals], at);
        let rest = &source[equals + 1..line.end];
        if rest.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        at = match rest {
            [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let byte = hex(*high) << 4 | hex(*low);
                out.unit(&[byte], SourceSpan { start: equals, end: equals + 3 });
                equals + 3
            }
            _ => {
                out.plain(b"=", equals);
                equals + 1
            }
        };
    }
    out.plain(&source[at..line.end], at);
}

fn hex(digit: u8) -> u8 {
    (digit as char).to_digit(16).map_or(0, |value| value as u8)
}

/// Decodes base64, four characters after the other; returns where it stops being any.
fn base64(source: &[u8], range: Range<usize>, out: &mut Bytes) -> Option<usize> {
    let mut quantum = Quantum::default();
    for at in range {
        let byte = source[at];
        if let Some(value) = sextet(byte) {
            quantum.push(value, at, out);
        } else if byte == b'=' {
            quantum.flush(out);
        } else if !byte.is_ascii_whitespace() {
            quantum.flush(out);
            return Some(at);
        }
    }
    quantum.flush(out);
    None
}

/// Up to four characters of base64 on their way to three bytes.
#[derive(Default)]
struct Quantum {
    bits: u32,
    count: usize,
    start: usize,
    end: usize,
}

impl Quantum {
    fn push(&mut self, value: u8, at: usize, out: &mut Bytes) {
        if self.count == 0 {
            self.start = at;
        }
        self.bits = self.bits << 6 | u32::from(value);
        self.count += 1;
        self.end = at + 1;
        if self.count == 4 {
            self.flush(out);
        }
    }

    fn flush(&mut self, out: &mut Bytes) {
        if self.count > 1 {
            let bits = self.bits << (6 * (4 - self.count));
            let bytes = bits.to_be_bytes();
            let span = SourceSpan { start: self.start, end: self.end };
            out.unit(&bytes[1..self.count], span);
        }
        *self = Self::default();
    }
}

/// Bytes with a map to those of the source that they were decoded from.
#[derive(Default)]
struct Bytes {
    bytes: Vec<u8>,
    /// Sorted by `at`; the first starts at 0.
    runs: Vec<Run>,
}

/// A stretch of units that have the same width, here and in the source.
#[derive(Clone, Copy)]
struct Run {
    at: usize,
    source: usize,
    step: usize,
    source_step: usize,
}

impl Run {
    /// The source of the unit that holds the byte `at`.
    fn source(self, at: usize) -> SourceSpan {
        let start = self.source + (at - self.at) / self.step * self.source_step;
        SourceSpan { start, end: start + self.source_step }
    }
}

impl Bytes {
    fn plain(&mut self, bytes: &[u8], source: usize) {
        if !bytes.is_empty() {
            self.run(Run { at: self.bytes.len(), source, step: 1, source_step: 1 });
            self.bytes.extend_from_slice(bytes);
        }
    }

    fn unit(&mut self, bytes: &[u8], source: SourceSpan) {
        let (step, source_step) = (bytes.len(), source.end - source.start);
        self.run(Run { at: self.bytes.len(), source: source.start, step, source_step });
        self.bytes.extend_from_slice(bytes);
    }

    /// Opens a run, unless it merely continues the last one.
    fn run(&mut self, run: Run) {
        let continues = self.runs.last().is_some_and(|last| {
            (last.step, last.source_step) == (run.step, run.source_step)
                && (run.at - last.at).is_multiple_of(last.step)
                && last.source(run.at).start == run.source
        });
        if !continues {
            self.runs.push(run);
        }
    }

    /// Reads the bytes as characters; tells where the first is that are none.
    fn text(&self, encoding: &'static Encoding, layer: Layer) -> (MappedText, Option<usize>) {
        let out = MappedText::builder_in(layer);
        let mut reader = Reader { from: self, run: 0, out, broken: None, at: 0 };
        if encoding == UTF_8 {
            reader.utf8();
        } else {
            reader.decode(encoding);
        }
        (reader.out.finish(), reader.broken)
    }
}

/// Turns bytes into text, from the first to the last.
struct Reader<'a> {
    from: &'a Bytes,
    /// The run that holds `at`.
    run: usize,
    out: MappedTextBuilder,
    broken: Option<usize>,
    at: usize,
}

impl Reader<'_> {
    fn utf8(&mut self) {
        let from = self.from;
        for chunk in from.bytes.utf8_chunks() {
            let mut rest = chunk.valid();
            while let Some(first) = rest.chars().next() {
                let ascii = rest.bytes().take_while(u8::is_ascii).count();
                let len = if ascii > 0 { ascii } else { first.len_utf8() };
                self.characters(&rest[..len], len);
                rest = &rest[len..];
            }
            if !chunk.invalid().is_empty() {
                self.characters("\u{FFFD}", chunk.invalid().len());
            }
        }
    }

    /// Decodes byte by byte, so as to see which bytes make a character.
    fn decode(&mut self, encoding: &'static Encoding) {
        let from = self.from;
        let mut decoder = encoding.new_decoder_without_bom_handling();
        let mut text = String::with_capacity(64);
        let mut at = 0;
        while at < from.bytes.len() {
            let rest = &from.bytes[at..];
            let ascii = rest.iter().take_while(|byte| byte.is_ascii()).count();
            if ascii > 0 && at == self.at && encoding.is_ascii_compatible() {
                self.characters(&String::from_utf8_lossy(&rest[..ascii]), ascii);
                at += ascii;
                continue;
            }
            text.clear();
            let _ = decoder.decode_to_string(&rest[..1], &mut text, at + 1 == from.bytes.len());
            at += 1;
            if !text.is_empty() {
                self.characters(&text, at - self.at);
            }
        }
    }

    /// Writes characters that were made of the next `len` bytes: ASCII byte for byte, or
    /// one indivisible piece.
    fn characters(&mut self, text: &str, len: usize) {
        if text.contains('\u{FFFD}') {
            self.broken = self.broken.or(Some(self.source(self.at).start));
        }
        let end = self.at + len;
        if text.len() == len && text.is_ascii() {
            self.ascii(end);
        } else {
            self.piece(text, end);
        }
    }

    fn ascii(&mut self, end: usize) {
        while self.at < end {
            let rest = &self.from.bytes[self.at..end];
            match rest {
                [b'\r', b'\n', ..] => self.piece("\n", self.at + 2),
                [b'\r', ..] => self.piece("\n", self.at + 1),
                _ => {
                    let len = memchr(b'\r', rest).unwrap_or(rest.len());
                    self.verbatim(len);
                }
            }
        }
    }

    /// Writes some of the next `len` bytes of ASCII: as many as share a run.
    fn verbatim(&mut self, len: usize) {
        self.seek(self.at);
        let run = self.from.runs[self.run];
        let end = self.from.runs.get(self.run + 1).map_or(self.from.bytes.len(), |next| next.at);
        let shared = len.min(end - self.at);
        let bytes = &self.from.bytes[self.at..self.at + shared];
        let source = run.source(self.at);
        let inside = (self.at - run.at) % run.step;
        let whole = (self.at - run.at).is_multiple_of(run.step) && run.step <= shared;
        let len = match run {
            Run { step: 1, source_step: 1, .. } => shared,
            Run { step, .. } if whole => step,
            _ => 1,
        };
        let text = std::str::from_utf8(&bytes[..len]).unwrap_or_default();
        if run.step == 1 && run.source_step == 1 {
            self.out.push_verbatim(text, source.start);
        } else {
            let trail = run.step - inside - len;
            self.out.push_packed(text, source, inside as u8, trail as u8);
        }
        self.at += len;
    }

    /// Writes one piece of text for the bytes up to `end`.
    fn piece(&mut self, text: &str, end: usize) {
        let start = self.source(self.at).start;
        let (lead, _) = self.around(self.at);
        let stop = self.source(end - 1).end;
        let (_, trail) = self.around(end - 1);
        self.out.push_packed(text, SourceSpan { start, end: stop.max(start) }, lead, trail);
        self.at = end;
    }

    fn source(&mut self, at: usize) -> SourceSpan {
        self.seek(at);
        self.from.runs[self.run].source(at)
    }

    /// How many bytes of the unit that holds the byte `at` lie before it and behind it.
    fn around(&mut self, at: usize) -> (u8, u8) {
        self.seek(at);
        let run = self.from.runs[self.run];
        let before = (at - run.at) % run.step;
        (before as u8, (run.step - 1 - before) as u8)
    }

    /// Goes to the run that holds the byte `at`.
    fn seek(&mut self, at: usize) {
        while self.from.runs.get(self.run + 1).is_some_and(|next| next.at <= at) {
            self.run += 1;
        }
        while self.from.runs[self.run].at > at {
            self.run -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::TextSpan;

    fn decode(source: &[u8], transfer: Transfer, charset: Option<&str>) -> Body {
        body(source, 0..source.len(), transfer, charset, false)
    }

    fn under<'s>(source: &'s [u8], text: &MappedText, words: &str) -> &'s str {
        let start = text.as_str().find(words).unwrap();
        let span = text.to_source(TextSpan::new(start, start + words.len()));
        std::str::from_utf8(&source[span.start..span.end]).unwrap()
    }

    #[test]
    fn quoted_printable_maps_escapes_and_soft_breaks() {
        let source = b"That=E2=80=99s n=\r\not my job =3D\r\nno=zz =";
        let text = decode(source, Transfer::QuotedPrintable, Some("utf-8")).text;
        assert_eq!(text.as_str(), "That\u{2019}s not my job =\nno=zz ");
        assert_eq!(under(source, &text, "\u{2019}"), "=E2=80=99");
        assert_eq!(under(source, &text, "not my job"), "n=\r\not my job");
        assert_eq!(under(source, &text, "job ="), "job =3D");
        assert_eq!(under(source, &text, "\n"), "\r\n");
    }

    #[test]
    fn base64_maps_to_its_quanta() {
        // "That's not my job é!"
        let source = b"VGhhdCdz\r\nIG5vdCBteSBqb2Igw6kh";
        let text = decode(source, Transfer::Base64, Some("utf-8")).text;
        assert_eq!(text.as_str(), "That's not my job \u{E9}!");
        assert_eq!(under(source, &text, "not"), "IG5vdCBt");
        assert_eq!(under(source, &text, "Tha"), "VGhh");
        assert_eq!(under(source, &text, "\u{E9}"), "w6kh");
        assert_eq!(text.to_source(TextSpan::new(0, 21)), SourceSpan { start: 0, end: 30 });
    }

    #[test]
    fn charsets_are_read_character_by_character() {
        let text = decode(b"a\x92b\r\n", Transfer::Plain, Some("windows-1252")).text;
        assert_eq!(text.as_str(), "a\u{2019}b\n");
        let source = b"x\x82\xA0y";
        let text = decode(source, Transfer::Plain, Some("shift_jis")).text;
        assert_eq!(text.as_str(), "x\u{3042}y");
        assert_eq!(text.to_source(TextSpan::new(1, 4)), SourceSpan { start: 1, end: 3 });
        let source = b"\x1b$B$\"\x1b(Bok";
        let text = decode(source, Transfer::Plain, Some("iso-2022-jp")).text;
        assert_eq!(text.as_str(), "\u{3042}ok");
        let decoded = decode(b"ok \xFF", Transfer::Plain, Some("utf-8"));
        assert_eq!(decoded.text.as_str(), "ok \u{FFFD}");
        assert_eq!(decoded.problems.len(), 1);
        assert_eq!(decode(b"x", Transfer::Plain, Some("klingon")).problems.len(), 1);
    }

    #[test]
    fn a_mailbox_loses_one_mark_before_from() {
        let source = b">From here\n>>From there\n> From\n";
        let text = body(source, 0..source.len(), Transfer::Plain, None, true).text;
        assert_eq!(text.as_str(), "From here\n>From there\n> From\n");
    }
}
