//! WhatsApp's "Export chat": Android's `12/03/2024, 10:02 - Jane: ...` and iOS's
//! `[12/03/2024, 10:02:15] Jane: ...`, in the order and with the marks of the phone's
//! language.
//!
//! What is in the file but was said by nobody belongs to the system: notices, and the
//! placeholders of what was left out of the export.

use std::ops::Range;

use super::label::speaker;
use super::lines::{cut, is_blank, is_direction_mark, lines};
use super::stamp::stamp;
use super::{Certainty, Format, Input, Reading};
use crate::turn::{Conversation, Role, Turn};

/// A chat that was exported from WhatsApp.
pub(super) const WHATSAPP: Format = Format {
    name: "whatsapp",
    about: "A chat exported from WhatsApp, on Android or iOS",
    recognize,
    read,
};

/// What a line that begins a message begins with.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    time: Range<usize>,
    /// Nobody's name stands before a notice.
    name: Option<Range<usize>>,
    /// Where the words begin.
    words: usize,
}

/// Reads the head of a message off a line.
fn head(line: &str) -> Option<Head> {
    let bare = line.trim_start_matches(is_blank);
    let open = line.len() - bare.len();
    let bracket = bare.starts_with('[');
    let start = open + usize::from(bracket);
    let found = stamp(&line[start..]).filter(|found| found.date && found.time)?;
    let end = start + found.end;
    // WhatsApp prints neither ISO times nor zones.
    if line[start..end].contains(['T', 'Z', '+']) {
        return None;
    }
    let closing: &[&str] = if bracket { &["] "] } else { &[" - ", " \u{2013} ", ": "] };
    let closing = closing.iter().find(|closing| line[end..].starts_with(**closing))?;
    let after = end + closing.len();
    let name = name(&line[after..]).map(|name| after..after + name);
    let words = name.as_ref().map_or(after, |name| name.end + 1);
    Some(Head { time: start..end, name, words })
}

/// The length of the name that a colon ends.
fn name(rest: &str) -> Option<usize> {
    const LONGEST: usize = 120;
    let end = rest
        .match_indices(':')
        .map(|(i, _)| i)
        .take_while(|&i| i <= LONGEST)
        .find(|&i| rest[i + 1..].chars().next().is_none_or(char::is_whitespace))?;
    let name = &rest[..end];
    // "Jane changed the subject from "A: B" to "C"" names nobody.
    let quotes = name.matches(['"', '\u{201C}', '\u{201D}']).count();
    (!name.trim().is_empty() && quotes.is_multiple_of(2)).then_some(end)
}

fn recognize(input: &Input<'_>) -> Certainty {
    let text = ["", "txt", "text", "log"].contains(&input.extension().as_str());
    let mut heads = lines(input.start()).filter(|line| !line.is_blank());
    let Some(first) = heads.next().filter(|_| text) else { return Certainty::No };
    let Some(begun) = head(first.text) else { return Certainty::No };
    let notice = is_notice(first.text[begun.words..].trim_matches(is_blank));
    let named = heads.filter(|line| head(line.text).is_some_and(|head| head.name.is_some()));
    match usize::from(begun.name.is_some()) + named.count() {
        0 if !notice => Certainty::No,
        0 | 1 => Certainty::Likely,
        _ => Certainty::Sure,
    }
}

/// A message and where its words begin.
struct Message {
    name: Option<String>,
    time: String,
    words: usize,
}

fn read(input: &Input<'_>) -> Reading {
    let text = input.text.as_str();
    let mut turns = Vec::new();
    let mut problems = Vec::new();
    let mut open: Option<Message> = None;
    for line in lines(text) {
        let Some(head) = head(line.text) else {
            if open.is_none() && turns.is_empty() && problems.is_empty() && !line.is_blank() {
                let message = "before the first message; left out up to there";
                problems.push(input.problem(line.start, message));
            }
            continue;
        };
        if let Some(message) = open.take() {
            turns.extend(turn(input, message, line.start));
        }
        open = Some(Message {
            name: head.name.map(|name| display_name(&line.text[name])),
            time: line.text[head.time].to_owned(),
            words: line.start + head.words,
        });
    }
    if let Some(message) = open {
        turns.extend(turn(input, message, text.len()));
    }
    let conversation =
        Conversation { channel: Some("whatsapp".to_owned()), turns, ..Conversation::default() };
    Reading { conversations: vec![conversation], problems, ..Reading::default() }
}

/// A name without its marks; a tilde says that it is not in the phone's address book.
fn display_name(name: &str) -> String {
    let visible: String = name.chars().filter(|&c| !is_direction_mark(c)).collect();
    visible.trim_matches(|c: char| is_blank(c) || c == '~').to_owned()
}

/// The turn of a message that ends at `end`; none for an empty one.
fn turn(input: &Input<'_>, message: Message, end: usize) -> Option<Turn> {
    let text = input.text.as_str();
    let raw = &text[message.words.min(end)..end];
    let said = said(raw);
    let notice = message.name.is_none() || said.is_none();
    let said = said.filter(|_| !notice).unwrap_or(0..raw.len());
    let text = cut(&input.text, message.words + said.start, message.words + said.end);
    let role = match &message.name {
        Some(name) if !notice => speaker(name).role,
        _ => Role::System,
    };
    let empty = text.as_str().is_empty();
    (!empty).then_some(Turn { speaker: message.name, role, time: Some(message.time), text })
}

/// What of a message was said by its sender: not the marks of edits and of files.
fn said(raw: &str) -> Option<Range<usize>> {
    let end = without_edit_mark(raw);
    let mut start = end - raw[..end].trim_start_matches(is_blank).len();
    let generated = raw[..start].contains('\u{200E}');
    let line = start + raw[start..end].find(['\n', '\r']).unwrap_or(end - start);
    if let Some(caption) = after_file(&raw[start..line]) {
        start += caption;
        start = end - raw[start..end].trim_start_matches(is_blank).len();
    } else if is_notice(&raw[start..line]) || generated {
        return None;
    }
    let end = start + without_attachment(&raw[start..end]);
    (start < end).then_some(start..end)
}

/// Where a message ends before the mark that it was edited.
fn without_edit_mark(raw: &str) -> usize {
    const EDITED: [&str; 2] = ["<This message was edited>", "<This message was edited.>"];
    let bare = raw.trim_end_matches(is_blank);
    let unmarked = EDITED.iter().find_map(|mark| bare.strip_suffix(mark));
    unmarked.unwrap_or(bare).trim_end_matches(is_blank).len()
}

/// Where a caption ends before the file that iOS puts behind it.
fn without_attachment(caption: &str) -> usize {
    let open = caption.rfind('<').filter(|&open| is_attachment(&caption[open..]));
    open.map_or(caption.len(), |open| caption[..open].trim_end_matches(is_blank).len())
}

/// Where the caption begins behind a line such as `IMG-20240312-WA0001.jpg (file attached)`.
fn after_file(line: &str) -> Option<usize> {
    const MARK: &str = " (file attached)";
    line.ends_with(MARK).then_some(line.len())
}

/// `<attached: 00000012-PHOTO.jpg>`, in whatever language: a word, a colon, a file's name.
fn is_attachment(tag: &str) -> bool {
    let inner = tag.strip_prefix('<').and_then(|inner| inner.strip_suffix('>'));
    let Some((word, file)) = inner.and_then(|inner| inner.split_once(':')) else { return false };
    word.trim().chars().all(char::is_alphabetic) && file.contains('.') && !file.contains('/')
}

/// Whether a line stands for something that was not typed.
fn is_notice(line: &str) -> bool {
    const WHOLE: [&str; 17] = [
        "<Media omitted>",
        "image omitted",
        "video omitted",
        "video note omitted",
        "audio omitted",
        "sticker omitted",
        "GIF omitted",
        "document omitted",
        "Contact card omitted",
        "This message was deleted",
        "This message was deleted.",
        "You deleted this message",
        "You deleted this message.",
        "Missed voice call",
        "Missed video call",
        "Waiting for this message. This may take a while.",
        "null",
    ];
    const STARTS: [&str; 3] = [
        "Messages and calls are end-to-end encrypted.",
        "Messages to this chat and calls are now secured with end-to-end encryption.",
        "Your security code with ",
    ];
    WHOLE.contains(&line)
        || STARTS.iter().any(|start| line.starts_with(start))
        || is_attachment(line)
        || line.ends_with(" document omitted")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Time, name and words of a line.
    fn parts(line: &str) -> Option<(&str, &str, &str)> {
        let head = head(line)?;
        Some((
            &line[head.time],
            head.name.map_or("", |name| &line[name]),
            line[head.words..].trim(),
        ))
    }

    #[test]
    fn heads_of_all_phones() {
        let cases = [
            ("3/6/18, 1:55 p.m. - a: m", ("3/6/18, 1:55 p.m.", "a", "m")),
            ("13.06.18 21.25.15: a: m", ("13.06.18 21.25.15", "a", "m")),
            ("[06.13.18 21:25:15] a: m", ("06.13.18 21:25:15", "a", "m")),
            ("13.6.2018 klo 21.25.15 - a: m", ("13.6.2018 klo 21.25.15", "a", "m")),
            ("\u{200E}[3/6/18 1:55:00 p. m.] a: m", ("3/6/18 1:55:00 p. m.", "a", "m")),
            ("[2018/06/13, 21:25:15] a: m", ("2018/06/13, 21:25:15", "a", "m")),
            (
                "[11/01/22, 4:19:15\u{202F}PM] +44 7700 900123: m: n",
                ("11/01/22, 4:19:15\u{202F}PM", "+44 7700 900123", "m: n"),
            ),
            (
                "06/03/2017, 00:45 - You created group \"Test\"",
                ("06/03/2017, 00:45", "", "You created group \"Test\""),
            ),
            ("03/02/17, 18:42 - Luke: ", ("03/02/17, 18:42", "Luke", "")),
        ];
        for (line, found) in cases {
            assert_eq!(parts(line), Some(found), "{line}");
        }
        assert_eq!(parts("2016-04-29 10:30:00"), None);
        assert_eq!(parts("two: three"), None);
    }

    #[test]
    fn what_was_said_and_what_was_not() {
        let said = |raw: &str| said(raw).map(|range| raw[range].to_owned());
        assert_eq!(said(" Hello\nyou\n").as_deref(), Some("Hello\nyou"));
        assert_eq!(said(" <Media omitted>\n"), None);
        assert_eq!(said(" \u{200E}image omitted"), None);
        assert_eq!(said(" \u{200E}Boris added you"), None);
        assert_eq!(said(" Look \u{200E}<attached: 12-PHOTO.jpg>").as_deref(), Some("Look"));
        assert_eq!(said(" \u{200E}<attached: 12-PHOTO.jpg>"), None);
        assert_eq!(said(" IMG-1.jpg (file attached)\nLook\n").as_deref(), Some("Look"));
        assert_eq!(said(" Ok <This message was edited>").as_deref(), Some("Ok"));
    }
}
