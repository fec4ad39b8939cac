//! Formats that people read as they are: chat logs, captions, Markdown and the like.
//!
//! Each fixture in `tests/formats` has a snapshot of what was understood of it; damaged
//! and cut, it may be understood otherwise, but never wrongly placed.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

mod support;

use buckstop::formats::{InputFormat, Understood, read};
use buckstop::source::Source;
use buckstop::text::{MappedText, TextSpan};
use proptest::prelude::*;
use support::{fixtures, shown_problems, shown_turn, source};

/// The formats and their folders.
const FORMATS: [&str; 7] =
    ["chat", "whatsapp", "webvtt", "srt", "markdown", "salesforce", "dynamics"];

/// What was understood, as people compare it.
fn shown(reading: &Understood) -> String {
    let mut out = format!("read as {}\n", reading.format.name);
    for conversation in &reading.conversations {
        let channel = conversation.channel.as_deref().unwrap_or("-");
        let _ = writeln!(out, "conversation {channel}");
        out.extend(conversation.turns.iter().map(shown_turn));
    }
    out + &shown_problems(reading)
}

#[test]
fn turns_of_the_fixtures() {
    for format in FORMATS {
        for path in fixtures(format) {
            let stem = path.file_stem().expect("a stem").to_string_lossy().into_owned();
            let reading = read(&source(&path), InputFormat::Auto);
            insta::assert_snapshot!(format!("{format}-{stem}"), shown(&reading));
        }
    }
}

/// Texts that begin like something else here and there, and are letters all the same.
#[test]
fn drafts_stay_drafts() {
    const DRAFTS: [&str; 17] = [
        "",
        "Note: call me",
        "Hi Bob,\n\nJane: as discussed\n\nRegards\nJane",
        "Hello,\n\nAgent: that's me\nCustomer: that's you\n\nNow to your order.",
        "Agent: Jane Doe\nCustomer: Bob Lee\nTicket: 20931\n\nDear Mr Lee,\nthat is not my job.",
        "10:00 Arrival: our engineer parks\n11:00 Work: he opens the boiler\n12:00 Lunch: he eats",
        "10:00 - 12:00: the engineer comes\n13:00 - 15:00: the electrician comes",
        "Monday: 9 to 5\nTuesday: 9 to 5\n\nMonday: we rest, too\nTuesday: we rest, too",
        "Phone: call us any time\nEmail: write to us\nPhone: or call again\nEmail: or write again",
        "Customer Service: 0800 123\nTechnical Support: 0800 124\n\nWe can't help you here.",
        "# Support\n\nWe answer mails.\n\n# Customer\n\nYou write them.",
        "WEBVTT is a format for captions. We can't read it.",
        "12/03/2024 - we came, and nobody was there. We come again on\n14/03/2024, 10:00.",
        "12/03/2024, 10:02 - we came, and nobody was there.\nWe come again.",
        "As you can see in the chat:\n\nAgent: it comes today\nCustomer: thank you\n\nSo we told you.",
        "We did write to you on the day when it came.\n\nAgent: it is here\nCustomer: thank you",
        "( 10s ) is what the display shows. That's normal: <br> it warms up.",
    ];
    for draft in DRAFTS {
        let source = Source::new("<stdin>".to_owned(), draft.as_bytes().to_vec());
        assert_eq!(read(&source, InputFormat::Auto).format.name, "text", "{draft}");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/drafts");
    for entry in fs::read_dir(folder).expect("the drafts") {
        let path = entry.expect("a draft").path();
        let name = read(&source(&path), InputFormat::Auto).format.name;
        assert!(["text", "markdown"].contains(&name), "{} is read as {name}", path.display());
    }
}

/// A reader whose time grows with the square of the length would not come to an end with these.
#[test]
fn hostile_files_come_to_an_end() {
    const PIECES: [&str; 24] = [
        "<",
        "<a",
        "<v ",
        "</v>",
        "{\\a}",
        "{\\",
        "&",
        "&#39;",
        ":",
        "a: ",
        "( ",
        "( 1s ) a: ",
        "[",
        "(a",
        "10:02 ",
        "- ",
        ">",
        "[a](",
        "![",
        "**a ",
        "`",
        "> ",
        "<p align=\"center\">Agent ",
        "a b ",
    ];
    const LENGTH: usize = 20_000;
    for format in FORMATS {
        for piece in PIECES {
            let heads = ["", "00:01.000 --> 00:02.000\n", "12/03/2024, 10:02 - a: "];
            for head in heads {
                let half = piece.repeat(LENGTH / 2 / piece.len());
                let text = format!("{head}{half}{}", "x".repeat(LENGTH / 2));
                read_as(format, text.into_bytes());
            }
            let lines = format!("{piece}\n").repeat(LENGTH / 4 / (piece.len() + 1));
            read_as(format, lines.into_bytes());
        }
    }
}

/// Every character of a turn comes from a place in the file, each at or behind the last.
fn assert_places(text: &MappedText, source: &Source) {
    let mut last = 0;
    for (start, c) in text.as_str().char_indices() {
        let place = text.to_source(TextSpan::new(start, start + c.len_utf8()));
        assert!(
            place.start <= place.end && place.end <= source.bytes().len(),
            "outside: {place:?}"
        );
        assert!(last <= place.start, "{c:?} at {place:?} stands before {last}");
        last = place.start;
    }
}

/// In a format without escapes every turn stands in the file as it is shown.
fn assert_verbatim(text: &MappedText, source: &Source) {
    let place = text.to_source(TextSpan::new(0, text.as_str().len()));
    assert_eq!(text.as_str().as_bytes(), &source.bytes()[place.start..place.end]);
}

fn read_as(format: &str, bytes: Vec<u8>) -> (Source, Understood) {
    let source = Source::new("<stdin>".to_owned(), bytes);
    let format = format.parse().expect("a format");
    let reading = read(&source, format);
    (source, reading)
}

#[test]
fn places_of_the_fixtures() {
    for format in FORMATS {
        for path in fixtures(format) {
            let bytes = fs::read(&path).expect("a fixture");
            let valid = std::str::from_utf8(&bytes).is_ok();
            let (source, reading) = read_as(format, bytes);
            for turn in reading.conversations.iter().flat_map(|it| &it.turns) {
                assert_places(&turn.text, &source);
                if valid && ["chat", "whatsapp"].contains(&format) {
                    assert_verbatim(&turn.text, &source);
                }
            }
        }
    }
}

/// One thing that can happen to a file.
#[derive(Clone, Debug)]
enum Damage {
    Cut(prop::sample::Index),
    Drop(prop::sample::Index, usize),
    Insert(prop::sample::Index, Vec<u8>),
    Repeat(prop::sample::Index, usize),
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Cut(at) => bytes.truncate(at.index(bytes.len() + 1)),
            Self::Drop(at, len) => {
                let at = at.index(bytes.len() + 1);
                bytes.drain(at..(at + len).min(bytes.len()));
            }
            Self::Insert(at, new) => {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, new.iter().copied());
            }
            Self::Repeat(at, len) => {
                let at = at.index(bytes.len() + 1);
                let again = bytes[at..(at + len).min(bytes.len())].to_vec();
                bytes.splice(at..at, again);
            }
        }
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    let marks = prop::sample::select(vec![
        "\n",
        "\r",
        "\r\n\r\n",
        ":",
        ": ",
        "<",
        ">",
        "</v>",
        "<v ",
        "&",
        "&#39;",
        "-->",
        "( 1s ) ",
        "[",
        "]",
        "(",
        "`",
        "```\n",
        "> ",
        "- ",
        "    ",
        "|",
        "\\",
        "*",
        "**",
        "{\\",
        "}",
        "10:02 ",
        "\u{200E}",
        "\u{202F}",
        "é",
        "👍",
        "Agent: ",
        "<br>",
        "<p>",
        "12/03/2024, 10:02 - ",
    ]);
    let insert = prop_oneof![
        marks.prop_map(|mark| mark.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 1..4),
    ];
    prop_oneof![
        any::<prop::sample::Index>().prop_map(Damage::Cut),
        (any::<prop::sample::Index>(), 1..40_usize).prop_map(|(at, len)| Damage::Drop(at, len)),
        (any::<prop::sample::Index>(), insert).prop_map(|(at, new)| Damage::Insert(at, new)),
        (any::<prop::sample::Index>(), 1..200_usize).prop_map(|(at, len)| Damage::Repeat(at, len)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_read_in_their_places(
        format in prop::sample::select(FORMATS.to_vec()),
        fixture in any::<prop::sample::Index>(),
        damages in prop::collection::vec(damage(), 1..6),
    ) {
        let paths = fixtures(format);
        let mut bytes = fs::read(&paths[fixture.index(paths.len())]).expect("a fixture");
        for damage in &damages {
            damage.apply(&mut bytes);
        }
        let (source, reading) = read_as(format, bytes.clone());
        for turn in reading.conversations.iter().flat_map(|it| &it.turns) {
            assert_places(&turn.text, &source);
        }
        // Whatever it is taken for now, it is read.
        read_as("auto", bytes);
    }

    #[test]
    fn any_bytes_are_read(
        format in prop::sample::select(FORMATS.to_vec()),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let (source, reading) = read_as(format, bytes);
        for turn in reading.conversations.iter().flat_map(|it| &it.turns) {
            assert_places(&turn.text, &source);
        }
    }
}
