//! JUnit XML, which test reports are made of.
//!
//! A test suite for each source (each piece of a large one), and in it a failed test case for
//! each finding, or one that passed where there is none. Whatever its severity, a finding is a
//! failure: the format knows nothing between. The places stand in names and messages, lines and
//! columns counted from 1, columns in characters.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::BytesText;

use super::xml::Document;
use super::{RenderOptions, Renderer, message, origin, xml};
use crate::finding::Finding;
use crate::report::{Report, Summary};

/// Writes the document as reports come in.
pub(super) struct Junit {
    document: Document,
}

impl Junit {
    pub(super) fn new(_: RenderOptions) -> Self {
        Self { document: Document::new("<testsuites name=\"buckstop\">") }
    }
}

impl Renderer for Junit {
    fn report(&mut self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.document.begin(out)?;
        let name = xml::legal(report.source.name());
        let failures = report.findings.len();
        let attributes = [
            ("name", &*name),
            ("tests", &*failures.max(1).to_string()),
            ("failures", &*failures.to_string()),
            ("errors", "0"),
        ];
        let mut writer = xml::writer(out);
        let suite = writer.create_element("testsuite").with_attributes(attributes);
        suite.write_inner_content(|writer| match report.findings.as_slice() {
            [] => {
                let case = [("classname", &*name), ("name", "no deflection"), ("file", &*name)];
                xml::empty(writer, "testcase", &case)
            }
            findings => findings.iter().try_for_each(|it| failed(report, it, &name, writer)),
        })?;
        writeln!(out)
    }

    fn finish(&mut self, _: &Summary, out: &mut dyn Write) -> io::Result<()> {
        self.document.begin(out)?;
        writeln!(out, "</testsuites>")
    }
}

fn failed(
    report: &Report<'_>,
    finding: &Finding<'_>,
    path: &str,
    writer: &mut Writer<&mut dyn Write>,
) -> io::Result<()> {
    let start = report.source.position(finding.source_span.start);
    let rule = xml::legal(&finding.rule.id);
    let place = format!("{path}:{}:{}", start.line, start.column);
    let said = origin(report, finding.turn).map_or(String::new(), |origin| format!(" · {origin}"));
    let message = message(report, finding);
    let message = xml::legal(&message);
    let name = format!("{rule} at {}:{}", start.line, start.column);
    let case = writer.create_element("testcase");
    let case = case.with_attributes([("classname", path), ("name", &*name), ("file", path)]);
    case.write_inner_content(|writer| {
        let failure = writer.create_element("failure");
        let failure = failure.with_attributes([("type", &*rule), ("message", &*message)]);
        let text = format!("{place}{said}");
        failure.write_text_content(BytesText::new(&xml::legal(&text))).map(drop)
    })?;
    Ok(())
}
