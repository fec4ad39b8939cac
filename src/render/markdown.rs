//! A summary in Markdown, for merge requests and the pages that CI services show of a run.
//!
//! ```text
//! **Found 1 deflection in 1 file (1 error).**
//!
//! | where | severity | rule | found | say instead |
//! | --- | --- | --- | --- | --- |
//! | <code>a.txt&#58;3</code> | error | not-my-job | <code>not my job</code> | ... |
//! ```
//!
//! Such pages take about a megabyte and refuse what is longer, so a long table is cut and the
//! last line tells how many findings it lacks. It has lines only, counted from 1, and no skips.
//!
//! Texts are hostile. Every punctuation mark but those of plain prose is written as a character
//! reference, so that no word opens a link, a cell, a formula or HTML, whichever Markdown the page
//! understands. What comes from a source stands in `<code>`, where `@name` notifies nobody and `#1`
//! refers to nothing.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::visible::one_line;
use super::{RenderOptions, Renderer, origin, summary, words};
use crate::finding::Finding;
use crate::report::{Report, Summary};

/// How many bytes the rows of the table may take.
const ROOM: usize = 500_000;

/// How many columns the found words, and those to say instead, may take.
const WORDS_WIDTH: usize = 200;

/// Keeps the rows until it is known what the run came to, which stands above them.
pub(super) struct Markdown {
    options: RenderOptions,
    rows: String,
    /// How many findings have no row.
    cut: usize,
}

impl Markdown {
    pub(super) fn new(options: RenderOptions) -> Self {
        Self { options: RenderOptions { color: false, ..options }, rows: String::new(), cut: 0 }
    }
}

impl Renderer for Markdown {
    fn report(&mut self, report: &Report<'_>, _: &mut dyn Write) -> io::Result<()> {
        for finding in &report.findings {
            let row = row(report, finding);
            // A row that fits after one that didn't would hide that something is missing there.
            if self.cut > 0 || self.rows.len() + row.len() > ROOM {
                self.cut += 1;
            } else {
                self.rows += &row;
            }
        }
        Ok(())
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        if !self.options.quiet {
            writeln!(out, "**{}**", summary::line(summary, self.options))?;
        }
        if !self.rows.is_empty() {
            let gap = if self.options.quiet { "" } else { "\n" };
            writeln!(out, "{gap}| where | severity | rule | found | say instead |")?;
            writeln!(out, "| --- | --- | --- | --- | --- |")?;
            out.write_all(self.rows.as_bytes())?;
        }
        if self.cut > 0 {
            writeln!(out, "\n{} of {} findings are not in the table.", self.cut, summary.findings)?;
        }
        Ok(())
    }
}

fn row(report: &Report<'_>, finding: &Finding<'_>) -> String {
    let line = report.source.position(finding.source_span.start).line;
    let mut place = format!("{}:{line}", report.source.name());
    if let Some(origin) = origin(report, finding.turn) {
        _ = write!(place, " · {origin}");
    }
    let found = words(report, finding.turn, finding.span);
    let say = finding.rewrites.first().map(|it| code(&it.words())).unwrap_or_default();
    format!(
        "| {} | {} | {} | {} | {say} |\n",
        code(&place),
        finding.rule.severity,
        inert(&finding.rule.id),
        code(found),
    )
}

fn code(words: &str) -> String {
    format!("<code>{}</code>", inert(words))
}

/// Words on one line that mean nothing in Markdown.
fn inert(words: &str) -> String {
    let line = one_line(words, WORDS_WIDTH);
    let mut inert = String::with_capacity(line.len());
    for c in line.chars() {
        if is_markup(c, inert.chars().next_back()) {
            _ = write!(inert, "&#{};", u32::from(c));
        } else {
            inert.push(c);
        }
    }
    inert
}

/// Whether a character in the middle of a line may mean something, by itself or with others.
fn is_markup(c: char, before: Option<char>) -> bool {
    match c {
        // `www.example.com` becomes a link where there is nothing else to tell one.
        '.' => matches!(before, Some('w' | 'W')),
        '\'' | '"' | ',' | ';' | '?' | '(' | ')' | '-' | '/' | '=' => false,
        c => c.is_ascii_punctuation(),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::finding::{Applicability, Severity};
    use crate::render::OutputFormat;
    use crate::render::fixture::{PLAIN, render, report, rewrite, rule, said_by};
    use crate::turn::Role;

    #[test]
    fn a_finding_is_a_row_under_what_the_run_came_to() {
        let rule = rule("not-my-job", Severity::Error);
        let mut report = report("a.txt", b"Not\nmy job.", &rule, &["Not\nmy job"]);
        rewrite(&mut report, "Let me see", Applicability::Safe);
        said_by(&mut report, Some("@ana"), Role::Agent);
        assert_snapshot!(render(OutputFormat::Markdown, PLAIN, &[report]), @"
        **Found 1 deflection in 1 file (1 error).**

        | where | severity | rule | found | say instead |
        | --- | --- | --- | --- | --- |
        | <code>a.txt&#58;1 · &#64;ana (agent), turn 2</code> | error | not-my-job | <code>Not my job</code> | <code>Let me see</code> |
        ");
    }

    #[test]
    fn nothing_found_is_told_without_a_table() {
        let rule = rule("not-my-job", Severity::Error);
        let clean = || report("a.txt", b"Hello.", &rule, &[]);
        let written = render(OutputFormat::Markdown, PLAIN, &[clean()]);
        assert_eq!(written, "**No deflections found in 1 file.**\n");
        let quiet = RenderOptions { quiet: true, ..PLAIN };
        assert_eq!(render(OutputFormat::Markdown, quiet, &[clean()]), "");
    }

    #[test]
    fn a_page_that_would_be_too_long_is_cut_and_says_so() {
        let rule = rule("not-my-job", Severity::Error);
        let words = "a|".repeat(100);
        let report = report("a.txt", words.as_bytes(), &rule, &vec![words.as_str(); 2000]);
        let written = render(OutputFormat::Markdown, PLAIN, &[report]);
        assert!(written.len() < ROOM + 1000, "{}", written.len());
        let rows = written.lines().filter(|line| line.starts_with("| <code>")).count();
        let last = format!("\n\n{} of 2000 findings are not in the table.\n", 2000 - rows);
        assert!(rows > 100 && written.ends_with(&last), "{rows}");
    }
}
