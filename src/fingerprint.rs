//! What a finding is known by from run to run, though the text around it is edited.
//!
//! A fingerprint is made of the rule, of what was said and of the conversation it was said in.
//! Line numbers, folders and the place in the file have no part in it, so a finding keeps its
//! fingerprint when lines are put before it, when it moves within its conversation, and on
//! another machine.
//!
//! - *What was said* is the sentence that holds the finding and the words that were found.
//!   White space, capital letters and the kind of quotation marks and apostrophes make no
//!   difference. For what a message lacks it is nothing, since any sentence may be edited
//!   without making up for the lack.
//! - *The conversation* is what the source calls it, and the name of the file, without its
//!   folders, where the source has no name for it.
//!
//! Findings that say the same thing in the same conversation share a fingerprint: whoever
//! compares runs counts them. Nothing here compares or stores.

use std::hash::Hasher;
use std::ops::Range;

use siphasher::sip128::{Hasher128, SipHasher13};

use crate::finding::Finding;
use crate::report::Report;

/// Goes into every fingerprint, and changes if what they are made of does.
const VERSION: &str = "buckstop/1";

/// The fingerprint of a report's finding: 32 lower-case hexadecimal digits.
///
/// They are a 128-bit `SipHash` with a fixed key, the same on every machine.
#[must_use]
pub fn fingerprint(report: &Report<'_>, finding: &Finding<'_>) -> String {
    if let Some(settled) = &finding.fingerprint {
        return settled.clone();
    }
    let placed = &report.turns[finding.turn];
    let text = placed.turn.text.as_str();
    let said = finding.span.range();
    let lacks = !finding.rule.missing.is_empty();
    let (sentence, words) =
        if lacks { ("", "") } else { (&text[sentence(text, &said)], &text[said]) };
    let conversation = placed.conversation.as_deref();
    let conversation = conversation.unwrap_or_else(|| file_name(report.source.name()));
    digest([VERSION, &finding.rule.id, &normal(sentence), &normal(words), conversation])
}

/// The hash of some strings; where one ends and the next begins makes a difference.
pub(crate) fn digest<'s>(parts: impl IntoIterator<Item = &'s str>) -> String {
    let mut hasher = SipHasher13::new();
    for part in parts {
        hasher.write(&(part.len() as u64).to_le_bytes());
        hasher.write(part.as_bytes());
    }
    format!("{:032x}", hasher.finish128().as_u128())
}

/// The sentence around some words, told by nothing but punctuation and empty lines, so that it
/// stays the same when the rest of the language model learns.
fn sentence(text: &str, words: &Range<usize>) -> Range<usize> {
    let before = &text[..words.start];
    let start = sentence_ends(before).next_back().unwrap_or(0);
    let after = &text[words.start..];
    let end = sentence_ends(after).map(|end| words.start + end).find(|&end| end >= words.end);
    start..end.unwrap_or(text.len())
}

/// The places right behind each end of a sentence.
fn sentence_ends(text: &str) -> impl DoubleEndedIterator<Item = usize> {
    text.char_indices().filter_map(move |(at, c)| {
        let behind = at + c.len_utf8();
        let rest = &text[behind..];
        let ends = match c {
            '.' | '!' | '?' | '…' => rest.starts_with(char::is_whitespace),
            '。' | '！' | '？' => true,
            '\n' => rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n'),
            _ => false,
        };
        ends.then_some(behind)
    })
}

/// Words without what typing and typesetting do to them.
fn normal(words: &str) -> String {
    let mut normal = String::with_capacity(words.len());
    for word in words.split_whitespace() {
        if !normal.is_empty() {
            normal.push(' ');
        }
        normal.extend(word.chars().flat_map(char::to_lowercase).map(plain_quote));
    }
    normal
}

fn plain_quote(c: char) -> char {
    match c {
        '‘' | '’' | '‛' | 'ʼ' | '＇' | '´' | '`' => '\'',
        '“' | '”' | '„' | '‟' | '«' | '»' => '"',
        c => c,
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::render::fixture::{report, rule};

    fn of(name: &str, text: &str, words: &str) -> String {
        let rule = rule("not-my-job", Severity::Error);
        let report = report(name, text.as_bytes(), &rule, &[words]);
        fingerprint(&report, &report.findings[0])
    }

    #[test]
    fn a_fingerprint_is_the_same_on_every_machine() {
        let known = of("a.txt", "Hi. That's not my job.", "not my job");
        assert_eq!(known, "140d92fdeefb936aab5ba5c4a8d1dde5");
    }

    #[test]
    fn what_stands_around_the_sentence_makes_no_difference() {
        let known = of("drafts/a.txt", "Hi. That's not my job. Bye.", "not my job");
        let same = [
            ("a.txt", "That's not my job.", "not my job"),
            ("C:\\new\\a.txt", "Hello!\n\nWell, yes.\nTHAT’S  not\nmy job. Or?", "not\nmy job"),
            ("a.txt", "Intro without a stop\n\n  That's not my job.", "not my job"),
        ];
        for (name, text, words) in same {
            assert_eq!(of(name, text, words), known, "{text}");
        }
    }

    #[test]
    fn other_words_sentences_files_and_conversations_differ() {
        let known = of("a.txt", "That's not my job.", "not my job");
        assert_ne!(of("b.txt", "That's not my job.", "not my job"), known);
        assert_ne!(of("a.txt", "That's not my job.", "That's not my job"), known);
        assert_ne!(of("a.txt", "It's not my job.", "not my job"), known);
        let rule = rule("not-my-job", Severity::Error);
        let mut report = report("a.txt", b"That's not my job.", &rule, &["not my job"]);
        report.turns[0].conversation = Some("4711".into());
        assert_ne!(fingerprint(&report, &report.findings[0]), known);
    }

    #[test]
    fn what_is_lacking_is_known_by_its_rule_and_conversation() {
        let lack = |text: &str| {
            let mut rule = rule("no-follow-up", Severity::Info);
            rule.missing.push("call you".to_owned());
            let report = report("a.txt", text.as_bytes(), &rule, &[text]);
            fingerprint(&report, &report.findings[0])
        };
        assert_eq!(lack("Hello."), lack("Good morning."));
    }

    #[test]
    fn a_sentence_may_hold_points() {
        let text = "See v2.1 of the list. It is version 1.5, not my job! Bye";
        let at = text.find("not my").unwrap();
        assert_eq!(&text[sentence(text, &(at..at + 10))], " It is version 1.5, not my job!");
    }
}
