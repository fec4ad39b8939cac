//! What a check costs, in parts: `cargo bench`.
//!
//! The text is the example drafts, so that anybody measures the same. Compare within one run
//! only; a machine's mood changes from run to run.

use std::fs;
use std::path::Path;

use buckstop::check::{Options, check};
use buckstop::rules::Ruleset;
use buckstop::source::Source;
use divan::Bencher;
use divan::counter::BytesCount;

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
