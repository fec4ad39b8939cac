//! Masking what tells who somebody is in all that is shown of a report.
//!
//! E-mail addresses and the numbers of phones, cards, accounts and orders become asterisks, sign
//! for sign, and every sign takes as many bytes as before. So all spans, lines and columns go on
//! pointing at the same words. Fingerprints are settled before anything is masked. Masked is the
//! report and not what a renderer makes of it, so no renderer can forget it.
//!
//! The bytes of the source stay as they are, for lines and columns are counted in them. Whoever
//! shows them asks [`Redaction::bytes`]. What is spelled out in words, and names, unless they are
//! asked for, are not masked.

mod numbers;
mod plain;
mod secrets;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use regex::Regex;

use crate::check::Understood;
use crate::finding::{Applicability, Finding, Rewrite};
use crate::fingerprint::fingerprint;
use crate::report::{PlacedTurn, Report};
use crate::source::{Problem, Source};
use crate::text::{SourceSpan, TextSpan};

use secrets::{secrets, secrets_of_name};

/// What is masked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Redaction {
    /// Whether the names of those who speak are masked, too.
    pub names: bool,
}

/// A text with what it says of somebody masked.
#[must_use]
pub fn redacted(text: &str) -> Cow<'_, str> {
    masked(text, &secrets(text))
}

/// A path, or another name of a thing, with the addresses and numbers of somebody masked. Digits
/// alone are left: they are the number of a ticket as a rule, by which it is found again.
#[must_use]
pub fn redacted_name(name: &str) -> Cow<'_, str> {
    masked(name, &secrets_of_name(name))
}

impl Redaction {
    /// Masks all that can be shown of a report, and settles the fingerprints before.
    ///
    /// A rewrite that would put masked words into a file becomes a template, as somebody has to
    /// fill them in.
    pub fn report(self, report: &mut Report<'_>) {
        settle_fingerprints(report);
        let names = self.names_in(&report.turns);
        self.problems(&mut report.problems, &report.turns, &names);
        let found = self.turns(&mut report.turns, &names);
        for finding in all_findings(report) {
            let words = &found[finding.turn];
            finding.rewrites.iter_mut().for_each(|rewrite| redact_rewrite(rewrite, words));
        }
        keep_fixes_whole(report);
        for skip in &mut report.skips {
            skip.reason = found[skip.turn].mask(&skip.reason).into_owned();
        }
        redact_source(&mut report.source);
    }

    /// Masks all that can be shown of what was understood of a source.
    pub fn understood(self, source: &mut Source, understood: &mut Understood) {
        let names = self.names_in(&understood.turns);
        self.problems(&mut understood.problems, &understood.turns, &names);
        self.turns(&mut understood.turns, &names);
        redact_source(source);
    }

    /// The bytes of a source with what its turns, and the text of the file around them, say of
    /// somebody masked, so that they can be shown. They are no file of the format any more.
    #[must_use]
    pub fn bytes(self, source: &Source, turns: &[PlacedTurn]) -> Vec<u8> {
        let mut bytes = source.bytes().to_vec();
        let names = self.names_in(turns);
        for turn in turns {
            let text = &turn.turn.text;
            for range in found_in(text.as_str(), &names) {
                let SourceSpan { start, end } =
                    text.to_source(TextSpan::new(range.start, range.end));
                let covered = bytes.get_mut(start..end).unwrap_or_default();
                covered.iter_mut().for_each(mask_byte);
            }
        }
        match String::from_utf8(bytes) {
            Ok(text) => masked(&text, &found_in(&text, &names)).into_owned().into_bytes(),
            Err(error) => error.into_bytes(),
        }
    }

    /// The names to be masked.
    fn names_in(self, turns: &[PlacedTurn]) -> Vec<String> {
        let speakers = turns.iter().filter_map(|turn| turn.turn.speaker.as_deref());
        let names: BTreeSet<&str> = speakers.filter(|_| self.names).map(str::trim).collect();
        names.into_iter().filter(|name| name.chars().count() > 1).map(str::to_owned).collect()
    }

    /// Masks turns, and tells what was found in each.
    fn turns(self, turns: &mut [PlacedTurn], names: &[String]) -> Vec<Found> {
        let found = turns.iter_mut().map(|placed| {
            let turn = &mut placed.turn;
            let text = turn.text.as_str();
            let ranges = found_in(text, names);
            let words: BTreeSet<&str> = ranges.iter().map(|it| &text[it.clone()]).collect();
            let words = words.into_iter().map(str::to_owned).collect();
            if !ranges.is_empty() {
                let text = masked(text, &ranges).into_owned();
                turn.text = turn.text.clone().respelled(text);
            }
            if let Some(name) = &mut turn.speaker {
                *name = self.speaker(name);
            }
            for name in [&mut placed.conversation, &mut placed.channel].into_iter().flatten() {
                if let Cow::Owned(masked) = redacted_name(name) {
                    *name = Arc::from(masked);
                }
            }
            Found { words }
        });
        found.collect()
    }

    /// Masks what is said of the turns, which are not masked yet.
    fn problems(self, problems: &mut [Problem], turns: &[PlacedTurn], names: &[String]) {
        for problem in problems {
            let message = &problem.message;
            let mut ranges = found_in(message, names);
            let cuts = message.match_indices(CUT).map(|(end, _)| &message[..end]);
            ranges.extend(cuts.flat_map(|told| self.in_cut_name(told, turns)));
            if let Cow::Owned(masked) = masked(message, &joined(ranges)) {
                problem.message = masked;
            }
        }
    }

    /// What is to be masked at the end of a text that breaks off within the name of somebody.
    fn in_cut_name(self, text: &str, turns: &[PlacedTurn]) -> Vec<Range<usize>> {
        let speakers = turns.iter().filter_map(|turn| turn.turn.speaker.as_deref());
        let told = speakers.filter_map(|name| Some((name, told_of(name, text)?)));
        let Some((name, told)) = told.max_by_key(|&(_, told)| told) else { return Vec::new() };
        let all = 0..name.len();
        let secret = if self.names { vec![all] } else { secrets(name) };
        let start = text.len() - told;
        let there = secret.iter().map(|it| start + it.start.min(told)..start + it.end.min(told));
        there.filter(|range| !range.is_empty()).collect()
    }

    fn speaker(self, name: &str) -> String {
        let all = 0..name.len();
        if self.names { masked(name, &[all]) } else { redacted(name) }.into_owned()
    }
}

/// The words that were masked in a turn, which may stand in a rewrite without what gave them away.
struct Found {
    words: Vec<String>,
}

impl Found {
    fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut ranges = secrets(text);
        for word in &self.words {
            ranges.extend(text.match_indices(word.as_str()).map(|(at, it)| at..at + it.len()));
        }
        masked(text, &joined(ranges))
    }
}

/// What is to be masked in a text, some names among it.
fn found_in(text: &str, names: &[String]) -> Vec<Range<usize>> {
    let mut ranges = secrets(text);
    let is_word = |at: usize, end: usize| {
        let before = text[..at].chars().next_back();
        let after = text[end..].chars().next();
        !before.into_iter().chain(after).any(char::is_alphanumeric)
    };
    for name in names {
        let places = text.match_indices(name.as_str()).map(|(at, it)| at..at + it.len());
        ranges.extend(places.filter(|range| is_word(range.start, range.end)));
    }
    if names.is_empty() { ranges } else { joined(ranges) }
}

fn settle_fingerprints(report: &mut Report<'_>) {
    let settled: Vec<String> = report.findings.iter().map(|it| fingerprint(report, it)).collect();
    for (finding, fingerprint) in report.findings.iter_mut().zip(settled) {
        finding.fingerprint = Some(fingerprint);
    }
}

fn all_findings<'a, 'r>(report: &'a mut Report<'r>) -> impl Iterator<Item = &'a mut Finding<'r>> {
    let findings = report.findings.iter_mut().chain(&mut report.suppressed);
    findings.chain(&mut report.known)
}

/// Makes templates of rewrites that change places apart, with something of somebody's between.
fn keep_fixes_whole(report: &mut Report<'_>) {
    let bytes = report.source.piece_bytes();
    for finding in &mut report.findings {
        let text = &report.turns[finding.turn].turn.text;
        for rewrite in &mut finding.rewrites {
            let bytes = bytes.get(text.to_source(rewrite.span)).unwrap_or_default();
            if !secrets(&String::from_utf8_lossy(bytes)).is_empty() {
                rewrite.applicability = Applicability::Template;
            }
        }
    }
}

fn redact_rewrite(rewrite: &mut Rewrite, words: &Found) {
    if let Cow::Owned(masked) = words.mask(&rewrite.text) {
        rewrite.text = masked;
        rewrite.applicability = Applicability::Template;
    }
}

/// What stands in a message in place of the end of a name that is too long.
const CUT: &str = "…";

/// How many bytes of a name a text ends with.
fn told_of(name: &str, text: &str) -> Option<usize> {
    /// No name is told at greater length.
    const MOST: usize = 200;
    let ends = name.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|&it| it <= MOST);
    ends.filter(|&end| text.ends_with(&name[..end])).last()
}

fn redact_source(source: &mut Source) {
    if let Cow::Owned(name) = redacted_name(source.name()) {
        source.rename(name);
    }
}

/// A text whose letters and digits in these ranges are masked.
fn masked<'t>(text: &'t str, ranges: &[Range<usize>]) -> Cow<'t, str> {
    if ranges.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        masked.push_str(&text[at..range.start]);
        masked.extend(text[range.clone()].chars().map(mask));
        at = range.end;
    }
    masked.push_str(&text[at..]);
    Cow::Owned(masked)
}

/// What a character is masked by, which takes as many bytes. Signs between numbers stay, so that
/// one sees what it was.
fn mask(c: char) -> char {
    match c.len_utf8() {
        1 if c.is_ascii_alphanumeric() => '*',
        1 => c,
        _ if c.is_whitespace() || matches!(c, '\u{2000}'..='\u{206f}') => c,
        2 => '·',
        3 => '•',
        _ => '🞄',
    }
}

/// Masks a byte of a file, whatever its encoding.
fn mask_byte(byte: &mut u8) {
    if byte.is_ascii_alphanumeric() || !byte.is_ascii() {
        *byte = b'*';
    }
}

/// Ranges in their order, those that meet made one.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// A pattern of ours, which is sound: a test builds them all.
fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| unreachable!("the pattern is sound: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::render::{OutputFormat, fixture};

    fn assert_masked(text: &str, expected: &str) {
        let masked = redacted(text);
        assert_eq!(masked, expected, "{text}");
        assert_eq!(masked.len(), text.len(), "{text}");
        assert_eq!(masked.chars().count(), text.chars().count(), "{text}");
        assert_eq!(redacted(&masked), masked, "masking twice is masking once");
    }

    #[test]
    fn addresses_are_masked_sign_for_sign() {
        for (text, expected) in [
            ("Write to jane.doe+x@acme.co.uk.", "Write to ****.***+*@****.**.**."),
            ("<jane@acme.example>", "<****@****.*******>"),
            ("mailto:o'neil@a-b.de?subject=x", "mailto:*'****@*-*.**?subject=x"),
            ("Zoë: zoë@müller.example!", "Zoë: **·@*·****.*******!"),
            ("用户@例子.广告", "••@••.••"),
            ("jane＠acme．example", "****•****•*******"),
            ("jane (at) acme [dot] example", "**** (**) **** [***] *******"),
            ("ja\u{200b}ne@ac\u{ad}me.example", "**\u{200b}**@**·**.*******"),
            ("jane\\u0040acme.example", "****\\*********.*******"),
        ] {
            assert_masked(text, expected);
        }
    }

    #[test]
    fn phone_numbers_of_many_countries_are_masked() {
        for number in [
            "+1 (555) 010-9999",
            "(555) 010-9999",
            "555-010-9999",
            "555.010.9999",
            "1-800-555-0199",
            "5550109999",
            "+49 170 1234567",
            "0170 1234567",
            "030/12345678",
            "+44 20 7946 0958",
            "020 7946 0958",
            "+33 1 23 45 67 89",
            "01 23 45 67 89",
            "01.23.45.67.89",
            "+39 06 6982",
            "+81 3-1234-5678",
            "03-1234-5678",
            "+86 138 0013 8000",
            "138 0013 8000",
            "98765 43210",
            "+55 11 91234-5678",
            "11 91234-5678",
            "0049 170 1234567",
            "+41 79 123 45 67",
            "079 123 45 67",
            "＋４９ １７０ １２３４５６７",
            "٠١٠١٢٣٤٥٦٧٨",
            "+९१ ९८७६५ ४३२१०",
            "+49\u{a0}170\u{2011}1234567",
            "0170\u{200b}1234567",
            "(0170) 1234567",
            "+1.555.010.9999",
            "555-010-9999x12",
        ] {
            let text = format!("Well, {number}, or not.");
            let masked = redacted(&text);
            let left = masked.chars().filter(|c| c.is_numeric()).count();
            assert!(left <= if number.contains('x') { 2 } else { 0 }, "{masked}");
            assert_eq!(masked.len(), text.len());
            assert!(masked.starts_with("Well, ") && masked.ends_with(", or not."), "{masked}");
        }
        assert_masked("Call 612 345 678 today", "Call *** *** *** today");
        assert_masked("+49 170\r\n1234567", "+** ***\r\n*******");
        assert_masked("98765\n43210", "98765\n43210");
        assert_masked("tel.: 12 34 56 78", "tel.: ** ** ** **");
        assert_masked("my number is 555-0199", "my number is ***-****");
        assert_masked("电话13800138000号", "电话***********号");
    }

    #[test]
    fn cards_are_told_by_their_check_digit() {
        assert_masked("4111 1111 1111 1111", "**** **** **** ****");
        assert_masked("card: 4111-1111-1111-1111.", "card: ****-****-****-****.");
        assert_masked("3782 822463 10005", "**** ****** *****");
        assert_masked("4111\u{200b}1111１１１１1111", "****\u{200b}****••••****");
        assert_masked("x 5555555555554444 y", "x **************** y");
        assert_masked("4111 1111 1111 1112", "4111 1111 1111 1112");
        assert_masked("x 5555555555554445 y", "x 5555555555554445 y");
        assert_masked("paid $4111111111111111", "paid $****************");
        assert_masked("4111 1111\n1111 1111", "**** ****\n**** ****");
    }

    #[test]
    fn accounts_and_orders_are_told_by_what_stands_before() {
        for (text, expected) in [
            ("your order 48213 is late", "your order ***** is late"),
            ("Order #A-1042-77.", "Order #*-****-**."),
            ("order number: 4711", "order number: ****"),
            ("order no. 123", "order no. ***"),
            ("ticket #123", "ticket #***"),
            ("see #48213", "see #*****"),
            ("account 1234 5678 901 is", "account **** **** *** is"),
            ("Account ending in 4821", "Account ending in ****"),
            ("Kundennummer: 4711-08", "Kundennummer: ****-**"),
            ("Ihre Bestellung Nr. 4711", "Ihre Bestellung Nr. ****"),
            ("votre commande n° 48213", "votre commande n° *****"),
            ("su pedido número 48213", "su pedido número *****"),
            ("注文番号48213です", "注文番号*****です"),
            ("订单号：48213已发货", "订单号：*****已发货"),
            ("заказ № 48213", "заказ № *****"),
            ("IBAN DE89 3704 0044 0532 0130 00 and", "IBAN **** **** **** **** **** ** and"),
            ("GB82WEST12345698765432", "**********************"),
            ("order 48213 300 € less", "order ***** 300 € less"),
        ] {
            assert_masked(text, expected);
        }
    }

    #[test]
    fn words_prices_dates_and_times_stay() {
        for text in [
            "That's not my job, it's corporate policy @ noon, 3 @ $5, @acme.",
            "It was $1,234.56, or 1.234.567,89 €, or 1 234 567 EUR, or 10 000 000 kr.",
            "CHF 1'234'567.00 and ¥123,456,789 and 1,000,000,000 people",
            "On 2024-05-31, 31.05.2024, 05/31/2024, 31-5-24 and 2024/5/31.",
            "2024-05-31 10:30 to 2024-06-01T09:15:00Z, 10:30-11:45, 9-5",
            "from 2019-2024, in 2023/24, 1999 - 2003",
            "version 1.2.3.4, host 192.168.100.200, section 12.3.4",
            "pages 100-1200, 24/7, 3.141592653589793, 100%",
            "your order from 2024-05-31, your order of 1500 pieces, in order 2 of 3",
            "an order 2024 is no year, account 12 days, the policy of 1999",
            "commit 37d88798616662b13417ddb207d6acbc, colour #ff8800",
            "in case you order, the account is yours, customer service since 1998",
            "20240531103000 20240531",
            "call us 24/7, or ring between 9 and 17, text 3 friends",
            "3-for-2, 50/50, 1-2 weeks, 5 x 10 x 20, 10-12 mm",
            "Room 4711 has 12345678 stars; 100 200 300",
        ] {
            assert_eq!(redacted(text), text);
        }
    }

    #[test]
    fn names_of_things_keep_digits_that_stand_alone() {
        for (name, expected) in [
            ("tickets/123456789.json", "tickets/123456789.json"),
            ("2024-05-31/chat 10.15.txt", "2024-05-31/chat 10.15.txt"),
            ("WhatsApp Chat with +49 170 1234567.txt", "WhatsApp Chat with +** *** *******.txt"),
            ("drafts/jane@acme.example.txt", "drafts/****@****.*******.***"),
            ("whatsapp:+15550109999", "whatsapp:+***********"),
        ] {
            assert_eq!(redacted_name(name), expected);
        }
    }

    /// A report on a text whose only finding would be put right with the same number.
    fn report_with_number<'r>(text: &str, rule: &'r crate::rules::Rule) -> Report<'r> {
        let mut report = fixture::report("+49 170 1234567.txt", text.as_bytes(), rule, &["my job"]);
        fixture::rewrite(&mut report, "I'll see to 5550109999", Applicability::Safe);
        fixture::rewrite(&mut report, "I'll see to it", Applicability::Safe);
        report
    }

    #[test]
    fn a_rewrite_with_masked_words_is_no_fix() {
        let rule = fixture::rule("not-my-job", Severity::Error);
        let text = "Order 5550109999? Not my job.";
        let mut report = report_with_number(text, &rule);
        let known_by = fingerprint(&report, &report.findings[0]);
        Redaction::default().report(&mut report);
        let finding = &report.findings[0];
        assert_eq!(report.turns[0].turn.text.as_str(), "Order **********? Not my job.");
        assert_eq!(finding.rewrites[0].text, "I'll see to **********");
        let trusted: Vec<_> = finding.rewrites.iter().map(|it| it.applicability).collect();
        assert_eq!(trusted, [Applicability::Template, Applicability::Safe]);
        assert_eq!(report.source.name(), "+** *** *******.txt");
        assert_eq!(fingerprint(&report, finding), known_by);
        for format in OutputFormat::ALL {
            let report = || {
                let mut report = report_with_number(text, &rule);
                Redaction::default().report(&mut report);
                report
            };
            let written = fixture::render(*format, fixture::PLAIN, &[report()]);
            assert!(!written.contains("5550109999") && !written.contains("1234567"), "{written}");
        }
    }

    #[test]
    fn a_name_that_was_cut_short_is_masked_all_the_same() {
        let rule = fixture::rule("not-my-job", Severity::Error);
        let full = "Jo <jo.miller@acme.example>";
        for cut in 5..full.len() {
            let mut report = fixture::report("a.txt", b"Not my job.", &rule, &[]);
            report.turns[0].turn.speaker = Some(full.to_owned());
            let message = format!("nobody knows \"{}…\"", &full[..cut]);
            report.problems.push(Problem { position: None, message });
            Redaction::default().report(&mut report);
            let told = &report.problems[0].message;
            let left = told.strip_prefix("nobody knows \"Jo <").expect("the rest stays");
            assert!(!left.contains(char::is_alphanumeric), "{told}");
        }
    }

    #[test]
    fn what_gave_a_number_away_need_not_stand_in_a_rewrite() {
        let rule = fixture::rule("not-my-job", Severity::Error);
        let mut report = fixture::report("a.txt", b"Order 4711? Not my job.", &rule, &["my job"]);
        fixture::rewrite(&mut report, "4711 is mine", Applicability::Safe);
        fixture::skip(&mut report, &rule, "Not", "4711 was explained");
        Redaction::default().report(&mut report);
        assert_eq!(report.findings[0].rewrites[0].text, "**** is mine");
        assert_eq!(report.skips[0].reason, "**** was explained");
    }

    proptest::proptest! {
        #[test]
        fn every_sign_keeps_its_place(
            text in "(\\PC|[0-9٠-٩０-９+() ./@#-]|order |call |[€$]|\\u{200b}){0,60}",
        ) {
            let masked = redacted(&text);
            let lengths = |text: &str| text.chars().map(char::len_utf8).collect::<Vec<_>>();
            proptest::prop_assert_eq!(lengths(&masked), lengths(&text));
            let name = redacted_name(&text);
            proptest::prop_assert_eq!(lengths(&name), lengths(&text));
        }
    }

    #[test]
    fn a_great_many_digits_take_no_time() {
        let text = "1 2 3-4 (5) 12.05.2024 $5 order 1 +".repeat(20_000);
        let begun = std::time::Instant::now();
        let masked = redacted(&text);
        assert_eq!(masked.len(), text.len());
        assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
        assert_eq!(redacted(&"1".repeat(1_000_000)).len(), 1_000_000);
    }
}
