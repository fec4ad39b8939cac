//! What the model sees of a sentence: runs of words, as hashes, in blocks.
//!
//! A block is a set of features that answer one question: which words stand in the sentence,
//! which in the next, which in what the customer said. The blocks of one sentence count alike,
//! however long they are. There is no dictionary: a feature's weight stands in the slot that its
//! hash names ("the hashing trick", Weinberger et al., "Feature Hashing for Large Scale Multitask
//! Learning", 2009), so that words nobody has seen need no special case.

use std::ops::Range;

use crate::language::{Break, Document};

/// How many bits of a hash name a slot.
pub const SLOT_BITS: u32 = 20;

/// What a feature tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// Runs of one to three words of the sentence.
    Words,
    /// Beginnings and ends of its longer words, which stand for their inflected forms.
    Stems,
    /// Runs of two and three words that are cut to their first letters.
    StemRuns,
    /// Runs of one and two words of the next sentence.
    Next,
    /// Those of the sentence before.
    Previous,
    /// Those of the sentences after the next.
    Later,
    /// Those of what the customer said before.
    Customer,
    /// Where the sentence stands and in what sort of message.
    Setting,
}

impl Block {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Words,
        Self::Stems,
        Self::StemRuns,
        Self::Next,
        Self::Previous,
        Self::Later,
        Self::Customer,
        Self::Setting,
    ];

    /// Sets the features of one block apart from those of another.
    const fn salt(self) -> u32 {
        (self as u32 + 1).wrapping_mul(0x85EB_CA6B)
    }

    /// The slot of a feature of this block.
    #[must_use]
    #[inline]
    pub fn slot(self, hash: u32) -> usize {
        ((hash ^ self.salt()).wrapping_mul(0x9E37_79B1) >> (32 - SLOT_BITS)) as usize
    }
}

/// One feature: what it hashes to, and the tokens that it is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gram {
    pub(super) hash: u32,
    /// First and last token, as indices into [`Document::tokens`].
    pub(super) first: u32,
    pub(super) last: u32,
}

/// The features of a text, sentence by sentence.
#[derive(Debug, Default)]
pub struct Features {
    grams: Vec<Gram>,
    sentences: Vec<Sketch>,
    /// Features of the message as a whole.
    message: Vec<u32>,
    public_reply: bool,
}

/// Where the features of a sentence lie.
#[derive(Clone, Debug)]
struct Sketch {
    /// Runs of one and two words.
    short: Range<usize>,
    /// Runs of one to three; they begin with the short ones.
    words: Range<usize>,
    stems: Range<usize>,
    stem_runs: Range<usize>,
    length: usize,
}

/// What stands for the beginning and the end of a sentence, and for signs within it.
const START: u32 = 0x5354_4152;
const STOP: u32 = 0x0000_002E;
const QUESTION: u32 = 0x0000_003F;
const COMMA: u32 = 0x0000_002C;
const DASH: u32 = 0x0000_2014;

/// A word or a sign in the row that runs are taken from.
#[derive(Clone, Copy)]
struct Place {
    hash: u32,
    stem: u32,
    token: u32,
}

impl Features {
    /// Takes the features of a text.
    #[must_use]
    pub fn new(document: &Document<'_>) -> Self {
        let mut features = Self::default();
        let mut row = Vec::new();
        for sentence in &document.sentences {
            lay_out(document, sentence.tokens.clone(), sentence.question, &mut row);
            let start = features.grams.len();
            features.runs(&row, 1..=1, |place| place.hash);
            features.runs(&row, 2..=2, |place| place.hash);
            let short = start..features.grams.len();
            features.runs(&row, 3..=3, |place| place.hash);
            let words = start..features.grams.len();
            features.affixes(document, sentence.tokens.clone());
            let stems = words.end..features.grams.len();
            features.runs(&row, 2..=3, |place| place.stem);
            let stem_runs = stems.end..features.grams.len();
            let length = sentence.tokens.len();
            features.sentences.push(Sketch { short, words, stems, stem_runs, length });
        }
        features.message = message_features(document);
        features.public_reply = document.text.trim_start().starts_with('@');
        features
    }

    /// How many sentences there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sentences.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sentences.is_empty()
    }

    /// Whether the text is addressed by a handle, as replies in public are.
    #[must_use]
    pub fn is_public_reply(&self) -> bool {
        self.public_reply
    }

    /// All that the model sees of a sentence, as slots and values; `customer` is what the other
    /// side said before.
    pub fn each(&self, sentence: usize, customer: Option<&Self>, mut take: impl FnMut(usize, f32)) {
        for block in Block::ALL {
            let value = self.value(block, sentence, customer);
            self.of_block(block, sentence, customer, |gram| take(block.slot(gram.hash), value));
        }
    }

    /// What each feature of a block counts for.
    pub(super) fn value(&self, block: Block, sentence: usize, customer: Option<&Self>) -> f32 {
        const SETTING: f32 = 0.3;
        const CUSTOMER: f32 = 0.5;
        let norm = |count: usize| 1.0 / (count.max(1) as f32).sqrt();
        let sketch = &self.sentences[sentence];
        match block {
            Block::Words => norm(sketch.words.len()),
            Block::Stems => norm(sketch.stems.len()),
            Block::StemRuns => norm(sketch.stem_runs.len()),
            Block::Next => norm(self.short(sentence + 1).len()),
            Block::Previous => norm(self.short(sentence.wrapping_sub(1)).len()),
            Block::Later => norm(self.later(sentence).map(|it| self.short(it).len()).sum()),
            Block::Customer => CUSTOMER * customer.map_or(0.0, |it| norm(it.all_short())),
            Block::Setting => SETTING,
        }
    }

    /// The features of a block.
    pub(super) fn of_block(
        &self,
        block: Block,
        sentence: usize,
        customer: Option<&Self>,
        mut take: impl FnMut(Gram),
    ) {
        let sketch = &self.sentences[sentence];
        let mut all = |grams: Range<usize>| self.grams[grams].iter().for_each(|&gram| take(gram));
        match block {
            Block::Words => all(sketch.words.clone()),
            Block::Stems => all(sketch.stems.clone()),
            Block::StemRuns => all(sketch.stem_runs.clone()),
            Block::Next => all(self.short(sentence + 1)),
            Block::Previous => all(self.short(sentence.wrapping_sub(1))),
            Block::Later => self.later(sentence).for_each(|it| all(self.short(it))),
            Block::Customer => {
                if let Some(said) = customer {
                    let grams = said.sentences.iter().flat_map(|it| &said.grams[it.short.clone()]);
                    grams.for_each(|&gram| take(gram));
                }
            }
            Block::Setting => self.setting(sentence, |hash| take(Gram { hash, first: 0, last: 0 })),
        }
    }

    /// The runs of one and two words of a sentence; none if there is no such sentence.
    pub(super) fn short(&self, sentence: usize) -> Range<usize> {
        self.sentences.get(sentence).map_or(0..0, |sketch| sketch.short.clone())
    }

    pub(super) fn short_grams(&self, sentence: usize) -> &[Gram] {
        &self.grams[self.short(sentence)]
    }

    fn all_short(&self) -> usize {
        self.sentences.iter().map(|sketch| sketch.short.len()).sum()
    }

    /// The sentences after the next, as far as they are looked at.
    pub(super) fn later(&self, sentence: usize) -> Range<usize> {
        const REACH: usize = 6;
        let first = (sentence + 2).min(self.len());
        first..(first + REACH).min(self.len())
    }

    fn setting(&self, sentence: usize, mut take: impl FnMut(u32)) {
        let bucket = |kind: u32, value: usize| mix(kind, value as u32);
        take(bucket(1, (self.sentences[sentence].length / 3).min(8)));
        take(bucket(2, self.len().min(6)));
        take(bucket(3, sentence.min(4)));
        take(bucket(4, usize::from(sentence + 1 == self.len())));
        self.message.iter().for_each(|&hash| take(hash));
    }

    /// The runs of so many places of a row.
    fn runs(
        &mut self,
        row: &[Place],
        lengths: std::ops::RangeInclusive<usize>,
        hash: impl Fn(&Place) -> u32,
    ) {
        for length in lengths {
            self.grams.extend(row.windows(length).map(|places| Gram {
                hash: places.iter().fold(length as u32, |all, place| mix(all, hash(place))),
                first: places[0].token,
                last: places[length - 1].token,
            }));
        }
    }

    /// Beginnings and ends of the words of a sentence.
    fn affixes(&mut self, document: &Document<'_>, tokens: Range<usize>) {
        for at in tokens {
            let Some(word) = plain(document, at) else { continue };
            let mut push = |kind: u32, part: &[u8]| {
                let hash = mix(kind, letters(part));
                self.grams.push(Gram { hash, first: at as u32, last: at as u32 });
            };
            for length in [3, 4, 5] {
                if word.len() > length {
                    push(length as u32, &word[..length]);
                }
            }
            for length in [3, 4] {
                if word.len() > length {
                    push(16 + length as u32, &word[word.len() - length..]);
                }
            }
        }
    }
}

/// Puts the words and signs of a sentence in a row.
fn lay_out(document: &Document<'_>, tokens: Range<usize>, question: bool, row: &mut Vec<Place>) {
    row.clear();
    let sign = |hash, token| Place { hash, stem: hash, token };
    row.push(sign(START, tokens.start as u32));
    for at in tokens.clone() {
        let token = &document.tokens[at];
        match token.before {
            Break::Soft if at > tokens.start => row.push(sign(COMMA, at as u32)),
            Break::Hard if at > tokens.start => row.push(sign(DASH, at as u32)),
            _ => {}
        }
        let stem = stem(document, at).unwrap_or(token.hash);
        row.push(Place { hash: token.hash, stem, token: at as u32 });
    }
    let end = if question { QUESTION } else { STOP };
    row.push(sign(end, tokens.end.saturating_sub(1) as u32));
}

/// What the message as a whole is like: whether it is a public reply.
fn message_features(document: &Document<'_>) -> Vec<u32> {
    let text = document.text.trim();
    let mut features = Vec::new();
    if text.starts_with('@') {
        features.push(mix(5, 1));
    }
    let signed = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    if signed.starts_with(['^', '*', '/', '-']) && signed.len() > 1 {
        features.push(mix(5, 2));
    }
    features
}

/// The first four letters of a longer word.
fn stem(document: &Document<'_>, token: usize) -> Option<u32> {
    const LENGTH: usize = 4;
    let word = plain(document, token)?;
    (word.len() > LENGTH).then(|| mix(LENGTH as u32, letters(&word[..LENGTH])))
}

/// The letters of a word that stands by itself, as typed; a contraction's part has none.
fn plain<'t>(document: &Document<'t>, token: usize) -> Option<&'t [u8]> {
    let word = document.surface(token).as_bytes();
    let whole = !document.tokens[token].glued;
    (whole && word.len() > 3 && word.iter().all(u8::is_ascii_alphabetic)).then_some(word)
}

/// Small letters, whatever their case, as a number.
fn letters(part: &[u8]) -> u32 {
    part.iter().fold(0, |all, &byte| mix(all, u32::from(byte | 0x20)))
}

/// Joins a hash and one more.
#[inline]
fn mix(hash: u32, next: u32) -> u32 {
    (hash.rotate_left(7) ^ next).wrapping_mul(0xCC9E_2D51)
}
