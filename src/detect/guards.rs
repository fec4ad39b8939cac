//! Guards: reasons why a match is no deflection after all.
//!
//! Each guard is a small function that returns its reason, so that a user can be
//! told why something was *not* flagged. What the guards go by (frames, owned
//! steps, antecedents) are word lists of the embedded pack, `rules/guards.toml`.

use std::ops::Range;

use super::referent;
use super::sentences::Sentences;
use crate::language::{Break, Document, MaskKind, WordId};
use crate::rules::guide::Guide;
use crate::rules::{Condition, Conditions, Guards, Place};
use crate::text::TextSpan;

/// How many words may stand between a frame and the words that it governs.
const REACH: usize = 5;

/// How many sentences of the speaker's next turn may redeem this one.
const SENTENCES_ON: usize = 3;

/// Words before a step that make it a wish, a limit or a refusal: "if I can", "nothing more I
/// can add", "won't let me change it".
const SUPPOSES: [&str; 13] = [
    "if", "much", "more", "anything", "nothing", "deal", "all", "else", "wish", "not", "n't",
    "never", "cannot",
];

/// A match in its place.
pub(super) struct Candidate {
    /// Index of the sentence.
    pub(super) sentence: usize,
    /// The matched tokens.
    pub(super) tokens: Range<usize>,
    /// The matched text.
    pub(super) span: TextSpan,
}

/// Why a candidate is to be let pass, if it is. Cheap guards come first.
pub(super) fn reason_to_pass(
    candidate: &Candidate,
    guards: Guards,
    sentences: &mut Sentences<'_>,
) -> Option<String> {
    let c = candidate;
    let on = |switch: bool,
              guard: fn(&Candidate, &mut Sentences<'_>) -> Option<String>,
              s: &mut Sentences<'_>| if switch { guard(c, s) } else { None };
    on(guards.quoted, quoted, sentences)
        .or_else(|| on(guards.code, in_code, sentences))
        .or_else(|| on(guards.negated, negated, sentences))
        .or_else(|| on(guards.asked, asked, sentences))
        .or_else(|| on(guards.hypothetical, hypothetical, sentences))
        .or_else(|| on(guards.reasoned, reasoned, sentences))
        .or_else(|| on(guards.linked, linked, sentences))
        .or_else(|| on(guards.referent, referent::stands_for_others, sentences))
        .or_else(|| on(guards.redeemed, redeemed, sentences))
}

/// What the rule's own `unless` and `when` say.
pub(super) fn conditions<'c>(
    candidate: &Candidate,
    unless: &'c Conditions,
    when: &'c Conditions,
    sentences: &mut Sentences<'_>,
) -> Option<String> {
    let holding = |(place, all): (Place, &'c [Condition]), sentences: &mut Sentences<'_>| {
        all.iter().find(|c| holds(candidate, c, place, sentences))
    };
    if let Some(condition) = unless.by_place().into_iter().find_map(|it| holding(it, sentences)) {
        return Some(format!("the rule makes an exception for \"{}\"", condition.written));
    }
    let mut asked = when.by_place().into_iter().filter(|(_, all)| !all.is_empty());
    let missing = asked.any(|it| holding(it, sentences).is_none());
    missing.then(|| "what the rule asks for around it is missing".to_owned())
}

fn holds(
    candidate: &Candidate,
    condition: &Condition,
    place: Place,
    sentences: &mut Sentences<'_>,
) -> bool {
    let here = candidate.sentence;
    let number = condition.program;
    let tokens = &candidate.tokens;
    match place {
        Place::Before | Place::After if !sentences.may_hold(here, number) => false,
        Place::Before => {
            let program = sentences.tables().other(number);
            let mut found = sentences.matcher(here).find_all(&program).into_iter();
            found.any(|it| it.tokens.end <= tokens.start)
        }
        Place::After => {
            let program = sentences.tables().other(number);
            sentences.matcher(here).find(&program, tokens.end).is_some()
        }
        Place::Sentence => sentences.has(here, number),
        Place::Next => (here + 1..sentences.len().min(here + 3)).any(|s| sentences.has(s, number)),
        Place::Message => sentences.anywhere(number),
    }
}

/// The words are somebody else's: between quotation marks, or on a quoted line.
fn quoted(candidate: &Candidate, sentences: &mut Sentences<'_>) -> Option<String> {
    let document = sentences.document();
    let mask = document.quotation_around(candidate.span)?;
    // A draft that somebody put between quotation marks as a whole is still the draft.
    let whole = document.text.trim().len() <= mask.span.len();
    match mask.kind {
        MaskKind::QuotedLine => Some("it stands in a quoted line".to_owned()),
        _ if whole => None,
        _ => Some("it is quoted".to_owned()),
    }
}

/// The words are code or part of an address.
fn in_code(candidate: &Candidate, sentences: &mut Sentences<'_>) -> Option<String> {
    let document = sentences.document();
    let code = document.code_around(candidate.span);
    code.map(|_| "it is code or an address".to_owned())
}

/// "I won't tell you that it's not my job."
fn negated(candidate: &Candidate, sentences: &mut Sentences<'_>) -> Option<String> {
    let frame = frame_before(Guide::DenialFrame, candidate, sentences, REACH)?;
    Some(format!("it is denied by \"{frame}\""))
}

/// "Did the driver leave it with a neighbour?" asks, it doesn't accuse.
fn asked(candidate: &Candidate, sentences: &mut Sentences<'_>) -> Option<String> {
    let document = sentences.document();
    let sentence = &document.sentences[candidate.sentence];
    if !sentence.question {
        return None;
    }
    let from = sentence.tokens.start;
    let begins = |&at: &usize| at == from || document.tokens[at].before > Break::None;
    let clause = (from..=candidate.tokens.start).rev().find(begins)?;
    let asks = !sentences.matcher(candidate.sentence).guide_ends(Guide::Asks, clause).is_empty();
    asks.then(|| "it is a question".to_owned())
}

/// "If there is nothing I can do, I'll tell you."
fn hypothetical(candidate: &Candidate, sentences: &mut Sentences<'_>) -> Option<String> {
    let frame = frame_before(Guide::SupposingFrame, candidate, sentences, 2)?;
    Some(format!("it is only supposed after \"{frame}\""))
}

/// An entry of a guide that ends at most `reach` words before the match, with no break between.
fn frame_before<'t>(
    frames: Guide,
    candidate: &Candidate,
    sentences: &mut Sentences<'t>,
    reach: usize,
) -> Option<&'t str> {
    let document = sentences.document();
    let matcher = sentences.matcher(candidate.sentence);
    let start = candidate.tokens.start;
    let from = matcher.sentence().start.max(start.saturating_sub(reach + 6));
    for at in from..start {
        let Some(end) = matcher.guide_ends(frames, at).within(start) else { continue };
        let broken = (end..=start.min(document.tokens.len() - 1))
            .any(|t| document.tokens[t].before > Break::None);
        if start - end <= reach && !broken {
            return Some(document.slice(at..end));
        }
    }
    None
}

/// A rule that is given with its reason is explained, not hidden behind.
fn reasoned(candidate: &Candidate, sentences: &mut Sentences<'_>) -> Option<String> {
    let document = sentences.document();
    let matcher = sentences.matcher(candidate.sentence);
    let sentence = matcher.sentence();
    let after = candidate.tokens.end..sentence.end;
    let before = sentence.start..candidate.tokens.start;
    let inside = matcher
        .find_guide_in(Guide::Reason, after)
        .or_else(|| matcher.find_guide_in(Guide::Reason, before));
    let found = inside.or_else(|| {
        let next = candidate.sentence + 1;
        if next >= sentences.len() {
            return None;
        }
        let matcher = sentences.matcher(next);
        let start = matcher.sentence().start;
        matcher.find_guide_in(Guide::Reason, start..start + 1)
    })?;
    Some(format!("a reason is given: \"{}\"", document.slice(found)))
}

/// The way is not only pointed out but opened: a link, an address or a number
/// to call stands in the same sentence or in the next.
fn linked(candidate: &Candidate, sentences: &mut Sentences<'_>) -> Option<String> {
    let document = sentences.document();
    let last = (candidate.sentence + 1).min(sentences.len() - 1);
    let reach = TextSpan { start: candidate.span.start, end: document.sentences[last].span.end };
    let is_address = |span: TextSpan| {
        !document.text[span.range()].starts_with('@')
            && ["://", "www.", "@"].iter().any(|mark| document.text[span.range()].contains(mark))
    };
    let first = document.code.partition_point(|mask| mask.span.start < reach.start);
    let code = document.code[first..].iter().map(|mask| mask.span);
    let address = code
        .take_while(|span| span.start < reach.end)
        .find(|&span| reach.contains(span) && is_address(span));
    let sentences = &document.sentences[candidate.sentence..=last];
    let tokens = sentences.iter().flat_map(|sentence| sentence.tokens.clone());
    let found = address.or_else(|| telephone_number(document, tokens, reach))?;
    Some(format!("the way there comes with it: {}", &document.text[found.range()]))
}

/// A run of numbers with at least seven digits, of the tokens within reach.
fn telephone_number(
    document: &Document<'_>,
    tokens: impl Iterator<Item = usize>,
    reach: TextSpan,
) -> Option<TextSpan> {
    const FEWEST_DIGITS: usize = 7;
    let tokens = tokens.map(|token| &document.tokens[token]).filter(|it| reach.contains(it.span));
    let mut run: Option<TextSpan> = None;
    for token in tokens {
        if token.word != WordId::NUMBER {
            run = None;
            continue;
        }
        let all = run.map_or(token.span, |span| span.cover(token.span));
        if document.text[all.range()].bytes().filter(u8::is_ascii_digit).count() >= FEWEST_DIGITS {
            return Some(all);
        }
        run = Some(all);
    }
    None
}

/// An owned next step follows in the same message, or in what the speaker says next.
fn redeemed(candidate: &Candidate, sentences: &mut Sentences<'_>) -> Option<String> {
    let rest = candidate.tokens.end..sentences.matcher(candidate.sentence).sentence().end;
    let found = owned_step(candidate.sentence, rest, sentences)
        .or_else(|| owned_step_in(candidate.sentence + 1..sentences.len(), sentences));
    let Some(found) = found else { return redeemed_after(sentences) };
    Some(format!("an owned next step follows: \"{}\"", sentences.document().slice(found)))
}

/// An owned next step stands at the beginning of the speaker's next turn.
fn redeemed_after(sentences: &Sentences<'_>) -> Option<String> {
    let mut after = sentences.neighbours().after()?;
    let found = owned_step_in(0..after.len().min(SENTENCES_ON), &mut after)?;
    let step = after.document().slice(found);
    Some(format!("an owned next step follows in the next turn: \"{step}\""))
}

fn owned_step_in(among: Range<usize>, sentences: &mut Sentences<'_>) -> Option<Range<usize>> {
    among.into_iter().find_map(|sentence| {
        let all = sentences.matcher(sentence).sentence();
        sentences.step(sentence, |sentences| owned_step(sentence, all, sentences))
    })
}

/// The first step in a range of tokens that somebody takes on, empty promises left out.
fn owned_step(
    sentence: usize,
    range: Range<usize>,
    sentences: &mut Sentences<'_>,
) -> Option<Range<usize>> {
    let document = sentences.document();
    if document.sentences[sentence].question
        && !document.slice(range.clone()).to_lowercase().contains("let me")
    {
        return None;
    }
    let matcher = sentences.matcher(sentence);
    range.into_iter().find_map(|at| {
        let end = matcher.guide_ends(Guide::OwnedStep, at).farthest()?;
        let holds = (at == 0 || !supposes(document, at - 1))
            && document.quotation_around(document.span(at..end)).is_none()
            && matcher.guide_ends(Guide::HollowStep, at).is_empty();
        holds.then_some(at..end)
    })
}

fn supposes(document: &Document<'_>, token: usize) -> bool {
    let surface = document.surface(token);
    SUPPOSES.iter().any(|word| surface.eq_ignore_ascii_case(word))
        || document.tokens[token].glued && surface.ends_with('t')
}
