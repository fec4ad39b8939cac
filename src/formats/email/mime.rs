//! The structure of a mail: its headers, its parts, and which of them are read.

use std::ops::Range;

use mail_parser::{Address, ContentType, HeaderName, HeaderValue, MessageParser, MimeHeaders};
use memchr::memmem;

use super::decode;
use crate::formats::{Input, html};
use crate::source::Problem;
use crate::text::{MappedText, SourceSpan, TextSpan, Transfer};

/// How deep parts are nested in parts at most; what is deeper is not read.
const DEEPEST: usize = 12;

/// How many problems of a source are told; a mailbox may have as many as mails.
const MOST_PROBLEMS: usize = 50;

/// A mail that was read.
#[derive(Debug, Default)]
pub(super) struct Mail {
    pub(super) headers: Headers,
    /// Its text, put together from all parts that are shown.
    pub(super) text: Option<MappedText>,
    /// The mails that are attached to it.
    pub(super) attached: Vec<Mail>,
}

/// What the headers of a mail say about it.
#[derive(Debug, Default)]
pub(super) struct Headers {
    /// `Name <address>`.
    pub(super) from: Option<String>,
    /// The date as it is written.
    pub(super) date: Option<String>,
    /// Its own id.
    pub(super) id: Option<String>,
    /// The ids of those that it answers, the first one first.
    pub(super) references: Vec<String>,
    /// The number of its thread in Gmail.
    pub(super) thread: Option<String>,
    /// Whether there is any header that mails have.
    told: bool,
}

/// Reads mails out of a source.
pub(super) struct Reader<'i> {
    input: &'i Input<'i>,
    bytes: &'i [u8],
    parser: MessageParser,
    in_mailbox: bool,
    pub(super) problems: Vec<Problem>,
}

/// How a part describes itself.
#[derive(Debug, Default)]
struct Kind {
    /// `text/plain`.
    mime: String,
    charset: Option<String>,
    boundary: Option<String>,
    transfer: Option<Transfer>,
    attachment: bool,
}

/// A part of a mail that is read.
enum Piece {
    Text(MappedText),
    Mail(Mail),
}

impl<'i> Reader<'i> {
    pub(super) fn new(input: &'i Input<'i>, in_mailbox: bool) -> Self {
        Self {
            input,
            bytes: input.source.bytes(),
            parser: MessageParser::default(),
            in_mailbox,
            problems: Vec::new(),
        }
    }

    /// Reads the mail in `range`; what has no header is read as plain text.
    pub(super) fn mail(&mut self, range: Range<usize>) -> Mail {
        let mail = self.nested_mail(range.clone(), 0);
        if mail.headers.told {
            return mail;
        }
        let text = self.text(&Kind::default(), range.clone());
        if text.as_str().trim().is_empty() {
            return Mail::default();
        }
        self.problem(range.start, "no header of a mail begins here; this is read as plain text");
        Mail { text: Some(text), ..Mail::default() }
    }

    fn nested_mail(&mut self, range: Range<usize>, depth: usize) -> Mail {
        let body = self.body_start(&range);
        let (headers, mut kind) = self.headers(range.start..body);
        if kind.mime.is_empty() {
            "text/plain".clone_into(&mut kind.mime);
        }
        let mut pieces = Vec::new();
        self.part(&kind, body..range.end, depth, &mut pieces);
        let mut mail = Mail { headers, ..Mail::default() };
        let mut texts = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => texts.push(text),
                Piece::Mail(attached) => mail.attached.push(attached),
            }
        }
        mail.text = joined(texts);
        mail
    }

    /// Where the headers end: behind the first empty line.
    fn body_start(&self, range: &Range<usize>) -> usize {
        let mut at = range.start;
        while at < range.end {
            let line = &self.bytes[at..range.end];
            let end = memchr::memchr(b'\n', line).map_or(line.len(), |end| end + 1);
            at += end;
            if line[..end].iter().all(u8::is_ascii_whitespace) {
                return at;
            }
        }
        range.end
    }

    fn headers(&self, range: Range<usize>) -> (Headers, Kind) {
        let raw = &self.bytes[range];
        let Some(message) = self.parser.parse_headers(raw) else {
            return (Headers::default(), Kind::default());
        };
        let written = |name: HeaderName<'_>| {
            let header = message.headers().iter().find(|header| header.name == name)?;
            let value = raw.get(header.offset_start as usize..header.offset_end as usize)?;
            let value = String::from_utf8_lossy(value);
            Some(value.split_whitespace().collect::<Vec<_>>().join(" "))
        };
        let headers = Headers {
            from: message.from().or_else(|| message.sender()).and_then(speaker),
            date: written(HeaderName::Date).filter(|date| !date.is_empty()),
            id: message.message_id().map(str::to_owned),
            references: [message.references(), message.in_reply_to()].map(ids).concat(),
            thread: written(HeaderName::Other("X-GM-THRID".into())),
            told: message.headers().iter().any(|it| !matches!(it.name, HeaderName::Other(_))),
        };
        (headers, kind(&message))
    }

    /// Reads a part: its own text, or the parts in it.
    fn part(&mut self, kind: &Kind, body: Range<usize>, depth: usize, out: &mut Vec<Piece>) {
        if depth >= DEEPEST {
            self.problem(body.start, "parts of the mail are nested too deep and are not read");
            return;
        }
        match kind.mime.as_str() {
            "text/plain" | "text/html" if kind.attachment => {}
            "text/plain" | "text" => out.push(Piece::Text(self.text(kind, body))),
            "text/html" => out.push(Piece::Text(html::text(&self.text(kind, body)))),
            "message/rfc822" | "message/global"
                if kind
                    .transfer
                    .is_none_or(|it| [Transfer::Plain, Transfer::EightBit].contains(&it)) =>
            {
                out.push(Piece::Mail(self.nested_mail(body, depth + 1)));
            }
            mime if mime.starts_with("multipart/") => self.multipart(kind, body, depth, out),
            _ => {}
        }
    }

    fn text(&mut self, kind: &Kind, body: Range<usize>) -> MappedText {
        let transfer = kind.transfer.unwrap_or(Transfer::Plain);
        let charset = kind.charset.as_deref();
        let decoded = decode::body(self.bytes, body, transfer, charset, self.in_mailbox);
        for (at, message) in decoded.problems {
            self.problem(at, &message);
        }
        decoded.text
    }

    fn multipart(&mut self, kind: &Kind, body: Range<usize>, depth: usize, out: &mut Vec<Piece>) {
        let boundary = kind.boundary.as_deref().unwrap_or_default();
        let (parts, closed) = self.parts(&body, boundary);
        if parts.is_empty() {
            self.problem(
                body.start,
                "the parts of the mail can't be told apart; it is read as text",
            );
            return out.push(Piece::Text(self.text(&Kind::default(), body)));
        }
        if !closed {
            self.problem(body.end, "the mail breaks off inside a part; what is there is read");
        }
        let digest = kind.mime == "multipart/digest";
        match kind.mime.as_str() {
            "multipart/alternative" => self.alternative(parts, depth, out),
            // The first is the text, the others are signatures and what is shown in it.
            "multipart/related" | "multipart/signed" | "multipart/report" => {
                for part in parts.into_iter().take(1) {
                    self.nested_part(part, depth, digest, out);
                }
            }
            _ => {
                for part in parts {
                    self.nested_part(part, depth, digest, out);
                }
            }
        }
    }

    fn nested_part(
        &mut self,
        part: Range<usize>,
        depth: usize,
        digest: bool,
        out: &mut Vec<Piece>,
    ) {
        let (mut kind, body) = self.kind_of(part);
        if digest && kind.mime.is_empty() {
            "message/rfc822".clone_into(&mut kind.mime);
        }
        if kind.mime.is_empty() {
            "text/plain".clone_into(&mut kind.mime);
        }
        self.part(&kind, body, depth + 1, out);
    }

    /// Of several ways to show the same, plain text, or else the first that says anything.
    fn alternative(&mut self, parts: Vec<Range<usize>>, depth: usize, out: &mut Vec<Piece>) {
        let mut best: Option<Vec<Piece>> = None;
        for part in parts {
            let plain = matches!(self.kind_of(part.clone()).0.mime.as_str(), "text/plain" | "");
            if best.is_some() && !plain {
                continue;
            }
            let mut pieces = Vec::new();
            self.nested_part(part, depth, false, &mut pieces);
            if pieces.iter().any(Piece::says_something) {
                best = Some(pieces);
                if plain {
                    break;
                }
            }
        }
        out.append(&mut best.unwrap_or_default());
    }

    fn kind_of(&self, part: Range<usize>) -> (Kind, Range<usize>) {
        let body = self.body_start(&part);
        let raw = &self.bytes[part.start..body];
        let kind = self.parser.parse_headers(raw).map(|message| kind(&message));
        (kind.unwrap_or_default(), body..part.end)
    }

    /// The parts between the boundaries, and whether the last boundary is there.
    fn parts(&self, body: &Range<usize>, boundary: &str) -> (Vec<Range<usize>>, bool) {
        let delimiter = format!("--{boundary}");
        let mut parts = Vec::new();
        let mut open: Option<usize> = None;
        for found in memmem::find_iter(&self.bytes[body.clone()], &delimiter) {
            let at = body.start + found;
            if boundary.is_empty() || (at > body.start && self.bytes[at - 1] != b'\n') {
                continue;
            }
            let rest = &self.bytes[at + delimiter.len()..body.end];
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            let (rest, next) = (&rest[..end], at + delimiter.len() + end);
            let last = rest.starts_with(b"--");
            if !last && !rest.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            if let Some(start) = open.replace(next) {
                parts.push(start..self.before_line_break(start, at));
            }
            if last {
                return (parts, true);
            }
        }
        if let Some(start) = open {
            parts.push(start..body.end);
        }
        (parts, false)
    }

    /// The line break before a boundary belongs to the boundary.
    fn before_line_break(&self, start: usize, at: usize) -> usize {
        let bytes = &self.bytes[start.min(at)..at];
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        start.min(at) + bytes.len()
    }

    /// Notes a problem at a byte of the source.
    pub(super) fn problem(&mut self, at: usize, message: &str) {
        if self.problems.len() >= MOST_PROBLEMS {
            return;
        }
        let position = Some(self.input.source.position(at));
        self.problems.push(Problem { position, message: message.to_owned() });
    }
}

impl Piece {
    fn says_something(&self) -> bool {
        match self {
            Self::Text(text) => !text.as_str().trim().is_empty(),
            Self::Mail(_) => true,
        }
    }
}

fn kind(message: &mail_parser::Message<'_>) -> Kind {
    let root = message.root_part();
    let content = root.content_type();
    let mime = content.map_or_else(String::new, |content| {
        let (main, sub) = (content.ctype(), content.subtype());
        let mime = sub.map_or_else(|| main.to_owned(), |sub| format!("{main}/{sub}"));
        mime.to_ascii_lowercase()
    });
    let attribute = |name| content.and_then(|content| content.attribute(name)).map(str::to_owned);
    Kind {
        mime,
        charset: attribute("charset"),
        boundary: attribute("boundary"),
        transfer: root.content_transfer_encoding().map(Transfer::named),
        attachment: root.content_disposition().is_some_and(ContentType::is_attachment),
    }
}

/// `Name <address>` of the first address.
fn speaker(address: &Address<'_>) -> Option<String> {
    let first = address.first()?;
    super::quote::speaker(first.name().unwrap_or_default(), first.address().unwrap_or_default())
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    match value {
        HeaderValue::Text(id) => vec![id.to_string()],
        HeaderValue::TextList(ids) => ids.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// Texts one below the other, as one.
fn joined(texts: Vec<MappedText>) -> Option<MappedText> {
    let mut texts: Vec<_> =
        texts.into_iter().filter(|text| !text.as_str().trim().is_empty()).collect();
    if texts.len() < 2 {
        return texts.pop();
    }
    let mut out = MappedText::builder();
    for text in &texts {
        let whole = TextSpan::new(0, text.as_str().len());
        let source = text.to_source(whole);
        if !out.is_empty() {
            out.push_mark("\n\n", SourceSpan { start: source.start, end: source.start });
        }
        out.push_slice(text, whole);
    }
    Some(out.finish())
}
