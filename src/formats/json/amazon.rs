//! Amazon Connect: Contact Lens for calls and chats, its segments in real time, and
//! transcripts of chats.
//!
//! <https://docs.aws.amazon.com/connect/latest/adminguide/contact-lens-example-output-files.html>
//! <https://docs.aws.amazon.com/contact-lens/latest/APIReference/API_ListRealtimeContactAnalysisSegments.html>

use super::shape::{self, Layout, Message, People, RoleOf, Shape, Text};
use super::words::Words;
use crate::formats::Format;
use crate::turn::Role;

/// Transcripts of Contact Lens.
pub(in crate::formats) const CONTACT_LENS: Format = Format {
    name: "contact-lens",
    about: "Amazon Connect Contact Lens: calls, chats and real-time segments",
    recognize: |input| shape::recognize(&SHAPE, input),
    read: |input| shape::read(&SHAPE, input),
};

const SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "*", messages: &["Transcript"] },
        Layout { conversations: "", messages: &["Transcript"] },
        Layout { conversations: "*", messages: &["Segments.Transcript"] },
        Layout { conversations: "", messages: &["Segments.Transcript"] },
    ],
    marks: &[
        &["ParticipantId", "Content"],
        &["ParticipantRole", "Content"],
        &["ParticipantId", "ContentType"],
        &["Participants.ParticipantRole", "Version"],
    ],
    id: &["CustomerMetadata.ContactId", "ContactId", "InitialContactId"],
    channel: &["Channel"],
    people: Some(People {
        key: &["ParticipantId"],
        lists: &["Participants"],
        id: &["ParticipantId"],
    }),
    message: Message {
        text: &[Text::Plain("Content")],
        speaker: &["DisplayName", "@.DisplayName"],
        role: &[
            RoleOf::Word("Type", &[("EVENT", Role::System)]),
            RoleOf::Prefix("ContentType", DATA),
            RoleOf::Word("ParticipantRole", PARTICIPANTS),
            RoleOf::Word("@.ParticipantRole", PARTICIPANTS),
            RoleOf::Word("ParticipantId", PARTICIPANTS),
        ],
        time: &["AbsoluteTime", "Time.AbsoluteTime", "BeginOffsetMillis", "Time.BeginOffsetMillis"],
        conversation: &[],
    },
};

/// Lists to pick from and their like: JSON, where words would be.
const DATA: &Words = &[("application/vnd.amazonaws.connect.message.interactive", Role::System)];

const PARTICIPANTS: &Words = &[
    ("AGENT", Role::Agent),
    ("SUPERVISOR", Role::Agent),
    ("CUSTOMER", Role::Customer),
    ("CUSTOM_BOT", Role::Bot),
    ("BOT", Role::Bot),
    ("IVR", Role::Bot),
    ("SYSTEM", Role::System),
];
