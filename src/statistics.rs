//! How often each rule, category, agent and file deflects, over a whole run.
//!
//! Reports are counted and let go: what is kept grows with the number of rules, of people who
//! were checked, and of files that have findings, and not with what they say. How it is shown is
//! for the renderers.

use std::collections::BTreeMap;
use std::mem;

use crate::finding::Severity;
use crate::report::Report;

/// Findings, and the turns that were checked for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Findings.
    pub findings: usize,
    /// Turns that were checked.
    pub turns: usize,
}

impl Counts {
    /// Findings in 100 turns; nothing if there is no turn.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 turns")]
    pub fn rate(self) -> Option<f64> {
        (self.turns > 0).then(|| 100.0 * self.findings as f64 / self.turns as f64)
    }
}

/// What a rule came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleCounts {
    /// Its category.
    pub category: String,
    /// Its severity, or the worst one if it has several in a run.
    pub severity: Severity,
    /// Its findings.
    pub findings: usize,
}

/// What a run came to, one report after the other.
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    rules: BTreeMap<String, RuleCounts>,
    agents: BTreeMap<Option<String>, Counts>,
    files: Vec<(String, Counts)>,
    /// The file of the last report, as large files come in pieces.
    file: Option<(String, Counts)>,
    all: Counts,
}

impl Statistics {
    /// Counts a report in. The pieces of a large file come one after the other.
    pub fn add(&mut self, report: &Report<'_>) {
        if !report.source.is_continuation() {
            self.end_file();
            self.file = Some((report.source.name().to_owned(), Counts::default()));
        }
        let turns = report.turns.iter().filter(|turn| turn.checked).count();
        let counts = Counts { findings: report.findings.len(), turns };
        if let Some((_, file)) = &mut self.file {
            add(file, counts);
        }
        add(&mut self.all, counts);
        self.add_turns(report);
        self.add_findings(report);
    }

    /// All findings and all turns that were checked.
    #[must_use]
    pub fn all(&self) -> Counts {
        self.all
    }

    /// The rules that found something, most findings first.
    #[must_use]
    pub fn rules(&self) -> Vec<(&str, &RuleCounts)> {
        let mut rules: Vec<_> = self.rules.iter().map(|(id, it)| (id.as_str(), it)).collect();
        rules.sort_by_key(|(_, it)| usize::MAX - it.findings);
        rules
    }

    /// The categories of these rules with their findings, most first.
    #[must_use]
    pub fn categories(&self) -> Vec<(&str, usize)> {
        let mut sums: BTreeMap<&str, usize> = BTreeMap::new();
        for rule in self.rules.values() {
            *sums.entry(&rule.category).or_default() += rule.findings;
        }
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_by_key(|&(_, findings)| usize::MAX - findings);
        sums
    }

    /// Everybody whose turns were checked, most findings first; nothing for those without a name.
    #[must_use]
    pub fn agents(&self) -> Vec<(Option<&str>, Counts)> {
        let each = self.agents.iter().map(|(name, &counts)| (name.as_deref(), counts));
        let mut agents: Vec<_> = each.collect();
        agents.sort_by_key(|(_, counts)| usize::MAX - counts.findings);
        agents
    }

    /// The files that have findings, most first.
    #[must_use]
    pub fn files(&self) -> Vec<(&str, Counts)> {
        let files = self.files.iter().chain(self.file.as_ref());
        let mut files: Vec<_> = files.map(|(name, counts)| (name.as_str(), *counts)).collect();
        files.retain(|(_, counts)| counts.findings > 0);
        files.sort_by_key(|(_, counts)| usize::MAX - counts.findings);
        files
    }

    fn end_file(&mut self) {
        let last = mem::take(&mut self.file);
        self.files.extend(last.filter(|(_, counts)| counts.findings > 0));
    }

    fn add_turns(&mut self, report: &Report<'_>) {
        for placed in report.turns.iter().filter(|turn| turn.checked) {
            self.agent(placed.turn.speaker.as_deref()).turns += 1;
        }
    }

    fn add_findings(&mut self, report: &Report<'_>) {
        for finding in &report.findings {
            let speaker = report.turns[finding.turn].turn.speaker.as_deref();
            self.agent(speaker).findings += 1;
            let rule = finding.rule;
            let counts = self.rules.entry(rule.id.clone()).or_insert_with(|| RuleCounts {
                category: rule.category.clone(),
                severity: rule.severity,
                findings: 0,
            });
            counts.findings += 1;
            counts.severity = counts.severity.max(rule.severity);
        }
    }

    fn agent(&mut self, name: Option<&str>) -> &mut Counts {
        self.agents.entry(name.map(str::to_owned)).or_default()
    }
}

fn add(sum: &mut Counts, more: Counts) {
    sum.findings += more.findings;
    sum.turns += more.turns;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::fixture::{report, rule};
    use crate::source::{Before, Source};

    fn counts(findings: usize, turns: usize) -> Counts {
        Counts { findings, turns }
    }

    #[test]
    fn everything_is_counted_most_first() {
        let buck = rule("passes-the-buck", Severity::Error);
        let away = rule("looks-away", Severity::Info);
        let mut first = report("a.txt", b"not my job, not my job", &buck, &["not my job"; 2]);
        first.turns[0].turn.speaker = Some("Tom".to_owned());
        let second = report("b.txt", b"not my job", &away, &["not my job"]);
        let clean = report("c.txt", b"mine", &buck, &[]);
        let mut statistics = Statistics::default();
        for report in [&second, &first, &clean] {
            statistics.add(report);
        }
        assert_eq!(statistics.all(), counts(3, 3));
        let rules: Vec<_> = statistics.rules().iter().map(|(id, it)| (*id, it.findings)).collect();
        assert_eq!(rules, [("passes-the-buck", 2), ("looks-away", 1)]);
        assert_eq!(statistics.categories(), [("not-my-job", 3)]);
        assert_eq!(statistics.agents(), [(Some("Tom"), counts(2, 1)), (None, counts(1, 2))]);
        assert_eq!(statistics.files(), [("a.txt", counts(2, 1)), ("b.txt", counts(1, 1))]);
        assert_eq!(statistics.files.len(), 2, "clean files are not kept");
    }

    #[test]
    fn the_pieces_of_a_file_are_one_file() {
        let rule = rule("passes-the-buck", Severity::Error);
        let mut statistics = Statistics::default();
        for bytes in [0, 11, 22] {
            let mut piece = report("a.jsonl", b"not my job\n", &rule, &["not my job"]);
            let before = Before { bytes, lines: bytes / 11 };
            piece.source = Source::piece("a.jsonl".to_owned(), b"not my job\n".to_vec(), before);
            statistics.add(&piece);
        }
        assert_eq!(statistics.files(), [("a.jsonl", counts(3, 3))]);
    }

    #[test]
    fn a_rate_needs_turns() {
        assert_eq!(counts(1, 8).rate(), Some(12.5));
        assert_eq!(counts(0, 0).rate(), None);
    }
}
