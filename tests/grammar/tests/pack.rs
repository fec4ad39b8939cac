//! Every rewrite of the embedded pack, in its rule's own examples.

use buckstop::rules::{Example, Rule, Ruleset};
use buckstop_grammar::attempt::{Readers, Trial};
use buckstop_grammar::grammar::{IGNORED, Reader};
use buckstop_grammar::seam::bad_seams;

#[test]
fn no_rewrite_breaks_the_grammar_or_deflects_in_its_turn() {
    // What is offered is held to what phrases find.
    let rules = Ruleset::builder().learned(false).build().unwrap();
    let mut readers = Readers { rules: &rules, grammar: Reader::new() };
    let mut failures = Vec::new();
    for rule in rules.rules() {
        let alone = Ruleset::builder().select(vec![rule.id.clone()]).build().unwrap();
        for text in flagged(rule) {
            let trials = readers.try_rewrites(text, &alone);
            failures.extend(trials.iter().flat_map(told));
        }
    }
    assert!(failures.is_empty(), "{} rewrites\n\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn what_is_ignored_is_what_harper_says_of_good_english() {
    let mut reader = Reader::new();
    for ignored in IGNORED {
        let complaints = reader.read(ignored.example);
        assert!(!complaints.is_empty(), "harper has nothing against this any more: {ignored:?}");
        let others: Vec<_> = complaints.iter().filter(|c| !ignored.sort.has(c)).collect();
        assert!(others.is_empty(), "{ignored:?}: {others:#?}");
    }
}

#[test]
fn bad_english_is_noticed() {
    let mut reader = Reader::new();
    for (before, after) in [
        ("Sorry, that is a mess.", "Sorry, that is an mess."),
        ("They are late.", "We is late."),
        ("I am sorry that you think so.", "I am sorry that we we sent it."),
        ("The policy says so.", "The our policy says so."),
        ("That is it.", "that is what we promise you."),
        ("That is the rule.", "That is  the rule."),
    ] {
        assert!(!reader.introduced(before, after, 0).is_empty(), "{after}");
        assert_eq!(reader.introduced(after, after, 0), [], "{after}");
    }
}

#[test]
fn bad_seams_are_noticed() {
    for (text, start, end) in [
        ("The we got this wrong.", 4, 21),
        ("Whoever was on I'll find out.", 15, 28),
        ("Which light is on??", 0, 18),
        ("Which light is on?, he said.", 0, 18),
    ] {
        assert!(!bad_seams(text, start..end).is_empty(), "{text}");
    }
    for (text, start, end) in [
        ("Before we got this wrong.", 7, 24),
        ("Come on, I'll find out.", 9, 22),
        ("In the end, it is our fault.", 0, 10),
        ("Of our own making, that.", 3, 17),
    ] {
        assert_eq!(bad_seams(text, start..end), [] as [String; 0], "{text}");
    }
}

fn flagged(rule: &Rule) -> impl Iterator<Item = &str> {
    rule.examples.iter().filter_map(|example| match example {
        Example::Flag { text, .. } => Some(text.as_str()),
        Example::Pass { .. } => None,
    })
}

/// The rewrites of a finding that are at fault, each as a paragraph.
fn told(trial: &Trial) -> Vec<String> {
    let at_fault = trial.attempts.iter().filter(|attempt| !attempt.faults.is_empty());
    at_fault
        .map(|attempt| {
            let (rule, before, after) = (&trial.rule, &attempt.before, &attempt.after);
            let faults: Vec<_> =
                attempt.faults.iter().map(|f| format!("  fault:  {f}\n")).collect();
            format!("{rule}\n  before: {before}\n  after:  {after}\n{}", faults.concat())
        })
        .collect()
}
