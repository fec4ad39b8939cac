//! `buckstop rules ID`: all about one rule, what helps its reader most comes first.

use std::io::{self, Write};

use buckstop::finding::Severity;
use buckstop::render::{Paint, visible};
use buckstop::rules::phrase::parse;
use buckstop::rules::{Example, Guard, Learned, Rule, Ruleset, Silence, Surroundings};

use super::layout::{enumeration, hanging, lines, marked_lines};
use super::terminal::{Terminal, width};
use super::words::{class, in_words};

/// The longest phrase in words that is easier to read than the phrase itself, in characters.
const MOST_WORDS: usize = 120;

/// How many lines of a word list are shown.
const MOST_LIST_LINES: usize = 6;

/// Writes why the rule exists, what to say instead, when it speaks and when it is silent.
///
/// # Errors
///
/// If stdout can't be written.
pub(super) fn write(
    ruleset: &Ruleset,
    number: usize,
    terminal: &mut Terminal<impl Write>,
) -> anyhow::Result<()> {
    let rule = &ruleset.rules()[number];
    let silence = ruleset.silence(number);
    let paint = Paint::new(terminal.color);
    let mut page = Page { out: &mut terminal.out, paint, severity: rule.severity, width: width() };
    page.title(rule)?;
    page.section("Why", &[&rule.why], |page, why| page.prose(why))?;
    let misses = !rule.missing.is_empty();
    let offer = if misses { "Say also" } else { "Say instead" };
    page.section(offer, &rule.rewrites, |page, rewrite| {
        page.labelled(rewrite.applicability.as_str(), &rewrite.text)
    })?;
    let (passing, flagged): (Vec<_>, Vec<_>) =
        rule.examples.iter().partition(|example| matches!(example, Example::Pass { .. }));
    page.section("Examples", &[flagged, passing].concat(), |page, example| page.example(example))?;
    page.silence(&silence, misses)?;
    page.section("It reports a text that has none of these", &rule.missing, |page, phrase| {
        page.phrase(phrase)
    })?;
    let asked: Vec<String> = rule.learned.iter().map(|it| asked(*it, rule)).collect();
    page.section("The learned detector", &asked, |page, asked| page.prose(asked))?;
    page.section("What it finds", &rule.phrases, |page, phrase| page.phrase(phrase))?;
    page.section("What it finds, as regular expressions", &rule.regex, |page, regex| {
        page.written(regex, "  ")
    })?;
    page.section("Word lists", &named_lists(rule, &silence), |page, name| {
        page.list(name, ruleset.list(name))
    })?;
    page.section("More about it", &rule.links, |page, link| page.prose(link))?;
    Ok(())
}

/// What a rule asks of the learned detector.
fn asked(learned: Learned, rule: &Rule) -> String {
    let category =
        learned.category_name().map(|name| format!(" and of {name}")).unwrap_or_default();
    let percent = learned.above * 100.0;
    let alone = rule.phrases.is_empty() && rule.regex.is_empty();
    let what = if alone { "Finds sentences" } else { "Finds its phrases only in sentences" };
    format!("{what} that are a deflection{category} with at least {percent:.0} % certainty.")
}

/// The names of the word lists that the phrases of a rule use, in the order of their first use.
pub(super) fn named_lists(rule: &Rule, silence: &Silence<'_>) -> Vec<String> {
    let around = silence.unless.iter().chain(&silence.when).flat_map(|it| &it.phrases).copied();
    let mut names: Vec<String> = Vec::new();
    for phrase in rule.phrases.iter().chain(&rule.missing).map(String::as_str).chain(around) {
        let Ok(phrase) = parse(phrase) else { continue };
        for name in phrase.lists() {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// A page of text under headings.
struct Page<'a, W: Write> {
    out: &'a mut W,
    paint: Paint,
    severity: Severity,
    width: usize,
}

impl<W: Write> Page<'_, W> {
    fn title(&mut self, rule: &Rule) -> io::Result<()> {
        let (id, title) = (visible(&rule.id), visible(&rule.title));
        let head = self.paint.severity(rule.severity, &format!("{}[{id}]", rule.severity));
        writeln!(self.out, "{head}{}", self.paint.bold(&format!(": {title}")))?;
        let opt_in = if rule.opt_in { ", opt-in: only if `--select` asks for it" } else { "" };
        let (category, pack) = (visible(&rule.category), visible(&rule.pack));
        let from = format!("category {category}, from {pack}{opt_in}");
        writeln!(self.out, "{}", self.paint.dim(&from))
    }

    fn heading(&mut self, heading: &str) -> io::Result<()> {
        writeln!(self.out, "\n{}", self.paint.bold(heading))
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
        self.heading(heading)?;
        items.iter().try_for_each(|item| write(self, item))
    }

    fn prose(&mut self, text: &str) -> io::Result<()> {
        let lines = lines(&visible(text), self.width - 2);
        lines.iter().try_for_each(|line| writeln!(self.out, "  {line}"))
    }

    /// A text with a label before its first line.
    fn labelled(&mut self, label: &str, text: &str) -> io::Result<()> {
        let label = self.paint.dim(&format!("{label:11}"));
        let lines = lines(&visible(text), self.width - 13);
        self.beside(&label, lines.iter().map(String::as_str))
    }

    fn example(&mut self, example: &Example) -> io::Result<()> {
        match example {
            Example::Pass { text } => self.labelled("passes", text),
            Example::Flag { text, span } => {
                // Marked with signs, as colours would not outlive a pipe.
                let label = self.paint.dim(&format!("{:11}", "flagged"));
                let (text, span) = (visible(text), visible(span));
                let (severity, paint) = (self.severity, self.paint);
                let marked = marked_lines(&text, &span, self.width - 13);
                let painted: Vec<_> = marked
                    .into_iter()
                    .flat_map(|(line, marks)| [line, paint.severity(severity, &marks)])
                    .filter(|line| !line.is_empty())
                    .collect();
                self.beside(&label, painted.iter().map(String::as_str))
            }
        }
    }

    /// Lines beside a label of eleven columns.
    fn beside<'t>(
        &mut self,
        label: &str,
        mut lines: impl Iterator<Item = &'t str>,
    ) -> io::Result<()> {
        writeln!(self.out, "  {label}{}", lines.next().unwrap_or_default())?;
        lines.try_for_each(|line| writeln!(self.out, "  {:11}{line}", ""))
    }

    /// What lets a match pass; where words are missed, what doesn't count as saying them.
    fn silence(&mut self, silence: &Silence<'_>, misses: bool) -> io::Result<()> {
        let Silence { guards, unless, when } = silence;
        let sentences: Vec<_> = guards.iter().copied().map(Guard::sentence).collect();
        if misses {
            let heading = "When the words don't count";
            self.section(heading, &sentences, |page, text| page.point(text))?;
        }
        let sentences = if misses { Vec::new() } else { sentences };
        if sentences.is_empty() && unless.is_empty() && when.is_empty() {
            return Ok(());
        }
        self.heading("When it stays silent")?;
        sentences.iter().try_for_each(|text| self.point(text))?;
        for around in unless {
            let which = if around.phrases.len() > 1 { "One of these" } else { "This" };
            self.surroundings(which, around)?;
        }
        when.iter().try_for_each(|around| self.surroundings("None of these", around))
    }

    /// One of several sentences.
    fn point(&mut self, sentence: &str) -> io::Result<()> {
        let mut bullet = "-";
        for line in lines(sentence, self.width - 4) {
            writeln!(self.out, "  {bullet} {line}")?;
            bullet = " ";
        }
        Ok(())
    }

    fn surroundings(&mut self, which: &str, around: &Surroundings<'_>) -> io::Result<()> {
        self.point(&format!("{which} stands {}:", around.place.in_words()))?;
        around.phrases.iter().try_for_each(|phrase| self.written(phrase, "        "))
    }

    /// A phrase as written, and below it in words if these help.
    fn phrase(&mut self, phrase: &str) -> io::Result<()> {
        self.written(phrase, "  ")?;
        let words = parse(phrase).ok().as_ref().and_then(in_words);
        let Some(words) = words.filter(|words| words.chars().count() <= MOST_WORDS) else {
            return Ok(());
        };
        let lines = lines(&visible(&words), self.width - 6);
        let mut told = lines.iter().map(|line| self.paint.dim(line));
        told.try_for_each(|line| writeln!(self.out, "      {line}"))
    }

    /// A phrase as written.
    fn written(&mut self, phrase: &str, indent: &str) -> io::Result<()> {
        let lines = hanging(&visible(phrase), self.width - indent.len());
        lines.iter().try_for_each(|line| writeln!(self.out, "{indent}{line}"))
    }

    /// A word list with its entries, or what a built-in class of words stands for.
    fn list(&mut self, name: &str, entries: Option<&[String]>) -> io::Result<()> {
        let Some(entries) = entries else {
            let meaning = class(name).unwrap_or_default();
            return writeln!(self.out, "  {{{name}}} {}", self.paint.dim(meaning));
        };
        writeln!(self.out, "  {{{name}}}")?;
        let entries: Vec<_> = entries.iter().map(|entry| visible(entry)).collect();
        let (lines, shown) = enumeration(&entries, self.width - 6, MOST_LIST_LINES);
        lines.iter().try_for_each(|line| writeln!(self.out, "      {line}"))?;
        match entries.len() - shown {
            0 => Ok(()),
            more => writeln!(self.out, "      {}", self.paint.dim(&format!("and {more} more"))),
        }
    }
}
