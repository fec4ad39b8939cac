//! Conversations as language models are trained on and asked with: chat completions,
//! `ShareGPT`, pairs of speaker and text.

use super::shape::{self, Layout, Message, RoleOf, Shape, Text};
use super::words::Words;
use crate::formats::Format;
use crate::turn::Role;

/// `{"messages": [{"role": "assistant", "content": "..."}]}`.
pub(in crate::formats) const COMPLETIONS: Format = Format {
    name: "chat-completions",
    about: "Chat completions, JSON or JSONL: `messages[].role` and `content`",
    recognize: |input| shape::recognize(&COMPLETIONS_SHAPE, input),
    read: |input| shape::read(&COMPLETIONS_SHAPE, input),
};

/// `{"conversations": [{"from": "gpt", "value": "..."}]}`.
pub(in crate::formats) const SHAREGPT: Format = Format {
    name: "sharegpt",
    about: "ShareGPT, JSON or JSONL: `conversations[].from` and `value`",
    recognize: |input| shape::recognize(&SHAREGPT_SHAPE, input),
    read: |input| shape::read(&SHAREGPT_SHAPE, input),
};

/// `[["agent", "..."], ["customer", "..."]]`.
pub(in crate::formats) const PAIRS: Format = Format {
    name: "pairs",
    about: "Pairs of speaker and text, JSON or JSONL: `[[\"agent\", \"...\"], ...]`",
    recognize: |input| shape::recognize(&PAIRS_SHAPE, input),
    read: |input| shape::read(&PAIRS_SHAPE, input),
};

const COMPLETIONS_SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "*", messages: &["messages"] },
        Layout { conversations: "", messages: &["messages"] },
        // A batch: requests and the answers to them.
        Layout { conversations: "body", messages: &["messages"] },
        Layout { conversations: "response.body", messages: &["choices.message"] },
        Layout { conversations: "", messages: &["choices.message"] },
        Layout { conversations: "", messages: &["input", "output"] },
        // Threads of the assistants interface.
        Layout { conversations: "", messages: &["data"] },
        Layout { conversations: "", messages: &[""] },
        Layout { conversations: "*", messages: &[""] },
    ],
    marks: &[&["role=system|user|assistant|tool|developer|function|model", "content"]],
    id: &["conversation_id", "thread_id", "id", "custom_id"],
    channel: &["channel"],
    people: None,
    message: Message {
        text: &[
            Text::Plain("content"),
            Text::Plain("content.text"),
            Text::Plain("content.text.value"),
            Text::Plain("content.*"),
        ],
        speaker: &["name"],
        role: &[RoleOf::Common("role")],
        time: &["timestamp", "created_at", "time", "date"],
        conversation: &["conversation_id", "thread_id"],
    },
};

const SHAREGPT_SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "*", messages: &["conversations"] },
        Layout { conversations: "", messages: &["conversations"] },
        Layout { conversations: "*", messages: &["conversation"] },
        Layout { conversations: "", messages: &["conversation"] },
    ],
    marks: &[&["from", "value"]],
    id: &["id", "conversation_id"],
    channel: &[],
    people: None,
    message: Message {
        text: &[Text::Plain("value")],
        speaker: &["name"],
        role: &[RoleOf::Word("from", SHAREGPT_ROLES), RoleOf::Common("from")],
        time: &["timestamp"],
        conversation: &[],
    },
};

const SHAREGPT_ROLES: &Words = &[
    ("human", Role::Customer),
    ("bing", Role::Bot),
    ("bard", Role::Bot),
    ("observation", Role::System),
    ("function_call", Role::System),
    ("function_response", Role::System),
];

const PAIRS_SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "", messages: &[""] },
        Layout { conversations: "*", messages: &[""] },
        Layout {
            conversations: "*",
            messages: &["original", "conversation", "dialogue", "dialog"],
        },
        Layout { conversations: "", messages: &["original", "conversation", "dialogue", "dialog"] },
    ],
    marks: &[
        &["0=agent|customer|user|assistant|bot|system|client|advisor|action", "1"],
        &["0=Agent|Customer|User|Assistant|Bot|System|Client|Advisor", "1"],
        &["0=AGENT|CUSTOMER|USER|ASSISTANT|BOT|SYSTEM|CLIENT|ADVISOR", "1"],
    ],
    id: &["convo_id", "conversation_id", "id"],
    channel: &[],
    people: None,
    message: Message {
        text: &[Text::Plain("1")],
        speaker: &["0"],
        role: &[RoleOf::Word("0", &[("action", Role::System)]), RoleOf::Common("0")],
        time: &["2"],
        conversation: &[],
    },
};
