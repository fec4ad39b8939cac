//! Writing a program: from a phrase's tree to instructions.
//!
//! What the words of the phrase accept is asked of the [`Grammar`]; in which order
//! branches are tried is decided here: longer ones first, single words as one set. Of a word list
//! all ends count, so that there the order is free.

use std::collections::BTreeMap;

use super::phrase::Node;
use super::program::{Grammar, Inst, Program, Switch, class_word};
use crate::language::WordId;

/// From how many branches on a table pays.
const FEWEST_SWITCHED: usize = 4;

/// The program of a phrase, or of all the entries of a word list. What it needs of a
/// sentence is left for the grammar to fill in.
pub(super) fn program(grammar: &mut Grammar, node: &Node, capture_lists: bool) -> Program {
    let mut emitter = Emitter { grammar, program: Program::default(), capture_lists };
    emitter.node(node);
    emitter.push(Inst::Match);
    emitter.program
}

/// Writes the instructions of one program.
struct Emitter<'g> {
    grammar: &'g mut Grammar,
    program: Program,
    capture_lists: bool,
}

impl Emitter<'_> {
    fn node(&mut self, node: &Node) {
        match node {
            Node::Word(word) => {
                let pieces = self.grammar.pieces(word);
                self.pieces(pieces);
            }
            Node::Capitals(word) => {
                self.push(Inst::Capitals);
                let pieces = self.grammar.pieces(word);
                self.pieces(pieces);
            }
            Node::AnyForm(plain) => {
                let forms = self.grammar.form_pieces(plain);
                let (single, several): (Vec<_>, Vec<_>) =
                    forms.into_iter().partition(|f| f.len() == 1);
                let single: Vec<WordId> = single.into_iter().flatten().flatten().collect();
                let mut branches: Vec<Branch<'_>> =
                    several.into_iter().map(Branch::Pieces).collect();
                branches.push(Branch::Pieces(vec![single]));
                self.branches(branches);
            }
            Node::List { name, .. } => self.list(name),
            Node::Gap(width) => self.gap(*width),
            Node::AnyWord => self.push(Inst::Any),
            Node::Comma => self.push(Inst::Loosen),
            Node::ClauseStart => self.push(Inst::ClauseStart),
            Node::ClauseEnd => self.push(Inst::ClauseEnd),
            Node::Sequence(nodes) => nodes.iter().for_each(|n| self.node(n)),
            Node::Choice(branches) => self.choice(branches),
            Node::Optional(inner) => self.optional(inner),
            Node::Capture(name, inner) => self.captured(name, |emitter| emitter.node(inner)),
        }
    }

    fn push(&mut self, inst: Inst) {
        self.program.insts.push(inst);
    }

    fn here(&self) -> u32 {
        self.program.insts.len() as u32
    }

    fn pieces(&mut self, pieces: Vec<Vec<WordId>>) {
        for accepted in pieces {
            let set = self.grammar.set(accepted);
            self.push(Inst::Set(set));
        }
    }

    fn list(&mut self, name: &str) {
        let inst = match (name, class_word(name)) {
            ("name", _) => Inst::Name,
            ("capital", _) => Inst::Capital,
            ("ing", _) => Inst::Ing,
            ("ed", _) => Inst::Ed,
            (_, Some(class)) => Inst::Set(self.grammar.set(vec![class])),
            _ => {
                let Some(list) = self.grammar.list(name) else { return };
                match self.grammar.single(list) {
                    Some(words) => Inst::Set(self.grammar.set(words)),
                    None => Inst::List(list),
                }
            }
        };
        // A company's name may have several words.
        let repeated = name == "company";
        if self.capture_lists && !self.program.captures.iter().any(|c| c == name) {
            self.captured(name, |emitter| emitter.word(inst, repeated));
        } else {
            self.word(inst, repeated);
        }
    }

    fn word(&mut self, inst: Inst, repeated: bool) {
        let start = self.here();
        self.push(inst);
        if repeated {
            self.push(Inst::Split(start, start + 2));
        }
    }

    fn captured(&mut self, name: &str, emit: impl FnOnce(&mut Self)) {
        let known = self.program.captures.iter().position(|c| c == name);
        let number = known.unwrap_or_else(|| {
            self.program.captures.push(name.to_owned());
            self.program.captures.len() - 1
        }) as u32;
        self.push(Inst::Save(2 * number));
        emit(self);
        self.push(Inst::Save(2 * number + 1));
    }

    /// As few words as will do.
    fn gap(&mut self, width: u8) {
        self.push(Inst::Loosen);
        let end = self.here() + 2 * u32::from(width);
        for _ in 0..width {
            let next = self.here() + 1;
            self.push(Inst::Split(end, next));
            self.push(Inst::GapWord);
        }
    }

    fn optional(&mut self, inner: &Node) {
        let split = self.here();
        self.push(Inst::Split(split + 1, 0));
        self.node(inner);
        let end = self.here();
        self.program.insts[split as usize] = Inst::Split(split + 1, end);
    }

    /// Single words become one set; longer branches are tried before it, the longest first.
    fn choice(&mut self, nodes: &[Node]) {
        let mut single = Vec::new();
        let mut branches: Vec<&Node> = Vec::new();
        for node in nodes {
            match self.grammar.single_words(node) {
                Some(words) => single.extend(words),
                None => branches.push(node),
            }
        }
        branches.sort_by_key(|n| std::cmp::Reverse(size(n)));
        let mut branches: Vec<Branch<'_>> = branches.into_iter().map(Branch::Node).collect();
        if !single.is_empty() {
            branches.push(Branch::Pieces(vec![single]));
        }
        self.branches(branches);
    }

    /// Few branches are tried in turn; of many, only those that can begin with the next word. Of
    /// some it can't be told with which words they begin; in a list those come last.
    fn branches(&mut self, branches: Vec<Branch<'_>>) {
        let first: Vec<_> = branches.iter().map(|it| it.first_words(self.grammar)).collect();
        let count = first.iter().flatten().count();
        let in_order = count == branches.len() || !self.capture_lists;
        if count < FEWEST_SWITCHED || !in_order {
            return self.in_turn(branches);
        }
        let (mut told, mut untold) = (Vec::new(), Vec::new());
        for (branch, first) in branches.into_iter().zip(first) {
            match first {
                Some(first) => told.push((branch, first)),
                None => untold.push(branch),
            }
        }
        untold.insert(0, Branch::Told(told));
        self.in_turn(untold);
    }

    fn switched(&mut self, branches: Vec<(Branch<'_>, Vec<WordId>)>) {
        let number = self.program.switches.len();
        self.program.switches.push(Switch::default());
        self.push(Inst::Switch(number as u32));
        let mut table: BTreeMap<WordId, Vec<u32>> = BTreeMap::new();
        let mut ends = Vec::new();
        for (branch, first) in branches {
            for word in first {
                table.entry(word).or_default().push(self.here());
            }
            self.branch(branch);
            ends.push(self.here() as usize);
            self.push(Inst::Jump(0));
        }
        self.program.switches[number] = Switch::new(table);
        self.land(ends);
    }

    fn in_turn(&mut self, branches: Vec<Branch<'_>>) {
        let mut ends = Vec::new();
        let last = branches.len().saturating_sub(1);
        for (i, branch) in branches.into_iter().enumerate() {
            if i == last {
                self.branch(branch);
                break;
            }
            let split = self.here();
            self.push(Inst::Split(split + 1, 0));
            self.branch(branch);
            ends.push(self.here() as usize);
            self.push(Inst::Jump(0));
            self.program.insts[split as usize] = Inst::Split(split + 1, self.here());
        }
        self.land(ends);
    }

    fn branch(&mut self, branch: Branch<'_>) {
        match branch {
            Branch::Node(node) => self.node(node),
            Branch::Pieces(pieces) => self.pieces(pieces),
            Branch::Told(branches) => self.switched(branches),
        }
    }

    /// Lets all these jumps end here.
    fn land(&mut self, jumps: Vec<usize>) {
        let here = self.here();
        for jump in jumps {
            self.program.insts[jump] = Inst::Jump(here);
        }
    }
}

enum Branch<'n> {
    Node(&'n Node),
    Pieces(Vec<Vec<WordId>>),
    /// Several, each with the words that it can begin with.
    Told(Vec<(Branch<'n>, Vec<WordId>)>),
}

impl Branch<'_> {
    fn first_words(&self, grammar: &mut Grammar) -> Option<Vec<WordId>> {
        match self {
            Self::Node(node) => grammar.first_words(node),
            Self::Pieces(pieces) => pieces.first().cloned(),
            Self::Told(branches) => {
                let mut words: Vec<_> =
                    branches.iter().flat_map(|(_, first)| first).copied().collect();
                words.sort_unstable();
                words.dedup();
                Some(words)
            }
        }
    }
}

/// About how many words a node spans at most.
fn size(node: &Node) -> usize {
    match node {
        Node::Sequence(nodes) => nodes.iter().map(size).sum(),
        Node::Choice(nodes) => nodes.iter().map(size).max().unwrap_or(0),
        Node::Optional(inner) | Node::Capture(_, inner) => size(inner),
        Node::Gap(width) => usize::from(*width),
        Node::Word(_)
        | Node::Capitals(_)
        | Node::AnyForm(_)
        | Node::AnyWord
        | Node::List { .. } => 1,
        Node::Comma | Node::ClauseStart | Node::ClauseEnd => 0,
    }
}
