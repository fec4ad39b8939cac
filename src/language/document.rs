//! A text as tokens in sentences, with the breaks between them.

use std::ops::Range;

use memchr::memchr_iter;

use super::canonical::fold;
use super::mask::{Mask, masks};
use super::memory::Settled;
use super::tokenizer::tokenize;
use super::word::{Link, WordId, Words};
use crate::text::TextSpan;

/// What stands between a token and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Break {
    /// Nothing, a space, a hyphen, emphasis: the words belong together.
    None,
    /// A comma, a parenthesis, a quotation mark.
    Soft,
    /// A colon, a semicolon, a dash, a symbol.
    Hard,
}

/// One canonical word at its place.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// The word, as far as rules know it.
    pub word: WordId,
    /// What the canonical word hashes to, whether rules know it or not.
    pub hash: u32,
    /// The surface that stands for it, in the text. The pieces of an
    /// irreducible form ("dunno") share one surface.
    pub span: TextSpan,
    /// What stands before it.
    pub before: Break,
    /// Whether it continues the surface word of the token before: the `not` of "isn't".
    pub glued: bool,
    /// Whether its surface begins with a capital letter.
    pub capital: bool,
    /// Whether its surface is a conjunction.
    pub link: Link,
    /// Where an aside that begins here ends, as a token index; 0 if none does. An aside is a
    /// short parenthesis, or a false start that is said again ("it's, it's").
    pub aside_end: u32,
}

/// A run of tokens that ends with a full stop or the like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Its tokens, as indices into [`Document::tokens`].
    pub tokens: Range<usize>,
    /// From its first token to the last, closing punctuation excluded.
    pub span: TextSpan,
    /// Whether it ends with a question mark.
    pub question: bool,
}

/// A text, taken apart.
#[derive(Debug)]
pub struct Document<'t> {
    /// The text that all spans count in.
    pub text: &'t str,
    /// All tokens, in order.
    pub tokens: Vec<Token>,
    /// All sentences, in order; none is empty.
    pub sentences: Vec<Sentence>,
    /// Quotations and quoted lines, in order.
    pub quotations: Vec<Mask>,
    /// Code, tags and addresses, in order.
    pub code: Vec<Mask>,
}

impl<'t> Document<'t> {
    /// Takes a text apart, with words numbered by `words`.
    ///
    /// `companies` are the canonical words of the company's own names; wherever
    /// one stands, the token becomes [`WordId::COMPANY`].
    #[must_use]
    pub fn new(text: &'t str, words: Words<'_>, companies: &[Vec<String>]) -> Self {
        let (code, quotations) = masks(text);
        let (tokens, sentences) = tokenize(text, words, &code);
        let mut document = Self { text, tokens, sentences, quotations, code };
        document.mark_parentheses();
        document.mark_false_starts();
        document.mark_companies(companies);
        document
    }

    /// What alone settles what the tokens of a sentence are. Nothing where there is code, which
    /// other sentences may open or close.
    #[must_use]
    pub fn settled(&self, sentence: usize) -> Option<Settled<'t>> {
        let Sentence { span, question, .. } = self.sentences[sentence];
        let (mut start, mut end) = (span.start as usize, span.end as usize);
        let next = self.code.partition_point(|mask| mask.span.end <= span.start);
        if self.code.get(next).is_some_and(|mask| mask.span.start < span.end) {
            return None;
        }
        start -= usize::from(self.text[..start].ends_with('('));
        end += usize::from(self.text[end..].starts_with(')'));
        Some(Settled { text: &self.text[start..end], question })
    }

    /// The sentence that holds a token.
    #[must_use]
    pub fn sentence_of(&self, token: usize) -> usize {
        self.sentences
            .partition_point(|s| s.tokens.end <= token)
            .min(self.sentences.len().saturating_sub(1))
    }

    /// The quotation that holds a span, if one does.
    #[must_use]
    pub fn quotation_around(&self, span: TextSpan) -> Option<&Mask> {
        around(&self.quotations, span)
    }

    /// The code or address that holds a span, if one does.
    #[must_use]
    pub fn code_around(&self, span: TextSpan) -> Option<&Mask> {
        around(&self.code, span)
    }

    /// Where a run of tokens stands, from the first to the last.
    #[must_use]
    pub fn span(&self, tokens: Range<usize>) -> TextSpan {
        match (
            self.tokens.get(tokens.start),
            tokens.end.checked_sub(1).and_then(|last| self.tokens.get(last)),
        ) {
            (Some(first), Some(last)) => first.span.cover(last.span),
            _ => TextSpan::new(0, 0),
        }
    }

    /// The text from the first to the last of a run of tokens.
    #[must_use]
    pub fn slice(&self, tokens: Range<usize>) -> &'t str {
        &self.text[self.span(tokens).range()]
    }

    /// Whether a clause begins at a token of its sentence: at the sentence's
    /// start, after punctuation, after a conjunction, leading fillers aside.
    #[must_use]
    pub fn begins_clause(
        &self,
        sentence: &Range<usize>,
        at: usize,
        mut fillers_before: impl FnMut(usize) -> bool,
    ) -> bool {
        let mut at = at;
        loop {
            if at <= sentence.start
                || self.tokens[at].before > Break::None
                || self.is_conjunction(at - 1)
            {
                return true;
            }
            if !fillers_before(at - 1) {
                return false;
            }
            at -= 1;
        }
    }

    /// Whether a clause ends before a token: at the sentence's end, before punctuation or a conjunction.
    #[must_use]
    pub fn ends_clause(&self, sentence: &Range<usize>, at: usize) -> bool {
        at >= sentence.end || self.tokens[at].before > Break::None || self.is_conjunction(at)
    }

    /// The surface of a token.
    #[must_use]
    pub fn surface(&self, token: usize) -> &'t str {
        &self.text[self.tokens[token].span.range()]
    }

    /// Whether a word merely joins its clause to the one before: "but", "so".
    #[must_use]
    pub fn is_connector(&self, token: usize) -> bool {
        self.tokens[token].link == Link::Connector
    }

    fn is_conjunction(&self, token: usize) -> bool {
        self.tokens[token].link > Link::None
    }

    /// Notes at the first token of each short parenthesis where it ends.
    fn mark_parentheses(&mut self) {
        const LONGEST: usize = 4;
        for open in memchr_iter(b'(', self.text.as_bytes()) {
            let start = open as u32 + 1;
            let first = self.tokens.partition_point(|token| token.span.start < start);
            // The pieces of an irreducible form ("dunno") begin at the same place.
            let starting = self.tokens[first..].iter().take_while(|it| it.span.start == start);
            for at in first..first + starting.count() {
                let limit = self.sentences[self.sentence_of(at)].tokens.end;
                let mut ends = at + 1..=(at + LONGEST).min(limit);
                if let Some(end) = ends.find(|&end| self.closing_after(end - 1)) {
                    self.tokens[at].aside_end = end as u32;
                }
            }
        }
    }

    fn closing_after(&self, token: usize) -> bool {
        self.text.as_bytes().get(self.tokens[token].span.end as usize) == Some(&b')')
    }

    /// Notes where words are said once more after a comma: "the, the", "I've, I've".
    fn mark_false_starts(&mut self) {
        const LONGEST: usize = 3;
        for sentence in &self.sentences {
            let tokens = &mut self.tokens[sentence.tokens.clone()];
            for again in 1..tokens.len() {
                if tokens[again].before != Break::Soft {
                    continue;
                }
                for length in 1..=LONGEST.min(again).min(tokens.len() - again) {
                    let at = again - length;
                    let is_said_again = (at..again).all(|t| {
                        is_same_surface(self.text, tokens[t].span, tokens[t + length].span)
                    });
                    if is_said_again && tokens[at].aside_end == 0 {
                        tokens[at].aside_end = (sentence.tokens.start + again) as u32;
                    }
                }
            }
        }
    }

    fn mark_companies(&mut self, companies: &[Vec<String>]) {
        let mut buffer = String::new();
        for name in companies.iter().filter(|name| !name.is_empty()) {
            for start in 0..(self.tokens.len() + 1).saturating_sub(name.len()) {
                let tokens = &mut self.tokens[start..start + name.len()];
                let mut parts = tokens.iter().zip(name);
                if parts.all(|(it, part)| folds_to(&self.text[it.span.range()], part, &mut buffer))
                {
                    for token in tokens {
                        token.word = WordId::COMPANY;
                    }
                }
            }
        }
    }
}

/// Whether a surface reads so when it is folded.
fn folds_to(surface: &str, folded: &str, buffer: &mut String) -> bool {
    let bytes = surface.as_bytes();
    if bytes.iter().all(u8::is_ascii_alphanumeric) {
        return bytes.len() == folded.len()
            && bytes.iter().map(u8::to_ascii_lowercase).eq(folded.bytes());
    }
    fold(surface, buffer) == folded
}

/// Whether two stretches of a text read the same, capitals aside.
fn is_same_surface(text: &str, one: TextSpan, other: TextSpan) -> bool {
    one.len() == other.len() && text[one.range()].eq_ignore_ascii_case(&text[other.range()])
}

/// The mask that holds a span; masks are sorted and free of overlaps.
fn around(masks: &[Mask], span: TextSpan) -> Option<&Mask> {
    let before = masks.partition_point(|mask| mask.span.start <= span.start);
    masks[..before].last().filter(|mask| mask.span.contains(span))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sentences as their surfaces, breaks shown as `,` and `;`.
    fn outline(text: &str) -> Vec<String> {
        let document = Document::new(text, Words::default(), &[]);
        let show = |i: usize| {
            let mark = match document.tokens[i].before {
                Break::None => "",
                Break::Soft => ",",
                Break::Hard => ";",
            };
            format!("{mark}{}", document.surface(i))
        };
        document
            .sentences
            .iter()
            .map(|s| s.tokens.clone().map(show).collect::<Vec<_>>().join(" "))
            .collect()
    }

    #[test]
    fn sentences_end_where_people_end_them() {
        assert_eq!(outline("I see. It's late! Why?"), ["I see", "It 's late", "Why"]);
        assert_eq!(outline("Mr. Smith paid 4.50 e.g. today."), ["Mr Smith paid 4.50 e g today"]);
        assert_eq!(outline("No. We don't."), ["No", "We do n't"]);
        assert_eq!(outline("so... no idea"), ["so ;no idea"]);
        assert_eq!(outline("Hi Ann\nThat's it"), ["Hi Ann", "That 's it"]);
        assert_eq!(outline("that is not\nmy job"), ["that is not my job"]);
        assert_eq!(outline("a\n\nb\n- c\n- d"), ["a", "b", "c", "d"]);
    }

    #[test]
    fn punctuation_separates_by_its_weight() {
        assert_eq!(outline("no, pay-grade (they) - I: you"), ["no ,pay grade ,they ;I ;you"]);
        assert_eq!(outline("it is *not* my **job**"), ["it is not my job"]);
    }

    #[test]
    fn a_text_without_a_full_stop_is_cut_all_the_same() {
        let text = "word, ".repeat(1000);
        let document = Document::new(&text, Words::default(), &[]);
        let lengths: Vec<usize> = document.sentences.iter().map(|s| s.tokens.len()).collect();
        assert_eq!(lengths, [300, 300, 300, 100]);
    }

    #[test]
    fn code_is_one_token() {
        assert_eq!(
            outline("run `a b c` at https://x.example/they now."),
            ["run `a b c` at https://x.example/they now"]
        );
    }

    #[test]
    fn hidden_characters_stay_inside_words() {
        assert_eq!(outline("not\u{200B} m\u{00AD}y j**o**b"), ["not m\u{00AD}y j**o**b"]);
    }
}
