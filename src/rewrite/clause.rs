//! A sentence of its own in the place of a clause, with the seams on both sides made good.
//!
//! "Sorry, but that's not my job." becomes "Sorry about that. Let me find the right person.":
//! before the clause stand greetings, apologies and conjunctions, after it reasons, asides and
//! further clauses. What depends on the clause goes with it ("I'm afraid that ...", "..., which is
//! why"); what can stand alone stays, as a sentence of its own if it must.
//!
//! Whether the new words fit the matter is the rule's affair.

use super::Fitted;
use super::sentence::Sentence;
use super::spelling::{capitalized, uncapitalized};
use crate::text::TextSpan;

/// What to write where, so that `filled` says what the clause around a finding said.
pub(super) fn fit(sentence: &Sentence<'_>, finding: TextSpan, filled: &str) -> Fitted {
    let clause = Clause::around(sentence, finding, filled);
    let lead = clause.lead(clause.start());
    let tail = clause.tail(clause.end(), lead.subordinate);
    let start = lead.start.min(finding.range().start);
    let end = tail.end.max(finding.range().end);
    let end_mark = end_mark(&sentence.text[end..], filled, &tail);
    let span = TextSpan::new(start, end + end_mark.len());
    let full_stop = if end_mark.is_empty() { "" } else { "." };
    let filled = without_full_stop(filled, &sentence.text[end..], &tail);
    let cased = if lead.capital { capitalized(filled) } else { uncapitalized(filled) };
    let words = format!("{}{cased}{full_stop}", lead.before);
    Fitted { span, words, tail: tail.after }
}

/// A question mark that would end what is no question any more.
fn end_mark<'t>(rest: &'t str, filled: &str, tail: &Tail) -> &'t str {
    let marks = rest.len() - rest.trim_start_matches(['?', '!']).len();
    let asks = rest[..marks].contains('?');
    if asks && tail.after.is_empty() && !filled.ends_with('?') { &rest[..marks] } else { "" }
}

/// Drops a full stop that the sentence already has.
fn without_full_stop<'f>(filled: &'f str, rest: &str, tail: &Tail) -> &'f str {
    let joins = !tail.after.is_empty() || rest.starts_with(['.', '!', '?', ',', ';', ':']);
    if joins { filled.strip_suffix('.').unwrap_or(filled) } else { filled }
}

/// The clause that is replaced.
struct Clause<'a> {
    sentence: &'a Sentence<'a>,
    /// The finding's first word.
    first: usize,
    /// The word behind its last.
    behind: usize,
    /// Whether the new words refuse something, too.
    refuses: bool,
    /// Whether they are an offer: "let me".
    offers: bool,
    /// Whether they hold an "and".
    adds: bool,
}

/// The seam before the clause.
struct Lead {
    /// Where what is replaced begins, in bytes of the text.
    start: usize,
    /// What to write before the new words.
    before: String,
    /// Whether the new words begin a sentence.
    capital: bool,
    /// Whether the clause depended on one that follows it: "As I don't know, ...".
    subordinate: bool,
}

/// The seam behind the clause.
struct Tail {
    /// Where what is replaced ends, in bytes of the text.
    end: usize,
    /// What to write after the new words.
    after: String,
}

impl<'a> Clause<'a> {
    fn around(sentence: &'a Sentence<'a>, finding: TextSpan, filled: &str) -> Self {
        let words: Vec<String> = filled.split_whitespace().take(4).map(str::to_lowercase).collect();
        Self {
            sentence,
            first: sentence.word_at(finding.start),
            behind: sentence.word_behind(finding.end),
            refuses: words.iter().any(|word| word.ends_with("n't") || word == "not"),
            offers: words.first().is_some_and(|word| word == "let" || word == "let's"),
            adds: filled.contains(" and "),
        }
    }

    /// The clause's first word, greetings and the like left out.
    fn start(&self) -> usize {
        let mut start = self.first;
        while start > 0 && (self.is_joined(start) || self.goes_on_behind_filler(start)) {
            start -= 1;
        }
        while start < self.first {
            let word = self.sentence.lower(start);
            let named = self.sentence.written(start + 1).starts_with(char::is_uppercase);
            if GREETINGS.contains(&word) && named && start + 1 < self.first {
                start += 2;
            } else if OPENERS.contains(&word) || self.sentence.is_handle(start) {
                start += 1;
            } else {
                break;
            }
        }
        start
    }

    /// Whether a word belongs to the same clause as the one before it.
    fn is_joined(&self, word: usize) -> bool {
        !self.sentence.breaks_before(word) && !self.is_conjunction(word - 1)
    }

    /// Whether a comma before a word is only that of a hesitation: "have you thought about, um,".
    fn goes_on_behind_filler(&self, word: usize) -> bool {
        let filler = self.stretch(word - 1);
        let before = filler.checked_sub(1).map_or("", |before| self.sentence.lower(before));
        let hesitates = (filler..word).all(|word| HESITATIONS.contains(&self.sentence.lower(word)));
        self.sentence.breaks_before(word)
            && (hesitates && INCOMPLETE.contains(&before)
                || HESITATIONS.contains(&self.sentence.lower(word))
                    && INCOMPLETE.contains(&self.sentence.lower(word - 1)))
    }

    /// The word behind the clause's last.
    fn end(&self) -> usize {
        let ends = |&word: &usize| self.sentence.breaks_before(word) || self.is_conjunction(word);
        let count = self.sentence.words.len();
        (self.behind..count).find(ends).unwrap_or(count)
    }

    fn lead(&self, start: usize) -> Lead {
        let Some(before) = start.checked_sub(1) else { return self.opening(0) };
        if !self.sentence.breaks_before(start) {
            return if self.is_conjunction(before) {
                self.after_conjunction(before, start)
            } else {
                self.within(start)
            };
        }
        let stretch = self.stretch(before);
        let words = self.words(stretch..start);
        if is_apology(&words) && !self.sentence.gap(start).contains(['.', ':']) {
            self.pardoned(stretch, before)
        } else if REGRETS.contains(&words.as_str()) && !self.refuses {
            self.lead(stretch)
        } else {
            self.within(start)
        }
    }

    /// The seam behind a conjunction, which is the word before the clause.
    fn after_conjunction(&self, conjunction: usize, start: usize) -> Lead {
        let word = self.sentence.lower(conjunction);
        let adds = matches!(word, "and" | "so" | "then");
        let Some(before) = conjunction.checked_sub(1) else {
            let subordinate = !matches!(word, "but" | "or" | "and" | "so" | "then");
            let lead = if adds { self.within(start) } else { self.opening(0) };
            return Lead { subordinate: subordinate || lead.subordinate, ..lead };
        };
        let first = self.stretch(before);
        let stretch = self.words(first..conjunction);
        if adds || self.refuses && word == "but" {
            self.within(start)
        } else if !matches!(word, "but" | "though" | "although") {
            self.behind_word(before, ". ")
        } else if has_apology(&stretch) {
            self.pardoned(first, before)
        } else if REGRETS.contains(&stretch.as_str()) {
            self.lead(first)
        } else {
            let crowded = self.adds || stretch.split(' ').any(|word| word == "and");
            let joint = match (word, self.offers) {
                ("but", true) => ", so ",
                ("but", false) if !crowded => ", and ",
                _ => ". ",
            };
            self.behind_word(before, joint)
        }
    }

    /// New words that open the sentence, at a word of it.
    fn opening(&self, word: usize) -> Lead {
        Lead { capital: !self.sentence.is_small(), ..self.within(word) }
    }

    /// New words within the sentence, from a word of it on.
    fn within(&self, word: usize) -> Lead {
        let start = self.sentence.words.get(word).map_or(0, |word| word.span.start);
        // A sign that is part of the first word: $114.99, #12.
        let marks = self.sentence.text[..start].trim_end_matches(['$', '\u{A3}', '\u{20AC}', '#']);
        let subordinate = INTRODUCTIONS.contains(&self.sentence.lower(word));
        Lead { start: marks.len(), before: String::new(), capital: false, subordinate }
    }

    /// New words behind a word that stays, joined to it by `joint`.
    fn behind_word(&self, word: usize, joint: &str) -> Lead {
        let start = self.sentence.words.get(word).map_or(0, |word| word.span.end);
        let capital = joint == ". " && !self.sentence.is_small();
        Lead { start, before: joint.to_owned(), capital, subordinate: false }
    }

    /// New words behind an apology, which becomes a sentence of its own.
    fn pardoned(&self, first: usize, last: usize) -> Lead {
        let [first, end] = [first, last].map(|word| &self.sentence.words[word].span);
        let apology = &self.sentence.text[first.start..end.end];
        let before = format!("{apology}{}", pardon(self.sentence.lower(last)));
        Lead { start: first.start, before, capital: !self.sentence.is_small(), subordinate: false }
    }

    /// Where the stretch between punctuation begins that ends with a word.
    fn stretch(&self, last: usize) -> usize {
        (1..=last).rev().find(|&word| self.sentence.breaks_before(word)).unwrap_or(0)
    }

    fn words(&self, range: std::ops::Range<usize>) -> String {
        range.map(|word| self.sentence.lower(word)).collect::<Vec<_>>().join(" ")
    }

    fn tail(&self, at: usize, subordinate: bool) -> Tail {
        let word = self.sentence.lower(at);
        let breaks = self.sentence.breaks_before(at);
        let goes = breaks && (DEPENDENT.contains(&word) || self.is_aside(at)) || is_third(word);
        if at >= self.sentence.words.len() {
            Tail { end: self.sentence.end(), after: String::new() }
        } else if matches!(word, "and" | "but" | "or") {
            self.coordinated(at)
        } else if self.is_conjunction(at)
            && word == "so"
            && !is_auxiliary(self.sentence.lower(at + 1))
        {
            self.sentence_from(at + 1)
        } else if self.is_conjunction(at) || goes {
            self.drop_clause(at)
        } else if !subordinate && !self.sentence.gap(at).contains(',')
            || self.stretch_behind(at) == at + 1
        {
            self.keep_from(at)
        } else if subordinate || is_subject(word) || self.has_subject(at) {
            self.sentence_from(at)
        } else {
            self.drop_clause(at)
        }
    }

    /// "... and you'll hear from us" stands alone; "... and don't know why" needs its subject;
    /// "... and ask them yourself" goes with the errand that it is a part of.
    fn coordinated(&self, conjunction: usize) -> Tail {
        let at = conjunction + 1;
        let next = self.sentence.lower(at);
        let stands = is_subject(next) || ADVERBS.contains(&next) || self.has_subject(at);
        let goes_on = next == "that" && !is_auxiliary(self.sentence.lower(at + 1));
        if goes_on || is_third(next) {
            self.drop_clause(conjunction)
        } else if stands && self.adds && self.sentence.lower(conjunction) == "and" {
            self.sentence_from(at)
        } else if stands || self.sentence.breaks_before(at) {
            self.keep_from(conjunction)
        } else {
            self.with_subject(conjunction)
        }
    }

    /// Whether some noun is followed by its verb: "and half the floor is out".
    fn has_subject(&self, at: usize) -> bool {
        let reach = (at + 1..(at + 5).min(self.sentence.words.len()))
            .take_while(|&word| !self.sentence.breaks_before(word));
        !is_auxiliary(self.sentence.lower(at))
            && reach.into_iter().any(|word| is_auxiliary(self.sentence.lower(word)))
    }

    /// Says again who it is that the rest is about, if that is the speaker and the rest is no
    /// refusal.
    fn with_subject(&self, conjunction: usize) -> Tail {
        let subject = self.sentence.written(self.first);
        let subject = subject.split(['\'', '\u{2019}']).next().unwrap_or_default();
        let speaks = matches!(subject, "I" | "i" | "We" | "we");
        let begins = self.words(conjunction + 1..(conjunction + 3).min(self.sentence.words.len()));
        let refuses = begins.contains("n't") || begins.contains("not") || begins.contains("never");
        let verb = begins.split(' ').next().is_some_and(is_auxiliary);
        if !speaks || !verb || refuses && !self.refuses {
            return self.drop_clause(conjunction);
        }
        let subject = if subject == "I" { "I".to_owned() } else { subject.to_lowercase() };
        let gap = self.sentence.gap(conjunction);
        let after = format!("{gap}{} {subject}", self.sentence.written(conjunction));
        Tail { end: self.sentence.words[conjunction].span.end, after }
    }

    /// Leaves the rest as it stands.
    fn keep_from(&self, word: usize) -> Tail {
        let before = word.checked_sub(1).and_then(|before| self.sentence.words.get(before));
        Tail { end: before.map_or(0, |word| word.span.end), after: String::new() }
    }

    /// Makes a sentence of the rest.
    fn sentence_from(&self, word: usize) -> Tail {
        let end = self.sentence.words.get(word).map_or(0, |word| word.span.end);
        let written = self.sentence.written(word);
        let first =
            if self.sentence.is_small() { written.to_owned() } else { capitalized(written) };
        Tail { end, after: format!(". {first}") }
    }

    /// Drops what cannot stand without the clause, up to the next that can.
    fn drop_clause(&self, from: usize) -> Tail {
        let count = self.sentence.words.len();
        let stands = |&word: &usize| {
            let joined = matches!(self.sentence.lower(word), "and" | "but" | "so");
            let first = self.sentence.lower(word + usize::from(joined));
            let parted = self.sentence.gap(word).contains([';', ':', '\u{2013}', '\u{2014}', '(']);
            self.sentence.breaks_before(word) && (parted || is_subject(first))
        };
        let next = (from + 1..count).find(stands);
        self.tail(next.unwrap_or(count), false)
    }

    /// Whether a regret hangs behind the clause: "..., I'm afraid", "..., did you".
    fn is_aside(&self, at: usize) -> bool {
        let words = self.words(at..self.stretch_behind(at));
        let tag = words
            .split_once(' ')
            .is_some_and(|(verb, whom)| is_auxiliary(verb) && PRONOUNS.contains(&whom));
        let known = REGRETS.contains(&words.as_str()) || FILLERS.contains(&words.as_str());
        known || tag || is_apology(&words)
    }

    /// Where the stretch between punctuation ends that begins with a word.
    fn stretch_behind(&self, first: usize) -> usize {
        let count = self.sentence.words.len();
        (first + 1..count).find(|&word| self.sentence.breaks_before(word)).unwrap_or(count)
    }

    /// Whether a word joins clauses: the "as" of "as we agreed", not that of "as a rule".
    fn is_conjunction(&self, word: usize) -> bool {
        let next = self.sentence.lower(word + 1);
        match self.sentence.lower(word) {
            "as" => is_subject(next) && !matches!(next, "a" | "an" | "that"),
            "though" => word == 0 || self.sentence.lower(word - 1) != "as",
            "or" => !is_auxiliary(next),
            "so" => !SO.contains(&next),
            other => CONJUNCTIONS.contains(&other),
        }
    }
}

const OPENERS: [&str; 26] = [
    "hi", "hello", "hey", "dear", "ok", "okay", "well", "yes", "yeah", "no", "nope", "right",
    "now", "um", "uh", "hm", "hmm", "ah", "oh", "thanks", "so", "and", "look", "sure", "alright",
    "listen",
];
const GREETINGS: [&str; 4] = ["hi", "hello", "hey", "dear"];

/// Whole stretches that only say that what comes is unwelcome.
const REGRETS: [&str; 24] = [
    "unfortunately",
    "regrettably",
    "sadly",
    "i'm afraid",
    "im afraid",
    "i am afraid",
    "we're afraid",
    "i fear",
    "honestly",
    "frankly",
    "to be honest",
    "to be frank",
    "to be honest with you",
    "tbh",
    "however",
    "but",
    "as i said",
    "i regret to say",
    "sorry to say",
    "i'm sorry to say",
    "though",
    "but unfortunately",
    "but honestly",
    "unfortunately though",
];

/// Whole stretches that say nothing.
const FILLERS: [&str; 26] = [
    "i reckon",
    "hey",
    "yeah",
    "then",
    "i would say",
    "i'd say",
    "i think",
    "i believe",
    "i take it",
    "if you will",
    "isn't it",
    "innit",
    "you know",
    "you know what i mean",
    "you see",
    "you understand",
    "right",
    "ok",
    "okay",
    "eh",
    "huh",
    "i guess",
    "i suppose",
    "as you know",
    "really",
    "so",
];

/// What follows "so" where it draws no conclusion.
const SO: [&str; 7] = ["that", "much", "far", "many", "on", "ever", "long"];

/// What begins a stretch that says more about the clause and cannot stand without it.
const DEPENDENT: [&str; 29] = [
    "which", "who", "whose", "whom", "where", "meaning", "leaving", "causing", "making", "given",
    "due", "despite", "unless", "until", "till", "being", "whereas", "except", "nor", "not",
    "neither", "let", "after", "before", "once", "when", "if", "even", "provided",
];

const ADVERBS: [&str; 9] =
    ["unfortunately", "please", "then", "maybe", "perhaps", "if", "when", "in", "nothing"];

const PRONOUNS: [&str; 8] = ["i", "we", "you", "he", "she", "it", "they", "there"];

const CONJUNCTIONS: [&str; 12] = [
    "and", "but", "so", "because", "since", "then", "although", "while", "cause", "cos", "cuz",
    "whereas",
];

/// What a clause begins with that only introduces another: "Due to the storm, ...".
const INTRODUCTIONS: [&str; 8] =
    ["due", "with", "given", "because", "as", "since", "owing", "following"];

const HESITATIONS: [&str; 8] = ["um", "uh", "uhm", "er", "erm", "eh", "hm", "hmm"];

/// Words that no clause ends with.
const INCOMPLETE: [&str; 26] = [
    "about", "of", "to", "for", "with", "at", "in", "on", "the", "a", "an", "is", "was", "are",
    "be", "that", "i'm", "it's", "we're", "just", "from", "by", "my", "your", "our", "maybe",
];

/// Whether a word stands for somebody who was blamed and is named no more.
fn is_third(word: &str) -> bool {
    matches!(word.split('\'').next(), Some("he" | "she" | "bless"))
}

/// Whether a word is an auxiliary, or a verb in a form that can't be taken for a noun.
fn is_auxiliary(word: &str) -> bool {
    const AUXILIARIES: [&str; 34] = [
        "am", "is", "are", "was", "were", "be", "been", "do", "does", "did", "can", "cannot",
        "could", "will", "would", "shall", "should", "may", "might", "must", "have", "has", "had",
        "know", "see", "need", "never", "just", "only", "also", "still", "don't", "wont", "cant",
    ];
    AUXILIARIES.contains(&word) || word.ends_with("n't")
}

/// Whether a word begins a clause with a subject of its own, or a request.
fn is_subject(word: &str) -> bool {
    const DETERMINERS: [&str; 24] = [
        "this",
        "that",
        "these",
        "those",
        "the",
        "a",
        "an",
        "my",
        "your",
        "our",
        "his",
        "her",
        "their",
        "its",
        "please",
        "here",
        "nobody",
        "everyone",
        "everybody",
        "someone",
        "somebody",
        "there's",
        "here's",
        "let's",
    ];
    let stem = word.split('\'').next().unwrap_or_default();
    PRONOUNS.contains(&stem) || DETERMINERS.contains(&word) || stem == "that"
}

/// Whether a stretch does nothing but apologise.
fn is_apology(words: &str) -> bool {
    let last = words.rsplit(' ').next().unwrap_or_default();
    words.split(' ').count() <= 5 && (last == "sorry" || last == "apologies")
}

fn has_apology(words: &str) -> bool {
    const APOLOGIES: [&str; 6] =
        ["sorry", "apologies", "apologise", "apologize", "apologising", "apologizing"];
    words.split(' ').any(|word| APOLOGIES.contains(&word))
}

/// What a bare apology goes on with, by its last word.
fn pardon(last: &str) -> &'static str {
    match last {
        "sorry" => " about that. ",
        "apologies" | "apologise" | "apologize" => " for that. ",
        _ => ". ",
    }
}
