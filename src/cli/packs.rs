//! Reading rule packs, and telling what is wrong with them.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use buckstop::check::check_rewrites;
use buckstop::config::{Origin, Settings, Sourced};
use buckstop::learned::{Confidence, Model};
use buckstop::packs::RulesetBuilder;
use buckstop::render;
use buckstop::rules::{BuildError, PackError, Rule, Ruleset};
use rustc_hash::FxHashSet;
use walkdir::WalkDir;

use super::discovery::shown;
use super::input::unreadable;
use super::reading::given;
use super::terminal::{Complaint, Terminal, count};

/// Where the rules come from.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Rules")]
pub(super) struct PackArgs {
    /// Add a rule pack: a TOML file, or a folder of them; may be given several times
    #[arg(long, value_name = "PATH")]
    pub(super) rules: Vec<PathBuf>,

    /// Leave out the rules that come with buckstop
    #[arg(long)]
    pub(super) no_default_rules: bool,

    /// Go by phrases alone, without the learned detector
    #[arg(long)]
    pub(super) no_learned: bool,

    /// How certain the learned detector must be: `low` finds more, and more of it in vain
    /// [default: medium]
    #[arg(long, value_name = "LEVEL", value_enum)]
    pub(super) confidence: Option<ConfidenceLevel>,

    /// Use another model for the learned detector, as `buckstop learn` writes it
    #[arg(long, value_name = "FILE", conflicts_with = "no_learned")]
    pub(super) model: Option<PathBuf>,

    /// A name that the company goes by; may be given several times
    ///
    /// Rules about speaking of one's own company as an outsider watch for it.
    #[arg(long, value_name = "NAME")]
    pub(super) company: Vec<String>,
}

/// How certain the learned detector must be.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum ConfidenceLevel {
    Low,
    Medium,
    High,
}

impl From<ConfidenceLevel> for Confidence {
    fn from(level: ConfidenceLevel) -> Self {
        match level {
            ConfidenceLevel::Low => Self::Low,
            ConfidenceLevel::Medium => Self::Medium,
            ConfidenceLevel::High => Self::High,
        }
    }
}

impl PackArgs {
    /// What the arguments say.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            rules: self.rules.iter().cloned().map(Sourced::given).collect(),
            default_rules: self.no_default_rules.then(|| Sourced::given(false)),
            learned: self.no_learned.then(|| Sourced::given(false)),
            confidence: self.confidence.map(|level| Sourced::given(level.into())),
            model: self.model.clone().map(Sourced::given),
            company: given(&self.company),
            ..Settings::default()
        }
    }
}

/// Which of the rules take part.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Rules")]
pub(super) struct SelectArgs {
    /// Use only these rules; ids and categories, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(super) select: Vec<String>,

    /// Leave out these rules; ids and categories, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(super) ignore: Vec<String>,

    /// Use these rules, too, such as the opt-in category `steps`; separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(super) extend_select: Vec<String>,
}

impl SelectArgs {
    /// All the rules there are, those that must be asked for among them, unless it names some.
    pub(super) fn or_all(&self) -> Self {
        let mut all = self.clone();
        if all.select.is_empty() {
            all.select.push("all".to_owned());
        }
        all
    }

    /// The rules of a category in addition, if they are asked for.
    pub(super) fn and(&self, category: &str, asked_for: bool) -> Self {
        let mut both = self.clone();
        both.extend_select.extend(asked_for.then(|| category.to_owned()));
        both
    }

    /// What the arguments say.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            select: given(&self.select),
            ignore: given(&self.ignore),
            extend_select: self.extend_select.iter().cloned().map(Sourced::given).collect(),
            ..Settings::default()
        }
    }
}

/// Reads the packs and compiles all the rules that take part, whatever a configuration says.
///
/// # Errors
///
/// As [`build`].
pub(super) fn load(
    packs: &PackArgs,
    select: &SelectArgs,
    terminal: &mut Terminal<impl Write>,
) -> anyhow::Result<Ruleset> {
    build(&packs.settings().over(select.settings()), Vec::new(), terminal)
}

/// Reads the packs and compiles all the rules that take part, without those of `ignored`, which
/// are left out of one file only.
///
/// # Errors
///
/// If a pack can't be read or is wrong, if a name selects nothing, or if no rule is left. What
/// is wrong inside of packs is written to the terminal first, all of it.
pub(super) fn build(
    settings: &Settings,
    ignored: Vec<String>,
    terminal: &mut Terminal<impl Write>,
) -> anyhow::Result<Ruleset> {
    if !settings.has_default_rules() && settings.rules.is_empty() {
        let complaint = Complaint::new("no rules are left without those that come with buckstop");
        return Err(complaint.help("add your own with --rules PATH").into());
    }
    let all_but_some = !ignored.is_empty();
    let mut builder = settings.ruleset(ignored);
    let mut seen = FxHashSet::default();
    for pack in &settings.rules {
        // A pack may be named by a configuration, by the one that extends it, and here.
        if seen.insert(fs::canonicalize(&pack.value).unwrap_or_else(|_| pack.value.clone())) {
            builder = add(builder, &pack.value).map_err(|it| it.with_origin(&pack.origin))?;
        }
    }
    if let Some(model) = settings.model.as_ref().filter(|_| settings.has_learned()) {
        builder =
            builder.model(read_model(&model.value).map_err(|it| it.with_origin(&model.origin))?);
    }
    let built = builder.build().and_then(|ruleset| {
        settings.selectors().try_for_each(|(name, _)| ruleset.expect_selector(name))?;
        Ok(ruleset)
    });
    let ruleset = built.or_else(|error| refuse(error, settings, terminal))?;
    if !settings.rules.is_empty() {
        check_rewrites(&ruleset).or_else(|it| refuse(BuildError::Packs(it), settings, terminal))?;
    }
    if !all_but_some && enabled(&ruleset).next().is_none() {
        let complaint = Complaint::new("no rules are left to check with");
        let asked = ruleset.rules().iter().any(|rule| rule.opt_in) && settings.select.is_none();
        let help = if ruleset.rules().is_empty() {
            let packs = settings.rules.iter().map(|pack| pack.value.display().to_string());
            let packs = packs.collect::<Vec<_>>().join(", ");
            format!("there is no `[[rule]]` in {packs}; docs/writing-rules.md shows one")
        } else if asked {
            "opt-in rules take part if --select names them or their category".to_owned()
        } else {
            "--ignore takes away all that --select leaves".to_owned()
        };
        return Err(complaint.help(help).into());
    }
    Ok(ruleset)
}

/// The rules that take part, in the order of their packs.
pub(super) fn enabled(ruleset: &Ruleset) -> impl Iterator<Item = &Rule> {
    let rules = ruleset.rules().iter().enumerate();
    rules.filter(|&(number, _)| ruleset.is_enabled(number)).map(|(_, rule)| rule)
}

/// The files of a pack: itself, or the TOML files of a folder in the order of their names.
///
/// # Errors
///
/// A complaint if the folder can't be read or holds no pack.
fn files(path: &Path) -> Result<Vec<PathBuf>, Complaint> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in WalkDir::new(path).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| Complaint::new(error.to_string()))?;
        if entry.file_type().is_file() && entry.path().extension() == Some(OsStr::new("toml")) {
            files.push(entry.into_path());
        }
    }
    if files.is_empty() {
        let complaint = Complaint::new(format!("{}: no rule pack in this folder", path.display()));
        return Err(complaint.help("a rule pack is a file that ends in .toml"));
    }
    Ok(files)
}

/// Adds what stands at `path`, a file or a folder, to the rules.
fn add(mut builder: RulesetBuilder, path: &Path) -> Result<RulesetBuilder, Complaint> {
    for file in files(path)? {
        let name = shown(&file);
        let text = fs::read_to_string(&file).map_err(|error| unreadable(&name, &error))?;
        builder = builder.pack(name, text);
    }
    Ok(builder)
}

/// Reads a model of the learned detector.
///
/// # Errors
///
/// If the file can't be read, or is no model.
pub(super) fn read_model(path: &Path) -> Result<Model, Complaint> {
    let name = shown(path);
    let bytes = fs::read(path).map_err(|error| unreadable(&name, &error))?;
    Model::new(bytes).map_err(|error| Complaint::new(format!("{name}: {error}")))
}

/// Tells all that is wrong with the rules, so that nothing gets checked with half of them.
fn refuse<T>(
    error: BuildError,
    settings: &Settings,
    terminal: &mut Terminal<impl Write>,
) -> anyhow::Result<T> {
    let complaint = match error {
        BuildError::Packs(errors) => {
            show(&errors, terminal)?;
            let mistakes = count(errors.len(), "mistake");
            let extended = errors.iter().any(|error| is_of_lists(settings, &error.file));
            let place = if extended { "rule packs and word lists" } else { "rule packs" };
            Complaint::new(format!("{mistakes} in the {place}, so nothing was done"))
        }
        BuildError::UnknownSelector { name, suggestion } => {
            let complaint = unknown_rule("rule or category", &name, suggestion.as_deref());
            let mut selectors = settings.selectors();
            match selectors.find(|(it, _)| *it == name).map(|(_, origin)| origin) {
                Some(Origin::Configuration(place)) => {
                    let error = place.error(complaint.message, "no such rule", complaint.help);
                    show(&[error], terminal)?;
                    wrong_configuration(1)
                }
                _ => complaint,
            }
        }
    };
    Err(complaint.into())
}

/// Whether a file is a configuration that adds to word lists.
fn is_of_lists(settings: &Settings, file: &str) -> bool {
    settings.lists.iter().any(|words| words.value.file() == file)
}

/// Shows mistakes where they stand.
pub(super) fn show(
    errors: &[PackError],
    terminal: &mut Terminal<impl Write>,
) -> std::io::Result<()> {
    for error in errors {
        let shown = render::pack_error(error, terminal.error_color);
        terminal.aside(&format!("{shown}\n"))?;
    }
    Ok(())
}

/// The last word on mistakes that were shown.
pub(super) fn wrong_configuration(mistakes: usize) -> Complaint {
    let mistakes = count(mistakes, "mistake");
    Complaint::new(format!("{mistakes} in the configuration, so nothing was done"))
}

/// There is no rule of that name; perhaps there is one of a similar name.
pub(super) fn unknown_rule(what: &str, name: &str, suggestion: Option<&str>) -> Complaint {
    let help = match suggestion {
        Some(suggestion) => format!("did you mean `{suggestion}`?"),
        None => "`buckstop rules` lists them all".to_owned(),
    };
    Complaint::new(format!("there is no {what} named `{name}`")).help(help)
}
