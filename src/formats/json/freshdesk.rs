//! Freshdesk: the conversations of a ticket, with or without the ticket.
//!
//! <https://developers.freshdesk.com/api/#conversations>

use super::html;
use super::shape::{self, Layout, Message, People, RoleOf, Shape, Text};
use crate::formats::Format;
use crate::turn::Role;

/// Conversations of a ticket.
pub(in crate::formats) const CONVERSATIONS: Format = Format {
    name: "freshdesk",
    about: "Freshdesk tickets and their conversations: `incoming`, `private`, `body_text`",
    recognize: |input| shape::recognize(&SHAPE, input),
    read: |input| shape::read(&SHAPE, input),
};

/// What the requester wrote stands in the ticket itself.
const SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "*", messages: &["", "conversations"] },
        Layout { conversations: "", messages: &["", "conversations"] },
    ],
    marks: &[&["incoming", "private"], &["requester_id", "responder_id", "cc_emails"]],
    id: &["ticket_id", "id"],
    channel: &[],
    people: Some(People {
        key: &["user_id", "requester_id"],
        lists: &["requester", "responder", "$.users", "$.contacts", "$.agents"],
        id: &["id"],
    }),
    message: Message {
        text: &[
            Text::Plain("body_text"),
            Text::Markup("body", html),
            Text::Plain("description_text"),
            Text::Markup("description", html),
        ],
        speaker: &["@.name", "@.contact.name", "from_email"],
        role: &[
            RoleOf::Word("private", &[("true", Role::Note)]),
            RoleOf::Word("incoming", &[("true", Role::Customer), ("false", Role::Agent)]),
            RoleOf::Has("description_text", Role::Customer),
            RoleOf::Has("description", Role::Customer),
        ],
        time: &["created_at"],
        conversation: &["ticket_id"],
    },
};
