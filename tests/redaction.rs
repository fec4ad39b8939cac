//! Masking as its users meet it: nothing that tells who somebody is leaves a run, wherever it
//! goes, and everything else stays where it was.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may panic as tests may")]

mod desk;

use std::fs;

use buckstop::render::OutputFormat;
use desk::{Desk, Done};
use serde_json::Value;

const PACK: &str = r#"
[[rule]]
id = "passes-the-buck"
severity = "error"
phrases = ["that buck is not mine"]
why = "The customer hears: find somebody else."
rewrites = [{ text = "this one is with me", applicability = "safe" }]
"#;

/// What must not be seen, in the spelling of the file or in any other.
const SECRETS: [&str; 9] = [
    "jane",
    "acme.example",
    "5550109999",
    "010-9999",
    "170 1234567",
    "4111",
    "48213",
    "4821",
    "1111",
];

const DRAFT: &str = "Hi jane.doe@acme.example 🙂 (order 48213), that buck is not mine.\n\
    Card 4111 1111 1111 1111 or +49 170 1234567: that buck is not mine, 12.05.2024, $1,234.56.\n\
    That 5550109999. That buck is not mine.\n";

const CHAT: &str = "[10:01] jane@acme.example: Call (555) 010-9999, that buck is not mine.\n\
    [10:02] +49 170 1234567: my account 4821-77?\n\
    [10:03] jane@acme.example: That buck is not mine.\n";

impl Desk {
    fn new() -> Self {
        let desk = Self::with(PACK, "");
        desk.put("draft.txt", DRAFT);
        desk.put("Chat with +49 170 1234567.txt", CHAT);
        desk.put("bad jane@acme.example.txt", b"Order 48213 \xff\xfe\xc3");
        desk
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// What a command writes to both streams.
    fn run(&self, args: &[&str]) -> String {
        let done = Done::from(&mut self.command(args));
        assert!(done.code.is_some_and(|code| code < 3));
        done.stdout + &done.stderr
    }

    fn json(&self, args: &[&str]) -> Value {
        let args = [&["check", "draft.txt", "--output-format", "json"], args].concat();
        serde_json::from_str(&self.run(&args)).unwrap()
    }
}

#[track_caller]
fn assert_masked(text: &str, args: &[&str]) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{args:?} shows {secret}:\n{text}");
    }
}

#[test]
fn no_output_shows_who_somebody_is() {
    let desk = Desk::new();
    for format in OutputFormat::ALL {
        let args = ["check", ".", "gone jane@acme.example", "--output-format", format.as_str()];
        assert!(desk.run(&args).contains("jane"), "{format} has something to mask");
        let masked = [&args[..], &["--redact"]].concat();
        assert_masked(&desk.run(&masked), &masked);
    }
    for args in [
        &["check", ".", "--statistics"][..],
        &["check", ".", "--statistics", "--output-format", "json"],
        &["check", ".", "--show-files"],
        &["check", ".", "--show-files", "--output-format", "json"],
        &["check", ".", "--explain-skips", "--output", "json=out.json", "--output", "full"],
        &["turns", "."],
        &["turns", ".", "--output-format", "json"],
        &["fix", "--diff", "."],
        &["fix", "--diff", "--templates", "--roles", "all", "."],
    ] {
        assert!(SECRETS.iter().any(|it| desk.run(args).contains(it)), "{args:?}");
        let masked = [args, &["--redact"]].concat();
        assert_masked(&desk.run(&masked), &masked);
    }
    assert_masked(&desk.read("out.json"), &["out.json"]);
}

#[test]
fn everything_stays_where_it_was() {
    let desk = Desk::new();
    let (open, masked) = (desk.json(&[]), desk.json(&["--redact"]));
    let (open, masked) = (open.as_array().unwrap(), masked.as_array().unwrap());
    assert_eq!((open.len(), masked.len()), (3, 3));
    for (open, masked) in open.iter().zip(masked) {
        for key in
            ["path", "rule", "span", "start", "end", "role", "turn", "time", "text", "rewrites"]
        {
            assert_eq!(open[key], masked[key], "{key}");
        }
    }
    let full = desk.run(&["check", "draft.txt", "--redact", "--quiet"]);
    assert!(
        full.contains("1 | Hi ****.***@****.******* 🙂 (order *****), that buck is not mine."),
        "{full}"
    );
    assert!(full.contains("12.05.2024, $1,234.56."), "{full}");
}

#[test]
fn fingerprints_are_those_of_the_words() {
    let desk = Desk::new();
    let fingerprints = |args: &[&str]| {
        let args = [&["check", ".", "--output-format", "csv"], args].concat();
        let table = desk.run(&args);
        let cells = table.lines().filter_map(|line| line.rsplit(',').next());
        cells.filter(|cell| cell.len() == 32).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(fingerprints(&[]).len(), 5);
    assert_eq!(fingerprints(&["--redact"]), fingerprints(&[]));
}

#[test]
fn files_that_are_fixed_are_never_masked() {
    let desk = Desk::new();
    let told = desk.run(&["fix", "draft.txt", "--redact"]);
    assert_masked(&told, &["fix"]);
    let fixed = desk.read("draft.txt");
    assert!(
        fixed.starts_with("Hi jane.doe@acme.example 🙂 (order 48213), this one is with me.\n"),
        "{fixed}"
    );
    assert!(!fixed.contains('*'), "{fixed}");
}

/// Base64 hides words from nobody, and every encoding has its own bytes for a digit.
#[test]
fn a_diff_is_masked_in_every_encoding() {
    let desk = Desk::new();
    let utf16: Vec<u8> = DRAFT.encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(desk.path().join("wide.txt"), [&b"\xff\xfe"[..], &utf16].concat()).unwrap();
    // "Order 48213: that buck is not mine." in base64.
    let mail = "From: agent@desk.example\nTo: jane@acme.example\nSubject: x\nContent-Type: text/plain\n\
        Content-Transfer-Encoding: base64\n\nT3JkZXIgNDgyMTM6IHRoYXQgYnVjayBpcyBub3QgbWluZS4=\n";
    desk.put("mail.eml", mail);
    desk.put("data.jsonl", "{\"messages\":[{\"role\":\"assistant\",\"content\":\"jane\\u0040acme.example: that buck is not mine.\"}]}\n");
    let args =
        ["fix", "--diff", "--agent-domain", "desk.example", "wide.txt", "mail.eml", "data.jsonl"];
    let open = desk.run(&args);
    assert!(open.contains("NDgyMTM"), "{open}");
    let masked = desk.run(&[&args[..], &["--redact"]].concat());
    assert!(!masked.contains("NDgyMTM"), "{masked}");
    assert_masked(&masked.replace('\0', ""), &args);
    assert!(masked.contains("+++ b/mail.eml"), "{masked}");
}

#[test]
fn a_masked_baseline_knows_the_same() {
    let desk = Desk::new();
    let name = ".buckstop-baseline.json";
    for (written, read) in [(true, true), (true, false), (false, true)] {
        let flag = |on| if on { &["--redact"][..] } else { &[] };
        _ = fs::remove_file(desk.path().join(name));
        desk.run(&[&["baseline", "write"], flag(written)].concat());
        let text = desk.read(name);
        assert_eq!(text.contains("1234567"), !written, "{text}");
        if written {
            assert_masked(&text, &["baseline"]);
        }
        let checked =
            desk.run(&[&["check", ".", "--output-format", "concise"], flag(read)].concat());
        assert!(checked.contains("No deflections found"), "{checked}");
        assert!(!checked.contains("no longer there"), "{checked}");
        desk.run(&[&["baseline", "update"], flag(written)].concat());
        assert_eq!(desk.read(name), text, "an update changes nothing");
    }
}

#[test]
fn names_are_masked_if_they_are_asked_for() {
    let desk = Desk::new();
    desk.put("talk.txt", "[10:01] Jane Doe: That buck is not mine.\n[10:02] Tom: Oh.\n[10:03] Jane Doe: Jane Doe here, that buck is not mine.\n");
    let args = ["check", "talk.txt", "--agent", "Jane Doe", "--redact"];
    assert!(desk.run(&args).contains("Jane Doe"));
    let masked = desk.run(&[&args[..], &["--redact-names"]].concat());
    assert!(!masked.contains("Jane") && !masked.contains("Doe"), "{masked}");
    assert!(masked.contains("**** *** here"), "{masked}");
}

#[test]
fn a_configuration_can_ask_for_it() {
    let desk = Desk::new();
    let configuration = desk.read("buckstop.toml") + "redact = true\n";
    desk.put("buckstop.toml", &configuration);
    for args in [
        &["check", "."][..],
        &["turns", "."],
        &["fix", "--diff", "."],
        &["check", "gone jane@acme.example"],
    ] {
        assert_masked(&desk.run(args), args);
    }
    let shown = desk.run(&["check", ".", "--config", "redact = false"]);
    assert!(shown.contains("jane"), "{shown}");
}
