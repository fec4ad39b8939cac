//! Tables laid out as plain bytes, so that they are read where they lie.
//!
//! The embedded pack holds a hundred thousand numbers, of which a draft of some lines needs a
//! few hundred. Written one behind the other, little-endian, they take no time to load: a number
//! is read when it is asked for. What the numbers mean is told by those who write them.

use std::ops::Range;

/// Numbers of 32 bits, side by side.
#[derive(Clone, Copy, Debug, Default)]
pub struct Numbers<'a>(&'a [[u8; 4]]);

impl<'a> Numbers<'a> {
    /// How many there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The one at a place.
    #[must_use]
    #[inline]
    pub fn get(self, place: usize) -> u32 {
        u32::from_le_bytes(self.0[place])
    }

    /// Those in a range of places.
    #[must_use]
    #[inline]
    pub fn slice(self, places: Range<usize>) -> Self {
        Self(&self.0[places])
    }

    /// The first so many, and those behind them; nothing if there are fewer.
    #[must_use]
    #[inline]
    pub fn split_first<const COUNT: usize>(self) -> Option<([u32; COUNT], Self)> {
        let (first, behind) = self.0.split_first_chunk::<COUNT>()?;
        Some((first.map(u32::from_le_bytes), Self(behind)))
    }

    /// Those before a place, and those from it on.
    #[must_use]
    #[inline]
    pub fn split_at(self, place: usize) -> (Self, Self) {
        let (before, behind) = self.0.split_at(place);
        (Self(before), Self(behind))
    }

    /// All of them, in order.
    #[must_use]
    pub fn iter(self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + use<'a> {
        self.0.iter().map(|&bytes| u32::from_le_bytes(bytes))
    }

    /// All of them, so many at a time; some at the end may be left over.
    pub fn chunks<const COUNT: usize>(self) -> impl Iterator<Item = [u32; COUNT]> + use<'a, COUNT> {
        let chunks = self.0.as_chunks::<COUNT>().0.iter();
        chunks.map(|chunk| chunk.map(u32::from_le_bytes))
    }

    /// The first place whose number is `wanted` or larger, where the numbers are sorted.
    #[must_use]
    pub fn lower_bound(self, wanted: u32) -> usize {
        self.0.partition_point(|&bytes| u32::from_le_bytes(bytes) < wanted)
    }

    /// Whether a number is among them, where they are sorted.
    #[must_use]
    pub fn has(self, wanted: u32) -> bool {
        let (Some(&first), Some(&last)) = (self.0.first(), self.0.last()) else { return false };
        let (first, last) = (u32::from_le_bytes(first), u32::from_le_bytes(last));
        if wanted <= first || wanted >= last {
            return wanted == first || wanted == last;
        }
        self.0.binary_search_by_key(&wanted, |&bytes| u32::from_le_bytes(bytes)).is_ok()
    }
}

/// Rows of numbers of various lengths.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rows<'a> {
    ends: Numbers<'a>,
    values: Numbers<'a>,
}

impl<'a> Rows<'a> {
    /// How many rows there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.ends.is_empty()
    }

    /// The numbers of a row.
    #[must_use]
    #[inline]
    pub fn get(self, row: usize) -> Numbers<'a> {
        self.values.slice(bounds(self.ends, row))
    }
}

/// Stretches of bytes of various lengths.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stretches<'a> {
    ends: Numbers<'a>,
    bytes: &'a [u8],
}

impl<'a> Stretches<'a> {
    /// How many there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.ends.is_empty()
    }

    /// The bytes of one; none if they were cut off.
    #[must_use]
    #[inline]
    pub fn get(self, number: usize) -> &'a [u8] {
        self.bytes.get(bounds(self.ends, number)).unwrap_or_default()
    }

    /// One that is a text; nothing if it is none.
    #[must_use]
    pub fn text(self, number: usize) -> &'a str {
        std::str::from_utf8(self.get(number)).unwrap_or_default()
    }
}

#[inline]
fn bounds(ends: Numbers<'_>, number: usize) -> Range<usize> {
    let start = number.checked_sub(1).map_or(0, |before| ends.get(before));
    start as usize..ends.get(number) as usize
}

/// Lays tables out, one behind the other.
#[derive(Debug, Default)]
pub struct Writer {
    directory: Vec<u32>,
    bytes: Vec<u8>,
}

impl Writer {
    /// Adds a table of numbers.
    pub fn numbers(&mut self, numbers: impl IntoIterator<Item = u32>) {
        for number in numbers {
            self.bytes.extend(number.to_le_bytes());
        }
        self.close();
    }

    /// Adds rows of numbers.
    pub fn rows<Row: IntoIterator<Item = u32>>(&mut self, rows: impl IntoIterator<Item = Row>) {
        let (mut ends, mut values) = (Vec::new(), Vec::new());
        for row in rows {
            values.extend(row);
            ends.push(values.len() as u32);
        }
        self.numbers(ends);
        self.numbers(values);
    }

    /// Adds stretches of bytes.
    pub fn stretches<Bytes: AsRef<[u8]>>(&mut self, all: impl IntoIterator<Item = Bytes>) {
        let (mut ends, mut bytes) = (Vec::new(), Vec::<u8>::new());
        for stretch in all {
            bytes.extend(stretch.as_ref());
            ends.push(bytes.len() as u32);
        }
        self.numbers(ends);
        self.bytes.extend(bytes);
        self.close();
    }

    fn close(&mut self) {
        self.directory.push(self.bytes.len() as u32);
    }

    /// All that was added, behind a directory of where each table ends.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        let count = self.directory.len() as u32;
        let directory = std::iter::once(count).chain(self.directory);
        let mut all: Vec<u8> = directory.flat_map(u32::to_le_bytes).collect();
        all.extend(self.bytes);
        all
    }
}

/// Takes tables up again in the order in which they were written. A table that is not there, or not
/// whole, is empty.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    directory: Numbers<'a>,
    bytes: &'a [u8],
    next: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the first table.
    #[must_use]
    pub fn new(all: &'a [u8]) -> Self {
        let (numbers, _) = all.as_chunks::<4>();
        let count = numbers.first().map_or(0, |&bytes| u32::from_le_bytes(bytes) as usize);
        let directory = Numbers(numbers.get(1..=count).unwrap_or_default());
        let bytes = all.get(4 + 4 * directory.len()..).unwrap_or_default();
        Self { directory, bytes, next: 0 }
    }

    /// The next table, of numbers.
    pub fn numbers(&mut self) -> Numbers<'a> {
        Numbers(self.bytes().as_chunks::<4>().0)
    }

    /// The next table, of rows.
    pub fn rows(&mut self) -> Rows<'a> {
        Rows { ends: self.numbers(), values: self.numbers() }
    }

    /// The next table, of stretches.
    pub fn stretches(&mut self) -> Stretches<'a> {
        Stretches { ends: self.numbers(), bytes: self.bytes() }
    }

    fn bytes(&mut self) -> &'a [u8] {
        if self.next >= self.directory.len() {
            return &[];
        }
        let range = bounds(self.directory, self.next);
        self.next += 1;
        self.bytes.get(range).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let mut writer = Writer::default();
        writer.stretches(["they", "", "don't"]);
        writer.numbers([7, u32::MAX]);
        writer.rows([vec![1, 3, 9], vec![], vec![4]]);
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        let texts = reader.stretches();
        assert_eq!([texts.text(0), texts.text(1), texts.text(2)], ["they", "", "don't"]);
        assert_eq!(reader.numbers().iter().collect::<Vec<_>>(), [7, u32::MAX]);
        let rows = reader.rows();
        assert_eq!((rows.len(), rows.get(1).is_empty(), rows.get(2).get(0)), (3, true, 4));
        let row = rows.get(0);
        assert_eq!(
            row.split_first().map(|([first, next], rest)| (first, next, rest.len())),
            Some((1, 3, 1))
        );
        assert!(row.split_first::<4>().is_none());
        assert_eq!(
            (row.lower_bound(4), row.has(9), row.has(3), row.has(2)),
            (2, true, true, false)
        );
        assert!(reader.stretches().is_empty() && Reader::new(&[]).rows().is_empty());
    }
}
