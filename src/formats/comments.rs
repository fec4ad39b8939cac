//! Comments to buckstop itself in a draft, `<!-- buckstop-disable not-my-job -->`: where they
//! stand. What they ask for is not known here.

use std::ops::Range;

use crate::text::{MappedText, TextSpan};

/// What every such comment begins with.
pub(crate) const MARK: &str = "buckstop-";

/// A comment, in bytes of its text.
pub(crate) struct Comment {
    /// All of it, with what opens and closes it; a whole line if that is its form.
    pub(crate) whole: Range<usize>,
    /// From the mark on, without what closes it.
    pub(crate) words: Range<usize>,
}

/// The comments of a text, in order.
///
/// A comment is `<!-- ... -->`, the `[//]: # (...)` of Markdown, or a line that begins with one of
/// the marks by which plain text, code and markup begin their comments.
pub(crate) fn comments(text: &str) -> Vec<Comment> {
    let mut comments = Vec::new();
    if memchr::memmem::find(text.as_bytes(), MARK.as_bytes()).is_none() {
        return comments;
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let found = line.match_indices(MARK).filter_map(|(at, _)| comment(line, at));
        comments.extend(found.map(|Comment { whole, words }| Comment {
            whole: start + whole.start..start + whole.end,
            words: start + words.start..start + words.end,
        }));
        start += line.len();
    }
    comments
}

/// A text without the comments in it; each parts what stands around it.
pub(super) fn without_comments(text: &MappedText) -> MappedText {
    let comments = comments(text.as_str());
    if comments.is_empty() {
        return text.clone();
    }
    let mut rest = MappedText::builder();
    let mut at = 0;
    for Comment { whole, .. } in comments {
        rest.push_slice(text, TextSpan::new(at, whole.start));
        rest.push_decoded_mark("\n\n", text, TextSpan::new(whole.start, whole.end));
        at = whole.end;
    }
    rest.push_slice(text, TextSpan::new(at, text.as_str().len()));
    rest.finish()
}

/// The comment of a line that has its mark at a byte; nothing if the words stand in no comment.
fn comment(line: &str, at: usize) -> Option<Comment> {
    const BEGINNINGS: [&str; 5] = ["#", "//", ";", "%", ".."];
    let before = line[..at].trim_end();
    let rest = &line[at..];
    let closed = |open: &str, close: &str| {
        let end = at + rest.find(close)?;
        Some(Comment { whole: before.len() - open.len()..end + close.len(), words: at..end })
    };
    if before.ends_with("<!--") {
        closed("<!--", "-->")
    } else if before == "[//]: # (" {
        closed(before, ")")
    } else {
        let end = line.trim_end().len();
        BEGINNINGS
            .contains(&before.trim_start())
            .then_some(Comment { whole: 0..end, words: at..end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_told_from_words_about_it() {
        let words = |line: &str| {
            let found: Vec<&str> =
                comments(line).into_iter().map(|comment| &line[comment.words]).collect();
            found.join("|")
        };
        assert_eq!(words("<!-- buckstop-disable a -->b"), "buckstop-disable a ");
        assert_eq!(
            words("x <!--buckstop-enable--> y <!-- buckstop-z -->"),
            "buckstop-enable|buckstop-z "
        );
        assert_eq!(words("[//]: # (buckstop-disable a)"), "buckstop-disable a");
        assert_eq!(words("a\n  # buckstop-disable a\r\nb"), "buckstop-disable a");
        assert_eq!(words("Write buckstop-disable into it"), "");
        assert_eq!(words("<!-- buckstop-disable"), "");
    }

    #[test]
    fn what_is_left_keeps_its_places() {
        let text = MappedText::verbatim("a\n# buckstop-x\nb".to_owned(), 10);
        let rest = without_comments(&text);
        assert_eq!(rest.as_str(), "a\n\n\n\nb");
        assert_eq!(rest.to_source(TextSpan::new(5, 6)).start, 25);
    }
}
