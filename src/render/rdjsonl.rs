//! reviewdog's diagnostics, one JSON object per line.
//!
//! Lines count from 1; so do columns, in bytes of UTF-8. The end is the place after the last
//! character. Rewrites that can be applied as they stand are suggestions.

use std::io::{self, Write};

use serde::Serialize;

use super::json::write_json;
use super::replacement::{Replacement, replacements};
use super::{RenderOptions, Renderer, message};
use crate::finding::{Finding, Severity};
use crate::report::{Report, Summary};
use crate::source::Source;
use crate::text::SourceSpan;

/// Writes the objects as findings come in.
pub(super) struct Rdjsonl;

impl Rdjsonl {
    pub(super) fn new(_: RenderOptions) -> Self {
        Self
    }
}

impl Renderer for Rdjsonl {
    fn report(&mut self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        for finding in &report.findings {
            write_json(&Diagnostic { source: Some(TOOL), ..Diagnostic::of(report, finding) }, out)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    fn finish(&mut self, _: &Summary, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// Who says so.
#[derive(Serialize)]
pub(super) struct Tool {
    name: &'static str,
}

/// That is us.
pub(super) const TOOL: Tool = Tool { name: "buckstop" };

/// A finding, as it is written.
#[derive(Serialize)]
pub(super) struct Diagnostic<'a> {
    message: String,
    location: Location<'a>,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Tool>,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
}

impl<'a> Diagnostic<'a> {
    pub(super) fn of(report: &'a Report<'_>, finding: &'a Finding<'_>) -> Self {
        let source = &report.source;
        let range = Range::of(source, finding.source_span);
        let replacements = replacements(report, finding).into_iter();
        Self {
            message: message(report, finding),
            location: Location { path: source.name(), range },
            severity: match finding.rule.severity {
                Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
                Severity::Info => "INFO",
            },
            source: None,
            code: Code { value: &finding.rule.id },
            suggestions: replacements.map(|it| Suggestion::of(source, it)).collect(),
        }
    }
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

impl Suggestion {
    fn of(source: &Source, replacement: Replacement<'_>) -> Self {
        Self { range: Range::of(source, replacement.span), text: replacement.text }
    }
}

#[derive(Serialize)]
struct Range {
    start: Place,
    end: Place,
}

impl Range {
    fn of(source: &Source, span: SourceSpan) -> Self {
        Self { start: Place::of(source, span.start), end: Place::of(source, span.end) }
    }
}

#[derive(Serialize)]
struct Place {
    line: usize,
    column: usize,
}

impl Place {
    fn of(source: &Source, offset: usize) -> Self {
        let position = source.byte_position(offset);
        Self { line: position.line, column: position.column }
    }
}
