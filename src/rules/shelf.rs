//! Values of the prepared pack that are made when they are first asked for.
//!
//! A check of a clean draft needs no rule's advice, and one with a finding that of one rule; so
//! each is kept as written bytes until then.

use std::ops::Index;
use std::sync::OnceLock;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::flat::{Reader, Stretches, Writer};

/// An array whose values are made on first need.
#[derive(Debug)]
pub struct Shelf<T> {
    slots: Vec<OnceLock<T>>,
    /// The values as written; none where all are there from the start.
    written: Stretches<'static>,
}

impl<T: Default + DeserializeOwned> Shelf<T> {
    /// Takes up what [`Shelf::write`] wrote.
    pub(super) fn read(reader: &mut Reader<'static>) -> Self {
        let written = reader.stretches();
        let slots = std::iter::repeat_with(OnceLock::new).take(written.len()).collect();
        Self { slots, written }
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// All of them, in order.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        (0..self.len()).map(|number| &self[number])
    }

    /// All of them, in order, to be changed.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        let written = self.written;
        self.slots.iter_mut().enumerate().filter_map(move |(number, slot)| {
            slot.get_or_init(|| make(written, number));
            slot.get_mut()
        })
    }
}

impl<T: Serialize> Shelf<T> {
    /// Writes all the values down.
    #[allow(dead_code, reason = "done by build.rs alone")]
    pub(super) fn write(values: &[T], writer: &mut Writer) -> postcard::Result<()> {
        let written = values.iter().map(postcard::to_allocvec);
        writer.stretches(written.collect::<postcard::Result<Vec<_>>>()?);
        Ok(())
    }
}

impl<T> From<Vec<T>> for Shelf<T> {
    fn from(values: Vec<T>) -> Self {
        let slots = values.into_iter().map(OnceLock::from).collect();
        Self { slots, written: Stretches::default() }
    }
}

impl<T: Default + DeserializeOwned> Index<usize> for Shelf<T> {
    type Output = T;

    fn index(&self, number: usize) -> &T {
        self.slots[number].get_or_init(|| make(self.written, number))
    }
}

impl<'s, T: Default + DeserializeOwned> IntoIterator for &'s Shelf<T> {
    type Item = &'s T;
    type IntoIter = Box<dyn Iterator<Item = &'s T> + 's>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

/// A value of those that buckstop was built with, which can be read, as its tests see to.
fn make<T: Default + DeserializeOwned>(written: Stretches<'static>, number: usize) -> T {
    postcard::from_bytes(written.get(number)).unwrap_or_default()
}
