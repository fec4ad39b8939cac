//! Renderers: one file per output format.
//!
//! A renderer is told of one report after the other and of the sum at the end, and
//! writes at once what it has to say, so that nothing is held over a long run. It
//! never asks which format a text came from, and whatever it takes from a source
//! goes through [`visible`] before it reaches a terminal.
//!
//! A new format is one new file and one line in [`OutputFormat`].

mod azure;
mod baseline;
mod checkstyle;
mod concise;
mod csv;
mod diagnostic;
mod excerpt;
mod full;
mod github;
mod gitlab;
mod grouped;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod pack;
mod paint;
mod rdjson;
mod rdjsonl;
mod replacement;
mod sarif;
mod statistics;
mod summary;
mod tap;
mod visible;
mod xml;

#[cfg(test)]
pub(crate) mod fixture;

use std::fmt::{self, Write as _};
use std::io::{self, Write};
use std::str::FromStr;

use crate::finding::{Applicability, Finding, Skip};
use crate::report::{Report, Summary};
use crate::source::{ColumnUnit, Position, Problem, Source};
use crate::text::{SourceSpan, TextSpan};
use crate::turn::Role;

pub use baseline::write_baseline;
pub use json::{write_findings, write_json};
pub use pack::pack_error;
pub use paint::Paint;
pub use statistics::{closing, closing_json, statistics, statistics_json};
pub use visible::{one_line, visible};

/// Writes reports in one output format.
pub trait Renderer {
    /// Writes what one report has to say.
    ///
    /// # Errors
    ///
    /// Whatever `out` answers to a write.
    fn report(&mut self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()>;

    /// Writes what comes after the last report.
    ///
    /// # Errors
    ///
    /// Whatever `out` answers to a write.
    fn finish(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()>;

    /// Whether the output has a place for what could not be read. Where it has none, the
    /// caller tells it elsewhere.
    fn tells_problems(&self) -> bool {
        false
    }
}

/// What a user can ask of every output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderOptions {
    /// Whether to write colours, as escape sequences.
    pub color: bool,
    /// Whether to show the matches that a guard let pass, and why.
    pub explain_skips: bool,
    /// Whether to leave out all that is not a diagnostic.
    pub quiet: bool,
    /// Width of the terminal, in columns.
    pub width: usize,
    /// What columns count in the formats that have no reader of their own to count
    /// for, those of which [`OutputFormat::has_columns_to_choose`] holds.
    pub columns: ColumnUnit,
}

/// Declares the output formats: the name that users write, and what makes the renderer.
macro_rules! output_formats {
    ($($(#[doc = $about:literal])+ $variant:ident = $name:literal => $renderer:path,)+) => {
        /// How findings are written.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum OutputFormat {
            $($(#[doc = $about])+ $variant,)+
        }

        impl OutputFormat {
            /// Every format, in the order in which they are listed to users.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name that users write.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What the format is for, in one line.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => concat!($($about),+).trim_ascii()),+ }
            }

            /// A renderer of this format, for one run.
            #[must_use]
            pub fn renderer(self, options: RenderOptions) -> Box<dyn Renderer> {
                match self { $(Self::$variant => Box::new($renderer(options))),+ }
            }
        }
    };
}

output_formats! {
    /// A snippet of the draft per finding, with the reason and other words
    Full = "full" => full::Full::new,
    /// One line per finding: path:line:column: severity[rule] message
    Concise = "concise" => concise::Concise::new,
    /// The findings of each file under its name, one line each
    Grouped = "grouped" => grouped::Grouped::new,
    /// One JSON array of all findings
    Json = "json" => json::Json::new,
    /// The same objects, one JSON text per line
    Jsonl = "jsonl" => jsonl::Jsonl::new,
    /// SARIF 2.1.0, for code scanning
    Sarif = "sarif" => sarif::Sarif::new,
    /// Workflow commands, for annotations of GitHub Actions
    Github = "github" => github::Github::new,
    /// A Code Quality report of GitLab
    Gitlab = "gitlab" => gitlab::Gitlab::new,
    /// JUnit XML, a test case per finding
    Junit = "junit" => junit::Junit::new,
    /// Checkstyle XML
    Checkstyle = "checkstyle" => checkstyle::Checkstyle::new,
    /// reviewdog's diagnostics, one JSON object
    Rdjson = "rdjson" => rdjson::Rdjson::new,
    /// reviewdog's diagnostics, one JSON object per line
    Rdjsonl = "rdjsonl" => rdjsonl::Rdjsonl::new,
    /// Logging commands of Azure Pipelines
    Azure = "azure" => azure::Azure::new,
    /// Test Anything Protocol, version 14
    Tap = "tap" => tap::Tap::new,
    /// A table for spreadsheets, one row per finding
    Csv = "csv" => csv::Csv::new,
    /// A summary for merge requests and the pages of CI services
    Markdown = "markdown" => markdown::Markdown::new,
}

impl OutputFormat {
    /// Whether columns are counted as [`RenderOptions::columns`] asks for. The other formats are
    /// made for readers that count in one way only, or have no columns.
    #[must_use]
    pub fn has_columns_to_choose(self) -> bool {
        use OutputFormat::{Concise, Csv, Full, Grouped, Json, Jsonl};
        matches!(self, Full | Concise | Grouped | Json | Jsonl | Csv)
    }
}

impl fmt::Display for OutputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is not one of an output format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no output format `{0}`")]
pub struct UnknownFormat(String);

impl FromStr for OutputFormat {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let format = Self::ALL.iter().find(|format| format.as_str() == name);
        format.copied().ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

/// A finding or a skip: what both have in common is their place and their rule.
#[derive(Clone, Copy)]
enum Entry<'a> {
    Finding(&'a Finding<'a>),
    Skip(&'a Skip<'a>),
}

impl<'a> Entry<'a> {
    /// What a report has to show, in the order of its place; skips only if they were asked for.
    fn of(report: &'a Report<'a>, options: RenderOptions) -> Vec<Self> {
        let skips = if options.explain_skips { report.skips.as_slice() } else { &[] };
        let mut entries: Vec<_> = report.findings.iter().map(Self::Finding).collect();
        entries.extend(skips.iter().map(Self::Skip));
        entries.sort_by_key(|entry| entry.source_span());
        entries
    }

    fn source_span(self) -> SourceSpan {
        match self {
            Self::Finding(finding) => finding.source_span,
            Self::Skip(skip) => skip.source_span,
        }
    }
}

/// The words under a span of one of the report's turns.
fn words<'a>(report: &'a Report<'_>, turn: usize, span: TextSpan) -> &'a str {
    report.turns[turn].turn.text.slice(span)
}

/// The words that weigh most with the learned detector, if it found this.
fn because<'a>(report: &'a Report<'_>, finding: &Finding<'_>) -> Vec<&'a str> {
    let spans = finding.opinion.iter().flat_map(|it| &it.because);
    spans.map(|&span| words(report, finding.turn, span)).collect()
}

/// What a finding is about, on one line and without control characters, for outputs that have
/// one field for all of it.
///
/// `Refuses the task: "not my job". The customer hears: ... Say instead: "let me see".`
fn message(report: &Report<'_>, finding: &Finding<'_>) -> String {
    let found = one_line(words(report, finding.turn, finding.span), usize::MAX);
    let (title, why) = (visible(&finding.rule.title), one_line(&finding.rule.why, usize::MAX));
    let mut message = format!("{title}: \"{found}\". {why}");
    if let Some(best) = finding.rewrites.first() {
        let verb = if best.is_addition() { "Add" } else { "Say instead" };
        _ = write!(message, " {verb}: \"{}\"", visible(&best.words()));
        if best.applicability != Applicability::Safe {
            _ = write!(message, " ({})", best.applicability);
        }
    }
    message
}

/// "Jane (agent), turn 7", with the conversation where there are several. There is nothing to
/// tell of a draft, which is one turn of nobody in particular.
fn origin(report: &Report<'_>, turn: usize) -> Option<String> {
    const NAME_WIDTH: usize = 40;
    let placed = &report.turns[turn];
    let role = Some(placed.turn.role).filter(|&role| role != Role::Unknown);
    let speaker = placed.turn.speaker.as_deref().map(|name| one_line(name, NAME_WIDTH));
    let who = match (speaker, role) {
        (None, _) if report.turns.len() == 1 && !report.source.is_piece() => return None,
        (Some(speaker), Some(role)) => format!("{speaker} ({role}), "),
        (Some(speaker), None) => format!("{speaker}, "),
        (None, Some(role)) => format!("{role}, "),
        (None, None) => String::new(),
    };
    let several = report.source.is_piece()
        || report.turns.first().map(|it| &it.conversation)
            != report.turns.last().map(|it| &it.conversation);
    let conversation = placed.conversation.as_deref().filter(|_| several);
    let conversation = conversation
        .map(|id| format!(" of conversation {}", one_line(id, NAME_WIDTH)))
        .unwrap_or_default();
    Some(format!("{who}turn {}{conversation}", placed.number))
}

/// Where a span starts, as people are asked to count.
fn start_of(source: &Source, span: SourceSpan, options: RenderOptions) -> Position {
    source.position_in(span.start, options.columns)
}

/// `path:line:column`, fit for a terminal.
fn place(source: &Source, at: Position) -> String {
    format!("{}:{}:{}", visible(source.name()), at.line, at.column)
}

/// The place of a problem, or only the path if it concerns the whole source.
fn problem_place(source: &Source, problem: &Problem, options: RenderOptions) -> String {
    match problem.position {
        Some(at) => place(source, source.recounted(at, options.columns)),
        None => visible(source.name()).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name() {
        for &format in OutputFormat::ALL {
            assert_eq!(format.as_str().parse(), Ok(format));
            assert!(!format.about().is_empty());
        }
        assert_eq!(
            "xml".parse::<OutputFormat>().expect_err("no such format").to_string(),
            "there is no output format `xml`"
        );
    }
}
