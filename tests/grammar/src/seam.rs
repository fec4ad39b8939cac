//! Where words written into a text meet the words around them.
//!
//! A few mistakes that are certain and that harper lets pass, told from the two words or
//! marks that meet, not from the sentence.

use std::ops::Range;

/// Words that ask for a noun: no clause can begin right after them. "Before", "for" and
/// others that may begin a clause of their own are left out.
const BEFORE_NOUNS: [&str; 23] = [
    "a", "an", "the", "my", "your", "our", "his", "its", "their", "every", "of", "on", "at", "in",
    "with", "by", "from", "into", "via", "about", "over", "under", "without",
];

/// Words that begin a clause, with whatever follows their apostrophe cut off.
const SUBJECTS: [&str; 6] = ["i", "we", "he", "she", "they", "let"];

/// What is wrong where the words at `written` begin and end.
#[must_use]
pub fn bad_seams(text: &str, written: Range<usize>) -> Vec<String> {
    let Range { start, end } = written;
    let (before, words, after) = (&text[..start], &text[start..end], &text[end..]);
    nouns_before_clause(before, words).into_iter().chain(marks_that_meet(words, after)).collect()
}

/// "The we got this wrong".
fn nouns_before_clause(before: &str, words: &str) -> Option<String> {
    let last = before.trim_end().rsplit(char::is_whitespace).next()?;
    let first = words.split_whitespace().next()?;
    let subject = first.split(['\'', '\u{2019}']).next()?.to_lowercase();
    let bad = BEFORE_NOUNS.contains(&last.to_lowercase().as_str())
        && SUBJECTS.contains(&subject.as_str());
    bad.then(|| format!("{last:?} can't stand before {first:?}"))
}

/// "Which light is on?, he said": two marks where a sentence wants one.
fn marks_that_meet(words: &str, after: &str) -> Option<String> {
    let is_mark = |c: &char| matches!(c, '.' | ',' | ';' | ':' | '!' | '?');
    let left = words.chars().next_back().filter(is_mark)?;
    let right = after.chars().next().filter(is_mark)?;
    Some(format!("\"{left}{right}\" has a mark too many"))
}
