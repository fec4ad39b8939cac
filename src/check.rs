//! The whole pipeline, without any input or output: a source in, a report out.

use std::sync::Arc;

use crate::detect::{self, Context, Hit, Lack, Passed};
use crate::finding::{Finding, Skip};
use crate::formats::{self, Format, InputFormat, Mapping};
use crate::report::{PlacedTurn, Report};
use crate::rewrite::{self, Apostrophes};
use crate::roles::{self, RoleHints};
use crate::rules::{Example, PackError, Rule, Ruleset, captures_in};
use crate::source::{Problem, Source};
use crate::suppression::suppress;
use crate::turn::{Conversation, Role, Turn};

/// How to check.
#[derive(Clone, Debug)]
pub struct Options {
    /// How to read the source.
    pub input_format: InputFormat,
    /// How to read JSON or a table of a shape that no format knows; it counts for more than
    /// `input_format`.
    pub mapping: Option<Mapping>,
    /// Whose turns are checked. Turns of an unknown speaker are, whatever stands here, if
    /// the source tells nobody's role.
    pub roles: Vec<Role>,
    /// Who is who, beyond what the source tells.
    pub hints: RoleHints,
    /// Whether to report what the guards let pass.
    pub explain_skips: bool,
}

impl Options {
    /// As a plain draft, whatever it looks like.
    #[must_use]
    pub fn draft() -> Self {
        Self { input_format: "text".parse().unwrap_or_default(), ..Self::default() }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            input_format: InputFormat::Auto,
            mapping: None,
            roles: vec![Role::Agent, Role::Bot],
            hints: RoleHints::default(),
            explain_skips: false,
        }
    }
}

/// Checks one source.
#[must_use]
pub fn check<'r>(source: Source, options: &Options, ruleset: &'r Ruleset) -> Report<'r> {
    let understood = understand(&source, options);
    judge(source, understood, options, ruleset)
}

/// Checks what was understood of a source.
#[must_use]
pub fn judge<'r>(
    source: Source,
    understood: Understood,
    options: &Options,
    ruleset: &'r Ruleset,
) -> Report<'r> {
    let Understood { format, turns, mut problems } = understood;
    let mut findings = Vec::new();
    let mut skips = Vec::new();
    for (number, placed) in turns.iter().enumerate().filter(|(_, placed)| placed.checked) {
        let turn = &placed.turn;
        let detected = detect::detect(turn.text.as_str(), context(&turns, number), ruleset);
        let apostrophes = Apostrophes::of(turn.text.as_str());
        let hits = detected.hits.iter();
        findings.extend(hits.map(|hit| finding(ruleset, number, turn, apostrophes, hit)));
        if options.explain_skips {
            let passed = detected.passed.into_iter();
            skips.extend(passed.map(|passed| skip(ruleset, number, turn, passed)));
        }
    }
    let lacking = lacking(&turns, ruleset);
    if !lacking.is_empty() {
        findings.extend(lacking);
        findings.sort_by_key(|finding| (finding.turn, finding.span));
    }
    let mut suppressed = Vec::new();
    if formats::is_draft(format) {
        let (silenced, useless) = suppress(&source, ruleset, &mut findings);
        suppressed = silenced;
        problems.extend(useless);
    }
    Report { source, turns, findings, suppressed, known: Vec::new(), skips, problems }
}

/// What a check goes by: who says what, and what of it is checked.
#[derive(Debug)]
pub struct Understood {
    /// The format that the source was read as.
    pub format: &'static Format,
    /// All conversations, one after the other.
    pub turns: Vec<PlacedTurn>,
    /// What could not be read, or told.
    pub problems: Vec<Problem>,
}

/// Reads one source as [`check`] does, and does no more.
#[must_use]
pub fn understand(source: &Source, options: &Options) -> Understood {
    let formats::Understood { format, mut conversations, mut problems, .. } =
        read(source, options).0;
    roles::resolve(&mut conversations, &options.hints);
    problems.extend(roles::doubt(&conversations, &options.hints, &options.roles));
    let told = roles::are_told(&conversations);
    Understood { format, turns: placed(conversations, &options.roles, told), problems }
}

/// Reads one source as [`understand`] does, whatever its name, if it is one JSON document.
#[must_use]
pub fn understand_record(source: &Source, options: &Options) -> Understood {
    let read = match (&options.mapping, options.input_format) {
        (Some(mapping), _) => formats::read_mapped(source, mapping),
        (None, InputFormat::Auto) => formats::read_record(source),
        (None, forced) => formats::read(source, forced),
    };
    let formats::Understood { format, mut conversations, problems, .. } = read;
    roles::resolve(&mut conversations, &options.hints);
    let told = roles::are_told(&conversations);
    Understood { format, turns: placed(conversations, &options.roles, told), problems }
}

/// What the beginning of a large source settles for all of it, so that it can be read and
/// checked in pieces.
#[derive(Clone, Debug)]
pub struct Opening {
    opening: formats::Opening,
    /// Whether the side of anybody is known.
    told: bool,
}

impl Opening {
    /// What a source settles that begins in this way; nothing if it is to be read as a whole.
    #[must_use]
    pub fn of(start: &Source, options: &Options) -> Option<Self> {
        let (mut understood, mapping) = read(start, options);
        let opening = formats::Opening::of(start, &understood, mapping)?;
        roles::resolve(&mut understood.conversations, &options.hints);
        Some(Self { opening, told: roles::are_told(&understood.conversations) })
    }

    /// Where it may be cut.
    #[must_use]
    pub fn cuts(&self) -> &formats::Opening {
        &self.opening
    }

    /// Reads one piece as [`understand`] does a whole source. Doubts about who is who are told
    /// of the first alone.
    #[must_use]
    pub fn understand(&self, piece: &Source, options: &Options) -> Understood {
        let formats::Understood { format, mut conversations, mut problems, .. } =
            self.opening.read(piece);
        roles::resolve(&mut conversations, &options.hints);
        if !piece.is_continuation() {
            problems.extend(roles::doubt(&conversations, &options.hints, &options.roles));
        }
        Understood { format, turns: placed(conversations, &options.roles, self.told), problems }
    }
}

/// Reads a source, and tells whether that took the mapping.
fn read<'o>(source: &Source, options: &'o Options) -> (formats::Understood, Option<&'o Mapping>) {
    match &options.mapping {
        Some(mapping) if is_table(source, options.input_format) => {
            (formats::read_mapped_table(source, mapping), Some(mapping))
        }
        Some(mapping) if is_json(source) => (formats::read_mapped(source, mapping), Some(mapping)),
        _ => (formats::read(source, options.input_format), None),
    }
}

/// Whether a mapping speaks of this source: JSON by its name, or what is piped in.
fn is_json(source: &Source) -> bool {
    source.name() == "<stdin>" || has_ending(source, &[".json", ".jsonl", ".ndjson"])
}

/// Whether a mapping speaks of the columns of this source: a table by its name, or as asked for.
fn is_table(source: &Source, format: InputFormat) -> bool {
    matches!(format, InputFormat::Forced(format) if format.name == "csv")
        || has_ending(source, &[".csv", ".tsv", ".tab", ".psv"])
}

/// Whether a name has one of these endings, before that of a compressed file.
fn has_ending(source: &Source, endings: &[&str]) -> bool {
    let name = source.name().to_ascii_lowercase();
    let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
    endings.iter().any(|ending| name.ends_with(ending))
}

/// Numbers the turns and chooses those to be checked.
fn placed(conversations: Vec<Conversation>, roles: &[Role], told: bool) -> Vec<PlacedTurn> {
    let turns = conversations.iter().map(|conversation| conversation.turns.len()).sum();
    let mut placed = Vec::with_capacity(turns);
    for Conversation { id, channel, turns } in conversations {
        let id: Option<Arc<str>> = id.map(Arc::from);
        let channel: Option<Arc<str>> = channel.map(Arc::from);
        for (number, turn) in turns.into_iter().enumerate() {
            placed.push(PlacedTurn {
                conversation: id.clone(),
                channel: channel.clone(),
                number: number + 1,
                checked: roles.contains(&turn.role) || !told && turn.role == Role::Unknown,
                turn,
            });
        }
    }
    placed
}

/// The turns that the guards may look at: what the other side said before, and what the
/// speaker says next.
fn context(turns: &[PlacedTurn], number: usize) -> Context<'_> {
    let here = &turns[number];
    let before = nearby(here, turns[..number].iter().rev());
    let after = nearby(here, &turns[number + 1..]);
    Context {
        before: first_text(before, |near| is_other_side(&here.turn, near)),
        after: first_text(after, |near| is_same_speaker(&here.turn, near)),
    }
}

/// The next two of the turns that belong to the same conversation and that everybody sees.
fn nearby<'t>(
    here: &PlacedTurn,
    turns: impl IntoIterator<Item = &'t PlacedTurn>,
) -> impl Iterator<Item = &'t Turn> {
    // Numbers start again in every conversation.
    let in_conversation =
        move |&(near, away): &(&PlacedTurn, usize)| near.number.abs_diff(here.number) == away;
    let is_seen = |turn: &&Turn| !matches!(turn.role, Role::Note | Role::System);
    let turns = turns.into_iter().zip(1..).take_while(in_conversation);
    turns.map(|(near, _)| &near.turn).filter(is_seen).take(2)
}

fn first_text<'t>(
    mut turns: impl Iterator<Item = &'t Turn>,
    fits: impl Fn(&Turn) -> bool,
) -> Option<&'t str> {
    turns.find(|turn| fits(turn)).map(|turn| turn.text.as_str())
}

fn is_same_speaker(a: &Turn, b: &Turn) -> bool {
    a.role == b.role && a.speaker == b.speaker
}

/// Whether one is a customer and the other is none; of people of unknown roles, whether they
/// are two.
fn is_other_side(a: &Turn, b: &Turn) -> bool {
    match (a.role, b.role) {
        (Role::Unknown, Role::Unknown) => a.speaker != b.speaker,
        (Role::Customer, other) | (other, Role::Customer) => other != Role::Customer,
        _ => false,
    }
}

fn finding<'r>(
    ruleset: &'r Ruleset,
    number: usize,
    turn: &Turn,
    apostrophes: Apostrophes,
    hit: &Hit,
) -> Finding<'r> {
    let rule = &ruleset.rules()[hit.rule];
    Finding {
        rule,
        turn: number,
        span: hit.span,
        source_span: turn.text.to_source(hit.span),
        rewrites: rewrite::rewrites(turn.text.as_str(), apostrophes, ruleset, hit),
        opinion: hit.opinion.clone(),
        fingerprint: None,
    }
}

/// What the checked side of each conversation leaves unsaid.
fn lacking<'r>(turns: &[PlacedTurn], ruleset: &'r Ruleset) -> Vec<Finding<'r>> {
    let mut findings = Vec::new();
    if !ruleset.misses_words() {
        return findings;
    }
    let mut first = 0;
    // Numbers start again in every conversation.
    for conversation in turns.chunk_by(|_, next| next.number > 1) {
        let checked = (first..first + conversation.len()).filter(|&turn| turns[turn].checked);
        let checked: Vec<usize> = checked.collect();
        let texts: Vec<&str> = checked.iter().map(|&it| turns[it].turn.text.as_str()).collect();
        let lacks = detect::missing(&texts, ruleset, None);
        findings.extend(lacks.iter().map(|lack| {
            let number = checked[lack.text];
            unsaid(ruleset, number, &turns[number].turn, lack)
        }));
        first += conversation.len();
    }
    findings
}

fn unsaid<'r>(ruleset: &'r Ruleset, number: usize, turn: &Turn, lack: &Lack) -> Finding<'r> {
    let rule = &ruleset.rules()[lack.rule];
    Finding {
        rule,
        turn: number,
        span: lack.span,
        source_span: turn.text.to_source(lack.span),
        rewrites: rewrite::additions(turn.text.as_str(), rule, lack.span, lack.place),
        opinion: None,
        fingerprint: None,
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
        let hits = detect::detect_with(text, Context::default(), ruleset, Some(number)).hits;
        let lacks = detect::missing(&[text], ruleset, Some(number));
        let spans = hits.iter().map(|hit| hit.span).chain(lacks.iter().map(|lack| lack.span));
        spans.map(|span| text[span.range()].to_owned()).collect()
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
/// their packs.
///
/// # Errors
/// All of them.
pub fn check_rewrites(ruleset: &Ruleset) -> Result<(), Vec<PackError>> {
    let rules = 0..ruleset.rules().len();
    flagged_rewrites(ruleset, rules.filter(|&number| !ruleset.is_embedded(number)))
}

/// As [`check_rewrites`], the embedded pack's own included.
///
/// # Errors
/// All of them.
pub fn check_rewrites_of_all(ruleset: &Ruleset) -> Result<(), Vec<PackError>> {
    flagged_rewrites(ruleset, 0..ruleset.rules().len())
}

fn flagged_rewrites(
    ruleset: &Ruleset,
    rules: impl Iterator<Item = usize>,
) -> Result<(), Vec<PackError>> {
    let mut errors = Vec::new();
    for number in rules {
        for rewrite in 0..ruleset.rules()[number].rewrites.len() {
            errors.extend(flagged_rewrite(ruleset, number, rewrite));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn flagged_rewrite(ruleset: &Ruleset, number: usize, rewrite: usize) -> Option<PackError> {
    let rule = &ruleset.rules()[number];
    let template = &rule.rewrites[rewrite].text;
    let mut text = template.clone();
    for (name, form) in captures_in(template) {
        let written = form.map_or_else(|| name.to_owned(), |form| format!("{name}:{form}"));
        text = text.replace(&format!("{{{written}}}"), "it");
    }
    if !rule.missing.is_empty() && !detect::has(&text, ruleset, number) {
        let message = format!("this rewrite of `{}` has nothing of what the rule misses", rule.id);
        let label = "none of the phrases of `missing` stands in it".to_owned();
        let help = "say one of them, or add what it says to `missing`".to_owned();
        return Some(ruleset.rewrite_error(number, rewrite, message, label, help));
    }
    let detected = detect::detect_by_phrases(&text, ruleset);
    let hit = detected.hits.first()?;
    let by = &ruleset.rules()[hit.rule].id;
    let message = format!("this rewrite of `{}` would itself be flagged by `{by}`", rule.id);
    let label = format!("because of \"{}\"", &text[hit.span.range()]);
    let help = "say it in words that own the problem".to_owned();
    Some(ruleset.rewrite_error(number, rewrite, message, label, help))
}
