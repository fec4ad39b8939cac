//! The command line: arguments, files, the terminal; one file per subcommand.
//!
//! Everything that touches the world outside happens here. A subcommand writes to the
//! [`Terminal`] it is given and raises the [`Status`] that the process will end with.

mod baseline;
mod check;
mod compression;
mod config;
mod diff;
mod discovery;
mod examples;
mod explain;
mod files;
mod fix;
mod fmt;
mod init;
mod input;
mod interactive;
mod interrupt;
mod known;
mod layout;
mod learn;
mod limits;
mod ordered;
mod outputs;
mod packs;
mod pieces;
mod plan;
mod privacy;
mod progress;
mod questions;
mod reading;
mod rules;
mod safe_copies;
mod shell;
mod since;
mod stream;
mod sweep;
mod terminal;
mod turns;
mod watch;
mod words;
mod write;

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use terminal::{ColorChoice, Complaint, Terminal};

/// Finds deflecting language in customer support replies, and offers words that own the
/// problem
#[derive(Debug, Parser)]
#[command(name = "buckstop", version, max_term_width = 100, args_override_self = true)]
#[command(after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// When to write colours
    ///
    /// `auto` means when writing to a terminal, unless the environment variable `NO_COLOR` is
    /// set, or in any case if `CLICOLOR_FORCE` is.
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    color: ColorChoice,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check drafts and conversations for deflecting language
    Check(check::CheckArgs),
    /// Put words that own the problem in place of deflections
    Fix(fix::FixArgs),
    /// Write a draft with its safe rewrites to standard output, for editors
    Fmt(fmt::FmtArgs),
    /// Write down what is known to be found, so that checks fail on what is new
    Baseline(baseline::BaselineCommandArgs),
    /// Show who says what in a conversation, as it was understood
    Turns(turns::TurnsArgs),
    /// Answer every line of JSON on standard input with a line of findings, for pipelines
    Stream(stream::StreamArgs),
    /// List the rules, explain one, or run their own examples
    Rules(rules::RulesArgs),
    /// Train the learned detector on labelled messages, or measure it
    Learn(learn::LearnArgs),
    /// Write a buckstop.toml to start from
    Init(init::InitArgs),
    /// Show what the configuration says for a file, and where
    Config(config::ConfigCommandArgs),
    /// Write completions of commands and options for a shell
    Completions(shell::CompletionsArgs),
    /// Write a page of the manual
    Man(shell::ManArgs),
}

const AFTER_HELP: &str = "\
Examples:
  buckstop check drafts/             Check all drafts of a folder
  pbpaste | buckstop check           Check what is piped in
  buckstop fix --diff drafts/        Show what could be put right at once
  buckstop fix --interactive a.txt   Choose other words one by one
  buckstop baseline write drafts/    From now on, fail on new findings only
  buckstop turns chat.txt            See who is taken for whom in a conversation
  buckstop stream < tickets.jsonl    Answer each line of JSON with a line of findings
  buckstop rules not-my-job          Explain a rule
  buckstop init                      Start a configuration
  buckstop check --help              All about checking
  buckstop learn --help              Teach the learned detector with messages of your own

Exit codes:
  0  nothing was found
  1  deflections were found
  2  something could not be read, or the arguments, a configuration or a rule pack are wrong";

/// How a run ends; of several, the greatest counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    /// Nothing to complain about.
    #[default]
    Clean,
    /// There are findings, or examples that fail.
    Findings,
    /// Something could not be done at all.
    Failed,
}

impl Status {
    /// Makes this at least as bad as `other`.
    fn raise(&mut self, other: Self) {
        *self = (*self).max(other);
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// Runs the command that the arguments of the process ask for.
///
/// A reader that goes away (`buckstop check | head`) is no failure: the run ends there,
/// with what it knows.
pub(crate) fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // The help text goes to a closed pipe at worst.
            _ = error.print();
            if error.use_stderr() {
                fmt::echo_in_spite_of(env::args_os());
            }
            return if error.use_stderr() { Status::Failed } else { Status::Clean }.into();
        }
    };
    let mut status = Status::default();
    let mut terminal = Terminal::new(cli.color);
    let done = cli.command.run(&mut terminal, &mut status);
    if let Err(error) = done.and_then(|()| Ok(terminal.out.flush()?))
        && !is_broken_pipe(&error)
    {
        status.raise(Status::Failed);
        let complaint = complaint_of(error);
        // With both streams closed there is nobody to tell.
        _ = terminal.error(&complaint);
    }
    status.into()
}

impl Command {
    fn run(&self, terminal: &mut Terminal<impl Write>, status: &mut Status) -> anyhow::Result<()> {
        match self {
            Self::Check(args) => check::run(args, terminal, status),
            Self::Fix(args) => fix::run(args, terminal, status),
            Self::Fmt(args) => fmt::run(args, terminal, status),
            Self::Baseline(args) => baseline::run(args, terminal, status),
            Self::Turns(args) => turns::run(args, terminal, status),
            Self::Stream(args) => stream::run(args, terminal),
            Self::Rules(args) => rules::run(args, terminal, status),
            Self::Learn(args) => learn::run(args, terminal, status),
            Self::Init(args) => init::run(args, terminal),
            Self::Config(args) => config::run(args, terminal),
            Self::Completions(args) => shell::completions::<Cli>(args, terminal),
            Self::Man(args) => shell::man::<Cli>(args, terminal),
        }
    }
}

/// What to tell of an error.
fn complaint_of(error: anyhow::Error) -> Complaint {
    error.downcast().unwrap_or_else(|it| Complaint::new(format!("{it:#}")))
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    kind == Some(io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_failure_outranks_findings() {
        let mut status = Status::Failed;
        status.raise(Status::Findings);
        assert_eq!(status, Status::Failed);
    }
}
