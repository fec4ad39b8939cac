//! Reads JSON as far as it goes, keeping the place of every string.
//!
//! The common crates give values without places, or places without what stands before
//! a mistake. Here the place is the point: a value remembers where in the text it lies,
//! strings stay escaped until they are asked for, and what was complete before the file
//! breaks off is kept. The values of a document lie on a [`Tape`], which the next document
//! takes over, so that reading a line allocates nothing.
//!
//! More is accepted than the standard allows, as long as nothing is left to guess:
//! missing and surplus commas, line breaks in strings, several documents in one file.

use std::ops::Range;

use super::tape::{Kind, Tape, Written};

/// How deep values may lie in each other; what lies deeper is passed over.
const MAX_DEPTH: usize = 96;

/// Something that is not as it should be, and what it is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    /// The byte of the text.
    pub(super) at: usize,
    /// What it is.
    pub(super) kind: FlawKind,
}

/// What can be wrong with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlawKind {
    /// The text ends before the document does.
    Ended,
    /// A string is not closed before the text ends.
    Unclosed,
    /// Something else stands where this was to be.
    Expected(&'static str),
    /// A bare word that is no value.
    Word,
    /// A value lies too deep.
    Depth,
}

/// One of the documents of a text.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// What was read of it; empty, if it does not begin like a document.
    pub(super) tape: Tape,
    /// What is wrong with it, in the order of its place.
    pub(super) flaws: Vec<Flaw>,
}

/// The documents of a text, one after the other, read when they are asked for.
#[derive(Debug)]
pub(super) struct Documents<'t> {
    text: &'t str,
    at: usize,
    lines: bool,
}

impl<'t> Documents<'t> {
    /// Reads `text` line by line if its lines are documents, and else as a whole.
    pub(super) fn of(text: &'t str) -> Self {
        Self { text, at: 0, lines: has_line_documents(text) }
    }

    /// Reads `text` line by line.
    pub(super) fn lines(text: &'t str) -> Self {
        Self { text, at: 0, lines: true }
    }

    /// Whether each line is a document of its own.
    pub(super) fn by_line(&self) -> bool {
        self.lines
    }

    /// Reads the next document in place of an earlier one, and tells whether there was one.
    pub(super) fn read(&mut self, document: &mut Document) -> bool {
        document.tape.clear();
        document.flaws.clear();
        if self.lines { self.read_line(document) } else { self.read_whole(document) }
    }

    /// Reads the document of the next line that is not blank.
    fn read_line(&mut self, document: &mut Document) -> bool {
        while self.at < self.text.len() {
            let start = self.at;
            let rest = &self.text.as_bytes()[start..];
            let end = memchr::memchr(b'\n', rest).map_or(self.text.len(), |len| start + len);
            self.at = end + 1;
            if !self.text[start..end].trim_start().is_empty() {
                let mut parser = Parser::new(self.text, start..end, document);
                parser.document();
                parser.end_of_line();
                return true;
            }
        }
        false
    }

    /// Reads the next of documents that may go over many lines; the last is where the
    /// reader first stops.
    fn read_whole(&mut self, document: &mut Document) -> bool {
        let mut parser = Parser::new(self.text, self.at..self.text.len(), document);
        parser.skip_between();
        if parser.peek().is_none() {
            return false;
        }
        parser.document();
        self.at = if parser.stopped { self.text.len() } else { parser.at };
        true
    }
}

/// Whether a text holds one document a line: the first line is complete and the second
/// does not merely begin something, or the first is broken and the second is complete.
fn has_line_documents(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (Some(first), Some(second)) = (lines.next(), lines.next()) else { return false };
    let goes_on = |line: &str| line.ends_with(['{', '[', ',', ':']);
    if is_document(first) {
        return is_document(second) || !goes_on(second);
    }
    first.starts_with(['{', '[']) && !goes_on(first) && is_document(second)
}

fn is_document(line: &str) -> bool {
    let mut document = Document::default();
    let mut parser = Parser::new(line, 0..line.len(), &mut document);
    parser.document() && !parser.stopped && parser.at == line.len()
}

/// Reads one document.
struct Parser<'t, 'd> {
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
    depth: usize,
    /// Whether a flaw ended the reading; then all that is open is cut.
    stopped: bool,
    out: &'d mut Document,
}

impl<'t, 'd> Parser<'t, 'd> {
    /// Reads what stands in a range, which ends where the text does for this document.
    fn new(text: &'t str, range: Range<usize>, out: &'d mut Document) -> Self {
        let bytes = &text.as_bytes()[..range.end];
        Self { bytes, text, at: range.start, depth: 0, stopped: false, out }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes over white space, a byte order mark and the record separators of JSON
    /// text sequences.
    fn skip_space(&mut self) {
        let bytes = self.bytes;
        loop {
            match bytes.get(self.at) {
                Some(b' ' | b'\t' | b'\r' | b'\n' | b'\x1E') => self.at += 1,
                Some(b'\xEF') if bytes[self.at..].starts_with(b"\xEF\xBB\xBF") => self.at += 3,
                _ => return,
            }
        }
    }

    /// Passes over what may stand between documents: commas, too, if they were an array.
    fn skip_between(&mut self) {
        self.skip_space();
        while self.peek() == Some(b',') {
            self.at += 1;
            self.skip_space();
        }
    }

    /// Reads the document, and tells whether it begins like one.
    fn document(&mut self) -> bool {
        self.skip_space();
        let begins = matches!(self.peek(), Some(b'{' | b'['));
        if begins {
            self.value(Written::default());
        } else {
            self.expected("`{` or `[`");
        }
        begins
    }

    /// Notes what stands behind the document of a line.
    fn end_of_line(&mut self) {
        self.skip_between();
        if !self.stopped && self.peek().is_some() {
            self.expected("the end of the line");
        }
    }

    /// Stops because something else was to come, or because nothing comes any more.
    fn expected(&mut self, what: &'static str) {
        let end = self.bytes.len();
        let ended = self.at >= end;
        let kind = if ended { FlawKind::Ended } else { FlawKind::Expected(what) };
        let at = if ended { self.text[..end].trim_end().len() } else { self.at };
        self.flaw(at, kind);
        self.stopped = true;
    }

    fn flaw(&mut self, at: usize, kind: FlawKind) {
        self.out.flaws.push(Flaw { at, kind });
    }

    /// Reads a value that has this name, or none; tells whether any of it was complete.
    fn value(&mut self, name: Written) -> bool {
        match self.peek() {
            Some(b'{' | b'[') if self.depth >= MAX_DEPTH => self.pass_over(name),
            Some(b'{') => self.nested(Kind::Object, name),
            Some(b'[') => self.nested(Kind::Array, name),
            Some(b'"') => {
                let string = self.string();
                string.is_some_and(|string| self.out.tape.push(Kind::String, name, string))
            }
            _ => self.scalar(name),
        }
    }

    fn nested(&mut self, kind: Kind, name: Written) -> bool {
        let place = self.out.tape.open(kind, name);
        self.at += 1;
        self.depth += 1;
        let whole = if kind == Kind::Object { self.object() } else { self.array() };
        self.depth -= 1;
        self.out.tape.close(place, whole);
        true
    }

    /// Reads members to the end of their object, and tells whether it came.
    fn object(&mut self) -> bool {
        while !self.stopped {
            self.skip_space();
            match self.peek() {
                Some(b'}') => {
                    self.at += 1;
                    return true;
                }
                Some(b',') => self.at += 1,
                Some(b'"') => self.member(),
                _ => self.expected("a name in quotes or `}`"),
            }
        }
        false
    }

    fn member(&mut self) {
        let Some(name) = self.string() else { return };
        self.skip_space();
        if self.peek() != Some(b':') {
            return self.expected("`:`");
        }
        self.at += 1;
        self.skip_space();
        self.value(name);
    }

    /// Reads elements to the end of their array, and tells whether it came.
    fn array(&mut self) -> bool {
        while !self.stopped {
            self.skip_space();
            match self.peek() {
                Some(b']') => {
                    self.at += 1;
                    return true;
                }
                Some(b',') => self.at += 1,
                _ => _ = self.value(Written::default()),
            }
        }
        false
    }

    /// Reads a string and gives what stands between its quotes.
    fn string(&mut self) -> Option<Written> {
        let start = self.at + 1;
        let mut escaped = false;
        self.at = start;
        while self.at < self.bytes.len() {
            let rest = &self.bytes[self.at..];
            let Some(len) = memchr::memchr2(b'"', b'\\', rest) else { break };
            self.at += len;
            if rest[len] == b'"' {
                self.at += 1;
                return Some(Written::new(start, self.at - 1, escaped));
            }
            escaped = true;
            self.at += 2;
        }
        self.at = self.bytes.len();
        self.flaw(start - 1, FlawKind::Unclosed);
        self.stopped = true;
        None
    }

    /// Reads a bare word. One that is no value counts as `null`.
    fn scalar(&mut self, name: Written) -> bool {
        let start = self.at;
        let delimiter = |byte: &u8| b" \t\r\n\x1E,:\"'{}[]".contains(byte);
        let rest = &self.bytes[start..];
        self.at += rest.iter().position(delimiter).unwrap_or(rest.len());
        if self.at == start || self.at == self.bytes.len() {
            // What touches the end may go on behind it.
            self.expected("a value");
            return false;
        }
        let word = &self.bytes[start..self.at];
        let number = word[0] == b'-' || word[0].is_ascii_digit();
        let kind = if number || matches!(word, b"true" | b"false") {
            Kind::Scalar
        } else {
            if word != b"null" {
                self.flaw(start, FlawKind::Word);
            }
            Kind::Null
        };
        self.out.tape.push(kind, name, Written::new(start, self.at, false))
    }

    /// Passes over an array or object that lies too deep, without recursion.
    fn pass_over(&mut self, name: Written) -> bool {
        self.flaw(self.at, FlawKind::Depth);
        let mut open = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'{' | b'[' => open += 1,
                b'}' | b']' => open -= 1,
                b'"' => {
                    if self.string().is_none() {
                        return false;
                    }
                    continue;
                }
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return self.out.tape.push(Kind::Null, name, Written::default());
            }
        }
        self.expected("`]` or `}`");
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::json::node::{Node, Page};
    use crate::text::{Layer, MappedText};

    /// Writes documents the way they were understood.
    fn shown(text: &str) -> Vec<(String, Vec<FlawKind>)> {
        let mapped = MappedText::verbatim(text.to_owned(), 0);
        let strings = mapped.inner(Layer::Json);
        let mut documents = Documents::of(text);
        let mut document = Document::default();
        let mut shown = Vec::new();
        while documents.read(&mut document) {
            let page = Page::new(&mapped, &strings, &document.tape);
            let value = page.root().map_or_else(String::new, show);
            shown.push((value, document.flaws.iter().map(|flaw| flaw.kind).collect()));
        }
        shown
    }

    fn show(node: Node<'_>) -> String {
        let text = node.text();
        let join = |parts: Vec<String>| parts.join(" ") + if node.is_cut() { " CUT" } else { "" };
        let written = node.entry().written.span;
        match node.entry().kind {
            Kind::Null => "null".to_owned(),
            Kind::Scalar => text.slice(written).to_owned(),
            Kind::String => format!("'{}'", text.slice(written)),
            Kind::Array => format!("[{}]", join(node.elements().map(show).collect())),
            Kind::Object => {
                let members = node.members().map(|it| format!("{}={}", it.name(), show(it)));
                format!("{{{}}}", join(members.collect()))
            }
        }
    }

    fn one(text: &str) -> (String, Vec<FlawKind>) {
        let mut all = shown(text);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    #[test]
    fn a_document_is_read_with_its_strings_as_written() {
        let text = r#" {"a": [1, -2.5e3, true, null], "b\"": "x\\\"y\u00e9", "c": {}} "#;
        let expected = r#"{a=[1 -2.5e3 true null] b\"='x\\\"y\u00e9' c={}}"#;
        assert_eq!(one(text), (expected.to_owned(), vec![]));
    }

    #[test]
    fn what_is_complete_before_the_end_is_kept() {
        let text = r#"{"m": [{"t": "one"}, {"t": "two", "x": "thr"#;
        assert_eq!(
            one(text),
            ("{m=[{t='one'} {t='two' CUT} CUT] CUT}".to_owned(), vec![FlawKind::Unclosed])
        );
        assert_eq!(one(r#"["a\"#), ("[ CUT]".to_owned(), vec![FlawKind::Unclosed]));
        assert_eq!(one(r#"{"a": 12"#), ("{ CUT}".to_owned(), vec![FlawKind::Ended]));
    }

    #[test]
    fn commas_too_many_or_too_few_do_no_harm() {
        assert_eq!(one("[1 2,,3,]"), ("[1 2 3]".to_owned(), vec![]));
        assert_eq!(one("{\"a\":1 \"b\":\"x\ny\",}"), ("{a=1 b='x\ny'}".to_owned(), vec![]));
    }

    #[test]
    fn a_bare_word_costs_itself_alone() {
        assert_eq!(one("[NaN, 1]"), ("[null 1]".to_owned(), vec![FlawKind::Word]));
    }

    #[test]
    fn a_mistake_ends_a_document_where_it_stands() {
        let (value, flaws) = one(r#"{"a": 1, b: 2, "c": 3}"#);
        assert_eq!(value, "{a=1 CUT}");
        assert_eq!(flaws, [FlawKind::Expected("a name in quotes or `}`")]);
    }

    #[test]
    fn a_bad_line_costs_that_line() {
        let lines = "{\"a\": 1}\nnothing\n{\"b\": \n\n{\"c\": 3}\r\n{\"d\": 4} x";
        let shown = shown(lines);
        let values: Vec<_> = shown.iter().map(|(value, _)| value.as_str()).collect();
        assert_eq!(values, ["{a=1}", "", "{ CUT}", "{c=3}", "{d=4}"]);
        assert_eq!(shown[1].1, [FlawKind::Expected("`{` or `[`")]);
        assert_eq!(shown[2].1, [FlawKind::Ended]);
        assert_eq!(shown[4].1, [FlawKind::Expected("the end of the line")]);
    }

    #[test]
    fn documents_may_follow_each_other_over_many_lines() {
        let values: Vec<_> = shown("{\n \"a\": 1\n}\n{\n \"b\": 2\n}").into_iter().collect();
        assert_eq!(values, [("{a=1}".to_owned(), vec![]), ("{b=2}".to_owned(), vec![])]);
        assert_eq!(shown("{\"a\": 1},\n{\"b\": 2},\n").len(), 2);
        assert!(!Documents::of("[\n{\"a\": 1},\n{\"b\": 2}\n]").by_line());
        assert!(Documents::of("{\"a\": tru\n{\"b\": 2}\n").by_line());
    }

    #[test]
    fn what_lies_too_deep_is_passed_over() {
        let text = format!("[{}\"]\"{}, 1]", "[".repeat(5000), "]".repeat(5000));
        let (value, flaws) = one(&text);
        assert!(value.ends_with("]]] 1]"), "{value}");
        assert_eq!(flaws, [FlawKind::Depth]);
        let (_, flaws) = one(&"[".repeat(100_000));
        assert_eq!(flaws, [FlawKind::Depth, FlawKind::Ended]);
    }
}
