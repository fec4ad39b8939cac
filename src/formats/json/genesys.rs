//! Genesys Cloud: transcripts of speech and text analytics, and of messaging.
//!
//! <https://developer.genesys.cloud/analyticsdatamanagement/speechtextanalytics/>

use super::shape::{self, Layout, Message, RoleOf, Shape, Text};
use super::words::Words;
use crate::formats::Format;
use crate::turn::Role;

/// Transcripts of Genesys Cloud.
pub(in crate::formats) const TRANSCRIPTS: Format = Format {
    name: "genesys",
    about: "Genesys Cloud transcripts: `phrases[].participantPurpose`",
    recognize: |input| shape::recognize(&SHAPE, input),
    read: |input| shape::read(&SHAPE, input),
};

const SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "*", messages: &["transcripts.phrases"] },
        Layout { conversations: "", messages: &["transcripts.phrases"] },
        Layout { conversations: "", messages: &["phrases"] },
        // Notifications while the call is held.
        Layout { conversations: "*.eventBody", messages: &["transcripts"] },
        Layout { conversations: "eventBody", messages: &["transcripts"] },
    ],
    marks: &[
        &["participantPurpose", "text"],
        &["channel=INTERNAL|EXTERNAL", "alternatives.transcript"],
    ],
    id: &["conversationId", "conversation.id", "id"],
    channel: &["mediaType"],
    people: None,
    message: Message {
        text: &[
            Text::Plain("decoratedText"),
            Text::Plain("text"),
            Text::Plain("alternatives.0.transcript"),
        ],
        speaker: &["participantName", "userId"],
        role: &[RoleOf::Word("participantPurpose", PURPOSES), RoleOf::Word("channel", PURPOSES)],
        time: &["startTimeMs", "offsetMs"],
        conversation: &[],
    },
};

const PURPOSES: &Words = &[
    ("internal", Role::Agent),
    ("agent", Role::Agent),
    ("user", Role::Agent),
    ("external", Role::Customer),
    ("customer", Role::Customer),
    ("ivr", Role::Bot),
    ("bot", Role::Bot),
    ("botflow", Role::Bot),
    ("acd", Role::Bot),
    ("workflow", Role::System),
];
