//! What the tests of the input formats share: the fixtures, and what was understood of them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use buckstop::formats::Understood;
use buckstop::source::Source;
use buckstop::turn::Turn;

/// The fixtures of a format, in the order of their names.
pub(crate) fn fixtures(format: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats").join(format);
    let entries = fs::read_dir(folder).expect("the folder of a format");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a fixture").path()).collect();
    paths.sort();
    paths
}

/// A fixture under its bare name.
pub(crate) fn source(path: &Path) -> Source {
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    Source::new(name, fs::read(path).expect("a fixture"))
}

/// A turn, as people compare it: role, speaker and time, then the text.
pub(crate) fn shown_turn(turn: &Turn) -> String {
    let speaker = turn.speaker.as_deref().unwrap_or("-");
    let time = turn.time.as_deref().unwrap_or("-").escape_debug();
    format!("{} | {speaker} | {time}\n    {:?}\n", turn.role, turn.text.as_str())
}

/// What could not be read, with its places.
pub(crate) fn shown_problems(reading: &Understood) -> String {
    let mut out = String::new();
    for problem in &reading.problems {
        let place =
            problem.position.map_or(String::new(), |at| format!("{}:{}: ", at.line, at.column));
        let _ = writeln!(out, "problem {place}{}", problem.message);
    }
    out
}
