//! The body of a Salesforce chat transcript: HTML in which each message stands behind the
//! time since the start, `( 1m 13s ) Jane D: ...<br>`, and the rest in centred paragraphs,
//! `<p align="center">Chat Started: ...</p>`.

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::label::speaker;
use super::lines::{cut, lines};
use super::stamp::stamp;
use super::{Certainty, Format, Input, Reading, html};
use crate::source::Problem;
use crate::text::{MappedText, TextSpan};
use crate::turn::{Conversation, Role, Turn};

/// The body of a Salesforce chat transcript.
pub(super) const SALESFORCE: Format = Format {
    name: "salesforce",
    about: "The body of a Salesforce chat transcript, in HTML",
    recognize: |input| recognize(input.start()),
    read,
};

/// The words that every transcript begins with.
const STARTED: &str = "Chat Started:";

fn recognize(start: &str) -> Certainty {
    let paragraph = start.trim_start().to_ascii_lowercase().starts_with("<p align=\"center\">");
    let begun = paragraph && start.contains(STARTED);
    let cut_out = message_head(start.trim_start()).is_some() && start.contains("<br>( ");
    if begun || cut_out { Certainty::Sure } else { Certainty::No }
}

fn read(input: &Input<'_>) -> Reading {
    let mut reader = Reader { input, reading: Reading::default(), agents: FxHashSet::default() };
    let text = input.text.as_str();
    let mut at = 0;
    while let Some(start) = find(text, at, "<p align=\"center\">") {
        reader.messages(&slice(&input.text, at, start));
        let end = find(text, start, "</p>").unwrap_or(text.len());
        reader.paragraph(&slice(&input.text, start, end));
        at = end;
    }
    reader.messages(&slice(&input.text, at, text.len()));
    reader.finish()
}

/// Where the markup stands next, in capital letters or small ones.
fn find(text: &str, from: usize, markup: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let is_markup = |&at: &usize| {
        bytes
            .get(at..at + markup.len())
            .is_some_and(|it| it.eq_ignore_ascii_case(markup.as_bytes()))
    };
    memchr::memchr_iter(b'<', &bytes[from..]).map(|i| from + i).find(is_markup)
}

/// The prose of a part of the file.
fn slice(text: &MappedText, start: usize, end: usize) -> MappedText {
    let mut builder = MappedText::builder();
    builder.push_slice(text, TextSpan::new(start, end));
    html::text(&builder.finish())
}

/// What a message begins with.
struct Head {
    time: Range<usize>,
    name: Option<Range<usize>>,
    words: usize,
}

/// The message that is being read.
struct Open {
    time: String,
    name: Option<String>,
    words: usize,
}

/// Where a message begins on this line.
fn begin(line: &str) -> Option<Head> {
    let (time, after) = message_head(line)?;
    let rest = &line[after..];
    let bare = rest.trim_start();
    let start = line.len() - bare.len();
    let name = bare.find(": ").or_else(|| bare.strip_suffix(':').map(str::len));
    let name = name.filter(|&len| {
        len <= LONGEST_NAME && !bare[..len].contains(['.', '!', '?']) || len <= SHORT
    });
    let words = name.map_or(start, |len| start + len + 1);
    Some(Head { time, name: name.map(|len| start..start + len), words })
}

/// The longest name in bytes, and the longest that may hold full stops: "Dr. J. Doe".
const LONGEST_NAME: usize = 80;
const SHORT: usize = 24;

/// Reads `( 1m 13s )` at the start of a line; the time, and where it all ends.
fn message_head(line: &str) -> Option<(Range<usize>, usize)> {
    let inner = line.strip_prefix("( ")?;
    let found = stamp(inner).filter(|found| found.time && !found.date)?;
    let after = inner[found.end..].trim_start().strip_prefix(')')?;
    let time = inner[..found.end].trim_end().len();
    Some((2..2 + time, line.len() - after.len()))
}

/// Whether the file was cut inside the time of a message: `( 1m`.
fn is_cut(line: &str) -> bool {
    line.strip_prefix('(').is_some_and(|rest| {
        rest.bytes().all(|byte| byte.is_ascii_digit() || b" hms".contains(&byte))
    })
}

struct Reader<'a, 's> {
    input: &'a Input<'s>,
    reading: Reading,
    /// The agents that the paragraphs name.
    agents: FxHashSet<String>,
}

impl Reader<'_, '_> {
    /// Takes what stands between two paragraphs.
    fn messages(&mut self, prose: &MappedText) {
        let mut open: Option<Open> = None;
        for line in lines(prose.as_str()) {
            if is_cut(line.text) {
                self.close(prose, open.take(), line.start);
                self.problem(prose, line.start, "cut inside the time of this message; left out");
                return;
            }
            let Some(head) = begin(line.text) else {
                let words = line.start;
                // Words before the first time: the body was cut at its start.
                if open.is_none() && !line.is_blank() {
                    open = Some(Open { time: String::new(), name: None, words });
                }
                continue;
            };
            self.close(prose, open.take(), line.start);
            open = Some(Open {
                time: line.text[head.time].to_owned(),
                name: head.name.map(|name| line.text[name].trim().to_owned()),
                words: line.start + head.words,
            });
        }
        self.close(prose, open, prose.as_str().len());
    }

    fn close(&mut self, prose: &MappedText, open: Option<Open>, end: usize) {
        let Some(open) = open else { return };
        let text = cut(prose, open.words.min(end), end);
        if text.as_str().is_empty() {
            return;
        }
        if open.name.is_none() {
            let message = "no name stands before this message; read as nobody known";
            self.problem(prose, open.words, message);
        }
        let time = (!open.time.is_empty()).then_some(open.time);
        self.turn(Turn { speaker: open.name, role: Role::Unknown, time, text });
    }

    fn turn(&mut self, turn: Turn) {
        let conversations = &mut self.reading.conversations;
        if conversations.is_empty() {
            conversations.push(chat());
        }
        if let Some(last) = conversations.last_mut() {
            last.turns.push(turn);
        }
    }

    fn problem(&mut self, prose: &MappedText, at: usize, message: &str) {
        let source = prose.to_source(TextSpan::new(at, at)).start;
        let position = Some(self.input.source.position(source));
        self.reading.problems.push(Problem { position, message: message.to_owned() });
    }

    /// Takes a paragraph between the messages: it may begin a chat or name agents.
    fn paragraph(&mut self, prose: &MappedText) {
        const AFTER_NAME: [&str; 8] = [
            " successfully",
            " joined",
            " left",
            " accepted",
            " transferred",
            " disconnected",
            " has ",
            " ended",
        ];
        let text = prose.as_str().trim().to_owned();
        if text.starts_with(STARTED) {
            self.settle_roles();
            self.reading.conversations.push(chat());
        }
        if let Some(agent) = text.strip_prefix("Agent ") {
            let end = AFTER_NAME.iter().filter_map(|word| agent.find(word)).min();
            self.agents.insert(agent[..end.unwrap_or(agent.len())].trim().to_lowercase());
        }
        if !text.is_empty() {
            let text = cut(prose, 0, prose.as_str().len());
            self.turn(Turn::new(Role::System, text));
        }
    }

    /// Gives the speakers of the last chat their roles, now that all its agents are known.
    ///
    /// A transcript tells who the agents are. Who else speaks is the visitor, if it is one
    /// person; the second agent of a chat that was handed over isn't always named.
    fn settle_roles(&mut self) {
        let agents = std::mem::take(&mut self.agents);
        let Some(chat) = self.reading.conversations.last_mut() else { return };
        let mut others: Vec<String> = Vec::new();
        for turn in &mut chat.turns {
            let Some(name) = turn.speaker.as_deref() else { continue };
            let told = speaker(name);
            let is_agent = agents.contains(&name.to_lowercase());
            turn.role = match told.role {
                Role::Bot => Role::Bot,
                _ if is_agent => Role::Agent,
                other => other,
            };
            let other = turn.role == Role::Unknown && others.len() < 2;
            if other && !others.iter().any(|other| other == name) {
                others.push(name.to_owned());
            }
        }
        let visitor = chat.turns.iter().any(|turn| turn.role == Role::Customer);
        if let ([one], false, false) = (others.as_slice(), visitor, agents.is_empty()) {
            let theirs = chat.turns.iter_mut().filter(|turn| turn.speaker.as_ref() == Some(one));
            theirs.for_each(|turn| turn.role = Role::Customer);
        }
    }

    fn finish(mut self) -> Reading {
        self.settle_roles();
        self.reading
    }
}

fn chat() -> Conversation {
    Conversation { channel: Some("chat".to_owned()), ..Conversation::default() }
}
