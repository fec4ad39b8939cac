//! Google: conversations of CCAI Insights and of Agent Assist.
//!
//! <https://cloud.google.com/contact-center/insights/docs/conversation-data-format>

use super::shape::{self, Layout, Message, RoleOf, Shape, Text};
use super::words::Words;
use crate::formats::Format;
use crate::turn::Role;

/// Conversations of CCAI Insights and Agent Assist.
pub(in crate::formats) const CCAI: Format = Format {
    name: "ccai",
    about: "Google CCAI Insights and Agent Assist: `entries[].role`, transcript segments",
    recognize: |input| shape::recognize(&SHAPE, input),
    read: |input| shape::read(&SHAPE, input),
};

const SEGMENTS: &[&str] = &["transcript.transcriptSegments", "transcript.transcript_segments"];

const SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "*", messages: &["entries"] },
        Layout { conversations: "", messages: &["entries"] },
        Layout { conversations: "*", messages: SEGMENTS },
        Layout { conversations: "conversations.*", messages: SEGMENTS },
        Layout { conversations: "", messages: SEGMENTS },
        Layout { conversations: "", messages: &["messages"] },
    ],
    marks: &[
        &[
            "role=AGENT|AUTOMATED_AGENT|CUSTOMER|END_USER|HUMAN_AGENT",
            "text",
            "^.conversation_info",
        ],
        &["role=AGENT|AUTOMATED_AGENT|CUSTOMER|END_USER|HUMAN_AGENT", "text", "user_id"],
        &[
            "role=AGENT|AUTOMATED_AGENT|CUSTOMER|END_USER|HUMAN_AGENT",
            "text",
            "start_timestamp_usec",
        ],
        &["conversation_info", "entries"],
        &["segmentParticipant.role", "text"],
        &["segment_participant.role", "text"],
        &["participantRole=HUMAN_AGENT|AUTOMATED_AGENT|END_USER", "content"],
    ],
    id: &["conversation_info.conversation_id", "conversation_id", "name"],
    channel: &["medium"],
    people: None,
    message: Message {
        text: &[Text::Plain("text"), Text::Plain("content")],
        speaker: &[
            "segmentParticipant.displayName",
            "segmentParticipant.userId",
            "segmentParticipant.dialogflowParticipant",
            "user_id",
            "participant",
        ],
        role: &[
            RoleOf::Word("role", PARTICIPANTS),
            RoleOf::Word("segmentParticipant.role", PARTICIPANTS),
            RoleOf::Word("segment_participant.role", PARTICIPANTS),
            RoleOf::Word("participantRole", PARTICIPANTS),
        ],
        time: &["start_timestamp_usec", "messageTime", "message_time", "createTime"],
        conversation: &[],
    },
};

const PARTICIPANTS: &Words = &[
    ("AGENT", Role::Agent),
    ("HUMAN_AGENT", Role::Agent),
    ("AUTOMATED_AGENT", Role::Bot),
    ("CUSTOMER", Role::Customer),
    ("END_USER", Role::Customer),
];
