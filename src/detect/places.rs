//! Sets of places in a sentence, as rows of bits: one for each word, and one for the end.
//!
//! What is true of some words ("is in this list", "has a comma before it") is such a set, so that
//! one operation on a number answers a question about a whole sentence.

use crate::language::WordId;

/// Places of a sentence of up to `64 * N - 1` words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Places<const N: usize>([u64; N]);

impl<const N: usize> Places<N> {
    /// No place at all.
    pub(super) const NONE: Self = Self([0; N]);

    /// How many places can be told apart.
    pub(super) const COUNT: usize = 64 * N;

    /// One place.
    #[inline]
    pub(super) fn one(place: usize) -> Self {
        let mut places = Self::NONE;
        places.add(place);
        places
    }

    /// All places before one.
    #[inline]
    pub(super) fn before(end: usize) -> Self {
        let bits = |row: usize| match end.saturating_sub(64 * row) {
            0 => 0,
            1..64 => (1 << (end % 64)) - 1,
            _ => u64::MAX,
        };
        Self(std::array::from_fn(bits))
    }

    /// The places of the words of which something is true.
    #[inline]
    pub(super) fn of(words: &[WordId], is_so: impl Fn(WordId) -> bool) -> Self {
        let mut places = Self::NONE;
        for (row, words) in places.0.iter_mut().zip(words.chunks(64)) {
            for (place, &word) in words.iter().enumerate() {
                *row |= u64::from(is_so(word)) << place;
            }
        }
        places
    }

    #[inline]
    pub(super) fn add(&mut self, place: usize) {
        self.0[place / 64] |= 1 << (place % 64);
    }

    #[inline]
    pub(super) fn has(self, place: usize) -> bool {
        self.0[place / 64] >> (place % 64) & 1 == 1
    }

    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.0.iter().all(|&bits| bits == 0)
    }

    /// How many they are.
    #[inline]
    pub(super) fn count(self) -> u32 {
        self.0.iter().map(|bits| bits.count_ones()).sum()
    }

    /// The places of both.
    #[inline]
    pub(super) fn or(self, other: Self) -> Self {
        Self(std::array::from_fn(|row| self.0[row] | other.0[row]))
    }

    /// The places that are in both.
    #[inline]
    pub(super) fn and(self, other: Self) -> Self {
        Self(std::array::from_fn(|row| self.0[row] & other.0[row]))
    }

    /// The places that are not in the other.
    #[inline]
    pub(super) fn without(self, other: Self) -> Self {
        Self(std::array::from_fn(|row| self.0[row] & !other.0[row]))
    }

    /// Those of them of which something is true.
    #[inline]
    pub(super) fn filter(self, is_so: impl Fn(usize) -> bool) -> Self {
        let mut places = Self::NONE;
        for (row, mut bits) in self.0.into_iter().enumerate() {
            while bits != 0 {
                let lowest = bits & bits.wrapping_neg();
                if is_so(64 * row + bits.trailing_zeros() as usize) {
                    places.0[row] |= lowest;
                }
                bits ^= lowest;
            }
        }
        places
    }

    /// The place behind each.
    #[inline]
    pub(super) fn next(self) -> Self {
        self.moved(1)
    }

    /// The places up to so many words behind each, fewer than 64.
    #[inline]
    pub(super) fn ahead(self, words: u32) -> Self {
        if words == 0 {
            return Self::NONE;
        }
        let (mut ahead, mut reached) = (self.next(), 1);
        while reached < words {
            let step = reached.min(words - reached);
            ahead = ahead.or(ahead.moved(step));
            reached += step;
        }
        ahead
    }

    /// The places so many words behind each, fewer than 64.
    #[inline]
    fn moved(self, words: u32) -> Self {
        let carried = |row: usize| {
            let below = row.checked_sub(1).map_or(0, |below| self.0[below]);
            below.checked_shr(64 - words).unwrap_or(0)
        };
        Self(std::array::from_fn(|row| self.0[row] << words | carried(row)))
    }

    /// The first of them.
    #[inline]
    pub(super) fn first(self) -> Option<usize> {
        let row = self.0.iter().position(|&bits| bits != 0)?;
        Some(64 * row + self.0[row].trailing_zeros() as usize)
    }

    /// The last of them.
    #[inline]
    pub(super) fn last(self) -> Option<usize> {
        let row = self.0.iter().rposition(|&bits| bits != 0)?;
        Some(64 * row + 63 - self.0[row].leading_zeros() as usize)
    }

    /// All of them, in order.
    #[inline]
    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        self.0.into_iter().enumerate().flat_map(|(row, mut bits)| {
            std::iter::from_fn(move || {
                let place = (bits != 0).then_some(64 * row + bits.trailing_zeros() as usize);
                bits &= bits.wrapping_sub(1);
                place
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list<const N: usize>(places: Places<N>) -> Vec<usize> {
        places.iter().collect()
    }

    #[test]
    fn places_are_counted_across_rows() {
        let mut places = Places::<2>::one(3);
        places.add(63);
        places.add(127);
        assert_eq!(list(places), [3, 63, 127]);
        assert_eq!(list(places.next()), [4, 64]);
        assert_eq!(list(places.ahead(2)), [4, 5, 64, 65]);
        assert_eq!(list(Places::<2>::one(60).ahead(7)), [61, 62, 63, 64, 65, 66, 67]);
        assert_eq!((places.first(), places.last(), places.count()), (Some(3), Some(127), 3));
        assert_eq!((Places::<2>::NONE.first(), Places::<2>::NONE.last()), (None, None));
        for end in [0, 1, 63, 64, 65, 127] {
            let before = Places::<2>::before(end);
            assert!(before.iter().eq(0..end), "{end}");
        }
        assert!(places.and(Places::before(64)).has(63) && !places.and(Places::before(63)).has(63));
        assert_eq!(list(places.without(Places::before(64))), [127]);
    }
}
