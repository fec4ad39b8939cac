//! reviewdog's diagnostics as one JSON object; what they hold is told in
//! [`rdjsonl`](super::rdjsonl).

use std::io::{self, Write};

use super::json::write_json;
use super::rdjsonl::{Diagnostic, TOOL};
use super::{RenderOptions, Renderer};
use crate::report::{Report, Summary};

/// Writes the object as findings come in.
pub(super) struct Rdjson {
    empty: bool,
}

impl Rdjson {
    pub(super) fn new(_: RenderOptions) -> Self {
        Self { empty: true }
    }

    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if !std::mem::take(&mut self.empty) {
            return out.write_all(b",\n");
        }
        out.write_all(b"{\"source\":")?;
        write_json(&TOOL, out)?;
        out.write_all(b",\"diagnostics\":[\n")
    }
}

impl Renderer for Rdjson {
    fn report(&mut self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        for finding in &report.findings {
            self.begin(out)?;
            write_json(&Diagnostic::of(report, finding), out)?;
        }
        Ok(())
    }

    fn finish(&mut self, _: &Summary, out: &mut dyn Write) -> io::Result<()> {
        if self.empty {
            self.begin(out)?;
            return out.write_all(b"]}\n");
        }
        out.write_all(b"\n]}\n")
    }
}
