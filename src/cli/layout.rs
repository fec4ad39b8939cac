//! Setting text into lines of a given width.

use std::iter;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Breaks a text at white space into lines no wider than `width` columns, if its words allow.
///
/// A text without words is one empty line.
pub(super) fn lines(text: &str, width: usize) -> Vec<String> {
    fill(text.split_whitespace().map(|word| (" ", word)), width)
}

/// Breaks a phrase as [`lines`] does, and between the alternatives of a group as well.
fn phrase_lines(phrase: &str, width: usize) -> Vec<String> {
    let pieces = phrase.split_whitespace().flat_map(|word| {
        let gaps = iter::once(" ").chain(iter::repeat(""));
        gaps.zip(word.split_inclusive('|'))
    });
    fill(pieces, width)
}

/// As [`phrase_lines`], with all lines but the first set in, so that they are seen to be one
/// phrase.
pub(super) fn hanging(phrase: &str, width: usize) -> Vec<String> {
    let mut lines = phrase_lines(phrase, width.saturating_sub(2));
    lines.iter_mut().skip(1).for_each(|line| line.insert_str(0, "  "));
    lines
}

/// Sets phrases one after the other with a dot between, none broken that fits a line; one
/// that does not has its lines to itself, all but the first of them set in.
///
/// No phrase begins after `most` lines; returns how many did before.
pub(super) fn enumeration<S: AsRef<str>>(
    phrases: &[S],
    width: usize,
    most: usize,
) -> (Vec<String>, usize) {
    let mut set: Vec<String> = Vec::new();
    let mut joinable = false;
    for (number, phrase) in phrases.iter().enumerate() {
        let dot = if number + 1 < phrases.len() { " ·" } else { "" };
        let phrase = format!("{}{dot}", phrase.as_ref());
        let whole = phrase.width() <= width;
        if whole
            && joinable
            && let Some(last) = set.last_mut()
            && last.width() + 1 + phrase.width() <= width
        {
            last.push(' ');
            last.push_str(&phrase);
            continue;
        }
        let broken = if whole { vec![phrase] } else { hanging(&phrase, width) };
        if set.len() >= most {
            return (set, number);
        }
        set.extend(broken);
        joinable = whole;
    }
    (set, phrases.len())
}

/// Breaks a text as [`lines`] does; with each line comes one that marks the first `span` in it,
/// empty if there is nothing to mark.
pub(super) fn marked_lines(text: &str, span: &str, width: usize) -> Vec<(String, String)> {
    let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    let first = text.split_once(span).map_or(0, |(before, _)| letters(before));
    let marked = first..first + letters(span);
    let mut number = 0;
    let mark = |line: String| {
        let mut marks = String::new();
        for c in line.chars() {
            // White space is marked between two letters that are.
            let here = number > marked.start || !c.is_whitespace();
            let sign = if here && marked.contains(&number) { "^" } else { " " };
            marks.push_str(&sign.repeat(c.width().unwrap_or(0)));
            number += usize::from(!c.is_whitespace());
        }
        marks.truncate(marks.trim_end().len());
        (line, marks)
    };
    lines(text, width).into_iter().map(mark).collect()
}

/// Puts pieces into lines, each after its gap unless it begins a line.
fn fill<'t>(pieces: impl Iterator<Item = (&'t str, &'t str)>, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for (gap, piece) in pieces {
        if !line.is_empty() && line.width() + gap.width() + piece.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push_str(gap);
        }
        line.push_str(piece);
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

    #[test]
    fn a_phrase_breaks_between_alternatives() {
        let phrase = "not my (job|concern|line of work) today";
        assert_eq!(phrase_lines(phrase, 14), ["not my (job|", "concern|line", "of work) today"]);
    }

    #[test]
    fn an_enumeration_keeps_its_phrases_whole_and_ends_in_time() {
        let phrases = ["(the|our) warehouse", "billing", "IT", "[tech] support", "sales"];
        let all = ["(the|our) warehouse ·", "billing · IT ·", "[tech] support ·", "sales"];
        assert_eq!(enumeration(&phrases, 21, 9), (all.map(str::to_owned).to_vec(), 5));
        assert_eq!(enumeration(&phrases, 21, 2), (all[..2].iter().map(|&l| l.into()).collect(), 3));
        let broken = ["(the|our) ·", "  warehouse ·", "billing · IT ·"];
        let phrases = ["(the|our) · warehouse", "billing", "IT", "[tech] support"];
        assert_eq!(enumeration(&phrases, 14, 3), (broken.map(str::to_owned).to_vec(), 3));
        assert_eq!(enumeration(&phrases, 9, 1).1, 1);
    }

    #[test]
    fn marks_stand_below_the_span_on_each_of_its_lines() {
        let text = "Sorry, that’s  not my\njob. 対応 not my job.";
        let marked = marked_lines(text, "not my\njob", 14);
        let expected = [
            ("Sorry, that’s", ""),
            ("not my job.", "^^^^^^^^^^"),
            ("対応 not my", ""),
            ("job.", ""),
        ];
        assert_eq!(marked, expected.map(|(line, marks)| (line.to_owned(), marks.to_owned())));
        let wide = marked_lines("a 対応 b", "対応", 14);
        assert_eq!(wide, [("a 対応 b".to_owned(), "  ^^^^".to_owned())]);
        let broken = marked_lines("it is not my job", "not my job", 10);
        assert_eq!(broken[0].1, "      ^^^");
        assert_eq!(broken[1].1, "^^^^^^");
    }
}
