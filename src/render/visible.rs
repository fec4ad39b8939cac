//! Making visible what a terminal would act on, or hide.
//!
//! The text of a customer's message is hostile until proven otherwise: an escape
//! sequence can rewrite the screen, a bidirectional override can turn "not" out of
//! sight, a zero-width space can hide a word from the reader's eye.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;

/// The text with every control and invisible character shown as a symbol (`␛`, `␊`)
/// or as an escape (`\u{202e}`).
///
/// The joiner inside an emoji stays. Line breaks and tabs are shown as symbols too:
/// a caller that wants to keep them splits the text first.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if find_hidden(text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut before = '\0';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let after = chars.peek().copied().unwrap_or('\0');
        if is_hidden(c) && !joins_emoji(before, c, after) {
            push_symbol(&mut shown, c);
        } else {
            shown.push(c);
        }
        before = c;
    }
    Cow::Owned(shown)
}

/// Visible text on one line: white space is one space, and what exceeds `width`
/// columns is cut.
#[must_use]
pub fn one_line(text: &str, width: usize) -> String {
    let mut line = String::new();
    let mut room = width;
    for word in text.split_whitespace() {
        let word = visible(word);
        let gap = usize::from(!line.is_empty());
        line.extend(std::iter::repeat_n(' ', gap));
        let fitting = prefix(&word, room.saturating_sub(gap));
        line.push_str(fitting);
        if fitting.len() < word.len() {
            line.truncate(line.trim_end().len());
            line.push('…');
            break;
        }
        room -= gap + columns(&word);
    }
    line
}

/// The longest start of a visible text that takes at most `width` columns.
pub(super) fn prefix(text: &str, width: usize) -> &str {
    if is_plain(text) {
        return &text[..width.min(text.len())];
    }
    let mut used = 0;
    let end = text.char_indices().find(|&(_, c)| {
        used += column(c);
        used > width
    });
    end.map_or(text, |(end, _)| &text[..end])
}

/// The longest end of a visible text that takes at most `width` columns.
pub(super) fn suffix(text: &str, width: usize) -> &str {
    if is_plain(text) {
        return &text[text.len().saturating_sub(width)..];
    }
    let mut used = 0;
    let start = text.char_indices().rev().find(|&(_, c)| {
        used += column(c);
        used > width
    });
    start.map_or(text, |(start, c)| &text[start + c.len_utf8()..])
}

/// How many columns a terminal that knows no emoji sequences gives to a visible text.
pub(super) fn columns(text: &str) -> usize {
    if is_plain(text) { text.len() } else { text.chars().map(column).sum() }
}

/// Whether every byte is a character that is seen, one column wide.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn column(c: char) -> usize {
    c.width().unwrap_or(1)
}

/// The first character on which a terminal acts, or in whose place it shows nothing, with its byte.
pub(super) fn find_hidden(text: &str) -> Option<(usize, char)> {
    let mut at = 0;
    loop {
        at += text.as_bytes()[at..].iter().position(|byte| !matches!(byte, b' '..=b'~'))?;
        let c = text[at..].chars().next()?;
        if is_hidden(c) {
            return Some((at, c));
        }
        at += c.len_utf8();
    }
}

/// Whether a terminal acts on the character, or shows nothing in its place.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' // soft hyphen
            | '\u{34f}' | '\u{61c}' | '\u{180e}'
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // Hangul fillers
            | '\u{17b4}' | '\u{17b5}'
            | '\u{200b}'..='\u{200f}' // zero width, direction marks
            | '\u{2028}'..='\u{202e}' // line separators, embeddings, overrides
            | '\u{2060}'..='\u{206f}' // joiners, isolates
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}') // tags
}

/// Whether `c` is the joiner of a sequence such as "woman, joiner, laptop".
fn joins_emoji(before: char, c: char, after: char) -> bool {
    c == '\u{200d}' && is_pictorial(before) && is_pictorial(after)
}

/// A rough look is enough: symbols, dingbats, emoji and their modifiers lie up here.
fn is_pictorial(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

fn push_symbol(shown: &mut String, c: char) {
    match c {
        '\0'..='\u{1f}' => shown.extend(char::from_u32(0x2400 + u32::from(c))),
        '\u{7f}' => shown.push('␡'),
        _ => {
            let _ = write!(shown, "{}", c.escape_unicode());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_not_copied() {
        for text in ["", "That's not my job.", "naïve café", "こんにちは", "שלום", "👍🏽 ❤️ 🇩🇪"]
        {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn escape_sequences_are_defused() {
        assert_eq!(visible("\x1b[2J\x1b]0;owned\x07"), "␛[2J␛]0;owned␇");
        assert_eq!(visible("\u{9b}31m\u{90}q\u{9c}"), r"\u{9b}31m\u{90}q\u{9c}");
        assert_eq!(visible("abc\x08\x08\x7f\0"), "abc␈␈␡␀");
    }

    #[test]
    fn line_breaks_cannot_forge_a_line_of_output() {
        assert_eq!(visible("a.txt\nNo deflections found.\r\t"), "a.txt␊No deflections found.␍␉");
        assert_eq!(visible("a\u{2028}b\u{85}c"), r"a\u{2028}b\u{85}c");
    }

    #[test]
    fn direction_overrides_and_invisible_letters_show() {
        assert_eq!(visible("\u{202e}boj ym\u{202c}"), r"\u{202e}boj ym\u{202c}");
        assert_eq!(
            visible("n\u{200b}o\u{ad}t\u{2060}\u{feff}"),
            r"n\u{200b}o\u{ad}t\u{2060}\u{feff}"
        );
        assert_eq!(visible("\u{2066}x\u{2069}\u{61c}"), r"\u{2066}x\u{2069}\u{61c}");
        assert_eq!(visible("hi\u{e0041}\u{e0042}"), r"hi\u{e0041}\u{e0042}");
    }

    #[test]
    fn a_joiner_stays_in_an_emoji_and_nowhere_else() {
        assert_eq!(visible("👩\u{200d}💻 🤷🏽\u{200d}♀\u{fe0f}"), "👩\u{200d}💻 🤷🏽\u{200d}♀\u{fe0f}");
        assert_eq!(visible("no\u{200d}t 👩\u{200d}"), r"no\u{200d}t 👩\u{200d}");
    }

    #[test]
    fn a_line_is_one_line_and_cut() {
        assert_eq!(one_line("not\r\n  my\tjob", 40), "not my job");
        assert_eq!(one_line("one two three", 10), "one two th…");
        assert_eq!(one_line("one two three", 8), "one two…");
        assert_eq!(one_line("\x1b[31m", 40), "␛[31m");
        assert_eq!(one_line("こんにちは", 5), "こん…");
    }
}
