//! Known findings: what a baseline holds, and which findings of a run it accounts for.
//!
//! An entry stands for findings that say the same ([`fingerprint`](crate::fingerprint)) in one
//! file, and for how many there are. It belongs to its file as long as that is there: the same
//! words in another file are new. Once the file is gone, the entry goes to whichever file has
//! the same findings, as a fingerprint outlives a move into another folder.
//!
//! Nothing here reads or writes files, or knows where they lie: paths are names, relative to the
//! folder of the baseline. How a baseline is written is for
//! [`write_baseline`](crate::render::write_baseline).

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};

use crate::finding::Finding;
use crate::fingerprint::fingerprint;
use crate::redaction::redacted_name;
use crate::report::Report;
use crate::rules::Ruleset;

/// The version of the format that is written, and the only one that is read.
pub const VERSION: u64 = 1;

/// Known findings, in the order of their paths and fingerprints, no two of the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: Vec<Entry>,
}

/// Findings that say the same in one file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The file, relative to the folder of the baseline, with `/` between folders.
    pub path: String,
    /// The id of their rule.
    pub rule: String,
    /// What they are known by.
    pub fingerprint: String,
    /// How many there are; 1 or more.
    #[serde(default = "one", deserialize_with = "at_least_one")]
    pub count: usize,
    /// The words that were found, for people; nothing compares them.
    #[serde(default)]
    pub text: String,
    /// Why they stay, in somebody's words.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Entry {
    fn key(&self) -> Key {
        Key::of(&self.path, self.fingerprint.clone())
    }
}

fn one() -> usize {
    1
}

fn at_least_one<'de, D: Deserializer<'de>>(number: D) -> Result<usize, D::Error> {
    match usize::deserialize(number)? {
        0 => Err(D::Error::custom("a count is 1 or more")),
        count => Ok(count),
    }
}

/// What tells entries apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    /// The path as it is masked, whether it is written so or not: a baseline holds for masked
    /// runs and for others.
    path: String,
    fingerprint: String,
}

impl Key {
    fn of(path: &str, fingerprint: String) -> Self {
        Self { path: redacted_name(path).into_owned(), fingerprint }
    }
}

/// Why a text is no baseline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BaselineError {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1, in bytes of UTF-8.
    pub column: usize,
    /// What is wrong, without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: &'static str,
}

impl Baseline {
    /// Reads a baseline as it is written. Entries may stand in any order; of several with the
    /// same path and fingerprint, as a merge leaves them, the greatest count holds.
    ///
    /// # Errors
    ///
    /// The first mistake in it.
    pub fn read(text: &str) -> Result<Self, BaselineError> {
        if let Some(conflict) = conflict(text) {
            return Err(conflict);
        }
        let read: Result<Written, _> = serde_json::from_str(text);
        read.map(|written| written.0.into_iter().collect()).map_err(|error| mistake(&error))
    }

    /// The entries.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many findings they stand for.
    #[must_use]
    pub fn findings(&self) -> usize {
        self.entries.iter().map(|entry| entry.count).sum()
    }
}

impl FromIterator<Entry> for Baseline {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut sorted: BTreeMap<Key, Entry> = BTreeMap::new();
        for entry in entries {
            match sorted.get_mut(&entry.key()) {
                Some(same) => {
                    same.count = same.count.max(entry.count);
                    same.reason = same.reason.take().or(entry.reason);
                }
                None => _ = sorted.insert(entry.key(), entry),
            }
        }
        let mut entries: Vec<Entry> = sorted.into_values().collect();
        entries.sort_by(|a, b| (&a.path, &a.fingerprint).cmp(&(&b.path, &b.fingerprint)));
        Self { entries }
    }
}

/// A baseline file: an array that begins with the version.
struct Written(Vec<Entry>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    #[serde(rename = "buckstop-baseline")]
    version: u64,
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Lines)
    }
}

struct Lines;

impl<'de> Visitor<'de> for Lines {
    type Value = Written;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of known findings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut lines: A) -> Result<Written, A::Error> {
        let version = lines.next_element::<Header>()?.map(|header| header.version);
        match version {
            Some(VERSION) => {}
            Some(other) => {
                let message = format!("version {other} of the format is not known here");
                return Err(A::Error::custom(message));
            }
            None => return Err(A::Error::custom("the line with the version is missing")),
        }
        let mut entries = Vec::new();
        while let Some(entry) = lines.next_element()? {
            entries.push(entry);
        }
        Ok(Written(entries))
    }
}

/// What version control leaves where two sides changed the same lines.
fn conflict(text: &str) -> Option<BaselineError> {
    const MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
    let marked = |line: &str| MARKS.iter().any(|mark| line.starts_with(mark));
    let line = text.lines().position(marked)?;
    Some(BaselineError {
        line: line + 1,
        column: 1,
        message: "here is a conflict that a merge has left".to_owned(),
        help: "keep the lines of both sides, in any order, and take out the marks",
    })
}

fn mistake(error: &serde_json::Error) -> BaselineError {
    let (line, column) = (error.line(), error.column());
    let message = error.to_string();
    let place = format!(" at line {line} column {column}");
    BaselineError {
        line,
        column,
        message: message.strip_suffix(&place).unwrap_or(&message).to_owned(),
        help: "mend the line, or delete the file and let `buckstop baseline write` write it anew",
    }
}

/// A baseline and how much of it a run has met so far.
#[derive(Clone, Debug)]
pub struct Comparison {
    known: Vec<Known>,
    own: HashMap<Key, usize>,
    /// The entries of each file, by its masked path.
    of_file: HashMap<String, Vec<usize>>,
    /// Entries whose files are gone, by their fingerprints.
    homeless: HashMap<String, Vec<usize>>,
    /// Everything that was found, if it is to be written.
    found: Option<BTreeMap<Key, Entry>>,
}

/// An entry and what was met of it.
#[derive(Clone, Debug)]
struct Known {
    entry: Entry,
    /// How many findings were met in which file.
    met: BTreeMap<String, usize>,
    /// Whether its file is gone.
    gone: bool,
    /// Whether its file was looked at, with its rule.
    sought: bool,
}

/// An entry that stands for more than there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The entry.
    pub entry: Entry,
    /// How many of its findings are still there.
    pub left: usize,
}

impl Known {
    fn met(&self) -> usize {
        self.met.values().sum()
    }

    /// Counts one finding in, if there is room for it.
    fn meet(&mut self, path: &str) -> bool {
        let room = self.met() < self.entry.count;
        if room {
            *self.met.entry(path.to_owned()).or_default() += 1;
        }
        room
    }

    /// The entry with what was not met of it anywhere else.
    fn at_home(&self) -> Entry {
        let abroad = self.met.iter().filter(|(path, _)| **path != self.entry.path);
        let abroad: usize = abroad.map(|(_, count)| count).sum();
        Entry { count: self.entry.count - abroad, ..self.entry.clone() }
    }

    /// What is left of the entry, by the files in which it was met.
    fn remains(&self) -> Vec<Entry> {
        let moved = |(path, &count): (&String, &usize)| Entry {
            path: path.clone(),
            count,
            ..self.entry.clone()
        };
        let met = self.met.iter();
        if self.sought {
            return met.map(moved).collect();
        }
        let abroad = met.filter(|(path, _)| **path != self.entry.path).map(moved);
        abroad.chain([self.at_home()]).collect()
    }
}

impl Comparison {
    /// Begins to compare a run with a baseline; `is_gone` tells whether a file of it is no
    /// longer there.
    #[must_use]
    pub fn new(baseline: Baseline, is_gone: impl Fn(&str) -> bool) -> Self {
        let mut comparison = Self {
            known: Vec::with_capacity(baseline.entries.len()),
            own: HashMap::new(),
            of_file: HashMap::new(),
            homeless: HashMap::new(),
            found: None,
        };
        let mut last: Option<(String, bool)> = None;
        for (number, entry) in baseline.entries.into_iter().enumerate() {
            let gone = match &last {
                Some((path, gone)) if *path == entry.path => *gone,
                _ => is_gone(&entry.path),
            };
            last = Some((entry.path.clone(), gone));
            if gone {
                comparison.homeless.entry(entry.fingerprint.clone()).or_default().push(number);
            }
            let key = entry.key();
            comparison.of_file.entry(key.path.clone()).or_default().push(number);
            comparison.own.insert(key, number);
            comparison.known.push(Known { entry, met: BTreeMap::new(), gone, sought: false });
        }
        comparison
    }

    /// Keeps all that is found from here on, known or not, for [`Comparison::taken_stock`].
    pub fn take_stock(&mut self) {
        self.found = Some(BTreeMap::new());
    }

    /// Takes the report on a file, or on the next piece of one, that was checked with these
    /// rules, and moves its known findings aside.
    ///
    /// Of findings that say the same, the first ones are the known ones.
    pub fn take(&mut self, path: &str, report: &mut Report<'_>, ruleset: &Ruleset) {
        if self.known.is_empty() && self.found.is_none() {
            return;
        }
        if !report.source.is_continuation() {
            self.each_of(path, |known| known.sought |= takes_part(&known.entry, ruleset));
        }
        let masked = redacted_name(path);
        let mut new = Vec::with_capacity(report.findings.len());
        for finding in std::mem::take(&mut report.findings) {
            let key = Key { path: masked.to_string(), fingerprint: fingerprint(report, &finding) };
            self.note(path, &key, report, &finding);
            if self.meet(path, &key) { report.known.push(finding) } else { new.push(finding) }
        }
        report.findings = new;
    }

    /// Says that a file could not be read to its end after all.
    pub fn lose(&mut self, path: &str) {
        self.each_of(path, |known| known.sought = false);
    }

    /// Says that all files of some folders were looked at, with one of these rulesets: entries
    /// whose files are gone from there are stale unless they were met elsewhere.
    pub fn seek_gone(&mut self, is_in_folder: impl Fn(&str) -> bool, rulesets: &[&Ruleset]) {
        for known in self.known.iter_mut().filter(|known| known.gone) {
            let entry = &known.entry;
            let looked_for = || rulesets.iter().any(|ruleset| takes_part(entry, ruleset));
            known.sought |= is_in_folder(&entry.path) && (rulesets.is_empty() || looked_for());
        }
    }

    /// The entries that stand for more than was met, of those that were looked for.
    #[must_use]
    pub fn stale(&self) -> Vec<Stale> {
        let unmet = self.known.iter().filter(|it| it.sought && it.met() < it.entry.count);
        unmet.map(|it| Stale { entry: it.entry.clone(), left: it.met() }).collect()
    }

    /// The baseline without what is stale. What was met in a file that has moved belongs to it
    /// now.
    #[must_use]
    pub fn pruned(&self) -> Baseline {
        let mut sums: BTreeMap<Key, Entry> = BTreeMap::new();
        let remains = self.known.iter().flat_map(Known::remains);
        for entry in remains.filter(|entry| entry.count > 0) {
            match sums.get_mut(&entry.key()) {
                Some(sum) => sum.count += entry.count,
                None => _ = sums.insert(entry.key(), entry),
            }
        }
        sums.into_values().collect()
    }

    /// All that was found, and what was known before of files and rules that were not looked at.
    /// Reasons stay.
    #[must_use]
    pub fn taken_stock(&self) -> Baseline {
        let mut entries: Vec<Entry> =
            self.found.iter().flat_map(BTreeMap::values).cloned().collect();
        for entry in &mut entries {
            let own = self.own.get(&entry.key()).copied();
            let moved = self.homeless.get(&entry.fingerprint).into_iter().flatten().copied();
            let mut before = own.into_iter().chain(moved).map(|index| &self.known[index].entry);
            entry.reason = before.find_map(|before| before.reason.clone());
        }
        let unsought = self.known.iter().filter(|known| !known.sought);
        entries.extend(unsought.map(Known::at_home).filter(|entry| entry.count > 0));
        entries.into_iter().collect()
    }

    fn each_of(&mut self, path: &str, each: impl Fn(&mut Known)) {
        let entries = self.of_file.get(&*redacted_name(path));
        for &index in entries.into_iter().flatten() {
            each(&mut self.known[index]);
        }
    }

    fn note(&mut self, path: &str, key: &Key, report: &Report<'_>, finding: &Finding<'_>) {
        let Some(found) = &mut self.found else { return };
        let text = || report.turns[finding.turn].turn.text.slice(finding.span).to_owned();
        let entry = found.entry(key.clone()).or_insert_with(|| Entry {
            path: path.to_owned(),
            rule: finding.rule.id.clone(),
            fingerprint: key.fingerprint.clone(),
            count: 0,
            text: text(),
            reason: None,
        });
        entry.count += 1;
    }

    /// Whether a finding is known; each one uses up a little of its entry.
    fn meet(&mut self, path: &str, key: &Key) -> bool {
        let own = self.own.get(key).copied();
        if own.is_some_and(|index| self.known[index].meet(path)) {
            return true;
        }
        let homeless = self.homeless.get(&key.fingerprint);
        homeless.is_some_and(|it| it.iter().any(|&index| self.known[index].meet(path)))
    }
}

/// Whether a rule was looked for: if it takes part, or if no pack has it any more.
fn takes_part(entry: &Entry, ruleset: &Ruleset) -> bool {
    let rule = ruleset.rules().iter().position(|rule| rule.id == entry.rule);
    rule.is_none_or(|rule| ruleset.is_enabled(rule))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Options, check};
    use crate::source::Source;

    const PACK: &str = r#"
        [[rule]]
        id = "passes-the-buck"
        phrases = ["that buck is not mine"]
        why = "Somebody else is to care."

        [[rule]]
        id = "looks-away"
        phrases = ["never saw that buck"]
        why = "The customer saw it."
    "#;

    const BUCK: &str = "That buck is not mine.";
    const SAW: &str = "We never saw that buck.";

    fn ruleset(ignored: &[&str]) -> Ruleset {
        let builder = Ruleset::builder().embedded(false).pack("pack.toml", PACK);
        let ignored = ignored.iter().map(|&it| it.to_owned()).collect();
        builder.ignore(ignored).build().expect("the pack is sound")
    }

    /// Takes files, and tells how many findings are new and how many known.
    fn take(comparison: &mut Comparison, files: &[(&str, &str)]) -> (usize, usize) {
        take_with(comparison, files, &ruleset(&[]))
    }

    fn take_with(
        comparison: &mut Comparison,
        files: &[(&str, &str)],
        ruleset: &Ruleset,
    ) -> (usize, usize) {
        let (mut new, mut known) = (0, 0);
        for &(path, text) in files {
            let source = Source::new(path.to_owned(), text.as_bytes().to_vec());
            let mut report = check(source, &Options::default(), ruleset);
            comparison.take(path, &mut report, ruleset);
            new += report.findings.len();
            known += report.known.len();
        }
        (new, known)
    }

    fn stock(files: &[(&str, &str)]) -> Baseline {
        let mut comparison = Comparison::new(Baseline::default(), |_| false);
        comparison.take_stock();
        take(&mut comparison, files);
        comparison.taken_stock()
    }

    fn counts(baseline: &Baseline) -> Vec<(&str, &str, usize)> {
        let each = baseline.entries().iter();
        each.map(|it| (it.path.as_str(), it.rule.as_str(), it.count)).collect()
    }

    fn stale(comparison: &Comparison) -> Vec<(String, usize)> {
        comparison.stale().into_iter().map(|it| (it.entry.path, it.left)).collect()
    }

    #[test]
    fn what_is_known_is_not_new_wherever_it_moves_in_its_file() {
        let baseline = stock(&[("a.txt", &format!("{BUCK}\n\n{SAW}"))]);
        let mut comparison = Comparison::new(baseline.clone(), |_| false);
        let edited = format!("Hello!\n\n{SAW} Sorry.\n\nWell, yes.\n\nTHAT  buck is\nnot mine.");
        assert_eq!(take(&mut comparison, &[("a.txt", &edited)]), (0, 2));
        assert_eq!(comparison.stale(), []);
        assert_eq!(comparison.pruned(), baseline);
    }

    #[test]
    fn repeats_are_counted_and_the_last_ones_are_new() {
        let baseline = stock(&[("a.txt", &format!("{BUCK} {BUCK}"))]);
        assert_eq!(counts(&baseline), [("a.txt", "passes-the-buck", 2)]);
        let mut comparison = Comparison::new(baseline.clone(), |_| false);
        assert_eq!(take(&mut comparison, &[("a.txt", &format!("{BUCK} {BUCK} {BUCK}"))]), (1, 2));
        let mut comparison = Comparison::new(baseline, |_| false);
        assert_eq!(take(&mut comparison, &[("a.txt", BUCK)]), (0, 1));
        assert_eq!(stale(&comparison), [("a.txt".to_owned(), 1)]);
        assert_eq!(counts(&comparison.pruned()), [("a.txt", "passes-the-buck", 1)]);
    }

    #[test]
    fn the_same_words_in_another_file_are_new() {
        let baseline = stock(&[("a/x.txt", BUCK)]);
        let mut comparison = Comparison::new(baseline, |_| false);
        let files = [("a/x.txt", BUCK), ("b/x.txt", BUCK)];
        assert_eq!(take(&mut comparison, &files), (1, 1));
        assert_eq!(comparison.stale(), []);
    }

    #[test]
    fn a_file_that_has_moved_takes_its_entries_along() {
        let baseline = stock(&[("old/x.txt", &format!("{BUCK} {BUCK}"))]);
        let mut comparison = Comparison::new(baseline, |path| path.starts_with("old/"));
        assert_eq!(take(&mut comparison, &[("new/x.txt", BUCK)]), (0, 1));
        assert_eq!(comparison.stale(), [], "the old folder was not looked at");
        let both = [("new/x.txt", "passes-the-buck", 1), ("old/x.txt", "passes-the-buck", 1)];
        assert_eq!(counts(&comparison.pruned()), both);
        comparison.seek_gone(|path| path.starts_with("old/"), &[&ruleset(&[])]);
        assert_eq!(stale(&comparison), [("old/x.txt".to_owned(), 1)]);
        assert_eq!(counts(&comparison.pruned()), both[..1]);
    }

    #[test]
    fn files_that_were_not_looked_at_are_not_stale() {
        let baseline = stock(&[("a.txt", BUCK), ("b.txt", SAW)]);
        let mut comparison = Comparison::new(baseline.clone(), |_| false);
        comparison.take_stock();
        assert_eq!(take(&mut comparison, &[("a.txt", "Hello.")]), (0, 0));
        assert_eq!(stale(&comparison), [("a.txt".to_owned(), 0)]);
        for left in [comparison.pruned(), comparison.taken_stock()] {
            assert_eq!(counts(&left), [("b.txt", "looks-away", 1)]);
        }
    }

    #[test]
    fn a_file_that_was_lost_half_way_keeps_its_entries() {
        let baseline = stock(&[("a.txt", &format!("{BUCK} {BUCK} {SAW}"))]);
        let mut comparison = Comparison::new(baseline.clone(), |_| false);
        comparison.take_stock();
        take(&mut comparison, &[("a.txt", BUCK)]);
        comparison.lose("a.txt");
        assert_eq!(comparison.stale(), []);
        assert_eq!(comparison.pruned(), baseline);
        assert_eq!(comparison.taken_stock(), baseline);
    }

    #[test]
    fn rules_that_take_no_part_are_not_stale_and_rules_that_are_gone_are() {
        let mut baseline = stock(&[("a.txt", &format!("{BUCK} {SAW}"))]);
        let gone = Entry {
            rule: "gone".into(),
            fingerprint: "0".repeat(32),
            ..baseline.entries[0].clone()
        };
        baseline.entries.insert(0, gone);
        let mut comparison = Comparison::new(baseline, |_| false);
        take_with(&mut comparison, &[("a.txt", "Hello.")], &ruleset(&["looks-away"]));
        let rules: Vec<_> = comparison.stale().into_iter().map(|it| it.entry.rule).collect();
        assert_eq!(rules, ["gone", "passes-the-buck"]);
        assert_eq!(counts(&comparison.pruned()), [("a.txt", "looks-away", 1)]);
    }

    #[test]
    fn reasons_outlive_new_stock_and_a_move() {
        let mut baseline = stock(&[("a.txt", BUCK)]);
        baseline.entries[0].reason = Some("law".into());
        for path in ["a.txt", "b/a.txt"] {
            let mut comparison = Comparison::new(baseline.clone(), |_| path != "a.txt");
            comparison.take_stock();
            take(&mut comparison, &[(path, &format!("{BUCK} {SAW}"))]);
            for left in [comparison.taken_stock(), comparison.pruned()] {
                let entries: Vec<_> =
                    left.entries.iter().filter(|it| it.reason.is_some()).collect();
                assert_eq!(entries.len(), 1, "{left:?}");
                assert_eq!(entries[0].path, path);
            }
        }
    }

    #[test]
    fn of_two_sides_of_a_merge_the_greater_count_holds() {
        let line = |count: usize, reason: &str| {
            let fingerprint = "0".repeat(32);
            format!(
                r#",{{"path":"a","rule":"r","fingerprint":"{fingerprint}","count":{count}{reason}}}"#
            )
        };
        let text = format!(
            "[{{\"buckstop-baseline\":1}}\n{}\n{}\n{}\n]",
            line(2, ""),
            line(3, ""),
            line(1, r#","reason":"x""#)
        );
        let read = Baseline::read(&text).expect("a baseline");
        assert_eq!(counts(&read), [("a", "r", 3)]);
        assert_eq!(read.entries[0].reason.as_deref(), Some("x"));
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let place = |text: &str| {
            let error = Baseline::read(text).expect_err("a mistake");
            (error.line, error.message)
        };
        let line = r#"{"path":"a","rule":"r","fingerprint":"f""#;
        let head = "[{\"buckstop-baseline\":1}\n";
        assert_eq!(
            place(&format!("{head},{line},\"count\":0}}\n]")),
            (2, "a count is 1 or more".into())
        );
        assert_eq!(place(&format!("{head},{line},\"cuont\":1}}\n]")).0, 2);
        assert_eq!(place(&format!("{head}{line}}}\n]")).0, 2);
        assert_eq!(
            place("[{\"buckstop-baseline\":2}\n]").1,
            "version 2 of the format is not known here"
        );
        assert_eq!(place("[]").1, "the line with the version is missing");
        assert_eq!(place("{}").0, 1);
        assert_eq!(place(""), (1, "EOF while parsing a value".into()));
        let conflict = format!("{head}<<<<<<< ours\n,{line}}}\n=======\n>>>>>>> theirs\n]");
        assert_eq!(place(&conflict), (2, "here is a conflict that a merge has left".into()));
    }
}
