//! The sentence that a rewrite is fitted into, as words and what stands between them.
//!
//! It goes by letters alone; what the words mean to the rules is not known here.

use std::ops::Range;

use crate::text::TextSpan;

/// A sentence as words.
pub(super) struct Sentence<'t> {
    /// The whole text that all offsets count in.
    pub(super) text: &'t str,
    /// In order.
    pub(super) words: Vec<Word>,
}

/// One word of a sentence.
pub(super) struct Word {
    /// Where it stands, in bytes of the text.
    pub(super) span: Range<usize>,
    /// Its letters, small and with straight apostrophes.
    pub(super) lower: String,
}

impl<'t> Sentence<'t> {
    /// Takes a stretch of a text apart.
    pub(super) fn new(text: &'t str, span: TextSpan) -> Self {
        let mut words: Vec<Word> = Vec::new();
        let stretch = &text[span.range()];
        let base = span.range().start;
        let mut start = None;
        for (at, c) in stretch.char_indices().chain([(stretch.len(), ' ')]) {
            match (start, is_word(c)) {
                (None, true) => start = Some(at),
                (Some(from), false) => {
                    words.extend(word(stretch, from..at, base));
                    start = None;
                }
                _ => {}
            }
        }
        Self { text, words }
    }

    /// The first word that ends behind an offset; the number of words if none does.
    pub(super) fn word_at(&self, offset: u32) -> usize {
        self.words.partition_point(|word| word.span.end <= offset as usize)
    }

    /// The first word that begins at or behind an offset; the number of words if none does.
    pub(super) fn word_behind(&self, offset: u32) -> usize {
        self.words.partition_point(|word| word.span.start < offset as usize)
    }

    /// A word's letters; nothing if there is no such word.
    pub(super) fn lower(&self, word: usize) -> &str {
        self.words.get(word).map_or("", |word| word.lower.as_str())
    }

    /// What stands between a word and the one before it.
    pub(super) fn gap(&self, word: usize) -> &'t str {
        match (word.checked_sub(1).and_then(|before| self.words.get(before)), self.words.get(word))
        {
            (Some(before), Some(word)) => &self.text[before.span.end..word.span.start],
            _ => "",
        }
    }

    /// Whether punctuation divides a word from the one before it.
    pub(super) fn breaks_before(&self, word: usize) -> bool {
        const MARKS: [char; 18] = [
            ',', ';', ':', '(', ')', '[', ']', '.', '!', '?', '"', '\u{2013}', '\u{2014}',
            '\u{2026}', '\u{201C}', '\u{201D}', '\u{AB}', '\u{BB}',
        ];
        let gap = self.gap(word);
        // `run()` is a name, 4,112.60 and 8:10 are figures, 2.x is a version.
        let gap = gap.strip_prefix("()").unwrap_or(gap);
        let figure = gap == "," && self.written(word).starts_with(|c: char| c.is_ascii_digit());
        let inside = figure || matches!(gap, "." | ":");
        !inside && (gap.contains(MARKS) || gap.contains(" -") || gap.contains(is_symbol))
    }

    /// A word as it is written.
    pub(super) fn written(&self, word: usize) -> &'t str {
        self.words.get(word).map_or("", |word| &self.text[word.span.clone()])
    }

    /// Whether a word is the name of an account: `@somebody`.
    pub(super) fn is_handle(&self, word: usize) -> bool {
        self.words.get(word).is_some_and(|word| self.text[..word.span.start].ends_with('@'))
    }

    /// Whether a span is at the start of the sentence, and the sentence begins with a capital.
    pub(super) fn begins_large(&self, span: TextSpan) -> bool {
        self.word_at(span.start) == 0 && !self.is_small()
    }

    /// Whether the sentence is written without a capital at its start.
    pub(super) fn is_small(&self) -> bool {
        let first = self.words.first().and_then(|word| self.text[word.span.clone()].chars().next());
        first.is_some_and(char::is_lowercase)
    }

    /// Where the last word ends.
    pub(super) fn end(&self) -> usize {
        self.words.last().map_or(0, |word| word.span.end)
    }
}

/// Whether a character is a picture rather than writing: an emoji, an arrow.
fn is_symbol(c: char) -> bool {
    c >= '\u{2190}' && !c.is_alphanumeric()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\'' | '\u{2019}' | '-' | '/' | '@' | '&')
}

/// A word without the apostrophes and hyphens around it; nothing if there is only those.
fn word(stretch: &str, range: Range<usize>, base: usize) -> Option<Word> {
    let written = &stretch[range.clone()];
    let skipped = written.find(char::is_alphanumeric)?;
    let core = written[skipped..].trim_end_matches(|c: char| !c.is_alphanumeric());
    let start = base + range.start + skipped;
    let lower = core.to_lowercase().replace('\u{2019}', "'");
    Some(Word { span: start..start + core.len(), lower })
}
