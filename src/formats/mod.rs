//! From a source to its turns. One file for each input format, one line here.
//!
//! A format decides what is prose and whose it is; it never judges the words.

mod draft;

use std::str::FromStr;

use crate::source::{Problem, Source};
use crate::turn::Turn;

/// The format that the user asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputFormat {
    /// Told from the file's name.
    #[default]
    Auto,
    /// A draft in plain text.
    Text,
    /// A draft in Markdown.
    Markdown,
}

impl InputFormat {
    /// All formats, in the order in which they are listed to users.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Text, Self::Markdown];

    /// The name that users write.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Text => "text",
            Self::Markdown => "markdown",
        }
    }

    /// What it reads, in one line.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Auto => "Tell the format from the file's name",
            Self::Text => "A reply draft in plain text",
            Self::Markdown => "A reply draft in Markdown, its front matter left out",
        }
    }
}

impl FromStr for InputFormat {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|format| format.as_str() == name).ok_or(UnknownFormat)
    }
}

/// The name of no format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no input format of that name")]
pub struct UnknownFormat;

/// What could be understood of a source.
#[derive(Debug)]
pub struct Conversation {
    /// The turns, in the order of the file.
    pub turns: Vec<Turn>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// Reads a source in the given format.
#[must_use]
pub fn read(source: &Source, format: InputFormat) -> Conversation {
    match resolve(source.name(), format) {
        InputFormat::Markdown => draft::markdown(source),
        _ => draft::text(source),
    }
}

fn resolve(name: &str, format: InputFormat) -> InputFormat {
    let markdown = || {
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        ["md", "markdown", "mdown", "mkd"].iter().any(|e| extension.eq_ignore_ascii_case(e))
    };
    match format {
        InputFormat::Auto if markdown() => InputFormat::Markdown,
        InputFormat::Auto => InputFormat::Text,
        given => given,
    }
}
