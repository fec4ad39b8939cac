//! What a check reports: findings with their rewrites, skips with their reasons.
//!
//! These are the inner types; each output has its own small ones.

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::rules::Rule;
use crate::text::{SourceSpan, TextSpan};

/// How much a deflection stings.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Mild; worth a second look.
    Info,
    /// An ordinary deflection.
    #[default]
    Warning,
    /// A customer is lost over this.
    Error,
}

impl Severity {
    /// The word that users write and read: `info`, `warning`, `error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How far a rewrite may be trusted, from least to most, as in rustc and ruff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Applicability {
    /// Has `[blanks]` that only a human can fill.
    Template,
    /// Promises an action or changes what is said.
    Suggested,
    /// Says the same facts; only the ownership changes.
    Safe,
}

impl Applicability {
    /// The word that users write and read: `template`, `suggested`, `safe`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Suggested => "suggested",
            Self::Safe => "safe",
        }
    }
}

impl fmt::Display for Applicability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Other words for a finding, fitted to its sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrite {
    /// The words to put in place of `span`.
    pub text: String,
    /// How far they may be trusted.
    pub applicability: Applicability,
    /// What they replace, in the turn's text.
    pub span: TextSpan,
    /// How many bytes at the end of `text` say nothing new, but join it to what follows.
    pub tail: usize,
}

impl Rewrite {
    /// Whether it adds words, and takes none away.
    #[must_use]
    pub fn is_addition(&self) -> bool {
        self.span.is_empty()
    }

    /// The words to say on one line, without what joins them to those around them.
    #[must_use]
    pub fn words(&self) -> String {
        let words = self.text[..self.text.len() - self.tail].trim_start_matches(['.', ',']);
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// One deflection, or something that a message lacks.
#[derive(Clone, Debug)]
pub struct Finding<'r> {
    /// The rule that found it.
    pub rule: &'r Rule,
    /// Index of the turn in the report's turns.
    pub turn: usize,
    /// The deflecting words, in the turn's text; for what is lacking, the sentence beside which
    /// it would stand.
    pub span: TextSpan,
    /// The same words in the source.
    pub source_span: SourceSpan,
    /// Alternatives, best first.
    pub rewrites: Vec<Rewrite>,
    /// What the learned detector says, if it found this.
    pub opinion: Option<Opinion>,
    /// What it is known by, if that was settled before its words were masked; see
    /// [`fingerprint`](crate::fingerprint::fingerprint).
    pub fingerprint: Option<String>,
}

/// Why the learned detector takes words for a deflection.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    /// How likely it is one, from 0 to 1.
    pub confidence: f32,
    /// The words that weigh most, in the turn's text, the weightiest first.
    pub because: Vec<TextSpan>,
}

impl Opinion {
    /// The confidence with two digits, as it is told.
    #[must_use]
    pub fn rounded(&self) -> f64 {
        (f64::from(self.confidence) * 100.0).round() / 100.0
    }
}

/// A match that a guard let pass.
#[derive(Clone, Debug)]
pub struct Skip<'r> {
    /// The rule that matched.
    pub rule: &'r Rule,
    /// Index of the turn in the report's turns.
    pub turn: usize,
    /// The matched words, in the turn's text.
    pub span: TextSpan,
    /// The same words in the source.
    pub source_span: SourceSpan,
    /// Why it is not a finding, as a clause: "an owned next step follows".
    pub reason: String,
}
