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

/// A rule pack of buckstop: rules, and word lists that their phrases call by name.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(title = "buckstop rule pack"))]
#[serde(deny_unknown_fields)]
pub(super) struct PackFile {
    /// Words that phrases call by one name: `{unit}`.
    #[serde(default)]
    pub(super) lists: Lists,
    /// The rules.
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

impl WordLists {
    /// The name of the file as the user knows it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }
}

/// A `[[rule]]`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RuleTable {
    /// Unique name in kebab-case.
    pub(super) id: Spanned<String>,
    /// Category of the guideline; `custom` if nothing is said.
    pub(super) category: Option<String>,
    /// How much it stings; `warning` if nothing is said.
    pub(super) severity: Option<SeverityName>,
    /// Short heading in sentence case; made of the id if nothing is said.
    pub(super) title: Option<String>,
    /// What the customer hears.
    pub(super) why: String,
    /// What it finds, in the phrase language.
    #[serde(default)]
    pub(super) phrases: Vec<Spanned<String>>,
    /// What it finds, as regular expressions; most things can be said as a phrase.
    #[serde(default)]
    pub(super) regex: Vec<Spanned<String>>,
    /// How certain the learned detector must be of a sentence.
    pub(super) learned: Option<Spanned<LearnedTable>>,
    /// Phrases of which a text is to have one; a text without is reported.
    #[serde(default)]
    pub(super) missing: Vec<Spanned<String>>,
    /// Where the words belong that a text lacks.
    pub(super) place: Option<EdgeName>,
    /// Whether it takes part only if it is asked for.
    #[serde(default)]
    pub(super) opt_in: bool,
    /// Further reading.
    #[serde(default)]
    pub(super) links: Vec<String>,
    /// Whether a finding is the words that match, or their whole clause.
    #[serde(default)]
    pub(super) extend: ExtendName,
    /// What to say instead, best first.
    #[serde(default)]
    pub(super) rewrites: Vec<Spanned<RewriteEntry>>,
    /// Phrases that make it stay silent.
    #[serde(default)]
    pub(super) unless: ConditionTable,
    /// Phrases of which there must be one.
    #[serde(default)]
    pub(super) when: ConditionTable,
    /// Which guards may let a match pass.
    #[serde(default)]
    pub(super) guards: GuardTable,
    /// What it must find and what it must let pass.
    #[serde(default)]
    pub(super) examples: Vec<Spanned<ExampleTable>>,
}

/// `learned`: what the learned detector must say of a sentence.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct LearnedTable {
    /// The category that it must find most likely; any if nothing is said.
    pub(super) category: Option<String>,
    /// How likely, between 0 and 1, it must find that the sentence deflects.
    pub(super) above: f32,
}

/// How much a deflection stings.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(super) enum SeverityName {
    Error,
    Warning,
    Info,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(super) enum ExtendName {
    #[default]
    Match,
    Clause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(super) enum EdgeName {
    Start,
    End,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(super) enum ApplicabilityName {
    Safe,
    Suggested,
    Template,
}

/// `[rule.unless]` and `[rule.when]`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct ConditionTable {
    /// Before the match, in its sentence.
    #[serde(default)]
    pub(super) before: Vec<Spanned<String>>,
    /// After the match, in its sentence.
    #[serde(default)]
    pub(super) after: Vec<Spanned<String>>,
    /// Anywhere in the sentence.
    #[serde(default)]
    pub(super) sentence: Vec<Spanned<String>>,
    /// In the next sentence.
    #[serde(default)]
    pub(super) next: Vec<Spanned<String>>,
    /// Anywhere in the message.
    #[serde(default)]
    pub(super) message: Vec<Spanned<String>>,
}

/// `[rule.guards]`: on, off, or as the category has it.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct ExampleTable {
    /// A message in which it must report `span`.
    pub(super) flag: Option<String>,
    /// The words of it that must be reported.
    pub(super) span: Option<String>,
    /// A message in which it must stay silent.
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct RewriteTable {
    text: String,
    applicability: Option<ApplicabilityName>,
    #[serde(default)]
    instead_of: Names,
}

/// One name, or several in an array.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, schema_for};

    use super::*;

    /// The two ways to write a rewrite.
    #[derive(JsonSchema)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "only its schema is used")]
    enum RewriteForms {
        Text(String),
        Table(RewriteTable),
    }

    impl JsonSchema for RewriteEntry {
        fn schema_name() -> Cow<'static, str> {
            "Rewrite".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            RewriteForms::json_schema(generator)
        }
    }

    #[test]
    fn the_schema_is_up_to_date() {
        crate::schemas::expect("pack.schema.json", &schema_for!(PackFile));
    }
}
