//! `buckstop completions` and `buckstop man`: what shells and `man` are told of the arguments.
//!
//! Both are made from the arguments as they are declared; nothing is kept in files.

use std::io::Write;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::terminal::{Complaint, Terminal};

/// The arguments of `buckstop completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  buckstop completions bash > ~/.local/share/bash-completion/completions/buckstop
  buckstop completions zsh > ~/.zfunc/_buckstop
  buckstop completions fish > ~/.config/fish/completions/buckstop.fish")]
pub(super) struct CompletionsArgs {
    /// The shell to write them for
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// The arguments of `buckstop man`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  buckstop man > ~/.local/share/man/man1/buckstop.1
  buckstop man check | man -l -
  buckstop man config show | man -l -")]
pub(super) struct ManArgs {
    /// The command that the page is about [default: buckstop itself]
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

/// Writes a script of completions to stdout.
///
/// # Errors
///
/// If stdout can't be written.
pub(super) fn completions<C: CommandFactory>(
    args: &CompletionsArgs,
    terminal: &mut Terminal<impl Write>,
) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut C::command(), "buckstop", &mut script);
    Ok(terminal.out.write_all(&script)?)
}

/// Writes a page of the manual to stdout, in roff.
///
/// # Errors
///
/// If there is no such command, or if stdout can't be written.
pub(super) fn man<C: CommandFactory>(
    args: &ManArgs,
    terminal: &mut Terminal<impl Write>,
) -> anyhow::Result<()> {
    let mut page = Vec::new();
    Man::new(command::<C>(&args.command)?).render(&mut page)?;
    Ok(terminal.out.write_all(&page)?)
}

/// buckstop, or one of its commands, or one of theirs.
fn command<C: CommandFactory>(names: &[String]) -> Result<Command, Complaint> {
    // What `help` does is told in each page.
    let mut command = C::command().disable_help_subcommand(true);
    // Once built, a command knows that its page is called `buckstop-check`.
    command.build();
    for (depth, name) in names.iter().enumerate() {
        let found = command.find_subcommand(name).cloned();
        command = found.ok_or_else(|| unknown(&command, &names[..=depth]))?;
    }
    Ok(command)
}

fn unknown(command: &Command, names: &[String]) -> Complaint {
    let complaint = Complaint::new(format!("there is no command `{}`", names.join(" ")));
    let known: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
    if known.is_empty() {
        return complaint.help(format!("`{}` has no commands", names[..names.len() - 1].join(" ")));
    }
    complaint.help(format!("the commands are {}", known.join(", ")))
}
