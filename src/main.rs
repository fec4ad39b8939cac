//! The `buckstop` command: arguments in, an exit code out.
//!
//! All reading, writing and asking the environment happens under [`cli`]; the library
//! beside it knows no files and no terminal.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
