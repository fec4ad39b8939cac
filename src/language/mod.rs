//! English as people type it: words, contractions, sentences, clauses, quotations.
//!
//! This layer turns a text into [`Document`]: tokens in a canonical form ("isn't",
//! "isnt" and "is not" are the same two words), grouped into sentences, with
//! quotations, code and addresses marked. It knows nothing of rules; rules are
//! written in the same canonical words.

mod between;
mod canonical;
mod document;
mod folded;
mod mask;
mod memory;
mod tokenizer;
mod word;

pub use canonical::canonical;
pub use document::{Break, Document, Sentence, Token};
pub use folded::Folded;
pub use mask::{Mask, MaskKind, masks};
pub use memory::{Memory, Settled};
pub use word::{Lexicon, Link, WordId, Words};
