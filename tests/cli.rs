//! The command as its users meet it: arguments and bytes in; output and status out.
//!
//! What can be written down as a dialogue stands in `tests/cmd`; here is what needs
//! pipes, odd bytes, or files that git would not keep.

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

use tempfile::TempDir;

const PACK: &str = r#"
[[rule]]
id = "passes-the-buck"
severity = "error"
phrases = ["that buck is not mine"]
why = "The customer hears: find somebody else."
rewrites = ["this one is with me"]
"#;

#[test]
fn dialogues() {
    trycmd::TestCases::new().case("tests/cmd/*.md");
}

/// A folder of drafts and a way to check them with a pack of one rule.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a folder for drafts") };
        desk.put("pack/buck.toml", PACK);
        desk
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        let parent = path.parent().expect("a file stands in a folder");
        fs::create_dir_all(parent).expect("a folder for the draft");
        fs::write(path, content).expect("a draft");
    }

    /// `buckstop check` in this folder, one line for each finding, colours unset.
    fn check(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_buckstop"));
        command.current_dir(self.path()).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        command.args(["check", "--no-default-rules", "--rules", "pack", "--output-format=concise"]);
        command.stdin(Stdio::null());
        command
    }

    /// The outcome for the given further arguments.
    fn checked<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Checked {
        self.check().args(args).output().expect("buckstop runs").into()
    }
}

/// What came of a run.
#[derive(Debug, PartialEq, Eq)]
struct Checked {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Checked {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }
}

impl Checked {
    /// The places of the findings, without the summary.
    fn places(&self) -> Vec<&str> {
        let findings = self.stdout.lines().filter_map(|line| line.split_once(": error["));
        findings.map(|(place, _)| place).collect()
    }
}

fn with_stdin(mut command: Command, input: &[u8]) -> Checked {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("buckstop runs");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input).expect("buckstop reads its input"));
        child.wait_with_output().expect("buckstop ends").into()
    })
}

fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

#[test]
fn a_pipe_is_checked_with_and_without_a_dash() {
    let desk = Desk::new();
    for args in [&[][..], &["-"]] {
        let mut command = desk.check();
        command.args(args);
        let checked = with_stdin(command, b"Sorry, that buck isn't mine.");
        assert_eq!(checked.places(), ["<stdin>:1:8"]);
        assert_eq!(checked.code, Some(1));
    }
}

#[test]
fn a_dash_stands_among_files() {
    let desk = Desk::new();
    desk.put("a.txt", "That buck is not mine.");
    let mut command = desk.check();
    command.args(["a.txt", "-", "-"]);
    let checked = with_stdin(command, b"That buck is not mine.");
    assert_eq!(checked.places(), ["a.txt:1:1", "<stdin>:1:1"]);
}

#[test]
fn an_empty_file_is_clean() {
    let desk = Desk::new();
    desk.put("empty.txt", "");
    let checked = desk.checked(["empty.txt"]);
    assert_eq!(checked.code, Some(0));
    assert_eq!(checked.stderr, "");
}

#[test]
fn columns_count_characters_whatever_the_encoding() {
    let desk = Desk::new();
    let text = "Hi Zoë 😀,\r\nno, that buck isn’t mine.\r\n";
    desk.put("bom.txt", format!("\u{FEFF}{text}"));
    desk.put("cr.txt", text.replace("\r\n", "\r"));
    desk.put("crlf.txt", text);
    desk.put("lf.txt", text.replace("\r\n", "\n"));
    desk.put("utf16be-bom.txt", utf16(&format!("\u{FEFF}{text}"), u16::to_be_bytes));
    desk.put("utf16le-bom.txt", utf16(&format!("\u{FEFF}{text}"), u16::to_le_bytes));
    desk.put("utf16le.txt", utf16(text, u16::to_le_bytes));
    desk.put("windows-1252.txt", b"Hi Zo\xEB,\r\nno, that buck isn\x92t mine.\r\n");
    let checked = desk.checked(["."]);
    let names =
        ["bom", "cr", "crlf", "lf", "utf16be-bom", "utf16le-bom", "utf16le", "windows-1252"];
    assert_eq!(checked.places(), names.map(|name| format!("{name}.txt:2:5")));
    assert_eq!(checked.code, Some(1));
}

#[test]
fn a_bom_on_the_first_line_takes_no_column() {
    let desk = Desk::new();
    desk.put("bom.txt", "\u{FEFF}That buck is not mine.");
    assert_eq!(desk.checked(["bom.txt"]).places(), ["bom.txt:1:1"]);
}

#[test]
fn bad_utf8_is_told_once_and_checked_all_the_same() {
    let desk = Desk::new();
    desk.put("bad.txt", b"Zo\xC3\xAB \xFF\xFE,\nthat buck is not mine \xC3");
    let checked = desk.checked(["bad.txt"]);
    assert_eq!(checked.places(), ["bad.txt:2:1"]);
    assert_eq!(checked.code, Some(1));
    assert_eq!(checked.stdout.matches("could not be decoded").count(), 1);
    assert!(checked.stdout.contains("bad.txt:1:5: warning"), "{}", checked.stdout);
}

#[test]
fn bad_utf8_does_not_disturb_the_json() {
    let desk = Desk::new();
    desk.put("bad.txt", b"\xFF that buck is not mine \xC3\xA9");
    let checked = desk.checked(["--output-format", "json", "bad.txt"]);
    let findings: serde_json::Value = serde_json::from_str(&checked.stdout).expect("JSON");
    assert_eq!(findings[0]["span"], serde_json::json!({ "start": 2, "end": 23 }));
    assert!(checked.stderr.starts_with("warning: bad.txt:1:1: "), "{}", checked.stderr);
}

#[test]
fn a_walk_passes_over_what_is_hidden_ignored_binary_or_no_prose() {
    let desk = Desk::new();
    let buck = "That buck is not mine.";
    desk.put(".gitignore", "old/\n*.eml\n!kept.eml\n");
    for name in ["b.txt", "a/z.MD", "a/.hidden.txt", ".git2/c.txt", "old/d.txt", "e.eml"] {
        desk.put(name, buck);
    }
    desk.put("kept.eml", buck);
    desk.put("program.rs", buck);
    desk.put("binary.txt", format!("\0\u{1}\0\u{2}{buck}"));
    let checked = desk.checked(["."]);
    assert_eq!(checked.places(), ["a/z.MD:1:1", "b.txt:1:1", "kept.eml:1:1"]);
    assert!(checked.stdout.contains("in 3 files"), "{}", checked.stdout);
}

#[test]
fn a_file_that_is_named_is_always_read() {
    let desk = Desk::new();
    desk.put(".gitignore", "old/\n");
    let names = [".hidden.txt", "old/d.txt", "program.rs", "binary.txt"];
    for name in names {
        desk.put(name, "That buck is not mine.\0");
    }
    let checked = desk.checked(names);
    assert_eq!(checked.places(), names.map(|name| format!("{name}:1:1")));
}

#[test]
fn nothing_piped_in_is_told_unless_it_was_asked_for() {
    let desk = Desk::new();
    let told = "warning: nothing was checked, as nothing was piped in\n";
    let none: [&str; 0] = [];
    let checked = desk.checked(none);
    assert!(checked.stderr.starts_with(told), "{}", checked.stderr);
    assert_eq!(checked.code, Some(0));
    assert_eq!(desk.checked(["-"]).stderr, "", "somebody wanted it so");
    assert_eq!(desk.checked(["--quiet"]).stderr, "");
}

#[test]
fn nothing_to_check_is_told() {
    let desk = Desk::new();
    let checked = desk.checked(["pack"]);
    assert_eq!(checked.code, Some(0));
    assert!(checked.stderr.starts_with("warning: there is nothing to check in pack\n"));
    assert_eq!(desk.checked(["--quiet", "pack"]).stderr, "");
}

#[test]
fn a_missing_path_does_not_stop_the_rest_and_outranks_findings() {
    let desk = Desk::new();
    desk.put("a.txt", "That buck is not mine.");
    let checked = desk.checked(["gone.txt", "a.txt"]);
    assert_eq!(checked.places(), ["a.txt:1:1"]);
    assert!(checked.stderr.starts_with("error: gone.txt: no such file or folder\n"));
    assert_eq!(checked.code, Some(2));
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_does_not_stop_the_rest() {
    use std::os::unix::fs::PermissionsExt;

    let desk = Desk::new();
    desk.put("a.txt", "That buck is not mine.");
    desk.put("locked.txt", "That buck is not mine.");
    desk.put("z.txt", "That buck is not mine.");
    let locked = desk.path().join("locked.txt");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).expect("a locked file");
    if fs::read(&locked).is_ok() {
        return; // Nothing is locked for root.
    }
    let checked = desk.checked(["."]);
    assert_eq!(checked.places(), ["a.txt:1:1", "z.txt:1:1"]);
    assert!(checked.stderr.starts_with("error: locked.txt: no permission to read it\n"));
    assert_eq!(checked.code, Some(2));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let desk = Desk::new();
    for number in 0..150 {
        let lines = "Hello.\n".repeat((number * 37) % 100);
        desk.put(&format!("{number:03}.txt"), format!("{lines}That buck is not mine."));
    }
    let one = desk.checked(["--threads", "1", "."]);
    assert_eq!(one.places().len(), 150);
    for threads in ["2", "7", "500"] {
        assert_eq!(desk.checked(["--threads", threads, "."]), one);
    }
}

#[test]
fn colours_are_a_matter_of_the_environment_and_the_flag() {
    let desk = Desk::new();
    desk.put("a.txt", "That buck is not mine.");
    let colored = |flags: &[&str], variables: &[(&str, &str)]| {
        let mut command = desk.check();
        let output = command.args(flags).arg("a.txt").envs(variables.iter().copied()).output();
        Checked::from(output.expect("buckstop runs")).stdout.contains('\u{1b}')
    };
    assert!(!colored(&[], &[]), "a pipe has no colours");
    assert!(colored(&["--color=always"], &[]));
    assert!(colored(&["--color=always"], &[("NO_COLOR", "1")]), "a flag is more than a variable");
    assert!(colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&[], &[("CLICOLOR_FORCE", "0")]));
    assert!(!colored(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!colored(&["--color=never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let desk = Desk::new();
    let name = "\u{1b}[31mred.txt";
    desk.put(name, "\u{1b}]0;title\u{7} That buck is not mine.");
    for format in ["full", "concise"] {
        let checked = desk.checked(["--output-format", format, name, "\u{1b}[2Jgone.txt"]);
        assert!(checked.stdout.contains("red.txt"));
        assert!(!checked.stdout.contains(['\u{1b}', '\u{7}']), "{}", checked.stdout);
        assert!(!checked.stderr.contains('\u{1b}'), "{}", checked.stderr);
    }
}

#[test]
fn turns_are_json_whatever_stands_in_them() {
    let desk = Desk::new();
    let text = "[10:01] Jane: a \\ \" \u{1b}[2J\u{202e}\u{9b}\n\n[10:02] Tom \u{1b}: b\n";
    desk.put("chat.txt", text);
    let mut command = Command::new(env!("CARGO_BIN_EXE_buckstop"));
    command.current_dir(desk.path());
    command.args(["turns", "--input-format=chat", "--output-format=json", "chat.txt"]);
    let output = Checked::from(command.output().expect("buckstop runs")).stdout;
    assert!(!output.contains(['\u{1b}', '\u{202e}', '\u{9b}']), "{output}");
    let files: serde_json::Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!(files[0]["format"], "chat");
    assert_eq!(files[0]["turns"][0]["text"], "a \\ \" \u{1b}[2J\u{202e}\u{9b}");
}

#[test]
fn no_turns_are_an_empty_array() {
    let desk = Desk::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_buckstop"));
    command.current_dir(desk.path()).args(["turns", "--output-format=json", "pack"]);
    assert_eq!(Checked::from(command.output().expect("buckstop runs")).stdout, "[]\n");
}

/// A reader that goes away after the first line, as `head -1` does.
#[test]
fn a_closed_pipe_ends_quietly() {
    let desk = Desk::new();
    desk.put("many.txt", "That buck is not mine.\n".repeat(20_000));
    let mut command = desk.check();
    command.arg("many.txt").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("buckstop runs");
    let mut stdout = child.stdout.take().expect("stdout is piped");
    stdout.read_exact(&mut [0; 16]).expect("a first line");
    drop(stdout);
    let checked = Checked::from(child.wait_with_output().expect("buckstop ends"));
    assert_eq!((checked.code, checked.stderr.as_str()), (Some(1), ""));
}

/// The line is shorter without optimisation, so that the test does not take minutes.
#[test]
fn a_huge_line_is_checked_to_its_end() {
    let desk = Desk::new();
    let size = if cfg!(debug_assertions) { 2_000_000 } else { 100_000_000 };
    let words = "this one is with me, and I will call you at noon. ";
    let mut line = words.repeat(size / words.len());
    let column = line.len() + 1;
    line += "That buck is not mine.";
    desk.put("huge.txt", line);
    let checked = desk.checked(["huge.txt"]);
    assert_eq!(checked.places(), [format!("huge.txt:1:{column}")]);
    assert_eq!(checked.code, Some(1));
}

#[test]
fn the_rules_that_come_with_buckstop_need_no_configuration() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_buckstop"));
    command.args(["check", "-"]);
    let checked = with_stdin(command, b"That's not my job, you have to talk to someone else.");
    assert_eq!(checked.code, Some(1));
    assert!(checked.stdout.contains("not-my-job"), "{}", checked.stdout);
}
