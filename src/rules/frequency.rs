//! How often common words turn up in what support says, so that a phrase is looked up by its
//! rarest words. Nothing but speed depends on it.

use super::program::class_word;
use crate::language::{Lexicon, WordId};

/// The words that turn up at least ten times in a hundred thousand, each with how often it does,
/// counted over `rules/training/`; classes of words stand in braces.
const COUNTED: &str = include_str!("../../rules/frequency.txt");

/// How often a word that was not counted turns up: as often as the rarest do.
pub(super) const RARE: u32 = 1;

/// The common words with how often they turn up in a hundred thousand words.
pub(super) fn common(lexicon: &mut Lexicon) -> impl Iterator<Item = (WordId, u32)> {
    COUNTED.lines().filter_map(|line| {
        let (word, count) = line.split_once(' ')?;
        let class = word.strip_prefix('{').and_then(|rest| class_word(rest.strip_suffix('}')?));
        Some((class.unwrap_or_else(|| lexicon.intern(word)), count.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fmt::Write;
    use std::path::Path;

    use super::*;
    use crate::flat::{Reader, Writer};
    use crate::language::{Document, Words, canonical};

    /// What the company's side says in the messages that the learned detector is made from.
    fn messages() -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/training");
        let names = ["train", "service-desks", "public-replies", "mixed"];
        let files = names.map(|name| {
            let file = folder.join(name).with_extension("jsonl");
            std::fs::read_to_string(file).expect("a file of messages")
        });
        let said = |line: &str| {
            let message: serde_json::Value = serde_json::from_str(line).expect("a message");
            message["text"].as_str().expect("a text").to_owned()
        };
        files.iter().flat_map(|file| file.lines()).map(said).collect()
    }

    fn counted(messages: &[String]) -> String {
        let surfaces: BTreeSet<String> = messages
            .iter()
            .flat_map(|text| {
                text.split(|c: char| !(c.is_alphanumeric() || "'\u{2019}".contains(c)))
            })
            .map(|surface| surface.to_lowercase().replace('\u{2019}', "'"))
            .collect();
        let mut lexicon = Lexicon::default();
        let mut names = vec![String::new(), "{number}".to_owned(), String::new(), String::new()];
        for surface in &surfaces {
            for piece in canonical(surface) {
                let word = lexicon.intern(&piece.word).0 as usize;
                names.resize(names.len().max(word + 1), piece.word.into_owned());
            }
        }
        let mut writer = Writer::default();
        lexicon.write(&mut writer);
        let bytes = writer.finish();
        let words = Words::read(&mut Reader::new(&bytes));
        let mut counts = vec![0_u64; names.len()];
        let mut all = 0;
        for text in messages {
            for token in Document::new(text, words, &[]).tokens {
                counts[token.word.0 as usize] += 1;
                all += 1;
            }
        }
        let counts = counts.into_iter().map(|count| count * 100_000 / all);
        let mut common: Vec<(u64, &String)> =
            counts.zip(&names).filter(|(count, name)| *count >= 10 && !name.is_empty()).collect();
        common.sort_by(|(a, one), (b, other)| b.cmp(a).then(one.cmp(other)));
        let mut lines = String::new();
        for (count, word) in common {
            writeln!(lines, "{word} {count}").expect("a string takes all");
        }
        lines
    }

    #[test]
    fn common_words_are_those_of_the_messages() {
        let counted = counted(&messages());
        if std::env::var_os("UPDATE_FREQUENCY").is_some() {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/frequency.txt");
            std::fs::write(file, &counted).expect("a file that can be written");
        } else {
            assert_eq!(COUNTED, counted, "UPDATE_FREQUENCY=1 counts anew");
        }
    }
}
