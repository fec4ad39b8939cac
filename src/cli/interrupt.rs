//! Being broken off: no temporary file is left behind by Ctrl-C or a friendly kill.
//!
//! Only a run that writes files asks for this. It ends of the signal all the same, so that the
//! shell knows. Where there are no signals, and for a kill that can't be caught, a temporary file
//! may be left; it never has the name of a file of the user's.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::{NamedTempFile, PersistError};

/// The temporary files that are there.
static OPEN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A temporary file that is removed if it is dropped, or if the process is broken off.
pub(super) struct Temporary {
    /// Nothing once it has another name.
    file: Option<NamedTempFile>,
    path: PathBuf,
}

impl Temporary {
    /// Makes the file.
    ///
    /// # Errors
    ///
    /// The one of `make`.
    pub(super) fn new(make: impl FnOnce() -> io::Result<NamedTempFile>) -> io::Result<Self> {
        watch();
        // Whoever removes what is open waits until this file is known, too.
        let mut open = open();
        let file = make()?;
        let path = file.path().to_owned();
        open.push(path.clone());
        Ok(Self { file: Some(file), path })
    }

    /// The file, as long as it has no other name.
    pub(super) fn file(&mut self) -> io::Result<&mut NamedTempFile> {
        self.file.as_mut().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Gives the file a name, whether there is one of that name or not.
    ///
    /// # Errors
    ///
    /// If it can't be renamed.
    pub(super) fn persist(self, path: &Path) -> io::Result<()> {
        self.rename(|file| file.persist(path))
    }

    /// Gives the file a name that no other has.
    ///
    /// # Errors
    ///
    /// If it can't be renamed; [`io::ErrorKind::AlreadyExists`] if there is one of that name.
    pub(super) fn persist_noclobber(self, path: &Path) -> io::Result<()> {
        self.rename(|file| file.persist_noclobber(path))
    }

    fn rename<F>(
        mut self,
        rename: impl FnOnce(NamedTempFile) -> Result<F, PersistError>,
    ) -> io::Result<()> {
        let file = self.file.take().ok_or(io::ErrorKind::NotFound)?;
        rename(file).map(drop).map_err(|failed| failed.error)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // The file goes before it is forgotten.
        drop(self.file.take());
        open().retain(|path| *path != self.path);
    }
}

fn open() -> MutexGuard<'static, Vec<PathBuf>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sees to it that a signal which ends the process removes what is open first.
#[cfg(unix)]
fn watch() {
    use std::fs;
    use std::sync::Once;
    use std::thread;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    static WATCHING: Once = Once::new();
    WATCHING.call_once(|| {
        // Without a handler a signal ends the process as it does any other.
        let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else { return };
        thread::spawn(move || {
            for signal in &mut signals {
                // Nothing new is made from here on.
                let open = open();
                for path in open.iter() {
                    // One that is gone already has got its name.
                    _ = fs::remove_file(path);
                }
                _ = emulate_default_handler(signal);
            }
        });
    });
}

#[cfg(not(unix))]
fn watch() {}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};
    use std::time::Duration;
    use std::{env, fs, thread};

    use super::*;

    /// Names the folder in which a process of this test is to hold a file.
    const HOLD: &str = "BUCKSTOP_TEST_HOLD";

    #[test]
    fn a_signal_removes_what_is_open_and_ends_the_process() {
        if let Some(folder) = env::var_os(HOLD) {
            let _held = Temporary::new(|| NamedTempFile::new_in(folder)).unwrap();
            loop {
                thread::park();
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let files = || fs::read_dir(folder.path()).unwrap().count();
        for (name, number) in [("INT", 2), ("TERM", 15), ("HUP", 1)] {
            let this = "cli::interrupt::tests::a_signal_removes_what_is_open_and_ends_the_process";
            let mut command = Command::new(env::current_exe().unwrap());
            command.args(["--exact", this]).env(HOLD, folder.path()).stdout(Stdio::null());
            let mut child = command.spawn().unwrap();
            while files() == 0 {
                assert_eq!(child.try_wait().unwrap(), None);
                thread::sleep(Duration::from_millis(1));
            }
            let id = child.id().to_string();
            assert!(
                Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success()
            );
            assert_eq!(child.wait().unwrap().signal(), Some(number));
            assert_eq!(files(), 0, "a file is left behind by {name}");
        }
    }

    #[test]
    fn a_file_is_gone_once_it_is_dropped_and_stays_once_it_has_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let new = || Temporary::new(|| NamedTempFile::new_in(folder.path())).unwrap();
        drop(new());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let path = folder.path().join("a");
        new().persist(&path).unwrap();
        assert!(new().persist_noclobber(&path).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
