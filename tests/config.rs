//! Configurations as their users meet them: which one holds for a file, what it changes, and how
//! mistakes are told.
//!
//! What can be written down as a dialogue stands in `tests/cmd`.

mod desk;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use desk::{Desk, Done};

const PACK: &str = r#"
[[rule]]
id = "passes-the-buck"
category = "buck"
severity = "error"
phrases = ["that buck is not mine"]
why = "The customer hears: find somebody else."
rewrites = [{ text = "this one is with me", applicability = "safe" }]

[[rule]]
id = "points-away"
category = "away"
severity = "warning"
phrases = ["go and ask {unit}"]
why = "The customer hears: find somebody else."
"#;

/// A draft with a finding of each rule.
const DRAFT: &str = "That buck is not mine.\nGo and ask billing.\n";

impl Desk {
    /// A folder with a configuration that names the pack, and nothing else.
    fn new() -> Self {
        Self::with(PACK, "")
    }

    /// Puts a configuration into a folder; the one at the top names the pack.
    fn configure(&self, folder: &str, text: &str) {
        let pack =
            if folder.is_empty() { "default-rules = false\nrules = ['ours.toml']\n" } else { "" };
        self.put(
            &Path::new(folder).join("buckstop.toml").to_string_lossy(),
            format!("{pack}{text}"),
        );
    }

    fn run(&self, args: &[&str]) -> Done {
        (&mut self.command(args)).into()
    }

    fn check(&self, args: &[&str]) -> Done {
        self.run(&[&["check", "--output-format=concise"], args].concat())
    }

    fn with_stdin(&self, args: &[&str], input: &str) -> Done {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("buckstop runs");
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
        child.wait_with_output().expect("it ends").into()
    }
}

impl Done {
    /// `file: severity[rule]` of all findings.
    fn findings(&self) -> Vec<String> {
        let finding = |line: &str| {
            let (place, rest) = line.split_once(": ")?;
            let (rule, _) = rest.split_once("] ")?;
            Some(format!("{} {rule}]", place.split(':').next()?))
        };
        self.stdout.lines().filter_map(finding).collect()
    }
}

const BUCK: &str = "error[passes-the-buck]";
const AWAY: &str = "warning[points-away]";

fn of(file: &str, rules: &[&str]) -> Vec<String> {
    rules.iter().map(|rule| format!("{file} {rule}")).collect()
}

#[test]
fn the_nearest_configuration_holds_alone() {
    let desk = Desk::new();
    desk.configure("team", "default-rules = false\nrules = ['../ours.toml']\nignore = ['buck']\n");
    for file in ["a.txt", "team/b.txt", "team/deep/er/c.txt"] {
        desk.put(file, DRAFT);
    }
    let done = desk.check(&["."]);
    let wanted =
        [of("a.txt", &[BUCK, AWAY]), of("team/b.txt", &[AWAY]), of("team/deep/er/c.txt", &[AWAY])];
    assert_eq!(done.findings(), wanted.concat());
    assert_eq!(done.code, Some(1));
}

#[test]
fn it_is_found_from_the_file_and_not_from_the_current_folder() {
    let desk = Desk::new();
    desk.put("team/a.txt", DRAFT);
    desk.put("other/.keep", "");
    let mut command = desk.command(["check", "--output-format=concise", "../team/a.txt"]);
    let done =
        Done::from(command.current_dir(desk.path().join("other")).output().expect("it runs"));
    assert_eq!(done.findings(), of("../team/a.txt", &[BUCK, AWAY]));
}

#[test]
fn a_hidden_configuration_counts_if_there_is_no_other() {
    let desk = Desk::new();
    desk.put("a.txt", DRAFT);
    desk.put("team/a.txt", DRAFT);
    desk.put("team/.buckstop.toml", "extend = '../buckstop.toml'\nignore = ['away']");
    desk.put(".buckstop.toml", "ignore = ['all']");
    let wanted = [of("a.txt", &[BUCK, AWAY]), of("team/a.txt", &[BUCK])];
    assert_eq!(desk.check(&["."]).findings(), wanted.concat());
}

#[test]
fn one_configuration_extends_another() {
    let desk = Desk::new();
    desk.configure("", "ignore = ['away']\n[severity]\npasses-the-buck = 'info'\naway = 'info'\n");
    desk.configure("team", "extend = '../buckstop.toml'\n[severity]\naway = 'error'\n");
    desk.configure("team/b", "extend = '../buckstop.toml'\nignore = []\n");
    desk.put("team/b/a.txt", DRAFT);
    let wanted = of("team/b/a.txt", &["info[passes-the-buck]", "error[points-away]"]);
    assert_eq!(desk.check(&["team/b"]).findings(), wanted);
    desk.put("team/a.txt", DRAFT);
    let wanted = of("team/a.txt", &["info[passes-the-buck]"]);
    assert_eq!(desk.check(&["team/a.txt"]).findings(), wanted);
}

#[test]
fn a_configuration_that_leads_back_to_itself_is_an_error() {
    let desk = Desk::new();
    desk.configure("", "extend = 'team/buckstop.toml'\n");
    desk.configure("team", "extend = '../team/../buckstop.toml'\n");
    desk.put("a.txt", DRAFT);
    let done = desk.check(&["a.txt"]);
    assert_eq!((done.code, done.stdout.as_str()), (Some(2), ""));
    assert!(done.stderr.contains("this configuration extends itself"), "{}", done.stderr);
    assert!(done.stderr.contains("team/buckstop.toml:1:10"), "{}", done.stderr);
}

#[test]
fn arguments_count_for_more_than_keys_and_keys_for_more_than_files() {
    let desk = Desk::new();
    desk.configure("", "ignore = ['away']\nfail-on = 'never'\n");
    desk.put("a.txt", DRAFT);
    let both = of("a.txt", &[BUCK, AWAY]);
    let done = desk.check(&["a.txt"]);
    assert_eq!((done.findings(), done.code), (of("a.txt", &[BUCK]), Some(0)));
    let done = desk.check(&["--config", "ignore = []", "--config", "fail-on='info'", "a.txt"]);
    assert_eq!((done.findings(), done.code), (both, Some(1)));
    let args = ["--config", "ignore = []", "--ignore", "buck", "a.txt"];
    assert_eq!(desk.check(&args).findings(), of("a.txt", &[AWAY]));
    let args = ["--select", "away", "a.txt"];
    assert_eq!(desk.check(&args).findings(), of("a.txt", &[AWAY]), "who selects starts anew");
}

#[test]
fn a_configuration_can_be_named_or_done_without() {
    let desk = Desk::new();
    desk.put("a.txt", DRAFT);
    desk.put(
        "ci/strict.toml",
        "default-rules = false\nrules = ['../ours.toml']\nignore = ['buck']",
    );
    assert_eq!(
        desk.check(&["--config", "ci/strict.toml", "a.txt"]).findings(),
        of("a.txt", &[AWAY])
    );
    let without = desk.check(&["--no-config", "--rules=ours.toml", "--no-default-rules", "a.txt"]);
    assert_eq!(without.findings(), of("a.txt", &[BUCK, AWAY]));
    let isolated =
        desk.check(&["--isolated", "--config", "rules = ['ours.toml']", "--select=away", "a.txt"]);
    assert_eq!(isolated.findings(), of("a.txt", &[AWAY]));
    for args in [
        &["--config", "gone.toml", "a.txt"][..],
        &["--config", "ci/strict.toml", "--config", "buckstop.toml", "a.txt"],
        &["--config", "ci/strict.toml", "--no-config", "a.txt"],
    ] {
        assert_eq!(desk.check(args).code, Some(2), "{args:?}");
    }
}

#[test]
fn rules_are_ignored_in_some_files_only() {
    let desk = Desk::new();
    desk.configure(
        "",
        "[per-file-ignores]\n'/macros/*.md' = ['away']\n'*.txt' = ['buck']\n'/none/' = ['all']\n",
    );
    for file in ["a.txt", "b.md", "macros/a.txt", "macros/c.md", "none/d.md"] {
        desk.put(file, DRAFT);
    }
    let wanted = [
        of("a.txt", &[AWAY]),
        of("b.md", &[BUCK, AWAY]),
        of("macros/a.txt", &[AWAY]),
        of("macros/c.md", &[BUCK]),
    ];
    assert_eq!(desk.check(&["."]).findings(), wanted.concat());
}

#[test]
fn words_are_added_to_lists() {
    let desk = Desk::new();
    desk.put("a.txt", "Go and ask the blorp.");
    assert_eq!(desk.check(&["a.txt"]).findings(), [""; 0]);
    desk.configure("", "[lists]\nunit = ['the blorp']\n");
    assert_eq!(desk.check(&["a.txt"]).findings(), of("a.txt", &[AWAY]));
    desk.configure("", "[lists]\nunti = ['the blorp']\n");
    let done = desk.check(&["a.txt"]);
    assert_eq!(done.code, Some(2));
    assert!(done.stderr.contains("buckstop.toml:4:1"), "{}", done.stderr);
    assert!(done.stderr.contains("did you mean `unit`?"), "{}", done.stderr);
}

#[test]
fn words_are_added_to_the_lists_that_come_with_buckstop() {
    let desk = Desk::new();
    desk.put("a.txt", "Only Frobozz can approve that.");
    let args = ["check", "--output-format=concise", "--no-config", "--no-learned", "a.txt"];
    assert_eq!(desk.run(&args).findings(), [""; 0]);
    let with = [&args[..], &["--config", "lists.unit = ['frobozz']"]].concat();
    assert_eq!(desk.run(&with).findings(), of("a.txt", &["warning[not-authorized]"]));
}

#[test]
fn a_walk_goes_by_include_and_exclude() {
    let desk = Desk::new();
    desk.configure(
        "",
        "include = ['*.note', 'b.txt']\nexclude = ['/old/', 'x-*', '!x-kept.note']\n",
    );
    for file in
        ["a.note", "a.txt", "b.txt", "old/c.note", "d/old/e.note", "x-f.note", "x-kept.note"]
    {
        desk.put(file, DRAFT);
    }
    let walked = |args: &[&str]| -> Vec<String> {
        let findings = desk.check(args).findings();
        let files = findings.iter().filter(|it| it.contains("buck"));
        files.map(|it| it.split(' ').next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(walked(&["."]), ["a.note", "b.txt", "d/old/e.note", "x-kept.note"]);
    assert_eq!(walked(&["old"]), ["old/c.note"], "what is named is read");
    assert_eq!(walked(&["old/c.note", "x-f.note", "a.txt"]), ["old/c.note", "x-f.note", "a.txt"]);
    let forced = ["--force-exclude", "old/c.note", "old", "x-f.note", "a.note"];
    assert_eq!(walked(&forced), ["a.note"]);
    assert_eq!(walked(&["--config", "force-exclude = true", "old/c.note", "a.note"]), ["a.note"]);
}

#[test]
fn an_excluded_folder_is_not_entered() {
    let desk = Desk::new();
    desk.configure("", "exclude = ['/old/']\n");
    // Its own configuration would be an error if anybody read it.
    desk.configure("old", "nonsense = 1");
    desk.put("old/a.txt", DRAFT);
    desk.put("b.txt", DRAFT);
    let done = desk.check(&["."]);
    assert_eq!(
        (done.findings(), done.code),
        (of("b.txt", &[BUCK, AWAY]), Some(1)),
        "{}",
        done.stderr
    );
}

#[test]
fn only_what_is_bad_enough_fails() {
    let desk = Desk::new();
    let only_away = "Go and ask billing.";
    desk.put("a.txt", only_away);
    desk.put("b.txt", DRAFT);
    let code = |args: &[&str]| {
        let done = desk.check(args);
        assert!(done.findings().iter().any(|it| it.contains("away")), "all is shown");
        done.code
    };
    assert_eq!(code(&["a.txt"]), Some(1));
    assert_eq!(code(&["a.txt", "--fail-on=warning"]), Some(1));
    assert_eq!(code(&["a.txt", "--fail-on=error"]), Some(0));
    assert_eq!(code(&["a.txt", "b.txt", "--fail-on=error"]), Some(1));
    assert_eq!(code(&["b.txt", "--fail-on=never"]), Some(0));
    assert_eq!(code(&["b.txt", "gone.txt", "--fail-on=never"]), Some(2));
    desk.configure("", "fail-on = 'error'\n");
    assert_eq!(code(&["a.txt"]), Some(0));
    assert_eq!(code(&["a.txt", "--fail-on=info"]), Some(1));
}

#[test]
fn standard_input_has_the_configuration_of_its_name() {
    let desk = Desk::new();
    desk.configure("team", "extend = '../buckstop.toml'\nignore = ['buck']\nexclude = ['*.md']\n");
    let check = ["check", "--output-format=concise", "--stdin-filename"];
    let done = desk.with_stdin(&[&check[..], &["team/a.txt"]].concat(), DRAFT);
    assert_eq!(done.findings(), of("team/a.txt", &[AWAY]));
    let done = desk.with_stdin(&[&check[..], &["a.txt", "-"]].concat(), DRAFT);
    assert_eq!(done.findings(), of("a.txt", &[BUCK, AWAY]));
    let done = desk.with_stdin(&[&check[..], &["team/a.md", "--force-exclude"]].concat(), DRAFT);
    assert_eq!((done.findings(), done.code), (Vec::new(), Some(0)));
    let fixed = "This one is with me.\nGo and ask billing.\n";
    assert_eq!(desk.with_stdin(&["fmt"], DRAFT).stdout, fixed);
    assert_eq!(desk.with_stdin(&["fmt", "--stdin-filename", "team/a.txt"], DRAFT).stdout, DRAFT);
    let forced = ["fmt", "--stdin-filename", "team/a.md", "--force-exclude", "--config=ignore=[]"];
    assert_eq!(desk.with_stdin(&forced, DRAFT).stdout, DRAFT);
}

#[test]
fn a_draft_survives_a_wrong_configuration() {
    let desk = Desk::new();
    desk.configure("", "nonsense = true\n");
    let done = desk.with_stdin(&["fmt"], DRAFT);
    assert_eq!((done.code, done.stdout.as_str()), (Some(2), DRAFT));
    assert!(done.stderr.contains("there is no key `nonsense` here"), "{}", done.stderr);
}

#[test]
fn fix_goes_by_the_configuration_of_each_file() {
    let desk = Desk::new();
    desk.configure("team", "extend = '../buckstop.toml'\nignore = ['buck']\n");
    desk.put("a.txt", DRAFT);
    desk.put("team/a.txt", DRAFT);
    assert_eq!(desk.run(&["fix", "."]).code, Some(1));
    let read = |name: &str| fs::read_to_string(desk.path().join(name)).expect("a draft");
    assert_eq!(read("a.txt"), "This one is with me.\nGo and ask billing.\n");
    assert_eq!(read("team/a.txt"), DRAFT);
}

#[test]
fn who_is_who_can_stand_in_the_configuration() {
    let desk = Desk::new();
    desk.configure("", "agents = ['Jane']\nbots = ['Hearth']\nroles = ['agent']\n");
    desk.put("chat.txt", "[10:01] Jane: That buck is not mine.\n[10:02] Tom: That buck is not mine.\n[10:03] Hearth: That buck is not mine.\n");
    assert_eq!(desk.check(&["chat.txt"]).findings(), of("chat.txt", &[BUCK]));
    assert_eq!(desk.check(&["chat.txt", "--roles=agent,bot"]).findings().len(), 2);
    assert_eq!(desk.check(&["chat.txt", "--roles=all"]).findings().len(), 3);
    let turns = desk.run(&["turns", "chat.txt"]).stdout;
    assert!(turns.contains("bot"), "{turns}");
    desk.configure("", "agents = ['Jane']\ncustomers = ['jane']\n");
    let done = desk.check(&["chat.txt"]);
    assert_eq!(done.code, Some(2));
    assert!(done.stderr.contains("given more than one role"), "{}", done.stderr);
}

#[test]
fn data_of_another_shape_is_mapped_by_the_configuration() {
    let desk = Desk::new();
    desk.configure("", "[mapping]\ntext = 'wortlaut'\nspeaker = 'wer'\nrole = 'seite'\n");
    desk.put(
        "a.json",
        r#"[{"wortlaut": "That buck is not mine.", "wer": "Jane", "seite": "agent"}]"#,
    );
    assert_eq!(desk.check(&["a.json"]).findings(), of("a.json", &[BUCK]));
    assert_eq!(desk.check(&["--config", "mapping.text = 'anderes'", "a.json"]).findings(), [""; 0]);
}

#[test]
fn so_are_the_columns_of_a_table() {
    let desk = Desk::new();
    let mapping = "[mapping]\ntext = 'Wortlaut'\nspeaker = 'wer'\nrole = 'Seite'\n";
    let table = "wer;seite;wortlaut\nJane;agent;That buck is not mine.\n\
                 Tom;customer;That buck is not mine.\n";
    desk.put("a.csv", table);
    desk.put("b.txt", table);
    desk.put("usual.csv", "speaker,role,text\nJane,agent,That buck is not mine.\n");
    assert_eq!(desk.check(&["a.csv"]).findings(), [""; 0]);
    desk.configure("", mapping);
    assert_eq!(desk.check(&["a.csv"]).findings(), of("a.csv", &[BUCK]));
    assert_eq!(desk.check(&["--input-format=csv", "b.txt"]).findings(), of("b.txt", &[BUCK]));
    assert_eq!(desk.check(&["usual.csv"]).findings(), of("usual.csv", &[BUCK]));
}

#[test]
fn a_start_is_never_written_over_anything() {
    let desk = Desk::new();
    let before = fs::read_to_string(desk.path().join("buckstop.toml")).expect("it is there");
    let done = desk.run(&["init"]);
    assert_eq!(done.code, Some(2));
    assert!(done.stderr.contains("there is a configuration already"), "{}", done.stderr);
    assert_eq!(fs::read_to_string(desk.path().join("buckstop.toml")).expect("it stays"), before);
    desk.put("new/a.txt", "That's not my job.");
    assert_eq!(desk.run(&["init", "new"]).code, Some(0));
    let start = fs::read_to_string(desk.path().join("new/buckstop.toml")).expect("it is there");
    let schema = start.lines().next().and_then(|line| line.strip_prefix("#:schema "));
    let schema = desk.path().join("new").join(schema.expect("a schema"));
    let schema = fs::read_to_string(schema).expect("the schema is there");
    assert_eq!(schema, desk.run(&["config", "schema"]).stdout);
    assert_eq!(desk.check(&["new/a.txt"]).findings(), of("new/a.txt", &["error[not-my-job]"]));
    assert_eq!(desk.run(&["init", "gone"]).code, Some(2));
}

#[test]
fn rules_are_listed_as_the_configuration_has_them() {
    let desk = Desk::new();
    desk.configure("", "ignore = ['away']\n[severity]\nbuck = 'info'\n");
    let listed = desk.run(&["rules"]).stdout;
    assert!(listed.contains("info     passes-the-buck"), "{listed}");
    assert!(listed.contains("points-away"), "what is ignored is a rule all the same: {listed}");
}

#[test]
fn names_in_a_configuration_are_checked_even_where_they_change_nothing() {
    let desk = Desk::new();
    desk.put("a.txt", DRAFT);
    for text in
        ["ignore = ['bukc']", "[severity]\nbukc = 'info'", "[per-file-ignores]\n'*.md' = ['bukc']"]
    {
        desk.configure("", text);
        let done = desk.check(&["a.txt"]);
        assert_eq!((done.code, done.stdout.as_str()), (Some(2), ""), "{text}");
        assert!(done.stderr.contains("did you mean `buck`?"), "{}", done.stderr);
        assert!(done.stderr.contains("buckstop.toml:"), "{}", done.stderr);
    }
}
