//! What the columns of a table hold, by the names in its header.
//!
//! Nothing here reads rows.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use crate::formats::Mapping;

/// What the columns hold, by their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub(super) count: usize,
    pub(super) text: Option<usize>,
    pub(super) speaker: Option<usize>,
    pub(super) role: Option<usize>,
    /// Holds whether the message came in, from the customer.
    pub(super) incoming: Option<usize>,
    /// Holds whether the message is a note among colleagues.
    pub(super) private: Option<usize>,
    /// Holds whether the message is none.
    pub(super) public: Option<usize>,
    pub(super) time: Option<usize>,
    pub(super) conversation: Option<usize>,
    pub(super) channel: Option<usize>,
    /// Two columns of words, the customer's and the agent's: `question,answer`.
    pub(super) pair: Option<(usize, usize)>,
}

impl Columns {
    /// The columns of these names.
    pub(super) fn named(names: &[String]) -> Self {
        let names: Vec<String> = names.iter().map(|name| name_of(name)).collect();
        // The first line of what is no table names nothing that is known.
        if !names.iter().any(|name| KNOWN.contains(name.as_str())) {
            return Self { count: names.len(), ..Self::default() };
        }
        let find = |known: &[&str]| {
            known.iter().find_map(|known| names.iter().position(|name| name == known))
        };
        let mut columns = Self {
            count: names.len(),
            text: find(&TEXT),
            speaker: find(&SPEAKER),
            role: find(&ROLE),
            incoming: find(&INCOMING),
            private: find(&PRIVATE),
            public: find(&PUBLIC),
            time: find(&TIME),
            conversation: find(&CONVERSATION),
            channel: find(&CHANNEL),
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
    pub(super) fn mapped(names: &[String], mapping: &Mapping) -> Self {
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
    pub(super) fn say_something(&self) -> bool {
        self.text.is_some() || self.pair.is_some()
    }

    /// Whether the header is that of a transcript, beyond doubt.
    pub(super) fn is_transcript(&self) -> bool {
        let spoken = self.speaker.or(self.role).or(self.incoming).is_some();
        self.text.is_some() && spoken
    }

    /// How many columns have a meaning; most of all that of the words.
    pub(super) fn known(&self) -> usize {
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
const INCOMING: [&str; 4] = ["inbound", "incoming", "isincoming", "isinbound"];

const PRIVATE: [&str; 5] = ["private", "isprivate", "internal", "isinternal", "isnote"];

const PUBLIC: [&str; 2] = ["public", "ispublic"];

const CHANNEL: [&str; 3] = ["channel", "medium", "via"];

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

/// All names that are known.
static KNOWN: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
    let all: [&[&str]; 11] = [
        &TEXT,
        &SPEAKER,
        &ROLE,
        &INCOMING,
        &PRIVATE,
        &PUBLIC,
        &CHANNEL,
        &TIME,
        &CONVERSATION,
        &ASKED,
        &ANSWERED,
    ];
    all.into_iter().flatten().copied().collect()
});

/// More letters than the name of any column that is known has.
const TOO_MANY: usize = 32;

/// The name of a column as far as it takes to see whether it is known.
fn name_of(field: &str) -> String {
    // Where there is no table, fields are long.
    let mut name = String::new();
    for c in field.chars().filter(|c| c.is_alphanumeric()) {
        if c.is_ascii() {
            name.push(c.to_ascii_lowercase());
        } else {
            name.extend(c.to_lowercase());
        }
        if name.len() > TOO_MANY {
            break;
        }
    }
    name
}

/// The name of a column, in small letters, without what joins its words.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
