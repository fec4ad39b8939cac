//! Project settings: what holds for a file, and where each value comes from.
//!
//! A configuration is read from TOML ([`Layer::read`]), laid over the one that it extends and
//! under the command line ([`Settings::over`]), and asked for what it comes to. Nothing here
//! looks for files, reads them, or knows of arguments.

mod entries;
mod file;
mod globs;
mod origin;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use entries::Entry;
pub use file::{Layer, MAPPING_KEYS};
pub use globs::Globs;
pub use origin::{Origin, Place, Sourced};

use crate::check::Options;
use crate::finding::Severity;
use crate::formats::{InputFormat, Mapping};
use crate::learned::Confidence;
use crate::packs::RulesetBuilder;
use crate::redaction::Redaction;
use crate::roles::RoleHints;
use crate::rules::{Ruleset, WordLists};
use crate::turn::Role;

/// Several values with their places, and where the list as a whole was given.
pub type List<T> = Option<Sourced<Vec<Sourced<T>>>>;

/// What one or several configurations say; what none says is left open.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Rule packs, files or folders.
    pub rules: Vec<Sourced<PathBuf>>,
    /// Whether the rules that come with buckstop take part.
    pub default_rules: Option<Sourced<bool>>,
    /// Whether the learned detector takes part.
    pub learned: Option<Sourced<bool>>,
    /// How certain it must be.
    pub confidence: Option<Sourced<Confidence>>,
    /// The file of another model for it.
    pub model: Option<Sourced<PathBuf>>,
    /// The only rules and categories that take part.
    pub select: List<String>,
    /// Rules and categories that take part beside those that are selected.
    pub extend_select: Vec<Sourced<String>>,
    /// Rules and categories that don't.
    pub ignore: List<String>,
    /// The severities of rules and categories.
    pub severity: BTreeMap<String, Sourced<Severity>>,
    /// The names that the company goes by.
    pub company: List<String>,
    /// People who speak for the company.
    pub agents: List<String>,
    /// People who don't.
    pub customers: List<String>,
    /// Programs that speak for the company.
    pub bots: List<String>,
    /// Domains whose addresses are agents'.
    pub agent_domains: List<String>,
    /// Whose turns are checked.
    pub roles: List<Role>,
    /// How files are read.
    pub input_format: Option<Sourced<InputFormat>>,
    /// Where data of one's own shape keeps what.
    pub mapping: Option<Sourced<Mapping>>,
    /// Further words for word lists.
    pub lists: Vec<Sourced<WordLists>>,
    /// The files that a walk picks up.
    pub include: Option<Sourced<Globs>>,
    /// Files and folders that a walk passes over.
    pub exclude: Option<Sourced<Globs>>,
    /// Whether `exclude` holds for files that are named, too.
    pub force_exclude: Option<Sourced<bool>>,
    /// What is ignored in some files only.
    pub per_file_ignores: BTreeMap<String, PerFileIgnores>,
    /// Which findings make a check fail.
    pub fail_on: Option<Sourced<FailOn>>,
    /// Whether what tells who somebody is is masked in all that is shown.
    pub redact: Option<Sourced<bool>>,
    /// Whether names are masked, too.
    pub redact_names: Option<Sourced<bool>>,
}

/// Rules that are ignored in the files that a glob fits.
#[derive(Clone, Debug)]
pub struct PerFileIgnores {
    /// Which files.
    pub globs: Globs,
    /// Their rules and categories.
    pub names: Sourced<Vec<Sourced<String>>>,
}

/// Which findings make a check fail: those of this severity and the worse ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Only errors.
    Error,
    /// Errors and warnings.
    Warning,
    /// All findings.
    #[default]
    Info,
    /// None at all.
    Never,
}

impl FailOn {
    /// All of them, in the order in which they are listed to users.
    pub const ALL: [Self; 4] = [Self::Error, Self::Warning, Self::Info, Self::Never];

    /// The word that users write and read.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Never => "never",
        }
    }

    /// Whether a finding of this severity makes the check fail.
    #[must_use]
    pub fn is_met_by(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Info => true,
            Self::Never => false,
        }
    }
}

/// Somebody was put on two sides.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{name}` is given more than one role")]
pub struct Contradiction {
    /// Who.
    pub name: String,
    /// Where one of the roles was given.
    pub origin: Origin,
}

impl Settings {
    /// These settings, and what `below` says of all that they leave open.
    ///
    /// A list takes the place of the one below, severities and what is ignored in some files are
    /// joined entry by entry; packs, further
    /// words and `extend-select` add up. Who selects starts anew, so that nothing which is
    /// ignored below is missing.
    #[must_use]
    pub fn over(self, mut below: Self) -> Self {
        if self.select.is_some() {
            below.ignore = None;
            below.extend_select.clear();
        }
        Self {
            rules: joined(below.rules, self.rules),
            default_rules: self.default_rules.or(below.default_rules),
            learned: self.learned.or(below.learned),
            confidence: self.confidence.or(below.confidence),
            model: self.model.or(below.model),
            select: self.select.or(below.select),
            extend_select: joined(below.extend_select, self.extend_select),
            ignore: self.ignore.or(below.ignore),
            severity: laid_over(below.severity, self.severity),
            company: self.company.or(below.company),
            agents: self.agents.or(below.agents),
            customers: self.customers.or(below.customers),
            bots: self.bots.or(below.bots),
            agent_domains: self.agent_domains.or(below.agent_domains),
            roles: self.roles.or(below.roles),
            input_format: self.input_format.or(below.input_format),
            mapping: self.mapping.or(below.mapping),
            lists: joined(below.lists, self.lists),
            include: self.include.or(below.include),
            exclude: self.exclude.or(below.exclude),
            force_exclude: self.force_exclude.or(below.force_exclude),
            per_file_ignores: laid_over(below.per_file_ignores, self.per_file_ignores),
            fail_on: self.fail_on.or(below.fail_on),
            redact: self.redact.or(below.redact),
            redact_names: self.redact_names.or(below.redact_names),
        }
    }

    /// How to read and check a source.
    ///
    /// # Errors
    ///
    /// If somebody is given two roles.
    pub fn options(&self) -> Result<Options, Contradiction> {
        let hints = RoleHints {
            agents: values(self.agents.as_ref()),
            customers: values(self.customers.as_ref()),
            bots: values(self.bots.as_ref()),
            agent_domains: values(self.agent_domains.as_ref()),
        };
        if let Some(name) = hints.contradiction() {
            return Err(Contradiction { name: name.to_owned(), origin: self.origin_of(name) });
        }
        let defaults = Options::default();
        Ok(Options {
            input_format: value(self.input_format.as_ref()).unwrap_or_default(),
            mapping: value(self.mapping.as_ref()),
            roles: self.roles.as_ref().map_or(defaults.roles, |_| values(self.roles.as_ref())),
            hints,
            explain_skips: false,
        })
    }

    /// The start of a ruleset: all but the packs, which somebody has to read.
    #[must_use]
    pub fn ruleset(&self, also_ignored: Vec<String>) -> RulesetBuilder {
        let severities = self.severity.iter().map(|(name, it)| (name.clone(), it.value));
        let mut ignored = values(self.ignore.as_ref());
        ignored.extend(also_ignored);
        let builder = Ruleset::builder()
            .embedded(self.has_default_rules())
            .learned(self.has_learned())
            .confidence(value(self.confidence.as_ref()).unwrap_or_default())
            .company(values(self.company.as_ref()))
            .select(values(self.select.as_ref()))
            .also(plain(&self.extend_select))
            .ignore(ignored)
            .severities(severities.collect());
        self.lists.iter().fold(builder, |builder, words| builder.words(words.value.clone()))
    }

    /// Whether the learned detector takes part.
    #[must_use]
    pub fn has_learned(&self) -> bool {
        value(self.learned.as_ref()).unwrap_or(true)
    }

    /// Whether the rules that come with buckstop take part.
    #[must_use]
    pub fn has_default_rules(&self) -> bool {
        value(self.default_rules.as_ref()).unwrap_or(true)
    }

    /// Which findings make a check fail.
    #[must_use]
    pub fn fails_on(&self) -> FailOn {
        value(self.fail_on.as_ref()).unwrap_or_default()
    }

    /// What is masked in all that is shown, if anything is. Who asks for names to be masked asks
    /// for everything.
    #[must_use]
    pub fn redaction(&self) -> Option<Redaction> {
        let names = value(self.redact_names.as_ref()).unwrap_or(false);
        let all = value(self.redact.as_ref()).unwrap_or(false);
        (all || names).then_some(Redaction { names })
    }

    /// Whether a walk passes a file or folder over that it meets; `path` is absolute.
    ///
    /// Whatever holds it was met before, or else the user named it.
    #[must_use]
    pub fn excludes(&self, path: &Path, is_folder: bool) -> bool {
        self.exclude.as_ref().is_some_and(|globs| globs.value.fit_itself(path, is_folder))
    }

    /// Whether a file or folder is to be passed over although the user named it; `path` is
    /// absolute.
    #[must_use]
    pub fn excludes_by_force(&self, path: &Path, is_folder: bool) -> bool {
        let forced = value(self.force_exclude.as_ref()).unwrap_or(false);
        forced && self.exclude.as_ref().is_some_and(|globs| globs.value.fit(path, is_folder))
    }

    /// Whether a walk picks a file up, if this says anything about it; `path` is absolute.
    #[must_use]
    pub fn includes(&self, path: &Path) -> Option<bool> {
        self.include.as_ref().map(|globs| globs.value.fit(path, false))
    }

    /// The rules and categories that are ignored in one file only; `path` is absolute.
    #[must_use]
    pub fn ignored_in(&self, path: &Path) -> Vec<String> {
        let fitting = self.per_file_ignores.values().filter(|it| it.globs.fit(path, false));
        fitting.flat_map(|it| plain(&it.names.value)).collect()
    }

    /// All names that must be those of rules or categories, with their places.
    pub fn selectors(&self) -> impl Iterator<Item = (&str, &Origin)> {
        let lists = [&self.select, &self.ignore].into_iter().flatten();
        let per_file = self.per_file_ignores.values().map(|it| &it.names);
        let named = lists.chain(per_file).flat_map(|list| &list.value);
        let named = named.chain(&self.extend_select).map(|it| (it.value.as_str(), &it.origin));
        named.chain(self.severity.iter().map(|(name, it)| (name.as_str(), &it.origin)))
    }

    /// Where a name was given a role.
    fn origin_of(&self, name: &str) -> Origin {
        let lists = [&self.customers, &self.bots, &self.agents].into_iter().flatten();
        let mut names = lists.flat_map(|list| &list.value);
        names.find(|it| it.value == name).map(|it| it.origin.clone()).unwrap_or_default()
    }
}

fn value<T: Clone>(sourced: Option<&Sourced<T>>) -> Option<T> {
    sourced.map(|it| it.value.clone())
}

fn values<T: Clone>(list: Option<&Sourced<Vec<Sourced<T>>>>) -> Vec<T> {
    list.map_or_else(Vec::new, |list| plain(&list.value))
}

fn plain<T: Clone>(values: &[Sourced<T>]) -> Vec<T> {
    values.iter().map(|it| it.value.clone()).collect()
}

fn joined<T>(mut below: Vec<T>, above: Vec<T>) -> Vec<T> {
    below.extend(above);
    below
}

fn laid_over<T>(mut below: BTreeMap<String, T>, above: BTreeMap<String, T>) -> BTreeMap<String, T> {
    below.extend(above);
    below
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(base: &str, text: &str) -> Settings {
        Layer::read("buckstop.toml", Path::new(base), text).expect("a configuration").settings
    }

    #[test]
    fn what_is_nearer_counts_and_packs_add_up() {
        let below = read(
            "/project",
            "rules = ['a.toml']\nignore = ['x', 'y']\nextend-select = ['steps']\n\
             [severity]\nx = 'info'\ny = 'info'\n",
        );
        let above = read(
            "/project/team",
            "rules = ['b.toml']\nignore = ['z']\nextend-select = ['w']\n[severity]\ny = 'error'\n",
        );
        let both = above.over(below);
        assert_eq!(
            plain(&both.rules),
            [Path::new("/project/a.toml"), Path::new("/project/team/b.toml")]
        );
        assert_eq!(values(both.ignore.as_ref()), ["z"]);
        assert_eq!(plain(&both.extend_select), ["steps", "w"]);
        let severities: Vec<_> = both.severity.iter().map(|(k, v)| (k.as_str(), v.value)).collect();
        assert_eq!(severities, [("x", Severity::Info), ("y", Severity::Error)]);
    }

    #[test]
    fn who_selects_starts_anew() {
        let below = read("/", "ignore = ['x']\nextend-select = ['steps']");
        let both = read("/", "select = ['x']").over(below);
        assert!(both.ignore.is_none() && both.extend_select.is_empty());
    }

    #[test]
    fn an_empty_list_is_not_nothing() {
        let both = read("/", "ignore = []").over(read("/", "ignore = ['x']"));
        assert!(values(both.ignore.as_ref()).is_empty());
    }

    #[test]
    fn globs_go_by_the_folder_of_their_file() {
        let below = read("/project", "[per-file-ignores]\n'/macros/*.md' = ['runaround']\n");
        let above = read("/project/team", "exclude = ['/old/']\n");
        let both = above.over(below);
        assert_eq!(both.ignored_in(Path::new("/project/macros/a.md")), ["runaround"]);
        assert!(both.ignored_in(Path::new("/project/team/macros/a.md")).is_empty());
        assert!(both.excludes(Path::new("/project/team/old"), true));
        assert!(!both.excludes(Path::new("/project/team/old/b.txt"), false));
        assert!(!both.excludes(Path::new("/project/old"), true));
        let forced = read("/", "force-exclude = true").over(both);
        assert!(forced.excludes_by_force(Path::new("/project/team/old/a/b.txt"), false));
    }

    #[test]
    fn somebody_on_two_sides_is_told_with_the_place() {
        let settings = read("/", "agents = ['Jane']\n\ncustomers = ['jane ']\n");
        let contradiction = settings.options().expect_err("Jane is on two sides");
        assert_eq!(contradiction.origin.to_string(), "buckstop.toml:3");
    }

    #[test]
    fn what_fails_a_check_is_a_matter_of_severity() {
        assert!(FailOn::Warning.is_met_by(Severity::Error));
        assert!(FailOn::Warning.is_met_by(Severity::Warning));
        assert!(!FailOn::Warning.is_met_by(Severity::Info));
        assert!(!FailOn::Never.is_met_by(Severity::Error));
    }
}
