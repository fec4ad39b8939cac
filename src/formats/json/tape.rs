//! The values of a document, in the order in which they stand, on one tape.
//!
//! A value is followed by all that lies in it, and knows where that ends, so that going to what
//! follows it is a single step. A tape is taken over from document to document; nothing is
//! allocated for a value.

use crate::text::TextSpan;

/// The values of a document.
#[derive(Debug, Default)]
pub(super) struct Tape(Vec<Entry>);

/// A value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// What it is.
    pub(super) kind: Kind,
    /// Whether the reader stopped inside this array or object.
    pub(super) cut: bool,
    /// Its name, if it is a member of an object.
    pub(super) name: Written,
    /// The word, or what stands between the quotes; empty of anything else.
    pub(super) written: Written,
    /// The place on the tape of what follows it and all that is in it.
    next: u32,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `null`, and what could not be read in its place.
    Null,
    /// A number, `true` or `false`.
    Scalar,
    /// A string.
    String,
    /// An array, followed by its elements.
    Array,
    /// An object, followed by its members.
    Object,
}

/// Something as it is written, without its quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    /// Where in the text.
    pub(super) span: TextSpan,
    /// Whether there are escapes in it.
    pub(super) escaped: bool,
}

impl Default for Written {
    fn default() -> Self {
        Self::new(0, 0, false)
    }
}

impl Written {
    /// What stands between two bytes of the text.
    pub(super) fn new(start: usize, end: usize, escaped: bool) -> Self {
        Self { span: TextSpan::new(start, end), escaped }
    }
}

impl Tape {
    /// Forgets all values.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether there is no value.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All values, each before what lies in it.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// The value at a place.
    #[inline]
    pub(super) fn entry(&self, place: u32) -> &Entry {
        &self.0[place as usize]
    }

    /// The places of what lies in the value at a place, not of what lies in that.
    pub(super) fn inside(&self, place: u32) -> Inside<'_> {
        Inside { tape: self, next: place + 1, end: self.entry(place).next }
    }

    /// Appends a value in which no other lies; it is there from then on.
    pub(super) fn push(&mut self, kind: Kind, name: Written, written: Written) -> bool {
        let next = self.0.len() as u32 + 1;
        self.0.push(Entry { kind, cut: false, name, written, next });
        true
    }

    /// Appends an array or object and gives its place. What is appended from now on lies in it.
    pub(super) fn open(&mut self, kind: Kind, name: Written) -> u32 {
        self.push(kind, name, Written::default());
        self.0.len() as u32 - 1
    }

    /// Ends the array or object at a place, of which the reader has seen the end or not.
    pub(super) fn close(&mut self, place: u32, whole: bool) {
        let next = self.0.len() as u32;
        if let Some(entry) = self.0.get_mut(place as usize) {
            (entry.next, entry.cut) = (next, !whole);
        }
    }
}

/// The places of what lies in a value.
#[derive(Clone, Debug)]
pub(super) struct Inside<'t> {
    tape: &'t Tape,
    next: u32,
    end: u32,
}

impl Inside<'_> {
    /// The places of nothing at all.
    pub(super) fn nothing(self) -> Self {
        Self { next: self.end, ..self }
    }
}

impl Iterator for Inside<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        let here = self.next;
        (here < self.end).then(|| {
            self.next = self.tape.entry(here).next;
            here
        })
    }
}
