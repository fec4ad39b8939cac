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
        match path.split_at_checked(2) {
            Some(("$.", path)) => in_object(Some(self.root), path),
            Some(("^.", path)) => in_object(Some(self.conversation), path),
            Some(("@.", path)) => in_object(self.person, path),
            _ => self.message.find(path),
        }
    }

    /// The first word at any of the paths.
    pub(super) fn word(&self, paths: &[&str]) -> Option<Cow<'d, str>> {
        paths.iter().find_map(|path| self.find(path).into_iter().find_map(Node::word))
    }

    /// The name at a path, which may be made of parts.
    pub(super) fn name(&self, path: &str) -> Option<String> {
        let parts: Vec<_> = path.split('+').filter_map(|path| self.word(&[path])).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// Whether a mark is there.
    pub(super) fn holds(&self, mark: &str) -> bool {
        match mark.split_once('=') {
            Some((path, words)) => {
                self.word(&[path]).is_some_and(|word| words.split('|').any(|known| word == known))
            }
            None => !self.find(mark).is_empty(),
        }
    }
}

/// All values at a path from what may be an object. From an array, paths would lead to each
/// of its elements, and that again for each message.
fn in_object<'d>(base: Option<Node<'d>>, path: &str) -> Vec<Node<'d>> {
    base.filter(|base| !base.is_array()).map_or_else(Vec::new, |base| base.find(path))
}
