//! `buckstop init`: a configuration to start from, with everything in it explained.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::config::CONFIG_SCHEMA;
use super::discovery::NAMES;
use super::terminal::{Complaint, Terminal};
use super::write;

/// The arguments of `buckstop init`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct InitArgs {
    /// Where to start [default: the current folder]
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
Two files are written: buckstop.toml, in which all keys are explained and none is set, and
.buckstop.schema.json, from which editors know the keys. A configuration that is there already
is left alone.";

/// The file to start from.
const START: &str = include_str!("init.toml");

/// The name of the schema, as the first line of [`START`] has it.
const SCHEMA: &str = ".buckstop.schema.json";

/// Writes the file to start from, and the schema beside it.
///
/// # Errors
///
/// If there is a configuration already, or if the files can't be written.
pub(super) fn run(args: &InitArgs, terminal: &mut Terminal<impl Write>) -> anyhow::Result<()> {
    let folder = args.folder.as_deref().unwrap_or(Path::new(""));
    let names = NAMES.iter().map(|name| folder.join(name));
    if let Some(there) = names.into_iter().find(|file| file.symlink_metadata().is_ok()) {
        return Err(already_there(&there).into());
    }
    let file = folder.join(NAMES[0]);
    write::create(&file, START.as_bytes())?;
    let schema = folder.join(SCHEMA);
    // One that is there may be of another version; `buckstop config schema` writes this one's.
    if schema.symlink_metadata().is_err() {
        write::create(&schema, CONFIG_SCHEMA.as_bytes())?;
    }
    writeln!(terminal.out, "Wrote {}; `buckstop config show` tells what holds.", file.display())?;
    Ok(())
}

fn already_there(file: &Path) -> Complaint {
    let message = format!("{}: there is a configuration already", file.display());
    Complaint::new(message).help("move it away to start anew")
}
