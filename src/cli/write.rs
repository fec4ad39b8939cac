//! Putting new bytes in the place of a file, all of them or none.
//!
//! A file is never opened and overwritten: the new bytes are written to a temporary file beside
//! it, which takes its name once it is whole and safely on the disk. Whatever happens on the way,
//! be it a full disk or a kill, the file is the old one or the new one. Its permissions and, as
//! far as allowed, its owner are kept, and a symbolic link goes on pointing where it pointed.
//!
//! An output goes into a [`NewFile`], which waits in memory instead and is put in its place in the
//! same way.
//!
//! Not kept are the other names of a file with hard links, which keep the old bytes, and
//! extended attributes.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::SpooledTempFile;

use super::input::unreadable;
use super::interrupt::Temporary;
use super::terminal::Complaint;

/// A regular file that may be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Where it lies, symbolic links followed.
    path: PathBuf,
    /// What the user calls it.
    name: String,
}

impl Target {
    /// The file at a path, or where a symbolic link there leads.
    ///
    /// # Errors
    ///
    /// A complaint if there is no such file, or if it is a device, a pipe or the like.
    pub(super) fn new(path: &Path) -> Result<Self, Complaint> {
        let name = path.display().to_string();
        let found = fs::canonicalize(path).and_then(|path| Ok((fs::metadata(&path)?, path)));
        let (metadata, path) = found.map_err(|error| unreadable(&name, &error))?;
        if !metadata.is_file() {
            let complaint = Complaint::new(format!("{name}: not a regular file"));
            return Err(complaint.help("to rewrite what comes through a pipe, name it `-`"));
        }
        Ok(Self { path, name })
    }

    /// Where the file lies, symbolic links followed.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What the user calls it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Sees to it that the file may be written to, before there is anything to write.
    ///
    /// # Errors
    ///
    /// A complaint if it may not.
    pub(super) fn expect_writable(&self) -> Result<(), Complaint> {
        self.writable().map(drop)
    }

    /// Puts `new` in place of `old`, which is what was read from the file before.
    ///
    /// # Errors
    ///
    /// A complaint if the file is not to be written, has other bytes than `old` by now, or can't
    /// be replaced; it is as it was then.
    pub(super) fn replace(&self, old: &[u8], new: &[u8]) -> Result<(), Complaint> {
        let metadata = self.writable()?;
        let temporary =
            self.written_beside(new, &metadata).map_err(|error| self.unwritable(&error))?;
        // Asked as late as can be, as nothing keeps others from writing in between.
        let present = fs::read(&self.path).map_err(|error| unreadable(&self.name, &error))?;
        if present != old {
            let complaint = Complaint::new(format!(
                "{}: it has changed since it was read, so it was left as it is",
                self.name
            ));
            return Err(complaint.help("run again"));
        }
        temporary.persist(&self.path).map_err(|error| self.unwritable(&error))?;
        sync_folder(self.folder());
        Ok(())
    }

    /// Writes a new file in the same folder, with the same permissions.
    ///
    /// # Errors
    ///
    /// If it can't be written; [`io::ErrorKind::AlreadyExists`] if there is one of that name.
    pub(super) fn write_beside(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let temporary = self.written_beside(bytes, &fs::metadata(&self.path)?)?;
        temporary.persist_noclobber(path)?;
        sync_folder(self.folder());
        Ok(())
    }

    /// What is known about the file, if it is one that may be written to.
    fn writable(&self) -> Result<Metadata, Complaint> {
        let metadata = fs::metadata(&self.path).map_err(|error| unreadable(&self.name, &error))?;
        if metadata.permissions().readonly() {
            // The folder would allow it, and to root everything is allowed.
            return Err(self.unwritable(&io::ErrorKind::PermissionDenied.into()));
        }
        let opened = OpenOptions::new().write(true).open(&self.path);
        opened.map_err(|error| self.unwritable(&error))?;
        Ok(metadata)
    }

    /// A temporary file in the same folder that is whole and on the disk; it is removed when
    /// it is dropped.
    fn written_beside(&self, bytes: &[u8], like: &Metadata) -> io::Result<Temporary> {
        let mut builder = tempfile::Builder::new();
        // Hidden, and of no ending that a walk picks up.
        builder.prefix(".buckstop-").suffix(".new");
        let folder = self.folder();
        let made = Temporary::new(|| builder.tempfile_in(folder));
        let mut temporary = made.map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => io::Error::other(NoRoom),
            _ => error,
        })?;
        let file = temporary.file()?;
        file.write_all(bytes)?;
        make_like(file.as_file(), like)?;
        file.as_file().sync_all()?;
        Ok(temporary)
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// Why the file could not be written, and what to do about it.
    pub(super) fn unwritable(&self, error: &io::Error) -> Complaint {
        let (reason, help) = match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                ("it is read-only".to_owned(), "make it writable, or use --diff".to_owned())
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                ("the disk is full".to_owned(), "make room and run again".to_owned())
            }
            io::ErrorKind::FileTooLarge => (
                "it would be larger than files may be".to_owned(),
                "raise the limit (`ulimit -f`) and run again".to_owned(),
            ),
            io::ErrorKind::Other if is_no_room(error) => (
                "no new file may be written to its folder".to_owned(),
                format!("allow writing to {}, or use --diff", self.folder().display()),
            ),
            _ => (error.to_string(), "see to that and run again".to_owned()),
        };
        let message = format!("{}: {reason}, so it was left as it is", self.name);
        Complaint::new(message).help(help)
    }
}

/// A file that is written from beginning to end, and is there once it is whole.
///
/// What is written waits in memory, or in a file without a name if it is much, so that nothing
/// is left behind if the run is broken off.
pub(super) struct NewFile {
    /// Where it will lie, symbolic links followed.
    path: PathBuf,
    /// What the user calls it.
    name: String,
    waiting: SpooledTempFile,
}

/// How many bytes wait in memory.
const IN_MEMORY: usize = 8 * 1024 * 1024;

impl NewFile {
    /// Begins a file, whether there is one of that name or not.
    ///
    /// # Errors
    ///
    /// A complaint if its folder does not exist, or if it is a folder itself.
    pub(super) fn new(path: &Path) -> Result<Self, Complaint> {
        let name = path.display().to_string();
        // A file that is not there yet has no canonical path, and needs none.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if path.is_dir() {
            let complaint = Complaint::new(format!("{name}: it is a folder"));
            return Err(complaint.help("name a file to write to"));
        }
        if !folder_of(&path).is_dir() {
            let complaint = Complaint::new(format!("{name}: there is no such folder"));
            return Err(complaint.help("make the folder, or write to another"));
        }
        Ok(Self { path, name, waiting: SpooledTempFile::new(IN_MEMORY) })
    }

    /// Writes all of a file at once.
    ///
    /// # Errors
    ///
    /// As [`NewFile::new`] and [`NewFile::finish`].
    pub(super) fn whole(path: &Path, bytes: &[u8]) -> Result<(), Complaint> {
        let mut file = Self::new(path)?;
        let written = file.write_all(bytes);
        written.map_err(|error| Complaint::new(format!("{}: {error}", file.name)))?;
        file.finish()
    }

    /// Puts the file in its place. A device or a pipe is written to as it is.
    ///
    /// # Errors
    ///
    /// A complaint if it can't be written; what was there before is as it was.
    pub(super) fn finish(mut self) -> Result<(), Complaint> {
        self.place().map_err(|error| {
            let complaint =
                Complaint::new(format!("{}: {error}, so it was not written", self.name));
            complaint.help("see to that, or write to another place")
        })
    }

    fn place(&mut self) -> io::Result<()> {
        self.waiting.rewind()?;
        let present = fs::metadata(&self.path).ok();
        if present.as_ref().is_some_and(|it| !it.is_file()) {
            let mut device = OpenOptions::new().write(true).open(&self.path)?;
            return io::copy(&mut self.waiting, &mut device).map(drop);
        }
        let mut temporary = new_beside(folder_of(&self.path))?;
        let file = temporary.file()?;
        io::copy(&mut self.waiting, file)?;
        if let Some(present) = present {
            make_like(file.as_file(), &present)?;
        }
        file.as_file().sync_all()?;
        temporary.persist(&self.path)?;
        sync_folder(folder_of(&self.path));
        Ok(())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.waiting.flush()
    }
}

/// The folder of a file, which for a bare name is the current one.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A temporary file with the permissions that any new file gets.
fn new_beside(folder: &Path) -> io::Result<Temporary> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".buckstop-").suffix(".new");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The process's mask takes away what others are not to have.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    Temporary::new(|| builder.tempfile_in(folder))
}

/// Writes a file that is new; one of that name stays as it is.
///
/// # Errors
///
/// A complaint if it can't be written, or if there is one of that name.
pub(super) fn create(path: &Path, bytes: &[u8]) -> Result<(), Complaint> {
    let name = path.display().to_string();
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = opened.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Complaint::new(format!("{name}: there is no such folder")),
        io::ErrorKind::AlreadyExists => Complaint::new(format!("{name}: it is there already")),
        _ => Complaint::new(format!("{name}: {error}")),
    })?;
    file.write_all(bytes).map_err(|error| {
        // Half a file would be taken for a whole one.
        _ = fs::remove_file(path);
        Complaint::new(format!("{name}: {error}"))
    })
}

/// A folder that takes no new file.
#[derive(Debug, thiserror::Error)]
#[error("no new file may be written to the folder")]
struct NoRoom;

fn is_no_room(error: &io::Error) -> bool {
    error.get_ref().and_then(|inner| inner.downcast_ref::<NoRoom>()).is_some()
}

/// Gives a new file the owner and the permissions of another.
#[cfg(unix)]
fn make_like(file: &File, like: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

    let group = fchown(file, None, Some(like.gid())).is_ok();
    // Only root may give files away; anybody else becomes the owner.
    let owner = fchown(file, Some(like.uid()), None).is_ok();
    let mode = like.permissions().mode();
    let mode = match (owner, group) {
        (true, true) => mode & 0o7777,
        (false, true) => mode & 0o777,
        // Another group gets no more than everybody had.
        (_, false) => (mode & 0o707) | ((mode & 0o007) << 3),
    };
    file.set_permissions(fs::Permissions::from_mode(mode))
}

/// Gives a new file the permissions of another.
#[cfg(not(unix))]
fn make_like(file: &File, like: &Metadata) -> io::Result<()> {
    file.set_permissions(like.permissions())
}

/// Makes the new name of a file last. Not every file system can, and the file is whole already.
fn sync_folder(folder: &Path) {
    if cfg!(unix) {
        _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file in a folder of its own.
    fn file(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn new_bytes_take_the_place_of_the_old() {
        let (folder, path) = file(b"old");
        Target::new(&path).unwrap().replace(b"old", b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["a.txt"]);
    }

    #[test]
    fn a_new_file_is_there_once_it_is_whole() {
        let (folder, path) = file(b"old");
        let mut new = NewFile::new(&path).unwrap();
        new.write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        drop(new);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        for path in [&path, &folder.path().join("b.txt")] {
            let mut new = NewFile::new(path).unwrap();
            new.write_all(b"new").unwrap();
            new.finish().unwrap();
            assert_eq!(fs::read(path).unwrap(), b"new");
        }
        assert_eq!(names(folder.path()), ["a.txt", "b.txt"]);
    }

    #[test]
    fn a_new_file_needs_its_folder() {
        let (folder, path) = file(b"old");
        assert!(NewFile::new(&folder.path().join("gone/a.txt")).is_err());
        assert!(NewFile::new(folder.path()).is_err());
        assert!(NewFile::new(&path.join("a.txt")).is_err());
    }

    #[test]
    fn what_has_changed_since_it_was_read_stays() {
        let (folder, path) = file(b"old");
        let target = Target::new(&path).unwrap();
        fs::write(&path, b"others' words").unwrap();
        let complaint = target.replace(b"old", b"new").unwrap_err();
        assert!(complaint.message.contains("changed since it was read"), "{complaint}");
        assert_eq!(fs::read(&path).unwrap(), b"others' words");
        assert_eq!(names(folder.path()), ["a.txt"]);
    }

    #[test]
    fn what_is_gone_since_it_was_read_does_not_come_back() {
        let (folder, path) = file(b"old");
        let target = Target::new(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(target.replace(b"old", b"new").is_err());
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn a_folder_is_no_target() {
        let (folder, _) = file(b"old");
        assert!(Target::new(folder.path()).unwrap_err().message.contains("not a regular file"));
    }

    #[test]
    fn a_read_only_file_stays() {
        let (folder, path) = file(b"old");
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        let complaint = Target::new(&path).unwrap().replace(b"old", b"new").unwrap_err();
        assert!(complaint.message.contains("read-only"), "{complaint}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["a.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let (folder, path) = file(b"old");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let link = folder.path().join("link.txt");
        symlink("a.txt", &link).unwrap();
        Target::new(&link).unwrap().replace(b"old", b"new").unwrap();
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("a.txt"));
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o640);
    }

    #[test]
    fn a_file_beside_takes_nobodys_place() {
        let (folder, path) = file(b"old");
        let target = Target::new(&path).unwrap();
        let copy = folder.path().join(".copy");
        target.write_beside(&copy, b"old").unwrap();
        let again = target.write_beside(&copy, b"new").unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(copy).unwrap(), b"old");
        assert_eq!(names(folder.path()), [".copy", "a.txt"]);
    }
}
