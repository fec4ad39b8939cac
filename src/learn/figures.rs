//! How well findings agree with labels: precision, recall, spans, false alarms.
//!
//! The unit is the sentence. One that a clear label touches should be found, one that only a
//! borderline label touches counts for nothing, and every other should be let pass.

use std::ops::Range;

use super::messages::{Grade, Message};
use crate::language::{Document, Words};
use crate::learned::CATEGORIES;
use crate::text::TextSpan;

/// The figures of a set of messages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// All sentences that count.
    pub all: Tally,
    /// Those of each category, in the order of [`CATEGORIES`]; what was found in vain counts for
    /// the category that was named.
    pub categories: [Tally; 12],
    /// Of the deflections found, those whose category was named.
    pub named: usize,
    /// Sum of how far each found label and its best finding overlap, from 0 to 1.
    pub overlap: f64,
    /// How many labels were found.
    pub labels: usize,
    /// How many messages there are.
    pub messages: usize,
    /// How many of them have no label at all.
    pub clean: usize,
    /// How many of those have a finding.
    pub alarms: usize,
}

/// Sentences, counted by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Deflections that were found.
    pub found: usize,
    /// Deflections that were not.
    pub missed: usize,
    /// Honest sentences that were taken for deflections.
    pub wrong: usize,
}

/// A finding: its bytes in the text, and its category.
pub type Found<'a> = (Range<usize>, &'a str);

impl Tally {
    /// Of what was found, the part that deflects.
    #[must_use]
    pub fn precision(self) -> f64 {
        part(self.found, self.found + self.wrong)
    }

    /// Of what deflects, the part that was found.
    #[must_use]
    pub fn recall(self) -> f64 {
        part(self.found, self.found + self.missed)
    }

    /// The harmonic mean of precision and recall.
    #[must_use]
    pub fn f1(self) -> f64 {
        part(2 * self.found, 2 * self.found + self.missed + self.wrong)
    }
}

fn part(of: usize, all: usize) -> f64 {
    if all == 0 { 0.0 } else { of as f64 / all as f64 }
}

impl Figures {
    /// Of the deflections found, the part whose category was named.
    #[must_use]
    pub fn category(&self) -> f64 {
        part(self.named, self.all.found)
    }

    /// How far labels and findings overlap in the mean, from 0 to 1.
    #[must_use]
    pub fn mean_overlap(&self) -> f64 {
        if self.labels == 0 { 0.0 } else { self.overlap / self.labels as f64 }
    }

    /// False alarms for each thousand messages without a label.
    #[must_use]
    pub fn alarms_per_thousand(&self) -> f64 {
        1000.0 * part(self.alarms, self.clean)
    }

    /// Takes in what was found in a message.
    pub fn add(&mut self, message: &Message, found: &[Found<'_>]) {
        self.messages += 1;
        if message.labels.is_empty() {
            self.clean += 1;
            self.alarms += usize::from(!found.is_empty());
        }
        let document = Document::new(&message.text, Words::default(), &[]);
        for sentence in &document.sentences {
            self.add_sentence(message, sentence.span, found);
        }
    }

    fn add_sentence(&mut self, message: &Message, sentence: TextSpan, found: &[Found<'_>]) {
        let sentence = sentence.range();
        let labels: Vec<_> =
            message.labels.iter().filter(|label| touch(&label.span, &sentence)).collect();
        let clear: Vec<_> =
            labels.iter().filter(|label| label.grade == Grade::Clear).copied().collect();
        let found: Vec<_> = found.iter().filter(|(span, _)| touch(span, &sentence)).collect();
        match (clear.is_empty(), found.is_empty()) {
            (true, true) => {}
            (true, false) if !labels.is_empty() => {}
            (true, false) => {
                self.all.wrong += 1;
                self.of(found[0].1).wrong += 1;
            }
            (false, true) => {
                self.all.missed += 1;
                self.of(&clear[0].category).missed += 1;
            }
            (false, false) => {
                self.all.found += 1;
                self.of(&clear[0].category).found += 1;
                let named = |(_, category): &&Found<'_>| {
                    clear.iter().any(|label| label.category == *category)
                };
                self.named += usize::from(found.iter().copied().any(|found| named(&found)));
                for label in &clear {
                    let best = found.iter().map(|(span, _)| overlap(&label.span, span));
                    self.overlap += best.fold(0.0, f64::max);
                    self.labels += 1;
                }
            }
        }
    }

    /// The tally of a category; one that is not known has none that lasts.
    fn of(&mut self, category: &str) -> &mut Tally {
        let place = CATEGORIES.iter().position(|name| *name == category).unwrap_or(0);
        &mut self.categories[place]
    }
}

fn touch(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// What two spans share, as a part of what they cover together.
fn overlap(a: &Range<usize>, b: &Range<usize>) -> f64 {
    let shared = a.end.min(b.end).saturating_sub(a.start.max(b.start));
    if shared == 0 { 0.0 } else { part(shared, a.end.max(b.end) - a.start.min(b.start)) }
}
