//! Asking at the terminal, and understanding the answer.
//!
//! Answers are lines of standard input, which may as well be a pipe: then they are written
//! behind the questions, so that what comes out reads as it would on a terminal.

use std::io::{self, BufRead, Write};

/// What to do about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Take the rewrite of this number, counted from 0.
    Take(usize),
    /// Write other words by hand.
    Edit,
    /// Leave this one.
    Skip,
    /// Leave what is left of this file.
    SkipFile,
    /// Do what was chosen so far, and stop.
    Quit,
    /// Put everything back, and stop.
    PutBack,
    /// Tell what can be answered.
    Help,
}

/// What can be answered in any case.
const LETTERS: &str = "e, s, f, q, x, ? for help";

impl Answer {
    /// What can be answered to `rewrites` rewrites, for the question.
    pub(super) fn choices(rewrites: usize) -> String {
        match rewrites {
            0 => LETTERS.to_owned(),
            1 => format!("1, {LETTERS}"),
            _ => format!("1-{rewrites}, {LETTERS}"),
        }
    }

    /// Understands a line; nothing if it makes no sense.
    pub(super) fn read(line: &str, rewrites: usize) -> Option<Self> {
        Some(match line.trim().to_ascii_lowercase().as_str() {
            "e" | "edit" => Self::Edit,
            "s" | "skip" => Self::Skip,
            "f" | "file" => Self::SkipFile,
            "q" | "quit" => Self::Quit,
            "x" | "exit" => Self::PutBack,
            "?" | "h" | "help" => Self::Help,
            number => Self::Take(number.parse::<usize>().ok()?.checked_sub(1)?),
        })
        .filter(|&answer| !matches!(answer, Self::Take(number) if number >= rewrites))
    }
}

/// Reads answers from `input`.
pub(super) struct Questions<R> {
    input: R,
    /// Whether an answer has to be written behind its question, as nobody typed it there.
    echo: bool,
}

impl<R: BufRead> Questions<R> {
    /// Asks whoever is at the other end of `input`.
    pub(super) fn new(input: R, echo: bool) -> Self {
        Self { input, echo }
    }

    /// Asks until there is a line of text, and returns it without its end; nothing if there is
    /// nobody any more.
    ///
    /// # Errors
    ///
    /// If the question can't be written or the answer can't be read.
    pub(super) fn ask(
        &mut self,
        question: &str,
        out: &mut dyn Write,
    ) -> io::Result<Option<String>> {
        loop {
            write!(out, "{question}")?;
            out.flush()?;
            let mut line = Vec::new();
            let read = self.input.read_until(b'\n', &mut line)?;
            if self.echo || read == 0 {
                writeln!(out, "{}", String::from_utf8_lossy(line.trim_ascii_end()))?;
            }
            if read == 0 {
                return Ok(None);
            }
            match String::from_utf8(line) {
                Ok(line) => return Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned())),
                Err(_) => writeln!(out, "That is not UTF-8, so it can't be used.")?,
            }
        }
    }
}

/// The blanks of a template, "[name]", each once, in their order.
pub(super) fn blanks(template: &str) -> Vec<&str> {
    let mut blanks = Vec::new();
    let mut rest = template;
    while let Some((start, end)) = next_blank(rest) {
        if !blanks.contains(&&rest[start..end]) {
            blanks.push(&rest[start..end]);
        }
        rest = &rest[end..];
    }
    blanks
}

/// The template with words in the place of its blanks; what `words` has no words for stays.
pub(super) fn filled(template: &str, words: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((start, end)) = next_blank(rest) {
        let blank = &rest[start..end];
        filled.push_str(&rest[..start]);
        filled.push_str(words(blank).as_deref().unwrap_or(blank));
        rest = &rest[end..];
    }
    filled + rest
}

/// Where the next blank starts and ends.
fn next_blank(text: &str) -> Option<(usize, usize)> {
    let end = text.find(']')? + 1;
    match text[..end].rfind('[') {
        Some(start) => Some((start, end)),
        None => next_blank(&text[end..]).map(|(start, after)| (end + start, end + after)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_letters_words_and_numbers() {
        assert_eq!(Answer::read(" 2 ", 2), Some(Answer::Take(1)));
        assert_eq!(Answer::read("3", 2), None);
        assert_eq!(Answer::read("0", 2), None);
        assert_eq!(Answer::read("S", 0), Some(Answer::Skip));
        assert_eq!(Answer::read("quit", 0), Some(Answer::Quit));
        assert_eq!(Answer::read("", 1), None);
        assert_eq!(Answer::read("y", 1), None);
    }

    #[test]
    fn an_answer_is_a_line_of_text_or_nothing() {
        let mut questions = Questions::new(&b"\xFF\none\r\n two "[..], true);
        let mut out = Vec::new();
        let mut ask = || questions.ask("? ", &mut out).unwrap();
        assert_eq!(ask().as_deref(), Some("one"));
        assert_eq!(ask().as_deref(), Some(" two "));
        assert_eq!(ask(), None);
        let told = String::from_utf8(out).unwrap();
        assert_eq!(
            told,
            "? \u{FFFD}\nThat is not UTF-8, so it can't be used.\n? one\n?  two\n? \n"
        );
    }

    #[test]
    fn blanks_are_found_once_and_filled_everywhere() {
        let template = "[name] will ]call by [time], and [name] stays [with [you]";
        assert_eq!(blanks(template), ["[name]", "[time]", "[you]"]);
        let words = |blank: &str| (blank == "[name]").then(|| "Ann [x]".to_owned());
        assert_eq!(
            filled(template, words),
            "Ann [x] will ]call by [time], and Ann [x] stays [with [you]"
        );
        assert_eq!(blanks("none"), [""; 0]);
    }
}
