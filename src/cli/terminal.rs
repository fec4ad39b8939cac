//! Talking to the person at the terminal: colours, width, and complaints on stderr.

use std::fmt;
use std::io::{self, IsTerminal, Write};

use buckstop::config::Origin;
use buckstop::finding::Severity;
use buckstop::redaction::redacted;
use buckstop::render::{Paint, visible};
use buckstop::source::{Problem, Source};

/// When to write colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum ColorChoice {
    /// When writing to a terminal
    #[default]
    Auto,
    /// Also into files and pipes
    Always,
    /// Never
    Never,
}

impl ColorChoice {
    /// Whether `stream` gets colours.
    pub(super) fn colors(self, stream: &impl IsTerminal) -> bool {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if set("NO_COLOR") => false,
            Self::Auto if set("CLICOLOR_FORCE") => {
                std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0")
            }
            Self::Auto => stream.is_terminal() && !dumb(),
        }
    }
}

/// Something the user has to know about, with the way out.
#[derive(Clone, Debug)]
pub(super) struct Complaint {
    /// What is wrong, without a full stop.
    pub(super) message: String,
    /// What to do about it.
    pub(super) help: Option<String>,
}

impl Complaint {
    /// A complaint with nothing to add.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// What could not be read of a source.
    pub(super) fn about(problem: &Problem, source: &Source) -> Self {
        let place = problem.position.map(|at| format!(":{}:{}", at.line, at.column));
        let place = place.unwrap_or_default();
        Self::new(format!("{}{place}: {}", source.name(), problem.message))
    }

    /// The same complaint, about something that a configuration asks for.
    pub(super) fn with_origin(mut self, origin: &Origin) -> Self {
        if let Origin::Configuration(_) = origin {
            self.message = format!("{} (named in {origin})", self.message);
        }
        self
    }

    /// The same complaint with a way out.
    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Complaint {}

/// The two streams of a run.
///
/// What goes to stderr is preceded by all that was written to stdout before, so that the
/// two stay in order on a terminal. A stderr that is closed is no reason to stop.
pub(super) struct Terminal<W: Write> {
    /// Standard output, buffered.
    pub(super) out: W,
    /// Whether standard output gets colours.
    pub(super) color: bool,
    /// Whether standard error gets colours.
    pub(super) error_color: bool,
    /// Whether complaints are masked, as they name files and quote them.
    pub(super) redacts: bool,
}

impl Terminal<io::BufWriter<io::StdoutLock<'static>>> {
    /// The streams of this process.
    pub(super) fn new(color: ColorChoice) -> Self {
        Self {
            out: io::BufWriter::with_capacity(BUFFER, io::stdout().lock()),
            color: color.colors(&io::stdout()),
            error_color: color.colors(&io::stderr()),
            redacts: false,
        }
    }
}

/// How many bytes of output are gathered before they are written.
const BUFFER: usize = 64 * 1024;

impl<W: Write> Terminal<W> {
    /// Reports a failure on stderr.
    ///
    /// # Errors
    ///
    /// If what stands in the buffer of stdout cannot be written.
    pub(super) fn error(&mut self, complaint: &Complaint) -> io::Result<()> {
        self.complain(Severity::Error, complaint)
    }

    /// Reports on stderr what is no failure, but probably not what the user wants.
    ///
    /// # Errors
    ///
    /// If what stands in the buffer of stdout cannot be written.
    pub(super) fn warning(&mut self, complaint: &Complaint) -> io::Result<()> {
        self.complain(Severity::Warning, complaint)
    }

    /// Writes a text that is ready for a terminal to stderr.
    ///
    /// # Errors
    ///
    /// If what stands in the buffer of stdout cannot be written.
    pub(super) fn aside(&mut self, text: &str) -> io::Result<()> {
        self.out.flush()?;
        // With stderr closed there is nobody to tell.
        _ = writeln!(io::stderr(), "{text}");
        Ok(())
    }

    /// Tells on stderr what is neither a failure nor a finding.
    ///
    /// # Errors
    ///
    /// If what stands in the buffer of stdout cannot be written.
    pub(super) fn note(&mut self, text: &str) -> io::Result<()> {
        let text = if self.redacts { redacted(text) } else { text.into() };
        self.aside(&visible(&text))
    }

    fn complain(&mut self, severity: Severity, complaint: &Complaint) -> io::Result<()> {
        let shown = |text: &str| {
            let text = if self.redacts { redacted(text) } else { text.into() };
            visible(&text).into_owned()
        };
        let paint = Paint::new(self.error_color);
        let head = paint.severity(severity, severity.as_str());
        let help = complaint
            .help
            .as_ref()
            .map_or(String::new(), |help| format!("\n  {}: {}", paint.bold("help"), shown(help)));
        self.aside(&format!("{head}: {}{help}", shown(&complaint.message)))
    }
}

/// Width in columns for what is laid out for people: that of the terminal within reason,
/// and a fixed one for files and pipes.
pub(super) fn width() -> usize {
    let width = terminal_size::terminal_size_of(io::stdout());
    width.map_or(100, |(width, _)| usize::from(width.0).clamp(40, 140))
}

/// "1 rule", "2 rules".
pub(super) fn count(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}
