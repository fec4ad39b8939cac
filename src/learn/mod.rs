//! Learning the model of [`crate::learned`] from labelled messages.
//!
//! Two logistic regressions over the same features: whether a sentence deflects, and how. The
//! optimum of each is unique and found without chance; the few functions that machines compute
//! differently come from a crate. So the same messages give the same bytes everywhere. Reading
//! files, and measuring what was learned, is left to others.

mod descent;
mod figures;
mod messages;
mod training;

pub use figures::{Figures, Found, Tally};
pub use messages::{Grade, Label, Message, MessageError, read_messages};
pub use training::{learn, learn_on_top};
