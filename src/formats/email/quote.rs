//! Who wrote which lines of a mail: its author, and those whom it quotes or forwards.
//!
//! Quoted text belongs to its author. It becomes a turn of its own, spoken by whom the
//! attribution (`On Monday, Jane <jane@acme.example> wrote:`) or the copied header names,
//! or by nobody known. Signatures and the advertisements of phones are dropped.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::text::{MappedText, TextSpan};
use crate::turn::{Role, Turn};

/// How deep quotations in quotations are taken apart; what is deeper is dropped.
const DEEPEST: usize = 10;

/// How many lines an attribution or a copied header may take.
const LONGEST_ATTRIBUTION: usize = 3;
const LONGEST_HEADER: usize = 16;

/// How many lines a signature may have; below `--` there may as well be more of the mail.
const LONGEST_SIGNATURE: usize = 20;

/// Who wrote something, and when, as far as it is told.
#[derive(Clone, Debug, Default)]
pub(super) struct Author {
    /// `Name <address>`.
    pub(super) speaker: Option<String>,
    /// As it is written.
    pub(super) time: Option<String>,
}

/// Takes the text of a mail apart.
pub(super) fn turns(text: &MappedText, author: Author) -> Vec<Turn> {
    let mut turns = Vec::new();
    split(text, author, 0, &mut turns);
    turns
}

/// `Name <address>`, or what there is of it.
pub(super) fn speaker(name: &str, address: &str) -> Option<String> {
    let marks = |c: char| c.is_whitespace() || "\"'*_<>[](),;:".contains(c);
    let (name, address) = (name.trim_matches(marks), address.trim_matches(marks));
    let address = address.strip_prefix("mailto:").unwrap_or(address);
    match (name.is_empty() || name == address, address.is_empty()) {
        (true, true) => None,
        (true, false) => Some(address.to_owned()),
        (false, true) => Some(name.to_owned()),
        (false, false) => Some(format!("{name} <{address}>")),
    }
}

/// What begins at a line of a mail.
enum Mark {
    /// Lines that begin with `>`.
    Quotation,
    /// An attribution or a header that takes `lines`; all that follows is `author`'s.
    Author { author: Author, lines: usize },
}

fn split(text: &MappedText, mut author: Author, depth: usize, turns: &mut Vec<Turn>) {
    let lines = Lines::new(text.as_str());
    let (mut start, mut at) = (0, 0);
    let (mut separated, mut attributed) = (false, false);
    while at < lines.len() {
        match lines.mark(at, separated) {
            None => {
                separated &= lines.is_blank(at);
                at += 1;
            }
            Some(Mark::Author { author: next, lines: taken }) => {
                let said = push(text, &lines, start..at, &author, turns);
                separated = next.speaker.is_none();
                // A line such as "Forwarded message" right below an attribution says no more.
                if said || !separated || !attributed {
                    author = next;
                }
                attributed = !separated;
                at += taken;
                start = at;
            }
            Some(Mark::Quotation) => {
                let (attribution, quoted) = lines.attribution_above(start..at);
                push(text, &lines, start..attribution, &author, turns);
                let end = lines.quotation_end(at);
                if depth < DEEPEST {
                    split(&unquoted(text, &lines, at..end), quoted, depth + 1, turns);
                }
                (start, at) = (end, end);
            }
        }
    }
    push(text, &lines, start..at, &author, turns);
}

/// Adds the lines that an author wrote, if they say anything; tells whether they do.
fn push(
    text: &MappedText,
    lines: &Lines<'_>,
    range: Range<usize>,
    author: &Author,
    turns: &mut Vec<Turn>,
) -> bool {
    let range = lines.without_edges(lines.without_signature(range));
    let says = |line: usize| lines.line(line).contains(char::is_alphanumeric);
    if !range.clone().any(says) {
        return false;
    }
    let (start, end) = (lines.start(range.start), lines.start(range.end));
    let end = start + text.as_str()[start..end].trim_end().len();
    let mut out = MappedText::builder();
    out.push_slice(text, TextSpan::new(start, end));
    turns.push(Turn {
        speaker: author.speaker.clone(),
        role: Role::Unknown,
        time: author.time.clone(),
        text: out.finish(),
    });
    true
}

/// Quoted lines without the first `>` of each.
fn unquoted(text: &MappedText, lines: &Lines<'_>, range: Range<usize>) -> MappedText {
    let mut out = MappedText::builder();
    for line in range {
        let (start, end) = (lines.start(line), lines.start(line + 1));
        let written = &text.as_str()[start..end];
        let inner = written.strip_prefix('>').unwrap_or(written);
        let inner = inner.strip_prefix(' ').unwrap_or(inner);
        out.push_slice(text, TextSpan::new(end - inner.len(), end));
    }
    out.finish()
}

/// The lines of a text.
struct Lines<'t> {
    text: &'t str,
    /// Where each line starts, and the end of the text.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        if starts.last() != Some(&text.len()) {
            starts.push(text.len());
        }
        Self { text, starts }
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// A line without the white space around it.
    fn line(&self, line: usize) -> &'t str {
        self.text[self.start(line)..self.start(line + 1)].trim()
    }

    fn is_blank(&self, line: usize) -> bool {
        self.line(line).is_empty()
    }

    /// Whether a line begins with `>`, and not with a sulky face.
    fn is_quoted(&self, line: usize) -> bool {
        let rest = self.text[self.start(line)..self.start(line + 1)].strip_prefix('>');
        rest.is_some_and(|rest| !rest.starts_with([':', ';', '=', '.', '_', '-']))
    }

    /// What begins at a line; `separated` if a line such as `Forwarded message` came before.
    fn mark(&self, at: usize, separated: bool) -> Option<Mark> {
        if self.is_quoted(at) {
            return Some(Mark::Quotation);
        }
        if self.is_blank(at) {
            return None;
        }
        if let Some((author, lines)) = self.copied_header(at, separated) {
            return Some(Mark::Author { author, lines });
        }
        if is_separator(self.line(at)) {
            return Some(Mark::Author { author: Author::default(), lines: 1 });
        }
        // An attribution above quoted lines ends with them; one above plain lines does not.
        let (author, lines) = self.attribution(at)?;
        let below = (at + lines..self.len()).find(|&line| !self.is_blank(line))?;
        (!self.is_quoted(below)).then_some(Mark::Author { author, lines })
    }

    /// Where a quotation ends: at the next line of text that is not quoted.
    fn quotation_end(&self, start: usize) -> usize {
        let mut end = start;
        for line in start..self.len() {
            if self.is_quoted(line) {
                end = line + 1;
            } else if !self.is_blank(line) {
                break;
            }
        }
        end
    }

    /// The attribution that stands right above a quotation: where it begins, and what it says.
    fn attribution_above(&self, range: Range<usize>) -> (usize, Author) {
        let Some(last) = range.clone().rev().find(|&line| !self.is_blank(line)) else {
            return (range.end, Author::default());
        };
        let first = last.saturating_sub(LONGEST_ATTRIBUTION - 1).max(range.start);
        for start in first..=last {
            if let Some((author, lines)) = self.attribution(start)
                && start + lines == last + 1
            {
                return (start, author);
            }
        }
        match loose_attribution(self.line(last)) {
            Some(author) => (last, author),
            None => (range.end, Author::default()),
        }
    }

    /// The attribution that begins at a line, and how many lines it takes.
    fn attribution(&self, at: usize) -> Option<(Author, usize)> {
        if !ATTRIBUTION_START.is_match(self.line(at)) {
            return None;
        }
        let mut joined = String::new();
        for lines in 1..=LONGEST_ATTRIBUTION.min(self.len() - at) {
            let line = self.line(at + lines - 1);
            if line.is_empty() || joined.len() + line.len() > 400 {
                return None;
            }
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(line);
            if line.ends_with(':') {
                return attribution(&joined).map(|author| (author, lines));
            }
        }
        None
    }

    /// The header of a mail that was copied above it, and how many lines it takes.
    ///
    /// Outlook writes one above each mail that it answers. Two more fields make sure of it,
    /// or a line before it that tells of a mail to come.
    fn copied_header(&self, at: usize, separated: bool) -> Option<(Author, usize)> {
        let (first, _) = field(self.line(at))?;
        if first != Field::From && !separated {
            return None;
        }
        let mut author = Author::default();
        let (mut fields, mut from, mut end) = (0, false, at);
        for line in at..self.len().min(at + LONGEST_HEADER) {
            match field(self.line(line)) {
                Some((name, value)) => {
                    fields += 1;
                    match name {
                        Field::From => {
                            from = true;
                            author.speaker = named(value);
                        }
                        Field::Date => author.time = Some(value.to_owned()),
                        Field::Other => {}
                    }
                    end = line + 1;
                }
                // HTML puts an empty line between fields that are blocks of their own.
                None if self.is_blank(line) && line == end => {}
                None if line == end && self.continues(line) => end = line + 1,
                None => break,
            }
        }
        let enough = if separated { 2 } else { 3 };
        (from && fields >= enough).then_some((author, end - at))
    }

    /// Whether a line goes on with a list of recipients.
    fn continues(&self, line: usize) -> bool {
        let indented = self.text[self.start(line)..].starts_with([' ', '\t']);
        line > 0 && (indented || self.line(line - 1).ends_with([';', ',']))
    }

    /// Lines without the signature below them.
    fn without_signature(&self, range: Range<usize>) -> Range<usize> {
        let signature =
            range.clone().rev().take(4 * LONGEST_SIGNATURE).find(|&line| self.line(line) == "--");
        let Some(at) = signature else { return range };
        let lines = (at + 1..range.end).filter(|&line| !self.is_blank(line)).count();
        if lines <= LONGEST_SIGNATURE { range.start..at } else { range }
    }

    /// Lines without empty ones, rules and footers at the edges.
    fn without_edges(&self, mut range: Range<usize>) -> Range<usize> {
        while !range.is_empty() && self.is_blank(range.start) {
            range.start += 1;
        }
        while !range.is_empty() && is_footer(self.line(range.end - 1)) {
            range.end -= 1;
        }
        range
    }
}

/// A field of a copied header.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    From,
    Date,
    Other,
}

/// Reads a line as a field of a copied header: `*From:* Jane <jane@acme.example>`.
fn field(line: &str) -> Option<(Field, &str)> {
    const FROM: [&str; 7] = ["from", "von", "de", "da", "van", "fra", "från"];
    const DATE: [&str; 10] = [
        "sent",
        "date",
        "gesendet",
        "datum",
        "envoyé",
        "enviado",
        "fecha",
        "inviato",
        "data",
        "verzonden",
    ];
    const OTHER: [&str; 18] = [
        "to",
        "cc",
        "bcc",
        "subject",
        "reply-to",
        "importance",
        "an",
        "betreff",
        "à",
        "objet",
        "para",
        "asunto",
        "a",
        "oggetto",
        "aan",
        "onderwerp",
        "attachments",
        "assunto",
    ];
    let marks = |c: char| c == '*' || c == '_' || c.is_whitespace();
    let (name, value) = line.trim_start_matches(marks).split_once(':')?;
    if name.len() > 16 {
        return None;
    }
    let name = name.trim_matches(marks).to_lowercase();
    let is = |names: &[&str]| names.contains(&name.as_str());
    let kind = if is(&FROM) {
        Field::From
    } else if is(&DATE) {
        Field::Date
    } else if is(&OTHER) {
        Field::Other
    } else {
        return None;
    };
    Some((kind, value.trim_matches(marks)))
}

/// Whether a line says that another mail follows.
fn is_separator(line: &str) -> bool {
    const TITLES: [&str; 11] = [
        "original message",
        "original appointment",
        "forwarded message",
        "forwarded mail",
        "ursprüngliche nachricht",
        "weitergeleitete nachricht",
        "message d'origine",
        "message transféré",
        "mensaje original",
        "mensaje reenviado",
        "messaggio originale",
    ];
    if line.len() > 100 {
        return false;
    }
    let lower = line.to_lowercase();
    let title = lower.trim_matches(|c: char| !c.is_alphanumeric());
    if line.starts_with("--") || line.starts_with("==") || line.starts_with("__") {
        return TITLES.contains(&title) || title.starts_with("forwarded by ");
    }
    lower == "begin forwarded message:"
        || (lower.starts_with("##") && lower.contains("above this line"))
        || (lower.contains("reply above this line") && !line.starts_with(char::is_alphanumeric))
}

/// Whether a last line is none of the author's words.
fn is_footer(line: &str) -> bool {
    const FOOTERS: [&str; 12] = [
        "sent from my ",
        "sent from mail for",
        "sent from yahoo",
        "sent from outlook",
        "sent from samsung",
        "sent from proton",
        "sent with proton",
        "sent via ",
        "get outlook for ",
        "von meinem iphone gesendet",
        "envoyé de mon iphone",
        "enviado desde mi iphone",
    ];
    let rule = !line.contains(char::is_alphanumeric) && line.chars().all(|c| "-_=*–— ".contains(c));
    let lower = line.trim_matches(['<', '[', '*', ' ']).to_lowercase();
    rule || (line.len() < 120 && FOOTERS.iter().any(|footer| lower.starts_with(footer)))
}

/// The words with which an attribution begins, followed by a date.
static ATTRIBUTION_START: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?i)^[*_\s]*(?:on|le|am|el|il|op|den|em)\b.{0,80}?(?:\d|mon|tue|wed|thu|fri|sat|sun)")
});

/// The verb of an attribution, behind which German says who.
static WROTE: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?i)\b(?:wrote|writes|schrieb|a écrit|escribió|ha scritto|schreef|skrev|escreveu)\b")
});

/// A time of day.
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\b\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:\s*[ap]\.?m\b\.?)?(?:\s*uhr)?(?:\s*\(?(?:utc|gmt|[a-z]{2,4}t)?\s*(?:[+-]\d{2}:?\d{2})?\b\)?)?",
    )
});

/// A year.
static YEAR: LazyLock<Regex> = LazyLock::new(|| regex(r"\b(?:19|20)\d{2}\b"));

/// An address.
static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| regex(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"));

/// A regular expression that is part of this program; one that is wrong matches nothing.
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|_| unreachable!("the patterns of this file are tested"))
}

/// Reads a whole attribution: `On Mon, Nov 3, 2025 at 9:14 AM Jane <jane@acme.example> wrote:`.
///
/// It needs a date or an address, so that `On that the technician wrote:` is prose.
fn attribution(line: &str) -> Option<Author> {
    let line = line.trim_end_matches(|c: char| c == ':' || c == '*' || c.is_whitespace());
    let wrote = WROTE.find_iter(line).last()?;
    let has_date = TIME.is_match(line) || YEAR.is_match(line);
    if !has_date && !ADDRESS.is_match(line) {
        return None;
    }
    let before = &line[..wrote.start()];
    let head = before.find(char::is_whitespace).unwrap_or(0);
    let before = before[head..].trim();
    let after = line[wrote.end()..].trim();
    let (time, name) = if after.is_empty() { time_and_name(before) } else { (before, after) };
    let time = time.trim_matches(|c: char| c == ',' || c.is_whitespace());
    Some(Author {
        speaker: named(name),
        time: (!time.is_empty() && has_date).then(|| time.to_owned()),
    })
}

/// Parts `Mon, Nov 3, 2025 at 9:14 AM Jane Doe <jane@acme.example>` behind the date.
fn time_and_name(text: &str) -> (&str, &str) {
    let who = text.find('<').or_else(|| ADDRESS.find(text).map(|it| it.start()));
    let before = &text[..who.unwrap_or(text.len())];
    let last = |pattern: &Regex| pattern.find_iter(before).last().map(|it| it.end());
    let end = last(&TIME).or_else(|| last(&YEAR)).or_else(|| before.rfind(", ")).unwrap_or(0);
    text.split_at(end)
}

/// A line right above a quotation that is a looser attribution: `Jane Doe wrote:`,
/// `Quoting Jane <jane@acme.example>:`.
fn loose_attribution(line: &str) -> Option<Author> {
    let text = line.strip_suffix(':')?.trim_end();
    if line.len() > 200 {
        return None;
    }
    if let Some(wrote) = WROTE.find_iter(text).last() {
        let (_, name) = time_and_name(text[..wrote.start()].trim());
        return Some(Author { speaker: named(name), time: None });
    }
    let quoting = text.strip_prefix("Quoting ");
    if quoting.is_none() && !ADDRESS.is_match(text) {
        return None;
    }
    let (time, name) = time_and_name(quoting.unwrap_or(text));
    let time = time.trim_matches(|c: char| c == ',' || c.is_whitespace());
    Some(Author { speaker: named(name), time: (!time.is_empty()).then(|| time.to_owned()) })
}

/// The speaker that a text names, with or without an address.
fn named(text: &str) -> Option<String> {
    let Some(address) = ADDRESS.find(text) else { return speaker(text, "") };
    let name = &text[..address.start()];
    let name = name.trim_end_matches("mailto:").trim_end_matches(['[', '<', '(', ' ']);
    speaker(name, address.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<(String, String, String)> {
        let author = Author { speaker: Some("me".to_owned()), time: None };
        turns(&MappedText::verbatim(text.to_owned(), 0), author)
            .into_iter()
            .map(|turn| {
                let or_none = |value: Option<String>| value.unwrap_or_default();
                (or_none(turn.speaker), or_none(turn.time), turn.text.as_str().to_owned())
            })
            .collect()
    }

    fn turn(speaker: &str, time: &str, text: &str) -> (String, String, String) {
        (speaker.to_owned(), time.to_owned(), text.to_owned())
    }

    #[test]
    fn attributions_name_authors() {
        for (line, speaker, time) in [
            (
                "On Mon, Nov 3, 2025 at 9:14 AM Jane Doe <jane@acme.example> wrote:",
                "Jane Doe <jane@acme.example>",
                "Mon, Nov 3, 2025 at 9:14 AM",
            ),
            (
                "On 3 Nov 2025, at 09:14, Jane Doe <jane@acme.example> wrote:",
                "Jane Doe <jane@acme.example>",
                "3 Nov 2025, at 09:14",
            ),
            ("On 03/11/2025 09:14, Jane Doe wrote:", "Jane Doe", "03/11/2025 09:14"),
            (
                "Am 03.11.2025 um 09:14 schrieb Jane Doe <jane@acme.example>:",
                "Jane Doe <jane@acme.example>",
                "03.11.2025 um 09:14",
            ),
            (
                "Le lun. 3 nov. 2025 à 09:14, Jane <jane@acme.example> a écrit :",
                "Jane <jane@acme.example>",
                "lun. 3 nov. 2025 à 09:14",
            ),
            (
                "On Mon, 3 Nov 2025 09:14:05 +0100 jane@acme.example wrote:",
                "jane@acme.example",
                "Mon, 3 Nov 2025 09:14:05 +0100",
            ),
        ] {
            let author = attribution(line).unwrap();
            assert_eq!(author.speaker.as_deref(), Some(speaker), "{line}");
            assert_eq!(author.time.as_deref(), Some(time), "{line}");
            assert!(ATTRIBUTION_START.is_match(line), "{line}");
        }
        assert!(attribution("On that day the technician wrote:").is_none());
    }

    #[test]
    fn quotations_belong_to_their_authors() {
        let text = "Hello,\n\nfixed.\n\n-- \nMe\n\nOn Mon, Nov 3, 2025 at 9:14 AM Jane Doe\n\
            <jane@acme.example> wrote:\n> It broke.\n>\n> > When?\n> Now.\n\nThanks.\n";
        assert_eq!(
            split(text),
            [
                turn("me", "", "Hello,\n\nfixed."),
                turn("Jane Doe <jane@acme.example>", "Mon, Nov 3, 2025 at 9:14 AM", "It broke."),
                turn("", "", "When?"),
                turn("Jane Doe <jane@acme.example>", "Mon, Nov 3, 2025 at 9:14 AM", "Now."),
                turn("me", "", "Thanks."),
            ]
        );
    }

    #[test]
    fn copied_headers_begin_the_mail_of_another() {
        let text = "Done.\n\nSent from my iPhone\n________________________________\n\
            From: Jane Doe <jane@acme.example>\nSent: Monday, November 3, 2025 9:14 AM\n\
            To: Me <me@acme.example>;\n Sam\nSubject: Boiler\n\nIt broke.\n\n\
            -----Original Message-----\nFrom: Sam\nTo: Jane\n\nOld.";
        assert_eq!(
            split(text),
            [
                turn("me", "", "Done."),
                turn(
                    "Jane Doe <jane@acme.example>",
                    "Monday, November 3, 2025 9:14 AM",
                    "It broke."
                ),
                turn("Sam", "", "Old."),
            ]
        );
    }

    #[test]
    fn a_separator_below_an_attribution_leaves_its_author() {
        let text = "Thanks.\nOn Mon, 3 Nov 2025 at 10:11, Help <help@acme.example> wrote:\n\
            ##- Please type your reply above this line -##\nHi.";
        assert_eq!(
            split(text),
            [
                turn("me", "", "Thanks."),
                turn("Help <help@acme.example>", "Mon, 3 Nov 2025 at 10:11", "Hi."),
            ]
        );
        let text = "Hi.\n\nBegin forwarded message:\n\nOld.";
        assert_eq!(split(text), [turn("me", "", "Hi."), turn("", "", "Old.")]);
    }

    #[test]
    fn prose_is_no_header_and_no_attribution() {
        let text = "From: Monday\nTo: Friday\n\nOn Monday 3 the technician wrote: nothing.\n>:(";
        assert_eq!(split(text), [turn("me", "", text)]);
    }
}
