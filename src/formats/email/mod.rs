//! E-mail: single mails, and mailboxes of many.
//!
//! The author of a mail is its `From`, as `Name <address>`; which side an address is on
//! is not known here. What a mail quotes or forwards are turns of their authors. The mails
//! of one thread are one conversation.

mod decode;
mod mime;
mod quote;

use std::ops::Range;

use memchr::memmem;
use rustc_hash::FxHashMap;

use self::mime::{Headers, Mail, Reader};
use self::quote::Author;
use super::{Certainty, Format, Input, Reading};
use crate::text::TextSpan;
use crate::turn::{Conversation, Turn};

/// One mail.
pub(super) const EMAIL: Format = Format {
    name: "email",
    about: "An e-mail as it was sent (.eml): MIME parts, quoted replies, signatures",
    recognize: recognize_email,
    read: |input| {
        let range = text_start(input)..input.source.bytes().len();
        read(input, [range], false)
    },
};

/// A mailbox.
pub(super) const MBOX: Format = Format {
    name: "mbox",
    about: "A mailbox of e-mails (.mbox), a conversation for each thread",
    recognize: recognize_mailbox,
    read: |input| {
        let mails = mails(input.source.bytes(), text_start(input));
        read(input, mails, true)
    },
};

/// Whether a format decodes the bytes of its source itself, because each part of a mail
/// has its own charset.
pub(super) fn decodes(format: &Format) -> bool {
    [EMAIL.name, MBOX.name].contains(&format.name)
}

/// Fields that programs write, and hardly a person.
const SURE: [&str; 12] = [
    "message-id",
    "received",
    "mime-version",
    "return-path",
    "delivered-to",
    "dkim-signature",
    "content-type",
    "content-transfer-encoding",
    "in-reply-to",
    "references",
    "x-gm-thrid",
    "x-mailer",
];

fn recognize_email(input: &Input<'_>) -> Certainty {
    // Only bytes that read as ASCII can be taken apart; UTF-16 was saved by an editor.
    let start = input.start();
    if !input.source.bytes()[text_start(input)..].starts_with(first_line(start).as_bytes()) {
        return Certainty::No;
    }
    let fields = fields(start.strip_prefix("From ").map_or(start, after_line));
    let has = |name: &str| fields.iter().any(|field| field == name);
    let sent = has("from") && (has("to") || has("date") || has("subject"));
    let named = input.extension() == "eml";
    if SURE.iter().any(|name| has(name)) && (sent || named) {
        Certainty::Sure
    } else if named && (sent || has("subject") || has("from")) {
        Certainty::Likely
    } else {
        Certainty::No
    }
}

fn recognize_mailbox(input: &Input<'_>) -> Certainty {
    let start = input.start();
    let Some(line) = start.strip_prefix("From ").map(first_line) else { return Certainty::No };
    // `From jane@acme.example Mon Nov  3 09:14:05 2025`
    let time = line.split_whitespace().any(|word| {
        word.len() >= 5 && word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit())
    });
    let fields = fields(after_line(start));
    let mail = ["from", "date", "subject", "message-id"];
    let header = fields.iter().any(|field| mail.contains(&field.as_str()));
    let eml = input.extension() == "eml";
    if time && header && !eml { Certainty::Sure } else { Certainty::No }
}

/// The names of the fields that a text begins with, in small letters; none if its first
/// lines are something else.
fn fields(text: &str) -> Vec<String> {
    let mut fields = Vec::new();
    for line in text.lines() {
        if line.trim().is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) && !fields.is_empty() {
            continue;
        }
        let name = line.split_once(':').map(|(name, _)| name);
        match name.filter(|name| is_field_name(name)) {
            Some(name) => fields.push(name.to_ascii_lowercase()),
            None if line.starts_with(">From ") => {}
            None => return Vec::new(),
        }
    }
    fields
}

fn is_field_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn after_line(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, rest)| rest)
}

/// Where the text begins, behind a byte order mark.
fn text_start(input: &Input<'_>) -> usize {
    input.text.to_source(TextSpan::new(0, 0)).start.min(input.source.bytes().len())
}

/// The mails of a mailbox: each follows a line that begins with `From ` and a date in it,
/// between an empty line and a header; some mailboxes have no empty line, some mails no header.
fn mails(bytes: &[u8], start: usize) -> Vec<Range<usize>> {
    let mut mails: Vec<Range<usize>> = Vec::new();
    for found in memmem::find_iter(&bytes[start..], b"From ") {
        let at = start + found;
        let (before, line) = (&bytes[start..at], &bytes[at..]);
        if !before.is_empty() && !before.ends_with(b"\n") {
            continue;
        }
        let len = memchr::memchr(b'\n', line).map_or(line.len(), |end| end + 1);
        let apart = before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n");
        let begins = is_from_line(&line[..len]) && (apart || begins_with_field(&line[len..]));
        if !before.is_empty() && !begins {
            continue;
        }
        if let Some(last) = mails.last_mut() {
            last.end = at.max(last.start);
        }
        mails.push(at + len..bytes.len());
    }
    if mails.is_empty() {
        mails.push(start..bytes.len());
    }
    mails
}

/// Whether a header begins here.
fn begins_with_field(bytes: &[u8]) -> bool {
    let name = bytes.iter().take(80).take_while(|byte| !byte.is_ascii_whitespace()).count();
    let name = std::str::from_utf8(&bytes[..name]).unwrap_or_default();
    name.split_once(':').is_some_and(|(name, _)| is_field_name(name))
}

/// Whether a line that begins with `From ` ends with a date: `From here on` is prose.
fn is_from_line(line: &[u8]) -> bool {
    line.split(u8::is_ascii_whitespace).any(|word| {
        word.len() >= 5 && word.contains(&b':') && word.first().is_some_and(u8::is_ascii_digit)
    })
}

fn read(
    input: &Input<'_>,
    mails: impl IntoIterator<Item = Range<usize>>,
    in_mailbox: bool,
) -> Reading {
    let mut reader = Reader::new(input, in_mailbox);
    let mut threads = Threads::default();
    for range in mails {
        let mail = reader.mail(range);
        if mail.text.is_some() || !mail.attached.is_empty() {
            let conversation = threads.of(&mail.headers);
            push_turns(mail, &mut conversation.turns);
        }
    }
    let mut problems = reader.problems;
    problems.sort_by_key(|problem| problem.position);
    Reading { conversations: threads.conversations, problems, ..Reading::default() }
}

/// Adds the turns of a mail, and below them those of the mails that are attached to it.
fn push_turns(mail: Mail, turns: &mut Vec<Turn>) {
    let author = Author { speaker: mail.headers.from, time: mail.headers.date };
    if let Some(text) = mail.text {
        turns.append(&mut quote::turns(&text, author));
    }
    for attached in mail.attached {
        push_turns(attached, turns);
    }
}

/// Puts mails into conversations by what they answer.
#[derive(Default)]
struct Threads {
    conversations: Vec<Conversation>,
    by_id: FxHashMap<String, usize>,
}

impl Threads {
    /// The conversation that a mail belongs to.
    fn of(&mut self, headers: &Headers) -> &mut Conversation {
        let thread = headers.thread.iter();
        let ids = || thread.clone().chain(&headers.references).chain(&headers.id);
        let known = ids().find_map(|id| self.by_id.get(id).copied());
        let at = known.unwrap_or_else(|| {
            self.conversations.push(Conversation {
                id: ids().next().cloned(),
                channel: Some("email".to_owned()),
                turns: Vec::new(),
            });
            self.conversations.len() - 1
        });
        for id in ids() {
            self.by_id.entry(id.clone()).or_insert(at);
        }
        &mut self.conversations[at]
    }
}
