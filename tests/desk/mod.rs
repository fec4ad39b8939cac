//! What the tests of the program share: a folder to run it in, and what a run came to.
//!
//! A test adds what else it does at its desk in an `impl Desk` of its own.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder with a rule pack, a configuration that takes no other, and what a test puts there.
pub(crate) struct Desk {
    folder: TempDir,
}

/// What came of a run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Desk {
    /// A desk with these rules, and more lines for the configuration.
    pub(crate) fn with(pack: &str, settings: &str) -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a folder") };
        desk.put("ours.toml", pack);
        let settings = format!("default-rules = false\nrules = ['ours.toml']\n{settings}");
        desk.put("buckstop.toml", settings);
        desk
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, in folders that are made for it.
    pub(crate) fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    /// `buckstop` in this folder, with nothing on standard input.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_buckstop"));
        command.args(args).current_dir(self.path()).stdin(Stdio::null());
        command
    }
}

impl From<Output> for Done {
    /// What is no UTF-8, as the diff of a file in UTF-16, has U+FFFD in it.
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}

impl From<&mut Command> for Done {
    fn from(command: &mut Command) -> Self {
        command.output().expect("buckstop runs").into()
    }
}
