//! Finds deflection in one text: scan, guards, overlap.
//!
//! A pure function from text and rules to hits, with a look at what was said before
//! and after; whose text it is, where it came from and how it is shown is not known
//! here.

mod guards;
mod matcher;
mod missing;
mod neighbours;
mod overlap;
mod places;
mod referent;
mod requirements;
mod sentences;
mod skim;

use std::cell::{OnceCell, RefCell};
use std::ops::Range;

use guards::Candidate;
use matcher::Match;
use neighbours::Neighbours;
use sentences::Sentences;
use skim::{Found, Skimmer};

use crate::finding::Opinion;
use crate::flat::Numbers;
use crate::language::{Document, Memory};
use crate::learned::{self, CATEGORIES, Features, Parts, Verdict, Weighed};
use crate::rules::tables::Tables;
use crate::rules::{Learned, Ruleset};
use crate::text::TextSpan;

pub(crate) use missing::{Lack, has, missing};

/// A deflection, as a rule sees it.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    /// Index of the rule.
    pub(crate) rule: usize,
    /// The words that the rule's phrase matched.
    pub(crate) matched: TextSpan,
    /// The words to report: those matched, or the whole clause if the rule says so.
    pub(crate) span: TextSpan,
    /// The sentence that holds it, without the punctuation that ends it.
    pub(crate) sentence: TextSpan,
    /// What the phrase remembered, by name.
    pub(crate) captures: Vec<(String, TextSpan)>,
    /// What the learned detector says, if it found this.
    pub(crate) opinion: Option<Opinion>,
}

/// A match that a guard let pass.
#[derive(Clone, Debug)]
pub(crate) struct Passed {
    /// Index of the rule.
    pub(crate) rule: usize,
    /// The matched words.
    pub(crate) span: TextSpan,
    /// Why.
    pub(crate) reason: String,
}

/// What was found in a text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Detected {
    /// In the order of their place, free of overlaps.
    pub(crate) hits: Vec<Hit>,
    /// In the order of their place.
    pub(crate) passed: Vec<Passed>,
}

/// What stands around a text in its conversation, as far as it may matter.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Context<'t> {
    /// What the other side said before.
    pub(crate) before: Option<&'t str>,
    /// What the same speaker says next.
    pub(crate) after: Option<&'t str>,
}

/// Finds the deflections of a text.
pub(crate) fn detect(text: &str, context: Context<'_>, ruleset: &Ruleset) -> Detected {
    detect_with(text, context, ruleset, None)
}

/// Finds the deflections of a text, by one rule alone if one is named.
pub(crate) fn detect_with(
    text: &str,
    context: Context<'_>,
    ruleset: &Ruleset,
    only: Option<usize>,
) -> Detected {
    let scope = only.map_or(Scope::All, Scope::Rule);
    detect_in(text, context, ruleset, scope)
}

/// Finds what phrases find, and leaves out what only the learned detector takes for a deflection.
pub(crate) fn detect_by_phrases(text: &str, ruleset: &Ruleset) -> Detected {
    detect_in(text, Context::default(), ruleset, Scope::Phrases)
}

/// Which rules are tried.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// All that take part.
    All,
    /// Those of them that have phrases.
    Phrases,
    /// One, whether it takes part or not.
    Rule(usize),
}

fn detect_in(text: &str, context: Context<'_>, ruleset: &Ruleset, scope: Scope) -> Detected {
    Kept::lend(ruleset, |kept| detect_by(kept, text, context, ruleset, scope))
}

fn detect_by(
    kept: &mut Kept,
    text: &str,
    context: Context<'_>,
    ruleset: &Ruleset,
    scope: Scope,
) -> Detected {
    let mut detected = Detected::default();
    let (tables, companies) = (ruleset.tables(), &ruleset.companies);
    for chunk in chunks(text) {
        let around = Context {
            before: context.before.filter(|_| chunk.start == 0),
            after: context.after.filter(|_| chunk.end == text.len()),
        };
        let neighbours = Neighbours::new(around, &tables, companies);
        let document = Document::new(&text[chunk.clone()], tables.words, companies);
        let mut scan = Scan {
            ruleset,
            tables: &tables,
            sentences: Sentences::new(&tables, &document, &neighbours),
            detected: Detected::default(),
            scope,
            parts: &kept.parts,
            weighed: OnceCell::new(),
        };
        scan.phrases(&mut kept.skimmer);
        scan.regexes();
        scan.learned();
        detected.absorb(scan.detected, chunk.start);
    }
    detected.hits = overlap::settle(detected.hits, ruleset);
    detected.passed.sort_by_key(|p| (p.span, p.rule));
    detected.passed.dedup_by_key(|p| (p.span, p.rule));
    detected
}

impl Detected {
    fn absorb(&mut self, other: Self, offset: usize) {
        let shift = |span: TextSpan| {
            TextSpan::new(span.start as usize + offset, span.end as usize + offset)
        };
        self.hits.extend(other.hits.into_iter().map(|hit| Hit {
            matched: shift(hit.matched),
            span: shift(hit.span),
            sentence: shift(hit.sentence),
            captures: hit.captures.into_iter().map(|(name, span)| (name, shift(span))).collect(),
            opinion:
                hit.opinion.map(|it| Opinion {
                    because: it.because.into_iter().map(shift).collect(),
                    ..it
                }),
            ..hit
        }));
        self.passed.extend(other.passed.into_iter().map(|p| Passed { span: shift(p.span), ..p }));
    }
}

/// A rule that comes with buckstop gives way where the learned detector holds a deflection for less
/// likely than this, unless it is of the severest or says otherwise. Measured on writers whom
/// neither rules nor model had seen, about one in twenty of the phrases' deflections goes by it, and
/// more than half of their false alarms.
const DOUBT: f32 = 0.15;

/// In a shorter sentence a phrase says nearly all there is, and the learned detector has too little
/// to go by: "I have no idea."
const WORDS_TO_DOUBT: usize = 8;

/// The most bytes that are taken apart at once; no message is longer, but a file may be.
const CHUNK: usize = 1 << 16;

/// Cuts a text into pieces of bounded size, at a blank line if there is one,
/// else at a line's end, else between words.
fn chunks(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        if start >= text.len() {
            return None;
        }
        let end = chunk_end(text, start);
        let chunk = start..end;
        start = end;
        Some(chunk)
    })
}

fn chunk_end(text: &str, start: usize) -> usize {
    let mut limit = start + CHUNK;
    if limit >= text.len() {
        return text.len();
    }
    while !text.is_char_boundary(limit) {
        limit -= 1;
    }
    let window = &text[start..limit];
    let cut = ["\n\n", "\n", ". ", " "]
        .iter()
        .find_map(|mark| window.rfind(mark).map(|i| i + mark.len()));
    cut.map_or(limit, |cut| start + cut)
}

thread_local! {
    static KEPT: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

/// What a thread keeps from text to text.
struct Kept {
    /// The number of the rules that it is of.
    ruleset: u64,
    skimmer: Skimmer,
    parts: RefCell<Memory<Parts>>,
}

impl Kept {
    /// Works with what this thread has kept of the same rules.
    fn lend<T>(ruleset: &Ruleset, work: impl FnOnce(&mut Self) -> T) -> T {
        let known = KEPT.take().filter(|kept| kept.ruleset == ruleset.number());
        let mut kept = known.unwrap_or_else(|| Self {
            ruleset: ruleset.number(),
            skimmer: Skimmer::default(),
            parts: RefCell::default(),
        });
        let done = work(&mut kept);
        KEPT.set(Some(kept));
        done
    }
}

/// One document on its way through the rules.
struct Scan<'a> {
    ruleset: &'a Ruleset,
    tables: &'a Tables<'a>,
    sentences: Sentences<'a>,
    detected: Detected,
    scope: Scope,
    /// What sentences were found to weigh.
    parts: &'a RefCell<Memory<Parts>>,
    /// The sentences as the learned detector sees them, once it is asked.
    weighed: OnceCell<Option<Weighed<'a>>>,
}

impl Scan<'_> {
    /// Looks for all phrases in each sentence. Of two that find the same words, the one that its
    /// rule names first counts.
    fn phrases(&mut self, skimmer: &mut Skimmer) {
        for sentence in 0..self.sentences.len() {
            let settled = self.sentences.document().settled(sentence);
            let found = skimmer.skim(self.tables, self.sentences.matcher(sentence), settled);
            for Found { phrase, place } in found.iter() {
                let rule = self.tables.rule(*phrase);
                if self.takes_part(rule) {
                    let start = self.sentences.matcher(sentence).sentence().start;
                    self.phrase(rule, *phrase, sentence, place.clone().counted_to(start));
                }
            }
        }
    }

    /// Judges the match of a phrase.
    fn phrase(&mut self, rule: usize, phrase: u32, sentence: usize, found: Match) {
        let document = self.sentences.document();
        let captures = self.capture_spans(self.tables.phrase(phrase).captures, &found);
        let first = surface_start(document, found.tokens.start);
        let matched = document.span(first..found.tokens.end);
        let candidate = Candidate { sentence, tokens: found.tokens, span: matched };
        self.judge(rule, &candidate, captures, None);
    }

    fn capture_spans(&self, names: Numbers<'_>, found: &Match) -> Vec<(String, TextSpan)> {
        let all = names.iter().zip(&found.captures);
        let spans = all.filter_map(|(name, tokens)| {
            let span = self.sentences.document().span(tokens.clone()?);
            Some((self.tables.name(name).to_owned(), span))
        });
        spans.collect()
    }

    fn regexes(&mut self) {
        let ruleset = self.ruleset;
        let text = self.sentences.document().text;
        for (rule, traits) in ruleset.traits.iter().enumerate() {
            if !traits.has_regexes || !self.takes_part(rule) {
                continue;
            }
            for found in ruleset.matchers[rule]
                .regexes
                .all()
                .iter()
                .flat_map(|regex| regex.find_iter(text))
                .filter(|m| !m.is_empty())
            {
                let span = TextSpan::new(found.start(), found.end());
                let document = self.sentences.document();
                let start = document.tokens.partition_point(|t| t.span.end <= span.start);
                let end = document.tokens.partition_point(|t| t.span.start < span.end).max(start);
                if document.sentences.is_empty() {
                    continue;
                }
                let sentence = document.sentence_of(start.min(document.tokens.len() - 1));
                let candidate = Candidate { sentence, tokens: start..end, span };
                self.judge(rule, &candidate, Vec::new(), None);
            }
        }
    }

    fn takes_part(&self, rule: usize) -> bool {
        match self.scope {
            Scope::All => self.ruleset.traits[rule].enabled,
            Scope::Phrases => {
                self.ruleset.traits[rule].enabled && !self.ruleset.traits[rule].only_learned
            }
            Scope::Rule(only) => only == rule,
        }
    }

    /// What the learned detector finds where no phrase found anything.
    fn learned(&mut self) {
        let rules: Vec<(usize, Learned)> = (0..self.ruleset.traits.len())
            .filter(|&rule| self.ruleset.traits[rule].only_learned && self.takes_part(rule))
            .filter_map(|rule| Some((rule, self.ruleset.traits[rule].learned?)))
            .collect();
        let asked = |learned: Learned| self.ruleset.confidence.threshold(learned.above);
        let least = rules.iter().map(|&(_, learned)| asked(learned)).fold(1.0, f32::min);
        if rules.is_empty() || self.weighed().is_none() {
            return;
        }
        for sentence in 0..self.sentences.len() {
            let Some(weighed) = self.weighed() else { continue };
            let confidence = weighed.probability(sentence);
            if confidence < least || self.has_hit(sentence) {
                continue;
            }
            let document = self.sentences.document();
            let Verdict { category, clause, because } = weighed.verdict(document, sentence);
            let fits = |learned: Learned| {
                confidence >= self.ruleset.confidence.threshold(learned.above)
                    && learned.category.is_none_or(|it| usize::from(it) == category)
            };
            let Some(&(rule, _)) = rules.iter().find(|&&(_, learned)| fits(learned)) else {
                continue;
            };
            let span = document.span(clause.clone());
            let because = because.into_iter().map(|words| document.span(words)).collect();
            let candidate = Candidate { sentence, tokens: clause, span };
            self.judge(rule, &candidate, Vec::new(), Some(Opinion { confidence, because }));
        }
    }

    fn has_hit(&self, sentence: usize) -> bool {
        let span = self.sentences.document().sentences[sentence].span;
        self.detected.hits.iter().any(|hit| hit.sentence == span)
    }

    /// The sentences as the learned detector sees them; nothing if there is none.
    fn weighed(&self) -> Option<&Weighed<'_>> {
        let weigh = || {
            let model = self.ruleset.model.as_ref()?;
            let said = self.sentences.neighbours().before();
            let said = said.map(|it| Features::new(it.document()));
            let features = Features::new(self.sentences.document());
            Some(learned::weigh(model, features, said.as_ref(), &mut self.parts.borrow_mut()))
        };
        self.weighed.get_or_init(weigh).as_ref()
    }

    /// That the learned detector thinks too little of the sentence for a rule that asks it.
    fn doubted(&self, rule: usize, sentence: usize) -> Option<String> {
        let traits = self.ruleset.traits[rule];
        if traits.only_learned {
            return None;
        }
        let words = self.sentences.document().sentences[sentence].tokens.len();
        let doubted = traits.doubted && words >= WORDS_TO_DOUBT;
        let usual = doubted.then_some(Learned { category: None, above: DOUBT });
        let learned = traits.learned.or(usual)?;
        let weighed = self.weighed()?;
        let asked = self.ruleset.confidence.threshold(learned.above);
        let given = weighed.probability_in_private(sentence);
        if given < asked {
            let percent = |part: f32| (part * 1000.0).round() / 10.0;
            let (given, asked) = (percent(given), percent(asked));
            return Some(format!("the learned detector gives it {given} %, not {asked} %"));
        }
        let wanted = learned.category?;
        let category = weighed.verdict(self.sentences.document(), sentence).category;
        let named = CATEGORIES[category];
        (category != usize::from(wanted))
            .then(|| format!("the learned detector takes it for {named}"))
    }

    /// Asks the guards and files the candidate.
    fn judge(
        &mut self,
        rule: usize,
        candidate: &Candidate,
        captures: Vec<(String, TextSpan)>,
        opinion: Option<Opinion>,
    ) {
        let matcher = &self.ruleset.matchers[rule];
        let reason = self.doubted(rule, candidate.sentence);
        let reason = reason.or_else(|| {
            guards::conditions(candidate, &matcher.unless, &matcher.when, &mut self.sentences)
                .or_else(|| guards::reason_to_pass(candidate, matcher.guards, &mut self.sentences))
        });
        if let Some(reason) = reason {
            self.detected.passed.push(Passed { rule, span: candidate.span, reason });
            return;
        }
        let document = self.sentences.document();
        let sentence = self.sentences.matcher(candidate.sentence).sentence();
        let span = if matcher.extend {
            candidate.span.cover(clause(document, &sentence, &candidate.tokens))
        } else {
            candidate.span
        };
        self.detected.hits.push(Hit {
            rule,
            matched: candidate.span,
            span,
            sentence: document.span(sentence),
            captures,
            opinion,
        });
    }
}

/// A match that begins in the middle of a word ("n't my job") takes the whole word.
fn surface_start(document: &Document<'_>, token: usize) -> usize {
    (0..=token).rev().find(|&t| !document.tokens[t].glued).unwrap_or(token)
}

/// From the match to where its clause ends.
fn clause(document: &Document<'_>, sentence: &Range<usize>, tokens: &Range<usize>) -> TextSpan {
    let end = (tokens.end..=sentence.end)
        .find(|&t| document.ends_clause(sentence, t))
        .unwrap_or(tokens.end);
    document.span(tokens.start..end)
}
