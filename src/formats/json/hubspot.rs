//! `HubSpot`: the messages of a thread.
//!
//! <https://developers.hubspot.com/docs/api-reference/conversations-conversations-inbox-&-messages-v3/guide>

use super::html;
use super::shape::{self, Layout, Message, RoleOf, Shape, Text};
use super::words::Words;
use crate::formats::Format;
use crate::turn::Role;

/// Messages of threads.
pub(in crate::formats) const THREADS: Format = Format {
    name: "hubspot",
    about: "HubSpot conversation threads: `results[].direction` and `senders`",
    recognize: |input| shape::recognize(&SHAPE, input),
    read: |input| shape::read(&SHAPE, input),
};

const SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "*", messages: &["messages.results", "messages"] },
        Layout { conversations: "*", messages: &["results"] },
        Layout { conversations: "", messages: &["results"] },
        Layout { conversations: "", messages: &["messages.results", "messages"] },
        Layout { conversations: "", messages: &[""] },
    ],
    marks: &[
        &["senders", "direction=INCOMING|OUTGOING"],
        &["type=COMMENT|WELCOME_MESSAGE", "conversationsThreadId"],
        &["type=COMMENT|MESSAGE|WELCOME_MESSAGE", "senders", "channelId"],
    ],
    id: &["conversationsThreadId", "threadId", "id"],
    channel: &["channelId", "originalChannelId"],
    people: None,
    message: Message {
        text: &[Text::Plain("text"), Text::Markup("richText", html)],
        speaker: &["senders.name", "senders.deliveryIdentifier.value", "createdBy"],
        role: &[
            RoleOf::Word("type", &[("COMMENT", Role::Note), ("WELCOME_MESSAGE", Role::Bot)]),
            RoleOf::Prefix("senders.actorId", ACTORS),
            RoleOf::Common("direction"),
            RoleOf::Prefix("createdBy", ACTORS),
        ],
        time: &["createdAt"],
        conversation: &["conversationsThreadId"],
    },
};

const ACTORS: &Words = &[
    ("A-", Role::Agent),
    ("B-", Role::Bot),
    ("L-", Role::Bot),
    ("V-", Role::Customer),
    ("E-", Role::Customer),
    ("S-", Role::System),
    ("I-", Role::System),
];
