//! How a product stores its conversations as JSON, and how they are read by that.
//!
//! A [`Shape`] is a table of paths. Nothing of what it describes needs code, so that a
//! further product is a further table.

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::{SmallVec, smallvec};

use super::choice::{Choice, Choices};
use super::flaws::Flaws;
use super::node::{Node, Page, first_step};
use super::reader::{Document, Documents};
use super::scope::Scope;
use super::tape::Entry;
use super::words::{self, Words};
use crate::formats::{Certainty, Input, Reading, Records, label};
use crate::text::{Layer, MappedText, TextSpan};
use crate::turn::{Conversation, Role, Turn};

/// Where a product keeps the messages of its conversations and what belongs to them.
///
/// Where several paths are given, the first that leads to something counts. Paths start
/// at the message, unless they begin with one of these:
///
/// | prefix | starts at |
/// |---|---|
/// | `^.` | the conversation that holds the message |
/// | `$.` | the document that holds the conversation |
/// | `@.` | the person who wrote the message, as [`People`] finds it |
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape<'a> {
    /// Where the conversations are; the first layout by which there are messages counts.
    pub(super) layouts: &'a [Layout<'a>],
    /// What tells the product's messages or documents from others: all marks of one of
    /// these rows. A mark is a path, or a path and the words that may stand there:
    /// `type=note|comment`.
    pub(super) marks: &'a [&'a [&'a str]],
    /// The name of the conversation; these paths start at the conversation.
    pub(super) id: &'a [&'a str],
    /// How it was held; these paths start at the conversation, too.
    pub(super) channel: &'a [&'a str],
    /// The list of people, if messages merely have their numbers.
    pub(super) people: Option<People<'a>>,
    /// What belongs to a message.
    pub(super) message: Message<'a>,
}

/// A way to lay out conversations in a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout<'a> {
    /// The path from the document to each conversation.
    pub(super) conversations: &'a str,
    /// The paths from a conversation to its messages, or to arrays of them; all count.
    pub(super) messages: &'a [&'a str],
}

/// A list of people, and what joins them to their messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct People<'a> {
    /// The person's number in a message.
    pub(super) key: &'a [&'a str],
    /// The people; these paths start at the conversation, or with `$.`.
    pub(super) lists: &'a [&'a str],
    /// The person's number in the list; these paths start at the person.
    pub(super) id: &'a [&'a str],
}

/// What belongs to a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message<'a> {
    /// What was said.
    pub(super) text: &'a [Text<'a>],
    /// The speaker's name; `a+b` are two parts of one.
    pub(super) speaker: &'a [&'a str],
    /// The speaker's role; the first rule that knows it counts.
    pub(super) role: &'a [RoleOf<'a>],
    /// When it was said.
    pub(super) time: &'a [&'a str],
    /// The name of the conversation, if messages bear it.
    pub(super) conversation: &'a [&'a str],
}

/// Where the words of a message stand, and as what.
#[derive(Clone, Copy, Debug)]
pub(super) enum Text<'a> {
    /// As they are; several strings are lines.
    Plain(&'a str),
    /// As they are; several strings are sentences of one line.
    Sentences(&'a str),
    /// In some markup, and how it is taken off.
    Markup(&'a str, fn(MappedText) -> MappedText),
}

/// What tells the role of a speaker.
#[derive(Clone, Copy, Debug)]
pub(super) enum RoleOf<'a> {
    /// A word, one of these.
    Word(&'a str, &'a Words),
    /// The beginning of a word, one of these.
    Prefix(&'a str, &'a Words),
    /// A word that everybody uses.
    Common(&'a str),
    /// A name with a role in it: `Jane (Support)`.
    Label(&'a str),
    /// Two words, if they are the same.
    Same(&'a str, &'a str, Role),
    /// Two words, if they are not.
    Differs(&'a str, &'a str, Role),
    /// That there is anything but `null`.
    Has(&'a str, Role),
}

/// A conversation that was found in a document.
#[derive(Debug)]
pub(super) struct Found<'d> {
    /// What holds it.
    pub(super) conversation: Node<'d>,
    /// Its messages.
    pub(super) messages: Vec<Node<'d>>,
}

/// Whether a source is of this shape.
pub(super) fn recognize(shape: &Shape<'_>, input: &Input<'_>) -> Certainty {
    let start = start(input);
    if !shape.marks.iter().any(|row| row.iter().all(|mark| start.may_hold(mark))) {
        return Certainty::No;
    }
    let sure = start_holds(input, |root| {
        let mut found = shape.layouts.iter().flat_map(|layout| layout.find(root));
        found.any(|found| {
            let messages = found.messages.iter().filter(|message| shape.fits(**message));
            let scopes = messages.map(|&message| Scope::new(root, found.conversation, message));
            scopes.take(ENOUGH).any(|scope| shape.marks(&scope))
        }) || shape.marks(&Scope::new(root, root, root))
    });
    if sure { Certainty::Sure } else { Certainty::No }
}

/// How many messages, or documents, of the start of a source are looked at.
const ENOUGH: usize = 8;

/// The first documents of a source.
#[derive(Debug, Default)]
pub(in crate::formats) struct Start {
    documents: Vec<Document>,
    /// The names of all their members; nothing if one is spelled with escapes.
    names: Option<FxHashSet<String>>,
}

impl Start {
    fn of(input: &Input<'_>) -> Self {
        let start = input.start();
        let blank = ['\u{FEFF}', '\x1E', ' ', '\t', '\r', '\n'];
        if !start.trim_start_matches(blank).starts_with(['{', '[']) {
            return Self::default();
        }
        let mut reading = Documents::of(start);
        let mut documents = Vec::new();
        for _ in 0..ENOUGH {
            let mut document = Document::default();
            if !reading.read(&mut document) {
                break;
            }
            documents.push(document);
        }
        let entries = documents.iter().flat_map(|document| document.tape.entries());
        Self { names: names(start, entries), documents }
    }

    /// Whether a mark can be there: all names of its path are. Most shapes of most sources need
    /// no closer look than this.
    fn may_hold(&self, mark: &str) -> bool {
        let Some(names) = &self.names else { return true };
        // Marks are short, and there are a hundred: they are gone through byte by byte.
        let end = mark.bytes().position(|byte| byte == b'=').unwrap_or(mark.len());
        let mut path = &mark[..end];
        while !path.is_empty() {
            let (step, rest) = first_step(path);
            if step.starts_with(|c: char| c.is_ascii_alphabetic()) && !names.contains(step) {
                return false;
            }
            path = rest;
        }
        true
    }
}

/// The names of values in a text; nothing if one is spelled with escapes.
fn names<'e>(text: &str, values: impl Iterator<Item = &'e Entry>) -> Option<FxHashSet<String>> {
    let mut names = FxHashSet::default();
    for Entry { name, .. } in values {
        if name.escaped {
            return None;
        }
        let name = &text[name.span.range()];
        if !names.contains(name) {
            names.insert(name.to_owned());
        }
    }
    Some(names)
}

fn start<'i>(input: &'i Input<'_>) -> &'i Start {
    input.json.get_or_init(|| Start::of(input))
}

/// Whether one of the first documents of a source holds something.
pub(super) fn start_holds(input: &Input<'_>, mut holds: impl FnMut(Node<'_>) -> bool) -> bool {
    let strings = input.text.inner(Layer::Json);
    start(input).documents.iter().any(|document| {
        let page = Page::new(&input.text, &strings, &document.tape);
        page.root().is_some_and(&mut holds)
    })
}

/// Reads a source by a shape that comes with buckstop.
pub(super) fn read(shape: &'static Shape<'static>, input: &Input<'_>) -> Reading {
    Choices::lend(shape, |choices| read_by_layouts(choices, input))
}

/// Reads a source by the layouts of a shape, with choices for it.
pub(super) fn read_by_layouts(choices: &mut Choices<'_>, input: &Input<'_>) -> Reading {
    read_found(choices, input, |root, reader| {
        reader.choices.of(root).layouts.iter().any(|layout| {
            let mut found = layout.find(root);
            found.iter_mut().for_each(Found::keep_whole);
            reader.document(root, &found)
        })
    })
}

/// Reads a source document by document.
pub(super) fn read_found(
    choices: &mut Choices<'_>,
    input: &Input<'_>,
    mut read: impl FnMut(Node<'_>, &mut Reader<'_, '_>) -> bool,
) -> Reading {
    let mut reader = Reader::new(choices);
    let mut flaws = Flaws::default();
    let text = input.text.as_str();
    let strings = input.text.inner(Layer::Json);
    let goes_on = input.source.is_continuation();
    let mut documents = if goes_on { Documents::lines(text) } else { Documents::of(text) };
    let by_line = documents.by_line();
    let mut document = Document::default();
    while documents.read(&mut document) {
        flaws.add(&document.flaws);
        let page = Page::new(&input.text, &strings, &document.tape);
        if let Some(root) = page.root() {
            read(root, &mut reader);
        }
    }
    let mut problems = flaws.problems(input, by_line);
    if reader.conversations.is_empty() && !goes_on {
        problems.push(input.problem(0, "no messages were found in this JSON"));
    }
    let records = if by_line { Records::Lines } else { Records::Whole };
    Reading { conversations: reader.conversations, problems, records }
}

impl Layout<'_> {
    /// The conversations of a document, with all their messages.
    fn find<'d>(&self, root: Node<'d>) -> Vec<Found<'d>> {
        let mut found = Vec::new();
        root.search(self.conversations, |conversation| {
            let mut messages = Vec::new();
            for path in self.messages {
                conversation.search(path, |list| {
                    messages.extend(each(list));
                    None::<()>
                });
            }
            found.push(Found { conversation, messages });
            None::<()>
        });
        found
    }
}

/// The elements of an array; anything else is the only one of itself.
fn each(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    node.elements().chain((!node.is_array()).then_some(node))
}

impl Found<'_> {
    /// Drops a message inside which the reader stopped: what would have followed may be
    /// that it is a private note. A conversation that is itself the first of its messages
    /// is merely not finished.
    fn keep_whole(&mut self) {
        let conversation = self.conversation;
        let many = self.messages.len() > 1;
        self.messages.retain(|message| !message.is_cut() || (many && message.is(conversation)));
    }
}

/// Puts turns together to conversations.
#[derive(Debug)]
pub(super) struct Reader<'c, 's> {
    choices: &'c mut Choices<'s>,
    conversations: Vec<Conversation>,
    by_id: FxHashMap<String, usize>,
    /// The conversation of messages that are documents of their own and bear no name of
    /// a conversation.
    loose: Option<usize>,
}

impl<'c, 's> Reader<'c, 's> {
    fn new(choices: &'c mut Choices<'s>) -> Self {
        Self { choices, conversations: Vec::new(), by_id: FxHashMap::default(), loose: None }
    }

    /// What of the shape the objects of the document can have.
    pub(super) fn choices(&mut self) -> &mut Choices<'s> {
        self.choices
    }

    /// Reads what was found in a document, and tells whether there was a message in it.
    pub(super) fn document(&mut self, root: Node<'_>, found: &[Found<'_>]) -> bool {
        let mut any = false;
        let people = self.choices.shape().people.as_ref();
        let everywhere = people.map_or_else(Directory::default, |people| people.of_document(root));
        for found in found {
            let here =
                people.map_or_else(Directory::default, |people| people.of(found.conversation));
            any |= self.conversation(root, found, [&here, &everywhere]);
        }
        any
    }

    fn conversation(
        &mut self,
        root: Node<'_>,
        found: &Found<'_>,
        people: [&Directory<'_>; 2],
    ) -> bool {
        let shape = self.choices.shape();
        let standing = self.standing(root, found);
        let mut own = None;
        let mut any = false;
        for &message in found.messages.iter().filter(|message| shape.fits(**message)) {
            let choice = self.choices.of(message);
            let mut scope = Scope::new(root, found.conversation, message);
            scope.person = choice.person(&scope, people);
            let Some(turn) = choice.turn(&scope) else { continue };
            let id = scope.word(&choice.conversation);
            let place = match id.as_deref().or(standing.id.as_deref()) {
                Some(id) => self.named(id, &standing),
                None if message.is(root) => {
                    let place = self.loose.unwrap_or_else(|| self.open(None, &standing));
                    *self.loose.insert(place)
                }
                None => *own.get_or_insert_with(|| self.open(None, &standing)),
            };
            self.conversations[place].turns.push(turn);
            any = true;
        }
        any
    }

    /// What the holder of a conversation says of it. An array says nothing.
    fn standing<'d>(&mut self, root: Node<'d>, found: &Found<'d>) -> Standing<'d> {
        let holder = found.conversation;
        if holder.is_array() {
            return Standing { id: None, channel: None };
        }
        let choice = self.choices.of(holder);
        let scope = Scope::new(root, holder, holder);
        Standing { id: scope.word(&choice.id), channel: scope.word(&choice.channel) }
    }

    /// The conversation of a name, which may have begun in an earlier document.
    fn named(&mut self, id: &str, standing: &Standing<'_>) -> usize {
        if let Some(&place) = self.by_id.get(id) {
            return place;
        }
        let place = self.open(Some(id.to_owned()), standing);
        self.by_id.insert(id.to_owned(), place);
        place
    }

    fn open(&mut self, id: Option<String>, standing: &Standing<'_>) -> usize {
        let channel = standing.channel.as_deref().map(str::to_owned);
        self.conversations.push(Conversation { id, channel, turns: Vec::new() });
        self.conversations.len() - 1
    }
}

/// What holds for all messages of a conversation that do not say otherwise.
struct Standing<'d> {
    id: Option<Cow<'d, str>>,
    channel: Option<Cow<'d, str>>,
}

impl Shape<'_> {
    /// Whether a message bears all marks of one row.
    fn marks(&self, scope: &Scope<'_>) -> bool {
        self.marks.iter().any(|row| row.iter().all(|mark| scope.holds(mark)))
    }

    /// Whether a value can be a message. Messages are arrays instead of objects if their
    /// text has a number for a name.
    fn fits(&self, message: Node<'_>) -> bool {
        let numbered = |text: &Text<'_>| text.path().starts_with(|c: char| c.is_ascii_digit());
        message.is_array() == self.message.text.iter().all(numbered)
    }
}

impl Choice<'_> {
    /// The turn that a message is, if anything was said.
    fn turn(&self, scope: &Scope<'_>) -> Option<Turn> {
        let text = self.text.iter().find_map(|text| text.of(scope))?;
        let role = self.role.iter().find_map(|role| role.of(scope));
        let name = self.speaker.iter().find_map(|path| scope.name(path));
        Some(Turn {
            speaker: name.filter(|name| !words::is_role(name)),
            role: role.unwrap_or(Role::Unknown),
            time: scope.word(&self.time).map(Cow::into_owned),
            text,
        })
    }

    /// Who wrote a message, among the people that are listed.
    fn person<'d>(&self, scope: &Scope<'d>, directories: [&Directory<'d>; 2]) -> Option<Node<'d>> {
        let key = scope.word(&self.person)?;
        directories.into_iter().find_map(|directory| directory.get(&key).copied())
    }

    /// Whether a value is a message: something was said, by somebody.
    pub(super) fn is_message(&self, node: Node<'_>) -> bool {
        let scope = Scope::new(node, node, node);
        let object = !node.is_array();
        let spoken = || self.text.iter().any(|text| text.is_said(&scope));
        let speaker = || self.speaker.iter().any(|path| scope.name(path).is_some());
        let role = || self.role.iter().any(|role| role.of(&scope).is_some());
        object && (speaker() || role()) && spoken()
    }
}

impl<'a> Text<'a> {
    /// Where the words stand.
    pub(super) fn path(&self) -> &'a str {
        match self {
            Self::Plain(path) | Self::Sentences(path) | Self::Markup(path, _) => path,
        }
    }

    /// Whether anything is said there.
    fn is_said(&self, scope: &Scope<'_>) -> bool {
        scope.first(self.path()).is_some_and(Node::has_plain_words) || self.of(scope).is_some()
    }

    fn of(&self, scope: &Scope<'_>) -> Option<MappedText> {
        match *self {
            Self::Plain(path) => joined(&scope.find(path), "\n"),
            Self::Sentences(path) => joined(&scope.find(path), " "),
            Self::Markup(path, read) => {
                let text = read(scope.first(path)?.prose()?);
                (!text.as_str().trim().is_empty()).then_some(text)
            }
        }
    }
}

/// Joins strings; what stands between two of them in the file is read as `by`.
fn joined(strings: &[Node<'_>], by: &str) -> Option<MappedText> {
    let mut texts = strings.iter().filter_map(|string| Some((*string, string.prose()?))).peekable();
    let (mut last, first) = texts.next()?;
    if texts.peek().is_none() {
        return Some(first);
    }
    let mut builder = MappedText::builder();
    builder.push_slice(&first, whole(&first));
    for (string, text) in texts {
        let (before, after) = (last.string_span()?, string.string_span()?);
        if before.end < after.start {
            let gap = TextSpan { start: before.end, end: after.start };
            builder.push_decoded_mark(by, string.text(), gap);
            builder.push_slice(&text, whole(&text));
            last = string;
        }
    }
    Some(builder.finish())
}

/// The span of all of a text.
pub(super) fn whole(text: &MappedText) -> TextSpan {
    TextSpan::new(0, text.as_str().len())
}

impl<'a> RoleOf<'a> {
    /// The paths at all of which there must be something.
    pub(super) fn paths(&self) -> SmallVec<[&'a str; 2]> {
        match *self {
            Self::Word(path, _)
            | Self::Prefix(path, _)
            | Self::Common(path)
            | Self::Label(path)
            | Self::Has(path, _) => smallvec![path],
            Self::Same(one, other, _) | Self::Differs(one, other, _) => smallvec![one, other],
        }
    }

    fn of(&self, scope: &Scope<'_>) -> Option<Role> {
        let word = |path: &str| scope.word(&[path]);
        match *self {
            Self::Word(path, known) => words::among(known, &word(path)?),
            Self::Common(path) => words::common(&word(path)?),
            Self::Label(path) => {
                let speaker = label::speaker(&word(path)?);
                (speaker.certain && speaker.role != Role::Unknown).then_some(speaker.role)
            }
            Self::Prefix(path, known) => {
                let word = word(path)?;
                known.iter().find(|(prefix, _)| word.starts_with(prefix)).map(|&(_, role)| role)
            }
            Self::Same(one, two, role) => (word(one)? == word(two)?).then_some(role),
            Self::Differs(one, two, role) => (word(one)? != word(two)?).then_some(role),
            Self::Has(path, role) => word(path).map(|_| role),
        }
    }
}

/// People by their numbers.
type Directory<'d> = FxHashMap<Cow<'d, str>, Node<'d>>;

impl People<'_> {
    /// The people that a document lists for all its conversations.
    fn of_document<'d>(&self, root: Node<'d>) -> Directory<'d> {
        self.directory(root, |path| path.strip_prefix("$."))
    }

    /// The people that a conversation lists.
    fn of<'d>(&self, conversation: Node<'d>) -> Directory<'d> {
        self.directory(conversation, |path| (!path.starts_with("$.")).then_some(path))
    }

    fn directory<'d>(
        &self,
        base: Node<'d>,
        path: impl for<'p> Fn(&'p str) -> Option<&'p str>,
    ) -> Directory<'d> {
        let mut directory = Directory::default();
        let lists = self.lists.iter().filter_map(|list| path(list));
        for person in lists.flat_map(|path| base.find(path)).flat_map(each) {
            let ids = self.id.iter().filter_map(|path| person.first(path)?.word());
            for id in ids {
                directory.entry(id).or_insert(person);
            }
        }
        directory
    }
}
