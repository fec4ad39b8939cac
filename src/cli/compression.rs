//! Files that were compressed with gzip or Zstandard, told by their first bytes.
//!
//! What is checked is what they hold; all offsets, lines and columns count its bytes.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use buckstop::source::Source;
use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

const GZIP: &[u8] = b"\x1F\x8B\x08";
const ZSTANDARD: &[u8] = b"\x28\xB5\x2F\xFD";

/// How many bytes anything may grow to, and how many times its size beyond that. Text hardly
/// ever shrinks to a fiftieth; what grows more than this was made to fill the memory.
const ALWAYS_ALLOWED: u64 = 64 * 1024 * 1024;
const MOST_GROWTH: u64 = 200;

/// Whether these bytes are the start of something that was compressed.
pub(super) fn is_compressed(bytes: &[u8]) -> bool {
    bytes.starts_with(GZIP) || bytes.starts_with(ZSTANDARD)
}

/// The bytes that were compressed, or the same bytes if they were not.
///
/// # Errors
///
/// If they are damaged or broken off, and [`io::ErrorKind::QuotaExceeded`] if they grow
/// out of all proportion.
pub(super) fn decompress(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    if !is_compressed(&bytes) {
        return Ok(bytes);
    }
    let mut out = Vec::new();
    reader(&*bytes)?.take(Source::MAX_LEN as u64 + 1).read_to_end(&mut out)?;
    if out.len() > Source::MAX_LEN { Err(io::ErrorKind::QuotaExceeded.into()) } else { Ok(out) }
}

/// Reads what was compressed, or the same bytes if they were not, as they come.
///
/// # Errors
///
/// If the first bytes can't be read. Reading on fails as [`decompress`] does.
pub(super) fn reader<'r>(mut from: impl Read + Send + 'r) -> io::Result<Box<dyn Read + Send + 'r>> {
    let mut magic = Vec::new();
    from.by_ref().take(GZIP.len().max(ZSTANDARD.len()) as u64).read_to_end(&mut magic)?;
    let (gzip, zstandard) = (magic.starts_with(GZIP), magic.starts_with(ZSTANDARD));
    let whole = Cursor::new(magic).chain(from);
    if !gzip && !zstandard {
        return Ok(Box::new(whole));
    }
    let read = Arc::new(AtomicU64::new(0));
    let counted = BufReader::new(Counted { from: whole, read: Arc::clone(&read) });
    let decoder: Box<dyn Read + Send + 'r> = if gzip {
        Box::new(MultiGzDecoder::new(counted))
    } else {
        Box::new(Frames { from: counted, decoder: FrameDecoder::new(), inside: false })
    };
    Ok(Box::new(Limited { decoder, read, written: 0 }))
}

/// Counts what is read.
struct Counted<R> {
    from: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.from.read(buffer)?;
        self.read.fetch_add(len as u64, Ordering::Relaxed);
        Ok(len)
    }
}

/// Refuses what grows out of all proportion.
struct Limited<'r> {
    decoder: Box<dyn Read + Send + 'r>,
    /// How many compressed bytes were read.
    read: Arc<AtomicU64>,
    /// How many bytes came of them.
    written: u64,
}

impl Read for Limited<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self
            .decoder
            .read(buffer)
            .map_err(|error| io::Error::other(format!("it can't be decompressed: {error}")))?;
        self.written += len as u64;
        let grown = self.read.load(Ordering::Relaxed).saturating_mul(MOST_GROWTH);
        if self.written > grown.max(ALWAYS_ALLOWED) {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        Ok(len)
    }
}

/// Reads the frames of Zstandard, one after the other.
struct Frames<R: BufRead> {
    from: R,
    decoder: FrameDecoder,
    /// Whether the decoder is inside a frame.
    inside: bool,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !buffer.is_empty() {
            if self.decoder.can_collect() > 0 {
                return self.decoder.read(buffer);
            }
            if self.inside && !self.decoder.is_finished() {
                let some = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.from, some).map_err(io::Error::other)?;
            } else if !self.begin()? {
                break;
            }
        }
        Ok(0)
    }
}

impl<R: BufRead> Frames<R> {
    /// Begins the next frame, if there is one; what may be skipped is.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.from.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.from) {
                Ok(()) => {
                    self.inside = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    io::copy(&mut self.from.by_ref().take(length.into()), &mut io::sink())?;
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        self.inside = false;
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstandard(bytes: &[u8]) -> Vec<u8> {
        compress_to_vec(bytes, CompressionLevel::Fastest)
    }

    #[test]
    fn both_are_read_also_in_several_pieces() {
        for compress in [gzip, zstandard] {
            let bytes = [compress(b"not my "), compress(b"job")].concat();
            assert_eq!(decompress(bytes).unwrap(), b"not my job");
        }
        assert_eq!(decompress(b"not my job".to_vec()).unwrap(), b"not my job");
    }

    #[test]
    fn what_is_skippable_is_skipped() {
        let skipped = [b"\x50\x2A\x4D\x18\x02\0\0\0ab".to_vec(), zstandard(b"job")].concat();
        let bytes = [zstandard(b"not my "), skipped].concat();
        assert_eq!(decompress(bytes).unwrap(), b"not my job");
    }

    #[test]
    fn damage_is_an_error() {
        for compress in [gzip, zstandard] {
            let mut bytes = compress(b"It is not my job to look after your boiler.");
            bytes.truncate(bytes.len() - 12);
            assert!(decompress(bytes).is_err());
        }
    }

    #[test]
    fn what_grows_too_much_is_refused() {
        let bomb = gzip(&vec![b' '; ALWAYS_ALLOWED as usize + 1]);
        let error = decompress(bomb).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::QuotaExceeded);
    }
}
