//! Rules: what deflection looks like, why it stings, and what to say instead.
//!
//! Packs are TOML as support teams write it ([`schema`]); phrases are parsed
//! ([`phrase`]), compiled ([`program`]) and laid out ([`tables`]) as a [`Ruleset`], the one
//! thing that detection needs. Reading files is left to the caller.

mod assemble;
mod emit;
pub mod error;
mod frequency;
pub mod guide;
pub mod inflect;
pub mod phrase;
mod prefix;
pub mod probe;
pub mod program;

mod ruleset;
mod schema;
mod shelf;
mod silence;
mod spanned;
pub mod tables;

use serde::{Deserialize, Serialize};

pub use error::{BuildError, PackError};
pub use ruleset::Ruleset;
pub use schema::WordLists;
pub use shelf::Shelf;
pub use silence::{Guard, Place, Silence, Surroundings};

pub(crate) use assemble::Assembly;
pub(crate) use ruleset::{Condition, Conditions, Edge, Guards, Origin};
pub(crate) use schema::Lists;
pub(crate) use spanned::Spanned;

use crate::finding::{Applicability, Severity};
use crate::learned::CATEGORIES;

/// Memory that a compiled `regex` may take, in bytes: refuses patterns that explode.
const REGEX_SIZE: usize = 1 << 20;

/// A rule, ready to be explained; what it matches is held by the [`Ruleset`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Rule {
    /// Unique name in kebab-case, as users select and suppress it.
    pub id: String,
    /// Category of the guideline, or `custom`.
    pub category: String,
    /// How much it stings.
    pub severity: Severity,
    /// Short heading in sentence case.
    pub title: String,
    /// What the customer hears.
    pub why: String,
    /// Further reading.
    pub links: Vec<String>,
    /// Phrases as written.
    pub phrases: Vec<String>,
    /// Regular expressions as written.
    pub regex: Vec<String>,
    /// What the learned detector must say of a sentence, if the rule asks it.
    pub learned: Option<Learned>,
    /// Phrases as written of which a text is to have one; the rule reports a text without.
    pub missing: Vec<String>,
    /// Whether it takes part only if it is asked for.
    pub opt_in: bool,
    /// Alternatives as written, best first.
    pub rewrites: Vec<RewriteTemplate>,
    /// What it must find and what it must let pass.
    pub examples: Vec<Example>,
    /// Name of the pack file that holds it.
    pub pack: String,
}

/// What the learned detector must say of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// The category that it must find most likely, as an index into [`CATEGORIES`]; any if none
    /// is named.
    pub category: Option<u8>,
    /// How likely, from 0 to 1, it must find that the sentence deflects.
    pub above: f32,
}

impl Learned {
    /// The name of the category, if one is named.
    #[must_use]
    pub fn category_name(self) -> Option<&'static str> {
        CATEGORIES.get(usize::from(self.category?)).copied()
    }
}

/// A rewrite as the rule states it, before it is fitted to a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewriteTemplate {
    /// Text with `{captures}` and `[blanks]`.
    pub text: String,
    /// How far it may be trusted.
    pub applicability: Applicability,
    /// What of the sentence it takes the place of.
    pub instead_of: InsteadOf,
}

/// What of a sentence a rewrite takes the place of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InsteadOf {
    /// The words of the finding, no more and no less.
    Words,
    /// The whole clause that holds the finding.
    Clause,
    /// The first of these captures that the phrase remembers; the clause around it is made to
    /// agree with the new words.
    Captures(Vec<String>),
}

/// A rule's own test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Example {
    /// The rule must report exactly `span` in `text`.
    Flag {
        /// A message.
        text: String,
        /// The words of it that must be reported.
        span: String,
    },
    /// The rule must stay silent.
    Pass {
        /// A message.
        text: String,
    },
}

/// The candidate that is most likely meant by a misspelt name, if one is close.
#[must_use]
pub fn nearest<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let close = candidates
        .map(|c| (edit_distance(name, c), c))
        .filter(|&(d, c)| d <= 1 + name.len().max(c.len()) / 4);
    close.min().map(|(_, c)| c)
}

/// Levenshtein distance in characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, &y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// The captures that a rewrite uses, as written between the braces: a name, or a name and the
/// form that is wanted of it (`{lost:past}`).
pub(crate) fn captures_in(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let braced = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    braced.map(|(written, _)| match written.split_once(':') {
        Some((name, form)) => (name, Some(form)),
        None => (written, None),
    })
}
