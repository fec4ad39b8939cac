//! Setting text into lines of a given width.

use unicode_width::UnicodeWidthStr;

/// Breaks a text at white space into lines no wider than `width` columns, if its words allow.
///
/// A text without words is one empty line.
pub(super) fn lines(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_white_space() {
        let text = "Somebody else decided,\ndon’t blame  me.";
        assert_eq!(lines(text, 14), ["Somebody else", "decided, don’t", "blame me."]);
    }

    #[test]
    fn a_word_that_is_too_long_stands_alone() {
        let text = "a incomprehensibilities b";
        assert_eq!(lines(text, 5), ["a", "incomprehensibilities", "b"]);
    }

    #[test]
    fn nothing_is_an_empty_line() {
        assert_eq!(lines(" ", 5), [""]);
    }
}
