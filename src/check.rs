//! The whole pipeline, without any input or output: a source in, a report out.

use std::sync::Arc;

use crate::detect::{self, Hit, Passed};
use crate::finding::{Finding, Skip};
use crate::formats::{self, InputFormat};
use crate::report::{PlacedTurn, Report};
use crate::rewrite;
use crate::rules::{Example, PackError, Rule, Ruleset, captures_in};
use crate::source::Source;
use crate::turn::{Conversation, Role, Turn};

/// How to check.
#[derive(Clone, Debug)]
pub struct Options {
    /// How to read the source.
    pub input_format: InputFormat,
    /// Whose turns are checked. Turns of an unknown speaker are, whatever stands here, if
    /// the source tells nobody's role.
    pub roles: Vec<Role>,
    /// Whether to report what the guards let pass.
    pub explain_skips: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            input_format: InputFormat::Auto,
            roles: vec![Role::Agent, Role::Bot],
            explain_skips: false,
        }
    }
}

/// Checks one source.
#[must_use]
pub fn check<'r>(source: Source, options: &Options, ruleset: &'r Ruleset) -> Report<'r> {
    let reading = formats::read(&source, options.input_format);
    let turns = placed(reading.conversations, &options.roles);
    let mut findings = Vec::new();
    let mut skips = Vec::new();
    for (number, placed) in turns.iter().enumerate().filter(|(_, placed)| placed.checked) {
        let turn = &placed.turn;
        let detected = detect::detect(turn.text.as_str(), ruleset);
        findings.extend(detected.hits.iter().map(|hit| finding(ruleset, number, turn, hit)));
        if options.explain_skips {
            let passed = detected.passed.into_iter();
            skips.extend(passed.map(|passed| skip(ruleset, number, turn, passed)));
        }
    }
    Report { source, turns, findings, skips, problems: reading.problems }
}

/// Numbers the turns and chooses those to be checked.
fn placed(conversations: Vec<Conversation>, roles: &[Role]) -> Vec<PlacedTurn> {
    let all = || conversations.iter().flat_map(|c| &c.turns);
    let nobody_known = all().all(|turn| turn.role == Role::Unknown);
    let mut placed = Vec::new();
    for conversation in conversations {
        let id: Option<Arc<str>> = conversation.id.map(Arc::from);
        for (number, turn) in conversation.turns.into_iter().enumerate() {
            let checked = roles.contains(&turn.role) || nobody_known;
            placed.push(PlacedTurn { conversation: id.clone(), number: number + 1, checked, turn });
        }
    }
    placed
}

fn finding<'r>(ruleset: &'r Ruleset, number: usize, turn: &Turn, hit: &Hit) -> Finding<'r> {
    let rule = &ruleset.rules()[hit.rule];
    Finding {
        rule,
        turn: number,
        span: hit.span,
        source_span: turn.text.to_source(hit.span),
        rewrites: rewrite::rewrites(turn.text.as_str(), rule, hit),
    }
}

fn skip<'r>(ruleset: &'r Ruleset, number: usize, turn: &Turn, passed: Passed) -> Skip<'r> {
    let rule = &ruleset.rules()[passed.rule];
    Skip {
        rule,
        turn: number,
        span: passed.span,
        source_span: turn.text.to_source(passed.span),
        reason: passed.reason,
    }
}

/// An example that its rule does not live up to.
#[derive(Clone, Debug)]
pub struct ExampleFailure<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// What went wrong.
    pub kind: FailureKind,
}

/// How a rule can fail an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// It should have reported `span` and did not, or reported other words.
    Missed {
        /// The example.
        text: String,
        /// The words to be reported.
        span: String,
        /// What was reported instead.
        found: Vec<String>,
    },
    /// It should have stayed silent.
    Noisy {
        /// The example.
        text: String,
        /// What was reported.
        found: Vec<String>,
    },
}

/// Tries every rule on its own examples, each by itself.
///
/// A flagged example must be flagged by its rule with exactly its span; that
/// another rule claims the same words is no failure. A passing example must pass
/// its own rule.
#[must_use]
pub fn test_examples(ruleset: &Ruleset) -> Vec<ExampleFailure<'_>> {
    let rules = ruleset.rules().iter().enumerate();
    rules
        .flat_map(|(number, rule)| {
            rule.examples
                .iter()
                .filter_map(move |example| test_example(ruleset, number, rule, example))
        })
        .collect()
}

fn test_example<'r>(
    ruleset: &'r Ruleset,
    number: usize,
    rule: &'r Rule,
    example: &Example,
) -> Option<ExampleFailure<'r>> {
    let reported = |text: &str| -> Vec<String> {
        let detected = detect::detect_with(text, ruleset, Some(number));
        detected.hits.iter().map(|hit| text[hit.span.range()].to_owned()).collect()
    };
    let kind = match example {
        Example::Flag { text, span } => {
            let found = reported(text);
            (!found.contains(span)).then(|| FailureKind::Missed {
                text: text.clone(),
                span: span.clone(),
                found,
            })
        }
        Example::Pass { text } => {
            let found = reported(text);
            (!found.is_empty()).then(|| FailureKind::Noisy { text: text.clone(), found })
        }
    };
    kind.map(|kind| ExampleFailure { rule, kind })
}

/// Finds the rewrites of users' packs that would themselves be flagged, as mistakes of
/// their packs. Those of the embedded pack are looked after by its tests.
///
/// # Errors
/// All of them.
pub fn check_rewrites(ruleset: &Ruleset) -> Result<(), Vec<PackError>> {
    let mut errors = Vec::new();
    let users =
        ruleset.rules().iter().enumerate().filter(|&(number, _)| !ruleset.is_embedded(number));
    for (number, rule) in users {
        for (i, rewrite) in rule.rewrites.iter().enumerate() {
            let mut text = rewrite.text.clone();
            for name in captures_in(&rewrite.text) {
                text = text.replace(&format!("{{{name}}}"), "it");
            }
            if let Some(hit) = detect::detect(&text, ruleset).hits.first() {
                let by = &ruleset.rules()[hit.rule].id;
                let message =
                    format!("this rewrite of `{}` would itself be flagged by `{by}`", rule.id);
                let label = format!("because of \"{}\"", &text[hit.span.range()]);
                errors.push(ruleset.rewrite_error(
                    number,
                    i,
                    message,
                    label,
                    "say it in words that own the problem".to_owned(),
                ));
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}
