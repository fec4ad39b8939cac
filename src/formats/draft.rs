//! Reply drafts: the whole file is one turn of the agent.
//!
//! Quoted lines, code and addresses are left in the text; the language layer
//! marks them, in plain text as in Markdown. Only what Markdown keeps apart from
//! the text, its front matter, is taken off here.

use super::{Certainty, Format, Input, Reading};
use crate::text::{MappedText, TextSpan};
use crate::turn::{Conversation, Role, Turn};

/// A draft in plain text.
pub(super) const TEXT: Format = Format {
    name: "text",
    about: "A reply draft in plain text",
    recognize: |_| Certainty::Fallback,
    read: |input| draft(input.text.clone()),
};

/// A draft in Markdown: as plain text, without its front matter.
pub(super) const MARKDOWN: Format = Format {
    name: "markdown",
    about: "A reply draft in Markdown, its front matter left out",
    recognize: |input| {
        let markdown = ["md", "markdown", "mdown", "mkd"].contains(&input.extension().as_str());
        if markdown { Certainty::Likely } else { Certainty::No }
    },
    read: |input| draft(without_front_matter(input)),
};

fn draft(text: MappedText) -> Reading {
    let conversation =
        Conversation { turns: vec![Turn::new(Role::Agent, text)], ..Conversation::default() };
    Reading { conversations: vec![conversation], problems: Vec::new() }
}

fn without_front_matter(input: &Input<'_>) -> MappedText {
    let text = &input.text;
    let Some(end) = front_matter_end(text.as_str()) else { return text.clone() };
    let mut builder = MappedText::builder();
    builder.push_slice(text, TextSpan::new(end, text.as_str().len()));
    builder.finish()
}

/// Where the front matter ends: between a first line and a later one of `---` (YAML) or
/// `+++` (TOML).
fn front_matter_end(text: &str) -> Option<usize> {
    let fence = ["---", "+++"]
        .into_iter()
        .find(|fence| text.lines().next().is_some_and(|line| line.trim_end() == *fence))?;
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        at += line.len();
        if number > 0 && line.trim_end() == fence {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{InputFormat, read};
    use crate::source::Source;

    #[test]
    fn front_matter_is_no_prose_and_places_stay_true() {
        let source = Source::new("a.md".to_owned(), b"---\ntitle: Not my job\n---\nHello".to_vec());
        let turn = &read(&source, InputFormat::Auto).conversations[0].turns[0];
        assert_eq!(turn.text.as_str(), "Hello");
        assert_eq!(turn.text.to_source(TextSpan::new(0, 5)).start, 26);
    }

    #[test]
    fn a_rule_at_the_top_is_no_front_matter() {
        assert_eq!(front_matter_end("---\nnever closed"), None);
        assert_eq!(front_matter_end("Hello\n---\n"), None);
    }
}
