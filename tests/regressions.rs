//! What a fuzz target once found, and the fixtures of the formats, hold what must hold for any
//! input: `fuzz/src/lib.rs` says what that is.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

#[path = "../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "it is a crate by itself, too")]
mod checks;

/// What is in a folder of this crate, in order; hidden files are none of it.
fn entries(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| !name(path).starts_with('.'));
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

fn check_file(target: &str, path: &Path) {
    let input = fs::read(path).expect("an input");
    let result = catch_unwind(|| checks::run(target, &input));
    assert!(result.is_ok(), "{target} fails with {}", path.display());
}

/// A folder is called like the target that failed.
#[test]
fn what_once_failed_fails_no_more() {
    for folder in entries("fuzz/regressions") {
        for path in entries(&folder) {
            check_file(&name(&folder), &path);
        }
    }
}

#[test]
fn fixtures_are_sound_in_every_format() {
    for folder in entries("tests/formats") {
        for path in entries(&folder) {
            check_file("formats_each", &path);
        }
    }
}

#[test]
fn fixtures_are_fixed_for_good() {
    for folder in entries("tests/formats") {
        for path in entries(&folder) {
            let mut input = format!("{}\0", name(&path)).into_bytes();
            input.extend(fs::read(&path).expect("an input"));
            let result = catch_unwind(|| checks::run("fix", &input));
            assert!(result.is_ok(), "fix fails with {}", path.display());
        }
    }
}
