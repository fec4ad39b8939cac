//! From a source to its conversations. One file for each input format, one line in
//! [`FORMATS`].
//!
//! A format decides what is prose and who says it; it never judges the words. It
//! reads what it can and tells what it could not.

mod captions;
mod chat_log;
pub(crate) mod comments;
mod csv;
mod draft;
mod email;
mod html;
mod json;
mod label;
mod lines;
mod markdown;
mod pieces;
mod salesforce;
mod stamp;
mod whatsapp;

pub use csv::read_mapped_table;
pub use json::{Mapping, read_mapped};
pub use pieces::{Cut, Opening, Rest};

use std::cell::OnceCell;
use std::str::FromStr;
use std::sync::Arc;

use crate::source::{Problem, Source};
use crate::text::{MappedText, TextSpan};
use crate::turn::Conversation;

/// All formats. Where several recognise a source with equal certainty, the first reads it.
/// Those of JSON come first, the last of them being `json`.
pub static FORMATS: &[Format] = &[
    json::zendesk::TICKETS,
    json::zendesk::CHAT,
    json::zendesk::SUNSHINE,
    json::intercom::CONVERSATIONS,
    json::freshdesk::CONVERSATIONS,
    json::hubspot::THREADS,
    json::front::MESSAGES,
    json::amazon::CONTACT_LENS,
    json::google::CCAI,
    json::azure::CONVERSATIONS,
    json::genesys::TRANSCRIPTS,
    json::twilio::TRANSCRIPTS,
    json::gong::CALLS,
    json::dynamics::TRANSCRIPT,
    json::slack::EXPORT,
    json::chat::COMPLETIONS,
    json::chat::SHAREGPT,
    json::chat::PAIRS,
    json::other::JSON,
    csv::CSV,
    email::MBOX,
    email::EMAIL,
    captions::WEBVTT,
    captions::SRT,
    salesforce::SALESFORCE,
    whatsapp::WHATSAPP,
    chat_log::CHAT_LOG,
    html::HTML,
    markdown::MARKDOWN,
    draft::TEXT,
];

/// An input format.
#[derive(Debug)]
pub struct Format {
    /// The name that users write.
    pub name: &'static str,
    /// What it reads, in one line.
    pub about: &'static str,
    /// How certainly a source is of this format.
    pub(crate) recognize: fn(&Input<'_>) -> Certainty,
    /// Reads a source as this format, whatever it looks like.
    pub(crate) read: fn(&Input<'_>) -> Reading,
}

/// How certainly a source is of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Certainty {
    /// It is something else.
    No,
    /// It could be read as such for want of anything better.
    Fallback,
    /// Its name says so, or its shape does.
    Likely,
    /// Its marks leave no doubt.
    Sure,
}

/// A source on its way to a format: its name, and its text decoded once for all.
#[derive(Debug)]
pub(crate) struct Input<'s> {
    /// The source, for the places of problems.
    pub(crate) source: &'s Source,
    /// Its text.
    pub(crate) text: MappedText,
    /// The JSON that it starts with, read once for all formats that ask for it.
    json: OnceCell<json::Start>,
}

impl<'s> Input<'s> {
    /// A source with its text.
    fn new(source: &'s Source, text: MappedText) -> Self {
        Self { source, text, json: OnceCell::new() }
    }
}

impl Input<'_> {
    /// The last part of the source's name after a point, in small letters; empty if there is none.
    ///
    /// What was compressed is what it is without the ending that says so: `a.jsonl.gz` is
    /// `a.jsonl`.
    pub(crate) fn extension(&self) -> String {
        let name = self.source.name();
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
        let name = [".gz", ".zst"].iter().find_map(|it| name.strip_suffix(it)).unwrap_or(&name);
        name.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_owned())
    }

    /// The first bytes of the text, enough to recognise a format by; cut between characters.
    pub(crate) fn start(&self) -> &str {
        const ENOUGH: usize = 16 * 1024;
        let text = self.text.as_str();
        let end = (0..=ENOUGH.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
        &text[..end.unwrap_or(0)]
    }

    /// A problem at a byte of the text.
    pub(crate) fn problem(&self, at: usize, message: impl Into<String>) -> Problem {
        let start = self.text.to_source(TextSpan::new(at, at)).start;
        Problem { position: Some(self.source.position(start)), message: message.into() }
    }
}

/// What a format could understand of a source.
#[derive(Debug, Default)]
pub struct Reading {
    /// The conversations, in the order of the source.
    pub conversations: Vec<Conversation>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// What the source is made of.
    records: Records,
}

/// What a source is made of, for reading it in pieces.
#[derive(Clone, Debug, Default)]
enum Records {
    /// It can only be understood as a whole.
    #[default]
    Whole,
    /// Every line is a document of its own.
    Lines,
    /// Rows of a table with this header.
    Rows(Arc<csv::Head>),
}

/// What was understood of a source, and as what.
#[derive(Debug)]
pub struct Understood {
    /// The format that it was read as.
    pub format: &'static Format,
    /// The conversations, in the order of the source.
    pub conversations: Vec<Conversation>,
    /// What could not be decoded or read.
    pub problems: Vec<Problem>,
    /// What the source is made of.
    records: Records,
}

impl Understood {
    fn of(format: &'static Format, reading: Reading) -> Self {
        let Reading { conversations, problems, records } = reading;
        Self { format, conversations, problems, records }
    }
}

/// The format that the user asked for.
#[derive(Clone, Copy, Debug, Default)]
pub enum InputFormat {
    /// Told from the source's content and name.
    #[default]
    Auto,
    /// This one, whatever the source looks like.
    Forced(&'static Format),
}

impl FromStr for InputFormat {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        if name == "auto" {
            return Ok(Self::Auto);
        }
        FORMATS.iter().find(|format| format.name == name).map(Self::Forced).ok_or(UnknownFormat)
    }
}

/// The name of no format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no input format of that name")]
pub struct UnknownFormat;

/// Reads a source.
#[must_use]
pub fn read(source: &Source, format: InputFormat) -> Understood {
    let (text, mut problems) = source.decode();
    let input = Input::new(source, text);
    let format = match format {
        InputFormat::Forced(format) => format,
        InputFormat::Auto => recognize(&input),
    };
    if email::decodes(format) {
        problems.clear();
    }
    let mut reading = (format.read)(&input);
    problems.append(&mut reading.problems);
    Understood { problems, ..Understood::of(format, reading) }
}

/// The formats of JSON.
fn json_formats() -> &'static [Format] {
    let count = FORMATS.iter().position(|format| format.name == json::other::JSON.name);
    &FORMATS[..=count.unwrap_or(0)]
}

/// Whether a format reads JSON.
#[must_use]
pub fn is_json(format: &Format) -> bool {
    json_formats().iter().any(|json| json.name == format.name)
}

/// Reads a source that is one JSON document, as the format of JSON that is most certain of it.
pub(crate) fn read_record(source: &Source) -> Understood {
    let (text, mut problems) = source.decode();
    let input = Input::new(source, text);
    let format = most_certain(json_formats(), &input).unwrap_or(&json::other::JSON);
    let mut reading = (format.read)(&input);
    problems.append(&mut reading.problems);
    Understood { problems, ..Understood::of(format, reading) }
}

/// Whether a format holds what one person writes, so that comments in it are the author's.
pub(crate) fn is_draft(format: &Format) -> bool {
    matches!(format.name, "text" | "markdown" | "html")
}

/// The format that is most certain of a source; of several the first.
fn recognize(input: &Input<'_>) -> &'static Format {
    most_certain(FORMATS, input).unwrap_or(&draft::TEXT)
}

fn most_certain<'f>(formats: &'f [Format], input: &Input<'_>) -> Option<&'f Format> {
    let mut best: Option<(&Format, Certainty)> = None;
    for format in formats {
        let certainty = (format.recognize)(input);
        if best.is_none_or(|(_, most)| certainty > most) {
            best = Some((format, certainty));
        }
        if certainty == Certainty::Sure {
            break;
        }
    }
    best.map(|(format, _)| format)
}
