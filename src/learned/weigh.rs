//! From features and weights to a verdict: how likely, which category, which clause, which words.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::features::{Block, Features, Gram};
use super::model::{CATEGORIES, Model};
use crate::language::Document;

/// The sentences of a text, weighed.
#[derive(Debug)]
pub struct Weighed<'m> {
    model: &'m Model,
    features: Features,
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

/// Weighs all sentences of a text; `customer` is what the other side said before.
#[must_use]
pub fn weigh<'m>(model: &'m Model, features: Features, customer: Option<&Features>) -> Weighed<'m> {
    let slots = model.slots();
    let weight = |block: Block, gram: Gram| i32::from(slots[block.slot(gram.hash)].cast_signed());
    let sum = |block: Block, sentence: usize| {
        let mut sum = 0;
        features.of_block(block, sentence, customer, |gram| sum += weight(block, gram));
        sum as f32 * features.value(block, sentence, customer)
    };
    // What a sentence counts for as one of the later ones is the same for all before it.
    let later: Vec<i32> = (0..features.len())
        .map(|it| features.short_grams(it).iter().map(|&gram| weight(Block::Later, gram)).sum())
        .collect();
    let said = if features.is_empty() { 0.0 } else { sum(Block::Customer, 0) };
    let sums = (0..features.len()).map(|it| {
        let own = [Block::Words, Block::Stems, Block::StemRuns, Block::Setting];
        let around = [Block::Next, Block::Previous];
        let near: f32 = own.into_iter().chain(around).map(|block| sum(block, it)).sum();
        let far: i32 = later[features.later(it)].iter().sum();
        let far = far as f32 * features.value(Block::Later, it, customer);
        (near + far + said) * model.unit() + model.bias()
    });
    let sums = sums.collect();
    Weighed { model, features, sums }
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
        let shares = self.shares(sentence, &tokens);
        let clause = weightiest_clause(document, &tokens, &shares);
        let because = weightiest_words(&shares, &tokens, &clause);
        Verdict { category: self.category(sentence), clause, because }
    }

    /// The category that fits a sentence best.
    fn category(&self, sentence: usize) -> usize {
        let mut sums = [0.0_f32; CATEGORIES.len()];
        for block in OWN {
            let value = self.features.value(block, sentence, None) * self.model.category_unit();
            self.features.of_block(block, sentence, None, |gram| {
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
    fn shares(&self, sentence: usize, tokens: &Range<usize>) -> Vec<f32> {
        let mut shares = vec![0.0; tokens.len()];
        let slots = self.model.slots();
        for block in OWN {
            let value = self.features.value(block, sentence, None) * self.model.unit();
            self.features.of_block(block, sentence, None, |gram| {
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
