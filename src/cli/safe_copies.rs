//! What files were before a session changed them, kept beside them until the session ends.
//!
//! If it never comes to an end, killed or cut off, the copies stay, and the next session tells
//! of them. It decides nothing about them: which of the two is wanted only the user knows.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::PathBuf;

use super::terminal::Complaint;
use super::write::Target;

/// What stands before and behind a file's name in that of its copy: hidden, and of no ending
/// that a walk picks up.
const AROUND: (&str, &str) = (".", ".buckstop-original");

/// The copies of a session.
#[derive(Debug, Default)]
pub(super) struct SafeCopies {
    kept: Vec<Kept>,
}

/// A file that was changed.
#[derive(Debug)]
struct Kept {
    target: Target,
    old: Vec<u8>,
    new: Vec<u8>,
}

impl SafeCopies {
    /// Changes a file after a copy of it has been made.
    ///
    /// # Errors
    ///
    /// A complaint if either can't be done; the file is as it was then, and has no copy.
    pub(super) fn replace(
        &mut self,
        target: Target,
        old: Vec<u8>,
        new: Vec<u8>,
    ) -> Result<(), Complaint> {
        let copy = copy_of(&target);
        target.write_beside(&copy, &old).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => left_over_complaint(&target),
            _ => target.unwritable(&error),
        })?;
        if let Err(complaint) = target.replace(&old, &new) {
            return Err(remove(&copy).err().unwrap_or(complaint));
        }
        self.kept.push(Kept { target, old, new });
        Ok(())
    }

    /// Makes all files what they were, the last one first.
    ///
    /// Returns complaints about those that somebody else has changed by now, or that can't be
    /// written: their copies stay.
    pub(super) fn put_back(self) -> Vec<Complaint> {
        let put_back = |Kept { target, old, new }: Kept| {
            let copy = copy_of(&target);
            let stays = format!("what it was before stays in {}", copy.display());
            let put_back = target.replace(&new, &old).map_err(|complaint| complaint.help(stays));
            put_back.and_then(|()| remove(&copy)).err()
        };
        self.kept.into_iter().rev().filter_map(put_back).collect()
    }

    /// Lets go of the copies; complains about those that can't be removed.
    pub(super) fn let_go(self) -> Vec<Complaint> {
        self.kept.iter().filter_map(|kept| remove(&copy_of(&kept.target)).err()).collect()
    }
}

/// Sees to it that there is no copy of a file.
///
/// # Errors
///
/// A complaint if there is one of a session that did not end. One that says no more than the
/// file itself is removed.
pub(super) fn expect_none(target: &Target) -> Result<(), Complaint> {
    let copy = copy_of(target);
    let kept = match fs::read(&copy) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        kept => kept,
    };
    match (kept, fs::read(target.path())) {
        (Ok(old), Ok(present)) if old == present => remove(&copy),
        _ => Err(left_over_complaint(target)),
    }
}

/// Where the copy of a file stands.
fn copy_of(target: &Target) -> PathBuf {
    let mut name = OsString::from(AROUND.0);
    name.push(target.path().file_name().unwrap_or_default());
    name.push(AROUND.1);
    target.path().with_file_name(name)
}

fn remove(copy: &PathBuf) -> Result<(), Complaint> {
    fs::remove_file(copy).map_err(|error| {
        let message = format!("{}: it can't be removed: {error}", copy.display());
        Complaint::new(message).help("it is a copy that is needed no more; delete it")
    })
}

fn left_over_complaint(target: &Target) -> Complaint {
    let (name, copy) = (target.name(), copy_of(target));
    let copy = copy.display();
    let message = format!(
        "{name}: an earlier session did not come to its end; what the file was before it is in \
         {copy}"
    );
    Complaint::new(message).help(format!(
        "to go back, rename the copy to {name}; to keep {name} as it is now, delete the copy; \
         then run again"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that says "old", in a folder of its own.
    fn file() -> (tempfile::TempDir, PathBuf, Target) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, b"old").unwrap();
        let target = Target::new(&path).unwrap();
        (folder, path, target)
    }

    fn changed(target: &Target) -> SafeCopies {
        let mut copies = SafeCopies::default();
        copies.replace(target.clone(), b"old".to_vec(), b"new".to_vec()).unwrap();
        copies
    }

    #[test]
    fn a_copy_lasts_until_it_is_let_go() {
        let (_folder, path, target) = file();
        let copies = changed(&target);
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read(copy_of(&target)).unwrap(), b"old");
        assert!(copies.let_go().is_empty());
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert!(!copy_of(&target).exists());
    }

    #[test]
    fn files_are_put_back() {
        let (_folder, path, target) = file();
        assert!(changed(&target).put_back().is_empty());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert!(!copy_of(&target).exists());
    }

    #[test]
    fn what_others_wrote_is_not_put_back_and_keeps_its_copy() {
        let (_folder, path, target) = file();
        let copies = changed(&target);
        fs::write(&path, b"others' words").unwrap();
        let complaints = copies.put_back();
        assert!(complaints[0].help.as_ref().unwrap().contains(".a.txt.buckstop-original"));
        assert_eq!(fs::read(&path).unwrap(), b"others' words");
        assert_eq!(fs::read(copy_of(&target)).unwrap(), b"old");
    }

    #[test]
    fn a_file_that_cannot_be_changed_keeps_no_copy() {
        let (_folder, path, target) = file();
        fs::write(&path, b"others' words").unwrap();
        let mut copies = SafeCopies::default();
        assert!(copies.replace(target.clone(), b"old".to_vec(), b"new".to_vec()).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"others' words");
        assert!(!copy_of(&target).exists());
    }

    #[test]
    fn a_copy_that_was_left_over_is_told_and_not_touched() {
        let (_folder, _path, target) = file();
        drop(changed(&target));
        let complaint = expect_none(&target).unwrap_err();
        assert!(complaint.message.contains("did not come to its end"), "{complaint}");
        assert_eq!(fs::read(copy_of(&target)).unwrap(), b"old");
        let mut copies = SafeCopies::default();
        assert!(copies.replace(target.clone(), b"new".to_vec(), b"newer".to_vec()).is_err());
        assert_eq!(fs::read(target.path()).unwrap(), b"new");
        assert_eq!(fs::read(copy_of(&target)).unwrap(), b"old");
    }

    #[test]
    fn a_copy_of_a_file_that_was_never_changed_is_no_matter() {
        let (_folder, path, target) = file();
        drop(changed(&target));
        fs::write(&path, b"old").unwrap();
        assert!(expect_none(&target).is_ok());
        assert!(!copy_of(&target).exists());
    }
}
