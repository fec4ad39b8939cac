//! The embedded pack: what must be caught in whatever form, what must never be flagged, and
//! that every rule lives up to its own examples.

use std::sync::LazyLock;

use buckstop::check::{Options, check, check_rewrites_of_all, test_examples};
use buckstop::rules::{Example, Guard, Ruleset};
use buckstop::source::Source;

static EMBEDDED: LazyLock<Ruleset> =
    LazyLock::new(|| Ruleset::builder().build().expect("the embedded pack is sound"));

/// What is reported in a draft, as rule ids and words.
fn found(draft: &str) -> Vec<(String, String)> {
    let source = Source::new("draft.txt".to_owned(), draft.as_bytes().to_vec());
    let report = check(source, &Options::default(), &EMBEDDED);
    let words = |f: &buckstop::finding::Finding<'_>| {
        report.turns[f.turn].turn.text.slice(f.span).to_owned()
    };
    report.findings.iter().map(|f| (f.rule.id.clone(), words(f))).collect()
}

/// The phrases that started it all.
const SEEDS: [&str; 16] = [
    "that's not my job, you have to talk to someone else about that",
    "I have no idea, they really don't tell me stuff around here",
    "who told you that, that's not our policy",
    "it's a corporate policy over which I have no control",
    "corporate (they) sets the policies",
    "I agree the policy is dumb but nothing can be done",
    "it's not my fault",
    "I can't help you",
    "I did not service your AC unit",
    "I did not set up your phone plan, so I cannot help you",
    "it's above my pay-grade",
    "not my problem",
    "it's not my issue to address",
    "I don't have time",
    "someone over in accounting messed this up",
    "you'll have to call billing",
];

#[test]
fn the_seeds_are_caught_in_whatever_form() {
    let forms: [fn(&str) -> String; 9] = [
        str::to_owned,
        str::to_uppercase,
        |s| s.replace('\'', "\u{2019}"),
        |s| s.replace('\'', ""),
        |s| s.replace(' ', "\n"),
        |s| s.replace("not", "*not*").replace("can't", "can**not**"),
        |s| s.replace("job", "j\u{AD}ob").replace("no ", "no\u{200B} "),
        |s| format!("Hi Ann,\n\nsorry, but {s}.\n\nBest, Tom"),
        |s| format!("{s} tbh"),
    ];
    for seed in SEEDS {
        for form in forms {
            let draft = form(seed);
            assert!(!found(&draft).is_empty(), "missed: {draft}");
        }
    }
}

#[test]
fn contracted_and_full_forms_are_the_same() {
    for (full, contracted) in [
        ("That is not my job.", "That isn't my job."),
        ("I can not help you.", "I cant help ya."),
        ("It is not my fault.", "It ain't my fault."),
        ("You will have to call billing.", "Youll have to call billing."),
    ] {
        let ids = |draft: &str| found(draft).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(ids(full), ids(contracted), "{full} / {contracted}");
        assert!(!ids(full).is_empty(), "{full}");
    }
}

#[test]
fn owned_answers_are_never_flagged() {
    for draft in [
        "Let me introduce you to my coworker. She's an expert in this area.",
        "That's a good question. Let me find out for you.",
        "Let me see what I can do to help you.",
        "We here at Acme stand by our policy, and here's why.",
        "We made a mistake.",
        "I'm sorry that happened. Let's see how we can solve this.",
        "I don't know, but let me find out for you.",
        "I won't tell you it's not my job.",
        "If there is nothing I can do I'll tell you straight away.",
        "You wrote \"that's not my job\" was what you heard. That should not have happened.",
        "No fault of yours at all.",
        "Your policy number is 4711.",
        "Please restart the router and send us a DM so that we can look into it.",
    ] {
        assert_eq!(found(draft), [], "{draft}");
    }
}

#[test]
fn every_rule_lives_up_to_its_examples() {
    let failures = test_examples(&EMBEDDED);
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn every_rule_has_examples_of_both_kinds_and_words_to_send() {
    for rule in EMBEDDED.rules() {
        let flags = rule.examples.iter().filter(|e| matches!(e, Example::Flag { .. })).count();
        assert!(flags > 0 && flags < rule.examples.len(), "{} lacks examples", rule.id);
        assert!(!rule.rewrites.is_empty(), "{} has no rewrite", rule.id);
        assert!(!rule.why.is_empty(), "{} does not say why", rule.id);
    }
}

#[test]
fn the_entries_of_word_lists_can_be_read() {
    let filler = EMBEDDED.list("filler").expect("a list of the embedded pack");
    assert!(filler.iter().any(|entry| entry == "really"), "{filler:?}");
    assert_eq!(EMBEDDED.list("no-such-list"), None);
    let own = Ruleset::builder().embedded(false).pack("own.toml", "lists.filler = ['verily']");
    let own = own.build().expect("a sound pack");
    let both = own.list("filler").expect("a list of both packs");
    assert_eq!(both.split_last().map(|(own, rest)| (own.as_str(), rest)), Some(("verily", filler)));
}

#[test]
fn the_guards_of_a_rule_can_be_told() {
    let rules = EMBEDDED.rules();
    let guards = |id: &str| {
        let number = rules.iter().position(|rule| rule.id == id).expect("a rule");
        EMBEDDED.silence(number).guards
    };
    assert_eq!(guards("not-my-job")[..2], [Guard::Quoted, Guard::Code]);
    assert!(!guards("not-my-job").contains(&Guard::Redeemed));
}

#[test]
fn no_rewrite_would_itself_be_flagged() {
    if let Err(errors) = check_rewrites_of_all(&EMBEDDED) {
        let told: Vec<&str> = errors.iter().map(|e| e.message.as_str()).collect();
        panic!("{told:#?}");
    }
}

#[test]
fn all_twelve_categories_have_rules() {
    let deflections = EMBEDDED.rules().iter().filter(|rule| rule.category != "steps");
    let mut categories: Vec<&str> = deflections.map(|rule| rule.category.as_str()).collect();
    categories.sort_unstable();
    categories.dedup();
    let expected = [
        "blame-others",
        "customer-blame",
        "excuse",
        "fault-denial",
        "helplessness",
        "ignorance",
        "no-control",
        "no-owner",
        "not-my-job",
        "policy-shield",
        "runaround",
        "they-distancing",
    ];
    assert_eq!(categories, expected);
}
