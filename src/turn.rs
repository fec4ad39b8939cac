//! What was said, and by whom.
//!
//! Formats fill these types; detection reads them. Nothing here knows how a
//! conversation is stored.

use std::fmt;

use crate::text::MappedText;

/// Who speaks, as far as the company is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A person of the company's side.
    Agent,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Agent => "agent",
        })
    }
}

/// One uninterrupted contribution of one speaker.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Whose side the speaker is on.
    pub role: Role,
    /// What was said, decoded.
    pub text: MappedText,
}
