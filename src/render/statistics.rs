//! What a run came to, in place of its findings: tables for people, or one JSON object.
//!
//! The tables have bars if they are for a terminal, as wide as it allows, and only their numbers
//! if they are not. They are cut after so many people and files; the object holds all of them:
//!
//! ```json
//! {"summary": {"files": 14, "files_with_findings": 2, "unreadable": 0, "turns": 120, ...},
//!  "rules": [{"rule": "not-my-job", "category": "not-my-job", "severity": "error",
//!             "findings": 3, "rate": 2.5}],
//!  "categories": [{"category": "not-my-job", "findings": 3, "rate": 2.5}],
//!  "agents": [{"agent": "Jane", "findings": 3, "turns": 40, "rate": 7.5}],
//!  "files": [{"path": "a.txt", "findings": 3, "turns": 12, "rate": 25.0}]}
//! ```
//!
//! A rate is findings for 100 turns that were checked, and null where there was none; an agent
//! without a name is null. Everything is in the order of findings, most first.

use std::io::{self, Write};

use serde::Serialize;

use super::json::write_json;
use super::paint::Paint;
use super::visible::{columns, suffix, visible};
use super::{RenderOptions, Renderer, one_line, summary};
use crate::finding::Severity;
use crate::report::{Report, Summary};
use crate::statistics::{Counts, Statistics};

/// How many people and files the tables show.
const MOST_ROWS: usize = 20;

/// How many columns a name may take, whatever the terminal has.
const WIDEST_NAME: usize = 48;

/// As many columns a name has at least, so that each heading fits above it.
const NARROWEST_NAME: usize = 8;

/// How many columns the numbers take, with their gaps and a sign that a name was cut.
const NUMBERS: usize = 27;

/// From how many columns on there is room for a whole heading of the rates.
const WIDE: usize = 60;

/// How wide a bar is at most, and at least, if there is one at all.
const WIDEST_BAR: usize = 40;
const NARROWEST_BAR: usize = 4;

/// Tables for people. `bars` is for terminals.
#[must_use]
pub fn statistics(options: RenderOptions, bars: bool) -> Box<dyn Renderer> {
    Box::new(Tables { options, bars, statistics: Statistics::default() })
}

/// One JSON object.
#[must_use]
pub fn statistics_json() -> Box<dyn Renderer> {
    Box::new(Object { statistics: Statistics::default() })
}

/// The last line, and nothing before it.
#[must_use]
pub fn closing(options: RenderOptions) -> Box<dyn Renderer> {
    Box::new(Closing { options })
}

/// The member `summary` of the JSON object, alone.
#[must_use]
pub fn closing_json() -> Box<dyn Renderer> {
    Box::new(ClosingObject)
}

struct Closing {
    options: RenderOptions,
}

impl Renderer for Closing {
    fn report(&mut self, _: &Report<'_>, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", summary::line(summary, self.options))
    }
}

struct ClosingObject;

impl Renderer for ClosingObject {
    fn report(&mut self, _: &Report<'_>, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        write_json(&Sum::of(summary), out)?;
        writeln!(out)
    }
}

struct Tables {
    options: RenderOptions,
    bars: bool,
    statistics: Statistics,
}

/// One table.
struct Table {
    heading: &'static str,
    rows: Vec<Row>,
    /// Rows that are left out.
    more: usize,
    /// Whether each row has turns of its own.
    turns: bool,
}

struct Row {
    name: String,
    severity: Option<Severity>,
    counts: Counts,
}

impl Renderer for Tables {
    fn report(&mut self, report: &Report<'_>, _: &mut dyn Write) -> io::Result<()> {
        self.statistics.add(report);
        Ok(())
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        let tables = [self.rules(), self.categories(), self.agents(), self.files()];
        let tables: Vec<Table> = tables.into_iter().filter(|it| !it.rows.is_empty()).collect();
        let names = tables.iter().flat_map(|it| &it.rows).map(|row| columns(&row.name));
        let name = names.max().unwrap_or(0).max(NARROWEST_NAME);
        for table in &tables {
            self.table(table, name, out)?;
            writeln!(out)?;
        }
        if self.options.quiet {
            return Ok(());
        }
        writeln!(out, "{}", summary::line(summary, self.options))
    }
}

impl Tables {
    fn rules(&self) -> Table {
        let turns = self.statistics.all().turns;
        let rows = self.statistics.rules().into_iter().map(|(id, rule)| Row {
            name: one_line(id, self.name_width()),
            severity: Some(rule.severity),
            counts: Counts { findings: rule.findings, turns },
        });
        Table { heading: "Rules", rows: rows.collect(), more: 0, turns: false }
    }

    fn categories(&self) -> Table {
        let turns = self.statistics.all().turns;
        let rows = self.statistics.categories().into_iter().map(|(name, findings)| Row {
            name: one_line(name, self.name_width()),
            severity: None,
            counts: Counts { findings, turns },
        });
        Table { heading: "Categories", rows: rows.collect(), more: 0, turns: false }
    }

    /// Nothing if nobody has a name, as in drafts.
    fn agents(&self) -> Table {
        let agents = self.statistics.agents();
        let named = agents.iter().any(|(name, _)| name.is_some());
        let agents = if named { agents } else { Vec::new() };
        let rows = agents.iter().map(|&(name, counts)| Row {
            name: name.map_or("(no name)".into(), |name| one_line(name, self.name_width())),
            severity: None,
            counts,
        });
        cut("Agents", rows)
    }

    fn files(&self) -> Table {
        let files = self.statistics.files().into_iter();
        let rows = files.map(|(path, counts)| Row {
            name: end_of(&visible(path), self.name_width()),
            severity: None,
            counts,
        });
        cut("Files", rows)
    }

    fn name_width(&self) -> usize {
        let taken = NUMBERS + self.rate_heading().len();
        let room = self.options.width.saturating_sub(taken);
        let room = if self.bars { room * 3 / 5 } else { room };
        room.clamp(NARROWEST_NAME, WIDEST_NAME)
    }

    fn rate_heading(&self) -> &'static str {
        if self.options.width < WIDE { "per 100" } else { "per 100 turns" }
    }

    /// Writes a table whose names have so many columns.
    fn table(&self, table: &Table, name: usize, out: &mut dyn Write) -> io::Result<()> {
        let paint = Paint::new(self.options.color);
        let turns = if table.turns { "turns" } else { "" };
        let (heading, per) = (table.heading, self.rate_heading());
        let head = format!("{heading:<0$}  findings  {turns:>7}  {per}", name + 2);
        writeln!(out, "{}", paint.bold(head.trim_end()))?;
        let most = table.rows.iter().map(|row| row.counts.findings).max().unwrap_or(0);
        for row in &table.rows {
            let gap = " ".repeat(name - columns(&row.name));
            let turns = if table.turns { row.counts.turns.to_string() } else { String::new() };
            let rate = row.counts.rate().map_or("-".to_owned(), |rate| format!("{rate:.1}"));
            let findings = row.counts.findings;
            let numbers = format!("{findings:>8}  {turns:>7}  {rate:>0$}", per.len());
            let line = format!("  {}{gap}  {numbers}", row.name);
            let room = self.options.width.saturating_sub(columns(&line) + 2);
            let bar = self.bar(findings, most, room);
            let bar = row.severity.map_or_else(|| bar.clone(), |it| paint.severity(it, &bar));
            writeln!(out, "{}", format!("{line}  {bar}").trim_end())?;
        }
        match table.more {
            0 => Ok(()),
            more => writeln!(out, "  {}", paint.dim(&format!("and {more} more"))),
        }
    }

    /// A bar for some of the most findings, in eighths of a column.
    fn bar(&self, findings: usize, most: usize, room: usize) -> String {
        if !self.bars || room < NARROWEST_BAR || most == 0 {
            return String::new();
        }
        let eighths = (findings * room.min(WIDEST_BAR) * 8).div_ceil(most);
        let mut bar = "█".repeat(eighths / 8);
        bar.extend(['▏', '▎', '▍', '▌', '▋', '▊', '▉'].get((eighths % 8).wrapping_sub(1)));
        bar
    }
}

fn cut(heading: &'static str, rows: impl ExactSizeIterator<Item = Row>) -> Table {
    let more = rows.len().saturating_sub(MOST_ROWS);
    Table { heading, rows: rows.take(MOST_ROWS).collect(), more, turns: true }
}

/// The end of a path, which tells it from others.
fn end_of(path: &str, width: usize) -> String {
    if columns(path) <= width { path.to_owned() } else { format!("…{}", suffix(path, width - 1)) }
}

struct Object {
    statistics: Statistics,
}

#[derive(Serialize)]
struct Sum {
    files: usize,
    files_with_findings: usize,
    unreadable: usize,
    turns: usize,
    findings: usize,
    rate: Option<f64>,
    errors: usize,
    warnings: usize,
    infos: usize,
    suppressed: usize,
    known: usize,
}

#[derive(Serialize)]
struct RuleOut<'a> {
    rule: &'a str,
    category: &'a str,
    severity: &'static str,
    findings: usize,
    rate: Option<f64>,
}

#[derive(Serialize)]
struct CategoryOut<'a> {
    category: &'a str,
    findings: usize,
    rate: Option<f64>,
}

#[derive(Serialize)]
struct AgentOut<'a> {
    agent: Option<&'a str>,
    findings: usize,
    turns: usize,
    rate: Option<f64>,
}

#[derive(Serialize)]
struct FileOut<'a> {
    path: &'a str,
    findings: usize,
    turns: usize,
    rate: Option<f64>,
}

impl Sum {
    fn of(summary: &Summary) -> Self {
        Self {
            files: summary.files,
            files_with_findings: summary.files_with_findings,
            unreadable: summary.unreadable,
            turns: summary.turns,
            findings: summary.findings,
            rate: rate(Counts { findings: summary.findings, turns: summary.turns }),
            errors: summary.errors,
            warnings: summary.warnings,
            infos: summary.infos,
            suppressed: summary.suppressed,
            known: summary.known,
        }
    }
}

impl Renderer for Object {
    fn report(&mut self, report: &Report<'_>, _: &mut dyn Write) -> io::Result<()> {
        self.statistics.add(report);
        Ok(())
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        let statistics = &self.statistics;
        let turns = statistics.all().turns;
        out.write_all(b"{\"summary\":")?;
        write_json(&Sum::of(summary), out)?;
        let rules = statistics.rules().into_iter().map(|(rule, it)| RuleOut {
            rule,
            category: &it.category,
            severity: it.severity.as_str(),
            findings: it.findings,
            rate: rate(Counts { findings: it.findings, turns }),
        });
        list("rules", rules, out)?;
        let categories = statistics.categories().into_iter().map(|(category, findings)| {
            CategoryOut { category, findings, rate: rate(Counts { findings, turns }) }
        });
        list("categories", categories, out)?;
        let agents = statistics.agents().into_iter().map(|(agent, counts)| {
            let Counts { findings, turns } = counts;
            AgentOut { agent, findings, turns, rate: rate(counts) }
        });
        list("agents", agents, out)?;
        let files = statistics.files().into_iter().map(|(path, counts)| {
            let Counts { findings, turns } = counts;
            FileOut { path, findings, turns, rate: rate(counts) }
        });
        list("files", files, out)?;
        out.write_all(b"\n}\n")
    }
}

/// Writes a further member, each of its objects on a line of its own.
fn list<T: Serialize>(
    name: &str,
    objects: impl Iterator<Item = T>,
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(out, ",\n\"{name}\":[")?;
    let mut between = "\n";
    for object in objects {
        out.write_all(between.as_bytes())?;
        write_json(&object, out)?;
        between = ",\n";
    }
    out.write_all(if between == "\n" { b"]" } else { b"\n]" })
}

/// A rate with no more digits than mean anything.
fn rate(counts: Counts) -> Option<f64> {
    counts.rate().map(|rate| (rate * 1000.0).round() / 1000.0)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::render::fixture::{PLAIN, report, rule};

    fn written(mut renderer: Box<dyn Renderer>, reports: &[Report<'_>]) -> String {
        let (mut out, mut summary) = (Vec::new(), Summary::default());
        for report in reports {
            summary.add(report);
            renderer.report(report, &mut out).expect("a vector takes every write");
        }
        renderer.finish(&summary, &mut out).expect("a vector takes every write");
        String::from_utf8(out).expect("output is UTF-8")
    }

    fn said<'r>(
        name: &str,
        speaker: &str,
        rule: &'r crate::rules::Rule,
        times: usize,
    ) -> Report<'r> {
        let text = "not my job ".repeat(times.max(1));
        let mut report = report(name, text.as_bytes(), rule, &vec!["not my job"; times]);
        report.turns[0].turn.speaker = Some(speaker.to_owned());
        report
    }

    #[test]
    fn tables_have_bars_in_a_terminal_and_none_elsewhere() {
        let error = rule("passes-the-buck", Severity::Error);
        let info = rule("looks-away", Severity::Info);
        let reports = || {
            [
                said("drafts/a.txt", "Jane", &error, 5),
                said("drafts/b.txt", "Zoë 🙂", &info, 1),
                said("drafts/c.txt", "Jane", &info, 0),
            ]
        };
        assert_snapshot!(written(statistics(PLAIN, false), &reports()), @r"
        Rules              findings           per 100 turns
          passes-the-buck         5                   166.7
          looks-away              1                    33.3

        Categories         findings           per 100 turns
          not-my-job              6                   200.0

        Agents             findings    turns  per 100 turns
          Jane                    5        2          250.0
          Zoë 🙂                  1        1          100.0

        Files              findings    turns  per 100 turns
          drafts/a.txt            5        1          500.0
          drafts/b.txt            1        1          100.0

        Found 6 deflections in 2 of 3 files (5 errors, 1 info).
        ");
        assert_snapshot!(written(statistics(PLAIN, true), &reports()), @r"
        Rules              findings           per 100 turns
          passes-the-buck         5                   166.7  ███████████████████████████
          looks-away              1                    33.3  █████▌

        Categories         findings           per 100 turns
          not-my-job              6                   200.0  ███████████████████████████

        Agents             findings    turns  per 100 turns
          Jane                    5        2          250.0  ███████████████████████████
          Zoë 🙂                  1        1          100.0  █████▌

        Files              findings    turns  per 100 turns
          drafts/a.txt            5        1          500.0  ███████████████████████████
          drafts/b.txt            1        1          100.0  █████▌

        Found 6 deflections in 2 of 3 files (5 errors, 1 info).
        ");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_if_names_allow() {
        let rule = rule("passes-the-buck", Severity::Error);
        let path = format!("{}/a.txt", "folder/".repeat(30));
        for width in [40, 60, 80, 140] {
            let report = said(&path, &"Anna 対応 ".repeat(30), &rule, 3);
            let options = RenderOptions { width, quiet: true, ..PLAIN };
            let written = written(statistics(options, true), &[report]);
            let widest = written.lines().map(columns).max().unwrap_or(0);
            assert!(widest <= width, "{width}:\n{written}");
        }
    }

    #[test]
    fn long_tables_are_cut_and_the_object_is_not() {
        let rule = rule("passes-the-buck", Severity::Error);
        let reports = || (0..30).map(|it| said(&format!("{it:02}.txt"), "Jane\u{1b}[2J", &rule, 1));
        let tables = written(statistics(PLAIN, true), &reports().collect::<Vec<_>>());
        assert!(tables.contains("  and 10 more\n"), "{tables}");
        assert!(!tables.contains('\u{1b}'), "{tables}");
        let object = written(statistics_json(), &reports().collect::<Vec<_>>());
        assert!(!object.contains('\u{1b}'), "{object}");
        let object: serde_json::Value = serde_json::from_str(&object).expect("JSON");
        assert_eq!(object["files"].as_array().map(Vec::len), Some(30));
        assert_eq!(object["agents"][0]["turns"], 30);
        assert_eq!(object["agents"][0]["rate"], 100.0);
        assert_eq!(object["summary"]["files_with_findings"], 30);
    }

    #[test]
    fn nothing_found_is_told_in_a_line_and_an_object() {
        assert_eq!(written(statistics(PLAIN, true), &[]), "No files were checked.\n");
        assert_eq!(written(closing(PLAIN), &[]), "No files were checked.\n");
        let object: serde_json::Value =
            serde_json::from_str(&written(statistics_json(), &[])).expect("JSON");
        assert_eq!(object["rules"], serde_json::json!([]));
        assert_eq!(object["summary"]["rate"], serde_json::Value::Null);
        assert!(serde_json::from_str::<serde_json::Value>(&written(closing_json(), &[])).is_ok());
    }
}
