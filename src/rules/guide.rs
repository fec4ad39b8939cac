//! The word lists that detection itself goes by, whatever the rules say: frames, steps, whom
//! "they" may stand for, words that may stand between any two.
//!
//! They are asked of nearly every word of a sentence, so that each has a number of its own, known
//! when buckstop is built, and [`Tables`](super::tables::Tables) tell for each word which of them
//! may begin with it. What is on the lists is written in the pack, as with any other.

/// Such a word list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guide {
    /// Words that may stand anywhere in a phrase: "really", "to be honest".
    Filler,
    /// What denies the words behind it: "I won't tell you that".
    DenialFrame,
    /// What only supposes the words behind it: "if".
    SupposingFrame,
    /// How a question begins.
    Asks,
    /// How a reason begins.
    Reason,
    /// An action that the speaker or "we" take.
    OwnedStep,
    /// What only looks like such an action.
    HollowStep,
    /// "They" and its forms.
    TheyWord,
    /// What is said of things rather than of people.
    OfThings,
    /// The company's own people, spoken of as strangers.
    OwnPeople,
    /// Others than the company's own.
    ThirdParty,
    /// Its own people, brought in by "our".
    Introduced,
    /// How a message begins before it says anything.
    Greeting,
    /// How it ends when all is said.
    Farewell,
}

impl Guide {
    /// All of them with their names in packs, in the order of their numbers.
    pub const ALL: [(Self, &str); 14] = [
        (Self::Filler, "filler"),
        (Self::DenialFrame, "denial_frame"),
        (Self::SupposingFrame, "supposing_frame"),
        (Self::Asks, "asks"),
        (Self::Reason, "reason"),
        (Self::OwnedStep, "owned_step"),
        (Self::HollowStep, "hollow_step"),
        (Self::TheyWord, "they_word"),
        (Self::OfThings, "of_things"),
        (Self::OwnPeople, "own_people"),
        (Self::ThirdParty, "third_party"),
        (Self::Introduced, "introduced"),
        (Self::Greeting, "greeting"),
        (Self::Farewell, "farewell"),
    ];

    /// Its number.
    #[must_use]
    pub fn number(self) -> usize {
        self as usize
    }

    /// The bit that stands for it among others.
    #[must_use]
    pub fn bit(self) -> u32 {
        1 << self as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Ruleset;

    #[test]
    fn the_embedded_pack_has_them_all_under_their_numbers() {
        let ruleset = Ruleset::builder().build().expect("a sound pack");
        let tables = ruleset.tables();
        for (place, (guide, name)) in Guide::ALL.into_iter().enumerate() {
            assert_eq!((guide.number(), guide.bit()), (place, 1 << place));
            assert_eq!(tables.guide(guide), tables.list(name), "{name}");
            assert!(tables.guide(guide).is_some(), "{name}");
        }
    }

    #[test]
    fn a_word_tells_which_of_them_may_begin_with_it() {
        let ruleset = Ruleset::builder().build().expect("a sound pack");
        let tables = ruleset.tables();
        for (guide, name) in Guide::ALL {
            let first = tables.guide(guide).and_then(|list| tables.list_program(list).first);
            for word in (0..tables.words.len() as u32).map(crate::language::WordId) {
                let begins = first.is_none_or(|first| tables.in_set(first, word));
                assert_eq!(tables.may_begin(guide, word), begins, "{name}");
            }
        }
    }
}
