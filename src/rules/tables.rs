//! A compiled pack as detection reads it: words, sets, programs and the index of what calls them
//! up, each in tables that are read in place.
//!
//! The embedded pack is written so when buckstop is built, and a user's pack when it is compiled;
//! no rule's title, advice or example is here.

use std::collections::{BTreeMap, BTreeSet};

use super::guide::Guide;
use super::probe::{Link, MOST_REQUIREMENTS, Probe};
use super::program::{Grammar, Inst, Program};
use crate::flat::{Numbers, Reader, Rows, Stretches, Writer};
use crate::language::{WordId, Words};

/// All that matching goes by.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    /// The words that rules mention.
    pub words: Words<'a>,
    /// The word "not", which is never cut off a verb.
    pub not: WordId,
    /// The list of fillers, if there is one.
    pub filler: Option<u32>,
    sets: Rows<'a>,
    insts: Numbers<'a>,
    switch_words: Rows<'a>,
    switch_targets: Rows<'a>,
    programs: Numbers<'a>,
    captures: Numbers<'a>,
    names: Stretches<'a>,
    /// For each phrase its rule.
    rules: Numbers<'a>,
    /// The lists, sorted by their names. A list and its name have the same number.
    lists: Numbers<'a>,
    /// For each probe its phrase.
    phrases: Numbers<'a>,
    /// For each probe the sets that it requires, in their order, each with its reach.
    chains: Rows<'a>,
    /// For each probe the set of words that it can begin with, counted from 1; 0 if there is none.
    firsts: Numbers<'a>,
    /// For each word the probes that are asked where it stands, in groups of the same first further
    /// requirement: how many groups there are, for each its requirement and where it ends among
    /// all probes, and then [`ENTRY`] numbers for each probe.
    index: Rows<'a>,
    /// For each word the requirements of probes that it meets.
    meets: Rows<'a>,
    /// The sets that are requirements, counted from 1; number 0 is met by any sentence.
    requirements: Numbers<'a>,
    /// For each [`Guide`] its list, counted from 1; 0 if there is none.
    guides: Numbers<'a>,
    /// For each word the bits of the guides that may begin with it.
    begins: Numbers<'a>,
    /// What conditions need before all: the sets that hold their rarest words, each once.
    needs: Numbers<'a>,
    /// For each condition its place among these.
    needed: Numbers<'a>,
    /// For each word the places of the needs that it meets.
    met: Rows<'a>,
}

/// The programs of a pack by their use.
pub(super) struct Programs<'p> {
    /// Those of phrases, each with the number of its rule.
    pub(super) phrases: &'p [(u32, Program)],
    /// Those that conditions name, and rules that miss words.
    pub(super) others: &'p [Program],
}

/// The numbers of a program, in the order in which they are written.
const PROGRAM: usize = 6;

/// The numbers of an entry of the index: the probe, and what it requires beside the word and what
/// its group requires.
const ENTRY: usize = MOST_REQUIREMENTS;

/// The numbers of an instruction: its kind with what it names first, and what it names next.
const INST: usize = 2;

/// The bits of an instruction's first number that hold its kind.
const KIND_BITS: u32 = 5;

impl<'a> Tables<'a> {
    /// Takes up what [`Tables::write`] wrote.
    #[must_use]
    pub fn read(reader: &mut Reader<'a>) -> Self {
        let words = Words::read(reader);
        let mut tables = Self {
            words,
            not: words.get("not"),
            filler: None,
            sets: reader.rows(),
            insts: reader.numbers(),
            switch_words: reader.rows(),
            switch_targets: reader.rows(),
            programs: reader.numbers(),
            captures: reader.numbers(),
            names: reader.stretches(),
            rules: reader.numbers(),
            lists: reader.numbers(),
            phrases: reader.numbers(),
            chains: reader.rows(),
            firsts: reader.numbers(),
            index: reader.rows(),
            meets: reader.rows(),
            requirements: reader.numbers(),
            guides: reader.numbers(),
            begins: reader.numbers(),
            needs: reader.numbers(),
            needed: reader.numbers(),
            met: reader.rows(),
        };
        tables.filler = tables.guide(Guide::Filler);
        tables
    }

    /// Writes a pack down.
    pub(super) fn write(grammar: &Grammar, programs: &Programs<'_>, writer: &mut Writer) {
        grammar.lexicon.write(writer);
        writer.rows(grammar.sets.iter().map(|set| set.iter().map(|word| word.0)));
        let mut code = Code::default();
        let phrases = programs.phrases.iter().map(|(_, program)| program);
        let lists = grammar.lists.iter().map(|list| &list.program);
        for program in phrases.chain(lists).chain(programs.others) {
            code.program(program);
        }
        code.write(grammar, writer);
        writer.numbers(programs.phrases.iter().map(|(rule, _)| *rule));
        let mut lists: Vec<(&str, u32)> =
            grammar.lists.iter().zip(0..).map(|(list, number)| (&*list.name, number)).collect();
        lists.sort_unstable();
        writer.numbers(lists.into_iter().map(|(_, number)| number));
        write_probes(grammar, programs.phrases, writer);
        write_guides(grammar, writer);
        write_needs(grammar, programs.others, writer);
    }

    /// How many phrases there are.
    #[must_use]
    pub fn phrase_count(&self) -> usize {
        self.rules.len()
    }

    /// The program of a phrase.
    #[must_use]
    pub fn phrase(&self, number: u32) -> Script<'a> {
        self.script(number as usize)
    }

    /// How many probes there are.
    #[must_use]
    pub fn probe_count(&self) -> usize {
        self.phrases.len()
    }

    /// The phrase that a probe is of.
    #[must_use]
    pub fn probed(&self, probe: u32) -> u32 {
        self.phrases.get(probe as usize)
    }

    /// All the sets that a probe requires, in the order in which their words must stand.
    pub fn chain(&self, probe: u32) -> impl Iterator<Item = Link> + use<'a> {
        let links = self.chains.get(probe as usize).chunks::<2>();
        links.map(|[set, reach]| Link { set, reach })
    }

    /// The set of words with which a match that a probe is for can begin; nothing if with any.
    #[must_use]
    pub fn first(&self, probe: u32) -> Option<u32> {
        self.firsts.get(probe as usize).checked_sub(1)
    }

    /// The rule of a phrase.
    #[must_use]
    pub fn rule(&self, phrase: u32) -> usize {
        self.rules.get(phrase as usize) as usize
    }

    /// Takes the probes that need one of several words, of which this is one, and whose further
    /// requirements are met. Which are, is told by bits, one for each requirement.
    #[inline]
    pub fn probes_with(&self, word: WordId, met: &[u64], mut take: impl FnMut(u32)) {
        let is_met = |it: u32| met[it as usize / 64] >> (it % 64) & 1 == 1;
        let Some(([count], rest)) = self.index.get(word.0 as usize).split_first() else { return };
        let (groups, probes) = rest.split_at(2 * count as usize);
        let mut start = 0;
        for [first, end] in groups.chunks() {
            if is_met(first) {
                let group = probes.slice(ENTRY * start as usize..ENTRY * end as usize);
                for [probe, further @ ..] in group.chunks::<ENTRY>() {
                    if further.into_iter().all(is_met) {
                        take(probe);
                    }
                }
            }
            start = end;
        }
    }

    /// The requirements of probes that a word meets.
    #[must_use]
    pub fn requirements_met_by(&self, word: WordId) -> Numbers<'a> {
        self.meets.get(word.0 as usize)
    }

    /// How many requirements probes have, the one included that is always met, number 0.
    #[must_use]
    pub fn requirement_count(&self) -> usize {
        1 + self.requirements.len()
    }

    /// The number of what a condition needs of a sentence before all: one of its rarest words.
    /// Many conditions need the same.
    #[must_use]
    pub fn need(&self, condition: u32) -> u32 {
        self.needed.get(condition as usize)
    }

    /// The needs that a word meets.
    #[must_use]
    pub fn needs_met_by(&self, word: WordId) -> Numbers<'a> {
        self.met.get(word.0 as usize)
    }

    /// How many different needs conditions have.
    #[must_use]
    pub fn need_count(&self) -> usize {
        self.needs.len()
    }

    /// The number of a word list that detection goes by, if the pack has it.
    #[must_use]
    #[inline]
    pub fn guide(&self, guide: Guide) -> Option<u32> {
        self.guides.get(guide.number()).checked_sub(1)
    }

    /// Whether an entry of such a list may begin with a word.
    #[must_use]
    #[inline]
    pub fn may_begin(&self, guide: Guide, word: WordId) -> bool {
        self.begins.get(word.0 as usize) & guide.bit() != 0
    }

    /// The number of a word list.
    #[must_use]
    pub fn list(&self, name: &str) -> Option<u32> {
        let name_of = |place: usize| self.names.text(self.lists.get(place) as usize);
        let mut places = 0..self.lists.len();
        while !places.is_empty() {
            let middle = usize::midpoint(places.start, places.end);
            match name_of(middle).cmp(name) {
                std::cmp::Ordering::Equal => return Some(self.lists.get(middle)),
                std::cmp::Ordering::Less => places.start = middle + 1,
                std::cmp::Ordering::Greater => places.end = middle,
            }
        }
        None
    }

    /// The program of a word list.
    #[must_use]
    pub fn list_program(&self, list: u32) -> Script<'a> {
        self.script(self.rules.len() + list as usize)
    }

    /// The program of a condition, or of what a rule misses.
    #[must_use]
    pub fn other(&self, number: u32) -> Script<'a> {
        self.script(self.rules.len() + self.lists.len() + number as usize)
    }

    /// The words of a set, sorted.
    #[must_use]
    pub fn set(&self, set: u32) -> Numbers<'a> {
        self.sets.get(set as usize)
    }

    /// How many sets there are.
    #[must_use]
    pub fn set_count(&self) -> usize {
        self.sets.len()
    }

    /// Whether a word is in a set. [`WordId::UNKNOWN`] never is.
    #[must_use]
    pub fn in_set(&self, set: u32, word: WordId) -> bool {
        self.sets.get(set as usize).has(word.0)
    }

    /// The instructions to try, by the number of a switch, if this is the next word.
    #[must_use]
    pub fn targets(&self, switch: u32, word: WordId) -> Numbers<'a> {
        let words = self.switch_words.get(switch as usize);
        let start = words.lower_bound(word.0);
        let count = words.slice(start..words.len()).iter().take_while(|&w| w == word.0).count();
        self.switch_targets.get(switch as usize).slice(start..start + count)
    }

    /// The name of a capture.
    #[must_use]
    pub fn name(&self, number: u32) -> &'a str {
        self.names.text(number as usize)
    }

    fn script(&self, number: usize) -> Script<'a> {
        let numbers = self.programs.slice(PROGRAM * number..PROGRAM * (number + 1));
        let part = |of: Numbers<'a>, at: usize| {
            let (start, end) = (numbers.get(at) as usize, numbers.get(at + 1) as usize);
            of.slice(start..end)
        };
        Script {
            insts: part(self.insts, 0),
            captures: part(self.captures, 2),
            required: numbers.get(4),
            first: numbers.get(5).checked_sub(1),
        }
    }
}

/// A program as it lies in the tables.
#[derive(Clone, Copy, Debug)]
pub struct Script<'a> {
    insts: Numbers<'a>,
    /// Names of the captures, by their numbers; number `n` here is kept in the slots `2n` and
    /// `2n + 1`.
    pub captures: Numbers<'a>,
    /// The set of words of which any match holds at least one, the rarest such choice.
    pub required: u32,
    /// The set of words with which a match can begin; `None` if it can begin with any.
    pub first: Option<u32>,
}

impl Script<'_> {
    /// How many instructions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.insts.len() / INST
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.insts.is_empty()
    }

    /// One of the instructions.
    #[must_use]
    #[inline]
    pub fn inst(&self, number: u32) -> Inst {
        let at = INST * number as usize;
        let (kind, second) = (self.insts.get(at), self.insts.get(at + 1));
        let first = kind >> KIND_BITS;
        match kind & ((1 << KIND_BITS) - 1) {
            0 => Inst::Set(first),
            1 => Inst::Any,
            2 => Inst::Capital,
            3 => Inst::Name,
            4 => Inst::Ing,
            5 => Inst::Ed,
            6 => Inst::Capitals,
            7 => Inst::List(first),
            8 => Inst::GapWord,
            9 => Inst::Loosen,
            10 => Inst::ClauseStart,
            11 => Inst::ClauseEnd,
            12 => Inst::Split(first, second),
            13 => Inst::Switch(first),
            14 => Inst::Jump(first),
            15 => Inst::Save(first),
            _ => Inst::Match,
        }
    }
}

/// Writes the probes of all phrases, which of them each word calls up with what they require
/// further, and which words meet that.
fn write_probes(grammar: &Grammar, phrases: &[(u32, Program)], writer: &mut Writer) {
    let numbered = (0_u32..).zip(phrases);
    let probes: Vec<(u32, &Probe)> = numbered
        .flat_map(|(phrase, (_, program))| program.probes.iter().map(move |it| (phrase, it)))
        .collect();
    let sets = distinct(probes.iter().flat_map(|(_, probe)| &probe.also_required).copied());
    let requirement = |set: u32| sets.partition_point(|&other| other < set) as u32 + 1;
    let mut index = vec![BTreeMap::<u32, Vec<[u32; ENTRY]>>::new(); grammar.lexicon.len()];
    for (number, (_, probe)) in (0_u32..).zip(&probes) {
        let mut further = probe.also_required.iter().map(|&set| requirement(set));
        let first = further.next().unwrap_or(0);
        let mut entry = [0; ENTRY];
        entry[0] = number;
        entry[1..].iter_mut().zip(further).for_each(|(place, further)| *place = further);
        for word in &grammar.sets[probe.required as usize] {
            index[word.0 as usize].entry(first).or_default().push(entry);
        }
    }
    let index = index.into_iter().map(|groups| {
        let mut numbers = Vec::new();
        if !groups.is_empty() {
            numbers.push(groups.len() as u32);
        }
        let mut end = 0;
        for (first, probes) in &groups {
            end += probes.len() as u32;
            numbers.extend([*first, end]);
        }
        numbers.extend(groups.into_values().flatten().flatten());
        numbers
    });
    writer.numbers(probes.iter().map(|(phrase, _)| *phrase));
    let chains = probes.iter().map(|(_, probe)| &probe.chain);
    writer.rows(chains.map(|chain| chain.iter().flat_map(|link| [link.set, link.reach])));
    writer.numbers(probes.iter().map(|(_, probe)| probe.first.map_or(0, |set| set + 1)));
    writer.rows(index);
    writer.rows(by_words(grammar, (1..).zip(&sets)));
    writer.numbers(sets.iter().copied());
}

/// Writes which lists guide detection, and which of them may begin with each word.
fn write_guides(grammar: &Grammar, writer: &mut Writer) {
    let lists = Guide::ALL.map(|(guide, name)| (guide, grammar.list(name)));
    writer.numbers(lists.iter().map(|(_, list)| list.map_or(0, |list| list + 1)));
    let mut begins = vec![0; grammar.lexicon.len()];
    for (guide, list) in lists {
        let Some(list) = list else { continue };
        match grammar.lists[list as usize].program.first {
            Some(first) => {
                for word in &grammar.sets[first as usize] {
                    begins[word.0 as usize] |= guide.bit();
                }
            }
            None => begins.iter_mut().for_each(|guides| *guides |= guide.bit()),
        }
    }
    writer.numbers(begins);
}

/// Writes what conditions need of a sentence, and which words meet it.
fn write_needs(grammar: &Grammar, conditions: &[Program], writer: &mut Writer) {
    let sets = conditions.iter().map(|program| program.required);
    let needs = distinct(sets.clone());
    writer.numbers(needs.iter().copied());
    writer.numbers(sets.map(|set| needs.partition_point(|&need| need < set) as u32));
    writer.rows(by_words(grammar, (0..).zip(&needs)));
}

/// Each of some sets once, sorted.
fn distinct(sets: impl Iterator<Item = u32>) -> Vec<u32> {
    sets.collect::<BTreeSet<u32>>().into_iter().collect()
}

/// For each word the numbers of those sets that hold it.
fn by_words<'s>(grammar: &Grammar, sets: impl Iterator<Item = (u32, &'s u32)>) -> Vec<Vec<u32>> {
    let mut numbers = vec![Vec::new(); grammar.lexicon.len()];
    for (number, &set) in sets {
        for word in &grammar.sets[set as usize] {
            numbers[word.0 as usize].push(number);
        }
    }
    numbers
}

fn numbers_of(inst: Inst) -> [u32; INST] {
    let (kind, first, second) = match inst {
        Inst::Set(set) => (0, set, 0),
        Inst::Any => (1, 0, 0),
        Inst::Capital => (2, 0, 0),
        Inst::Name => (3, 0, 0),
        Inst::Ing => (4, 0, 0),
        Inst::Ed => (5, 0, 0),
        Inst::Capitals => (6, 0, 0),
        Inst::List(list) => (7, list, 0),
        Inst::GapWord => (8, 0, 0),
        Inst::Loosen => (9, 0, 0),
        Inst::ClauseStart => (10, 0, 0),
        Inst::ClauseEnd => (11, 0, 0),
        Inst::Split(first, second) => (12, first, second),
        Inst::Switch(number) => (13, number, 0),
        Inst::Jump(to) => (14, to, 0),
        Inst::Save(slot) => (15, slot, 0),
        Inst::Match => (16, 0, 0),
    };
    [kind | first << KIND_BITS, second]
}

/// Programs on their way into tables.
#[derive(Default)]
struct Code<'p> {
    insts: Vec<u32>,
    switch_words: Vec<Vec<u32>>,
    switch_targets: Vec<&'p [u32]>,
    programs: Vec<u32>,
    captures: Vec<&'p str>,
}

impl<'p> Code<'p> {
    fn program(&mut self, program: &'p Program) {
        let starts = [self.insts.len(), self.captures.len()];
        let base = self.switch_words.len() as u32;
        for &inst in &program.insts {
            let inst = match inst {
                Inst::Switch(number) => Inst::Switch(base + number),
                inst => inst,
            };
            self.insts.extend(numbers_of(inst));
        }
        for switch in &program.switches {
            self.switch_words.push(switch.words.iter().map(|word| word.0).collect());
            self.switch_targets.push(&switch.targets);
        }
        self.captures.extend(program.captures.iter().map(String::as_str));
        let ends = [self.insts.len(), self.captures.len()];
        let bounds = starts.into_iter().zip(ends).flat_map(|(start, end)| [start, end]);
        self.programs.extend(bounds.map(|bound| bound as u32));
        self.programs.extend([program.required, program.first.map_or(0, |set| set + 1)]);
    }

    fn write(self, grammar: &Grammar, writer: &mut Writer) {
        // The names of the lists come first, so that a list and its name have one number.
        let mut names: Vec<&str> = grammar.lists.iter().map(|list| &*list.name).collect();
        let captures: Vec<u32> = self
            .captures
            .iter()
            .map(|&name| {
                let known = names.iter().position(|known| *known == name);
                known.unwrap_or_else(|| {
                    names.push(name);
                    names.len() - 1
                }) as u32
            })
            .collect();
        writer.numbers(self.insts);
        writer.rows(self.switch_words);
        writer.rows(self.switch_targets.into_iter().map(|row| row.iter().copied()));
        writer.numbers(self.programs);
        writer.numbers(captures);
        writer.stretches(names);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_survives() {
        let insts = [
            Inst::Set(70_000),
            Inst::Any,
            Inst::Capital,
            Inst::Name,
            Inst::Ing,
            Inst::Ed,
            Inst::Capitals,
            Inst::List(3),
            Inst::GapWord,
            Inst::Loosen,
            Inst::ClauseStart,
            Inst::ClauseEnd,
            Inst::Split(1, u32::MAX),
            Inst::Switch(0),
            Inst::Jump(5),
            Inst::Save(6),
            Inst::Match,
        ];
        let mut grammar = Grammar::default();
        let set = grammar.set(Vec::new());
        let program = Program { insts: insts.to_vec(), required: set, ..Program::default() };
        let mut writer = Writer::default();
        let programs = Programs { phrases: &[(0, program)], others: &[] };
        Tables::write(&grammar, &programs, &mut writer);
        let bytes = writer.finish();
        let script = Tables::read(&mut Reader::new(&bytes)).phrase(0);
        let read: Vec<Inst> = (0..script.len() as u32).map(|number| script.inst(number)).collect();
        assert_eq!(read, insts);
    }
}
