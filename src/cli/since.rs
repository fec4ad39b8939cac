//! `--since-git`: only files that have changed since a revision.
//!
//! git itself is asked, so that what it ignores, how it names files and where its folders lie is
//! its own affair. What counts is what lies in the folders now, against the last revision that
//! REV and the present one have in common; so REV may be the branch that a change is to go to.
//! Files that git does not know yet have changed; inside a submodule counts what REV holds of it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustc_hash::{FxHashMap, FxHashSet};

use super::input::Input;
use super::terminal::Complaint;

/// Which files to check.
#[derive(Debug)]
pub(super) struct Since {
    revision: OsString,
    /// What has changed, by the root of the working tree.
    trees: FxHashMap<PathBuf, FxHashSet<PathBuf>>,
    /// The root of the outermost working tree, by the root of each.
    roots: FxHashMap<PathBuf, PathBuf>,
}

impl Since {
    /// Files that have changed since a revision.
    pub(super) fn new(revision: &OsStr) -> Self {
        let (trees, roots) = Default::default();
        Self { revision: revision.to_owned(), trees, roots }
    }

    /// Leaves of some inputs those that have changed. Standard input always has.
    ///
    /// # Errors
    ///
    /// A complaint if a file lies in no repository, or if git doesn't know the revision.
    pub(super) fn changed(
        &mut self,
        inputs: Vec<Result<Input, Complaint>>,
    ) -> Result<Vec<Result<Input, Complaint>>, Complaint> {
        let mut changed = Vec::new();
        for input in inputs {
            let keep = match &input {
                Ok(Input::Named(path) | Input::Met(path)) => self.has_changed(path)?,
                Ok(Input::Stdin(_)) | Err(_) => true,
            };
            if keep {
                changed.push(input);
            }
        }
        Ok(changed)
    }

    fn has_changed(&mut self, path: &Path) -> Result<bool, Complaint> {
        // A file that is not there is a complaint of those who read it.
        let Ok(path) = fs::canonicalize(path) else { return Ok(true) };
        let folder = path.parent().unwrap_or(&path).to_owned();
        let outer = self.root(&folder)?;
        if !self.trees.contains_key(&outer) {
            let mut found = FxHashSet::default();
            let since = base(&outer, &self.revision)?;
            collect(&outer, Some(&since), &mut found)?;
            self.trees.insert(outer.clone(), found);
        }
        Ok(self.trees[&outer].contains(&path))
    }

    /// The root of the working tree that a folder lies in; in a submodule, of that around it.
    fn root(&mut self, folder: &Path) -> Result<PathBuf, Complaint> {
        for place in folder.ancestors() {
            if let Some(root) = self.roots.get(place) {
                return Ok(root.clone());
            }
            if place.join(".git").exists() {
                break;
            }
        }
        let told = git(folder, ["rev-parse", "--show-toplevel"]).map_err(|error| match error {
            Failure::Missing(complaint) => complaint,
            Failure::Said(_) => no_repository(folder),
        })?;
        let inner = path_of(told.strip_suffix(b"\n").unwrap_or(&told));
        let inner = fs::canonicalize(&inner).unwrap_or(inner);
        let root = outermost(inner.clone())?;
        self.roots.insert(inner, root.clone());
        Ok(root)
    }
}

/// The root of the repository that a submodule belongs to, however deep; that of another
/// repository is its own.
fn outermost(root: PathBuf) -> Result<PathBuf, Complaint> {
    let asked = ["rev-parse", "--show-superproject-working-tree"];
    let told = git(&root, asked).map_err(|error| error.complaint(&root))?;
    let outer = told.strip_suffix(b"\n").unwrap_or(&told);
    if outer.is_empty() {
        return Ok(root);
    }
    let outer = path_of(outer);
    outermost(fs::canonicalize(&outer).unwrap_or(outer))
}

/// The revision to compare with: the last that `revision` and the present one share.
fn base(root: &Path, revision: &OsStr) -> Result<OsString, Complaint> {
    let mut commit = revision.to_owned();
    commit.push("^{commit}");
    let verify = [OsStr::new("rev-parse"), OsStr::new("--verify"), OsStr::new("--quiet")];
    let asked = verify.into_iter().chain([OsStr::new("--end-of-options"), &commit]);
    let Ok(found) = git(root, asked) else {
        let name = revision.to_string_lossy();
        let message = format!("git knows no revision `{name}` in {}", root.display());
        return Err(Complaint::new(message)
            .help("name a branch, a tag or a commit; a shallow clone may have to fetch it first"));
    };
    let found = line(&found);
    // Histories that share nothing, or of which nothing is there, are compared as they are.
    let shared = git(root, [OsStr::new("merge-base"), &found, OsStr::new("HEAD")]);
    Ok(shared.map_or(found, |shared| line(&shared)))
}

/// Adds what has changed in a working tree since a revision, or all of it if there is none.
fn collect(
    root: &Path,
    since: Option<&OsStr>,
    found: &mut FxHashSet<PathBuf>,
) -> Result<(), Complaint> {
    let told = |args: &[&OsStr]| git(root, args).map_err(|error| error.complaint(root));
    let untracked = ["ls-files", "-z", "--others", "--exclude-standard"].map(OsStr::new);
    found.extend(names(&told(&untracked)?).map(|name| root.join(name)));
    let Some(since) = since else {
        let tracked = ["ls-files", "-z", "--recurse-submodules"].map(OsStr::new);
        found.extend(names(&told(&tracked)?).map(|name| root.join(name)));
        return Ok(());
    };
    let diff = ["diff", "--raw", "-z", "--no-renames", "--no-abbrev", "--diff-filter=d"];
    let mut args = diff.map(OsStr::new).to_vec();
    args.extend([since, OsStr::new("--")]);
    let changes = told(&args)?;
    let mut changes = changes.split(|&byte| byte == 0);
    // `:100644 160000 OLD NEW M`, and the name.
    while let (Some(change), Some(name)) = (changes.next(), changes.next()) {
        let path = root.join(path_of(name));
        let change = String::from_utf8_lossy(change);
        let mut fields = change.trim_start_matches(':').split(' ');
        let (before, now, old) = (fields.next(), fields.next(), fields.next());
        if now == Some(SUBMODULE) && path.join(".git").exists() {
            let old = old.filter(|_| before == Some(SUBMODULE)).map(OsStr::new);
            let path = fs::canonicalize(&path).unwrap_or(path);
            // What it was may never have been fetched; then all of it is new.
            let known = old
                .filter(|old| git(&path, [OsStr::new("cat-file"), OsStr::new("-e"), old]).is_ok());
            collect(&path, known, found)?;
        } else {
            found.insert(path);
        }
    }
    Ok(())
}

/// The mode of a submodule among files.
const SUBMODULE: &str = "160000";

/// Why git gave no answer.
enum Failure {
    /// It can't be started.
    Missing(Complaint),
    /// It said why.
    Said(String),
}

impl Failure {
    fn complaint(self, root: &Path) -> Complaint {
        match self {
            Self::Missing(complaint) => complaint,
            Self::Said(reason) => Complaint::new(format!("git in {}: {reason}", root.display())),
        }
    }
}

/// What git answers in a folder.
fn git<S: AsRef<OsStr>>(
    folder: &Path,
    args: impl IntoIterator<Item = S>,
) -> Result<Vec<u8>, Failure> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(["--no-optional-locks", "-c", "core.fsmonitor=false"]);
    let output = command.args(args).output().map_err(|error| {
        let complaint = Complaint::new(format!("git can't be started: {error}"));
        Failure::Missing(complaint.help("install git, or leave out --since-git"))
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(Failure::Said(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// The names of files, each of which ends with a NUL.
fn names(told: &[u8]) -> impl Iterator<Item = PathBuf> {
    told.split(|&byte| byte == 0).filter(|name| !name.is_empty()).map(path_of)
}

fn line(told: &[u8]) -> OsString {
    path_of(told.trim_ascii_end()).into_os_string()
}

/// A name as git has it: bytes, where files have names of bytes.
#[cfg(unix)]
fn path_of(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;

    PathBuf::from(OsStr::from_bytes(name))
}

/// A name as git has it: UTF-8, where files have names of characters.
#[cfg(not(unix))]
fn path_of(name: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(name).into_owned())
}

fn no_repository(folder: &Path) -> Complaint {
    let message = format!("{} lies in no git repository", folder.display());
    Complaint::new(message).help("leave out --since-git, or name files of a repository")
}
