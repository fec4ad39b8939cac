//! One JSON array for the whole run, one finding per line.
//!
//! ```json
//! {"path": "a.txt", "rule": "not-my-job", "category": "not-my-job", "severity": "error",
//!  "message": "Refusing the task", "text": "that's not my job",
//!  "span": {"start": 7, "end": 24},
//!  "start": {"line": 1, "column": 8}, "end": {"line": 1, "column": 25},
//!  "speaker": "Jane", "role": "agent", "turn": 7, "conversation": "4711", "time": "10:02",
//!  "rewrites": [{"text": "I'll take care of that", "applicability": "safe",
//!                "span": {"start": 7, "end": 24}}]}
//! ```
//!
//! What the learned detector found has two members more: `confidence`, from 0 to 1 with two digits,
//! and `because`, the words that weighed most.
//!
//! Spans count bytes of the file as it lies on disk, the end excluded. Lines and
//! columns count from 1, columns in characters or as asked for; `end` is the place after the
//! last character. A path that is not Unicode is written with replacement characters.
//!
//! The speaker, the conversation and the time are told as the source has them, and are
//! null where it doesn't; turns are counted from 1 in each conversation. The role is one of
//! agent, bot, customer, note, system and unknown. A draft is a single turn of an agent.
//!
//! The array holds findings only. With skips asked for it holds those as well, in the
//! order of their place: an object with no rewrites and a reason under `skipped`.
//! What could not be read, and the sum of the run, are never part of it.
//!
//! Beyond what JSON asks for, invisible and control characters are escaped, so that
//! the output does no harm in a terminal.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::visible::find_hidden;
use super::{Entry, RenderOptions, Renderer, because, words};
use crate::finding::{Finding, Opinion, Rewrite};
use crate::report::{PlacedTurn, Report, Summary};
use crate::rules::Rule;
use crate::source::{ColumnUnit, Position};
use crate::text::{MappedText, SourceSpan};

/// Writes the array as findings come in.
pub(super) struct Json {
    options: RenderOptions,
    empty: bool,
}

impl Json {
    pub(super) fn new(options: RenderOptions) -> Self {
        Self { options, empty: true }
    }

    fn object(&mut self, object: &Object<'_>, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.empty { b"[\n" } else { b",\n" })?;
        self.empty = false;
        write_json(object, out)
    }
}

/// Writes a value as JSON that does no harm in a terminal, on one line without a line break.
///
/// # Errors
///
/// Whatever `out` answers to a write.
pub fn write_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(out, Harmless))?)
}

/// Writes the objects of one report as an array, on one line without a line break.
///
/// # Errors
///
/// Whatever `out` answers to a write.
pub fn write_findings(
    report: &Report<'_>,
    options: RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let objects = Entry::of(report, options).into_iter().map(|it| Object::of(report, it, options));
    write_json(&objects.collect::<Vec<_>>(), out)
}

impl Renderer for Json {
    fn report(&mut self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        for entry in Entry::of(report, self.options) {
            self.object(&Object::of(report, entry, self.options), out)?;
        }
        Ok(())
    }

    fn finish(&mut self, _: &Summary, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.empty { b"[]\n" } else { b"\n]\n" })
    }
}

/// A finding or a skip, as it is written.
#[derive(Serialize)]
pub(super) struct Object<'a> {
    path: &'a str,
    rule: &'a str,
    category: &'a str,
    severity: &'static str,
    message: &'a str,
    text: &'a str,
    span: Span,
    start: Place,
    end: Place,
    speaker: Option<&'a str>,
    role: &'static str,
    turn: usize,
    conversation: Option<&'a str>,
    time: Option<&'a str>,
    rewrites: Vec<Replacement<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    because: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<&'a str>,
}

impl<'a> Object<'a> {
    pub(super) fn of(report: &'a Report<'a>, entry: Entry<'a>, options: RenderOptions) -> Self {
        let about = |turn, rule, span| Self::about(report, turn, rule, span, options.columns);
        match entry {
            Entry::Finding(finding) => Self {
                text: words(report, finding.turn, finding.span),
                rewrites: replacements(report, finding),
                confidence: finding.opinion.as_ref().map(Opinion::rounded),
                because: because(report, finding),
                ..about(finding.turn, finding.rule, finding.source_span)
            },
            Entry::Skip(skip) => Self {
                text: words(report, skip.turn, skip.span),
                skipped: Some(&skip.reason),
                ..about(skip.turn, skip.rule, skip.source_span)
            },
        }
    }

    fn about(
        report: &'a Report<'_>,
        turn: usize,
        rule: &'a Rule,
        span: SourceSpan,
        unit: ColumnUnit,
    ) -> Self {
        let source = &report.source;
        let PlacedTurn { conversation, number, turn, .. } = &report.turns[turn];
        Self {
            path: source.name(),
            rule: &rule.id,
            category: &rule.category,
            severity: rule.severity.as_str(),
            message: &rule.title,
            text: "",
            span: span.into(),
            start: source.position_in(span.start, unit).into(),
            end: source.position_in(span.end, unit).into(),
            speaker: turn.speaker.as_deref(),
            role: turn.role.as_str(),
            turn: *number,
            conversation: conversation.as_deref(),
            time: turn.time.as_deref(),
            rewrites: Vec::new(),
            confidence: None,
            because: Vec::new(),
            skipped: None,
        }
    }
}

#[derive(Serialize)]
struct Replacement<'a> {
    text: &'a str,
    applicability: &'static str,
    span: Span,
}

impl<'a> Replacement<'a> {
    fn of(rewrite: &'a Rewrite, text: &MappedText) -> Self {
        Self {
            text: &rewrite.text,
            applicability: rewrite.applicability.as_str(),
            span: text.to_source(rewrite.span).into(),
        }
    }
}

fn replacements<'a>(report: &Report<'_>, finding: &'a Finding<'_>) -> Vec<Replacement<'a>> {
    let text = &report.turns[finding.turn].turn.text;
    finding.rewrites.iter().map(|rewrite| Replacement::of(rewrite, text)).collect()
}

#[derive(Serialize)]
struct Span {
    start: usize,
    end: usize,
}

impl From<SourceSpan> for Span {
    fn from(span: SourceSpan) -> Self {
        Self { start: span.start, end: span.end }
    }
}

#[derive(Serialize)]
struct Place {
    line: usize,
    column: usize,
}

impl From<Position> for Place {
    fn from(position: Position) -> Self {
        Self { line: position.line, column: position.column }
    }
}

/// Compact JSON that escapes what a terminal would act on or hide.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        let mut rest = fragment;
        while let Some((at, c)) = find_hidden(rest) {
            writer.write_all(&rest.as_bytes()[..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + c.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::Value;

    use super::super::visible::is_hidden;
    use super::*;
    use crate::finding::{Applicability, Severity};
    use crate::render::OutputFormat;
    use crate::render::fixture::{PLAIN, render, report, rewrite, rule, skip};

    fn parse(output: &str) -> Vec<Value> {
        serde_json::from_str(output).expect("the output is a JSON array")
    }

    #[test]
    fn no_findings_are_an_empty_array() {
        let rule = rule("not-my-job", Severity::Info);
        assert_eq!(render(OutputFormat::Json, PLAIN, &[]), "[]\n");
        let clean = report("a.txt", b"Hi!", &rule, &[]);
        assert_eq!(render(OutputFormat::Json, PLAIN, &[clean]), "[]\n");
    }

    #[test]
    fn the_findings_of_all_files_are_one_array() {
        let rule = rule("not-my-job", Severity::Error);
        let mut first = report("a.txt", "🙂 é not my job".as_bytes(), &rule, &["not my job"]);
        rewrite(&mut first, "for me \"to do\"", Applicability::Safe);
        let second = report("b.txt", b"No.\r\nNot my\r\njob", &rule, &["No", "Not my\r\njob"]);
        let output = render(OutputFormat::Json, PLAIN, &[first, second]);
        assert_eq!(parse(&output).len(), 3);
        assert_snapshot!(output, @r#"
        [
        {"path":"a.txt","rule":"not-my-job","category":"not-my-job","severity":"error","message":"Refuses the task","text":"not my job","span":{"start":8,"end":18},"start":{"line":1,"column":5},"end":{"line":1,"column":15},"speaker":null,"role":"agent","turn":1,"conversation":null,"time":null,"rewrites":[{"text":"for me \"to do\"","applicability":"safe","span":{"start":8,"end":18}}]},
        {"path":"b.txt","rule":"not-my-job","category":"not-my-job","severity":"error","message":"Refuses the task","text":"No","span":{"start":0,"end":2},"start":{"line":1,"column":1},"end":{"line":1,"column":3},"speaker":null,"role":"agent","turn":1,"conversation":null,"time":null,"rewrites":[]},
        {"path":"b.txt","rule":"not-my-job","category":"not-my-job","severity":"error","message":"Refuses the task","text":"Not my\r\njob","span":{"start":5,"end":16},"start":{"line":2,"column":1},"end":{"line":3,"column":4},"speaker":null,"role":"agent","turn":1,"conversation":null,"time":null,"rewrites":[]}
        ]
        "#);
    }

    #[test]
    fn skips_are_told_by_their_reason() {
        let rule = rule("ignorance", Severity::Info);
        let mut report = report("a.txt", b"I don't know. Not my job.", &rule, &["Not my job"]);
        skip(&mut report, &rule, "I don't know", "an owned next step follows");
        let reports = [report];
        assert_eq!(parse(&render(OutputFormat::Json, PLAIN, &reports)).len(), 1);
        let options = RenderOptions { explain_skips: true, ..PLAIN };
        let objects = parse(&render(OutputFormat::Json, options, &reports));
        assert_eq!(objects[0]["skipped"], "an owned next step follows");
        assert_eq!(objects[0]["text"], "I don't know");
        assert_eq!(objects[1].get("skipped"), None);
    }

    #[test]
    fn a_turn_is_told_with_its_speaker() {
        let rule = rule("not-my-job", Severity::Error);
        let mut report = report("a.txt", b"Not my job.", &rule, &["Not my job"]);
        let turn = &mut report.turns[0];
        turn.conversation = Some("4711".into());
        turn.number = 7;
        turn.turn.speaker = Some("Jane".to_owned());
        turn.turn.time = Some("10:02".to_owned());
        let object = &parse(&render(OutputFormat::Json, PLAIN, &[report]))[0];
        assert_eq!(object["speaker"], "Jane");
        assert_eq!(object["role"], "agent");
        assert_eq!(object["turn"], 7);
        assert_eq!(object["conversation"], "4711");
        assert_eq!(object["time"], "10:02");
    }

    #[test]
    fn a_hostile_text_is_escaped_and_comes_back_unchanged() {
        let rule = rule("not-my-job", Severity::Error);
        let text = "\x1b[2J\u{9b}1m\u{7f}\u{202e}\"\\\n\u{e0041}\0 👍🏽";
        let report = report("\x07.txt", text.as_bytes(), &rule, &[text]);
        let output = render(OutputFormat::Json, PLAIN, &[report]);
        assert!(output.lines().all(|line| !line.chars().any(is_hidden)), "{output:?}");
        let objects = parse(&output);
        assert_eq!(objects[0]["text"], text);
        assert_eq!(objects[0]["path"], "\x07.txt");
    }

    #[test]
    fn spans_count_the_bytes_of_the_file_whatever_its_encoding() {
        let rule = rule("not-my-job", Severity::Error);
        let text: Vec<u8> =
            "\u{feff}Hi 🙂\nnot my job".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let report = report("a.txt", &text, &rule, &["not my job"]);
        let objects = parse(&render(OutputFormat::Json, PLAIN, &[report]));
        assert_eq!(objects[0]["span"], serde_json::json!({"start": 14, "end": 34}));
        assert_eq!(objects[0]["start"], serde_json::json!({"line": 2, "column": 1}));
        assert_eq!(objects[0]["end"], serde_json::json!({"line": 2, "column": 11}));
    }
}
