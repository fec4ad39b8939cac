//! Azure: conversations for Azure AI Language, and batch transcriptions of calls.
//!
//! <https://learn.microsoft.com/azure/ai-services/language-service/summarization/how-to/conversation-summarization>
//! <https://learn.microsoft.com/azure/ai-services/speech-service/batch-transcription-get>

use super::shape::{self, Layout, Message, RoleOf, Shape, Text};
use crate::formats::Format;

/// Conversations for Azure AI Language, and transcriptions of its speech service.
pub(in crate::formats) const CONVERSATIONS: Format = Format {
    name: "azure",
    about: "Azure AI conversations (`conversationItems`) and batch transcriptions",
    recognize: |input| shape::recognize(&SHAPE, input),
    read: |input| shape::read(&SHAPE, input),
};

/// A transcription knows its speakers by number alone; who they are must be said.
const SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "analysisInput.conversations.*", messages: &["conversationItems"] },
        Layout { conversations: "conversations.*", messages: &["conversationItems"] },
        Layout { conversations: "*", messages: &["conversationItems"] },
        Layout { conversations: "", messages: &["conversationItems"] },
        Layout { conversations: "", messages: &["recognizedPhrases"] },
    ],
    marks: &[
        &["participantId", "text", "^.conversationItems"],
        &["nBest.display", "channel", "^.recognizedPhrases"],
        &["combinedRecognizedPhrases"],
    ],
    id: &["id", "source"],
    channel: &["modality"],
    people: None,
    message: Message {
        text: &[Text::Plain("text"), Text::Plain("itn"), Text::Plain("nBest.0.display")],
        speaker: &["participantId", "speaker", "channel"],
        role: &[RoleOf::Common("role"), RoleOf::Common("participantId")],
        time: &["timestamp", "audioTimings.0.offset", "offset"],
        conversation: &[],
    },
};
