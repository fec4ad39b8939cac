//! Large sources in pieces: where they may be cut, and how what follows is read.
//!
//! What the beginning of a source settles (its format, the header of a table) holds for all of
//! it; then each piece is read for itself. A piece ends between two records, a line of JSON
//! Lines or a row of a table, and where the format puts records together into conversations,
//! between two conversations.
//!
//! A conversation whose records don't stand together can't be kept in one piece, nor can one
//! that has no end in sight. Nothing here reads files.

use std::ops::Range;

use super::{Format, Input, Mapping, Records, Understood, csv, json};
use crate::source::{Before, Source};
use crate::text::TextSpan;
use crate::turn::Turn;

/// How many records without any turn may be passed over in looking for the end of a conversation.
const PATIENCE: usize = 64;

/// What the beginning of a source settles for all of it.
#[derive(Clone, Debug)]
pub struct Opening {
    format: &'static Format,
    mapping: Option<Mapping>,
    records: Records,
    scattered: bool,
}

/// What lies behind some bytes of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// More bytes, which can be asked for.
    More,
    /// More bytes, which can't be had together with these.
    TooMuch,
    /// Nothing.
    Nothing,
}

/// Where to cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// How many bytes the piece has.
    pub len: usize,
    /// Whether the next piece goes on with the last conversation of this one.
    pub parts: bool,
}

impl Opening {
    /// What the beginning of a source settles, as it was understood with a mapping or without;
    /// nothing if the source is to be read as a whole.
    #[must_use]
    pub fn of(start: &Source, understood: &Understood, mapping: Option<&Mapping>) -> Option<Self> {
        if matches!(understood.records, Records::Whole) || !start.has_plain_lines() {
            return None;
        }
        Some(Self {
            format: understood.format,
            mapping: mapping.cloned(),
            records: understood.records.clone(),
            scattered: is_scattered(understood),
        })
    }

    /// Whether the records of a conversation don't stand together, so that the larger the
    /// pieces are the better.
    #[must_use]
    pub fn is_scattered(&self) -> bool {
        self.scattered
    }

    /// Reads one piece.
    #[must_use]
    pub fn read(&self, piece: &Source) -> Understood {
        let (text, mut problems) = piece.decode();
        let input = Input::new(piece, text);
        let mut reading = match (&self.records, &self.mapping) {
            (Records::Rows(head), _) if piece.is_continuation() => csv::read_rows(&input, head, 0),
            (Records::Rows(_), Some(mapping)) => csv::mapped(&input, mapping),
            (_, Some(mapping)) => json::mapped(&input, mapping),
            (_, None) => (self.format.read)(&input),
        };
        problems.append(&mut reading.problems);
        Understood { problems, ..Understood::of(self.format, reading) }
    }

    /// Where a piece ends that begins with these bytes, the first of which begins a record, and
    /// is to have about so many; nothing if it takes more bytes to tell.
    ///
    /// It is longer if a record or a conversation is not over by then, and ends at the last
    /// record here if no more can be had. Not one whole record within all that can be had is a
    /// piece of no bytes.
    #[must_use]
    pub fn cut(&self, bytes: &[u8], wanted: usize, rest: Rest) -> Option<Cut> {
        let mut walk = Walk::new(&self.records, bytes, rest);
        let last = walk.to(wanted);
        if walk.at < wanted {
            let all = Cut { len: walk.bytes.len(), parts: rest == Rest::TooMuch };
            return (rest != Rest::More).then_some(all);
        }
        let mut last = last.and_then(|last| self.record(bytes, last));
        let mut passed = 0;
        loop {
            let Some(range) = walk.next() else {
                let parts = rest == Rest::TooMuch;
                return (rest != Rest::More).then_some(Cut { len: walk.at, parts });
            };
            let here = Cut { len: range.start, parts: false };
            let Some(record) = self.record(bytes, range) else {
                passed += 1;
                if passed > PATIENCE {
                    return Some(here);
                }
                continue;
            };
            match last.map(|last| self.joint(bytes, &last, &record)) {
                Some(Joint::Apart) => return Some(here),
                Some(Joint::Endless) => return Some(Cut { parts: true, ..here }),
                Some(Joint::Same) | None => last = Some(record),
            }
            passed = 0;
        }
    }

    /// A record, if there is a conversation that it belongs to.
    fn record(&self, bytes: &[u8], range: Range<usize>) -> Option<Record> {
        let read = self.excerpt(&bytes[range.clone()]).conversations;
        let (first, last) = (read.first()?.id.clone(), read.last()?.id.clone());
        Some(Record { range, conversations: read.len(), first, last })
    }

    /// How two records that follow each other belong together.
    fn joint(&self, bytes: &[u8], one: &Record, other: &Record) -> Joint {
        match (&one.last, &other.first) {
            (Some(one), Some(other)) if one == other => Joint::Same,
            (None, None) => {
                let both = [&bytes[one.range.clone()], &bytes[other.range.clone()]].concat();
                let both = self.excerpt(&both).conversations.len();
                let apart = both == one.conversations + other.conversations;
                if apart { Joint::Apart } else { Joint::Endless }
            }
            _ => Joint::Apart,
        }
    }

    fn excerpt(&self, records: &[u8]) -> Understood {
        // A header stands anywhere but here.
        let before = Before { bytes: 1, lines: 0 };
        let mut records = records.to_vec();
        if !records.ends_with(b"\n") {
            records.push(b'\n');
        }
        self.read(&Source::piece(String::new(), records, before))
    }
}

/// A record and the conversations that it belongs to.
struct Record {
    range: Range<usize>,
    /// How many they are: a line may hold several.
    conversations: usize,
    /// The names of the first and the last.
    first: Option<String>,
    last: Option<String>,
}

/// How two records that follow each other belong together.
enum Joint {
    /// In two conversations.
    Apart,
    /// In a conversation that has a name, and so an end.
    Same,
    /// In the one conversation of all records without a name.
    Endless,
}

/// Goes from record to record.
struct Walk<'b> {
    records: &'b Records,
    bytes: &'b [u8],
    /// Whether nothing follows that these bytes could go on with.
    is_all: bool,
    ends: csv::RecordEnds,
    at: usize,
}

impl<'b> Walk<'b> {
    fn new(records: &'b Records, bytes: &'b [u8], rest: Rest) -> Self {
        let whole = memchr::memrchr(b'\n', bytes).map_or(0, |end| end + 1);
        let bytes = if rest == Rest::Nothing { bytes } else { &bytes[..whole] };
        let is_all = rest != Rest::More;
        Self { records, bytes, is_all, ends: csv::RecordEnds::default(), at: 0 }
    }

    /// Goes to the first end of a record at or behind a place, and gives this record.
    fn to(&mut self, wanted: usize) -> Option<Range<usize>> {
        if matches!(self.records, Records::Lines) {
            // Lines can be told from anywhere.
            let before = self.bytes.get(..wanted.saturating_sub(1))?;
            self.at = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
        }
        let mut last = None;
        while self.at < wanted {
            last = Some(self.next()?);
        }
        last
    }

    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let end = match self.records {
            Records::Rows(head) => self.ends.next(head, self.bytes, start, self.is_all)?,
            Records::Lines | Records::Whole => {
                let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
                memchr::memchr(b'\n', rest).map_or(self.bytes.len(), |end| start + end + 1)
            }
        };
        self.at = end;
        Some(start..end)
    }
}

/// Whether records of one conversation stand among those of another.
fn is_scattered(understood: &Understood) -> bool {
    let mut furthest = 0;
    let named = understood.conversations.iter().filter(|it| it.id.is_some());
    let ends = named.filter_map(|it| it.turns.first().zip(it.turns.last()));
    let start = |turn: &Turn| turn.text.to_source(TextSpan { start: 0, end: 0 }).start;
    ends.into_iter().any(|(first, last)| {
        let overlaps = start(first) < furthest;
        furthest = furthest.max(start(last));
        overlaps
    })
}
