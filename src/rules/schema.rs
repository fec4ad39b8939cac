//! The pack as it is written: TOML in, plain values with their places out.
//!
//! Only the shape is checked here (unknown keys, missing fields, wrong types);
//! what the values mean is checked in [`super::ruleset`].

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};

use super::error::PackText;
use super::spanned::Spanned;

/// A pack file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackFile {
    #[serde(default)]
    pub(super) lists: Lists,
    #[serde(default)]
    pub(super) rule: Vec<RuleTable>,
}

/// `[lists]`: words that phrases call by one name.
pub(crate) type Lists = BTreeMap<Spanned<String>, Vec<Spanned<String>>>;

/// Further words for lists, from a file that is no pack.
#[derive(Clone, Debug)]
pub struct WordLists {
    /// The name of the file as the user knows it.
    pub(crate) file: String,
    /// Its whole text.
    pub(crate) text: PackText,
    /// The words.
    pub(crate) lists: Lists,
}

/// A `[[rule]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleTable {
    pub(super) id: Spanned<String>,
    pub(super) category: Option<String>,
    pub(super) severity: Option<SeverityName>,
    pub(super) title: Option<String>,
    pub(super) why: String,
    #[serde(default)]
    pub(super) phrases: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) regex: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) missing: Vec<Spanned<String>>,
    pub(super) place: Option<EdgeName>,
    #[serde(default)]
    pub(super) opt_in: bool,
    #[serde(default)]
    pub(super) links: Vec<String>,
    #[serde(default)]
    pub(super) extend: ExtendName,
    #[serde(default)]
    pub(super) rewrites: Vec<Spanned<RewriteEntry>>,
    #[serde(default)]
    pub(super) unless: ConditionTable,
    #[serde(default)]
    pub(super) when: ConditionTable,
    #[serde(default)]
    pub(super) guards: GuardTable,
    #[serde(default)]
    pub(super) examples: Vec<Spanned<ExampleTable>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SeverityName {
    Error,
    Warning,
    Info,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ExtendName {
    #[default]
    Match,
    Clause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum EdgeName {
    Start,
    End,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ApplicabilityName {
    Safe,
    Suggested,
    Template,
}

/// `[rule.unless]` and `[rule.when]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConditionTable {
    #[serde(default)]
    pub(super) before: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) after: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) sentence: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) next: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) message: Vec<Spanned<String>>,
}

/// `[rule.guards]`: on, off, or as the category has it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GuardTable {
    pub(super) quoted: Option<bool>,
    pub(super) code: Option<bool>,
    pub(super) negated: Option<bool>,
    pub(super) hypothetical: Option<bool>,
    pub(super) redeemed: Option<bool>,
    pub(super) referent: Option<bool>,
    pub(super) reasoned: Option<bool>,
    pub(super) linked: Option<bool>,
    pub(super) asked: Option<bool>,
}

/// `[[rule.examples]]`: `flag` with `span`, or `pass`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExampleTable {
    pub(super) flag: Option<String>,
    pub(super) span: Option<String>,
    pub(super) pass: Option<String>,
}

/// A rewrite: a string, or a table that says more.
#[derive(Debug, Default)]
pub(super) struct RewriteEntry {
    pub(super) text: String,
    pub(super) applicability: Option<ApplicabilityName>,
    /// `words`, `clause` or names of captures; nothing if the rule does not say.
    pub(super) instead_of: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RewriteTable {
    text: String,
    applicability: Option<ApplicabilityName>,
    #[serde(default)]
    instead_of: Names,
}

/// One name, or several in an array.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Names {
    #[default]
    None,
    One(String),
    Several(Vec<String>),
}

impl From<Names> for Vec<String> {
    fn from(names: Names) -> Self {
        match names {
            Names::None => Self::new(),
            Names::One(name) => vec![name],
            Names::Several(names) => names,
        }
    }
}

impl<'de> Deserialize<'de> for RewriteEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntryVisitor;
        impl<'de> Visitor<'de> for EntryVisitor {
            type Value = RewriteEntry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, or a table with `text` and `applicability`")
            }

            fn visit_str<E>(self, text: &str) -> Result<RewriteEntry, E> {
                Ok(RewriteEntry { text: text.to_owned(), ..RewriteEntry::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RewriteEntry, A::Error> {
                let table = RewriteTable::deserialize(MapAccessDeserializer::new(map))?;
                let RewriteTable { text, applicability, instead_of } = table;
                Ok(RewriteEntry { text, applicability, instead_of: instead_of.into() })
            }
        }
        deserializer.deserialize_any(EntryVisitor)
    }
}
