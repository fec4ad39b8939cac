//! What a conversation lacks: the rules that want something said which nobody says.
//!
//! Such a rule looks at all that one side says, taken together. Where the words would have to
//! stand is told here; how they are put there is left to `rewrite`.

use super::Context;
use super::chunks;
use super::guards::{self, Candidate};
use super::neighbours::Neighbours;
use super::sentences::Sentences;
use crate::language::{Document, MaskKind};
use crate::rules::guide::Guide;
use crate::rules::{Condition, Edge, Ruleset};
use crate::text::TextSpan;

/// A side that says fewer words than this has hardly begun: "Hi Ann, thanks for waiting!"
const FEWEST_WORDS: usize = 8;

/// The most words of a line below a farewell: a name, a title, an address.
const LONGEST_LINE: usize = 8;

/// The most words of a name, with what goes with it: "your team at Acme".
const LONGEST_NAME: usize = 4;

/// Something that a rule wants said and that is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lack {
    /// Index of the rule.
    pub(crate) rule: usize,
    /// Index of the text beside whose words it would stand.
    pub(crate) text: usize,
    /// The sentence beside which it would stand.
    pub(crate) span: TextSpan,
    /// Where it would stand itself, as an empty span.
    pub(crate) place: TextSpan,
}

/// Finds what the texts of one side of a conversation lack, by one rule alone if one is named.
pub(crate) fn missing(texts: &[&str], ruleset: &Ruleset, only: Option<usize>) -> Vec<Lack> {
    let mut wishes = wishes(ruleset, only);
    if wishes.is_empty() {
        return Vec::new();
    }
    let mut words = 0;
    for text in texts {
        each_part(text, ruleset, |_, sentences| {
            words += count_words(sentences.document());
            wishes.retain_mut(|wish| !wish.is_met_by(sentences));
        });
    }
    if words < FEWEST_WORDS {
        return Vec::new();
    }
    let wishes = wishes.iter().filter(|wish| wish.is_due);
    wishes.filter_map(|wish| lack(texts, ruleset, wish.rule)).collect()
}

/// Whether a text has what a rule wants said, whatever else the rule asks for.
pub(crate) fn has(text: &str, ruleset: &Ruleset, rule: usize) -> bool {
    let mut wish = Wish { ruleset, rule, is_due: true };
    let mut met = false;
    each_part(text, ruleset, |_, sentences| met |= wish.is_said_in(sentences));
    met
}

/// A rule that wants something said.
struct Wish<'r> {
    ruleset: &'r Ruleset,
    rule: usize,
    /// Whether all stands in the texts on which the rule speaks up.
    is_due: bool,
}

/// The rules that take part and want something said.
fn wishes(ruleset: &Ruleset, only: Option<usize>) -> Vec<Wish<'_>> {
    let rules = ruleset.traits.iter().enumerate().filter(|&(rule, traits)| {
        traits.misses && only.map_or(traits.enabled, |only| only == rule)
    });
    let wishes = rules.map(|(rule, _)| {
        let is_due = ruleset.matchers[rule].when.message.is_empty();
        Wish { ruleset, rule, is_due }
    });
    wishes.collect()
}

impl Wish<'_> {
    /// Whether the words are said in a part of the texts, or are not wanted because of it.
    fn is_met_by(&mut self, sentences: &mut Sentences<'_>) -> bool {
        let matcher = &self.ruleset.matchers[self.rule];
        let mut holds = |conditions: &[Condition]| {
            let mut all = conditions.iter();
            all.any(|it| sentences.anywhere(it.program))
        };
        self.is_due = self.is_due || holds(&matcher.when.message);
        holds(&matcher.unless.message) || self.is_said_in(sentences)
    }

    /// Whether one of the rule's phrases stands there, and not in somebody else's mouth.
    fn is_said_in(&mut self, sentences: &mut Sentences<'_>) -> bool {
        let matcher = &self.ruleset.matchers[self.rule];
        let mut programs = matcher.missing.programs.iter();
        programs.any(|&number| {
            (0..sentences.len()).any(|sentence| {
                if !sentences.may_hold(sentence, number) {
                    return false;
                }
                let program = sentences.tables().other(number);
                let found = sentences.matcher(sentence).find_all(&program);
                found.into_iter().any(|found| {
                    let span = sentences.document().span(found.tokens.clone());
                    let candidate = Candidate { sentence, tokens: found.tokens, span };
                    guards::reason_to_pass(&candidate, matcher.guards, sentences).is_none()
                })
            })
        })
    }
}

/// Takes a text apart, as much of it at once as is taken apart anywhere; each part comes with
/// the byte where it begins.
fn each_part(text: &str, ruleset: &Ruleset, mut look: impl FnMut(usize, &mut Sentences<'_>)) {
    let (tables, companies) = (ruleset.tables(), &ruleset.companies);
    for chunk in chunks(text) {
        let neighbours = Neighbours::new(Context::default(), &tables, companies);
        let document = Document::new(&text[chunk.clone()], tables.words, companies);
        look(chunk.start, &mut Sentences::new(&tables, &document, &neighbours));
    }
}

/// The speaker's own words; those of a quoted mail are not.
fn count_words(document: &Document<'_>) -> usize {
    let own = (0..document.sentences.len()).filter(|&sentence| is_own(document, sentence));
    let tokens = own.flat_map(|sentence| document.sentences[sentence].tokens.clone());
    tokens.filter(|&token| !document.tokens[token].glued).count()
}

fn is_own(document: &Document<'_>, sentence: usize) -> bool {
    let span = document.sentences[sentence].span;
    let mut lines = document.quotations.iter().filter(|it| it.kind == MaskKind::QuotedLine);
    !lines.any(|line| line.span.overlaps(span))
}

/// The place for what a rule misses: in the last text that has any sentence.
fn lack(texts: &[&str], ruleset: &Ruleset, rule: usize) -> Option<Lack> {
    let edge = ruleset.matchers[rule].missing.edge;
    texts.iter().enumerate().rev().find_map(|(number, text)| {
        let mut found = None;
        each_part(text, ruleset, |offset, sentences| {
            // The first part has the start of the text, the last its end.
            if edge == Edge::End || found.is_none() {
                let shift = |span: TextSpan| {
                    TextSpan::new(span.start as usize + offset, span.end as usize + offset)
                };
                let place = place(edge, sentences);
                found = place.map(|(span, at)| (shift(span), shift(at))).or(found);
            }
        });
        found.map(|(span, place)| Lack { rule, text: number, span, place })
    })
}

/// The sentence beside which words are to be added, and where exactly.
fn place(edge: Edge, sentences: &mut Sentences<'_>) -> Option<(TextSpan, TextSpan)> {
    let document = sentences.document();
    let own: Vec<usize> = (0..sentences.len()).filter(|&it| is_own(document, it)).collect();
    let sentence = match edge {
        Edge::Start => {
            let opening = own.iter().take_while(|&&it| is_greeting(it, sentences)).count();
            match own.get(opening) {
                Some(&first) => {
                    let span = document.sentences[first].span;
                    let at = start_with_marks(document.text, span);
                    return Some((span, TextSpan::new(at, at)));
                }
                None => *own.last()?,
            }
        }
        Edge::End => {
            own[..before_farewell(&own, sentences)].last().copied().or(own.last().copied())?
        }
    };
    let span = document.sentences[sentence].span;
    let at = end_with_marks(document.text, span);
    Some((span, TextSpan::new(at, at)))
}

/// "Hi Ann,", "Thanks for getting in touch."
fn is_greeting(sentence: usize, sentences: &mut Sentences<'_>) -> bool {
    let matcher = sentences.matcher(sentence);
    let start = matcher.sentence().start;
    !matcher.guide_ends(Guide::Greeting, start).is_empty()
}

/// How many of the sentences stand before "Best regards" and the name below it.
fn before_farewell(own: &[usize], sentences: &mut Sentences<'_>) -> usize {
    let document = sentences.document();
    let length = |sentence: usize| document.sentences[sentence].tokens.len();
    let mut below = own.len();
    for (count, &sentence) in own.iter().enumerate().skip(1).rev() {
        if is_farewell(sentence, sentences) {
            below = count;
        }
        if length(sentence) > LONGEST_LINE {
            break;
        }
    }
    // A name may stand there by itself: "Jane", "^JD", "Acme Claims Desk".
    let is_name = |&sentence: &usize| {
        let sentence = &document.sentences[sentence];
        let mut tokens = document.tokens[sentence.tokens.clone()].iter();
        let ends = document.text[sentence.span.end as usize..].starts_with(['.', '!', '?']);
        sentence.tokens.len() <= LONGEST_NAME && !ends && tokens.all(|token| token.capital)
    };
    let names = own[..below].iter().skip(1).rev().take_while(|it| is_name(it)).count();
    below - names
}

/// "Best regards", "Thanks, Ann".
fn is_farewell(sentence: usize, sentences: &mut Sentences<'_>) -> bool {
    let document = sentences.document();
    let matcher = sentences.matcher(sentence);
    let tokens = matcher.sentence();
    let Some(end) = matcher.guide_ends(Guide::Farewell, tokens.start).farthest() else {
        return false;
    };
    let begins_name = |token: usize| match document.surface(token) {
        "I" => false,
        "your" | "the" => true,
        _ => document.tokens[token].capital,
    };
    tokens.end - end <= LONGEST_NAME && (end == tokens.end || begins_name(end))
}

/// Where a sentence ends, the punctuation after it included.
fn end_with_marks(text: &str, span: TextSpan) -> usize {
    let end = span.end as usize;
    let is_mark = |c: char| !c.is_whitespace() && !c.is_alphanumeric() && !matches!(c, ',' | '<');
    let marks = text[end..].chars().take_while(|&c| is_mark(c));
    end + marks.map(char::len_utf8).sum::<usize>()
}

/// Where a sentence starts, with the quotation mark or the emphasis that opens it.
fn start_with_marks(text: &str, span: TextSpan) -> usize {
    let start = span.start as usize;
    let is_mark = |c: char| "\"'\u{201C}\u{2018}*_([".contains(c);
    let marks = text[..start].chars().rev().take_while(|&c| is_mark(c));
    start - marks.map(char::len_utf8).sum::<usize>()
}
