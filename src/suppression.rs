//! Comments in a draft that silence rules: `<!-- buckstop-disable not-my-job -->`.
//!
//! They are looked for in the text of a file as it stands, whatever the format makes of
//! comments. They count in drafts alone: in a transcript anybody may have written them.

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::formats::comments::{MARK, comments};
use crate::rules::{Ruleset, nearest};
use crate::source::{Problem, Source};
use crate::text::{SourceSpan, TextSpan};

/// Takes the findings that a comment of the source silences out of `findings`, and says which
/// comments are of no use.
pub(crate) fn suppress<'r>(
    source: &Source,
    ruleset: &Ruleset,
    findings: &mut Vec<Finding<'r>>,
) -> (Vec<Finding<'r>>, Vec<Problem>) {
    if !mentions_directives(source.bytes()) {
        return (Vec::new(), Vec::new());
    }
    let (text, _) = source.decode();
    let mut found = Directives::default();
    for comment in comments(text.as_str()) {
        let span = TextSpan::new(comment.words.start, comment.words.end);
        found.read(source, text.to_source(span), &text.slice(span)[MARK.len()..]);
    }
    found.check_names(source, ruleset);
    // The names of rules are no words of the draft.
    findings.retain(|finding| !found.hold(finding.source_span));
    let suppressed = findings.extract_if(.., |finding| found.silence(source, finding)).collect();
    found.tell_unused(source, ruleset);
    found.problems.sort_by_key(|problem| problem.position);
    (suppressed, found.problems)
}

/// What a comment asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Disable,
    DisableNextLine,
    Enable,
}

/// The words of the comments; one that begins another stands behind it.
const KINDS: [(&str, Kind); 3] = [
    ("disable-next-line", Kind::DisableNextLine),
    ("disable", Kind::Disable),
    ("enable", Kind::Enable),
];

/// A comment that silences rules, or lets them speak again.
#[derive(Debug)]
struct Directive {
    kind: Kind,
    /// The comment, without what opens and closes it.
    span: SourceSpan,
    /// Its line, counted from 1.
    line: usize,
    /// Rules and categories; none for all.
    names: Vec<String>,
    /// Whether it has silenced anything.
    used: bool,
}

/// All comments of a source, in order.
#[derive(Default)]
struct Directives {
    directives: Vec<Directive>,
    problems: Vec<Problem>,
}

impl Directives {
    fn read(&mut self, source: &Source, span: SourceSpan, words: &str) {
        let mut words = words.split([' ', '\t', ',', '\r', '\n']).filter(|word| !word.is_empty());
        let word = words.next().unwrap_or_default();
        let position = source.position(span.start);
        let Some(&(_, kind)) = KINDS.iter().find(|(known, _)| *known == word) else {
            let meant = nearest(word, KINDS.iter().map(|(known, _)| *known));
            let help =
                meant.map_or(String::new(), |known| format!("; did you mean `{MARK}{known}`?"));
            let message = format!("there is no comment `{MARK}{word}`{help}");
            self.problems.push(Problem { position: Some(position), message });
            return;
        };
        let names = words.map(str::to_owned).collect();
        self.directives.push(Directive { kind, span, line: position.line, names, used: false });
    }

    /// Tells of names that no rule and no category has.
    fn check_names(&mut self, source: &Source, ruleset: &Ruleset) {
        let rules = ruleset.rules();
        let known: BTreeSet<&str> =
            rules.iter().flat_map(|rule| [rule.id.as_str(), rule.category.as_str()]).collect();
        for directive in &mut self.directives {
            let unknown = directive.names.iter().find(|name| !known.contains(name.as_str()));
            if let Some(name) = unknown {
                let meant = nearest(name, known.iter().copied());
                let help =
                    meant.map_or(String::new(), |known| format!("; did you mean `{known}`?"));
                let message = format!("no rule or category is called `{name}`{help}");
                let position = Some(source.position(directive.span.start));
                self.problems.push(Problem { position, message });
                // One complaint about a comment is enough.
                directive.used = true;
            }
        }
    }

    /// Whether a place lies in one of the comments.
    fn hold(&self, span: SourceSpan) -> bool {
        self.directives.iter().any(|it| span.start < it.span.end && it.span.start < span.end)
    }

    /// Whether a finding is silenced; if so, its comment is of use.
    fn silence(&mut self, source: &Source, finding: &Finding<'_>) -> bool {
        let start = finding.source_span.start;
        let line = source.position(start).line;
        let concerns = |directive: &Directive| {
            let rule = finding.rule;
            let named = |name: &String| *name == rule.id || *name == rule.category;
            directive.names.is_empty() || directive.names.iter().any(named)
        };
        let before = self.directives.iter_mut().rev().filter(|it| it.span.start < start);
        let mut before = before.filter(|it| concerns(it));
        let last = before.find(|it| it.kind != Kind::DisableNextLine || it.line + 1 == line);
        match last {
            Some(directive) if directive.kind != Kind::Enable => {
                directive.used = true;
                true
            }
            _ => false,
        }
    }

    /// Tells of comments that silence nothing, unless they name a rule that takes no part.
    fn tell_unused(&mut self, source: &Source, ruleset: &Ruleset) {
        let rules = ruleset.rules().iter().enumerate();
        let silent: BTreeSet<&str> = rules
            .filter(|&(number, _)| !ruleset.is_enabled(number))
            .flat_map(|(_, rule)| [rule.id.as_str(), rule.category.as_str()])
            .collect();
        for directive in &self.directives {
            let names_silent = directive.names.iter().any(|name| silent.contains(name.as_str()));
            if directive.kind == Kind::Enable || directive.used || names_silent {
                continue;
            }
            let message = "this comment silences nothing; take it out".to_owned();
            let position = Some(source.position(directive.span.start));
            self.problems.push(Problem { position, message });
        }
    }
}

/// Whether the mark stands anywhere, in any encoding.
fn mentions_directives(bytes: &[u8]) -> bool {
    // As UTF-16 has it, whichever byte comes first.
    let wide: Vec<u8> = MARK.bytes().flat_map(|byte| [byte, 0]).collect();
    let wide = &wide[..wide.len() - 1];
    memchr::memmem::find(bytes, MARK.as_bytes()).is_some()
        || bytes.contains(&0) && memchr::memmem::find(bytes, wide).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_seen_in_utf_16() {
        let wide = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "x buckstop-enable".encode_utf16().flat_map(order).collect()
        };
        assert!(mentions_directives(&wide(u16::to_le_bytes)));
        assert!(mentions_directives(&wide(u16::to_be_bytes)));
        assert!(!mentions_directives(b"buckstop"));
    }
}
