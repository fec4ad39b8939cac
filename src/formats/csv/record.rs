//! Records and their fields, as they stand.
//!
//! A field in quotation marks may hold delimiters and line breaks; a doubled mark in it is one
//! mark. What a field means is not known here.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr2};

use super::Head;
use crate::text::{CsvField, Layer, MappedText, TextSpan};

/// A field as it stands: what is between its marks, if it has them.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) span: Range<usize>,
    pub(super) quoted: bool,
}

impl Field {
    /// The field as it is written.
    pub(super) fn written<'t>(&self, text: &'t str) -> &'t str {
        &text[self.span.clone()]
    }

    /// The field with doubled marks as one and CR LF as LF.
    pub(super) fn value<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut value = Cow::Borrowed("");
        self.each_piece(text, |piece| {
            let piece = match piece {
                Piece::Plain(span) => &text[span],
                Piece::Decoded(decoded, _) => decoded,
            };
            if value.is_empty() {
                value = Cow::Borrowed(piece);
            } else {
                value.to_mut().push_str(piece);
            }
        });
        value
    }

    /// The same, for words that may be changed where they stand.
    pub(super) fn words(&self, text: &MappedText, delimiter: u8) -> MappedText {
        let all = TextSpan::new(self.span.start, self.span.end);
        let field = CsvField {
            span: text.to_source(all),
            quoted: self.quoted,
            delimiter: char::from(delimiter),
        };
        let fields = text.inner(Layer::Csv(field));
        if self.is_plain(text.as_str()) {
            return fields.cut(text, all);
        }
        let mut words = fields.builder();
        self.each_piece(text.as_str(), |piece| match piece {
            Piece::Plain(span) => words.push_slice(text, TextSpan::new(span.start, span.end)),
            Piece::Decoded(decoded, span) => {
                words.push_decoded(decoded, text, TextSpan::new(span.start, span.end));
            }
        });
        words.finish()
    }

    fn is_plain(&self, text: &str) -> bool {
        memchr2(b'"', b'\r', self.written(text).as_bytes()).is_none()
    }

    /// Divides the field into what stands for itself and what doesn't.
    fn each_piece(&self, text: &str, mut each: impl FnMut(Piece)) {
        let written = text.as_bytes();
        let mut at = self.span.start;
        let mut from = at;
        while let Some(found) = memchr2(b'"', b'\r', &written[from..self.span.end]) {
            let special = from + found;
            from = special + 1;
            let decoded = match &written[special..self.span.end] {
                [b'"', b'"', ..] if self.quoted => "\"",
                [b'\r', b'\n', ..] => "\n",
                _ => continue,
            };
            if at < special {
                each(Piece::Plain(at..special));
            }
            from = special + 2;
            each(Piece::Decoded(decoded, special..from));
            at = from;
        }
        if at < self.span.end {
            each(Piece::Plain(at..self.span.end));
        }
    }
}

/// A piece of a field.
enum Piece {
    /// Characters that stand for themselves.
    Plain(Range<usize>),
    /// What two characters stand for.
    Decoded(&'static str, Range<usize>),
}

/// Where records end in bytes that may not be all of a table.
#[derive(Debug, Default)]
pub(in crate::formats) struct RecordEnds {
    /// As a [`Parser`] has it.
    unclosed: bool,
    /// The fields of the last record.
    fields: Vec<Field>,
}

impl RecordEnds {
    /// Where the record that starts at a byte ends, its line break included; nothing if that
    /// takes more bytes to know. The bytes end with a line break unless they are the last.
    pub(in crate::formats) fn next(
        &mut self,
        head: &Head,
        bytes: &[u8],
        at: usize,
        is_all: bool,
    ) -> Option<usize> {
        // As long as there is no mark, a record is a line.
        match memchr2(b'"', b'\n', bytes.get(at..)?) {
            Some(found) if bytes[at + found] == b'\n' => return Some(at + found + 1),
            Some(_) => {}
            None => return (is_all && at < bytes.len()).then_some(bytes.len()),
        }
        let mut parser = Parser::new(bytes, head.delimiter, at);
        parser.unclosed = self.unclosed;
        if !parser.next(&mut self.fields) {
            return None;
        }
        if parser.unclosed && !self.unclosed && !is_all {
            return None;
        }
        self.unclosed = parser.unclosed;
        Some(parser.at)
    }
}

/// Reads records, one after the other.
pub(super) struct Parser<'t> {
    bytes: &'t [u8],
    delimiter: u8,
    /// Where the next record starts.
    pub(super) at: usize,
    /// What was wrong with the last record.
    pub(super) problem: Option<(usize, String)>,
    /// Whether a quotation mark was found that is never closed. No later one may then run
    /// over the end of its line, or each of them would be looked for to the end of the file.
    unclosed: bool,
}

impl<'t> Parser<'t> {
    /// Reads from a byte on.
    pub(super) fn new(bytes: &'t [u8], delimiter: u8, at: usize) -> Self {
        Self { bytes, delimiter, at, problem: None, unclosed: false }
    }

    /// Reads the fields of the next record in place of those of the last, and tells whether there
    /// is one.
    pub(super) fn next(&mut self, fields: &mut Vec<Field>) -> bool {
        if self.at >= self.bytes.len() {
            return false;
        }
        let start = self.at;
        if self.record(true, fields).is_none() {
            self.at = start;
            let message = "a quotation mark in this row is not closed where the field ends; \
                the row is read as one line";
            self.problem = Some((start, message.to_owned()));
            self.record(false, fields);
        }
        true
    }

    /// Reads a record; `None` if a mark in it is not closed and marks are to count.
    fn record(&mut self, marks: bool, fields: &mut Vec<Field>) -> Option<()> {
        let bytes = self.bytes;
        fields.clear();
        loop {
            let quoted = marks && bytes.get(self.at) == Some(&b'"');
            let field = if quoted { self.quoted()? } else { self.unquoted() };
            fields.push(field);
            match bytes.get(self.at) {
                Some(&byte) if byte == self.delimiter => self.at += 1,
                Some(b'\r') if bytes.get(self.at + 1) == Some(&b'\n') => {
                    self.at += 2;
                    return Some(());
                }
                Some(_) => {
                    self.at += 1;
                    return Some(());
                }
                None => return Some(()),
            }
        }
    }

    /// A field without marks: up to the delimiter or the end of the line.
    fn unquoted(&mut self) -> Field {
        let start = self.at;
        let rest = &self.bytes[start..];
        let len = memchr2(self.delimiter, b'\n', rest);
        let mut end = start + len.unwrap_or(rest.len());
        if rest.get(end - start) == Some(&b'\n') && end > start && rest[end - start - 1] == b'\r' {
            end -= 1;
        }
        self.at = end;
        Field { span: start..end, quoted: false }
    }

    /// A field in marks; `None` if they are not closed, or not where the field ends.
    fn quoted(&mut self) -> Option<Field> {
        let bytes = self.bytes;
        let start = self.at + 1;
        let limit = if self.unclosed { self.line_end(start) } else { bytes.len() };
        let mut at = start;
        loop {
            let Some(found) = memchr(b'"', &bytes[at..limit]) else {
                self.unclosed = true;
                return None;
            };
            let mark = at + found;
            if bytes.get(mark + 1) == Some(&b'"') && mark + 1 < limit {
                at = mark + 2;
                continue;
            }
            let after = &bytes[mark + 1..];
            let blank = after.iter().take_while(|&&byte| byte == b' ').count();
            let ends = match &after[blank..] {
                [] | [b'\n', ..] | [b'\r', b'\n', ..] => true,
                [byte, ..] => *byte == self.delimiter,
            };
            if !ends {
                return None;
            }
            self.at = mark + 1 + blank;
            return Some(Field { span: start..mark, quoted: true });
        }
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = &self.bytes[from..];
        memchr(b'\n', rest).map_or(self.bytes.len(), |end| from + end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> (Vec<Vec<&str>>, usize) {
        let mut parser = Parser::new(text.as_bytes(), b',', 0);
        let (mut records, mut problems) = (Vec::new(), 0);
        let mut record = Vec::new();
        while parser.next(&mut record) {
            problems += usize::from(parser.problem.take().is_some());
            records.push(record.iter().map(|field| &text[field.span.clone()]).collect());
        }
        (records, problems)
    }

    #[test]
    fn fields_are_told_apart() {
        let text = "a,\"b,\r\nc\",\"\"\r\n,\"d\"\"e\" ,f\n\ng";
        let expected = vec![vec!["a", "b,\r\nc", ""], vec!["", "d\"\"e", "f"], vec![""], vec!["g"]];
        assert_eq!(records(text), (expected, 0));
    }

    #[test]
    fn a_wrong_mark_costs_its_row() {
        let (rows, problems) = records("a,\"b\nc,d\n\"x\" y,e\nf,g");
        let expected = [vec!["a", "\"b"], vec!["c", "d"], vec!["\"x\" y", "e"], vec!["f", "g"]];
        assert_eq!((rows.as_slice(), problems), (&expected[..], 2));
    }

    #[test]
    fn doubled_marks_are_one() {
        let text = MappedText::verbatim("\"a \"\"b\"\"\r\nc\"".to_owned(), 5);
        let field = Field { span: 1..11, quoted: true };
        assert_eq!(field.value(text.as_str()), "a \"b\"\nc");
        let decoded = field.words(&text, b',');
        assert_eq!(decoded.as_str(), "a \"b\"\nc");
        let source = decoded.to_source(TextSpan::new(2, 5));
        assert_eq!((source.start, source.end), (8, 13));
    }
}
