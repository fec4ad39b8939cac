//! What would change, as a unified diff that `patch -p1` and `git apply` take.
//!
//! Into files and pipes it is written to the byte, whatever the encoding, so that it can be
//! applied. On a terminal it is for reading: decoded, and harmless.

use std::borrow::Cow;
use std::ops::Range;

use buckstop::render::visible;
use buckstop::source::Source;
use colored::{Color, Colorize};
use similar::{Algorithm, ChangeTag, DiffOp, TextDiff, capture_diff_slices, group_diff_ops};

/// How many lines are shown around a change.
const CONTEXT: usize = 3;

/// How a diff is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct DiffStyle {
    /// Whether to write colours, as escape sequences.
    pub(super) color: bool,
    /// Whether it goes to a terminal, to be read and not to be applied.
    pub(super) terminal: bool,
}

/// The diff of a file; nothing if there is no difference.
pub(super) fn unified(name: &str, old: &[u8], new: &[u8], style: DiffStyle) -> Vec<u8> {
    let (old, new) = if style.terminal {
        (Cow::Owned(decoded(old)), Cow::Owned(decoded(new)))
    } else {
        (Cow::Borrowed(old), Cow::Borrowed(new))
    };
    let (old, new) = (lines(&old), lines(&new));
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    let mut diff = Diff { old, new, style, out: Vec::new() };
    let hunks = group_diff_ops(ops, CONTEXT);
    if !hunks.is_empty() {
        diff.heading("--- ", "a/", name);
        diff.heading("+++ ", "b/", name);
    }
    for hunk in &hunks {
        diff.hunk(hunk);
    }
    diff.out
}

/// The text in the bytes, for reading.
fn decoded(bytes: &[u8]) -> Vec<u8> {
    let (text, _) = Source::new(String::new(), bytes.to_vec()).decode();
    text.as_str().as_bytes().to_vec()
}

/// Lines as `patch` counts them: each ends with its LF, but perhaps the last.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|&byte| byte == b'\n').collect()
}

/// A diff as it is being written.
struct Diff<'a> {
    old: Vec<&'a [u8]>,
    new: Vec<&'a [u8]>,
    style: DiffStyle,
    out: Vec<u8>,
}

impl Diff<'_> {
    fn heading(&mut self, mark: &str, side: &str, name: &str) {
        let name = if self.style.terminal {
            format!("{side}{}", visible(name))
        } else {
            quoted(&format!("{side}{}", name.trim_start_matches('/')))
        };
        self.say(&format!("{mark}{name}"), |line| line.bold());
    }

    fn hunk(&mut self, ops: &[DiffOp]) {
        let (Some(first), Some(last)) = (ops.first(), ops.last()) else { return };
        let old = first.old_range().start..last.old_range().end;
        let new = first.new_range().start..last.new_range().end;
        self.say(&format!("@@ -{} +{} @@", counted(&old), counted(&new)), |line| line.cyan());
        for op in ops {
            self.op(op);
        }
    }

    fn op(&mut self, op: &DiffOp) {
        let (tag, old, new) = op.as_tag_tuple();
        if tag == similar::DiffTag::Equal {
            new.for_each(|at| self.line(b' ', self.new[at]));
        } else if self.style.color && old.len() == new.len() {
            let pairs = old.zip(new).map(|(old, new)| Changed::of(self.old[old], self.new[new]));
            let pairs: Vec<_> = pairs.collect();
            for pair in &pairs {
                self.changed(b'-', &pair.old);
            }
            for pair in &pairs {
                self.changed(b'+', &pair.new);
            }
        } else {
            old.for_each(|at| self.line(b'-', self.old[at]));
            new.for_each(|at| self.line(b'+', self.new[at]));
        }
    }

    /// A line that is all there is to say.
    fn line(&mut self, mark: u8, line: &[u8]) {
        self.changed(mark, &[(false, line.to_vec())]);
    }

    /// A line in parts, those that make the difference marked.
    fn changed(&mut self, mark: u8, parts: &[(bool, Vec<u8>)]) {
        let color = match mark {
            b'-' => Some(Color::Red),
            b'+' => Some(Color::Green),
            _ => None,
        };
        let color = color.filter(|_| self.style.color);
        self.paint(color, false, &[mark]);
        for (differs, part) in parts {
            let part = part.strip_suffix(b"\n").unwrap_or(part);
            self.paint(color, *differs, &self.shown(part));
        }
        self.out.push(b'\n');
        if !parts.last().is_some_and(|(_, part)| part.ends_with(b"\n")) {
            self.out.extend(b"\\ No newline at end of file\n");
        }
    }

    /// A part of a line as it may be written: on a terminal nothing but tabs acts on it.
    fn shown<'l>(&self, part: &'l [u8]) -> Cow<'l, [u8]> {
        if !self.style.terminal {
            return Cow::Borrowed(part);
        }
        let text = String::from_utf8_lossy(part);
        let text = text.strip_suffix('\r').unwrap_or(&text);
        let shown: Vec<_> = text.split('\t').map(visible).collect();
        Cow::Owned(shown.join("\t").into_bytes())
    }

    fn paint(&mut self, color: Option<Color>, differs: bool, bytes: &[u8]) {
        let Some(color) = color.filter(|_| !bytes.is_empty()) else {
            self.out.extend(bytes);
            return;
        };
        // The bytes may be no UTF-8, so that only the sequences around them are the crate's.
        let mark = "|".color(color);
        let painted = if differs { mark.reversed() } else { mark }.to_string();
        let (before, after) = painted.split_once('|').unwrap_or_default();
        self.out.extend(before.as_bytes());
        self.out.extend(bytes);
        self.out.extend(after.as_bytes());
    }

    /// Writes a line that is no part of the file.
    fn say(&mut self, line: &str, style: impl FnOnce(&str) -> colored::ColoredString) {
        let line = if self.style.color { style(line).to_string() } else { line.to_owned() };
        self.out.extend(line.as_bytes());
        self.out.push(b'\n');
    }
}

/// Two versions of a line in parts; those in which they differ are marked.
struct Changed {
    old: Vec<(bool, Vec<u8>)>,
    new: Vec<(bool, Vec<u8>)>,
}

impl Changed {
    fn of(old: &[u8], new: &[u8]) -> Self {
        let (Ok(old_text), Ok(new_text)) = (str::from_utf8(old), str::from_utf8(new)) else {
            return Self { old: vec![(false, old.to_vec())], new: vec![(false, new.to_vec())] };
        };
        let mut changed = Self { old: Vec::new(), new: Vec::new() };
        for change in TextDiff::from_words(old_text, new_text).iter_all_changes() {
            let part = change.value().as_bytes();
            match change.tag() {
                ChangeTag::Equal => {
                    add(&mut changed.old, false, part);
                    add(&mut changed.new, false, part);
                }
                ChangeTag::Delete => add(&mut changed.old, true, part),
                ChangeTag::Insert => add(&mut changed.new, true, part),
            }
        }
        changed
    }
}

fn add(parts: &mut Vec<(bool, Vec<u8>)>, differs: bool, part: &[u8]) {
    match parts.last_mut() {
        Some((same, last)) if *same == differs => last.extend(part),
        _ => parts.push((differs, part.to_vec())),
    }
}

/// Lines of a hunk as its head counts them.
fn counted(range: &Range<usize>) -> String {
    match range.len() {
        // Of no lines the one before is told.
        0 => format!("{},0", range.start),
        1 => (range.start + 1).to_string(),
        len => format!("{},{len}", range.start + 1),
    }
}

/// A name as git writes it: in quotes if it has odd characters, and with a tab behind it if it
/// has spaces, so that programs see where it ends.
fn quoted(name: &str) -> String {
    let name = name.replace(std::path::MAIN_SEPARATOR, "/");
    let odd = |c: char| c.is_ascii_control() || matches!(c, '"' | '\\');
    if !name.contains(odd) {
        let end = if name.contains(' ') { "\t" } else { "" };
        return format!("{name}{end}");
    }
    let mut quoted = String::from('"');
    for c in name.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            _ if c.is_ascii_control() => quoted.extend(format!("\\{:03o}", u32::from(c)).chars()),
            _ => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: DiffStyle = DiffStyle { color: false, terminal: false };

    fn diff(old: &[u8], new: &[u8]) -> String {
        String::from_utf8(unified("a.txt", old, new, FILE)).unwrap()
    }

    #[test]
    fn no_difference_is_no_diff() {
        assert_eq!(diff(b"a\n", b"a\n"), "");
    }

    #[test]
    fn changes_stand_among_lines_that_stay() {
        let old: String = (1..=20).flat_map(|line| [line.to_string(), "\n".to_owned()]).collect();
        let new = old.replace("\n10\n", "\nten\n");
        assert_eq!(
            diff(old.as_bytes(), new.as_bytes()),
            "--- a/a.txt\n+++ b/a.txt\n@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n"
        );
    }

    #[test]
    fn a_missing_line_break_at_the_end_is_told() {
        let missing = "\\ No newline at end of file\n";
        let head = "--- a/a.txt\n+++ b/a.txt\n";
        assert_eq!(diff(b"a", b"b"), format!("{head}@@ -1 +1 @@\n-a\n{missing}+b\n{missing}"));
        assert_eq!(diff(b"a\nb", b"c\nb"), format!("{head}@@ -1,2 +1,2 @@\n-a\n+c\n b\n{missing}"));
        // A lone CR ends no line.
        assert_eq!(
            diff(b"a\r", b"b\r"),
            format!("{head}@@ -1 +1 @@\n-a\r\n{missing}+b\r\n{missing}")
        );
    }

    #[test]
    fn bytes_stay_as_they_are() {
        let written = unified("a.txt", b"\xFF\r\n", b"\xFE\x1b\r\n", FILE);
        assert!(written.ends_with(b"\n-\xFF\r\n+\xFE\x1b\r\n"));
    }

    #[test]
    fn on_a_terminal_nothing_is_hidden() {
        let style = DiffStyle { terminal: true, ..FILE };
        let written = unified("\x1b.txt", b"\xEF\xBB\xBFa\tb\r\n", b"a\x1b[2J\tb\r\n", style);
        let written = String::from_utf8(written).unwrap();
        assert_eq!(written, "--- a/␛.txt\n+++ b/␛.txt\n@@ -1 +1 @@\n-a\tb\n+a␛[2J\tb\n");
    }

    #[test]
    fn the_words_that_differ_are_marked() {
        colored::control::set_override(true);
        let style = DiffStyle { color: true, terminal: false };
        let written = unified("a.txt", b"our new rule\n", b"our own rule\n", style);
        let written = String::from_utf8(written).unwrap();
        assert!(written.contains("\x1b[7;31mnew\x1b[0m"), "{written:?}");
        assert!(written.contains("\x1b[7;32mown\x1b[0m"), "{written:?}");
    }

    #[test]
    fn odd_names_are_written_as_git_does() {
        assert_eq!(quoted("a/b.txt"), "a/b.txt");
        assert_eq!(quoted("a/my b.txt"), "a/my b.txt\t");
        assert_eq!(quoted("a/\"b\\\n"), "\"a/\\\"b\\\\\\012\"");
    }
}
