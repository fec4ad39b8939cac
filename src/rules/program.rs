//! Phrases, compiled: small programs over the words of a sentence.
//!
//! A [`Grammar`] holds what all programs share: the lexicon, sets of words, and
//! the word lists, each compiled once and called from wherever it is named. A
//! program is the classic instruction list of a regular expression matcher
//! (Thompson, "Regular Expression Search Algorithm", 1968; Cox, "Regular
//! Expression Matching: the Virtual Machine Approach", 2009) with words in place
//! of characters. How programs lie in a finished pack is told by `tables`; running
//! them is left to `detect`.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::phrase::{Node, PhraseError};
use super::probe::Probe;
use super::{emit, frequency, inflect, prefix};
use crate::language::{Lexicon, WordId, canonical};

/// One instruction. Numbers are indices: of instructions, sets, lists, slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inst {
    /// One word of a set.
    Set(u32),
    /// One word, whichever.
    Any,
    /// One word with a capital, wherever it stands.
    Capital,
    /// One word with a capital that does not begin its sentence.
    Name,
    /// One word that ends in "-ing".
    Ing,
    /// One word that ends in "-ed".
    Ed,
    /// The next word is written in capitals.
    Capitals,
    /// An entry of a word list.
    List(u32),
    /// One word of a gap, which may have a comma before it.
    GapWord,
    /// From here on a comma may stand before the next word.
    Loosen,
    /// A clause begins here.
    ClauseStart,
    /// A clause ends here.
    ClauseEnd,
    /// Try the first; if nothing comes of it, the second.
    Split(u32, u32),
    /// Try, one after the other, what the table of this number has for the next word.
    Switch(u32),
    /// Go on there.
    Jump(u32),
    /// Note the place in a slot.
    Save(u32),
    /// Done.
    Match,
}

/// Where to go on, by the next word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Switch {
    /// Sorted; a word stands once for each of its places.
    pub words: Vec<WordId>,
    /// Instructions, parallel to the words; those of one word in the order to be tried.
    pub targets: Vec<u32>,
}

impl Switch {
    pub(super) fn new(table: BTreeMap<WordId, Vec<u32>>) -> Self {
        let entries =
            table.into_iter().flat_map(|(word, to)| to.into_iter().map(move |t| (word, t)));
        let (words, targets) = entries.unzip();
        Self { words, targets }
    }
}

/// A distance in words that is not limited, or so long that it does not matter.
pub const FAR: u32 = 63;

/// A compiled phrase.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Instructions; the first is where it starts.
    pub insts: Vec<Inst>,
    /// The switches, by their number.
    pub switches: Vec<Switch>,
    /// Names of the captures; number `n` is kept in the slots `2n` and `2n + 1`.
    pub captures: Vec<String>,
    /// The set of words of which any match holds at least one, the rarest such choice.
    /// Empty only for a word list.
    pub required: u32,
    /// The ways in which a phrase may be said; none for a word list.
    pub probes: Vec<Probe>,
    /// The set of words with which a match can begin; `None` if it can begin with any.
    pub first: Option<u32>,
}

/// A compiled word list.
#[derive(Clone, Debug)]
pub struct WordList {
    /// Its name.
    pub name: String,
    /// All its entries as one program.
    pub program: Program,
}

/// What all programs share, while they are written.
#[derive(Clone, Debug)]
pub struct Grammar {
    /// The words.
    pub lexicon: Lexicon,
    /// Sets of words, each sorted.
    pub sets: Vec<Vec<WordId>>,
    /// The word lists.
    pub lists: Vec<WordList>,
    list_numbers: FxHashMap<String, u32>,
    /// What only compiling needs.
    memory: Memory,
}

/// What a grammar remembers while it grows.
#[derive(Clone, Debug, Default)]
struct Memory {
    set_numbers: FxHashMap<Vec<WordId>, u32>,
    /// The words of each list whose entries are all single words.
    single: Vec<Option<Vec<WordId>>>,
    /// The entries of each list.
    entries: Vec<Vec<Node>>,
    /// The most words of an entry of each list.
    widths: Vec<u32>,
    /// What written words were found to accept, and what their forms do.
    words: FxHashMap<String, Vec<Vec<WordId>>>,
    forms: FxHashMap<String, Vec<Vec<Vec<WordId>>>>,
    /// How often the common words turn up.
    common: FxHashMap<WordId, u32>,
}

/// The most instructions a phrase may compile to.
const LONGEST_PROGRAM: usize = 4000;

impl Default for Grammar {
    fn default() -> Self {
        let mut lexicon = Lexicon::default();
        let common = frequency::common(&mut lexicon).collect();
        Self {
            lexicon,
            sets: Vec::new(),
            lists: Vec::new(),
            list_numbers: FxHashMap::default(),
            memory: Memory { common, ..Memory::default() },
        }
    }
}

impl Grammar {
    /// The number of a word list.
    #[must_use]
    pub fn list(&self, name: &str) -> Option<u32> {
        self.list_numbers.get(name).copied()
    }

    /// Adds a word list. The lists that its entries name must have been added before.
    ///
    /// # Errors
    /// The number of the offending entry and what is wrong with it.
    pub fn add_list(&mut self, name: &str, entries: &[Node]) -> Result<(), (usize, PhraseError)> {
        for (i, entry) in entries.iter().enumerate() {
            self.check(entry, true).map_err(|e| (i, e))?;
        }
        let node = Node::Choice(entries.to_vec());
        let single = self.single_words(&node);
        let mut program = self.emit(&prefix::join(entries), false);
        let required = self.required(&node).map(|r| r.words).unwrap_or_default();
        program.required = self.set(required);
        program.first = self.first_words(&node).map(|words| self.set(words));
        self.list_numbers.insert(name.to_owned(), self.lists.len() as u32);
        self.lists.push(WordList { name: name.to_owned(), program });
        self.memory.single.push(single);
        let width = self.width(&node);
        self.memory.widths.push(width);
        self.memory.entries.push(entries.to_vec());
        Ok(())
    }

    /// Compiles a phrase.
    ///
    /// # Errors
    /// An unknown list, a phrase that could match nothing or anything, or one that grows too large.
    pub fn compile(&mut self, phrase: &Node) -> Result<Program, PhraseError> {
        self.check(phrase, false)?;
        let mut program = self.emit(phrase, true);
        if program.insts.len() > LONGEST_PROGRAM {
            return Err(whole(
                "this phrase grows too large",
                "too many combinations",
                "split it into several phrases, or name parts of it as word lists",
            ));
        }
        program.probes = self.probes(phrase);
        let required = self.required(phrase).filter(|_| !program.probes.is_empty());
        let Some(Required { words, .. }) = required else {
            return Err(whole(
                "this phrase has no word that must be there",
                "would match almost anything",
                "write at least one word outside of `[...]`, gaps and `*`",
            ));
        };
        program.required = self.set(words);
        program.first = self.first_words(phrase).map(|words| self.set(words));
        Ok(program)
    }

    /// Finds mistakes that only the grammar can see.
    fn check(&self, node: &Node, in_list: bool) -> Result<(), PhraseError> {
        match node {
            Node::List { name, place } if self.list(name).is_none() && !is_class(name) => {
                let help = self.nearest_list(name).map_or_else(
                    || "define it under `[lists]`".to_owned(),
                    |near| format!("there is a list `{near}`; or define `{name}` under `[lists]`"),
                );
                Err(PhraseError {
                    place: place.clone(),
                    message: format!("there is no word list `{name}`"),
                    label: "unknown list".to_owned(),
                    help,
                })
            }
            Node::Capture(name, _) if in_list => Err(whole(
                &format!("`{{{name}=...}}` cannot stand in a word list"),
                "captures belong to phrases",
                "remember the part in the rule's phrase",
            )),
            Node::Capture(_, inner) | Node::Optional(inner) => self.check(inner, in_list),
            Node::Sequence(nodes) | Node::Choice(nodes) => {
                nodes.iter().try_for_each(|n| self.check(n, in_list))
            }
            _ => Ok(()),
        }
    }

    fn nearest_list(&self, name: &str) -> Option<&str> {
        let candidates = self.lists.iter().map(|l| l.name.as_str()).chain(CLASSES);
        super::nearest(name, candidates)
    }

    fn emit(&mut self, node: &Node, capture_lists: bool) -> Program {
        emit::program(self, node, capture_lists)
    }

    pub(super) fn set(&mut self, mut words: Vec<WordId>) -> u32 {
        words.sort_unstable();
        words.dedup();
        if let Some(&number) = self.memory.set_numbers.get(&words) {
            return number;
        }
        let number = self.sets.len() as u32;
        self.sets.push(words.clone());
        self.memory.set_numbers.insert(words, number);
        number
    }

    /// The entries of a list; nothing for a built-in class.
    pub(super) fn entries(&self, name: &str) -> Option<&[Node]> {
        let list = self.list(name).filter(|_| !is_class(name))?;
        Some(&self.memory.entries[list as usize])
    }

    /// The words of a list whose entries are all single words.
    pub(super) fn single(&self, list: u32) -> Option<Vec<WordId>> {
        self.memory.single[list as usize].clone()
    }

    /// All canonical words that a rule's canonical word accepts: "is" accepts `'s`.
    fn accepted(&mut self, word: &str) -> Vec<WordId> {
        const ALSO: [(&str, &[&str]); 10] = [
            ("is", &["'s", "ain"]),
            ("has", &["'s", "ain"]),
            ("us", &["'s"]),
            ("'s", &["is", "has", "us"]),
            ("am", &["ain"]),
            ("are", &["ain"]),
            ("have", &["ain"]),
            ("would", &["'d"]),
            ("had", &["'d"]),
            ("'d", &["would", "had"]),
        ];
        let also = ALSO.iter().find(|(w, _)| *w == word).map_or(&[][..], |(_, also)| also);
        std::iter::once(word).chain(also.iter().copied()).map(|w| self.lexicon.intern(w)).collect()
    }

    /// The words of a surface word as a rule writes it, each as what it accepts.
    pub(super) fn pieces(&mut self, written: &str) -> Vec<Vec<WordId>> {
        if let Some(known) = self.memory.words.get(written) {
            return known.clone();
        }
        let folded: String = written.replace('\u{2019}', "'");
        let pieces: Vec<String> =
            canonical(&folded).into_iter().map(|p| p.word.into_owned()).collect();
        let accepted: Vec<Vec<WordId>> = pieces.iter().map(|p| self.accepted(p)).collect();
        self.memory.words.insert(written.to_owned(), accepted.clone());
        accepted
    }

    pub(super) fn form_pieces(&mut self, plain: &str) -> Vec<Vec<Vec<WordId>>> {
        if let Some(known) = self.memory.forms.get(plain) {
            return known.clone();
        }
        let forms: Vec<_> = inflect::forms(plain).iter().map(|form| self.pieces(form)).collect();
        self.memory.forms.insert(plain.to_owned(), forms.clone());
        forms
    }

    /// The words a node stands for, if it always stands for exactly one word.
    pub(super) fn single_words(&mut self, node: &Node) -> Option<Vec<WordId>> {
        match node {
            Node::Word(word) => {
                let mut pieces = self.pieces(word);
                (pieces.len() == 1).then(|| pieces.swap_remove(0))
            }
            Node::AnyForm(plain) => {
                let forms = self.form_pieces(plain);
                forms
                    .iter()
                    .all(|f| f.len() == 1)
                    .then(|| forms.into_iter().flatten().flatten().collect())
            }
            Node::Choice(branches) => {
                let mut all = Vec::new();
                for branch in branches {
                    all.extend(self.single_words(branch)?);
                }
                Some(all)
            }
            Node::List { name, .. } if name == "company" => None,
            Node::List { name, .. } => match class_word(name) {
                Some(class) => Some(vec![class]),
                None => self.memory.single[self.list(name)? as usize].clone(),
            },
            _ => None,
        }
    }

    /// The rarest set of words of which every match holds one.
    pub(super) fn required(&mut self, node: &Node) -> Option<Required> {
        match node {
            Node::Word(word) | Node::Capitals(word) => {
                let pieces = self.pieces(word);
                self.rarest(pieces)
            }
            Node::AnyForm(plain) => {
                let forms = self.form_pieces(plain);
                union(forms.into_iter().map(|form| self.rarest(form)))
            }
            Node::List { name, .. } => {
                let words = if let Some(class) = class_word(name) {
                    vec![class]
                } else {
                    let list = self.list(name)? as usize;
                    self.sets[self.lists[list].program.required as usize].clone()
                };
                (!words.is_empty()).then(|| self.one_of(words))
            }
            Node::Sequence(nodes) => {
                nodes.iter().filter_map(|n| self.required(n)).min_by_key(|r| r.cost)
            }
            Node::Choice(nodes) => {
                let each: Vec<_> = nodes.iter().map(|n| self.required(n)).collect();
                union(each.into_iter())
            }
            Node::Capture(_, inner) => self.required(inner),
            Node::Optional(_)
            | Node::Gap(_)
            | Node::AnyWord
            | Node::Comma
            | Node::ClauseStart
            | Node::ClauseEnd => None,
        }
    }

    /// How many words a node takes at most.
    pub(super) fn width(&mut self, node: &Node) -> u32 {
        let width = match node {
            Node::Word(word) | Node::Capitals(word) => self.pieces(word).len() as u32,
            Node::AnyForm(plain) => {
                let forms = self.form_pieces(plain);
                forms.iter().map(|form| form.len() as u32).max().unwrap_or(0)
            }
            Node::List { name, .. } if name == "company" => FAR,
            Node::List { name, .. } => {
                self.list(name).map_or(1, |list| self.memory.widths[list as usize])
            }
            Node::Gap(width) => u32::from(*width),
            Node::AnyWord => 1,
            Node::Comma | Node::ClauseStart | Node::ClauseEnd => 0,
            Node::Sequence(nodes) => nodes.iter().map(|node| self.width(node)).sum(),
            Node::Choice(nodes) => nodes.iter().map(|node| self.width(node)).max().unwrap_or(0),
            Node::Optional(inner) | Node::Capture(_, inner) => self.width(inner),
        };
        width.min(FAR)
    }

    /// A requirement with its price.
    fn one_of(&self, words: Vec<WordId>) -> Required {
        let cost = self.cost(&words);
        Required { words, cost }
    }

    /// How often one of some words turns up by chance, in a hundred thousand words.
    pub(super) fn cost(&self, words: &[WordId]) -> u32 {
        words.iter().map(|w| self.memory.common.get(w).copied().unwrap_or(frequency::RARE)).sum()
    }

    /// The rarest piece of a written word.
    fn rarest(&self, pieces: Vec<Vec<WordId>>) -> Option<Required> {
        pieces.into_iter().map(|words| self.one_of(words)).min_by_key(|r| r.cost)
    }

    /// The words a node can begin with; `None` if that cannot be told.
    pub(super) fn first_words(&mut self, node: &Node) -> Option<Vec<WordId>> {
        match node {
            Node::Word(word) | Node::Capitals(word) => self.pieces(word).into_iter().next(),
            Node::AnyForm(plain) => Some(
                self.form_pieces(plain)
                    .into_iter()
                    .filter_map(|f| f.into_iter().next())
                    .flatten()
                    .collect(),
            ),
            Node::List { name, .. } => {
                if let Some(class) = class_word(name) {
                    Some(vec![class])
                } else {
                    let list = self.list(name)? as usize;
                    let first = self.lists[list].program.first?;
                    Some(self.sets[first as usize].clone())
                }
            }
            Node::Choice(branches) => {
                let mut all = Vec::new();
                for branch in branches {
                    all.extend(self.first_words(branch)?);
                }
                Some(all)
            }
            Node::Sequence(nodes) => {
                let mut all = Vec::new();
                for node in nodes {
                    match node {
                        Node::Optional(inner) => all.extend(self.first_words(inner)?),
                        Node::ClauseStart => {}
                        _ => {
                            all.extend(self.first_words(node)?);
                            return Some(all);
                        }
                    }
                }
                None
            }
            Node::Capture(_, inner) => self.first_words(inner),
            _ => None,
        }
        .map(|mut words| {
            words.sort_unstable();
            words.dedup();
            words
        })
    }
}

/// Words of which a match must hold one, and how often they turn up by chance.
pub(super) struct Required {
    pub(super) words: Vec<WordId>,
    pub(super) cost: u32,
}

fn union(each: impl Iterator<Item = Option<Required>>) -> Option<Required> {
    let mut all = Vec::new();
    let mut cost = 0;
    for required in each {
        let required = required?;
        cost += required.cost;
        all.extend(required.words);
    }
    all.sort_unstable();
    all.dedup();
    (!all.is_empty()).then_some(Required { words: all, cost })
}

const CLASSES: [&str; 6] = ["number", "company", "name", "capital", "ing", "ed"];

fn is_class(name: &str) -> bool {
    CLASSES.contains(&name)
}

/// The one word that a built-in class stands for, if it stands for one.
pub(super) fn class_word(name: &str) -> Option<WordId> {
    match name {
        "number" => Some(WordId::NUMBER),
        "company" => Some(WordId::COMPANY),
        _ => None,
    }
}

fn whole(message: &str, label: &str, help: &str) -> PhraseError {
    PhraseError {
        place: 0..0,
        message: message.to_owned(),
        label: label.to_owned(),
        help: help.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::phrase::parse;

    fn compile(phrase: &str) -> Result<Program, PhraseError> {
        let mut grammar = Grammar::default();
        grammar
            .add_list(
                "unit",
                &[parse("billing").expect("a word"), parse("the warehouse").expect("words")],
            )
            .expect("a sound list");
        grammar.compile(&parse(phrase).expect("a sound phrase"))
    }

    #[test]
    fn a_phrase_is_looked_up_by_its_rarest_word() {
        let mut grammar = Grammar::default();
        let program = grammar.compile(&parse("that is not my job").expect("sound")).expect("sound");
        assert_eq!(grammar.sets[program.required as usize], [grammar.lexicon.get("job")]);
    }

    #[test]
    fn single_words_share_one_set() {
        let program = compile("(billing|sales|fraud) desk").expect("sound");
        assert_eq!(program.insts.len(), 3);
    }

    #[test]
    fn phrases_that_match_anything_are_refused() {
        for phrase in ["...", "* * *", "[maybe]", "{name}", "(a|[b])"] {
            assert!(compile(phrase).is_err(), "{phrase}");
        }
    }

    #[test]
    fn an_unknown_list_is_refused_with_the_nearest_name() {
        let error = compile("the {units} did").expect_err("no such list");
        assert_eq!((error.place, error.help.contains("`unit`")), (5..10, true));
    }
}
