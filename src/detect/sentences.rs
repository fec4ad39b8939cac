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
    /// What is known of each sentence.
    known: Vec<Known>,
    /// Whether conditions hold anywhere, as far as it was asked, by the numbers of their programs.
    held: FxHashMap<u32, bool>,
}

/// What is known of a sentence so far.
#[derive(Clone, Default)]
struct Known {
    /// Its owned next step, once it was looked for.
    step: Option<Option<Range<usize>>>,
    /// What of the needs of conditions its words meet, as bits, once it was asked.
    met: Option<Box<[u64]>>,
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
            known: vec![Known::default(); document.sentences.len()],
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
        self.known.len()
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
        if let Some(known) = &self.known[sentence].step {
            return known.clone();
        }
        let found = look(self);
        self.known[sentence].step = Some(found.clone());
        found
    }

    /// Whether a sentence has one of the words without which a condition holds nowhere, looked for
    /// only once for all conditions.
    pub(super) fn may_hold(&mut self, sentence: usize, condition: u32) -> bool {
        let Self { tables, document, known, .. } = self;
        let met = known[sentence].met.get_or_insert_with(|| {
            let mut bits = vec![0; tables.need_count().div_ceil(64)];
            for token in &document.tokens[document.sentences[sentence].tokens.clone()] {
                for need in tables.met_by(token.word).iter() {
                    bits[need as usize / 64] |= 1 << (need % 64);
                }
            }
            bits.into()
        });
        let need = tables.need(condition);
        met[need as usize / 64] & 1 << (need % 64) != 0
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
