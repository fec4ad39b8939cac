//! The ways in which words are spelled in a source, one inside the other: HTML in a string
//! of JSON in a file of UTF-16.
//!
//! Each layer knows how to spell words, how to read what it spelled, and which words it
//! can't hold. Where in the source they go is left to [`edit`](super::edit).

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use encoding_rs::{EncoderResult, Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};

use super::edit::{Place, Uneditable};
use super::markup;
use super::span::SourceSpan;
use super::transfer::Transfer;

/// The layers of a text, from the innermost; none for words that stand there in UTF-8.
///
/// Texts share what they have in common, so that reading pays nothing for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Escaping(Option<Arc<Link>>);

#[derive(Debug, PartialEq, Eq)]
struct Link {
    layer: Layer,
    outer: Escaping,
}

/// One way to spell words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    /// A file in this encoding.
    File(Charset),
    /// The body of a part of a mail.
    Mail(MailBody),
    /// A string of JSON.
    Json,
    /// A field of a table.
    Csv(CsvField),
    /// The text of HTML, in which white space collapses.
    Html,
    /// Plain text that was escaped as HTML is.
    References,
    /// The three references that Slack knows.
    Slack,
    /// A line of a cue in WebVTT.
    WebVtt,
    /// A line of a cue in SRT.
    Srt,
    /// A message among others, told apart by their lines.
    Message,
    /// The words of a text in Markdown.
    Markdown,
}

/// A character encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    Utf8,
    Utf16Le,
    Utf16Be,
    Other(&'static Encoding),
}

/// Where the body of a part of a mail lies, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MailBody {
    pub(crate) span: SourceSpan,
    pub(crate) transfer: Transfer,
    pub(crate) charset: Charset,
    /// Whether all of it is ASCII and nothing else may be written.
    pub(crate) ascii: bool,
    /// Whether a line that begins with `From ` must be told from the head of the next mail.
    pub(crate) in_mailbox: bool,
}

/// A field of a table, without its quotation marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CsvField {
    pub(crate) span: SourceSpan,
    pub(crate) quoted: bool,
    pub(crate) delimiter: char,
}

impl Escaping {
    /// The same with one more layer inside.
    pub(super) fn with(&self, layer: Layer) -> Self {
        Self(Some(Arc::new(Link { layer, outer: self.clone() })))
    }

    /// Whether this is the very same value as another.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }

    /// The layers, from the innermost to the outermost.
    pub(super) fn layers(&self) -> impl Iterator<Item = &Layer> {
        let first = self.0.as_deref();
        std::iter::successors(first, |link| link.outer.0.as_deref()).map(|link| &link.layer)
    }

    /// The body of a mail that the text lies in.
    pub(super) fn mail(&self) -> Option<&MailBody> {
        self.layers().find_map(|layer| match layer {
            Layer::Mail(body) => Some(body),
            _ => None,
        })
    }

    /// The encoding of the bytes.
    pub(super) fn charset(&self) -> Charset {
        let told = self.layers().find_map(|layer| match layer {
            Layer::File(charset) => Some(*charset),
            Layer::Mail(body) => Some(body.charset),
            _ => None,
        });
        told.unwrap_or(Charset::Utf8)
    }

    /// Whether the bytes can hold a character as it is.
    pub(super) fn holds(&self, c: char) -> bool {
        let ascii = self.mail().is_some_and(|body| body.ascii);
        c.is_ascii() || (!ascii && self.charset().holds(c))
    }

    /// The words with the characters that the source can spell: a typographic mark that it
    /// has no spelling for becomes its plain equivalent.
    ///
    /// # Errors
    ///
    /// If there is no spelling for a character.
    pub(super) fn spelled<'w>(&self, words: &'w str) -> Result<Cow<'w, str>, Uneditable> {
        let numbers = self.layers().any(Layer::numbers);
        if numbers || words.chars().all(|c| self.holds(c)) {
            return Ok(Cow::Borrowed(words));
        }
        let mut spelled = String::with_capacity(words.len());
        for c in words.chars() {
            match plain(c) {
                _ if self.holds(c) => spelled.push(c),
                Some(plain) => spelled.push_str(plain),
                None => return Err(Uneditable::Spelling(c)),
            }
        }
        Ok(Cow::Owned(spelled))
    }

    /// The words as they are written in the source, in characters, and the field that must
    /// be put between quotation marks for it.
    pub(super) fn escape(&self, place: &Place<'_>) -> (String, Option<&CsvField>) {
        let mut written = place.new.to_owned();
        let mut unquoted = None;
        let mut numbers = self.layers().any(Layer::numbers);
        for layer in self.layers() {
            if let Layer::Csv(field) = layer {
                let special = |c| matches!(c, '"' | '\n' | '\r') || c == field.delimiter;
                if field.quoted || written.contains(special) {
                    written = written.replace('"', "\"\"");
                    unquoted = (!field.quoted).then_some(field);
                }
                continue;
            }
            let number = numbers && layer.numbers();
            numbers &= !number;
            let holds = |c| !number || self.holds(c);
            written = layer.escape(written, place, holds);
        }
        (written, unquoted)
    }

    /// Whether nothing of a meaning is lost if what stands between the units of a text,
    /// as the outermost layer decodes it, is taken away together with them.
    pub(super) fn bridges(&self, gaps: &[String]) -> bool {
        self.read(gaps, Layer::bridges)
    }

    /// Whether nothing but tags that say how words look stands between the units of a text,
    /// so that the words may be taken away from around them.
    pub(super) fn parts(&self, gaps: &[String]) -> bool {
        self.read(gaps, |layer, gaps| {
            matches!(layer, Layer::Html | Layer::WebVtt | Layer::Srt)
                && gaps.iter().all(|gap| markup::is_emphasis_alone(gap))
        })
    }

    /// Whether a layer accepts what stands between the units of a text, as it is written in
    /// that layer.
    fn read(&self, gaps: &[String], accepts: fn(&Layer, &[String]) -> bool) -> bool {
        let mut gaps = gaps.to_vec();
        let mut layers: Vec<&Layer> = self.layers().collect();
        layers.reverse();
        for layer in layers {
            if accepts(layer, &gaps) {
                return true;
            }
            gaps = gaps.into_iter().map(|gap| layer.unescape(gap)).collect();
        }
        gaps.iter().all(String::is_empty)
    }
}

impl Layer {
    /// Whether any character can be written as a number.
    fn numbers(&self) -> bool {
        matches!(self, Self::Json | Self::Html | Self::References | Self::WebVtt)
    }

    /// Whether the layer keeps white space at the ends of a text.
    fn trims(&self) -> bool {
        !matches!(self, Self::File(_) | Self::Json | Self::Csv(_) | Self::Slack)
    }

    /// Whether several spaces are read as one, and a line break as a space.
    fn collapses(&self) -> bool {
        matches!(self, Self::Html | Self::WebVtt | Self::Srt | Self::Markdown)
    }

    /// Whether words may hold line breaks.
    fn holds_lines(&self) -> bool {
        matches!(self, Self::File(_) | Self::Json | Self::Csv(_) | Self::Slack)
    }

    /// Refuses words that would not be read as what they are.
    pub(super) fn admits(&self, place: &Place<'_>) -> Result<(), Uneditable> {
        let new = place.new;
        if !self.holds_lines() && new.contains('\n') {
            return Err(Uneditable::LineBreak);
        }
        let ends = [place.before, place.after].map(str::is_empty);
        if self.trims() && place.has_blank_end(ends) {
            return Err(Uneditable::Blank);
        }
        if self.collapses() && (place.has_blank_end([true, true]) || new.contains("  ")) {
            return Err(Uneditable::Blank);
        }
        let says = |part: &str| part.contains(char::is_alphanumeric);
        if matches!(self, Self::Mail(_)) && ![place.before, new, place.after].into_iter().any(says)
        {
            return Err(Uneditable::Empty);
        }
        if self.takes_for_markup(place) { Err(Uneditable::Markup) } else { Ok(()) }
    }

    fn takes_for_markup(&self, place: &Place<'_>) -> bool {
        let new = place.new;
        match self {
            Self::Srt => {
                let tag = |rest: &str| {
                    rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '/' | '?' | '!'))
                };
                let before = place.before.chars().next_back();
                let after = place.after.chars().next();
                let joined: String = before.into_iter().chain(new.chars()).chain(after).collect();
                let tags = joined.match_indices('<').any(|(at, _)| tag(&joined[at + 1..]));
                tags || new.contains("-->") || new.contains("{\\")
            }
            Self::Mail(_) => place.begins_line() && new.starts_with('>'),
            Self::Markdown => markup::is_unbalanced(place.old),
            Self::Html => new.contains('\t'),
            _ => false,
        }
    }

    fn escape(&self, words: String, place: &Place<'_>, holds: impl Fn(char) -> bool) -> String {
        match self {
            Self::Json => each(&words, |c, out| match c {
                '"' | '\\' => out.extend(['\\', c]),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\r' => out.push_str("\\r"),
                c if c.is_control() || !holds(c) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        let _ = write!(out, "\\u{unit:04x}");
                    }
                }
                c => out.push(c),
            }),
            Self::Html | Self::References | Self::WebVtt | Self::Slack => {
                each(&words, |c, out| match c {
                    '&' => out.push_str("&amp;"),
                    '<' => out.push_str("&lt;"),
                    '>' => out.push_str("&gt;"),
                    c if !holds(c) => {
                        let _ = write!(out, "&#{};", c as u32);
                    }
                    c => out.push(c),
                })
            }
            Self::Srt if markup::has_reference(&words) => words.replace('&', "&amp;"),
            Self::Markdown => markup::escape_markdown(&words, place.begins_line()),
            _ => words,
        }
    }

    /// Reads what the layer spelled; good enough for what lies between words.
    fn unescape(&self, written: String) -> String {
        match self {
            Self::Json => markup::unescape_json(&written),
            Self::Csv(_) => written.replace("\"\"", "\""),
            _ => written,
        }
    }

    fn bridges(&self, gaps: &[String]) -> bool {
        let made_of = |marks: &[char]| {
            gaps.iter()
                .all(|gap| gap.chars().all(|c| c.is_ascii_whitespace() || marks.contains(&c)))
        };
        match self {
            Self::Html | Self::WebVtt | Self::Srt => markup::are_balanced(gaps),
            Self::Mail(_) | Self::Markdown => made_of(&['>']),
            Self::References => made_of(&[]),
            _ => gaps.iter().all(String::is_empty),
        }
    }
}

impl Charset {
    /// The encoding that `encoding` is.
    pub(crate) fn of(encoding: &'static Encoding) -> Self {
        if encoding == UTF_8 {
            Self::Utf8
        } else if encoding == UTF_16LE {
            Self::Utf16Le
        } else if encoding == UTF_16BE {
            Self::Utf16Be
        } else {
            Self::Other(encoding)
        }
    }

    fn holds(self, c: char) -> bool {
        self.encode(c.encode_utf8(&mut [0; 4])).is_some()
    }

    /// Whether what bytes mean depends on those before them.
    pub(super) fn shifts(self) -> bool {
        matches!(self, Self::Other(encoding) if encoding == ISO_2022_JP)
    }

    /// The bytes of the words, if there are any for them.
    pub(super) fn encode(self, words: &str) -> Option<Vec<u8>> {
        match self {
            Self::Utf8 => Some(words.as_bytes().to_vec()),
            Self::Utf16Le => Some(words.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            Self::Utf16Be => Some(words.encode_utf16().flat_map(u16::to_be_bytes).collect()),
            // It shifts between character sets; only ASCII can be written at any place.
            Self::Other(_) if self.shifts() => words.is_ascii().then(|| words.as_bytes().to_vec()),
            Self::Other(encoding) => encode(encoding, words),
        }
    }

    /// The words that bytes spell.
    pub(super) fn decode(self, bytes: &[u8]) -> String {
        let encoding = match self {
            Self::Utf8 => UTF_8,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
            Self::Other(encoding) => encoding,
        };
        encoding.decode_without_bom_handling(bytes).0.into_owned()
    }
}

fn encode(encoding: &'static Encoding, words: &str) -> Option<Vec<u8>> {
    // Bytes without a meaning are mapped to these; no one would read them back as such.
    if words.contains(|c| matches!(c, '\u{80}'..='\u{9F}')) {
        return None;
    }
    let mut encoder = encoding.new_encoder();
    let longest = encoder.max_buffer_length_from_utf8_without_replacement(words.len())?;
    let mut bytes = Vec::with_capacity(longest);
    let (result, _) = encoder.encode_from_utf8_to_vec_without_replacement(words, &mut bytes, true);
    (result == EncoderResult::InputEmpty).then_some(bytes)
}

/// What stands for a typographic mark on a typewriter.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{2032}' | '\u{02BC}' => "'",
        '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{2033}' => "\"",
        '\u{2010}' | '\u{2011}' | '\u{2012}' | '\u{2013}' | '\u{2014}' | '\u{2212}' => "-",
        '\u{2026}' => "...",
        '\u{A0}' | '\u{2009}' | '\u{202F}' => " ",
        _ => return None,
    })
}

fn each(words: &str, mut write: impl FnMut(char, &mut String)) -> String {
    let mut out = String::with_capacity(words.len());
    words.chars().for_each(|c| write(c, &mut out));
    out
}
