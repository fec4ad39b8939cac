//! What of a shape an object can have, settled once for all objects with the same names.
//!
//! A shape has up to a hundred paths, of which three or four lead anywhere in the messages of any
//! one export. All its messages have the same members, or the same few sets of them; so the first
//! object of a set tells which paths may be left out for all others.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::node::{Node, first_step};
use super::scope::is_elsewhere;
use super::shape::{Layout, People, RoleOf, Shape, Text};

/// The paths of a shape that may lead somewhere. What they mean is told where the shape has them.
#[derive(Debug, Default)]
pub(super) struct Choice<'s> {
    pub(super) layouts: Vec<Layout<'s>>,
    pub(super) text: Vec<Text<'s>>,
    pub(super) speaker: Vec<&'s str>,
    pub(super) role: Vec<RoleOf<'s>>,
    pub(super) time: Vec<&'s str>,
    pub(super) conversation: Vec<&'s str>,
    pub(super) id: Vec<&'s str>,
    pub(super) channel: Vec<&'s str>,
    pub(super) person: Vec<&'s str>,
}

/// The choices that were made so far for a shape.
#[derive(Debug)]
pub(super) struct Choices<'s> {
    shape: &'s Shape<'s>,
    /// All paths, for what is no object or has too many members.
    all: Rc<Choice<'s>>,
    /// By the names of an object.
    known: FxHashMap<String, Rc<Choice<'s>>>,
    /// The names of the last object, as they are written and in their order, each behind a quote,
    /// which no name holds without an escape.
    names: String,
    /// The choice for it.
    last: Rc<Choice<'s>>,
}

/// How many members an object may have for a choice to be made for it. Names of more are mostly
/// data.
const MOST_MEMBERS: usize = 64;

/// How many choices are kept. Objects with ever other names are rare, too.
const MOST_KNOWN: usize = 256;

impl<'s> Choices<'s> {
    /// None were made for this shape yet.
    pub(super) fn new(shape: &'s Shape<'s>) -> Self {
        let all = Rc::new(Choice::of(shape, |_| true));
        let last = Rc::clone(&all);
        Self { shape, all, known: FxHashMap::default(), names: String::new(), last }
    }

    /// The shape.
    pub(super) fn shape(&self) -> &'s Shape<'s> {
        self.shape
    }

    /// What of the shape an object can have.
    pub(super) fn of(&mut self, object: Node<'_>) -> Rc<Choice<'s>> {
        if !self.are_last(object) {
            self.last = self.look_up(object);
        }
        Rc::clone(&self.last)
    }

    /// Whether the names of an object are those of the last one.
    fn are_last(&self, object: Node<'_>) -> bool {
        let mut rest = self.names.as_str();
        for member in object.members() {
            let Some(next) = rest.strip_prefix('"').and_then(|it| it.strip_prefix(member.name()))
            else {
                return false;
            };
            rest = next;
        }
        // Each name went to its end, or the next one would have begun elsewhere than at a quote.
        rest.is_empty()
    }

    fn look_up(&mut self, object: Node<'_>) -> Rc<Choice<'s>> {
        self.names.clear();
        for (number, member) in object.members().enumerate() {
            if number == MOST_MEMBERS || member.entry().name.escaped {
                self.names.clear();
                return Rc::clone(&self.all);
            }
            self.names.push('"');
            self.names.push_str(member.name());
        }
        if self.names.is_empty() {
            return Rc::clone(&self.all);
        }
        if let Some(known) = self.known.get(&self.names) {
            return Rc::clone(known);
        }
        let has = |name: &str| object.members().any(|member| member.name() == name);
        let choice = Rc::new(Choice::of(self.shape, has));
        if self.known.len() < MOST_KNOWN {
            self.known.insert(self.names.clone(), Rc::clone(&choice));
        }
        choice
    }
}

impl<'s> Choice<'s> {
    /// The paths of a shape that may lead somewhere from an object, by the names that it has.
    fn of(shape: &Shape<'s>, has: impl Fn(&str) -> bool) -> Self {
        let leads = |path: &&'s str| {
            let step = first_step(path).0;
            is_elsewhere(path) || step.is_empty() || has(step)
        };
        let paths = |paths: &'s [&'s str]| paths.iter().copied().filter(leads).collect();
        let message = &shape.message;
        let people = shape.people.map_or(&[][..], |People { key, .. }| key);
        let lay = |it: &Layout<'s>| match it.conversations {
            "" => it.messages.iter().any(leads),
            path => leads(&path),
        };
        Self {
            layouts: shape.layouts.iter().copied().filter(lay).collect(),
            text: message.text.iter().copied().filter(|it| leads(&it.path())).collect(),
            speaker: message
                .speaker
                .iter()
                .copied()
                .filter(|path| path.split('+').any(|part| leads(&part)))
                .collect(),
            role: message
                .role
                .iter()
                .copied()
                .filter(|it| it.paths().iter().all(leads))
                .collect(),
            time: paths(message.time),
            conversation: paths(message.conversation),
            id: paths(shape.id),
            channel: paths(shape.channel),
            person: paths(people),
        }
    }
}
