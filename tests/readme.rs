//! What the README tells people to type works as it stands.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The `buckstop` commands of the README's console blocks that speak of files of the repository.
fn commands() -> Vec<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).expect("there is a README");
    let lines = readme.lines().filter_map(|line| line.strip_prefix("$ buckstop "));
    let words = lines.map(|line| {
        let command = line.split(" #").next().unwrap_or(line);
        shell_words(command)
    });
    let known = |words: &Vec<String>| {
        words.iter().filter(|word| word.contains('/')).all(|path| root.join(path).exists())
            && words.iter().all(|word| !is_pack(word))
            && !words
                .iter()
                .any(|word| ["reply.txt", "chat.txt", "inbox.mbox"].contains(&word.as_str()))
    };
    words.filter(known).collect()
}

fn is_pack(word: &str) -> bool {
    Path::new(word).extension().is_some_and(|ending| ending == "toml")
}

/// Words as a shell cuts them, as far as the README needs it: double quotes hold together.
fn shell_words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in command.split('"').enumerate() {
        if number % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn its_commands_run() {
    let commands = commands();
    assert!(commands.len() >= 4, "too few commands were found: {commands:?}");
    for words in commands {
        let output = Command::new(env!("CARGO_BIN_EXE_buckstop"))
            .args(&words)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("it starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code().is_some_and(|code| code < 2), "{words:?}: {errors}");
    }
}

#[test]
fn its_first_command_finds_deflections_in_the_example_drafts() {
    let output = Command::new(env!("CARGO_BIN_EXE_buckstop"))
        .args(["check", "examples/drafts", "--output-format", "concise"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout);
    for clean in ["boiler-quote.md", "leaking-valve.txt"] {
        assert!(!text.contains(clean), "{clean} is wholly owned: {text}");
    }
}
