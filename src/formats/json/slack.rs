//! Slack: the days of an exported channel, and answers of its API.
//!
//! <https://slack.com/help/articles/220556107-How-to-read-Slack-data-exports>

use super::shape::{self, Layout, Message, People, RoleOf, Shape, Text, whole};
use super::words::Words;
use crate::formats::Format;
use crate::text::{Layer, MappedText, TextSpan};
use crate::turn::Role;

/// Messages of a channel.
pub(in crate::formats) const EXPORT: Format = Format {
    name: "slack",
    about: "Slack exports: messages of a channel, with the users if they are in the file",
    recognize: |input| shape::recognize(&SHAPE, input),
    read: |input| shape::read(&SHAPE, input),
};

/// Colleagues and customers who share a channel are all users; which is which is for the
/// names to tell. Each thread is a conversation.
const SHAPE: Shape<'static> = Shape {
    layouts: &[
        Layout { conversations: "", messages: &["messages"] },
        Layout { conversations: "", messages: &[""] },
        Layout { conversations: "channels.*", messages: &["messages"] },
    ],
    marks: &[
        &["type=message", "ts", "text"],
        &["ts", "user", "text", "client_msg_id"],
        &["ts", "bot_id", "text"],
    ],
    id: &["channel", "channel_id", "id", "name"],
    channel: &[],
    people: Some(People {
        key: &["user"],
        lists: &["$.users", "$.members", "$.profiles"],
        id: &["id"],
    }),
    message: Message {
        text: &[Text::Markup("text", unescaped)],
        speaker: &[
            "@.profile.real_name",
            "@.real_name",
            "@.name",
            "user_profile.real_name",
            "user_profile.display_name",
            "username",
            "bot_profile.name",
            "user",
        ],
        role: &[
            RoleOf::Word("subtype", SUBTYPES),
            RoleOf::Has("bot_id", Role::Bot),
            RoleOf::Word("@.is_bot", &[("true", Role::Bot)]),
        ],
        time: &["ts"],
        conversation: &["thread_ts"],
    },
};

const SUBTYPES: &Words = &[
    ("bot_message", Role::Bot),
    ("channel_join", Role::System),
    ("channel_leave", Role::System),
    ("channel_topic", Role::System),
    ("channel_purpose", Role::System),
    ("channel_name", Role::System),
    ("channel_archive", Role::System),
    ("group_join", Role::System),
    ("group_leave", Role::System),
    ("pinned_item", Role::System),
    ("tombstone", Role::System),
];

/// The three characters that Slack escapes.
const ENTITIES: [(&str, &str); 3] = [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")];

/// The text of a message without its entities.
#[expect(clippy::needless_pass_by_value, reason = "other readings of a text give it back")]
fn unescaped(text: MappedText) -> MappedText {
    let mut builder = MappedText::builder_in(Layer::Slack);
    let all = whole(&text);
    let mut plain = 0;
    for at in memchr::memchr_iter(b'&', text.as_str().as_bytes()) {
        let rest = &text.as_str()[at..];
        let Some((entity, character)) = ENTITIES.iter().find(|(e, _)| rest.starts_with(e)) else {
            continue;
        };
        builder.push_slice(&text, TextSpan::new(plain, at));
        plain = at + entity.len();
        builder.push_decoded(character, &text, TextSpan::new(at, plain));
    }
    builder.push_slice(&text, TextSpan { start: plain as u32, ..all });
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_decoded_once() {
        let text = MappedText::verbatim("R&D: a &lt; b &amp;lt; &gt".to_owned(), 0);
        let text = unescaped(text);
        assert_eq!(text.as_str(), "R&D: a < b &lt; &gt");
        assert_eq!(text.to_source(TextSpan::new(7, 8)).end, 11);
    }
}
