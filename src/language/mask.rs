//! Stretches that are not the speaker's own prose: quotations, quoted lines, code, addresses.
//!
//! Code and addresses hold no words at all; quotations hold words that belong to
//! somebody else. Nothing is removed here, only marked.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter, memchr2, memchr2_iter, memchr3_iter, memmem, memrchr};

use super::canonical::is_apostrophe;
use crate::text::TextSpan;

/// Why a stretch is not plain prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaskKind {
    /// Code in backticks or a fence, an HTML tag or comment, a URL, an e-mail address.
    Code,
    /// Between quotation marks.
    Quotation,
    /// A mail or Markdown line that begins with `>`.
    QuotedLine,
}

/// A marked stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mask {
    /// Where it is, quotation marks and fences included.
    pub span: TextSpan,
    /// Why it is marked.
    pub kind: MaskKind,
}

/// The longest quotation in bytes; an opening mark without a close is then prose.
const LONGEST_QUOTATION: usize = 2000;

/// The marked stretches of a text: code in one list, quotations in the other, each
/// sorted and free of overlaps. Code wins over a quotation mark inside it.
#[must_use]
pub fn masks(text: &str) -> (Vec<Mask>, Vec<Mask>) {
    let mut code = Vec::new();
    mark_code(text, &mut code);
    mark_indented(text, &mut code);
    mark_addresses(text, &mut code);
    let code = without_overlaps(code);
    let mut quoted = Vec::new();
    mark_quoted_lines(text, &mut quoted);
    mark_quotations(text, &code, &mut quoted);
    (code, without_overlaps(quoted))
}

fn without_overlaps(mut masks: Vec<Mask>) -> Vec<Mask> {
    masks.sort_by_key(|m| (m.span.start, std::cmp::Reverse(m.span.end)));
    let mut end = 0;
    masks.retain(|m| {
        let keep = m.span.start >= end;
        if keep {
            end = m.span.end;
        }
        keep
    });
    masks
}

fn code(start: usize, end: usize) -> Mask {
    Mask { span: TextSpan::new(start, end), kind: MaskKind::Code }
}

/// Fences, inline code, HTML tags and comments.
fn mark_code(text: &str, out: &mut Vec<Mask>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = memchr2(b'`', b'<', &bytes[at..]) {
        let start = at + found;
        at = if bytes[start] == b'`' { backticks(text, start, out) } else { tag(text, start, out) };
    }
}

/// Marks the code that the backticks at `start` open; returns where to go on.
fn backticks(text: &str, start: usize, out: &mut Vec<Mask>) -> usize {
    let rest = &text[start..];
    let ticks = rest.bytes().take_while(|&b| b == b'`').count();
    let fence = &rest[..ticks];
    let body = &rest[ticks..];
    // Inline code stays within its paragraph; a fence runs to its end, or to that of the text.
    let limit = if ticks >= 3 { body.len() } else { body.find("\n\n").unwrap_or(body.len()) };
    let body = &body[..limit];
    let close = memmem::find_iter(body.as_bytes(), fence).find(|&i| {
        body.as_bytes().get(i + ticks) != Some(&b'`') && (i == 0 || body.as_bytes()[i - 1] != b'`')
    });
    match close {
        Some(i) if i > 0 => {
            let end = start + ticks + i + ticks;
            out.push(code(start, end));
            end
        }
        None if ticks >= 3 => {
            out.push(code(start, text.len()));
            text.len()
        }
        _ => start + ticks,
    }
}

/// Marks an HTML comment or tag that `<` at `start` opens; returns where to go on.
fn tag(text: &str, start: usize, out: &mut Vec<Mask>) -> usize {
    let rest = &text[start..];
    if rest.starts_with("<!--") {
        let end = rest.find("-->").map_or(text.len(), |i| start + i + 3);
        out.push(code(start, end));
        return end;
    }
    let name = rest[1..].trim_start_matches('/');
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        let window = &rest.as_bytes()[..rest.len().min(LONGEST_QUOTATION)];
        if let Some(i) = memchr(b'>', window).filter(|&i| memchr(b'<', &window[1..i]).is_none()) {
            out.push(code(start, start + i + 1));
            return start + i + 1;
        }
    }
    start + 1
}

/// Lines that are indented by four columns or more after a blank line, as Markdown sets code.
fn mark_indented(text: &str, out: &mut Vec<Mask>) {
    static BLANK_LINE: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("\n\n"));
    for blank in BLANK_LINE.find_iter(text.as_bytes()) {
        let start = blank + 2;
        let lines = text[start..].split_inclusive('\n');
        let indented = lines.take_while(|line| line.starts_with("    ") || line.starts_with('\t'));
        let length: usize = indented.map(str::len).sum();
        let item = text[start..].trim_start().starts_with(['-', '*', '+', '\u{2022}']);
        if length > 0 && !item {
            out.push(code(start, start + length));
        }
    }
}

/// URLs and e-mail addresses.
fn mark_addresses(text: &str, out: &mut Vec<Mask>) {
    static WWW: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("www."));
    let bytes = text.as_bytes();
    let mut done = 0;
    let is_scheme = |&colon: &usize| bytes[colon..].starts_with(b"://");
    for colon in memchr_iter(b':', bytes).filter(is_scheme) {
        // An address may hold another, as those of archives do.
        let Some(before) = bytes.get(done..colon) else { continue };
        let scheme = before.iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
        if scheme > 0 {
            done = address_end(text, colon + 3);
            out.push(code(colon - scheme, done));
        }
    }
    for www in WWW.find_iter(bytes) {
        if www == 0 || !bytes[www - 1].is_ascii_alphanumeric() {
            out.push(code(www, address_end(text, www + 4)));
        }
    }
    for at in memchr_iter(b'@', bytes) {
        let is_local = |b: &&u8| b.is_ascii_alphanumeric() || b"._%+-".contains(b);
        let is_domain = |b: &&u8| b.is_ascii_alphanumeric() || b".-".contains(b);
        let local = bytes[at.saturating_sub(64)..at].iter().rev().take_while(is_local).count();
        let domain = bytes[at + 1..].iter().take(255).take_while(is_domain).count();
        let host = text[at + 1..at + 1 + domain].trim_end_matches(['.', '-']);
        if local > 0 && host.contains('.') {
            out.push(code(at - local, at + 1 + host.len()));
        } else if local == 0 {
            // The handle of somebody in a social network.
            let is_handle = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
            let handle = bytes[at + 1..].iter().take(64).take_while(is_handle).count();
            if handle > 1 {
                out.push(code(at, at + 1 + handle));
            }
        }
    }
}

/// Where an address that runs through `from` ends: closing punctuation belongs to the sentence.
fn address_end(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    let stop = rest
        .find(|c: char| c.is_whitespace() || "<>\"`|\u{201D}\u{00BB}".contains(c))
        .unwrap_or(rest.len());
    let body = rest[..stop].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', ']', '*', '_']);
    let body = if body.contains('(') { body } else { body.trim_end_matches(')') };
    from + body.len()
}

fn mark_quoted_lines(text: &str, out: &mut Vec<Mask>) {
    let bytes = text.as_bytes();
    // Where the line that is looked at begins.
    let mut at = 0;
    while let Some(found) = memchr(b'>', &bytes[at..]) {
        let start = at + found;
        let line = memrchr(b'\n', &bytes[at..start]).map_or(at, |i| at + i + 1);
        let indent = &bytes[line..start];
        at = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |i| start + i + 1);
        if indent.len() <= 3 && indent.iter().all(|&b| b == b' ') {
            let end = if bytes[..at].ends_with(b"\n") { at - 1 } else { at };
            out.push(Mask { span: TextSpan::new(start, end), kind: MaskKind::QuotedLine });
        }
    }
}

/// Stretches between quotation marks of one paragraph.
fn mark_quotations(text: &str, code: &[Mask], out: &mut Vec<Mask>) {
    let mut done = 0;
    let mut code = code.iter().peekable();
    for start in openings(text) {
        if start < done {
            continue;
        }
        while code.next_if(|m| m.span.end as usize <= start).is_some() {}
        if code.peek().is_some_and(|m| m.span.start as usize <= start) {
            continue;
        }
        let mark = text[start..].chars().next().unwrap_or('"');
        let before = text[..start].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || (is_apostrophe(c) && is_apostrophe(mark)))
        {
            continue;
        }
        if let Some(end) = quotation_end(text, start + mark.len_utf8(), mark) {
            out.push(Mask { span: TextSpan::new(start, end), kind: MaskKind::Quotation });
            done = end;
        }
    }
}

/// Where quotation marks stand that may open one, in order. An apostrophe does so only after a
/// space or a bracket, so that the many inside of words cost nothing.
fn openings(text: &str) -> impl Iterator<Item = usize> {
    const BEFORE_APOSTROPHE: &[u8] = b" \n\t(*_";
    const MARKS: [&str; 5] = ["\u{201C}", "\u{201E}", "\u{2018}", "\u{00AB}", "\u{FF02}"];
    let bytes = text.as_bytes();
    let is_typed_opening = move |&at: &usize| {
        bytes[at] == b'"' || at == 0 || BEFORE_APOSTROPHE.contains(&bytes[at - 1])
    };
    let is_mark =
        move |&at: &usize| MARKS.iter().any(|mark| bytes[at..].starts_with(mark.as_bytes()));
    let mut typed = memchr2_iter(b'"', b'\'', bytes).filter(is_typed_opening).peekable();
    // The bytes that those marks begin with.
    let mut marks = memchr3_iter(0xE2, 0xC2, 0xEF, bytes).filter(is_mark).peekable();
    std::iter::from_fn(move || match (typed.peek(), marks.peek()) {
        (Some(first), Some(second)) if first < second => typed.next(),
        (_, Some(_)) => marks.next(),
        _ => typed.next(),
    })
}

/// Where the quotation ends that `mark`, standing before `from`, opens.
fn quotation_end(text: &str, from: usize, mark: char) -> Option<usize> {
    let mut window = text.len().min(from + LONGEST_QUOTATION);
    while !text.is_char_boundary(window) {
        window -= 1;
    }
    let rest = &text[from..window];
    let paragraph = rest.find("\n\n").unwrap_or(rest.len());
    let rest = &rest[..paragraph];
    if rest.starts_with(char::is_whitespace) {
        return None;
    }
    let closes = |c: char| match mark {
        '"' => c == '"',
        '\'' => c == '\'',
        '\u{201C}' | '\u{201E}' => matches!(c, '\u{201D}' | '\u{201C}' | '"'),
        '\u{2018}' => c == '\u{2019}',
        '\u{00AB}' => c == '\u{00BB}',
        _ => c == mark,
    };
    rest.char_indices()
        .filter(|&(i, c)| i > 0 && closes(c))
        .map(|(i, c)| (i, i + c.len_utf8()))
        .find_map(|(i, after)| {
            let inner_end = rest[..i].chars().next_back();
            let next = rest[after..].chars().next();
            let ends = next.is_none_or(|c| !c.is_alphanumeric())
                && inner_end.is_some_and(|c| !c.is_whitespace());
            // A plural genitive ("the agents' desk") is told from a closing mark by what stands before it.
            let genitive = is_apostrophe(mark)
                && matches!(inner_end, Some('s'))
                && next == Some(' ')
                && rest[after..].contains(closes);
            (ends && !genitive).then_some(from + after)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str) -> Vec<&str> {
        let (code, quoted) = masks(text);
        code.iter().chain(&quoted).map(|m| &text[m.span.range()]).collect()
    }

    #[test]
    fn quotations_in_every_typing() {
        assert_eq!(marked("You wrote \"not my job\" to us"), ["\"not my job\""]);
        assert_eq!(marked("It said \u{201C}no idea\u{201D}."), ["\u{201C}no idea\u{201D}"]);
        assert_eq!(marked("It said 'not my job', and"), ["'not my job'"]);
        assert_eq!(marked("I can't say it isn't"), [""; 0]);
        assert_eq!(marked("a 24\" screen and a 27\" screen"), [""; 0]);
    }

    #[test]
    fn code_and_addresses() {
        assert_eq!(marked("run `not my job` now"), ["`not my job`"]);
        assert_eq!(marked("see https://a.example/not-my-job."), ["https://a.example/not-my-job"]);
        assert_eq!(
            marked("https://a.example/https://b.example/ x"),
            ["https://a.example/https://b.example/"]
        );
        assert_eq!(marked("mail help@acme.example, ok"), ["help@acme.example"]);
        assert_eq!(marked("```\nthey\n"), ["```\nthey\n"]);
        assert_eq!(marked("@jane_d hi"), ["@jane_d"]);
        assert_eq!(marked("a\n\n    no idea\n\nb"), ["    no idea\n"]);
        assert_eq!(marked("a <!-- no idea --> b"), ["<!-- no idea -->"]);
    }

    #[test]
    fn quoted_lines() {
        assert_eq!(marked("Hi\n> not my job\nBye"), ["> not my job"]);
        assert_eq!(marked("> a\n  > b\nc > d > e\n    > f\n> g"), ["> a", "> b", "> g"]);
        assert_eq!(marked("5 > 3"), [""; 0]);
    }
}
