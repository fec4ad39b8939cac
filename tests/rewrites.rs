//! What fixing makes of texts, over the examples of the embedded rules: fixed once is fixed for
//! good, nothing but the intended words changes, and a format stays what it was.

use buckstop::check::{Options, check};
use buckstop::finding::Applicability;
use buckstop::fix::{FixOptions, Fixed, fix};
use buckstop::rules::{Example, Ruleset};
use buckstop::source::Source;
use proptest::prelude::*;
use std::fmt::Write;
use std::sync::LazyLock;

static RULESET: LazyLock<Ruleset> =
    LazyLock::new(|| Ruleset::builder().build().expect("the embedded pack is sound"));

/// All texts that some rule flags.
static FLAGGED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let examples = RULESET.rules().iter().flat_map(|rule| &rule.examples);
    let flagged = examples.filter_map(|example| match example {
        Example::Flag { text, .. } => Some(text.clone()),
        Example::Pass { .. } => None,
    });
    flagged.collect()
});

const LEVELS: [Applicability; 3] =
    [Applicability::Safe, Applicability::Suggested, Applicability::Template];

fn fixed(name: &str, bytes: &[u8], least: Applicability) -> Fixed {
    let source = Source::new(name.to_owned(), bytes.to_vec());
    fix(source, &Options::default(), &FixOptions { least, lines: None }, &RULESET)
}

fn findings(name: &str, bytes: &[u8]) -> usize {
    let source = Source::new(name.to_owned(), bytes.to_vec());
    check(source, &Options::default(), &RULESET).findings.len()
}

#[test]
fn every_finding_of_an_example_has_one_to_three_rewrites() {
    for text in FLAGGED.iter() {
        let source = Source::new("draft.txt".to_owned(), text.clone().into_bytes());
        for finding in check(source, &Options::default(), &RULESET).findings {
            let count = finding.rewrites.len();
            assert!((1..=3).contains(&count), "{} offers {count} for {text:?}", finding.rule.id);
        }
    }
}

#[test]
fn fixed_once_is_fixed_for_good() {
    for text in FLAGGED.iter() {
        for least in LEVELS {
            let once = fixed("draft.txt", text.as_bytes(), least);
            let twice = fixed("draft.txt", &once.bytes, least);
            let shown = String::from_utf8_lossy(&once.bytes);
            assert_eq!(once.bytes, twice.bytes, "{text:?} became {shown:?}");
            assert!(once.remaining <= findings("draft.txt", text.as_bytes()), "{shown:?}");
            assert_eq!(once.remaining, findings("draft.txt", &once.bytes), "{shown:?}");
        }
    }
}

#[test]
fn a_template_leaves_next_to_nothing_to_be_found() {
    let count = |least| {
        let remain = |text: &&String| fixed("draft.txt", text.as_bytes(), least).remaining > 0;
        FLAGGED.iter().filter(remain).count()
    };
    let left = count(Applicability::Template);
    assert!(left * 50 <= FLAGGED.len(), "{left} of {} examples keep a finding", FLAGGED.len());
}

#[test]
fn nothing_to_fix_is_nothing_changed() {
    let examples = RULESET.rules().iter().flat_map(|rule| &rule.examples);
    for example in examples {
        let Example::Pass { text } = example else { continue };
        if findings("draft.txt", text.as_bytes()) == 0 {
            let after = fixed("draft.txt", text.as_bytes(), Applicability::Template);
            assert_eq!(String::from_utf8_lossy(&after.bytes), text.as_str());
            assert!(after.applied.is_empty() && after.refused.is_empty());
        }
    }
}

#[test]
fn a_range_of_lines_is_kept_to() {
    let text = "They changed it.\nThey changed it.\nThey changed it.\n";
    let source = Source::new("draft.txt".to_owned(), text.as_bytes().to_vec());
    let fixing = FixOptions { least: Applicability::Safe, lines: Some(2..=2) };
    let fixed = fix(source, &Options::default(), &fixing, &RULESET);
    let expected = "They changed it.\nWe changed it.\nThey changed it.\n";
    assert_eq!(String::from_utf8_lossy(&fixed.bytes), expected);
}

#[test]
fn a_range_survives_the_line_breaks_that_go_with_its_words() {
    let text = "I have no idea, which is a shame for all of\nus\nat\nthe\nfront\ndesk.\n";
    let source = Source::new("draft.txt".to_owned(), text.as_bytes().to_vec());
    let fixing = FixOptions { least: Applicability::Template, lines: Some(1..=1) };
    let fixed = fix(source, &Options::default(), &fixing, &RULESET);
    assert_eq!((fixed.applied.len(), fixed.remaining), (1, 0));
    let lines = String::from_utf8_lossy(&fixed.bytes).lines().count();
    assert!(lines + 1 < text.lines().count(), "{:?}", fixed.applied);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Several deflections in one draft, in any order, with any ends of line.
    #[test]
    fn a_draft_of_many_deflections_comes_to_rest(
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..8),
        joint in prop::sample::select(vec![" ", "\n", "\r\n", "\n\n", "\r\n\r\n", " \u{1F600} "]),
        bom in any::<bool>(),
        level in 0..3_usize,
    ) {
        let texts: Vec<&str> = picks.iter().map(|pick| pick.get(&FLAGGED).as_str()).collect();
        let draft = format!("{}{}", if bom { "\u{FEFF}" } else { "" }, texts.join(joint));
        let once = fixed("draft.txt", draft.as_bytes(), LEVELS[level]);
        prop_assert_eq!(std::str::from_utf8(&once.bytes).is_ok(), true);
        prop_assert_eq!(once.bytes.starts_with(b"\xEF\xBB\xBF"), bom);
        prop_assert_eq!(draft.ends_with('\n'), once.bytes.ends_with(b"\n"));
        let twice = fixed("draft.txt", &once.bytes, LEVELS[level]);
        prop_assert_eq!(once.bytes, twice.bytes);
    }

    /// In a transcript only what the agent says changes, and it stays JSON.
    #[test]
    fn a_transcript_changes_only_where_the_agent_speaks(
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
        level in 0..3_usize,
        ascii in any::<bool>(),
    ) {
        let texts: Vec<String> = picks.iter().map(|pick| pick.get(&FLAGGED).clone()).collect();
        let turn = |(number, text): (usize, &String)| {
            let role = if number % 2 == 0 { "assistant" } else { "user" };
            serde_json::json!({ "role": role, "content": format!("\u{201C}{number}\u{201D}\t{text}"), "n": 1.50 })
        };
        let turns: Vec<_> = texts.iter().enumerate().map(turn).collect();
        let line = serde_json::json!({ "id": "c-1", "messages": turns }).to_string();
        let line = if ascii { escaped(&line) } else { line };
        let file = format!("{line}\n{line}\n");
        let after = fixed("chats.jsonl", file.as_bytes(), LEVELS[level]);
        let after = String::from_utf8(after.bytes).expect("the file is UTF-8");
        prop_assert_eq!(after.lines().count(), 2);
        for (old, new) in file.lines().zip(after.lines()) {
            let old: serde_json::Value = serde_json::from_str(old).expect("valid before");
            let mut new: serde_json::Value = serde_json::from_str(new).expect("valid after");
            let count = old["messages"].as_array().map_or(0, Vec::len);
            for number in (0..count).step_by(2) {
                new["messages"][number]["content"] = old["messages"][number]["content"].clone();
            }
            prop_assert_eq!(old, new);
        }
    }
}

/// JSON with every character beyond ASCII escaped, as Python writes it.
fn escaped(json: &str) -> String {
    let mut escaped = String::new();
    for c in json.chars() {
        if c.is_ascii() {
            escaped.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            write!(escaped, "\\u{unit:04x}").expect("a string takes everything");
        }
    }
    escaped
}
