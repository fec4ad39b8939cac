//! Reply drafts in plain text: the whole file is one turn of the agent.
//!
//! Quoted lines, code and addresses are left in the text; the language layer marks them.

use super::comments::without_comments;
use super::{Certainty, Format, Reading};
use crate::text::MappedText;
use crate::turn::{Conversation, Role, Turn};

/// A draft in plain text.
pub(super) const TEXT: Format = Format {
    name: "text",
    about: "A reply draft in plain text",
    recognize: |_| Certainty::Fallback,
    read: |input| draft(without_comments(&input.text)),
};

/// One turn of the agent.
pub(super) fn draft(text: MappedText) -> Reading {
    let conversation =
        Conversation { turns: vec![Turn::new(Role::Agent, text)], ..Conversation::default() };
    Reading { conversations: vec![conversation], ..Reading::default() }
}
