//! Whom a "they" stands for.
//!
//! "They don't tell us" is an offence when nobody was named, or when those named
//! are the company's own people spoken of as strangers. It is none when "they" are
//! customers, products, the customer's bank, or people whom the speaker brought
//! in as "our". The antecedent is looked for as a reader does: backwards through
//! the words of the sentence and of the two before it, the nearest that fits wins
//! (recency, as in Hobbs, "Resolving Pronoun References", 1978, without a parse
//! tree); what cannot decide or tell is passed over when the verb asks for
//! somebody who can. A turn that begins with "they" takes up what the customer said
//! before.

use std::ops::Range;

use super::guards::Candidate;
use super::sentences::Sentences;
use crate::language::Document;
use crate::rules::guide::Guide;

/// How many sentences back an antecedent may stand.
const SENTENCES_BACK: usize = 2;

/// How many sentences back it may stand in what the customer said before.
const SENTENCES_BACK_BEFORE: usize = 4;

/// In whose words an antecedent stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Voice {
    /// In those of the speaker of "they".
    Own,
    /// In those of the customer, whose "my bank" is the customer's, and whose "your driver"
    /// is the company's.
    Customer,
}

/// What an antecedent is to the company.
enum Antecedent {
    /// Its own people, as strangers.
    OwnPeople,
    /// Somebody or something else, or people introduced as "our".
    Other(Range<usize>),
}

/// Why the "they" of a match is not the company's own people, if it isn't.
pub(super) fn stands_for_others(
    candidate: &Candidate,
    sentences: &mut Sentences<'_>,
) -> Option<String> {
    let pronoun = pronoun_in(candidate, sentences)?;
    let animate = names_an_agent(candidate, pronoun, sentences);
    let first = candidate.sentence.saturating_sub(SENTENCES_BACK);
    for sentence in (first..=candidate.sentence).rev() {
        let all = sentences.matcher(sentence).sentence();
        let range = if sentence == candidate.sentence { all.start..pronoun } else { all };
        match antecedent(sentence, range, animate, Voice::Own, sentences) {
            Some(Antecedent::Other(tokens)) => {
                return Some(format!(
                    "\"they\" stands for \"{}\"",
                    sentences.document().slice(tokens)
                ));
            }
            Some(Antecedent::OwnPeople) => return None,
            None => {}
        }
    }
    if first > 0 { None } else { stands_for_others_before(animate, sentences) }
}

/// The same for what the customer said before.
fn stands_for_others_before(animate: bool, sentences: &Sentences<'_>) -> Option<String> {
    let mut before = sentences.neighbours().before()?;
    let last = before.len();
    let nearest =
        (last.saturating_sub(SENTENCES_BACK_BEFORE)..last).rev().find_map(|sentence| {
            let range = before.matcher(sentence).sentence();
            antecedent(sentence, range, animate, Voice::Customer, &mut before)
        })?;
    match nearest {
        Antecedent::Other(tokens) => {
            let words = before.document().slice(tokens);
            Some(format!("\"they\" stands for \"{words}\", which the customer spoke of"))
        }
        Antecedent::OwnPeople => None,
    }
}

fn pronoun_in(candidate: &Candidate, sentences: &mut Sentences<'_>) -> Option<usize> {
    let matcher = sentences.matcher(candidate.sentence);
    let found = matcher.find_guide_in(Guide::TheyWord, candidate.tokens.clone())?;
    Some(found.start)
}

/// Whether what is said of "they" can only be said of people and organisations.
fn names_an_agent(candidate: &Candidate, pronoun: usize, sentences: &mut Sentences<'_>) -> bool {
    let matcher = sentences.matcher(candidate.sentence);
    let next = pronoun + 1..(pronoun + 2).min(matcher.sentence().end);
    matcher.find_guide_in(Guide::OfThings, next).is_none()
}

/// The nearest antecedent in a range of tokens, from right to left.
fn antecedent(
    sentence: usize,
    range: Range<usize>,
    animate: bool,
    voice: Voice,
    sentences: &mut Sentences<'_>,
) -> Option<Antecedent> {
    // Only the company's side introduces somebody by "our colleague Jane".
    let guides = match voice {
        Voice::Own => &[Guide::Introduced, Guide::ThirdParty, Guide::OwnPeople][..],
        Voice::Customer => &[Guide::ThirdParty, Guide::OwnPeople],
    };
    let document = sentences.document();
    let matcher = sentences.matcher(sentence);
    for at in range.clone().rev() {
        for &guide in guides {
            let Some(end) = matcher.guide_ends(guide, at).within(range.end) else { continue };
            let said =
                |token: usize, word: &str| document.surface(token).eq_ignore_ascii_case(word);
            // "our billing team" is ours, wherever the list begins to match.
            let ours = at > range.start && ["our", "my"].iter().any(|word| said(at - 1, word));
            let yours = voice == Voice::Customer
                && (said(at, "your") || at > range.start && said(at - 1, "your"));
            return Some(if yours || guide == Guide::OwnPeople && !ours {
                Antecedent::OwnPeople
            } else {
                Antecedent::Other(at..end)
            });
        }
        if !animate && is_plural_thing(document, at, range.start) {
            return Some(Antecedent::Other(at..at + 1));
        }
    }
    None
}

/// A noun in the plural, by its ending and the determiner before it: "the tablets", "your two orders".
fn is_plural_thing(document: &Document<'_>, at: usize, start: usize) -> bool {
    const DETERMINERS: [&str; 16] = [
        "the", "these", "those", "your", "our", "my", "some", "all", "most", "both", "many", "any",
        "no", "several", "few", "their",
    ];
    const TIMES: [&str; 10] = [
        "days", "weeks", "months", "years", "hours", "minutes", "seconds", "times", "nights",
        "mornings",
    ];
    let surface = document.surface(at).to_lowercase();
    let plural = surface.len() >= 4
        && surface.ends_with('s')
        && !["ss", "us", "is"].iter().any(|e| surface.ends_with(e));
    let determined = (start.max(at.saturating_sub(2))..at).any(|t| {
        let word = document.surface(t).to_lowercase();
        DETERMINERS.contains(&word.as_str()) || word.starts_with(|c: char| c.is_ascii_digit())
    });
    plural && determined && !TIMES.contains(&surface.as_str())
}
