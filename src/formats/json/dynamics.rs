//! Dynamics 365 Customer Service: the transcript in a conversation's annotation, decoded
//! from its base64.
//!
//! <https://learn.microsoft.com/dynamics365/customer-service/develop/download-transcripts-bulk>

use super::shape::{self, Layout, Message, RoleOf, Shape, Text};
use super::words::Words;
use crate::formats::Format;
use crate::turn::Role;

/// Messages of a conversation.
pub(in crate::formats) const TRANSCRIPT: Format = Format {
    name: "dynamics",
    about: "Dynamics 365 transcripts: `content`, `from`, `tags`, `createdDateTime`",
    recognize: |input| shape::recognize(&SHAPE, input),
    read: |input| shape::read(&SHAPE, input),
};

/// A customer whose name is known bears no mark, an agent's message does.
const SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "", messages: &[""] },
        Layout { conversations: "", messages: &["Content"] },
        Layout { conversations: "", messages: &["messages"] },
    ],
    marks: &[
        &["content", "contentType", "createdDateTime", "isControlMessage"],
        &["content", "contentType", "createdDateTime", "from", "tags"],
        &["content", "contentType", "createdDateTime", "from", "deliveryMode"],
    ],
    id: &[],
    channel: &[],
    people: None,
    message: Message {
        text: &[Text::Plain("content")],
        speaker: &["from.user.displayName", "from.application.displayName"],
        role: &[
            RoleOf::Word("isControlMessage", &[("true", Role::System)]),
            RoleOf::Word("from.user.displayName", CUSTOMER),
            RoleOf::Word("from.application.displayName", CUSTOMER),
            RoleOf::Prefix("tags", TAGS),
        ],
        time: &["createdDateTime"],
        conversation: &[],
    },
};

/// What a customer without a name is called.
const CUSTOMER: &Words = &[("customer", Role::Customer)];

/// The tag that comes first; what follows it are numbers of messages.
const TAGS: &Words = &[("public", Role::Agent), ("private", Role::Note), ("system", Role::System)];
