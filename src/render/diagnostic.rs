//! A message with a snippet, drawn in the way of rustc.
//!
//! The snippet is drawn by `annotate-snippets`. The line with the place is ours: the crate would
//! count its column in the snippet, which is only a window. So are the notes, since words in other
//! colours are to be wrapped, and since the crate paints character by character.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet as Drawing};
use rustc_hash::FxHashMap;

use super::excerpt::{Excerpt, MAX_LINES, count_line_breaks};
use super::paint::Paint;
use super::visible::{columns, visible};
use crate::finding::Severity;

/// Below this many columns nothing legible can be drawn; it is drawn too wide instead.
const MIN_WIDTH: usize = 40;

/// What is to be told.
#[derive(Debug)]
pub(super) struct Diagnostic<'a> {
    /// The first word, and the colour.
    pub(super) severity: Severity,
    /// What stands in brackets after the first word.
    pub(super) id: Option<&'a str>,
    /// The rest of the first line.
    pub(super) title: &'a str,
    /// `path:line:column`, visible.
    pub(super) place: String,
    /// The place itself.
    pub(super) snippet: Option<Snippet<'a>>,
    /// What is said below it.
    pub(super) notes: Vec<Note<'a>>,
}

/// Marked words with the lines that hold them.
#[derive(Debug)]
pub(super) struct Snippet<'a> {
    /// The text to cut from.
    pub(super) text: &'a str,
    /// The words to mark, in bytes of the text.
    pub(super) span: Range<usize>,
    /// Number of the line where they start, if the lines of the text have numbers.
    pub(super) line: Option<usize>,
    /// What stands beside the marks.
    pub(super) label: Option<&'a str>,
}

/// A paragraph below the snippet.
#[derive(Debug)]
pub(super) struct Note<'a> {
    /// Its first word.
    pub(super) kind: NoteKind,
    /// Its parts.
    pub(super) parts: Vec<(Ink, &'a str)>,
}

/// What a note is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum NoteKind {
    /// Why.
    Note,
    /// What to do.
    Help,
}

/// How a part of a note looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// As it is.
    Plain,
    /// Words to use.
    Good,
    /// A remark.
    Dim,
}

/// Draws diagnostics for one terminal.
#[derive(Debug)]
pub(super) struct Draftsman {
    renderer: Renderer,
    paint: Paint,
    width: usize,
    /// The first lines that were drawn last, by what stands in brackets in them: most diagnostics
    /// of a run are of a few rules.
    titles: RefCell<FxHashMap<String, FirstLine>>,
}

/// A first line that was drawn.
#[derive(Debug)]
struct FirstLine {
    severity: Severity,
    title: String,
    drawn: String,
}

impl Draftsman {
    /// Draws with or without colours, `width` columns wide.
    pub(super) fn new(color: bool, width: usize) -> Self {
        let width = width.max(MIN_WIDTH);
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let (renderer, paint) = (renderer.term_width(width), Paint::new(color));
        Self { renderer, paint, width, titles: RefCell::default() }
    }

    /// The drawing, several lines without the last line break.
    pub(super) fn draw(&self, diagnostic: &Diagnostic<'_>) -> String {
        let snippet = diagnostic.snippet.as_ref();
        let gutter = snippet.map_or(1, Snippet::gutter);
        let title = self.title(diagnostic);
        let place = self.place(&diagnostic.place, gutter);
        match snippet {
            Some(snippet) => {
                let body = self.body(diagnostic, snippet, gutter);
                format!("{title}\n{place}\n{body}")
            }
            None => format!("{title}\n{place}"),
        }
    }

    /// The line with the place, `gutter` columns in.
    pub(super) fn place(&self, place: &str, gutter: usize) -> String {
        format!("{:gutter$}{} {place}", "", self.paint.frame("-->"))
    }

    fn title(&self, diagnostic: &Diagnostic<'_>) -> String {
        let &Diagnostic { severity, id: Some(id), title, .. } = diagnostic else {
            return self.draw_title(diagnostic);
        };
        let mut titles = self.titles.borrow_mut();
        let known = titles.get(id).filter(|it| it.severity == severity && it.title == title);
        if let Some(known) = known {
            return known.drawn.clone();
        }
        let drawn = self.draw_title(diagnostic);
        let known = FirstLine { severity, title: title.to_owned(), drawn: drawn.clone() };
        titles.insert(id.to_owned(), known);
        drawn
    }

    fn draw_title(&self, diagnostic: &Diagnostic<'_>) -> String {
        let mut title = level(diagnostic.severity).primary_title(visible(diagnostic.title));
        if let Some(id) = diagnostic.id {
            title = title.id(visible(id));
        }
        self.renderer.render(&[Group::with_title(title)])
    }

    fn body(&self, diagnostic: &Diagnostic<'_>, snippet: &Snippet<'_>, gutter: usize) -> String {
        let excerpt = Excerpt::cut(snippet.text, snippet.span.clone(), self.width - gutter - 3);
        let group =
            Group::with_level(level(diagnostic.severity)).element(drawing(snippet, &excerpt));
        let mut body = excerpt.restore(&self.renderer.render(&[group]));
        if !diagnostic.notes.is_empty() {
            let _ = write!(body, "\n{:gutter$} {}", "", self.paint.frame("|"));
        }
        for note in &diagnostic.notes {
            let _ = write!(body, "\n{}", self.note(note, gutter));
        }
        body
    }

    /// A note, its first word below the frame of the snippet, and all others behind that.
    fn note(&self, note: &Note<'_>, gutter: usize) -> String {
        let name = match note.kind {
            NoteKind::Note => "note",
            NoteKind::Help => "help",
        };
        let taken = gutter + " = ".len() + name.len() + ": ".len();
        let words = self.wrap(&note.parts, self.width - taken);
        let words = words.replace('\n', &format!("\n{:taken$}", ""));
        format!("{:gutter$} {} {}: {words}", "", self.paint.frame("="), self.paint.bold(name))
    }

    /// Fills lines of at most `width` columns with the words of the parts.
    fn wrap(&self, parts: &[(Ink, &str)], width: usize) -> String {
        let length = parts.iter().map(|(_, part)| part.len() + 1).sum();
        let mut lines = String::with_capacity(length);
        let mut used = 0;
        for &(ink, part) in parts {
            let mut run = String::with_capacity(part.len() + 1);
            for word in part.split_whitespace().map(visible) {
                let needed = columns(&word);
                if used > 0 && used + 1 + needed > width {
                    lines += &self.ink(ink, &std::mem::take(&mut run));
                    lines.push('\n');
                    used = 0;
                } else if used > 0 {
                    run.push(' ');
                    used += 1;
                }
                run += &word;
                used += needed;
            }
            lines += &self.ink(ink, &run);
        }
        lines
    }

    fn ink(&self, ink: Ink, text: &str) -> String {
        match ink {
            Ink::Plain => text.to_owned(),
            Ink::Good => self.paint.good(text),
            Ink::Dim => self.paint.dim(text),
        }
    }
}

impl Snippet<'_> {
    /// How many columns the line numbers take.
    fn gutter(&self) -> usize {
        let more = count_line_breaks(&self.text[self.span.clone()]).min(MAX_LINES - 1);
        self.line.map_or(0, |line| (line + more).to_string().len())
    }
}

fn drawing<'a>(
    snippet: &Snippet<'a>,
    excerpt: &'a Excerpt,
) -> Drawing<'a, annotate_snippets::Annotation<'a>> {
    let last = excerpt.marks.len().saturating_sub(1);
    let marks = excerpt.marks.iter().enumerate().filter(|(_, mark)| last == 0 || !mark.is_empty());
    Drawing::source(excerpt.text.as_str())
        .line_start(snippet.line.unwrap_or(1))
        .line_numbering(snippet.line.is_some())
        .annotations(marks.map(|(line, mark)| {
            let label = snippet.label.filter(|_| line == last).map(visible);
            AnnotationKind::Primary.span(mark.clone()).label(label)
        }))
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    }
}
