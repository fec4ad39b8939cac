//! Files that were compressed with gzip or Zstandard, told by their first bytes.
//!
//! What is checked is what they hold; all offsets, lines and columns count its bytes.

use std::io::{self, Read};

use buckstop::source::Source;
use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};

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
    let limit = limit(bytes.len());
    let decompressed = if bytes.starts_with(GZIP) {
        read_limited(MultiGzDecoder::new(&*bytes), limit, Vec::new())
    } else if bytes.starts_with(ZSTANDARD) {
        decompress_zstandard(&bytes, limit)
    } else {
        return Ok(bytes);
    };
    decompressed.map_err(|error| match error.kind() {
        io::ErrorKind::QuotaExceeded => error,
        _ => io::Error::other(format!("it can't be decompressed: {error}")),
    })
}

/// The most bytes that so many may grow to.
fn limit(compressed: usize) -> u64 {
    let grown = (compressed as u64).saturating_mul(MOST_GROWTH);
    grown.max(ALWAYS_ALLOWED).min(Source::MAX_LEN as u64)
}

/// Reads all frames, one after the other.
fn decompress_zstandard(mut rest: &[u8], limit: u64) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    while !rest.is_empty() {
        match StreamingDecoder::new(&mut rest) {
            Ok(frame) => out = read_limited(frame, limit, out)?,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => rest = rest.get(length as usize..).unwrap_or_default(),
            Err(error) => return Err(io::Error::other(error)),
        }
    }
    Ok(out)
}

/// Reads to the end, unless that makes more than `limit` bytes altogether.
fn read_limited(from: impl Read, limit: u64, mut out: Vec<u8>) -> io::Result<Vec<u8>> {
    let before = out.len() as u64;
    from.take(limit - before + 1).read_to_end(&mut out)?;
    if out.len() as u64 > limit {
        return Err(io::Error::from(io::ErrorKind::QuotaExceeded));
    }
    Ok(out)
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
