//! Which rules and options each input is checked with.
//!
//! Files under one configuration share them, and configurations that ask for the same rules
//! share these. Everything is settled before the first file is checked, so that nothing is done
//! if a configuration is wrong.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use buckstop::check::Options;
use buckstop::config::{FailOn, Origin, Settings};
use buckstop::redaction::Redaction;
use buckstop::rules::Ruleset;

use super::discovery::{Config, Configs, Mistake};
use super::input::Input;
use super::packs::{self, show, wrong_configuration};
use super::terminal::{Complaint, Terminal};

/// One input and what it is checked with.
#[derive(Clone, Debug)]
pub(super) struct Task {
    /// What is checked.
    pub(super) input: Input,
    /// With what.
    pub(super) settled: Arc<Settled>,
}

/// What an input is checked with.
#[derive(Debug)]
pub(super) struct Settled {
    /// How it is read.
    pub(super) options: Options,
    /// The rules.
    pub(super) ruleset: Arc<Ruleset>,
    /// Which findings make the check fail.
    pub(super) fail_on: FailOn,
    /// What is masked in all that is shown.
    pub(super) redaction: Option<Redaction>,
}

/// All tasks of a run; an input that can't be found is a complaint in its place.
pub(super) type Tasks = Vec<Result<Task, Complaint>>;

/// Settles what each input is checked with.
///
/// # Errors
///
/// If a configuration or the rules that it asks for are wrong; then they are told.
pub(super) fn plan(
    inputs: Vec<Result<Input, Complaint>>,
    configs: &Configs,
    terminal: &mut Terminal<impl Write>,
) -> anyhow::Result<Tasks> {
    let mut planner = Planner { configs, terminal, settled: HashMap::new(), rulesets: Vec::new() };
    if inputs.iter().all(Result::is_err) {
        // Wrong arguments are told even if there is nothing to use them on.
        planner.settle(None)?;
    }
    let task = |input: Result<Input, Complaint>| {
        Ok(match input {
            Ok(input) => Ok(Task { settled: planner.settle(Some(input.path()))?, input }),
            Err(complaint) => Err(complaint),
        })
    };
    inputs.into_iter().map(task).collect()
}

/// Settles what a single file is checked with; `-` is standard input.
///
/// # Errors
///
/// As [`plan`].
pub(super) fn settle(
    file: &Path,
    configs: &Configs,
    terminal: &mut Terminal<impl Write>,
) -> anyhow::Result<Arc<Settled>> {
    let mut planner = Planner { configs, terminal, settled: HashMap::new(), rulesets: Vec::new() };
    planner.settle(Some(file))
}

/// How a file under a configuration is read, without any rules, and what is masked of it.
///
/// # Errors
///
/// If the configuration is wrong; then it is told.
pub(super) fn options(
    file: &Path,
    configs: &Configs,
    terminal: &mut Terminal<impl Write>,
) -> anyhow::Result<(Options, Option<Redaction>)> {
    let config = configs.of_file(file).map_err(|mistake| mistake.tell(terminal))?;
    let redaction = config.settings.redaction();
    terminal.redacts |= redaction.is_some();
    Ok((options_of(&config.settings, terminal)?, redaction))
}

/// What a configuration says about rules, by its keys.
type Wanted = Vec<(String, Option<String>)>;

struct Planner<'a, W: Write> {
    configs: &'a Configs,
    terminal: &'a mut Terminal<W>,
    /// What is settled, by the configuration and what one file alone ignores.
    settled: HashMap<(*const Config, Vec<String>), Arc<Settled>>,
    /// Rulesets with what was asked for.
    rulesets: Vec<(Wanted, Vec<String>, Arc<Ruleset>)>,
}

impl<W: Write> Planner<'_, W> {
    fn settle(&mut self, file: Option<&Path>) -> anyhow::Result<Arc<Settled>> {
        let found = file.map_or_else(|| self.configs.of_here(), |file| self.configs.of_file(file));
        let config = found.map_err(|mistake: Mistake| mistake.tell(self.terminal))?;
        let ignored = file.map(|file| self.configs.ignored_in(file, &config.settings));
        let key = (Arc::as_ptr(&config), ignored.unwrap_or_default());
        if let Some(settled) = self.settled.get(&key) {
            return Ok(Arc::clone(settled));
        }
        let settled = Arc::new(Settled {
            options: options_of(&config.settings, self.terminal)?,
            ruleset: self.ruleset(&config.settings, &key.1)?,
            fail_on: config.settings.fails_on(),
            redaction: config.settings.redaction(),
        });
        self.terminal.redacts |= settled.redaction.is_some();
        self.settled.insert(key, Arc::clone(&settled));
        Ok(settled)
    }

    fn ruleset(&mut self, settings: &Settings, ignored: &[String]) -> anyhow::Result<Arc<Ruleset>> {
        let wanted: Wanted = settings
            .entries(|path| path.display().to_string())
            .into_iter()
            .filter(|entry| is_about_rules(&entry.key))
            .map(|entry| (entry.key, entry.value))
            .collect();
        let mut rulesets = self.rulesets.iter();
        if let Some((.., ruleset)) =
            rulesets.find(|(it, but, _)| *it == wanted && but.as_slice() == ignored)
        {
            return Ok(Arc::clone(ruleset));
        }
        let ruleset = Arc::new(packs::build(settings, ignored.to_vec(), self.terminal)?);
        self.rulesets.push((wanted, ignored.to_vec(), Arc::clone(&ruleset)));
        Ok(ruleset)
    }
}

/// Whether a key decides which rules there are and what they look for.
fn is_about_rules(key: &str) -> bool {
    let keys = [
        "rules",
        "default-rules",
        "learned",
        "confidence",
        "model",
        "select",
        "extend-select",
        "ignore",
        "company",
    ];
    let tables = ["severity.", "lists.", "per-file-ignores."];
    keys.contains(&key) || tables.iter().any(|table| key.starts_with(table))
}

fn options_of(settings: &Settings, terminal: &mut Terminal<impl Write>) -> anyhow::Result<Options> {
    let contradiction = match settings.options() {
        Ok(options) => return Ok(options),
        Err(contradiction) => contradiction,
    };
    let message = contradiction.to_string();
    if let Origin::Configuration(place) = &contradiction.origin {
        let help = "name everybody in only one of `agents`, `bots` and `customers`".to_owned();
        show(&[place.error(message, "again here", Some(help))], terminal)?;
        return Err(wrong_configuration(1).into());
    }
    let complaint = Complaint::new(message);
    Err(complaint.help("name everybody in only one of --agent, --bot, --customer").into())
}
