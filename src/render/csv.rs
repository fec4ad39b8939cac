//! A table for spreadsheets, one row per finding under a row of names.
//!
//! Lines count from 1; so do columns, in characters or as asked for; the end is the place after the last
//! character. Each cell is one line: white space is one space, control characters are shown as
//! symbols. A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula and
//! may send what stands in the table to a stranger, so such a cell gets an apostrophe before it.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::Writer;

use super::visible::one_line;
use super::{RenderOptions, Renderer, words};
use crate::finding::Finding;
use crate::fingerprint::fingerprint;
use crate::report::{Report, Summary};

const NAMES: [&str; 19] = [
    "path",
    "line",
    "column",
    "end_line",
    "end_column",
    "rule",
    "category",
    "severity",
    "title",
    "text",
    "why",
    "rewrite",
    "applicability",
    "speaker",
    "role",
    "turn",
    "conversation",
    "time",
    "fingerprint",
];

/// Writes rows as findings come in.
pub(super) struct Csv {
    begun: bool,
    options: RenderOptions,
}

impl Csv {
    pub(super) fn new(options: RenderOptions) -> Self {
        Self { begun: false, options }
    }

    fn begin(&mut self, table: &mut Writer<&mut dyn Write>) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) { Ok(()) } else { row(table, &NAMES) }
    }
}

impl Renderer for Csv {
    fn report(&mut self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        if report.findings.is_empty() {
            return Ok(());
        }
        let mut table = Writer::from_writer(out);
        self.begin(&mut table)?;
        for finding in &report.findings {
            let cells = cells(report, finding, self.options);
            row(&mut table, &cells.each_ref().map(|cell| harmless(cell)))?;
        }
        table.flush()
    }

    fn finish(&mut self, _: &Summary, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Writer::from_writer(out);
        self.begin(&mut table)?;
        table.flush()
    }
}

fn row(
    table: &mut Writer<&mut dyn Write>,
    cells: &[impl AsRef<str>; NAMES.len()],
) -> io::Result<()> {
    table.write_record(cells.iter().map(|cell| cell.as_ref().as_bytes())).map_err(io::Error::from)
}

fn cells(
    report: &Report<'_>,
    finding: &Finding<'_>,
    options: RenderOptions,
) -> [String; NAMES.len()] {
    let source = &report.source;
    let start = source.position_in(finding.source_span.start, options.columns);
    let end = source.position_in(finding.source_span.end, options.columns);
    let placed = &report.turns[finding.turn];
    let rule = finding.rule;
    let best = finding.rewrites.first();
    let line = |text: &str| one_line(text, usize::MAX);
    let known = |text: Option<&str>| text.map(line).unwrap_or_default();
    [
        super::visible(source.name()).into_owned(),
        start.line.to_string(),
        start.column.to_string(),
        end.line.to_string(),
        end.column.to_string(),
        line(&rule.id),
        line(&rule.category),
        rule.severity.to_string(),
        line(&rule.title),
        line(words(report, finding.turn, finding.span)),
        line(&rule.why),
        best.map(|rewrite| line(&rewrite.words())).unwrap_or_default(),
        best.map(|rewrite| rewrite.applicability.to_string()).unwrap_or_default(),
        known(placed.turn.speaker.as_deref()),
        placed.turn.role.to_string(),
        placed.number.to_string(),
        known(placed.conversation.as_deref()),
        known(placed.turn.time.as_deref()),
        fingerprint(report, finding),
    ]
}

/// A cell that no spreadsheet calculates.
fn harmless(cell: &str) -> Cow<'_, str> {
    const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    if cell.trim_start_matches(' ').starts_with(FORMULA) {
        return Cow::Owned(format!("'{cell}"));
    }
    Cow::Borrowed(cell)
}
