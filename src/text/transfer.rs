//! How mails are wrapped for their way through the net, and how a piece of one is wrapped
//! anew.
//!
//! Undoing it for a whole body, with the place of every character, is left to the format.

use memchr::{memchr, memrchr};

use super::edit::SourceEdit;
use super::escaping::MailBody;
use super::span::SourceSpan;

/// How a body is wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transfer {
    /// As it is, and in ASCII if nothing else is said.
    Plain,
    /// As it is, in any bytes.
    EightBit,
    QuotedPrintable,
    Base64,
}

impl Transfer {
    /// The encoding of a `Content-Transfer-Encoding`; what is unknown is read as it is.
    pub(crate) fn named(name: &str) -> Self {
        match name.trim().to_ascii_lowercase().as_str() {
            "quoted-printable" => Self::QuotedPrintable,
            "base64" => Self::Base64,
            "8bit" | "binary" => Self::EightBit,
            _ => Self::Plain,
        }
    }
}

/// The most characters of a line that is wrapped.
const WIDTH: usize = 76;

/// Bytes to be put into a body, and where: in place of what `span` decodes to, but for the
/// first `lead` and the last `trail` bytes of that.
pub(super) struct Wrapped<'s> {
    pub(super) source: &'s [u8],
    pub(super) body: &'s MailBody,
    pub(super) span: SourceSpan,
    pub(super) lead: usize,
    pub(super) trail: usize,
    pub(super) bytes: Vec<u8>,
}

impl Wrapped<'_> {
    /// The edit of the source.
    pub(super) fn edit(self) -> SourceEdit {
        match self.body.transfer {
            Transfer::Base64 => self.base64(),
            Transfer::QuotedPrintable => {
                let edit = SourceEdit { span: self.span, bytes: self.quoted_printable() };
                self.mailbox(edit)
            }
            Transfer::Plain | Transfer::EightBit => {
                let edit = SourceEdit { span: self.span, bytes: self.bytes.clone() };
                self.mailbox(edit)
            }
        }
    }

    /// Where the line begins that the edit begins in.
    fn line_start(&self) -> usize {
        let before = &self.source[self.body.span.start..self.span.start];
        self.body.span.start + memrchr(b'\n', before).map_or(0, |at| at + 1)
    }

    /// What follows the edit on its last line.
    fn tail(&self) -> &[u8] {
        let rest = &self.source[self.span.end..self.body.span.end];
        let line = memchr(b'\n', rest).map_or(rest, |end| &rest[..end]);
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    fn line_ending(&self) -> &'static [u8] {
        let end = memchr(b'\n', &self.source[self.body.span.start..self.body.span.end])
            .map(|at| self.body.span.start + at)
            .or_else(|| memrchr(b'\n', &self.source[..self.body.span.start]));
        let returns =
            end.and_then(|at| at.checked_sub(1)).is_some_and(|at| self.source[at] == b'\r');
        if returns { b"\r\n" } else { b"\n" }
    }

    /// Writes the bytes so that no line gets longer than is allowed.
    fn quoted_printable(&self) -> Vec<u8> {
        let mut column = self.span.start - self.line_start();
        let (tail, ending) = (self.tail(), self.line_ending());
        let mut out = Vec::with_capacity(self.bytes.len());
        for (at, &byte) in self.bytes.iter().enumerate() {
            let last = at + 1 == self.bytes.len() && tail.is_empty();
            let literal = match byte {
                b'=' => false,
                b' ' | b'\t' => !last,
                b'F' if column == 0 && self.body.in_mailbox => false,
                byte => byte.is_ascii_graphic(),
            };
            let len = if literal { 1 } else { 3 };
            if column + len >= WIDTH {
                out.push(b'=');
                out.extend_from_slice(ending);
                column = 0;
            }
            if literal && !(column == 0 && byte == b'F' && self.body.in_mailbox) {
                out.push(byte);
                column += 1;
            } else {
                out.extend_from_slice(format!("={byte:02X}").as_bytes());
                column += 3;
            }
        }
        let from = tail.starts_with(b"From ") && self.body.in_mailbox;
        if !out.is_empty() && column > 0 && !tail.is_empty() && column + tail.len() > WIDTH && !from
        {
            out.push(b'=');
            out.extend_from_slice(ending);
        }
        out
    }

    /// In a mailbox, a line that begins with `From ` gets a `>` before it, as does one that
    /// begins with `>From `, so that the reader can take one off.
    fn mailbox(&self, edit: SourceEdit) -> SourceEdit {
        if !self.body.in_mailbox {
            return edit;
        }
        let start = self.line_start();
        let head = &self.source[start..self.span.start];
        let quoted = head.starts_with(b">") && is_from(&self.source[start..self.body.span.end]);
        let head = if quoted { &head[1..] } else { head };
        let needed = is_from(&[head, &edit.bytes, self.tail()].concat());
        if needed == quoted {
            return edit;
        }
        let mark: &[u8] = if needed { b">" } else { b"" };
        SourceEdit {
            span: SourceSpan { start, ..edit.span },
            bytes: [mark, head, &edit.bytes].concat(),
        }
    }

    /// Writes the body anew from the first character that changes, up to the last one if
    /// the bytes do not fall on the same characters as before.
    fn base64(&self) -> SourceEdit {
        let SourceSpan { start, end } = self.span;
        let old = unwrapped(&self.source[start..end]);
        let kept = old.len().saturating_sub(self.trail).max(self.lead.min(old.len()));
        let new = [&old[..self.lead.min(old.len())], &self.bytes, &old[kept..]].concat();
        let straight = self.source[start..end].iter().all(|&byte| sextet(byte).is_some());
        if new.len() == old.len() && straight {
            return SourceEdit { span: self.span, bytes: wrapped(&new) };
        }
        let stop = self.last_character(end);
        let rest = unwrapped(&self.source[end..stop]);
        let text = wrapped(&[new, rest].concat());
        let span = SourceSpan { start, end: stop };
        SourceEdit { span, bytes: self.lines(&text) }
    }

    /// Where the base64 ends behind `from`.
    fn last_character(&self, from: usize) -> usize {
        let rest = &self.source[from..self.body.span.end];
        let valid =
            |byte: &u8| sextet(*byte).is_some() || *byte == b'=' || byte.is_ascii_whitespace();
        let len = rest.iter().take_while(|byte| valid(byte)).count();
        from + rest[..len].trim_ascii_end().len()
    }

    /// Divides base64 into lines as long as the first of the body.
    fn lines(&self, text: &[u8]) -> Vec<u8> {
        let body = self.source[self.body.span.start..self.body.span.end].trim_ascii_start();
        let first = body.iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        let only = body.trim_ascii_end().len() == first;
        let width = if only { first.max(WIDTH) } else { first.max(4) };
        let column = self.span.start - self.line_start();
        let mut out = Vec::with_capacity(text.len() + text.len() / 16);
        let mut rest = text;
        let mut room = width.saturating_sub(column);
        while rest.len() > room {
            out.extend_from_slice(&rest[..room]);
            out.extend_from_slice(self.line_ending());
            rest = &rest[room..];
            room = width;
        }
        out.extend_from_slice(rest);
        out
    }
}

fn is_from(line: &[u8]) -> bool {
    let marks = line.iter().take_while(|&&byte| byte == b'>').count();
    line[marks..].starts_with(b"From ")
}

/// What a character of base64 stands for.
pub(crate) fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// The bytes that base64 spells; what is none of it is passed over.
pub(super) fn unwrapped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    let mut flush = |bits: u32, count: usize| {
        if count > 1 {
            let bytes = (bits << (6 * (4 - count))).to_be_bytes();
            out.extend_from_slice(&bytes[1..count]);
        }
    };
    for &byte in text {
        if let Some(value) = sextet(byte) {
            (bits, count) = (bits << 6 | u32::from(value), count + 1);
        }
        if count == 4 || byte == b'=' {
            flush(bits, count);
            (bits, count) = (0, 0);
        }
    }
    flush(bits, count);
    out
}

/// The bytes in base64, on one line.
fn wrapped(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |index: usize| u32::from(three.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let value = bits >> (18 - 6 * digit) & 63;
            out.push(if digit > three.len() { b'=' } else { DIGITS[value as usize] });
        }
    }
    out
}
