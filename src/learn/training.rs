//! From messages to weights.

use std::collections::BTreeMap;

use super::descent::{Smooth, least};
use super::messages::{Grade, Message};
use crate::language::{Document, Words};
use crate::learned::{CATEGORIES, Features, Model, SLOT_BITS, Weights, category_slot};

/// How much the examples count against the wish for small weights.
const TRUST: f64 = 10.0;

/// Into how many parts the writers are divided for calibration.
const FOLDS: usize = 4;

/// A sentence as an example.
struct Row {
    /// Slots and values.
    features: Vec<(u32, f32)>,
    /// The category, if it deflects.
    category: Option<usize>,
    /// The number of the writer.
    writer: usize,
    /// What it counts for.
    share: f64,
}

/// Learns a model from messages alone.
#[must_use]
pub fn learn(messages: &[Message]) -> Weights {
    let rows = rows(messages);
    let mut weights = fit(&rows, |_| true, None);
    weights.calibration = calibrate(&rows);
    weights
}

/// Learns from further messages on top of a model, which they change as far as they contradict it.
#[must_use]
pub fn learn_on_top(messages: &[Message], model: &Model) -> Weights {
    let rows = rows(messages);
    fit(&rows, |_| true, Some(&model.weights()))
}

/// The sentences of all messages, those left out on which readers differ. A message that comes
/// with the customer's words stands for two, one of them without.
fn rows(messages: &[Message]) -> Vec<Row> {
    let mut writers: BTreeMap<&str, usize> = BTreeMap::new();
    for message in messages {
        let number = writers.len();
        writers.entry(&message.source).or_insert(number);
    }
    messages.iter().flat_map(|message| message_rows(message, writers[&*message.source])).collect()
}

fn message_rows(message: &Message, writer: usize) -> Vec<Row> {
    let document = Document::new(&message.text, Words::default(), &[]);
    let features = Features::new(&document);
    let said = message.customer.as_deref().map(|it| Document::new(it, Words::default(), &[]));
    let said = said.as_ref().map(Features::new);
    let mut rows = Vec::new();
    for (number, sentence) in document.sentences.iter().enumerate() {
        let touching = message.labels.iter().filter(|label| {
            label.span.start < sentence.span.end as usize
                && (sentence.span.start as usize) < label.span.end
        });
        let clear = touching.clone().find(|label| label.grade == Grade::Clear);
        if clear.is_none() && touching.count() > 0 {
            continue;
        }
        let category =
            clear.and_then(|label| CATEGORIES.iter().position(|name| *name == label.category));
        let ways = [None, said.as_ref()];
        let ways = &ways[..if said.is_some() { 2 } else { 1 }];
        rows.extend(ways.iter().map(|customer| {
            let mut slots = Vec::new();
            features.each(number, *customer, |slot, value| slots.push((slot as u32, value)));
            Row { features: slots, category, writer, share: 1.0 / ways.len() as f64 }
        }));
    }
    rows
}

/// The weights that fit the rows of some writers best.
fn fit(rows: &[Row], takes_part: impl Fn(usize) -> bool, prior: Option<&Weights>) -> Weights {
    let rows: Vec<&Row> = rows.iter().filter(|row| takes_part(row.writer)).collect();
    let mut weights = prior.cloned().unwrap_or_else(Weights::none);
    let binary = Binary::new(&rows, prior);
    let found = least(&binary, binary.prior.clone());
    weights.bias = found[binary.slots.len()] as f32;
    for (&slot, &weight) in binary.slots.iter().zip(&found) {
        weights.slots[slot as usize] = weight as f32;
    }
    let choice = Choice::new(&rows, prior);
    let found = least(&choice, choice.prior.clone());
    let (biases, found) = found.split_at(CATEGORIES.len());
    for (bias, &learned) in weights.category_bias.iter_mut().zip(biases) {
        *bias = learned as f32;
    }
    for (&slot, learned) in choice.slots.iter().zip(found.chunks_exact(CATEGORIES.len())) {
        let at = slot as usize * CATEGORIES.len();
        for (weight, &learned) in weights.categories[at..].iter_mut().zip(learned) {
            *weight = learned as f32;
        }
    }
    weights
}

/// Features with the slots numbered anew, without those that occur only once.
fn compact(rows: &[&Row], slot_of: impl Fn(u32) -> u32) -> (Vec<u32>, Vec<Vec<(u32, f32)>>) {
    /// A message with the customer's words has two rows.
    const TOO_FEW: u32 = 2;
    const NONE: u32 = u32::MAX;
    let mut counts = vec![(0, NONE); 1 << SLOT_BITS];
    for (number, row) in rows.iter().enumerate() {
        for &(slot, _) in &row.features {
            let (count, last) = &mut counts[slot_of(slot) as usize];
            if *last != number as u32 {
                (*count, *last) = (*count + 1, number as u32);
            }
        }
    }
    let frequent = (0..counts.len() as u32).filter(|&slot| counts[slot as usize].0 > TOO_FEW);
    let slots: Vec<u32> = frequent.collect();
    let mut numbers = vec![NONE; counts.len()];
    for (number, &slot) in slots.iter().enumerate() {
        numbers[slot as usize] = number as u32;
    }
    let compacted = rows.iter().map(|row| {
        let known = row.features.iter();
        let known = known.map(|&(slot, value)| (numbers[slot_of(slot) as usize], value));
        known.filter(|&(number, _)| number != NONE).collect()
    });
    let compacted = compacted.collect();
    (slots, compacted)
}

/// Whether a sentence deflects: logistic regression.
struct Binary {
    slots: Vec<u32>,
    rows: Vec<Vec<(u32, f32)>>,
    /// 1 for a deflection, -1 for none; and what the row counts for.
    wanted: Vec<(f64, f64)>,
    /// The weights to stay close to; the last one is the bias.
    prior: Vec<f64>,
}

impl Binary {
    fn new(rows: &[&Row], prior: Option<&Weights>) -> Self {
        let (slots, compacted) = compact(rows, |slot| slot);
        let sign = |row: &&Row| (if row.category.is_some() { 1.0 } else { -1.0 }, row.share);
        let wanted = rows.iter().map(sign).collect();
        let known = |slot: &u32| prior.map_or(0.0, |it| f64::from(it.slots[*slot as usize]));
        let bias = prior.map_or(0.0, |it| f64::from(it.bias));
        let prior = slots.iter().map(known).chain([bias]).collect();
        Self { slots, rows: compacted, wanted, prior }
    }
}

impl Smooth for Binary {
    fn at(&self, point: &[f64], slope: &mut [f64]) -> f64 {
        let bias = self.slots.len();
        let mut value = toward(&self.prior, point, slope);
        for (row, &(sign, share)) in self.rows.iter().zip(&self.wanted) {
            let sum = row.iter().fold(point[bias], |sum, &(slot, value)| {
                sum + point[slot as usize] * f64::from(value)
            });
            let margin = sign * sum;
            // The smaller exponential, so that neither overflows.
            let shrunk = libm::exp(-margin.abs());
            value += TRUST * share * (libm::log1p(shrunk) + (-margin).max(0.0));
            let missed = if margin > 0.0 { shrunk / (1.0 + shrunk) } else { 1.0 / (1.0 + shrunk) };
            let push = -TRUST * share * sign * missed;
            slope[bias] += push;
            for &(slot, value) in row {
                slope[slot as usize] += push * f64::from(value);
            }
        }
        value
    }
}

/// How a sentence deflects: multinomial logistic regression over the deflecting ones.
struct Choice {
    slots: Vec<u32>,
    rows: Vec<Vec<(u32, f32)>>,
    wanted: Vec<(usize, f64)>,
    prior: Vec<f64>,
}

impl Choice {
    fn new(rows: &[&Row], prior: Option<&Weights>) -> Self {
        let rows: Vec<&Row> = rows.iter().copied().filter(|row| row.category.is_some()).collect();
        let (slots, compacted) = compact(&rows, |slot| category_slot(slot as usize) as u32);
        let wanted = rows.iter().map(|row| (row.category.unwrap_or(0), row.share)).collect();
        let known = |slot: &u32| {
            let at = *slot as usize * CATEGORIES.len();
            (at..at + CATEGORIES.len())
                .map(move |it| prior.map_or(0.0, |prior| f64::from(prior.categories[it])))
        };
        let biases =
            (0..CATEGORIES.len()).map(|it| prior.map_or(0.0, |p| f64::from(p.category_bias[it])));
        let prior = biases.chain(slots.iter().flat_map(known)).collect();
        Self { slots, rows: compacted, wanted, prior }
    }
}

impl Smooth for Choice {
    fn at(&self, point: &[f64], slope: &mut [f64]) -> f64 {
        const MANY: usize = CATEGORIES.len();
        let mut value = toward(&self.prior, point, slope);
        for (row, &(wanted, share)) in self.rows.iter().zip(&self.wanted) {
            let mut sums = [0.0; MANY];
            sums.copy_from_slice(&point[..MANY]);
            for &(slot, value) in row {
                let at = MANY + slot as usize * MANY;
                for (sum, weight) in sums.iter_mut().zip(&point[at..at + MANY]) {
                    *sum += weight * f64::from(value);
                }
            }
            let largest = sums.iter().copied().fold(f64::MIN, f64::max);
            let parts = sums.map(|sum| libm::exp(sum - largest));
            let all: f64 = parts.iter().sum();
            value += TRUST * share * (libm::log(all) + largest - sums[wanted]);
            let mut push = parts.map(|part| TRUST * share * part / all);
            push[wanted] -= TRUST * share;
            add(&mut slope[..MANY], 1.0, &push);
            for &(slot, value) in row {
                let at = MANY + slot as usize * MANY;
                add(&mut slope[at..at + MANY], f64::from(value), &push);
            }
        }
        value
    }
}

/// The wish to stay close to some weights: half the square of the distance.
fn toward(prior: &[f64], point: &[f64], slope: &mut [f64]) -> f64 {
    let mut value = 0.0;
    for ((slope, point), prior) in slope.iter_mut().zip(point).zip(prior) {
        *slope = point - prior;
        value += *slope * *slope / 2.0;
    }
    value
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(t, w)| *t += factor * w);
}

/// Factor and offset that make probabilities of sums, as they turn out for writers who were not
/// learned from (Platt, "Probabilistic Outputs for Support Vector Machines", 1999).
fn calibrate(rows: &[Row]) -> [f32; 2] {
    let writers = rows.iter().map(|row| row.writer + 1).max().unwrap_or(0);
    if writers < FOLDS {
        return [1.0, 0.0];
    }
    let sums: Vec<(f64, &Row)> = std::thread::scope(|scope| {
        let folds: Vec<_> = (0..FOLDS)
            .map(|fold| {
                scope.spawn(move || {
                    let weights = fit_binary(rows, |writer| writer % FOLDS != fold);
                    let held = rows.iter().filter(|row| row.writer % FOLDS == fold);
                    held.map(|row| (sum_of(&weights, row), row)).collect::<Vec<_>>()
                })
            })
            .collect();
        folds.into_iter().flat_map(|fold| fold.join().unwrap_or_default()).collect()
    });
    let found = least(&Platt { sums }, vec![1.0, 0.0]);
    [found[0] as f32, found[1] as f32]
}

fn fit_binary(rows: &[Row], takes_part: impl Fn(usize) -> bool) -> (Vec<u32>, Vec<f64>) {
    let rows: Vec<&Row> = rows.iter().filter(|row| takes_part(row.writer)).collect();
    let binary = Binary::new(&rows, None);
    let found = least(&binary, binary.prior.clone());
    (binary.slots, found)
}

fn sum_of((slots, weights): &(Vec<u32>, Vec<f64>), row: &Row) -> f64 {
    let of_slot = |&(slot, value): &(u32, f32)| {
        slots.binary_search(&slot).map_or(0.0, |at| weights[at] * f64::from(value))
    };
    weights[slots.len()] + row.features.iter().map(of_slot).sum::<f64>()
}

struct Platt<'r> {
    sums: Vec<(f64, &'r Row)>,
}

impl Smooth for Platt<'_> {
    fn at(&self, point: &[f64], slope: &mut [f64]) -> f64 {
        slope.fill(0.0);
        let mut value = 0.0;
        for (sum, row) in &self.sums {
            let sign = if row.category.is_some() { 1.0 } else { -1.0 };
            let margin = sign * (point[0] * sum + point[1]);
            let shrunk = libm::exp(-margin.abs());
            value += row.share * (libm::log1p(shrunk) + (-margin).max(0.0));
            let missed = if margin > 0.0 { shrunk / (1.0 + shrunk) } else { 1.0 / (1.0 + shrunk) };
            slope[0] -= row.share * sign * missed * sum;
            slope[1] -= row.share * sign * missed;
        }
        value
    }
}
