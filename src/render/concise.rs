//! One line per finding, for lists, greps and editors.
//!
//! ```text
//! path:line:column: severity[rule] message
//! path:line:column: severity[rule] message (Jane (agent), turn 7)
//! ```
//!
//! The message is the rule's title and the words that were found; for what is more than a
//! draft, it ends with who said it and in which turn. Lines count from 1;
//! so do columns, in characters or as asked for. Asked to be quiet, it writes findings only: no summary,
//! and no warnings about what could not be read.

use std::io::{self, Write};

use super::paint::Paint;
use super::visible::{one_line, visible};
use super::{
    Entry, RenderOptions, Renderer, origin, place, problem_place, start_of, summary, words,
};
use crate::finding::{Finding, Severity, Skip};
use crate::report::{Report, Summary};
use crate::source::Problem;
use crate::text::SourceSpan;

/// How many columns the found words may take.
const WORDS_WIDTH: usize = 72;

/// Writes one line per finding.
pub(super) struct Concise {
    options: RenderOptions,
    paint: Paint,
}

impl Concise {
    pub(super) fn new(options: RenderOptions) -> Self {
        Self { options, paint: Paint::new(options.color) }
    }

    fn problem(&self, report: &Report<'_>, problem: &Problem) -> String {
        let place = problem_place(&report.source, problem, self.options);
        let warning = self.paint.severity(Severity::Warning, "warning:");
        format!("{}: {warning} {}", self.paint.bold(&place), visible(&problem.message))
    }

    fn finding(&self, report: &Report<'_>, finding: &Finding<'_>) -> String {
        let rule = finding.rule;
        let kind = format!("{}[{}]", rule.severity, visible(&rule.id));
        format!(
            "{}: {} {}: \"{}\"{}",
            self.paint.bold(&self.place(report, finding.source_span)),
            self.paint.severity(rule.severity, &kind),
            visible(&rule.title),
            one_line(words(report, finding.turn, finding.span), WORDS_WIDTH),
            self.paint.dim(&in_parentheses(report, finding.turn)),
        )
    }

    fn skip(&self, report: &Report<'_>, skip: &Skip<'_>) -> String {
        self.paint.dim(&format!(
            "{}: skipped[{}] \"{}\" because {}{}",
            self.place(report, skip.source_span),
            visible(&skip.rule.id),
            one_line(words(report, skip.turn, skip.span), WORDS_WIDTH),
            visible(&skip.reason),
            in_parentheses(report, skip.turn),
        ))
    }

    fn place(&self, report: &Report<'_>, span: SourceSpan) -> String {
        place(&report.source, start_of(&report.source, span, self.options))
    }
}

/// Who said it, as the last words of a message.
fn in_parentheses(report: &Report<'_>, turn: usize) -> String {
    origin(report, turn).map_or(String::new(), |origin| format!(" ({origin})"))
}

impl Renderer for Concise {
    fn report(&mut self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        if !self.options.quiet {
            for problem in &report.problems {
                writeln!(out, "{}", self.problem(report, problem))?;
            }
        }
        for entry in Entry::of(report, self.options) {
            let line = match entry {
                Entry::Finding(finding) => self.finding(report, finding),
                Entry::Skip(skip) => self.skip(report, skip),
            };
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        if self.options.quiet {
            return Ok(());
        }
        writeln!(out, "{}", summary::line(summary, self.options))
    }

    fn tells_problems(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::render::OutputFormat;
    use crate::render::fixture::{PLAIN, render, report, rule, said_by, skip};
    use crate::turn::Role;

    #[test]
    fn each_finding_is_a_line() {
        let rule = rule("not-my-job", Severity::Error);
        let text = "🙂 that's not my job.\r\nI don't know. You have to\r\ntalk to\tbilling.";
        let words = ["that's not my job", "You have to\r\ntalk to\tbilling"];
        let mut report = report("drafts/a.txt", text.as_bytes(), &rule, &words);
        skip(&mut report, &rule, "I don't know", "an owned next step follows");
        let reports = [report];
        assert_snapshot!(render(OutputFormat::Concise, PLAIN, &reports), @r#"
        drafts/a.txt:1:3: error[not-my-job] Refuses the task: "that's not my job"
        drafts/a.txt:2:15: error[not-my-job] Refuses the task: "You have to talk to billing"
        Found 2 deflections in 1 file (2 errors).
        "#);
        let options = RenderOptions { explain_skips: true, quiet: true, ..PLAIN };
        assert_snapshot!(render(OutputFormat::Concise, options, &reports), @r#"
        drafts/a.txt:1:3: error[not-my-job] Refuses the task: "that's not my job"
        drafts/a.txt:2:1: skipped[not-my-job] "I don't know" because an owned next step follows
        drafts/a.txt:2:15: error[not-my-job] Refuses the task: "You have to talk to billing"
        "#);
    }

    #[test]
    fn a_line_of_a_conversation_ends_with_who_said_it() {
        let rule = rule("not-my-job", Severity::Error);
        let told = |speaker, role| {
            let mut report = report("a.txt", b"Not my job.", &rule, &["Not my job"]);
            skip(&mut report, &rule, "job", "it is quoted");
            said_by(&mut report, speaker, role);
            let options = RenderOptions { explain_skips: true, quiet: true, ..PLAIN };
            render(OutputFormat::Concise, options, &[report])
        };
        assert_snapshot!(told(Some("Jane"), Role::Agent), @r#"
        a.txt:1:1: error[not-my-job] Refuses the task: "Not my job" (Jane (agent), turn 2)
        a.txt:1:8: skipped[not-my-job] "job" because it is quoted (Jane (agent), turn 2)
        "#);
        assert_snapshot!(told(Some("J\x1b[2J\ndoe"), Role::Unknown), @r#"
        a.txt:1:1: error[not-my-job] Refuses the task: "Not my job" (J␛[2J doe, turn 2)
        a.txt:1:8: skipped[not-my-job] "job" because it is quoted (J␛[2J doe, turn 2)
        "#);
        assert_snapshot!(told(None, Role::Bot), @r#"
        a.txt:1:1: error[not-my-job] Refuses the task: "Not my job" (bot, turn 2)
        a.txt:1:8: skipped[not-my-job] "job" because it is quoted (bot, turn 2)
        "#);
    }

    #[test]
    fn one_of_several_conversations_is_named() {
        let rule = rule("not-my-job", Severity::Error);
        let mut report = report("a.txt", b"Not my job.", &rule, &["Not my job"]);
        said_by(&mut report, None, Role::Unknown);
        report.turns[0].conversation = Some("4711".into());
        let options = RenderOptions { quiet: true, ..PLAIN };
        assert_snapshot!(render(OutputFormat::Concise, options, &[report]), @r#"a.txt:1:1: error[not-my-job] Refuses the task: "Not my job" (turn 2 of conversation 4711)"#);
    }

    #[test]
    fn a_hostile_text_stays_on_its_line() {
        let rule = rule("not-my-job", Severity::Info);
        let text = format!("not\x1b[1A\x1b[2K\n{} my job\x08", "very ".repeat(40));
        let report = report("a\nb.txt", text.as_bytes(), &rule, &[&text]);
        let options = RenderOptions { quiet: true, ..PLAIN };
        assert_snapshot!(render(OutputFormat::Concise, options, &[report]), @r#"a␊b.txt:1:1: info[not-my-job] Refuses the task: "not␛[1A␛[2K very very very very very very very very very very very very…""#);
    }

    #[test]
    fn what_could_not_be_read_is_a_warning() {
        let rule = rule("not-my-job", Severity::Info);
        let report = report("a.txt", b"not \xff\n", &rule, &[]);
        assert_snapshot!(render(OutputFormat::Concise, PLAIN, &[report]), @r"
        a.txt:1:5: warning: not UTF-8, so it is read as Windows-1252; save the file as UTF-8
        No deflections found in 1 file.
        ");
    }

    #[test]
    fn colours_follow_the_severity() {
        let rule = rule("not-my-job", Severity::Warning);
        let report = report("a.txt", b"not my job", &rule, &["not my job"]);
        let options = RenderOptions { color: true, ..PLAIN };
        let output = render(OutputFormat::Concise, options, &[report]);
        assert_snapshot!(output.replace('\x1b', "␛"), @r#"
        ␛[1ma.txt:1:1␛[0m: ␛[1;33mwarning[not-my-job]␛[0m Refuses the task: "not my job"
        ␛[1mFound 1 deflection␛[0m in 1 file (␛[1;33m1 warning␛[0m).
        "#);
    }
}
