//! Tells users what could not be read of a JSON source.

use super::reader::{Flaw, FlawKind};
use crate::formats::Input;
use crate::source::Problem;

/// The flaws of all documents, the first of them with their places.
#[derive(Debug, Default)]
pub(super) struct Flaws {
    first: Vec<Flaw>,
    count: usize,
}

impl Flaws {
    /// How many flaws are told one by one.
    const MOST: usize = 20;

    /// Takes in the flaws of one document.
    pub(super) fn add(&mut self, flaws: &[Flaw]) {
        self.count += flaws.len();
        self.first.extend(flaws.iter().take(Self::MOST.saturating_sub(self.first.len())));
    }

    /// The problems to tell, for documents that are lines or not.
    pub(super) fn problems(&self, input: &Input<'_>, by_line: bool) -> Vec<Problem> {
        let told =
            self.first.iter().map(|flaw| input.problem(flaw.at, message(flaw.kind, by_line)));
        let mut problems: Vec<_> = told.collect();
        if self.count > self.first.len() {
            let more = self.count - self.first.len();
            let message = format!("{more} more places in this JSON could not be read");
            problems.push(Problem { position: None, message });
        }
        problems
    }
}

fn message(kind: FlawKind, by_line: bool) -> String {
    let unit = if by_line { "line" } else { "file" };
    match kind {
        FlawKind::Ended => {
            format!("the {unit} ends in the middle of its JSON; what was complete before is read")
        }
        FlawKind::Unclosed => {
            format!(
                "this string is never closed; what was complete before is read, not the rest of the {unit}"
            )
        }
        FlawKind::Expected(what) => {
            format!("{what} was expected here; the rest of the {unit} is left out")
        }
        FlawKind::Word => "this bare word is no JSON; it is read as `null`".to_owned(),
        FlawKind::Depth => "this lies too deep in the JSON and is left out".to_owned(),
    }
}
