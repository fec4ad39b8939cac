//! What a run tells besides its findings: counts, the last line, and the files it looks at.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may panic as tests may")]

mod desk;

use std::fs;

use desk::{Desk, Done};
use serde_json::{Value, json};

const PACK: &str = r#"
[[rule]]
id = "passes-the-buck"
category = "buck"
severity = "error"
phrases = ["that buck is not mine"]
why = "The customer hears: find somebody else."

[[rule]]
id = "looks-away"
category = "away"
severity = "info"
phrases = ["never saw that buck"]
why = "The customer saw it."
"#;

impl Desk {
    fn new() -> Self {
        let desk = Self::with(PACK, "agents = ['Jane', 'Tom']\n");
        desk.put("drafts/a.txt", "That buck is not mine. We never saw that buck.\n");
        desk.put("drafts/b.md", "# Hi\n\nThis one is with me.\n");
        desk.put(
            "chat.txt",
            "[10:01] Jane: That buck is not mine.\n[10:02] Ann: Oh.\n[10:03] Jane: Bye.\n\
             [10:04] Tom: Hello.\n[10:05] Jane: That buck is not mine.\n",
        );
        desk.put("empty.json", "{\"version\": 3}");
        desk
    }

    /// The exit code, stdout and stderr of `buckstop check .`.
    fn check(&self, args: &str) -> (Option<i32>, String, String) {
        let args = ["check", "."].into_iter().chain(args.split_whitespace());
        let Done { code, stdout, stderr } = (&mut self.command(args)).into();
        (code, stdout, stderr)
    }

    fn json(&self, args: &str) -> Value {
        serde_json::from_str(&self.check(&format!("{args} --output-format json")).1).unwrap()
    }
}

#[test]
fn statistics_count_rules_categories_agents_and_files() {
    let desk = Desk::new();
    let (code, tables, errors) = desk.check("--statistics");
    assert_eq!((code, &*errors), (Some(1), ""));
    let expected = [
        "Rules              findings           per 100 turns",
        "  passes-the-buck         3                    50.0",
        "  looks-away              1                    16.7",
        "",
        "Categories         findings           per 100 turns",
        "  buck                    3                    50.0",
        "  away                    1                    16.7",
        "",
        "Agents             findings    turns  per 100 turns",
        "  (no name)               2        2          100.0",
        "  Jane                    2        3           66.7",
        "  Tom                     0        1            0.0",
        "",
        "Files              findings    turns  per 100 turns",
        "  chat.txt                2        4           50.0",
        "  drafts/a.txt            2        1          200.0",
        "",
        "Found 4 deflections in 2 of 3 files (3 errors, 1 info).",
    ];
    assert_eq!(tables.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn statistics_are_an_object_for_programs() {
    let object = Desk::new().json("--statistics");
    assert_eq!(object["summary"]["files"], 3);
    assert_eq!(object["summary"]["turns"], 6);
    assert_eq!(object["summary"]["rate"], 66.667);
    assert_eq!(
        object["rules"][0],
        json!({"rule": "passes-the-buck", "category": "buck", "severity": "error", "findings": 3, "rate": 50.0})
    );
    assert_eq!(object["categories"][1], json!({"category": "away", "findings": 1, "rate": 16.667}));
    assert_eq!(
        object["agents"][0],
        json!({"agent": null, "findings": 2, "turns": 2, "rate": 100.0})
    );
    assert_eq!(
        object["files"][1],
        json!({"path": "drafts/a.txt", "findings": 2, "turns": 1, "rate": 200.0})
    );
}

#[test]
fn counts_take_the_place_of_what_is_shown_and_files_are_as_ever() {
    let desk = Desk::new();
    let tables = desk.check("--statistics").1;
    for args in [
        "--output json=out.json --statistics",
        "--output json=out.json --output concise --statistics",
    ] {
        assert_eq!(desk.check(args).1, tables, "{args}");
        let findings: Value =
            serde_json::from_slice(&fs::read(desk.path().join("out.json")).unwrap()).unwrap();
        assert_eq!(findings.as_array().unwrap().len(), 4);
        fs::remove_file(desk.path().join("out.json")).unwrap();
    }
    for args in ["--statistics --output-format sarif", "--summary --output tap"] {
        let (code, stdout, stderr) = desk.check(args);
        assert_eq!((code, &*stdout), (Some(2), ""), "{args}");
        assert!(stderr.contains("can't be written as"), "{stderr}");
    }
}

#[test]
fn the_number_of_threads_changes_no_count() {
    let desk = Desk::new();
    for number in 0..80 {
        desk.put(&format!("many/{number:02}.txt"), "That buck is not mine. ".repeat(number % 5));
    }
    let alone = desk.check("--statistics --threads 1");
    assert!(alone.1.contains("\n  and 46 more\n"), "{}", alone.1);
    assert_eq!(desk.check("--statistics --threads 2"), alone);
}

#[test]
fn a_summary_is_the_last_line() {
    let desk = Desk::new();
    let (code, line, errors) = desk.check("--summary");
    assert_eq!((code, &*errors), (Some(1), ""));
    assert_eq!(line, "Found 4 deflections in 2 of 3 files (3 errors, 1 info).\n");
    assert_eq!(desk.json("--summary"), desk.json("--statistics")["summary"]);
    assert_eq!(desk.check("--summary --fail-on never").0, Some(0));
}

#[test]
fn what_a_baseline_knows_is_counted_apart() {
    let desk = Desk::new();
    let written = Done::from(&mut desk.command(["baseline", "write", "drafts"]));
    assert_eq!(written.code, Some(0));
    let object = desk.json("--statistics");
    assert_eq!(
        (&object["summary"]["findings"], &object["summary"]["known"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(object["files"].as_array().unwrap().len(), 1);
}

#[test]
fn files_are_shown_with_their_formats() {
    let desk = Desk::new();
    let (code, lines, errors) = desk.check("--show-files");
    assert_eq!((code, &*errors), (Some(0), ""));
    let files: Vec<Vec<&str>> = lines.lines().map(|it| it.split_whitespace().collect()).collect();
    assert_eq!(
        files,
        [["chat", "chat.txt"], ["text", "drafts/a.txt"], ["markdown", "drafts/b.md"]]
    );
    let listed = desk.json("--show-files");
    assert_eq!(listed[0], json!({"path": "chat.txt", "format": "chat"}));
    assert_eq!(listed.as_array().unwrap().len(), 3);
    assert_eq!(desk.check("--show-files --threads 1").1, lines);
    let (code, lines, errors) = desk.check("--show-files gone.txt");
    assert_eq!((code, lines.lines().count()), (Some(2), 3));
    assert!(errors.starts_with("error: gone.txt: no such file"), "{errors}");
    let (code, lines, _) =
        desk.check("--show-files --config exclude=['*.txt'] --config exclude=['*.*']");
    assert_eq!((code, &*lines), (Some(0), ""));
    assert_eq!(desk.json("--show-files --config exclude=['*.*']"), json!([]));
}

#[test]
fn what_contradicts_itself_is_refused() {
    let desk = Desk::new();
    for args in ["--summary --statistics", "--summary --quiet", "--show-files --statistics"] {
        assert_eq!(desk.check(args).0, Some(2), "{args}");
    }
}
