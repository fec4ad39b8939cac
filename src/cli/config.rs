//! `buckstop config`: what holds for a file, where each value comes from, and the JSON Schemas.

use std::io::Write;
use std::path::PathBuf;

use buckstop::config::{Entry, Settings};
use buckstop::render::{Paint, visible};
use unicode_width::UnicodeWidthStr;

use super::discovery::{ConfigArgs, NAMES, shown};
use super::terminal::Terminal;

/// The arguments of `buckstop config`.
#[derive(Debug, clap::Args)]
pub(super) struct ConfigCommandArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, clap::Subcommand)]
enum ConfigCommand {
    /// Show what holds for a file, and where each value comes from
    Show(ShowArgs),
    /// Write the JSON Schema of configurations or of rule packs, for editors
    Schema(SchemaArgs),
}

/// The arguments of `buckstop config show`.
#[derive(Debug, clap::Args)]
#[command(after_help = SHOW_HELP)]
struct ShowArgs {
    /// The file, which need not be there [default: any file of the current folder]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    #[command(flatten)]
    config: ConfigArgs,
}

const SHOW_HELP: &str = "\
What comes out is a configuration itself, with the place of each value beside it.

Examples:
  buckstop config show
  buckstop config show macros/refund.md
  buckstop config show --config 'fail-on = \"error\"'";

/// The arguments of `buckstop config schema`.
#[derive(Debug, clap::Args)]
struct SchemaArgs {
    /// Of what
    #[arg(value_name = "OF", value_enum, default_value_t)]
    of: Schema,
}

/// What there is a JSON Schema of.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Schema {
    /// buckstop.toml
    #[default]
    Config,
    /// Rule packs
    Pack,
}

/// The JSON Schema of configurations.
pub(super) const CONFIG_SCHEMA: &str = include_str!("../../schemas/buckstop.schema.json");

/// The JSON Schema of rule packs.
const PACK_SCHEMA: &str = include_str!("../../schemas/pack.schema.json");

/// Shows a configuration, or writes a schema.
///
/// # Errors
///
/// If the configuration is wrong, or if stdout can't be written.
pub(super) fn run(
    args: &ConfigCommandArgs,
    terminal: &mut Terminal<impl Write>,
) -> anyhow::Result<()> {
    match &args.command {
        ConfigCommand::Show(args) => show(args, terminal),
        ConfigCommand::Schema(SchemaArgs { of: Schema::Config }) => {
            Ok(terminal.out.write_all(CONFIG_SCHEMA.as_bytes())?)
        }
        ConfigCommand::Schema(SchemaArgs { of: Schema::Pack }) => {
            Ok(terminal.out.write_all(PACK_SCHEMA.as_bytes())?)
        }
    }
}

/// A key with its value; one that is not set is a comment.
fn written(Entry { key, value, .. }: &Entry) -> String {
    let written = value.as_ref().map(|value| format!("{key} = {value}"));
    visible(&written.unwrap_or_else(|| format!("# {key}"))).into_owned()
}

/// The widest that what stands before the places may be, so that one long list does not push
/// them all out of sight.
const WIDEST: usize = 60;

fn show(args: &ShowArgs, terminal: &mut Terminal<impl Write>) -> anyhow::Result<()> {
    let found = args.config.configs(Settings::default()).and_then(|configs| {
        args.file.as_ref().map_or_else(|| configs.of_here(), |file| configs.of_file(file))
    });
    let config = found.map_err(|mistake| mistake.tell(terminal))?;
    let paint = Paint::new(terminal.color);
    let head = match &config.file {
        Some(file) => format!("# the configuration is {}", visible(file)),
        None => format!("# there is no {} here or above", NAMES[0]),
    };
    writeln!(terminal.out, "{}", paint.dim(&head))?;
    let entries = config.settings.entries(shown);
    let widths = entries.iter().map(|entry| written(entry).width());
    let widest = widths.filter(|&width| width <= WIDEST).max().unwrap_or(0);
    for entry in &entries {
        let (line, origin) = (written(entry), format!("# {}", visible(&entry.origin)));
        let gap = widest.saturating_sub(line.width()) + 2;
        writeln!(terminal.out, "{line}{:gap$}{}", "", paint.dim(&origin))?;
    }
    Ok(())
}
