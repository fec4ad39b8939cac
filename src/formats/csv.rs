//! Tables with a header: comma-, semicolon-, tab- or bar-separated values.
//!
//! The header tells which column holds the words, the speaker, the time and the
//! conversation. A field in quotation marks may hold delimiters and line breaks; a
//! doubled mark in it is one mark. A row that can't be read costs that row.

use std::ops::Range;
use std::sync::Arc;

use memchr::{memchr, memchr2};
use rustc_hash::FxHashMap;

use super::{Certainty, Format, Input, Mapping, Reading, Records, Understood, html, label};
use crate::source::Source;
use crate::text::{CsvField, Layer, MappedText, MappedTextBuilder, TextSpan};
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
    let mut rows = Rows {
        input,
        columns: &head.columns,
        delimiter: head.delimiter,
        out: Groups::default(),
        problems: 0,
    };
    let mut parser = Parser::new(input.text.as_str().as_bytes(), head.delimiter, start);
    while let Some(record) = parser.next() {
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
        for delimiter in DELIMITERS.into_iter().filter(|&it| told.is_none_or(|told| told == it)) {
            let mut parser = Parser::new(text.as_bytes(), delimiter, header);
            let names: Vec<String> = parser
                .next()
                .unwrap_or_default()
                .iter()
                .map(|field| field.written(text).to_owned())
                .collect();
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
        let row = Parser::new(self.text.as_bytes(), self.delimiter, self.rows).next();
        row.is_some_and(|row| row.len() == self.columns.count)
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

/// What the columns hold, by their numbers.
#[derive(Clone, Debug, Default)]
struct Columns {
    count: usize,
    text: Option<usize>,
    speaker: Option<usize>,
    role: Option<usize>,
    /// Holds whether the message came in, from the customer.
    incoming: Option<usize>,
    /// Holds whether the message is a note among colleagues.
    private: Option<usize>,
    /// Holds whether the message is none.
    public: Option<usize>,
    time: Option<usize>,
    conversation: Option<usize>,
    channel: Option<usize>,
    /// Two columns of words, the customer's and the agent's: `question,answer`.
    pair: Option<(usize, usize)>,
}

impl Columns {
    fn named(names: &[String]) -> Self {
        let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let find = |known: &[&str]| {
            known.iter().find_map(|known| names.iter().position(|name| name == known))
        };
        let mut columns = Self {
            count: names.len(),
            text: find(&TEXT),
            speaker: find(&SPEAKER),
            role: find(&ROLE),
            incoming: find(&["inbound", "incoming", "isincoming", "isinbound"]),
            private: find(&["private", "isprivate", "internal", "isinternal", "isnote"]),
            public: find(&["public", "ispublic"]),
            time: find(&TIME),
            conversation: find(&CONVERSATION),
            channel: find(&["channel", "medium", "via"]),
            pair: None,
        };
        if columns.text.is_none() {
            columns.pair = find(&ASKED).zip(find(&ANSWERED));
        }
        if columns.text == columns.speaker {
            columns.speaker = None;
        }
        columns
    }

    /// The columns of the names that a mapping has; those that it does not speak of as usual.
    fn mapped(names: &[String], mapping: &Mapping) -> Self {
        let at = |name: &str| names.iter().position(|it| plain(it) == plain(name));
        let usual = Self::named(names);
        let Some(text) = at(&mapping.text) else { return usual };
        let of = |name: &Option<String>| name.as_deref().and_then(at);
        Self {
            text: Some(text),
            speaker: of(&mapping.speaker),
            role: of(&mapping.role),
            time: of(&mapping.time),
            conversation: of(&mapping.conversation),
            pair: None,
            ..usual
        }
    }

    /// Whether there is anything to check.
    fn say_something(&self) -> bool {
        self.text.is_some() || self.pair.is_some()
    }

    /// Whether the header is that of a transcript, beyond doubt.
    fn is_transcript(&self) -> bool {
        let spoken = self.speaker.or(self.role).or(self.incoming).is_some();
        self.text.is_some() && spoken
    }

    /// How many columns have a meaning; most of all that of the words.
    fn known(&self) -> usize {
        let others = [
            self.speaker,
            self.role,
            self.incoming,
            self.private,
            self.public,
            self.time,
            self.conversation,
            self.channel,
        ];
        let others = others.iter().flatten().count();
        others + if self.say_something() { 10 } else { 0 }
    }
}

/// Names of the columns, the surest first, without all but letters and digits.
const TEXT: [&str; 21] = [
    "text",
    "message",
    "body",
    "content",
    "utterance",
    "messagetext",
    "messagebody",
    "messagecontent",
    "msg",
    "comment",
    "commentbody",
    "transcript",
    "reply",
    "bodytext",
    "plainbody",
    "textbody",
    "chatmessage",
    "bodyhtml",
    "htmlbody",
    "sentence",
    "phrase",
];
const SPEAKER: [&str; 25] = [
    "speaker",
    "speakername",
    "author",
    "authorname",
    "sender",
    "sendername",
    "from",
    "fromname",
    "name",
    "user",
    "username",
    "participant",
    "participantname",
    "displayname",
    "agentname",
    "agent",
    "by",
    "postedby",
    "sentby",
    "fromaddress",
    "fromemail",
    "senderemail",
    "authoremail",
    "authorid",
    "senderid",
];
const ROLE: [&str; 17] = [
    "role",
    "speakerrole",
    "authorrole",
    "senderrole",
    "participantrole",
    "userrole",
    "speakertype",
    "authortype",
    "sendertype",
    "participanttype",
    "usertype",
    "actor",
    "actortype",
    "party",
    "side",
    "direction",
    "messagetype",
];
const TIME: [&str; 19] = [
    "time",
    "timestamp",
    "date",
    "datetime",
    "createdat",
    "sentat",
    "created",
    "sent",
    "senttime",
    "sentdate",
    "messagetime",
    "messagetimestamp",
    "createdtime",
    "createddate",
    "starttime",
    "start",
    "when",
    "utctime",
    "datesent",
];
const CONVERSATION: [&str; 25] = [
    "conversationid",
    "conversation",
    "ticketid",
    "ticket",
    "ticketnumber",
    "threadid",
    "thread",
    "chatid",
    "chat",
    "sessionid",
    "session",
    "callid",
    "call",
    "caseid",
    "casenumber",
    "case",
    "dialogueid",
    "dialogid",
    "dialogue",
    "dialog",
    "contactid",
    "interactionid",
    "transcriptid",
    "conversationnumber",
    "convid",
];
const ASKED: [&str; 10] = [
    "customer",
    "customermessage",
    "customertext",
    "question",
    "query",
    "instruction",
    "prompt",
    "user",
    "input",
    "request",
];
const ANSWERED: [&str; 11] = [
    "agent",
    "agentreply",
    "agentresponse",
    "agentmessage",
    "agenttext",
    "answer",
    "response",
    "assistant",
    "completion",
    "output",
    "supportreply",
];

/// The name of a column, in small letters, without what joins its words.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Turns rows into turns.
struct Rows<'i> {
    input: &'i Input<'i>,
    columns: &'i Columns,
    delimiter: u8,
    out: Groups,
    problems: usize,
}

/// Conversations by what the rows call them.
#[derive(Default)]
struct Groups {
    reading: Reading,
    by_name: FxHashMap<String, usize>,
}

impl Rows<'_> {
    fn read(&mut self, record: &[Field]) {
        let text = self.input.text.as_str();
        if let [only] = record
            && only.written(text).trim().is_empty()
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
        if said.as_str().trim().is_empty() {
            return;
        }
        let (speaker, role) = self.speaker(record);
        let time = self.value(record, self.columns.time);
        let turn = Turn { speaker, role, time, text: said };
        self.conversation(record).turns.push(turn);
    }

    /// A row of two messages, a question and its answer.
    fn read_pair(&mut self, record: &[Field], asked: usize, answered: usize) {
        let time = self.value(record, self.columns.time);
        for (column, role) in [(asked, Role::Customer), (answered, Role::Agent)] {
            let Some(field) = record.get(column) else { continue };
            let text = self.said(field);
            if !text.as_str().trim().is_empty() {
                let turn = Turn { speaker: None, role, time: time.clone(), text };
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
    fn value(&self, record: &[Field], column: Option<usize>) -> Option<String> {
        let field = record.get(column?)?;
        let value = field.decoded(&self.input.text).as_str().trim().to_owned();
        let none = ["null", "none", "nan", "n/a", "undefined"];
        let says = !value.is_empty() && !none.contains(&value.to_ascii_lowercase().as_str());
        says.then_some(value)
    }

    fn speaker(&self, record: &[Field]) -> (Option<String>, Role) {
        let speaker = self.value(record, self.columns.speaker);
        let label = speaker.as_deref().map(label::speaker);
        let by_label = label.as_ref().map_or(Role::Unknown, |label| label.role);
        let by_column = self.value(record, self.columns.role).map(|value| role(&value));
        let role = match by_column {
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
        let channel = self.value(record, self.columns.channel);
        let Groups { reading, by_name } = &mut self.out;
        let at = *by_name.entry(id.clone().unwrap_or_default()).or_insert_with(|| {
            reading.conversations.push(Conversation { id, channel, turns: Vec::new() });
            reading.conversations.len() - 1
        });
        &mut reading.conversations[at]
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

/// A field as it stands: what is between its marks, if it has them.
#[derive(Clone, Debug)]
struct Field {
    span: Range<usize>,
    quoted: bool,
}

impl Field {
    fn written<'t>(&self, text: &'t str) -> &'t str {
        &text[self.span.clone()]
    }

    /// The field with doubled marks as one and CR LF as LF.
    fn decoded(&self, text: &MappedText) -> MappedText {
        self.read(text, MappedText::builder())
    }

    /// The same, for words that may be changed where they stand.
    fn words(&self, text: &MappedText, delimiter: u8) -> MappedText {
        let span = text.to_source(TextSpan::new(self.span.start, self.span.end));
        let field = CsvField { span, quoted: self.quoted, delimiter: char::from(delimiter) };
        self.read(text, MappedText::builder_in(Layer::Csv(field)))
    }

    fn read(&self, text: &MappedText, mut out: MappedTextBuilder) -> MappedText {
        let mut at = self.span.start;
        let written = text.as_str().as_bytes();
        let verbatim = |start, end| TextSpan::new(start, end);
        let mut from = at;
        while let Some(found) = memchr2(b'"', b'\r', &written[from..self.span.end]) {
            let special = from + found;
            let rest = &written[special..self.span.end];
            let decoded = match rest {
                [b'"', b'"', ..] if self.quoted => "\"",
                [b'\r', b'\n', ..] => "\n",
                _ => {
                    from = special + 1;
                    continue;
                }
            };
            out.push_slice(text, verbatim(at, special));
            out.push_decoded(decoded, text, verbatim(special, special + 2));
            at = special + 2;
            from = at;
        }
        out.push_slice(text, verbatim(at, self.span.end));
        out.finish()
    }
}

/// Where records end in bytes that may not be all of a table.
#[derive(Debug, Default)]
pub(super) struct RecordEnds {
    /// As a [`Parser`] has it.
    unclosed: bool,
}

impl RecordEnds {
    /// Where the record that starts at a byte ends, its line break included; nothing if that
    /// takes more bytes to know. The bytes end with a line break unless they are the last.
    pub(super) fn next(
        &mut self,
        head: &Head,
        bytes: &[u8],
        at: usize,
        is_all: bool,
    ) -> Option<usize> {
        // As long as there is no mark, a record is a line.
        match memchr2(b'"', b'\n', bytes.get(at..)?) {
            Some(found) if bytes[at + found] == b'\n' => return Some(at + found + 1),
            Some(_) => {}
            None => return (is_all && at < bytes.len()).then_some(bytes.len()),
        }
        let mut parser = Parser::new(bytes, head.delimiter, at);
        parser.unclosed = self.unclosed;
        parser.next()?;
        if parser.unclosed && !self.unclosed && !is_all {
            return None;
        }
        self.unclosed = parser.unclosed;
        Some(parser.at)
    }
}

/// Reads records, one after the other.
struct Parser<'t> {
    bytes: &'t [u8],
    delimiter: u8,
    at: usize,
    /// What was wrong with the last record.
    problem: Option<(usize, String)>,
    /// Whether a quotation mark was found that is never closed. No later one may then run
    /// over the end of its line, or each of them would be looked for to the end of the file.
    unclosed: bool,
}

impl<'t> Parser<'t> {
    fn new(bytes: &'t [u8], delimiter: u8, at: usize) -> Self {
        Self { bytes, delimiter, at, problem: None, unclosed: false }
    }

    /// The next record; `None` at the end.
    fn next(&mut self) -> Option<Vec<Field>> {
        if self.at >= self.bytes.len() {
            return None;
        }
        let start = self.at;
        let record = self.record(true);
        if record.is_some() {
            return record;
        }
        self.at = start;
        let message = "a quotation mark in this row is not closed where the field ends; \
            the row is read as one line";
        self.problem = Some((start, message.to_owned()));
        self.record(false)
    }

    /// Reads a record; `None` if a mark in it is not closed and marks are to count.
    fn record(&mut self, marks: bool) -> Option<Vec<Field>> {
        let bytes = self.bytes;
        let mut fields = Vec::new();
        loop {
            let quoted = marks && bytes.get(self.at) == Some(&b'"');
            let field = if quoted { self.quoted()? } else { self.unquoted() };
            fields.push(field);
            match bytes.get(self.at) {
                Some(&byte) if byte == self.delimiter => self.at += 1,
                Some(b'\r') if bytes.get(self.at + 1) == Some(&b'\n') => {
                    self.at += 2;
                    return Some(fields);
                }
                Some(_) => {
                    self.at += 1;
                    return Some(fields);
                }
                None => return Some(fields),
            }
        }
    }

    /// A field without marks: up to the delimiter or the end of the line.
    fn unquoted(&mut self) -> Field {
        let start = self.at;
        let rest = &self.bytes[start..];
        let len = rest.iter().position(|&byte| byte == self.delimiter || byte == b'\n');
        let mut end = start + len.unwrap_or(rest.len());
        if rest.get(end - start) == Some(&b'\n') && end > start && rest[end - start - 1] == b'\r' {
            end -= 1;
        }
        self.at = end;
        Field { span: start..end, quoted: false }
    }

    /// A field in marks; `None` if they are not closed, or not where the field ends.
    fn quoted(&mut self) -> Option<Field> {
        let bytes = self.bytes;
        let start = self.at + 1;
        let limit = if self.unclosed { self.line_end(start) } else { bytes.len() };
        let mut at = start;
        loop {
            let Some(found) = memchr(b'"', &bytes[at..limit]) else {
                self.unclosed = true;
                return None;
            };
            let mark = at + found;
            if bytes.get(mark + 1) == Some(&b'"') && mark + 1 < limit {
                at = mark + 2;
                continue;
            }
            let after = &bytes[mark + 1..];
            let blank = after.iter().take_while(|&&byte| byte == b' ').count();
            let ends = match &after[blank..] {
                [] | [b'\n', ..] | [b'\r', b'\n', ..] => true,
                [byte, ..] => *byte == self.delimiter,
            };
            if !ends {
                return None;
            }
            self.at = mark + 1 + blank;
            return Some(Field { span: start..mark, quoted: true });
        }
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = &self.bytes[from..];
        memchr(b'\n', rest).map_or(self.bytes.len(), |end| from + end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> (Vec<Vec<&str>>, usize) {
        let mut parser = Parser::new(text.as_bytes(), b',', 0);
        let (mut records, mut problems) = (Vec::new(), 0);
        while let Some(record) = parser.next() {
            problems += usize::from(parser.problem.take().is_some());
            records.push(record.iter().map(|field| &text[field.span.clone()]).collect());
        }
        (records, problems)
    }

    #[test]
    fn fields_are_told_apart() {
        let text = "a,\"b,\r\nc\",\"\"\r\n,\"d\"\"e\" ,f\n\ng";
        let expected = vec![vec!["a", "b,\r\nc", ""], vec!["", "d\"\"e", "f"], vec![""], vec!["g"]];
        assert_eq!(records(text), (expected, 0));
    }

    #[test]
    fn a_wrong_mark_costs_its_row() {
        let (rows, problems) = records("a,\"b\nc,d\n\"x\" y,e\nf,g");
        let expected = [vec!["a", "\"b"], vec!["c", "d"], vec!["\"x\" y", "e"], vec!["f", "g"]];
        assert_eq!((rows.as_slice(), problems), (&expected[..], 2));
    }

    #[test]
    fn doubled_marks_are_one() {
        let text = MappedText::verbatim("\"a \"\"b\"\"\r\nc\"".to_owned(), 5);
        let field = Field { span: 1..11, quoted: true };
        let decoded = field.decoded(&text);
        assert_eq!(decoded.as_str(), "a \"b\"\nc");
        let source = decoded.to_source(TextSpan::new(2, 5));
        assert_eq!((source.start, source.end), (8, 13));
    }

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
