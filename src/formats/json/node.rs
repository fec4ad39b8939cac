//! Walks over what was read, by dotted paths, and takes strings out with their places.

use std::borrow::Cow;

use super::reader::{Extent, Value};
use crate::text::{Layer, MappedText, MappedTextBuilder, TextSpan};

/// How many members of an object are looked at for a name. Records have hundreds; an
/// object of many thousands is a table of something else, and each message would go
/// through all of it.
const MOST_MEMBERS: usize = 1024;

/// A value of a document, together with the text that it was read from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'d> {
    text: &'d MappedText,
    value: &'d Value,
}

impl<'d> Node<'d> {
    /// The value of a document that was read from `text`.
    pub(super) fn new(text: &'d MappedText, value: &'d Value) -> Self {
        Self { text, value }
    }

    /// The text that the document was read from.
    pub(super) fn text(self) -> &'d MappedText {
        self.text
    }

    /// Whether both are the same place of the same document.
    pub(super) fn is(self, other: Self) -> bool {
        std::ptr::eq(self.value, other.value)
    }

    /// Whether this is an array.
    pub(super) fn is_array(self) -> bool {
        matches!(self.value, Value::Array(..))
    }

    /// Whether the reader stopped inside this array or object.
    pub(super) fn is_cut(self) -> bool {
        matches!(self.value, Value::Array(_, Extent::Cut) | Value::Object(_, Extent::Cut))
    }

    /// The member of this name, if this is an object that has one.
    fn member(self, name: &str) -> Option<Self> {
        let Value::Object(members, _) = self.value else { return None };
        let named = |key: TextSpan| match self.text.slice(key) {
            raw if raw.contains('\\') => unescape(self.text, key) == name,
            raw => raw == name,
        };
        let member = members.iter().take(MOST_MEMBERS).find(|member| named(member.key))?;
        Some(self.at(&member.value))
    }

    /// The values of all members, if this is an object.
    pub(super) fn members(self) -> impl Iterator<Item = Self> {
        let members = match self.value {
            Value::Object(members, _) => members.as_slice(),
            _ => &[],
        };
        members.iter().map(move |member| self.at(&member.value))
    }

    /// The elements, if this is an array.
    pub(super) fn elements(self) -> impl Iterator<Item = Self> {
        let elements = match self.value {
            Value::Array(elements, _) => elements.as_slice(),
            _ => &[],
        };
        elements.iter().map(move |element| self.at(element))
    }

    /// All values at a path.
    ///
    /// A path is made of steps with points between them. A name leads to the member of
    /// that name, in an array to that of each element; a number to the element of that
    /// index, counted from 0; `*` to each element. The empty path leads nowhere else.
    pub(super) fn find(self, path: &str) -> Vec<Self> {
        let mut found = Vec::new();
        self.walk(path, &mut found);
        found
    }

    /// The first value at a path.
    pub(super) fn first(self, path: &str) -> Option<Self> {
        self.find(path).into_iter().next()
    }

    fn walk(self, path: &str, found: &mut Vec<Self>) {
        let (step, rest) = path.split_once('.').unwrap_or((path, ""));
        match (step, self.value) {
            ("", _) => found.push(self),
            ("*", _) => self.elements().for_each(|element| element.walk(rest, found)),
            (_, Value::Array(elements, _)) => match step.parse::<usize>() {
                Ok(index) => {
                    if let Some(element) = elements.get(index) {
                        self.at(element).walk(rest, found);
                    }
                }
                Err(_) => self.elements().for_each(|element| element.walk(path, found)),
            },
            _ => {
                if let Some(member) = self.member(step) {
                    member.walk(rest, found);
                }
            }
        }
    }

    /// A string without its escapes, or a number, `true` or `false` as written; nothing
    /// if it is empty.
    pub(super) fn word(self) -> Option<Cow<'d, str>> {
        let word = match self.value {
            Value::String(span) => unescape(self.text, *span),
            Value::Scalar(span) => Cow::Borrowed(self.text.slice(*span)),
            _ => return None,
        };
        (!word.trim().is_empty()).then_some(word)
    }

    /// A string without its escapes, each character with its place; nothing if it is blank.
    pub(super) fn prose(self) -> Option<MappedText> {
        let Value::String(span) = *self.value else { return None };
        let mut builder = MappedText::builder_in(Layer::Json);
        push_unescaped(&mut builder, self.text, span);
        let text = builder.finish();
        (!text.as_str().trim().is_empty()).then_some(text)
    }

    /// The span of a string in the text, as written and without its quotes.
    pub(super) fn string_span(self) -> Option<TextSpan> {
        match *self.value {
            Value::String(span) => Some(span),
            _ => None,
        }
    }

    fn at(self, value: &'d Value) -> Self {
        Self { value, ..self }
    }
}

/// A piece of a string as written.
enum Piece {
    /// Characters that stand for themselves.
    Plain(TextSpan),
    /// An escape and the character it stands for.
    Escape(char, TextSpan),
}

/// The string without its escapes.
fn unescape(text: &MappedText, span: TextSpan) -> Cow<'_, str> {
    let raw = text.slice(span);
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut unescaped = String::with_capacity(raw.len());
    for piece in pieces(text.as_str(), span) {
        match piece {
            Piece::Plain(span) => unescaped.push_str(text.slice(span)),
            Piece::Escape(character, _) => unescaped.push(character),
        }
    }
    Cow::Owned(unescaped)
}

/// Appends the string without its escapes; each of them is one unit.
fn push_unescaped(builder: &mut MappedTextBuilder, text: &MappedText, span: TextSpan) {
    for piece in pieces(text.as_str(), span) {
        match piece {
            Piece::Plain(span) => builder.push_slice(text, span),
            Piece::Escape(character, span) => {
                builder.push_decoded(character.encode_utf8(&mut [0; 4]), text, span);
            }
        }
    }
}

/// Divides a string into escapes and what is between them.
fn pieces(text: &str, span: TextSpan) -> impl Iterator<Item = Piece> {
    let end = span.range().end;
    let mut at = span.range().start;
    std::iter::from_fn(move || {
        let rest = &text[at..end];
        let start = at;
        let plain = memchr::memchr(b'\\', rest.as_bytes()).unwrap_or(rest.len());
        if plain > 0 {
            at += plain;
            return Some(Piece::Plain(TextSpan::new(start, at)));
        }
        let (character, len) = escape(rest)?;
        at += len;
        Some(Piece::Escape(character, TextSpan::new(start, at)))
    })
}

/// The character that the escape at the start of `rest` stands for, and its length.
///
/// An unknown escape stands for what follows the backslash, half a surrogate pair for
/// U+FFFD.
fn escape(rest: &str) -> Option<(char, usize)> {
    let escaped = rest.strip_prefix('\\')?;
    let Some(kind) = escaped.chars().next() else { return Some(('\\', 1)) };
    let character = match kind {
        'u' => return Some(unicode_escape(rest).unwrap_or(('u', 2))),
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{C}',
        other => other,
    };
    Some((character, 1 + kind.len_utf8()))
}

/// Reads `\uXXXX`, or two of them that make up one character.
fn unicode_escape(rest: &str) -> Option<(char, usize)> {
    let first = code_unit(rest)?;
    let second = rest.get(6..).and_then(code_unit);
    let mut decoded = char::decode_utf16([Some(first), second].into_iter().flatten());
    match decoded.next()? {
        Ok(character) => Some((character, 6 * character.len_utf16())),
        Err(_) => Some((char::REPLACEMENT_CHARACTER, 6)),
    }
}

fn code_unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    hexadecimal.then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::json::reader::Documents;
    use crate::text::SourceSpan;

    fn with<T>(json: &str, test: impl Fn(Node<'_>) -> T) -> T {
        let source = MappedText::verbatim(json.to_owned(), 100);
        let value = Documents::of(json).next().unwrap().value.unwrap();
        test(Node::new(&source, &value))
    }

    #[test]
    fn paths_lead_through_objects_and_arrays() {
        let json = r#"{"a":{"b":[{"c":"x"},{"c":["y","z"]},{"d":1}]},"\u0061b":true}"#;
        let words = |path: &str| -> Vec<String> {
            with(json, |root| {
                root.find(path).iter().filter_map(|n| n.word()).map(Cow::into_owned).collect()
            })
        };
        assert_eq!(words("a.b.c"), ["x"]);
        assert_eq!(words("a.b.c.*"), ["y", "z"]);
        assert_eq!(words("a.b.0.c"), ["x"]);
        assert_eq!(words("a.b.2.d"), ["1"]);
        assert_eq!(words("ab"), ["true"]);
        assert_eq!(words("a.b.7"), [""; 0]);
        assert_eq!(words("a..b"), [""; 0]);
    }

    #[test]
    fn escapes_are_decoded_and_keep_their_places() {
        let json = r#"["it\u2019s \"my\" \ud83d\ude00\n\x"]"#;
        with(json, |root| {
            let text = root.first("0").unwrap().prose().unwrap();
            assert_eq!(text.as_str(), "it\u{2019}s \"my\" \u{1F600}\nx");
            let source = |needle: &str| {
                let at = text.as_str().find(needle).unwrap();
                let span = text.to_source(TextSpan::new(at, at + needle.len()));
                &json[span.start - 100..span.end - 100]
            };
            assert_eq!(source("\u{2019}"), "\\u2019");
            assert_eq!(source("s \"m"), "s \\\"m");
            assert_eq!(source("\u{1F600}"), "\\ud83d\\ude00");
            assert_eq!(source("x"), "\\x");
            let it = text.to_source(TextSpan::new(0, 2));
            assert_eq!(it, SourceSpan { start: 102, end: 104 });
        });
    }

    #[test]
    fn half_a_surrogate_pair_is_no_character() {
        let decoded =
            |json: &str| with(json, |root| root.first("0").unwrap().word().unwrap().into_owned());
        assert_eq!(decoded(r#"["\ud83d!"]"#), "\u{FFFD}!");
        assert_eq!(decoded(r#"["\ude00\u0041"]"#), "\u{FFFD}A");
        assert_eq!(decoded(r#"["\ud83d\u0041"]"#), "\u{FFFD}A");
        assert_eq!(decoded(r#"["\u12"]"#), "u12");
    }
}
