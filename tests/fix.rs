//! `buckstop fix` and `buckstop fmt` as their users and editors meet them: what becomes of the
//! bytes, and that no file is ever lost.
//!
//! What can be written down as a dialogue stands in `tests/cmd`.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

const PACK: &str = r#"
[[rule]]
id = "corporate-policy"
phrases = ["corporate policy"]
why = "The customer hears: somebody else decided."
rewrites = [{ text = "our policy", applicability = "safe" }]

[[rule]]
id = "not-mine"
phrases = ["that is not my job"]
why = "The customer hears: find somebody else."
rewrites = ["let me see to that", "[name] will call you by [time], and [name] knows it all"]

[[rule]]
id = "calls-back"
phrases = ["call billing"]
why = "The customer hears: find somebody else."
rewrites = ["hear from [name]"]
"#;

/// A draft with two findings that have safe words, one that has suggested ones, and one that has
/// a template; and what is left of it after each kind of fix.
const DRAFT: &str =
    "It is corporate policy.\nThat is not my job.\nPlease call billing.\nAh, corporate policy.\n";
const SAFE: &str =
    "It is our policy.\nThat is not my job.\nPlease call billing.\nAh, our policy.\n";
const SUGGESTED: &str =
    "It is our policy.\nLet me see to that.\nPlease call billing.\nAh, our policy.\n";

/// A folder of drafts, with a pack.
struct Desk {
    folder: TempDir,
}

/// What came of a run.
#[derive(Debug, PartialEq, Eq)]
struct Done {
    code: Option<i32>,
    stdout: Vec<u8>,
    stderr: String,
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }
}

impl Done {
    fn text(&self) -> &str {
        str::from_utf8(&self.stdout).expect("stdout is UTF-8")
    }
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a folder for drafts") };
        desk.put(".pack.toml", PACK);
        desk
    }

    fn with(name: &str, content: impl AsRef<[u8]>) -> Self {
        let desk = Self::new();
        desk.put(name, content);
        desk
    }

    fn with_all(names: &[&str], content: &str) -> Self {
        let desk = Self::new();
        for name in names {
            desk.put(name, content);
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("a folder");
        fs::write(path, content).expect("a draft");
    }

    fn get(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("the draft is there")
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.get(name)).expect("the draft is UTF-8")
    }

    /// Everything in the folder but the pack.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder is there");
        let names = entries.map(|it| it.expect("an entry").file_name().into_string());
        let mut names: Vec<_> = names.map(|name| name.expect("a name")).collect();
        names.retain(|name| name != ".pack.toml");
        names.sort();
        names
    }

    /// A subcommand in this folder, with the pack.
    fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_buckstop"));
        command.current_dir(self.folder.path()).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        command.args([subcommand, "--no-default-rules", "--rules", ".pack.toml"]);
        command.stdin(Stdio::null());
        command
    }

    fn fix<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Done {
        self.command("fix").args(args).output().expect("buckstop runs").into()
    }

    /// `buckstop fmt` with a draft on its standard input.
    fn fmt(&self, args: &[&str], draft: &[u8]) -> Done {
        let mut command = self.command("fmt");
        command.args(args);
        with_stdin(command, draft)
    }

    /// A session with these answers.
    fn session(&self, args: &[&str], answers: &[&str]) -> Done {
        let mut command = self.command("fix");
        command.arg("--interactive").args(args);
        with_stdin(command, (answers.join("\n") + "\n").as_bytes())
    }

    /// `buckstop fix ARGS` by way of a shell, after `before`.
    fn fix_in_bash(&self, before: &str, args: &str) -> Done {
        let fix = "\"$0\" fix --no-default-rules --rules .pack.toml";
        let mut command = Command::new("bash");
        command.arg("-c").arg(format!("{before}; exec {fix} {args}"));
        command.arg(env!("CARGO_BIN_EXE_buckstop")).current_dir(self.folder.path());
        command.output().expect("bash runs").into()
    }
}

fn with_stdin(mut command: Command, input: &[u8]) -> Done {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("buckstop runs");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    thread::scope(|scope| {
        scope.spawn(move || match stdin.write_all(input) {
            // A session that is over reads no more answers.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => panic!("{error}"),
            _ => {}
        });
        child.wait_with_output().expect("buckstop ends").into()
    })
}

fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

/// A draft of many kilobytes with something to fix in every line.
fn long_draft() -> String {
    "It is corporate policy, and that has been so for a long time.\n".repeat(400)
}

#[test]
fn safe_rewrites_are_put_in_place_and_the_second_time_there_are_none() {
    let desk = Desk::with("a.txt", DRAFT);
    let first = desk.fix(["a.txt"]);
    assert_eq!(desk.text("a.txt"), SAFE);
    assert_eq!(first.code, Some(1), "two deflections remain");
    assert!(first.text().starts_with("Fixed 2 of 4 deflections in a.txt.\n2 deflections remain"));
    let second = desk.fix(["a.txt"]);
    assert_eq!(desk.text("a.txt"), SAFE);
    assert_eq!(second.code, Some(1));
    assert!(second.text().starts_with("2 deflections remain in 1 file.\n"), "{}", second.text());
}

#[test]
fn wider_rewrites_have_to_be_asked_for() {
    let desk = Desk::with("a.txt", DRAFT);
    let hint = desk.fix(["a.txt"]);
    assert!(hint.text().contains("--suggested has words for 1, --templates has words for 1"));
    desk.fix(["--suggested", "a.txt"]);
    assert_eq!(desk.text("a.txt"), SUGGESTED);
    let done = desk.fix(["--templates", "a.txt"]);
    assert_eq!(desk.text("a.txt"), SUGGESTED.replace("call billing", "hear from [name]"));
    assert!(done.stderr.contains("a.txt: 1 rewrite has [blanks] to fill in"), "{}", done.stderr);
    assert_eq!(done.code, Some(0), "nothing is left to be found");
}

#[test]
fn a_path_has_to_be_named() {
    let desk = Desk::with("a.txt", DRAFT);
    assert_eq!(desk.fix([""; 0]).code, Some(2));
    assert_eq!(desk.text("a.txt"), DRAFT);
}

#[test]
fn quiet_tells_errors_only() {
    let desk = Desk::with("a.txt", DRAFT);
    let done = desk.fix(["--quiet", "--templates", "a.txt", "gone.txt"]);
    assert_eq!(done.text(), "");
    assert!(done.stderr.starts_with("error: gone.txt: no such file or folder\n"));
    assert_eq!((done.stderr.lines().count(), done.code), (2, Some(2)));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let runs = ["1", "2", "7"].map(|threads| {
        let desk = Desk::new();
        for number in 0..60 {
            desk.put(&format!("{number:02}.txt"), DRAFT.repeat(number % 7));
        }
        let done = desk.fix(["--threads", threads, "."]);
        let names = desk.names();
        assert_eq!(names.len(), 60);
        (done, names.iter().map(|name| desk.text(name)).collect::<Vec<_>>())
    });
    assert_eq!(runs[0], runs[1]);
    assert_eq!(runs[0], runs[2]);
    assert!(runs[0].1.iter().all(|text| !text.contains("corporate")));
}

#[test]
fn line_ends_a_bom_and_the_encoding_stay() {
    type Encode = fn(&str) -> Vec<u8>;
    let text = "Hi Zoë 😀,\r\nit is corporate policy.\r\nBye";
    let fixed = text.replace("corporate", "our");
    let cases: [(&str, Encode); 8] = [
        ("crlf", |text| text.into()),
        ("cr", |text| text.replace("\r\n", "\r").into()),
        ("lf-at-the-end", |text| format!("{text}\n").into()),
        ("bom", |text| format!("\u{FEFF}{text}").into()),
        ("utf16le-bom", |text| utf16(&format!("\u{FEFF}{text}"), u16::to_le_bytes)),
        ("utf16be-bom", |text| utf16(&format!("\u{FEFF}{text}"), u16::to_be_bytes)),
        ("utf16le", |text| utf16(text, u16::to_le_bytes)),
        ("windows-1252", |text| text.replace('😀', "").chars().map(|c| c as u8).collect()),
    ];
    for (name, bytes) in cases {
        let desk = Desk::with("a.txt", bytes(text));
        let done = desk.fix(["a.txt"]);
        assert_eq!(desk.get("a.txt"), bytes(&fixed), "{name}: {done:?}");
        let piped = desk.fmt(&[], &bytes(text));
        assert_eq!(piped.stdout, bytes(&fixed), "{name}: {piped:?}");
    }
}

#[test]
fn json_lines_stay_json_and_nothing_but_the_words_changes() {
    let message = |role: &str, text: &str| serde_json::json!({ "role": role, "content": text });
    let line = |reply: &str| {
        let asked = message("user", "Is it corporate policy?");
        serde_json::json!({ "messages": [asked, message("assistant", reply)], "id": 7.50 })
    };
    let before = [
        line("It is corporate policy \"today\".").to_string(),
        line("All is well.").to_string(),
        r#"{ "messages" : [ {"role":"assistant","content":"corporate\u0020policy, Zo\u00eb\n"} ] }"#
            .to_owned(),
    ];
    let desk = Desk::with("chats.jsonl", before.join("\n"));
    let done = desk.fix(["chats.jsonl"]);
    let after = desk.text("chats.jsonl");
    let after: Vec<_> = after.split('\n').collect();
    let read = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("JSON");
    assert_eq!(after[0], before[0].replace("It is corporate", "It is our"), "{done:?}");
    assert_eq!(after[1], before[1]);
    assert_eq!(read(after[2])["messages"][0]["content"], "our policy, Zoë\n");
    assert!(after[2].starts_with(r#"{ "messages" : ["#) && after[2].contains(r"Zo\u00eb\n"));
    assert_eq!(done.code, Some(0), "what the customer says is no finding");
}

/// Looking at a customer's words is one thing, changing them another.
#[test]
fn where_nobody_is_known_to_speak_for_the_company_nobodys_words_are_changed() {
    let chat = "[10:01] Tom: Is it corporate policy?\n[10:02] Jane: It is corporate policy.\n";
    let fixed = chat.replace("It is corporate", "It is our");
    let desk = Desk::with("chat.txt", chat);
    let done = desk.fix(["chat.txt"]);
    assert_eq!((desk.text("chat.txt").as_str(), done.code), (chat, Some(1)));
    assert!(done.stderr.contains("nothing tells who speaks for the company, so it stays as it is"));
    assert_eq!(desk.fmt(&[], chat.as_bytes()).text(), chat);
    assert_eq!(desk.fmt(&["--agent", "Jane"], chat.as_bytes()).text(), fixed);
    assert_eq!(desk.fix(["--agent", "Jane", "chat.txt"]).code, Some(0));
    assert_eq!(desk.text("chat.txt"), fixed);
    desk.fix(["--roles", "all", "chat.txt"]);
    assert_eq!(desk.text("chat.txt"), chat.replace("corporate", "our"));
}

#[test]
fn compressed_and_binary_files_stay_with_a_word() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(DRAFT.as_bytes()).expect("it is compressed");
    let gzip = encoder.finish().expect("it is compressed");
    let desk = Desk::with("a.txt.gz", &gzip);
    desk.put("binary.txt", b"\0\0corporate policy");
    let done = desk.fix(["a.txt.gz", "binary.txt"]);
    assert_eq!(desk.get("a.txt.gz"), gzip);
    assert!(done.stderr.contains("a.txt.gz: compressed, so 4 deflections in it stay as they are"));
    assert!(done.text().contains("4 deflections remain in 1 of 2 files."), "{}", done.text());
    assert_eq!(desk.get("binary.txt"), b"\0\0corporate policy");
    assert!(done.stderr.contains("binary.txt: not a text, so it was left as it is\n"));
}

#[test]
fn a_diff_is_what_git_applies() {
    let cases = [
        ("a.txt", DRAFT.to_owned()),
        ("my \"own\" draft.txt", DRAFT.replace('\n', "\r\n")),
        ("sub folder/end.txt", "Hello.\nIt is corporate policy.".to_owned()),
    ];
    let desk = Desk::new();
    for (name, draft) in &cases {
        desk.put(name, draft);
    }
    let done = desk.fix(["--diff", "."]);
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.starts_with("Would fix 5 of 9 deflections in 3 files.\n"));
    for (name, draft) in &cases {
        assert_eq!(desk.text(name), *draft, "a diff changes nothing");
    }
    let mut git = Command::new("git");
    git.args(["apply", "-"]).current_dir(desk.folder.path());
    // Whatever lies around the folder is no repository to this git.
    git.env("GIT_CEILING_DIRECTORIES", desk.folder.path().parent().expect("a parent"));
    let applied = with_stdin(git, &done.stdout);
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    for (name, draft) in &cases {
        assert_eq!(desk.text(name), draft.replace("corporate", "our"));
    }
    let again = desk.fix(["--diff", "."]);
    assert_eq!((again.text(), again.code), ("", Some(0)));
}

#[test]
fn what_is_piped_in_comes_out_fixed_and_all_else_is_told_aside() {
    let desk = Desk::with("a.txt", DRAFT);
    let mut command = desk.command("fix");
    command.args(["-", "a.txt"]);
    let done = with_stdin(command, DRAFT.as_bytes());
    assert_eq!(done.text(), SAFE);
    assert!(done.stderr.contains("Fixed 2 of 4 deflections in <stdin>.\n"), "{}", done.stderr);
    assert_eq!((desk.text("a.txt").as_str(), done.code), (SAFE, Some(1)));
}

#[cfg(unix)]
mod on_disk {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::time::{Duration, Instant};

    use super::*;

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    }

    #[test]
    fn permissions_owner_and_links_stay() {
        let desk = Desk::with("real.txt", DRAFT);
        symlink("real.txt", desk.path("link.txt")).expect("a link");
        chmod(&desk.path("real.txt"), 0o640);
        let before = fs::metadata(desk.path("real.txt")).expect("the file is there");
        // By either name it is one file.
        let done = desk.fix(["link.txt", "real.txt"]);
        let after = fs::metadata(desk.path("real.txt")).expect("the file is there");
        assert_eq!(desk.text("real.txt"), SAFE, "{done:?}");
        assert_eq!(after.mode(), before.mode());
        assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
        assert_eq!(fs::read_link(desk.path("link.txt")).expect("a link"), Path::new("real.txt"));
        assert_eq!(desk.names(), ["link.txt", "real.txt"]);
        assert!(done.text().contains("in 1 file."), "{}", done.text());
    }

    #[test]
    fn a_read_only_file_stays_and_the_others_are_fixed() {
        let desk = Desk::with("a.txt", DRAFT);
        desk.put("b.txt", DRAFT);
        chmod(&desk.path("a.txt"), 0o444);
        let done = desk.fix(["a.txt", "b.txt"]);
        assert_eq!((desk.text("a.txt").as_str(), desk.text("b.txt").as_str()), (DRAFT, SAFE));
        assert!(done.stderr.contains("error: a.txt: it is read-only, so it was left as it is\n"));
        assert_eq!(done.code, Some(2));
        assert_eq!(desk.names(), ["a.txt", "b.txt"]);
    }

    #[test]
    fn a_pipe_is_not_replaced_by_a_file() {
        let desk = Desk::new();
        let pipe = desk.path("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
        let done = desk.fix(["pipe"]);
        assert!(done.stderr.contains("error: pipe: not a regular file\n"), "{}", done.stderr);
        assert_eq!(done.code, Some(2));
    }

    /// Files may not grow past a kilobyte here, and whoever tries is killed.
    #[test]
    fn killed_while_it_writes_it_leaves_the_file_whole() {
        let desk = Desk::with("a.txt", long_draft());
        let done = desk.fix_in_bash("ulimit -c 0; ulimit -f 1", "a.txt");
        assert_eq!(done.code, None, "it was killed: {done:?}");
        assert_eq!(desk.text("a.txt"), long_draft());
        // What was written so far is no file that a walk takes for a draft.
        for name in desk.names() {
            assert!(name == "a.txt" || name.starts_with(".buckstop-"), "{name}");
        }
        assert_eq!(desk.fix(["."]).code, Some(0));
        assert_eq!(desk.text("a.txt"), long_draft().replace("corporate", "our"));
    }

    /// As on a full disk, writing fails half-way.
    #[test]
    fn when_writing_fails_the_file_stays_and_nothing_else_does() {
        let desk = Desk::with("a.txt", long_draft());
        for args in ["a.txt", "--interactive a.txt <<< 1"] {
            let done = desk.fix_in_bash("trap '' XFSZ; ulimit -f 1", args);
            assert_eq!(done.code, Some(2), "{done:?}");
            assert!(
                done.stderr.contains(
                    "error: a.txt: it would be larger than files may be, so it was left as it is\n"
                ),
                "{}",
                done.stderr
            );
            assert_eq!(desk.text("a.txt"), long_draft());
            assert_eq!(desk.names(), ["a.txt"]);
        }
    }

    #[test]
    fn killed_at_any_moment_it_leaves_each_file_old_or_new() {
        let desk = Desk::new();
        let names: Vec<_> = (0..12).map(|number| format!("{number:02}.txt")).collect();
        let (old, new) = (long_draft(), long_draft().replace("corporate", "our"));
        let reset = || {
            for name in &names {
                desk.put(name, &old);
            }
        };
        reset();
        let start = Instant::now();
        assert_eq!(desk.fix(["."]).code, Some(0));
        let whole = start.elapsed();
        for round in 0..10 {
            reset();
            let mut child =
                desk.command("fix").arg(".").stdout(Stdio::null()).spawn().expect("it runs");
            thread::sleep(whole * round / 10 + Duration::from_micros(137));
            child.kill().expect("it is killed, or over");
            child.wait().expect("it is over");
            for name in &names {
                let text = desk.text(name);
                assert!(text == old || text == new, "{name} is neither old nor new");
            }
        }
        assert_eq!(desk.fix(["."]).code, Some(0));
        assert!(names.iter().all(|name| desk.text(name) == new));
    }
}

mod session {
    use super::*;

    #[test]
    fn all_rewrites_are_offered_and_chosen_by_number() {
        let desk = Desk::with("a.txt", DRAFT);
        let done = desk.session(&["a.txt"], &["1", "1", "s", "s"]);
        let fixed = DRAFT.replacen("corporate", "our", 1);
        assert_eq!(desk.text("a.txt"), fixed.replace("That is not my job", "Let me see to that"));
        assert_eq!(done.code, Some(1), "two were skipped");
        assert!(done.text().contains("\n  2 [name] will call you"), "{}", done.text());
        assert!(done.text().ends_with("Changed 2 places in 1 file; 2 deflections remain.\n"));
        assert_eq!(desk.names(), ["a.txt"]);
    }

    #[test]
    fn blanks_are_asked_for_once_and_an_open_one_is_told() {
        let desk = Desk::with("a.txt", "That is not my job.\r\n");
        let done = desk.session(&["a.txt"], &["2", "Ann", ""]);
        let fixed = "Ann will call you by [time], and Ann knows it all.\r\n";
        assert_eq!(desk.text("a.txt"), fixed);
        assert!(done.stderr.starts_with("warning: [time] will stand there as it is\n"));
    }

    #[test]
    fn words_of_ones_own_take_their_place() {
        let desk = Desk::with("a.txt", DRAFT);
        desk.session(&["a.txt"], &["e", "", "e", "I am with you", "q"]);
        assert_eq!(desk.text("a.txt"), DRAFT.replace("That is not my job", "I am with you"));
    }

    #[test]
    fn the_end_of_the_answers_keeps_what_was_chosen() {
        let desk = Desk::with("a.txt", DRAFT);
        let done = desk.session(&["a.txt"], &["nonsense", "1"]);
        assert_eq!(desk.text("a.txt"), DRAFT.replacen("corporate", "our", 1));
        assert!(done.text().contains("put back all files"), "nonsense is answered with help");
        assert!(done.text().ends_with("and what comes after was not looked at.\n"));
        // Nobody is there to fill in the second blank.
        desk.session(&["a.txt"], &["2", "Ann"]);
        assert_eq!(desk.text("a.txt"), DRAFT.replacen("corporate", "our", 1));
    }

    #[test]
    fn the_rest_of_a_file_and_the_rest_of_all_can_be_left() {
        let desk = Desk::with_all(&["a.txt", "b.txt", "c.txt"], DRAFT);
        let done = desk.session(&["."], &["1", "f", "s", "q"]);
        assert_eq!(desk.text("a.txt"), DRAFT.replacen("corporate", "our", 1));
        assert_eq!((desk.text("b.txt").as_str(), desk.text("c.txt").as_str()), (DRAFT, DRAFT));
        assert!(!done.text().contains("c.txt"));
        assert_eq!(desk.names(), ["a.txt", "b.txt", "c.txt"]);
    }

    #[test]
    fn everything_can_be_put_back() {
        let desk = Desk::with_all(&["a.txt", "b.txt"], DRAFT);
        let done = desk.session(&["."], &["1", "f", "1", "x"]);
        assert_eq!((desk.text("a.txt").as_str(), desk.text("b.txt").as_str()), (DRAFT, DRAFT));
        assert!(done.text().ends_with("Put back 1 file; everything is as it was.\n"));
        assert_eq!((desk.names(), done.code), (vec!["a.txt".into(), "b.txt".into()], Some(1)));
    }

    /// The session is killed between two files, when the first one is written.
    #[test]
    fn what_a_killed_session_leaves_is_told() {
        let desk = Desk::with_all(&["a.txt", "b.txt"], DRAFT);
        let mut command = desk.command("fix");
        command.args(["--interactive", "."]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("buckstop runs");
        child.stdin.as_mut().expect("stdin is piped").write_all(b"1\nf\n").expect("it reads");
        let mut told = io::BufReader::new(child.stdout.take().expect("stdout is piped"));
        let mut line = String::new();
        while !line.contains("b.txt:1:7") {
            line.clear();
            assert!(io::BufRead::read_line(&mut told, &mut line).expect("it tells") > 0);
        }
        child.kill().expect("it is killed");
        child.wait().expect("it is over");
        let changed = DRAFT.replacen("corporate", "our", 1);
        assert_eq!(desk.text("a.txt"), changed);
        assert_eq!(desk.text(".a.txt.buckstop-original"), DRAFT);
        let done = desk.session(&["."], &["1", "f"]);
        assert!(done.stderr.contains("error: a.txt: an earlier session did not come to its end"));
        assert!(done.stderr.contains("rename the copy to a.txt"), "{}", done.stderr);
        assert_eq!((desk.text("a.txt"), desk.text("b.txt")), (changed.clone(), changed));
        assert_eq!(desk.text(".a.txt.buckstop-original"), DRAFT);
        assert_eq!(done.code, Some(2));
    }

    #[test]
    fn a_draft_and_its_answers_cannot_both_be_piped_in() {
        let desk = Desk::with("a.txt", DRAFT);
        let done = desk.session(&["-", "a.txt"], &["1"]);
        assert_eq!((done.text(), done.code), ("", Some(2)));
        assert!(done.stderr.contains("standard input is where the answers come from"));
    }
}

mod formatter {
    use super::*;

    #[test]
    fn a_draft_comes_out_with_its_safe_rewrites() {
        let desk = Desk::new();
        let done = desk.fmt(&[], DRAFT.as_bytes());
        assert_eq!((done.text(), done.stderr.as_str(), done.code), (SAFE, "", Some(0)));
        assert_eq!(desk.fmt(&["-"], DRAFT.as_bytes()), done);
        assert_eq!(desk.fmt(&["--suggested"], DRAFT.as_bytes()).text(), SUGGESTED);
        assert_eq!(desk.fmt(&[], SAFE.as_bytes()).text(), SAFE);
    }

    #[test]
    fn a_file_can_be_named_and_stays() {
        let desk = Desk::with("a.txt", DRAFT);
        assert_eq!(desk.fmt(&["a.txt"], b"").text(), SAFE);
        assert_eq!(desk.text("a.txt"), DRAFT);
    }

    #[test]
    fn without_anything_to_fix_no_byte_changes() {
        let desk = Desk::new();
        let drafts: [&[u8]; 6] =
            [b"", b"\n", b"Hi\r\n\r\n \t\n\r", b"\xEF\xBB\xBFHi", b"Zo\xEB", b"a\xC3 \xFF b"];
        for draft in drafts {
            let done = desk.fmt(&[], draft);
            assert_eq!((done.stdout.as_slice(), done.code), (draft, Some(0)), "{draft:?}");
        }
    }

    #[test]
    fn whatever_goes_wrong_the_draft_comes_out_as_it_went_in() {
        let desk = Desk::with("broken.toml", "[[rule]\n");
        let draft = b"It is corporate policy.\r\nBye \xFF";
        let wrong: [&[&str]; 6] = [
            &["--rules", "broken.toml"],
            &["--rules", "gone.toml"],
            &["--select", "gone"],
            &["--agent", "Ann", "--bot", "Ann"],
            &["--wrong"],
            &["--range", "7:3"],
        ];
        for args in wrong {
            let done = desk.fmt(args, draft);
            assert_eq!((done.stdout.as_slice(), done.code), (&draft[..], Some(2)), "{args:?}");
            assert!(done.stderr.contains("error"), "{args:?}: {}", done.stderr);
        }
        let drafts: [&[u8]; 2] = [b"\0\0corporate policy", b"\x1F\x8B\x08\0corporate policy"];
        for draft in drafts {
            let done = desk.fmt(&[], draft);
            assert_eq!((done.stdout.as_slice(), done.code), (draft, Some(2)), "{draft:?}");
            assert!(done.stderr.starts_with("error: <stdin>: "), "{}", done.stderr);
        }
    }

    #[test]
    fn only_words_that_begin_in_the_range_change() {
        let desk = Desk::new();
        let first = DRAFT.replacen("corporate", "our", 1);
        let last = SAFE.replacen("our", "corporate", 1);
        for (range, expected) in
            [("1:1", &first), ("1:3", &first), (":3", &first), ("2:", &last), ("4:9", &last)]
        {
            assert_eq!(desk.fmt(&["--range", range], DRAFT.as_bytes()).text(), expected, "{range}");
        }
        assert_eq!(desk.fmt(&["--range", "2:3"], DRAFT.as_bytes()).text(), DRAFT);
    }

    #[test]
    fn a_check_writes_nothing_and_tells_by_its_code() {
        let desk = Desk::new();
        let check = |draft: &str| desk.fmt(&["--check"], draft.as_bytes());
        let done = check(DRAFT);
        assert_eq!((done.text(), done.stderr.as_str(), done.code), ("", "", Some(1)));
        assert_eq!((check(SAFE).text(), check(SAFE).code), ("", Some(0)));
    }

    #[test]
    fn the_format_is_told_by_the_name_that_is_given() {
        let desk = Desk::new();
        let csv = b"role,text\ncustomer,Is it corporate policy?\nagent,It is corporate policy.\n";
        let done = desk.fmt(&["--stdin-filename", "chats/today.csv"], csv);
        let expected = "role,text\ncustomer,Is it corporate policy?\nagent,It is our policy.\n";
        assert_eq!(done.text(), expected, "{done:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_closed_pipe_is_no_error() {
        let desk = Desk::with("a.txt", long_draft().repeat(10));
        let mut command = desk.command("fmt");
        command.arg("a.txt").stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("buckstop runs");
        drop(child.stdout.take());
        let done = Done::from(child.wait_with_output().expect("buckstop ends"));
        assert_eq!((done.stderr.as_str(), done.code), ("", Some(0)));
    }
}
