//! SARIF 2.1.0, the log that code scanning reads.
//!
//! One run, its results written as they come in, its rules at the end: those of them that found
//! something, with their help. Lines and columns count from 1, columns in Unicode code points;
//! the end is the place after the last character. `partialFingerprints` holds what is told in
//! [`fingerprint`](crate::fingerprint). Rewrites that can be applied as they stand are fixes.
//!
//! Texts are hostile. Paths become percent-encoded URIs. In plain messages a viewer takes
//! `[words](target)` for a link and `{0}` for an argument, so the first is broken up and braces
//! are doubled, as the standard asks for. What a source says never becomes Markdown; the
//! Markdown of a rule's help is that of its pack, every punctuation mark escaped.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::json::write_json;
use super::replacement::{Replacement, replacements};
use super::{RenderOptions, Renderer, message, visible, words};
use crate::finding::{Finding, Severity};
use crate::fingerprint::fingerprint;
use crate::report::{Report, Summary};
use crate::rules::Rule;
use crate::source::{Problem, Source};
use crate::text::SourceSpan;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// How many characters of the found words a snippet holds.
const SNIPPET: usize = 1000;

/// Writes the log as findings come in.
pub(super) struct Sarif {
    begun: bool,
    empty: bool,
    /// The rules that found something, in the order in which they did.
    rules: Vec<Value>,
    index: HashMap<String, usize>,
    notifications: Vec<Value>,
}

impl Sarif {
    pub(super) fn new(_: RenderOptions) -> Self {
        Self {
            begun: false,
            empty: true,
            rules: Vec::new(),
            index: HashMap::new(),
            notifications: Vec::new(),
        }
    }

    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        write!(out, "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{")?;
        write!(out, "\"columnKind\":\"unicodeCodePoints\",\"results\":[")
    }

    fn result(&mut self, report: &Report<'_>, finding: &Finding<'_>) -> Value {
        let placed = &report.turns[finding.turn];
        let mut location = location(&report.source, finding.source_span);
        let said: String =
            words(report, finding.turn, finding.span).chars().take(SNIPPET).collect();
        location["physicalLocation"]["region"]["snippet"] = json!({ "text": said });
        let mut result = json!({
            "ruleId": finding.rule.id,
            "ruleIndex": self.rule(finding.rule),
            "level": level(finding.rule.severity),
            "message": text(&message(report, finding)),
            "locations": [location],
            "partialFingerprints": { "buckstop/v1": fingerprint(report, finding) },
            "properties": Said {
                speaker: placed.turn.speaker.as_deref(),
                role: placed.turn.role.as_str(),
                turn: placed.number,
                conversation: placed.conversation.as_deref(),
                time: placed.turn.time.as_deref(),
            },
        });
        let fixes = replacements(report, finding);
        if !fixes.is_empty() {
            result["fixes"] = fixes.iter().map(|it| fix(&report.source, it)).collect();
        }
        result
    }

    /// The index of a rule among those that found something.
    fn rule(&mut self, rule: &Rule) -> usize {
        if let Some(&index) = self.index.get(&rule.id) {
            return index;
        }
        self.rules.push(descriptor(rule));
        self.index.insert(rule.id.clone(), self.rules.len() - 1);
        self.rules.len() - 1
    }
}

impl Renderer for Sarif {
    fn report(&mut self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.begin(out)?;
        for finding in &report.findings {
            out.write_all(if std::mem::take(&mut self.empty) { b"\n" } else { b",\n" })?;
            write_json(&self.result(report, finding), out)?;
        }
        let problems = report.problems.iter();
        self.notifications.extend(problems.map(|it| notification(&report.source, it)));
        Ok(())
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        self.begin(out)?;
        out.write_all(b"\n],\"tool\":")?;
        let driver = json!({
            "name": "buckstop",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": std::mem::take(&mut self.rules),
        });
        write_json(&json!({ "driver": driver }), out)?;
        out.write_all(b",\"invocations\":")?;
        let invocation = json!({
            "executionSuccessful": summary.unreadable == 0,
            "toolExecutionNotifications": std::mem::take(&mut self.notifications),
        });
        write_json(&[invocation], out)?;
        out.write_all(b"}]}\n")
    }
}

/// Who said it, for readers that look at properties.
#[derive(Serialize)]
struct Said<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    speaker: Option<&'a str>,
    role: &'static str,
    turn: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<&'a str>,
}

fn descriptor(rule: &Rule) -> Value {
    let say: Vec<&str> = rule.rewrites.iter().map(|it| it.text.as_str()).collect();
    json!({
        "id": rule.id,
        "shortDescription": text(&visible(&rule.title)),
        "fullDescription": text(&visible(&rule.why)),
        "help": {
            "text": plain(&help(rule, &say, |words| visible(words).into_owned())),
            "markdown": doubled(&help(rule, &say, markdown)),
        },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "tags": [rule.category] },
    })
}

/// Why, what to say instead, and where to read on; a list has the same look in both kinds of text.
fn help(rule: &Rule, say: &[&str], escaped: impl Fn(&str) -> String) -> String {
    let mut help = escaped(&rule.why);
    for (heading, lines) in [("Say instead", say), ("Read on", &links(rule))] {
        if !lines.is_empty() {
            _ = write!(help, "\n\n{heading}:\n");
        }
        for line in lines {
            _ = write!(help, "\n- {}", escaped(line));
        }
    }
    help
}

fn links(rule: &Rule) -> Vec<&str> {
    rule.links.iter().map(String::as_str).collect()
}

fn location(source: &Source, span: SourceSpan) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(source.name()) },
            "region": region(source, span),
        }
    })
}

fn region(source: &Source, span: SourceSpan) -> Value {
    let (start, end) = (source.position(span.start), source.position(span.end));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

fn fix(source: &Source, replacement: &Replacement<'_>) -> Value {
    let rewrite = replacement.rewrite;
    let verb = if rewrite.is_addition() { "Add" } else { "Say instead" };
    let told = format!("{verb}: \"{}\" ({})", visible(&rewrite.words()), rewrite.applicability);
    json!({
        "description": text(&told),
        "artifactChanges": [{
            "artifactLocation": { "uri": uri(source.name()) },
            "replacements": [{
                "deletedRegion": region(source, replacement.span),
                "insertedContent": { "text": replacement.text },
            }],
        }],
    })
}

fn notification(source: &Source, problem: &Problem) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(source.name()) } });
    if let Some(at) = problem.position {
        physical["region"] = json!({ "startLine": at.line, "startColumn": at.column });
    }
    json!({
        "level": "warning",
        "message": text(&visible(&problem.message)),
        "locations": [{ "physicalLocation": physical }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// A message in which nothing is a link or an argument.
fn text(message: &str) -> Value {
    json!({ "text": plain(message) })
}

fn plain(message: &str) -> String {
    doubled(&message.replace("](", "] ("))
}

fn doubled(message: &str) -> String {
    message.replace('{', "{{").replace('}', "}}")
}

/// Words that mean nothing in Markdown.
fn markdown(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len() + 8);
    for c in visible(words).chars() {
        if c.is_ascii_punctuation() && !matches!(c, '\'' | ',' | '"' | ';' | '?') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// A path as a URI reference: relative as it is, absolute as a `file:` URI.
fn uri(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let path = path.strip_prefix("./").unwrap_or(&path);
    let drive = path.as_bytes().get(1) == Some(&b':') && cfg!(windows);
    let mut uri = String::from(match (path.starts_with('/'), drive) {
        (true, _) => "file://",
        (_, true) => "file:///",
        _ => "",
    });
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
