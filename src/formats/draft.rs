//! Reply drafts: the whole file is one turn of the agent.
//!
//! Quoted lines, code and addresses are left in the text; the language layer
//! marks them, in plain text as in Markdown. Only what Markdown keeps apart from
//! the text, its front matter, is taken off here.

use super::Conversation;
use crate::source::Source;
use crate::text::MappedText;
use crate::turn::{Role, Turn};

/// A draft in plain text.
pub(super) fn text(source: &Source) -> Conversation {
    let (text, problems) = source.decode();
    Conversation { turns: vec![Turn { role: Role::Agent, text }], problems }
}

/// A draft in Markdown: as plain text, without its front matter.
pub(super) fn markdown(source: &Source) -> Conversation {
    let (text, problems) = source.decode();
    let text = without_front_matter(text);
    Conversation { turns: vec![Turn { role: Role::Agent, text }], problems }
}

fn without_front_matter(text: MappedText) -> MappedText {
    match front_matter_end(text.as_str()) {
        Some(end) => text.split_off(end),
        None => text,
    }
}

/// Where the front matter ends: between a first line and a later one of `---` (YAML) or `+++` (TOML).
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
    use crate::text::TextSpan;

    #[test]
    fn front_matter_is_no_prose_and_places_stay_true() {
        let source = Source::new("a.md".to_owned(), b"---\ntitle: Not my job\n---\nHello".to_vec());
        let turn = &markdown(&source).turns[0];
        assert_eq!(turn.text.as_str(), "Hello");
        assert_eq!(turn.text.to_source(TextSpan::new(0, 5)).start, 26);
    }

    #[test]
    fn a_rule_at_the_top_is_no_front_matter() {
        assert_eq!(front_matter_end("---\nnever closed"), None);
        assert_eq!(front_matter_end("Hello\n---\n"), None);
    }
}
