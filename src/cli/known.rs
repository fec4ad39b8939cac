//! Known findings of a run: which baseline holds for a file, reading it, and writing it anew.
//!
//! A baseline lies beside the configuration that holds for a file, or in the current folder.
//! What is known and what is stale is left to [`buckstop::baseline`].

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use buckstop::baseline::{Baseline, BaselineError, Comparison, Stale};
use buckstop::redaction::redacted_name;
use buckstop::render::write_baseline;
use buckstop::report::Report;
use buckstop::rules::Ruleset;

use super::discovery::{Configs, shown};
use super::input::{Input, unreadable};
use super::plan::{Settled, Task};
use super::terminal::{Complaint, count};
use super::write::{NewFile, Target};

/// The name of a baseline.
pub(super) const NAME: &str = ".buckstop-baseline.json";

/// Which baseline a check goes by.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Known findings")]
pub(super) struct BaselineArgs {
    /// A file of known findings in place of .buckstop-baseline.json
    ///
    /// Without it, the one beside the configuration counts, or else the one in the current
    /// folder. Known findings are not shown and don't make the check fail. `buckstop baseline`
    /// writes them down.
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    baseline: Option<PathBuf>,

    /// Look for no known findings, so that all are shown and count
    #[arg(long)]
    no_baseline: bool,
}

/// Which baseline is written or looked at.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Known findings")]
pub(super) struct BaselineFile {
    /// The baseline [default: .buckstop-baseline.json beside the configuration, or else in the
    /// current folder]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
}

/// Where the baselines of a run lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// Beside each configuration, or in the current folder.
    Beside,
    /// All in one file.
    Only(&'a Path),
    /// Nowhere.
    Nowhere,
}

impl BaselineArgs {
    /// Where the baselines lie.
    ///
    /// # Errors
    ///
    /// A complaint if the one that is named is not there.
    pub(super) fn place(&self) -> Result<Place<'_>, Complaint> {
        match &self.baseline {
            _ if self.no_baseline => Ok(Place::Nowhere),
            None => Ok(Place::Beside),
            Some(file) if file.is_file() => Ok(Place::Only(file)),
            Some(file) => {
                let complaint = unreadable(&file.display().to_string(), &not_found());
                Err(complaint.help("`buckstop baseline write --baseline FILE` writes it"))
            }
        }
    }
}

impl BaselineFile {
    /// Where the baselines lie.
    pub(super) fn place(&self) -> Place<'_> {
        self.baseline.as_deref().map_or(Place::Beside, Place::Only)
    }
}

impl Place<'_> {
    /// The inputs but the baseline, which a walk may meet under a name of the user's.
    pub(super) fn but_itself(
        self,
        mut inputs: Vec<Result<Input, Complaint>>,
        configs: &Configs,
    ) -> Vec<Result<Input, Complaint>> {
        if let Self::Only(file) = self {
            let file = configs.path_of(file);
            let is_it = |path: &Path| configs.path_of(path) == file;
            inputs.retain(|input| !matches!(input, Ok(Input::Met(path)) if is_it(path)));
        }
        inputs
    }

    /// The baseline for the files of a folder, all absolute.
    fn of_folder(self, folder: &Path, configs: &Configs) -> Option<PathBuf> {
        match self {
            Self::Nowhere => None,
            Self::Only(file) => Some(configs.path_of(file)),
            Self::Beside => {
                let config = configs.of_folder(folder).ok().and_then(|it| it.folder.clone());
                let here = configs.here();
                let files = [config.as_deref().unwrap_or(here), here].map(|it| it.join(NAME));
                let there = files.iter().find(|file| file.is_file());
                Some(there.unwrap_or(&files[0]).clone())
            }
        }
    }
}

/// The baselines of a run and what was met of them.
#[derive(Debug)]
pub(super) struct Known {
    configs: Arc<Configs>,
    /// In the order in which their files come.
    pub(super) books: Vec<Book>,
    /// Which of them holds for the files of a folder.
    of_folder: HashMap<PathBuf, Option<usize>>,
    /// The folders that are looked at as a whole.
    walked: Vec<PathBuf>,
}

/// A baseline that holds for some files of a run.
#[derive(Debug)]
pub(super) struct Book {
    /// Where it lies, absolute.
    file: PathBuf,
    /// Its text as it was read; nothing if it is not there.
    text: Option<String>,
    /// How many findings it stands for.
    pub(super) findings: usize,
    /// How many findings were met that it doesn't stand for.
    pub(super) new: usize,
    /// What was met of it.
    pub(super) comparison: Comparison,
    /// The rules that its files are checked with.
    rulesets: Vec<Arc<Ruleset>>,
}

impl Known {
    /// Reads the baselines that hold for the files of a run and for the folders among `paths`.
    ///
    /// # Errors
    ///
    /// A complaint if one can't be read.
    pub(super) fn open(
        place: Place<'_>,
        paths: &[PathBuf],
        tasks: &[Result<Task, Complaint>],
        configs: &Arc<Configs>,
    ) -> Result<Self, Complaint> {
        let folders = paths.iter().filter(|path| path.is_dir());
        let mut known = Self {
            configs: Arc::clone(configs),
            books: Vec::new(),
            of_folder: HashMap::new(),
            walked: folders.map(|folder| configs.path_of(folder)).collect(),
        };
        let piped = tasks.iter().flatten().any(|task| matches!(task.input, Input::Stdin(_)));
        if paths.is_empty() && !piped {
            known.walked.push(configs.here().to_owned());
        }
        for folder in known.walked.clone() {
            known.book(&folder, place)?;
        }
        for Task { input, settled } in tasks.iter().flatten() {
            let Some(path) = known.path(input) else { continue };
            if let Some(index) = known.book(path.parent().unwrap_or(&path), place)? {
                known.books[index].use_rules(settled);
            }
        }
        Ok(known)
    }

    /// Says that no folder is looked at as a whole, so that nothing is stale for not being met.
    pub(super) fn walk_nothing(&mut self) {
        self.walked.clear();
    }

    /// Keeps all that is found from here on, to be written down.
    pub(super) fn take_stock(&mut self) {
        self.books.iter_mut().for_each(|book| book.comparison.take_stock());
    }

    /// Takes the report on an input, and moves its known findings aside.
    pub(super) fn take(&mut self, task: &Task, report: &mut Report<'_>) {
        let Some((index, path)) = self.find(task) else { return };
        let book = &mut self.books[index];
        book.comparison.take(&path, report, &task.settled.ruleset);
        book.new += report.findings.len();
    }

    /// Says that an input could not be read.
    pub(super) fn lose(&mut self, task: &Task) {
        if let Some((index, path)) = self.find(task) {
            self.books[index].comparison.lose(&path);
        }
    }

    /// Says that all was looked at.
    pub(super) fn finish(&mut self) {
        for book in &mut self.books {
            let folder = book.folder().to_owned();
            let is_walked = |path: &str| {
                let path = self.configs.path_of(&folder.join(path));
                self.walked.iter().any(|walked| path.starts_with(walked))
            };
            let rulesets: Vec<&Ruleset> = book.rulesets.iter().map(|it| &**it).collect();
            book.comparison.seek_gone(is_walked, &rulesets);
        }
    }

    /// What to tell of baselines that stand for more than there is.
    pub(super) fn complaints(&self) -> impl Iterator<Item = Complaint> {
        self.books.iter().filter_map(|book| {
            let gone: usize = book.comparison.stale().iter().map(gone).sum();
            let message = format!("{}: {}", book.name(), are_stale(gone));
            (gone > 0).then(|| Complaint::new(message).help(STALE_HELP))
        })
    }

    /// The baseline for an input, and the name that it has there. A masked name leads to no file,
    /// so that its entries hold for any file with the same findings.
    fn find(&self, task: &Task) -> Option<(usize, String)> {
        let path = self.path(&task.input)?;
        let index = (*self.of_folder.get(path.parent().unwrap_or(&path))?)?;
        let name = relative(&path, self.books[index].folder());
        let masked = task.settled.redaction.is_some();
        Some((index, if masked { redacted_name(&name).into_owned() } else { name }))
    }

    /// The absolute path of an input; a draft without a name has none.
    fn path(&self, input: &Input) -> Option<PathBuf> {
        let nameless = matches!(input, Input::Stdin(None));
        (!nameless).then(|| self.configs.path_of(input.path()))
    }

    /// The baseline for the files of a folder, which is read when it is first asked for.
    fn book(&mut self, folder: &Path, place: Place<'_>) -> Result<Option<usize>, Complaint> {
        if let Some(&index) = self.of_folder.get(folder) {
            return Ok(index);
        }
        let file = place.of_folder(folder, &self.configs);
        let index = file.map(|file| self.book_in(file)).transpose()?;
        self.of_folder.insert(folder.to_owned(), index);
        Ok(index)
    }

    fn book_in(&mut self, file: PathBuf) -> Result<usize, Complaint> {
        if let Some(index) = self.books.iter().position(|book| book.file == file) {
            return Ok(index);
        }
        self.books.push(Book::open(file)?);
        Ok(self.books.len() - 1)
    }
}

impl Book {
    fn open(file: PathBuf) -> Result<Self, Complaint> {
        let name = shown(&file);
        let text = match fs::read_to_string(&file) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(unreadable(&name, &error)),
        };
        let read = text.as_deref().map(Baseline::read).transpose();
        let baseline = read.map_err(|error| wrong(&name, &error))?.unwrap_or_default();
        let findings = baseline.findings();
        let folder = folder_of(&file).to_owned();
        let comparison = Comparison::new(baseline, |path| !folder.join(path).exists());
        Ok(Self { file, text, findings, new: 0, comparison, rulesets: Vec::new() })
    }

    /// What the user calls it.
    pub(super) fn name(&self) -> String {
        shown(&self.file)
    }

    /// Whether it is there already.
    pub(super) fn exists(&self) -> bool {
        self.text.is_some()
    }

    /// Puts another baseline in its place, unless it is the same. Tells whether it is not.
    ///
    /// # Errors
    ///
    /// A complaint if it can't be written, or if somebody else has changed it meanwhile.
    pub(super) fn write(&self, baseline: &Baseline) -> Result<bool, Complaint> {
        let mut new = Vec::new();
        let written = write_baseline(baseline, &mut new);
        written.map_err(|error| Complaint::new(format!("{}: {error}", self.name())))?;
        match &self.text {
            Some(old) if old.as_bytes() == new => return Ok(false),
            Some(old) => Target::new(&self.file)?.replace(old.as_bytes(), &new)?,
            None => NewFile::whole(&self.file, &new)?,
        }
        Ok(true)
    }

    fn folder(&self) -> &Path {
        folder_of(&self.file)
    }

    fn use_rules(&mut self, settled: &Settled) {
        if !self.rulesets.iter().any(|it| Arc::ptr_eq(it, &settled.ruleset)) {
            self.rulesets.push(Arc::clone(&settled.ruleset));
        }
    }
}

/// How many findings of an entry are no longer there.
pub(super) fn gone(stale: &Stale) -> usize {
    stale.entry.count - stale.left
}

/// "3 known findings are no longer there".
pub(super) fn are_stale(findings: usize) -> String {
    let are = if findings == 1 { "is" } else { "are" };
    format!("{} {are} no longer there", count(findings, "known finding"))
}

/// What to do about them.
const STALE_HELP: &str =
    "`buckstop baseline check` lists them, `buckstop baseline update` takes them out";

fn wrong(name: &str, error: &BaselineError) -> Complaint {
    let BaselineError { line, column, message, help } = error;
    Complaint::new(format!("{name}:{line}:{column}: {message}")).help(*help)
}

fn not_found() -> io::Error {
    io::ErrorKind::NotFound.into()
}

fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new("/"))
}

/// A path as seen from a folder, both absolute, with `/` between folders on every system.
fn relative(path: &Path, folder: &Path) -> String {
    let mut ups = 0;
    for base in folder.ancestors() {
        if let Ok(inside) = path.strip_prefix(base) {
            let names = inside.components().map(|it| it.as_os_str().to_string_lossy());
            let ups = std::iter::repeat_n("..".into(), ups);
            return ups.chain(names).collect::<Vec<_>>().join("/");
        }
        ups += usize::from(!matches!(base.components().next_back(), Some(Component::Prefix(_))));
    }
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_folder_of_the_baseline() {
        let seen = |path: &str, folder: &str| relative(Path::new(path), Path::new(folder));
        assert_eq!(seen("/project/drafts/a.txt", "/project"), "drafts/a.txt");
        assert_eq!(seen("/project/a.txt", "/project/ci/x"), "../../a.txt");
        assert_eq!(seen("/other/a.txt", "/project"), "../other/a.txt");
        assert_eq!(seen("/a.txt", "/"), "a.txt");
    }
}
