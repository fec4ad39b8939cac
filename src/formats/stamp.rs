//! Dates and times as chat programs print them, found but not understood: which of
//! two numbers is the month doesn't matter for knowing where a message begins.

/// A date, a time or both at the start of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Where it ends.
    pub(super) end: usize,
    /// Whether it tells the day.
    pub(super) date: bool,
    /// Whether it tells the hour.
    pub(super) time: bool,
}

/// In so many bytes of a stamp there is a digit: "Wednesday, September 13", with blanks to spare.
const FARTHEST_DIGIT: usize = 48;

/// Reads the stamp that a text begins with.
pub(super) fn stamp(text: &str) -> Option<Stamp> {
    // The first digit comes after no more than a weekday and a month.
    if !text.bytes().take(FARTHEST_DIGIT).any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut at = Scanner { text, at: 0 };
    if at.date() {
        let end = at.at;
        if at.connection() && at.time() {
            return Some(Stamp { end: at.at, date: true, time: true });
        }
        return Some(Stamp { end, date: true, time: false });
    }
    if at.time() {
        let end = at.at;
        let date = at.connection() && at.date();
        return Some(Stamp { end: if date { at.at } else { end }, date, time: true });
    }
    at.lapse().then_some(Stamp { end: at.at, date: false, time: true })
}

/// Goes through a text; what does not match leaves it where it was.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// `13/06/2018`, `2018-06-13`, `13. 6. 2018.`, `Monday, June 13, 2018`, `13 Jun 2018`.
    fn date(&mut self) -> bool {
        let start = self.at;
        let read = self.number_date() || (self.weekday() && self.number_date()) || self.word_date();
        if !read {
            self.at = start;
        }
        read
    }

    fn number_date(&mut self) -> bool {
        let start = self.at;
        let first = self.digits(4);
        let separator = self.one_of("-/.");
        self.one_of(" ");
        let second = self.digits(4);
        let again = self.one_of("-/.");
        self.one_of(" ");
        let third = self.digits(4);
        let years = [first, second, third].into_iter().filter(|&len| len == 4).count();
        let read = separator.is_some()
            && again == separator
            && ![first, second, third].contains(&0)
            && ![first, second, third].contains(&3)
            && years <= 1;
        if read {
            if separator == Some('.') {
                self.one_of(".");
            }
        } else {
            self.at = start;
        }
        read
    }

    /// A day and a month, in whatever order, and perhaps a year.
    fn word_date(&mut self) -> bool {
        let start = self.at;
        self.weekday();
        let read = if self.month() {
            self.blank();
            (1..=2).contains(&self.digits(2))
        } else {
            let day = (1..=2).contains(&self.digits(2));
            self.one_of(".-");
            self.blank();
            day && self.month()
        };
        if !read {
            self.at = start;
            return false;
        }
        let end = self.at;
        self.one_of(",-");
        self.blank();
        if self.digits(4) != 4 {
            self.at = end;
        }
        true
    }

    fn weekday(&mut self) -> bool {
        const DAYS: [&str; 7] =
            ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let read = self.named(&DAYS);
        if read {
            self.one_of(",.");
            self.blank();
        }
        read
    }

    fn month(&mut self) -> bool {
        const MONTHS: [&str; 12] = [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ];
        let read = self.named(&MONTHS);
        if read {
            self.one_of(".-");
        }
        read
    }

    /// One of the names, or its first three letters or more.
    fn named(&mut self, names: &[&str]) -> bool {
        const SHORTEST: usize = 3;
        let letters = self.letters();
        let len = letters.len();
        let begins =
            |name: &&str| name.get(..len).is_some_and(|begin| begin.eq_ignore_ascii_case(letters));
        let known = len >= SHORTEST && names.iter().any(begins);
        if known {
            self.at += len;
        }
        known
    }

    /// `21:25`, `21.25.15`, `9:25:15.120 PM`, with or without a time zone.
    fn time(&mut self) -> bool {
        let start = self.at;
        let hours = self.digits(3);
        let Some(separator) = self.one_of(":.") else {
            self.at = start;
            return false;
        };
        if hours == 0 || self.digits(2) != 2 {
            self.at = start;
            return false;
        }
        let end = self.at;
        if self.one_of(":.") != Some(separator) || self.digits(2) != 2 {
            self.at = end;
        } else {
            self.fraction();
        }
        self.half_of_day();
        self.zone();
        // "1.500 euros" and "10:02am-ish" are no times.
        let ended = !self.rest().starts_with(|c: char| c.is_alphanumeric());
        if !ended {
            self.at = start;
        }
        ended
    }

    fn fraction(&mut self) {
        let start = self.at;
        if self.one_of(".,").is_none() || self.digits(7) == 0 {
            self.at = start;
        }
    }

    /// `AM`, `p.m.`, `a. m.`
    fn half_of_day(&mut self) {
        let start = self.at;
        self.blank();
        let half = self.one_of("aApP").is_some();
        self.one_of(".");
        self.blank();
        let read = half && self.one_of("mM").is_some();
        if !read || self.rest().starts_with(|c: char| c.is_alphanumeric()) {
            self.at = start;
            return;
        }
        self.one_of(".");
    }

    /// `Z`, `+01:00`, ` UTC`.
    fn zone(&mut self) {
        const ZONES: [&str; 9] = ["UTC", "GMT", "BST", "CET", "CEST", "EST", "EDT", "PST", "PDT"];
        let start = self.at;
        if self.one_of("Z").is_some() {
            return;
        }
        self.blank();
        if ZONES.contains(&self.letters()) {
            self.at += self.letters().len();
            return;
        }
        let signed = self.one_of("+-").is_some();
        let digits = self.at;
        let split = self.digits(2) == 2 && self.one_of(":").is_some() && self.digits(2) == 2;
        if !split {
            self.at = digits;
        }
        if !signed || !(split || self.digits(4) == 4) {
            self.at = start;
        }
    }

    /// `10s`, `1m 13s`: how long after the start.
    fn lapse(&mut self) -> bool {
        let start = self.at;
        let mut end = start;
        while self.digits(4) > 0 && self.one_of("hms").is_some() {
            end = self.at;
            self.blank();
        }
        self.at = end;
        let read = end > start && !self.rest().starts_with(|c: char| c.is_alphanumeric());
        if !read {
            self.at = start;
        }
        read
    }

    /// What stands between a date and a time: `, `, `T`, ` at `, ` klo `.
    fn connection(&mut self) -> bool {
        const WORDS: [&str; 10] = ["at", "on", "um", "klo", "kl", "a", "à", "às", "alle", "ore"];
        let start = self.at;
        if self.one_of("T").is_some() {
            return true;
        }
        self.one_of(",.");
        let mut read = self.blank();
        if WORDS.contains(&self.letters()) {
            self.at += self.letters().len();
            read = self.blank();
        } else if self.one_of("-").is_some() {
            read = self.blank();
        }
        if !read {
            self.at = start;
        }
        read
    }

    fn letters(&self) -> &str {
        let rest = self.rest();
        &rest[..rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len())]
    }

    /// Takes up to `most` digits; says how many there were, 0 if there are more.
    fn digits(&mut self, most: usize) -> usize {
        let len = self.rest().bytes().take_while(u8::is_ascii_digit).take(most + 1).count();
        if len > most {
            return 0;
        }
        self.at += len;
        len
    }

    fn one_of(&mut self, chars: &str) -> Option<char> {
        let c = self.rest().chars().next().filter(|&c| chars.contains(c))?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Takes blanks of any width, but no line break.
    fn blank(&mut self) -> bool {
        let rest = self.rest();
        let inner = rest.trim_start_matches(|c: char| c.is_whitespace() && c != '\n' && c != '\r');
        let len = rest.len() - inner.len();
        self.at += len;
        len > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> &str {
        stamp(text).map_or("", |stamp| &text[..stamp.end])
    }

    #[test]
    fn dates_and_times_as_programs_print_them() {
        let whole = [
            "10:02",
            "10:02:15",
            "9:02 am",
            "3/6/18, 1:55 p.m.",
            "03-06-2018, 01.55 PM",
            "13.06.18 21.25.15",
            "13.6.2018 klo 21.25.15",
            "13. 6. 2018. 21:25:15",
            "3/6/18 1:55:00 p. m.",
            "12/03/2024, 9:02:15\u{202F}AM",
            "2024-03-12T10:02:15.120Z",
            "2024-03-12 10:02:15 +00:00",
            "12 Mar 2024 10:02",
            "March 12, 2024 at 10:02 AM",
            "Monday, December 17, 2018, 23:27:57",
            "10:02, 12/03/2024",
            "2024-03-12T10:02:15.120+0000",
            "00:00:05.120",
            "1m 13s",
            "10:02:15 UTC",
        ];
        for text in whole {
            assert_eq!(read(text), text);
            assert_eq!(read(&format!("{text}] x")), text);
        }
    }

    #[test]
    fn no_date_and_no_time() {
        for text in ["Jane", "1.500 euros", "12", "a 10:02", "12/2024", "Marvin 12th", "", "5 mins"]
        {
            assert_eq!(read(text), "", "{text}");
        }
    }
}
