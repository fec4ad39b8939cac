//! One look at each sentence that tells which phrases may match in it.
//!
//! A phrase is looked at only if the sentence has all the words that it can't do without. Its
//! program is then followed from all places where it may begin at once: how far it came is a set
//! of places for each instruction, and to take a word is to keep the places where one of the words
//! stands that are asked for, and to step behind them. So a phrase costs a few operations on bits,
//! however often it may begin. (It is the bit-parallel search of Baeza-Yates and Gonnet, "A New
//! Approach to Text Searching", 1992, with a bit for each place of the text and not of the pattern:
//! sentences are short, and phrases are many.)
//!
//! What only the matcher knows, such as where clauses begin, is taken to hold, so that no match
//! is ever missed; what is found here is only a guess, which the matcher then looks into.

use std::rc::Rc;

use smallvec::SmallVec;

use super::matcher::{Match, Matcher};
use super::places::Places;
use super::requirements::Requirements;
use crate::language::{Break, Memory, Settled, WordId};
use crate::rules::probe::Link;
use crate::rules::program::{FAR, Inst};
use crate::rules::tables::{Script, Tables};

/// A phrase that matched. Its tokens count from the start of the sentence.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) phrase: u32,
    pub(super) place: Match,
}

/// What is kept from sentence to sentence, for one set of rules.
#[derive(Default)]
pub(super) struct Skimmer {
    /// For sentences of ordinary length.
    short: Sieve<1>,
    /// For longer ones; no sentence is longer than its places.
    long: Sieve<5>,
    requirements: Requirements,
    memory: Memory<Rc<[Found]>>,
    /// The phrases that may match in the sentence at hand.
    due: Vec<Due>,
}

/// A phrase that may match, with the tokens at which it may begin.
struct Due {
    phrase: u32,
    starts: SmallVec<[usize; 4]>,
}

impl Skimmer {
    /// The phrases that match in a sentence, in the order in which their rules name them. What
    /// is [settled](crate::language::Document::settled) of it tells whether it was met before.
    pub(super) fn skim(
        &mut self,
        tables: &Tables<'_>,
        matcher: &mut Matcher<'_>,
        settled: Option<Settled<'_>>,
    ) -> Rc<[Found]> {
        let Self { short, long, requirements, memory, due } = self;
        let mut look = || {
            due.clear();
            if matcher.sentence().len() < Places::<1>::COUNT {
                short.skim(tables, matcher, requirements, due);
            } else {
                long.skim(tables, matcher, requirements, due);
            }
            let start = matcher.sentence().start;
            let found = due.drain(..).flat_map(|Due { phrase, starts }| {
                let starts = starts.into_iter().map(|place| start + place);
                let places = matcher.find_all_at(&tables.phrase(phrase), starts).into_iter();
                places.map(move |place| Found { phrase, place: place.counted_from(start) })
            });
            found.collect()
        };
        match settled {
            Some(settled) => memory.recall(settled, look),
            None => look(),
        }
    }
}

/// What is known of a sentence of fewer than `64 * N` words.
///
/// Tables by words, sets and phrases are not cleared between sentences: an entry counts if it
/// has the number of the sentence.
struct Sieve<const N: usize> {
    /// The number of the sentence.
    now: u32,
    /// By words: where they stand.
    words: Vec<Known<N>>,
    /// By sets: where one of their words stands.
    sets: Vec<Known<N>>,
    /// By large sets, their words as bits, made when they are first asked for.
    bitmaps: Vec<Option<Box<[u64]>>>,
    /// By probes: the sentence that asked them last.
    probes: Vec<u32>,
    /// By phrases: where they may begin.
    phrases: Vec<Known<N>>,
    /// The phrases that may begin somewhere.
    noted: Vec<u32>,
    line: Line<N>,
    /// Where entries of lists end that begin at some places, as far as it was asked lately.
    lists: Vec<(u32, Places<N>, Places<N>)>,
    /// How far programs came, for each level of list calls.
    spare: Vec<Course<N>>,
}

/// Places that are known for one sentence.
#[derive(Clone, Copy)]
struct Known<const N: usize> {
    sentence: u32,
    places: Places<N>,
}

/// What programs may ask of a sentence beside its words.
struct Line<const N: usize> {
    /// Its words.
    words: Vec<WordId>,
    /// Where they stand: everywhere.
    all: Places<N>,
    /// Words with nothing before them.
    close: Places<N>,
    /// Words with no more than a comma before them.
    loose: Places<N>,
    /// Where an aside or a filler may begin that may be passed over.
    asides: Places<N>,
    /// From where to where they go, in order.
    hops: Vec<(usize, usize)>,
    /// How many words they pass over, all together.
    passed: u32,
    capitals: Option<Places<N>>,
    ing: Option<Places<N>>,
    ed: Option<Places<N>>,
}

/// The places that a program came to with an instruction.
#[derive(Clone, Copy)]
struct Reached<const N: usize> {
    /// Where the next word must follow closely.
    close: Places<N>,
    /// Where a comma may stand before it.
    loose: Places<N>,
}

impl<const N: usize> Reached<N> {
    const NOWHERE: Self = Self { close: Places::NONE, loose: Places::NONE };

    /// Places behind which a comma may stand.
    #[inline]
    fn loosely(loose: Places<N>) -> Self {
        Self { loose, ..Self::NOWHERE }
    }

    #[inline]
    fn is_empty(self) -> bool {
        self.all().is_empty()
    }

    #[inline]
    fn all(self) -> Places<N> {
        self.close.or(self.loose)
    }

    #[inline]
    fn within(self, places: Places<N>) -> Self {
        Self { close: self.close.and(places), loose: self.loose.and(places) }
    }
}

/// A program on its way through a sentence.
#[derive(Default)]
struct Course<const N: usize> {
    /// By instructions.
    reached: Vec<Reached<N>>,
    /// The instructions that were reached and not left yet, as bits.
    open: Vec<u64>,
    /// The first row of them that is not empty.
    row: usize,
}

impl<const N: usize> Course<N> {
    /// Makes room for a program.
    fn make_room(&mut self, insts: usize) {
        if self.reached.len() < insts {
            self.reached.resize(insts, Reached::NOWHERE);
            self.open.resize(insts.div_ceil(64), 0);
        }
    }

    #[inline]
    fn reach(&mut self, inst: u32, places: Reached<N>) {
        let inst = inst as usize;
        if !places.is_empty() {
            let known = &mut self.reached[inst];
            known.close = known.close.or(places.close);
            known.loose = known.loose.or(places.loose);
            self.open[inst / 64] |= 1 << (inst % 64);
            self.row = self.row.min(inst / 64);
        }
    }

    /// Leaves the first instruction that was reached, if any is left.
    #[inline]
    fn leave(&mut self) -> Option<(u32, Reached<N>)> {
        while let Some(bits) = self.open.get_mut(self.row) {
            if *bits != 0 {
                let inst = 64 * self.row + bits.trailing_zeros() as usize;
                *bits &= *bits - 1;
                let places = std::mem::replace(&mut self.reached[inst], Reached::NOWHERE);
                return Some((inst as u32, places));
            }
            self.row += 1;
        }
        None
    }
}

/// Sets of more words are looked up word by word of the sentence.
const LARGE: usize = 12;

/// So many places are looked at one by one, and more of them all at once.
const FEW: u32 = 4;

/// Of so many lists that were followed last it is looked up where their entries end.
const LATELY: usize = 32;

impl<const N: usize> Default for Sieve<N> {
    fn default() -> Self {
        Self {
            now: 0,
            words: Vec::new(),
            sets: Vec::new(),
            bitmaps: Vec::new(),
            probes: Vec::new(),
            phrases: Vec::new(),
            noted: Vec::new(),
            line: Line::default(),
            lists: Vec::new(),
            spare: Vec::new(),
        }
    }
}

impl<const N: usize> Default for Line<N> {
    fn default() -> Self {
        Self {
            words: Vec::new(),
            all: Places::NONE,
            close: Places::NONE,
            loose: Places::NONE,
            asides: Places::NONE,
            hops: Vec::new(),
            passed: 0,
            capitals: None,
            ing: None,
            ed: None,
        }
    }
}

impl<const N: usize> Line<N> {
    /// The places that are behind others by no more than so many words, what may be passed over
    /// left out.
    fn behind(&self, places: Places<N>, words: u32) -> Places<N> {
        let words = words + self.passed;
        if words < FAR {
            return places.ahead(words);
        }
        let first = places.first().unwrap_or(Places::<N>::COUNT - 1);
        self.all.without(Places::before(first + 1))
    }
}

impl<const N: usize> Sieve<N> {
    fn skim(
        &mut self,
        tables: &Tables<'_>,
        matcher: &mut Matcher<'_>,
        requirements: &mut Requirements,
        due: &mut Vec<Due>,
    ) {
        self.begin(tables, matcher);
        let met = requirements.met_by(tables, &self.line.words);
        for place in 0..self.line.words.len() {
            tables.probes_with(self.line.words[place], met, |probe| {
                if std::mem::replace(&mut self.probes[probe as usize], self.now) != self.now {
                    let begin = self.beginning(tables, probe);
                    self.note_phrase(tables.probed(probe), begin);
                }
            });
        }
        let mut noted = std::mem::take(&mut self.noted);
        noted.sort_unstable();
        for phrase in noted.drain(..) {
            let begin = self.phrases[phrase as usize].places;
            if !self.ends(tables, matcher, &tables.phrase(phrase), begin).is_empty() {
                due.push(Due { phrase, starts: begin.iter().collect() });
            }
        }
        self.noted = noted;
    }

    /// Notes where the words of a sentence stand.
    fn begin(&mut self, tables: &Tables<'_>, matcher: &mut Matcher<'_>) {
        if self.now == 0 || self.now == u32::MAX {
            let nothing = Known { sentence: 0, places: Places::NONE };
            self.now = 0;
            self.words = vec![nothing; tables.words.len()];
            self.sets = vec![nothing; tables.set_count()];
            self.bitmaps.resize(tables.set_count(), None);
            self.probes = vec![0; tables.probe_count()];
            self.phrases = vec![nothing; tables.phrase_count()];
        }
        self.now += 1;
        self.lists.clear();
        let sentence = matcher.sentence();
        let Line { mut words, mut hops, .. } = std::mem::take(&mut self.line);
        words.clear();
        hops.clear();
        let all = Places::before(sentence.len());
        let mut line = Line { words, all, hops, ..Line::default() };
        for (place, token) in sentence.enumerate() {
            let word = matcher.word(token);
            line.words.push(word);
            let known = &mut self.words[word.0 as usize];
            if known.sentence != self.now {
                *known = Known { sentence: self.now, places: Places::NONE };
            }
            known.places.add(place);
            let before = matcher.before(token);
            if before <= Break::Soft {
                line.loose.add(place);
                if before == Break::None {
                    line.close.add(place);
                }
                if matcher.begins_aside(token) {
                    line.asides.add(place);
                }
            }
        }
        self.line = line;
        if let Some(filler) = tables.filler {
            let first = tables.list_program(filler).first;
            let fillers = first.map_or(self.line.all, |set| self.places(tables, set));
            self.line.asides = self.line.asides.or(fillers.and(self.line.loose));
        }
        self.note_hops(matcher);
    }

    /// Notes where asides and fillers lead.
    fn note_hops(&mut self, matcher: &mut Matcher<'_>) {
        let start = matcher.sentence().start;
        let mut passed = Places::<N>::NONE;
        for place in self.line.asides.iter() {
            for end in matcher.asides(start + place).map(|end| end - start) {
                self.line.hops.push((place, end));
                passed = passed.or(Places::before(end).without(Places::before(place)));
            }
        }
        self.line.passed = passed.count();
    }

    /// Notes where a phrase may begin, if anywhere.
    fn note_phrase(&mut self, phrase: u32, begin: Places<N>) {
        if begin.is_empty() {
            return;
        }
        let known = &mut self.phrases[phrase as usize];
        if known.sentence != self.now {
            *known = Known { sentence: self.now, places: Places::NONE };
            self.noted.push(phrase);
        }
        known.places = known.places.or(begin);
    }

    /// Where a match may begin by a probe. The words that it can't do without must stand in its
    /// order and near enough to one another, and it can begin no later than the last of the first
    /// of them.
    fn beginning(&mut self, tables: &Tables<'_>, probe: u32) -> Places<N> {
        let mut links = tables.chain(probe);
        let Some(first) = links.next() else { return Places::NONE };
        let mut here = self.places(tables, first.set);
        let Some(last) = here.last() else { return Places::NONE };
        for Link { set, reach } in links {
            let behind = self.line.behind(here, reach);
            here = self.places(tables, set).and(behind);
            if here.is_empty() {
                return here;
            }
        }
        let begin = Places::before(last + 1);
        tables.first(probe).map_or(begin, |first| self.places(tables, first).and(begin))
    }

    /// Where a program ends that begins at some places.
    fn ends(
        &mut self,
        tables: &Tables<'_>,
        matcher: &mut Matcher<'_>,
        script: &Script<'_>,
        begin: Places<N>,
    ) -> Places<N> {
        let mut course = self.spare.pop().unwrap_or_default();
        course.make_room(script.len());
        course.reach(0, Reached { loose: begin, ..Reached::NOWHERE });
        // What stands before its first word is none of a program's business.
        let open = self.line.loose.or(begin);
        let mut ends = Places::NONE;
        while let Some((at, here)) = course.leave() {
            match script.inst(at) {
                Inst::Match => ends = ends.or(here.all()),
                Inst::Jump(to) => course.reach(to, here),
                Inst::Split(first, second) => {
                    course.reach(first, here);
                    course.reach(second, here);
                }
                Inst::Save(_) | Inst::Capitals | Inst::ClauseStart | Inst::ClauseEnd => {
                    course.reach(at + 1, here);
                }
                Inst::Loosen => course.reach(at + 1, Reached::loosely(here.all())),
                Inst::GapWord => {
                    let words = here.all().and(open).and(self.line.all);
                    course.reach(at + 1, Reached::loosely(words.next()));
                }
                Inst::Switch(switch) => {
                    let here = self.reading(here, open);
                    fork(tables, &self.line.words, switch, here, &mut course);
                }
                taking => {
                    let here = self.reading(here, open);
                    let close = self.take(tables, matcher, taking, here.all());
                    course.reach(at + 1, Reached { close, ..Reached::NOWHERE });
                }
            }
        }
        self.spare.push(course);
        ends
    }

    /// The places from which a word may be read, behind what may be passed over, too.
    fn reading(&self, here: Reached<N>, open: Places<N>) -> Reached<N> {
        let mut loose = here.loose;
        let both = here.all();
        if !both.and(self.line.asides).is_empty() {
            loose = loose.or(self.passed_over(both));
        }
        Reached { close: here.close.and(self.line.close), loose: loose.and(open) }
            .within(self.line.all)
    }

    /// The places behind asides and fillers that begin at some places.
    fn passed_over(&self, from: Places<N>) -> Places<N> {
        let mut behind = Places::NONE;
        for &(place, end) in &self.line.hops {
            if from.or(behind).has(place) {
                behind.add(end);
            }
        }
        behind
    }

    /// The places behind a word, or an entry of a list, that an instruction takes.
    fn take(
        &mut self,
        tables: &Tables<'_>,
        matcher: &mut Matcher<'_>,
        inst: Inst,
        from: Places<N>,
    ) -> Places<N> {
        let fits = match inst {
            Inst::Set(set) => return self.among(tables, set, from).next(),
            Inst::List(list) => return self.list_ends(tables, matcher, list, from),
            Inst::Capital | Inst::Name => {
                let all = || Self::where_is(matcher, |token| matcher.is_capital(token));
                *self.line.capitals.get_or_insert_with(all)
            }
            Inst::Ing => {
                let all = || Self::where_is(matcher, |token| matcher.ends_in(token, "ing"));
                *self.line.ing.get_or_insert_with(all)
            }
            Inst::Ed => {
                let all = || Self::where_is(matcher, |token| matcher.ends_in(token, "ed"));
                *self.line.ed.get_or_insert_with(all)
            }
            _ => self.line.all,
        };
        from.and(fits).next()
    }

    /// Where entries of a list end that begin at some places.
    fn list_ends(
        &mut self,
        tables: &Tables<'_>,
        matcher: &mut Matcher<'_>,
        list: u32,
        from: Places<N>,
    ) -> Places<N> {
        let script = tables.list_program(list);
        let begin = script.first.map_or(from, |first| self.among(tables, first, from));
        let Some(first) = begin.first() else { return begin };
        // A word that its entries can't do without must stand there or behind, if there are such.
        let required = self.places(tables, script.required).without(Places::before(first));
        if required.is_empty() && !tables.set(script.required).is_empty() {
            return Places::NONE;
        }
        let mut known = self.lists.iter().rev().take(LATELY);
        if let Some(&(.., ends)) = known.find(|&&(it, from, _)| it == list && from == begin) {
            return ends;
        }
        let ends = self.ends(tables, matcher, &script, begin);
        self.lists.push((list, begin, ends));
        ends
    }

    /// Where one of the words of a set stands.
    #[inline]
    fn places(&mut self, tables: &Tables<'_>, set: u32) -> Places<N> {
        let known = self.sets[set as usize];
        if known.sentence == self.now {
            return known.places;
        }
        let places = self.find(tables, set, self.line.all);
        self.sets[set as usize] = Known { sentence: self.now, places };
        places
    }

    /// At which of some places one of the words of a set stands.
    #[inline]
    fn among(&mut self, tables: &Tables<'_>, set: u32, places: Places<N>) -> Places<N> {
        let known = self.sets[set as usize];
        if known.sentence == self.now {
            return known.places.and(places);
        }
        self.find(tables, set, places)
    }

    fn find(&mut self, tables: &Tables<'_>, set: u32, places: Places<N>) -> Places<N> {
        let words = tables.set(set);
        if words.len() <= LARGE {
            let known = words.iter().map(|word| self.words[word as usize]);
            let here = known.filter(|known| known.sentence == self.now);
            return here.fold(Places::NONE, |all, known| all.or(known.places)).and(places);
        }
        let bitmap = self.bitmaps[set as usize].get_or_insert_with(|| {
            let mut bits = vec![0; tables.words.len().div_ceil(64)];
            words.iter().for_each(|word| bits[word as usize / 64] |= 1_u64 << (word % 64));
            bits.into()
        });
        let is_in = |WordId(word): WordId| bitmap[word as usize / 64] >> (word % 64) & 1 == 1;
        if places.count() <= FEW {
            places.filter(|place| is_in(self.line.words[place]))
        } else {
            Places::of(&self.line.words, is_in).and(places)
        }
    }

    /// The places of the tokens of which something is true.
    fn where_is(matcher: &Matcher<'_>, is_so: impl Fn(usize) -> bool) -> Places<N> {
        let mut places = Places::NONE;
        for (place, token) in matcher.sentence().enumerate() {
            if is_so(token) {
                places.add(place);
            }
        }
        places
    }
}

/// Goes on from each place where the table of a switch sends its word.
fn fork<const N: usize>(
    tables: &Tables<'_>,
    words: &[WordId],
    switch: u32,
    here: Reached<N>,
    course: &mut Course<N>,
) {
    for place in here.all().iter() {
        for target in tables.targets(switch, words[place]).iter() {
            course.reach(target, here.within(Places::one(place)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Document;
    use crate::rules::{Example, Ruleset};

    /// Compares what skimming finds in each sentence of a text with what comes of trying every phrase.
    fn compare(text: &str, ruleset: &Ruleset, skimmer: &mut Skimmer) -> usize {
        let tables = ruleset.tables();
        let document = Document::new(text, tables.words, &[]);
        let mut count = 0;
        let mut matcher = Matcher::new(&tables, &document);
        for (number, sentence) in document.sentences.iter().enumerate() {
            matcher.turn_to(number);
            let start = sentence.tokens.start;
            let tried = (0..tables.phrase_count() as u32).flat_map(|phrase| {
                let places = matcher.find_all(&tables.phrase(phrase)).into_iter();
                places.map(move |place| (phrase, place.counted_from(start)))
            });
            let tried: Vec<_> = tried.collect();
            let found = skimmer.skim(&tables, &mut matcher, None);
            let found: Vec<_> = found.iter().map(|it| (it.phrase, it.place.clone())).collect();
            assert_eq!(found, tried, "{}", document.slice(sentence.tokens.clone()));
            count += found.len();
        }
        count
    }

    #[test]
    fn no_match_is_missed() {
        let ruleset = Ruleset::builder().build().expect("a sound pack");
        let examples = ruleset.rules().iter().flat_map(|rule| &rule.examples).step_by(3);
        let texts: Vec<&str> = examples
            .map(|example| match example {
                Example::Flag { text, .. } | Example::Pass { text } => text.as_str(),
            })
            .collect();
        let mut skimmer = Skimmer::default();
        let found: usize = texts.iter().map(|text| compare(text, &ruleset, &mut skimmer)).sum();
        assert!(found > texts.len() / 2, "{found} matches");
        // Sentences of more than a row, with fillers and brackets.
        for texts in texts.chunks(6).step_by(5) {
            let long = texts.join(", well, you know (to be honest) ").replace(['.', '!', '?'], ",");
            compare(&long, &ruleset, &mut skimmer);
        }
    }
}
