//! From features and weights to a verdict: how likely, which category, which clause, which words.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::features::{Block, Features, Gram, Row};
use super::model::{CATEGORIES, Model};
use crate::language::{Document, Memory};

/// The sentences of a text, weighed.
#[derive(Debug)]
pub struct Weighed<'m> {
    model: &'m Model,
    features: Features<'m>,
    sums: Vec<f32>,
}

/// How certain the detector must be, as a shift of all that rules ask of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Less is enough: more is found, and more of it in vain.
    Low,
    /// As the rules have it.
    #[default]
    Medium,
    /// Only what is all but certain.
    High,
}

impl Confidence {
    /// The word that users write and read: `low`, `medium`, `high`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// What is asked, as a probability, where a rule asks for `above`.
    #[must_use]
    pub fn threshold(self, above: f32) -> f32 {
        let factor = match self {
            Self::Low => 0.4,
            Self::Medium => return above,
            Self::High => 3.0,
        };
        let odds = factor * above / (1.0 - above);
        odds / (1.0 + odds)
    }
}

/// What the model says of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The category that fits best, as an index into [`CATEGORIES`].
    pub category: usize,
    /// The tokens of the clause that carries the weight.
    pub clause: Range<usize>,
    /// The words that weigh most, as tokens, the weightiest first.
    pub because: Vec<Range<usize>>,
}

/// Weighs all sentences of a text; `customer` is what the other side said before, and `known`
/// what sentences were found to weigh by the same model.
#[must_use]
pub fn weigh<'m>(
    model: &'m Model,
    features: Features<'m>,
    customer: Option<&Features<'_>>,
    known: &mut Memory<Parts>,
) -> Weighed<'m> {
    let mut scales = Scales::new(model);
    let said = if features.is_empty() { 0.0 } else { scales.customer(customer) };
    let sentences = 0..features.len();
    let parts: Vec<Parts> =
        sentences.clone().map(|it| scales.recall(&features, it, known)).collect();
    let sum = |it: usize| {
        let own = parts[it].own + scales.setting(&features, it);
        let next = parts.get(it + 1).map_or(0.0, |next| next.as_next);
        let previous = it.checked_sub(1).map_or(0.0, |before| parts[before].as_previous);
        let later = &parts[features.later(it)];
        let far: i32 = later.iter().map(|part| part.as_later).sum();
        let far = scaled(Block::Later, far, later.iter().map(|part| part.short).sum());
        (own + next + previous + far + said) * model.unit() + model.bias()
    };
    let sums = sentences.map(sum).collect();
    Weighed { model, features, sums }
}

/// What the words of a sentence weigh, wherever it stands: for itself, and for those around it.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    own: f32,
    as_next: f32,
    as_previous: f32,
    as_later: i32,
    /// How many short runs there are.
    short: usize,
}

/// Sums up weights, sentence by sentence. What a sentence counts for as the next one, or as a later
/// one, is the same for all that it follows: each of its features is hashed but once, and a sentence
/// that is said again need not be looked at.
struct Scales<'m> {
    slots: &'m [u8],
    row: Row,
    /// What the short runs of the row hash to.
    short: Vec<u32>,
}

impl<'m> Scales<'m> {
    fn new(model: &'m Model) -> Self {
        // Room for a sentence of some length, so that short messages needn't grow into it.
        const SHORT: usize = 128;
        Self { slots: model.slots(), row: Row::default(), short: Vec::with_capacity(SHORT) }
    }

    /// What the words of a sentence weigh, as far as that is known.
    fn recall(
        &mut self,
        features: &Features<'_>,
        sentence: usize,
        known: &mut Memory<Parts>,
    ) -> Parts {
        match features.settled(sentence) {
            Some(settled) => known.recall(settled, || self.sentence(features, sentence)),
            None => self.sentence(features, sentence),
        }
    }

    fn sentence(&mut self, features: &Features<'_>, sentence: usize) -> Parts {
        self.lay_out(features, sentence);
        let short = self.short.len();
        let around = |block: Block| self.sum(block, self.short.iter().copied());
        Parts {
            own: self.own(),
            as_next: scaled(Block::Next, around(Block::Next), short),
            as_previous: scaled(Block::Previous, around(Block::Previous), short),
            as_later: around(Block::Later),
            short,
        }
    }

    /// What the words of the row weigh for themselves.
    fn own(&self) -> f32 {
        let hash = |gram: Gram| gram.hash;
        let short = self.short.iter().copied();
        let (mut words, mut stem_runs) = (self.short.len(), 0);
        let count = |counter: &mut usize| *counter += 1;
        let triples = self.row.triples().inspect(|_| count(&mut words)).map(hash);
        let of_words = self.sum(Block::Words, short.chain(triples));
        let affixes = self.row.affixes();
        let of_stems = self.sum(Block::Stems, affixes.iter().copied().map(hash));
        let runs = self.row.stem_runs().inspect(|_| count(&mut stem_runs)).map(hash);
        let of_stem_runs = self.sum(Block::StemRuns, runs);
        scaled(Block::Words, of_words, words)
            + scaled(Block::Stems, of_stems, affixes.len())
            + scaled(Block::StemRuns, of_stem_runs, stem_runs)
    }

    /// What the setting of a sentence weighs.
    fn setting(&self, features: &Features<'_>, sentence: usize) -> f32 {
        let mut sum = 0;
        features.setting(sentence, |hash| sum += self.weight(Block::Setting, hash));
        scaled(Block::Setting, sum, 1)
    }

    /// What the words of the customer weigh, the same for all sentences.
    fn customer(&mut self, said: Option<&Features<'_>>) -> f32 {
        let (mut sum, mut count) = (0, 0);
        for (features, sentence) in said.iter().flat_map(|it| (0..it.len()).map(move |at| (it, at)))
        {
            self.lay_out(features, sentence);
            sum += self.sum(Block::Customer, self.short.iter().copied());
            count += self.short.len();
        }
        scaled(Block::Customer, sum, count)
    }

    fn lay_out(&mut self, features: &Features<'_>, sentence: usize) {
        self.row.lay_out(features, sentence);
        self.short.clear();
        self.short.extend(self.row.short().map(|gram| gram.hash));
    }

    fn sum(&self, block: Block, hashes: impl Iterator<Item = u32>) -> i32 {
        hashes.map(|hash| self.weight(block, hash)).sum()
    }

    #[inline]
    fn weight(&self, block: Block, hash: u32) -> i32 {
        i32::from(self.slots[block.slot(hash)].cast_signed())
    }
}

/// The weight of a block that has so many features.
fn scaled(block: Block, sum: i32, count: usize) -> f32 {
    sum as f32 * block.value(count)
}

impl Weighed<'_> {
    /// How many sentences there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sums.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// The sum of all weights of a sentence.
    #[must_use]
    pub fn sum(&self, sentence: usize) -> f32 {
        self.sums[sentence]
    }

    /// How likely it is that a sentence deflects, from 0 to 1.
    #[must_use]
    pub fn probability(&self, sentence: usize) -> f32 {
        self.model.probability(self.sums[sentence], self.features.is_public_reply())
    }

    /// The same without regard to how rarely public replies deflect.
    #[must_use]
    pub fn probability_in_private(&self, sentence: usize) -> f32 {
        self.model.probability(self.sums[sentence], false)
    }

    /// What there is to say of a sentence beyond that.
    #[must_use]
    pub fn verdict(&self, document: &Document<'_>, sentence: usize) -> Verdict {
        let tokens = document.sentences[sentence].tokens.clone();
        let mut row = Row::default();
        row.lay_out(&self.features, sentence);
        let shares = self.shares(&row, &tokens);
        let clause = weightiest_clause(document, &tokens, &shares);
        let because = weightiest_words(&shares, &tokens, &clause);
        Verdict { category: self.category(&row), clause, because }
    }

    /// The category that fits a sentence best.
    fn category(&self, row: &Row) -> usize {
        let mut sums = [0.0_f32; CATEGORIES.len()];
        for block in OWN {
            let value = block.value(row.count(block)) * self.model.category_unit();
            row.of_block(block, |gram| {
                let weights = self.model.categories(block.slot(gram.hash));
                for (sum, &weight) in sums.iter_mut().zip(weights) {
                    *sum += value * f32::from(weight.cast_signed());
                }
            });
        }
        let biased = sums.iter().zip(self.model.category_bias()).map(|(sum, bias)| sum + bias);
        let best = biased.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
        best.map_or(0, |(category, _)| category)
    }

    /// What each token brings: the weight of a run of words belongs to its words in equal parts.
    fn shares(&self, row: &Row, tokens: &Range<usize>) -> Vec<f32> {
        let mut shares = vec![0.0; tokens.len()];
        let slots = self.model.slots();
        for block in OWN {
            let value = block.value(row.count(block)) * self.model.unit();
            row.of_block(block, |gram| {
                let weight = f32::from(slots[block.slot(gram.hash)].cast_signed()) * value;
                let (first, last) = (gram.first as usize, gram.last as usize);
                let share = weight / (last + 1 - first) as f32;
                for token in first..=last {
                    if let Some(of_token) = shares.get_mut(token.wrapping_sub(tokens.start)) {
                        *of_token += share;
                    }
                }
            });
        }
        shares
    }
}

/// The runs of words of a clause that weigh most, apart from one another.
fn weightiest_words(
    shares: &[f32],
    sentence: &Range<usize>,
    clause: &Range<usize>,
) -> Vec<Range<usize>> {
    const MOST: usize = 2;
    const LONGEST: usize = 3;
    let share = |run: &Range<usize>| -> f32 {
        shares[run.start - sentence.start..run.end - sentence.start].iter().sum()
    };
    let mut words: Vec<Range<usize>> = Vec::new();
    while words.len() < MOST {
        let starts = clause.clone();
        let runs = starts.flat_map(|at| (1..=LONGEST).map(move |length| at..at + length));
        let free = runs.filter(|run| {
            run.end <= clause.end
                && words.iter().all(|it| run.end <= it.start || it.end <= run.start)
        });
        let best = free.max_by(|a, b| share(a).total_cmp(&share(b)));
        let Some(best) = best.filter(|run| share(run) > 0.0) else { break };
        words.push(best);
    }
    words
}

/// The blocks that speak of the sentence's own words.
const OWN: [Block; 3] = [Block::Words, Block::Stems, Block::StemRuns];

/// The run of whole clauses whose words weigh most. A clause that only costs attention stays out.
fn weightiest_clause(
    document: &Document<'_>,
    sentence: &Range<usize>,
    shares: &[f32],
) -> Range<usize> {
    const COST_OF_TOKEN: f32 = 0.02;
    let mut clauses: Vec<(Range<usize>, f32)> = Vec::new();
    let mut start = sentence.start;
    for at in sentence.start + 1..=sentence.end {
        if document.ends_clause(sentence, at) {
            let weight: f32 = shares[start - sentence.start..at - sentence.start].iter().sum();
            clauses.push((start..at, weight - COST_OF_TOKEN * (at - start) as f32));
            start = at;
        }
    }
    let mut best = (f32::MIN, sentence.clone());
    for first in 0..clauses.len() {
        let mut weight = 0.0;
        for (clause, own) in &clauses[first..] {
            weight += own;
            if weight > best.0 {
                best = (weight, clauses[first].0.start..clause.end);
            }
        }
    }
    without_connectors(document, best.1)
}

/// Leaves out the "but" or "so" that a clause begins with.
fn without_connectors(document: &Document<'_>, mut clause: Range<usize>) -> Range<usize> {
    while clause.len() > 1 && document.is_connector(clause.start) {
        clause.start += 1;
    }
    clause
}
