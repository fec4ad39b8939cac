//! The turns around a text, each taken apart when a guard first asks for it.

use std::cell::OnceCell;

use super::Context;
use super::sentences::Sentences;
use crate::language::Document;
use crate::rules::tables::Tables;

/// No more than this many bytes of a neighbour are looked at, those next to the text.
const REACH: usize = 2048;

/// What was said before and after, as documents.
pub(super) struct Neighbours<'t> {
    tables: &'t Tables<'t>,
    companies: &'t [Vec<String>],
    context: Context<'t>,
    before: OnceCell<Document<'t>>,
    after: OnceCell<Document<'t>>,
}

impl<'t> Neighbours<'t> {
    pub(super) fn new(
        context: Context<'t>,
        tables: &'t Tables<'t>,
        companies: &'t [Vec<String>],
    ) -> Self {
        Self { tables, companies, context, before: OnceCell::new(), after: OnceCell::new() }
    }

    /// What the other side said before.
    pub(super) fn before(&'t self) -> Option<Sentences<'t>> {
        let text = self.context.before?;
        let reach = text.len().saturating_sub(REACH)..=text.len();
        let start = reach.into_iter().find(|&at| text.is_char_boundary(at))?;
        Some(self.sentences(&text[start..], &self.before))
    }

    /// What the same speaker says next.
    pub(super) fn after(&'t self) -> Option<Sentences<'t>> {
        let text = self.context.after?;
        let end = (0..=text.len().min(REACH)).rev().find(|&at| text.is_char_boundary(at))?;
        Some(self.sentences(&text[..end], &self.after))
    }

    fn sentences(&'t self, text: &'t str, document: &'t OnceCell<Document<'t>>) -> Sentences<'t> {
        let document =
            document.get_or_init(|| Document::new(text, self.tables.words, self.companies));
        Sentences::new(self.tables, document, self)
    }
}
