//! The objects of [`json`](super::json), one JSON text per line, for programs that read a
//! stream. Nothing found is an empty output.

use std::io::{self, Write};

use super::json::{Object, write_json};
use super::{Entry, RenderOptions, Renderer};
use crate::report::{Report, Summary};

/// Writes the objects as findings come in.
pub(super) struct Jsonl {
    options: RenderOptions,
}

impl Jsonl {
    pub(super) fn new(options: RenderOptions) -> Self {
        Self { options }
    }
}

impl Renderer for Jsonl {
    fn report(&mut self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        for entry in Entry::of(report, self.options) {
            write_json(&Object::of(report, entry, self.options), out)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    fn finish(&mut self, _: &Summary, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}
