//! Where a text names somebody: e-mail addresses, numbers of phones, cards, accounts and orders.
//!
//! The number of a card is told by its check digit, that of a bank account by its checksum or by
//! the word before it, that of an order by the word before it. What is spelled out in words is
//! not found.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::numbers::{everyday, numbers};
use super::plain::Plain;
use super::{joined, pattern};

/// What of a text is to be masked, in its order; no two of the ranges meet.
pub(super) fn secrets(text: &str) -> Vec<Range<usize>> {
    let plain = Plain::of(text);
    let read = plain.as_str();
    if !may_hold_address(read) && !read.contains(|c: char| c.is_ascii_digit()) {
        return Vec::new();
    }
    let everyday = everyday(read);
    let mut found: Vec<Range<usize>> = EMAIL.find_iter(read).map(|it| it.range()).collect();
    found.extend(bank_accounts(read));
    found.extend(named_numbers(read, &everyday));
    found.extend(numbers(read, &everyday));
    joined(found.into_iter().map(|range| plain.original(range)).collect())
}

/// As [`secrets`], for a name of a person, a file or a conversation, in which digits alone mean
/// little: only what has the shape of an address, of a phone's or a card's number.
pub(super) fn secrets_of_name(name: &str) -> Vec<Range<usize>> {
    let plain = Plain::of(name);
    let read = plain.as_str();
    if !may_hold_address(read) && read.bytes().filter(u8::is_ascii_digit).count() < FEWEST_OF_PHONE
    {
        return Vec::new();
    }
    let mut found: Vec<Range<usize>> = EMAIL.find_iter(read).map(|it| it.range()).collect();
    let digits_alone = |range: &Range<usize>| {
        let number = &read[range.clone()];
        number.len() < FEWEST_OF_CARD && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    let numbers = numbers(read, &everyday(read));
    found.extend(numbers.into_iter().filter(|range| !digits_alone(range)));
    joined(found.into_iter().map(|range| plain.original(range)).collect())
}

/// How many digits the number of a phone has at least.
const FEWEST_OF_PHONE: usize = 7;

/// From how many digits on nothing but the number of a card is found in digits alone.
const FEWEST_OF_CARD: usize = 14;

/// Whether there is any of the signs that stand in the middle of an address.
fn may_hold_address(text: &str) -> bool {
    text.contains(['@', '[', '(', '{', '%', '&', '\\'])
}

/// International numbers of bank accounts whose checksum is right.
fn bank_accounts(text: &str) -> Vec<Range<usize>> {
    IBAN.find_iter(text)
        .filter_map(|it| account_at_start(it.as_str()).map(|len| it.start()..it.start() + len))
        .collect()
}

/// How long the account's number is with which a text begins; what follows it may look like it.
fn account_at_start(text: &str) -> Option<usize> {
    let ends = text.char_indices().filter(|(_, c)| *c == ' ').map(|(at, _)| at);
    let ends: Vec<usize> = ends.chain([text.len()]).collect();
    ends.into_iter().rev().find(|&end| is_account(&text[..end]))
}

fn is_account(text: &str) -> bool {
    let signs: Vec<char> = text.chars().filter(|c| *c != ' ').collect();
    if !(15..=34).contains(&signs.len()) {
        return false;
    }
    let values = signs[4..].iter().chain(&signs[..4]).map(|sign| sign.to_digit(36).unwrap_or(0));
    let rest = values.fold(0, |rest, value| (rest * if value > 9 { 100 } else { 10 } + value) % 97);
    rest == 1
}

/// Numbers that follow a word such as "order" or "account".
fn named_numbers(text: &str, everyday: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for captures in NAMED.captures_iter(text) {
        let Some(number) = captures.name("number") else { continue };
        let hash = captures.name("hash").is_some();
        let marked = hash || captures.name("mark").is_some();
        let next = everyday.partition_point(|it| it.end <= number.start());
        let barrier = everyday.get(next).map_or(number.end(), |it| it.start.max(number.start()));
        let end = number.end().min(barrier);
        let range = number.start()..number.start() + text[number.start()..end].trim_end().len();
        let number = &text[range.clone()];
        if is_number_of_something(number, marked) && !(hash && is_colour(number)) {
            found.push(range);
        }
    }
    found
}

/// `#ff8800` is the colour of something.
fn is_colour(number: &str) -> bool {
    let hexadecimal = number.len() == 6 && number.chars().all(|c| c.is_ascii_hexdigit());
    hexadecimal && number.contains(|c: char| c.is_ascii_alphabetic())
}

fn is_number_of_something(number: &str, marked: bool) -> bool {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let year = number.len() == 4 && (number.starts_with("19") || number.starts_with("20"));
    let mut parts = number.split(['-', '_', '/', '.', ' ']);
    let is_part = |part: &str| part.len() <= 4 || part.contains(|c: char| c.is_ascii_digit());
    let enough = if marked { digits >= 3 } else { digits >= 4 && !(year && digits == 4) };
    let has_digit = |word: &str| word.contains(|c: char| c.is_ascii_digit());
    enough && number.split(' ').all(has_digit) && parts.all(is_part)
}

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    const SIGN: &str = r#"[^\s<>()\[\]{},;:"@\\/&|=]"#;
    const AT: &str = r"(?:@|%40|\\u0040|&#64;|&#x40;|&commat;| ?[(\[{] ?at ?[)\]}] ?)";
    const DOT: &str = r"(?:\.| ?[(\[{] ?dot ?[)\]}] ?)";
    const LABEL: &str = r"[\p{L}\p{N}\p{M}_-]+";
    pattern(&format!(r"(?i){SIGN}+{AT}{LABEL}(?:{DOT}{LABEL})*"))
});

static IBAN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
});

/// Words before a number that belongs to somebody.
const WORDS: &str = "account|acct|a/c|customer|client|member|membership|contract|policy|order|\
    purchase|booking|reservation|confirmation|invoice|reference|ref|ticket|case|tracking|shipment|\
    parcel|consignment|serial|licen[cs]e|passport|routing|sort code|iban|bsb|ssn|social security|\
    meter|card|pin|cvv|cvc|loyalty|rma|\
    konto|kontonummer|kunden?|kundennummer|kundennr|bestellung|bestellnummer|bestellnr|auftrag|\
    auftragsnummer|auftragsnr|rechnung|rechnungsnummer|rechnungsnr|vertrag|vertragsnummer|\
    vertragsnr|sendung|sendungsnummer|vorgang|vorgangsnummer|\
    commande|compte|facture|dossier|contrat|colis|pedido|cuenta|cliente|factura|contrato|reserva|\
    ordine|conto|fattura|contratto|prenotazione|encomenda|conta|fatura|\
    bestelling|bestelnummer|ordernummer|rekening|rekeningnummer|klant|klantnummer|factuur|\
    factuurnummer|ordre|ordrenummer|kundenummer|bestilling|zamówieni[ea]|faktur[ay]|siparişi?|\
    hesap|заказа?|счета?|счёта?|договора?";

/// The same in scripts that put no space before it.
const UNSPACED: &str = "注文番号|注文|口座番号|口座|会員番号|顧客番号|订单编号|订单号|订单|訂單編號|訂單|\
    账号|帳號|账户|客户号|주문 ?번호|주문|계좌 ?번호|고객 ?번호|الطلب|الحساب|طلب|حساب|ऑर्डर|खाता";

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    const MARK: &str = r"(?P<mark> ?[-:]? ?(?:#|№|n[°ºo]\.?:?|(?:numbers?|no|nr|num|id|code|nummer|número|numero|numéro|numer|номер|番号|号码|號碼|번호|رقم)\b\.?:?)+)?";
    const LINK: &str = r#"(?:[ ]*(?:\b(?:is|was|ends? in|ending in|ist|lautet|est|es|is het|è|é)\b|[:=#№"“„«'(\[-]|は|是|为|為))*"#;
    const NUMBER: &str = r"(?P<number>[A-Za-z0-9]+(?:[-_/.][A-Za-z0-9]+)*(?: [0-9]{3,})*)";
    let words = format!(r"(?:(?:^|[^\p{{L}}])(?:{WORDS})s?\b|{UNSPACED})");
    pattern(&format!(
        "(?i)(?:{words}{MARK}{LINK}[ ]*|(?:^|[^\\p{{L}}\\p{{N}}&])(?P<hash>#) ?){NUMBER}"
    ))
});
