//! The sentences of a document, and what guards ask of each again and again: its owned next step,
//! and which conditions may hold in it. Each answer is found when first asked for, and kept.

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
    met: MetNeeds,
    /// Whether conditions hold anywhere, as far as it was asked, by the numbers of their programs.
    held: FxHashMap<u32, bool>,
}

/// Which sentences have a word that meets a need of conditions, as rows of bits, each made when it
/// is first asked for.
#[derive(Default)]
struct MetNeeds {
    /// The bits of all rows, one row behind the other.
    bits: Vec<u64>,
    is_made: Vec<bool>,
}

impl MetNeeds {
    fn has(
        &mut self,
        sentence: usize,
        need: u32,
        tables: &Tables<'_>,
        document: &Document<'_>,
    ) -> bool {
        let width = tables.need_count().div_ceil(64);
        if self.is_made.is_empty() {
            self.is_made = vec![false; document.sentences.len()];
            self.bits = vec![0; width * self.is_made.len()];
        }
        let row = &mut self.bits[width * sentence..width * (sentence + 1)];
        if !std::mem::replace(&mut self.is_made[sentence], true) {
            for token in &document.tokens[document.sentences[sentence].tokens.clone()] {
                for need in tables.met_by(token.word).iter() {
                    row[need as usize / 64] |= 1 << (need % 64);
                }
            }
        }
        row[need as usize / 64] & 1 << (need % 64) != 0
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
            met: MetNeeds::default(),
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

    /// Whether a sentence has one of the rarest words of a condition, without which it can't hold.
    pub(super) fn may_hold(&mut self, sentence: usize, condition: u32) -> bool {
        let need = self.tables.need(condition);
        self.met.has(sentence, need, self.tables, self.document)
    }

    /// Whether a condition holds anywhere, looked for only once.
    pub(super) fn anywhere(&mut self, condition: u32) -> bool {
        if let Some(&known) = self.held.get(&condition) {
            return known;
        }
        let holds = (0..self.len()).any(|sentence| self.has(sentence, condition));
        self.held.insert(condition, holds);
        holds
    }

    /// Whether a condition holds anywhere in a sentence.
    pub(super) fn has(&mut self, sentence: usize, condition: u32) -> bool {
        self.may_hold(sentence, condition) && {
            let program = self.tables.other(condition);
            let matcher = self.matcher(sentence);
            let start = matcher.sentence().start;
            matcher.find(&program, start).is_some()
        }
    }
}
