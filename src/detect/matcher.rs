//! Runs phrase programs over the words of a sentence.
//!
//! A backtracking matcher that remembers which states have failed, so that the
//! time is at most program × sentence (the "bitstate" matcher of RE2). Word lists
//! are called like procedures and their results kept for the document.

use std::ops::Range;

use crate::language::{Break, Document, WordId};
use crate::rules::guide::Guide;
use crate::rules::program::Inst;
use crate::rules::tables::{Script, Tables};

/// Where a phrase was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    /// The matched tokens of the document.
    pub(crate) tokens: Range<usize>,
    /// The tokens of each capture of the program, by its number.
    pub(crate) captures: Vec<Option<Range<usize>>>,
}

impl Match {
    /// The same with tokens counted from one on.
    pub(super) fn counted_from(self, start: usize) -> Self {
        self.moved(|tokens| tokens.start - start..tokens.end - start)
    }

    /// The same with tokens counted again from where they were before [`Match::counted_from`].
    pub(super) fn counted_to(self, start: usize) -> Self {
        self.moved(|tokens| tokens.start + start..tokens.end + start)
    }

    fn moved(self, to: impl Fn(Range<usize>) -> Range<usize>) -> Self {
        let captures = self.captures.into_iter().map(|tokens| tokens.map(&to));
        Self { tokens: to(self.tokens), captures: captures.collect() }
    }
}

/// A document, of which one sentence at a time is matched.
pub(crate) struct Matcher<'a> {
    tables: &'a Tables<'a>,
    document: &'a Document<'a>,
    /// The sentence, by its tokens.
    sentence: Range<usize>,
    /// Where the entries of lists end, as far as it was asked.
    lists: KnownEnds,
    /// Sets of failed states, one for each level of list calls, kept for reuse.
    spare: Vec<Visited>,
    /// What was left to try, likewise.
    spare_jobs: Vec<Vec<Job>>,
}

/// Ends of matches that begin at one token, as distances from it in tokens: bit `n` for
/// `n + 1` words. No entry of a word list is longer than the bits go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ends {
    start: u32,
    bits: u64,
}

impl Ends {
    fn add(&mut self, end: usize) {
        let words = end - self.start as usize;
        if (1..=64).contains(&words) {
            self.bits |= 1 << (words - 1);
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// The farthest, as a token.
    pub(crate) fn farthest(self) -> Option<usize> {
        self.within(usize::MAX)
    }

    /// The farthest that is no farther than a token.
    pub(crate) fn within(self, limit: usize) -> Option<usize> {
        self.iter().filter(|&end| end <= limit).last()
    }

    /// All of them, the nearest first.
    pub(crate) fn iter(self) -> impl Iterator<Item = usize> + use<> {
        let mut bits = self.bits;
        std::iter::from_fn(move || {
            let words = bits.trailing_zeros();
            if words == 64 {
                return None;
            }
            bits &= bits - 1;
            Some((self.start + words + 1) as usize)
        })
    }
}

/// The ends of entries by the token at which they begin; few lists are asked of one token.
#[derive(Default)]
struct KnownEnds {
    /// By tokens: the last that was noted, counted from 1.
    last: Vec<u32>,
    noted: Vec<Noted>,
}

/// The ends of the entries of one list at one token.
struct Noted {
    list: u32,
    ends: Ends,
    /// What was noted before for the same token, counted from 1.
    before: u32,
}

impl KnownEnds {
    fn get(&self, list: u32, token: usize) -> Option<Ends> {
        let mut number = self.last.get(token).copied()?;
        while let Some(noted) = self.noted.get((number as usize).wrapping_sub(1)) {
            if noted.list == list {
                return Some(noted.ends);
            }
            number = noted.before;
        }
        None
    }

    /// Notes what a list comes to at a token, of a document of so many tokens.
    fn note(&mut self, list: u32, token: usize, ends: Ends, tokens: usize) {
        if self.last.is_empty() {
            self.last = vec![0; tokens];
        }
        let before = self.last[token];
        self.noted.push(Noted { list, ends, before });
        self.last[token] = self.noted.len() as u32;
    }
}

/// A place in a program and in the sentence.
#[derive(Clone, Copy)]
struct State {
    inst: u32,
    token: u32,
    /// Whether a comma may stand before the next word.
    loose: bool,
}

/// Which states were seen, as bits. A run sees few of all the states that a long list has, so
/// that it is noted where bits were set: only there they are taken away again.
#[derive(Default)]
struct Visited {
    bits: Vec<u64>,
    touched: Vec<usize>,
}

impl Visited {
    /// Makes room for so many places.
    fn reserve(&mut self, places: usize) {
        let words = places.div_ceil(64).max(self.bits.len());
        self.bits.resize(words, 0);
    }

    /// Notes a place; whether it was noted before.
    fn mark(&mut self, place: usize) -> bool {
        let word = &mut self.bits[place / 64];
        if *word == 0 {
            self.touched.push(place / 64);
        }
        let seen = *word & 1 << (place % 64) != 0;
        *word |= 1 << (place % 64);
        seen
    }

    fn unmark(&mut self, place: usize) {
        self.bits[place / 64] &= !(1 << (place % 64));
    }

    fn clear(&mut self) {
        for word in self.touched.drain(..) {
            self.bits[word] = 0;
        }
    }
}

/// What is left to try: a state, or a slot to be put back as it was.
enum Job {
    Explore(State),
    Restore(u32, Option<u32>),
}

impl<'a> Matcher<'a> {
    /// Prepares a document, with no sentence chosen.
    pub(crate) fn new(tables: &'a Tables<'a>, document: &'a Document<'a>) -> Self {
        Self {
            tables,
            document,
            sentence: 0..0,
            lists: KnownEnds::default(),
            spare: Vec::new(),
            spare_jobs: Vec::new(),
        }
    }

    /// Turns to a sentence. What is known of word lists holds on, since no entry reaches from one
    /// sentence into another.
    pub(crate) fn turn_to(&mut self, sentence: usize) {
        self.sentence = self.document.sentences[sentence].tokens.clone();
    }

    /// The tokens of the sentence.
    pub(crate) fn sentence(&self) -> Range<usize> {
        self.sentence.clone()
    }

    /// All matches of a program, from left to right, free of overlaps.
    pub(crate) fn find_all(&mut self, program: &Script<'_>) -> Vec<Match> {
        if !self.may_match(program) {
            return Vec::new();
        }
        self.all_at(program, program.first, self.sentence())
    }

    /// All matches of a program that begin at some tokens, from left to right, free of overlaps.
    pub(super) fn find_all_at(
        &mut self,
        program: &Script<'_>,
        starts: impl Iterator<Item = usize>,
    ) -> Vec<Match> {
        self.all_at(program, None, starts)
    }

    /// The first match that begins at a token from `from` on.
    pub(crate) fn find(&mut self, program: &Script<'_>, from: usize) -> Option<Match> {
        if !self.may_match(program) {
            return None;
        }
        self.next_at(program, program.first, &mut (from..self.sentence.end))
    }

    /// Whether a program matches, where the sentence is known to have what any match needs.
    pub(super) fn matches(&mut self, program: &Script<'_>) -> bool {
        self.next_at(program, program.first, &mut self.sentence()).is_some()
    }

    /// All matches that begin at some tokens, with a word of a set if one is given.
    fn all_at(
        &mut self,
        program: &Script<'_>,
        first: Option<u32>,
        starts: impl Iterator<Item = usize>,
    ) -> Vec<Match> {
        let mut found: Vec<Match> = Vec::new();
        let mut starts = starts.peekable();
        while let Some(next) = self.next_at(program, first, &mut starts) {
            while starts.next_if(|&start| start < next.tokens.end).is_some() {}
            found.push(next);
        }
        found
    }

    /// The first match that begins at one of some tokens, with a word of a set if one is given.
    fn next_at(
        &mut self,
        program: &Script<'_>,
        first: Option<u32>,
        starts: &mut impl Iterator<Item = usize>,
    ) -> Option<Match> {
        let mut visited = self.fresh(program);
        let mut slots = vec![None; 2 * program.captures.len()];
        let mut result = None;
        for start in starts {
            if first.is_some_and(|first| !self.begins_with(first, start)) {
                continue;
            }
            let end = self
                .run(program, start, &mut visited, &mut slots, |end| (end > start).then_some(end));
            if let Some(end) = end {
                let pairs =
                    slots.chunks_exact(2).map(|pair| Some(pair[0]? as usize..pair[1]? as usize));
                result = Some(Match { tokens: start..end, captures: pairs.collect() });
                break;
            }
        }
        self.put_back(visited);
        result
    }

    /// Whether the sentence has one of the words of which any match needs one.
    fn may_match(&self, program: &Script<'_>) -> bool {
        let set = self.tables.set(program.required);
        let tokens = &self.document.tokens[self.sentence.clone()];
        tokens.iter().any(|token| set.has(token.word.0))
    }

    fn begins_with(&self, set: u32, token: usize) -> bool {
        self.tables.in_set(set, self.document.tokens[token].word)
    }

    /// The tokens of the first entry of a guide that begins in a range of tokens.
    pub(crate) fn find_guide_in(
        &mut self,
        guide: Guide,
        range: Range<usize>,
    ) -> Option<Range<usize>> {
        range.into_iter().find_map(|start| Some(start..self.guide_ends(guide, start).farthest()?))
    }

    /// The ends of all entries of a guide that begin at a token.
    #[inline]
    pub(crate) fn guide_ends(&mut self, guide: Guide, start: usize) -> Ends {
        if !self.tables.may_begin(guide, self.word(start)) {
            return Ends::default();
        }
        self.tables.guide(guide).map_or(Ends::default(), |list| self.known_ends(list, start))
    }

    /// The ends of all entries of a list that begin at a token.
    fn list_ends(&mut self, list: u32, start: usize) -> Ends {
        let first = self.tables.list_program(list).first;
        if first.is_some_and(|first| !self.begins_with(first, start)) {
            return Ends::default();
        }
        self.known_ends(list, start)
    }

    /// The ends of entries that may begin at a token, looked for only once.
    fn known_ends(&mut self, list: u32, start: usize) -> Ends {
        if !self.sentence.contains(&start) {
            return Ends::default();
        }
        if let Some(known) = self.lists.get(list, start) {
            return known;
        }
        let mut ends = Ends { start: start as u32, bits: 0 };
        let program = self.tables.list_program(list);
        if self.may_come(program.required, start) {
            let mut visited = self.fresh(&program);
            self.run(&program, start, &mut visited, &mut [], |end| {
                ends.add(end.max(start));
                None::<usize>
            });
            self.put_back(visited);
        }
        self.lists.note(list, start, ends, self.document.tokens.len());
        ends
    }

    /// Whether one of the words stands at a token or behind it that the entries of a list can't do
    /// without, if there are such.
    fn may_come(&self, required: u32, start: usize) -> bool {
        let words = self.tables.set(required);
        let tokens = &self.document.tokens[start..self.sentence.end];
        words.is_empty() || tokens.iter().any(|token| words.has(token.word.0))
    }

    /// The word of a token.
    pub(super) fn word(&self, token: usize) -> WordId {
        self.document.tokens[token].word
    }

    /// What stands before a token.
    pub(super) fn before(&self, token: usize) -> Break {
        self.document.tokens[token].before
    }

    /// Whether an aside begins at a token.
    pub(super) fn begins_aside(&self, token: usize) -> bool {
        self.document.tokens[token].aside_end > 0
    }

    /// Where what may be passed over ends that begins at a token within a phrase: asides and fillers.
    pub(super) fn asides(&mut self, token: usize) -> impl Iterator<Item = usize> + use<> {
        let aside = self.document.tokens[token].aside_end as usize;
        let fillers = self.guide_ends(Guide::Filler, token);
        (aside > 0).then_some(aside).into_iter().chain(fillers.iter())
    }

    /// Whether a clause begins at a token.
    pub(crate) fn begins_clause(&mut self, at: usize) -> bool {
        let sentence = self.sentence();
        self.document.begins_clause(&sentence, at, |token| {
            self.guide_ends(Guide::Filler, token).iter().next() == Some(token + 1)
        })
    }

    /// Whether a clause ends before a token, fillers and asides left out.
    pub(crate) fn ends_clause(&mut self, at: usize) -> bool {
        self.document.ends_clause(&self.sentence, at)
            || self.guide_ends(Guide::Filler, at).iter().any(|end| self.ends_clause(end))
    }

    /// A set in which no state of a program was seen.
    fn fresh(&mut self, program: &Script<'_>) -> Visited {
        let mut visited = self.spare.pop().unwrap_or_default();
        visited.reserve(program.len() * (self.sentence.len() + 1) * 2);
        visited
    }

    fn put_back(&mut self, mut visited: Visited) {
        visited.clear();
        self.spare.push(visited);
    }

    /// Explores a program from a token on until `accept` takes an end.
    fn run<T>(
        &mut self,
        program: &Script<'_>,
        start: usize,
        visited: &mut Visited,
        slots: &mut [Option<u32>],
        mut accept: impl FnMut(usize) -> Option<T>,
    ) -> Option<T> {
        let mut jobs = self.spare_jobs.pop().unwrap_or_default();
        jobs.clear();
        jobs.push(Job::Explore(State { inst: 0, token: start as u32, loose: true }));
        let mut taken = None;
        while let Some(job) = jobs.pop().filter(|_| taken.is_none()) {
            match job {
                Job::Restore(slot, value) => slots[slot as usize] = value,
                Job::Explore(state) => {
                    let end = self.explore(program, start, state, visited, slots, &mut jobs);
                    taken = end.and_then(&mut accept);
                }
            }
        }
        self.spare_jobs.push(jobs);
        taken
    }

    /// Follows one state as far as it goes without a choice; returns the end of a match.
    fn explore(
        &mut self,
        program: &Script<'_>,
        start: usize,
        mut state: State,
        visited: &mut Visited,
        slots: &mut [Option<u32>],
        jobs: &mut Vec<Job>,
    ) -> Option<usize> {
        loop {
            if visited.mark(self.place(state)) {
                return None;
            }
            let token = state.token as usize;
            match program.inst(state.inst) {
                Inst::Match => return self.may_end(token).then_some(token),
                Inst::Jump(to) => state.inst = to,
                Inst::Split(first, second) => {
                    jobs.push(Job::Explore(State { inst: second, ..state }));
                    state.inst = first;
                }
                Inst::Switch(number) => {
                    self.skip_asides(state, start, jobs);
                    if token >= self.sentence.end {
                        return None;
                    }
                    let word = self.document.tokens[token].word;
                    let mut targets = self.tables.targets(number, word).iter();
                    let first = targets.next()?;
                    jobs.extend(targets.rev().map(|inst| Job::Explore(State { inst, ..state })));
                    state.inst = first;
                }
                Inst::Save(slot) => {
                    if let Some(value) = slots.get_mut(slot as usize) {
                        jobs.push(Job::Restore(slot, *value));
                        *value = Some(state.token);
                    }
                    state.inst += 1;
                }
                Inst::Loosen => state = State { inst: state.inst + 1, loose: true, ..state },
                Inst::Capitals if self.in_capitals(token) => state.inst += 1,
                Inst::ClauseStart if self.begins_clause(token) => state.inst += 1,
                Inst::ClauseEnd if self.ends_clause(token) => state.inst += 1,
                Inst::Capitals | Inst::ClauseStart | Inst::ClauseEnd => return None,
                Inst::GapWord => {
                    if !self.reaches(token, Break::Soft) {
                        return None;
                    }
                    state = State { inst: state.inst + 1, token: state.token + 1, loose: true };
                }
                inst @ (Inst::Set(_)
                | Inst::Any
                | Inst::Name
                | Inst::Capital
                | Inst::Ing
                | Inst::Ed
                | Inst::List(_)) => {
                    self.skip_asides(state, start, jobs);
                    let widest = if state.loose { Break::Soft } else { Break::None };
                    let first = token == start;
                    if token >= self.sentence.end || !(first || self.reaches(token, widest)) {
                        // A match that begins here minds no break before it: it may come this way again.
                        visited.unmark(self.place(state));
                        return None;
                    }
                    if first && inst == Inst::Any && self.document.is_connector(token) {
                        return None;
                    }
                    let next = self.consume(inst, state, jobs)?;
                    state = next;
                }
            }
        }
    }

    /// Takes a word or an entry of a list; further ends of the list become jobs.
    fn consume(&mut self, inst: Inst, state: State, jobs: &mut Vec<Job>) -> Option<State> {
        let token = state.token as usize;
        let after = |token: u32| State { inst: state.inst + 1, token, loose: false };
        match inst {
            Inst::Set(set) => self
                .tables
                .in_set(set, self.document.tokens[token].word)
                .then(|| after(state.token + 1)),
            Inst::Ing => self.ends_in(token, "ing").then(|| after(state.token + 1)),
            Inst::Ed => self.ends_in(token, "ed").then(|| after(state.token + 1)),
            Inst::Capital => self.is_capital(token).then(|| after(state.token + 1)),
            Inst::Name => (token > self.sentence.start && self.is_capital(token))
                .then(|| after(state.token + 1)),
            Inst::List(list) => {
                let ends = self.list_ends(list, token);
                let farthest = ends.farthest()?;
                jobs.extend(
                    ends.iter()
                        .filter(|&end| end < farthest)
                        .map(|end| Job::Explore(after(end as u32))),
                );
                Some(after(farthest as u32))
            }
            _ => Some(after(state.token + 1)),
        }
    }

    /// Fillers, short parentheses and false starts between two words of a phrase may be passed over.
    fn skip_asides(&mut self, state: State, start: usize, jobs: &mut Vec<Job>) {
        let token = state.token as usize;
        if token == start || !self.reaches(token, Break::Soft) {
            return;
        }
        let aside_end = self.document.tokens[token].aside_end;
        if aside_end > 0 {
            jobs.push(Job::Explore(State { token: aside_end, loose: true, ..state }));
        }
        for end in self.guide_ends(Guide::Filler, token).iter() {
            jobs.push(Job::Explore(State { token: end as u32, loose: true, ..state }));
        }
    }

    /// Whether there is a word at a token, with at most such a break before it.
    fn reaches(&self, token: usize, widest: Break) -> bool {
        token < self.sentence.end && self.document.tokens[token].before <= widest
    }

    fn in_capitals(&self, token: usize) -> bool {
        token < self.sentence.end && self.document.surface(token).chars().all(char::is_uppercase)
    }

    /// Whether a word of five letters or more has an ending; shorter ones ("need", "thing") only look so.
    pub(super) fn ends_in(&self, token: usize, ending: &str) -> bool {
        let surface = self.document.surface(token).as_bytes();
        let tail = surface.len().checked_sub(ending.len()).and_then(|at| surface.get(at..));
        surface.len() >= 5 && tail.is_some_and(|tail| tail.eq_ignore_ascii_case(ending.as_bytes()))
    }

    /// Whether a word has a capital and can be a name; a sentence's "We" is none.
    pub(super) fn is_capital(&self, token: usize) -> bool {
        const NO_NAMES: [&str; 32] = [
            "I", "We", "You", "It", "They", "He", "She", "This", "That", "There", "These", "Those",
            "The", "A", "An", "Who", "What", "Nobody", "Somebody", "Someone", "Everyone", "No",
            "Yes", "And", "But", "So", "If", "My", "Our", "Your", "Sorry", "Hi",
        ];
        self.document.tokens[token].capital && !NO_NAMES.contains(&self.document.surface(token))
    }

    /// A match may not break off inside a word, before its "not": "can" is not found in "can't".
    fn may_end(&self, token: usize) -> bool {
        token >= self.sentence.end
            || !self.document.tokens[token].glued
            || self.document.tokens[token].word != self.tables.not
    }

    /// Where a state stands among all of them.
    fn place(&self, state: State) -> usize {
        let width = self.sentence.len() + 1;
        let token = state.token as usize - self.sentence.start;
        (state.inst as usize * width + token) * 2 + usize::from(state.loose)
    }
}
