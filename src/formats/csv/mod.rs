//! Tables with a header: comma-, semicolon-, tab- or bar-separated values.
//!
//! The header tells which column holds the words, the speaker, the time and the
//! conversation. A field in quotation marks may hold delimiters and line breaks; a
//! doubled mark in it is one mark. A row that can't be read costs that row.

mod columns;
mod record;

use std::borrow::Cow;
use std::sync::Arc;

use memchr::memchr2;
use rustc_hash::FxHashMap;

use self::columns::{Columns, plain};
pub(super) use self::record::RecordEnds;
use self::record::{Field, Parser};
use super::{Certainty, Format, Input, Mapping, Reading, Records, Understood, html, label};
use crate::source::Source;
use crate::text::MappedText;
use crate::turn::{Conversation, Role, Turn};

/// Delimiter-separated values.
pub(super) const CSV: Format = Format {
    name: "csv",
    about: "A table (.csv, .tsv) with a header: text, speaker or role, time, conversation",
    recognize,
    read,
};

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How many rows that can't be read are told one by one.
const TOLD: usize = 20;

fn recognize(input: &Input<'_>) -> Certainty {
    let named = ["csv", "tsv", "tab", "psv"].contains(&input.extension().as_str());
    let start = input.start();
    let table = Table::new(start);
    // A table of Markdown has bars, too; it begins with one.
    let sure = table.columns.is_transcript() && table.is_even() && !start.starts_with('|');
    if sure {
        Certainty::Sure
    } else if named {
        Certainty::Likely
    } else {
        Certainty::No
    }
}

fn read(input: &Input<'_>) -> Reading {
    read_table(input, Table::new(input.text.as_str()))
}

/// Reads a source as a table by a mapping, if it has the column that this says the text is in;
/// as any other table if it hasn't.
#[must_use]
pub fn read_mapped_table(source: &Source, mapping: &Mapping) -> Understood {
    let (text, mut problems) = source.decode();
    let mut reading = mapped(&Input::new(source, text), mapping);
    problems.append(&mut reading.problems);
    Understood { problems, ..Understood::of(&CSV, reading) }
}

/// The same, with the source decoded.
pub(super) fn mapped(input: &Input<'_>, mapping: &Mapping) -> Reading {
    let columns = |names: &[String]| Columns::mapped(names, mapping);
    read_table(input, Table::with(input.text.as_str(), columns))
}

/// What the header of a table settles for all its rows.
#[derive(Clone, Debug)]
pub(super) struct Head {
    columns: Columns,
    delimiter: u8,
}

fn read_table(input: &Input<'_>, table: Table<'_>) -> Reading {
    let head = Arc::new(Head { columns: table.columns, delimiter: table.delimiter });
    let mut reading = if head.columns.say_something() {
        read_rows(input, &head, table.rows)
    } else {
        let message = "no column holds the messages, so nothing is checked; \
            name it `text`, `message` or `body` in the header";
        let problems = vec![input.problem(table.header, message)];
        Reading { problems, ..Reading::default() }
    };
    reading.records = Records::Rows(head);
    reading
}

/// Reads rows whose header stands elsewhere, from a byte of the text on.
pub(super) fn read_rows(input: &Input<'_>, head: &Head, start: usize) -> Reading {
    let text = input.text.as_str();
    let mut rows = Rows {
        input,
        text,
        columns: &head.columns,
        delimiter: head.delimiter,
        out: Groups::default(),
        speakers: Memory::default(),
        roles: Memory::default(),
        problems: 0,
    };
    let mut parser = Parser::new(text.as_bytes(), head.delimiter, start);
    let mut record = Vec::new();
    while parser.next(&mut record) {
        if let Some((at, message)) = parser.problem.take() {
            rows.problem(at, message);
        }
        rows.read(&record);
    }
    rows.finish()
}

/// A table, as its first lines show it.
struct Table<'t> {
    text: &'t str,
    delimiter: u8,
    columns: Columns,
    /// Where the header starts.
    header: usize,
    /// Where the rows start.
    rows: usize,
}

impl<'t> Table<'t> {
    /// Finds the delimiter with which the header says most.
    fn new(text: &'t str) -> Self {
        Self::with(text, Columns::named)
    }

    /// As [`Table::new`], where `columns_of` tells what the names of columns mean.
    fn with(text: &'t str, columns_of: impl Fn(&[String]) -> Columns) -> Self {
        let (told, header) = told_delimiter(text);

        let mut best: Option<(usize, Self)> = None;
        // Delimiters that the header does not have are all the same to it.
        let mut was_whole = false;
        for delimiter in DELIMITERS.into_iter().filter(|&it| told.is_none_or(|told| told == it)) {
            let mut parser = Parser::new(text.as_bytes(), delimiter, header);
            let mut fields = Vec::new();
            parser.next(&mut fields);
            if fields.len() == 1 && std::mem::replace(&mut was_whole, true) {
                continue;
            }
            let names: Vec<String> =
                fields.iter().map(|field| field.written(text).to_owned()).collect();
            let columns = columns_of(&names);
            let score = columns.known() * 100 + names.len().min(99);
            if best.as_ref().is_none_or(|(most, _)| score > *most) {
                best = Some((score, Self { text, delimiter, columns, header, rows: parser.at }));
            }
        }
        best.map_or(
            Self { text, delimiter: b',', columns: Columns::default(), header, rows: text.len() },
            |(_, table)| table,
        )
    }

    /// Whether the first row has as many fields as the header.
    fn is_even(&self) -> bool {
        let mut row = Vec::new();
        let mut parser = Parser::new(self.text.as_bytes(), self.delimiter, self.rows);
        parser.next(&mut row) && row.len() == self.columns.count
    }
}

/// Excel's first line `sep=;`: the delimiter it tells, and where the header starts.
fn told_delimiter(text: &str) -> (Option<u8>, usize) {
    let line = text.lines().next().unwrap_or_default();
    let told = line.strip_prefix("sep=").filter(|rest| rest.len() == 1);
    match told.and_then(|rest| rest.bytes().next()) {
        Some(delimiter) => (Some(delimiter), text.find('\n').map_or(text.len(), |at| at + 1)),
        None => (None, 0),
    }
}

/// Turns rows into turns.
struct Rows<'i> {
    input: &'i Input<'i>,
    text: &'i str,
    columns: &'i Columns,
    delimiter: u8,
    out: Groups,
    /// What the values of the speakers' column say.
    speakers: Memory<label::Speaker>,
    /// What those of the roles' column do.
    roles: Memory<Role>,
    problems: usize,
}

/// Conversations by what the rows call them.
#[derive(Default)]
struct Groups {
    reading: Reading,
    by_name: FxHashMap<String, usize>,
}

/// What was understood of values that come again and again.
struct Memory<T>(FxHashMap<String, T>);

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self(FxHashMap::default())
    }
}

impl<T: Clone> Memory<T> {
    /// How many values are kept in mind.
    const MOST: usize = 1024;

    /// What a value says, by this function.
    fn of(&mut self, value: &str, understand: impl Fn(&str) -> T) -> T {
        if let Some(known) = self.0.get(value) {
            return known.clone();
        }
        let understood = understand(value);
        if self.0.len() < Self::MOST {
            self.0.insert(value.to_owned(), understood.clone());
        }
        understood
    }
}

impl<'i> Rows<'i> {
    fn read(&mut self, record: &[Field]) {
        if let [only] = record
            && only.written(self.text).trim_start().is_empty()
        {
            return;
        }
        if let Some((asked, answered)) = self.columns.pair {
            return self.read_pair(record, asked, answered);
        }
        let Some(column) = self.columns.text else { return };
        let Some(field) = record.get(column) else {
            let at = record.first().map_or(0, |field| field.span.start);
            let count = self.columns.count;
            let message =
                format!("this row has only {} of {count} fields; it is skipped", record.len());
            return self.problem(at, message);
        };
        let field = self.whole_last(record, column).unwrap_or_else(|| field.clone());
        let said = self.said(&field);
        if said.as_str().trim_start().is_empty() {
            return;
        }
        let (speaker, role) = self.speaker(record);
        let time = self.value(record, self.columns.time).map(Cow::into_owned);
        let turn = Turn { speaker, role, time, text: said };
        self.conversation(record).turns.push(turn);
    }

    /// A row of two messages, a question and its answer.
    fn read_pair(&mut self, record: &[Field], asked: usize, answered: usize) {
        let time = self.value(record, self.columns.time);
        for (column, role) in [(asked, Role::Customer), (answered, Role::Agent)] {
            let Some(field) = record.get(column) else { continue };
            let text = self.said(field);
            if !text.as_str().trim_start().is_empty() {
                let time = time.as_deref().map(str::to_owned);
                let turn = Turn { speaker: None, role, time, text };
                self.pair_conversation(record, column == asked).turns.push(turn);
            }
        }
    }

    /// The text of the last column up to the end of the row: commas in it were not quoted.
    fn whole_last(&mut self, record: &[Field], column: usize) -> Option<Field> {
        let last = self.columns.count.checked_sub(1)?;
        let more = record.get(last + 1..).filter(|more| !more.is_empty())?;
        if more.iter().all(|field| field.span.is_empty()) {
            return None;
        }
        let first = &record[column];
        if column != last || first.quoted {
            let message = "this row has more fields than the header; those beyond it are not read";
            self.problem(first.span.start, message.to_owned());
            return None;
        }
        let message = "the delimiter in this text is not quoted; it is read to the end of the row";
        self.problem(first.span.start, message.to_owned());
        let end = more.last().map_or(first.span.end, |field| field.span.end);
        Some(Field { span: first.span.start..end, quoted: false })
    }

    /// The decoded text of a field; HTML in it is read as such.
    fn said(&self, field: &Field) -> MappedText {
        let text = field.words(&self.input.text, self.delimiter);
        if memchr2(b'<', b'&', text.as_str().as_bytes()).is_none() {
            return text;
        }
        let tags = ["</", "<br", "<p>", "<div"];
        let references =
            ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&#x27;", "&nbsp;", "&#8217;"];
        let has = |marks: &[&str]| marks.iter().any(|mark| text.as_str().contains(mark));
        if has(&tags) {
            html::text(&text)
        } else if has(&references) {
            html::unescaped(&text)
        } else {
            text
        }
    }

    /// The value of a column, if it has one in this row.
    fn value(&self, record: &[Field], column: Option<usize>) -> Option<Cow<'i, str>> {
        let value = match record.get(column?)?.value(self.text) {
            Cow::Borrowed(value) => Cow::Borrowed(value.trim()),
            Cow::Owned(value) => Cow::Owned(value.trim().to_owned()),
        };
        let none = ["null", "none", "nan", "n/a", "undefined"];
        let says = !value.is_empty() && !none.iter().any(|none| value.eq_ignore_ascii_case(none));
        says.then_some(value)
    }

    fn speaker(&mut self, record: &[Field]) -> (Option<String>, Role) {
        let speaker = self.value(record, self.columns.speaker);
        let label = speaker.map(|speaker| self.speakers.of(&speaker, label::speaker));
        let by_label = label.as_ref().map_or(Role::Unknown, |label| label.role);
        let by_column = self.value(record, self.columns.role);
        let role = match by_column.map(|value| self.roles.of(&value, role)) {
            Some(role) if role != Role::Unknown => role,
            _ => self.role_by_flags(record).unwrap_or(by_label),
        };
        let role = if self.is_note(record) { Role::Note } else { role };
        (label.map(|label| label.name), role)
    }

    fn role_by_flags(&self, record: &[Field]) -> Option<Role> {
        let incoming = flag(&self.value(record, self.columns.incoming)?)?;
        Some(if incoming { Role::Customer } else { Role::Agent })
    }

    fn is_note(&self, record: &[Field]) -> bool {
        let says = |column| self.value(record, column).and_then(|value| flag(&value));
        says(self.columns.private) == Some(true) || says(self.columns.public) == Some(false)
    }

    /// The conversation that a row belongs to.
    fn conversation(&mut self, record: &[Field]) -> &mut Conversation {
        let id = self.value(record, self.columns.conversation);
        let name = id.as_deref().unwrap_or_default();
        let known = self.out.by_name.get(name).copied();
        let at = known.unwrap_or_else(|| {
            let channel = self.value(record, self.columns.channel).map(Cow::into_owned);
            let Groups { reading, by_name } = &mut self.out;
            let id = id.as_deref().map(str::to_owned);
            reading.conversations.push(Conversation { id, channel, turns: Vec::new() });
            by_name.insert(name.to_owned(), reading.conversations.len() - 1);
            reading.conversations.len() - 1
        });
        &mut self.out.reading.conversations[at]
    }

    /// The conversation of a row of two messages: one for each row that names none.
    fn pair_conversation(&mut self, record: &[Field], first: bool) -> &mut Conversation {
        if self.columns.conversation.is_none() {
            let conversations = &mut self.out.reading.conversations;
            if first || conversations.is_empty() {
                conversations.push(Conversation::default());
            }
            let last = conversations.len() - 1;
            return &mut conversations[last];
        }
        self.conversation(record)
    }

    fn problem(&mut self, at: usize, message: String) {
        self.problems += 1;
        if self.problems <= TOLD {
            self.out.reading.problems.push(self.input.problem(at, message));
        }
    }

    fn finish(mut self) -> Reading {
        if self.problems > TOLD {
            let more = self.problems - TOLD;
            let end = self.input.text.as_str().len();
            let message = format!("{more} more rows could not be read as they stand");
            self.out.reading.problems.push(self.input.problem(end, message));
        }
        self.out.reading
    }
}

/// The role that the value of a role column names.
fn role(value: &str) -> Role {
    match plain(value).as_str() {
        "incoming" | "inbound" | "in" | "received" | "enduser" | "external" | "contact"
        | "lead" | "human" | "patient" | "buyer" => Role::Customer,
        "outgoing" | "outbound" | "out" | "sent" | "admin" | "teammate" | "internal"
        | "supporter" | "seller" | "company" => Role::Agent,
        "ai" | "gpt" | "model" | "automatedagent" => Role::Bot,
        "note" | "internalnote" | "privatenote" | "privatecomment" => Role::Note,
        "event" | "activity" | "info" => Role::System,
        _ => label::speaker(value).role,
    }
}

fn flag(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "t" => Some(true),
        "false" | "no" | "n" | "0" | "f" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_the_delimiter() {
        let table = Table::new("Ticket ID;Sender Name;Message, or note;Body\n1;Jane;x;y\n");
        assert_eq!(table.delimiter, b';');
        assert_eq!((table.columns.text, table.columns.speaker), (Some(3), Some(1)));
        let table = Table::new("sep=|\nrole|text\nagent|hi\n");
        assert_eq!((table.delimiter, table.header), (b'|', 6));
        assert!(table.is_even());
    }
}
