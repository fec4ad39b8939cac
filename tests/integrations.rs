//! What CI services are given: the action of GitHub lets no input into a script, the problem matcher
//! reads what is written, the job for GitLab writes its reports. `tests/integrations` has scripts
//! that need more than a Rust toolchain.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use regex::Regex;
use serde_json::Value;
use tempfile::TempDir;

const PACK: &str = r#"
[[rule]]
id = "passes-the-buck"
severity = "error"
phrases = ["that buck is not mine"]
why = "The customer hears: find somebody else."

[[rule]]
id = "looks-away"
phrases = ["never saw that buck"]
why = "The customer saw it."

[[rule]]
id = "yawns"
severity = "info"
phrases = ["one more buck"]
why = "The customer has but one."
"#;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).expect("a file of the repository")
}

fn yaml(name: &str) -> Value {
    yaml_serde::from_str(&read(name)).expect("YAML")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// A folder with drafts, whose configuration names the rules.
fn desk() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, content: &str| {
        fs::write(folder.path().join(name), content).expect("a file");
    };
    put("pack.toml", PACK);
    put("buckstop.toml", "default-rules = false\nrules = [\"pack.toml\"]\n");
    put("a.txt", "🙂 that buck is not mine.\nWe never saw that buck: [x] y.txt:9:9: error[b] c.\n");
    put("b c: 1:2: (d).txt", "Not one more buck, please.\n");
    folder
}

fn buckstop(desk: &TempDir, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_buckstop"));
    command.args(args).arg(".").current_dir(desk.path()).output().expect("buckstop runs")
}

/// The names in `${{ holder.name }}` of a text that is nothing but such an expression.
fn expression<'t>(value: &'t str, holder: &str) -> Option<&'t str> {
    value.strip_prefix("${{ ")?.strip_suffix(" }}")?.strip_prefix(holder)?.strip_prefix('.')
}

#[test]
fn the_action_lets_no_input_into_a_script() {
    let action = yaml("action.yml");
    let steps = action["runs"]["steps"].as_array().expect("steps");
    let mut used = BTreeSet::new();
    let mut scripts = 0;
    for step in steps {
        let Some(run) = step["run"].as_str() else { continue };
        scripts += 1;
        assert!(!run.contains("${{"), "an input would become part of a script: {run}");
        let path = run.trim_start_matches('"').strip_prefix("$GITHUB_ACTION_PATH/");
        let path = path.expect("a script of the action").split('"').next().expect("a path");
        assert!(read(path).starts_with("#!/usr/bin/env bash\n"), "{path}");
        assert_executable(&root().join(path));
        for value in step["env"].as_object().expect("an environment").values() {
            let name = expression(text(value), "inputs").expect("an input and nothing else");
            used.insert(name.to_owned());
        }
    }
    assert_eq!(scripts, 3);
    used.insert("category".to_owned()); // It goes to the upload.
    let inputs: BTreeSet<String> =
        action["inputs"].as_object().expect("inputs").keys().cloned().collect();
    assert_eq!(used, inputs, "each input is used, and each that is used is one");
}

#[test]
fn the_action_documents_its_inputs_where_it_says() {
    let page = read("docs/ci.md");
    let action = yaml("action.yml");
    for (name, input) in action["inputs"].as_object().expect("inputs") {
        assert!(page.contains(&format!("\n| `{name}` |")), "docs/ci.md tells nothing of {name}");
        assert!(!text(&input["description"]).is_empty());
        assert!(input["default"].is_string(), "an input of an action is a text");
    }
}

#[cfg(unix)]
fn assert_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).expect("a file").permissions().mode();
    assert_eq!(mode & 0o111, 0o111, "{} can be run", path.display());
}

#[cfg(not(unix))]
fn assert_executable(_: &Path) {}

/// What the runner would make of a line: severity, and the groups that a matcher names.
fn matched(matchers: &Value, line: &str) -> Vec<[String; 6]> {
    let matchers = matchers["problemMatcher"].as_array().expect("matchers").iter();
    let matched = matchers.filter_map(|matcher| {
        let pattern = &matcher["pattern"][0];
        let regexp = Regex::new(text(&pattern["regexp"])).expect("an expression");
        let groups = regexp.captures(line)?;
        let group = |name: &str| pattern[name].as_u64().map(|it| groups[it as usize].to_owned());
        let severity = group("severity").unwrap_or_else(|| text(&matcher["severity"]).to_owned());
        let group = |name| group(name).expect("a group of that name");
        let [file, line, column] = ["file", "line", "column"].map(group);
        Some([severity, file, line, column, group("code"), group("message")])
    });
    matched.collect()
}

#[test]
fn the_problem_matcher_reads_each_finding_once() {
    let matchers: Value =
        serde_json::from_str(&read("integrations/github/matcher.json")).expect("JSON");
    let desk = desk();
    let concise = buckstop(&desk, &["check", "--output-format", "concise"]);
    let json = buckstop(&desk, &["check", "--output-format", "json"]);
    let findings: Value = serde_json::from_slice(&json.stdout).expect("JSON");
    let findings = findings.as_array().expect("findings");
    assert_eq!(findings.len(), 3);
    let lines = String::from_utf8(concise.stdout).expect("text");
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(lines.len(), 4, "and what the run came to");
    for (line, finding) in lines.iter().zip(findings) {
        let [matched] = matched(&matchers, line).try_into().expect("one match");
        let [severity, file, at, column, code, message] = matched;
        // GitHub calls an info a notice.
        let expected = text(&finding["severity"]).replace("info", "notice");
        assert_eq!(severity, expected, "{line}");
        assert_eq!(code, text(&finding["rule"]), "{line}");
        assert!(message.starts_with(text(&finding["message"])), "{line}");
        // A path such as `b c: 1:2: (d).txt` could be cut too early.
        assert_eq!(file, text(&finding["path"]), "{line}");
        assert_eq!(at, finding["start"]["line"].to_string(), "{line}");
        assert_eq!(column, finding["start"]["column"].to_string(), "{line}");
    }
    assert!(matched(&matchers, lines[3]).is_empty(), "the last line is no finding");
}

/// The job's commands, run by a shell as a runner does.
#[cfg(unix)]
fn run_job(job: &Value, desk: &TempDir) -> Output {
    let mut script = vec!["set -e".to_owned()];
    for part in ["before_script", "script"] {
        let lines = job[part].as_array().map(Vec::as_slice).unwrap_or_default();
        script.extend(lines.iter().map(|line| text(line).to_owned()));
    }
    let mut command = Command::new("sh");
    if let Some(variables) = job["variables"].as_object() {
        command.envs(variables.iter().map(|(name, value)| (name, text(value))));
    }
    command.args(["-c", &script.join("\n")]).current_dir(desk.path()).output().expect("sh runs")
}

#[cfg(unix)]
#[test]
fn the_job_for_gitlab_writes_the_reports_that_it_names() {
    let job = &yaml("integrations/gitlab.yml")["buckstop"];
    let desk = desk();
    // It is installed where the job looks before it installs anything.
    let bin = desk.path().join(".buckstop/bin");
    fs::create_dir_all(&bin).expect("a folder");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_buckstop"), bin.join("buckstop"))
        .expect("a link");
    let done = run_job(job, &desk);
    let told = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(1), "{told}");
    assert!(String::from_utf8_lossy(&done.stdout).contains("error[passes-the-buck]"));
    let report = |kind: &str| {
        let name = text(&job["artifacts"]["reports"][kind]);
        fs::read_to_string(desk.path().join(name)).expect("a report")
    };
    let issues: Value = serde_json::from_str(&report("codequality")).expect("JSON");
    assert_eq!(issues.as_array().expect("issues").len(), 3);
    let junit = report("junit");
    let junit = roxmltree::Document::parse(&junit).expect("XML");
    assert_eq!(junit.descendants().filter(|it| it.has_tag_name("failure")).count(), 3);
}

/// In CI nothing is piped in, and a check without a path would always pass. So each that is shown
/// must find what is there, and write the reports that it names.
#[cfg(unix)]
#[test]
fn every_check_that_is_shown_finds_something() {
    let page = read("docs/ci.md").replace("\\\n", " ");
    let page = page.replace("$(Build.ArtifactStagingDirectory)", "out");
    // Prose speaks of the command, too, in backticks or without options.
    let checks = Regex::new(r"buckstop (?<check>check[^`'|\n]* --output[^'|\n]*)").expect("sound");
    let shown: Vec<_> = checks.captures_iter(&page).map(|it| it["check"].to_owned()).collect();
    assert!(shown.len() >= 6, "{shown:?}");
    let reports = Regex::new("=\"?(?<path>[a-z/-]+[.][a-z]+)").expect("sound");
    for check in shown {
        let desk = desk();
        for name in ["out", "drafts"] {
            fs::create_dir(desk.path().join(name)).expect("a folder");
        }
        fs::copy(desk.path().join("a.txt"), desk.path().join("drafts/a.txt")).expect("a draft");
        let mut command = Command::new("sh");
        let line = format!("{} {check}", env!("CARGO_BIN_EXE_buckstop"));
        let done = command.args(["-c", &line]).current_dir(desk.path()).output().expect("sh runs");
        let told = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.code().is_some_and(|code| code < 2), "{check}: {told}");
        let mut written = String::from_utf8_lossy(&done.stdout).into_owned();
        for report in reports.captures_iter(&check) {
            let path = desk.path().join(&report["path"]);
            written += &fs::read_to_string(path).expect("the report that is named");
        }
        assert!(written.contains("passes-the-buck"), "{check}: {written}");
    }
}

/// pre-commit names files itself, so that what is excluded must be by force; and the hooks that it
/// builds and those that it finds do the same.
#[test]
fn the_hooks_come_in_pairs() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hooks = hooks.as_array().expect("hooks");
    let named = |id: &str| hooks.iter().find(|it| it["id"] == id).expect("a hook of that name");
    assert_eq!(hooks.len(), 4);
    for id in ["buckstop", "buckstop-fix"] {
        let (built, found) = (named(id), named(&format!("{id}-system")));
        assert_eq!((&built["language"], &found["language"]), (&"rust".into(), &"system".into()));
        for key in ["entry", "files", "types", "require_serial"] {
            assert_eq!(built[key], found[key], "{id}: {key}");
        }
        assert!(text(&built["entry"]).ends_with(" --force-exclude"));
    }
}
