//! Large sources in pieces: what is found in the pieces is what is found in the whole.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use buckstop::check::{Opening, Options, check, judge};
use buckstop::formats::Rest;
use buckstop::render::{OutputFormat, RenderOptions};
use buckstop::report::{Joint, Report, Summary};
use buckstop::rules::Ruleset;
use buckstop::source::{Before, ColumnUnit, Source};

const PLAIN: RenderOptions = RenderOptions {
    color: false,
    explain_skips: true,
    quiet: true,
    width: 80,
    columns: ColumnUnit::Characters,
};

const FORMATS: [OutputFormat; 4] =
    [OutputFormat::Jsonl, OutputFormat::Sarif, OutputFormat::Concise, OutputFormat::Rdjsonl];

fn rules() -> Ruleset {
    Ruleset::builder().build().expect("the embedded pack is sound")
}

/// What all output formats say about some reports.
fn said<'r>(reports: impl IntoIterator<Item = Report<'r>>) -> Vec<String> {
    let mut outputs: Vec<_> =
        FORMATS.iter().map(|format| (format.renderer(PLAIN), Vec::new())).collect();
    let mut summary = Summary::default();
    for report in reports {
        summary.add(&report);
        for (renderer, out) in &mut outputs {
            renderer.report(&report, out).expect("memory can be written");
        }
    }
    for (renderer, out) in &mut outputs {
        renderer.finish(&summary, out).expect("memory can be written");
    }
    outputs.into_iter().map(|(_, out)| String::from_utf8(out).expect("output is UTF-8")).collect()
}

/// The same, with the source read in pieces of about `wanted` bytes of which at most so many
/// more are seen at once; and how many pieces that were.
fn said_in_pieces(
    name: &str,
    bytes: &[u8],
    wanted: usize,
    options: &Options,
    rules: &Ruleset,
) -> (Vec<String>, usize) {
    let start = bytes[..bytes.len().min(wanted.max(2000))].to_vec();
    let start = Source::piece(name.to_owned(), start, Before::default());
    let opening = Opening::of(&start, options).expect("this can be read in pieces");
    let mut before = Before::default();
    let mut joint = Joint::default();
    let mut reports = Vec::new();
    while before.bytes < bytes.len() {
        let left = &bytes[before.bytes..];
        let cut = (1..).find_map(|times| {
            let seen = &left[..left.len().min(wanted + times * 50)];
            let rest = if seen.len() == left.len() { Rest::Nothing } else { Rest::More };
            opening.cuts().cut(seen, wanted, rest)
        });
        let cut = cut.expect("pieces end");
        assert!(cut.len > 0, "a piece of nothing at {before:?}");
        let piece = Source::piece(name.to_owned(), left[..cut.len].to_vec(), before);
        before = before.and(piece.bytes());
        let understood = opening.understand(&piece, options);
        let mut report = judge(piece, understood, options, rules);
        joint.join(&mut report, cut.parts, before.bytes == bytes.len());
        reports.push(report);
    }
    let count = reports.len();
    (said(reports), count)
}

fn same_in_pieces(name: &str, text: &str, options: &Options) {
    let rules = rules();
    let options = Options { explain_skips: true, ..options.clone() };
    let whole =
        said([check(Source::new(name.to_owned(), text.as_bytes().to_vec()), &options, &rules)]);
    assert!(whole[0].lines().count() > 5, "{name}: hardly anything to compare: {}", whole[0]);
    for wanted in [1, 333, 1000, text.len()] {
        let (pieces, count) = said_in_pieces(name, text.as_bytes(), wanted, &options, &rules);
        assert!(wanted > 333 || count > 2, "{name}: {count} pieces of {wanted} bytes");
        for (format, (pieces, whole)) in FORMATS.iter().zip(pieces.iter().zip(&whole)) {
            assert_eq!(pieces, whole, "{name} as {format}, pieces of {wanted} bytes");
        }
    }
}

const SAID: [&str; 6] = [
    "Sorry, but that's not my job.",
    "I don't know, but let me find out for you.",
    "It's corporate policy, they don't tell us \"why\".",
    "You'll have to call billing, I'm afraid.\nThere is nothing I can do.",
    "Thank you, I have sent the part today.",
    "“Not my problem”, he said. Caf\u{e9} \u{1f642} — that is not my department.",
];

/// Turns of some conversations, one after the other: who, what, in which conversation.
fn turns() -> impl Iterator<Item = (&'static str, &'static str, usize)> {
    (0..60).map(|number| {
        let role = if number % 3 == 0 { "customer" } else { "agent" };
        (role, SAID[number * 7 % SAID.len()], number / 5 + number / 11)
    })
}

#[test]
fn a_conversation_on_every_line() {
    let mut text = String::new();
    for id in 0..20 {
        let messages: Vec<_> = turns()
            .skip(id * 2)
            .take(3)
            .map(|(role, said, _)| serde_json::json!({"role": role, "text": said}))
            .collect();
        let line = serde_json::json!({"conversation_id": format!("c{id}"), "messages": messages});
        writeln!(text, "{line}").expect("a string can be written");
    }
    same_in_pieces("a.jsonl", &text, &Options::default());
    same_in_pieces("a.jsonl", text.trim_end(), &Options::default());
    same_in_pieces("a.jsonl", &text.replace('\n', "\r\n\n"), &Options::default());
    let without_names = text.replace("conversation_id", "nothing");
    same_in_pieces("a.jsonl", &without_names, &Options::default());
}

#[test]
fn messages_of_a_conversation_on_several_lines_stay_together() {
    let mut text = String::new();
    for (role, said, id) in turns() {
        let line = serde_json::json!({"ticket_id": id, "sender": role, "body": said});
        writeln!(text, "{line}").expect("a string can be written");
        if id % 4 == 1 {
            // What nobody said belongs to no conversation.
            writeln!(text, "{{\"ticket_id\": {id}, \"event\": \"typing\"}}").expect("as above");
        }
    }
    same_in_pieces("a.jsonl", &text, &Options::default());
    let mapping = buckstop::formats::Mapping {
        text: "body".to_owned(),
        role: Some("sender".to_owned()),
        conversation: Some("ticket_id".to_owned()),
        ..buckstop::formats::Mapping::default()
    };
    same_in_pieces("a.jsonl", &text, &Options { mapping: Some(mapping), ..Options::default() });
}

#[test]
fn tables_are_cut_between_rows_and_conversations() {
    let mut text = "conversation,role,when,message\r\n".to_owned();
    for (number, (role, said, id)) in turns().enumerate() {
        let said = said.replace('"', "\"\"");
        write!(text, "{id},{role},{number},\"{said}\"\r\n").expect("a string can be written");
    }
    same_in_pieces("a.csv", &text, &Options::default());
    same_in_pieces("a.csv", &format!("\u{feff}{text}"), &Options::default());
    let tabs = text.replace("policy,", "policy").replace(',', "\t");
    same_in_pieces("a.tsv", &tabs, &Options::default());
    let bad_marks = text.replace("\"Thank you, I have", "5\" pipe, \"Thank\" you, \"\"I have");
    same_in_pieces("a.csv", &bad_marks, &Options::default());
    let pairs = "question,answer\nWhy?,\"That's not my job,\nsorry.\"\n".repeat(40);
    same_in_pieces("a.csv", &pairs, &Options::default());
}

#[test]
fn turns_of_a_conversation_without_a_name_are_counted_on() {
    let turn = "{\"role\": \"agent\", \"text\": \"That's not my job.\"}\n";
    let rules = rules();
    let options = Options::default();
    let (said, count) =
        said_in_pieces("a.jsonl", turn.repeat(100).as_bytes(), 500, &options, &rules);
    assert!(count > 5);
    let numbers = said[0].lines().map(|line| {
        serde_json::from_str::<serde_json::Value>(line).expect("a finding")["turn"].clone()
    });
    assert!(numbers.eq(1..=100));
}

#[test]
fn what_must_be_read_as_a_whole_has_no_opening() {
    let opening = |name: &str, text: &str| {
        let start = Source::piece(name.to_owned(), text.into(), Before::default());
        Opening::of(&start, &Options::default())
    };
    assert!(opening("a.txt", "Agent: not my job\nCustomer: oh\n").is_none());
    assert!(opening("a.json", "[\n{\"role\": \"agent\",\n\"text\": \"not my job\"}]\n").is_none());
    let wide: Vec<u8> = "role,text\nagent,hi\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let start = Source::piece("a.csv".to_owned(), wide, Before::default());
    assert!(Opening::of(&start, &Options::default()).is_none());
}

#[test]
fn records_of_one_conversation_that_stand_apart_are_seen() {
    let line = |id: usize| format!("{{\"ticket_id\":{id},\"role\":\"agent\",\"text\":\"Hi\"}}\n");
    let scattered = |ids: &[usize]| {
        let text: String = ids.iter().map(|&id| line(id)).collect();
        let start = Source::piece("a.jsonl".to_owned(), text.into(), Before::default());
        Opening::of(&start, &Options::default()).expect("lines").cuts().is_scattered()
    };
    assert!(scattered(&[1, 2, 1, 2]));
    assert!(!scattered(&[1, 1, 2, 2]));
}

/// Runs `buckstop check` in a folder.
fn run(folder: &Path, args: &[&str], stdin: Option<&str>) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_buckstop"));
    command.current_dir(folder).arg("check").args(args);
    if let Some(file) = stdin {
        command.stdin(fs::File::open(folder.join(file)).expect("a file to pipe in"));
    }
    let output = command.output().expect("buckstop runs");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A folder with a file of about two megabytes, hidden among small ones.
fn archive() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut text = String::new();
    let mut table = "ticket,role,message\n".to_owned();
    let filler = "So it is. ".repeat(40);
    for number in 0..5000 {
        let (role, said) = match number % 50 {
            0 => ("agent", "That's not my job."),
            _ => ("customer", filler.as_str()),
        };
        let id = number / 4;
        writeln!(text, "{{\"ticket_id\":{id},\"role\":\"{role}\",\"text\":\"{said}\"}}")
            .expect("a string can be written");
        writeln!(table, "{id},{role},\"{said}\n\"").expect("a string can be written");
    }
    for (name, content) in [("b.jsonl", &text), ("d.csv", &table)] {
        fs::write(folder.path().join(name), content).expect("a file");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gzip, content.as_bytes()).expect("memory");
        let bytes = gzip.finish().expect("memory");
        fs::write(folder.path().join(format!("z-{name}.gz")), bytes).expect("a file");
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        let bytes = ruzstd::encoding::compress_to_vec(content.as_bytes(), level);
        fs::write(folder.path().join(format!("z-{name}.zst")), bytes).expect("a file");
    }
    for name in ["a.txt", "c.txt", "e.txt"] {
        fs::write(folder.path().join(name), "That's not my job.\n").expect("a file");
    }
    folder
}

#[test]
fn many_threads_write_what_one_does() {
    let folder = archive();
    let folder = folder.path();
    let args = |threads| ["--output=jsonl", "--threads", threads, "."];
    let one = run(folder, &args("1"), None);
    assert_eq!(one.0, Some(1), "{}", one.2);
    assert_eq!(one.1.lines().count(), 3 + 6 * 100);
    for threads in ["2", "7"] {
        assert_eq!(run(folder, &args(threads), None), one, "{threads} threads");
    }
}

#[test]
fn a_file_reads_the_same_compressed_and_piped_in() {
    let folder = archive();
    let folder = folder.path();
    for name in ["b.jsonl", "d.csv"] {
        let plain = run(folder, &["--output=jsonl", name], None);
        assert_eq!(plain.1.lines().count(), 100, "{}", plain.2);
        for ending in ["gz", "zst"] {
            let file = format!("z-{name}.{ending}");
            let (code, found, told) = run(folder, &["--output=jsonl", &file], None);
            assert_eq!((code, found.replace(&file, name), told), plain, "{file}");
        }
        for file in [name.to_owned(), format!("z-{name}.gz")] {
            let piped = run(folder, &["--output=jsonl", "--stdin-filename", name], Some(&file));
            assert_eq!(piped, plain, "{file} piped in");
            let (_, found, _) = run(folder, &["--output=jsonl"], Some(&file));
            assert_eq!(found.replace("<stdin>", name), plain.1, "{file} piped in without a name");
        }
    }
}
