//! Reads JSON as far as it goes, keeping the place of every string.
//!
//! The common crates give values without places, or places without what stands before
//! a mistake. Here the place is the point: a value remembers where in the text it lies,
//! strings stay escaped until they are asked for, and what was complete before the file
//! breaks off is kept.
//!
//! More is accepted than the standard allows, as long as nothing is left to guess:
//! missing and surplus commas, line breaks in strings, several documents in one file.

use std::ops::Range;

use rustc_hash::FxHashSet;

use crate::text::TextSpan;

/// How deep values may lie in each other; what lies deeper is passed over.
const MAX_DEPTH: usize = 96;

/// A value, with its place in the text.
#[derive(Debug)]
pub(super) enum Value {
    /// `null`, and what could not be read in its place.
    Null,
    /// A number, `true` or `false`, as written.
    Scalar(TextSpan),
    /// What stands between the quotes, as written.
    String(TextSpan),
    /// The elements that were read, and whether they are all.
    Array(Vec<Value>, Extent),
    /// The members that were read, and whether they are all.
    Object(Vec<Member>, Extent),
}

impl Value {
    /// Adds the names of all members in it, as they are written in `text`.
    pub(super) fn add_names(&self, text: &str, names: &mut FxHashSet<String>) {
        match self {
            Self::Null | Self::Scalar(_) | Self::String(_) => {}
            Self::Array(elements, _) => elements.iter().for_each(|it| it.add_names(text, names)),
            Self::Object(members, _) => {
                for Member { key, value } in members {
                    let name = &text[key.range()];
                    if !names.contains(name) {
                        names.insert(name.to_owned());
                    }
                    value.add_names(text, names);
                }
            }
        }
    }
}

/// A name and its value.
#[derive(Debug)]
pub(super) struct Member {
    /// What stands between the quotes of the name, as written.
    pub(super) key: TextSpan,
    /// The value.
    pub(super) value: Value,
}

/// Whether an array or object was read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// It was closed.
    Whole,
    /// The reader stopped inside it.
    Cut,
}

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
#[derive(Debug)]
pub(super) struct Document {
    /// What was read of it; nothing, if it does not begin like a document.
    pub(super) value: Option<Value>,
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

    /// Reads the document of the next line that is not blank.
    fn next_line(&mut self) -> Option<Document> {
        while self.at < self.text.len() {
            let start = self.at;
            let rest = &self.text.as_bytes()[start..];
            let end = memchr::memchr(b'\n', rest).map_or(self.text.len(), |len| start + len);
            self.at = end + 1;
            if !self.text[start..end].trim().is_empty() {
                let mut parser = Parser::new(self.text, start..end);
                let value = parser.document();
                parser.end_of_line();
                return Some(Document { value, flaws: parser.flaws });
            }
        }
        None
    }

    /// Reads the next of documents that may go over many lines; the last is where the
    /// reader first stops.
    fn next_whole(&mut self) -> Option<Document> {
        let mut parser = Parser::new(self.text, self.at..self.text.len());
        parser.skip_between();
        parser.peek()?;
        let value = parser.document();
        self.at = if parser.stopped { self.text.len() } else { parser.at };
        Some(Document { value, flaws: parser.flaws })
    }
}

impl Iterator for Documents<'_> {
    type Item = Document;

    fn next(&mut self) -> Option<Document> {
        if self.lines { self.next_line() } else { self.next_whole() }
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
    let mut parser = Parser::new(line, 0..line.len());
    parser.document().is_some() && !parser.stopped && parser.at == line.len()
}

/// Reads one document.
struct Parser<'t> {
    text: &'t str,
    /// Where the text ends for this document.
    end: usize,
    at: usize,
    depth: usize,
    /// Whether a flaw ended the reading; then all that is open is cut.
    stopped: bool,
    flaws: Vec<Flaw>,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, range: Range<usize>) -> Self {
        Self { text, end: range.end, at: range.start, depth: 0, stopped: false, flaws: Vec::new() }
    }

    fn bytes(&self) -> &'t [u8] {
        &self.text.as_bytes()[..self.end]
    }

    fn peek(&self) -> Option<u8> {
        self.bytes().get(self.at).copied()
    }

    /// Passes over white space, a byte order mark and the record separators of JSON
    /// text sequences.
    fn skip_space(&mut self) {
        let bytes = self.bytes();
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

    fn document(&mut self) -> Option<Value> {
        self.skip_space();
        if matches!(self.peek(), Some(b'{' | b'[')) {
            return self.value();
        }
        self.expected("`{` or `[`");
        None
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
        let ended = self.at >= self.end;
        let kind = if ended { FlawKind::Ended } else { FlawKind::Expected(what) };
        let at = if ended { self.text[..self.end].trim_end().len() } else { self.at };
        self.flaws.push(Flaw { at, kind });
        self.stopped = true;
    }

    /// Reads a value, or stops and gives what was complete of it.
    fn value(&mut self) -> Option<Value> {
        match self.peek() {
            Some(b'{' | b'[') if self.depth >= MAX_DEPTH => self.pass_over(),
            Some(b'{') => Some(self.nested(Self::object)),
            Some(b'[') => Some(self.nested(Self::array)),
            Some(b'"') => self.string().map(Value::String),
            _ => self.scalar(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Value) -> Value {
        self.at += 1;
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Value {
        let mut members = Vec::new();
        while !self.stopped {
            self.skip_space();
            match self.peek() {
                Some(b'}') => {
                    self.at += 1;
                    return Value::Object(members, Extent::Whole);
                }
                Some(b',') => self.at += 1,
                Some(b'"') => members.extend(self.member()),
                _ => self.expected("a name in quotes or `}`"),
            }
        }
        Value::Object(members, Extent::Cut)
    }

    fn member(&mut self) -> Option<Member> {
        let key = self.string()?;
        self.skip_space();
        if self.peek() != Some(b':') {
            self.expected("`:`");
            return None;
        }
        self.at += 1;
        self.skip_space();
        Some(Member { key, value: self.value()? })
    }

    fn array(&mut self) -> Value {
        let mut elements = Vec::new();
        while !self.stopped {
            self.skip_space();
            match self.peek() {
                Some(b']') => {
                    self.at += 1;
                    return Value::Array(elements, Extent::Whole);
                }
                Some(b',') => self.at += 1,
                _ => elements.extend(self.value()),
            }
        }
        Value::Array(elements, Extent::Cut)
    }

    /// Reads a string and gives the span between its quotes.
    fn string(&mut self) -> Option<TextSpan> {
        let start = self.at + 1;
        self.at = start;
        while self.at < self.end {
            let rest = &self.bytes()[self.at..];
            let Some(len) = memchr::memchr2(b'"', b'\\', rest) else { break };
            self.at += len;
            if self.peek() == Some(b'"') {
                self.at += 1;
                return Some(TextSpan::new(start, self.at - 1));
            }
            self.at += 2;
        }
        self.at = self.end;
        self.flaws.push(Flaw { at: start - 1, kind: FlawKind::Unclosed });
        self.stopped = true;
        None
    }

    /// Reads a bare word. One that is no value counts as `null`.
    fn scalar(&mut self) -> Option<Value> {
        let start = self.at;
        let delimiter = |byte: &u8| b" \t\r\n\x1E,:\"'{}[]".contains(byte);
        let rest = &self.bytes()[start..];
        self.at += rest.iter().position(delimiter).unwrap_or(rest.len());
        if self.at == start || self.at == self.end {
            // What touches the end may go on behind it.
            self.expected("a value");
            return None;
        }
        let span = TextSpan::new(start, self.at);
        let word = &self.text[span.range()];
        let number = word.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        if number || matches!(word, "true" | "false") {
            return Some(Value::Scalar(span));
        }
        if word != "null" {
            self.flaws.push(Flaw { at: start, kind: FlawKind::Word });
        }
        Some(Value::Null)
    }

    /// Passes over an array or object that lies too deep, without recursion.
    fn pass_over(&mut self) -> Option<Value> {
        self.flaws.push(Flaw { at: self.at, kind: FlawKind::Depth });
        let mut open = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'{' | b'[' => open += 1,
                b'}' | b']' => open -= 1,
                b'"' => {
                    self.string()?;
                    continue;
                }
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return Some(Value::Null);
            }
        }
        self.expected("`]` or `}`");
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a document the way it was understood.
    fn shown(text: &str) -> Vec<(String, Vec<FlawKind>)> {
        Documents::of(text)
            .map(|document| {
                let value = document.value.map_or_else(String::new, |value| show(text, &value));
                (value, document.flaws.iter().map(|flaw| flaw.kind).collect())
            })
            .collect()
    }

    fn show(text: &str, value: &Value) -> String {
        let join = |parts: Vec<String>, extent: Extent| {
            parts.join(" ") + if extent == Extent::Cut { " CUT" } else { "" }
        };
        match value {
            Value::Null => "null".to_owned(),
            Value::Scalar(span) => text[span.range()].to_owned(),
            Value::String(span) => format!("'{}'", &text[span.range()]),
            Value::Array(elements, extent) => {
                format!("[{}]", join(elements.iter().map(|e| show(text, e)).collect(), *extent))
            }
            Value::Object(members, extent) => {
                let members = members.iter().map(|member| {
                    format!("{}={}", &text[member.key.range()], show(text, &member.value))
                });
                format!("{{{}}}", join(members.collect(), *extent))
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
