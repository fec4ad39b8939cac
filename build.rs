//! Compiles the embedded rule pack, so that nothing is parsed when buckstop starts.
//!
//! The pack is compiled by the very modules that compile a user's pack. A mistake
//! in it is told by the tests and by the first run, with its place.

#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    missing_docs,
    reason = "the modules are those of the library, of which this needs a part"
)]

use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "src/text/span.rs"]
mod text;

#[path = "src/flat.rs"]
mod flat;

#[path = "src/language/mod.rs"]
mod language;

#[path = "src/learned/mod.rs"]
mod learned;

#[path = "src/finding.rs"]
mod finding;

#[path = "src/rules/mod.rs"]
mod rules;

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    for path in [
        "rules",
        "src/flat.rs",
        "src/language",
        "src/learned",
        "src/rules",
        "src/finding.rs",
        "src/text/span.rs",
    ] {
        println!("cargo::rerun-if-changed={path}");
    }
    let mut files: Vec<PathBuf> = fs::read_dir(root.join("rules"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|e| e == "toml"));
    files.sort();
    let entries: Vec<String> = files.iter().map(|file| entry(file)).collect();
    fs::write(out.join("embedded.rs"), format!("&[{}]", entries.join(", ")))?;
    fs::write(out.join("embedded.bin"), prepare(&files)?)
}

fn entry(file: &Path) -> String {
    format!("({:?}, include_str!({:?}))", name(file), file.display().to_string())
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The pack, compiled and serialised; nothing if it has mistakes.
fn prepare(files: &[PathBuf]) -> io::Result<Vec<u8>> {
    let mut assembly = rules::Assembly::default();
    for file in files {
        assembly.read(rules::Origin::Embedded, name(file), fs::read_to_string(file)?);
    }
    match assembly.finish() {
        Ok(compiled) => compiled.prepare().map_err(io::Error::other),
        Err(mistakes) => {
            println!("cargo::warning=the embedded rule pack has {} mistakes", mistakes.len());
            Ok(Vec::new())
        }
    }
}
