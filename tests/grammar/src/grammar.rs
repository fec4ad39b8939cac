//! Complaints of harper about a text, and which of them a rewrite brought in.

use std::sync::Arc;

use harper_core::linting::{LintGroup, LintKind};
use harper_core::spell::FstDictionary;
use harper_core::{Dialect, Document};

/// Something that harper has against a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Harper's name of what looks for it, such as `AnA`.
    pub linter: String,
    /// Harper's kind, such as `Agreement`.
    pub kind: LintKind,
    /// The words that it is about.
    pub words: String,
    /// Where they end, in characters.
    pub end: usize,
    /// What harper says of them.
    pub message: String,
}

/// A sort of complaint that says nothing about grammar.
#[derive(Clone, Copy, Debug)]
pub struct Ignored {
    /// Which complaints.
    pub sort: Sort,
    /// Why such a complaint is no error of a rewrite.
    pub why: &'static str,
    /// Good English that harper complains of all the same.
    pub example: &'static str,
}

/// Complaints that have something in common.
#[derive(Clone, Copy, Debug)]
pub enum Sort {
    /// Harper's kind.
    Kind(LintKind),
    /// What looks for it, by harper's name.
    Linter(&'static str),
}

impl Sort {
    /// Whether a complaint is of this sort.
    #[must_use]
    pub fn has(self, complaint: &Complaint) -> bool {
        match self {
            Self::Kind(kind) => complaint.kind == kind,
            Self::Linter(name) => complaint.linter == name,
        }
    }
}

/// What is ignored, each with an example that the tests hold harper to. All else counts:
/// agreement, articles, doubled and missing words, capitals, spaces, spelling, wrong words.
pub const IGNORED: [Ignored; 6] = [
    Ignored {
        sort: Sort::Kind(LintKind::Enhancement),
        why: "it proposes a stronger word for one that is right",
        example: "It is very good to hear from you.",
    },
    Ignored {
        sort: Sort::Kind(LintKind::Readability),
        why: "a sentence that grows long is still a sentence",
        example: "We will send you the small label that you need for the box that you have at \
                  home, and then you can put it on the box, and you can bring the box to the \
                  shop, where they take it and send it back to us for free.",
    },
    Ignored {
        sort: Sort::Kind(LintKind::Regionalism),
        why: "agents write the English of their own country, and the rewrites follow them",
        example: "The driver left it on the footpath.",
    },
    Ignored {
        sort: Sort::Kind(LintKind::Style),
        why: "it prefers one of two words that are both right",
        example: "It was addicting.",
    },
    Ignored {
        sort: Sort::Linter("FindOut"),
        why: "it wants \"find\" for \"find out\", which says something else here",
        example: "I'll find out for you.",
    },
    Ignored {
        sort: Sort::Linter("PossessiveYour"),
        why: "it takes \"myself\" for a thing that the customer has",
        example: "I'll get back to you myself tomorrow.",
    },
];

/// Harper, ready to read.
pub struct Reader {
    dictionary: Arc<FstDictionary>,
    linters: LintGroup,
}

impl Reader {
    /// Loads harper's dictionary and its own choice of linters. Takes a second or more.
    #[must_use]
    pub fn new() -> Self {
        let dictionary = FstDictionary::curated();
        let linters = LintGroup::new_curated(dictionary.clone(), Dialect::American);
        Self { dictionary, linters }
    }

    /// All that harper has against a text, whatever its kind.
    pub fn read(&mut self, text: &str) -> Vec<Complaint> {
        let document = Document::new_plain_english(text, &self.dictionary);
        let mut complaints = Vec::new();
        for (linter, lints) in self.linters.organized_lints(&document) {
            complaints.extend(lints.into_iter().map(|lint| Complaint {
                linter: linter.clone(),
                kind: lint.lint_kind,
                words: lint.get_str(document.get_source()),
                end: lint.span.end,
                message: lint.message,
            }));
        }
        complaints
    }

    /// The complaints about `after` that `before` gives no cause for. The texts differ from
    /// the byte `start` on.
    pub fn introduced(&mut self, before: &str, after: &str, start: usize) -> Vec<Complaint> {
        let start = after[..start].chars().count();
        let mut old = self.read(before);
        let mut new = self.read(after);
        new.retain(|complaint| counts(complaint, start) && !take(&mut old, complaint));
        new
    }
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether a complaint is about grammar, and about what was written from `start` on.
fn counts(complaint: &Complaint, start: usize) -> bool {
    // Harper lets small letters and odd spellings pass in a short sentence and not in a long
    // one: the "no" of "no, cant help" is found wanting as soon as the rewrite is longer.
    let of_one_word = matches!(complaint.kind, LintKind::Capitalization | LintKind::Spelling);
    let is_of_others = of_one_word && complaint.end <= start;
    !is_of_others && !IGNORED.iter().any(|ignored| ignored.sort.has(complaint))
}

/// Whether one of the complaints is the same; it is then used up, so that a mistake that
/// stood once and stands twice is noticed.
fn take(old: &mut Vec<Complaint>, new: &Complaint) -> bool {
    let same = |c: &Complaint| c.linter == new.linter && c.words.eq_ignore_ascii_case(&new.words);
    let found = old.iter().position(same);
    if let Some(index) = found {
        old.swap_remove(index);
    }
    found.is_some()
}
