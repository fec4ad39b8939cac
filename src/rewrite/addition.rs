//! Words that a text lacks, joined to the sentence beside which they belong.

use super::spelling::{self, Apostrophes};
use crate::finding::Rewrite;
use crate::rules::Rule;
use crate::text::TextSpan;

/// What a rule would have added at a place, as whole sentences, in the rule's order.
///
/// `beside` is the sentence next to the place, which lies before or after it.
pub(crate) fn additions(
    text: &str,
    rule: &Rule,
    beside: TextSpan,
    place: TextSpan,
) -> Vec<Rewrite> {
    let offers = rule.rewrites.iter().map(|template| {
        let words = Apostrophes::of(text).fit(sentence(&template.text));
        let joined = if place.start < beside.end {
            format!("{words} ")
        } else {
            format!("{}{words}", joint(&text[..place.range().start]))
        };
        Rewrite { text: joined, applicability: template.applicability, span: place, tail: 0 }
    });
    offers.collect()
}

/// The words with a capital at the start and a full stop at the end.
fn sentence(words: &str) -> String {
    let mut sentence = spelling::capitalized(words.trim());
    if !sentence.ends_with(['.', '!', '?', '\u{2026}']) {
        sentence.push('.');
    }
    sentence
}

/// What parts a new sentence from the text before it, which may lack its full stop.
fn joint(before: &str) -> &'static str {
    let last = before.trim_end_matches(['"', '\'', '\u{201D}', '\u{2019}', ')', ']', '*', '_']);
    if last.ends_with(char::is_alphanumeric) { ". " } else { " " }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_sentence_is_parted_from_the_one_before_it() {
        assert_eq!(joint("It works."), " ");
        assert_eq!(joint("(It works.)"), " ");
        assert_eq!(joint("it works"), ". ");
        assert_eq!(joint("**it works**"), ". ");
        assert_eq!(joint("it works 🙂"), " ");
    }

    #[test]
    fn what_is_added_is_a_sentence() {
        assert_eq!(sentence("we will call you on [day]"), "We will call you on [day].");
        assert_eq!(sentence("Is it fixed?"), "Is it fixed?");
    }
}
