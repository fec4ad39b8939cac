//! The learned detector as its users meet it: what it finds and says, and what teaching it does.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Words of which no phrase knows.
const DRAFT: &str = "Hi Jo, thanks for writing. Nobody at this end has heard a date.\n";

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_buckstop"));
    command.args(args).current_dir(folder).output().expect("buckstop runs")
}

fn desk() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.txt"), DRAFT).expect("a draft");
    folder
}

fn findings(folder: &Path, args: &[&str]) -> Vec<Value> {
    let all = [&["check", "--no-config", "--output-format=json"], args, &["a.txt"]].concat();
    let output = run(folder, &all);
    serde_json::from_slice(&output.stdout).expect("an array")
}

/// As `rules/training/README.md` has the command.
#[test]
fn the_model_is_what_the_training_data_give() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let desk = desk();
    let out = desk.path().join("learned.model");
    let files = ["train", "service-desks", "public-replies", "mixed"];
    let files: Vec<_> = files.map(|name| format!("rules/training/{name}.jsonl")).into();
    let mut args = vec!["learn", "--out", out.to_str().expect("a path"), "--data"];
    args.extend(files.iter().map(String::as_str));
    assert!(run(root, &args).status.success());
    let read = |path: &Path| fs::read(path).expect("a model");
    assert!(
        read(&out) == read(&root.join("rules/learned.model")),
        "rules/learned.model is not what its data give; rules/training/README.md has the command"
    );
}

#[test]
fn what_no_phrase_says_is_found_and_explained() {
    let desk = desk();
    let found = findings(desk.path(), &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["rule"], "sounds-like-not-knowing");
    assert_eq!(found[0]["text"], "Nobody at this end has heard a date");
    let confidence = found[0]["confidence"].as_f64().expect("a number");
    assert!((0.8..=1.0).contains(&confidence), "{confidence}");
    let because = found[0]["because"].as_array().expect("words");
    assert!(!because.is_empty());
    let text = found[0]["text"].as_str().expect("a text");
    assert!(because.iter().all(|words| text.contains(words.as_str().expect("words"))));
    let shown = run(desk.path(), &["check", "--no-config", "a.txt"]);
    let shown = String::from_utf8_lossy(&shown.stdout);
    assert!(shown.contains("note: learned, ") && shown.contains("% certain, because of \""));
}

#[test]
fn it_can_be_switched_off_and_tuned() {
    let desk = desk();
    assert!(findings(desk.path(), &["--no-learned"]).is_empty());
    assert!(findings(desk.path(), &["--ignore", "sounds-like-not-knowing"]).is_empty());
    fs::write(desk.path().join("buckstop.toml"), "learned = false\n").expect("a configuration");
    let quiet = run(desk.path(), &["check", "a.txt"]);
    assert_eq!(quiet.status.code(), Some(0));
    // What is found at a higher level of confidence is found at a lower one, too.
    let counts = ["high", "medium", "low"]
        .map(|level| findings(desk.path(), &["--confidence", level]).len());
    assert!(counts.is_sorted(), "{counts:?}");
}

#[test]
fn a_phrase_may_ask_it() {
    let desk = desk();
    let pack = |above: &str| {
        format!(
            "[[rule]]\nid = \"a-date\"\nwhy = \"It is vague.\"\nphrases = [\"a date\"]\n\
             learned = {{ above = {above} }}\n"
        )
    };
    let found = |above: &str| {
        fs::write(desk.path().join("p.toml"), pack(above)).expect("a pack");
        findings(desk.path(), &["--no-default-rules", "--rules", "p.toml"]).len()
    };
    assert_eq!([found("0.5"), found("0.999999")], [1, 0]);
    fs::write(desk.path().join("p.toml"), pack("1.5")).expect("a pack");
    let refused = run(desk.path(), &["check", "--no-config", "--rules", "p.toml", "a.txt"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("between 0 and 1"));
}

#[test]
fn a_line_that_says_it_is_wrong_teaches_it() {
    let desk = desk();
    let line = |text: &str| format!("{{\"text\": {}, \"spans\": []}}\n", Value::from(text));
    let lines = line("Nobody at this end has heard a date.").repeat(3) + &line(DRAFT);
    fs::write(desk.path().join("ours.jsonl"), lines + "nothing\n").expect("messages");
    let taught =
        run(desk.path(), &["learn", "--data", "ours.jsonl", "--on-top", "--out", "ours.model"]);
    let told = String::from_utf8_lossy(&taught.stderr);
    assert_eq!(taught.status.code(), Some(2), "{told}");
    assert!(told.contains("ours.jsonl: line 5: "), "{told}");
    assert!(findings(desk.path(), &["--model", "ours.model"]).is_empty());
    fs::write(desk.path().join("other.model"), "nothing").expect("a file");
    let refused = run(desk.path(), &["check", "--no-config", "--model", "other.model", "a.txt"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("other.model: this is no model"));
}
