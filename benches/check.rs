//! What a check costs, in parts: `cargo bench`.
//!
//! The text is the example drafts, so that anybody measures the same. Compare within one run
//! only; a machine's mood changes from run to run.

use std::fs;
use std::path::Path;

use buckstop::check::{Options, check, understand};
use buckstop::language::{Document, Memory, Words, masks};
use buckstop::learned::{Features, Model, weigh};
use buckstop::rules::{Example, Ruleset};
use buckstop::source::Source;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

fn main() {
    divan::main();
}

/// The example drafts, one after the other, `times` over.
fn drafts(times: usize) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/drafts");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the examples are there")
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    paths.sort();
    let texts: Vec<String> =
        paths.iter().map(|path| fs::read_to_string(path).expect("a readable draft")).collect();
    texts.join("\n\n").repeat(times).into_bytes()
}

/// Getting the embedded pack ready, which every start pays for.
#[divan::bench]
fn start_with_the_embedded_pack() -> Ruleset {
    Ruleset::builder().build().expect("a sound pack")
}

/// Compiling a small pack of a user's on top of it.
#[divan::bench]
fn start_with_a_users_pack() -> Ruleset {
    let pack = "[[rule]]\nid = \"mine\"\nwhy = \"w\"\nphrases = [\"corporate policy\"]";
    Ruleset::builder().pack("mine.toml", pack).build().expect("a sound pack")
}

/// Checking drafts with all the rules, by size of the text.
#[divan::bench(args = [1, 8, 64])]
fn check_drafts(bencher: Bencher<'_, '_>, times: usize) {
    let ruleset = Ruleset::builder().build().expect("a sound pack");
    let bytes = drafts(times);
    bencher
        .counter(BytesCount::new(bytes.len()))
        .with_inputs(|| Source::new("drafts.txt".to_owned(), bytes.clone()))
        .bench_values(|source| check(source, &Options::default(), &ruleset).findings.len());
}

/// Judging: the examples of all rules, in which something is found in nearly every sentence, so that
/// guards and conditions are asked more than anywhere else.
#[divan::bench]
fn check_the_examples_of_all_rules(bencher: Bencher<'_, '_>) {
    let ruleset = Ruleset::builder().build().expect("a sound pack");
    let examples = ruleset.rules().iter().flat_map(|rule| &rule.examples);
    let texts: Vec<&str> = examples
        .map(|example| match example {
            Example::Flag { text, .. } | Example::Pass { text } => text.as_str(),
        })
        .collect();
    let bytes = texts.join("\n\n").into_bytes();
    bencher
        .counter(BytesCount::new(bytes.len()))
        .with_inputs(|| Source::new("examples.txt".to_owned(), bytes.clone()))
        .bench_values(|source| check(source, &Options::draft(), &ruleset).findings.len());
}

/// What the learned detector costs, by the sentence: features and their weights.
#[divan::bench]
fn weigh_sentences(bencher: Bencher<'_, '_>) {
    let model = Model::embedded().expect("a model");
    let bytes = drafts(8);
    let text = String::from_utf8_lossy(&bytes);
    let document = Document::new(&text, Words::default(), &[]);
    bencher
        .counter(ItemsCount::new(document.sentences.len()))
        .with_inputs(Memory::default)
        .bench_local_values(|mut known| {
            weigh(&model, Features::new(&document), None, &mut known).len()
        });
}

/// The same in short messages, each of which answers the one before.
#[divan::bench]
fn weigh_sentences_of_replies(bencher: Bencher<'_, '_>) {
    let model = Model::embedded().expect("a model");
    let text = String::from_utf8(drafts(8)).expect("drafts are UTF-8");
    let messages = text.split("\n\n").map(|it| Document::new(it, Words::default(), &[]));
    let messages: Vec<Document<'_>> = messages.collect();
    let sentences: usize = messages.iter().map(|it| it.sentences.len()).sum();
    let bencher = bencher.counter(ItemsCount::new(sentences)).with_inputs(Memory::default);
    bencher.bench_local_values(|mut known| {
        let replies = messages.windows(2).map(|pair| {
            let said = Features::new(&pair[0]);
            weigh(&model, Features::new(&pair[1]), Some(&said), &mut known).len()
        });
        replies.sum::<usize>()
    });
}

/// What never pays: a text without a word of any rule.
#[divan::bench]
fn check_text_without_any_word_of_the_rules(bencher: Bencher<'_, '_>) {
    let ruleset = Ruleset::builder().build().expect("a sound pack");
    let bytes = b"Zebras graze peacefully near lavender meadows. ".repeat(1000);
    bencher
        .counter(BytesCount::new(bytes.len()))
        .with_inputs(|| Source::new("zebras.txt".to_owned(), bytes.clone()))
        .bench_values(|source| check(source, &Options::default(), &ruleset).findings.len());
}

/// Taking a text apart: words, sentences, quotations, code.
#[divan::bench]
fn take_a_text_apart(bencher: Bencher<'_, '_>) {
    let text = String::from_utf8(drafts(8)).expect("drafts are UTF-8");
    bench_taking_apart(bencher, &[&text]);
}

/// The same as short messages, one by one.
#[divan::bench]
fn take_messages_apart(bencher: Bencher<'_, '_>) {
    let text = String::from_utf8(drafts(8)).expect("drafts are UTF-8");
    bench_taking_apart(bencher, &text.split("\n\n").collect::<Vec<_>>());
}

/// Words that are more than ASCII letters: contractions, numbers, accents, another script.
#[divan::bench(args = ["I don\u{2019}t, it's", "4.50 1st", "caf\u{E9} na\u{EF}ve", "\u{43D}\u{435}\u{442}"])]
fn take_unusual_words_apart(bencher: Bencher<'_, '_>, words: &str) {
    bench_taking_apart(bencher, &[&format!("{words}. ").repeat(1000)]);
}

fn bench_taking_apart(bencher: Bencher<'_, '_>, texts: &[&str]) {
    let ruleset = Ruleset::builder().build().expect("a sound pack");
    let words = ruleset.tables().words;
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        texts.iter().map(|text| Document::new(text, words, &[]).tokens.len()).sum::<usize>()
    });
}

/// Of that, finding quotations and code alone.
#[divan::bench]
fn mark_quotations_and_code(bencher: Bencher<'_, '_>) {
    let text = String::from_utf8(drafts(8)).expect("drafts are UTF-8");
    bencher.counter(BytesCount::new(text.len())).bench(|| masks(&text).0.len());
}

/// A pack of phrases that no text holds, each of three words drawn from those of the drafts.
fn generated(phrases: usize) -> Ruleset {
    let text = String::from_utf8(drafts(1)).expect("drafts are UTF-8").to_lowercase();
    let words: Vec<&str> =
        text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 3).collect();
    let word = |number: usize| words[number % words.len()];
    let phrases: Vec<String> =
        (0..phrases).map(|n| format!("\"{} {} z{n}z\"", word(n * 7), word(n * 13 + 5))).collect();
    let phrases = phrases.join(", ");
    let pack = format!("[[rule]]\nid = \"generated\"\nwhy = \"w\"\nphrases = [{phrases}]");
    Ruleset::builder().embedded(false).pack("generated.toml", pack).build().expect("a sound pack")
}

/// The same text by packs of various sizes: ten times the phrases should cost little more.
#[divan::bench(args = [500, 5000])]
fn check_with_a_generated_pack(bencher: Bencher<'_, '_>, phrases: usize) {
    let ruleset = generated(phrases);
    let bytes = drafts(8);
    bencher
        .counter(BytesCount::new(bytes.len()))
        .with_inputs(|| Source::new("drafts.txt".to_owned(), bytes.clone()))
        .bench_values(|source| check(source, &Options::default(), &ruleset).findings.len());
}

/// Words that many phrases begin with and none goes on with, doubled from one to the next.
#[divan::bench(args = [1, 2, 4])]
fn check_nothing_but_they(bencher: Bencher<'_, '_>, times: usize) {
    let ruleset = Ruleset::builder().build().expect("a sound pack");
    let bytes = b"they ".repeat(times * 20_000);
    bencher
        .counter(BytesCount::new(bytes.len()))
        .with_inputs(|| Source::new("they.txt".to_owned(), bytes.clone()))
        .bench_values(|source| check(source, &Options::default(), &ruleset).findings.len());
}

/// Short conversations, as JSON Lines.
fn conversations(count: usize) -> String {
    let line = r#"{"id": "c7", "messages": [{"role": "user", "content": "Where is my parcel? It should have been here on Monday."}, {"role": "assistant", "content": "I'm sorry that it is late. I have asked the carrier, and I'll write to you by six. \"Today\" is what they said."}]}"#;
    format!("{line}\n").repeat(count)
}

/// Messages of a shape that no product is known for, as JSON Lines.
fn messages(count: usize) -> String {
    let line = r#"{"ticket_id": "t7", "id": 12, "sent_at": "2026-03-01T10:00:00Z", "sender": {"name": "Jane Doe", "type": "agent"}, "text": "I'm sorry that it is late. I have asked the carrier, and I'll write to you by six."}"#;
    format!("{line}\n").repeat(count)
}

/// Messages as a table.
fn table(count: usize) -> String {
    let row = "t7,2026-03-01T10:00:00Z,Jane Doe,agent,\"I'm sorry that it is late. I have asked the carrier, and I'll write to you by six.\"";
    format!("ticket_id,sent_at,speaker,role,text\n{}", format!("{row}\n").repeat(count))
}

/// Reading alone: from the bytes of a transcript to its turns, with their places.
#[divan::bench(args = ["conversations.jsonl", "messages.jsonl", "table.csv"])]
fn read_transcripts(bencher: Bencher<'_, '_>, name: &str) {
    let transcript = match name {
        "conversations.jsonl" => conversations(2000),
        "messages.jsonl" => messages(2000),
        _ => table(2000),
    };
    bencher
        .counter(BytesCount::new(transcript.len()))
        .with_inputs(|| Source::new(name.to_owned(), transcript.clone().into_bytes()))
        .bench_values(|source| understand(&source, &Options::default()).turns.len());
}
