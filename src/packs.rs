//! Choosing the packs: the embedded one, the user's own, and which of their rules take part.
//!
//! The TOML under `rules/` is the source of the embedded pack. `build.rs` compiles
//! it with the modules of [`crate::rules`], so that nothing is parsed when buckstop
//! starts; only a user's pack is compiled on the spot. Reading files is left to the caller.

use std::path::Path;

use crate::finding::Severity;
use crate::learned::{Confidence, Model, ModelError};
use crate::rules::{Assembly, BuildError, Origin, PackError, Ruleset, WordLists, nearest};

/// The files of the embedded pack: name and text.
const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// What `build.rs` made of them; empty if the pack has mistakes.
const PREPARED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/embedded.bin"));

/// The learned detector that comes with buckstop.
const MODEL: &[u8] = include_bytes!("../rules/learned.model");

/// The files among them that hold the word lists of the language, and no rules.
const SHARED: [&str; 2] = ["guards.toml", "lists.toml"];

impl Model {
    /// The one that comes with buckstop.
    ///
    /// # Errors
    /// None, as buckstop's tests see to.
    pub fn embedded() -> Result<Self, ModelError> {
        Self::new(MODEL)
    }
}

impl Ruleset {
    /// Starts with the embedded pack and everything selected.
    #[must_use]
    pub fn builder() -> RulesetBuilder {
        RulesetBuilder {
            embedded: true,
            packs: Vec::new(),
            select: Vec::new(),
            also: Vec::new(),
            ignore: Vec::new(),
            companies: Vec::new(),
            words: Vec::new(),
            severities: Vec::new(),
            model: Source::Embedded,
            confidence: Confidence::default(),
        }
    }
}

impl Ruleset {
    /// The entries of a word list as written, those of all packs together.
    #[must_use]
    pub fn list(&self, name: &str) -> Option<&[String]> {
        // Only the prepared pack comes without them, and never with another.
        let lists = self.lists.get_or_init(|| embedded(|_| true).lists());
        lists.get(name).map(Vec::as_slice)
    }
}

/// Collects packs and choices, then builds a [`Ruleset`].
#[derive(Clone, Debug)]
pub struct RulesetBuilder {
    embedded: bool,
    packs: Vec<(String, String)>,
    select: Vec<String>,
    also: Vec<String>,
    ignore: Vec<String>,
    companies: Vec<String>,
    words: Vec<WordLists>,
    severities: Vec<(String, Severity)>,
    model: Source,
    confidence: Confidence,
}

/// Where the learned detector comes from.
#[derive(Clone, Debug)]
enum Source {
    Embedded,
    Given(Model),
    None,
}

impl RulesetBuilder {
    /// Whether the embedded pack takes part. Its shared word lists do in any case,
    /// unless a pack file of the same name replaces them.
    #[must_use]
    pub fn embedded(mut self, embedded: bool) -> Self {
        self.embedded = embedded;
        self
    }

    /// Adds a pack file: its name, for errors, and its text.
    #[must_use]
    pub fn pack(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.packs.push((name.into(), text.into()));
        self
    }

    /// Keeps only these rules and categories; an empty list keeps all that needn't be asked for.
    #[must_use]
    pub fn select(mut self, names: Vec<String>) -> Self {
        self.select = names;
        self
    }

    /// Takes these rules and categories in beside those that are selected.
    #[must_use]
    pub fn also(mut self, names: Vec<String>) -> Self {
        self.also = names;
        self
    }

    /// Drops these rules and categories.
    #[must_use]
    pub fn ignore(mut self, names: Vec<String>) -> Self {
        self.ignore = names;
        self
    }

    /// The company's own names: in the third person they distance.
    #[must_use]
    pub fn company(mut self, names: Vec<String>) -> Self {
        self.companies = names;
        self
    }

    /// Adds words to lists that the packs have.
    #[must_use]
    pub fn words(mut self, words: WordLists) -> Self {
        self.words.push(words);
        self
    }

    /// Gives rules another severity, by their ids or categories; of several names that fit a
    /// rule, its id counts most and `all` least.
    #[must_use]
    pub fn severities(mut self, severities: Vec<(String, Severity)>) -> Self {
        self.severities = severities;
        self
    }

    /// Whether the learned detector takes part. Without it, what rules ask of it is not asked.
    #[must_use]
    pub fn learned(mut self, learned: bool) -> Self {
        if !learned {
            self.model = Source::None;
        }
        self
    }

    /// Takes another model than the one that comes with buckstop.
    #[must_use]
    pub fn model(mut self, model: Model) -> Self {
        self.model = Source::Given(model);
        self
    }

    /// How certain the learned detector must be.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Checks and compiles everything; the embedded pack alone was compiled with buckstop itself.
    ///
    /// # Errors
    /// Every mistake in every pack, or a selector that names nothing.
    pub fn build(self) -> Result<Ruleset, BuildError> {
        let only_embedded = self.embedded && self.packs.is_empty() && self.words.is_empty();
        let prepared = if only_embedded { prepared() } else { None };
        let mut ruleset = match prepared {
            Some(ruleset) => ruleset,
            None => self.assemble().map_err(BuildError::Packs)?,
        };
        ruleset.companies = self
            .companies
            .iter()
            .map(|name| company_words(name))
            .filter(|words| !words.is_empty())
            .collect();
        ruleset.confidence = self.confidence;
        ruleset.model = match self.model {
            Source::Embedded => Model::embedded().ok(),
            Source::Given(model) => Some(model),
            Source::None => None,
        };
        ruleset.choose(&self.select, &self.also, &self.ignore)?;
        ruleset.weigh(&self.severities)?;
        Ok(ruleset)
    }

    fn assemble(&self) -> Result<Ruleset, Vec<PackError>> {
        let mut assembly = embedded(|name| self.takes_embedded(name));
        for (name, text) in &self.packs {
            assembly.read(Origin::User, name.clone(), text.clone());
        }
        for words in &self.words {
            assembly.add_words(words);
        }
        assembly.finish().map(Ruleset::from)
    }

    /// Without the embedded rules only the word lists that all rules share are
    /// left, and of these the ones that no pack replaces under the same file name.
    fn takes_embedded(&self, name: &str) -> bool {
        let replaced = || {
            self.packs
                .iter()
                .any(|(path, _)| Path::new(path).file_name().is_some_and(|n| n == name))
        };
        self.embedded || (SHARED.contains(&name) && !replaced())
    }
}

/// The chosen files of the embedded pack, read and not yet compiled.
fn embedded(takes: impl Fn(&str) -> bool) -> Assembly {
    let mut assembly = Assembly::default();
    for &(name, text) in EMBEDDED.iter().filter(|(name, _)| takes(name)) {
        assembly.read(Origin::Embedded, name.to_owned(), text.to_owned());
    }
    assembly
}

/// The embedded pack, compiled; nothing if it has mistakes, which compiling it again then tells.
fn prepared() -> Option<Ruleset> {
    if PREPARED.is_empty() { None } else { Ruleset::prepared(PREPARED) }
}

/// The words of a company's name, folded as the tokenizer folds a text.
fn company_words(name: &str) -> Vec<String> {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words.map(str::to_lowercase).collect()
}

impl Ruleset {
    fn choose(
        &mut self,
        select: &[String],
        also: &[String],
        ignore: &[String],
    ) -> Result<(), BuildError> {
        for name in select.iter().chain(also).chain(ignore) {
            self.expect_selector(name)?;
        }
        let chosen = [select, also, ignore].into_iter().any(|names| !names.is_empty());
        for number in (0..self.traits.len()).filter(|_| chosen) {
            let rule = &self.rules[number];
            let named = |names: &[String]| {
                names.iter().any(|n| *n == rule.id || *n == rule.category || n == "all")
            };
            let selected = if select.is_empty() { !rule.opt_in } else { named(select) };
            self.traits[number].enabled = (selected || named(also)) && !named(ignore);
        }
        Ok(())
    }

    fn weigh(&mut self, severities: &[(String, Severity)]) -> Result<(), BuildError> {
        for (name, _) in severities {
            self.expect_selector(name)?;
        }
        if severities.is_empty() {
            return Ok(());
        }
        for rule in self.rules.iter_mut() {
            let of = |name: &str| severities.iter().rev().find(|(it, _)| it == name);
            let given = of(&rule.id).or_else(|| of(&rule.category)).or_else(|| of("all"));
            rule.severity = given.map_or(rule.severity, |&(_, severity)| severity);
        }
        Ok(())
    }

    /// Sees to it that a name is that of a rule or a category, or `all`.
    ///
    /// # Errors
    /// That it is not, with the name that may have been meant.
    pub fn expect_selector(&self, name: &str) -> Result<(), BuildError> {
        let names =
            || self.rules.iter().flat_map(|r| [r.id.as_str(), r.category.as_str()]).chain(["all"]);
        if names().any(|n| n == name) {
            return Ok(());
        }
        let suggestion = nearest(name, names()).map(str::to_owned);
        Err(BuildError::UnknownSelector { name: name.to_owned(), suggestion })
    }
}
