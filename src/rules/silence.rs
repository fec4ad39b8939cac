//! When a rule stays silent though its words stand there, as a reader is told it.

use super::ruleset::{Conditions, Guards, RuleMatcher};

/// All that can silence a rule.
#[derive(Clone, Debug)]
pub struct Silence<'r> {
    /// The built-in guards that are on.
    pub guards: Vec<Guard>,
    /// It is silent if any of these holds.
    pub unless: Vec<Surroundings<'r>>,
    /// It is silent unless all of these hold.
    pub when: Vec<Surroundings<'r>>,
}

/// Phrases to be looked for around a match; one of them is enough.
#[derive(Clone, Debug)]
pub struct Surroundings<'r> {
    /// Where.
    pub place: Place,
    /// As written.
    pub phrases: Vec<&'r str>,
}

/// Where such a phrase stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before the match, in its sentence.
    Before,
    /// After the match, in its sentence.
    After,
    /// In the sentence of the match.
    Sentence,
    /// In one of the two sentences that follow.
    Next,
    /// In the message.
    Message,
}

impl Place {
    /// The word that a pack uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Sentence => "sentence",
            Self::Next => "next",
            Self::Message => "message",
        }
    }

    /// In plain words: "earlier in the sentence".
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Before => "earlier in the sentence",
            Self::After => "later in the sentence",
            Self::Sentence => "anywhere in the sentence",
            Self::Next => "in one of the two sentences that follow",
            Self::Message => "anywhere in the message",
        }
    }
}

/// A built-in guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// The words are somebody else's.
    Quoted,
    /// The words are no prose.
    Code,
    /// The words are denied.
    Negated,
    /// The words are asked.
    Asked,
    /// The words are supposed.
    Hypothetical,
    /// A reason comes with them.
    Reasoned,
    /// The way comes with them.
    Linked,
    /// Others are spoken of.
    Referent,
    /// An owned next step follows.
    Redeemed,
}

impl Guard {
    /// The word that a pack uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quoted => "quoted",
            Self::Code => "code",
            Self::Negated => "negated",
            Self::Asked => "asked",
            Self::Hypothetical => "hypothetical",
            Self::Reasoned => "reasoned",
            Self::Linked => "linked",
            Self::Referent => "referent",
            Self::Redeemed => "redeemed",
        }
    }

    /// What makes the rule stay silent, as one plain sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Quoted => "The words are quoted: in quotation marks, or on a quoted line.",
            Self::Code => "The words are code, or part of an address.",
            Self::Negated => "The words are denied: “I won’t tell you that …”.",
            Self::Asked => "The words are asked, not said: “Did they …?”.",
            Self::Hypothetical => "The words are only supposed: “If there is …”.",
            Self::Reasoned => "A reason is given: “because …”, “so that …”.",
            Self::Linked => "The way comes with it: a link, an address or a telephone number.",
            Self::Referent => "“They” are others: the customer’s bank, “our colleague Jane”.",
            Self::Redeemed => "An owned next step follows: “…, but let me find out for you”.",
        }
    }
}

impl Guards {
    /// Those that are on, in the order in which they are asked.
    fn on(self) -> Vec<Guard> {
        let switches = [
            (self.quoted, Guard::Quoted),
            (self.code, Guard::Code),
            (self.negated, Guard::Negated),
            (self.asked, Guard::Asked),
            (self.hypothetical, Guard::Hypothetical),
            (self.reasoned, Guard::Reasoned),
            (self.linked, Guard::Linked),
            (self.referent, Guard::Referent),
            (self.redeemed, Guard::Redeemed),
        ];
        switches.into_iter().filter(|&(on, _)| on).map(|(_, guard)| guard).collect()
    }
}

impl<'r> Silence<'r> {
    pub(super) fn of(matcher: &'r RuleMatcher) -> Self {
        Self {
            guards: matcher.guards.on(),
            unless: surroundings(&matcher.unless),
            when: surroundings(&matcher.when),
        }
    }
}

/// The conditions by their places, those left out that ask for nothing.
fn surroundings(conditions: &Conditions) -> Vec<Surroundings<'_>> {
    let asked = conditions.by_place().into_iter().filter(|(_, all)| !all.is_empty());
    let told = asked.map(|(place, all)| Surroundings {
        place,
        phrases: all.iter().map(|condition| condition.written.as_str()).collect(),
    });
    told.collect()
}
