//! Words: one canonical form for every surface, and numbers to compare them by.
//!
//! "Isn't", "isn’t", "ISNT" and "is not" all become `is` `not`. Clitics that can
//! stand for several words stay ambiguous: `'s` may be "is", "has" or a genitive,
//! `'d` may be "would" or "had". A rule's "is" accepts both spellings, so no
//! text needs more than one reading.
//!
//! Inflection ("tell", "told") is not folded here: it is a matter of the rule.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;

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

    /// One bit, which some other words share. That a bit is not among those of a sentence tells
    /// at once that the sentence does not have the word.
    #[must_use]
    #[inline]
    pub fn signature(self) -> u64 {
        if self == Self::UNKNOWN { 0 } else { 1 << (self.0 % 64) }
    }
}

/// A canonical word: its number and what it hashes to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    pub(super) id: WordId,
    pub(super) hash: u32,
}

impl Word {
    /// What is no word of its own, by a sign that stands for it.
    pub(super) fn sign(id: WordId, sign: &str) -> Self {
        Self { id, hash: hash(sign.as_bytes()) }
    }

    pub(super) fn new(word: &str, words: Words<'_>) -> Self {
        let hash = hash(word.as_bytes());
        Self { id: WordId(words.look_up(word.as_bytes(), hash) & !PLAIN), hash }
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

    /// Writes the words down for [`Words::read`].
    pub fn write(&self, writer: &mut Writer) {
        let mut spelled = vec![""; self.len()];
        let mut slots = vec![[0; 2]; (2 * self.len()).next_power_of_two()];
        for (word, id) in &self.ids {
            spelled[id.0 as usize] = word;
        }
        for (id, word) in spelled.iter().enumerate().skip(FIRST_WORD as usize) {
            let hash = hash(word.as_bytes());
            let mut slot = hash as usize & (slots.len() - 1);
            while slots[slot][1] != 0 {
                slot = (slot + 1) & (slots.len() - 1);
            }
            let is_plain = matches!(&canonical(word)[..], [only] if only.word == *word);
            slots[slot] = [hash, id as u32 | if is_plain { PLAIN } else { 0 }];
        }
        writer.stretches(&spelled);
        writer.numbers(slots.into_iter().flatten());
    }
}

/// Marks the number of a word that stands for itself when it is found in a text.
const PLAIN: u32 = 1 << 31;

/// The longest word in bytes that is looked up without being kept.
const LONGEST_PLAIN: usize = 32;

/// A [`Lexicon`] that is written down and grows no more.
#[derive(Clone, Copy, Debug, Default)]
pub struct Words<'a> {
    /// By their numbers.
    spelled: Stretches<'a>,
    /// Pairs of hash and number, as many as a power of two. A word stands in the place that its
    /// hash tells, or in the first free one behind it.
    slots: Numbers<'a>,
}

impl<'a> Words<'a> {
    /// Takes up what [`Lexicon::write`] wrote.
    pub fn read(reader: &mut Reader<'a>) -> Self {
        Self { spelled: reader.stretches(), slots: reader.numbers() }
    }

    /// One more than the largest number in use.
    #[must_use]
    pub fn len(self) -> usize {
        self.spelled.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.spelled.is_empty()
    }

    /// The number of a canonical word, or [`WordId::UNKNOWN`].
    #[must_use]
    pub fn get(self, word: &str) -> WordId {
        Word::new(word, self).id
    }

    /// The word that a surface of ASCII letters alone stands for, if it is a single one; the same
    /// as [`canonical`] finds, without taking the surface apart.
    pub(super) fn plain(self, surface: &str) -> Option<Word> {
        let mut buffer = [0; LONGEST_PLAIN];
        let folded = buffer.get_mut(..surface.len())?;
        folded.copy_from_slice(surface.as_bytes());
        folded.make_ascii_lowercase();
        let hash = hash(folded);
        let found = self.look_up(folded, hash);
        if found & PLAIN != 0 {
            return Some(Word { id: WordId(found & !PLAIN), hash });
        }
        let folded = std::str::from_utf8(folded).ok()?;
        if irregular(folded).is_some() || split_clitic(folded).is_some() {
            return None;
        }
        match spelling(folded) {
            Cow::Borrowed(_) => Some(Word { id: WordId(found), hash }),
            Cow::Owned(american) => Some(Word::new(&american, self)),
        }
    }

    fn look_up(self, word: &[u8], hash: u32) -> u32 {
        let count = self.slots.len() / 2;
        if count == 0 {
            return WordId::UNKNOWN.0;
        }
        let mut slot = hash as usize & (count - 1);
        loop {
            let (known, id) = (self.slots.get(2 * slot), self.slots.get(2 * slot + 1));
            if id == 0 || (known == hash && self.spelled.get((id & !PLAIN) as usize) == word) {
                return id;
            }
            slot = (slot + 1) & (count - 1);
        }
    }
}

/// The same on every machine, as what is written on one may be read on another.
fn hash(word: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let (chunks, rest) = word.as_chunks::<8>();
    let mix = |hash: u64, bytes: u64| (hash.rotate_left(23) ^ bytes).wrapping_mul(FACTOR);
    let hash =
        chunks.iter().fold(word.len() as u64, |hash, &chunk| mix(hash, u64::from_le_bytes(chunk)));
    let rest = rest.iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte));
    (mix(hash, rest) >> 32) as u32
}

/// One canonical word of a surface word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The canonical word.
    pub word: Cow<'a, str>,
    /// Characters of the folded surface that stand for it, counted from its start.
    /// Two pieces of an irreducible form ("dunno") share all of them.
    pub chars: std::ops::Range<usize>,
}

/// Whether a character is an apostrophe in any of its common typings.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '\u{2019}' | '\u{2018}' | '\u{02BC}' | '\u{FF07}' | '\u{00B4}' | '`' | '\u{2032}'
    )
}

/// Whether a character leaves no trace on paper: soft hyphen, zero-width marks, joiners.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{FE0F}' | '\u{180E}' | '\u{061C}' | '\u{202A}'..='\u{202E}')
}

/// Lower case, compatibility forms unified, apostrophes straight, invisible characters dropped.
#[must_use]
pub(super) fn fold<'b>(surface: &str, buffer: &'b mut String) -> &'b str {
    buffer.clear();
    if surface.is_ascii() {
        buffer
            .extend(surface.bytes().filter(|b| *b != b'*').map(|b| b.to_ascii_lowercase() as char));
    } else {
        for c in surface.nfkc().filter(|&c| !is_invisible(c) && c != '*') {
            if is_apostrophe(c) {
                buffer.push('\'');
            } else {
                buffer.extend(c.to_lowercase());
            }
        }
    }
    buffer
}

/// The canonical words of a folded surface word, in order.
///
/// # Examples
/// `isn't` gives `is` `not`, `its` gives `it` `'s`, `dunno` gives `do` `not` `know`.
#[must_use]
pub fn canonical(folded: &str) -> Vec<Piece<'_>> {
    let whole = 0..folded.chars().count();
    if let Some(words) = irregular(folded) {
        let shared = words.iter().map(|w| Piece { word: Cow::Borrowed(*w), chars: whole.clone() });
        return shared.collect();
    }
    if let Some((stem, clitic, at)) = split_clitic(folded) {
        let mut pieces = canonical(stem);
        pieces.push(Piece { word: Cow::Borrowed(clitic), chars: at..whole.end });
        return pieces;
    }
    vec![Piece { word: spelling(folded), chars: whole }]
}

/// Clitics behind an apostrophe.
const MARKED: [(&str, &str); 7] = [
    ("n't", "not"),
    ("'ll", "will"),
    ("'ve", "have"),
    ("'re", "are"),
    ("'m", "am"),
    ("'s", "'s"),
    ("'d", "'d"),
];

/// Verbs before a "not" that was typed without its apostrophe, or in Scots ("isnae").
const HOSTS_OF_NOT: [&str; 17] = [
    "do", "does", "did", "could", "would", "should", "is", "are", "was", "were", "has", "have",
    "had", "must", "need", "ought", "might",
];

/// Clitics typed without the apostrophe, after words with which they make no other word ("well",
/// "were", "shell" are words of their own).
const UNMARKED: [(&str, &str, &str); 6] = [
    ("ll", "will", "you they it that there who somebody someone this nobody"),
    ("ve", "have", "i you we they would could should might must"),
    ("re", "are", "you they"),
    ("m", "am", "i"),
    ("s", "'s", "it that what there here he she who where how nobody somebody someone everybody"),
    ("d", "'d", "you they it that"),
];

/// Cuts the last clitic off: ("we", "will", 2) for "we'll".
fn split_clitic(folded: &str) -> Option<(&str, &'static str, usize)> {
    for (ending, clitic) in MARKED.into_iter().filter(|_| folded.contains('\'')) {
        if let Some(stem) = folded.strip_suffix(ending).filter(|stem| !stem.is_empty()) {
            return Some((stem, clitic, stem.chars().count()));
        }
    }
    let not = ["nt", "n;t", "nae"].iter().find_map(|ending| folded.strip_suffix(ending));
    if let Some(stem) = not.filter(|stem| HOSTS_OF_NOT.contains(stem)) {
        return Some((stem, "not", stem.len()));
    }
    UNMARKED.iter().find_map(|(ending, clitic, hosts)| {
        let stem = folded.strip_suffix(ending)?;
        hosts.split(' ').any(|host| host == stem).then_some((stem, *clitic, stem.len()))
    })
}

/// Forms that don't come apart by their endings.
fn irregular(folded: &str) -> Option<&'static [&'static str]> {
    Some(match folded {
        "can't" | "cant" | "cannot" | "can;t" | "cannae" | "canna" => &["can", "not"],
        "won't" | "wont" | "willnae" | "winnae" => &["will", "not"],
        "shan't" | "shant" => &["shall", "not"],
        "ain't" | "aint" => &["ain", "not"],
        "dinnae" | "dinna" => &["do", "not"],
        "disnae" | "dosent" | "dosnt" | "doesent" => &["does", "not"],
        "didna" | "didn" => &["did", "not"],
        "let's" => &["let", "us"],
        "dunno" => &["do", "not", "know"],
        "idk" => &["i", "do", "not", "know"],
        "gonna" | "gonnae" => &["going", "to"],
        "wanna" => &["want", "to"],
        "gotta" => &["got", "to"],
        "hafta" => &["have", "to"],
        "lemme" => &["let", "me"],
        "gimme" => &["give", "me"],
        "kinda" => &["kind", "of"],
        "sorta" => &["sort", "of"],
        "outta" => &["out", "of"],
        "y'all" | "yall" | "ya" | "u" | "ye" | "yous" | "youse" => &["you"],
        "ur" => &["your"],
        "cuz" | "coz" | "cos" | "'cause" | "'cos" | "'cuz" | "bc" | "becuase" | "becouse" => {
            &["because"]
        }
        "'em" => &["them"],
        "pls" | "plz" | "plse" => &["please"],
        "smth" | "sth" => &["something"],
        "ppl" => &["people"],
        "thru" => &["through"],
        "til" | "till" | "untill" => &["until"],
        "realy" | "rly" => &["really"],
        "unfortunatly" | "unfortunatelly" | "unfortunetly" => &["unfortunately"],
        "posible" => &["possible"],
        "recieve" => &["receive"],
        "recieved" => &["received"],
        "tho" => &["though"],
        "thx" => &["thanks"],
        "abt" => &["about"],
        "w/o" => &["without"],
        "alot" => &["a", "lot"],
        "noone" => &["no", "one"],
        "anymore" => &["any", "more"],
        "info" => &["information"],
        _ => return None,
    })
}

/// British and American spelling in one: "authorise" becomes "authorize".
///
/// The rule is blind ("otherwise" becomes "otherwize"), which does no harm as texts and rules share it.
fn spelling(folded: &str) -> Cow<'_, str> {
    const ENDINGS: [(&str, &str); 6] = [
        ("ise", "ize"),
        ("ised", "ized"),
        ("ises", "izes"),
        ("ising", "izing"),
        ("isation", "ization"),
        ("isations", "izations"),
    ];
    if folded.len() >= 7 && folded.is_ascii() {
        for (british, american) in ENDINGS {
            if let Some(stem) = folded.strip_suffix(british) {
                return Cow::Owned(format!("{stem}{american}"));
            }
        }
    }
    Cow::Borrowed(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(surface: &str) -> Vec<String> {
        let mut buffer = String::new();
        canonical(fold(surface, &mut buffer)).into_iter().map(|p| p.word.into_owned()).collect()
    }

    #[test]
    fn contractions_have_one_form() {
        for surface in ["isn't", "isn\u{2019}t", "ISNT", "isn\u{02BC}t", "i\u{00AD}sn't"] {
            assert_eq!(words(surface), ["is", "not"], "{surface}");
        }
        assert_eq!(words("I'm"), words("Im"));
        assert_eq!(words("wouldn't've"), ["would", "not", "have"]);
        assert_eq!(words("its"), words("it's"));
        assert_eq!(words("Ain't"), ["ain", "not"]);
        assert_eq!(words("couldnae"), ["could", "not"]);
    }

    #[test]
    fn full_width_letters_fold() {
        assert_eq!(words("\u{FF2A}\u{FF4F}\u{FF42}"), ["job"]);
    }

    #[test]
    fn words_that_only_look_contracted_stay() {
        for word in ["well", "were", "shell", "ill", "want", "plant", "hose", "lets"] {
            assert_eq!(words(word), [word]);
        }
    }

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
    fn spelling_is_unified() {
        assert_eq!(words("authorised"), words("authorized"));
    }
}
