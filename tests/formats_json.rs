//! Each JSON format reads its fixtures as their snapshots say, and survives whatever
//! happens to them.

use std::fs;
use std::path::{Path, PathBuf};

use buckstop::formats::{InputFormat, Mapping, Understood, read, read_mapped};
use buckstop::source::Source;
use buckstop::text::TextSpan;
use buckstop::turn::Turn;
use proptest::prelude::*;

/// The formats, in the order in which they are asked.
const FORMATS: [&str; 18] = [
    "zendesk",
    "zendesk-chat",
    "sunshine",
    "intercom",
    "freshdesk",
    "hubspot",
    "front",
    "contact-lens",
    "ccai",
    "azure",
    "genesys",
    "twilio",
    "gong",
    "slack",
    "chat-completions",
    "sharegpt",
    "pairs",
    "json",
];

fn fixtures(format: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats").join(format);
    let files = fs::read_dir(folder).expect("the folder of a format");
    let files = files.map(|entry| entry.expect("a fixture").path());
    let mut files: Vec<_> = files.collect();
    files.sort();
    files
}

fn source(path: &Path) -> Source {
    Source::new(name(path), bytes(path))
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

fn bytes(path: &Path) -> Vec<u8> {
    fs::read(path).expect("a fixture")
}

/// Writes out what was understood.
fn shown(reading: &Understood) -> String {
    let conversations = reading.conversations.iter().map(|conversation| {
        let id = conversation.id.as_deref().unwrap_or("-");
        let channel = conversation.channel.as_deref().unwrap_or("-");
        let turns: String = conversation.turns.iter().map(shown_turn).collect();
        format!("== {id} [{channel}]\n{turns}")
    });
    let problems = reading.problems.iter().map(|problem| {
        let place =
            problem.position.map_or(String::new(), |at| format!("{}:{}: ", at.line, at.column));
        format!("! {place}{}\n", problem.message)
    });
    conversations.chain(problems).collect()
}

fn shown_turn(turn: &Turn) -> String {
    let speaker = turn.speaker.as_deref().unwrap_or("-");
    let time = turn.time.as_deref().unwrap_or("-");
    let visible = |c: char| if c.is_control() { '\u{FFFD}' } else { c };
    let lines = turn.text.as_str().lines();
    let lines =
        lines.map(|line| format!("    {}\n", line.chars().map(visible).collect::<String>()));
    format!("{} | {speaker} | {time}\n{}", turn.role, lines.collect::<String>())
}

#[test]
fn fixtures_are_read_as_their_snapshots_say() {
    for format in FORMATS {
        let fixtures = fixtures(format);
        assert!(fixtures.len() >= 2, "{format} has too few fixtures");
        for path in fixtures.iter().filter(|path| !path.ends_with("json/mapped.json")) {
            let name = format!("{format}-{}", path.file_stem().unwrap().to_string_lossy());
            let auto = read(&source(path), InputFormat::Auto);
            insta::assert_snapshot!(name, shown(&auto));
            assert_eq!(auto.format.name, format, "{path:?}");
            check_places(&bytes(path), &auto);
        }
    }
}

#[test]
fn a_mapping_names_the_paths_of_an_unknown_shape() {
    let path =
        fixtures("json").into_iter().find(|path| path.ends_with("json/mapped.json")).unwrap();
    let mapping = Mapping {
        messages: "tickets.events".to_owned(),
        text: "said".to_owned(),
        speaker: Some("who.n".to_owned()),
        role: Some("kind".to_owned()),
        time: Some("at".to_owned()),
        conversation: Some("ref".to_owned()),
    };
    insta::assert_snapshot!(shown(&read_mapped(&source(&path), &mapping)), @r"
    == R1 [-]
    agent | Jane | 5
        Call the bank.
    customer | Ann | 6
        No.
    == R2 [-]
    agent | - | -
        Hi.
    ");
}

#[test]
fn a_mapping_without_a_place_for_messages_reads_each_line_as_one() {
    let lines = "{\"t\": \"one\", \"c\": \"x\"}\n{\"t\": \"two\", \"c\": \"y\"}\n{\"t\": \"three\", \"c\": \"x\"}\n";
    let source = Source::new("a.jsonl".to_owned(), lines.as_bytes().to_vec());
    let mapping =
        Mapping { text: "t".to_owned(), conversation: Some("c".to_owned()), ..Mapping::default() };
    insta::assert_snapshot!(shown(&read_mapped(&source, &mapping)), @r"
    == x [-]
    unknown | - | -
        one
    unknown | - | -
        three
    == y [-]
    unknown | - | -
        two
    ");
}

#[test]
fn drafts_are_no_json() {
    let drafts = [
        "[10:02] Jane: not my job",
        "{name}, that's not my job.",
        "Note: call me",
        "[]",
        "{\"text\": \"quoted\"} is what I got.",
        "",
    ];
    for draft in drafts {
        let source = Source::new("draft.txt".to_owned(), draft.as_bytes().to_vec());
        let reading = read(&source, InputFormat::Auto);
        let problems: Vec<_> = reading.problems.iter().map(|problem| &problem.message).collect();
        assert!(problems.is_empty(), "{draft:?}: {problems:?}");
    }
}

#[test]
fn json_without_messages_is_told() {
    let source = Source::new("package.json".to_owned(), b"{\"name\": \"acme\"}".to_vec());
    let reading = read(&source, InputFormat::Auto);
    assert_eq!(shown(&reading), "! 1:1: no messages were found in this JSON\n");
}

#[test]
fn what_begins_late_is_recognized_by_its_document() {
    let long = "x".repeat(20_000);
    let json = format!(
        r#"{{"Version": "1.1.0", "Participants": [{{"ParticipantRole": "AGENT", "ParticipantId": "a"}}],
        "Summary": "{long}", "Transcript": [{{"ParticipantId": "a", "Content": "{long}"}}]}}"#
    );
    let reading = read(&Source::new("call".to_owned(), json.into_bytes()), InputFormat::Auto);
    assert_eq!(reading.format.name, "contact-lens");
    assert_eq!(reading.conversations[0].turns[0].text.as_str(), long);
}

#[test]
fn the_time_it_takes_grows_with_the_file_alone() {
    let ticket = |n: usize| {
        format!(r#"{{"id":{n},"comments":[{{"author_id":1,"public":true,"body":"b"}}]}}"#)
    };
    let tickets: Vec<String> = (0..20_000).map(ticket).collect();
    let users: Vec<String> = (0..20_000).map(|n| format!(r#"{{"id":{n},"name":"n"}}"#)).collect();
    let json = format!(r#"{{"tickets":[{}],"users":[{}]}}"#, tickets.join(","), users.join(","));
    let reading = read(&Source::new("a.json".to_owned(), json.into_bytes()), InputFormat::Auto);
    assert_eq!(reading.conversations.len(), 20_000);
    let json = format!("[{}]", tickets.join(","));
    let reading = read(&Source::new("a.json".to_owned(), json.into_bytes()), InputFormat::Auto);
    assert_eq!(reading.conversations.len(), 20_000);
}

#[test]
fn utf16_is_read_with_its_places() {
    let json = "[[\"agent\", \"It\\u2019s \u{fc}ber.\"]]";
    let bytes: Vec<u8> = json.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let reading = read(&Source::new("a.json".to_owned(), bytes), "pairs".parse().unwrap());
    let text = &reading.conversations[0].turns[0].text;
    assert_eq!(text.as_str(), "It\u{2019}s \u{fc}ber.");
    let start = json.find("\\u2019").unwrap() * 2;
    let span = text.to_source(TextSpan::new(2, 5));
    assert_eq!((span.start, span.end), (start, start + 12));
}

/// Each character lies in the file, behind the one before, and is what the file says.
fn check_places(bytes: &[u8], reading: &Understood) {
    for turn in reading.conversations.iter().flat_map(|conversation| &conversation.turns) {
        check_turn(bytes, turn);
    }
}

fn check_turn(bytes: &[u8], turn: &Turn) {
    let text = turn.text.as_str();
    let mut last = 0;
    for (at, character) in text.char_indices() {
        let span = TextSpan::new(at, at + character.len_utf8());
        let source = turn.text.to_source(span);
        assert!(last <= source.start && source.start <= source.end, "{text:?} at {at}");
        assert!(source.end <= bytes.len(), "{text:?} at {at}");
        last = source.start;
        let written = &bytes[source.start..source.end];
        let itself = written == character.to_string().as_bytes();
        let decoded = character.is_whitespace()
            || written.starts_with(b"\\")
            || written.starts_with(b"&")
            || written.starts_with(b"<")
            || character == char::REPLACEMENT_CHARACTER
            || std::str::from_utf8(bytes).is_err();
        assert!(itself || decoded, "{character:?} is {written:?} in {text:?}");
    }
}

/// A fixture, and what befalls it.
fn damaged() -> impl Strategy<Value = (String, Vec<u8>)> {
    let all: Vec<PathBuf> = FORMATS.iter().flat_map(|format| fixtures(format)).collect();
    let edits =
        proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..6_u8), 0..6);
    let odd = prop::sample::select(b"{}[]\",:\\u\n0\xFF\xC3".to_vec());
    (prop::sample::select(all), edits, odd, any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(path, edits, odd, end, cut)| {
            let mut bytes = bytes(&path);
            for (at, byte, kind) in edits {
                if bytes.is_empty() {
                    break;
                }
                let at = at.index(bytes.len());
                match kind {
                    0 => drop(bytes.remove(at)),
                    1 => bytes.insert(at, byte),
                    2 => bytes[at] = byte,
                    3 => bytes.insert(at, odd),
                    4 => bytes[at] = odd,
                    _ => drop(bytes.drain(at..bytes.len().min(at + usize::from(byte)))),
                }
            }
            if cut {
                bytes.truncate(end.index(bytes.len() + 1));
            }
            (name(&path), bytes)
        },
    )
}

proptest! {
    #[test]
    fn damage_never_breaks_a_reader((name, bytes) in damaged()) {
        let source = Source::new(name, bytes.clone());
        check_places(&bytes, &read(&source, InputFormat::Auto));
        for format in FORMATS {
            check_places(&bytes, &read(&source, format.parse().unwrap()));
        }
    }

    #[test]
    fn a_file_cut_anywhere_gives_the_first_of_its_messages(
        format in prop::sample::select(FORMATS.to_vec()),
        end in any::<prop::sample::Index>(),
    ) {
        let path = &fixtures(format)[fixtures(format).len() - 1];
        let bytes = bytes(path);
        let forced: InputFormat = format.parse().unwrap();
        let texts = |bytes: Vec<u8>| -> Vec<String> {
            let reading = read(&Source::new("a.json".to_owned(), bytes), forced);
            let turns = reading.conversations.into_iter().flat_map(|c| c.turns);
            turns.map(|turn| turn.text.as_str().to_owned()).collect()
        };
        let whole = texts(bytes.clone());
        let cut = texts(bytes[..end.index(bytes.len() + 1)].to_vec());
        prop_assert!(cut.iter().all(|text| whole.contains(text)), "{:?} {:?}", cut, whole);
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for name in ["a.json", "a.jsonl", "a"] {
            let _ = read(&Source::new(name.to_owned(), bytes.clone()), InputFormat::Auto);
        }
    }

    #[test]
    fn any_json_is_read(json in r#"[\[{](\{|\}|\[|\]|"[a-z\\u0-9]{0,6}"|:|,|1|null| |\n|"text":|"role":|"messages":|"user"){0,60}"#) {
        for format in FORMATS {
            let source = Source::new("a.json".to_owned(), json.as_bytes().to_vec());
            check_places(json.as_bytes(), &read(&source, format.parse().unwrap()));
        }
    }
}
