//! Mails, mailboxes, tables and HTML: what was understood of the fixtures, and that every
//! word of it knows its bytes, however the fixtures are damaged.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

mod support;

use buckstop::formats::{InputFormat, Understood, read};
use buckstop::source::Source;
use buckstop::text::{MappedText, TextSpan};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use support::{fixtures, shown_problems, shown_turn, source};

/// The formats and their folders.
const FORMATS: [&str; 4] = ["email", "mbox", "csv", "html"];

fn folder(format: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats").join(format)
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

/// What was understood, as people compare it.
fn shown(reading: &Understood) -> String {
    let mut out = format!("read as {}\n", reading.format.name);
    for conversation in &reading.conversations {
        let channel = conversation.channel.as_deref().unwrap_or("-");
        let id = conversation.id.as_deref().unwrap_or("-");
        let _ = writeln!(out, "conversation {id} {channel}");
        out.extend(conversation.turns.iter().map(shown_turn));
    }
    out + &shown_problems(reading)
}

#[test]
fn turns_of_the_fixtures() {
    for format in FORMATS {
        for path in fixtures(format) {
            let reading = read(&source(&path), InputFormat::Auto);
            let stem = path.file_stem().expect("a stem").to_string_lossy().into_owned();
            assert_eq!(reading.format.name, format, "{}", path.display());
            insta::assert_snapshot!(format!("{format}-{stem}"), shown(&reading));
        }
    }
}

/// The source bytes under the words, which must stand in some turn.
fn under(source: &Source, reading: &Understood, words: &str) -> String {
    let mut turns = reading.conversations.iter().flat_map(|it| &it.turns);
    let found = turns.find_map(|turn| Some((turn, turn.text.as_str().find(words)?)));
    let (turn, start) = found.unwrap_or_else(|| panic!("{words:?} stands in no turn"));
    let span = turn.text.to_source(TextSpan::new(start, start + words.len()));
    String::from_utf8_lossy(&source.bytes()[span.start..span.end]).into_owned()
}

#[test]
fn words_map_to_the_bytes_they_were_decoded_from() {
    for (file, words, bytes) in [
        ("email/plain.eml", "not my department", "not my department"),
        ("email/nasty.eml", "that\u{2019}s not my", "that=92s <b>not my"),
        ("email/nasty.eml", "department & I", "department &amp; I"),
        ("email/outlook.eml", "it\u{2019}s yours", "it=92s yours"),
        ("email/base64.eml", "not our", "bm90IG91ciBy"),
        ("mbox/plain.mbox", "From what I see", "From what I see"),
        ("mbox/nasty.mbox", "That's not my job", "That&#39;s not my job"),
        ("mbox/nasty.mbox", "dispatch.\n\nJane", "dispatch.</div><=\ndiv><br></div><div>Jane"),
        ("csv/nasty.csv", "\"not my job\";\nand", "\"\"not my job\"\";\r\nand"),
        ("csv/nasty.csv", "He's annoying", "He&#39;s <b>annoying"),
        (
            "html/plain.html",
            "that\u{2019}s not my department",
            "that&rsquo;s <em>not my</em>\ndepartment",
        ),
    ] {
        let source = source(&folder(file));
        let reading = read(&source, InputFormat::Auto);
        assert_eq!(under(&source, &reading, words), bytes, "{file}");
    }
}

#[test]
fn drafts_are_no_mails_and_no_tables() {
    for draft in [
        "Note: call me back.\n\nThat's not my job.",
        "From: the office\nSubject: your boiler\n\nHello",
        "From Monday on, 10:30 is free.\n\nHello",
        "Message, text, body\n\nHello",
        "| role | text |\n|------|------|\n| agent | hi |\n",
        "Hello,\n\nfrom,message\n",
    ] {
        let source = Source::new("draft.txt".to_owned(), draft.as_bytes().to_vec());
        let format = read(&source, InputFormat::Auto).format.name;
        assert!(!FORMATS.contains(&format), "{draft:?} is no {format}");
    }
}

fn checked(name: &str, bytes: &[u8], by_stdin: bool) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_buckstop"));
    command.current_dir(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    command.arg("turns").stderr(Stdio::piped());
    fs::write(folder.path().join(name), bytes).expect("a file");
    command.arg(if by_stdin { "-" } else { name });
    let mut child = command.spawn().expect("buckstop");
    let mut stdin = child.stdin.take().expect("stdin");
    if by_stdin {
        stdin.write_all(bytes).expect("bytes are taken");
    }
    drop(stdin);
    let output = child.wait_with_output().expect("buckstop ends");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[test]
fn compressed_files_are_read_as_what_they_hold() {
    let bytes = fs::read(folder("csv/plain.csv")).expect("a fixture");
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&bytes).expect("gzip");
    let gzip = encoder.finish().expect("gzip");
    let zstandard = compress_to_vec(&*bytes, CompressionLevel::Fastest);
    for (name, compressed) in [("a.csv.gz", &gzip), ("a.csv.zst", &zstandard)] {
        for by_stdin in [false, true] {
            let shown = checked(name, compressed, by_stdin);
            assert!(shown.contains("not my department"), "{name}: {shown}");
            assert!(shown.contains("csv"), "{name}: {shown}");
        }
        let shown = checked(name, &compressed[..compressed.len() / 2], false);
        assert!(shown.contains("can't be decompressed"), "{name}: {shown}");
    }
}

/// Checks that every character of a turn stands somewhere in the source, in order, and that
/// a letter that is one byte of it is that byte.
fn check_places(text: &MappedText, source: &Source) {
    let mut last = 0;
    for (start, character) in text.as_str().char_indices() {
        let span = text.to_source(TextSpan::new(start, start + character.len_utf8()));
        assert!(span.start >= last, "{start} of {:?} stands before {last}", text.as_str());
        assert!(span.end >= span.start && span.end <= source.bytes().len());
        if character.is_ascii_alphanumeric() && span.end - span.start == 1 {
            assert_eq!(char::from(source.bytes()[span.start]), character);
        }
        last = span.start;
    }
}

/// A fixture, its name, and its bytes damaged.
fn damaged() -> impl Strategy<Value = (String, Vec<u8>)> {
    let all: Vec<PathBuf> = FORMATS.iter().flat_map(|format| fixtures(format)).collect();
    let pieces = prop_oneof![
        Just(b"\"".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"--inner\n".to_vec()),
        Just(b"=".to_vec()),
        Just(b"<div class=quote>".to_vec()),
        Just(b"&".to_vec()),
        Just(b"\n> > ".to_vec()),
        Just("\u{1F600}".as_bytes().to_vec()),
        Just(b"\xFF\0".to_vec()),
        Just(b"\nFrom: a\nSent: b\nTo: c\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"-->".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..4),
    ];
    let edit = (any::<prop::sample::Index>(), 0..200_usize, pieces);
    (
        prop::sample::select(all),
        proptest::collection::vec(edit, 0..5),
        any::<Option<prop::sample::Index>>(),
    )
        .prop_map(|(path, edits, cut)| {
            let mut bytes = fs::read(&path).expect("a fixture");
            for (at, removed, piece) in edits {
                let at = at.index(bytes.len() + 1);
                let end = (at + removed).min(bytes.len());
                bytes.splice(at..end, piece);
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len() + 1));
            }
            (name(&path), bytes)
        })
}

proptest! {
    #[test]
    fn damage_never_misplaces_a_word((name, bytes) in damaged(), forced in prop::option::of(0..FORMATS.len())) {
        let source = Source::new(name, bytes);
        let format = forced.map_or(InputFormat::Auto, |at| FORMATS[at].parse().expect("a format"));
        let reading = read(&source, format);
        for turn in reading.conversations.iter().flat_map(|it| &it.turns) {
            check_places(&turn.text, &source);
        }
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300), forced in 0..FORMATS.len()) {
        let source = Source::new("any".to_owned(), bytes);
        let format = FORMATS[forced].parse().expect("a format");
        let reading = read(&source, format);
        for turn in reading.conversations.iter().flat_map(|it| &it.turns) {
            check_places(&turn.text, &source);
        }
    }
}
