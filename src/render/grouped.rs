//! The findings of each file under its name, one line each.
//!
//! ```text
//! drafts/lee.txt
//!   3:16  error    not-my-job  Refuses the task: "that's not my job"
//! ```
//!
//! Lines count from 1; so do columns, in characters or as asked for. Asked to be quiet, it writes findings
//! only: no summary, and no warnings about what could not be read.

use std::io::{self, Write};

use super::paint::Paint;
use super::visible::{columns, one_line, visible};
use super::{Entry, RenderOptions, Renderer, origin, start_of, summary, words};
use crate::finding::Severity;
use crate::report::{Report, Summary};
use crate::source::{Position, Problem};

/// How many columns the found words may take.
const WORDS_WIDTH: usize = 72;

/// Writes one group per file.
pub(super) struct Grouped {
    options: RenderOptions,
    paint: Paint,
    /// The file of the last group, as large files come in pieces.
    last: Option<String>,
}

/// One line, its columns still apart.
struct Row {
    place: String,
    kind: &'static str,
    severity: Option<Severity>,
    rule: String,
    rest: String,
}

impl Grouped {
    pub(super) fn new(options: RenderOptions) -> Self {
        Self { options, paint: Paint::new(options.color), last: None }
    }

    fn rows(&self, report: &Report<'_>) -> Vec<Row> {
        let problems = if self.options.quiet { &[][..] } else { &report.problems };
        let problems = problems.iter().map(|it| unread(report, it, self.options));
        let entries = Entry::of(report, self.options);
        problems.chain(entries.into_iter().map(|entry| row(report, entry, self.options))).collect()
    }

    fn head(&mut self, name: &str, out: &mut dyn Write) -> io::Result<()> {
        if self.last.as_deref() == Some(name) {
            return Ok(());
        }
        if self.last.replace(name.to_owned()).is_some() {
            writeln!(out)?;
        }
        writeln!(out, "{}", self.paint.bold(&visible(name)))
    }

    fn kind(&self, row: &Row, width: usize) -> String {
        let kind = format!("{:width$}", row.kind);
        row.severity.map_or_else(|| self.paint.dim(&kind), |it| self.paint.severity(it, &kind))
    }
}

impl Renderer for Grouped {
    fn report(&mut self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let rows = self.rows(report);
        if rows.is_empty() {
            return Ok(());
        }
        self.head(report.source.name(), out)?;
        let widest = |column: fn(&Row) -> &str| rows.iter().map(|it| columns(column(it))).max();
        let place = widest(|row| &row.place).unwrap_or(0);
        let kind = widest(|row| row.kind).unwrap_or(0);
        let rule = widest(|row| &row.rule).unwrap_or(0);
        for row in &rows {
            let gap = " ".repeat(rule - columns(&row.rule));
            let Row { place: at, rule, rest, .. } = row;
            writeln!(out, "  {at:>place$}  {}  {rule}{gap}  {rest}", self.kind(row, kind))?;
        }
        Ok(())
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        if self.options.quiet {
            return Ok(());
        }
        if self.last.is_some() {
            writeln!(out)?;
        }
        writeln!(out, "{}", summary::line(summary, self.options))
    }

    fn tells_problems(&self) -> bool {
        true
    }
}

fn row(report: &Report<'_>, entry: Entry<'_>, options: RenderOptions) -> Row {
    let place = at(start_of(&report.source, entry.source_span(), options));
    let told = |turn| origin(report, turn).map_or(String::new(), |told| format!(" ({told})"));
    match entry {
        Entry::Finding(finding) => Row {
            place,
            kind: finding.rule.severity.as_str(),
            severity: Some(finding.rule.severity),
            rule: visible(&finding.rule.id).into_owned(),
            rest: format!(
                "{}: \"{}\"{}",
                visible(&finding.rule.title),
                one_line(words(report, finding.turn, finding.span), WORDS_WIDTH),
                told(finding.turn)
            ),
        },
        Entry::Skip(skip) => Row {
            place,
            kind: "skipped",
            severity: None,
            rule: visible(&skip.rule.id).into_owned(),
            rest: format!(
                "\"{}\" because {}{}",
                one_line(words(report, skip.turn, skip.span), WORDS_WIDTH),
                visible(&skip.reason),
                told(skip.turn)
            ),
        },
    }
}

fn unread(report: &Report<'_>, problem: &Problem, options: RenderOptions) -> Row {
    let position = problem.position.map(|it| report.source.recounted(it, options.columns));
    Row {
        place: position.map(at).unwrap_or_default(),
        kind: "warning",
        severity: Some(Severity::Warning),
        rule: "unread".to_owned(),
        rest: visible(&problem.message).into_owned(),
    }
}

fn at(position: Position) -> String {
    format!("{}:{}", position.line, position.column)
}
