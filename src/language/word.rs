//! Numbers to compare words by, and the table that tells them.
//!
//! The table holds the words that rules mention, and with them those that the language itself
//! treats in a way of its own: contractions, conjunctions, abbreviations. So one look tells all
//! there is to know of a short word, and most words need no other.

use std::borrow::Cow;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::canonical::{canonical, contracted, spelling};
use super::folded::{Folded, eight};
use crate::flat::{Numbers, Reader, Stretches, Writer};

/// A word of a [`Lexicon`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordId(pub u32);

impl WordId {
    /// A word that no rule mentions.
    pub const UNKNOWN: Self = Self(0);
    /// A number in digits.
    pub const NUMBER: Self = Self(1);
    /// Code, a URL or an address: one token, whatever stands in it.
    pub const CODE: Self = Self(2);
    /// The name of the company that speaks.
    pub const COMPANY: Self = Self(3);
}

/// Whether a word links its clause to the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Link {
    /// It is no conjunction.
    None,
    /// It says how the clauses belong together: "because", "although".
    Conjunction,
    /// It merely joins them: "but", "so".
    Connector,
}

const CONJUNCTIONS: [&str; 9] =
    ["because", "as", "since", "then", "though", "although", "while", "cause", "cos"];

const CONNECTORS: [&str; 4] = ["and", "but", "so", "or"];

/// Words that a full stop may follow without an end of the sentence.
const ABBREVIATIONS: [&str; 20] = [
    "mr", "mrs", "ms", "dr", "st", "no", "inc", "ltd", "etc", "vs", "approx", "ext", "prof",
    "dept", "co", "corp", "jr", "sr", "nr", "ref",
];

/// A canonical word: what the table tells of it, and what it hashes to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    known: Known,
    pub(super) hash: u32,
}

impl Word {
    /// What is no word of its own, by a sign that stands for it.
    pub(super) fn sign(id: WordId, sign: &str) -> Self {
        Self { known: Known(id.0 | Known::MENTIONED), hash: hash(sign.as_bytes()) }
    }

    /// A canonical word whose surface is another.
    pub(super) fn new(word: &str, words: Words<'_>) -> Self {
        let hash = hash(word.as_bytes());
        Self { known: Known(words.look_up(word, hash).0 & Known::WORD), hash }
    }

    /// The same word where its surface is spelled as some word is.
    pub(super) fn spelled_as(self, surface: Self) -> Self {
        let known = Known(self.known.0 & Known::WORD | surface.known.0 & !Known::WORD);
        Self { known, ..self }
    }

    #[inline]
    pub(super) fn id(self) -> WordId {
        self.known.id()
    }

    /// Whether the word is all that its surface stands for.
    #[inline]
    pub(super) fn is_plain(self) -> bool {
        self.known.is(Known::PLAIN)
    }

    /// How its surface links its clause to the one before.
    #[inline]
    pub(super) fn link(self) -> Link {
        self.known.link()
    }

    /// Whether its surface is an abbreviation.
    #[inline]
    pub(super) fn is_abbreviation(self) -> bool {
        self.known.is(Known::ABBREVIATION)
    }
}

/// The words that rules mention, numbered as they come.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    ids: FxHashMap<Box<str>, WordId>,
}

/// What the reserved numbers below this one stand for is fixed by [`WordId`].
const FIRST_WORD: u32 = 4;

impl Lexicon {
    /// The number of a canonical word, new if need be.
    pub fn intern(&mut self, word: &str) -> WordId {
        if let Some(&id) = self.ids.get(word) {
            return id;
        }
        let id = WordId(FIRST_WORD + self.ids.len() as u32);
        self.ids.insert(word.into(), id);
        id
    }

    /// The number of a canonical word, or [`WordId::UNKNOWN`].
    #[must_use]
    pub fn get(&self, word: &str) -> WordId {
        self.ids.get(word).copied().unwrap_or(WordId::UNKNOWN)
    }

    /// One more than the largest number in use.
    #[must_use]
    pub fn len(&self) -> usize {
        FIRST_WORD as usize + self.ids.len()
    }

    /// Whether no word was interned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Writes the words down for [`Words::read`], and behind them those of the language.
    pub fn write(&self, writer: &mut Writer) {
        let mut spelled = vec![Cow::Borrowed(""); self.len()];
        for (word, id) in &self.ids {
            spelled[id.0 as usize] = Cow::Borrowed(word);
        }
        let of_language = CONJUNCTIONS.iter().chain(&CONNECTORS).chain(&ABBREVIATIONS);
        let mut of_language: Vec<Cow<'_, str>> =
            of_language.map(|&word| Cow::Borrowed(word)).chain(contracted()).collect();
        of_language.sort_unstable();
        of_language.dedup();
        spelled.extend(of_language.into_iter().filter(|word| !self.ids.contains_key(&**word)));
        let mut slots = vec![[0; SLOT]; (2 * spelled.len()).next_power_of_two()];
        for (number, word) in spelled.iter().enumerate().skip(FIRST_WORD as usize) {
            let mut slot = hash(word.as_bytes()) as usize & (slots.len() - 1);
            while slots[slot][2] != 0 {
                slot = (slot + 1) & (slots.len() - 1);
            }
            let start = eight(word.as_bytes(), 0);
            let known = Known::new(number, word, number < self.len());
            slots[slot] = [start as u32, (start >> 32) as u32, known.0];
        }
        writer.numbers([self.len() as u32]);
        writer.stretches(spelled.iter().map(|word| word.as_bytes()));
        writer.numbers(slots.into_iter().flatten());
    }
}

/// How many numbers a slot has: the first eight bytes of a word, and what is [`Known`] of it.
const SLOT: usize = 3;

/// What the table tells of a word, in the bits of a number: where it is spelled, and marks.
#[derive(Clone, Copy, Debug)]
struct Known(u32);

impl Known {
    /// A word that the table doesn't hold.
    const NOTHING: Self = Self(0);
    /// Stands for itself when it is found in a text.
    const PLAIN: u32 = 1 << 31;
    /// Is mentioned by rules. Where it is spelled is its number then.
    const MENTIONED: u32 = 1 << 30;
    const ABBREVIATION: u32 = 1 << 29;
    const CONNECTOR: u32 = 1 << 28;
    const CONJUNCTION: u32 = 1 << 27;
    const NUMBER: u32 = Self::CONJUNCTION - 1;
    /// What tells the word, whatever its surface.
    const WORD: u32 = Self::MENTIONED | Self::NUMBER;

    fn new(number: usize, word: &str, is_mentioned: bool) -> Self {
        let is_plain = matches!(&canonical(word)[..], [only] if only.word == *word);
        let marks = [
            (is_plain, Self::PLAIN),
            (is_mentioned, Self::MENTIONED),
            (ABBREVIATIONS.contains(&word), Self::ABBREVIATION),
            (CONNECTORS.contains(&word), Self::CONNECTOR),
            (CONJUNCTIONS.contains(&word), Self::CONJUNCTION),
        ];
        let marks = marks.into_iter().filter(|(has, _)| *has);
        Self(marks.fold(number as u32, |all, (_, mark)| all | mark))
    }

    fn is(self, mark: u32) -> bool {
        self.0 & mark != 0
    }

    fn id(self) -> WordId {
        if self.is(Self::MENTIONED) { WordId(self.0 & Self::NUMBER) } else { WordId::UNKNOWN }
    }

    fn link(self) -> Link {
        if self.is(Self::CONNECTOR) {
            Link::Connector
        } else if self.is(Self::CONJUNCTION) {
            Link::Conjunction
        } else {
            Link::None
        }
    }
}

/// A [`Lexicon`] that is written down and grows no more.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// How many numbers are in use.
    len: usize,
    /// By their numbers; those of the language come last.
    spelled: Stretches<'a>,
    /// As many slots as a power of two. A word stands in the one that its hash tells, or in the
    /// first free one behind it.
    slots: Numbers<'a>,
}

/// The words of the language alone.
impl Default for Words<'_> {
    fn default() -> Self {
        static WRITTEN: LazyLock<Vec<u8>> = LazyLock::new(|| {
            let mut writer = Writer::default();
            Lexicon::default().write(&mut writer);
            writer.finish()
        });
        Self::read(&mut Reader::new(&WRITTEN))
    }
}

impl<'a> Words<'a> {
    /// Takes up what [`Lexicon::write`] wrote.
    pub fn read(reader: &mut Reader<'a>) -> Self {
        let len = reader.numbers().iter().next().unwrap_or(0) as usize;
        Self { len, spelled: reader.stretches(), slots: reader.numbers() }
    }

    /// One more than the largest number in use.
    #[must_use]
    pub fn len(self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The number of a canonical word, or [`WordId::UNKNOWN`].
    #[must_use]
    pub fn get(self, word: &str) -> WordId {
        Word::new(word, self).id()
    }

    /// The word that a short surface of letters stands for if it [is plain](Word::is_plain); the
    /// same as [`canonical`] finds, without taking the surface apart.
    #[inline]
    pub(super) fn of(self, surface: Folded) -> Word {
        let hash = surface.hash();
        let known = self.find(surface.start(), hash, |spelled| surface.ends_as(spelled));
        if known.0 != 0 {
            Word { known, hash }
        } else if surface.may_be_british() {
            self.american(surface)
        } else {
            Word { known: Known(Known::PLAIN), hash }
        }
    }

    /// Whether the language or a rule has a word of its own of this surface.
    #[inline]
    pub(super) fn holds(self, surface: Folded) -> bool {
        self.find(surface.start(), surface.hash(), |it| surface.ends_as(it)).0 != 0
    }

    /// A word that the table doesn't hold, in American spelling.
    #[cold]
    fn american(self, surface: Folded) -> Word {
        let Word { known, hash } = Word::new(&spelling(surface.spelled(&mut [0; 16])), self);
        Word { known: Known(known.0 | Known::PLAIN), hash }
    }

    fn look_up(self, word: &str, hash: u32) -> Known {
        let word = word.as_bytes();
        self.find(eight(word, 0), hash, |spelled| spelled == word)
    }

    /// The word of a hash that begins with these eight bytes and that `is_it`, by how it is spelled.
    #[inline]
    fn find(self, start: u64, hash: u32, is_it: impl Fn(&[u8]) -> bool) -> Known {
        let count = self.slots.len() / SLOT;
        if count == 0 {
            return Known::NOTHING;
        }
        let mut slot = hash as usize & (count - 1);
        loop {
            let numbers = self.slots.slice(SLOT * slot..SLOT * (slot + 1));
            let begins = u64::from(numbers.get(1)) << 32 | u64::from(numbers.get(0));
            let known = Known(numbers.get(2));
            let is_found =
                begins == start && is_it(self.spelled.get((known.0 & Known::NUMBER) as usize));
            if known.0 == 0 || is_found {
                return known;
            }
            slot = (slot + 1) & (count - 1);
        }
    }
}

/// The same on every machine, as what is written on one may be read on another.
pub(super) fn hash(word: &[u8]) -> u32 {
    let (chunks, rest) = word.as_chunks();
    let rest = rest.iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte));
    hash_of(word.len(), chunks.iter().map(|&chunk| u64::from_le_bytes(chunk)), rest)
}

/// The [`hash`] of a word of this length, taken eight bytes at a time, and of what is left over.
#[inline]
pub(super) fn hash_of(length: usize, chunks: impl IntoIterator<Item = u64>, rest: u64) -> u32 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |hash: u64, bytes: u64| (hash.rotate_left(23) ^ bytes).wrapping_mul(FACTOR);
    (mix(chunks.into_iter().fold(length as u64, mix), rest) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_words_keep_their_numbers() {
        let mut lexicon = Lexicon::default();
        let spelled: Vec<String> = (0..1000).map(|n| format!("{n:b}th")).collect();
        let ids: Vec<WordId> = spelled.iter().map(|word| lexicon.intern(word)).collect();
        let mut writer = Writer::default();
        lexicon.write(&mut writer);
        let bytes = writer.finish();
        let words = Words::read(&mut Reader::new(&bytes));
        assert!(spelled.iter().zip(ids).all(|(word, id)| words.get(word) == id));
        assert_eq!((words.get(""), words.get("they"), words.len()), (WordId(0), WordId(0), 1004));
    }

    #[test]
    fn a_look_into_the_table_tells_what_taking_apart_tells() {
        let mut lexicon = Lexicon::default();
        for word in ["because", "authorize", "understanding", "payroll", "cos", "it", "is", "not"] {
            lexicon.intern(word);
        }
        let mut writer = Writer::default();
        lexicon.write(&mut writer);
        let bytes = writer.finish();
        let contracted = contracted();
        let others = ["authorised", "otherwise", "understanding", "understandinx", "payroll", "a"];
        let surfaces = contracted.chain(others.map(Cow::Borrowed));
        for surface in surfaces.filter(|it| it.len() < 16 && !it.contains(['\'', ';', '/'])) {
            for words in [Words::default(), Words::read(&mut Reader::new(&bytes))] {
                let told = Some(words.of(Folded::literal(&surface)));
                let told = told.filter(|it| it.is_plain()).map(|it| (it.id(), it.hash));
                let pieces = canonical(&surface);
                let [only] = &pieces[..] else {
                    assert_eq!(told, None, "{surface}");
                    continue;
                };
                let word = Word::new(&only.word, words);
                assert!(told.is_none_or(|it| it == (word.id(), word.hash)), "{surface}");
                assert_eq!(told.is_some(), spelling(&surface) == only.word, "{surface}");
            }
        }
    }

    #[test]
    fn conjunctions_are_told_from_other_words() {
        let link = |word| Words::default().of(Folded::literal(word)).link();
        assert_eq!(link("but"), Link::Connector);
        assert_eq!([link("because"), link("cos")], [Link::Conjunction; 2]);
        assert_eq!([link("they"), link("bus")], [Link::None; 2]);
    }
}
