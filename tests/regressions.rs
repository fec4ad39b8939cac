//! What a fuzz target once found, and what the formats' fixtures are, holds what must hold of
//! any input: `fuzz/src/lib.rs` says what that is.

use std::fs;
use std::path::{Path, PathBuf};

#[path = "../fuzz/src/lib.rs"]
mod checks;

fn entries(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// A folder is called like the target that failed.
#[test]
fn what_once_failed_fails_no_more() {
    for folder in entries("fuzz/regressions").iter().filter(|path| path.is_dir()) {
        let target = folder.file_name().expect("a name").to_string_lossy();
        for input in entries(&format!("fuzz/regressions/{target}")) {
            println!("{}", input.display());
            checks::run(&target, &fs::read(&input).expect("an input"));
        }
    }
}

#[test]
fn fixtures_are_sound_in_every_format() {
    for folder in entries("tests/formats") {
        let folder = folder.file_name().expect("a name").to_string_lossy().into_owned();
        for fixture in entries(&format!("tests/formats/{folder}")) {
            println!("{}", fixture.display());
            checks::run("formats_each", &fs::read(&fixture).expect("a fixture"));
        }
    }
}
