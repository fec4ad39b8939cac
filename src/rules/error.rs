//! What can be wrong with a pack, told with its place and the way out.

use std::ops::Range;

/// One mistake in a file that a user wrote in TOML: a pack, or a configuration.
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

impl PackError {
    /// What the reader of TOML found wrong with a file. `help` is the way out where no name is
    /// merely misspelt.
    pub(crate) fn of_toml(
        file: &str,
        text: &PackText,
        error: &toml::de::Error,
        help: &str,
    ) -> Self {
        let message = error.message().lines().next().unwrap_or("this is no TOML");
        let (message, label, help) = match UnknownName::of(message) {
            Some(unknown) => (unknown.message(), "unknown", unknown.help()),
            None => (message.replace("a sequence", "a list"), "here", help.to_owned()),
        };
        Self {
            file: file.to_owned(),
            text: PackText::clone(text),
            span: error.span().unwrap_or(0..0),
            message,
            label: label.to_owned(),
            help: Some(help),
        }
    }
}

/// A key or a word that a file must not have, as the reader of TOML tells it: "unknown field `x`,
/// expected one of `a`, `b`".
struct UnknownName<'e> {
    what: &'static str,
    name: &'e str,
    known: Vec<&'e str>,
}

impl<'e> UnknownName<'e> {
    fn of(message: &'e str) -> Option<Self> {
        let kinds = [("unknown field `", "key"), ("unknown variant `", "word")];
        kinds.into_iter().find_map(|(start, what)| {
            let (name, expected) = message.strip_prefix(start)?.split_once('`')?;
            let is_name = |it: &&str| it.chars().all(is_of_key) && !it.is_empty();
            let mut known: Vec<_> = expected.split('`').filter(is_name).collect();
            known.sort_unstable();
            Some(Self { what, name, known })
        })
    }

    fn message(&self) -> String {
        match self.what {
            "key" => format!("there is no key `{}` here", self.name),
            _ => format!("`{}` is none of the words that can stand here", self.name),
        }
    }

    fn help(&self) -> String {
        match super::nearest(self.name, self.known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the {}s are {}", self.what, self.known.join(", ")),
        }
    }
}

fn is_of_key(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_')
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
