//! Where a value was given.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::rules::PackError;
use crate::rules::error::PackText;

/// A value and where it comes from.
#[derive(Clone, Debug)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// A value from the command line.
    pub fn given(value: T) -> Self {
        Self { value, origin: Origin::CommandLine }
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, Default)]
pub enum Origin {
    /// Nobody gave it.
    #[default]
    Default,
    /// An argument.
    CommandLine,
    /// A configuration.
    Configuration(Place),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::CommandLine => f.write_str("command line"),
            Self::Configuration(place) if place.inline => f.write_str(&place.file),
            Self::Configuration(place) => write!(f, "{}:{}", place.file, place.line()),
        }
    }
}

/// A place in a configuration.
#[derive(Clone, Debug)]
pub struct Place {
    /// The name of the file as the user knows it.
    pub file: Arc<str>,
    /// Its whole text.
    pub text: PackText,
    /// Where in that text, in bytes.
    pub span: Range<usize>,
    /// Whether it is no file but an argument.
    pub inline: bool,
}

impl Place {
    /// The number of the line, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        let start = self.span.start.min(self.text.len());
        memchr::memchr_iter(b'\n', &self.text.as_bytes()[..start]).count() + 1
    }

    /// An error about what stands there.
    #[must_use]
    pub fn error(
        &self,
        message: impl Into<String>,
        label: impl Into<String>,
        help: Option<String>,
    ) -> PackError {
        PackError {
            file: self.file.to_string(),
            text: PackText::clone(&self.text),
            span: self.span.clone(),
            message: message.into(),
            label: label.into(),
            help,
        }
    }
}
