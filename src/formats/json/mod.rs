//! JSON and JSON Lines: one file for each family of products, each a table of where
//! messages, text, speaker, role and time live, and one file for all the rest.
//!
//! A further product is a [`shape::Shape`] and a line in [`super::FORMATS`].

mod choice;
mod flaws;
mod node;
mod reader;
mod scope;
mod shape;
mod tape;
mod words;

pub(super) mod amazon;
pub(super) mod azure;
pub(super) mod chat;
pub(super) mod dynamics;
pub(super) mod freshdesk;
pub(super) mod front;
pub(super) mod genesys;
pub(super) mod gong;
pub(super) mod google;
pub(super) mod hubspot;
pub(super) mod intercom;
pub(super) mod other;
pub(super) mod slack;
pub(super) mod twilio;
pub(super) mod zendesk;

use super::html;
use crate::text::MappedText;

pub(super) use other::mapped;
pub use other::{Mapping, read_mapped};
pub(super) use shape::Start;

/// The prose of a message in HTML.
#[expect(clippy::needless_pass_by_value, reason = "other readings of a text give it back")]
fn html(text: MappedText) -> MappedText {
    html::text(&text)
}
