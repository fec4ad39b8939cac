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

/// How a text types its apostrophes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Apostrophes {
    /// As a keyboard does, or both ways.
    Straight,
    /// As a word processor does.
    Curly,
}

impl Apostrophes {
    /// Looks through a text, which for many findings in it is better done once.
    pub(crate) fn of(text: &str) -> Self {
        let curly = !text.contains('\'') && text.contains('\u{2019}');
        if curly { Self::Curly } else { Self::Straight }
    }

    /// Words that are written with straight ones, as the text would have them.
    pub(super) fn fit(self, words: String) -> String {
        if self == Self::Curly { words.replace('\'', "\u{2019}") } else { words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apostrophes_are_those_of_the_text() {
        let fit = |text: &str| Apostrophes::of(text).fit("let's see".to_owned());
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
