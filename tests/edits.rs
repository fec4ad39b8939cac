//! Other words for a span of a turn: what is written into the source is read back as just
//! that, and as nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

#[expect(dead_code, reason = "an edit moves the places of problems")]
mod support;

use buckstop::formats::{Format, InputFormat, Understood, read};
use buckstop::source::Source;
use buckstop::text::{SourceEdit, TextSpan, Uneditable};
use buckstop::turn::Role;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use support::{fixtures, shown_turn, source};

/// Every fixture of every format.
fn all() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats");
    let entries = fs::read_dir(folder).expect("the fixtures");
    let mut formats: Vec<String> = entries
        .map(|entry| entry.expect("a folder").file_name().to_string_lossy().into_owned())
        .collect();
    formats.sort();
    formats.iter().flat_map(|format| fixtures(format)).collect()
}

/// All turns, as people compare them.
fn turns(reading: &Understood) -> Vec<String> {
    reading.conversations.iter().flat_map(|it| &it.turns).map(shown_turn).collect()
}

/// The source with the edits made.
fn applied(bytes: &[u8], mut edits: Vec<SourceEdit>) -> Vec<u8> {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = Vec::new();
    let mut at = 0;
    for edit in edits {
        assert!(at <= edit.span.start, "edits overlap");
        out.extend_from_slice(&bytes[at..edit.span.start]);
        out.extend_from_slice(&edit.bytes);
        at = edit.span.end;
    }
    out.extend_from_slice(&bytes[at..]);
    out
}

/// What came of an edit.
struct Outcome {
    /// The bytes of the source afterwards.
    bytes: Vec<u8>,
    /// The turns that were expected, and those that were read.
    expected: Vec<String>,
    found: Vec<String>,
}

/// Edits a turn and reads the source again, in the format in which it was read.
fn edited(
    source: &Source,
    reading: &Understood,
    turn: usize,
    span: TextSpan,
    new: &str,
) -> Result<Outcome, Uneditable> {
    let mut all = reading.conversations.iter().flat_map(|it| &it.turns);
    let edited = all.nth(turn).expect("a turn");
    let edits = edited.text.edit(source.bytes(), span, new)?;
    let bytes = applied(source.bytes(), edits);
    let mut text = edited.text.as_str().to_owned();
    text.replace_range(span.range(), &edited.text.spelled(span, new).expect("it was written"));
    let mut expected = turns(reading);
    let old = format!("{:?}", edited.text.as_str());
    expected[turn] = expected[turn].replace(&old, &format!("{text:?}"));
    let again = Source::new(source.name().to_owned(), bytes.clone());
    let found = turns(&read(&again, forced(reading.format)));
    Ok(Outcome { bytes, expected, found })
}

fn forced(format: &'static Format) -> InputFormat {
    InputFormat::Forced(format)
}

/// The words of a text: letters and what joins them.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if c.is_alphanumeric() || c == '\'' || c == '\u{2019}' {
            match words.last_mut() {
                Some(last) if last.end == at => last.end = end,
                _ => words.push(at..end),
            }
        }
    }
    words
}

/// The turns that somebody said, by their numbers. What the software says names speakers and
/// the like, so that other words there may change other turns; nobody rewrites it.
fn said(reading: &Understood) -> Vec<(usize, String)> {
    let turns = reading.conversations.iter().flat_map(|it| &it.turns).enumerate();
    let said = turns.filter(|(_, turn)| turn.role != Role::System);
    said.map(|(index, turn)| (index, turn.text.as_str().to_owned())).collect()
}

/// New words that give the formats something to spell.
const NEW: [&str; 8] = [
    "ours",
    "I will, and soon",
    "\"ours\"; really",
    "R&D & us",
    "less < more",
    "that\u{2019}s us",
    "caf\u{E9} \u{1F600}",
    "we = you \\o/ 100%",
];

/// What came of replacing spans of a format.
#[derive(Debug, Default)]
struct Tally {
    tried: usize,
    /// The encoding has no such character.
    unspelled: usize,
    refused: Vec<String>,
}

/// Replaces every span of so many words, within one line, by something new.
fn replaced(count: usize) -> BTreeMap<&'static str, Tally> {
    let mut tallies: BTreeMap<&'static str, Tally> = BTreeMap::new();
    for path in all() {
        let source = source(&path);
        let reading = read(&source, InputFormat::Auto);
        let tally = tallies.entry(reading.format.name).or_default();
        for (turn, text) in said(&reading) {
            for (index, some) in words(&text).windows(count).enumerate() {
                let span = TextSpan::new(some[0].start, some[count - 1].end);
                if text[span.range()].contains('\n') {
                    continue;
                }
                let new = NEW[(index + turn) % NEW.len()];
                let place = format!("{}: {:?} -> {new:?}", path.display(), &text[span.range()]);
                tally.tried += 1;
                match edited(&source, &reading, turn, span, new) {
                    Ok(outcome) => assert_eq!(outcome.found, outcome.expected, "{place}"),
                    Err(Uneditable::Spelling(_)) => tally.unspelled += 1,
                    Err(reason) => tally.refused.push(format!("{place}: {reason}")),
                }
            }
        }
    }
    tallies
}

/// The share of spans that were refused, in percent.
fn refused<'t>(tallies: impl IntoIterator<Item = &'t Tally>) -> usize {
    let (tried, refused) = tallies.into_iter().fold((0, 0), |(tried, refused), tally| {
        (tried + tally.tried, refused + tally.refused.len())
    });
    refused * 100 / tried.max(1)
}

#[test]
fn a_word_can_nearly_always_be_replaced() {
    let tallies = replaced(1);
    assert!(refused(tallies.values()) < 2, "{tallies:#?}");
    for (format, tally) in &tallies {
        // What stands in code or in the target of a link are no words.
        assert!(tally.refused.is_empty() || *format == "markdown", "{format}: {tally:#?}");
        // A mail in ASCII has no accents.
        assert!(tally.unspelled == 0 || ["email", "mbox"].contains(format), "{format}");
    }
}

#[test]
fn six_words_can_mostly_be_replaced() {
    let tallies = replaced(6);
    // Captions change from cue to cue, Markdown has its links.
    let broken = ["webvtt", "srt", "markdown"];
    let others = tallies.iter().filter(|(format, _)| !broken.contains(format));
    let share = refused(others.map(|(_, tally)| tally));
    assert!(share < 4, "{share} percent: {tallies:#?}");
    assert!(refused(tallies.values()) < 15, "{tallies:#?}");
}

/// Where words stand in a turn: the turn's number, and their span.
fn find(reading: &Understood, words: &str) -> (usize, TextSpan) {
    let mut turns = reading.conversations.iter().flat_map(|it| &it.turns).enumerate();
    let found = turns.find_map(|(index, turn)| {
        let start = turn.text.as_str().find(words)?;
        Some((index, TextSpan::new(start, start + words.len())))
    });
    found.unwrap_or_else(|| panic!("{words:?} stands in no turn"))
}

/// The bytes of a source after other words were put in place of some.
fn rewritten(name: &str, bytes: &[u8], old: &str, new: &str) -> Result<Vec<u8>, Uneditable> {
    let source = Source::new(name.to_owned(), bytes.to_vec());
    let reading = read(&source, InputFormat::Auto);
    let (turn, span) = find(&reading, old);
    let outcome = edited(&source, &reading, turn, span, new)?;
    assert_eq!(outcome.found, outcome.expected, "{name}: {old:?} -> {new:?}");
    Ok(outcome.bytes)
}

/// Checks what is written for new words into a source that is `before`.
fn check(name: &str, before: &str, old: &str, new: &str, after: &str) {
    let bytes = rewritten(name, before.as_bytes(), old, new).expect("it can be written");
    assert_eq!(String::from_utf8_lossy(&bytes), after, "{name}: {old:?} -> {new:?}");
}

#[test]
fn json_strings() {
    let json = |words: &str| {
        format!(
            "[{{\"role\": \"user\", \"content\": \"Hi\"}},\n {{\"role\": \"assistant\", \"content\": \"{words}\"}}]"
        )
    };
    let before = json("That\\u2019s \\\"not\\\" my job.");
    for (old, new, after) in [
        ("not", "ours", "That\\u2019s \\\"ours\\\" my job."),
        ("\"not\" my", "a \\ \"b\"\n\u{7}", "That\\u2019s a \\\\ \\\"b\\\"\\n\\u0007 job."),
        ("That\u{2019}s", "It\u{2019}s", "It\\u2019s \\\"not\\\" my job."),
        ("job.", "job. \u{1F600}", "That\\u2019s \\\"not\\\" my job. \u{1F600}"),
    ] {
        check("a.json", &before, old, new, &json(after));
    }
    assert_eq!(
        rewritten("a.json", before.as_bytes(), "That\u{2019}s \"not\" my job.", " "),
        Err(Uneditable::Empty)
    );
}

#[test]
fn fields_of_tables() {
    let csv = |words: &str| format!("role,text\nuser,Hi\nagent,{words}\n");
    for (before, old, new, after) in [
        ("not mine", "mine", "yours", "not yours"),
        ("not mine", "mine", "mine, sorry", "\"not mine, sorry\""),
        ("not \"my\" job", "job", "a,b", "\"not \"\"my\"\" a,b\""),
        ("not mine", "not", "\"no\"", "\"\"\"no\"\" mine\""),
        ("\"not, mine\"", "mine", "\"x\"", "\"not, \"\"x\"\"\""),
        ("\"not, mine\"", "mine", "a\nb", "\"not, a\nb\""),
        ("not&#39;s <b>mine</b>", "mine", "R&D", "not&#39;s <b>R&amp;D</b>"),
    ] {
        check("a.csv", &csv(before), old, new, &csv(after));
    }
}

#[test]
fn html() {
    let html = |words: &str| format!("<html><p>{words}</p></html>");
    for (before, old, new, after) in [
        ("a &amp; b", "& b", "< c & d", "a &lt; c &amp; d"),
        ("my <b>hands</b> are tied", "my hands are", "our", "our tied"),
        ("<b>not my</b> job at all", "my job", "ours", "<b>not ours</b> at all"),
        ("not\n  my job", "not my", "our", "our job"),
        ("that&rsquo;s it", "s it", "s us", "that&rsquo;s us"),
    ] {
        check("a.html", &html(before), old, new, &html(after));
    }
    for (before, old, new, reason) in [
        ("a<br>b", "a\nb", "c", Uneditable::Mark),
        ("not <a href=x>my</a> job", "not my job", "c", Uneditable::Gap),
        ("not my job", "my", "a\nb", Uneditable::LineBreak),
        ("not my job", "my", "", Uneditable::Blank),
    ] {
        let refused = rewritten("a.html", html(before).as_bytes(), old, new);
        assert_eq!(refused, Err(reason), "{before}");
    }
}

fn mail(head: &str, body: &str) -> String {
    format!("From: Jane <j@a.example>\r\nSubject: x\r\nMessage-ID: <a@b>\r\n{head}\r\n\r\n{body}")
}

#[test]
fn quoted_printable() {
    let mail = |body: &str| {
        mail(
            "Content-Type: text/plain; charset=iso-8859-1\r\n\
             Content-Transfer-Encoding: quoted-printable",
            body,
        )
    };
    let long = "It is not my job, I have told you so more than once, and you know it well.";
    for (before, old, new, after) in [
        ("That is m=\r\ny job.\r\n", "my job", "caf\u{E9} = 1", "That is caf=E9 =3D 1.\r\n"),
        (
            &format!("{long}\r\n"),
            "once",
            "twice or so",
            "It is not my job, I have told you so more than twice or so=\r\n, and you know it well.\r\n",
        ),
        (
            "Yes\r\n",
            "Yes",
            &format!("{long} {long}"),
            "It is not my job, I have told you so more than once, and you know it well. =\r\n\
             It is not my job, I have told you so more than once, and you know it well.\r\n",
        ),
    ] {
        check("a.eml", &mail(before), old, new, &mail(after));
    }
    // ISO 8859-1 is read as the larger Windows-1252; an emoji is in neither.
    let emoji = rewritten("a.eml", mail("Yes\r\n").as_bytes(), "Yes", "\u{1F600}s");
    assert_eq!(emoji, Err(Uneditable::Spelling('\u{1F600}')));
}

#[test]
fn base64() {
    let mail = |body: &str| {
        mail("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64", body)
    };
    // "That's not my job é!"
    let before = "VGhhdCdz\r\nIG5vdCBt\r\neSBqb2Ig\r\nw6kh\r\n";
    for (old, new, after) in [
        ("not", "now", "VGhhdCdz\r\nIG5vdyBt\r\neSBqb2Ig\r\nw6kh\r\n"),
        ("job", "joy", "VGhhdCdz\r\nIG5vdCBt\r\neSBqb3kg\r\nw6kh\r\n"),
        ("my job", "it \u{E9}", "VGhhdCdz\r\nIG5vdCBp\r\ndCDDqSDD\r\nqSE=\r\n"),
        ("That's not my job", "No", "Tm8gw6kh\r\n"),
    ] {
        check("a.eml", &mail(before), old, new, &mail(after));
    }
}

#[test]
fn seven_bit_mails_stay_so() {
    let before = mail("Content-Type: text/plain", "It is not mine.\r\n");
    let after = mail("Content-Type: text/plain", "It isn't - really...\r\n");
    check("a.eml", &before, "is not mine.", "isn\u{2019}t \u{2013} really\u{2026}", &after);
    let accent = rewritten("a.eml", before.as_bytes(), "mine", "\u{E9}");
    assert_eq!(accent, Err(Uneditable::Spelling('\u{E9}')));
    let head = "Content-Type: text/html";
    let before = mail(head, "<p>It is not mine.</p>\r\n");
    check("a.eml", &before, "mine", "\u{E9}", &mail(head, "<p>It is not &#233;.</p>\r\n"));
}

#[test]
fn a_mailbox_keeps_its_mails_apart() {
    let mbox = |body: &str| {
        format!(
            "From j@a.example Mon Nov  3 09:14:05 2025\nFrom: Jane <j@a.example>\nSubject: x\nDate: Mon, 3 Nov 2025 09:14:05 +0000\n\n{body}\n"
        )
    };
    for (before, old, new, after) in [
        ("Hello,\nOut of here", "Out of", "From over", "Hello,\n>From over here"),
        ("Hello,\n>From here on", "From here", "So", "Hello,\nSo on"),
        ("Hello,\n>From here on", "here", "there", "Hello,\n>From there on"),
    ] {
        check("a.mbox", &mbox(before), old, new, &mbox(after));
    }
}

#[test]
fn encodings_of_files() {
    let json = "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi there, how are you?\"}, {\"role\": \"assistant\", \"content\": \"Not mine at all.\"}]}";
    let csv = "role,text\nuser,Hi there and so on\nagent,not mine at all\n";
    for (name, before, new, after) in [
        ("a.json", json, "\"\u{E9}\u{1F600}\"", json.replace("mine", "\\\"\u{E9}\u{1F600}\\\"")),
        (
            "a.csv",
            csv,
            "\u{E9}, \"a\"",
            csv.replace("not mine at all", "\"not \u{E9}, \"\"a\"\" at all\""),
        ),
    ] {
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let utf16 = |text: &str| -> Vec<u8> {
                format!("\u{FEFF}{text}").encode_utf16().flat_map(to_bytes).collect()
            };
            let bytes = rewritten(name, &utf16(before), "mine", new).expect("it can be written");
            assert_eq!(bytes, utf16(&after), "{name}");
        }
        let bom = format!("\u{FEFF}{before}");
        check(name, &bom, "mine", new, &format!("\u{FEFF}{after}"));
    }
    let windows = |text: &str| encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let csv = "role,text\nuser,Caf\u{E9}\nagent,not mine\n";
    let bytes =
        rewritten("a.csv", &windows(csv), "mine", "\u{2019}\u{20AC}").expect("it is in there");
    assert_eq!(bytes, windows("role,text\nuser,Caf\u{E9}\nagent,not \u{2019}\u{20AC}\n"));
    let refused = rewritten("a.csv", &windows(csv), "mine", "\u{3042}");
    assert_eq!(refused, Err(Uneditable::Spelling('\u{3042}')));
    let bytes = rewritten("a.csv", &windows(csv), "mine", "a\u{2011}b").expect("there is a hyphen");
    assert_eq!(bytes, windows("role,text\nuser,Caf\u{E9}\nagent,not a-b\n"));
    let json = "[{\"role\": \"user\", \"content\": \"Caf\u{E9}\"}, {\"role\": \"assistant\", \"content\": \"not mine\"}]";
    let bytes = rewritten("a.json", &windows(json), "mine", "\u{1F600}").expect("JSON has numbers");
    assert_eq!(bytes, windows(&json.replace("mine", "\\ud83d\\ude00")));
}

#[test]
fn captions() {
    let vtt = |words: &str| format!("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Jane>{words}\n");
    for (before, old, new, after) in [
        ("not mine", "mine", "R&D <3", "not R&amp;D &lt;3"),
        ("not <i>my</i> job", "my job", "ours", "not <i>ours</i>"),
    ] {
        check("a.vtt", &vtt(before), old, new, &vtt(after));
    }
    let cues = "not my\n\n00:03.000 --> 00:04.000\n<v Jane>job";
    let refused = rewritten("a.vtt", vtt(cues).as_bytes(), "my job", "ours");
    assert_eq!(refused, Err(Uneditable::Mark));
    let srt = |words: &str| format!("1\n00:00:01,000 --> 00:00:02,000\n{words}\n");
    check("a.srt", &srt("not my\njob"), "my job", "ours & R&D", &srt("not ours & R&D"));
    for new in ["<b>", "a --> b", "a\nb"] {
        assert!(rewritten("a.srt", srt("not mine").as_bytes(), "mine", new).is_err(), "{new}");
    }
}

#[test]
fn markdown() {
    for (before, old, new, after) in [
        ("not *my* job\n", "my", "a*b [c]", "not *a\\*b \\[c\\]* job\n"),
        ("not \\*my\\* job\n", "*my*", "our", "not our job\n"),
        ("not my\njob\n", "my\njob", "ours", "not ours\n"),
        ("R&amp;D it is\n", "D", "E", "R&amp;E it is\n"),
        ("it\n", "it", "- &lt;", "\\- \\&lt;\n"),
        ("> not my\n> job\n", "my\n> job", "ours", "> not ours\n"),
    ] {
        check("a.md", before, old, new, after);
    }
    for (before, old) in
        [("a `b c` d\n", "b c"), ("a **b c** d\n", "a **b"), ("a [b](c) d\n", "b](`c`) d")]
    {
        assert!(rewritten("a.md", before.as_bytes(), old, "new").is_err(), "{before}");
    }
}

#[test]
fn words_are_inserted_at_any_place() {
    for (at, after) in [(0, "Sam, not mine"), (3, "notSam,  mine"), (8, "not mineSam, ")] {
        let json = |words: &str| {
            format!(
                "[{{\"role\": \"user\", \"content\": \"Hi\"}}, {{\"role\": \"assistant\", \"content\": \"{words}\"}}]"
            )
        };
        let source = Source::new("a.json".to_owned(), json("not mine").into_bytes());
        let reading = read(&source, InputFormat::Auto);
        let outcome = edited(&source, &reading, 1, TextSpan::new(at, at), "Sam, ")
            .expect("it can be written");
        assert_eq!(outcome.found, outcome.expected);
        assert_eq!(String::from_utf8_lossy(&outcome.bytes), json(after));
    }
}

/// A fixture, a span of one of its turns, and words to put there.
fn replacement(
    new: &'static str,
) -> impl Strategy<Value = (PathBuf, [prop::sample::Index; 3], String)> {
    (prop::sample::select(all()), any::<[prop::sample::Index; 3]>(), new)
}

/// The span that the indices pick among the words of a source; nothing if it has none.
fn picked(reading: &Understood, at: [prop::sample::Index; 3]) -> Option<(usize, TextSpan, String)> {
    let said = said(reading);
    let (turn, text) = said.get(at[0].index(said.len().max(1)))?;
    let words = words(text);
    let first = at[1].index(words.len().max(1));
    let last = (first + at[2].index(5)).min(words.len().saturating_sub(1));
    let span = TextSpan::new(words.get(first)?.start, words.get(last)?.end);
    Some((*turn, span, text[span.range()].to_owned()))
}

proptest! {
    // The same cases on every run: a fixture that can be broken by one word in ten thousand is
    // found by looking for it, with another number here, not in somebody's unlucky build.
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(600),
        failure_persistence: None,
        ..ProptestConfig::with_cases(600)
    })]

    /// No words begin with a dash: in captions that is how another speaker begins.
    #[test]
    fn what_is_written_is_read(
        (path, at, new) in replacement("[a-zA-Z\"',;&<\u{E9}\u{2019}\u{1F600}][a-z\"',;&<\u{E9}\u{2019}\u{1F600}-]{0,7}( [a-z\"',;&<\u{E9}\u{2019}\u{1F600}]{1,8}){0,3}")
    ) {
        let source = source(&path);
        let reading = read(&source, InputFormat::Auto);
        // In a chat, words at the start of a line can make a heading of it: what is told from the
        // words may change with them. Fixing reads again and sees that.
        let is_chat = path.parent().is_some_and(|folder| folder.ends_with("chat"));
        if !is_chat
            && let Some((turn, span, _)) = picked(&reading, at)
            && let Ok(outcome) = edited(&source, &reading, turn, span, &new)
        {
            prop_assert_eq!(outcome.found, outcome.expected, "{} {:?}", path.display(), span);
        }
    }

    #[test]
    fn the_same_words_change_nothing((path, at, _) in replacement("")) {
        let source = source(&path);
        let reading = read(&source, InputFormat::Auto);
        if let Some((turn, span, same)) = picked(&reading, at) {
            let outcome = edited(&source, &reading, turn, span, &same).expect("nothing to do");
            prop_assert_eq!(outcome.bytes, source.bytes());
        }
    }

    #[test]
    fn damaged_files_are_edited_or_refused(
        (path, at, new) in replacement("[a-z\"<&\\u{E9}]{1,6}"),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0..40_usize, any::<Option<u8>>()), 1..4)
    ) {
        let mut bytes = fs::read(&path).expect("a fixture");
        for (from, removed, byte) in cuts {
            let from = from.index(bytes.len() + 1);
            let end = (from + removed).min(bytes.len());
            bytes.splice(from..end, byte);
        }
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let source = Source::new(name, bytes);
        let reading = read(&source, InputFormat::Auto);
        if let Some((turn, span, _)) = picked(&reading, at) {
            let _ = edited(&source, &reading, turn, span, &new);
        }
    }

    #[test]
    fn no_words_break_the_editing((path, at, new) in replacement("(\\PC|[\n\r\t<>&\"\\\\\\[\\]]|-->|</b>|From |&#;|`|\\x00){0,6}")) {
        let source = source(&path);
        let reading = read(&source, InputFormat::Auto);
        if let Some((turn, span, _)) = picked(&reading, at) {
            let _ = edited(&source, &reading, turn, span, &new);
        }
    }
}
