//! Follows the paths of a shape from a message.

use std::borrow::Cow;

use super::node::Node;

/// Where the paths of a shape may start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'d> {
    /// The document.
    pub(super) root: Node<'d>,
    /// What holds the message.
    pub(super) conversation: Node<'d>,
    /// The message.
    pub(super) message: Node<'d>,
    /// Its author.
    pub(super) person: Option<Node<'d>>,
}

impl<'d> Scope<'d> {
    /// Starts at a message whose author is not known yet.
    pub(super) fn new(root: Node<'d>, conversation: Node<'d>, message: Node<'d>) -> Self {
        Self { root, conversation, message, person: None }
    }

    /// All values at a path.
    pub(super) fn find(&self, path: &str) -> Vec<Node<'d>> {
        let (base, path) = self.base(path);
        base.map_or_else(Vec::new, |base| base.find(path))
    }

    /// The first value at a path.
    pub(super) fn first(&self, path: &str) -> Option<Node<'d>> {
        let (base, path) = self.base(path);
        base?.first(path)
    }

    /// The first word at any of the paths.
    pub(super) fn word(&self, paths: &[&str]) -> Option<Cow<'d, str>> {
        paths.iter().find_map(|path| {
            let (base, path) = self.base(path);
            base?.search(path, Node::word)
        })
    }

    /// Where a path starts, if there is anything, and the path from there.
    fn base<'p>(&self, path: &'p str) -> (Option<Node<'d>>, &'p str) {
        if !is_elsewhere(path) {
            return (Some(self.message), path);
        }
        let base = match path.as_bytes()[0] {
            b'$' => Some(self.root),
            b'^' => Some(self.conversation),
            _ => self.person,
        };
        // From an array, paths would lead to each of its elements, and that again for each
        // message.
        (base.filter(|base| !base.is_array()), &path[2..])
    }

    /// The name at a path, which may be made of parts.
    pub(super) fn name(&self, path: &str) -> Option<String> {
        if !path.as_bytes().contains(&b'+') {
            return self.word(&[path]).map(Cow::into_owned);
        }
        let parts: Vec<_> = path.split('+').filter_map(|path| self.word(&[path])).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// Whether a mark is there.
    pub(super) fn holds(&self, mark: &str) -> bool {
        match mark.split_once('=') {
            Some((path, words)) => {
                self.word(&[path]).is_some_and(|word| words.split('|').any(|known| word == known))
            }
            None => self.first(mark).is_some(),
        }
    }
}

/// Whether a path starts elsewhere than at the message.
pub(super) fn is_elsewhere(path: &str) -> bool {
    matches!(path.as_bytes(), [b'$' | b'^' | b'@', b'.', ..])
}
