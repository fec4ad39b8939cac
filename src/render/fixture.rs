//! Reports for the tests of the renderers, put together by hand.

use crate::finding::{Applicability, Finding, Rewrite, Severity, Skip};
use crate::render::{OutputFormat, RenderOptions};
use crate::report::{PlacedTurn, Report, Summary};
use crate::rules::Rule;
use crate::source::{ColumnUnit, Source};
use crate::text::TextSpan;
use crate::turn::{Role, Turn};

pub(crate) const PLAIN: RenderOptions = RenderOptions {
    color: false,
    explain_skips: false,
    quiet: false,
    width: 80,
    columns: ColumnUnit::Characters,
};

pub(crate) fn rule(id: &str, severity: Severity) -> Rule {
    Rule {
        id: id.to_owned(),
        category: "not-my-job".to_owned(),
        severity,
        title: "Refuses the task".to_owned(),
        why: "The customer hears: find somebody else to care.".to_owned(),
        links: Vec::new(),
        phrases: Vec::new(),
        regex: Vec::new(),
        learned: None,
        missing: Vec::new(),
        opt_in: false,
        rewrites: Vec::new(),
        examples: Vec::new(),
        pack: "default.toml".to_owned(),
    }
}

/// A report on a source that is one turn, with a finding for each of the words.
pub(crate) fn report<'r>(name: &str, bytes: &[u8], rule: &'r Rule, words: &[&str]) -> Report<'r> {
    let source = Source::new(name.to_owned(), bytes.to_vec());
    let (text, problems) = source.decode();
    let turn = Turn::new(Role::Agent, text);
    let turns =
        vec![PlacedTurn { conversation: None, channel: None, number: 1, checked: true, turn }];
    let mut report = Report {
        source,
        turns,
        findings: Vec::new(),
        suppressed: Vec::new(),
        known: Vec::new(),
        skips: Vec::new(),
        problems,
    };
    for words in words {
        let span = span(&report, words);
        let source_span = report.turns[0].turn.text.to_source(span);
        let rewrites = Vec::new();
        let (opinion, fingerprint) = (None, None);
        let finding = Finding { rule, turn: 0, span, source_span, rewrites, opinion, fingerprint };
        report.findings.push(finding);
    }
    report
}

/// Makes the one turn of a report the second of two, said by somebody in a role.
pub(super) fn said_by(report: &mut Report<'_>, speaker: Option<&str>, role: Role) {
    let mut first = report.turns[0].clone();
    first.checked = false;
    report.turns[0].number = 2;
    report.turns[0].turn.speaker = speaker.map(str::to_owned);
    report.turns[0].turn.role = role;
    report.turns.push(first);
}

/// Adds other words for the last finding.
pub(crate) fn rewrite(report: &mut Report<'_>, text: &str, applicability: Applicability) {
    let finding = report.findings.last_mut().expect("a finding to rewrite");
    let span = finding.span;
    finding.rewrites.push(Rewrite { text: text.to_owned(), applicability, span, tail: 0 });
}

/// Adds a match that was let pass.
pub(crate) fn skip<'r>(report: &mut Report<'r>, rule: &'r Rule, words: &str, reason: &str) {
    let span = span(report, words);
    let source_span = report.turns[0].turn.text.to_source(span);
    report.skips.push(Skip { rule, turn: 0, span, source_span, reason: reason.to_owned() });
}

/// All that a run over the reports writes.
pub(crate) fn render(
    format: OutputFormat,
    options: RenderOptions,
    reports: &[Report<'_>],
) -> String {
    let mut out = Vec::new();
    let mut summary = Summary::default();
    let mut renderer = format.renderer(options);
    for report in reports {
        summary.add(report);
        renderer.report(report, &mut out).expect("a vector takes every write");
    }
    renderer.finish(&summary, &mut out).expect("a vector takes every write");
    String::from_utf8(out).expect("output is UTF-8")
}

fn span(report: &Report<'_>, words: &str) -> TextSpan {
    let start = report.turns[0].turn.text.as_str().find(words).expect("the words are in the text");
    TextSpan::new(start, start + words.len())
}
