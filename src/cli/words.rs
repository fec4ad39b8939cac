//! Phrases in words, for those who have not learnt the signs.

use buckstop::rules::phrase::Node;

/// Says what a phrase finds: `<be> not [exactly] {our} job` is any form of “be”, “not”,
/// perhaps “exactly”, one of {our}, “job”.
///
/// `None` for a phrase that is plain words and says so itself.
pub(super) fn in_words(phrase: &Node) -> Option<String> {
    (!is_plain(phrase)).then(|| describe(phrase))
}

/// What a built-in class of words stands for: `{number}` is any number.
pub(super) fn class(name: &str) -> Option<&'static str> {
    Some(match name {
        "number" => "any number",
        "company" => "any name of the company",
        "name" => "any word with a capital inside of a sentence",
        "capital" => "any word with a capital",
        "ing" => "any word in -ing",
        "ed" => "any word in -ed",
        _ => return None,
    })
}

fn is_plain(node: &Node) -> bool {
    match node {
        Node::Word(_) => true,
        Node::Sequence(nodes) => nodes.iter().all(is_plain),
        _ => false,
    }
}

fn describe(node: &Node) -> String {
    match node {
        Node::Word(_) => format!("“{}”", word(node).unwrap_or_default()),
        Node::Capitals(word) => format!("“{}” in capitals", word.to_uppercase()),
        Node::AnyForm(word) => format!("any form of “{word}”"),
        Node::List { name, .. } => {
            class(name).map_or_else(|| format!("one of {{{name}}}"), str::to_owned)
        }
        Node::Gap(1) => "up to one word".to_owned(),
        Node::Gap(words) => format!("up to {words} words"),
        Node::AnyWord => "any word".to_owned(),
        Node::Comma => "perhaps a comma".to_owned(),
        Node::ClauseStart => "at the start of a clause".to_owned(),
        Node::ClauseEnd => "at the end of a clause".to_owned(),
        Node::Sequence(nodes) => sequence(nodes),
        Node::Choice(branches) => choice(branches),
        Node::Optional(part) => format!("perhaps {}", grouped(part)),
        Node::Capture(name, part) => format!("{} (as {{{name}}})", grouped(part)),
    }
}

/// One after the other; words that follow each other share their quotation marks.
fn sequence(nodes: &[Node]) -> String {
    let are_words = |a: &Node, b: &Node| matches!((a, b), (Node::Word(_), Node::Word(_)));
    let parts = nodes.chunk_by(are_words).map(|part| match part {
        [single] => grouped(single),
        words => format!("“{}”", words.iter().filter_map(word).collect::<Vec<_>>().join(" ")),
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn word(node: &Node) -> Option<&str> {
    match node {
        Node::Word(word) if word == "i" => Some("I"),
        Node::Word(word) => Some(word),
        _ => None,
    }
}

/// One of several; of many, only the first, as the phrase itself stands beside it.
fn choice(branches: &[Node]) -> String {
    let described: Vec<_> = branches.iter().map(grouped).collect();
    match described.as_slice() {
        many if many.len() > LISTED + 1 => {
            format!("{} or {} more", many[..LISTED].join(", "), many.len() - LISTED)
        }
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => described.concat(),
    }
}

/// How many alternatives are named before the rest is only counted.
const LISTED: usize = 4;

/// The description of a part, in brackets where commas would run together.
fn grouped(node: &Node) -> String {
    let compound = match node {
        Node::Sequence(_) => !is_plain(node),
        Node::Choice(_) => true,
        _ => false,
    };
    if compound { format!("({})", describe(node)) } else { describe(node) }
}

#[cfg(test)]
mod tests {
    use buckstop::rules::phrase::parse;

    use super::*;

    fn words(phrase: &str) -> Option<String> {
        in_words(&parse(phrase).unwrap())
    }

    #[test]
    fn plain_words_need_no_explanation() {
        assert_eq!(words("that is not my job"), None);
    }

    #[test]
    fn many_alternatives_are_counted() {
        let five = words("(one|two|three|four|five)").unwrap();
        assert_eq!(five, "“one”, “two”, “three”, “four” or “five”");
        let six = words("(one|two|three|four|five|six)").unwrap();
        assert_eq!(six, "“one”, “two”, “three”, “four” or 2 more");
    }

    #[test]
    fn a_class_of_words_is_no_list() {
        let described = words("{number} {units}").unwrap();
        assert_eq!(described, "any number, one of {units}");
    }

    #[test]
    fn i_is_written_as_it_is_read() {
        assert_eq!(words("(I|as I) <say>").unwrap(), "(“I” or “as I”), any form of “say”");
    }

    #[test]
    fn every_sign_has_its_words() {
        assert_eq!(
            words("^ {topic=...6} <be> not my (job|line of [hard] work) {unit} , * IT $").unwrap(),
            "at the start of a clause, up to 6 words (as {topic}), any form of “be”, “not my”, \
             (“job” or (“line of”, perhaps “hard”, “work”)), one of {unit}, perhaps a comma, \
             any word, “IT” in capitals, at the end of a clause"
        );
    }
}
