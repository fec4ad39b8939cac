//! What the README and the pages under `docs/` show works as it stands: commands run in a folder
//! with the files they name, and do what is shown of them; rule packs live up to their examples;
//! configurations hold; YAML, JSON and TOML can be read.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use tempfile::TempDir;

/// A block of code on a page.
#[derive(Debug)]
struct Block {
    page: String,
    /// The word after the fence.
    language: String,
    code: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).expect("the folder of the pages");
    let mut pages: Vec<_> = docs.map(|page| page.expect("a page").path()).collect();
    pages.push(root().join("README.md"));
    pages.sort();
    pages
}

/// The blocks of all pages in a language.
fn blocks(language: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = pages().iter().flat_map(|page| blocks_of(page)).collect();
    blocks.retain(|block| block.language == language);
    blocks
}

fn blocks_of(page: &Path) -> Vec<Block> {
    let text = fs::read_to_string(page).expect("a page");
    let page = page.file_name().expect("a name").to_string_lossy().into_owned();
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for event in Parser::new(&text) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                inside = true;
                let language = language.into_string();
                blocks.push(Block { page: page.clone(), language, code: String::new() });
            }
            Event::End(TagEnd::CodeBlock) => inside = false,
            Event::Text(code) if inside => {
                blocks.last_mut().expect("a block that began").code += &code;
            }
            _ => {}
        }
    }
    blocks
}

/// A folder with the files that the pages speak of, and programs that stand in for others.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a folder") };
        let reply = "Hi Ann,\n\nSorry, but that is not my job.\n";
        for name in ["reply.txt", "draft.txt", "drafts/reply.txt"] {
            desk.put(name, reply);
        }
        desk.put("chat.txt", "[10:01] Tom: Hello?\n[10:02] Jane Doe: That is not my job.\n");
        desk.put("our-rules.toml", &rule_packs("README.md")[0]);
        desk.put("my-rules.toml", &rule_packs("writing-rules.md")[0]);
        let messages = blocks("jsonl").into_iter().find(|it| it.page == "how-it-decides.md");
        desk.put("ours.jsonl", &messages.expect("labelled messages").code);
        copy(&root().join("rules/learned.model"), &desk.path().join("ours.model"));
        let examples = root().join("examples");
        copy(&examples, &desk.path().join("examples"));
        copy(&examples.join("transcripts/inbox.mbox"), &desk.path().join("inbox.mbox"));
        copy(&examples.join("transcripts"), &desk.path().join("transcripts"));
        copy(&examples.join("transcripts/tickets.csv"), &desk.path().join("tickets/tickets.csv"));
        desk.program("pbpaste", "cat reply.txt");
        // Each line must be what reviewdog calls a diagnostic, or nothing is read.
        desk.program(
            "reviewdog",
            r#"while read -r line; do case $line in '{"message":'*) ;; *) exit 2; esac; done"#,
        );
        desk
    }

    /// The same as a repository, for commands that ask git.
    fn with_history() -> Self {
        let desk = Self::new();
        let done = desk.run(
            "git init -q -b main && git add -A && \
             git -c user.name=Jane -c user.email=jane@acme.example commit -q -m Drafts && \
             git update-ref refs/remotes/origin/main HEAD && echo Hi. >> reply.txt",
        );
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        desk
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn put(&self, name: &str, content: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    fn program(&self, name: &str, script: &str) {
        self.put(&format!(".bin/{name}"), &format!("#!/bin/sh\n{script}\n"));
        let path = self.path().join(".bin").join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a program");
    }

    fn run(&self, line: &str) -> Output {
        let buckstop = Path::new(env!("CARGO_BIN_EXE_buckstop")).parent().expect("a folder");
        let path = std::env::var("PATH").expect("there is a PATH");
        let path = format!("{}/.bin:{}:{path}", self.path().display(), buckstop.display());
        Command::new("sh")
            .args(["-c", line])
            .current_dir(self.path())
            .env("PATH", path)
            .env_remove("CLICOLOR_FORCE")
            .stdin(Stdio::null())
            .output()
            .expect("a shell runs")
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
    if from.is_dir() {
        for entry in fs::read_dir(from).expect("a folder") {
            let entry = entry.expect("an entry");
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).expect("a copy");
    }
}

/// The rule packs that a page shows.
fn rule_packs(page: &str) -> Vec<String> {
    let blocks = blocks("toml").into_iter().filter(|block| block.page == page);
    blocks.map(|block| block.code).filter(|code| code.contains("[[rule]]")).collect()
}

/// The commands of a console block, each with what is shown of its output.
fn commands(block: &Block) -> Vec<(&str, String)> {
    let mut commands: Vec<(&str, String)> = Vec::new();
    for line in block.code.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push((command, String::new()));
        } else {
            let (_, output) = commands.last_mut().expect("a block begins with a command");
            *output += line;
            output.push('\n');
        }
    }
    commands
}

#[test]
fn commands_run_and_write_what_is_shown() {
    let (mut ran, mut shown) = (0, 0);
    for block in blocks("console") {
        for (line, output) in commands(&block) {
            if line.starts_with("cargo ") {
                continue; // That would build buckstop while it is tested.
            }
            if line.contains("--watch") {
                continue; // That would never end.
            }
            let asks_git = line.contains("--since-git");
            let desk = if asks_git { Desk::with_history() } else { Desk::new() };
            let done = desk.run(line);
            let errors = String::from_utf8_lossy(&done.stderr);
            let place = format!("{}: {line}", block.page);
            assert!(done.status.code().is_some_and(|code| code < 2), "{place}: {errors}");
            let failed = ["error:", "nothing was checked", "nothing to check"];
            assert!(!failed.iter().any(|it| errors.contains(it)), "{place}: {errors}");
            ran += 1;
            if !output.is_empty() {
                assert_eq!(String::from_utf8_lossy(&done.stdout), output, "{place}");
                shown += 1;
            }
        }
    }
    assert!(ran > 20 && shown > 0, "{ran} commands were found, {shown} of them with an output");
}

#[test]
fn the_first_command_finds_deflections_in_the_example_drafts_but_not_in_all() {
    let done = Desk::new().run("buckstop check examples/drafts --output-format concise");
    assert_eq!(done.status.code(), Some(1));
    let text = String::from_utf8_lossy(&done.stdout);
    for clean in ["boiler-quote.md", "leaking-valve.txt"] {
        assert!(!text.contains(clean), "{clean} is wholly owned: {text}");
    }
}

#[test]
fn rule_packs_live_up_to_their_examples() {
    let desk = Desk::new();
    let packs = [rule_packs("README.md"), rule_packs("writing-rules.md")].concat();
    assert!(packs.len() >= 4, "{packs:?}");
    for pack in packs {
        desk.put("pack.toml", &pack);
        let done = desk.run("buckstop rules test pack.toml");
        let told = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success(), "{pack}\n{told}{}", String::from_utf8_lossy(&done.stderr));
    }
}

#[test]
fn configurations_hold() {
    let configurations =
        blocks("toml").into_iter().filter(|block| block.page == "configuration.md");
    let mut count = 0;
    for block in configurations {
        let desk = Desk::new();
        desk.put("buckstop.toml", "fail-on = \"error\"\n");
        desk.put("team/buckstop.toml", &block.code);
        desk.put("team/our-rules.toml", &rule_packs("README.md")[0]);
        let done = desk.run("buckstop config show team/reply.txt");
        let told = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{}\n{told}", block.code);
        assert!(String::from_utf8_lossy(&done.stdout).contains("buckstop.toml:"), "{}", block.code);
        count += 1;
    }
    assert!(count >= 2, "{count} configurations were found");
}

#[test]
fn yaml_json_and_toml_can_be_read() {
    let mut count = BTreeMap::new();
    for block in blocks("yaml") {
        let read = yaml_serde::from_str::<yaml_serde::Value>(&block.code);
        assert!(read.is_ok_and(|it| it.is_mapping()), "{block:?}");
        *count.entry("yaml").or_insert(0) += 1;
    }
    for block in blocks("json") {
        // Settings of editors are shown without the braces around all of them.
        let bare = block.code.starts_with('"');
        let code = if bare { format!("{{{}}}", block.code) } else { block.code.clone() };
        let read = serde_json::from_str::<serde_json::Value>(&code);
        assert!(read.is_ok(), "{block:?}: {read:?}");
        *count.entry("json").or_insert(0) += 1;
    }
    for block in blocks("toml") {
        let read = block.code.parse::<toml::Table>();
        assert!(read.is_ok(), "{block:?}: {read:?}");
        *count.entry("toml").or_insert(0) += 1;
    }
    let enough = |language, least| count.get(language).is_some_and(|&it| it >= least);
    assert!(enough("yaml", 7) && enough("json", 5) && enough("toml", 8), "{count:?}");
}

/// A link to another file of the repository leads there.
#[test]
fn links_lead_somewhere() {
    let mut count = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        for event in Parser::new(&text) {
            let Event::Start(Tag::Link { dest_url, .. }) = event else { continue };
            let target = dest_url.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            let path = page.parent().expect("a folder").join(target);
            assert!(path.exists(), "{} links to {target}", page.display());
            count += 1;
        }
    }
    assert!(count > 10, "{count} links were found");
}
