//! Inputs that are read in pieces, so that memory stays bounded however large they are, and all
//! threads have something to do.
//!
//! Those are JSON Lines and tables, from files and from standard input, compressed or not. Where
//! they may be cut, the library tells. Anything else is read at once, elsewhere.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use buckstop::check::{Opening, Options};
use buckstop::formats::Rest;
use buckstop::source::{Before, Source};

use super::compression::reader;
use super::input::{Input, ending, unreadable};
use super::terminal::Complaint;

/// About how many bytes a piece has.
const PIECE: usize = 512 << 10;

/// About how many it has where the records of a conversation don't stand together.
const SCATTERED_PIECE: usize = 32 << 20;

/// The most bytes that a conversation may have beyond a piece before it is cut.
const LONG_CONVERSATION: usize = 8 << 20;

/// The most bytes that a record may have.
const LONGEST_RECORD: usize = 64 << 20;

/// How many bytes are looked at beyond those of a piece for the end of a conversation.
const MARGIN: usize = 64 << 10;

/// Endings of files that may be read in pieces.
const ENDINGS: [&str; 8] = ["json", "jsonl", "ndjson", "ldjson", "csv", "tsv", "tab", "psv"];

/// An input that was looked into.
pub(super) enum Content {
    /// All of its bytes, decompressed.
    Whole(Vec<u8>),
    /// The pieces of it.
    Pieces(Pieces),
}

/// Some whole records of an input.
#[derive(Debug)]
pub(super) struct Piece {
    /// The bytes.
    pub(super) bytes: Vec<u8>,
    /// What stands before them.
    pub(super) before: Before,
    /// What the beginning of the input settles.
    pub(super) opening: Arc<Opening>,
    /// Whether the next piece goes on with the last conversation of this one.
    pub(super) parts: bool,
    /// Whether there is no next piece.
    pub(super) last: bool,
}

impl Piece {
    /// How many pieces of the usual size it makes up, at least one.
    pub(super) fn size(&self) -> usize {
        (self.bytes.len() / PIECE).max(1)
    }
}

/// Whether it takes a look into an input to know whether it is read in pieces: if it comes through
/// a pipe, or if it is large, or may be once it is decompressed, and its name is that of data.
pub(super) fn may_be_cut(input: &Input) -> bool {
    let (path, met) = match input {
        Input::Stdin(_) => return true,
        Input::Named(path) => (path, false),
        // A walk meets nothing but files.
        Input::Met(path) => (path, true),
    };
    let is_data = ending(path).is_some_and(|it| ENDINGS.contains(&it.as_str()));
    if met && !is_data {
        return false;
    }
    let Ok(metadata) = path.metadata() else { return false };
    let compressed = || path.extension().is_some_and(|it| it == "gz" || it == "zst");
    let is_pipe = !metadata.is_file() && !metadata.is_dir();
    is_pipe || is_data && (metadata.len() > PIECE as u64 || compressed())
}

/// Looks into an input.
///
/// # Errors
///
/// A complaint that names the input and says why it can't be read.
pub(super) fn open(input: &Input, options: &Options) -> Result<Content, Complaint> {
    let opened = match input {
        Input::Stdin(_) => reader(io::stdin()),
        Input::Named(path) | Input::Met(path) => File::open(path).and_then(reader),
    };
    let content = opened.and_then(|from| Buffer::new(from).content(&input.name(), options));
    content.map_err(|error| unreadable(&input.name(), &error))
}

/// Bytes that were read and not yet handed out.
struct Buffer {
    from: Box<dyn Read + Send>,
    bytes: Vec<u8>,
    ended: bool,
}

impl Buffer {
    fn new(from: Box<dyn Read + Send>) -> Self {
        Self { from, bytes: Vec::new(), ended: false }
    }

    /// Reads on until it holds so many bytes, or all.
    fn fill(&mut self, len: usize) -> io::Result<()> {
        let missing = len.saturating_sub(self.bytes.len());
        if missing > 0 && !self.ended {
            self.bytes.reserve_exact(missing);
            let read = self.from.by_ref().take(missing as u64).read_to_end(&mut self.bytes)?;
            self.ended = read < missing;
        }
        Ok(())
    }

    /// All of it, or the pieces if it is large and can be cut.
    fn content(mut self, name: &str, options: &Options) -> io::Result<Content> {
        self.fill(PIECE + MARGIN)?;
        while !self.ended && has_one_line(&self.bytes) && self.bytes.len() < LONGEST_RECORD {
            self.fill(2 * self.bytes.len())?;
        }
        if !self.ended {
            let start = Source::piece(name.to_owned(), self.bytes.clone(), Before::default());
            let opening = if start.is_binary() { None } else { Opening::of(&start, options) };
            if let Some(opening) = opening {
                return Ok(Content::Pieces(Pieces::new(self, opening)));
            }
        }
        self.fill(Source::MAX_LEN + 1)?;
        if self.bytes.len() > Source::MAX_LEN {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(Content::Whole(self.bytes))
    }
}

/// Whether the second line is not there yet, which tells whether lines are records.
fn has_one_line(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b'\n', bytes).nth(1).is_none()
}

/// Reads the pieces of an input, one after the other.
pub(super) struct Pieces {
    buffer: Buffer,
    opening: Arc<Opening>,
    wanted: usize,
    before: Before,
    over: bool,
}

impl Pieces {
    fn new(buffer: Buffer, opening: Opening) -> Self {
        let wanted = if opening.cuts().is_scattered() { SCATTERED_PIECE } else { PIECE };
        Self { buffer, opening: Arc::new(opening), wanted, before: Before::default(), over: false }
    }

    fn read(&mut self) -> io::Result<Piece> {
        let mut len = self.wanted + MARGIN;
        let cut = loop {
            self.buffer.fill(len)?;
            let bytes = &self.buffer.bytes;
            let rest = match self.buffer.ended {
                true => Rest::Nothing,
                false if bytes.len() >= self.wanted + LONG_CONVERSATION => Rest::TooMuch,
                false => Rest::More,
            };
            let cut = self.opening.cuts().cut(bytes, self.wanted, rest);
            // Not a single record may be cut off yet.
            if let Some(cut) = cut.filter(|cut| cut.len > 0 || bytes.is_empty()) {
                break cut;
            }
            if bytes.len() >= LONGEST_RECORD || self.buffer.ended {
                return Err(io::Error::other(LongRecord { line: self.before.lines + 1 }));
            }
            len = (2 * bytes.len()).max(MARGIN);
        };
        let rest = self.buffer.bytes.split_off(cut.len);
        let bytes = std::mem::replace(&mut self.buffer.bytes, rest);
        let before = self.before;
        self.before = before.and(&bytes);
        let last = self.buffer.ended && self.buffer.bytes.is_empty();
        Ok(Piece { bytes, before, opening: Arc::clone(&self.opening), parts: cut.parts, last })
    }
}

impl Iterator for Pieces {
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let piece = self.read();
        self.over = piece.as_ref().map_or(true, |piece| piece.last);
        Some(piece)
    }
}

/// A record that doesn't fit into memory.
#[derive(Debug, thiserror::Error)]
#[error("line {line} has more than {} MB, so nothing is read from there on", LONGEST_RECORD >> 20)]
struct LongRecord {
    line: usize,
}
