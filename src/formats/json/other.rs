//! Any other JSON: by a mapping that the user wrote, or by a look at what is there.

use super::choice::Choices;
use super::html;
use super::node::Node;
use super::shape::{self, Found, Layout, Message, RoleOf, Shape, Text};
use super::words::Words;
use crate::formats::{Certainty, Format, Input, Reading, Understood};
use crate::source::Source;
use crate::text::MappedText;
use crate::turn::Role;

/// JSON of unknown make: messages are whatever has a text and a speaker.
pub(in crate::formats) const JSON: Format = Format {
    name: "json",
    about: "Any other JSON or JSONL whose messages have a text and a speaker or role",
    recognize: |input| {
        let json = ["json", "jsonl", "ndjson", "ldjson"].contains(&input.extension().as_str());
        let likely = Choices::lend(&GUESS, |choices| {
            shape::start_holds(input, |root| json || !locate(root, choices).is_empty())
        });
        if likely { Certainty::Likely } else { Certainty::No }
    },
    read: |input| {
        Choices::lend(&GUESS, |choices| {
            shape::read_found(choices, input, |root, reader| {
                let found = locate(root, reader.choices());
                reader.document(root, &found)
            })
        })
    },
};

/// Where data of the user's own shape keeps its messages and what belongs to them: dotted paths
/// in JSON, names of columns in a table.
///
/// A name leads to the member of that name, in an array to that of each element; a
/// number to one element; `*` to each. `conversations.messages` are the messages of all
/// conversations of a file, `sender.name` is the name of a sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// From the file, or a line of it, to the messages. Empty: it is a message, or an
    /// array of them.
    pub messages: String,
    /// From a message to what was said.
    pub text: String,
    /// From a message to the name of the speaker.
    pub speaker: Option<String>,
    /// From a message to the word that tells the speaker's role.
    pub role: Option<String>,
    /// From a message to the time.
    pub time: Option<String>,
    /// From a message, or from what holds its conversation, to the conversation's name.
    pub conversation: Option<String>,
}

/// Reads a source as JSON by a mapping.
#[must_use]
pub fn read_mapped(source: &Source, mapping: &Mapping) -> Understood {
    let (text, mut problems) = source.decode();
    let mut reading = mapped(&Input::new(source, text), mapping);
    problems.append(&mut reading.problems);
    Understood { problems, ..Understood::of(&JSON, reading) }
}

/// The same, with the source decoded.
pub(in crate::formats) fn mapped(input: &Input<'_>, mapping: &Mapping) -> Reading {
    let (holder, messages) = mapping.messages.rsplit_once('.').unwrap_or(("", &mapping.messages));
    let holders = if holder.is_empty() { "*".to_owned() } else { format!("{holder}.*") };
    let messages = [messages];
    let each = Layout { conversations: &holders, messages: &messages };
    let one = Layout { conversations: holder, messages: &messages };
    let layouts = if mapping.messages.is_empty() { vec![one] } else { vec![each, one] };
    let conversation = paths(mapping.conversation.as_ref());
    let role = mapping.role.iter().flat_map(|path| [RoleOf::Common(path), RoleOf::Label(path)]);
    let role: Vec<_> = role.collect();
    let shape = Shape {
        layouts: &layouts,
        marks: &[],
        id: &conversation,
        channel: &[],
        people: None,
        message: Message {
            text: &[Text::Markup(&mapping.text, prose), Text::Plain(&mapping.text)],
            speaker: &paths(mapping.speaker.as_ref()),
            role: &role,
            time: &paths(mapping.time.as_ref()),
            conversation: &conversation,
        },
    };
    shape::read_by_layouts(&mut Choices::new(&shape), input)
}

fn paths(path: Option<&String>) -> Vec<&str> {
    path.map(String::as_str).into_iter().collect()
}

/// How many elements of an array are asked whether they are messages.
const ENOUGH: usize = 8;

/// Finds what looks like messages: the document itself, or arrays in it.
fn locate<'d>(root: Node<'d>, choices: &mut Choices<'_>) -> Vec<Found<'d>> {
    if choices.of(root).is_message(root) {
        return vec![Found { conversation: root, messages: vec![root] }];
    }
    let mut found = Vec::new();
    search(root, root, choices, &mut found);
    found
}

fn search<'d>(
    node: Node<'d>,
    holder: Node<'d>,
    choices: &mut Choices<'_>,
    found: &mut Vec<Found<'d>>,
) {
    if node.elements().take(ENOUGH).any(|element| choices.of(element).is_message(element)) {
        let messages = node.elements().filter(|message| !message.is_cut()).collect();
        found.push(Found { conversation: holder, messages });
        return;
    }
    node.elements().for_each(|element| search(element, element, choices, found));
    node.members().for_each(|member| search(member, node, choices, found));
}

/// Text that is HTML only if it looks like it.
fn prose(text: MappedText) -> MappedText {
    let tags = ["</", "<br", "<p>", "<div"];
    let may_be = memchr::memchr(b'<', text.as_str().as_bytes()).is_some();
    let is_html = may_be && tags.iter().any(|tag| text.as_str().contains(tag));
    if is_html { html(text) } else { text }
}

/// What the name of a conversation is called; the plain `id` comes last.
const CONVERSATION: [&str; 16] = [
    "conversation_id",
    "conversationId",
    "ticket_id",
    "ticketId",
    "thread_id",
    "threadId",
    "chat_id",
    "chatId",
    "session_id",
    "sessionId",
    "call_id",
    "callId",
    "case_id",
    "caseId",
    "dialogue_id",
    "id",
];

/// What messages look like everywhere.
const GUESS: Shape<'static> = Shape {
    layouts: &[],
    marks: &[],
    id: &CONVERSATION,
    channel: &["channel", "channel_type", "medium"],
    people: None,
    message: Message {
        text: &[
            Text::Markup("text", prose),
            Text::Markup("message", prose),
            Text::Markup("body", prose),
            Text::Markup("content", prose),
            Text::Markup("utterance", prose),
            Text::Markup("transcript", prose),
            Text::Markup("msg", prose),
            Text::Markup("value", prose),
            Text::Markup("comment", prose),
            Text::Markup("message_text", prose),
            Text::Markup("messageText", prose),
            Text::Markup("message.text", prose),
            Text::Markup("message.body", prose),
            Text::Markup("message.content", prose),
            Text::Plain("content.text"),
            Text::Markup("body.text", prose),
            Text::Markup("text.value", prose),
            Text::Markup("body_html", html),
            Text::Markup("html", html),
        ],
        speaker: &[
            "speaker",
            "speaker.name",
            "speaker_name",
            "speakerName",
            "sender.name",
            "sender.displayName",
            "sender_name",
            "senderName",
            "sender.email",
            "sender",
            "author.name",
            "author.displayName",
            "author_name",
            "authorName",
            "author.email",
            "author",
            "from.name",
            "from_name",
            "from.email",
            "from",
            "participant.name",
            "participant",
            "agent_name",
            "customer_name",
            "user.name",
            "user.email",
        ],
        role: &[
            RoleOf::Word("private", YES_NOTE),
            RoleOf::Word("internal", YES_NOTE),
            RoleOf::Word("is_private", YES_NOTE),
            RoleOf::Word("is_internal", YES_NOTE),
            RoleOf::Word("isInternal", YES_NOTE),
            RoleOf::Word("public", &[("false", Role::Note)]),
            RoleOf::Common("role"),
            RoleOf::Common("speaker_role"),
            RoleOf::Common("speakerRole"),
            RoleOf::Common("participant_role"),
            RoleOf::Common("participantRole"),
            RoleOf::Common("sender_type"),
            RoleOf::Common("senderType"),
            RoleOf::Common("author_type"),
            RoleOf::Common("authorType"),
            RoleOf::Common("user_type"),
            RoleOf::Common("userType"),
            RoleOf::Common("speaker.role"),
            RoleOf::Common("speaker.type"),
            RoleOf::Common("sender.role"),
            RoleOf::Common("sender.type"),
            RoleOf::Common("author.role"),
            RoleOf::Common("author.type"),
            RoleOf::Common("from.role"),
            RoleOf::Common("from.type"),
            RoleOf::Common("user.role"),
            RoleOf::Common("user.type"),
            RoleOf::Common("participant.role"),
            RoleOf::Common("speaker"),
            RoleOf::Common("sender"),
            RoleOf::Common("author"),
            RoleOf::Common("from"),
            RoleOf::Common("participant"),
            RoleOf::Word("is_bot", &[("true", Role::Bot)]),
            RoleOf::Word("isBot", &[("true", Role::Bot)]),
            RoleOf::Word("is_agent", YES_AGENT),
            RoleOf::Word("isAgent", YES_AGENT),
            RoleOf::Word("from_agent", YES_AGENT),
            RoleOf::Word("fromAgent", YES_AGENT),
            RoleOf::Word("is_customer", YES_CUSTOMER),
            RoleOf::Word("isCustomer", YES_CUSTOMER),
            RoleOf::Word("is_inbound", YES_CUSTOMER),
            RoleOf::Word("isInbound", YES_CUSTOMER),
            RoleOf::Word("incoming", YES_CUSTOMER),
            RoleOf::Common("direction"),
            RoleOf::Label("speaker"),
            RoleOf::Label("speaker.name"),
            RoleOf::Label("sender"),
            RoleOf::Label("sender.name"),
            RoleOf::Label("author"),
            RoleOf::Label("author.name"),
            RoleOf::Label("from"),
            RoleOf::Label("from.name"),
            RoleOf::Has("agent_name", Role::Agent),
            RoleOf::Has("customer_name", Role::Customer),
        ],
        time: &[
            "time",
            "timestamp",
            "created_at",
            "createdAt",
            "sent_at",
            "sentAt",
            "date",
            "datetime",
            "start_time",
            "startTime",
            "start",
            "ts",
        ],
        // Of a message, the plain `id` is its own.
        conversation: CONVERSATION.split_at(CONVERSATION.len() - 1).0,
    },
};

const YES_NOTE: &Words = &[("true", Role::Note)];
const YES_AGENT: &Words = &[("true", Role::Agent), ("false", Role::Customer)];
const YES_CUSTOMER: &Words = &[("true", Role::Customer), ("false", Role::Agent)];
