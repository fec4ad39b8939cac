//! Other words for a hit, fitted to its sentence.
//!
//! The rule says what to say; here it is put into the place: captures filled in,
//! a capital where the sentence begins, no full stop twice.

use crate::detect::Hit;
use crate::finding::Rewrite;
use crate::rules::{RewriteTemplate, Rule, captures_in};
use crate::text::TextSpan;

/// The rewrites of a rule that can be used for a hit, in the rule's order.
pub(crate) fn rewrites(text: &str, rule: &Rule, hit: &Hit) -> Vec<Rewrite> {
    rule.rewrites.iter().filter_map(|template| fit(text, template, hit)).collect()
}

fn fit(text: &str, template: &RewriteTemplate, hit: &Hit) -> Option<Rewrite> {
    let filled = fill(text, &template.text, hit)?;
    let cased = if hit.begins_sentence { capitalized(&filled) } else { uncapitalized(&filled) };
    let span = hit.span;
    let rewritten = at_the_seam(&cased, &text[span.end as usize..]);
    Some(Rewrite { text: rewritten, applicability: template.applicability, span })
}

/// Puts the captures in; nothing if this hit has not got one of them.
fn fill(text: &str, template: &str, hit: &Hit) -> Option<String> {
    let mut filled = template.to_owned();
    for name in captures_in(template) {
        let (_, span) = hit.captures.iter().find(|(n, _)| n == name)?;
        let words: Vec<&str> = captured(text, *span).split_whitespace().collect();
        filled = filled.replace(&format!("{{{name}}}"), &words.join(" "));
    }
    Some(filled)
}

fn captured(text: &str, span: TextSpan) -> &str {
    text[span.range()].trim_matches(|c: char| c == '*' || c == '_')
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Within a sentence a rewrite begins small, unless its first word is always written large.
fn uncapitalized(text: &str) -> String {
    const SMALL: [&str; 22] = [
        "We", "Our", "Let", "The", "This", "That", "It", "Here", "You", "Your", "My", "There",
        "What", "A", "In", "If", "For", "To", "As", "Please", "So", "Thank",
    ];
    let word = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    if SMALL.contains(&word) {
        let mut chars = text.chars();
        return chars
            .next()
            .map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect());
    }
    text.to_owned()
}

/// Drops a full stop that the sentence already has.
fn at_the_seam(rewrite: &str, rest: &str) -> String {
    match rest.chars().next() {
        Some('.' | '!' | '?' | ',' | ';' | ':') => {
            rewrite.strip_suffix('.').unwrap_or(rewrite).to_owned()
        }
        _ => rewrite.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Applicability;

    fn fitted(text: &str, words: &str, template: &str) -> Option<String> {
        let start = text.find(words).expect("the words stand in the text");
        let span = TextSpan::new(start, start + words.len());
        let topic = text.find("refund").map(|i| ("topic".to_owned(), TextSpan::new(i, i + 6)));
        let hit = Hit {
            rule: 0,
            matched: span,
            span,
            captures: topic.into_iter().collect(),
            begins_sentence: start == 0,
        };
        let template =
            RewriteTemplate { text: template.to_owned(), applicability: Applicability::Suggested };
        fit(text, &template, &hit).map(|r| r.text)
    }

    #[test]
    fn captures_capitals_and_full_stops_fit() {
        let template = "Let me see what I can do about the {topic}.";
        let fits = |text: &str, words: &str| fitted(text, words, template);
        assert_eq!(
            fits("I can't refund.", "I can't refund").as_deref(),
            Some("Let me see what I can do about the refund")
        );
        assert_eq!(
            fits("Sorry, I can't refund", "I can't refund").as_deref(),
            Some("let me see what I can do about the refund.")
        );
        assert_eq!(fits("I can't help.", "I can't help"), None);
        assert_eq!(
            fitted("Sorry, no idea", "no idea", "I'll find out").as_deref(),
            Some("I'll find out")
        );
    }
}
