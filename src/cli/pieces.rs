//! Large files that hold a conversation on every line, cut into pieces at line ends.
//!
//! Only JSON Lines are cut: a line of any other format may mean nothing without those before it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use buckstop::source::Before;

/// About how many bytes a piece has; a longer line is a piece of its own.
const PIECE: usize = 8 << 20;

/// Files up to this many bytes are read at once.
const LARGE: u64 = 4 * PIECE as u64;

/// Some whole lines of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Piece {
    /// What stands before it in the file.
    pub(super) before: Before,
    /// Its length in bytes.
    len: usize,
}

impl Piece {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// Any of the file's, and if it has become shorter since it was cut up.
    pub(super) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(self.before.bytes as u64))?;
        let mut bytes = vec![0; self.len];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// The pieces of a large file of JSON Lines; none for any other file, or one that can't be
/// read, which reading it at once then tells.
pub(super) fn of(path: &Path) -> Vec<Piece> {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    if ending != "jsonl" && ending != "ndjson" {
        return Vec::new();
    }
    let large = path.metadata().is_ok_and(|it| it.is_file() && it.len() > LARGE);
    if large { File::open(path).and_then(cut).unwrap_or_default() } else { Vec::new() }
}

/// Counts the lines of a file and cuts it after every so many bytes.
fn cut(file: impl Read) -> io::Result<Vec<Piece>> {
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut pieces = Vec::new();
    let mut before = Before::default();
    let mut piece = Before::default();
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            break;
        }
        let full = PIECE.saturating_sub(piece.bytes + 1).min(buffer.len());
        // The piece ends with the first line that ends where it is full.
        let end = memchr::memchr(b'\n', &buffer[full..]).map(|at| full + at + 1);
        let taken = end.unwrap_or(buffer.len());
        piece.bytes += taken;
        piece.lines += memchr::memchr_iter(b'\n', &buffer[..taken]).count();
        reader.consume(taken);
        if end.is_some() {
            pieces.push(Piece { before, len: piece.bytes });
            before =
                Before { bytes: before.bytes + piece.bytes, lines: before.lines + piece.lines };
            piece = Before::default();
        }
    }
    if piece.bytes > 0 {
        pieces.push(Piece { before, len: piece.bytes });
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_at_line_ends_and_leave_nothing_out() {
        let line = format!("{{\"x\": \"{}\"}}\n", "y".repeat(1 << 20));
        let text = format!("{}{}", line.repeat(20), "last");
        let pieces = cut(text.as_bytes()).unwrap();
        assert_eq!(pieces.len(), 3);
        let mut at = Before::default();
        for piece in &pieces {
            assert_eq!(piece.before, at);
            let bytes = &text.as_bytes()[at.bytes..at.bytes + piece.len];
            at = Before {
                bytes: at.bytes + piece.len,
                lines: at.lines + memchr::memchr_iter(b'\n', bytes).count(),
            };
        }
        assert_eq!(at, Before { bytes: text.len(), lines: 20 });
    }

    #[test]
    fn a_line_longer_than_a_piece_is_one_piece() {
        let text = format!("{}\nb\n", "a".repeat(PIECE + 10));
        let pieces = cut(text.as_bytes()).unwrap();
        assert_eq!(pieces.iter().map(|it| it.len).collect::<Vec<_>>(), [PIECE + 11, 2]);
    }
}
