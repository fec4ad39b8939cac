//! Colours, or none.

use colored::{ColoredString, Colorize};

use crate::finding::Severity;

/// Paints words, if colours are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    color: bool,
}

impl Paint {
    /// Whether to paint is the caller's decision alone: `colored` is kept from asking
    /// the environment a second time.
    #[must_use]
    pub fn new(color: bool) -> Self {
        if color {
            colored::control::set_override(true);
        }
        Self { color }
    }

    /// What carries the line.
    #[must_use]
    pub fn bold(self, text: &str) -> String {
        self.apply(text, Colorize::bold)
    }

    /// What may be passed over.
    #[must_use]
    pub fn dim(self, text: &str) -> String {
        self.apply(text, Colorize::dimmed)
    }

    /// Words to use.
    #[must_use]
    pub fn good(self, text: &str) -> String {
        self.apply(text, Colorize::green)
    }

    /// Lines and arrows around a snippet.
    pub(super) fn frame(self, text: &str) -> String {
        self.apply(text, |text| text.bright_blue().bold())
    }

    /// Words in the colour of a severity.
    #[must_use]
    pub fn severity(self, severity: Severity, text: &str) -> String {
        self.apply(text, |text| match severity {
            Severity::Error => text.bright_red().bold(),
            Severity::Warning => text.yellow().bold(),
            Severity::Info => text.bright_blue().bold(),
        })
    }

    fn apply(self, text: &str, style: impl FnOnce(ColoredString) -> ColoredString) -> String {
        let painted = self.color && !text.is_empty();
        if painted { style(text.into()).to_string() } else { text.to_owned() }
    }
}
