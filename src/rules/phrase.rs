//! The phrase syntax: what a support lead writes, as a tree.
//!
//! Parsing only; what a phrase matches is decided by [`super::program`]. The
//! syntax is described for its users in `docs/writing-rules.md` and follows the
//! sentence templates of Home Assistant's hassil where they agree.

use std::ops::Range;

/// The widest gap that may be asked for, in words.
pub const WIDEST_GAP: u8 = 12;
/// The width of a gap without a number, in words.
const DEFAULT_GAP: u8 = 3;
/// How deep groups may nest.
const DEEPEST: usize = 16;

/// A phrase, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A surface word, lower case.
    Word(String),
    /// A word in capitals, lower case here: `IT`, which "it" is not.
    Capitals(String),
    /// `<word>`: any form of a word.
    AnyForm(String),
    /// `{list}`: any entry of a word list, or a built-in class of words.
    List {
        /// Name of the list.
        name: String,
        /// Where the name stands in the phrase, in bytes.
        place: Range<usize>,
    },
    /// `...`: from none up to so many words.
    Gap(u8),
    /// `*`: exactly one word.
    AnyWord,
    /// `,`: a comma or nothing.
    Comma,
    /// `^`: a clause begins.
    ClauseStart,
    /// `$`: a clause ends.
    ClauseEnd,
    /// One after the other.
    Sequence(Vec<Node>),
    /// `(a|b)`: one of several.
    Choice(Vec<Node>),
    /// `[a]`: this or nothing.
    Optional(Box<Node>),
    /// `{name=a}`: this, remembered under a name.
    Capture(String, Box<Node>),
}

impl Node {
    /// The names of the word lists in it, each as often as it stands there.
    #[must_use]
    pub fn lists(&self) -> Vec<&str> {
        match self {
            Self::List { name, .. } => vec![name],
            Self::Sequence(nodes) | Self::Choice(nodes) => {
                nodes.iter().flat_map(Self::lists).collect()
            }
            Self::Optional(inner) | Self::Capture(_, inner) => inner.lists(),
            _ => Vec::new(),
        }
    }
}

/// A mistake in a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhraseError {
    /// Where, in bytes of the phrase.
    pub place: Range<usize>,
    /// What is wrong, without a full stop.
    pub message: String,
    /// The mark under the place, in a few words.
    pub label: String,
    /// The way out.
    pub help: String,
}

/// Parses a phrase.
///
/// # Errors
/// The first mistake, with its place.
pub fn parse(phrase: &str) -> Result<Node, PhraseError> {
    let mut parser = Parser { phrase, at: 0, depth: 0 };
    let node = parser.sequence()?;
    match parser.peek() {
        None => Ok(node),
        Some('|') => Err(error(
            parser.at..parser.at + 1,
            "`|` stands outside of brackets",
            "alternatives of what?",
            "write `(a|b)` around the alternatives, or two phrases",
        )),
        Some(c) => Err(error(
            parser.at..parser.at + c.len_utf8(),
            format!("`{c}` closes nothing"),
            "no group is open here",
            format!("remove it, or open the group with `{}`", opening(c)),
        )),
    }
}

fn opening(closing: char) -> char {
    match closing {
        ')' => '(',
        ']' => '[',
        '}' => '{',
        _ => '<',
    }
}

fn error(
    place: Range<usize>,
    message: impl Into<String>,
    label: impl Into<String>,
    help: impl Into<String>,
) -> PhraseError {
    PhraseError { place, message: message.into(), label: label.into(), help: help.into() }
}

struct Parser<'p> {
    phrase: &'p str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.phrase[self.at..].chars().next()
    }

    fn take(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    fn choice(&mut self) -> Result<Node, PhraseError> {
        let mut branches = vec![self.sequence()?];
        while self.peek() == Some('|') {
            self.take();
            branches.push(self.sequence()?);
        }
        Ok(if branches.len() == 1 { branches.swap_remove(0) } else { Node::Choice(branches) })
    }

    fn sequence(&mut self) -> Result<Node, PhraseError> {
        let start = self.at;
        let mut nodes = Vec::new();
        while let Some(c) = self.peek() {
            match c {
                '|' | ')' | ']' | '}' => break,
                c if c.is_whitespace() => self.take(),
                _ => self.item(&mut nodes)?,
            }
        }
        match nodes.len() {
            0 => Err(error(
                start..self.at.max(start + 1).min(self.phrase.len().max(start)),
                "there is nothing to match here",
                "expected a word",
                "write a word, or use `[...]` brackets for a part that may be missing",
            )),
            1 => Ok(nodes.swap_remove(0)),
            _ => Ok(Node::Sequence(nodes)),
        }
    }

    fn item(&mut self, nodes: &mut Vec<Node>) -> Result<(), PhraseError> {
        let start = self.at;
        let node = match self.peek().unwrap_or(' ') {
            '(' => self.group(')')?,
            '[' => Node::Optional(Box::new(self.group(']')?)),
            '{' => self.braces()?,
            '<' => self.any_form()?,
            '.' | '\u{2026}' => self.gap()?,
            c @ ('*' | ',' | '^' | '$') => {
                self.take();
                match c {
                    '*' => Node::AnyWord,
                    ',' => Node::Comma,
                    '^' => Node::ClauseStart,
                    _ => Node::ClauseEnd,
                }
            }
            '&' => {
                self.take();
                Node::Word("and".to_owned())
            }
            c if c.is_alphanumeric() || is_inner(c) => {
                nodes.extend(self.words());
                return Ok(());
            }
            c => {
                return Err(error(
                    start..start + c.len_utf8(),
                    format!("`{c}` has no meaning in a phrase"),
                    "not a word",
                    "leave punctuation out: it is matched by itself; for anything else there is `regex`",
                ));
            }
        };
        nodes.push(node);
        Ok(())
    }

    /// One written word; a hyphenated one is several.
    fn words(&mut self) -> Vec<Node> {
        let rest = &self.phrase[self.at..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || is_inner(c))).unwrap_or(rest.len());
        self.at += end;
        let written = rest[..end].split('-').filter(|w| !w.is_empty());
        let node = |w: &str| {
            if is_capitals(w) {
                Node::Capitals(w.to_lowercase())
            } else {
                Node::Word(w.to_lowercase())
            }
        };
        written.map(node).collect()
    }

    fn group(&mut self, closing: char) -> Result<Node, PhraseError> {
        let start = self.at;
        self.take();
        let node = self.nested(start)?;
        self.expect(closing, start)?;
        Ok(node)
    }

    /// What stands in a group that was opened at `start`.
    fn nested(&mut self, start: usize) -> Result<Node, PhraseError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(error(
                start..start + 1,
                "groups are nested too deeply",
                "too deep",
                "name the inner part as a word list and use `{list}`",
            ));
        }
        let node = self.choice()?;
        self.depth -= 1;
        Ok(node)
    }

    fn expect(&mut self, closing: char, opened: usize) -> Result<(), PhraseError> {
        if self.peek() == Some(closing) {
            self.take();
            return Ok(());
        }
        let open = self.phrase[opened..].chars().next().unwrap_or(' ');
        Err(error(
            opened..opened + 1,
            format!("`{open}` is never closed"),
            "opened here",
            format!("add `{closing}` where the group ends"),
        ))
    }

    /// `{list}` or `{name=part}`.
    fn braces(&mut self) -> Result<Node, PhraseError> {
        let start = self.at;
        self.take();
        let rest = &self.phrase[self.at..];
        let length = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
            .unwrap_or(rest.len());
        let name = rest[..length].to_owned();
        let place = self.at..self.at + length;
        if name.is_empty() {
            return Err(error(
                start..start + 1,
                "`{` wants the name of a word list",
                "no name follows",
                "write `{list}` or `{name=part}`",
            ));
        }
        self.at += length;
        let node = if self.peek() == Some('=') {
            self.take();
            Node::Capture(name, Box::new(self.nested(start)?))
        } else {
            Node::List { name, place }
        };
        self.expect('}', start)?;
        Ok(node)
    }

    /// `<word>`, or `<one|other>` for any form of either.
    fn any_form(&mut self) -> Result<Node, PhraseError> {
        let start = self.at;
        self.take();
        let rest = &self.phrase[self.at..];
        let length = rest.find(|c: char| !c.is_alphabetic() && c != '|').unwrap_or(rest.len());
        let mut words: Vec<Node> =
            rest[..length].split('|').map(|w| Node::AnyForm(w.to_lowercase())).collect();
        self.at += length;
        let blank = words.iter().any(|w| *w == Node::AnyForm(String::new()));
        if blank || self.peek() != Some('>') {
            return Err(error(
                start..self.at.max(start + 1),
                "`<...>` holds one word, or several with `|` between",
                "any form of what?",
                "write the plain form of the word: `<tell>` finds tell, tells, told, telling",
            ));
        }
        self.take();
        Ok(if words.len() == 1 { words.swap_remove(0) } else { Node::Choice(words) })
    }

    fn gap(&mut self) -> Result<Node, PhraseError> {
        let start = self.at;
        let dots = self.phrase[self.at..].chars().take_while(|&c| c == '.').count();
        if dots == 0 {
            self.take();
        } else if dots == 3 {
            self.at += 3;
        } else {
            return Err(error(
                start..start + dots,
                "a gap is written with three points",
                "not a gap",
                "write `...` or, for up to seven words, `...7`; leave full stops out",
            ));
        }
        let digits: String =
            self.phrase[self.at..].chars().take_while(char::is_ascii_digit).collect();
        self.at += digits.len();
        let width = if digits.is_empty() { Some(DEFAULT_GAP) } else { digits.parse().ok() };
        match width {
            Some(width) if (1..=WIDEST_GAP).contains(&width) => Ok(Node::Gap(width)),
            _ => Err(error(
                start..self.at,
                format!("a gap reaches over 1 to {WIDEST_GAP} words"),
                "too wide",
                "wide gaps join what does not belong together; split the phrase, or use `unless` and `when`",
            )),
        }
    }
}

/// Whether a word is written in capitals; a single letter ("I") is not.
fn is_capitals(word: &str) -> bool {
    word.chars().count() > 1 && word.chars().all(char::is_uppercase)
}

/// Marks that may stand inside a written word.
fn is_inner(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(w: &str) -> Node {
        Node::Word(w.to_owned())
    }

    #[test]
    fn groups_nest() {
        let node = parse("not (my|our [own]) job").expect("a sound phrase");
        let own = Node::Sequence(vec![word("our"), Node::Optional(Box::new(word("own")))]);
        assert_eq!(
            node,
            Node::Sequence(vec![word("not"), Node::Choice(vec![word("my"), own]), word("job")])
        );
    }

    #[test]
    fn gaps_lists_and_captures() {
        let node = parse("{unit} <mess> {it=...4} up $").expect("a sound phrase");
        let expected = vec![
            Node::List { name: "unit".to_owned(), place: 1..5 },
            Node::AnyForm("mess".to_owned()),
            Node::Capture("it".to_owned(), Box::new(Node::Gap(4))),
            word("up"),
            Node::ClauseEnd,
        ];
        assert_eq!(node, Node::Sequence(expected));
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let place = |phrase: &str| parse(phrase).expect_err("a mistake").place;
        assert_eq!(place("not (my job"), 4..5);
        assert_eq!(place("not my) job"), 6..7);
        assert_eq!(place("a ...99 b"), 2..7);
        assert_eq!(place("a .. b"), 2..4);
        assert_eq!(place("<to tell>"), 0..3);
        assert_eq!(place("what?"), 4..5);
        assert_eq!(place("not he|she"), 6..7);
        assert!(parse("").is_err() && parse("a (|b)").is_err() && parse("[]").is_err());
    }
}
