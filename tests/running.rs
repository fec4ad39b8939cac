//! Long and repeated runs: what is watched, what has changed since a revision, what is broken
//! off.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

const BAD: &str = "Sorry, but that's not my job.\n";
const GOOD: &str = "Thanks, I have sent the part.\n";

fn buckstop(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_buckstop"));
    command.current_dir(folder).stdin(Stdio::null());
    command
}

fn put(folder: &Path, name: &str, content: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, content).expect("a file");
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}

/// Lines as they come from a stream. A line that does not come within a minute never does.
struct Lines(Receiver<String>);

impl Lines {
    fn of(stream: impl Read + Send + 'static) -> Self {
        let (send, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stream).lines() {
                _ = send.send(line.expect("UTF-8"));
            }
        });
        Self(lines)
    }

    /// The lines up to one that holds some words.
    fn until(&self, words: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.0.recv_timeout(Duration::from_secs(60));
            let line = line.unwrap_or_else(|_| panic!("no {words:?} after {lines:#?}"));
            lines.push(line);
            if lines.last().is_some_and(|line| line.contains(words)) {
                return lines;
            }
        }
    }
}

/// Ends what is still running when a test fails.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// A run of `check --watch` in a folder, with what it writes and what it tells.
fn watch(folder: &Path, args: &[&str]) -> (Ended, Lines, Lines) {
    let mut command = buckstop(folder);
    command.args(["check", "--watch", "--output-format=concise"]).args(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("buckstop runs");
    let found = Lines::of(child.stdout.take().expect("stdout is piped"));
    let told = Lines::of(child.stderr.take().expect("stderr is piped"));
    (Ended(child), found, told)
}

#[test]
fn a_folder_is_watched_through_all_ways_of_saving() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    put(path, "drafts/a.txt", BAD);
    put(path, "drafts/b.txt", GOOD);
    let (_child, found, told) = watch(path, &["drafts"]);
    assert!(found.until("Found 1")[0].starts_with("drafts/a.txt:1:12"));
    told.until("Watching 2 files with 1 deflection.");

    // Written over.
    put(path, "drafts/b.txt", BAD);
    told.until("Changed: drafts/b.txt");
    let lines = found.until("Found 1");
    assert!(lines.iter().all(|line| !line.contains("a.txt")), "only what changed: {lines:?}");
    told.until("Watching 2 files with 2 deflections; still in drafts/a.txt (1).");

    // Replaced by a file that has another name first, of the same length.
    put(path, "drafts/.b.txt.new", &BAD.replace("Sorry", "Surry"));
    fs::rename(path.join("drafts/.b.txt.new"), path.join("drafts/b.txt")).expect("a rename");
    told.until("Changed: drafts/b.txt");
    found.until("Found 1");
    told.until("Watching 2 files");

    // Deleted, and there again.
    fs::remove_file(path.join("drafts/b.txt")).expect("a file less");
    told.until("Watching 1 file with 1 deflection");
    found.until("No files were checked");
    put(path, "drafts/b.txt", GOOD);
    told.until("Changed: drafts/b.txt");
    found.until("No deflections found in 1 file");
    told.until("Watching 2 files with 1 deflection; still in drafts/a.txt (1).");

    // Renamed, into a new folder.
    fs::create_dir(path.join("drafts/new")).expect("a folder");
    fs::rename(path.join("drafts/a.txt"), path.join("drafts/new/c.txt")).expect("a rename");
    told.until("Watching 2 files with 1 deflection");
}

#[test]
fn a_configuration_that_changes_concerns_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    put(path, "a.txt", BAD);
    put(path, "buckstop.toml", "");
    let (_child, found, told) = watch(path, &["a.txt"]);
    found.until("Found 1");
    told.until("Watching 1 file");
    put(path, "buckstop.toml", "ignore = [\"not-my-job\"]\n");
    found.until("No deflections found");
    told.until("Watching 1 file");
    put(path, "buckstop.toml", "no-such-key = 1\n");
    told.until("no-such-key");
    told.until("Ctrl-C ends");
    put(path, "buckstop.toml", "");
    found.until("Found 1");
}

#[test]
fn a_pipe_can_not_be_watched() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = buckstop(folder.path()).args(["check", "--watch", "-"]).output();
    let output = output.expect("buckstop runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(output.stderr).contains("standard input can't be watched"));
}

/// A repository in a folder of its own.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().expect("a folder"));
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn git(&self, args: &[&str]) {
        git(self.path(), args);
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "more"]);
    }
}

fn git(folder: &Path, args: &[&str]) {
    let settings = [
        "-c",
        "user.name=Jane Doe",
        "-c",
        "user.email=jane@acme.example",
        "-c",
        "protocol.file.allow=always",
        "-c",
        "commit.gpgsign=false",
    ];
    let output = Command::new("git").current_dir(folder).args(settings).args(args).output();
    let output = output.expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", text(output.stderr));
}

fn since(folder: &Path, revision: &str, args: &[&str]) -> Output {
    let mut command = buckstop(folder);
    let since = format!("--since-git={revision}");
    command.args(["check", "--output=jsonl", &since]).args(args);
    command.output().expect("buckstop runs")
}

/// The files with findings among those that have changed.
fn changed(folder: &Path, revision: &str, args: &[&str]) -> Vec<String> {
    let output = since(folder, revision, args);
    assert!(output.stderr.is_empty(), "{}", text(output.stderr));
    let found = text(output.stdout);
    assert_eq!(output.status.code(), Some(i32::from(!found.is_empty())));
    let findings = found.lines().map(|line| {
        let finding: serde_json::Value = serde_json::from_str(line).expect("JSON");
        finding["path"].as_str().expect("a path").to_owned()
    });
    findings.collect()
}

#[test]
fn only_what_has_changed_since_a_revision_is_checked() {
    let repository = Repository::new();
    let path = repository.path();
    for name in ["old.txt", "edited.txt", "deleted.txt", "moved.txt", "sub/staged.txt"] {
        put(path, name, BAD);
    }
    put(path, ".gitignore", "ignored.txt\n");
    repository.commit();
    repository.git(&["tag", "v1"]);
    assert_eq!(changed(path, "HEAD", &["."]), [""; 0]);

    put(path, "edited.txt", &BAD.replace("Sorry", "Well"));
    put(path, "with a space/größe \"x\".txt", BAD);
    put(path, "ignored.txt", BAD);
    fs::remove_file(path.join("deleted.txt")).expect("a file less");
    repository.git(&["mv", "moved.txt", "new name.txt"]);
    put(path, "sub/staged.txt", &BAD.replace("Sorry", "Oh"));
    repository.git(&["add", "sub"]);
    let all = ["edited.txt", "new name.txt", "sub/staged.txt", "with a space/größe \"x\".txt"];
    assert_eq!(changed(path, "HEAD", &["."]), all);
    assert_eq!(changed(path, "v1", &["old.txt", "edited.txt"]), ["edited.txt"]);
    let sub = path.join("sub");
    assert_eq!(changed(&sub, "v1", &["."]), ["staged.txt"]);
    assert_eq!(changed(&sub, "v1", &["../edited.txt"]), ["../edited.txt"]);
    repository.commit();
    assert_eq!(changed(path, "v1", &["."]), all);
    assert_eq!(changed(path, "HEAD", &["."]), [""; 0]);
}

#[test]
fn a_branch_means_what_would_be_merged_into_it() {
    let repository = Repository::new();
    let path = repository.path();
    put(path, "a.txt", GOOD);
    put(path, "b.txt", BAD);
    repository.commit();
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    put(path, "a.txt", BAD);
    repository.commit();
    repository.git(&["checkout", "--quiet", "main"]);
    put(path, "b.txt", GOOD);
    repository.commit();
    repository.git(&["checkout", "--quiet", "topic"]);
    assert_eq!(changed(path, "main", &["."]), ["a.txt"]);
}

#[test]
fn what_is_known_of_files_that_have_not_changed_is_not_stale() {
    let repository = Repository::new();
    let path = repository.path();
    put(path, "old.txt", BAD);
    put(path, "edited.txt", BAD);
    let written = buckstop(path).args(["baseline", "write", "."]).output().expect("buckstop runs");
    assert_eq!(written.status.code(), Some(0), "{}", text(written.stderr));
    repository.commit();
    put(path, "edited.txt", &format!("{BAD}\n{}", BAD.replace("Sorry", "Oh")));
    // Only what is new is found, and nobody says that the other file's finding is gone.
    assert_eq!(changed(path, "HEAD", &["."]), ["edited.txt"]);
}

#[test]
fn submodules_are_looked_into() {
    let inner = Repository::new();
    put(inner.path(), "one.txt", BAD);
    put(inner.path(), "two.txt", BAD);
    inner.commit();
    let outer = Repository::new();
    put(outer.path(), "a.txt", BAD);
    outer.commit();
    let from = inner.path().to_str().expect("a path of characters");
    outer.git(&["submodule", "--quiet", "add", from, "inner"]);
    assert_eq!(changed(outer.path(), "HEAD", &["."]), ["inner/one.txt", "inner/two.txt"]);
    outer.commit();
    assert_eq!(changed(outer.path(), "HEAD", &["."]), [""; 0]);
    put(outer.path(), "inner/two.txt", &BAD.replace("Sorry", "Oh"));
    assert_eq!(changed(outer.path(), "HEAD", &["."]), ["inner/two.txt"]);
    assert_eq!(changed(&outer.path().join("inner"), "HEAD", &["."]), ["two.txt"]);
    git(&outer.path().join("inner"), &["commit", "--quiet", "--all", "--message", "more"]);
    assert_eq!(changed(outer.path(), "HEAD", &["."]), ["inner/two.txt"]);
}

#[test]
fn what_git_does_not_know_is_an_error_with_a_way_out() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "a.txt", BAD);
    // What lies above is none of this test's repositories.
    let mut command = buckstop(folder.path());
    command.env("GIT_CEILING_DIRECTORIES", folder.path().parent().unwrap_or(Path::new("/")));
    let output = command.args(["check", "--since-git", "HEAD", "a.txt"]).output();
    let output = output.expect("buckstop runs");
    assert_eq!(output.status.code(), Some(2));
    let told = text(output.stderr);
    assert!(told.contains("lies in no git repository") && told.contains("help:"), "{told}");

    let repository = Repository::new();
    put(repository.path(), "a.txt", BAD);
    repository.commit();
    for revision in ["no-such-branch", "--output=x"] {
        let output = since(repository.path(), revision, &["."]);
        assert_eq!(output.status.code(), Some(2));
        let told = text(output.stderr);
        assert!(told.contains("git knows no revision") && told.contains("help:"), "{told}");
    }
}

#[test]
fn a_run_tells_how_long_it_took() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "a.txt", GOOD);
    let output = buckstop(folder.path()).args(["check", "-v", "a.txt"]).output();
    let output = output.expect("buckstop runs");
    assert_eq!(text(output.stdout), "No deflections found in 1 file.\n");
    let told = text(output.stderr);
    assert!(told.starts_with("1 file, 0.0 MB, 1 turn (1 checked) in "), "{told}");
    assert_eq!(told.lines().count(), 2, "{told}");
}

/// Names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry"));
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status();
    assert!(sent.expect("kill runs").success());
}

#[cfg(unix)]
#[test]
fn a_signal_leaves_whole_files_and_nothing_else() {
    use std::os::unix::process::ExitStatusExt;

    const OLD: &str = "I can't, as it is corporate policy.\n";
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    let fix = |name: &str| {
        put(path, name, OLD);
        let mut command = buckstop(path);
        command.args(["fix", "--suggested"]).arg(name).output().expect("buckstop runs");
        fs::read_to_string(path.join(name)).expect("a file")
    };
    let new = fix("probe.txt");
    assert_ne!(new, OLD, "there is something to fix");
    let mut broken_off = 0;
    for (round, name) in ["INT", "TERM", "HUP", "INT", "TERM"].into_iter().enumerate() {
        let drafts = path.join(format!("drafts{round}"));
        for number in 0..1500 {
            put(&drafts, &format!("{number}.txt"), OLD);
        }
        let mut command = buckstop(path);
        command.args(["fix", "--suggested"]).arg(&drafts);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("buckstop runs");
        // As soon as the first file is there anew, most of the time is spent on writing others.
        while child.try_wait().expect("a status").is_none()
            && fs::read_to_string(drafts.join("0.txt")).is_ok_and(|it| it == OLD)
        {
            thread::sleep(Duration::from_millis(1));
        }
        signal(&child, name);
        let status = child.wait().expect("buckstop ends");
        broken_off += usize::from(status.signal().is_some());
        let names = names(&drafts);
        assert_eq!(names.len(), 1500, "{:?}", names.iter().find(|name| name.starts_with('.')));
        for name in names {
            let content = fs::read_to_string(drafts.join(&name)).expect("a file");
            assert!(content == OLD || content == new, "{name}: {content:?}");
        }
    }
    assert!(broken_off > 0, "every run was over before the signal");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_a_watch_and_leaves_no_output() {
    use std::os::unix::process::ExitStatusExt;

    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "a.txt", BAD);
    let (mut child, _, told) = watch(folder.path(), &["a.txt"]);
    told.until("Ctrl-C ends");
    signal(&child.0, "INT");
    assert_eq!(child.0.wait().expect("buckstop ends").signal(), Some(2));

    // A run whose input never ends has not written its output.
    let mut command = buckstop(folder.path());
    command.args(["check", "--output=json=out.json", "a.txt", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = Ended(command.spawn().expect("buckstop runs"));
    signal(&child.0, "TERM");
    assert_eq!(child.0.wait().expect("buckstop ends").signal(), Some(15));
    assert_eq!(names(folder.path()), ["a.txt"]);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "a.txt", &format!("{BAD}\n").repeat(3000));
    for threads in ["1", "4"] {
        let mut command = buckstop(folder.path());
        command.args(["check", "--output=jsonl", "--threads", threads, "a.txt", "a.txt", "."]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("buckstop runs");
        let mut first = String::new();
        let stdout = child.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut first).expect("a line");
        let output = child.wait_with_output().expect("buckstop ends");
        assert!(first.starts_with("{\"path\":\"a.txt\""), "{first}");
        assert_eq!(output.status.code(), Some(1), "what was seen were findings");
        assert!(output.stderr.is_empty(), "{}", text(output.stderr));
    }
}
