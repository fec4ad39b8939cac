//! A mistake in a rule pack, shown where it stands.

use super::diagnostic::{Diagnostic, Draftsman, Ink, Note, NoteKind, Snippet};
use super::place;
use crate::finding::Severity;
use crate::rules::error::PackError;
use crate::source::Source;

/// Lines of a pack are cut to this many columns.
const WIDTH: usize = 100;

/// The error as rustc would show it: the line of the file, the place marked, the way out.
/// Several lines, without the last line break.
#[must_use]
pub fn pack_error(error: &PackError, color: bool) -> String {
    let text = &*error.text;
    let start = boundary(text, error.span.start);
    let end = boundary(text, error.span.end).max(start);
    let source = Source::new(error.file.clone(), text.as_bytes().to_vec());
    let at = source.position(start);
    Draftsman::new(color, WIDTH).draw(&Diagnostic {
        severity: Severity::Error,
        id: None,
        title: &error.message,
        place: place(&source, at),
        snippet: Some(Snippet {
            text,
            span: start..end,
            line: Some(at.line),
            label: Some(&error.label).filter(|label| !label.is_empty()).map(String::as_str),
        }),
        notes: error.help.iter().map(|help| note(help)).collect(),
    })
}

fn note(help: &str) -> Note<'_> {
    Note { kind: NoteKind::Help, parts: vec![(Ink::Plain, help)] }
}

/// The nearest place at or before `offset` where a character starts.
fn boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn error(text: &str, marked: &str, label: &str, help: Option<&str>) -> PackError {
        let start = text.find(marked).expect("the marked words are in the text");
        PackError {
            file: "rules/team.toml".to_owned(),
            text: text.into(),
            span: start..start + marked.len(),
            message: "the bracket is never closed".to_owned(),
            label: label.to_owned(),
            help: help.map(str::to_owned),
        }
    }

    #[test]
    fn the_line_is_shown_and_the_place_marked() {
        let text = "[[rule]]\nid = \"é\"\n\tphrases = [\"(not|never my job\"]\n";
        let help = "write `)` after the last alternative";
        let error = error(text, "(", "opened here", Some(help));
        assert_snapshot!(pack_error(&error, false), @r#"
        error: the bracket is never closed
         --> rules/team.toml:3:14
          |
        3 |     phrases = ["(not|never my job"]
          |                 ^ opened here
          |
          = help: write `)` after the last alternative
        "#);
    }

    #[test]
    fn an_error_in_several_lines_is_marked_on_each() {
        let text = "[[rule]]\nphrases = [\n  \"a\",\n]\n";
        assert_snapshot!(pack_error(&error(text, "[\n  \"a\",\n]", "no `id`", None), false), @r#"
        error: the bracket is never closed
         --> rules/team.toml:2:11
          |
        2 | phrases = [
          |           ^
        3 |   "a",
          |   ^^^^
        4 | ]
          | ^ no `id`
        "#);
    }

    #[test]
    fn a_span_beyond_the_end_or_inside_a_character_does_no_harm() {
        let mut error = error("é", "é", "", None);
        for span in [0..0, 1..2, 2..2, 1..100, 50..100] {
            error.span = span;
            assert!(pack_error(&error, false).contains('^'), "{error:?}");
        }
        error.text = "".into();
        assert_snapshot!(pack_error(&error, false), @r"
        error: the bracket is never closed
         --> rules/team.toml:1:1
          |
        1 |
          | ^
        ");
    }

    #[test]
    fn a_hostile_pack_cannot_reach_the_terminal() {
        let mut error = error("id = \"\x1b[2J\"", "\x1b[2J", "\x1b[1m", Some("\x1b[3m"));
        error.file = "\x1b[4m".to_owned();
        assert!(!pack_error(&error, false).contains('\x1b'));
    }
}
