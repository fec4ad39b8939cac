//! Short words of ASCII letters, as numbers.
//!
//! Nearly every word of an English text has at most fifteen letters. Read eight bytes at a time,
//! such a word is delimited, folded to small letters, hashed and compared without a loop over its
//! letters. Longer words, and those with other characters, are left to [`super::canonical`].

use super::word::hash_of;

/// A word of ASCII letters in small letters, or two of them with an apostrophe between.
///
/// The lowest byte is the first letter, the highest the length, so that a word fits two registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folded(u128);

impl Folded {
    /// The longest in bytes.
    const LONGEST: usize = 15;

    #[inline]
    const fn new(letters: u128, length: usize) -> Self {
        Self(letters | (length as u128) << (8 * Self::LONGEST))
    }

    /// The ASCII letters that stand at a place, up to what is none; nothing if they are too many.
    #[must_use]
    #[inline]
    pub fn at(bytes: &[u8], at: usize) -> Option<Self> {
        let low = eight(bytes, at);
        let length = letters(low);
        if length < 8 {
            return Some(Self::new(u128::from(lower(low) & below(length)), length));
        }
        let high = eight(bytes, at + 8);
        let more = letters(high);
        if more == 8 {
            return None;
        }
        let letters = u128::from(lower(high) & below(more)) << 64 | u128::from(lower(low));
        Some(Self::new(letters, 8 + more))
    }

    /// A word that is written in small letters.
    pub(super) const fn literal(word: &str) -> Self {
        let bytes = word.as_bytes();
        assert!(bytes.len() <= Self::LONGEST, "a short word");
        let (mut letters, mut length) = (0, 0);
        while length < bytes.len() {
            letters |= (bytes[length] as u128) << (8 * length);
            length += 1;
        }
        Self::new(letters, length)
    }

    /// How many letters there are.
    #[must_use]
    #[inline]
    pub fn len(self) -> usize {
        (self.0 >> (8 * Self::LONGEST)) as usize
    }

    /// Whether there are none.
    #[must_use]
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The letters, and something else behind them.
    #[must_use]
    #[inline]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    #[inline]
    fn letters(self) -> u128 {
        self.0 & ((1 << (8 * Self::LONGEST)) - 1)
    }

    /// The same with an apostrophe and more letters behind it, if that is not too long.
    #[inline]
    pub(super) fn with_clitic(self, clitic: Self) -> Option<Self> {
        let length = self.len() + 1 + clitic.len();
        let marked = clitic.letters() << 8 | u128::from(b'\'');
        (length <= Self::LONGEST)
            .then(|| Self::new(marked << (8 * self.len()) | self.letters(), length))
    }

    /// The same without its last letter, if that is `last` and not the only one.
    #[inline]
    pub(super) fn without(self, last: u8) -> Option<Self> {
        let length = self.len().checked_sub(1).filter(|&length| length > 0)?;
        ((self.0 >> (8 * length)) as u8 == last)
            .then(|| Self::new(self.0 & ((1 << (8 * length)) - 1), length))
    }

    /// The first eight letters, or as many as there are.
    #[inline]
    pub(super) fn start(self) -> u64 {
        self.0 as u64
    }

    /// Whether it is spelled so, where it is known to have the same [start](Self::start).
    #[inline]
    pub(super) fn ends_as(self, spelled: &[u8]) -> bool {
        let length = self.len();
        // The last eight letters meet the first eight, or overlap them.
        length < 8
            || spelled.len() == length
                && spelled.last_chunk().is_some_and(|&end| {
                    u64::from_le_bytes(end) == (self.letters() >> (8 * (length - 8))) as u64
                })
    }

    /// What its bytes [hash](super::word::hash) to.
    #[inline]
    pub(super) fn hash(self) -> u32 {
        let (low, high) = (self.0 as u64, (self.letters() >> 64) as u64);
        if self.len() < 8 { hash_of(self.len(), [], low) } else { hash_of(self.len(), [low], high) }
    }

    /// Whether it may have British spelling, which needs a closer look: "authorised".
    #[inline]
    pub(super) fn may_be_british(self) -> bool {
        // All the endings begin with "is", at most eight letters before the end.
        let end = self.letters() >> (8 * self.len().saturating_sub(8));
        self.len() >= 7 && has_is(end as u64)
    }

    /// The letters, spelled out.
    pub(super) fn spelled(self, buffer: &mut [u8; 16]) -> &str {
        *buffer = self.to_bytes();
        std::str::from_utf8(&buffer[..self.len()]).unwrap_or_default()
    }
}

/// The bits of so many bytes, fewer than eight.
#[inline]
fn below(bytes: usize) -> u64 {
    (1 << (8 * bytes)) - 1
}

/// Eight bytes from a place on, the first in the lowest; zeros behind the last there is.
#[inline]
pub(super) fn eight(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.first_chunk().map_or_else(
        || rest.iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte)),
        |&chunk| u64::from_le_bytes(chunk),
    )
}

/// The same byte eight times.
const fn eight_times(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The high bit of each of eight bytes.
const HIGH: u64 = eight_times(0x80);

/// How many of eight bytes are ASCII letters before the first that is none.
#[inline]
fn letters(eight: u64) -> usize {
    // Bytes of seven bits, so that no sum carries into the next.
    let low = lower(eight) & !HIGH;
    let from_a = low + eight_times(0x80 - b'a');
    let past_z = low + eight_times(0x80 - b'z' - 1);
    let others = !(from_a & !past_z & !eight) & HIGH;
    others.trailing_zeros() as usize / 8
}

/// ASCII letters in small letters; other bytes become something else.
#[inline]
fn lower(eight: u64) -> u64 {
    eight | eight_times(0x20)
}

/// Whether "is" stands among eight letters.
fn has_is(letters: u64) -> bool {
    let pairs = (letters ^ eight_times(b'i')) | ((letters >> 8) ^ eight_times(b's'));
    // A byte that is zero, and at most some above it, lose one from their high bits.
    (pairs.wrapping_sub(eight_times(1)) & !pairs & HIGH) != 0
}

#[cfg(test)]
mod tests {
    use super::super::word::hash;
    use super::*;

    #[test]
    fn letters_are_read_up_to_what_is_none() {
        let long = "abcdefghijklmnopqrstuvwxyz";
        for length in 0..=15 {
            for stop in ["", " ", "'", "1", "@", "[", "`", "{", "\u{E9}", "\0"] {
                let text = format!("{}{stop}x", &long.to_uppercase()[..length]);
                let text = if stop.is_empty() { &text[..length] } else { &text[..] };
                let read = Folded::at(text.as_bytes(), 0).expect("a short word");
                let mut buffer = [0; 16];
                assert_eq!((read.len(), read.spelled(&mut buffer)), (length, &long[..length]));
                assert_eq!(read.hash(), hash(&long.as_bytes()[..length]));
                assert_eq!(read, Folded::literal(&long[..length]));
            }
        }
        assert_eq!(Folded::at(&long.as_bytes()[..16], 0), None);
        assert_eq!(Folded::at(b"abc", 7), Some(Folded::literal("")));
    }

    #[test]
    fn words_are_joined_and_cut() {
        let (could, t) = (Folded::literal("couldn"), Folded::literal("t"));
        assert_eq!(could.with_clitic(t), Some(Folded::literal("couldn't")));
        assert_eq!(could.without(b'n'), Some(Folded::literal("could")));
        assert_eq!((could.without(b't'), t.without(b't')), (None, None));
        assert_eq!(Folded::literal("abcdefghijklmn").with_clitic(t), None);
    }

    #[test]
    fn words_are_compared_to_their_ends() {
        let word = Folded::literal("understanding");
        assert!(word.ends_as(b"understanding"));
        assert!(!word.ends_as(b"understandinx") && !word.ends_as(b"understan"));
    }

    #[test]
    fn british_endings_are_suspected() {
        for word in ["authorise", "authorised", "realising", "organisation", "organisations"] {
            assert!(Folded::literal(word).may_be_british(), "{word}");
        }
        for word in ["payroll", "thousand", "sixteen", "this", "quickest"] {
            assert!(!Folded::literal(word).may_be_british(), "{word}");
        }
    }
}
