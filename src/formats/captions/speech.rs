//! From cues to turns: whose words a line of a cue holds, and which lines belong together.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::{Block, Kind, has_times, start_time};
use crate::formats::chat_log::{head, is_name};
use crate::formats::label::{says_more, settle, speaker};
use crate::formats::lines::{Line, is_blank};
use crate::formats::{Input, Reading, html};
use crate::source::Problem;
use crate::text::{Layer, MappedText, MappedTextBuilder, SourceSpan, TextSpan};
use crate::turn::{Conversation, Role, Turn};

/// The cues that were read so far.
pub(super) struct Speech<'t, 's> {
    input: &'t Input<'s>,
    kind: Kind,
    cues: Vec<Cue<'t>>,
    problems: Vec<Problem>,
    /// Whether the file ends behind the number of a cue.
    cut: bool,
}

/// Words and when they are shown.
struct Cue<'t> {
    time: Option<String>,
    /// Where its times stand.
    start: usize,
    lines: Vec<Line<'t>>,
}

/// A line of a cue, or the part of it that one voice speaks, without its tags.
struct Piece {
    voice: Option<String>,
    text: MappedText,
    /// The cue it belongs to.
    cue: usize,
}

impl<'t, 's> Speech<'t, 's> {
    pub(super) fn new(input: &'t Input<'s>, kind: Kind) -> Self {
        Self { input, kind, cues: Vec::new(), problems: Vec::new(), cut: false }
    }

    fn problem(&mut self, at: usize, message: &str) {
        self.problems.push(self.input.problem(at, message));
    }

    /// Takes a block: a cue, or something without words.
    pub(super) fn block(&mut self, block: &Block<'t>) {
        let Some(times) = block.lines.iter().position(|line| has_times(line.text)) else {
            return self.untimed(&block.lines);
        };
        let line = block.lines[times];
        let time = start_time(line.text).map(str::to_owned);
        if time.is_none() {
            self.problem(
                line.start,
                "the times of this cue can't be read; its words are read without them",
            );
        }
        if times == 0 {
            self.drop_number();
        }
        // More than a name or a number before the times belongs to the cue before.
        if times > 1 && !self.is_without_words(block.lines[0].text) {
            self.untimed(&block.lines[..times - 1]);
        }
        self.cues.push(Cue { time, start: line.start, lines: block.lines[times + 1..].to_vec() });
    }

    /// Where no blank line stands between two cues, the number of the second was read as
    /// words of the first.
    fn drop_number(&mut self) {
        if let Some(cue) = self.cues.last_mut() {
            cue.lines.pop_if(|line| is_number(line.text));
        }
    }

    /// Takes lines that no times stand above.
    fn untimed(&mut self, lines: &[Line<'t>]) {
        let Some(first) = lines.first() else { return };
        if self.is_without_words(first.text) {
            return;
        }
        let Some(cue) = self.cues.last_mut() else {
            self.problem(first.start, "before the first cue; left out");
            return;
        };
        if lines.len() == 1 && is_number(first.text) {
            self.problem(first.start, "the file ends inside this cue");
            self.cut = true;
            return;
        }
        cue.lines.extend(lines);
        self.problem(first.start, "no times stand above this line; read as more of the cue before");
    }

    /// Whether a block that begins with this line is for programs only.
    fn is_without_words(&self, first: &str) -> bool {
        let begins = |word: &str| {
            first
                .strip_prefix(word)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
        };
        let first_word = first.trim_start_matches('\u{FEFF}');
        self.kind == Kind::Vtt
            && (begins("NOTE")
                || first_word.starts_with("WEBVTT")
                || ["STYLE", "REGION"].contains(&first.trim_end()))
    }

    /// Puts the turns together.
    pub(super) fn finish(mut self) -> Reading {
        let last = self.cues.last().filter(|cue| cue.lines.is_empty() && !self.cut);
        if let Some(start) = last.map(|cue| cue.start) {
            self.problem(start, "the file ends inside this cue");
        }
        let pieces = self.pieces();
        let labels = count_labels(&pieces);
        let mut turns = Turns { bytes: self.input.source.bytes(), done: Vec::new(), open: None };
        for piece in pieces {
            let time = &self.cues[piece.cue].time;
            turns.piece(&piece, time.as_ref(), &labels);
        }
        turns.close();
        settle(&mut turns.done);
        self.problems.sort_by_key(|problem| problem.position);
        let conversation = Conversation { turns: turns.done, ..Conversation::default() };
        Reading { conversations: vec![conversation], problems: self.problems, ..Reading::default() }
    }

    fn pieces(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for cue in 0..self.cues.len() {
            let mut voice = None;
            for line in self.cues[cue].lines.clone() {
                self.line(line, cue, &mut voice, &mut pieces);
            }
        }
        pieces
    }

    /// Takes the tags off a line.
    fn line(
        &mut self,
        line: Line<'_>,
        cue: usize,
        voice: &mut Option<String>,
        pieces: &mut Vec<Piece>,
    ) {
        let kind = self.kind;
        let layer = || match kind {
            Kind::Vtt => Layer::WebVtt,
            Kind::Srt => Layer::Srt,
        };
        let mut builder = MappedText::builder_in(layer());
        let tags = Tags::of(line.text, self.kind);
        let mut at = 0;
        while let Some(tag) = tags.next(at) {
            self.push(&mut builder, line.start + at, line.start + tag.start);
            if tag.end == line.text.len() && !line.text.ends_with(['>', '}']) {
                let message = "a tag is not closed; the rest of its line is left out";
                self.problem(line.start + tag.start, message);
            }
            let inner = line.text[tag.start..tag.end].trim_matches(['<', '>']);
            if self.kind == Kind::Vtt && is_voice(inner) {
                let words = std::mem::replace(&mut builder, MappedText::builder_in(layer()));
                finish(words, voice.as_deref(), cue, pieces);
                *voice = voice_name(inner);
            }
            at = tag.end;
        }
        self.push(&mut builder, line.start + at, line.end());
        finish(builder, voice.as_deref(), cue, pieces);
    }

    fn push(&self, builder: &mut MappedTextBuilder, start: usize, end: usize) {
        builder.push_slice(&self.input.text, TextSpan::new(start, end));
    }
}

/// Adds what was read of a line, if there are words in it.
fn finish(builder: MappedTextBuilder, voice: Option<&str>, cue: usize, pieces: &mut Vec<Piece>) {
    let text = builder.finish();
    if text.as_str().chars().all(is_blank) {
        return;
    }
    let text = if text.as_str().contains('&') { html::decoded(&text) } else { text };
    pieces.push(Piece { voice: voice.map(str::to_owned), text, cue });
}

fn is_number(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())
}

/// Finds the tags of a line: `<i>`, and in SRT also `{\an8}`.
struct Tags<'l> {
    line: &'l str,
    kind: Kind,
    /// Where the last tag of each kind closes: a mark behind it opens none.
    last_angle: Option<usize>,
    last_brace: Option<usize>,
}

impl<'l> Tags<'l> {
    fn of(line: &'l str, kind: Kind) -> Self {
        Self { line, kind, last_angle: line.rfind('>'), last_brace: line.rfind('}') }
    }

    /// The next tag from `at` on.
    fn next(&self, at: usize) -> Option<Range<usize>> {
        let line = self.line;
        let marks = line[at..].match_indices(['<', '{']).map(|(i, mark)| (at + i, mark));
        let (start, mark) = marks.into_iter().find(|&(i, mark)| self.opens(i, mark))?;
        let close = if mark == "<" { '>' } else { '}' };
        let end = line[start..].find(close).map_or(line.len(), |i| start + i + 1);
        Some(start..end)
    }

    /// Whether a mark opens a tag. In WebVTT `<` always does.
    fn opens(&self, at: usize, mark: &str) -> bool {
        let inner = &self.line[at + 1..];
        match (self.kind, mark) {
            (Kind::Vtt, mark) => mark == "<",
            (Kind::Srt, "<") => {
                let name = inner.strip_prefix('/').unwrap_or(inner);
                name.starts_with(|c: char| c.is_ascii_alphabetic())
                    && self.last_angle.is_some_and(|last| last > at)
            }
            (Kind::Srt, _) => {
                inner.starts_with('\\') && self.last_brace.is_some_and(|last| last > at)
            }
        }
    }
}

/// Whether a tag is `v`, `v.loud Name` or `/v`.
fn is_voice(tag: &str) -> bool {
    let name = tag.trim_start_matches('/').split(|c: char| c == '.' || c.is_whitespace()).next();
    name == Some("v")
}

fn voice_name(tag: &str) -> Option<String> {
    let (_, name) = tag.split_once(char::is_whitespace)?;
    let decoded = html::text(&MappedText::verbatim(name.to_owned(), 0));
    let name = decoded.as_str().trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// How often each label stands before words without a voice.
fn count_labels(pieces: &[Piece]) -> FxHashMap<String, usize> {
    let mut labels = FxHashMap::default();
    for piece in pieces.iter().filter(|piece| piece.voice.is_none()) {
        if let Some((label, _)) = label(piece.text.as_str()) {
            *labels.entry(label.to_owned()).or_default() += 1;
        }
    }
    labels
}

/// The label that a line begins with, and where its words begin.
fn label(line: &str) -> Option<(&str, usize)> {
    let start = marks_end(line);
    let head = head(&line[start..]);
    let label = head.label.filter(|_| head.marked)?;
    Some((&line[start + label.start..start + label.end], start + head.words))
}

/// Where the marks end that tell that somebody else begins to speak: `- `, `>> `.
fn marks_end(line: &str) -> usize {
    let bare = line.trim_start_matches(is_blank);
    let words = bare.trim_start_matches(['-', '\u{2013}', '>']);
    // A minus or a dash alone is no such mark.
    let marked = words.len() < bare.len()
        && words.starts_with(|c: char| c.is_whitespace() || c.is_alphabetic());
    if marked { line.len() - words.trim_start().len() } else { line.len() - bare.len() }
}

/// The turns that are complete, and the one that grows.
struct Turns<'s> {
    /// The source, to see what lies between two lines.
    bytes: &'s [u8],
    done: Vec<Turn>,
    open: Option<Open>,
}

/// A turn to which more cues may belong.
struct Open {
    speaker: Option<String>,
    /// Whether a voice tag named the speaker; it does so for its own cue only.
    voiced: bool,
    role: Role,
    time: Option<String>,
    text: MappedTextBuilder,
    /// Where its words end in the source.
    end: usize,
}

impl Turns<'_> {
    fn piece(&mut self, piece: &Piece, time: Option<&String>, labels: &FxHashMap<String, usize>) {
        let line = piece.text.as_str();
        let marks = marks_end(line);
        let marked = line[..marks].contains(|c: char| !is_blank(c));
        let label = label(line).filter(|(label, _)| {
            let speaker = speaker(label);
            let again = labels.get(*label).is_some_and(|&count| count >= 2);
            speaker.certain || (is_name(label) && (again || speaker.role != Role::Unknown))
        });
        let (start, named) = match (&piece.voice, label) {
            (Some(voice), _) => (0, Some(speaker(voice))),
            (None, Some((label, words))) => (words, Some(speaker(label))),
            (None, None) => (marks, None),
        };
        let voiced = piece.voice.is_some();
        let same = self.open.as_ref().is_some_and(|open| match &named {
            Some(speaker) => open.speaker.as_ref() == Some(&speaker.name),
            None => !marked && !open.voiced,
        });
        if !same {
            self.close();
        }
        let open = self.open.get_or_insert_with(|| Open {
            role: named.as_ref().map_or(Role::Unknown, |speaker| speaker.role),
            speaker: named.map(|speaker| speaker.name),
            voiced,
            time: time.cloned(),
            text: MappedText::builder(),
            end: 0,
        });
        open.voiced = voiced;
        open.push(&piece.text, start, self.bytes);
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take().filter(|open| !open.text.is_empty()) {
            let Open { speaker, role, time, text, .. } = open;
            let speaker = speaker.filter(|name| says_more(name, role));
            self.done.push(Turn { speaker, role, time, text: text.finish() });
        }
    }
}

impl Open {
    /// Appends the words of a line from `start` on, behind a space.
    fn push(&mut self, line: &MappedText, start: usize, bytes: &[u8]) {
        let span = crate::formats::lines::trimmed(line.as_str(), start, line.as_str().len());
        if span.is_empty() {
            return;
        }
        let source = line.to_source(span);
        if !self.text.is_empty() {
            let gap = SourceSpan { start: self.end, end: source.start.max(self.end) };
            // The line break inside a cue may go; tags and the times of the next cue may not.
            let between = bytes.get(gap.start..gap.end).unwrap_or(b"-->");
            if between.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
                self.text.push_space(gap);
            } else {
                self.text.push_mark(" ", gap);
            }
        }
        self.text.push_slice(line, span);
        self.end = source.end;
    }
}
