//! Entries of a word list that begin alike, taken together: "(I|we) will call", "(I|we) will ask"
//! and "(I|we) have asked" become "(I|we) (will (call|ask)|have asked)", so that what they share
//! is read once, and a word tells which of them go on.
//!
//! Of a list all ends count, whichever entry they are of, and so it comes to the same. In a phrase
//! the entry that is tried first may win; phrases are left as they are.

use super::phrase::Node;

/// Takes entries together that begin alike, in the order of the first of them.
pub(super) fn join(entries: &[Node]) -> Node {
    joined(entries.iter().map(|entry| parts(entry.clone())).collect())
}

/// An entry as the parts that follow one another.
fn parts(entry: Node) -> Vec<Node> {
    match entry {
        Node::Sequence(nodes) => nodes.into_iter().flat_map(parts).collect(),
        // Where a list was named matters no more once it is known to exist, nor in which order
        // words were.
        Node::List { name, .. } => vec![Node::List { name, place: 0..0 }],
        Node::Choice(mut nodes) => {
            nodes.sort_by(|a, b| word(a).cmp(&word(b)));
            vec![Node::Choice(nodes)]
        }
        node => vec![node],
    }
}

fn word(node: &Node) -> Option<&str> {
    match node {
        Node::Word(word) => Some(word),
        _ => None,
    }
}

fn joined(entries: Vec<Vec<Node>>) -> Node {
    // Those of one part stay by themselves, since single words become one set.
    let (whole, longer): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.len() == 1);
    let mut groups: Vec<(Node, Vec<Vec<Node>>)> = Vec::new();
    for mut entry in longer {
        let rest = entry.split_off(1);
        let first = entry.swap_remove(0);
        match groups.iter_mut().find(|(known, _)| *known == first) {
            Some((_, rests)) => rests.push(rest),
            None => groups.push((first, vec![rest])),
        }
    }
    let groups = groups.into_iter().map(|(first, mut rests)| match rests.len() {
        1 => Node::Sequence(std::iter::once(first).chain(rests.swap_remove(0)).collect()),
        _ => Node::Sequence(vec![first, joined(rests)]),
    });
    Node::Choice(whole.into_iter().flatten().chain(groups).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::phrase::parse;

    fn entries(written: &[&str]) -> Vec<Node> {
        written.iter().map(|entry| parse(entry).expect("a sound phrase")).collect()
    }

    /// All that a node of words alone stands for, in order.
    fn spelled(node: &Node) -> Vec<String> {
        let mut all = match node {
            Node::Word(word) => vec![word.clone()],
            Node::Choice(nodes) => nodes.iter().flat_map(spelled).collect(),
            Node::Sequence(nodes) => nodes.iter().fold(vec![String::new()], |before, next| {
                let next = spelled(next);
                let with = |start: &String| -> Vec<String> {
                    next.iter().map(|word| format!("{start} {word}").trim().to_owned()).collect()
                };
                before.iter().flat_map(with).collect()
            }),
            other => panic!("{other:?} is no word"),
        };
        all.sort_unstable();
        all
    }

    fn count_words(node: &Node) -> usize {
        match node {
            Node::Choice(nodes) | Node::Sequence(nodes) => nodes.iter().map(count_words).sum(),
            _ => 1,
        }
    }

    #[test]
    fn what_entries_share_stands_once_and_nothing_is_lost() {
        let entries = entries(&[
            "we will call",
            "if",
            "we will (ask|tell) you",
            "if so",
            "we have asked",
            "let me ask",
            "we will",
        ]);
        let joined = join(&entries);
        assert_eq!(spelled(&joined), spelled(&Node::Choice(entries.clone())));
        let words: usize = entries.iter().map(count_words).sum();
        assert_eq!((words, count_words(&joined)), (19, 15));
    }

    #[test]
    fn lists_are_the_same_wherever_they_were_named_and_choices_in_any_order() {
        let entries = entries(&["{unit} (will|shall) call", "{unit} (shall|will) ask"]);
        let Node::Choice(branches) = join(&entries) else { panic!("no choice") };
        let [Node::Sequence(parts)] = &branches[..] else { panic!("{branches:?}") };
        let Node::Choice(rests) = &parts[1] else { panic!("{parts:?}") };
        assert_eq!(rests.len(), 1);
    }
}
