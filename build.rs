//! Lists the files of the embedded rule pack, so that adding one is enough.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    println!("cargo::rerun-if-changed=rules");
    let mut files: Vec<PathBuf> = fs::read_dir(root.join("rules"))?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|e| e == "toml"));
    files.sort();
    let entries: Vec<String> = files.iter().map(|file| entry(file)).collect();
    fs::write(out.join("embedded.rs"), format!("&[{}]", entries.join(", ")))
}

fn entry(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    format!("(\"{name}\", include_str!({:?}))", file.display().to_string())
}
