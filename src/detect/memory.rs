//! Sentences that were looked at before, and the phrases that matched in them.
//!
//! People who answer customers all day say the same sentences again and again, and much of what they
//! send was written once and for all. What phrases match in a sentence depends on nothing but the
//! sentence, so it is remembered; what guards make of it depends on what stands around it, and is not.

use std::hash::Hasher;
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHasher};

use super::matcher::Match;

/// A phrase that matched. Its tokens count from the start of the sentence.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) phrase: u32,
    pub(super) place: Match,
}

/// What is remembered. When the recent half is full, the older one is forgotten, and takes over what
/// was recent; who is asked for again becomes recent again.
#[derive(Default)]
pub(super) struct Memory {
    recent: Half,
    older: Half,
    /// What matched in a sentence that is not remembered.
    once: Vec<Found>,
}

#[derive(Default)]
struct Half {
    /// By the hash of a sentence.
    entries: FxHashMap<u64, Entry>,
    texts: String,
    found: Vec<Found>,
}

#[derive(Clone)]
struct Entry {
    text: Range<u32>,
    found: Range<u32>,
}

/// The most bytes of sentences in a half.
const MOST: usize = 1 << 20;

/// Nobody says longer sentences twice, in bytes.
const LONGEST: usize = 500;

impl Memory {
    /// What matched in a sentence: as it is remembered, or as `look` tells it.
    pub(super) fn recall(
        &mut self,
        sentence: &str,
        look: impl FnOnce(&mut Vec<Found>),
    ) -> &[Found] {
        if sentence.len() > LONGEST {
            return self.look(look);
        }
        let hash = hash(sentence);
        let entry = self.recent.get(hash, sentence);
        let entry = entry.unwrap_or_else(|| self.take_up(hash, sentence, look));
        &self.recent.found[entry.start as usize..entry.end as usize]
    }

    /// What matched in a sentence, as `look` tells it.
    pub(super) fn look(&mut self, look: impl FnOnce(&mut Vec<Found>)) -> &[Found] {
        self.once.clear();
        look(&mut self.once);
        &self.once
    }

    fn take_up(
        &mut self,
        hash: u64,
        sentence: &str,
        look: impl FnOnce(&mut Vec<Found>),
    ) -> Range<u32> {
        if self.recent.texts.len() + sentence.len() > MOST {
            std::mem::swap(&mut self.recent, &mut self.older);
            self.recent.clear();
        }
        let start = self.recent.found.len();
        match self.older.get(hash, sentence) {
            Some(known) => {
                let known = &self.older.found[known.start as usize..known.end as usize];
                self.recent.found.extend_from_slice(known);
            }
            None => look(&mut self.recent.found),
        }
        let found = start as u32..self.recent.found.len() as u32;
        self.recent.keep(hash, sentence, found.clone());
        found
    }
}

impl Half {
    fn get(&self, hash: u64, sentence: &str) -> Option<Range<u32>> {
        let entry = self.entries.get(&hash)?;
        let text = &self.texts[entry.text.start as usize..entry.text.end as usize];
        (text == sentence).then(|| entry.found.clone())
    }

    fn keep(&mut self, hash: u64, sentence: &str, found: Range<u32>) {
        let start = self.texts.len() as u32;
        self.texts.push_str(sentence);
        self.entries.insert(hash, Entry { text: start..self.texts.len() as u32, found });
    }

    fn clear(&mut self) {
        self.entries.clear();
        self.texts.clear();
        self.found.clear();
    }
}

fn hash(sentence: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(sentence.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrase: usize) -> Found {
        let place = Match { tokens: 0..1, captures: Vec::new() };
        Found { phrase: phrase as u32, place }
    }

    #[test]
    fn what_is_known_is_not_looked_for_again() {
        let mut memory = Memory::default();
        let look = |found_here: &mut Vec<Found>| found_here.extend([found(1), found(2)]);
        assert_eq!(memory.recall("It is not my job", look).len(), 2);
        assert!(memory.recall("It is", |_| ()).is_empty());
        let known = memory.recall("It is not my job", |_| unreachable!("it is known"));
        assert_eq!(known.iter().map(|it| it.phrase).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn what_is_asked_for_again_outlives_what_is_not() {
        let mut memory = Memory::default();
        let mut looks = 0;
        for number in 0..200_000 {
            let sentence = format!("This is the sentence of the number {number}");
            let here = memory.recall(&sentence, |all| all.push(found(number)));
            assert_eq!(here[0].phrase as usize, number);
            memory.recall("We say this all day", |_| looks += 1);
        }
        assert_eq!(looks, 1);
        let size = |half: &Half| half.texts.len();
        assert!(size(&memory.recent) <= MOST && size(&memory.older) <= MOST);
    }
}
