//! A Code Quality report of GitLab: one JSON array.
//!
//! GitLab tells old findings from new ones by their fingerprints and wants each to be unique.
//! So what is common to findings that say the same in the same conversation
//! ([`fingerprint`](crate::fingerprint)) is joined with the path and with how many like it came
//! before. Places are lines only.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;

use super::json::write_json;
use super::{RenderOptions, Renderer, message};
use crate::finding::{Finding, Severity};
use crate::fingerprint::{digest, fingerprint};
use crate::report::{Report, Summary};

/// Writes the array as findings come in.
pub(super) struct Gitlab {
    empty: bool,
    /// How often each fingerprint of a path was met.
    met: HashMap<String, usize>,
}

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

impl Gitlab {
    pub(super) fn new(_: RenderOptions) -> Self {
        Self { empty: true, met: HashMap::new() }
    }

    fn issue<'a>(&mut self, report: &'a Report<'_>, finding: &'a Finding<'_>) -> Issue<'a> {
        let source = &report.source;
        let line = |offset| source.position(offset).line;
        // GitLab compares with paths as git has them.
        let path = source.name();
        let path = path.strip_prefix("./").unwrap_or(path);
        let lines =
            Lines { begin: line(finding.source_span.start), end: line(finding.source_span.end) };
        Issue {
            description: message(report, finding),
            check_name: &finding.rule.id,
            fingerprint: self.unique(path, &fingerprint(report, finding)),
            severity: match finding.rule.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Info => "info",
            },
            location: Location { path, lines },
        }
    }

    fn unique(&mut self, path: &str, fingerprint: &str) -> String {
        let in_path = digest([fingerprint, path]);
        let before = self.met.entry(in_path.clone()).or_insert(0);
        *before += 1;
        if *before == 1 { in_path } else { digest([&*in_path, &before.to_string()]) }
    }
}

impl Renderer for Gitlab {
    fn report(&mut self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        for finding in &report.findings {
            let issue = self.issue(report, finding);
            out.write_all(if std::mem::take(&mut self.empty) { b"[\n" } else { b",\n" })?;
            write_json(&issue, out)?;
        }
        Ok(())
    }

    fn finish(&mut self, _: &Summary, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.empty { b"[]\n" } else { b"\n]\n" })
    }
}
