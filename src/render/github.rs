//! Workflow commands of GitHub Actions, which become annotations.
//!
//! ```text
//! ::error file=a.txt,line=3,endLine=3,col=16,endColumn=33,title=buckstop (not-my-job)::...
//! ```
//!
//! GitHub shows ten annotations of each severity in a step and drops the rest without a word.
//! So the eleventh finding and those after it are plain lines of the log, and a last line tells
//! how many there are. Lines count from 1; so do columns, in characters, and the end is the
//! place after the last one. What goes over several lines has no columns, as GitHub refuses
//! them.
//!
//! A text can't end its command or begin another: `%`, line breaks and, in properties, `:` and
//! `,` are escaped, and the plain lines hold no `::` or `##`.

use std::io::{self, Write};

use super::visible::visible;
use super::{RenderOptions, Renderer, message};
use crate::finding::{Finding, Severity};
use crate::report::{Report, Summary};

/// How many annotations of one severity GitHub shows in a step.
const SHOWN: usize = 10;

/// Writes commands as findings come in.
pub(super) struct Github {
    /// How many findings of each severity there were.
    errors: usize,
    warnings: usize,
    infos: usize,
}

impl Github {
    pub(super) fn new(_: RenderOptions) -> Self {
        Self { errors: 0, warnings: 0, infos: 0 }
    }

    /// Whether GitHub will show one more of a severity.
    fn is_shown(&mut self, severity: Severity) -> bool {
        let count = match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Info => &mut self.infos,
        };
        *count += 1;
        *count <= SHOWN
    }

    fn cut(&self) -> usize {
        let counts = [self.errors, self.warnings, self.infos];
        counts.iter().map(|count| count.saturating_sub(SHOWN)).sum()
    }
}

impl Renderer for Github {
    fn report(&mut self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        for finding in &report.findings {
            let line = if self.is_shown(finding.rule.severity) {
                command(report, finding)
            } else {
                plain(report, finding)
            };
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        match self.cut() {
            0 => Ok(()),
            cut => writeln!(
                out,
                "{cut} of {} findings have no annotation, as GitHub shows {SHOWN} of each severity \
                 in a step; they are in the log above.",
                summary.findings
            ),
        }
    }
}

fn command(report: &Report<'_>, finding: &Finding<'_>) -> String {
    let source = &report.source;
    let name = match finding.rule.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let start = source.position(finding.source_span.start);
    let end = source.position(finding.source_span.end);
    let columns = if start.line == end.line {
        format!(",col={},endColumn={}", start.column, end.column)
    } else {
        String::new()
    };
    format!(
        "::{name} file={},line={},endLine={}{columns},title={}::{}",
        property(source.name()),
        start.line,
        end.line,
        property(&format!("buckstop ({})", finding.rule.id)),
        data(&message(report, finding)),
    )
}

/// A line of the log that is no command.
fn plain(report: &Report<'_>, finding: &Finding<'_>) -> String {
    let start = report.source.position(finding.source_span.start);
    let line = format!(
        "not annotated: {}:{}:{}: {}[{}] {}",
        visible(report.source.name()),
        start.line,
        start.column,
        finding.rule.severity,
        visible(&finding.rule.id),
        message(report, finding)
    );
    // An older kind of command, `##[...]`, is obeyed wherever it stands in a line.
    line.replace("##", "# #").replace("::", ": :")
}

/// The value of a property.
fn property(value: &str) -> String {
    data(value).replace(':', "%3A").replace(',', "%2C")
}

/// The text of a command: the line breaks stay what they are, escaped; other control characters
/// are shown.
fn data(text: &str) -> String {
    let mut data = String::new();
    for piece in text.split_inclusive(['\r', '\n']) {
        let line = piece.trim_end_matches(['\r', '\n']);
        data += &visible(&line.replace('%', "%25"));
        data.extend(piece[line.len()..].chars().map(|c| if c == '\r' { "%0D" } else { "%0A" }));
    }
    data
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::finding::Severity;
    use crate::render::OutputFormat;
    use crate::render::fixture::{PLAIN, render, report, rule};

    #[test]
    fn a_hostile_text_stays_in_its_command() {
        let mut rule = rule("not-my-job", Severity::Error);
        rule.id = "a,b:c".to_owned();
        let text = "🙂 e\u{301} not\n::error::my %0A job";
        let report = report("a\r\n,line=9::b%.txt", text.as_bytes(), &rule, &[&text[8..]]);
        assert_snapshot!(render(OutputFormat::Github, PLAIN, &[report]), @r#"::error file=a%0D%0A%2Cline=9%3A%3Ab%25.txt,line=1,endLine=2,title=buckstop (a%2Cb%3Ac)::Refuses the task: "not ::error::my %250A job". The customer hears: find somebody else to care."#);
    }

    #[test]
    fn the_eleventh_of_a_severity_is_a_plain_line() {
        let rule = rule("not-my-job", Severity::Warning);
        let text = "not my job ##[group]::x";
        let words = [text; 12];
        let output =
            render(OutputFormat::Github, PLAIN, &[report("a.txt", text.as_bytes(), &rule, &words)]);
        assert_eq!(output.matches("::warning ").count(), 10);
        let plain: Vec<_> = output.lines().skip(10).collect();
        assert_eq!(plain.len(), 3);
        assert!(plain.iter().all(|line| !line.contains("##") && !line.contains("::")), "{plain:?}");
        assert!(plain[2].starts_with("2 of 12 findings have no annotation"), "{plain:?}");
    }
}
