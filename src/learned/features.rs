//! What the model sees of a sentence: runs of words, as hashes, in blocks.
//!
//! A block is a set of features that answer one question: which words stand in the sentence,
//! which in the next, which in what the customer said. The blocks of one sentence count alike,
//! however long they are. There is no dictionary: a feature's weight stands in the slot that its
//! hash names ("the hashing trick", Weinberger et al., "Feature Hashing for Large Scale Multitask
//! Learning", 2009), so that words nobody has seen need no special case.

use std::ops::Range;

use crate::language::{Break, Document, Folded, Sentence, Settled};

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

    /// What each feature counts for where the block has so many.
    pub(super) fn value(self, count: usize) -> f32 {
        const SETTING: f32 = 0.3;
        const CUSTOMER: f32 = 0.5;
        let norm = 1.0 / (count.max(1) as f32).sqrt();
        match self {
            Self::Setting => SETTING,
            Self::Customer => CUSTOMER * norm,
            _ => norm,
        }
    }

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
#[derive(Debug)]
pub struct Features<'d> {
    document: &'d Document<'d>,
    /// Features of the message as a whole.
    message: Vec<u32>,
    public_reply: bool,
}

impl<'d> Features<'d> {
    /// Takes the features of a text.
    #[must_use]
    pub fn new(document: &'d Document<'d>) -> Self {
        let public_reply = document.text.trim_start().starts_with('@');
        Self { document, message: message_features(document), public_reply }
    }

    /// How many sentences there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.document.sentences.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.document.sentences.is_empty()
    }

    /// Whether the text is addressed by a handle, as replies in public are.
    #[must_use]
    pub fn is_public_reply(&self) -> bool {
        self.public_reply
    }

    /// What alone settles the words of a sentence, if that can be told.
    pub(super) fn settled(&self, sentence: usize) -> Option<Settled<'d>> {
        self.document.settled(sentence)
    }

    /// All that the model sees of a sentence, as slots and values; `customer` is what the other
    /// side said before.
    pub fn each(&self, sentence: usize, customer: Option<&Self>, mut take: impl FnMut(usize, f32)) {
        let mut row = Row::default();
        let mut slots = Vec::new();
        for block in Block::ALL {
            slots.clear();
            for (features, number) in self.sources(block, sentence, customer) {
                row.lay_out(features, number);
                row.of_block(block, |gram| slots.push(block.slot(gram.hash)));
            }
            if block == Block::Setting {
                self.setting(sentence, |hash| slots.push(block.slot(hash)));
            }
            let value = block.value(slots.len());
            for &slot in &slots {
                take(slot, value);
            }
        }
    }

    /// The sentences whose words make the features of a block.
    fn sources<'f>(
        &'f self,
        block: Block,
        sentence: usize,
        customer: Option<&'f Self>,
    ) -> impl Iterator<Item = (&'f Self, usize)> {
        let (features, sentences) = match block {
            Block::Words | Block::Stems | Block::StemRuns => (self, sentence..sentence + 1),
            Block::Next => (self, sentence + 1..(sentence + 2).min(self.len())),
            Block::Previous => (self, sentence.saturating_sub(1)..sentence),
            Block::Later => (self, self.later(sentence)),
            Block::Customer => customer.map_or((self, 0..0), |said| (said, 0..said.len())),
            Block::Setting => (self, 0..0),
        };
        sentences.map(move |number| (features, number))
    }

    /// The sentences after the next, as far as they are looked at.
    pub(super) fn later(&self, sentence: usize) -> Range<usize> {
        const REACH: usize = 6;
        let first = (sentence + 2).min(self.len());
        first..(first + REACH).min(self.len())
    }

    /// What a sentence's setting hashes to.
    pub(super) fn setting(&self, sentence: usize, mut take: impl FnMut(u32)) {
        let bucket = |kind: u32, value: usize| mix(kind, value as u32);
        take(bucket(1, (self.document.sentences[sentence].tokens.len() / 3).min(8)));
        take(bucket(2, self.len().min(6)));
        take(bucket(3, sentence.min(4)));
        take(bucket(4, usize::from(sentence + 1 == self.len())));
        self.message.iter().for_each(|&hash| take(hash));
    }
}

/// The words and signs of a sentence in a row, from which its features are taken. One row serves
/// for sentence after sentence.
#[derive(Debug, Default)]
pub(super) struct Row {
    places: Vec<Place>,
    /// Beginnings and ends of the words.
    affixes: Vec<Gram>,
}

/// A word or a sign of a row.
#[derive(Clone, Copy, Debug)]
struct Place {
    hash: u32,
    /// What its first letters hash to.
    stem: u32,
    token: u32,
}

/// What stands for the beginning and the end of a sentence, and for signs within it.
const START: u32 = 0x5354_4152;
const STOP: u32 = 0x0000_002E;
const QUESTION: u32 = 0x0000_003F;
const COMMA: u32 = 0x0000_002C;
const DASH: u32 = 0x0000_2014;

impl Row {
    /// Puts the words and signs of a sentence in a row.
    pub(super) fn lay_out(&mut self, features: &Features<'_>, sentence: usize) {
        let document = features.document;
        let Sentence { tokens, question, .. } = &document.sentences[sentence];
        let sign = |hash, token| Place { hash, stem: hash, token };
        // Each word has up to five affixes, and many have a sign before them.
        self.places.clear();
        self.places.reserve(2 * tokens.len() + 2);
        self.affixes.clear();
        self.affixes.reserve(5 * tokens.len());
        self.places.push(sign(START, tokens.start as u32));
        for at in tokens.clone() {
            let token = &document.tokens[at];
            match token.before {
                Break::Soft if at > tokens.start => self.places.push(sign(COMMA, at as u32)),
                Break::Hard if at > tokens.start => self.places.push(sign(DASH, at as u32)),
                _ => {}
            }
            let stem = self.take_affixes(document, at).unwrap_or(token.hash);
            self.places.push(Place { hash: token.hash, stem, token: at as u32 });
        }
        let end = if *question { QUESTION } else { STOP };
        self.places.push(sign(end, tokens.end.saturating_sub(1) as u32));
    }

    /// Takes beginnings and ends of a word that stands by itself; returns its first four letters if
    /// it has more. A contraction's part has none.
    fn take_affixes(&mut self, document: &Document<'_>, at: usize) -> Option<u32> {
        let token = &document.tokens[at];
        if token.glued || token.span.len() <= SHORT {
            return None;
        }
        let short = Folded::at(document.text.as_bytes(), token.span.start as usize);
        let short = short.filter(|it| it.len() == token.span.len());
        let short = short.map(Folded::to_bytes);
        let surface = document.surface(at).as_bytes();
        let word = match &short {
            Some(letters) => &letters[..surface.len()],
            None if surface.iter().all(u8::is_ascii_alphabetic) => surface,
            None => return None,
        };
        let mut push = |kind: u32, letters: u32| {
            let hash = mix(kind, letters);
            self.affixes.push(Gram { hash, first: at as u32, last: at as u32 });
            hash
        };
        let mut start = letters(&word[..3]);
        push(3, start);
        let mut stem = None;
        for length in [4, 5] {
            if word.len() > length {
                start = mix(start, letter(word[length - 1]));
                let hash = push(length as u32, start);
                stem = stem.or(Some(hash));
            }
        }
        push(16 + 3, letters(&word[word.len() - 3..]));
        if word.len() > 4 {
            push(16 + 4, letters(&word[word.len() - 4..]));
        }
        stem
    }

    /// What the row gives to a block of the sentence itself, or of another that it stands by.
    pub(super) fn of_block(&self, block: Block, take: impl FnMut(Gram)) {
        match block {
            Block::Words => self.short().chain(self.triples()).for_each(take),
            Block::Stems => self.affixes.iter().copied().for_each(take),
            Block::StemRuns => self.stem_runs().for_each(take),
            Block::Next | Block::Previous | Block::Later | Block::Customer => {
                self.short().for_each(take);
            }
            Block::Setting => {}
        }
    }

    /// How many features the row gives to a block.
    pub(super) fn count(&self, block: Block) -> usize {
        let mut count = 0;
        self.of_block(block, |_| count += 1);
        count
    }

    /// Runs of one and two words.
    pub(super) fn short(&self) -> impl Iterator<Item = Gram> {
        self.runs::<1>(|place| place.hash).chain(self.runs::<2>(|place| place.hash))
    }

    /// Runs of three words.
    pub(super) fn triples(&self) -> impl Iterator<Item = Gram> {
        self.runs::<3>(|place| place.hash)
    }

    /// Runs of two and three words, cut to their first letters.
    pub(super) fn stem_runs(&self) -> impl Iterator<Item = Gram> {
        self.runs::<2>(|place| place.stem).chain(self.runs::<3>(|place| place.stem))
    }

    /// Beginnings and ends of longer words.
    pub(super) fn affixes(&self) -> &[Gram] {
        &self.affixes
    }

    fn runs<const LENGTH: usize>(
        &self,
        hash: impl Fn(&Place) -> u32,
    ) -> impl Iterator<Item = Gram> {
        self.places.windows(LENGTH).map(move |places| Gram {
            hash: places.iter().fold(LENGTH as u32, |all, place| mix(all, hash(place))),
            first: places[0].token,
            last: places[LENGTH - 1].token,
        })
    }
}

/// Words of so many letters have neither beginnings nor ends.
const SHORT: usize = 3;

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

/// Small letters, whatever their case, as a number.
fn letters(part: &[u8]) -> u32 {
    part.iter().fold(0, |all, &byte| mix(all, letter(byte)))
}

/// A small letter, whatever its case.
#[inline]
fn letter(byte: u8) -> u32 {
    u32::from(byte | 0x20)
}

/// Joins a hash and one more.
#[inline]
fn mix(hash: u32, next: u32) -> u32 {
    (hash.rotate_left(7) ^ next).wrapping_mul(0xCC9E_2D51)
}
