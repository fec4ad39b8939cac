//! HTML to prose, with every word still knowing its place.
//!
//! What mails and the bodies of exported messages are written in, and sometimes a whole
//! draft. Tags, comments, scripts and what is hidden are dropped; the ends of
//! blocks and `<br>` become line breaks; entities are decoded; white space collapses as
//! it does on screen. What somebody else wrote comes out as lines that begin with `> `,
//! whichever of its many marks a mail program put on it.

use html5gum::{DefaultEmitter, Span, StartTag, Token, Tokenizer};

use super::{Certainty, Format, Reading};
use crate::text::{Layer, MappedText, MappedTextBuilder, TextSpan};
use crate::turn::{Conversation, Role, Turn};

/// A draft in HTML.
pub(super) const HTML: Format = Format {
    name: "html",
    about: "A reply draft in HTML",
    recognize: |input| {
        let named = ["html", "htm", "xhtml"].contains(&input.extension().as_str());
        let start = input.start().trim_start();
        let start = start.get(..14).unwrap_or(start).to_ascii_lowercase();
        let marked = start.starts_with("<!doctype html") || start.starts_with("<html");
        if named || marked { Certainty::Likely } else { Certainty::No }
    },
    read: |input| {
        let turns = vec![Turn::new(Role::Agent, text(&input.text))];
        let conversations = vec![Conversation { turns, ..Conversation::default() }];
        Reading { conversations, ..Reading::default() }
    },
};

/// The prose of an HTML text.
pub(super) fn text(from: &MappedText) -> MappedText {
    read(from, MappedText::builder_in(Layer::Html))
}

/// The prose of a text that is known to be spelled much as HTML.
pub(super) fn decoded(from: &MappedText) -> MappedText {
    read(from, MappedText::builder())
}

fn read(from: &MappedText, out: MappedTextBuilder) -> MappedText {
    let html = from.as_str();
    let mut prose = Prose::new(from, out);
    let mut emitter = DefaultEmitter::new_with_span();
    emitter.naively_switch_states(true);
    let mut end = 0;
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        let Some(span) = markup(&token, end, html) else { continue };
        prose.text(TextSpan::new(end, span.start as usize));
        match &token {
            Token::StartTag(tag) => prose.open(tag, span),
            Token::EndTag(tag) => prose.close(&tag.name, span),
            _ => {}
        }
        end = span.end as usize;
    }
    prose.text(TextSpan::new(end, text_end(html, end)));
    prose.out.finish()
}

/// A text in which only the character references are decoded: plain text that went
/// through a program that escapes it, `that&#39;s`.
pub(super) fn unescaped(from: &MappedText) -> MappedText {
    let mut prose = Prose::new(from, MappedText::builder_in(Layer::References));
    prose.preformatted = 1;
    prose.text(TextSpan::new(0, from.as_str().len()));
    prose.out.finish()
}

/// Where a token that is no text stands, if it stands behind what was read so far.
fn markup(token: &Token<usize>, end: usize, html: &str) -> Option<TextSpan> {
    let Span { start, end: stop } = match token {
        Token::StartTag(tag) => tag.span,
        Token::EndTag(tag) => tag.span,
        Token::Comment(comment) => comment.span,
        Token::Doctype(doctype) => doctype.span,
        Token::String(_) | Token::Error(_) => return None,
    };
    let whole = end <= start && start < stop && stop <= html.len();
    let characters = html.is_char_boundary(start) && html.is_char_boundary(stop);
    (whole && characters).then(|| TextSpan::new(start, stop))
}

/// Where the text behind the last tag ends: before a tag that the file breaks off in.
fn text_end(html: &str, start: usize) -> usize {
    let opens =
        |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
    match html[start..].rfind('<') {
        Some(at) if opens(&html[start + at + 1..]) => start + at,
        _ => html.len(),
    }
}

/// What an element does to the text inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// Somebody else's words.
    Quote,
    /// Gmail's box around an attribution and a quotation, or around a forwarded message:
    /// the words in it are somebody else's only once that shows.
    Gmail,
    /// Nothing that is seen, or only a signature.
    Hidden,
    /// White space and line breaks count.
    Preformatted,
}

/// An open element that has an effect.
struct Frame {
    name: Vec<u8>,
    effect: Effect,
    /// How many elements of the same name are open inside it.
    nested: usize,
}

/// How many elements with an effect can be open at once; more have none.
const DEEPEST: usize = 64;

/// How many `> ` a line begins with at most.
const DEEPEST_QUOTE: usize = 8;

/// Puts the prose together.
struct Prose<'a> {
    from: &'a MappedText,
    out: MappedTextBuilder,
    frames: Vec<Frame>,
    /// How many of the open frames are quotations, and the like.
    quotes: usize,
    hidden: usize,
    preformatted: usize,
    /// Line breaks that come before the next word, and the markup that asks for them.
    breaks: usize,
    broken_by: TextSpan,
    /// White space since the last word.
    space: Option<TextSpan>,
    /// How deep the current line is quoted.
    line_quotes: usize,
}

impl<'a> Prose<'a> {
    fn new(from: &'a MappedText, out: MappedTextBuilder) -> Self {
        Self {
            from,
            out,
            frames: Vec::new(),
            quotes: 0,
            hidden: 0,
            preformatted: 0,
            breaks: 0,
            broken_by: TextSpan::new(0, 0),
            space: None,
            line_quotes: 0,
        }
    }

    /// Takes a start tag.
    fn open(&mut self, tag: &StartTag<usize>, span: TextSpan) {
        let name: &[u8] = &tag.name;
        match name {
            b"br" => return self.break_lines(span, 1),
            b"hr" => self.break_block(span),
            b"q" => self.mark("\u{201C}", span),
            _ if is_block(name) => self.break_block(span),
            _ => {}
        }
        if begins_history(tag) {
            self.quotes += 1;
            self.break_block(span);
        }
        if is_void(name) {
            return;
        }
        if let Some(frame) = self.frames.iter_mut().rev().find(|frame| frame.name == name) {
            frame.nested += 1;
        }
        if let Some(effect) = effect(tag).filter(|_| self.frames.len() < DEEPEST) {
            self.frames.push(Frame { name: name.to_vec(), effect, nested: 0 });
            self.count(effect, 1);
        }
    }

    /// Takes an end tag.
    fn close(&mut self, name: &[u8], span: TextSpan) {
        if name == b"q" {
            self.mark("\u{201D}", span);
        }
        if is_block(name) {
            self.break_block(span);
        }
        let Some(at) = self.frames.iter().rposition(|frame| frame.name == name) else { return };
        if self.frames[at].nested > 0 {
            self.frames[at].nested -= 1;
            return;
        }
        for frame in self.frames.split_off(at) {
            self.count(frame.effect, -1);
        }
        // The element was counted by the one of its name around it.
        if let Some(outer) = self.frames.iter_mut().rev().find(|frame| frame.name == name) {
            outer.nested = outer.nested.saturating_sub(1);
        }
    }

    fn count(&mut self, effect: Effect, by: isize) {
        let counter = match effect {
            Effect::Quote => &mut self.quotes,
            Effect::Hidden => &mut self.hidden,
            Effect::Preformatted => &mut self.preformatted,
            Effect::Gmail => return,
        };
        *counter = counter.saturating_add_signed(by);
    }

    /// The end of a paragraph, however often it is told.
    fn break_block(&mut self, span: TextSpan) {
        self.break_lines(span, 2 - self.breaks.min(2));
    }

    fn break_lines(&mut self, span: TextSpan, more: usize) {
        if self.hidden == 0 && more > 0 {
            self.breaks = (self.breaks + more).min(2);
            self.broken_by = span;
            self.space = None;
        }
    }

    /// A mark that stands for a tag.
    fn mark(&mut self, mark: &str, tag: TextSpan) {
        if self.hidden == 0 {
            self.before_word();
            self.out.push_decoded_mark(mark, self.from, tag);
        }
    }

    /// Takes the text between two tags.
    fn text(&mut self, span: TextSpan) {
        if self.hidden > 0 {
            return;
        }
        let mut at = span.range().start;
        while at < span.range().end {
            let rest = &self.from.as_str()[at..span.range().end];
            at += match rest.as_bytes()[0] {
                b'&' => self.reference(rest, at),
                b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' => self.white_space(rest, at),
                _ => self.word(rest, at),
            };
        }
    }

    /// Decodes the character reference that `rest` begins with; returns its length.
    fn reference(&mut self, rest: &str, at: usize) -> usize {
        let (decoded, len) = reference(rest).unwrap_or_else(|| ("&".to_owned(), 1));
        // Mail programs put a lone one into what they mean to be an empty line.
        if decoded == "\u{A0}" && (self.out.is_empty() || self.breaks > 0) {
            return len;
        }
        self.before_word();
        let span = TextSpan::new(at, at + len);
        if len == decoded.len() {
            self.out.push_slice(self.from, span);
        } else {
            self.out.push_decoded(&decoded, self.from, span);
        }
        len
    }

    /// Takes the white space that `rest` begins with; returns its length.
    fn white_space(&mut self, rest: &str, at: usize) -> usize {
        if self.preformatted > 0 {
            return self.kept_white_space(rest, at);
        }
        let len = rest.len() - rest.trim_start_matches(is_white_space).len();
        self.space.get_or_insert(TextSpan::new(at, at + len));
        len
    }

    /// Takes one character of white space where each of them counts; returns its length.
    fn kept_white_space(&mut self, rest: &str, at: usize) -> usize {
        let len = if rest.starts_with("\r\n") { 2 } else { 1 };
        let span = TextSpan::new(at, at + len);
        if rest.starts_with(['\n', '\r']) {
            self.break_lines(span, 1);
        } else {
            self.before_word();
            self.out.push_slice(self.from, span);
        }
        len
    }

    /// Takes what `rest` begins with up to white space or a reference; returns its length.
    fn word(&mut self, rest: &str, at: usize) -> usize {
        let len = rest.find(|c| c == '&' || is_white_space(c)).unwrap_or(rest.len());
        let forwarded = rest.starts_with("-----") && (self.out.is_empty() || self.breaks > 0);
        if forwarded {
            self.quote_forwarded();
        }
        self.before_word();
        self.out.push_slice(self.from, TextSpan::new(at, at + len));
        len
    }

    /// `---------- Forwarded message` in Gmail's box: all that is in it is quoted.
    fn quote_forwarded(&mut self) {
        if let Some(frame) = self.frames.iter_mut().rfind(|frame| frame.effect == Effect::Gmail) {
            frame.effect = Effect::Quote;
            self.quotes += 1;
        }
    }

    /// Writes the line breaks or the space that were met since the last word.
    fn before_word(&mut self) {
        let quotes = self.quotes.min(DEEPEST_QUOTE);
        let prefix = "> ".repeat(quotes);
        let broken_by = self.broken_by;
        let new_line = self.out.is_empty() || self.breaks > 0;
        if self.out.is_empty() {
            self.out.push_decoded_mark(&prefix, self.from, broken_by);
        } else if self.breaks > 0 {
            let same = quotes == self.line_quotes;
            let between = if self.breaks > 1 && same { prefix.trim_end() } else { "" };
            let between = if self.breaks > 1 { format!("{between}\n") } else { String::new() };
            let lines = format!("\n{between}{prefix}");
            // A line break that counts as it stands is text; one that a tag asks for is not.
            if prefix.is_empty() && self.from.slice(broken_by).starts_with(['\r', '\n']) {
                self.out.push_decoded(&lines, self.from, broken_by);
            } else {
                self.out.push_decoded_mark(&lines, self.from, broken_by);
            }
        } else if let Some(space) = self.space {
            self.write_space(space);
        }
        if new_line {
            self.line_quotes = quotes;
        }
        self.breaks = 0;
        self.space = None;
    }

    fn write_space(&mut self, space: TextSpan) {
        if self.from.slice(space) == " " {
            self.out.push_slice(self.from, space);
        } else {
            self.out.push_decoded(" ", self.from, space);
        }
    }
}

fn is_white_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0C')
}

/// The character reference that a text begins with, decoded, and its length.
///
/// The tokenizer decodes it together with what follows; what both ends have in common
/// was no part of the reference, as the `it` of `&notit`.
fn reference(text: &str) -> Option<(String, usize)> {
    const LONGEST: usize = 40;
    let name = text[1..].bytes().take(LONGEST);
    let name = name.take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
    let closed = text.as_bytes().get(1 + name) == Some(&b';');
    let written = &text[..1 + name + usize::from(closed)];
    let known = match written {
        "&amp;" => Some("&"),
        "&lt;" => Some("<"),
        "&gt;" => Some(">"),
        "&quot;" => Some("\""),
        "&#39;" | "&apos;" => Some("'"),
        "&nbsp;" => Some("\u{A0}"),
        _ => None,
    };
    if let Some(known) = known {
        return Some((known.to_owned(), written.len()));
    }
    let decoded = Tokenizer::new(written).find_map(|token| match token {
        Ok(Token::String(decoded)) => String::from_utf8(decoded.value.0).ok(),
        _ => None,
    })?;
    if decoded == written {
        return None;
    }
    let first = decoded.chars().next().map_or(0, char::len_utf8);
    let ends = written.bytes().rev().zip(decoded[first..].bytes().rev());
    let after = ends.take_while(|(one, other)| one == other).count();
    let len = written.len() - after;
    (len > 1).then(|| (decoded[..decoded.len() - after].to_owned(), len))
}

/// Whether an element begins and ends a paragraph.
fn is_block(name: &[u8]) -> bool {
    matches!(
        name,
        b"address"
            | b"article"
            | b"aside"
            | b"blockquote"
            | b"body"
            | b"center"
            | b"dd"
            | b"div"
            | b"dl"
            | b"dt"
            | b"fieldset"
            | b"figcaption"
            | b"figure"
            | b"footer"
            | b"form"
            | b"h1"
            | b"h2"
            | b"h3"
            | b"h4"
            | b"h5"
            | b"h6"
            | b"header"
            | b"html"
            | b"legend"
            | b"li"
            | b"main"
            | b"nav"
            | b"ol"
            | b"option"
            | b"p"
            | b"pre"
            | b"section"
            | b"summary"
            | b"table"
            | b"tbody"
            | b"td"
            | b"textarea"
            | b"tfoot"
            | b"th"
            | b"thead"
            | b"tr"
            | b"ul"
    )
}

/// Whether an element has no content and no end tag.
fn is_void(name: &[u8]) -> bool {
    matches!(
        name,
        b"area"
            | b"base"
            | b"br"
            | b"col"
            | b"embed"
            | b"hr"
            | b"img"
            | b"input"
            | b"link"
            | b"meta"
            | b"param"
            | b"source"
            | b"track"
            | b"wbr"
    )
}

/// Attributes as they are compared: small letters, and styles without white space.
fn attribute(tag: &StartTag<usize>, name: &[u8]) -> String {
    let value = tag.attributes.get(name).map(|value| String::from_utf8_lossy(value).to_lowercase());
    value.unwrap_or_default()
}

fn style(tag: &StartTag<usize>) -> String {
    attribute(tag, b"style").split_ascii_whitespace().collect()
}

/// What an element does to its content.
fn effect(tag: &StartTag<usize>) -> Option<Effect> {
    match &**tag.name {
        b"script" | b"style" | b"title" | b"template" | b"noscript" | b"iframe" | b"noembed"
        | b"object" | b"svg" | b"math" | b"select" => return Some(Effect::Hidden),
        b"blockquote" => return (!is_indentation(tag)).then_some(Effect::Quote),
        b"pre" | b"textarea" | b"listing" | b"xmp" => return Some(Effect::Preformatted),
        _ if tag.attributes.is_empty() => return None,
        _ => {}
    }
    let style = style(tag);
    if tag.attributes.contains_key(&b"hidden"[..])
        || style.contains("display:none")
        || style.contains("mso-hide:all")
    {
        return Some(Effect::Hidden);
    }
    if is_quotation(tag) {
        return Some(Effect::Quote);
    }
    let class = attribute(tag, b"class");
    let has = |name| class.split_ascii_whitespace().any(|it| it == name);
    if has("gmail_signature") || has("moz-signature") {
        return Some(Effect::Hidden);
    }
    if has("gmail_quote") {
        return Some(Effect::Gmail);
    }
    style.contains("white-space:pre").then_some(Effect::Preformatted)
}

/// Gmail's "indent more" writes a `blockquote` too; nobody is quoted in it.
fn is_indentation(tag: &StartTag<usize>) -> bool {
    let plain = attribute(tag, b"class").is_empty() && attribute(tag, b"type").is_empty();
    plain && attribute(tag, b"style").contains("margin:0 0 0 40px")
        || plain && style(tag).contains("margin:00040px") && style(tag).contains("border:none")
}

/// Whether an element is one in which a mail program or a help desk puts quoted text.
fn is_quotation(tag: &StartTag<usize>) -> bool {
    const CLASSES: [&str; 14] = [
        "yahoo_quoted",
        "protonmail_quote",
        "tutanota_quote",
        "moz-forward-container",
        "zmail_extra",
        "freshdesk_quote",
        "quote",
        "quoted",
        "quoted-text",
        "quoted_text",
        "email-quote",
        "email_quote",
        "mail-quote",
        "reply-quote",
    ];
    const IDS: [&str; 3] =
        ["mail-editor-reference-message-container", "yahoo_quoted", "isreplycontent"];
    let class = attribute(tag, b"class");
    let id = attribute(tag, b"id");
    let listed = class.split_ascii_whitespace().any(|it| CLASSES.contains(&it));
    listed
        || class.contains("yahoo_quoted")
        || IDS.iter().any(|it| id.starts_with(it))
        || attribute(tag, b"name") == "messagereplysection"
}

/// Whether Outlook's history begins at this element: the rest of the mail is quoted, but
/// no element holds it together.
fn begins_history(tag: &StartTag<usize>) -> bool {
    if tag.attributes.is_empty() {
        return false;
    }
    let id = attribute(tag, b"id");
    // A mail that was quoted before has `x_` put before its names.
    let id = id.trim_start_matches("x_");
    let class = attribute(tag, b"class");
    let style = style(tag);
    matches!(id, "divrplyfwdmsg" | "appendonsend" | "stopspelling")
        || class.split_ascii_whitespace().any(|it| it == "outlookmessageheader")
        || (style.contains("border:none;border-top:solid") && style.contains("padding:3.0pt0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prose(html: &str) -> String {
        text(&MappedText::verbatim(html.to_owned(), 0)).as_str().to_owned()
    }

    #[test]
    fn words_know_their_bytes() {
        let html = "<p>That&#8217;s&nbsp;<b>not</b>\n  my &amp; job</p>";
        let text = text(&MappedText::verbatim(html.to_owned(), 10));
        assert_eq!(text.as_str(), "That\u{2019}s\u{A0}not my & job");
        let under = |words: &str| {
            let start = text.as_str().find(words).unwrap();
            let span = text.to_source(TextSpan::new(start, start + words.len()));
            &html[span.start - 10..span.end - 10]
        };
        assert_eq!(under("\u{2019}"), "&#8217;");
        assert_eq!(under("not my"), "not</b>\n  my");
        assert_eq!(under("& job"), "&amp; job");
    }

    #[test]
    fn blocks_and_breaks_end_lines() {
        assert_eq!(prose("<div>a</div>\n<div>b<br>c<br><br>d</div>"), "a\n\nb\nc\n\nd");
        assert_eq!(prose("<p>a</p><p>&nbsp;</p><p>b</p>"), "a\n\nb");
        assert_eq!(prose("<ul><li>a<li>b</ul>c"), "a\n\nb\n\nc");
        assert_eq!(prose("<pre>a\n  b\n\nc</pre>"), "a\n  b\n\nc");
    }

    #[test]
    fn what_is_not_seen_is_dropped() {
        let html = "<!DOCTYPE html><html><head><title>T</title><style>p > a {}</style></head>\
            <body><!-- no --><div style='display: none'>pre <div>x</div> header</div>\
            <script>not my job</script>Hello</body></html>";
        assert_eq!(prose(html), "Hello");
        assert_eq!(prose("Hi<br><div class='gmail_signature'>Jane</div>you"), "Hi\n\nyou");
        assert_eq!(prose("Hello <b cla"), "Hello");
        assert_eq!(prose("1 < 2 & 3"), "1 < 2 & 3");
        assert_eq!(prose(""), "");
    }

    #[test]
    fn references_are_decoded_as_browsers_do() {
        for (html, expected) in [
            ("&notit;", "\u{AC}it;"),
            ("&semi;", ";"),
            ("&#97a", "aa"),
            ("&#x2019;s", "\u{2019}s"),
            ("&bogus;", "&bogus;"),
            ("&amp&amp", "&&"),
            ("&rsquo;&hellip;", "\u{2019}\u{2026}"),
            ("a &", "a &"),
            ("&NotEqualTilde;", "\u{2242}\u{338}"),
        ] {
            assert_eq!(prose(html), expected, "{html}");
        }
    }

    #[test]
    fn quoted_words_are_quoted_lines() {
        assert_eq!(
            prose("<div>Hi</div><blockquote type=cite><p>a</p><p>b</p></blockquote>c"),
            "Hi\n\n> a\n>\n> b\n\nc"
        );
        assert_eq!(
            prose("<div>Hi</div><div id=\"divRplyFwdMsg\"><b>From:</b> Jane</div><div>Old</div>"),
            "Hi\n\n> From: Jane\n>\n> Old"
        );
        assert_eq!(
            prose(
                "Hi<div class=gmail_quote><div class=gmail_attr>On Monday x wrote:</div>\
                <blockquote class=gmail_quote>Old</blockquote><div>New</div></div>Newer"
            ),
            "Hi\n\nOn Monday x wrote:\n\n> Old\n\nNew\n\nNewer"
        );
        assert_eq!(
            prose(
                "Hi<div class=gmail_quote><div>---------- Forwarded message</div>\
                <div>Old</div></div>New"
            ),
            "Hi\n\n> ---------- Forwarded message\n>\n> Old\n\nNew"
        );
        assert_eq!(
            prose("<div class=quote><blockquote>a<div>b</div>c</blockquote>d</div>e"),
            "> > a\n> >\n> > b\n> >\n> > c\n\n> d\n\ne"
        );
        assert_eq!(prose("He said <q>not my job</q>."), "He said \u{201C}not my job\u{201D}.");
    }
}
