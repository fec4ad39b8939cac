//! Baselines as their users meet them: written, used by checks, edited, merged, and mended.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may panic as tests may")]

mod desk;

use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::process::Stdio;

use desk::{Desk, Done};

const PACK: &str = r#"
[[rule]]
id = "passes-the-buck"
severity = "error"
phrases = ["that buck is not mine"]
why = "The customer hears: find somebody else."
rewrites = [{ text = "this one is with me", applicability = "safe" }]

[[rule]]
id = "looks-away"
severity = "info"
phrases = ["never saw that buck"]
why = "The customer saw it."
"#;

const NAME: &str = ".buckstop-baseline.json";
const BUCK: &str = "That buck is not mine.\n";
const SAW: &str = "We never saw that buck.\n";

impl Desk {
    /// A project with a configuration and nothing to check yet.
    fn new() -> Self {
        Self::with(PACK, "")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    fn rename(&self, from: &str, to: &str) {
        fs::create_dir_all(self.path().join(to).parent().unwrap()).unwrap();
        fs::rename(self.path().join(from), self.path().join(to)).unwrap();
    }

    fn run(&self, line: &str) -> Done {
        self.run_in("", line)
    }

    fn run_in(&self, folder: &str, line: &str) -> Done {
        self.command(line.split_whitespace()).current_dir(self.path().join(folder)).into()
    }

    /// `buckstop check .`, one line for each finding.
    fn check(&self, args: &str) -> Done {
        self.run(&format!("check --output-format concise . {args}"))
    }

    /// The paths and counts of the entries, checked to stand one on a line and in order.
    fn entries(&self) -> Vec<(String, u64)> {
        let text = self.read(NAME);
        let all: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(text.lines().count(), all.len() + 1, "{text}");
        let keys =
            all[1..].iter().map(|it| (it["path"].to_string(), it["fingerprint"].to_string()));
        assert!(keys.is_sorted(), "{text}");
        let entries = all[1..].iter();
        entries
            .map(|it| (it["path"].as_str().unwrap().to_owned(), it["count"].as_u64().unwrap()))
            .collect()
    }
}

impl Done {
    fn findings(&self) -> Vec<&str> {
        self.stdout.lines().filter_map(|line| Some(line.split_once('[')?.0)).collect()
    }

    #[track_caller]
    fn is_clean(&self) {
        assert_eq!((self.code, &*self.stderr), (Some(0), ""), "{}", self.stdout);
        assert!(self.findings().is_empty(), "{}", self.stdout);
    }
}

fn entry(path: &str, count: u64) -> (String, u64) {
    (path.to_owned(), count)
}

#[test]
fn only_what_is_new_makes_a_check_fail() {
    let desk = Desk::new();
    desk.put("drafts/a.txt", BUCK.repeat(2));
    desk.put("drafts/b.txt", SAW);
    assert_eq!(desk.check("").code, Some(1));
    let written = desk.run("baseline write");
    assert_eq!(written.code, Some(0));
    assert_eq!(written.stdout, format!("3 known findings are in {NAME} (3 new).\n"));
    assert_eq!(desk.entries(), [entry("drafts/a.txt", 2), entry("drafts/b.txt", 1)]);
    desk.check("").is_clean();
    assert!(desk.check("").stdout.ends_with("in 2 files; 3 known from the baseline.\n"));
    desk.put("drafts/a.txt", format!("Hello!\n\n{}Well.\n\n{SAW}{BUCK}", BUCK.repeat(2)));
    let checked = desk.check("");
    assert_eq!(checked.code, Some(1));
    assert_eq!(checked.findings(), ["drafts/a.txt:7:4: info", "drafts/a.txt:8:1: error"]);
    assert_eq!(desk.check("--no-baseline").findings().len(), 5);
}

#[test]
fn limits_and_severities_go_by_what_is_new() {
    let desk = Desk::new();
    desk.put("a.txt", BUCK.repeat(3));
    desk.run("baseline write");
    desk.put("b.txt", SAW);
    for (args, code) in [
        ("", 1),
        ("--fail-on error", 0),
        ("--max-findings 1", 0),
        ("--max-findings 0", 1),
        ("--max-rate 50", 0),
        ("--max-rate 49", 1),
        ("--no-baseline --max-findings 3", 1),
    ] {
        assert_eq!(desk.check(args).code, Some(code), "{args}");
    }
}

#[test]
fn every_output_has_what_is_new_and_nothing_else() {
    let desk = Desk::new();
    desk.put("a.txt", BUCK);
    desk.run("baseline write");
    desk.put("b.txt", BUCK);
    for format in ["json", "sarif", "gitlab", "junit", "checkstyle", "rdjson", "csv", "github"] {
        let checked = desk.run(&format!("check . --output-format {format}"));
        assert!(checked.stdout.contains("passes-the-buck"), "{format}");
        let told = checked.stdout.replace("name=\"a.txt\"", "").replace("classname=\"a.txt\"", "");
        let told = told.replace("file=\"a.txt\"", "");
        assert!(!told.contains("a.txt"), "{format}: {told}");
    }
}

#[test]
fn what_is_no_longer_there_is_told_and_taken_out() {
    let desk = Desk::new();
    desk.put("a.txt", format!("{}{SAW}", BUCK.repeat(2)));
    desk.run("baseline write");
    desk.put("a.txt", BUCK);
    let before = desk.read(NAME);
    let checked = desk.check("");
    assert_eq!(checked.code, Some(0), "what is better is no failure");
    assert!(
        checked.stderr.starts_with(
            "warning: .buckstop-baseline.json: 2 known findings are no longer there\n"
        )
    );
    assert_eq!(desk.check("--quiet").stderr, "");
    let listed = desk.run("baseline check");
    assert_eq!(listed.code, Some(1));
    assert!(
        listed
            .stdout
            .contains("a.txt: passes-the-buck \"That buck is not mine\": 1 of 2 no longer there\n")
    );
    assert!(listed.stdout.contains("a.txt: looks-away \"never saw that buck\": no longer there\n"));
    assert_eq!(desk.read(NAME), before, "checking changes nothing");
    let updated = desk.run("baseline update");
    assert_eq!((updated.code, desk.entries()), (Some(0), vec![entry("a.txt", 1)]));
    assert!(updated.stdout.starts_with("Took 2 known findings out of"), "{}", updated.stdout);
    assert_eq!(desk.run("baseline check").code, Some(0));
    desk.check("").is_clean();
}

#[test]
fn an_update_takes_nothing_in_and_keeps_reasons() {
    let desk = Desk::new();
    desk.put("a.txt", format!("{BUCK}{SAW}"));
    desk.run("baseline write");
    let reasoned = desk.read(NAME).replace("\"count\":1", "\"count\":1,\"reason\":\"the law\"");
    desk.put(NAME, &reasoned);
    desk.put("a.txt", BUCK.repeat(3));
    let updated = desk.run("baseline update");
    assert!(updated.stdout.ends_with("; 2 new findings are not in it.\n"), "{}", updated.stdout);
    assert_eq!(desk.entries(), [entry("a.txt", 1)]);
    assert_eq!(desk.check("").code, Some(1));
    desk.run("baseline write");
    assert_eq!(desk.entries(), [entry("a.txt", 3)]);
    assert_eq!(desk.read(NAME).matches("\"reason\":\"the law\"").count(), 1);
}

#[test]
fn a_file_that_is_checked_alone_says_nothing_of_the_others() {
    let desk = Desk::new();
    desk.put("drafts/a.txt", BUCK);
    desk.put("drafts/b.txt", SAW);
    desk.put("sent/c.txt", BUCK);
    desk.run("baseline write");
    let before = desk.read(NAME);
    for args in ["drafts/a.txt", "drafts", "sent", "drafts/b.txt sent/c.txt"] {
        let checked = desk.run(&format!("check --output-format concise {args}"));
        checked.is_clean();
        assert_eq!(desk.run(&format!("baseline check {args}")).code, Some(0), "{args}");
        for command in ["update", "write"] {
            desk.run(&format!("baseline {command} {args}"));
            assert_eq!(desk.read(NAME), before, "{command} {args}");
        }
    }
    desk.put("drafts/a.txt", "Hello.");
    fs::remove_file(desk.path().join("drafts/b.txt")).unwrap();
    assert_eq!(desk.run("baseline check sent").code, Some(0));
    assert_eq!(desk.run("baseline check drafts/a.txt").stdout.lines().count(), 2);
    desk.run("baseline update drafts");
    assert_eq!(desk.entries(), [entry("sent/c.txt", 1)]);
}

#[test]
fn rules_that_take_no_part_keep_what_is_known_of_them() {
    let desk = Desk::new();
    desk.put("a.txt", format!("{BUCK}{SAW}"));
    desk.run("baseline write");
    let before = desk.read(NAME);
    desk.check("--select looks-away").is_clean();
    for command in ["update", "write"] {
        desk.run(&format!("baseline {command} --ignore passes-the-buck"));
        assert_eq!(desk.read(NAME), before, "{command}");
    }
}

#[test]
fn what_moves_into_another_folder_stays_known() {
    let desk = Desk::new();
    desk.put("old/a.txt", BUCK);
    desk.run("baseline write");
    desk.rename("old/a.txt", "new/deep/a.txt");
    desk.check("").is_clean();
    desk.run("baseline update");
    assert_eq!(desk.entries(), [entry("new/deep/a.txt", 1)]);
    desk.put("old/a.txt", BUCK);
    assert_eq!(desk.check("").findings(), ["old/a.txt:1:1: error"], "the same words once more");
}

#[test]
fn a_conversation_keeps_its_name_in_a_file_of_another_name() {
    let desk = Desk::new();
    let chat = "{\"conversation_id\":\"4711\",\"messages\":[{\"role\":\"assistant\",\"content\":\"That buck is not mine.\"},{\"role\":\"user\",\"content\":\"Oh.\"}]}\n";
    desk.put("monday.jsonl", chat);
    desk.run("baseline write monday.jsonl");
    desk.rename("monday.jsonl", "archive/2024.jsonl");
    let checked = desk.check("");
    let by_conversation = desk.run("turns archive/2024.jsonl --output-format json");
    let named = by_conversation.stdout.contains("\"conversation\":\"4711\"");
    assert!(named, "{}", by_conversation.stdout);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
}

#[test]
fn the_lines_of_both_sides_of_a_merge_hold() {
    let desk = Desk::new();
    desk.put("m.txt", BUCK);
    desk.run("baseline write");
    let base = desk.read(NAME);
    desk.put("a.txt", SAW);
    desk.put("m.txt", BUCK.repeat(2));
    desk.run("baseline write");
    let ours = desk.read(NAME);
    desk.put(NAME, &base);
    fs::remove_file(desk.path().join("a.txt")).unwrap();
    desk.put("m.txt", BUCK.repeat(3));
    desk.put("z.txt", SAW);
    desk.run("baseline write");
    let theirs = desk.read(NAME);
    let mut merged = base.lines().next().unwrap().to_owned();
    for side in [&ours, &theirs] {
        let lines = side.lines().filter(|line| line.starts_with(','));
        lines.for_each(|line| write!(merged, "\n{line}").unwrap());
    }
    merged.push_str("\n]\n");
    desk.put(NAME, &merged);
    desk.put("a.txt", SAW);
    desk.check("").is_clean();
    desk.run("baseline update");
    assert_eq!(desk.entries(), [entry("a.txt", 1), entry("m.txt", 3), entry("z.txt", 1)]);
    let conflict = merged.replacen("\n,", "\n<<<<<<< ours\n,", 1);
    desk.put(NAME, &conflict);
    let refused = desk.check("");
    assert_eq!((refused.code, &*refused.stdout), (Some(2), ""));
    assert!(
        refused.stderr.contains(&format!("{NAME}:2:1: here is a conflict")),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("help: keep the lines of both sides"), "{}", refused.stderr);
}

#[test]
fn a_baseline_that_cannot_be_read_stops_everything() {
    let desk = Desk::new();
    desk.put("a.txt", BUCK);
    desk.run("baseline write");
    let whole = desk.read(NAME);
    let wrong = [
        whole.replace("\"count\":1", "\"count\":0"),
        whole.replace("\"count\"", "\"cuont\""),
        whole.replace("\"rule\"", "\"rulle\""),
        whole.replace("buckstop-baseline\":1", "buckstop-baseline\":7"),
        whole[..whole.len() / 2].to_owned(),
        String::new(),
    ];
    for text in wrong {
        desk.put(NAME, &text);
        for command in ["check .", "baseline write", "baseline update", "baseline check"] {
            let refused = desk.run(command);
            assert_eq!((refused.code, &*refused.stdout), (Some(2), ""), "{command}: {text}");
            assert!(refused.stderr.starts_with(&format!("error: {NAME}:")), "{}", refused.stderr);
            assert!(refused.stderr.contains("help: "), "{}", refused.stderr);
            assert_eq!(desk.read(NAME), text);
        }
        assert_eq!(desk.check("--no-baseline").code, Some(1));
    }
    fs::remove_file(desk.path().join(NAME)).unwrap();
    let refused = desk.check("--baseline known.json");
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.starts_with("error: known.json: no such file"), "{}", refused.stderr);
}

#[test]
fn a_baseline_lies_beside_the_configuration_or_in_the_current_folder() {
    let desk = Desk::new();
    desk.put("macros/a.txt", BUCK);
    desk.run_in("macros", "baseline write");
    assert_eq!(desk.entries(), [entry("macros/a.txt", 1)]);
    desk.run_in("macros", "check .").is_clean();
    desk.check("").is_clean();
    fs::remove_file(desk.path().join(NAME)).unwrap();
    let args = "--no-config --no-default-rules --rules ../ours.toml .";
    desk.run_in("macros", &format!("baseline write {args}"));
    assert!(desk.path().join("macros").join(NAME).exists());
    desk.run_in("macros", &format!("check {args}")).is_clean();
    desk.run_in("macros", "check .").is_clean();
    assert_eq!(desk.check("").code, Some(1), "seen from above it is neither of the two");
}

#[test]
fn each_configuration_has_its_own_baseline() {
    let desk = Desk::new();
    desk.put("a/buckstop.toml", "extend = '../buckstop.toml'\n");
    desk.put("a/x.txt", BUCK);
    desk.put("b/x.txt", BUCK);
    desk.run("baseline write");
    assert_eq!(desk.entries(), [entry("b/x.txt", 1)]);
    assert!(desk.read(&format!("a/{NAME}")).contains("\"path\":\"x.txt\""));
    desk.check("").is_clean();
    desk.run("baseline write --baseline all.json");
    assert!(desk.read("all.json").contains("\"path\":\"a/x.txt\""));
    desk.check("--baseline all.json").is_clean();
    assert!(desk.check("").stdout.contains("in 2 files"), "a baseline is nothing to check");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let desk = Desk::new();
    for number in 0..60 {
        let text = format!("{}{SAW}", BUCK.repeat(number % 4));
        desk.put(&format!("{number:02}/a.txt"), &text);
    }
    desk.run("baseline write --threads 1");
    let one = desk.read(NAME);
    fs::remove_file(desk.path().join(NAME)).unwrap();
    desk.run("baseline write --threads 2");
    assert_eq!(desk.read(NAME), one);
    for number in (0..60).step_by(7) {
        desk.put(&format!("{number:02}/a.txt"), BUCK.repeat(3));
    }
    let alone = desk.check("--threads 1");
    assert!(!alone.findings().is_empty());
    for threads in [2, 5] {
        assert_eq!(desk.check(&format!("--threads {threads}")), alone);
    }
}

#[test]
fn a_file_that_cannot_be_read_keeps_what_is_known_of_it() {
    let desk = Desk::new();
    desk.put("a.txt", BUCK);
    desk.put("b.txt", SAW);
    desk.run("baseline write");
    let before = desk.read(NAME);
    desk.rename("a.txt", "elsewhere");
    fs::create_dir(desk.path().join("a.txt")).unwrap();
    for command in ["update", "write"] {
        desk.run(&format!("baseline {command} b.txt a.txt"));
        assert_eq!(desk.read(NAME), before, "{command}");
    }
    let done = desk.run("baseline update b.txt gone.txt");
    assert_eq!((done.code, desk.read(NAME)), (Some(2), before));
}

#[test]
fn what_is_piped_in_is_known_by_its_name() {
    let desk = Desk::new();
    desk.put("drafts/a.txt", BUCK);
    desk.run("baseline write");
    let piped = |args: &str| {
        let mut command = desk.command(args.split_whitespace());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(BUCK.as_bytes()).unwrap();
        child.wait_with_output().unwrap().status.code()
    };
    assert_eq!(piped("check - --stdin-filename drafts/a.txt"), Some(0));
    assert_eq!(piped("check - --stdin-filename drafts/b.txt"), Some(1));
    assert_eq!(piped("check -"), Some(1));
    assert_eq!(piped("baseline write -"), Some(2));
}

/// To put right what is known is welcome, so fixing looks at all findings.
#[test]
fn a_fix_goes_by_no_baseline() {
    let desk = Desk::new();
    desk.put("a.txt", BUCK);
    desk.put("b.txt", SAW);
    desk.run("baseline write");
    let before = desk.read(NAME);
    let fixed = desk.run("fix a.txt b.txt");
    assert_eq!(desk.read("a.txt"), "This one is with me.\n");
    assert_eq!(fixed.code, Some(1), "a deflection remains, known or not");
    assert_eq!(desk.read(NAME), before);
    assert_eq!(desk.run("baseline check").code, Some(1));
}

#[test]
fn nothing_found_needs_no_baseline() {
    let desk = Desk::new();
    desk.put("a.txt", "This one is with me.");
    assert_eq!(desk.run("baseline write").code, Some(0));
    assert!(!desk.path().join(NAME).exists());
    assert_eq!(desk.run("baseline check").code, Some(0));
    assert_eq!(desk.run("baseline update").code, Some(0));
    desk.put("a.txt", BUCK);
    desk.run("baseline write");
    desk.put("a.txt", "This one is with me.");
    desk.run("baseline write");
    assert!(desk.entries().is_empty());
}
