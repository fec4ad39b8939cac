//! Gong: transcripts of calls, joined to the parties of the call.
//!
//! <https://help.gong.io/apidocs/retrieve-transcripts-of-calls-by-date-or-callids-v2callstranscript-2>

use super::shape::{self, Layout, Message, People, RoleOf, Shape, Text};
use super::words::Words;
use crate::formats::Format;
use crate::turn::Role;

/// Transcripts of calls.
pub(in crate::formats) const CALLS: Format = Format {
    name: "gong",
    about: "Gong call transcripts: `speakerId` joined to `parties`",
    recognize: |input| shape::recognize(&SHAPE, input),
    read: |input| shape::read(&SHAPE, input),
};

/// A number of a speaker is unique, so the parties of all calls can be kept together.
const SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "callTranscripts.*", messages: &["transcript"] },
        Layout { conversations: "calls.*", messages: &["transcript"] },
        Layout { conversations: "*", messages: &["transcript"] },
        Layout { conversations: "", messages: &["transcript"] },
    ],
    marks: &[&["speakerId", "sentences"]],
    id: &["callId", "id", "metaData.id"],
    channel: &["metaData.media"],
    people: Some(People {
        key: &["speakerId"],
        lists: &["parties", "$.parties", "$.calls.parties"],
        id: &["speakerId"],
    }),
    message: Message {
        text: &[Text::Sentences("sentences.text")],
        speaker: &["@.name", "@.emailAddress", "speakerId"],
        role: &[RoleOf::Word("@.affiliation", AFFILIATIONS)],
        time: &["sentences.0.start"],
        conversation: &[],
    },
};

const AFFILIATIONS: &Words = &[("Internal", Role::Agent), ("External", Role::Customer)];
