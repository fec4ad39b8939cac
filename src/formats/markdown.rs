//! Reply drafts in Markdown: the whole file is one turn of the agent.
//!
//! What a reader sees stays as it is written, marks of emphasis, code spans, tags and
//! quoted lines included, since the language layer knows them in plain text too. What only
//! Markdown knows is settled here: front matter, code blocks, definitions of links and
//! comments are left out, targets of links become code, entities are decoded, and blocks
//! (a list's items, a table's cells) are kept apart by blank lines.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::lines::trimmed;
use super::{Certainty, Format, Input, draft};
use crate::text::{Layer, MappedText, MappedTextBuilder, TextSpan};

/// A draft in Markdown.
pub(super) const MARKDOWN: Format = Format {
    name: "markdown",
    about: "A reply draft in Markdown; code, link targets and front matter left out",
    recognize: |input| {
        let markdown = ["md", "markdown", "mdown", "mkd"].contains(&input.extension().as_str());
        if markdown { Certainty::Likely } else { Certainty::No }
    },
    read: |input| draft::draft(prose(input)),
};

/// The prose of a Markdown text.
fn prose(input: &Input<'_>) -> MappedText {
    let text = &input.text;
    let start = front_matter_end(text.as_str()).unwrap_or(0);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let mut prose = Prose::new(text);
    let events = Parser::new_ext(&text.as_str()[start..], options).into_offset_iter();
    for (event, range) in events {
        prose.event(&event, start + range.start..start + range.end);
    }
    prose.out.finish()
}

/// Puts the prose together.
struct Prose<'a> {
    text: &'a MappedText,
    out: MappedTextBuilder,
    /// Where the next piece of the open block begins; `None` between blocks.
    at: Option<usize>,
    /// Where the last block ended.
    end: usize,
    /// How many quotations are open.
    quotes: usize,
    /// Whether the open block holds no prose.
    silent: bool,
}

impl<'a> Prose<'a> {
    fn new(text: &'a MappedText) -> Self {
        let out = MappedText::builder_in(Layer::Markdown);
        Self { text, out, at: None, end: 0, quotes: 0, silent: false }
    }

    fn event(&mut self, event: &Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.stop(*tag, range),
            Event::Text(decoded) => self.words(decoded, range),
            Event::Code(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) => {
                self.open(range.start);
                self.marked(range.end);
            }
            Event::SoftBreak | Event::HardBreak => self.line_break(range),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::BlockQuote(_) => {
                self.close(range.start);
                self.quotes += 1;
            }
            Tag::CodeBlock(_) | Tag::MetadataBlock(_) | Tag::HtmlBlock => {
                self.close(range.start);
                if matches!(tag, Tag::HtmlBlock) {
                    self.html(range);
                }
                self.silent = true;
            }
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } => {
                self.open(range.start);
                self.gap(range.start);
            }
            // Its words are not read; but a link around it begins before it.
            Tag::Image { .. } => self.open(range.start),
            _ => self.close(range.start),
        }
    }

    fn stop(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::BlockQuote(_) => {
                self.close(range.end);
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::CodeBlock | TagEnd::MetadataBlock(_) | TagEnd::HtmlBlock => {
                self.silent = false;
                self.end = range.end;
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => self.verbatim(range.end),
            TagEnd::Link | TagEnd::Image => self.target(range.end),
            _ => self.close(range.end),
        }
    }

    /// Takes a block of HTML as it is written, if words in it are shown.
    fn html(&mut self, range: Range<usize>) {
        let span = trimmed(self.text.as_str(), range.start, range.end);
        if !span.is_empty() && is_prose(self.text.slice(span)) {
            self.open(span.range().start);
            self.marked(span.range().end);
            self.close(span.range().end);
        }
    }

    /// Takes words; where they differ from the source, an entity was decoded.
    fn words(&mut self, decoded: &str, range: Range<usize>) {
        if self.silent {
            return;
        }
        self.open(range.start);
        let escaped = self.gap(range.start);
        let mut span = TextSpan::new(range.start, range.end);
        if escaped
            && let Some(first) = decoded.chars().next()
            && self.text.slice(span) == decoded
        {
            let start = TextSpan::new(range.start - 1, range.start + first.len_utf8());
            self.out.push_decoded(&decoded[..first.len_utf8()], self.text, start);
            span.start = start.end;
            self.out.push_slice(self.text, span);
            self.at = Some(range.end);
            return;
        }
        if self.text.slice(span) == decoded {
            self.out.push_slice(self.text, span);
        } else {
            self.out.push_decoded(decoded, self.text, span);
        }
        self.at = Some(range.end);
    }

    /// What stands between two pieces of a block: marks, or the backslash before one.
    /// Returns whether it is that backslash, which is no part of the text.
    fn gap(&mut self, end: usize) -> bool {
        let Some(at) = self.at.filter(|&at| at < end) else { return false };
        let escape = &self.text.as_str()[at..end] == "\\";
        if !escape {
            self.out.push_slice(self.text, TextSpan::new(at, end));
        }
        self.at = Some(end);
        escape
    }

    /// Takes all up to `end` as it is written.
    fn verbatim(&mut self, end: usize) {
        let at = self.at.unwrap_or(end);
        if at < end && !self.silent {
            self.out.push_slice(self.text, TextSpan::new(at, end));
            self.at = Some(end);
        }
    }

    /// Takes what is up to `end` as it is written, and as no words: code, tags, addresses.
    fn marked(&mut self, end: usize) {
        let at = self.at.unwrap_or(end);
        if at < end && !self.silent {
            self.out.push_marked_slice(self.text, TextSpan::new(at, end));
            self.at = Some(end);
        }
    }

    /// Takes the end of a link, `](/help "Help")`, as code between backticks. What is an
    /// address already, or names no target, needs none.
    fn target(&mut self, end: usize) {
        let Some(at) = self.at.filter(|&at| at < end && !self.silent) else { return };
        let tail = &self.text.as_str()[at..end];
        let inner = tail.strip_prefix("](").and_then(|inner| inner.strip_suffix(')'));
        let reference = tail.strip_prefix("][").and_then(|inner| inner.strip_suffix(']'));
        let Some(inner) = inner.or(reference).filter(|inner| !inner.is_empty()) else {
            return self.marked(end);
        };
        if inner.contains(['`', '\n']) {
            self.out.push_decoded_mark("](`\u{2026}`)", self.text, TextSpan::new(at, end));
        } else if inner.contains("://") && !inner.contains(char::is_whitespace) {
            return self.marked(end);
        } else {
            let last = end - 1;
            self.out.push_decoded_mark("](`", self.text, TextSpan::new(at, at + 2));
            self.out.push_marked_slice(self.text, TextSpan::new(at + 2, last));
            self.out.push_decoded_mark("`)", self.text, TextSpan::new(last, end));
        }
        self.at = Some(end);
    }

    /// Takes a line break, and in a quotation the mark of the next line.
    fn line_break(&mut self, range: Range<usize>) {
        let Some(at) = self.at.filter(|_| !self.silent) else { return };
        let span = TextSpan::new(at.min(range.start), range.end);
        if self.quotes == 0 {
            self.out.push_decoded("\n", self.text, span);
            self.at = Some(self.after_indent(range.end));
        } else {
            let next = self.after_marks(range.end);
            let span = TextSpan::new(range.start, next);
            self.out.push_decoded("\n> ", self.text, span);
            self.at = Some(next);
        }
    }

    fn after_indent(&self, at: usize) -> usize {
        let rest = &self.text.as_str()[at..];
        at + rest.len() - rest.trim_start_matches([' ', '\t']).len()
    }

    /// Where the words of a quoted line begin.
    fn after_marks(&self, at: usize) -> usize {
        let rest = &self.text.as_str()[at..];
        at + rest.len() - rest.trim_start_matches([' ', '\t', '>']).len()
    }

    /// Opens a block at its first piece, unless one is open.
    fn open(&mut self, start: usize) {
        if self.at.is_some() || self.silent {
            return;
        }
        let gap = TextSpan::new(self.end.min(start), start);
        if !self.out.is_empty() {
            self.out.push_decoded_mark("\n\n", self.text, gap);
        }
        if self.quotes > 0 {
            self.out.push_decoded_mark("> ", self.text, TextSpan::new(start, start));
        }
        self.at = Some(start);
    }

    fn close(&mut self, end: usize) {
        if let Some(at) = self.at.take() {
            self.end = at;
        } else if self.out.is_empty() {
            self.end = end;
        }
    }
}

/// Whether HTML between blocks shows words.
fn is_prose(html: &str) -> bool {
    let start = html.trim_start().to_ascii_lowercase();
    !["<!--", "<script", "<style", "<?", "<!"].iter().any(|hidden| start.starts_with(hidden))
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

    fn prose(markdown: &str) -> String {
        let source = Source::new("a.md".to_owned(), markdown.as_bytes().to_vec());
        read(&source, InputFormat::Auto).conversations[0].turns[0].text.as_str().to_owned()
    }

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

    #[test]
    fn code_and_definitions_are_left_out() {
        assert_eq!(prose("a\n\n    code\n\nb"), "a\n\nb");
        assert_eq!(prose("a\n\n```\ncode\n```\n\nb `c` d"), "a\n\nb `c` d");
        assert_eq!(prose("see [it][1]\n\n[1]: /not-my-job \"Not my job\"\n"), "see [it](`1`)");
        assert_eq!(prose("<!-- not my job -->\n\nHello <!-- no --> you"), "Hello <!-- no --> you");
        assert_eq!(prose("<!-- not\nmy job -->\n\n<div>\nHello\n</div>\n"), "<div>\nHello\n</div>");
    }

    #[test]
    fn targets_of_links_are_code() {
        assert_eq!(
            prose("see [our page](/not-my-job \"Not my job\")."),
            "see [our page](`/not-my-job \"Not my job\"`)."
        );
        assert_eq!(
            prose("see [our page](https://a.example/b)."),
            "see [our page](https://a.example/b)."
        );
        assert_eq!(prose("[a `b` *c*](d)"), "[a `b` *c*](`d`)");
    }

    #[test]
    fn blocks_are_kept_apart() {
        assert_eq!(
            prose("# Title\nWords\nmore\n- one\n- two\n"),
            "Title\n\nWords\nmore\n\none\n\ntwo"
        );
        assert_eq!(prose("|a|b|\n|-|-|\n|c|d|\n"), "a\n\nb\n\nc\n\nd");
        assert_eq!(prose("Title\n=====\nWords"), "Title\n\nWords");
    }

    #[test]
    fn every_line_of_a_quotation_is_quoted() {
        assert_eq!(prose("Hi\n\n> one\ntwo\n> three\n\nBye"), "Hi\n\n> one\n> two\n> three\n\nBye");
        assert_eq!(prose("- > one\n  > two\n"), "> one\n> two");
    }

    #[test]
    fn escapes_and_entities_are_decoded() {
        assert_eq!(prose("isn&#39;t **my** job \\*not\\* &amp; so"), "isn't **my** job *not* & so");
    }
}
