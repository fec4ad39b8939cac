//! A template's captures, filled in with what the phrase remembered of the sentence.

use super::sentence::Sentence;
use super::spelling::uncapitalized;
use crate::detect::Hit;
use crate::rules::captures_in;
use crate::rules::inflect::Form;

/// Puts the captures in; nothing if this hit has not got one of them.
///
/// What opened the sentence and no longer does is written small: "Your order was lost" becomes
/// "we lost your order".
pub(super) fn fill(sentence: &Sentence<'_>, template: &str, hit: &Hit) -> Option<String> {
    let mut filled = template.to_owned();
    for (name, form) in captures_in(template) {
        let (_, span) = hit.captures.iter().find(|(known, _)| known == name)?;
        let words: Vec<&str> = bare(&sentence.text[span.range()]).split_whitespace().collect();
        let words = words.join(" ");
        let moved = sentence.begins_large(*span) && !template.starts_with('{');
        let words = if moved { small(&words) } else { words };
        let form = form.map(|form| Some((form, form.parse::<Form>().ok()?)));
        let (written, words) = match form {
            None => (format!("{{{name}}}"), words),
            Some(known) => {
                let (written, form) = known?;
                (format!("{{{name}:{written}}}"), form.of(&words))
            }
        };
        filled = filled.replace(&written, &words);
    }
    Some(filled)
}

/// Words that were large only because their sentence began with them, small: plurals, and what
/// is small anywhere else. Any other may be a name.
fn small(words: &str) -> String {
    let first = words.split(' ').next().unwrap_or_default();
    let plural = first.ends_with('s') && first.chars().skip(1).all(char::is_lowercase);
    if plural { first.to_lowercase() + &words[first.len()..] } else { uncapitalized(words) }
}

/// The words without the marks of emphasis that stand around them.
fn bare(words: &str) -> &str {
    words.trim_matches(|c: char| c == '*' || c == '_')
}
