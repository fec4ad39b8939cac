//! `buckstop stream` as a pipeline meets it.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

fn start(args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_buckstop"));
    command.args(["stream", "--no-config"]).args(args).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("buckstop runs")
}

fn answers(args: &[&str], input: &str) -> Output {
    let mut child = start(args);
    let mut stdin = child.stdin.take().expect("stdin is piped");
    thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input.as_bytes()));
        child.wait_with_output().expect("buckstop ends")
    })
}

fn parsed(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn records(count: usize) -> String {
    let mut text = String::new();
    for id in 0..count {
        match id % 5 {
            0 => writeln!(text, "{{\"id\":{id},\"role\":\"agent\",\"text\":\"Not my job.\"}}"),
            1 => writeln!(
                text,
                "{{\"id\":{id},\"messages\":[{{\"role\":\"user\",\"content\":\"Hi\"}}]}}"
            ),
            2 => writeln!(text, "no JSON, {id}"),
            3 => writeln!(text),
            _ => writeln!(text, "[[\"agent\",\"That is not my job {id}.\"]]\r"),
        }
        .expect("a string can be written");
    }
    text
}

#[test]
fn every_line_is_answered_by_one_line_in_order() {
    let output = answers(&[], &records(1000));
    assert_eq!(output.status.code(), Some(0), "findings and bad records are no failure");
    assert!(output.stderr.is_empty());
    let answers = parsed(&output);
    assert_eq!(answers.len(), 1000);
    for (number, answer) in answers.iter().enumerate() {
        let id = if number % 5 < 2 { json!(number) } else { Value::Null };
        assert_eq!(answer["id"], id);
        let is_bad = matches!(number % 5, 2 | 3);
        assert_eq!(answer.get("error").is_some(), is_bad, "{answer}");
        assert_eq!(answer.get("findings").is_some(), !is_bad, "{answer}");
    }
}

#[test]
fn many_threads_answer_as_one_does_and_each_line_as_if_alone() {
    let text = records(3000);
    let one = answers(&["--threads", "1"], &text);
    let many = answers(&["--threads", "5"], text.trim_end());
    assert!(one.stdout == many.stdout);
    let line = text.lines().nth(2004).expect("a line");
    let alone = answers(&[], line);
    assert_eq!(parsed(&alone)[0], parsed(&one)[2004]);
}

#[test]
fn an_answer_comes_while_the_input_waits() {
    for threads in ["1", "3"] {
        let mut child = start(&["--threads", threads]);
        let mut stdin = child.stdin.take().expect("stdin is piped");
        let stdout = child.stdout.take().expect("stdout is piped");
        let (send, answers) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                _ = send.send(line.expect("UTF-8"));
            }
        });
        for id in 0..3 {
            writeln!(stdin, "{{\"id\":{id},\"role\":\"agent\",\"text\":\"Hi.\"}}").expect("a pipe");
            stdin.flush().expect("a pipe");
            // Long enough for any machine: what would fail waits for the end of the input.
            let answer = answers.recv_timeout(Duration::from_secs(60)).expect("an answer in time");
            assert!(answer.starts_with(&format!("{{\"id\":{id},")), "{answer}");
        }
        drop(stdin);
        assert_eq!(child.wait().expect("buckstop ends").code(), Some(0));
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = start(&["--threads", "2"]);
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let mut stdout = child.stdout.take().expect("stdout is piped");
    let text = records(20_000);
    let writer = thread::spawn(move || _ = stdin.write_all(text.as_bytes()));
    let mut first = [0; 10];
    stdout.read_exact(&mut first).expect("an answer");
    drop(stdout);
    let output = child.wait_with_output().expect("buckstop ends");
    writer.join().expect("the writer ends");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn mappings_and_formats_hold() {
    let record = "{\"id\":1,\"said\":\"Not my job.\",\"who\":{\"kind\":\"customer\"}}\n";
    let found = |args: &[&str]| parsed(&answers(args, record))[0]["findings"].clone();
    assert_eq!(found(&["--mapping", "text=said"]).as_array().map(Vec::len), Some(1));
    assert_eq!(found(&["--mapping", "text=said,role=who.kind"]), json!([]));
    let wrong = answers(&["--input-format", "csv"], record);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(wrong.stdout.is_empty());
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("a stream is JSON"));
}
