//! Capitals and apostrophes as the text around them has them.

/// The text with its first letter large.
pub(super) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Within a sentence a rewrite begins small, unless its first word is always written large.
pub(super) fn uncapitalized(text: &str) -> String {
    const SMALL: [&str; 57] = [
        "We",
        "Our",
        "Let",
        "The",
        "This",
        "That",
        "It",
        "Here",
        "You",
        "Your",
        "My",
        "There",
        "What",
        "A",
        "An",
        "Some",
        "One",
        "These",
        "Those",
        "They",
        "His",
        "Her",
        "Two",
        "Both",
        "Most",
        "Many",
        "Several",
        "Part",
        "No",
        "Nothing",
        "In",
        "If",
        "For",
        "To",
        "As",
        "Please",
        "So",
        "Thank",
        "Something",
        "Tell",
        "Whatever",
        "Good",
        "All",
        "Any",
        "Each",
        "Every",
        "Its",
        "Their",
        "He",
        "She",
        "Why",
        "When",
        "Where",
        "Who",
        "How",
        "Whether",
        "Which",
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

/// The words with curly apostrophes if the text has those and no straight ones.
pub(super) fn with_apostrophes_of(text: &str, words: String) -> String {
    let curly = words.contains('\'') && text.contains('\u{2019}') && !text.contains('\'');
    if curly { words.replace('\'', "\u{2019}") } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apostrophes_are_those_of_the_text() {
        let fit = |text: &str| with_apostrophes_of(text, "let's see".to_owned());
        assert_eq!(fit("it\u{2019}s late"), "let\u{2019}s see");
        assert_eq!(fit("it\u{2019}s 'late'"), "let's see");
        assert_eq!(fit("it is late"), "let's see");
    }

    #[test]
    fn only_function_words_are_written_small() {
        assert_eq!(uncapitalized("We see"), "we see");
        assert_eq!(uncapitalized("I see"), "I see");
        assert_eq!(uncapitalized("[Name] will"), "[Name] will");
        assert_eq!(capitalized("we see"), "We see");
    }
}
