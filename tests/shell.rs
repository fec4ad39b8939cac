//! Completions and the manual know every command and option, and tell something of each.
//!
//! `tests/integrations/shells` has the shells themselves complete.

use std::process::Command;

/// What `buckstop` writes for some arguments.
fn told(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_buckstop")).args(args).output();
    let output = output.expect("buckstop runs");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The commands that a help text lists, without `help`.
fn commands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").map(str::to_owned).collect()
}

/// Every command with those before it, such as `["config", "show"]`; none for buckstop itself.
fn every_command() -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    let mut next = 0;
    while let Some(command) = all.get(next).cloned() {
        let names: Vec<&str> = command.iter().map(String::as_str).collect();
        for name in commands(&told(&[&names[..], &["--help"]].concat())) {
            all.push([&command[..], &[name]].concat());
        }
        next += 1;
    }
    all
}

/// The long options that a help text tells of, each with what it says of it on the next line.
fn options(help: &str) -> Vec<(String, String)> {
    let mut lines = help.lines().peekable();
    let mut options = Vec::new();
    while let Some(line) = lines.next() {
        let option = line.trim_start();
        // What is said of an option stands further in, and may begin with one.
        if line.len() - option.len() > 6 {
            continue;
        }
        let Some(at) = option.find("--").filter(|_| option.starts_with('-')) else { continue };
        let name = option[at..].split([' ', ',', '[', '=']).next().unwrap_or_default();
        let about = lines.peek().map(|line| line.trim()).unwrap_or_default();
        options.push((name.to_owned(), about.to_owned()));
    }
    options
}

#[test]
fn each_option_is_explained_completed_and_in_the_manual() {
    let scripts = ["bash", "zsh", "fish", "powershell", "elvish"]
        .map(|shell| (shell, told(&["completions", shell])));
    let commands = every_command();
    assert!(commands.len() > 10, "{commands:?}");
    for command in commands {
        let names: Vec<&str> = command.iter().map(String::as_str).collect();
        let help = told(&[&names[..], &["--help"]].concat());
        let page = told(&[&["man"], &names[..]].concat()).replace("\\-", "-");
        let options = options(&help);
        assert!(options.iter().any(|(name, _)| name == "--help"), "{names:?}: {help}");
        for (option, about) in options {
            let place = format!("{names:?} {option}");
            assert!(about.starts_with(char::is_uppercase), "{place} is not explained: {about}");
            assert!(page.contains(&option), "{place} is not in the manual");
            for (shell, script) in &scripts {
                // fish writes options without the dashes.
                let written =
                    if *shell == "fish" { format!("-l {}", &option[2..]) } else { option.clone() };
                assert!(script.contains(&written), "{shell} doesn't complete {place}");
            }
        }
        for (shell, script) in &scripts {
            let last = names.last().unwrap_or(&"buckstop");
            assert!(script.contains(last), "{shell} doesn't complete {names:?}");
        }
    }
}

#[test]
fn every_page_of_the_manual_has_its_parts() {
    for command in every_command() {
        let names: Vec<&str> = command.iter().map(String::as_str).collect();
        let page = told(&[&["man"], &names[..]].concat());
        let name = [&["buckstop"], &names[..]].concat().join("-");
        assert!(page.contains(&format!(".TH {name} 1 ")), "{page}");
        for part in [".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH OPTIONS"] {
            assert!(page.contains(part), "{name} has no {part}");
        }
        assert!(
            !page.contains("help(1)") && !page.contains("-help(1)"),
            "{name} names no page of help"
        );
    }
}

#[test]
fn what_is_no_command_has_no_page() {
    let output = Command::new(env!("CARGO_BIN_EXE_buckstop"))
        .args(["man", "config", "shew"])
        .output()
        .expect("buckstop runs");
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("there is no command `config shew`"), "{errors}");
    assert!(errors.contains("the commands are show, schema"), "{errors}");
}
