//! `--watch`: checks again whenever something changes, until it is ended.
//!
//! Editors save in many ways: they write over a file, rename another to it, or delete it first.
//! So what the system tells is only a sign to look again; what has changed is told by comparing
//! what is there now with what was there before.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, SystemTime};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use rustc_hash::FxHashMap;

use super::discovery::{Configs, NAMES};
use super::input::{self, Input};
use super::terminal::{Complaint, Terminal, count};

/// How long it must be quiet before it is time to look: an editor saves in several steps.
const QUIET: Duration = Duration::from_millis(50);

/// Waits for changes.
pub(super) struct Watch {
    paths: Vec<PathBuf>,
    watcher: RecommendedWatcher,
    events: Receiver<notify::Result<notify::Event>>,
    /// What was there when the last round began.
    seen: Seen,
    /// How many findings the files have that have some.
    found: BTreeMap<String, usize>,
    round: Round,
}

/// What is checked next.
#[derive(Debug, Default)]
enum Round {
    /// Everything.
    #[default]
    All,
    /// Only these.
    Only(Vec<PathBuf>),
}

type Seen = FxHashMap<PathBuf, Stamp>;

/// What tells one state of a file from another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    len: u64,
    /// The number of the file, where there is such a thing: a file that is renamed to this one
    /// may be as old and as long.
    number: u64,
}

impl Watch {
    /// Begins to watch files and folders, and what else says how they are checked; no paths are
    /// the current folder.
    ///
    /// # Errors
    ///
    /// A complaint if there is something among them that can't be watched.
    pub(super) fn new(
        paths: &[PathBuf],
        others: &[PathBuf],
        configs: &Configs,
    ) -> Result<Self, Complaint> {
        let paths = if paths.is_empty() { vec![PathBuf::from(".")] } else { paths.to_vec() };
        if paths.iter().any(|path| path == Path::new("-")) {
            let complaint = Complaint::new("standard input can't be watched");
            return Err(complaint.help("name files or folders"));
        }
        let (send, events) = mpsc::channel();
        let watcher = notify::recommended_watcher(send)
            .map_err(|error| unwatchable(Path::new("."), &error))?;
        let mut watch = Self {
            paths,
            watcher,
            events,
            seen: Seen::default(),
            found: BTreeMap::new(),
            round: Round::All,
        };
        for path in watch.paths.clone().iter().chain(others) {
            watch.add(path)?;
            let config = configs.file_of(path);
            config.map_or(Ok(()), |config| watch.add(&config))?;
        }
        Ok(watch)
    }

    fn add(&mut self, path: &Path) -> Result<(), Complaint> {
        // A file that is replaced is another file, but its folder stays.
        let (folder, mode) = if path.is_dir() {
            (path, RecursiveMode::Recursive)
        } else {
            let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
            (folder.unwrap_or(Path::new(".")), RecursiveMode::NonRecursive)
        };
        self.watcher.watch(folder, mode).map_err(|error| unwatchable(path, &error))
    }

    /// The files and folders that are watched.
    pub(super) fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Begins a round: takes note of what is there, and leaves what is to be checked.
    pub(super) fn begin(
        &mut self,
        inputs: Vec<Result<Input, Complaint>>,
    ) -> Vec<Result<Input, Complaint>> {
        self.seen = seen(&inputs);
        let keep = |input: &Result<Input, Complaint>| match (&self.round, input) {
            (Round::Only(paths), Ok(input)) => paths.iter().any(|path| path == input.path()),
            (Round::All, _) => true,
            (_, Err(_)) => false,
        };
        inputs.into_iter().filter(keep).collect()
    }

    /// Takes note of how many findings a file has, or another piece of it.
    pub(super) fn add_findings(&mut self, name: &str, findings: usize, goes_on: bool) {
        if !goes_on {
            self.found.remove(name);
        }
        if findings > 0 {
            *self.found.entry(name.to_owned()).or_default() += findings;
        }
    }

    /// Ends a round: tells on standard error what is still found elsewhere, and waits until
    /// something else is to be checked.
    ///
    /// # Errors
    ///
    /// If what stands in the buffer of stdout can't be written, or if nothing can be watched
    /// any more.
    pub(super) fn wait(
        &mut self,
        terminal: &mut Terminal<impl Write>,
        look: impl Fn() -> Option<Arc<Configs>>,
    ) -> anyhow::Result<()> {
        self.tell(terminal)?;
        loop {
            let all = self.next_change()?;
            let Some(configs) = look() else {
                self.round = Round::All;
                break;
            };
            let now = seen(&input::find(&self.paths, &configs));
            self.found.retain(|name, _| now.contains_key(Path::new(name)));
            if all {
                self.round = Round::All;
                break;
            }
            let changed = now.iter().filter(|(path, stamp)| self.seen.get(*path) != Some(stamp));
            let mut changed: Vec<PathBuf> = changed.map(|(path, _)| path.clone()).collect();
            let gone = self.seen.keys().filter(|path| !now.contains_key(*path)).count();
            if !changed.is_empty() || gone > 0 {
                changed.sort();
                self.round = Round::Only(changed);
                break;
            }
        }
        self.clear(terminal)
    }

    /// Waits for a change, and for the quiet after it; tells whether it concerns how everything
    /// is checked.
    fn next_change(&self) -> anyhow::Result<bool> {
        let mut all = false;
        let mut event = Some(self.events.recv()?);
        while let Some(next) = event {
            // What could not be told may be anything.
            all |= next.map_or(true, |event| event.paths.iter().any(|it| settles_much(it)));
            event = match self.events.recv_timeout(QUIET) {
                Ok(next) => Some(next),
                Err(RecvTimeoutError::Timeout) => None,
                Err(error) => return Err(error.into()),
            };
        }
        Ok(all)
    }

    /// Tells what the last round leaves.
    fn tell(&self, terminal: &mut Terminal<impl Write>) -> io::Result<()> {
        let files = count(self.seen.len(), "file");
        let findings = count(self.found.values().sum(), "deflection");
        let mut told = format!("Watching {files} with {findings}");
        let round: &[PathBuf] = match &self.round {
            Round::All => &[],
            Round::Only(paths) => paths,
        };
        let others: Vec<String> = self
            .found
            .iter()
            .filter(|(name, _)| {
                !matches!(self.round, Round::All)
                    && !round.iter().any(|it| it.as_os_str() == name.as_str())
            })
            .map(|(name, found)| format!("{name} ({found})"))
            .collect();
        if !others.is_empty() {
            told = format!("{told}; still in {}", others.join(", "));
        }
        terminal.note(&format!("{told}. Ctrl-C ends."))
    }

    /// Makes room for the next round, on a terminal.
    fn clear(&self, terminal: &mut Terminal<impl Write>) -> anyhow::Result<()> {
        if io::stdout().is_terminal() {
            // The whole screen, from its first place on.
            write!(terminal.out, "\x1b[2J\x1b[H")?;
        }
        if let Round::Only(paths) = &self.round {
            let names: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
            if !names.is_empty() {
                terminal.note(&format!("Changed: {}", names.join(", ")))?;
            }
        }
        terminal.out.flush()?;
        Ok(())
    }
}

/// Whether a file says how others are checked: a configuration or a rule pack.
fn settles_much(path: &Path) -> bool {
    let named = path.file_name().is_some_and(|name| NAMES.iter().any(|it| name == *it));
    named || path.extension().is_some_and(|it| it == "toml")
}

/// The states of all files among some inputs.
fn seen(inputs: &[Result<Input, Complaint>]) -> Seen {
    let paths = inputs.iter().filter_map(|input| Some(input.as_ref().ok()?.path()));
    paths.filter_map(|path| Some((path.to_owned(), stamp(&fs::metadata(path).ok()?)))).collect()
}

fn stamp(metadata: &Metadata) -> Stamp {
    Stamp { modified: metadata.modified().ok(), len: metadata.len(), number: number(metadata) }
}

#[cfg(unix)]
fn number(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> u64 {
    0
}

fn unwatchable(path: &Path, error: &notify::Error) -> Complaint {
    let complaint = Complaint::new(format!("{} can't be watched: {error}", path.display()));
    match error.kind {
        notify::ErrorKind::MaxFilesWatch => complaint.help(
            "there are more folders than the system watches at once; name fewer, or raise \
             fs.inotify.max_user_watches",
        ),
        _ => complaint,
    }
}
