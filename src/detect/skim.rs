//! One look at each sentence that tells which phrases may begin where.
//!
//! A phrase is looked at only if the sentence has all the words that it can't do without. It is
//! then followed from each word with which it may begin for as long as it goes on, by a finite
//! automaton whose states are sets of places in its program, each made when a text first leads
//! to it (Thompson's simulation with the states kept, as in RE2). Where a phrase ends nowhere,
//! most often at its second word, the matcher never hears of it.
//!
//! What only the matcher knows, such as where clauses begin, is taken to hold, so that no match
//! is ever missed; what is found here is only a guess, which the matcher then looks into.

use rustc_hash::{FxHashMap, FxHashSet};

use super::matcher::Matcher;
use crate::flat::Numbers;
use crate::language::{Break, WordId};
use crate::rules::program::Inst;
use crate::rules::tables::{Script, Tables};

/// What is remembered from sentence to sentence, for one set of rules.
pub(super) struct Skimmer {
    /// By words: whether a filler may begin with it.
    begins_filler: Vec<bool>,
    /// The number of the sentence.
    now: u32,
    /// By sets: where one of its words was met last, as a sentence and a token.
    met: Vec<(u32, u32)>,
    /// By phrases: the last sentence that called them up, and the last token with which they may
    /// begin in it, since all the words that they can't do without must follow.
    called: Vec<(u32, u32)>,
    memory: Memory,
    /// The words of the sentence with what else matters of them.
    letters: Vec<u64>,
    /// Where to go on, and where it was gone on before: tokens and states.
    walks: Vec<(usize, u32)>,
}

/// What can be made anew at any time.
#[derive(Default)]
struct Memory {
    frames: Vec<Frame>,
    frame_numbers: FxHashMap<Frame, u32>,
    places: Vec<Place>,
    place_numbers: FxHashMap<At, u32>,
    /// Where a program comes to without taking a word, as ranges of `reached`.
    closures: FxHashMap<At, (usize, usize)>,
    reached: Vec<u32>,
    states: Vec<State>,
    state_numbers: FxHashMap<Box<[u32]>, u32>,
    /// By phrases: the state before the first word, or [`DEAD`] if it was not made yet.
    starts: Vec<u32>,
    /// Where each letter leads, by state and letter.
    steps: FxHashMap<u64, u32>,
    /// How many places all states hold together.
    held: usize,
    /// What is only in use while a step is made.
    gathered: Vec<u32>,
    seen: FxHashSet<At>,
}

/// A frame, an instruction, and whether a comma may stand before the next word.
type At = (u32, u32, bool);

/// A program that runs, and where its caller goes on.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Frame {
    body: Body,
    /// The caller and its next instruction; none for a phrase.
    back: Option<(u32, u32)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Body {
    Phrase(u32),
    List(u32),
}

/// A place in a program at which a word is taken, or a phrase is done.
#[derive(Clone, Copy)]
struct Place {
    frame: u32,
    inst: u32,
    /// Whether a comma may stand before the next word.
    loose: bool,
    takes: Takes,
}

#[derive(Clone, Copy)]
enum Takes {
    OneOf(u32),
    Switch(u32),
    Anything,
    Gap,
    Capital,
    Ing,
    Ed,
    /// Nothing: the phrase is done.
    Nothing,
}

struct State {
    /// Bits of the words that lead elsewhere than a word that no rule mentions, by the last
    /// digits of their numbers: some other words share them.
    /// Empty until the first step.
    told_apart: Box<[u64]>,
    /// The marks that tell letters apart here.
    marks: u64,
    /// Whether any other word leads nowhere.
    is_picky: bool,
    /// Places that take one word of a set, sorted by the set.
    sets: Box<[(u32, u32)]>,
    /// All other places that take a word.
    others: Box<[u32]>,
    /// Whether the phrase may end here.
    is_done: bool,
    /// The same state with a comma allowed, once it was asked for.
    loosened: Option<u32>,
    /// Whether all places take words of the same set, so that all these lead to the same.
    is_uniform: bool,
    /// Where they lead, once it is known.
    on: Option<u32>,
    /// Where a word leads that nothing is known of, once that is known.
    otherwise: Option<u32>,
}

/// The state in which nothing goes on.
const DEAD: u32 = 0;

/// The bits of a letter that tell more than the word.
const SOFT: u64 = 1;
const ING: u64 = 2;
const ED: u64 = 4;
const CAPITAL: u64 = 8;
const ALL_MARKS: u64 = 15;
const MARKS: u32 = 4;

/// The most steps and places that are kept; then all is forgotten and made anew.
const MOST_STEPS: usize = 200_000;
const MOST_PLACES: usize = 1_500_000;

/// The most places to go on from; a phrase of more, as lists in lists can make, may end anywhere.
const WIDEST: usize = 10_000;

/// The most ways through fillers that are followed from one word on, before it is guessed that
/// one of them leads somewhere.
const MOST_WALKS: usize = 64;

impl Skimmer {
    /// Starts with nothing remembered.
    pub(super) fn new(tables: &Tables<'_>) -> Self {
        let mut begins_filler = vec![false; tables.words.len()];
        if let Some(list) = tables.filler {
            match tables.list_program(list).first {
                Some(first) => {
                    for word in tables.set(first).iter() {
                        begins_filler[word as usize] = true;
                    }
                }
                None => begins_filler.fill(true),
            }
        }
        Self {
            begins_filler,
            now: 0,
            met: vec![(0, 0); tables.set_count()],
            called: vec![(0, 0); tables.phrase_count()],
            memory: Memory::default(),
            letters: Vec::new(),
            walks: Vec::new(),
        }
    }

    /// The phrases that have all the words in a sentence that they can't do without, in the
    /// order in which their rules name them.
    pub(super) fn call_up(
        &mut self,
        tables: &Tables<'_>,
        matcher: &Matcher<'_>,
        due: &mut Vec<u32>,
    ) {
        if self.now == u32::MAX {
            self.now = 0;
            self.met.fill((0, 0));
            self.called.fill((0, 0));
        }
        self.now += 1;
        let Self { now, met, called, .. } = self;
        for token in matcher.sentence() {
            for set in tables.asked_with(matcher.word(token)).iter() {
                met[set as usize] = (*now, token as u32);
            }
        }
        for token in matcher.sentence() {
            for phrase in tables.phrases_with(matcher.word(token)).iter() {
                let known = &mut called[phrase as usize];
                if known.0 != *now {
                    due.push(phrase);
                }
                *known = (*now, token as u32);
            }
        }
        due.retain(|&phrase| {
            let last = &mut called[phrase as usize].1;
            tables.also_required(phrase).iter().all(|set| {
                let (sentence, token) = met[set as usize];
                *last = token.min(*last);
                sentence == *now
            })
        });
        due.sort_unstable();
        self.letters.clear();
    }

    /// The tokens with which a phrase may begin in the sentence of the last call.
    pub(super) fn guess(
        &mut self,
        tables: &Tables<'_>,
        matcher: &mut Matcher<'_>,
        phrase: u32,
        starts: &mut Vec<usize>,
    ) {
        if self.memory.is_full() {
            self.memory = Memory::default();
        }
        let sentence = matcher.sentence();
        if self.letters.is_empty() {
            self.letters.extend(sentence.clone().map(|token| letter(matcher, token)));
        }
        let state = self.memory.start(tables, phrase);
        starts.clear();
        // Most words begin nothing, which is told without a step.
        let before = &self.memory.states[state as usize];
        let last = self.called[phrase as usize].1 as usize;
        if before.is_done {
            starts.extend(sentence.start..=last);
            return;
        }
        let letters = (sentence.start..=last).zip(&self.letters);
        starts.extend(letters.filter(|(_, letter)| before.read(**letter).is_some()).map(|it| it.0));
        starts.retain(|&start| {
            let letter = self.letters[start - sentence.start] & !SOFT;
            let next = self.memory.step(tables, state, letter);
            next != DEAD && self.walk(tables, matcher, start + 1, next)
        });
    }

    /// Whether a phrase that came to a state before a token may come to its end.
    fn walk(
        &mut self,
        tables: &Tables<'_>,
        matcher: &mut Matcher<'_>,
        token: usize,
        state: u32,
    ) -> bool {
        let sentence = matcher.sentence();
        self.walks.clear();
        self.walks.push((token, state));
        let mut walk = 0;
        while let Some(&(mut token, mut state)) = self.walks.get(walk) {
            walk += 1;
            while state != DEAD {
                if self.memory.states[state as usize].is_done || self.walks.len() > MOST_WALKS {
                    return true;
                }
                if token >= sentence.end || matcher.before(token) == Break::Hard {
                    break;
                }
                let letter = self.letters[token - sentence.start];
                let may_be_filler = self.begins_filler[(letter >> MARKS) as usize];
                for end in matcher.asides(token, may_be_filler) {
                    let walk = (end, self.memory.loosened(state));
                    if !self.walks.contains(&walk) {
                        self.walks.push(walk);
                    }
                }
                state = self.memory.step(tables, state, letter);
                token += 1;
            }
        }
        false
    }
}

/// A word with what else of it places may ask for.
fn letter(matcher: &Matcher<'_>, token: usize) -> u64 {
    let marks = [
        (matcher.before(token) > Break::None, SOFT),
        (matcher.ends_in(token, "ing"), ING),
        (matcher.ends_in(token, "ed"), ED),
        (matcher.is_capital(token), CAPITAL),
    ];
    let marks = marks.into_iter().filter(|(is_so, _)| *is_so).map(|(_, mark)| mark);
    marks.fold(u64::from(matcher.word(token).0) << MARKS, |letter, mark| letter | mark)
}

impl State {
    /// What of a letter matters here; nothing if it leads nowhere.
    #[inline]
    fn read(&self, letter: u64) -> Option<u64> {
        let word = (letter >> MARKS) as usize;
        let last = self.told_apart.len().wrapping_sub(1);
        let bits = self.told_apart.get((word / 64) & last).copied().unwrap_or(u64::MAX);
        match (bits >> (word % 64) & 1, self.is_picky) {
            (1, _) => Some(letter & (!ALL_MARKS | self.marks)),
            (_, true) => None,
            (_, false) => Some(letter & self.marks),
        }
    }
}

impl Memory {
    fn is_full(&self) -> bool {
        self.steps.len() > MOST_STEPS
            || self.held + self.reached.len() + self.places.len() > MOST_PLACES
    }

    /// The state of a phrase before its first word.
    fn start(&mut self, tables: &Tables<'_>, phrase: u32) -> u32 {
        if self.states.is_empty() {
            self.starts = vec![DEAD; tables.phrase_count()];
            // The number of the state in which nothing goes on.
            self.state(&mut Vec::new());
        }
        let known = self.starts[phrase as usize];
        if known != DEAD {
            return known;
        }
        let mut gathered = std::mem::take(&mut self.gathered);
        let frame = self.frame(Frame { body: Body::Phrase(phrase), back: None });
        let (from, to) = self.closure(tables, (frame, 0, true));
        gathered.extend(&self.reached[from..to]);
        let state = self.state(&mut gathered);
        self.gathered = gathered;
        self.starts[phrase as usize] = state;
        state
    }

    /// The state to which a word leads.
    fn step(&mut self, tables: &Tables<'_>, state: u32, letter: u64) -> u32 {
        let known = &self.states[state as usize];
        let Some(letter) = known.read(letter) else { return DEAD };
        // A word of another set may be taken for one of this set, which only makes a guess more.
        let is_usual = known.is_uniform && !known.told_apart.is_empty() && letter & SOFT == 0;
        let shortcut = if is_usual { known.on } else { known.otherwise.filter(|_| letter == 0) };
        if let Some(next) = shortcut {
            return next;
        }
        let key = u64::from(state) << (u32::BITS + MARKS) | letter;
        if let Some(&known) = self.steps.get(&key) {
            return known;
        }
        if self.states[state as usize].told_apart.is_empty() {
            self.tell_apart(tables, state);
        }
        let mut gathered = std::mem::take(&mut self.gathered);
        let word = WordId((letter >> MARKS) as u32);
        let sets = std::mem::take(&mut self.states[state as usize].sets);
        for same in sets.chunk_by(|(a, _), (b, _)| a == b) {
            if tables.in_set(same[0].0, word) {
                for &(_, place) in same {
                    self.take(tables, place, letter, &mut gathered);
                }
            }
        }
        self.states[state as usize].sets = sets;
        let others = std::mem::take(&mut self.states[state as usize].others);
        for &place in &others {
            self.take(tables, place, letter, &mut gathered);
        }
        self.states[state as usize].others = others;
        let next = self.state(&mut gathered);
        self.gathered = gathered;
        let known = &mut self.states[state as usize];
        if letter == 0 {
            known.otherwise = Some(next);
        } else if is_usual && next != DEAD {
            known.on = Some(next);
        } else {
            self.steps.insert(key, next);
        }
        next
    }

    /// The same state with a comma allowed before the next word.
    fn loosened(&mut self, state: u32) -> u32 {
        if let Some(known) = self.states[state as usize].loosened {
            return known;
        }
        let known = &self.states[state as usize];
        let places: Vec<u32> = known
            .sets
            .iter()
            .map(|&(_, place)| place)
            .chain(known.others.iter().copied())
            .collect();
        let mut places: Vec<u32> = places
            .into_iter()
            .map(|place| self.place(Place { loose: true, ..self.places[place as usize] }))
            .collect();
        let loosened = self.state(&mut places);
        self.states[state as usize].loosened = Some(loosened);
        loosened
    }

    /// Gathers where a program comes to when it takes a word at a place.
    fn take(&mut self, tables: &Tables<'_>, place: u32, letter: u64, gathered: &mut Vec<u32>) {
        if gathered.len() > WIDEST {
            return;
        }
        let Place { frame, inst, loose, takes } = self.places[place as usize];
        let word = WordId((letter >> MARKS) as u32);
        let is_gap = matches!(takes, Takes::Gap);
        if letter & SOFT != 0 && !loose && !is_gap {
            return;
        }
        let fits = match takes {
            Takes::OneOf(set) => tables.in_set(set, word),
            Takes::Anything | Takes::Gap => true,
            Takes::Capital => letter & CAPITAL != 0,
            Takes::Ing => letter & ING != 0,
            Takes::Ed => letter & ED != 0,
            Takes::Switch(number) => {
                for target in tables.targets(number, word).iter() {
                    self.enter(tables, (frame, target, loose), letter, gathered);
                }
                false
            }
            Takes::Nothing => {
                gathered.push(place);
                false
            }
        };
        if fits {
            let (from, to) = self.closure(tables, (frame, inst + 1, is_gap));
            gathered.extend(&self.reached[from..to]);
        }
    }

    /// Gathers where a program comes to with the next word.
    fn enter(&mut self, tables: &Tables<'_>, at: At, letter: u64, gathered: &mut Vec<u32>) {
        let (from, to) = self.closure(tables, at);
        for reached in from..to {
            self.take(tables, self.reached[reached], letter, gathered);
        }
    }

    /// The places that a program comes to without taking a word.
    fn closure(&mut self, tables: &Tables<'_>, at: At) -> (usize, usize) {
        if let Some(&known) = self.closures.get(&at) {
            return known;
        }
        let from = self.reached.len();
        let mut open = vec![at];
        self.seen.clear();
        while let Some(at) = open.pop() {
            if self.seen.insert(at) {
                self.follow(tables, at, &mut open);
            }
            if self.seen.len() > WIDEST {
                self.reached.truncate(from);
                let end = self.end();
                self.reached.push(end);
                break;
            }
        }
        let range = (from, self.reached.len());
        self.closures.insert(at, range);
        range
    }

    /// A place at which any phrase is taken to be done, where there are too many to go on from.
    fn end(&mut self) -> u32 {
        self.place(Place { frame: u32::MAX, inst: 0, loose: false, takes: Takes::Nothing })
    }

    /// Follows one instruction: to others, or to a place.
    fn follow(&mut self, tables: &Tables<'_>, (frame, inst, loose): At, open: &mut Vec<At>) {
        let Frame { body, back } = self.frames[frame as usize];
        let takes = match script(tables, body).inst(inst) {
            Inst::Jump(to) => return open.push((frame, to, loose)),
            Inst::Split(first, second) => {
                return open.extend([(frame, first, loose), (frame, second, loose)]);
            }
            Inst::Save(_) | Inst::Capitals | Inst::ClauseStart | Inst::ClauseEnd => {
                return open.push((frame, inst + 1, loose));
            }
            Inst::Loosen => return open.push((frame, inst + 1, true)),
            Inst::List(list) => {
                let back = Some((frame, inst + 1));
                let callee = self.frame(Frame { body: Body::List(list), back });
                return open.push((callee, 0, loose));
            }
            Inst::Match => match back {
                Some((caller, next)) => return open.push((caller, next, false)),
                None => Takes::Nothing,
            },
            Inst::Set(set) => Takes::OneOf(set),
            Inst::Switch(number) => Takes::Switch(number),
            Inst::Any => Takes::Anything,
            Inst::GapWord => Takes::Gap,
            Inst::Capital | Inst::Name => Takes::Capital,
            Inst::Ing => Takes::Ing,
            Inst::Ed => Takes::Ed,
        };
        let place = self.place(Place { frame, inst, loose, takes });
        self.reached.push(place);
    }

    fn frame(&mut self, frame: Frame) -> u32 {
        let Self { frames, frame_numbers, .. } = self;
        *frame_numbers.entry(frame).or_insert_with(|| {
            frames.push(frame);
            frames.len() as u32 - 1
        })
    }

    fn place(&mut self, place: Place) -> u32 {
        let Self { places, place_numbers, .. } = self;
        *place_numbers.entry((place.frame, place.inst, place.loose)).or_insert_with(|| {
            places.push(place);
            places.len() as u32 - 1
        })
    }

    /// The number of a state; takes its places away.
    fn state(&mut self, gathered: &mut Vec<u32>) -> u32 {
        if gathered.len() > WIDEST {
            gathered.clear();
            gathered.push(self.end());
        }
        gathered.sort_unstable();
        gathered.dedup();
        if let Some(&known) = self.state_numbers.get(gathered.as_slice()) {
            gathered.clear();
            return known;
        }
        let (mut sets, mut others, mut is_done) = (Vec::new(), Vec::new(), false);
        for &place in gathered.iter() {
            match self.places[place as usize].takes {
                Takes::OneOf(set) => sets.push((set, place)),
                Takes::Nothing => is_done = true,
                _ => others.push(place),
            }
        }
        sets.sort_unstable();
        let same = sets.first().map(|(set, _)| *set) == sets.last().map(|(set, _)| *set);
        let is_uniform = same && others.is_empty();
        let number = self.states.len() as u32;
        self.held += 2 * gathered.len();
        self.state_numbers.insert(gathered.as_slice().into(), number);
        gathered.clear();
        self.states.push(State {
            told_apart: Box::default(),
            marks: ALL_MARKS,
            is_picky: false,
            sets: sets.into(),
            others: others.into(),
            is_done,
            loosened: None,
            is_uniform,
            on: None,
            otherwise: None,
        });
        number
    }
}

impl Memory {
    /// Notes what tells letters apart in a state.
    fn tell_apart(&mut self, tables: &Tables<'_>, state: u32) {
        let known = &self.states[state as usize];
        let sets = known.sets.iter().map(|&(_, place)| place);
        let places =
            || sets.clone().chain(known.others.iter().copied()).map(|it| self.places[it as usize]);
        let words = || {
            places().filter_map(|place| match place.takes {
                Takes::OneOf(set) => Some(tables.set(set)),
                Takes::Switch(number) => Some(tables.switch_words(number)),
                _ => None,
            })
        };
        let count: usize = words().map(Numbers::len).sum();
        let most = tables.words.len().div_ceil(64).next_power_of_two();
        let mut bits = vec![0_u64; (count / 8).next_power_of_two().min(most)];
        let last = bits.len() - 1;
        for word in words().flat_map(Numbers::iter) {
            bits[(word as usize / 64) & last] |= 1 << (word % 64);
        }
        let marks = places().map(|place| match place.takes {
            Takes::Capital => CAPITAL,
            Takes::Ing => ING,
            Takes::Ed => ED,
            // Behind it may stand any of these.
            Takes::Switch(_) => ALL_MARKS,
            _ => 0,
        });
        let loose = places().all(|place| place.loose || matches!(place.takes, Takes::Gap));
        let soft = if loose { 0 } else { SOFT };
        let marks = marks.fold(soft, |all, mark| all | mark);
        let is_picky =
            places().all(|place| matches!(place.takes, Takes::OneOf(_) | Takes::Switch(_)));
        let known = &mut self.states[state as usize];
        (known.told_apart, known.marks, known.is_picky) = (bits.into(), marks, is_picky);
    }
}

fn script<'a>(tables: &Tables<'a>, body: Body) -> Script<'a> {
    match body {
        Body::Phrase(phrase) => tables.phrase(phrase),
        Body::List(list) => tables.list_program(list),
    }
}
