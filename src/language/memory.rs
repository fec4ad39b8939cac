//! What was found out about sentences that were met before.
//!
//! People who answer customers all day say the same sentences again and again, and much of what they
//! send was written once and for all. What depends on nothing but a sentence is remembered with it;
//! what depends on the words around it is not for this place.

use std::hash::{Hash, Hasher};
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHasher};

/// All that settles what the tokens of a sentence are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Settled<'t> {
    /// The sentence with the brackets around it.
    pub text: &'t str,
    /// Whether it ends with a question mark.
    pub question: bool,
}

/// What is remembered. When the recent half is full, the older one is forgotten, and takes over what
/// was recent; what is asked for again becomes recent again.
#[derive(Debug)]
pub struct Memory<T> {
    recent: Half<T>,
    older: Half<T>,
}

#[derive(Debug)]
struct Half<T> {
    /// By the hashes of sentences.
    entries: FxHashMap<u64, Entry<T>>,
    texts: String,
}

#[derive(Debug)]
struct Entry<T> {
    text: Range<u32>,
    question: bool,
    known: T,
}

/// The most bytes of sentences in a half.
const MOST: usize = 3 << 18;

/// Nobody says longer sentences twice, in bytes.
const LONGEST: usize = 500;

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self { recent: Half::default(), older: Half::default() }
    }
}

impl<T: Clone> Memory<T> {
    /// What is known of a sentence: as it is remembered, or as `look` tells it.
    pub fn recall(&mut self, sentence: Settled<'_>, look: impl FnOnce() -> T) -> T {
        if sentence.text.len() > LONGEST {
            return look();
        }
        let hash = hash(sentence);
        if let Some(known) = self.recent.get(hash, sentence) {
            return known.clone();
        }
        let known = self.older.get(hash, sentence).cloned().unwrap_or_else(look);
        if self.recent.texts.len() + sentence.text.len() > MOST {
            std::mem::swap(&mut self.recent, &mut self.older);
            self.recent.clear();
        }
        self.recent.keep(hash, sentence, known.clone());
        known
    }
}

impl<T> Default for Half<T> {
    fn default() -> Self {
        Self { entries: FxHashMap::default(), texts: String::new() }
    }
}

impl<T> Half<T> {
    fn get(&self, hash: u64, sentence: Settled<'_>) -> Option<&T> {
        let entry = self.entries.get(&hash)?;
        let text = &self.texts[entry.text.start as usize..entry.text.end as usize];
        let is_same = text == sentence.text && entry.question == sentence.question;
        is_same.then_some(&entry.known)
    }

    fn keep(&mut self, hash: u64, Settled { text, question }: Settled<'_>, known: T) {
        let start = self.texts.len() as u32;
        self.texts.push_str(text);
        let text = start..self.texts.len() as u32;
        self.entries.insert(hash, Entry { text, question, known });
    }

    fn clear(&mut self) {
        self.entries.clear();
        self.texts.clear();
    }
}

fn hash(sentence: Settled<'_>) -> u64 {
    let mut hasher = FxHasher::default();
    sentence.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Settled<'_> {
        Settled { text, question: false }
    }

    #[test]
    fn what_is_known_is_not_looked_for_again() {
        let mut memory = Memory::default();
        assert_eq!(memory.recall(said("It is not my job"), || 1), 1);
        assert_eq!(memory.recall(said("It is"), || 2), 2);
        assert_eq!(memory.recall(said("It is not my job"), || unreachable!("it is known")), 1);
        let asked = Settled { question: true, ..said("It is not my job") };
        assert_eq!(memory.recall(asked, || 3), 3);
    }

    #[test]
    fn what_is_asked_for_again_outlives_what_is_not() {
        let mut memory = Memory::default();
        let mut looks = 0;
        for number in 0..100_000 {
            let sentence = format!("This is the sentence of the number {number}");
            assert_eq!(memory.recall(said(&sentence), || number), number);
            let mut look = || {
                looks += 1;
                -1
            };
            assert_eq!(memory.recall(said("We say this all day"), &mut look), -1);
        }
        assert_eq!(looks, 1);
        let size = |half: &Half<i32>| half.texts.len();
        assert!(size(&memory.recent) <= MOST && size(&memory.older) <= MOST);
    }
}
