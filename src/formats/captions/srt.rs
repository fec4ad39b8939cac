//! `SubRip` captions: a number, two times, the words.

use super::{Kind, read, start_time};
use crate::formats::lines::lines;
use crate::formats::{Certainty, Format, Input};

/// Captions in SRT.
pub(in crate::formats) const SRT: Format = Format {
    name: "srt",
    about: "Captions in SRT, their speakers named by labels",
    recognize: |input| recognize(input),
    read: |input| read(input, Kind::Srt),
};

fn recognize(input: &Input<'_>) -> Certainty {
    let mut begun =
        lines(input.start()).filter(|line| !line.is_blank()).map(|line| line.text.trim());
    let number = begun.next().unwrap_or_default().trim_start_matches('\u{FEFF}');
    let numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if numbered && begun.next().is_some_and(|times| start_time(times).is_some()) {
        Certainty::Sure
    } else if input.extension() == "srt" {
        Certainty::Likely
    } else {
        Certainty::No
    }
}
