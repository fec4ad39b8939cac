//! The body of a Salesforce chat transcript: HTML in which each message stands behind the
//! time since the start, `( 1m 13s ) Jane D: ...<br>`, and the rest in centred paragraphs,
//! `<p align="center">Chat Started: ...</p>`.

use std::ops::Range;

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
    let prose = html::text(&input.text);
    let mut reader = Reader { input, prose: &prose, reading: Reading::default(), agents: vec![] };
    let mut open: Option<Open> = None;
    for line in lines(prose.as_str()) {
        let begun = begin(line.text);
        if begun.is_none() && (open.is_some() || line.is_blank()) {
            // A line of the message above. A paragraph is centred: what follows is none of it.
            if line.is_blank() && open.as_ref().is_some_and(|open| open.time.is_none()) {
                reader.close(open.take(), line.start);
            }
            continue;
        }
        reader.close(open.take(), line.start);
        let at = |range: Range<usize>| line.start + range.start..line.start + range.end;
        open = Some(match begun {
            Some(head) => Open {
                time: Some(line.text[head.time].to_owned()),
                name: head.name.map(at),
                words: line.start + head.words,
            },
            None => Open { time: None, name: None, words: line.start },
        });
    }
    reader.close(open, prose.as_str().len());
    reader.finish()
}

/// What a message begins with.
struct Head {
    time: Range<usize>,
    name: Option<Range<usize>>,
    words: usize,
}

/// The message that is being read, or a paragraph without a time.
struct Open {
    time: Option<String>,
    name: Option<Range<usize>>,
    words: usize,
}

/// Where a message begins on this line.
fn begin(line: &str) -> Option<Head> {
    let (time, after) = message_head(line)?;
    let rest = &line[after..];
    let bare = rest.trim_start();
    let start = line.len() - bare.len();
    let name = bare.find(": ").or_else(|| bare.strip_suffix(':').map(str::len));
    let name = name.filter(|&len| len <= LONGEST_NAME && !bare[..len].contains(['.', '!', '?']) || len <= SHORT);
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

struct Reader<'a, 's> {
    input: &'a Input<'s>,
    prose: &'a MappedText,
    reading: Reading,
    /// The agents that the paragraphs name.
    agents: Vec<String>,
}

impl Reader<'_, '_> {
    fn close(&mut self, open: Option<Open>, end: usize) {
        let Some(open) = open else { return };
        let text = cut(self.prose, open.words.min(end), end);
        let name = open.name.map(|name| self.prose.as_str()[name].trim().to_owned());
        if open.time.is_some() && name.is_none() {
            self.problem(open.words, text.as_str().is_empty());
        }
        if open.time.is_none() {
            self.paragraph(text.as_str());
        }
        if text.as_str().is_empty() {
            return;
        }
        let role = if open.time.is_none() { Role::System } else { Role::Unknown };
        let turn = Turn { speaker: name, role, time: open.time, text };
        self.conversation().turns.push(turn);
    }

    fn conversation(&mut self) -> &mut Conversation {
        let conversations = &mut self.reading.conversations;
        if conversations.is_empty() {
            conversations.push(chat());
        }
        let last = conversations.len() - 1;
        &mut conversations[last]
    }

    fn problem(&mut self, at: usize, empty: bool) {
        let message = if empty {
            "the file ends behind the time of a message"
        } else {
            "no name stands before this message; read as nobody known"
        };
        let source = self.prose.to_source(TextSpan::new(at, at)).start;
        let position = Some(self.input.source.position(source));
        self.reading.problems.push(Problem { position, message: message.to_owned() });
    }

    /// Takes a paragraph between the messages: it may begin a chat or name an agent.
    fn paragraph(&mut self, text: &str) {
        const AFTER_NAME: [&str; 8] = [
            " successfully", " joined", " left", " accepted", " transferred", " disconnected",
            " has ", " ended",
        ];
        if text.starts_with(STARTED) {
            self.settle_roles();
            self.reading.conversations.push(chat());
        }
        for part in text.lines() {
            let Some(agent) = part.trim().strip_prefix("Agent ") else { continue };
            let end = AFTER_NAME.iter().filter_map(|word| agent.find(word)).min();
            let name = agent[..end.unwrap_or(agent.len())].trim();
            self.agents.push(name.to_owned());
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
            let is_agent = agents.iter().any(|agent| agent.eq_ignore_ascii_case(name));
            turn.role = if is_agent { Role::Agent } else { told.role };
            if turn.role == Role::Unknown && !others.iter().any(|other| other == name) {
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
