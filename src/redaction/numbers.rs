//! Which digits of a plain text are the number of a phone or of a card.
//!
//! What is next to each other is looked at together: `(555) 010-9999` is three groups of digits.
//! Dates, times and amounts of money are barriers that no number goes over, except that of a card.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{joined, pattern};

/// How many digits the longest number has, and so how many groups.
const MOST_DIGITS: usize = 19;

/// How far before a number the word may stand that makes it one of a phone, in bytes.
const CONTEXT: usize = 60;

/// Digits without anything between.
#[derive(Clone, Copy, Debug)]
struct Group {
    start: usize,
    end: usize,
}

impl Group {
    fn len(self) -> usize {
        self.end - self.start
    }
}

/// What of a text is certainly no number that belongs to anybody: dates, times, money. In order,
/// and no two of the ranges meet.
pub(super) fn everyday(text: &str) -> Vec<Range<usize>> {
    let all = |pattern: &Regex| pattern.find_iter(text).map(|it| it.range()).collect::<Vec<_>>();
    let mut ranges = all(&DATE);
    ranges.retain(|range| is_date(text, range));
    let mut alone = all(&YEARS);
    alone.extend(all(&THOUSANDS));
    alone.retain(|range| stands_alone(text, range));
    ranges.extend(alone);
    ranges.extend(all(&TIME));
    ranges.extend(all(&MONEY));
    joined(ranges)
}

/// The numbers of phones and cards in a text.
pub(super) fn numbers(text: &str, everyday: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for chain in chains(text) {
        let cards = find(text, &chain, [&[], &[]], |window| is_card(text, window));
        found.extend(find(text, &chain, [everyday, &cards], |window| is_phone(text, window)));
        found.extend(cards);
    }
    found
}

/// Whether a range meets one of some that are in order and don't meet each other.
pub(super) fn meets(range: &Range<usize>, others: &[Range<usize>]) -> bool {
    let next = others.partition_point(|other| other.end <= range.start);
    others.get(next).is_some_and(|other| other.start < range.end)
}

/// Groups of digits with nothing between that a number can't have.
fn chains(text: &str) -> Vec<Vec<Group>> {
    let mut chains: Vec<Vec<Group>> = Vec::new();
    for digits in DIGITS.find_iter(text) {
        let group = Group { start: digits.start(), end: digits.end() };
        match chains.last_mut() {
            Some(chain) if joins(&text[chain[chain.len() - 1].end..group.start]) => {
                chain.push(group);
            }
            _ => chains.push(vec![group]),
        }
    }
    chains
}

/// Whether a number goes on behind this.
fn joins(between: &str) -> bool {
    matches!(
        between,
        " " | "-"
            | "."
            | "/"
            | ")"
            | ") "
            | ")-"
            | ")/"
            | "("
            | " ("
            | "-("
            | " - "
            | "/("
            | "\n"
            | "\r\n"
            | " \n"
    )
}

/// The longest windows of a chain that are what is looked for and meet no barrier.
fn find(
    text: &str,
    chain: &[Group],
    barriers: [&[Range<usize>]; 2],
    is_it: impl Fn(&[Group]) -> bool,
) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < chain.len() {
        let most = chain.len().min(at + MOST_DIGITS);
        let fits = |&end: &usize| {
            let window = &chain[at..end];
            let range = chain[at].start..chain[end - 1].end;
            let is_free = !barriers.iter().any(|barriers| meets(&range, barriers));
            is_free && is_whole(text, window) && is_it(window)
        };
        match (at + 1..=most).rev().find(fits) {
            Some(end) => {
                found.push(with_prefix(text, chain[at].start)..chain[end - 1].end);
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

/// Whether no letter clings to the digits, as in a hash, and they are not too many.
fn is_whole(text: &str, window: &[Group]) -> bool {
    let clings = |c: char| c == '_' || c.is_alphanumeric() && c < '\u{530}';
    let before = text[..window[0].start].chars().next_back();
    let mut after = text[window[window.len() - 1].end..].chars();
    let extension = |c: char, after: &mut std::str::Chars<'_>| {
        matches!(c, 'x' | 'X') && after.next().is_some_and(|c| c.is_ascii_digit())
    };
    let next = after.next();
    !before.is_some_and(clings) && !next.is_some_and(|c| clings(c) && !extension(c, &mut after))
}

fn digits(text: &str, window: &[Group]) -> Option<Vec<u8>> {
    let number: usize = window.iter().map(|group| group.len()).sum();
    let each = window.iter().flat_map(|group| text[group.start..group.end].bytes());
    (number <= MOST_DIGITS).then(|| each.map(|byte| byte - b'0').collect())
}

/// Whether it is the number of a card, with its check digit.
fn is_card(text: &str, window: &[Group]) -> bool {
    let Some(digits) = digits(text, window) else { return false };
    let evenly = gaps(text, window).all(|gap| matches!(gap, " " | "-" | ".") || is_line_end(gap));
    (13..=19).contains(&digits.len()) && evenly && digits[0] != 0 && luhn(&digits)
}

/// What stands between the groups.
fn gaps<'t>(text: &'t str, window: &[Group]) -> impl Iterator<Item = &'t str> {
    window.windows(2).map(|pair| &text[pair[0].end..pair[1].start])
}

fn is_line_end(gap: &str) -> bool {
    gap.ends_with('\n')
}

fn luhn(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let each = digits.iter().rev().enumerate();
    let sum: u32 =
        each.map(|(at, &digit)| u32::from(if at % 2 == 1 { doubled(digit) } else { digit })).sum();
    sum.is_multiple_of(10)
}

/// Whether it is the number of a phone: by its prefix, by the lengths of its groups, or by a word
/// before it.
fn is_phone(text: &str, window: &[Group]) -> bool {
    let Some(digits) = digits(text, window) else { return false };
    let first = window[0];
    let before = &text[..first.start];
    let lengths: Vec<usize> = window.iter().map(|group| group.len()).collect();
    let international = before.ends_with('+') || before.ends_with("+ ");
    if !international && gaps(text, window).any(is_line_end) {
        // Lines of numbers are a list.
        return false;
    }
    let in_brackets = before.ends_with('(')
        && text[first.end..].starts_with(')')
        && (2..=5).contains(&first.len())
        && window.len() > 1;
    let trunk = digits[0] == 0 && (9..=12).contains(&digits.len());
    let exit = digits.starts_with(&[0, 0]) && (9..=17).contains(&digits.len());
    let shape =
        matches!(lengths[..], [1, 3, 3, 4] | [3, 2..=4, 4] | [2, 4 | 5, 4] | [4, 3, 3] | [5, 5]);
    match digits.len() {
        7..=15 if international || in_brackets => true,
        9.. if trunk || exit => true,
        7..=15 if shape || is_bare(text, window) => true,
        7..=15 => PHONE_WORD.is_match(tail(before, CONTEXT)),
        _ => false,
    }
}

/// Whether it is one group that is long enough to be somebody's number, and no fraction and no
/// date written without signs.
fn is_bare(text: &str, window: &[Group]) -> bool {
    let [group] = window else { return false };
    let fraction = text[..group.start].ends_with(['.', ','])
        || text[group.end..].starts_with(['.', ','])
            && text[group.end + 1..].starts_with(|c: char| c.is_ascii_digit());
    let date =
        matches!(group.len(), 12 | 14) && COMPACT_DATE.is_match(&text[group.start..group.end]);
    (9..=13).contains(&group.len()) && !fraction && !date
}

/// Where a number begins whose first digit is there, with the `+` and the brackets before it.
fn with_prefix(text: &str, start: usize) -> usize {
    let before = &text[..start];
    before.trim_end_matches('(').trim_end_matches('+').len()
}

/// The last so many bytes of a text, or a little less.
fn tail(text: &str, bytes: usize) -> &str {
    let mut start = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

/// Whether no other digits follow or come before by a sign that would make it something else.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    fn goes_on(mut chars: impl Iterator<Item = char>) -> bool {
        match chars.next() {
            Some('-' | '.' | '/') => chars.next().is_some_and(|c| c.is_ascii_digit()),
            next => next.is_some_and(|c| c.is_ascii_digit()),
        }
    }
    !goes_on(text[range.end..].chars()) && !goes_on(text[..range.start].chars().rev())
}

/// Whether a date can be that: twelve months, thirty-one days.
fn is_date(text: &str, range: &Range<usize>) -> bool {
    let parts: Vec<u32> =
        text[range.clone()].split(['-', '/', '.']).filter_map(|it| it.parse().ok()).collect();
    let day_and_month = match parts[..] {
        [year, month, day] if year > 31 => Some((day, month)),
        [a, b, _] if a > 12 => Some((a, b)),
        [a, b, _] => Some((a.max(b), a.min(b))),
        _ => None,
    };
    let possible = |(day, month): (u32, u32)| (1..=31).contains(&day) && (1..=12).contains(&month);
    day_and_month.is_some_and(possible) && stands_alone(text, range)
}

static DIGITS: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9]+"));

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,2}|[0-9]{1,2}-[0-9]{1,2}-(?:[0-9]{4}|[0-9]{2})|[0-9]{1,2}/[0-9]{1,2}/(?:[0-9]{4}|[0-9]{2})|[0-9]{1,2}\.[0-9]{1,2}\.(?:[0-9]{4}|[0-9]{2})",
    )
});

static YEARS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:19|20)[0-9]{2} ?[-/] ?(?:19|20)?[0-9]{2}"));

static TIME: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"));

static MONEY: LazyLock<Regex> = LazyLock::new(|| {
    const AMOUNT: &str =
        r"\b(?:[0-9]{1,3}(?:[ .,'’][0-9]{3})+|[0-9]+)(?:[.,][0-9]{1,2})?(?:[.,]-)?";
    const SIGN: &str = r"(?:[$€£¥₹₽₩₺₴฿]|\b(?:USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|SEK|NOK|DKK|PLN|BRL|Rs\.?|kr\.?|zł))";
    const UNIT: &str = r"(?:[$€£¥₹₽₩₺₴฿%元円원]|(?:USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|SEK|NOK|DKK|PLN|BRL|euros?|dollars?|pounds?|cents?|pence|bucks|percent|kr|zł|Kč|Ft|руб))(?:$|[^\p{L}0-9])";
    pattern(&format!("(?i){SIGN} ?{AMOUNT}|{AMOUNT} ?{UNIT}"))
});

static THOUSANDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?")
});

static COMPACT_DATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9])?$",
    )
});

static PHONE_WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:(?:^|[^\p{L}])(?:call|phone|tel|telephone|telefono?|téléphone|tél|teléfono|telefone|telefoon|mobile|mobil|mobiel|móvil|celular|portable|handy|cell|cellphone|fax|dial|ring|text|sms|whatsapp|landline|hotline|number|nummer|número|numéro|numero|extension|ext|rufnummer|anrufen|appeler|appelez|llame|chiamare|bellen|ring|puh|numer|тел|телефон|номер)|电话|電話|手机|携帯|전화|هاتف|جوال|फ़ोन|फोन)[^\n0-9]{0,24}$",
    )
});
