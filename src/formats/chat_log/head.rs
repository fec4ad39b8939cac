//! One line of a chat log: what of it is a time, a speaker's label, words.

use std::ops::Range;

use crate::formats::stamp::stamp;

/// What a line may begin with. Whether it does is decided with the whole log in view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::formats) struct Head {
    /// When it was said.
    pub(in crate::formats) time: Option<Range<usize>>,
    /// Who said it.
    pub(in crate::formats) label: Option<Range<usize>>,
    /// Whether the time stands between brackets.
    pub(in crate::formats) bracketed: bool,
    /// Whether a colon or the like stands between the label and the words.
    pub(in crate::formats) marked: bool,
    /// Where the words begin.
    pub(in crate::formats) words: usize,
    /// Whether there are none.
    pub(in crate::formats) alone: bool,
}

impl Head {
    /// Whether the time stands before all else.
    pub(in crate::formats) fn begins_with_time(&self) -> bool {
        let label = self.label.as_ref().map_or(self.words, |label| label.start);
        self.time.as_ref().is_some_and(|time| time.end <= label)
    }

    /// Whether the line is a time and nothing else.
    pub(in crate::formats) fn is_time_alone(&self) -> bool {
        self.time.is_some() && self.label.is_none() && self.alone
    }

    /// Whether a colon or a time says that a label is one.
    pub(in crate::formats) fn is_marked_or_timed(&self) -> bool {
        self.marked || self.begins_with_time()
    }
}

/// The longest label in bytes.
const LONGEST_LABEL: usize = 80;

/// Takes a line apart.
pub(in crate::formats) fn head(line: &str) -> Head {
    let start = line.len() - line.trim_start_matches(is_decoration).len();
    let (time, after_time, bracketed) = leading_time(line, start);
    let mut head = Head { time, bracketed, words: after_time, ..Head::default() };
    if !marked_label(line, after_time, &mut head) {
        bare_label(line, after_time, &mut head);
    }
    if let Some(label) = head.label.clone() {
        split_label(line, label, &mut head);
    }
    head.alone = line[head.words..].trim().is_empty();
    head
}

/// Bullets, arrows and the like before a line of a log.
fn is_decoration(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\u{2022}' | '\u{FEFF}' | '\u{200E}' | '\u{200F}')
}

/// The time that stands at `start`, where it ends, and whether it is in brackets.
fn leading_time(line: &str, start: usize) -> (Option<Range<usize>>, usize, bool) {
    let rest = &line[start..];
    let open = rest.chars().next().filter(|c| "[(<".contains(*c));
    let inner = start + usize::from(open.is_some());
    let Some(found) = stamp(&line[inner..]) else { return (None, start, false) };
    let end = inner + found.end;
    let after = &line[end..];
    let closed = after.starts_with([']', ')', '>']);
    if open.is_some() != closed || (!found.time && open.is_none()) {
        return (None, start, false);
    }
    let after = &after[usize::from(closed)..];
    let next =
        after.trim_start_matches(|c: char| c.is_whitespace() || "-|\u{2013}\u{2014}".contains(c));
    let separated = closed || next.len() < after.len();
    // A colon may follow a time in brackets: "[10:02]: hello" has no label.
    if !separated && !after.is_empty() {
        return (None, start, false);
    }
    (Some(inner..end), line.len() - next.len(), open.is_some())
}

/// `Jane (Support): hello`, `Jane> hello`, `<Jane> hello`, `**Jane:** hello`.
fn marked_label(line: &str, at: usize, head: &mut Head) -> bool {
    let rest = &line[at..];
    if head.time.is_some() && rest.starts_with('<') {
        let Some(close) = rest.find('>').filter(|&close| close < LONGEST_LABEL) else {
            return false;
        };
        return set(line, head, at + 1..at + close, at + close + 1);
    }
    let start = at + rest.len() - rest.trim_start_matches(['*', '_']).len();
    let Some(mark) = label_end(&line[start..], head.time.is_some()) else { return false };
    let words = &line[start + mark + 1..];
    let words = line.len() - words.trim_start_matches(['*', '_']).len();
    set(line, head, start..start + mark, words)
}

fn set(line: &str, head: &mut Head, label: Range<usize>, words: usize) -> bool {
    let text = &line[label.clone()];
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '@'));
    if !is_label(trimmed) {
        return false;
    }
    let start = label.start + text.find(trimmed).unwrap_or(0);
    head.label = Some(start..start + trimmed.len());
    head.marked = true;
    head.words = words;
    true
}

/// The place of the mark that ends a label: a colon, and after a time also `>` or a tab.
fn label_end(rest: &str, timed: bool) -> Option<usize> {
    let mut depth = 0_u32;
    for (i, byte) in rest.bytes().enumerate().take(LONGEST_LABEL) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 && may_end_label(&rest[i + 1..]) => return Some(i),
            b'>' if depth == 0 && i > 0 && may_end_label(&rest[i + 1..]) => return Some(i),
            b'\t' if depth == 0 && timed => return Some(i),
            b'!' | b'?' | b'"' | b'`' | b'<' | b'=' => return None,
            _ => {}
        }
    }
    None
}

/// Whether a mark before this stands behind a label, and not in a time or an address.
fn may_end_label(after: &str) -> bool {
    after.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '*' | '_'))
}

/// A line that is nothing but a label, or a label and a time.
fn bare_label(line: &str, at: usize, head: &mut Head) {
    let rest = &line[at..];
    let text = rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '#'));
    if text.len() <= LONGEST_LABEL && is_label(text) {
        let start = at + rest.find(text).unwrap_or(0);
        head.label = Some(start..start + text.len());
    }
}

fn is_label(text: &str) -> bool {
    const MOST_WORDS: usize = 8;
    text.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '(' | '[' | '+' | '~'))
        && text.contains(char::is_alphanumeric)
        && text.split_whitespace().nth(MOST_WORDS).is_none()
}

/// Takes the time off the end of a label: `Jane (10:02)`, `Jane, 10:02 AM`.
fn split_label(line: &str, label: Range<usize>, head: &mut Head) {
    if head.time.is_some() {
        return;
    }
    let text = &line[label.clone()];
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return;
    }
    let starts = text.char_indices().filter(|&(i, c)| {
        c.is_alphanumeric()
            && text[..i].ends_with(|before: char| before.is_whitespace() || "([,|".contains(before))
    });
    for (i, _) in starts {
        let Some(found) = stamp(&text[i..]).filter(|found| found.time) else { continue };
        let after = &text[i + found.end..];
        let name = text[..i]
            .trim_end_matches(|c: char| c.is_whitespace() || "([,|-\u{2013}\u{2014}".contains(c));
        let name = name.strip_suffix(" at").unwrap_or(name);
        if after.trim_matches([')', ']', ' ']).is_empty() && is_label(name) {
            head.label = Some(label.start..label.start + name.len());
            head.time = Some(label.start + i..label.start + i + found.end);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Time, label and words, and whether the label is marked.
    fn read(line: &str) -> (&str, &str, &str, bool) {
        let head = head(line);
        let part = |range: Option<Range<usize>>| range.map_or("", |range| &line[range]);
        (part(head.time), part(head.label), line[head.words..].trim(), head.marked)
    }

    #[test]
    fn the_shapes_of_lines() {
        let cases = [
            ("Agent: Hello", ("", "Agent", "Hello", true)),
            ("[10:02] Jane (Support): Hello: you", ("10:02", "Jane (Support)", "Hello: you", true)),
            ("10:02:15 Jane - Acme Support> Hi", ("10:02:15", "Jane - Acme Support", "Hi", true)),
            ("(9:02 AM) Jane: Hi", ("9:02 AM", "Jane", "Hi", true)),
            ("2024-03-12 10:02:15 - Jane: Hi", ("2024-03-12 10:02:15", "Jane", "Hi", true)),
            ("[10:02] <Jane> Hi", ("10:02", "Jane", "Hi", true)),
            ("**Agent:** Hi", ("", "Agent", "Hi", true)),
            ("**Agent**: Hi", ("", "Agent", "Hi", true)),
            ("Jane (10:02): Hi", ("10:02", "Jane", "Hi", true)),
            ("Jane [10:02 AM]: Hi", ("10:02 AM", "Jane", "Hi", true)),
            ("Jane, 12/03/2024 10:02:", ("12/03/2024 10:02", "Jane", "", true)),
            ("[Agent] Jane: Hi", ("", "[Agent] Jane", "Hi", true)),
        ];
        for (line, found) in cases {
            assert_eq!(read(line), found, "{line}");
        }
    }

    #[test]
    fn lines_without_a_mark() {
        assert_eq!(read("[10:05] Chat ended").0, "10:05");
        assert!(!read("[10:05] Chat ended").3);
        let head = head("Jane Doe  10:02 AM");
        assert!(!head.marked && head.time.is_some() && head.label == Some(0..8));
        assert!(!read("See https://acme.example/help").3);
        assert_eq!(read("at 10:02 we called").0, "");
    }
}
