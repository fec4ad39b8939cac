//! buckstop finds deflecting language in what a company's side says to a
//! customer, and offers words that own the problem.
//!
//! The modules, in reading order, which is dependency order: data flows one way,
//! and a module imports only modules above it.

pub mod text;

pub mod source;

pub mod turn;

pub mod formats;

pub mod roles;

pub mod flat;

pub mod language;

pub mod learned;

pub mod learn;

pub mod finding;

pub mod rules;

pub mod packs;

mod detect;

mod rewrite;

mod suppression;

pub mod report;

pub mod fingerprint;

pub mod check;

pub mod redaction;

pub mod baseline;

pub mod statistics;

pub mod config;

pub mod fix;

pub mod render;

pub mod stream;

#[cfg(test)]
mod schemas;
