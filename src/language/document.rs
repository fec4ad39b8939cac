//! A text as tokens in sentences, with the breaks between them.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::mask::{Mask, masks};
use super::word::{Word, WordId, Words, canonical, fold, is_apostrophe, is_invisible};
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
        let mut tokenizer = Tokenizer {
            text,
            words,
            tokens: Vec::new(),
            sentences: Vec::new(),
            first: 0,
            after_word: 0,
            buffer: String::new(),
            memo: FxHashMap::default(),
            readings: Vec::new(),
        };
        tokenizer.run(&code);
        let mut document = Self {
            text,
            tokens: tokenizer.tokens,
            sentences: tokenizer.sentences,
            quotations,
            code,
        };
        document.mark_asides();
        document.mark_companies(companies);
        document
    }

    /// The text that alone settles what the tokens of a sentence are: the sentence with the
    /// brackets around it. Nothing where there is code, which other sentences may open or close.
    #[must_use]
    pub fn settled(&self, sentence: usize) -> Option<&'t str> {
        let span = self.sentences[sentence].span;
        let (mut start, mut end) = (span.start as usize, span.end as usize);
        let next = self.code.partition_point(|mask| mask.span.end <= span.start);
        if self.code.get(next).is_some_and(|mask| mask.span.start < span.end) {
            return None;
        }
        start -= usize::from(self.text[..start].ends_with('('));
        end += usize::from(self.text[end..].starts_with(')'));
        Some(&self.text[start..end])
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
        ["and", "but", "so", "or"].iter().any(|c| c.eq_ignore_ascii_case(self.surface(token)))
    }

    fn is_conjunction(&self, token: usize) -> bool {
        const CONJUNCTIONS: [&str; 13] = [
            "and", "but", "so", "because", "as", "since", "or", "then", "though", "although",
            "while", "cause", "cos",
        ];
        let surface = self.surface(token);
        surface.len() <= 8 && CONJUNCTIONS.iter().any(|c| c.eq_ignore_ascii_case(surface))
    }

    /// Notes at the first token of each aside where it ends.
    fn mark_asides(&mut self) {
        for number in 0..self.sentences.len() {
            let sentence = self.sentences[number].tokens.clone();
            for at in sentence.clone() {
                let end = self
                    .parenthesis(at, sentence.end)
                    .or_else(|| self.false_start(at, sentence.end));
                self.tokens[at].aside_end = end.unwrap_or(0) as u32;
            }
        }
    }

    fn parenthesis(&self, at: usize, limit: usize) -> Option<usize> {
        const LONGEST: usize = 4;
        if !self.opening_before(at) {
            return None;
        }
        (at + 1..=(at + LONGEST).min(limit)).find(|&end| self.closing_after(end - 1))
    }

    /// Words that are said once more after a comma: "the, the", "I've, I've".
    fn false_start(&self, at: usize, limit: usize) -> Option<usize> {
        const LONGEST: usize = 3;
        (at + 1..=at + LONGEST).find(|&again| {
            let length = again - at;
            again + length <= limit
                && self.tokens[again].before == Break::Soft
                && (at..again)
                    .all(|t| self.surface(t).eq_ignore_ascii_case(self.surface(t + length)))
        })
    }

    fn opening_before(&self, token: usize) -> bool {
        self.text[..self.tokens[token].span.start as usize].ends_with('(')
    }

    fn closing_after(&self, token: usize) -> bool {
        self.text[self.tokens[token].span.end as usize..].starts_with(')')
    }

    fn mark_companies(&mut self, companies: &[Vec<String>]) {
        if companies.is_empty() {
            return;
        }
        let mut buffer = String::new();
        for start in 0..self.tokens.len() {
            for name in companies {
                let Some(tokens) = self.tokens.get(start..start + name.len()) else { continue };
                let matches = tokens.iter().zip(name).all(|(t, word)| {
                    let surface = &self.text[t.span.range()];
                    fold(surface, &mut buffer) == word
                });
                if matches && !name.is_empty() {
                    for token in &mut self.tokens[start..start + name.len()] {
                        token.word = WordId::COMPANY;
                    }
                }
            }
        }
    }
}

/// The mask that holds a span; masks are sorted and free of overlaps.
fn around(masks: &[Mask], span: TextSpan) -> Option<&Mask> {
    let before = masks.partition_point(|mask| mask.span.start <= span.start);
    masks[..before].last().filter(|mask| mask.span.contains(span))
}

/// The most words of a sentence. Nobody writes longer ones, but a text without a full stop may
/// be of any length, and the time that a phrase takes grows with its sentence.
const LONGEST_SENTENCE: usize = 300;

/// Walks a text once and cuts it up.
struct Tokenizer<'t, 'l> {
    text: &'t str,
    words: Words<'l>,
    tokens: Vec<Token>,
    sentences: Vec<Sentence>,
    /// First token of the sentence that is being read.
    first: usize,
    /// Byte after the last word.
    after_word: usize,
    buffer: String,
    /// The canonical words of surfaces that were met, as ranges of `readings`.
    memo: FxHashMap<&'t str, Range<usize>>,
    readings: Vec<Piece>,
}

/// A canonical word of a surface, with the byte range that stands for it.
type Piece = (Word, Range<usize>);

impl<'t> Tokenizer<'t, '_> {
    fn run(&mut self, code: &[Mask]) {
        let mut at = 0;
        let mut code = code.iter().peekable();
        while at < self.text.len() {
            if let Some(mask) = code.next_if(|m| m.span.start as usize <= at) {
                self.atom(mask.span);
                at = (mask.span.end as usize).max(at);
                continue;
            }
            let limit = code.peek().map_or(self.text.len(), |m| m.span.start as usize);
            if self.text[at..].starts_with('&') {
                self.ampersand(at);
                at += 1;
                continue;
            }
            let end = word_end(&self.text[..limit], at);
            if end > at {
                self.word(at, end);
                at = end;
            } else {
                at += self.text[at..].chars().next().map_or(1, char::len_utf8);
            }
        }
        let question = self.text[self.after_word..].contains('?');
        self.close(question);
    }

    /// A stretch of code or an address: one token without words. Comments, tags and handles
    /// ("@jane") leave none.
    fn atom(&mut self, span: TextSpan) {
        if self.text[span.range()].starts_with(['<', '@']) {
            return;
        }
        let before = self.separate(span.start as usize);
        self.push(Word::sign(WordId::CODE, "`"), span, before, false);
    }

    /// "Terms & conditions" are "terms and conditions"; the "&" of an entity stays a sign.
    fn ampersand(&mut self, at: usize) {
        let next =
            self.text[at + 1..].trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '#');
        if !next.starts_with(';') {
            let before = self.separate(at);
            self.push(Word::new("and", self.words), TextSpan::new(at, at + 1), before, false);
        }
    }

    fn word(&mut self, start: usize, end: usize) {
        let before = self.separate(start);
        let surface = &self.text[start..end];
        let is_letters = surface.bytes().all(|b| b.is_ascii_alphabetic());
        if let Some(word) = Some(surface).filter(|_| is_letters).and_then(|it| self.words.plain(it))
        {
            self.push(word, TextSpan::new(start, end), before, false);
            return;
        }
        let reading = match self.memo.get(surface) {
            Some(known) => known.clone(),
            None => self.read(surface),
        };
        for i in reading.clone() {
            let (word, range) = self.readings[i].clone();
            let span = TextSpan::new(start + range.start, start + range.end);
            let first = i == reading.start;
            self.push(word, span, if first { before } else { Break::None }, !first);
        }
        self.after_word = end;
    }

    /// Takes a surface apart that was not met before.
    fn read(&mut self, surface: &'t str) -> Range<usize> {
        let from = self.readings.len();
        self.readings.extend(read(surface, self.words, &mut self.buffer));
        self.memo.insert(surface, from..self.readings.len());
        from..self.readings.len()
    }

    fn push(&mut self, word: Word, span: TextSpan, before: Break, glued: bool) {
        let capital = self.text[span.range()].starts_with(char::is_uppercase);
        let Word { id: word, hash } = word;
        self.tokens.push(Token { word, hash, span, before, glued, capital, aside_end: 0 });
        self.after_word = span.end as usize;
    }

    /// Judges what stands between the last word and the next, and closes the sentence if need be.
    fn separate(&mut self, next: usize) -> Break {
        let between = &self.text[self.after_word..next];
        if self.tokens.len() == self.first {
            return Break::None;
        }
        let long = self.tokens.len() - self.first;
        if between == " " && long < LONGEST_SENTENCE {
            return Break::None;
        }
        if long >= LONGEST_SENTENCE || self.ends_sentence(between, next) {
            self.close(between.contains('?'));
            return Break::None;
        }
        judge(between)
    }

    fn ends_sentence(&self, between: &str, next: usize) -> bool {
        if ends_line(between, self.line_length(), &self.text[next..]) {
            return true;
        }
        let Some(stop) = between.find(['.', '!', '?', '\u{2026}', '\u{3002}']) else {
            return false;
        };
        let after = between[stop..].trim_start_matches(is_closing);
        let next_char = self.text[next..].chars().next();
        let lower = next_char.is_some_and(char::is_lowercase);
        let ellipsis = between.contains("..") || between.contains('\u{2026}');
        if ellipsis && lower {
            return false;
        }
        if !after.starts_with(char::is_whitespace) {
            // "done.Next" is a new sentence, "example.com" and "v2.3" are not.
            return next_char.is_some_and(char::is_uppercase)
                && self.text[..self.after_word].ends_with(char::is_lowercase);
        }
        !(between.starts_with('.') && (self.is_abbreviation() || (lower && self.is_initial())))
    }

    /// Bytes of the line that the last word ends, up to that word; only short lengths matter.
    fn line_length(&self) -> usize {
        const FAR: usize = 200;
        let mut from = self.after_word.saturating_sub(FAR);
        while !self.text.is_char_boundary(from) {
            from += 1;
        }
        let line = &self.text[from..self.after_word];
        line.rfind('\n').map_or(line.len(), |i| line.len() - i - 1)
    }

    fn is_abbreviation(&self) -> bool {
        const ABBREVIATIONS: [&str; 22] = [
            "mr", "mrs", "ms", "dr", "st", "no", "inc", "ltd", "etc", "vs", "e.g", "i.e", "approx",
            "ext", "prof", "dept", "co", "corp", "jr", "sr", "nr", "ref",
        ];
        let Some(token) = self.tokens.last() else { return false };
        let surface = &self.text[token.span.range()];
        // "No." is an answer more often than a number, unless a number follows.
        let numbered = self.text[self.after_word..]
            .trim_start_matches(['.', ' '])
            .starts_with(|c: char| c.is_ascii_digit());
        ABBREVIATIONS.iter().any(|a| a.eq_ignore_ascii_case(surface))
            && (!surface.eq_ignore_ascii_case("no") || numbered)
    }

    fn is_initial(&self) -> bool {
        self.tokens.last().is_some_and(|t| t.span.len() == 1)
    }

    fn close(&mut self, question: bool) {
        let tokens = self.first..self.tokens.len();
        if let (Some(first), Some(last)) = (self.tokens.get(tokens.start), self.tokens.last()) {
            self.sentences.push(Sentence {
                span: first.span.cover(last.span),
                tokens: tokens.clone(),
                question,
            });
        }
        self.first = tokens.end;
    }
}

/// Where the word that begins at `start` ends; `start` itself if none begins there.
///
/// A word is letters and digits, with apostrophes, invisible characters and
/// emphasis marks only between them, and points and commas only between digits.
fn word_end(text: &str, start: usize) -> usize {
    // Most words are ASCII letters with a mark behind them that joins nothing.
    let rest = &text.as_bytes()[start..];
    let letters = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let joins = |&b: &u8| !b.is_ascii() || b.is_ascii_alphanumeric() || b"'*;".contains(&b);
    if letters > 0 && !rest.get(letters).is_some_and(joins) {
        return start + letters;
    }
    let mut chars = text[start..].char_indices().peekable();
    let mut end = start;
    let mut last = ' ';
    while let Some((i, c)) = chars.next() {
        let next = chars.peek().map(|&(_, c)| c);
        let joins = end > start && next.is_some_and(|n| joins_word(c, last, n, &text[start + i..]));
        if is_word_char(c) {
            end = start + i + c.len_utf8();
            last = c;
        } else if i == 0
            && is_apostrophe(c)
            && c != '`'
            && begins_clipped(&text[start + c.len_utf8()..])
        {
            end = start;
        } else if !(joins || (i > 0 && end == start && is_word_char(last))) {
            break;
        }
    }
    end
}

/// Whether a mark between `last` and `next` belongs to the word around it.
fn joins_word(mark: char, last: char, next: char, rest: &str) -> bool {
    let letters = last.is_alphabetic() && next.is_alphabetic();
    if is_invisible(mark) {
        return true;
    }
    match mark {
        '.' | ',' => last.is_ascii_digit() && next.is_ascii_digit(),
        ';' => {
            letters
                && last == 'n'
                && rest[1..].starts_with('t')
                && !rest[2..].starts_with(char::is_alphabetic)
        }
        '*' => (last.is_alphabetic() && next.is_alphabetic()) || next == '*',
        c if is_apostrophe(c) && c != '`' => {
            letters || (last.is_alphanumeric() && next.is_alphabetic())
        }
        _ => false,
    }
}

/// Whether a word that begins with an apostrophe follows: "'cause", "'em".
fn begins_clipped(rest: &str) -> bool {
    ["em", "cause", "cos", "cuz"].iter().any(|w| {
        rest.get(..w.len()).is_some_and(|r| r.eq_ignore_ascii_case(w))
            && !rest[w.len()..].starts_with(char::is_alphanumeric)
    })
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || ('\u{0300}'..='\u{036F}').contains(&c)
}

fn is_closing(c: char) -> bool {
    matches!(
        c,
        '.' | '!'
            | '?'
            | '\u{2026}'
            | '\u{3002}'
            | '"'
            | '\''
            | ')'
            | ']'
            | '\u{201D}'
            | '\u{2019}'
            | '\u{00BB}'
            | '*'
            | '_'
    )
}

/// Whether a line break in `between` ends the sentence: a blank line, a list
/// item or a quoted line does; the end of a short line does if a capital follows;
/// otherwise the line was merely wrapped.
fn ends_line(between: &str, line_length: usize, next: &str) -> bool {
    const WRAPPED: usize = 45;
    let mut lines = between.split('\n');
    let Some(first) = lines.next() else { return false };
    let rest: Vec<&str> = lines.collect();
    if rest.is_empty() {
        return false;
    }
    let starts_item = |line: &&str| {
        let line = line.trim_start();
        line.starts_with(['>', '#', '|', '\u{2022}'])
            || ["- ", "* ", "+ ", "\u{2013} "].iter().any(|mark| line.starts_with(mark))
    };
    if rest.len() > 1 || rest.iter().any(starts_item) || first.trim_end().ends_with(':') {
        return true;
    }
    line_length < WRAPPED && next.starts_with(char::is_uppercase)
}

/// How strongly punctuation within a sentence separates.
fn judge(between: &str) -> Break {
    let spaced_dash = between.contains(" -") || between.contains("- ") || between.contains("--");
    if spaced_dash || between.contains("..") {
        return Break::Hard;
    }
    between.chars().fold(Break::None, |strongest, c| strongest.max(weight(c)))
}

fn weight(c: char) -> Break {
    match c {
        '-' | '*' | '_' | '~' | '\u{2010}' | '\u{2011}' | '/' | '\\' | '#' | '@' | '&' | '$'
        | '\u{00A3}' | '\u{20AC}' | '+' | '%' | '.' => Break::None,
        ',' | '(' | ')' | '[' | ']' | '"' | '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{00AB}'
        | '\u{00BB}' => Break::Soft,
        c if c.is_whitespace() || is_invisible(c) => Break::None,
        c if is_apostrophe(c) => Break::Soft,
        _ => Break::Hard,
    }
}

/// The canonical words of a surface with their byte ranges in it.
fn read(surface: &str, words: Words<'_>, buffer: &mut String) -> Vec<Piece> {
    if surface.starts_with(|c: char| c.is_ascii_digit())
        && surface.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',')
    {
        return vec![(Word::sign(WordId::NUMBER, "0"), 0..surface.len())];
    }
    let folded = fold(surface, buffer);
    let pieces = canonical(folded);
    let bounds: Vec<usize> =
        surface.char_indices().map(|(i, _)| i).chain([surface.len()]).collect();
    // Characters that folding drops or splits make the places uncertain; then each piece takes the whole.
    let same_length = folded.chars().count() + 1 == bounds.len();
    pieces
        .into_iter()
        .map(|piece| {
            let range = if same_length {
                bounds[piece.chars.start]..bounds[piece.chars.end]
            } else {
                0..surface.len()
            };
            (Word::new(&piece.word, words), range)
        })
        .collect()
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
