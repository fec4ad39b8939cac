//! Zendesk: comments of tickets, the history of chats, and messages of Sunshine
//! Conversations.
//!
//! <https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/>
//! <https://developer.zendesk.com/api-reference/live-chat/chat-api/chats/>

use super::html;
use super::shape::{self, Layout, Message, People, RoleOf, Shape, Text};
use super::words::Words;
use crate::formats::Format;
use crate::turn::Role;

/// Comments of a ticket, alone or within their tickets.
pub(in crate::formats) const TICKETS: Format = Format {
    name: "zendesk",
    about: "Zendesk ticket comments, and ticket exports as JSON or NDJSON",
    recognize: |input| shape::recognize(&TICKETS_SHAPE, input),
    read: |input| shape::read(&TICKETS_SHAPE, input),
};

/// Chats of Zendesk Chat.
pub(in crate::formats) const CHAT: Format = Format {
    name: "zendesk-chat",
    about: "Zendesk Chat: the `history` of chats",
    recognize: |input| shape::recognize(&CHAT_SHAPE, input),
    read: |input| shape::read(&CHAT_SHAPE, input),
};

/// Messages of Sunshine Conversations.
pub(in crate::formats) const SUNSHINE: Format = Format {
    name: "sunshine",
    about: "Sunshine Conversations: messages of users and businesses",
    recognize: |input| shape::recognize(&SUNSHINE_SHAPE, input),
    read: |input| shape::read(&SUNSHINE_SHAPE, input),
};

/// An author who is neither known by number nor the one who asked works here: copied
/// customers rarely answer, and an agent who is taken for one would not be checked.
const TICKETS_SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "tickets.*", messages: &["comments"] },
        Layout { conversations: "ticket", messages: &["comments"] },
        Layout { conversations: "*", messages: &["comments"] },
        Layout { conversations: "", messages: &["comments"] },
        Layout { conversations: "", messages: &[""] },
    ],
    marks: &[
        &["author_id", "public", "body"],
        &["author_id", "public", "html_body"],
        &["author_id", "public", "plain_body"],
        &["author_id", "type=Comment|VoiceComment"],
        &["author_id", "body", "^.requester_id"],
        &["author_id", "body", "^.requester"],
    ],
    id: &["id", "ticket_id", "$.ticket.id", "$.ticket_id"],
    channel: &["via.channel"],
    people: Some(People {
        key: &["author_id", "author.id"],
        lists: &["users", "$.users", "requester", "assignee", "submitter", "collaborator"],
        id: &["id"],
    }),
    message: Message {
        text: &[Text::Markup("html_body", html), Text::Plain("plain_body"), Text::Plain("body")],
        speaker: &["@.name", "author.name", "@.email"],
        role: &[
            RoleOf::Word("public", &[("false", Role::Note)]),
            RoleOf::Word("author_id", &[("-1", Role::System)]),
            RoleOf::Word("@.role", USERS),
            RoleOf::Word("author.role", USERS),
            RoleOf::Same("author_id", "^.requester_id", Role::Customer),
            RoleOf::Same("author_id", "^.requester.id", Role::Customer),
            RoleOf::Same("author_id", "$.ticket.requester_id", Role::Customer),
            RoleOf::Differs("author_id", "^.requester_id", Role::Agent),
            RoleOf::Differs("author_id", "^.requester.id", Role::Agent),
            RoleOf::Differs("author_id", "$.ticket.requester_id", Role::Agent),
        ],
        time: &["created_at"],
        conversation: &["ticket_id"],
    },
};

const USERS: &Words =
    &[("end-user", Role::Customer), ("agent", Role::Agent), ("admin", Role::Agent)];

const CHAT_SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "chats.*", messages: &["", "history"] },
        Layout { conversations: "docs.*", messages: &["", "history"] },
        Layout { conversations: "*", messages: &["", "history"] },
        Layout { conversations: "", messages: &["", "history"] },
    ],
    marks: &[
        &["type=chat.msg|chat.memberjoin|chat.memberleave|chat.triggered|chat.rating"],
        &["type=offline_msg", "message"],
    ],
    id: &["id"],
    channel: &["type"],
    people: None,
    message: Message {
        text: &[Text::Plain("msg"), Text::Plain("message")],
        speaker: &["name", "visitor.name"],
        role: &[
            RoleOf::Word("type", &[("offline_msg", Role::Customer)]),
            RoleOf::Word("sender_type", SENDERS),
            RoleOf::Prefix("nick", NICKS),
        ],
        time: &["timestamp"],
        conversation: &[],
    },
};

const SENDERS: &Words = &[
    ("visitor", Role::Customer),
    ("agent", Role::Agent),
    ("trigger", Role::Bot),
    ("bot", Role::Bot),
    ("system", Role::System),
];

const NICKS: &Words =
    &[("agent:trigger", Role::Bot), ("agent", Role::Agent), ("visitor", Role::Customer)];

const SUNSHINE_SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "*", messages: &["messages"] },
        Layout { conversations: "", messages: &["messages"] },
        // A webhook: the events of version 2 carry one message each.
        Layout { conversations: "events.payload", messages: &["message"] },
        Layout { conversations: "", messages: &[""] },
    ],
    marks: &[
        &["author.type=user|business", "content.type"],
        &["role=appUser|appMaker|business|whisper", "received"],
    ],
    id: &["conversation.id", "conversationId", "id"],
    channel: &["source.type"],
    people: None,
    message: Message {
        text: &[Text::Plain("content.text"), Text::Plain("content.body"), Text::Plain("text")],
        speaker: &["author.displayName", "displayName", "name"],
        role: &[
            RoleOf::Word("author.subtypes.0", &[("AI", Role::Bot), ("bot", Role::Bot)]),
            RoleOf::Word("author.type", SIDES),
            RoleOf::Word("role", SIDES),
        ],
        time: &["received"],
        conversation: &[],
    },
};

const SIDES: &Words = &[
    ("user", Role::Customer),
    ("appUser", Role::Customer),
    ("business", Role::Agent),
    ("appMaker", Role::Agent),
    ("whisper", Role::Note),
];
