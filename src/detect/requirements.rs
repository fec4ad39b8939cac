//! What phrases require of a sentence before they are looked at, and what of it a sentence meets.
//!
//! A requirement is a set of words of which the sentence must have one. Which of them a word meets
//! lies ready as a row of bits, so that a sentence meets what the rows of its words meet together.

use crate::flat::Numbers;
use crate::language::WordId;
use crate::rules::tables::Tables;

/// Rows of bits for words that meet many requirements, each made when its word is first met.
#[derive(Default)]
pub(super) struct Requirements {
    /// By words: the number of their row, counted from 1; 0 if it is not made yet.
    rows: Vec<u32>,
    bits: Vec<[u64; BLOCK]>,
    /// What the sentence at hand meets.
    met: Vec<[u64; BLOCK]>,
}

/// So many numbers are joined at a time.
const BLOCK: usize = 4;

/// So many requirements of a word are noted one by one.
const FEW: usize = 48;

impl Requirements {
    /// What a sentence meets, by the words that rules know.
    pub(super) fn met_by(&mut self, tables: &Tables<'_>, words: &[WordId]) -> &[u64] {
        let width = tables.requirement_count().div_ceil(64 * BLOCK);
        self.rows.resize(tables.words.len(), 0);
        self.met.clear();
        self.met.resize(width, [0; BLOCK]);
        self.met[0][0] = 1;
        for &word in words {
            let meets = tables.requirements_met_by(word);
            if meets.len() <= FEW {
                note(meets, self.met.as_flattened_mut());
                continue;
            }
            let row = self.row(tables, word, width);
            for (met, bits) in self.met.iter_mut().zip(&self.bits[width * (row - 1)..]) {
                *met = std::array::from_fn(|at| met[at] | bits[at]);
            }
        }
        self.met.as_flattened()
    }

    fn row(&mut self, tables: &Tables<'_>, word: WordId, width: usize) -> usize {
        let row = &mut self.rows[word.0 as usize];
        if *row == 0 {
            let start = self.bits.len();
            self.bits.resize(start + width, [0; BLOCK]);
            note(tables.requirements_met_by(word), self.bits[start..].as_flattened_mut());
            *row = (self.bits.len() / width) as u32;
        }
        *row as usize
    }
}

fn note(requirements: Numbers<'_>, bits: &mut [u64]) {
    for requirement in requirements.iter() {
        bits[requirement as usize / 64] |= 1 << (requirement % 64);
    }
}
