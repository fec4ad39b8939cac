//! Logging commands of Azure Pipelines, which become issues of the run.
//!
//! ```text
//! ##vso[task.logissue type=error;sourcepath=a.txt;linenumber=3;columnnumber=16;code=not-my-job;]...
//! ```
//!
//! Azure knows errors and warnings only, so an info is a warning. Lines count from 1; so do
//! columns, in characters. A text can't end its command or begin another: `%`, line breaks and,
//! in properties, `;` and `]` are escaped in the way that Azure takes back.

use std::io::{self, Write};

use super::visible::visible;
use super::{RenderOptions, Renderer, message};
use crate::finding::{Finding, Severity};
use crate::report::{Report, Summary};

/// Writes commands as findings come in.
pub(super) struct Azure;

impl Azure {
    pub(super) fn new(_: RenderOptions) -> Self {
        Self
    }
}

impl Renderer for Azure {
    fn report(&mut self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        report.findings.iter().try_for_each(|it| writeln!(out, "{}", command(report, it)))
    }

    fn finish(&mut self, _: &Summary, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

fn command(report: &Report<'_>, finding: &Finding<'_>) -> String {
    let kind = match finding.rule.severity {
        Severity::Error => "error",
        Severity::Warning | Severity::Info => "warning",
    };
    let start = report.source.position(finding.source_span.start);
    format!(
        "##vso[task.logissue type={kind};sourcepath={};linenumber={};columnnumber={};code={};]{}",
        property(report.source.name()),
        start.line,
        start.column,
        property(&finding.rule.id),
        data(&message(report, finding)),
    )
}

/// The value of a property.
fn property(value: &str) -> String {
    data(value).replace(';', "%3B").replace(']', "%5D")
}

/// The text of a command. Messages are of one line already; a path may hold anything.
fn data(text: &str) -> String {
    let escaped = text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A");
    visible(&escaped).into_owned()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::finding::Severity;
    use crate::render::OutputFormat;
    use crate::render::fixture::{PLAIN, render, report, rule};

    #[test]
    fn a_hostile_text_stays_in_its_command() {
        let rule = rule("not-my-job", Severity::Info);
        let text = "🙂 e\u{301} not\n##vso[task.complete result=Succeeded;]my %0A job\x1b[2J";
        let report = report("a\r\n;x]b%.txt", text.as_bytes(), &rule, &[&text[8..]]);
        assert_snapshot!(render(OutputFormat::Azure, PLAIN, &[report]), @r#"##vso[task.logissue type=warning;sourcepath=a%0D%0A%3Bx%5Db%AZP25.txt;linenumber=1;columnnumber=5;code=not-my-job;]Refuses the task: "not ##vso[task.complete result=Succeeded;]my %AZP250A job␛[2J". The customer hears: find somebody else to care."#);
    }
}
