//! Cutting a few lines out of a text, so that they fit a terminal.
//!
//! A paragraph of a draft is often one long line, and a line can be a whole file of a
//! hundred megabytes. What is shown is therefore a window of words around the marked
//! ones; nothing farther away than the window is ever looked at.

use std::ops::Range;

use memchr::{memchr2, memrchr2};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::visible::{columns, prefix, suffix, visible};

/// A span of more lines than this is marked in its first ones only.
pub(super) const MAX_LINES: usize = 6;

/// How many bytes are looked at on either side, for each column that is to be filled.
const BYTES_PER_COLUMN: usize = 4;

/// Stands for one column of a [`Cluster`]. As a noncharacter it means nothing to anybody else.
const STAND_IN: char = '\u{fdd0}';

/// Lines cut to a width, fit for a terminal, with the marked words in them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The lines, without the last line break, with stand-ins for clusters.
    pub(super) text: String,
    /// The marked words of each line, in bytes of `text`.
    pub(super) marks: Vec<Range<usize>>,
    clusters: Vec<Cluster>,
}

/// A character whose width is not the sum of its parts', such as 👍🏽.
///
/// The drawing of underlines knows parts only; it is given stand-ins.
#[derive(Debug, PartialEq, Eq)]
struct Cluster {
    text: String,
    columns: usize,
}

impl Excerpt {
    /// Cuts out the lines of `text` that hold `span`, each at most `width` columns wide.
    ///
    /// The span counts bytes and lies on character boundaries.
    pub(super) fn cut(text: &str, span: Range<usize>, width: usize) -> Self {
        let mut excerpt = Self::default();
        for (number, mark) in marks(text, span).take(MAX_LINES).enumerate() {
            if number > 0 {
                excerpt.text.push('\n');
            }
            excerpt.push_line(&Window::around(text, mark, width));
        }
        excerpt
    }

    /// Puts the clusters back into what was drawn from the excerpt.
    pub(super) fn restore(&self, drawing: &str) -> String {
        let mut restored = String::with_capacity(drawing.len());
        let mut rest = drawing;
        for cluster in &self.clusters {
            let (before, mut after) = rest.split_at(rest.find(STAND_IN).unwrap_or(rest.len()));
            for _ in 0..cluster.columns {
                after = after.strip_prefix(STAND_IN).unwrap_or(after);
            }
            restored.push_str(before);
            restored.push_str(&cluster.text);
            rest = after;
        }
        restored + rest
    }

    fn push_line(&mut self, line: &Window) {
        self.push(&line.before);
        let start = self.text.len();
        self.push(&line.marked);
        self.marks.push(start..self.text.len());
        self.push(&line.after);
    }

    fn push(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.bytes().position(|byte| !byte.is_ascii()) {
            // Between two ASCII characters a cluster ends, but before or behind others it may go on.
            let start = at.saturating_sub(1);
            let is_ascii = |pair: &[u8]| pair.is_ascii();
            let end = rest.as_bytes()[at..].windows(2).position(is_ascii);
            let end = end.map_or(rest.len(), |pair| at + pair + 1);
            self.text.push_str(&rest[..start]);
            self.push_clusters(&rest[start..end]);
            rest = &rest[end..];
        }
        self.text.push_str(rest);
    }

    fn push_clusters(&mut self, text: &str) {
        for grapheme in text.graphemes(true) {
            let width = grapheme.width();
            if width == columns(grapheme) && !grapheme.contains(STAND_IN) {
                self.text.push_str(grapheme);
            } else {
                self.text.extend(std::iter::repeat_n(STAND_IN, width));
                self.clusters.push(Cluster { text: grapheme.to_owned(), columns: width });
            }
        }
    }
}

/// The span line by line, without the white space around it.
fn marks(text: &str, span: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut rest = Some(span);
    std::iter::from_fn(move || {
        let span = rest.take()?;
        let line = line_end(&text[span.clone()]);
        rest = line.map(|(_, next)| span.start + next..span.end).filter(|rest| !rest.is_empty());
        let end = line.map_or(span.end, |(end, _)| span.start + end);
        Some(trim(text, span.start..end))
    })
}

/// How many line breaks the text holds: LF, CR LF or a lone CR.
pub(super) fn count_line_breaks(mut text: &str) -> usize {
    let breaks = std::iter::from_fn(|| {
        let (_, next) = line_end(text)?;
        text = &text[next..];
        Some(())
    });
    breaks.count()
}

/// Where the first line ends, and where the next one starts, if the text has a line break.
fn line_end(text: &str) -> Option<(usize, usize)> {
    let end = memchr2(b'\n', b'\r', text.as_bytes())?;
    let line_break = if text[end..].starts_with("\r\n") { 2 } else { 1 };
    Some((end, end + line_break))
}

fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let start = range.end - text[range.clone()].trim_start().len();
    start..start + text[start..range.end].trim_end().len()
}

/// One line of the excerpt: the marked words and what surrounds them.
#[derive(Debug, PartialEq, Eq)]
struct Window {
    before: String,
    marked: String,
    after: String,
}

impl Window {
    fn around(text: &str, mark: Range<usize>, width: usize) -> Self {
        let reach = width * BYTES_PER_COLUMN;
        let before = before(text, mark.start, reach);
        let marked = first(&text[mark.clone()], reach);
        let after = after(text, mark.end, reach);
        Self { before, marked, after }.fit(width)
    }

    /// Gives the marked words what they need, and shares out the rest.
    fn fit(self, width: usize) -> Self {
        // A column is kept for the sign that words were left out before.
        if columns(&self.marked) >= width {
            return Self {
                before: tail(self.before, 1),
                marked: head(self.marked, width - 1),
                after: String::new(),
            };
        }
        let room = width - columns(&self.marked);
        let spare = room.saturating_sub(columns(&self.after));
        let left = columns(&self.before).min(spare.max(room / 2));
        Self {
            before: tail(self.before, left),
            after: head(self.after, room - left),
            marked: self.marked,
        }
    }
}

/// The line before the byte `end`, as far as the reach in bytes goes.
fn before(text: &str, end: usize, reach: usize) -> String {
    let mut start = end.saturating_sub(reach);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    match memrchr2(b'\n', b'\r', &text.as_bytes()[start..end]) {
        Some(line_break) => shown(&text[start + line_break + 1..end]),
        None if start == 0 => shown(&text[..end]),
        None => format!("…{}", shown(&text[start..end])),
    }
}

/// The line from the byte `start` on, as far as the reach in bytes goes.
fn after(text: &str, start: usize, reach: usize) -> String {
    let near = &text.as_bytes()[start..text.len().min(start + reach)];
    match memchr2(b'\n', b'\r', near) {
        Some(line_break) => shown(text[start..start + line_break].trim_end()),
        None => first(&text[start..], reach),
    }
}

/// The first bytes of a text, as far as the reach goes.
fn first(text: &str, reach: usize) -> String {
    let mut end = text.len().min(reach);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let sign = if end < text.len() { "…" } else { "" };
    shown(&text[..end]) + sign
}

/// A part of a line as it may stand in a terminal, tabs as four columns.
fn shown(text: &str) -> String {
    let mut parts = text.split('\t').map(visible);
    let first = parts.next().unwrap_or_default().into_owned();
    parts.fold(first, |shown, part| shown + "    " + &part)
}

/// What of the start of a text fits into `room` columns, in whole words if it can be.
fn head(text: String, room: usize) -> String {
    if columns(&text) <= room {
        return text;
    }
    let fitting = prefix(&text, room.saturating_sub(1));
    let words = match fitting.rsplit_once(' ') {
        Some((words, _torn)) if !text[fitting.len()..].starts_with(' ') => words,
        _ => fitting,
    };
    if room == 0 { String::new() } else { format!("{}…", words.trim_end()) }
}

/// What of the end of a text fits into `room` columns, in whole words if it can be.
fn tail(text: String, room: usize) -> String {
    if columns(&text) <= room {
        return text;
    }
    let fitting = suffix(&text, room.saturating_sub(1));
    let words = match fitting.split_once(' ') {
        Some((_torn, words)) if !text[..text.len() - fitting.len()].ends_with(' ') => words,
        _ => fitting,
    };
    if room == 0 { String::new() } else { format!("…{words}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The excerpt around `words`, with the marked ones in brackets.
    fn cut(text: &str, words: &str, width: usize) -> String {
        let start = text.find(words).expect("the words are in the text");
        let excerpt = Excerpt::cut(text, start..start + words.len(), width);
        let mut bracketed = excerpt.text.clone();
        for mark in excerpt.marks.iter().rev() {
            bracketed.insert(mark.end, ']');
            bracketed.insert(mark.start, '[');
        }
        excerpt.restore(&bracketed)
    }

    #[test]
    fn a_short_line_is_shown_whole() {
        assert_eq!(cut("Hi!\nNot my job, sorry.\nBye", "Not my job", 40), "[Not my job], sorry.");
        assert_eq!(cut("Hi!\r\nNot my job.\r\nBye", "Not my job", 40), "[Not my job].");
        assert_eq!(cut("Hi!\rNot my job.\rBye", "Not my job", 40), "[Not my job].");
        assert_eq!(cut("my job", "my job", 40), "[my job]");
    }

    #[test]
    fn a_long_line_is_cut_between_words() {
        let text =
            "We looked into it for a while and it is not my job, as I said, to do that for you.";
        assert_eq!(cut(text, "not my job", 30), "…it is [not my job], as I…");
        assert_eq!(cut(text, "We looked", 30), "[We looked] into it for a while…");
        assert_eq!(cut(text, "for you.", 30), "…I said, to do that [for you.]");
    }

    #[test]
    fn marked_words_that_do_not_fit_are_cut_themselves() {
        let text = "Sorry, you have to talk to someone else about that, my friend.";
        let words = "you have to talk to someone else about that";
        assert_eq!(cut(text, words, 20), "…[you have to talk…]");
    }

    #[test]
    fn a_span_of_several_lines_is_marked_on_each() {
        let text = "Sorry, you have to\r\n   talk to\n\n\tsomeone else.";
        let words = "you have to\r\n   talk to\n\n\tsomeone else";
        assert_eq!(
            cut(text, words, 40),
            "Sorry, [you have to]\n   [talk to]\n[]\n    [someone else]."
        );
    }

    #[test]
    fn only_the_first_lines_of_very_many_are_shown() {
        let text = format!("not {}my job", "\n".repeat(100_000));
        assert_eq!(cut(&text, &text, 40), "[not]\n[]\n[]\n[]\n[]\n[]");
    }

    #[test]
    fn a_huge_line_is_not_walked() {
        let text = "word ".repeat(2_000_000) + "not my job " + &"word ".repeat(2_000_000);
        let start = text.find("not").expect("it is there");
        for _ in 0..1_000 {
            let excerpt = Excerpt::cut(&text, start..start + 10, 40);
            assert_eq!(excerpt.text, "…word word not my job word word…");
        }
    }

    #[test]
    fn what_is_hidden_shows() {
        assert_eq!(
            cut("a\x1b[2Jb\tnot\u{202e}my job", "not\u{202e}my job", 40),
            r"a␛[2Jb    [not\u{202e}my job]"
        );
    }

    #[test]
    fn clusters_take_the_columns_that_they_take_in_a_terminal() {
        let excerpt = Excerpt::cut("👍🏽 e\u{301} ❤\u{fe0f} no", 0..8, 40);
        assert_eq!(excerpt.text, "\u{fdd0}\u{fdd0} e\u{301} \u{fdd0}\u{fdd0} no");
        assert_eq!(excerpt.marks, vec![0..6]);
        assert_eq!(excerpt.restore(&excerpt.text), "👍🏽 e\u{301} ❤\u{fe0f} no");
    }

    #[test]
    fn invisible_padding_is_cut_off_too() {
        let text = format!("a{}not my job", "\u{301}".repeat(10_000));
        let excerpt = Excerpt::cut(&text, text.len() - 10..text.len(), 40);
        assert!(excerpt.text.len() < 400, "{}", excerpt.text.len());
    }
}
