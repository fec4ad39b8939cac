//! What can be wrong with a pack, told with its place and the way out.

use std::ops::Range;

/// One mistake in a pack file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PackError {
    /// Name of the file as the user knows it.
    pub file: String,
    /// The whole text of the file, for showing the line.
    pub text: PackText,
    /// Where the mistake is, in bytes of that text.
    pub span: Range<usize>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What stands under the marked place, in a few words.
    pub label: String,
    /// The way out.
    pub help: Option<String>,
}

/// The text of a pack file, shared by the errors that point into it.
pub type PackText = std::sync::Arc<str>;

/// Why no ruleset could be built.
#[derive(Clone, Debug, thiserror::Error)]
pub enum BuildError {
    /// Mistakes in packs, all of them.
    #[error("{} in the rule packs", count(.0.len()))]
    Packs(Vec<PackError>),
    /// A selector that names neither a rule nor a category.
    #[error("there is no rule or category `{name}`")]
    UnknownSelector {
        /// What was asked for.
        name: String,
        /// What may have been meant.
        suggestion: Option<String>,
    },
}

fn count(mistakes: usize) -> String {
    if mistakes == 1 { "a mistake".to_owned() } else { format!("{mistakes} mistakes") }
}
