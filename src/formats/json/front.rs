//! Front, and others that tell the side by `is_inbound`.
//!
//! <https://dev.frontapp.com/reference/messages>

use super::html;
use super::shape::{self, Layout, Message, RoleOf, Shape, Text};
use crate::formats::Format;
use crate::turn::Role;

/// Messages and comments of a conversation.
pub(in crate::formats) const MESSAGES: Format = Format {
    name: "front",
    about: "Front conversations, and other lists of messages with `is_inbound`",
    recognize: |input| shape::recognize(&SHAPE, input),
    read: |input| shape::read(&SHAPE, input),
};

const SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "*", messages: &["messages", "comments"] },
        Layout { conversations: "", messages: &["_results"] },
        Layout { conversations: "", messages: &["messages", "comments"] },
        Layout { conversations: "", messages: &["messages._results", "comments._results"] },
        Layout { conversations: "", messages: &[""] },
    ],
    marks: &[&["is_inbound", "body"], &["is_inbound", "text"]],
    id: &["conversation_id", "id"],
    channel: &["message_type", "type"],
    people: None,
    message: Message {
        text: &[Text::Plain("text"), Text::Markup("body", html)],
        speaker: &[
            "author.first_name+author.last_name",
            "author.name",
            "author.email",
            "recipients.0.name",
            "recipients.0.handle",
        ],
        role: &[
            RoleOf::Word("is_inbound", &[("true", Role::Customer), ("false", Role::Agent)]),
            RoleOf::Has("posted_at", Role::Note),
        ],
        time: &["created_at", "posted_at"],
        conversation: &["conversation_id"],
    },
};
