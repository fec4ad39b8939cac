//! Cuts a text into words and sentences, in one walk.
//!
//! The walk is made for words of ASCII letters with a space between them, which it takes sixteen
//! bytes at a time and knows by one look into the table of words. Contractions cost one look
//! more. All else — digits, accents, emphasis within a word — goes character by character.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::between::{ends_line, is_closing, is_ellipsis, judge, stop};
use super::canonical::{canonical, fold, is_apostrophe, is_invisible};
use super::document::{Break, Sentence, Token};
use super::folded::Folded;
use super::mask::Mask;
use super::word::{Word, WordId, Words};
use crate::text::TextSpan;

/// The words of a text, outside of code, and its sentences.
pub(super) fn tokenize(text: &str, words: Words<'_>, code: &[Mask]) -> (Vec<Token>, Vec<Sentence>) {
    // Words of English with what is between them have five bytes or more on average.
    const BYTES: usize = 5;
    let mut tokenizer = Tokenizer {
        text,
        words,
        tokens: Vec::with_capacity(text.len() / BYTES + 1),
        sentences: Vec::new(),
        first: 0,
        after_word: 0,
        after_abbreviation: false,
        buffer: String::new(),
        memo: FxHashMap::default(),
        readings: Vec::new(),
    };
    tokenizer.run(code);
    (tokenizer.tokens, tokenizer.sentences)
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
    /// Whether the last word is an abbreviation.
    after_abbreviation: bool,
    buffer: String,
    /// The canonical words of surfaces that took a closer look, as ranges of `readings`.
    memo: FxHashMap<&'t str, Range<usize>>,
    readings: Vec<Piece>,
}

/// A canonical word of a surface, with the bytes that stand for it.
type Piece = (Word, Range<usize>);

impl<'t> Tokenizer<'t, '_> {
    fn run(&mut self, code: &[Mask]) {
        let mut at = 0;
        for mask in code {
            self.prose(at, mask.span.start as usize);
            self.atom(mask.span);
            at = mask.span.end as usize;
        }
        self.prose(at, self.text.len());
        let question = self.text[self.after_word..].contains('?');
        self.close(question);
    }

    /// A stretch without code.
    fn prose(&mut self, start: usize, limit: usize) {
        let bytes = &self.text.as_bytes()[..limit];
        let mut at = start;
        while let Some(&byte) = bytes.get(at) {
            at = if byte.is_ascii_alphabetic() {
                self.letters(at, limit)
            } else if byte == b'&' {
                self.ampersand(at);
                at + 1
            } else if byte.is_ascii_digit() || byte == b'\'' || !byte.is_ascii() {
                self.characters(at, limit)
            } else {
                at + 1
            };
        }
    }

    /// Takes what begins with an ASCII letter; returns where it ends.
    #[inline]
    fn letters(&mut self, at: usize, limit: usize) -> usize {
        let bytes = &self.text.as_bytes()[..limit];
        if let Some(letters) = Folded::at(bytes, at) {
            let end = at + letters.len();
            let taken = match bytes.get(end) {
                Some(b'\'' | 0xE2) => self.contraction(letters, at, bytes),
                Some(&next) if joins(next) => None,
                _ => self.plain(letters, at),
            };
            if let Some(end) = taken {
                return end;
            }
        }
        self.characters(at, limit)
    }

    /// A word of letters alone that stands for one word; returns where it ends.
    #[inline]
    fn plain(&mut self, letters: Folded, start: usize) -> Option<usize> {
        let word = self.words.of(letters);
        if !word.is_plain() {
            return None;
        }
        let before = self.separate(start);
        let end = start + letters.len();
        self.push(word, TextSpan::new(start, end), before, false);
        Some(end)
    }

    /// "It's", "isn’t": letters with a clitic behind an apostrophe; returns where it ends.
    fn contraction(&mut self, host: Folded, start: usize, bytes: &[u8]) -> Option<usize> {
        let apostrophe = start + host.len();
        let behind = match bytes[apostrophe..] {
            [b'\'', ..] => apostrophe + 1,
            [0xE2, 0x80, 0x99, ..] => apostrophe + '\u{2019}'.len_utf8(),
            _ => return None,
        };
        let clitic = Folded::at(bytes, behind)?;
        let end = behind + clitic.len();
        if bytes.get(end).is_some_and(|&next| joins(next)) {
            return None;
        }
        let (stem, word) = if clitic == T {
            (host.without(b'n')?, "not")
        } else {
            let (_, word) = CLITICS.iter().find(|(known, _)| *known == clitic)?;
            (host, *word)
        };
        // "Can't" and "let's" are words of their own.
        if host.with_clitic(clitic).is_none_or(|whole| self.words.holds(whole)) {
            return None;
        }
        let stem_word = self.words.of(stem);
        if !stem_word.is_plain() {
            return None;
        }
        let before = self.separate(start);
        let middle = start + stem.len();
        self.push(stem_word, TextSpan::new(start, middle), before, false);
        let word = Word::new(word, self.words);
        self.push(word, TextSpan::new(middle, end), Break::None, true);
        Some(end)
    }

    /// Takes a word of any characters, or one character that begins none; returns where it ends.
    #[inline(never)]
    fn characters(&mut self, at: usize, limit: usize) -> usize {
        let end = word_end(&self.text[..limit], at);
        if end > at {
            self.word(at, end);
            return end;
        }
        at + self.text[at..].chars().next().map_or(1, char::len_utf8)
    }

    /// A word of any characters.
    fn word(&mut self, start: usize, end: usize) {
        let surface = &self.text[start..end];
        if let Some(letters) = Folded::at(surface.as_bytes(), 0)
            && letters.len() == surface.len()
            && self.plain(letters, start).is_some()
        {
            return;
        }
        let before = self.separate(start);
        let reading = match self.memo.get(surface) {
            Some(known) => known.clone(),
            None => self.read(surface),
        };
        for number in reading.clone() {
            let (word, place) = self.readings[number].clone();
            let span = TextSpan::new(start + place.start, start + place.end);
            let is_first = number == reading.start;
            self.push(word, span, if is_first { before } else { Break::None }, !is_first);
        }
        self.after_word = end;
    }

    /// Takes a surface apart that was not met before.
    fn read(&mut self, surface: &'t str) -> Range<usize> {
        let from = self.readings.len();
        if is_number(surface) {
            self.readings.push((Word::sign(WordId::NUMBER, "0"), 0..surface.len()));
        } else {
            let folded = fold(surface, &mut self.buffer);
            // Characters that folding drops or splits make the places uncertain; then each piece
            // takes the whole.
            let is_certain = folded.chars().count() == surface.chars().count();
            let place = |char: usize| {
                surface.char_indices().nth(char).map_or(surface.len(), |(place, _)| place)
            };
            self.readings.extend(canonical(folded).into_iter().map(|piece| {
                let chars = if is_certain { piece.chars } else { 0..usize::MAX };
                let place = place(chars.start)..place(chars.end);
                (piece_word(&piece.word, &surface[place.clone()], self.words), place)
            }));
        }
        self.memo.insert(surface, from..self.readings.len());
        from..self.readings.len()
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

    #[inline]
    fn push(&mut self, word: Word, span: TextSpan, before: Break, glued: bool) {
        let capital = match self.text.as_bytes().get(span.start as usize) {
            Some(first) if first.is_ascii() => first.is_ascii_uppercase(),
            _ => self.text[span.range()].starts_with(char::is_uppercase),
        };
        self.tokens.push(Token {
            word: word.id(),
            hash: word.hash,
            span,
            before,
            glued,
            capital,
            link: word.link(),
            aside_end: 0,
        });
        self.after_word = span.end as usize;
        self.after_abbreviation = word.is_abbreviation();
    }

    /// Judges what stands between the last word and the next, and closes the sentence if need be.
    #[inline]
    fn separate(&mut self, next: usize) -> Break {
        let long = self.tokens.len() - self.first;
        if long == 0 {
            return Break::None;
        }
        let between = &self.text.as_bytes()[self.after_word..next];
        if between == b" " && long < LONGEST_SENTENCE {
            return Break::None;
        }
        self.separate_by_marks(next)
    }

    #[inline(never)]
    fn separate_by_marks(&mut self, next: usize) -> Break {
        let between = &self.text[self.after_word..next];
        let is_full = self.tokens.len() - self.first >= LONGEST_SENTENCE;
        if is_full || self.ends_sentence(between, next) {
            self.close(between.contains('?'));
            return Break::None;
        }
        judge(between)
    }

    fn ends_sentence(&self, between: &str, next: usize) -> bool {
        let next_char = || self.text[next..].chars().next();
        if ends_line(between, || self.line_length(), next_char) {
            return true;
        }
        let Some(stop) = stop(between) else { return false };
        let after = between[stop..].trim_start_matches(is_closing);
        let lower = next_char().is_some_and(char::is_lowercase);
        if lower && is_ellipsis(between) {
            return false;
        }
        if !after.starts_with(char::is_whitespace) {
            // "done.Next" is a new sentence, "example.com" and "v2.3" are not.
            return next_char().is_some_and(char::is_uppercase)
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
        // "No." is an answer more often than a number, unless a number follows.
        let is_no = || {
            let last = self.tokens.last().map_or("", |token| &self.text[token.span.range()]);
            last.eq_ignore_ascii_case("no")
        };
        let is_numbered = || {
            let rest = self.text[self.after_word..].trim_start_matches(['.', ' ']);
            rest.starts_with(|c: char| c.is_ascii_digit())
        };
        self.after_abbreviation && (!is_no() || is_numbered())
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

/// What stands of "n't" behind the apostrophe.
const T: Folded = Folded::literal("t");

/// The other clitics, and the words that they stand for.
const CLITICS: [(Folded, &str); 6] = [
    (Folded::literal("s"), "'s"),
    (Folded::literal("re"), "are"),
    (Folded::literal("ll"), "will"),
    (Folded::literal("ve"), "have"),
    (Folded::literal("m"), "am"),
    (Folded::literal("d"), "'d"),
];

/// Whether a byte behind a letter may belong to the same word.
#[inline]
fn joins(next: u8) -> bool {
    !next.is_ascii() || next.is_ascii_alphanumeric() || matches!(next, b'\'' | b'*' | b';')
}

/// Where the word that begins at `start` ends; `start` itself if none begins there.
///
/// A word is letters and digits, with apostrophes, invisible characters and
/// emphasis marks only between them, and points and commas only between digits.
fn word_end(text: &str, start: usize) -> usize {
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

/// A canonical word and the stretch that stands for it.
fn piece_word(word: &str, surface: &str, words: Words<'_>) -> Word {
    let word = Word::new(word, words);
    match Folded::at(surface.as_bytes(), 0) {
        Some(letters) if letters.len() == surface.len() => word.spelled_as(words.of(letters)),
        _ => word,
    }
}

/// Whether a surface is a number in digits.
fn is_number(surface: &str) -> bool {
    surface.starts_with(|c: char| c.is_ascii_digit())
        && surface.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',')
}
