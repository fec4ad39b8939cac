//! The words of a text: its own, or a part of the text that they were cut out of.
//!
//! Most turns of a transcript stand in their file letter by letter. They share its bytes, so that
//! cutting them out neither copies nor allocates. Words that are put together from several places,
//! or decoded, are a text's own.

use std::ops::Range;
use std::sync::Arc;

/// The words of a text.
#[derive(Clone, Debug)]
pub(super) enum Wording {
    /// Nobody else's.
    Own(String),
    /// These bytes of a larger text.
    Shared(Arc<String>, Range<usize>),
}

impl Default for Wording {
    fn default() -> Self {
        Self::Own(String::new())
    }
}

impl PartialEq for Wording {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Wording {}

impl Wording {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Own(text) => text,
            Self::Shared(all, range) => &all[range.clone()],
        }
    }

    /// A part of it, if that can be had without copying.
    pub(super) fn shared(&self, part: Range<usize>) -> Option<Self> {
        let Self::Shared(all, whole) = self else { return None };
        Some(Self::Shared(Arc::clone(all), whole.start + part.start..whole.start + part.end))
    }

    /// Length in bytes.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Own(text) => text.len(),
            Self::Shared(_, range) => range.len(),
        }
    }

    /// Appends words that stand nowhere else.
    pub(super) fn push_str(&mut self, words: &str) {
        match self {
            Self::Own(text) => text.push_str(words),
            Self::Shared(..) => {
                let shared = self.as_str();
                // What has one escape mostly has several.
                let mut text = String::with_capacity(2 * shared.len() + words.len());
                text.push_str(shared);
                text.push_str(words);
                *self = Self::Own(text);
            }
        }
    }

    /// Appends a part of another text. It is shared as long as all parts are, and follow each
    /// other.
    pub(super) fn push_part(&mut self, from: &Self, part: Range<usize>) {
        let Self::Shared(all, whole) = from else {
            return self.push_str(&from.as_str()[part]);
        };
        let there = whole.start + part.start..whole.start + part.end;
        match self {
            Self::Own(text) if text.is_empty() => *self = Self::Shared(Arc::clone(all), there),
            Self::Shared(mine, range) if Arc::ptr_eq(mine, all) && range.end == there.start => {
                range.end = there.end;
            }
            _ => self.push_str(&all[there]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_follow_each_other_are_shared() {
        let all = Wording::Shared(Arc::new("that's not my job".to_owned()), 1..17);
        let mut words = Wording::default();
        words.push_part(&all, 6..9);
        words.push_part(&all, 9..12);
        assert!(matches!(&words, Wording::Shared(_, range) if *range == (7..13)));
        assert_eq!(words.as_str(), "not my");
        words.push_part(&all, 13..16);
        assert!(matches!(words, Wording::Own(_)));
        assert_eq!((words.as_str(), words.len()), ("not myjob", 9));
    }

    #[test]
    fn words_that_stand_nowhere_else_are_its_own() {
        let all = Wording::Shared(Arc::new("not mine".to_owned()), 0..8);
        let mut words = Wording::default();
        words.push_str("it's ");
        words.push_part(&all, 0..8);
        assert_eq!(words, Wording::Own("it's not mine".to_owned()));
    }
}
