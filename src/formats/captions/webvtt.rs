//! WebVTT, as meeting and telephone programs write it: voices in `<v Name>` tags, or a
//! name before the words.

use super::{ARROW, Kind, read};
use crate::formats::{Certainty, Format, Input};

/// Captions in WebVTT.
pub(in crate::formats) const WEBVTT: Format = Format {
    name: "webvtt",
    about: "Captions in WebVTT, their speakers named by voice tags or labels",
    recognize: |input| recognize(input),
    read: |input| read(input, Kind::Vtt),
};

fn recognize(input: &Input<'_>) -> Certainty {
    let start = input.start();
    let signed = start
        .trim_start_matches('\u{FEFF}')
        .strip_prefix("WEBVTT")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']));
    match (signed, input.extension() == "vtt") {
        (true, true) => Certainty::Sure,
        (true, false) if start.contains(ARROW) => Certainty::Sure,
        (false, true) => Certainty::Likely,
        _ => Certainty::No,
    }
}
