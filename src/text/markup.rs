//! As much of markup as it takes to put words into it, or take words out of it.

/// Whether what stands between words is made of white space and of the tags of emphasis,
/// each of them opened and closed.
pub(super) fn are_balanced(gaps: &[String]) -> bool {
    let mut open: Vec<String> = Vec::new();
    for gap in gaps {
        let mut rest = gap.trim_ascii_start();
        while !rest.is_empty() {
            let Some((tag, after)) = tag(rest) else { return false };
            let name = name(tag);
            if !is_emphasis(&name) {
                return false;
            }
            if !tag.starts_with('/') {
                open.push(name);
            } else if open.pop() != Some(name) {
                return false;
            }
            rest = after.trim_ascii_start();
        }
    }
    open.is_empty()
}

/// Whether what stands between words is white space and tags of emphasis, in any order.
pub(super) fn is_emphasis_alone(gap: &str) -> bool {
    let mut rest = gap.trim_ascii_start();
    while let Some((tag, after)) = tag(rest) {
        if !is_emphasis(&name(tag)) {
            return false;
        }
        rest = after.trim_ascii_start();
    }
    rest.is_empty()
}

/// The inside of the tag that a text begins with, and what follows it.
fn tag(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('<')?.split_once('>')
}

fn name(tag: &str) -> String {
    let name = tag.trim_start_matches('/');
    let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    name[..end].to_ascii_lowercase()
}

/// Whether a tag only says how its words look.
fn is_emphasis(name: &str) -> bool {
    const NAMES: [&str; 14] = [
        "b", "i", "u", "s", "c", "em", "strong", "span", "font", "small", "big", "mark", "strike",
        "ins",
    ];
    NAMES.contains(&name)
}

/// Whether there is something that looks like a character reference: `&amp;`, `&#39`.
pub(super) fn has_reference(words: &str) -> bool {
    words.match_indices('&').any(|(at, _)| begins_reference(&words[at + 1..]))
}

fn begins_reference(rest: &str) -> bool {
    rest.starts_with('#') || {
        let letters = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        letters > 1
    }
}

/// Whether a piece of Markdown opens what it does not close, or the other way round.
pub(super) fn is_unbalanced(piece: &str) -> bool {
    let count = |mark: char| piece.matches(mark).count();
    // `**` opens once, as `*` does.
    let groups = |mark: char| {
        let ends = piece.match_indices(mark).filter(|(at, _)| !piece[at + 1..].starts_with(mark));
        ends.count()
    };
    let odd = ['*', '_', '~'].into_iter().any(|mark| groups(mark) % 2 == 1);
    odd || count('[') != count(']')
}

/// Words that Markdown takes as they are.
pub(super) fn escape_markdown(words: &str, begins_line: bool) -> String {
    let mut out = String::with_capacity(words.len());
    if begins_line {
        let marked = words.starts_with(['#', '+', '-', '>', '=', ':', '|', '~']);
        let digits = words.bytes().take_while(u8::is_ascii_digit).count();
        if marked && !words.starts_with(['|', '>', '~']) {
            out.push('\\');
        } else if digits > 0 && words[digits..].starts_with(['.', ')']) {
            out.push_str(&words[..digits]);
            out.push('\\');
            out.push_str(&escape_marks(&words[digits..]));
            return out;
        }
    }
    out + &escape_marks(words)
}

fn escape_marks(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for (at, c) in words.char_indices() {
        let rest = &words[at + c.len_utf8()..];
        let escaped = match c {
            '&' => begins_reference(rest),
            c => matches!(c, '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '`' | '|' | '~'),
        };
        if escaped {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A JSON string without its escapes.
pub(super) fn unescape_json(written: &str) -> String {
    if !written.contains('\\') {
        return written.to_owned();
    }
    serde_json::from_str(&format!("\"{written}\"")).unwrap_or_else(|_| written.to_owned())
}
