//! The second detector: how likely it is that a sentence deflects, learned from labelled messages.
//!
//! A linear model over the words of a sentence and of what stands around it: what follows, what
//! went before, what the customer said. It only weighs; which weight makes a finding, and what is
//! said about it, is for rules. How its weights come about is told in [`crate::learn`].

mod features;
mod model;
mod weigh;

pub use features::{Block, Features, SLOT_BITS};
pub use model::{CATEGORIES, Model, ModelError, Weights, category_slot};
pub use weigh::{Confidence, Parts, Verdict, Weighed, weigh};
