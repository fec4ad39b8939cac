//! Setting text into lines of a given width.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

/// Writes a paragraph, broken at white space so that no line is wider than `width` columns
/// if its words allow, each line after the first behind `indent` spaces.
///
/// The first line is taken to start behind `indent` columns that the caller has written.
///
/// # Errors
///
/// Whatever `out` answers to a write.
pub(super) fn paragraph(
    out: &mut impl Write,
    text: &str,
    indent: usize,
    width: usize,
) -> io::Result<()> {
    let mut column = indent;
    for word in text.split_whitespace() {
        if column > indent && column + 1 + word.width() > width {
            write!(out, "\n{:indent$}", "")?;
            column = indent;
        } else if column > indent {
            write!(out, " ")?;
            column += 1;
        }
        write!(out, "{word}")?;
        column += word.width();
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_hang() {
        let mut out = Vec::new();
        paragraph(&mut out, "Somebody else decided,\ndon’t blame me.", 2, 16).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "Somebody else\n  decided, don’t\n  blame me.\n"
        );
    }

    #[test]
    fn a_word_that_is_too_long_stands_alone() {
        let mut out = Vec::new();
        paragraph(&mut out, "a incomprehensibilities b", 0, 5).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "a\nincomprehensibilities\nb\n");
    }
}
