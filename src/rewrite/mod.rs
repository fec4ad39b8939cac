//! Other words for a hit, fitted to its sentence.
//!
//! The rule says what to say instead, and instead of what: the very words ([`words`]), the whole
//! clause with its seams ([`clause`]), or one remembered part, with which the rest is made to
//! agree ([`owner`]). Which rewrite is taken, and whether, is not decided here.

mod addition;
mod clause;
mod fill;
mod owner;
mod sentence;
mod spelling;

use crate::detect::{Hit, detect_by_phrases};
use crate::finding::Rewrite;
use crate::rules::{InsteadOf, RewriteTemplate, Ruleset};
use crate::text::TextSpan;

use sentence::Sentence;

pub(crate) use addition::additions;
pub(crate) use spelling::Apostrophes;

/// The most rewrites that are offered for one finding.
const MOST: usize = 3;

/// What to write where.
struct Fitted {
    /// What is replaced.
    span: TextSpan,
    /// The new words, with what joins them to those before.
    words: String,
    /// What joins them to those that follow.
    tail: String,
}

impl Fitted {
    /// New words that fit as they are.
    fn new(span: TextSpan, words: String) -> Self {
        Self { span, words, tail: String::new() }
    }
}

/// The rewrites of a hit's rule that can be used for it, in the rule's order.
///
/// Words that a pack gives are clean, as its tests see to. What is made of the sentence's own
/// words is looked at once more, and not offered if a rule would find it again.
pub(crate) fn rewrites(
    text: &str,
    apostrophes: Apostrophes,
    ruleset: &Ruleset,
    hit: &Hit,
) -> Vec<Rewrite> {
    let sentence = Sentence::new(text, hit.sentence.cover(hit.span));
    let mut rewrites: Vec<Rewrite> = Vec::new();
    for template in &ruleset.rules()[hit.rule].rewrites {
        let Some(Fitted { span, words, tail }) = fit(&sentence, template, hit) else { continue };
        let [words, tail] = [words, tail].map(|it| apostrophes.fit(it));
        let rewrite = Rewrite {
            tail: tail.len(),
            text: words + &tail,
            applicability: template.applicability,
            span,
        };
        let is_new = text[span.range()] != rewrite.text
            && rewrites.iter().all(|known| known.text != rewrite.text);
        if is_new && !(repeats(template) && deflects(text, hit, &rewrite, ruleset)) {
            rewrites.push(rewrite);
        }
        if rewrites.len() == MOST {
            break;
        }
    }
    rewrites
}

/// Whether a template takes up words of the sentence.
fn repeats(template: &RewriteTemplate) -> bool {
    template.text.contains('{') || matches!(template.instead_of, InsteadOf::Captures(_))
}

/// Whether the sentence would have a deflection after a rewrite that it did not have before.
fn deflects(text: &str, hit: &Hit, rewrite: &Rewrite, ruleset: &Ruleset) -> bool {
    let stretch = hit.sentence.cover(hit.span).cover(rewrite.span).range();
    let before = text[stretch.clone()].to_lowercase();
    let [first, last] =
        [stretch.start..rewrite.span.range().start, rewrite.span.range().end..stretch.end];
    let after = format!("{}{}{}", &text[first], rewrite.text, &text[last]);
    let hits = detect_by_phrases(&after, ruleset).hits;
    hits.iter().any(|hit| !before.contains(&after[hit.span.range()].to_lowercase()))
}

/// What to write where; nothing if the template does not fit this hit.
fn fit(sentence: &Sentence<'_>, template: &RewriteTemplate, hit: &Hit) -> Option<Fitted> {
    let filled = fill::fill(sentence, &template.text, hit)?;
    match &template.instead_of {
        InsteadOf::Words => Some(Fitted::new(hit.span, words(sentence, hit.span, &filled))),
        InsteadOf::Clause => Some(clause::fit(sentence, hit.span, &filled)),
        InsteadOf::Captures(names) => {
            let captured = |name: &String| hit.captures.iter().find(|(known, _)| known == name);
            let (_, part) = names.iter().find_map(captured)?;
            let swaps = filled.contains(' ');
            if swaps && leans_on_the_subject(sentence, hit.span) {
                return None;
            }
            owner::fit(sentence, *part, hit.span, &filled)
        }
    }
}

/// Whether what follows the finding goes on about its subject: "Your form was lost and will be
/// sent again". It could not once "we" is the subject.
fn leans_on_the_subject(sentence: &Sentence<'_>, finding: TextSpan) -> bool {
    const VERBS: [&str; 21] = [
        "was", "were", "is", "are", "has", "have", "had", "will", "would", "can", "could", "may",
        "might", "should", "shall", "must", "got", "never", "not", "then", "only",
    ];
    let behind = sentence.word_behind(finding.end);
    matches!(sentence.lower(behind), "and" | "but" | "or")
        && VERBS.contains(&sentence.lower(behind + 1))
}

/// Words in the place of words: only the first letter may have to change.
fn words(sentence: &Sentence<'_>, span: TextSpan, filled: &str) -> String {
    if sentence.begins_large(span) {
        spelling::capitalized(filled)
    } else {
        spelling::uncapitalized(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Applicability;

    fn fitted(text: &str, words: &str, template: &str, instead_of: InsteadOf) -> String {
        let start = text.find(words).expect("the words stand in the text");
        let span = TextSpan::new(start, start + words.len());
        let capture = |name: &str, words: &str| {
            text.find(words).map(|i| (name.to_owned(), TextSpan::new(i, i + words.len())))
        };
        let captures = [
            capture("topic", "refund"),
            capture("who", "head office"),
            capture("who", "They"),
            capture("who", "THEY"),
            capture("who", "they"),
            capture("who", "the warehouse"),
            capture("what", "Your order"),
            capture("whole", "Your order was lost"),
        ];
        let hit = Hit {
            rule: 0,
            matched: span,
            span,
            sentence: TextSpan::new(0, text.trim_end_matches(['.', '?', '!']).len()),
            captures: captures.into_iter().flatten().collect(),
            opinion: None,
        };
        let applicability = Applicability::Suggested;
        let template = RewriteTemplate { text: template.to_owned(), applicability, instead_of };
        let sentence = Sentence::new(text, hit.sentence);
        let Some(Fitted { span, words, tail }) = fit(&sentence, &template, &hit) else {
            return "nothing".into();
        };
        format!("{}{words}{tail}{}", &text[..span.range().start], &text[span.range().end..])
    }

    fn clause(text: &str, words: &str, template: &str) -> String {
        fitted(text, words, template, InsteadOf::Clause)
    }

    fn own(text: &str) -> String {
        let words = text.trim_end_matches('.');
        fitted(text, words, "we", InsteadOf::Captures(vec!["who".to_owned()]))
    }

    #[test]
    fn captures_fit() {
        let template = "let me see what I can do about the {topic}";
        assert_eq!(
            clause("I can't give a refund.", "I can't give", template),
            "Let me see what I can do about the refund."
        );
        assert_eq!(clause("I can't help.", "I can't help", template), "nothing");
    }

    #[test]
    fn a_passive_is_turned_about_where_nothing_leans_on_its_subject() {
        let turned = |text: &str| {
            let whole = InsteadOf::Captures(vec!["whole".to_owned()]);
            fitted(text, "Your order was lost", "we lost {what}", whole)
        };
        assert_eq!(turned("Your order was lost in May."), "We lost your order in May.");
        assert_eq!(turned("Your order was lost and will be sent again."), "nothing");
        assert_eq!(
            turned("Your order was lost and we'll send it again."),
            "We lost your order and we'll send it again."
        );
    }

    #[test]
    fn apologies_and_conjunctions_stay_grammatical() {
        let help = |text: &str, words: &str| clause(text, words, "let me find out");
        for (text, expected) in [
            ("Sorry, but I don't know.", "Sorry about that. Let me find out."),
            ("I'm sorry, but I don't know.", "I'm sorry about that. Let me find out."),
            ("We apologise, but I don't know.", "We apologise for that. Let me find out."),
            ("Sorry for the wait, but I don't know.", "Sorry for the wait. Let me find out."),
            ("Sorry, I don't know.", "Sorry about that. Let me find out."),
            ("I'm afraid I don't know.", "Let me find out."),
            ("Unfortunately, I don't know.", "Let me find out."),
            ("Hi Sam, I don't know.", "Hi Sam, let me find out."),
            ("But I don't know.", "Let me find out."),
            ("I understand, but I don't know.", "I understand, so let me find out."),
            ("We can't say because I don't know.", "We can't say. Let me find out."),
            ("I have to say that I don't know.", "Let me find out."),
            ("As I don't know, you have to wait.", "Let me find out. You have to wait."),
        ] {
            assert_eq!(help(text, "I don't know"), expected);
        }
    }

    #[test]
    fn what_follows_stays_grammatical() {
        let help = |text: &str, words: &str| clause(text, words, "let me find out");
        for (text, expected) in [
            ("I don't know about that one.", "Let me find out."),
            ("I don't know, so you have to wait.", "Let me find out. You have to wait."),
            ("I don't know and you have to wait.", "Let me find out and you have to wait."),
            ("I don't know and need to ask.", "Let me find out and I need to ask."),
            ("I don't know and can't ask.", "Let me find out."),
            ("I don't know, which is a shame.", "Let me find out."),
            ("I don't know, I'm afraid.", "Let me find out."),
            ("I don't know because nobody told me.", "Let me find out."),
            ("I don't know, you have to wait.", "Let me find out. You have to wait."),
            ("I don't know?", "Let me find out."),
            ("i don't know", "let me find out"),
        ] {
            assert_eq!(
                help(text, if text.starts_with('i') { "i don't know" } else { "I don't know" }),
                expected
            );
        }
    }

    #[test]
    fn the_verb_agrees_with_its_owner() {
        for (text, expected) in [
            ("They've changed their terms.", "We've changed our terms."),
            ("I think head office has decided that.", "I think we have decided that."),
            ("Now head office sets its prices.", "Now we set our prices."),
            ("Now head office sets the prices.", "Now we set our prices."),
            ("THEY CHANGED IT.", "WE CHANGED IT."),
            ("Then head office's changed it.", "Then we've changed it."),
            ("Well, the warehouse never shipped it.", "Well, we never shipped it."),
            (
                "I see the warehouse doesn't ship and isn't open.",
                "I see we don't ship and aren't open.",
            ),
            ("They don't tell me.", "nothing"),
            (
                "They closed it, and they did it themselves.",
                "We closed it, and we did it ourselves.",
            ),
        ] {
            assert_eq!(own(text), expected);
        }
    }
}
