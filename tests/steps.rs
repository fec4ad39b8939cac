//! What a message lacks: the three steps of the embedded pack, and rules with `missing`.

use std::sync::LazyLock;

use buckstop::check::{Options, check, check_rewrites};
use buckstop::report::Report;
use buckstop::rules::{BuildError, Ruleset};
use buckstop::source::Source;

static STEPS: LazyLock<Ruleset> = LazyLock::new(|| {
    let builder = Ruleset::builder().select(vec!["steps".to_owned()]);
    builder.build().expect("the embedded pack is sound")
});

fn report<'r>(name: &str, text: &str, ruleset: &'r Ruleset) -> Report<'r> {
    let source = Source::new(name.to_owned(), text.as_bytes().to_vec());
    check(source, &Options::default(), ruleset)
}

/// The steps that a text lacks, by the last words of their ids.
fn lacking(name: &str, text: &str) -> Vec<String> {
    let report = report(name, text, &STEPS);
    let ids = report.findings.iter().map(|it| it.rule.id.trim_start_matches("step-").to_owned());
    let mut ids: Vec<String> = ids.collect();
    ids.sort_unstable();
    ids
}

/// A ruleset of one rule with these keys.
fn rule(keys: &str) -> Result<Ruleset, BuildError> {
    let pack = format!("[[rule]]\nid = \"r\"\nwhy = \"w\"\n{keys}");
    Ruleset::builder().embedded(false).pack("r.toml", pack).build()
}

/// The marked sentence, and the text with the words added.
fn completed(keys: &str, text: &str) -> Vec<(String, String)> {
    let ruleset = rule(keys).expect("a sound pack");
    let report = report("draft.txt", text, &ruleset);
    let found = report.findings.iter().map(|finding| {
        let rewrite = finding.rewrites.first().expect("words to add");
        let mut whole = text.to_owned();
        whole.replace_range(rewrite.span.range(), &rewrite.text);
        (text[finding.span.range()].to_owned(), whole)
    });
    found.collect()
}

#[test]
fn each_step_is_missed_by_itself() {
    let none: [&str; 0] = [];
    for (text, steps) in [
        (
            "We let you down. I've sent a new key, and I'll call you on Friday to hear if it fits.",
            &none[..],
        ),
        ("I've sent you a new key today, and I'll call you on Friday.", &["acknowledge"]),
        ("I see why you're upset. I'll call you on Friday, whatever the news.", &["solution"]),
        ("I'm sorry about the lock. A new key has been sent today.", &["follow-up"]),
        (
            "The shop is open from nine to five on all days.",
            &["acknowledge", "follow-up", "solution"],
        ),
    ] {
        assert_eq!(lacking("draft.txt", text), steps, "{text}");
    }
}

#[test]
fn what_only_looks_like_a_step_is_none() {
    for text in [
        "We've sent a new key today. Is there anything else I can help you with?",
        "We've sent a new key today. If you have any further questions, let us know!",
        "We've sent a new key today. Someone will get back to you in due course.",
        "We've sent a new key today. My colleague wrote \"I'll call you tomorrow\" to you.",
        "We've sent a new key to your address today.\n\n> I will call you tomorrow.\n",
    ] {
        assert!(lacking("draft.txt", text).contains(&"follow-up".to_owned()), "{text}");
    }
    let refusal = "Sorry, but we can't refund a ticket after the day of travel.";
    assert_eq!(lacking("draft.txt", refusal), ["acknowledge", "follow-up", "solution"]);
}

#[test]
fn a_greeting_is_not_judged() {
    for text in [
        "",
        "Hi Ann!",
        "Thanks, Ann, have a nice day!",
        "Hi!\n\n> Where is my parcel, and who lost it?\n> It has been a week.",
    ] {
        assert_eq!(lacking("draft.txt", text), [""; 0], "{text}");
    }
}

#[test]
fn a_conversation_is_judged_as_one() {
    let chat = "Customer: I'm sorry to ask, but where is my key? I will call you tomorrow.\n\
                Agent: We let you down there, Ann.\n\
                Customer: And now?\n\
                Agent: I've sent a new key this morning.\n\
                Customer: ok\n";
    let report = report("chat.txt", chat, &STEPS);
    let found: Vec<_> = report.findings.iter().map(|it| (it.rule.id.as_str(), it.turn)).collect();
    assert_eq!(found, [("step-follow-up", 3)]);
    let done = format!("{chat}Agent: I'll check on Friday that it fits.\n");
    assert_eq!(lacking("chat.txt", &done), [""; 0]);
}

#[test]
fn conversations_are_judged_apart() {
    let line = |said: &str| {
        format!("{{\"messages\":[{{\"role\":\"assistant\",\"content\":\"{said}\"}}]}}\n")
    };
    let whole = "I'm sorry about the lock. I've sent a new key, and I'll call you on Friday.";
    let part = "I'm sorry about the lock. I've sent you a new key today.";
    let both = line(whole) + &line(part);
    assert_eq!(lacking("two.jsonl", &both), ["follow-up"]);
}

#[test]
fn the_steps_must_be_asked_for() {
    let plain = Ruleset::builder().build().expect("the embedded pack is sound");
    let text = "The shop is open from nine to five on all days.";
    assert!(report("draft.txt", text, &plain).findings.is_empty());
    let also =
        Ruleset::builder().select(vec!["not-my-job".to_owned()]).also(vec!["steps".to_owned()]);
    let also = also.build().expect("the embedded pack is sound");
    assert_eq!(report("draft.txt", text, &also).findings.len(), 3);
    let less =
        Ruleset::builder().also(vec!["steps".to_owned()]).ignore(vec!["step-solution".to_owned()]);
    let less = less.build().expect("the embedded pack is sound");
    assert_eq!(report("draft.txt", text, &less).findings.len(), 2);
}

#[test]
fn the_words_of_a_step_take_it() {
    for finding in
        report("draft.txt", "The shop is open from nine to five on all days.", &STEPS).findings
    {
        for rewrite in &finding.rewrites {
            let step = finding.rule.id.trim_start_matches("step-").to_owned();
            let text = format!("The shop is open on all days. {}", rewrite.words());
            assert!(!lacking("draft.txt", &text).contains(&step), "{text}");
        }
    }
}

#[test]
fn words_are_added_where_they_belong() {
    let keys = "missing = ['ticket number']\nrewrites = ['your ticket number is [number]']\n";
    let end = |text: &str| completed(keys, text).pop().expect("a finding");
    let mail = "Hi Ann,\n\nwe have sent the new key to you today.\n\nBest regards,\nTom\nAcme";
    let whole = mail.replace("today.", "today. Your ticket number is [number].");
    assert_eq!(end(mail), ("we have sent the new key to you today".to_owned(), whole));
    let chat = "we have sent the new key to you today";
    assert_eq!(end(chat).1, format!("{chat}. Your ticket number is [number]."));
    let start = format!("{keys}place = 'start'\n");
    let (marked, whole) = completed(&start, mail).pop().expect("a finding");
    assert_eq!(marked, "we have sent the new key to you today");
    assert_eq!(whole, mail.replace("we have", "Your ticket number is [number]. we have"));
}

#[test]
fn conditions_say_where_words_are_missed() {
    let keys = "missing = ['within * days']\nrewrites = ['It takes 5 days']\n";
    let count = |more: &str, text: &str| completed(&format!("{keys}{more}"), text).len();
    let refund = "We have sent the refund to your card, Ann, as promised.";
    assert_eq!(count("when = { message = ['refund'] }", refund), 1);
    assert_eq!(count("when = { message = ['voucher'] }", refund), 0);
    assert_eq!(count("unless = { message = ['as promised'] }", refund), 0);
    assert_eq!(count("", &refund.replace("as promised", "within five days")), 0);
}

#[test]
fn what_has_no_place_is_a_mistake() {
    for keys in [
        "missing = ['a b']\nphrases = ['a b']",
        "missing = ['a b']\nextend = 'clause'",
        "missing = ['a b']\nunless = { before = ['c'] }",
        "missing = ['a b']\nguards = { redeemed = true }",
        "missing = ['a b']\nrewrites = [{ text = 'a b', instead_of = 'clause' }]",
        "phrases = ['a b']\nplace = 'start'",
        "missing = ['{no_such_list}']",
    ] {
        assert!(
            matches!(rule(keys), Err(BuildError::Packs(errors)) if errors.len() == 1),
            "{keys}"
        );
    }
    let hollow = rule("missing = ['a b']\nrewrites = ['c d']").expect("a pack that can be read");
    let errors = check_rewrites(&hollow).expect_err("its rewrite lacks what the rule misses");
    assert!(errors[0].message.contains("has nothing of what the rule misses"));
}
