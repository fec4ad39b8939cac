//! Walks over what was read, by dotted paths, and takes strings out with their places.

use std::borrow::Cow;

use super::tape::{Entry, Kind, Tape, Written};
use crate::text::{Inner, MappedText, MappedTextBuilder, TextSpan};

/// How many members of an object are looked at for a name. Records have hundreds; an
/// object of many thousands is a table of something else, and each message would go
/// through all of it.
const MOST_MEMBERS: usize = 1024;

/// A document, together with the text that it was read from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page<'d> {
    mapped: &'d MappedText,
    text: &'d str,
    /// How strings are spelled in the text.
    strings: &'d Inner,
    tape: &'d Tape,
}

impl<'d> Page<'d> {
    /// What was read from a text, where `strings` are spelled so.
    pub(super) fn new(mapped: &'d MappedText, strings: &'d Inner, tape: &'d Tape) -> Self {
        Self { mapped, text: mapped.as_str(), strings, tape }
    }

    /// The document itself, if it begins like one.
    pub(super) fn root(&'d self) -> Option<Node<'d>> {
        (!self.tape.is_empty()).then_some(Node { page: self, place: 0 })
    }
}

/// A value of a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'d> {
    page: &'d Page<'d>,
    place: u32,
}

impl<'d> Node<'d> {
    /// The text that the document was read from.
    pub(super) fn text(self) -> &'d MappedText {
        self.page.mapped
    }

    /// Whether both, of one document, are the same place of it.
    pub(super) fn is(self, other: Self) -> bool {
        self.place == other.place
    }

    /// Whether this is an array.
    pub(super) fn is_array(self) -> bool {
        self.entry().kind == Kind::Array
    }

    /// Whether the reader stopped inside this array or object.
    pub(super) fn is_cut(self) -> bool {
        self.entry().cut
    }

    /// The member of this name, if this is an object that has one.
    fn member(self, name: &str) -> Option<Self> {
        let bytes = self.page.text.as_bytes();
        self.members().take(MOST_MEMBERS).find(|member| {
            let Written { span, escaped } = member.entry().name;
            if escaped {
                return unescape(self.page.text, span) == name;
            }
            span.len() == name.len() && bytes[span.range()] == *name.as_bytes()
        })
    }

    /// The values of all members, if this is an object.
    pub(super) fn members(self) -> impl Iterator<Item = Self> + use<'d> {
        self.inside(Kind::Object)
    }

    /// The elements, if this is an array.
    pub(super) fn elements(self) -> impl Iterator<Item = Self> + use<'d> {
        self.inside(Kind::Array)
    }

    /// The name as it is written; empty of what is no member.
    pub(super) fn name(self) -> &'d str {
        &self.page.text[self.entry().name.span.range()]
    }

    /// All values at a path.
    ///
    /// A path is made of steps with points between them. A name leads to the member of
    /// that name, in an array to that of each element; a number to the element of that
    /// index, counted from 0; `*` to each element. The empty path leads nowhere else.
    pub(super) fn find(self, path: &str) -> Vec<Self> {
        let mut found = Vec::new();
        self.search(path, |node| {
            found.push(node);
            None::<()>
        });
        found
    }

    /// The first value at a path.
    pub(super) fn first(self, path: &str) -> Option<Self> {
        self.search(path, Some)
    }

    /// What is first made of a value at a path.
    pub(super) fn search<T>(
        self,
        path: &str,
        mut make: impl FnMut(Self) -> Option<T>,
    ) -> Option<T> {
        let mut made = None;
        self.walk(path, &mut |node| {
            made = make(node);
            made.is_some()
        });
        made
    }

    /// Visits the values at a path until that is enough, and tells whether it was.
    fn walk(self, path: &str, visit: &mut dyn FnMut(Self) -> bool) -> bool {
        let (step, rest) = first_step(path);
        match (step, self.entry().kind) {
            ("", _) => visit(self),
            ("*", _) => self.elements().any(|element| element.walk(rest, visit)),
            (_, Kind::Array) => match step.parse::<usize>() {
                Ok(index) => {
                    self.elements().nth(index).is_some_and(|element| element.walk(rest, visit))
                }
                Err(_) => self.elements().any(|element| element.walk(path, visit)),
            },
            _ => self.member(step).is_some_and(|member| member.walk(rest, visit)),
        }
    }

    /// A string without its escapes, or a number, `true` or `false` as written; nothing
    /// if it is empty.
    pub(super) fn word(self) -> Option<Cow<'d, str>> {
        let Entry { kind, written, .. } = *self.entry();
        let word = match kind {
            Kind::String if written.escaped => unescape(self.page.text, written.span),
            Kind::String | Kind::Scalar => Cow::Borrowed(&self.page.text[written.span.range()]),
            Kind::Null | Kind::Array | Kind::Object => return None,
        };
        (!is_blank(&word)).then_some(word)
    }

    /// A string without its escapes, each character with its place; nothing if it is blank.
    pub(super) fn prose(self) -> Option<MappedText> {
        let span = self.string_span()?;
        let Page { mapped, strings, .. } = self.page;
        let text = if self.entry().written.escaped {
            let mut builder = strings.builder();
            push_unescaped(&mut builder, mapped, span);
            builder.finish()
        } else {
            strings.cut(mapped, span)
        };
        (!is_blank(text.as_str())).then_some(text)
    }

    /// Whether this is a string with words in it, and with nothing that stands for anything else, be
    /// it read as JSON or as markup.
    pub(super) fn has_plain_words(self) -> bool {
        let Entry { kind, written, .. } = self.entry();
        let text = &self.page.text[written.span.range()];
        *kind == Kind::String
            && !written.escaped
            && memchr::memchr2(b'<', b'&', text.as_bytes()).is_none()
            && text.bytes().any(|byte| byte.is_ascii_alphanumeric())
    }

    /// The span of a string in the text, as written and without its quotes.
    pub(super) fn string_span(self) -> Option<TextSpan> {
        let Entry { kind, written, .. } = self.entry();
        (*kind == Kind::String).then_some(written.span)
    }

    /// What it is.
    pub(super) fn entry(self) -> &'d Entry {
        self.page.tape.entry(self.place)
    }

    /// What lies in it, if it is of this kind.
    fn inside(self, kind: Kind) -> impl Iterator<Item = Self> + use<'d> {
        let page = self.page;
        let inside = page.tape.inside(self.place);
        let places = if self.entry().kind == kind { inside } else { inside.nothing() };
        places.map(move |place| Self { page, place })
    }
}

/// Whether nothing can be seen of a text.
fn is_blank(text: &str) -> bool {
    text.trim_start().is_empty()
}

/// The first step of a path, and the rest.
pub(super) fn first_step(path: &str) -> (&str, &str) {
    let point = path.bytes().position(|byte| byte == b'.');
    point.map_or((path, ""), |at| (&path[..at], &path[at + 1..]))
}

/// A piece of a string as written.
enum Piece {
    /// Characters that stand for themselves.
    Plain(TextSpan),
    /// An escape and the character it stands for.
    Escape(char, TextSpan),
}

/// The string without its escapes.
fn unescape(text: &str, span: TextSpan) -> Cow<'_, str> {
    let raw = &text[span.range()];
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut unescaped = String::with_capacity(raw.len());
    for piece in pieces(text, span) {
        match piece {
            Piece::Plain(span) => unescaped.push_str(&text[span.range()]),
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
    use crate::formats::json::reader::{Document, Documents};
    use crate::text::{Layer, SourceSpan};

    fn with<T>(json: &str, test: impl Fn(Node<'_>) -> T) -> T {
        let source = MappedText::verbatim(json.to_owned(), 100);
        let mut document = Document::default();
        assert!(Documents::of(json).read(&mut document));
        let strings = source.inner(Layer::Json);
        test(Page::new(&source, &strings, &document.tape).root().unwrap())
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
