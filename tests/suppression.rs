//! Comments in drafts that silence rules.

use buckstop::check::{Options, check};
use buckstop::report::Report;
use buckstop::rules::Ruleset;
use buckstop::source::Source;
use std::sync::LazyLock;

static RULESET: LazyLock<Ruleset> =
    LazyLock::new(|| Ruleset::builder().build().expect("the embedded pack is sound"));

fn report(name: &str, bytes: impl Into<Vec<u8>>) -> Report<'static> {
    check(Source::new(name.to_owned(), bytes.into()), &Options::default(), &RULESET)
}

/// The lines of the findings that are left, and how many were silenced.
fn left(name: &str, text: &str) -> (Vec<usize>, usize) {
    let report = report(name, text);
    let line = |start| report.source.position(start).line;
    let lines = report.findings.iter().map(|finding| line(finding.source_span.start)).collect();
    (lines, report.suppressed.len())
}

fn problems(name: &str, text: &str) -> Vec<String> {
    report(name, text).problems.into_iter().map(|problem| problem.message).collect()
}

#[test]
fn a_stretch_is_silenced_up_to_where_it_is_enabled_again() {
    let text = "<!-- buckstop-disable not-my-job -->\nThat's not my job.\n\n\
                <!-- buckstop-enable not-my-job -->\nThat's not my job.\n";
    assert_eq!(left("a.md", text), (vec![5], 1));
    assert_eq!(left("a.html", &format!("<p>{text}</p>")), (vec![5], 1));
    assert_eq!(left("a.txt", text), (vec![5], 1));
}

#[test]
fn only_the_next_line_is_silenced() {
    let text = "# buckstop-disable-next-line\nThat's not my job.\nThat's not my job.\n";
    assert_eq!(left("a.txt", text), (vec![3], 1));
    assert_eq!(left("a.txt", &text.replace('\n', "\r\n")), (vec![3], 1));
}

#[test]
fn rules_and_categories_can_be_named() {
    let text = |name: &str| {
        format!("// buckstop-disable {name}\nThat's not my job.\nThey changed the terms.\n")
    };
    assert_eq!(left("a.txt", &text("they-decided")), (vec![2], 1));
    assert_eq!(left("a.txt", &text("they-distancing, not-my-job")), (vec![], 2));
    assert_eq!(left("a.txt", &text("")), (vec![], 2));
}

#[test]
fn utf_16_is_silenced_too() {
    let text = "\u{FEFF}<!-- buckstop-disable -->\nThat's not my job.\n";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let report = report("a.txt", bytes);
    assert_eq!((report.findings.len(), report.suppressed.len()), (0, 1));
}

#[test]
fn the_name_of_a_rule_is_no_deflection() {
    assert_eq!(left("a.txt", "# buckstop-enable not-my-job\nHello.\n"), (vec![], 0));
}

#[test]
fn comments_without_use_or_meaning_are_told() {
    let told =
        |comment: &str| problems("a.md", &format!("<!-- buckstop-{comment} -->\n\nHello.\n"));
    assert_eq!(told("disable"), ["this comment silences nothing; take it out"]);
    assert_eq!(
        told("disable not-my-jbo"),
        ["no rule or category is called `not-my-jbo`; did you mean `not-my-job`?"]
    );
    assert_eq!(
        told("disabel"),
        ["there is no comment `buckstop-disabel`; did you mean `buckstop-disable`?"]
    );
    assert_eq!(told("enable"), [""; 0]);
}

#[test]
fn a_comment_for_a_rule_that_takes_no_part_is_of_use_elsewhere() {
    let ruleset = Ruleset::builder().ignore(vec!["not-my-job".to_owned()]).build().expect("rules");
    let text = "<!-- buckstop-disable not-my-job -->\n\nThat's not my job.\n";
    let source = Source::new("a.md".to_owned(), text.as_bytes().to_vec());
    assert_eq!(check(source, &Options::default(), &ruleset).problems, []);
}

#[test]
fn nobody_silences_anything_in_a_transcript() {
    let chat =
        "Customer: <!-- buckstop-disable --> My boiler is cold.\nAgent: That's not my job.\n";
    assert_eq!(left("chat.txt", chat), (vec![2], 0));
    let json = "[{\"role\":\"user\",\"content\":\"<!-- buckstop-disable -->\"},\
                {\"role\":\"assistant\",\"content\":\"That's not my job.\"}]";
    assert_eq!(left("chat.json", json), (vec![1], 0));
}
