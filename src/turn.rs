//! What was said, and by whom.
//!
//! Formats fill these types; detection reads them. Nothing here knows how a
//! conversation is stored.

use std::fmt;
use std::str::FromStr;

use crate::text::MappedText;

/// Who speaks, as far as the company is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A person of the company's side.
    Agent,
    /// A program that speaks for the company.
    Bot,
    /// Somebody on the other side.
    Customer,
    /// A note among colleagues, which no customer sees.
    Note,
    /// The software: joined, left, transferred.
    System,
    /// Nobody could tell.
    Unknown,
}

impl Role {
    /// All roles, in the order in which they are listed to users.
    pub const ALL: [Self; 6] =
        [Self::Agent, Self::Bot, Self::Customer, Self::Note, Self::System, Self::Unknown];

    /// The word that users write and read.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Bot => "bot",
            Self::Customer => "customer",
            Self::Note => "note",
            Self::System => "system",
            Self::Unknown => "unknown",
        }
    }

    /// Who that is, in a few words.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Agent => "People who speak for the company",
            Self::Bot => "Programs that speak for the company",
            Self::Customer => "People on the other side",
            Self::Note => "Notes among colleagues, which no customer sees",
            Self::System => "The software: joined, left, transferred",
            Self::Unknown => "Speakers whose side nobody can tell",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == name).ok_or(UnknownRole)
    }
}

/// The name of no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no role of that name")]
pub struct UnknownRole;

/// One uninterrupted contribution of one speaker.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The speaker's name or address, as the source has it.
    pub speaker: Option<String>,
    /// Whose side the speaker is on.
    pub role: Role,
    /// When it was said, as the source has it.
    pub time: Option<String>,
    /// What was said, decoded.
    pub text: MappedText,
}

impl Turn {
    /// A turn of which only the words and the role are known.
    #[must_use]
    pub fn new(role: Role, text: MappedText) -> Self {
        Self { speaker: None, role, time: None, text }
    }
}

/// Turns that belong together.
#[derive(Clone, Debug, Default)]
pub struct Conversation {
    /// What the source calls it: a ticket number, a thread's id.
    pub id: Option<String>,
    /// How it was held, as the source has it: chat, voice, email.
    pub channel: Option<String>,
    /// In the order of the source.
    pub turns: Vec<Turn>,
}
