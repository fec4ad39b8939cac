//! The XML of Checkstyle, which many build servers read.
//!
//! A `file` for each source with findings, an `error` in it for each finding. Lines count from
//! 1; so do columns, in characters. What could not be read is never part of it.

use std::io::{self, Write};

use quick_xml::Writer;

use super::xml::Document;
use super::{RenderOptions, Renderer, message, xml};
use crate::finding::Finding;
use crate::report::{Report, Summary};

/// Writes the document as findings come in.
pub(super) struct Checkstyle {
    document: Document,
}

impl Checkstyle {
    pub(super) fn new(_: RenderOptions) -> Self {
        Self { document: Document::new("<checkstyle version=\"4.3\">") }
    }
}

impl Renderer for Checkstyle {
    fn report(&mut self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.document.begin(out)?;
        if report.findings.is_empty() {
            return Ok(());
        }
        let name = xml::legal(report.source.name());
        let mut writer = xml::writer(out);
        let file = writer.create_element("file").with_attribute(("name", &*name));
        file.write_inner_content(|writer| {
            report.findings.iter().try_for_each(|finding| error(report, finding, writer))
        })?;
        writeln!(out)
    }

    fn finish(&mut self, _: &Summary, out: &mut dyn Write) -> io::Result<()> {
        self.document.begin(out)?;
        writeln!(out, "</checkstyle>")
    }
}

fn error(
    report: &Report<'_>,
    finding: &Finding<'_>,
    writer: &mut Writer<&mut dyn Write>,
) -> io::Result<()> {
    let start = report.source.position(finding.source_span.start);
    let message = message(report, finding);
    let rule = format!("buckstop.{}", finding.rule.id);
    let attributes = [
        ("line", &*start.line.to_string()),
        ("column", &*start.column.to_string()),
        ("severity", finding.rule.severity.as_str()),
        ("message", &*xml::legal(&message)),
        ("source", &*xml::legal(&rule)),
    ];
    xml::empty(writer, "error", &attributes)
}
