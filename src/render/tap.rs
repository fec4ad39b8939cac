//! Test Anything Protocol, version 14.
//!
//! Each finding is a test point that is not ok, with what there is to know in a YAML block below
//! it; each source without findings is a point that is ok. The plan comes last. Lines count from
//! 1; so do columns, in characters. Every string of the block is a JSON string, which YAML takes,
//! too. `#` and `\` are escaped in descriptions, so that no text becomes a directive.

use std::io::{self, Write};

use super::json::write_json;
use super::{RenderOptions, Renderer, message, place};
use crate::finding::Finding;
use crate::report::{Report, Summary};

/// Writes test points as reports come in.
pub(super) struct Tap {
    points: usize,
}

impl Tap {
    pub(super) fn new(_: RenderOptions) -> Self {
        Self { points: 0 }
    }

    fn point(&mut self, ok: &str, description: &str, out: &mut dyn Write) -> io::Result<()> {
        self.begin(out)?;
        self.points += 1;
        let description = description.replace('\\', "\\\\").replace('#', "\\#");
        writeln!(out, "{ok} {} - {description}", self.points)
    }

    fn begin(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.points == 0 { writeln!(out, "TAP version 14") } else { Ok(()) }
    }

    fn failed(
        &mut self,
        report: &Report<'_>,
        finding: &Finding<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let source = &report.source;
        let at = place(source, source.position(finding.source_span.start));
        let rule = super::visible(&finding.rule.id);
        self.point("not ok", &format!("{at} {rule}"), out)?;
        writeln!(out, "  ---")?;
        let message = message(report, finding);
        let severity = finding.rule.severity.as_str();
        for (key, value) in [("message", message.as_str()), ("severity", severity), ("at", &at)] {
            write!(out, "  {key}: ")?;
            write_json(&value, out)?;
            writeln!(out)?;
        }
        writeln!(out, "  ...")
    }
}

impl Renderer for Tap {
    fn report(&mut self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        if report.findings.is_empty() {
            return self.point("ok", &super::visible(report.source.name()), out);
        }
        report.findings.iter().try_for_each(|finding| self.failed(report, finding, out))
    }

    fn finish(&mut self, _: &Summary, out: &mut dyn Write) -> io::Result<()> {
        self.begin(out)?;
        writeln!(out, "1..{}", self.points)
    }
}
