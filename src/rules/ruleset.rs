//! All the rules that take part, in the form that detection needs.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use super::error::{PackError, PackText};
use super::program::{Grammar, Program};
use super::silence::{Place, Silence};
use super::{REGEX_SIZE, Rule};

/// All the rules that take part, compiled.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ruleset {
    pub(crate) rules: Vec<Rule>,
    /// What the rules look for; parallel to `rules`.
    pub(crate) matchers: Vec<RuleMatcher>,
    /// All the phrases of all the rules.
    pub(crate) patterns: Vec<Pattern>,
    /// For each word the patterns that any match needs it for, by [`WordId`].
    pub(crate) index: Vec<Vec<u32>>,
    /// What the programs share.
    pub(crate) grammar: Grammar,
    /// The company's own names in canonical words.
    pub(crate) companies: Vec<Vec<String>>,
    /// The pack files, for errors found later.
    pub(super) files: Vec<PackSource>,
    /// The entries of the word lists as written. Left out of the prepared pack, as no check
    /// needs them; read from its files when they are asked for.
    #[serde(skip)]
    pub(crate) lists: OnceLock<BTreeMap<String, Vec<String>>>,
}

/// A phrase of a rule.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Pattern {
    pub(crate) rule: u32,
    pub(crate) program: Program,
}

/// How a rule decides.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RuleMatcher {
    pub(crate) regexes: Regexes,
    pub(crate) missing: Missing,
    pub(crate) extend: bool,
    pub(crate) guards: Guards,
    pub(crate) unless: Conditions,
    pub(crate) when: Conditions,
    /// Whether the rule was selected.
    pub(crate) enabled: bool,
    /// The file that holds the rule, and where its id and rewrites stand in it.
    pub(super) file: usize,
    pub(super) places: Vec<Range<usize>>,
}

/// What a rule wants a text to have.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Missing {
    /// The phrases, one of which is enough; none if the rule is of another kind.
    pub(crate) programs: Vec<Program>,
    /// Where the words belong that a text lacks.
    pub(crate) edge: Edge,
}

/// One of the two ends of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Edge {
    /// After the greeting.
    Start,
    /// Before the words of farewell.
    #[default]
    End,
}

/// Which built-in guards a rule uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "nine independent switches, as the pack writes them"
)]
pub(crate) struct Guards {
    pub(crate) quoted: bool,
    pub(crate) code: bool,
    pub(crate) negated: bool,
    pub(crate) hypothetical: bool,
    pub(crate) redeemed: bool,
    pub(crate) referent: bool,
    pub(crate) reasoned: bool,
    pub(crate) linked: bool,
    pub(crate) asked: bool,
}

/// Phrases around a match that decide about it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Conditions {
    pub(crate) before: Vec<Condition>,
    pub(crate) after: Vec<Condition>,
    pub(crate) sentence: Vec<Condition>,
    pub(crate) next: Vec<Condition>,
    pub(crate) message: Vec<Condition>,
}

impl Conditions {
    /// The phrases by the place where they are looked for.
    pub(crate) fn by_place(&self) -> [(Place, &[Condition]); 5] {
        [
            (Place::Before, &self.before),
            (Place::After, &self.after),
            (Place::Sentence, &self.sentence),
            (Place::Next, &self.next),
            (Place::Message, &self.message),
        ]
    }
}

/// One such phrase, as written and compiled.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Condition {
    pub(crate) written: String,
    pub(crate) program: Program,
}

/// A pack file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PackSource {
    pub(super) origin: Origin,
    pub(super) name: String,
    /// Left out of the prepared pack, whose mistakes were found when it was prepared.
    #[serde(skip)]
    pub(super) text: PackText,
}

/// Where a pack file comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Origin {
    /// From buckstop itself.
    Embedded,
    /// From the user.
    User,
}

/// The regular expressions of a rule, compiled on first need.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Regexes {
    written: Vec<String>,
    #[serde(skip)]
    compiled: OnceLock<Vec<Regex>>,
}

impl Regexes {
    /// Takes expressions that were found to be sound.
    pub(super) fn new(written: Vec<String>) -> Self {
        Self { written, compiled: OnceLock::new() }
    }

    /// The expressions, compiled.
    pub(crate) fn all(&self) -> &[Regex] {
        let compile =
            |written: &String| RegexBuilder::new(written).size_limit(REGEX_SIZE).build().ok();
        self.compiled.get_or_init(|| self.written.iter().filter_map(compile).collect())
    }
}

impl Ruleset {
    /// The rules, in the order of their packs; those not selected are among them.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether a rule takes part in checks.
    #[must_use]
    pub fn is_enabled(&self, rule: usize) -> bool {
        self.matchers[rule].enabled
    }

    /// Whether any rule that takes part wants something said.
    pub(crate) fn misses_words(&self) -> bool {
        self.matchers.iter().any(|it| it.enabled && !it.missing.programs.is_empty())
    }

    /// Whether a rule is of the embedded pack.
    #[must_use]
    pub fn is_embedded(&self, rule: usize) -> bool {
        self.files[self.matchers[rule].file].origin == Origin::Embedded
    }

    /// When a rule stays silent though its words stand there.
    #[must_use]
    pub fn silence(&self, rule: usize) -> Silence<'_> {
        Silence::of(&self.matchers[rule])
    }

    /// An error about the rewrite of a rule.
    #[must_use]
    pub(crate) fn rewrite_error(
        &self,
        rule: usize,
        rewrite: usize,
        message: String,
        label: String,
        help: String,
    ) -> PackError {
        let matcher = &self.matchers[rule];
        let file = &self.files[matcher.file];
        let span = matcher.places[rewrite + 1].clone();
        PackError {
            file: file.name.clone(),
            text: file.text.clone(),
            span,
            message,
            label,
            help: Some(help),
        }
    }
}
