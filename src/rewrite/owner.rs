//! "We" in the place of whoever the sentence names, and the rest made to agree.
//!
//! "Corporate has changed its prices" becomes "We have changed our prices": the facts stay, only
//! their owner changes. Where the speaker already stands in the sentence as somebody else ("they
//! don't tell us"), that would be nonsense, and there is no such rewrite.

use super::Fitted;
use super::sentence::Sentence;
use super::spelling::{capitalized, uncapitalized};
use crate::rules::inflect::{is_irregular_participle, plain};
use crate::text::TextSpan;

/// What to write where, so that `owner` stands for a part of the finding; nothing if the
/// sentence would make no sense then.
pub(super) fn fit(
    sentence: &Sentence<'_>,
    part: TextSpan,
    finding: TextSpan,
    owner: &str,
) -> Option<Fitted> {
    let first = sentence.word_at(part.start);
    let mut change = Change {
        sentence,
        end: part.range().end.max(sentence.words.get(first)?.span.start),
        written: if sentence.begins_large(part) {
            capitalized(owner)
        } else {
            uncapitalized(owner)
        },
        plural: sentence.lower(first).starts_with("they"),
    };
    let behind = sentence.word_behind(part.end);
    if owner.eq_ignore_ascii_case("we") {
        if change.speaker_before(first) || change.sets_apart(behind) {
            return None;
        }
        change.clitic(behind)?;
        let verb = change.verb(behind)?;
        change.rest(verb + 1, sentence.word_behind(finding.end))?;
    } else if change.has_later(behind, |word| word.starts_with("they")) {
        return None;
    }
    let changed = TextSpan::new(part.range().start, change.end);
    let shouts = is_large(sentence.written(first)) && is_large(sentence.written(behind));
    let words = if shouts { change.written.to_uppercase() } else { change.written };
    // The finding is offered as a whole, so that one sees what it comes to.
    let span = changed.cover(finding);
    let before = &sentence.text[span.range().start..changed.range().start];
    let behind = &sentence.text[changed.range().end..span.range().end];
    Some(Fitted::new(span, format!("{before}{words}{behind}")))
}

/// A change that grows word by word to the right.
struct Change<'a> {
    sentence: &'a Sentence<'a>,
    /// Up to where the text is replaced, in bytes.
    end: usize,
    /// What it is replaced by.
    written: String,
    /// Whether it was "they" already.
    plural: bool,
}

impl Change<'_> {
    /// Takes what is stuck to the old owner ("they've") over to the new one.
    fn clitic(&mut self, behind: usize) -> Option<()> {
        let last = behind.checked_sub(1)?;
        let lower = self.sentence.lower(last);
        let ending = match lower.split_once('\'') {
            Some((_, ending)) => ending,
            None => lower.strip_prefix("they").unwrap_or_default(),
        };
        let clitic = match ending {
            "s" if self.has_participle(behind) => "'ve",
            "s" | "re" => "'re",
            "ve" => "'ve",
            "ll" => "'ll",
            "d" => "'d",
            _ => "",
        };
        self.written += clitic;
        self.end = self.end.max(self.sentence.words[last].span.end);
        Some(())
    }

    /// Whether "'s" before a word stands for "has".
    fn has_participle(&self, from: usize) -> bool {
        let count = self.sentence.words.len();
        let verb = (from..count).find(|&word| !is_adverb(self.sentence.lower(word)));
        let word = self.sentence.lower(verb.unwrap_or(count));
        word.ends_with("ed") || word == "been" || word == "got" || is_irregular_participle(word)
    }

    /// Makes the verb behind the owner agree, and returns its place; nothing if something is put
    /// in between.
    fn verb(&mut self, from: usize) -> Option<usize> {
        let mut verb = from;
        while is_adverb(self.sentence.lower(verb)) {
            verb += 1;
        }
        if (from..=verb).any(|word| self.sentence.gap(word).contains(['(', ')'])) {
            return None;
        }
        self.agree(verb);
        Some(verb)
    }

    fn agree(&mut self, verb: usize) {
        let lower = self.sentence.lower(verb);
        let agreed = match lower {
            "isn't" | "isnt" => "aren't".to_owned(),
            "wasn't" | "wasnt" => "weren't".to_owned(),
            "hasn't" | "hasnt" => "haven't".to_owned(),
            "doesn't" | "doesnt" => "don't".to_owned(),
            _ if self.plural && !matches!(lower, "is" | "was" | "has" | "does") => return,
            _ => plain(lower),
        };
        if agreed != lower {
            self.replace(verb, &agreed);
        }
    }

    /// Makes what follows agree: "their" is "our" now, and a later "they" is "we".
    fn rest(&mut self, from: usize, finding_end: usize) -> Option<()> {
        let count = self.sentence.words.len();
        let they_later = self.has_later(from, |word| word.starts_with("they"));
        let clause_end = (from..count).find(|&word| self.sentence.breaks_before(word));
        let last = if they_later { count } else { clause_end.unwrap_or(count).max(finding_end) };
        if they_later && !self.plural || (from..last).any(|word| self.names_speaker(word)) {
            return None;
        }
        for word in from..last {
            let lower = self.sentence.lower(word);
            match lower {
                "the" if word == from && OURS.contains(&self.sentence.lower(word + 1)) => {
                    self.replace(word, "our");
                }
                "their" => self.replace(word, "our"),
                "theirs" => self.replace(word, "ours"),
                "themselves" | "themself" => self.replace(word, "ourselves"),
                "its" if !self.plural => self.replace(word, "our"),
                "itself" if !self.plural => self.replace(word, "ourselves"),
                "isn't" | "hasn't" | "doesn't" | "wasn't" if self.follows_conjunction(word) => {
                    self.agree(word);
                }
                _ => {
                    if let Some(we) = we_for(lower) {
                        self.replace(word, we);
                    }
                }
            }
        }
        Some(())
    }

    fn has_later(&self, from: usize, is: impl Fn(&str) -> bool) -> bool {
        (from..self.sentence.words.len()).any(|word| is(self.sentence.lower(word)))
    }

    /// Whether what follows keeps the old owner apart from the speaker: "he" and "she" go on with
    /// somebody, "not us" says so outright.
    fn sets_apart(&self, from: usize) -> bool {
        let count = self.sentence.words.len();
        let person = |word: &str| {
            let stem = word.split('\'').next().unwrap_or_default();
            matches!(stem, "he" | "she" | "his" | "him" | "himself" | "herself")
        };
        let denied = (from + 1..count).any(|word| {
            self.sentence.lower(word - 1) == "not"
                && matches!(self.sentence.lower(word), "us" | "me" | "we" | "ours" | "mine")
        });
        let house = (from + 1..count).any(|word| {
            let before = matches!(self.sentence.lower(word - 1), "that" | "because" | "if");
            before && matches!(self.sentence.lower(word), "it" | "it's" | "it'll")
        });
        denied || self.has_later(from, person) || !self.plural && house
    }

    /// Whether a word is the speaker, but for "I'm afraid" and the like.
    fn names_speaker(&self, word: usize) -> bool {
        let stance = (word + 1..=word + 2).any(|next| STANCES.contains(&self.sentence.lower(next)));
        is_speaker(self.sentence.lower(word)) && !stance
    }

    /// Whether the speaker does something before a word that sets them apart: "I asked, but
    /// they". Beside a named owner only the same stretch counts.
    fn speaker_before(&self, end: usize) -> bool {
        let breaks = (1..=end).rev().find(|&word| self.sentence.breaks_before(word));
        let from = if self.plural { 0 } else { breaks.unwrap_or(0) };
        (from..end).any(|word| self.names_speaker(word))
    }

    fn follows_conjunction(&self, word: usize) -> bool {
        word > 0 && matches!(self.sentence.lower(word - 1), "and" | "but" | "or")
    }

    /// Replaces one word, and takes over what stands before it.
    fn replace(&mut self, word: usize, by: &str) {
        let span = &self.sentence.words[word].span;
        self.written += &self.sentence.text[self.end.min(span.start)..span.start];
        self.written += by;
        self.end = span.end;
    }
}

fn we_for(they: &str) -> Option<&'static str> {
    Some(match they {
        "they" => "we",
        "they're" | "theyre" => "we're",
        "they've" | "theyve" => "we've",
        "they'll" | "theyll" => "we'll",
        "they'd" | "theyd" => "we'd",
        _ => return None,
    })
}

fn is_adverb(word: &str) -> bool {
    const ADVERBS: [&str; 22] = [
        "just", "also", "still", "never", "always", "now", "then", "not", "only", "often", "even",
        "all", "both", "once", "again", "ever", "rarely", "seldom", "soon", "here", "there", "too",
    ];
    ADVERBS.contains(&word) || word.ends_with("ly") && !matches!(word, "apply" | "supply" | "reply")
}

/// What a company has, and nobody else in its sentences: whoever sets the prices sets theirs.
const OURS: [&str; 16] = [
    "price", "prices", "pricing", "rate", "rates", "fee", "fees", "fare", "fares", "policy",
    "policies", "rules", "terms", "hours", "tariffs", "targets",
];

/// Whether a word is written in capitals, and is none of one letter.
fn is_large(word: &str) -> bool {
    word.len() > 1 && word.chars().all(char::is_uppercase)
}

fn is_speaker(word: &str) -> bool {
    const SPEAKERS: [&str; 6] = ["i", "me", "us", "we", "my", "myself"];
    let stem = word.split('\'').next().unwrap_or_default();
    SPEAKERS.contains(&stem)
}

/// What a speaker may say of their own without having a part in the matter: "I'm afraid they ...",
/// "I understand that they ...".
const STANCES: [&str; 18] = [
    "afraid",
    "sorry",
    "think",
    "know",
    "see",
    "understand",
    "believe",
    "gather",
    "hear",
    "guess",
    "apologise",
    "apologize",
    "appreciate",
    "fear",
    "admit",
    "confirm",
    "say",
    "must",
];
