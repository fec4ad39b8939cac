//! Finding the configuration that holds for a file, and what it comes to with the arguments.
//!
//! The nearest `buckstop.toml` counts, from the folder of the file upward; each folder is looked
//! into once. What the keys mean is left to [`buckstop::config`].

use std::collections::HashMap;
use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use buckstop::config::{Layer, Origin, Settings, Sourced};
use buckstop::rules::PackError;

use super::input::unreadable;
use super::packs::{show, wrong_configuration};
use super::terminal::{Complaint, Terminal};

/// The names of a configuration; the first that is there counts.
pub(super) const NAMES: [&str; 2] = ["buckstop.toml", ".buckstop.toml"];

/// What the parts of a configuration that are arguments are called.
const INLINE: &str = "--config";

/// Which configuration holds.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Configuration")]
pub(super) struct ConfigArgs {
    /// A configuration in place of the nearest buckstop.toml, or one of its keys with a value
    ///
    /// May be given several times: `--config ci.toml --config 'fail-on = "error"'`. A key counts
    /// for more than what files say, and less than an argument of its own. docs/configuration.md
    /// lists the keys.
    #[arg(long, value_name = "PATH|KEY=VALUE")]
    config: Vec<String>,

    /// Look for no buckstop.toml
    #[arg(long, visible_alias = "isolated")]
    no_config: bool,
}

/// Which configuration holds, and for which files.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Configuration")]
pub(super) struct FileArgs {
    #[command(flatten)]
    config: ConfigArgs,

    /// The name that standard input goes by, which tells its format and its configuration
    #[arg(long, value_name = "PATH")]
    pub(super) stdin_filename: Option<PathBuf>,

    /// Pass over what the configuration excludes even if it is named, as by pre-commit
    #[arg(long)]
    force_exclude: bool,
}

/// A configuration with all that stands below and above it.
#[derive(Debug, Default)]
pub(super) struct Config {
    /// The file, as the user knows it; none if there is none.
    pub(super) file: Option<String>,
    /// The folder of the file, absolute.
    pub(super) folder: Option<PathBuf>,
    /// What holds.
    pub(super) settings: Settings,
}

/// Why a configuration can't be used.
#[derive(Clone, Debug)]
pub(super) enum Mistake {
    /// Something is wrong around it.
    Complaint(Complaint),
    /// Something is wrong in it.
    Errors(Vec<PackError>),
}

impl From<Complaint> for Mistake {
    fn from(complaint: Complaint) -> Self {
        Self::Complaint(complaint)
    }
}

impl From<Vec<PackError>> for Mistake {
    fn from(errors: Vec<PackError>) -> Self {
        Self::Errors(errors)
    }
}

impl Mistake {
    /// Shows what is wrong; what is left is the last word.
    pub(super) fn tell(self, terminal: &mut Terminal<impl Write>) -> anyhow::Error {
        let complaint = match self {
            Self::Complaint(complaint) => complaint,
            Self::Errors(errors) => match show(&errors, terminal) {
                Ok(()) => wrong_configuration(errors.len()),
                Err(error) => return error.into(),
            },
        };
        complaint.into()
    }
}

/// The configurations of a run, found as they are asked for.
#[derive(Debug)]
pub(super) struct Configs {
    /// The arguments, and the keys among them.
    above: Settings,
    /// The one that holds for all files, if none is looked for.
    only: Option<Arc<Config>>,
    /// The one that holds where none is found.
    none: Arc<Config>,
    /// Where relative paths start.
    here: PathBuf,
    /// The name that standard input goes by.
    stdin: Option<PathBuf>,
    /// What was found, by folder.
    found: Mutex<HashMap<PathBuf, Found>>,
    /// What was found for the last file, with its folder as it was named.
    last: Mutex<Option<(PathBuf, Found)>>,
}

/// The configuration of a folder.
type Found = Result<Arc<Config>, Mistake>;

impl FileArgs {
    /// The configurations that hold under these and the other arguments.
    ///
    /// # Errors
    ///
    /// If a configuration that an argument names or holds can't be used.
    pub(super) fn configs(&self, mut given: Settings) -> Result<Arc<Configs>, Mistake> {
        if self.force_exclude {
            given.force_exclude = Some(Sourced::given(true));
        }
        let configs = self.config.configs(given)?;
        Ok(Arc::new(Configs { stdin: self.stdin_filename.clone(), ..configs }))
    }
}

impl ConfigArgs {
    /// The configurations that hold under these and the other arguments.
    ///
    /// # Errors
    ///
    /// If a configuration that an argument names or holds can't be used.
    pub(super) fn configs(&self, given: Settings) -> Result<Configs, Mistake> {
        let here = env::current_dir().map_err(|error| unreadable(".", &error))?;
        let mut above = Settings::default();
        let mut named: Option<&str> = None;
        for argument in &self.config {
            if !argument.contains('=') || Path::new(argument).is_file() {
                if let Some(first) = named.replace(argument) {
                    return Err(two_files(first, argument).into());
                }
                continue;
            }
            let layer = Layer::read_inline(INLINE, &here, argument)?;
            above = complete(layer, &mut Vec::new())?.over(above);
        }
        let above = given.over(above);
        let only = match (named, self.no_config) {
            (Some(file), true) => return Err(file_in_spite(file).into()),
            (Some(file), false) => Some(Arc::new(load(&absolute(&here, Path::new(file)), &above)?)),
            (None, true) => Some(Arc::new(Config { settings: above.clone(), ..Config::default() })),
            (None, false) => None,
        };
        let none = Arc::new(Config { settings: above.clone(), ..Config::default() });
        let (found, last) = (Mutex::default(), Mutex::default());
        Ok(Configs { above, only, none, here, stdin: None, found, last })
    }
}

impl Configs {
    /// What holds for a file, or for standard input if it is `-`; also where nothing is read.
    pub(super) fn of_file(&self, file: &Path) -> Found {
        if let Some(only) = &self.only {
            return Ok(Arc::clone(only));
        }
        let look_up = || self.of_folder(self.path_of(file).parent().unwrap_or(&self.here));
        // Neither `..` nor standard input lies where its path says.
        let is_plain = file.file_name().is_some() && file != Path::new("-");
        let Some(folder) = file.parent().filter(|_| is_plain) else { return look_up() };
        // A walk asks for file after file of a folder.
        if let Some((last, found)) = &*lock(&self.last)
            && last == folder
        {
            return found.clone();
        }
        let found = look_up();
        *lock(&self.last) = Some((folder.to_owned(), found.clone()));
        found
    }

    /// What holds in the current folder.
    pub(super) fn of_here(&self) -> Found {
        self.of_folder(&self.here)
    }

    /// What holds in a folder, which is absolute.
    pub(super) fn of_folder(&self, folder: &Path) -> Found {
        if let Some(only) = &self.only {
            return Ok(Arc::clone(only));
        }
        if let Some(found) = self.known(folder) {
            return found;
        }
        let file = NAMES.iter().map(|name| folder.join(name)).find(|file| file.is_file());
        let found = match (file, folder.parent()) {
            (Some(file), _) => load(&file, &self.above).map(Arc::new),
            (None, Some(parent)) => self.of_folder(parent),
            (None, None) => Ok(Arc::clone(&self.none)),
        };
        lock(&self.found).insert(folder.to_owned(), found.clone());
        found
    }

    /// The configuration that holds for a file, or in a folder; nothing if there is none.
    pub(super) fn file_of(&self, path: &Path) -> Option<PathBuf> {
        let found = if path.is_dir() {
            self.of_folder(&absolute(&self.here, path))
        } else {
            self.of_file(path)
        };
        found.ok()?.file.as_ref().map(PathBuf::from)
    }

    /// The absolute path of a file, without going up and down; of standard input that of its
    /// name, or of a nameless file in the current folder.
    pub(super) fn path_of(&self, file: &Path) -> PathBuf {
        let file = if file == Path::new("-") {
            self.stdin.as_deref().unwrap_or(Path::new("<stdin>"))
        } else {
            file
        };
        absolute(&self.here, file)
    }

    /// The folder where relative paths start.
    pub(super) fn here(&self) -> &Path {
        &self.here
    }

    /// The name that standard input goes by.
    pub(super) fn stdin(&self) -> Option<PathBuf> {
        self.stdin.clone()
    }

    /// Whether a walk passes a file or folder over. What is wrong with a configuration is told
    /// when a file asks for it.
    pub(super) fn excludes(&self, path: &Path, is_folder: bool) -> bool {
        self.of_file(path).is_ok_and(|config| {
            let settings = &config.settings;
            settings.exclude.is_some() && settings.excludes(&self.path_of(path), is_folder)
        })
    }

    /// Whether a file or folder is passed over although it is named.
    pub(super) fn excludes_by_force(&self, path: &Path, is_folder: bool) -> bool {
        self.of_file(path).is_ok_and(|config| {
            let settings = &config.settings;
            settings.exclude.is_some() && settings.excludes_by_force(&self.path_of(path), is_folder)
        })
    }

    /// Whether a walk picks a file up, if the configuration says anything about it.
    pub(super) fn includes(&self, path: &Path) -> Option<bool> {
        let config = self.of_file(path).ok()?;
        config.settings.include.as_ref()?;
        config.settings.includes(&self.path_of(path))
    }

    /// The rules and categories that are ignored in one file only.
    pub(super) fn ignored_in(&self, file: &Path, settings: &Settings) -> Vec<String> {
        if settings.per_file_ignores.is_empty() {
            return Vec::new();
        }
        settings.ignored_in(&self.path_of(file))
    }

    fn known(&self, folder: &Path) -> Option<Found> {
        lock(&self.found).get(folder).cloned()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A path as short as the user would write it: relative to the current folder if it lies there.
pub(super) fn shown(path: &Path) -> String {
    let here = env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(here).or_else(|_| path.strip_prefix(".")).unwrap_or(path);
    path.display().to_string()
}

/// Reads a configuration with all that it extends, and lays the arguments over it.
fn load(file: &Path, above: &Settings) -> Result<Config, Mistake> {
    let text = read(file)?;
    let name = shown(file);
    let layer = Layer::read(&name, folder_of(file), &text)?;
    let below = complete(layer, &mut vec![identity(file)])?;
    let folder = Some(folder_of(file).to_owned());
    Ok(Config { file: Some(name), folder, settings: above.clone().over(below) })
}

/// A configuration with all that it extends; `open` are those that wait for it.
fn complete(layer: Layer, open: &mut Vec<PathBuf>) -> Result<Settings, Mistake> {
    let Some(Sourced { value: extended, origin }) = layer.extend else {
        return Ok(layer.settings);
    };
    let file = absolute(Path::new(""), &extended);
    if open.contains(&identity(&file)) {
        return Err(at(&origin, "this configuration extends itself", "leads back here"));
    }
    let text = read(&file).map_err(|complaint| at(&origin, &complaint.message, "extended here"))?;
    open.push(identity(&file));
    let below = complete(Layer::read(&shown(&file), folder_of(&file), &text)?, open)?;
    Ok(layer.settings.over(below))
}

fn read(file: &Path) -> Result<String, Complaint> {
    fs::read_to_string(file).map_err(|error: io::Error| unreadable(&shown(file), &error))
}

/// What is wrong with a place of a configuration.
fn at(origin: &Origin, message: &str, label: &str) -> Mistake {
    match origin {
        Origin::Configuration(place) => Mistake::Errors(vec![place.error(message, label, None)]),
        _ => Complaint::new(message).into(),
    }
}

fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new("/"))
}

/// What tells a file from others, however it is named.
fn identity(file: &Path) -> PathBuf {
    fs::canonicalize(file).unwrap_or_else(|_| file.to_owned())
}

/// An absolute path without `.` and `..`. Links are not followed: a file has the configuration
/// of the place where the user sees it.
fn absolute(here: &Path, path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in here.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                whole.pop();
            }
            part => whole.push(part),
        }
    }
    whole
}

fn two_files(first: &str, second: &str) -> Complaint {
    let message = format!("`{first}` and `{second}` can't both be the configuration");
    Complaint::new(message).help("let one of them extend the other: extend = \"PATH\"")
}

fn file_in_spite(file: &str) -> Complaint {
    let message = format!("--no-config leaves no place for the configuration `{file}`");
    Complaint::new(message)
        .help("leave out one of the two; no other file is looked for with --config")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_goes_up_before_it_is_looked_at() {
        let at = |path: &str| absolute(Path::new("/project/team"), Path::new(path));
        assert_eq!(at("../a.txt"), Path::new("/project/a.txt"));
        assert_eq!(at("./b/../a.txt"), Path::new("/project/team/a.txt"));
        assert_eq!(at("/a.txt"), Path::new("/a.txt"));
        assert_eq!(at("../../../../a.txt"), Path::new("/a.txt"));
    }
}
