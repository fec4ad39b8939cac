//! Intercom: a conversation is the message that began it and the parts that followed.
//!
//! <https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations>

use super::html;
use super::shape::{self, Layout, Message, RoleOf, Shape, Text};
use super::words::Words;
use crate::formats::Format;
use crate::turn::Role;

/// Conversations of Intercom.
pub(in crate::formats) const CONVERSATIONS: Format = Format {
    name: "intercom",
    about: "Intercom conversations: `source` and `conversation_parts`",
    recognize: |input| shape::recognize(&SHAPE, input),
    read: |input| shape::read(&SHAPE, input),
};

const MESSAGES: &[&str] = &["source", "conversation_parts.conversation_parts"];

const SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "conversations.*", messages: MESSAGES },
        Layout { conversations: "data.item", messages: MESSAGES },
        Layout { conversations: "*", messages: MESSAGES },
        Layout { conversations: "", messages: MESSAGES },
    ],
    marks: &[
        &["type=conversation_part", "author.type"],
        &["author.type", "delivered_as"],
        &["author.type", "^.conversation_parts"],
        &["author.type", "part_type"],
        &["type=conversation", "source", "created_at"],
    ],
    id: &["id"],
    channel: &["source.type"],
    people: None,
    message: Message {
        text: &[Text::Markup("body", html)],
        speaker: &["author.name", "author.email"],
        role: &[
            RoleOf::Word("part_type", &[("note", Role::Note), ("note_and_reopen", Role::Note)]),
            RoleOf::Word("author.from_ai_agent", &[("true", Role::Bot)]),
            RoleOf::Word("author.type", AUTHORS),
        ],
        time: &["created_at", "^.created_at"],
        conversation: &[],
    },
};

const AUTHORS: &Words = &[
    ("admin", Role::Agent),
    ("teammate", Role::Agent),
    ("team", Role::Agent),
    ("bot", Role::Bot),
    ("operator", Role::Bot),
    ("user", Role::Customer),
    ("lead", Role::Customer),
    ("contact", Role::Customer),
    ("visitor", Role::Customer),
];
