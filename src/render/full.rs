//! For people at a terminal: a snippet per finding, the reason, and other words.
//!
//! Asked to be quiet, it writes findings only: no summary, and no warnings about what
//! could not be read.

use std::io::{self, Write};

use super::diagnostic::{Diagnostic, Draftsman, Ink, Note, NoteKind, Snippet};
use super::excerpt::count_line_breaks;
use super::paint::Paint;
use super::visible::{one_line, visible};
use super::{
    Entry, RenderOptions, Renderer, origin, place, problem_place, start_of, summary, words,
};
use crate::finding::{Applicability, Finding, Rewrite, Severity, Skip};
use crate::report::{Report, Summary};
use crate::source::Problem;
use crate::text::{MappedText, SourceSpan, TextSpan};

/// Writes one paragraph per finding.
pub(super) struct Full {
    options: RenderOptions,
    draftsman: Draftsman,
    paint: Paint,
}

impl Full {
    pub(super) fn new(options: RenderOptions) -> Self {
        let draftsman = Draftsman::new(options.color, options.width);
        Self { options, draftsman, paint: Paint::new(options.color) }
    }

    fn problem(&self, report: &Report<'_>, problem: &Problem) -> String {
        self.draftsman.draw(&Diagnostic {
            severity: Severity::Warning,
            id: None,
            title: &problem.message,
            place: problem_place(&report.source, problem, self.options),
            snippet: None,
            notes: Vec::new(),
        })
    }

    fn finding(&self, report: &Report<'_>, finding: &Finding<'_>) -> String {
        let rule = finding.rule;
        let text = &report.turns[finding.turn].turn.text;
        let mut notes = vec![Note { kind: NoteKind::Note, parts: vec![(Ink::Plain, &rule.why)] }];
        let opinion = opinion(report, finding);
        if let Some(opinion) = &opinion {
            notes.push(Note { kind: NoteKind::Note, parts: vec![(Ink::Dim, opinion)] });
        }
        let quoted: Vec<_> = finding.rewrites.iter().map(quoted).collect();
        notes.extend(
            finding
                .rewrites
                .iter()
                .zip(&quoted)
                .enumerate()
                .map(|(number, (rewrite, words))| help(number, rewrite, words)),
        );
        self.draftsman.draw(&Diagnostic {
            severity: rule.severity,
            id: Some(&rule.id),
            title: &rule.title,
            place: self.place(report, finding.turn, finding.source_span),
            snippet: Some(Snippet {
                text: text.as_str(),
                span: finding.span.range(),
                line: line_number(report, text, finding.span),
                label: beside(finding),
            }),
            notes,
        })
    }

    fn skip(&self, report: &Report<'_>, skip: &Skip<'_>) -> String {
        let words = one_line(words(report, skip.turn, skip.span), self.options.width);
        let told = format!(
            "skipped[{}]: \"{words}\" because {}",
            visible(&skip.rule.id),
            visible(&skip.reason)
        );
        let place = self.place(report, skip.turn, skip.source_span);
        format!("{}\n {} {place}", self.paint.dim(&told), self.paint.dim("-->"))
    }

    /// Where it stands, and who said it.
    fn place(&self, report: &Report<'_>, turn: usize, span: SourceSpan) -> String {
        let place = place(&report.source, start_of(&report.source, span, self.options));
        match origin(report, turn) {
            Some(origin) => format!("{place} {}", self.paint.dim(&format!("· {origin}"))),
            None => place,
        }
    }
}

impl Renderer for Full {
    fn report(&mut self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        if !self.options.quiet {
            for problem in &report.problems {
                writeln!(out, "{}\n", self.problem(report, problem))?;
            }
        }
        for entry in Entry::of(report, self.options) {
            let paragraph = match entry {
                Entry::Finding(finding) => self.finding(report, finding),
                Entry::Skip(skip) => self.skip(report, skip),
            };
            writeln!(out, "{paragraph}\n")?;
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

/// The number of the line where the words start. There is none for words of several
/// lines that are not lines of the file, as in a JSON string.
fn line_number(report: &Report<'_>, text: &MappedText, span: TextSpan) -> Option<usize> {
    let source = text.to_source(span);
    let first = report.source.position(source.start).line;
    let lines = count_line_breaks(text.slice(span));
    let shown_as_counted = lines == 0 || report.source.position(source.end).line == first + lines;
    shown_as_counted.then_some(first)
}

/// On which side of the marked sentence words are to be added, if that is all there is to do.
fn beside(finding: &Finding<'_>) -> Option<&'static str> {
    let addition = finding.rewrites.first().filter(|rewrite| rewrite.is_addition())?;
    let before = addition.span.start < finding.span.end;
    Some(if before { "before this" } else { "after this" })
}

/// How certain the learned detector is, and because of which words, if it found this.
fn opinion(report: &Report<'_>, finding: &Finding<'_>) -> Option<String> {
    let confidence = 100.0 * finding.opinion.as_ref()?.rounded();
    let words: Vec<String> = super::because(report, finding)
        .iter()
        .map(|words| format!("\"{}\"", one_line(words, usize::MAX)))
        .collect();
    let because =
        if words.is_empty() { String::new() } else { format!(", because of {}", words.join(", ")) };
    Some(format!("learned, {confidence:.0} % certain{because}"))
}

fn quoted(rewrite: &Rewrite) -> String {
    format!("\"{}\"", rewrite.words())
}

fn help<'w>(number: usize, rewrite: &Rewrite, words: &'w str) -> Note<'w> {
    let lead = match number {
        0 if rewrite.is_addition() => "say also:",
        0 => "say instead:",
        _ => "or:",
    };
    let remark = match rewrite.applicability {
        Applicability::Safe => "",
        Applicability::Suggested => "(suggested)",
        Applicability::Template => "(template)",
    };
    let parts = vec![(Ink::Plain, lead), (Ink::Good, words), (Ink::Dim, remark)];
    Note { kind: NoteKind::Help, parts }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::render::OutputFormat;
    use crate::render::fixture::{PLAIN, render, report, rewrite, rule, said_by, skip};
    use crate::turn::Role;

    /// The output for one finding in a text.
    fn found(text: &str, words: &str) -> String {
        let rule = rule("not-my-job", Severity::Warning);
        let report = report("draft.txt", text.as_bytes(), &rule, &[words]);
        render(OutputFormat::Full, RenderOptions { quiet: true, ..PLAIN }, &[report])
    }

    #[test]
    fn a_finding_has_a_snippet_a_reason_and_other_words() {
        let rule = rule("not-my-job", Severity::Error);
        let text = b"Hi Ms Lee,\n\nI'm sorry, but that's not my job.\n";
        let mut lee = report("drafts/lee.txt", text, &rule, &["that's not my job"]);
        rewrite(&mut lee, "I'll see to it myself", Applicability::Safe);
        rewrite(
            &mut lee,
            "I've asked [name] of our billing team to look into it, and I will stay on it",
            Applicability::Template,
        );
        rewrite(&mut lee, "let me find out for you", Applicability::Suggested);
        let clean = report("drafts/clean.txt", b"Hi!", &rule, &[]);
        assert_snapshot!(render(OutputFormat::Full, PLAIN, &[lee, clean]), @r#"
        error[not-my-job]: Refuses the task
         --> drafts/lee.txt:3:16
          |
        3 | I'm sorry, but that's not my job.
          |                ^^^^^^^^^^^^^^^^^
          |
          = note: The customer hears: find somebody else to care.
          = help: say instead: "I'll see to it myself"
          = help: or: "I've asked [name] of our billing team to look into it, and I will
                  stay on it" (template)
          = help: or: "let me find out for you" (suggested)

        Found 1 deflection in 1 of 2 files (1 error).
        "#);
    }

    #[test]
    fn a_place_in_a_conversation_tells_who_said_it() {
        let rule = rule("not-my-job", Severity::Error);
        let mut report = report("a.txt", b"I don't know. Not my job.", &rule, &["Not my job"]);
        skip(&mut report, &rule, "I don't know", "an owned next step follows");
        said_by(&mut report, Some("Jane"), Role::Agent);
        let options = RenderOptions { explain_skips: true, quiet: true, ..PLAIN };
        assert_snapshot!(render(OutputFormat::Full, options, &[report]), @r#"
        skipped[not-my-job]: "I don't know" because an owned next step follows
         --> a.txt:1:1 · Jane (agent), turn 2

        error[not-my-job]: Refuses the task
         --> a.txt:1:15 · Jane (agent), turn 2
          |
        1 | I don't know. Not my job.
          |               ^^^^^^^^^^
          |
          = note: The customer hears: find somebody else to care.
        "#);
    }

    #[test]
    fn colours_follow_the_severity() {
        let rule = rule("not-my-job", Severity::Error);
        let mut report = report("a.txt", b"that's not my job", &rule, &["not my job"]);
        rewrite(&mut report, "something I'll [do by when]", Applicability::Template);
        let options = RenderOptions { color: true, ..PLAIN };
        let output = render(OutputFormat::Full, options, &[report]);
        assert_snapshot!(output.replace('\x1b', "␛"), @r#"
        ␛[1m␛[91merror[not-my-job]␛[0m␛[1m: Refuses the task␛[0m
         ␛[1;94m-->␛[0m a.txt:1:8
          ␛[1m␛[94m|␛[0m
        ␛[1m␛[94m1␛[0m ␛[1m␛[94m|␛[0m that's not my job
          ␛[1m␛[94m|␛[0m        ␛[1m␛[91m^^^^^^^^^^␛[0m
          ␛[1;94m|␛[0m
          ␛[1;94m=␛[0m ␛[1mnote␛[0m: The customer hears: find somebody else to care.
          ␛[1;94m=␛[0m ␛[1mhelp␛[0m: say instead:␛[32m "something I'll [do by when]"␛[0m␛[2m (template)␛[0m

        ␛[1mFound 1 deflection␛[0m in 1 file (␛[1;91m1 error␛[0m).
        "#);
    }

    #[test]
    fn skips_stand_among_the_findings_when_asked_for() {
        let rule = rule("not-my-job", Severity::Info);
        let text = "I don't know, but let me find out.\nNot my job.\n";
        let mut report = report("a.txt", text.as_bytes(), &rule, &["Not my job"]);
        skip(&mut report, &rule, "I don't know", "an owned next step follows");
        let options = RenderOptions { explain_skips: true, ..PLAIN };
        assert_snapshot!(render(OutputFormat::Full, options, &[report]), @r#"
        skipped[not-my-job]: "I don't know" because an owned next step follows
         --> a.txt:1:1

        info[not-my-job]: Refuses the task
         --> a.txt:2:1
          |
        2 | Not my job.
          | ^^^^^^^^^^
          |
          = note: The customer hears: find somebody else to care.

        Found 1 deflection in 1 file (1 info); 1 match let pass.
        "#);
    }

    #[test]
    fn what_could_not_be_read_is_a_warning() {
        let rule = rule("not-my-job", Severity::Info);
        let report = report("a.txt", b"ok\nnot \xff\n", &rule, &[]);
        assert_snapshot!(render(OutputFormat::Full, PLAIN, &[report]), @r"
        warning: not UTF-8, so it is read as Windows-1252; save the file as UTF-8
         --> a.txt:2:5

        No deflections found in 1 file.
        ");
    }

    #[test]
    fn nothing_is_written_about_clean_files_when_quiet() {
        let rule = rule("not-my-job", Severity::Info);
        let report = report("a.txt", b"Let me see what I can do.", &rule, &[]);
        let options = RenderOptions { quiet: true, ..PLAIN };
        assert_eq!(render(OutputFormat::Full, options, &[report]), "");
    }

    #[test]
    fn a_span_of_two_lines_is_underlined_on_both() {
        let text = "Sorry, you have to talk\r\nto someone else about it.\r\n";
        assert_snapshot!(found(text, "you have to talk\r\nto someone else"), @r"
        warning[not-my-job]: Refuses the task
         --> draft.txt:1:8
          |
        1 | Sorry, you have to talk
          |        ^^^^^^^^^^^^^^^^
        2 | to someone else about it.
          | ^^^^^^^^^^^^^^^
          |
          = note: The customer hears: find somebody else to care.
        ");
    }

    #[test]
    fn tabs_wide_characters_and_combining_marks_keep_the_underline_right() {
        assert_snapshot!(found("\t- so\tthat's not my job", "not my job"), @r"
        warning[not-my-job]: Refuses the task
         --> draft.txt:1:14
          |
        1 |     - so    that's not my job
          |                    ^^^^^^^^^^
          |
          = note: The customer hears: find somebody else to care.
        ");
        assert_snapshot!(found("こんにちは 🙂 not my job", "not my job"), @r"
        warning[not-my-job]: Refuses the task
         --> draft.txt:1:9
          |
        1 | こんにちは 🙂 not my job
          |               ^^^^^^^^^^
          |
          = note: The customer hears: find somebody else to care.
        ");
        let accents = found("cafe\u{301} nai\u{308}ve: not my job", "not my job");
        assert!(accents.contains("\n  |             ^^^^^^^^^^\n"), "{accents}");
        assert_snapshot!(found("🙏🏽 ❤\u{fe0f} 👩\u{200d}💻 not my job", "not my job"), @r"
        warning[not-my-job]: Refuses the task
         --> draft.txt:1:11
          |
        1 | 🙏🏽 ❤️ 👩‍💻 not my job
          |          ^^^^^^^^^^
          |
          = note: The customer hears: find somebody else to care.
        ");
    }

    #[test]
    fn a_long_line_is_cut_to_the_width() {
        let text = format!("{}that's not my job {}", "word ".repeat(90), "and so on ".repeat(90));
        assert_snapshot!(found(&text, "that's not my job"), @r"
        warning[not-my-job]: Refuses the task
         --> draft.txt:1:451
          |
        1 | …word word word word word that's not my job and so on and so on and so…
          |                           ^^^^^^^^^^^^^^^^^
          |
          = note: The customer hears: find somebody else to care.
        ");
    }

    #[test]
    fn escape_sequences_do_not_reach_the_terminal() {
        let rule = rule("not-my-job", Severity::Error);
        let text = "\x1b[31mred\x1b[0m not my\u{202e} job";
        let mut report =
            report("\x1b]0;x\x07.txt", text.as_bytes(), &rule, &["not my\u{202e} job"]);
        rewrite(&mut report, "mine\x1b[2J", Applicability::Safe);
        skip(&mut report, &rule, "\x1b[0m not", "a \x1b[5mreason");
        let options = RenderOptions { explain_skips: true, ..PLAIN };
        let output = render(OutputFormat::Full, options, &[report]);
        assert!(!output.contains(['\x1b', '\x07', '\u{202e}']));
        assert_snapshot!(output, @r#"
        skipped[not-my-job]: "␛[0m not" because a ␛[5mreason
         --> ␛]0;x␇.txt:1:9

        error[not-my-job]: Refuses the task
         --> ␛]0;x␇.txt:1:14
          |
        1 | ␛[31mred␛[0m not my\u{202e} job
          |              ^^^^^^^^^^^^^^^^^^
          |
          = note: The customer hears: find somebody else to care.
          = help: say instead: "mine␛[2J"

        Found 1 deflection in 1 file (1 error); 1 match let pass.
        "#);
    }

    #[test]
    fn a_place_in_utf_16_counts_characters() {
        let rule = rule("not-my-job", Severity::Error);
        let text: Vec<u8> =
            "\u{feff}Hi 🙂\nIt’s not my job".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let report = report("a.txt", &text, &rule, &["not my job"]);
        assert_snapshot!(render(OutputFormat::Full, PLAIN, &[report]), @r"
        error[not-my-job]: Refuses the task
         --> a.txt:2:6
          |
        2 | It’s not my job
          |      ^^^^^^^^^^
          |
          = note: The customer hears: find somebody else to care.

        Found 1 deflection in 1 file (1 error).
        ");
    }
}
