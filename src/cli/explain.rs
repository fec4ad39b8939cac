//! `buckstop rules ID`: all about one rule.

use std::io::{self, Write};

use buckstop::render::{Paint, visible};
use buckstop::rules::phrase::parse;
use buckstop::rules::{Example, Rule};

use super::layout::lines;
use super::terminal::{Terminal, width};
use super::words::in_words;

/// Writes why the rule exists, what it finds, and what to say instead.
///
/// # Errors
///
/// If stdout can't be written.
pub(super) fn write(rule: &Rule, terminal: &mut Terminal<impl Write>) -> anyhow::Result<()> {
    let paint = Paint::new(terminal.color);
    let mut page = Page { out: &mut terminal.out, paint, width: width() };
    page.title(rule)?;
    page.section("Why", &[&rule.why], Page::item)?;
    page.section("What it finds", &rule.phrases, Page::phrase)?;
    page.section("What it finds, as regular expressions", &rule.regex, Page::item)?;
    page.section("What to say instead", &rule.rewrites, |page, rewrite| {
        page.labelled(rewrite.applicability.as_str(), &rewrite.text)
    })?;
    page.section("Examples", &rule.examples, Page::example)?;
    page.section("More about it", &rule.links, Page::item)?;
    Ok(())
}

/// A page of text under headings.
struct Page<'a, W: Write> {
    out: &'a mut W,
    paint: Paint,
    width: usize,
}

impl<W: Write> Page<'_, W> {
    fn title(&mut self, rule: &Rule) -> io::Result<()> {
        let (id, title) = (visible(&rule.id), visible(&rule.title));
        let head = self.paint.severity(rule.severity, &format!("{}[{id}]", rule.severity));
        writeln!(self.out, "{head}{}", self.paint.bold(&format!(": {title}")))?;
        let from = format!("category {}, from {}", visible(&rule.category), visible(&rule.pack));
        writeln!(self.out, "{}", self.paint.dim(&from))
    }

    /// A heading with its items, unless there are none.
    fn section<T>(
        &mut self,
        heading: &str,
        items: &[T],
        mut write: impl FnMut(&mut Self, &T) -> io::Result<()>,
    ) -> io::Result<()> {
        if items.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "\n{}", self.paint.bold(heading))?;
        items.iter().try_for_each(|item| write(self, item))
    }

    fn item(&mut self, text: &(impl AsRef<str> + ?Sized)) -> io::Result<()> {
        let lines = lines(&visible(text.as_ref()), self.width - 2);
        lines.iter().try_for_each(|line| writeln!(self.out, "  {line}"))
    }

    /// A phrase as written, and below it in words if it has signs.
    fn phrase(&mut self, phrase: &String) -> io::Result<()> {
        self.item(phrase)?;
        let words = parse(phrase).ok().as_ref().and_then(in_words).unwrap_or_default();
        let lines = lines(&words, self.width - 6);
        let mut told = lines.iter().filter(|line| !line.is_empty());
        told.try_for_each(|line| writeln!(self.out, "      {}", self.paint.dim(line)))
    }

    fn example(&mut self, example: &Example) -> io::Result<()> {
        match example {
            Example::Flag { text, span } => {
                // Marked with signs, as colours would not outlive a pipe or a screen reader.
                self.labelled("found", &text.replacen(span, &format!(">>{span}<<"), 1))
            }
            Example::Pass { text } => self.labelled("let pass", text),
        }
    }

    /// A text with a label before its first line.
    fn labelled(&mut self, label: &str, text: &str) -> io::Result<()> {
        let mut label = self.paint.dim(&format!("{label:11}"));
        for line in lines(&visible(text), self.width - 13) {
            writeln!(self.out, "  {label}{line}")?;
            label = " ".repeat(11);
        }
        Ok(())
    }
}
