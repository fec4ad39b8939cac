//! What of a shape an object can have, settled once for all objects with the same names.
//!
//! A shape has up to a hundred paths, of which three or four lead anywhere in the messages of any
//! one export. All its messages have the same members, or the same few sets of them; so the first
//! object of a set tells which paths may be left out for all others.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ptr;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::node::{Node, first_step};
use super::scope::is_elsewhere;
use super::shape::{Layout, People, RoleOf, Shape, Text};

/// The paths of a shape that may lead somewhere. What they mean is told where the shape has them.
#[derive(Debug)]
pub(super) struct Choice<'s> {
    pub(super) layouts: Cow<'s, [Layout<'s>]>,
    pub(super) text: Cow<'s, [Text<'s>]>,
    pub(super) speaker: Paths<'s>,
    pub(super) role: Cow<'s, [RoleOf<'s>]>,
    pub(super) time: Paths<'s>,
    pub(super) conversation: Paths<'s>,
    pub(super) id: Paths<'s>,
    pub(super) channel: Paths<'s>,
    pub(super) person: Paths<'s>,
}

type Paths<'s> = Cow<'s, [&'s str]>;

/// The choices that were made so far for a shape.
#[derive(Debug)]
pub(super) struct Choices<'s> {
    shape: &'s Shape<'s>,
    /// All paths, for what is no object or has too many members.
    all: Rc<Choice<'s>>,
    /// By the names of an object.
    known: FxHashMap<String, Met<'s>>,
    /// The names of the last object, as they are written and in their order, each behind a quote,
    /// which no name holds without an escape.
    names: String,
    /// The choice for it.
    last: Rc<Choice<'s>>,
}

/// How often the objects with some names were met.
#[derive(Debug)]
enum Met<'s> {
    /// So many times. A choice costs more than it saves them.
    Times(usize),
    /// Often enough for this choice.
    Often(Rc<Choice<'s>>),
}

/// How many times that is.
const OFTEN: usize = 8;

/// How many members an object may have for a choice to be made for it. Names of more are mostly
/// data.
const MOST_MEMBERS: usize = 64;

/// How many choices are kept. Objects with ever other names are rare, too.
const MOST_KNOWN: usize = 256;

thread_local! {
    /// The choices for shapes that come with buckstop, by the shapes' addresses. Records of a stream
    /// are read one by one, and are alike.
    static KEPT: RefCell<FxHashMap<usize, Choices<'static>>> = RefCell::default();
}

impl<'s> Choices<'s> {
    /// None were made for this shape yet.
    pub(super) fn new(shape: &'s Shape<'s>) -> Self {
        let all = Rc::new(Choice::all(shape));
        let last = Rc::clone(&all);
        Self { shape, all, known: FxHashMap::default(), names: String::new(), last }
    }

    /// Works with the choices that this thread has made so far for a shape.
    pub(super) fn lend<T>(
        shape: &'static Shape<'static>,
        work: impl FnOnce(&mut Choices<'static>) -> T,
    ) -> T {
        let address = ptr::from_ref(shape).addr();
        let known = KEPT.with_borrow_mut(|kept| kept.remove(&address));
        let mut choices = known.unwrap_or_else(|| Choices::new(shape));
        let done = work(&mut choices);
        KEPT.with_borrow_mut(|kept| kept.insert(address, choices));
        done
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
        let choice = match self.known.get_mut(&self.names) {
            Some(Met::Often(choice)) => return Rc::clone(choice),
            Some(Met::Times(times)) if *times < OFTEN => {
                *times += 1;
                None
            }
            Some(known) => {
                let has = |name: &str| object.members().any(|member| member.name() == name);
                let choice = Rc::new(Choice::of(self.shape, has));
                *known = Met::Often(Rc::clone(&choice));
                Some(choice)
            }
            None => {
                if self.known.len() < MOST_KNOWN {
                    self.known.insert(self.names.clone(), Met::Times(1));
                }
                None
            }
        };
        choice.unwrap_or_else(|| {
            // The next object of these names is to be counted, too.
            self.names.clear();
            Rc::clone(&self.all)
        })
    }
}

impl<'s> Choice<'s> {
    /// All paths of a shape.
    fn all(shape: &'s Shape<'s>) -> Self {
        let message = &shape.message;
        Self {
            layouts: Cow::Borrowed(shape.layouts),
            text: Cow::Borrowed(message.text),
            speaker: Cow::Borrowed(message.speaker),
            role: Cow::Borrowed(message.role),
            time: Cow::Borrowed(message.time),
            conversation: Cow::Borrowed(message.conversation),
            id: Cow::Borrowed(shape.id),
            channel: Cow::Borrowed(shape.channel),
            person: Cow::Borrowed(shape.people.map_or(&[], |People { key, .. }| key)),
        }
    }

    /// The paths of a shape that may lead somewhere from an object, by the names that it has.
    fn of(shape: &'s Shape<'s>, has: impl Fn(&str) -> bool) -> Self {
        let leads = |path: &&'s str| {
            let step = first_step(path).0;
            is_elsewhere(path) || step.is_empty() || has(step)
        };
        let one = |path: &'s str| leads(&path);
        let all = Self::all(shape);
        Self {
            layouts: among(&all.layouts, |it| match it.conversations {
                "" => it.messages.iter().any(leads),
                path => one(path),
            }),
            text: among(&all.text, |it| one(it.path())),
            speaker: among(&all.speaker, |it| it.split('+').any(one)),
            role: among(&all.role, |it| it.paths().iter().all(leads)),
            time: among(&all.time, leads),
            conversation: among(&all.conversation, leads),
            id: among(&all.id, leads),
            channel: among(&all.channel, leads),
            person: among(&all.person, leads),
        }
    }
}

/// Those that are wanted.
fn among<'s, T: Copy>(all: &[T], wanted: impl Fn(&T) -> bool) -> Cow<'s, [T]> {
    Cow::Owned(all.iter().copied().filter(wanted).collect())
}
