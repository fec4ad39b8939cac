//! Captions of recorded calls: WebVTT and SRT.
//!
//! A cue is a piece of the screen's time, not of speech: a sentence runs through as many
//! cues as it needs. So the cues of one speaker that follow each other are one turn, in
//! which the gap between two cues counts as a space.

mod speech;
mod srt;
mod webvtt;

pub(super) use self::srt::SRT;
pub(super) use self::webvtt::WEBVTT;

use self::speech::Speech;
use super::lines::{Line, lines};
use super::{Input, Reading};

/// The two spellings of captions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Vtt,
    Srt,
}

/// The arrow between the two times of a cue.
const ARROW: &str = "-->";

/// Reads captions.
fn read(input: &Input<'_>, kind: Kind) -> Reading {
    let text = input.text.as_str();
    let mut speech = Speech::new(input, kind);
    for block in Blocks::of(text) {
        speech.block(&block);
    }
    speech.finish()
}

/// Lines up to a blank one, or up to the times of the next cue.
#[derive(Debug)]
struct Block<'t> {
    lines: Vec<Line<'t>>,
}

/// Goes from block to block.
struct Blocks<'t, I: Iterator<Item = Line<'t>>> {
    lines: std::iter::Peekable<I>,
}

impl<'t> Blocks<'t, std::iter::Empty<Line<'t>>> {
    fn of(text: &'t str) -> impl Iterator<Item = Block<'t>> {
        Blocks { lines: lines(text).peekable() }
    }
}

impl<'t, I: Iterator<Item = Line<'t>>> Iterator for Blocks<'t, I> {
    type Item = Block<'t>;

    fn next(&mut self) -> Option<Block<'t>> {
        while self.lines.next_if(Line::is_blank).is_some() {}
        let mut block = vec![self.lines.next()?];
        let mut timed = has_times(block[0].text);
        while let Some(line) =
            self.lines.next_if(|line| !(line.is_blank() || timed && has_times(line.text)))
        {
            timed |= has_times(line.text);
            block.push(line);
        }
        Some(Block { lines: block })
    }
}

/// Whether a line tells when a cue is shown, or tries to.
fn has_times(line: &str) -> bool {
    line.contains(ARROW)
}

/// The time at which a cue begins, if the line of its times can be read.
fn start_time(line: &str) -> Option<&str> {
    let (start, rest) = line.split_once(ARROW)?;
    let end = rest.split_whitespace().next()?;
    let start = start.trim();
    (is_time(start) && is_time(end)).then_some(start)
}

/// `00:00:05.120`, `00:05.120`, `00:00:05,120`; SRT's makers leave digits out.
fn is_time(time: &str) -> bool {
    let mut parts = time.split([':', '.', ',']);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (2..=4).contains(&parts.clone().count()) && time.contains(':') && parts.all(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_ends_at_a_blank_line_or_before_new_times() {
        let text = "a\nb\n\n\n1\n0:01 --> 0:02\nc\n0:02 --> 0:03\nd\n";
        let blocks: Vec<Vec<&str>> = Blocks::of(text)
            .map(|block| block.lines.iter().map(|line| line.text).collect())
            .collect();
        assert_eq!(
            blocks,
            [vec!["a", "b"], vec!["1", "0:01 --> 0:02", "c"], vec!["0:02 --> 0:03", "d"]]
        );
    }

    #[test]
    fn times() {
        assert_eq!(start_time("00:00:05.120 --> 00:00:09.000 align:start"), Some("00:00:05.120"));
        assert_eq!(start_time("00:00:05,120 --> 00:00:09,000"), Some("00:00:05,120"));
        assert_eq!(start_time("00:05.120-->00:09.000"), Some("00:05.120"));
        assert_eq!(start_time("00:05.120 --> "), None);
        assert_eq!(start_time("five --> six"), None);
    }
}
