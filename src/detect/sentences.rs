//! The sentences of a document, and what guards ask of each again and again: its owned next step,
//! and which conditions may hold in it. Each answer is found when first asked for, and kept.

use std::cell::OnceCell;
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::matcher::Matcher;
use super::neighbours::Neighbours;
use crate::language::Document;
use crate::rules::tables::Tables;

/// All the sentences of a document.
pub(super) struct Sentences<'a> {
    tables: &'a Tables<'a>,
    document: &'a Document<'a>,
    neighbours: &'a Neighbours<'a>,
    matcher: Matcher<'a>,
    /// The owned next step of each sentence, as far as it was looked for.
    steps: FxHashMap<usize, Option<Range<usize>>>,
    met: OnceCell<MetNeeds>,
    /// Whether conditions hold anywhere, as far as it was asked, by the numbers of their programs.
    held: FxHashMap<u32, bool>,
}

/// Which sentences have a word that meets a need of conditions: for each need a row of bits, one for
/// each sentence.
struct MetNeeds {
    bits: Vec<u64>,
    width: usize,
}

impl MetNeeds {
    fn new(tables: &Tables<'_>, document: &Document<'_>) -> Self {
        let width = document.sentences.len().div_ceil(64);
        let mut bits = vec![0; width * tables.need_count()];
        for (number, sentence) in document.sentences.iter().enumerate() {
            for token in &document.tokens[sentence.tokens.clone()] {
                for need in tables.needs_met_by(token.word).iter() {
                    bits[width * need as usize + number / 64] |= 1 << (number % 64);
                }
            }
        }
        Self { bits, width }
    }

    fn has(&self, sentence: usize, need: u32) -> bool {
        self.row(need)[sentence / 64] >> (sentence % 64) & 1 == 1
    }

    /// The first sentence, from one on, that has such a word.
    fn next(&self, need: u32, from: usize) -> Option<usize> {
        let row = self.row(need);
        let first = row.get(from / 64)? >> (from % 64) << (from % 64);
        let rest = row.iter().copied().enumerate().skip(from / 64 + 1);
        let mut rows = std::iter::once((from / 64, first)).chain(rest);
        let (row, bits) = rows.find(|&(_, bits)| bits != 0)?;
        Some(64 * row + bits.trailing_zeros() as usize)
    }

    fn row(&self, need: u32) -> &[u64] {
        &self.bits[self.width * need as usize..][..self.width]
    }
}

impl<'a> Sentences<'a> {
    pub(super) fn new(
        tables: &'a Tables<'a>,
        document: &'a Document<'a>,
        neighbours: &'a Neighbours<'a>,
    ) -> Self {
        Self {
            tables,
            document,
            neighbours,
            matcher: Matcher::new(tables, document),
            steps: FxHashMap::default(),
            met: OnceCell::new(),
            held: FxHashMap::default(),
        }
    }

    /// What was said around the document.
    pub(super) fn neighbours(&self) -> &'a Neighbours<'a> {
        self.neighbours
    }

    pub(super) fn document(&self) -> &'a Document<'a> {
        self.document
    }

    /// What matching goes by.
    pub(super) fn tables(&self) -> &'a Tables<'a> {
        self.tables
    }

    pub(super) fn len(&self) -> usize {
        self.document.sentences.len()
    }

    /// The matcher, turned to a sentence.
    pub(super) fn matcher(&mut self, sentence: usize) -> &mut Matcher<'a> {
        self.matcher.turn_to(sentence);
        &mut self.matcher
    }

    /// What `look` finds in a sentence, looked for only once.
    pub(super) fn step(
        &mut self,
        sentence: usize,
        look: impl FnOnce(&mut Self) -> Option<Range<usize>>,
    ) -> Option<Range<usize>> {
        if let Some(known) = self.steps.get(&sentence) {
            return known.clone();
        }
        let found = look(self);
        self.steps.insert(sentence, found.clone());
        found
    }

    fn met(&self) -> &MetNeeds {
        self.met.get_or_init(|| MetNeeds::new(self.tables, self.document))
    }

    /// Whether a sentence has one of the rarest words of a condition, without which it can't hold.
    pub(super) fn may_hold(&self, sentence: usize, condition: u32) -> bool {
        self.met().has(sentence, self.tables.need(condition))
    }

    /// Whether a condition holds anywhere, looked for only once.
    pub(super) fn anywhere(&mut self, condition: u32) -> bool {
        if let Some(&known) = self.held.get(&condition) {
            return known;
        }
        let need = self.tables.need(condition);
        let mut next = self.met().next(need, 0);
        while let Some(sentence) = next
            && !self.holds_in(sentence, condition)
        {
            next = self.met().next(need, sentence + 1);
        }
        self.held.insert(condition, next.is_some());
        next.is_some()
    }

    /// Whether a condition holds anywhere in a sentence.
    pub(super) fn has(&mut self, sentence: usize, condition: u32) -> bool {
        self.may_hold(sentence, condition) && self.holds_in(sentence, condition)
    }

    /// The same where it may hold.
    fn holds_in(&mut self, sentence: usize, condition: u32) -> bool {
        let program = self.tables.other(condition);
        self.matcher(sentence).matches(&program)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_sentence_is_found_across_numbers() {
        let mut bits = vec![0; 6];
        for sentence in [3, 63, 64, 190] {
            bits[3 + sentence / 64] |= 1 << (sentence % 64);
        }
        let met = MetNeeds { bits, width: 3 };
        let all: Vec<_> =
            std::iter::successors(met.next(1, 0), |last| met.next(1, last + 1)).collect();
        assert_eq!(all, [3, 63, 64, 190]);
        assert!(met.has(64, 1) && !met.has(65, 1) && met.next(0, 0).is_none());
        assert_eq!(met.next(1, 192), None);
    }
}
