//! What a sentence must have before a phrase is looked for in it: probes, one for each of the ways
//! in which the phrase may be said.
//!
//! "({must}|you can) (call|ring) them" is said in as many ways as {must} has entries, and in one
//! more; of each it is known which words it can't do without, in which order, and how near to one
//! another. Of the phrase as a whole far less is known. So alternatives are taken apart, though no
//! further than pays. How probes are asked is left to `detect`.

use super::phrase::Node;
use super::program::{FAR, Grammar, Required};

/// What one of the ways in which a phrase may be said asks of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The set of words of which any match holds at least one, the rarest such choice.
    pub required: u32,
    /// Further such sets, the rarest first, no more than [`MOST_REQUIREMENTS`].
    pub also_required: Vec<u32>,
    /// All such sets, in the order in which their words must stand.
    pub chain: Vec<Link>,
    /// The set of words with which a match can begin; `None` if it can begin with any.
    pub first: Option<u32>,
}

/// A set of words of which a match must have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The set.
    pub set: u32,
    /// How many words behind that of the link before it may stand at most, with what may be
    /// passed over left out; [`FAR`] if that is not known.
    pub reach: u32,
}

/// How many requirements are looked at first, beside the rarest.
pub(super) const MOST_REQUIREMENTS: usize = 3;

/// The most ways into which a phrase is taken apart.
const MOST_WAYS: usize = 8;

/// A part of a way, which another follows.
struct Part {
    /// How many words it takes at most.
    width: u32,
    required: Option<Required>,
}

impl Grammar {
    /// The probes of a phrase; none if it has no word that must be there.
    pub(super) fn probes(&mut self, phrase: &Node) -> Vec<Probe> {
        let ways = self.ways(phrase, MOST_WAYS);
        let mut probes: Vec<Probe> = Vec::new();
        for way in ways {
            let Some(probe) = self.probe(way) else { return Vec::new() };
            if !probes.contains(&probe) {
                probes.push(probe);
            }
        }
        probes
    }

    /// What a way asks for; nothing if it has no word that must be there.
    fn probe(&mut self, way: Vec<Node>) -> Option<Probe> {
        let parts: Vec<Part> = way
            .iter()
            .map(|node| Part { width: self.width(node), required: self.required(node) })
            .collect();
        let mut chain = Vec::new();
        let mut order = Vec::new();
        let mut words = 0;
        for part in &parts {
            words += part.width;
            let Some(Required { words: set, cost }) = &part.required else { continue };
            let set = self.set(set.clone());
            chain.push(Link { set, reach: words.saturating_sub(1).min(FAR) });
            order.push((*cost, set));
            words = part.width;
        }
        order.sort_by_key(|&(cost, _)| cost);
        let mut rarest = order.into_iter().map(|(_, set)| set);
        let required = rarest.next()?;
        let also_required = rarest.take(MOST_REQUIREMENTS).collect();
        let first = self.first_words(&Node::Sequence(way)).map(|words| self.set(words));
        Some(Probe { required, also_required, chain, first })
    }

    /// The ways in which a node may be said, each as parts that follow one another, no more of them
    /// than there is room for.
    fn ways(&mut self, node: &Node, room: usize) -> Vec<Vec<Node>> {
        match node {
            Node::Sequence(nodes) => {
                let mut ways = vec![Vec::new()];
                for node in nodes {
                    let next = self.ways(node, room / ways.len());
                    ways = ways
                        .iter()
                        .flat_map(|way| next.iter().map(move |next| [&way[..], next].concat()))
                        .collect();
                }
                ways
            }
            Node::Capture(_, inner) => self.ways(inner, room),
            Node::Choice(branches) => {
                let ways = self.ways_of_choice(branches, room);
                ways.unwrap_or_else(|| vec![vec![node.clone()]])
            }
            Node::List { name, .. } => {
                let entries = self.entries(name).map(<[Node]>::to_vec);
                let ways = entries.and_then(|entries| self.ways_of_choice(&entries, room));
                ways.unwrap_or_else(|| vec![vec![node.clone()]])
            }
            _ => vec![vec![node.clone()]],
        }
    }

    /// The ways of several branches, those of a single word together; nothing if they are too many.
    fn ways_of_choice(&mut self, branches: &[Node], room: usize) -> Option<Vec<Vec<Node>>> {
        let is_single: Vec<bool> =
            branches.iter().map(|node| self.single_words(node).is_some()).collect();
        let of_kind = |wanted: bool| {
            branches.iter().zip(&is_single).filter(move |&(_, &is)| is == wanted).map(|(it, _)| it)
        };
        let single: Vec<Node> = of_kind(true).cloned().collect();
        let count = of_kind(false).count() + usize::from(!single.is_empty());
        if count == 0 || count > room {
            return None;
        }
        let mut ways = Vec::new();
        if !single.is_empty() {
            ways.push(vec![Node::Choice(single)]);
        }
        for node in of_kind(false) {
            ways.extend(self.ways(node, room / count));
        }
        Some(ways)
    }
}
