//! All the rules that take part, in the form that detection needs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use super::error::{PackError, PackText};
use super::program::{Grammar, Program};
use super::shelf::Shelf;
use super::silence::{Place, Silence};
use super::tables::{Programs, Tables};
use super::{Learned, REGEX_SIZE, Rule};
use crate::finding::Severity;
use crate::flat::{Reader, Writer};
use crate::learned::{Confidence, Model};

/// All the rules that take part, compiled.
#[derive(Debug)]
pub struct Ruleset {
    pub(crate) rules: Shelf<Rule>,
    /// What the rules look for; parallel to `rules`.
    pub(crate) matchers: Shelf<RuleMatcher>,
    /// What of a rule must be known before any of it is looked at; parallel to `rules`.
    pub(crate) traits: Vec<Traits>,
    /// The phrases, and all that matching them needs, laid out for [`Tables`].
    bytes: Cow<'static, [u8]>,
    /// Given once the rules that take part are chosen.
    number: OnceLock<u64>,
    /// The company's own names in canonical words.
    pub(crate) companies: Vec<Vec<String>>,
    /// The learned detector; without it, rules go by their phrases alone.
    pub(crate) model: Option<Model>,
    /// How ready the learned detector is to find something.
    pub(crate) confidence: Confidence,
    /// The pack files, for errors found later.
    files: Vec<PackSource>,
    /// The entries of the word lists as written. Left out of the prepared pack, as no check
    /// needs them; read from its files when they are asked for.
    pub(crate) lists: OnceLock<BTreeMap<String, Vec<String>>>,
}

/// What of a rule must be known before any of it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "six independent questions")]
pub(crate) struct Traits {
    /// What the learned detector must say of a sentence.
    pub(crate) learned: Option<Learned>,
    /// Whether it gives way where the learned detector is sure of the opposite.
    pub(crate) doubted: bool,
    /// Whether that is all the rule looks for.
    pub(crate) only_learned: bool,
    /// Whether the rule was selected.
    pub(crate) enabled: bool,
    /// Whether it has regular expressions.
    pub(crate) has_regexes: bool,
    /// Whether it misses words.
    pub(crate) misses: bool,
    /// Whether it is of the embedded pack.
    pub(crate) embedded: bool,
}

/// A pack that was read and found to be sound.
pub(crate) struct Compiled {
    pub(super) rules: Vec<Rule>,
    pub(super) matchers: Vec<RuleMatcher>,
    /// The phrases of all the rules, each with the number of its rule.
    pub(super) phrases: Vec<(u32, Program)>,
    /// The programs that matchers name by their numbers.
    pub(super) others: Vec<Program>,
    pub(super) grammar: Grammar,
    pub(super) files: Vec<PackSource>,
    pub(super) lists: BTreeMap<String, Vec<String>>,
}

/// How a rule decides.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct RuleMatcher {
    pub(crate) regexes: Regexes,
    pub(crate) missing: Missing,
    pub(crate) extend: bool,
    pub(crate) guards: Guards,
    pub(crate) unless: Conditions,
    pub(crate) when: Conditions,
    /// The file that holds the rule, and where its id and rewrites stand in it.
    pub(super) file: usize,
    pub(super) places: Vec<Range<usize>>,
}

/// What a rule wants a text to have.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Missing {
    /// The phrases, one of which is enough, by their numbers in [`Tables::other`]; none if the
    /// rule is of another kind.
    pub(crate) programs: Vec<u32>,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Its number in [`Tables::other`].
    pub(crate) program: u32,
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

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    /// The expressions, compiled.
    pub(crate) fn all(&self) -> &[Regex] {
        let compile =
            |written: &String| RegexBuilder::new(written).size_limit(REGEX_SIZE).build().ok();
        self.compiled.get_or_init(|| self.written.iter().filter_map(compile).collect())
    }
}

impl Compiled {
    fn traits(&self) -> Vec<Traits> {
        let all = self.rules.iter().zip(&self.matchers);
        let traits = all.map(|(rule, matcher)| Traits {
            learned: rule.learned,
            doubted: self.files[matcher.file].origin == Origin::Embedded
                && rule.severity < Severity::Error,
            only_learned: rule.learned.is_some()
                && rule.phrases.is_empty()
                && rule.regex.is_empty(),
            enabled: !rule.opt_in,
            has_regexes: !matcher.regexes.is_empty(),
            misses: !matcher.missing.programs.is_empty(),
            embedded: self.files[matcher.file].origin == Origin::Embedded,
        });
        traits.collect()
    }

    fn write_tables(&self, writer: &mut Writer) {
        let programs = Programs { phrases: &self.phrases, others: &self.others };
        Tables::write(&self.grammar, &programs, writer);
    }

    /// All of it as bytes, for [`Ruleset::prepared`].
    ///
    /// # Errors
    /// If something of it can't be written.
    #[allow(dead_code, reason = "done by build.rs alone")]
    pub(crate) fn prepare(&self) -> postcard::Result<Vec<u8>> {
        let mut writer = Writer::default();
        self.write_tables(&mut writer);
        Shelf::write(&[(self.traits(), &self.files)], &mut writer)?;
        Shelf::write(&self.rules, &mut writer)?;
        Shelf::write(&self.matchers, &mut writer)?;
        Ok(writer.finish())
    }
}

impl From<Compiled> for Ruleset {
    fn from(compiled: Compiled) -> Self {
        let mut writer = Writer::default();
        compiled.write_tables(&mut writer);
        Self {
            bytes: Cow::Owned(writer.finish()),
            traits: compiled.traits(),
            rules: compiled.rules.into(),
            matchers: compiled.matchers.into(),
            companies: Vec::new(),
            model: None,
            confidence: Confidence::default(),
            number: OnceLock::new(),
            files: compiled.files,
            lists: OnceLock::from(compiled.lists),
        }
    }
}

impl Ruleset {
    /// The pack that buckstop was built with; nothing if its bytes are no pack.
    pub(crate) fn prepared(bytes: &'static [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if Tables::read(&mut reader).words.is_empty() {
            return None;
        }
        let (traits, files) = postcard::from_bytes(reader.stretches().get(0)).ok()?;
        Some(Self {
            bytes: Cow::Borrowed(bytes),
            traits,
            files,
            rules: Shelf::read(&mut reader),
            matchers: Shelf::read(&mut reader),
            companies: Vec::new(),
            model: None,
            confidence: Confidence::default(),
            number: OnceLock::new(),
            lists: OnceLock::new(),
        })
    }

    /// A number that no other set of rules has had, by which what is remembered of one is not
    /// taken for another's.
    pub(crate) fn number(&self) -> u64 {
        static LAST: AtomicU64 = AtomicU64::new(0);
        *self.number.get_or_init(|| LAST.fetch_add(1, Ordering::Relaxed))
    }

    /// What matching goes by.
    #[must_use]
    pub fn tables(&self) -> Tables<'_> {
        Tables::read(&mut Reader::new(&self.bytes))
    }

    /// The rules, in the order of their packs; those not selected are among them.
    #[must_use]
    pub fn rules(&self) -> &Shelf<Rule> {
        &self.rules
    }

    /// Whether a rule takes part in checks.
    #[must_use]
    pub fn is_enabled(&self, rule: usize) -> bool {
        self.traits[rule].enabled
    }

    /// Whether any rule that takes part wants something said.
    pub(crate) fn misses_words(&self) -> bool {
        self.traits.iter().any(|it| it.enabled && it.misses)
    }

    /// Whether a rule is of the embedded pack.
    #[must_use]
    pub fn is_embedded(&self, rule: usize) -> bool {
        self.traits[rule].embedded
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
