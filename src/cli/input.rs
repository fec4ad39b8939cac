//! What is checked: files, folders and standard input; walking and reading.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use buckstop::report::PlacedTurn;
use buckstop::source::Source;
use buckstop::turn::Role;
use ignore::{DirEntry, WalkBuilder};
use rustc_hash::FxHashSet;

use super::compression::decompress;
use super::discovery::Configs;
use super::terminal::Complaint;

/// The files that a walk through a folder picks up, by their ending in lower case: text
/// that people write. Markup that has to be understood first is left to formats.
pub(super) const PROSE: &[&str] = &[
    "txt", "text", "md", "markdown", "html", "eml", "mbox", "rst", "adoc", "asciidoc", "org",
    "vtt", "srt", "log", "csv", "tsv", "json", "jsonl", "ndjson",
];

/// Endings that may stand behind any of those, of files that were compressed.
const COMPRESSED: [&str; 2] = [".gz", ".zst"];

/// Those of them that as often hold something other than conversations: passed over on a
/// walk if they do.
const DATA: &[&str] = &["json", "jsonl", "ndjson", "csv", "tsv"];

/// One thing to check.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Input {
    /// Standard input, with the name that it goes by if it has one.
    Stdin(Option<PathBuf>),
    /// A file that the user named: read whatever it is.
    Named(PathBuf),
    /// A file that was met on a walk: passed over if it is binary.
    Met(PathBuf),
}

impl Input {
    /// Reads all of it; `None` for a binary file that nobody named. Of a compressed file the
    /// source has what was compressed, and its offsets, lines and columns count that.
    ///
    /// # Errors
    ///
    /// A complaint that names the file and says why it can't be read.
    pub(super) fn read(&self) -> Result<Option<Source>, Complaint> {
        let name = self.name();
        let bytes = match self {
            Self::Stdin(_) => read_all(io::stdin().lock()),
            Self::Named(path) | Self::Met(path) => read_file(path),
        };
        let bytes = bytes.and_then(decompress).map_err(|error| unreadable(&name, &error))?;
        Ok(self.source(bytes))
    }

    /// The source of bytes that are all of it; `None` for a binary file that nobody named.
    pub(super) fn source(&self, bytes: Vec<u8>) -> Option<Source> {
        let source = Source::new(self.name(), bytes);
        let passed_over = matches!(self, Self::Met(_)) && source.is_binary();
        (!passed_over).then_some(source)
    }

    /// Reads the bytes of all of it as they stand, compressed or not.
    ///
    /// # Errors
    ///
    /// A complaint that names the file and says why it can't be read.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, Complaint> {
        let bytes = match self {
            Self::Stdin(_) => read_all(io::stdin().lock()),
            Self::Named(path) | Self::Met(path) => read_file(path),
        };
        bytes.map_err(|error| unreadable(&self.name(), &error))
    }

    /// Whether to leave a file alone after all, now that its turns are known: data without a
    /// conversation, or a log of a program, that nobody named.
    pub(super) fn is_passed_over(&self, turns: &[PlacedTurn]) -> bool {
        let Self::Met(path) = self else { return false };
        let ending = ending(path).unwrap_or_default();
        let as_draft = |turns: &[PlacedTurn]| matches!(turns, [only] if only.turn.role == Role::Agent && only.turn.speaker.is_none());
        match ending.as_str() {
            "log" => as_draft(turns),
            ending => DATA.contains(&ending) && turns.is_empty(),
        }
    }

    /// The name that outputs show.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Stdin(None) => "<stdin>".to_owned(),
            Self::Stdin(Some(path)) | Self::Named(path) | Self::Met(path) => {
                path.display().to_string()
            }
        }
    }

    /// The file; `-` for standard input.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Stdin(_) => Path::new("-"),
            Self::Named(path) | Self::Met(path) => path,
        }
    }
}

/// All that is to be checked, in the order of the arguments, folders in the order of their
/// names, without what a configuration excludes; a path that can't be entered is a complaint in
/// its place. Nothing comes twice.
pub(super) fn find(paths: &[PathBuf], configs: &Arc<Configs>) -> Vec<Result<Input, Complaint>> {
    let mut found = Vec::new();
    if paths.is_empty() && io::stdin().is_terminal() {
        walk(Path::new("."), configs, &mut found);
    }
    let piped = (paths.is_empty() && found.is_empty() && !io::stdin().is_terminal())
        .then(|| PathBuf::from("-"));
    for path in paths.iter().chain(&piped) {
        let is_folder = path != Path::new("-") && path.is_dir();
        if configs.excludes_by_force(path, is_folder) {
            continue;
        }
        if path == Path::new("-") {
            found.push(Ok(Input::Stdin(configs.stdin())));
        } else if is_folder {
            walk(path, configs, &mut found);
        } else {
            found.push(Ok(Input::Named(path.clone())));
        }
    }
    let mut seen = FxHashSet::default();
    found.retain(|found| match found {
        Ok(Input::Stdin(_)) => seen.insert(PathBuf::from("-")),
        Ok(Input::Named(path) | Input::Met(path)) => seen.insert(tidy(path).to_owned()),
        Err(_) => true,
    });
    found
}

/// Adds the prose of a folder, without what is hidden or ignored by a `.gitignore`.
fn walk(folder: &Path, configs: &Arc<Configs>, found: &mut Vec<Result<Input, Complaint>>) {
    let mut builder = WalkBuilder::new(folder);
    builder.require_git(false).sort_by_file_name(OsStr::cmp);
    let excluding = Arc::clone(configs);
    builder.filter_entry(move |entry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        entry.depth() == 0 || !excluding.excludes(entry.path(), is_folder)
    });
    for entry in builder.build() {
        match entry {
            Ok(entry) if is_picked_up(&entry, configs) => {
                found.push(Ok(Input::Met(tidy(entry.path()).to_owned())));
            }
            Ok(_) => {}
            Err(error) => found.push(Err(unwalkable(folder, &error))),
        }
    }
}

/// Whether a walk picks an entry up: as the configuration says, or else by its ending.
fn is_picked_up(entry: &DirEntry, configs: &Configs) -> bool {
    let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
    is_file && configs.includes(entry.path()).unwrap_or_else(|| is_prose(entry.path()))
}

fn is_prose(path: &Path) -> bool {
    ending(path).is_some_and(|it| PROSE.contains(&it.as_str()))
}

/// The ending of a file in small letters, before that of a compressed one.
pub(super) fn ending(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let name = COMPRESSED.iter().find_map(|it| name.strip_suffix(it)).unwrap_or(&name);
    name.rsplit_once('.').map(|(_, ending)| ending.to_owned())
}

/// The same path without the `./` that a walk through the current folder puts before it.
pub(super) fn tidy(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let len = file.metadata()?.len();
    if len > Source::MAX_LEN as u64 {
        return Err(too_long());
    }
    // With room for one byte more, the end shows without a further allocation.
    read_into(Vec::with_capacity(len as usize + 1), file)
}

fn read_all(from: impl Read) -> io::Result<Vec<u8>> {
    read_into(Vec::new(), from)
}

/// Reads to the end, but no more than a source may have: pipes don't say how long they are.
fn read_into(mut bytes: Vec<u8>, from: impl Read) -> io::Result<Vec<u8>> {
    from.take(Source::MAX_LEN as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > Source::MAX_LEN { Err(too_long()) } else { Ok(bytes) }
}

fn too_long() -> io::Error {
    io::Error::from(io::ErrorKind::FileTooLarge)
}

/// Why a file could not be read, and what to do about it.
pub(super) fn unreadable(name: &str, error: &io::Error) -> Complaint {
    let (reason, help) = match error.kind() {
        io::ErrorKind::NotFound => {
            let here = std::env::current_dir().map(|path| path.display().to_string());
            let help = here.map(|here| format!("looked for in {here}")).ok();
            ("no such file or folder".to_owned(), help)
        }
        io::ErrorKind::PermissionDenied => {
            ("no permission to read it".to_owned(), Some("check who owns it".to_owned()))
        }
        io::ErrorKind::FileTooLarge => {
            let most = Source::MAX_LEN / 1_000_000;
            (format!("larger than {most} MB"), Some("split it into smaller files".to_owned()))
        }
        io::ErrorKind::QuotaExceeded => (
            "it grows out of all proportion when it is decompressed".to_owned(),
            Some("decompress it yourself if you trust it".to_owned()),
        ),
        io::ErrorKind::InvalidData => {
            ("not UTF-8".to_owned(), Some("save the file as UTF-8".to_owned()))
        }
        _ => (error.to_string(), None),
    };
    Complaint { message: format!("{name}: {reason}"), help }
}

fn unwalkable(folder: &Path, error: &ignore::Error) -> Complaint {
    // The error names the path it is about wherever there is one.
    let path = path_of(error).unwrap_or(folder).display().to_string();
    match error.io_error() {
        Some(reason) => unreadable(&path, reason),
        None => Complaint::new(format!("{path}: {error}")),
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}
