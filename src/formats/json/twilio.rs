//! Twilio Voice Intelligence: the sentences of a transcript.
//!
//! <https://www.twilio.com/docs/voice/intelligence/api/transcript-sentence-resource>

use super::shape::{self, Layout, Message, People, RoleOf, Shape, Text};
use super::words::Words;
use crate::formats::Format;
use crate::turn::Role;

/// Sentences of a transcript, with or without the transcript's participants.
pub(in crate::formats) const TRANSCRIPTS: Format = Format {
    name: "twilio",
    about: "Twilio Voice Intelligence transcripts: `media_channel` and participants",
    recognize: |input| shape::recognize(&SHAPE, input),
    read: |input| shape::read(&SHAPE, input),
};

/// Where no participants are given, the first channel is the agent's, as Twilio has it.
const SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "*", messages: &["sentences"] },
        Layout { conversations: "", messages: &["sentences"] },
        Layout { conversations: "transcript", messages: &["sentences"] },
        Layout { conversations: "", messages: &[""] },
    ],
    marks: &[&["media_channel", "transcript"]],
    id: &["sid", "transcript.sid", "transcript_sid", "sentences.0.transcript_sid"],
    channel: &[],
    people: Some(People {
        key: &["media_channel"],
        lists: &["channel.participants", "transcript.channel.participants", "participants"],
        id: &["channel_participant"],
    }),
    message: Message {
        text: &[Text::Plain("transcript")],
        speaker: &["@.full_name", "@.user_id", "@.email"],
        role: &[RoleOf::Common("@.role"), RoleOf::Word("media_channel", CHANNELS)],
        time: &["start_time"],
        conversation: &["transcript_sid"],
    },
};

const CHANNELS: &Words = &[("1", Role::Agent), ("2", Role::Customer)];
