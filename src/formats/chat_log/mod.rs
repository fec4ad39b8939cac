//! Chat logs in plain text, as chat programs save them and as people paste them:
//! `Agent: ...`, `[10:02] Jane (Support): ...`, `10:02:15 Jane - Acme Support> ...`, or a
//! line with a name and a time above the words.
//!
//! A line alone can't be judged: "Note: call me" may be a speaker's or a sentence's
//! start. So the log is read twice, first for its [`Style`], then for its turns.

mod head;

use std::ops::Range;

use rustc_hash::FxHashMap;

pub(super) use self::head::head;

use self::head::Head;
use super::label::{says_more, settle, speaker};
use super::lines::{Line, cut, lines};
use super::{Certainty, Format, Input, Reading};
use crate::turn::{Conversation, Role, Turn};

/// A chat log.
pub(super) const CHAT_LOG: Format = Format {
    name: "chat",
    about: "A chat log in plain text, its speakers named by labels",
    recognize,
    read,
};

/// How a log marks where a turn begins.
#[derive(Debug, Default)]
struct Style {
    /// Labels and how often each stands before words.
    labels: FxHashMap<String, Label>,
    /// Lines with a time and a marked label.
    timed: usize,
    /// Whether names stand on lines of their own.
    name_lines: bool,
    /// Lines that are not blank.
    lines: usize,
    /// The first of them.
    first: Option<Start>,
}

/// What is known of a label.
#[derive(Clone, Copy, Debug, Default)]
struct Label {
    /// Lines where it is marked by a colon or the like.
    marked: usize,
    /// Lines that hold nothing else, or a time.
    alone: usize,
    /// Lines where a time stands with it.
    timed: usize,
    /// Lines where it is marked, has no time, and looks like a name before a sentence.
    spoken: usize,
    /// Lines where it is marked, before a sentence or before nothing.
    said: usize,
}

/// What a log begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// A message.
    Message {
        /// With its time in brackets.
        bracketed: bool,
    },
    /// "Hi Bob,": it is a letter, whatever it quotes.
    Letter,
    /// A sentence: of a letter, or of the program that saved the log.
    Sentence,
    /// "From: Jane": it is a mail.
    Mail,
    Other,
}

impl Style {
    fn of(text: &str) -> Self {
        let mut style = Self::default();
        let mut above = "";
        for line in lines(text).filter(|line| !line.is_blank()) {
            let head = head(line.text);
            style.lines += 1;
            if style.first.is_none() {
                style.first = Some(start(line.text, &head));
            }
            if head.is_time_alone() && is_name(above.trim()) {
                style.labels.entry(above.trim().to_owned()).or_default().alone += 1;
            }
            style.count(line.text, &head);
            above = line.text;
        }
        let alone = style.labels.values().map(|label| label.alone).sum::<usize>();
        let marked = style.labels.values().map(|label| label.marked).sum::<usize>();
        style.name_lines = alone > marked;
        style
    }

    fn count(&mut self, line: &str, head: &Head) {
        let Some(range) = head.label.clone() else { return };
        let name = &line[range];
        let timed_name = head.time.is_some() && is_name(name);
        if !(head.is_marked_or_timed() || timed_name || speaker(name).certain) {
            return;
        }
        let words = line[head.words..].trim();
        let small = small_words(words);
        let spoken = head.marked && head.time.is_none() && is_name(name) && small > 1;
        let words = !words.is_empty();
        let label = self.labels.entry(name.to_owned()).or_default();
        label.timed += usize::from(head.time.is_some());
        label.said += usize::from(head.marked && (small > 0 || !words));
        if head.marked && words {
            label.marked += 1;
            label.spoken += usize::from(spoken);
        } else {
            label.alone += 1;
        }
        self.timed += usize::from(head.marked && head.time.is_some());
    }

    /// How certainly a text with these lines is a log.
    fn certainty(&self) -> Certainty {
        match self.first {
            None | Some(Start::Letter | Start::Mail) => return Certainty::No,
            // Where every second line has a time and a name, it is the program's.
            Some(Start::Sentence) if self.timed * 2 < self.lines => return Certainty::No,
            _ => {}
        }
        if self.has_both_sides() || (self.timed >= 2 && self.has_speaker_again()) {
            return Certainty::Sure;
        }
        let bracketed = self.first == Some(Start::Message { bracketed: true });
        if (self.timed >= 1 && bracketed) || self.has_name_lines() || self.has_talking_names() {
            return Certainty::Likely;
        }
        Certainty::No
    }

    /// Whether labels of the company's side and of the customer's both stand before words.
    ///
    /// "Agent: Jane" and "Customer: Bob Lee" above a letter are a form that was filled in:
    /// in a log there are sentences on both sides, or somebody speaks again.
    fn has_both_sides(&self) -> bool {
        let side = |roles: &[Role]| {
            let mut sum = Label::default();
            for (name, label) in &self.labels {
                let speaker = speaker(name);
                if speaker.certain && roles.contains(&speaker.role) {
                    sum.marked = sum.marked.max(label.marked);
                    sum.alone = sum.alone.max(label.alone);
                    sum.said += label.said;
                }
            }
            sum
        };
        let (ours, theirs) = (side(&[Role::Agent, Role::Bot]), side(&[Role::Customer]));
        let present = |side: Label| side.marked > 0 || side.said > 0 || side.alone > 1;
        let again = |side: Label| side.marked > 1 || side.alone > 1;
        let said = ours.said > 0 && theirs.said > 0;
        present(ours) && present(theirs) && (said || again(ours) || again(theirs))
    }

    /// Whether somebody speaks twice, or is called agent or customer.
    fn has_speaker_again(&self) -> bool {
        self.labels.iter().any(|(name, label)| {
            label.marked >= 2 || (label.marked == 1 && speaker(name).role != Role::Unknown)
        })
    }

    /// Whether most lines belong to names that stand, with a time, above what was said.
    fn has_name_lines(&self) -> bool {
        let again = self.labels.iter().filter(|(name, label)| label.alone >= 2 && is_name(name));
        self.name_lines && again.count() >= 2
    }

    /// Whether two or more names alternate before sentences, on a third of all lines.
    fn has_talking_names(&self) -> bool {
        let names = || self.labels.values().filter(|label| label.spoken >= 2);
        let spoken = names().map(|label| label.spoken).sum::<usize>();
        matches!(self.first, Some(Start::Message { .. }))
            && names().count() >= 2
            && spoken * 3 >= self.lines
    }

    /// Whether a turn begins with this line.
    fn begins_turn(&self, line: &str, head: &Head) -> bool {
        let Some(range) = head.label.clone() else { return false };
        let name = &line[range];
        if head.marked {
            let speaker = speaker(name);
            let again = |label: &Label| label.timed > 0 || (label.spoken >= 2 && self.timed == 0);
            let known = self.labels.get(name).is_some_and(again);
            let told = speaker.role != Role::Unknown && self.timed == 0 && !self.name_lines;
            let named = (known || told || head.time.is_some()) && is_name(name);
            return head.begins_with_time() || speaker.certain || named;
        }
        self.name_lines && ((head.time.is_some() && is_name(name)) || speaker(name).certain)
    }
}

fn recognize(input: &Input<'_>) -> Certainty {
    const ENDINGS: [&str; 8] = ["", "txt", "text", "log", "md", "markdown", "chat", "transcript"];
    let extension = input.extension();
    let start = input.start();
    let markup = start.trim_start().starts_with(['{', '<']);
    if markup || !ENDINGS.contains(&extension.as_str()) {
        return Certainty::No;
    }
    Style::of(start).certainty()
}

fn read(input: &Input<'_>) -> Reading {
    let text = input.text.as_str();
    let style = Style::of(text);
    let mut reader = Reader { input, turns: Vec::new(), open: Open::preamble() };
    let mut lines = lines(text).peekable();
    while let Some(line) = lines.next() {
        let head = head(line.text);
        let time_below = |below: &Line<'_>| self::head(below.text).is_time_alone();
        if style.begins_turn(line.text, &head) {
            reader.begin(line, &head);
        } else if style.name_lines
            && is_name(line.text.trim())
            && lines.peek().is_some_and(time_below)
        {
            reader.begin(line, &head);
            if let Some(below) = lines.next() {
                reader.open.time = Some(below.text.trim().to_owned());
                reader.open.start = below.end();
            }
        } else if is_event(line.text) || (style.timed > 0 && has_full_time(&head)) {
            reader.event(line, &head);
        } else if is_rule(line.text) {
            reader.close(line.start);
            reader.open = Open { start: line.end(), ..Open::preamble() };
        }
    }
    reader.close(text.len());
    settle(&mut reader.turns);
    let mut problems = Vec::new();
    if reader.turns.iter().all(|turn| turn.role == Role::System) && !text.trim().is_empty() {
        problems.push(input.problem(0, "no speaker is named; read as one turn of nobody known"));
        reader.turns = vec![Turn::new(Role::Unknown, cut(&input.text, 0, text.len()))];
    }
    let conversation = Conversation { turns: reader.turns, ..Conversation::default() };
    Reading { conversations: vec![conversation], problems, ..Reading::default() }
}

/// The turn that is being read.
#[derive(Debug)]
struct Open {
    speaker: Option<String>,
    role: Role,
    time: Option<String>,
    start: usize,
}

impl Open {
    /// What stands before the first turn, or after a rule: headings, the ticket's number.
    fn preamble() -> Self {
        Self { speaker: None, role: Role::System, time: None, start: 0 }
    }
}

struct Reader<'a, 's> {
    input: &'a Input<'s>,
    turns: Vec<Turn>,
    open: Open,
}

impl Reader<'_, '_> {
    fn begin(&mut self, line: Line<'_>, head: &Head) {
        let label = head.label.clone().map_or("", |range| &line.text[range]);
        let speaker = speaker(label);
        self.close(line.start);
        let words = if head.marked { line.start + head.words } else { line.end() };
        self.open = Open {
            speaker: Some(speaker.name).filter(|name| says_more(name, speaker.role)),
            role: speaker.role,
            time: time(line, head),
            start: words,
        };
    }

    /// A line of the software's own: it belongs to nobody, and what follows it does so, too.
    fn event(&mut self, line: Line<'_>, head: &Head) {
        self.close(line.start);
        let start = line.start + if head.begins_with_time() { head.words } else { 0 };
        self.open = Open { time: time(line, head), start, ..Open::preamble() };
    }

    fn close(&mut self, end: usize) {
        let text = cut(&self.input.text, self.open.start.min(end), end);
        let open = std::mem::replace(&mut self.open, Open::preamble());
        if !text.as_str().is_empty() {
            self.turns.push(Turn { speaker: open.speaker, role: open.role, time: open.time, text });
        }
    }
}

/// Whether a line begins with a time that no sentence begins with: in brackets, or with the
/// seconds or the day. "10:30 would suit me" is a sentence.
fn has_full_time(head: &Head) -> bool {
    const HOURS_AND_MINUTES: usize = 5;
    let long = |time: &Range<usize>| head.bracketed || time.len() > HOURS_AND_MINUTES;
    head.begins_with_time() && head.time.as_ref().is_some_and(long)
}

fn time(line: Line<'_>, head: &Head) -> Option<String> {
    head.time.clone().map(|range| line.text[range].to_owned())
}

fn start(line: &str, head: &Head) -> Start {
    const GREETINGS: [&str; 7] = ["hi", "hello", "hey", "dear", "good", "thanks", "thank"];
    const MAIL: [&str; 9] =
        ["from", "to", "subject", "date", "received", "return", "delivered", "message", "mime"];
    let first = line.split(|c: char| !c.is_alphabetic()).find(|word| !word.is_empty());
    let is_among = |words: &[&str]| {
        first.is_some_and(|word| words.iter().any(|it| it.eq_ignore_ascii_case(word)))
    };
    let label = head.label.clone().map_or("", |range| &line[range]);
    let named = head.marked && (is_name(label) || speaker(label).certain);
    if head.marked && head.time.is_none() && is_among(&MAIL) {
        Start::Mail
    } else if named || (head.time.is_some() && head.label.is_some()) {
        Start::Message { bracketed: head.bracketed }
    } else if is_among(&GREETINGS) {
        Start::Letter
    } else if is_prose(line) {
        Start::Sentence
    } else {
        Start::Other
    }
}

/// Whether the first line is a sentence: "As we wrote in the chat on Monday:"
fn is_prose(line: &str) -> bool {
    const SENTENCE: usize = 7;
    const CLAUSE: usize = 3;
    let line = line.trim_end();
    let small = line.split_whitespace().filter(|word| word.starts_with(char::is_lowercase)).count();
    small >= SENTENCE || (small >= CLAUSE && line.ends_with([':', '.'])) || line.ends_with(',')
}

/// What lines of letters and forms begin with, and people are not called.
const NO_NAMES: &str = "note notes ps subject re date time from to cc bcc sent hi hello dear \
    order warning step option example tip important address phone tel telephone email mail fax \
    hours total price cost question answer website name number reference ref invoice ticket case \
    monday tuesday wednesday thursday friday saturday sunday today tomorrow update summary \
    problem solution cause fix reminder opening delivery payment status model";

/// Small words inside names: "Jane from Acme", "Ana da Silva".
const SMALL_WORDS: [&str; 8] = ["from", "at", "of", "the", "de", "van", "von", "da"];

/// Whether a label without a role could be a person's name.
pub(super) fn is_name(label: &str) -> bool {
    const MOST_WORDS: usize = 5;
    let mut words = label.split_whitespace().enumerate();
    let count = words.clone().count();
    let letters = label.chars().filter(|c| c.is_alphabetic()).count();
    let handle = |c: char| c.is_lowercase() || c.is_ascii_digit() || "_.-@".contains(c);
    let handle = count == 1 && label.chars().all(handle) && !is_no_name(label);
    let is_part = |(number, word): (usize, &str)| {
        let capital =
            word.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || c == '(');
        (number > 0 && SMALL_WORDS.contains(&word)) || (capital && !is_no_name(word))
    };
    letters >= 2 && count <= MOST_WORDS && (handle || words.all(is_part))
}

fn is_no_name(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    NO_NAMES.split(' ').any(|it| it.eq_ignore_ascii_case(word))
}

/// How many words begin with a small letter. What is said has such words, what is filled
/// into a form seldom has.
fn small_words(words: &str) -> usize {
    words.split_whitespace().filter(|word| word.starts_with(char::is_lowercase)).take(2).count()
}

/// Whether a line tells what happened: "*** Jane joined the chat ***".
fn is_event(line: &str) -> bool {
    const LONGEST: usize = 120;
    const WHAT: [&str; 4] = [" joined ", " left ", " entered ", " ended "];
    const WHERE: [&str; 4] = ["chat", "conversation", "session", "room"];
    let line = line.trim();
    if line.len() > LONGEST {
        return false;
    }
    let framed = ["***", "---", "==="]
        .into_iter()
        .any(|frame| line.starts_with(frame) && line.ends_with(frame) && !is_rule(line));
    let bare = line.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
    let told =
        WHAT.iter().any(|what| bare.contains(what)) && WHERE.iter().any(|it| bare.ends_with(it));
    framed || told
}

/// Whether a line is drawn across the page.
fn is_rule(line: &str) -> bool {
    const SHORTEST: usize = 5;
    let line = line.trim();
    line.len() >= SHORTEST && line.bytes().all(|byte| b"-=*_#".contains(&byte))
}
