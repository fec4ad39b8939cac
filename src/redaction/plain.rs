//! A text as it is read, however it is typed: digits of every script are 0 to 9, wide and narrow
//! forms are ordinary ones, and what can't be seen is not there.
//!
//! It is for finding things only: every place in it leads back to the text.

use std::ops::Range;

/// A plain text with the way back.
pub(super) struct Plain<'t> {
    original: &'t str,
    /// What is read; nothing if that is the text itself.
    read: Option<Read>,
}

struct Read {
    text: String,
    /// Where each byte comes from.
    from: Vec<u32>,
}

impl<'t> Plain<'t> {
    pub(super) fn of(original: &'t str) -> Self {
        if original.chars().all(|c| plain(c) == Some(c)) {
            return Self { original, read: None };
        }
        let mut read = Read {
            text: String::with_capacity(original.len()),
            from: Vec::with_capacity(original.len()),
        };
        for (at, c) in original.char_indices() {
            let Some(c) = plain(c) else { continue };
            read.text.push(c);
            read.from.resize(read.text.len(), at as u32);
        }
        Self { original, read: Some(read) }
    }

    pub(super) fn as_str(&self) -> &str {
        self.read.as_ref().map_or(self.original, |read| &read.text)
    }

    /// What stands in the original for a range that is not empty.
    pub(super) fn original(&self, range: Range<usize>) -> Range<usize> {
        let Some(read) = &self.read else { return range };
        let (start, last) = (read.from[range.start] as usize, read.from[range.end - 1] as usize);
        let last_len = self.original[last..].chars().next().map_or(0, char::len_utf8);
        start..last + last_len
    }
}

/// What a character is read as; nothing for one that can't be seen.
fn plain(c: char) -> Option<char> {
    if c.is_ascii() {
        return Some(if c == '\t' { ' ' } else { c });
    }
    Some(match c {
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{20e3}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{e0000}'..='\u{e0fff}' => return None,
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{30fc}' => '-',
        '。' | '｡' | '․' | '\u{fe52}' => '.',
        '\u{fe6b}' => '@',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => digit(c).unwrap_or(c),
    })
}

/// The ASCII digit for a digit of another script.
fn digit(c: char) -> Option<char> {
    /// The noughts of the scripts, in order; nine digits follow each.
    const NOUGHTS: [u32; 30] = [
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
        0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1b50, 0xa9d0,
        0xaa50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6,
    ];
    let code = u32::from(c);
    let index = NOUGHTS.partition_point(|&nought| nought <= code).checked_sub(1)?;
    char::from_digit(code - NOUGHTS[index], 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_leads_back() {
        let text = "A\u{200b}٤４\u{1d7d6}१\u{a0}－\u{fe0f}é";
        let plain = Plain::of(text);
        assert_eq!(plain.as_str(), "A4481 -é");
        assert_eq!(&text[plain.original(0..2)], "A\u{200b}٤");
        assert_eq!(&text[plain.original(1..5)], "٤４\u{1d7d6}१");
        assert_eq!(&text[plain.original(7..9)], "é");
        let same = Plain::of("plain é");
        assert!(same.read.is_none());
        assert_eq!(same.original(1..3), 1..3);
    }

    #[test]
    fn digits_of_every_script_are_digits() {
        for digits in
            ["٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "๐๑๒๓๔๕๖๗๘๙", "０１２３４５６７８９", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"]
        {
            assert_eq!(Plain::of(digits).as_str(), "0123456789", "{digits}");
        }
        assert_eq!(Plain::of("੦₀①").as_str(), "0₀①");
    }
}
