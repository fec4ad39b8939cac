//! The sentences of a document, each prepared for matching when first asked for.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::matcher::Matcher;
use super::neighbours::Neighbours;
use crate::language::Document;
use crate::rules::tables::{Script, Tables};

/// All the matchers of a document.
pub(super) struct Sentences<'a> {
    tables: &'a Tables<'a>,
    document: &'a Document<'a>,
    neighbours: &'a Neighbours<'a>,
    matchers: Vec<Option<Matcher<'a>>>,
    /// The owned next step of each sentence, as far as it was looked for.
    steps: FxHashMap<usize, Option<Range<usize>>>,
    /// Whether conditions hold anywhere, as far as it was asked, by the numbers of their programs.
    held: FxHashMap<u32, bool>,
}

impl<'a> Sentences<'a> {
    pub(super) fn new(
        tables: &'a Tables<'a>,
        document: &'a Document<'a>,
        neighbours: &'a Neighbours<'a>,
    ) -> Self {
        let matchers = std::iter::repeat_with(|| None).take(document.sentences.len()).collect();
        Self {
            tables,
            document,
            neighbours,
            matchers,
            steps: FxHashMap::default(),
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
        self.matchers.len()
    }

    /// The number of a word list, by its name.
    pub(super) fn list(&self, name: &str) -> Option<u32> {
        self.tables.list(name)
    }

    pub(super) fn matcher(&mut self, sentence: usize) -> &mut Matcher<'a> {
        let (tables, document) = (self.tables, self.document);
        let tokens: Range<usize> = document.sentences[sentence].tokens.clone();
        self.matchers[sentence].get_or_insert_with(|| Matcher::new(tables, document, tokens))
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

    /// Whether the program of a condition matches anywhere, looked for only once.
    pub(super) fn anywhere(&mut self, condition: u32) -> bool {
        if let Some(&known) = self.held.get(&condition) {
            return known;
        }
        let program = self.tables.other(condition);
        let holds = (0..self.len()).any(|sentence| self.has(sentence, &program));
        self.held.insert(condition, holds);
        holds
    }

    /// Whether a program matches anywhere in a sentence.
    pub(super) fn has(&mut self, sentence: usize, program: &Script<'_>) -> bool {
        let start = self.document.sentences[sentence].tokens.start;
        self.matcher(sentence).find(program, start).is_some()
    }
}
