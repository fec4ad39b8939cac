//! What a phrase matches, tried from outside: a rule with one phrase, a draft, the words reported.

use buckstop::check::{Options, check};
use buckstop::rules::Ruleset;
use buckstop::source::Source;

/// The words that a rule with this phrase (and these further keys) reports in a draft.
fn found_with(phrase: &str, more: &str, draft: &str) -> Vec<String> {
    let pack = format!("[[rule]]\nid = \"r\"\nwhy = \"w\"\nphrases = ['''{phrase}''']\n{more}");
    let ruleset =
        Ruleset::builder().embedded(false).pack("r.toml", pack).build().expect("a sound pack");
    let report = check(
        Source::new("draft.txt".to_owned(), draft.as_bytes().to_vec()),
        &Options::default(),
        &ruleset,
    );
    report
        .findings
        .iter()
        .map(|f| report.turns[f.turn].turn.text.slice(f.span).to_owned())
        .collect()
}

fn found(phrase: &str, draft: &str) -> Vec<String> {
    found_with(phrase, "", draft)
}

#[test]
fn every_surface_of_a_phrase_is_found() {
    let surfaces = [
        "that's not my job",
        "That\u{2019}s not my job",
        "thats not my job",
        "That isn't my job",
        "that isnt my job",
        "that is not my job",
        "THAT IS NOT MY JOB",
        "that ain't my job",
        "that's *not* my **job",
        "that is\n   not my\u{A0}job",
        "that is n\u{200B}ot my j\u{AD}ob",
        "\u{FF34}\u{FF28}\u{FF21}\u{FF34} is not my job",
        "that's really just not my job",
        "that is, honestly, not my job",
        "that isn\u{2019}t\r\nmy job",
    ];
    for surface in surfaces {
        assert_eq!(
            found("that is not my job", &format!("Sorry, {surface}.")),
            [surface],
            "{surface}"
        );
    }
}

#[test]
fn contractions_of_can_will_and_be_agree() {
    for surface in [
        "I can't help you",
        "I cannot help you",
        "i cant help ya",
        "I can not help you",
        "I cannae help you",
    ] {
        assert_eq!(found("I can not help you", surface), [surface]);
    }
    for surface in ["you'll have to call", "you will have to call", "youll have to call"] {
        assert_eq!(found("you will have to call", surface), [surface]);
    }
    for surface in ["I'm only sales", "Im only sales", "I am only sales"] {
        assert_eq!(found("I am only sales", surface), [surface]);
    }
}

#[test]
fn words_are_whole_words() {
    assert!(found("not my job", "not my jobs").is_empty());
    assert!(found("they can", "they can't").is_empty());
    assert!(found("no idea", "no ideal").is_empty());
    assert_eq!(found("caf\u{E9} policy", "CAF\u{C9} policy"), ["CAF\u{C9} policy"]);
}

#[test]
fn a_phrase_stays_in_its_sentence_and_clause() {
    assert!(found("not my job", "It is not my. Job one is you.").is_empty());
    assert!(found("can not help", "If you can't, help is near.").is_empty());
    assert!(found("not my job", "not my\n\njob").is_empty());
    assert_eq!(found("they ... told me", "they, as ever, told me"), ["they, as ever, told me"]);
    assert!(found("they ... told me", "they did not ever even once have told me").is_empty());
}

#[test]
fn clause_marks_hold() {
    assert_eq!(found("^ no idea $", "Sorry, no idea."), ["no idea"]);
    assert_eq!(found("^ no idea $", "Well no idea, but I'll ask"), [""; 0]);
    assert_eq!(found("^ no idea", "I asked but no idea came"), ["no idea"]);
    assert!(found("our policy $", "our policy number").is_empty());
}

#[test]
fn forms_lists_and_single_words() {
    assert_eq!(
        found("they <tell> us", "They told us. They tell us!"),
        ["They told us", "They tell us"]
    );
    assert_eq!(
        found_with(
            "call {desk}",
            "[lists]\ndesk = [\"billing\", \"the [front] desk\"]",
            "call the front desk or call billing"
        ),
        ["call the front desk", "call billing"]
    );
    assert_eq!(found("someone in * will", "someone in billing will"), ["someone in billing will"]);
}

#[test]
fn a_short_parenthesis_is_passed_over() {
    assert_eq!(
        found("corporate sets", "corporate (they) sets the policies"),
        ["corporate (they) sets"]
    );
}

#[test]
fn a_false_start_is_passed_over() {
    assert_eq!(found("that is not my job", "so that's, that's not my job"), ["that's not my job"]);
    assert_eq!(found("it is the, the job", "well it's, it's the job"), [""; 0]);
    assert_eq!(found("it is not my job", "it's, it's not my, my job"), ["it's not my, my job"]);
}

#[test]
fn quotations_code_and_addresses_are_not_prose() {
    for draft in [
        "You wrote \"not my job\" to us.",
        "> not my job",
        "Run `not my job` now.",
        "See https://a.example/not my-job.",
        "<!-- not my job -->",
        "```\nnot my job\n```",
    ] {
        assert!(found("not my job", draft).is_empty(), "{draft}");
    }
    assert_eq!(found("not my job", "\"Not my job.\""), ["Not my job"]);
    assert_eq!(
        found_with("not my job", "guards = { quoted = false }", "I say \"not my job\" now"),
        ["not my job"]
    );
}

#[test]
fn what_is_denied_or_supposed_is_no_offence() {
    for draft in [
        "I won't tell you it's not my job.",
        "If it's not my job I'll find who does it.",
        "Instead of saying it's not my job, I help.",
    ] {
        assert!(found("it is not my job", draft).is_empty(), "{draft}");
    }
    assert_eq!(found("it is not my job", "I know it's not my job."), ["it's not my job"]);
}

#[test]
fn an_owned_next_step_redeems() {
    let on = "guards = { redeemed = true }";
    for draft in [
        "I don't know, but let me find out for you.",
        "I don't know. I've asked Sam and will call you by noon.",
        "I don't know yet. We'll check the log tonight.",
    ] {
        assert!(found_with("I do not know", on, draft).is_empty(), "{draft}");
    }
    for draft in [
        "I don't know, sorry! Have a nice day.",
        "I don't know. I'll have to ask you to call billing.",
    ] {
        assert_eq!(found_with("I do not know", on, draft), ["I don't know"], "{draft}");
    }
}

#[test]
fn they_is_an_offence_only_for_the_companys_own_people() {
    let they = |draft: &str| {
        found_with("they (do|did) not <tell> us", "guards = { referent = true }", draft).len()
    };
    assert_eq!(they("They don't tell us anything."), 1);
    assert_eq!(they("The warehouse is closed. They don't tell us anything."), 1);
    assert_eq!(they("Your bank holds it. They don't tell us why."), 0);
    assert_eq!(they("Customers come late. They don't tell us."), 0);
    let refuse = |draft: &str| {
        found_with("they will not <start>", "guards = { referent = true }", draft).len()
    };
    assert_eq!(refuse("The tablets are new but they won't start."), 0);
    assert_eq!(refuse("They won't start."), 1);
}

#[test]
fn the_companys_own_name_can_distance() {
    let pack = "[[rule]]\nid = \"r\"\nwhy = \"w\"\nphrases = [\"{company} does not <allow>\"]";
    let ruleset = Ruleset::builder()
        .embedded(false)
        .pack("r.toml", pack)
        .company(vec!["Acme Heating".to_owned()])
        .build()
        .expect("a sound pack");
    let report = check(
        Source::new("d".to_owned(), b"Acme  Heating doesn't allow it.".to_vec()),
        &Options::default(),
        &ruleset,
    );
    let words: Vec<&str> =
        report.findings.iter().map(|f| report.turns[f.turn].turn.text.slice(f.span)).collect();
    assert_eq!(words, ["Acme  Heating doesn't allow"]);
}

#[test]
fn conditions_decide() {
    let unless =
        "unless = { before = [\"good\"], after = [\"for you\"], next = [\"I have fixed\"] }";
    assert!(found_with("no idea", unless, "Good: no idea here").is_empty());
    assert!(found_with("no idea", unless, "no idea is wasted for you").is_empty());
    assert!(found_with("no idea", unless, "no idea. But I've fixed it").is_empty());
    assert_eq!(found_with("no idea", unless, "no idea there"), ["no idea"]);
    let when = "when = { message = [\"refund\"] }";
    assert!(found_with("no idea", when, "no idea").is_empty());
    assert_eq!(found_with("no idea", when, "Your refund? I have no idea."), ["no idea"]);
}

#[test]
fn a_finding_can_reach_to_the_end_of_its_clause() {
    assert_eq!(
        found_with(
            "they <decide>",
            "extend = \"clause\"",
            "I think they decided to drop it, sorry."
        ),
        ["they decided to drop it"]
    );
}

#[test]
fn regular_expressions_find_what_phrases_cannot_say() {
    let pack = "[[rule]]\nid = \"r\"\nwhy = \"w\"\nregex = ['(?i)error \\d{3}-\\d{2} is yours']";
    let ruleset =
        Ruleset::builder().embedded(false).pack("r.toml", pack).build().expect("a sound pack");
    let report = check(
        Source::new("d".to_owned(), b"Well, Error 404-11 is yours!".to_vec()),
        &Options::default(),
        &ruleset,
    );
    assert_eq!(report.findings.len(), 1);
}

#[test]
fn places_are_bytes_of_the_file() {
    let ruleset = Ruleset::builder()
        .embedded(false)
        .pack("r.toml", "[[rule]]\nid = \"r\"\nwhy = \"w\"\nphrases = [\"no idea\"]")
        .build()
        .expect("a sound pack");
    let draft = "\u{FEFF}\u{1F600} gr\u{FC}\u{DF}e \u{2026} no idea!";
    let report = check(
        Source::new("d".to_owned(), draft.as_bytes().to_vec()),
        &Options::default(),
        &ruleset,
    );
    let span = report.findings[0].source_span;
    assert_eq!(&draft[span.start..span.end], "no idea");
}

#[test]
fn a_word_in_capitals_finds_only_capitals() {
    assert_eq!(found("IT broke", "IT broke the portal"), ["IT broke"]);
    assert!(found("IT broke", "It broke again").is_empty());
}

#[test]
fn a_failed_start_does_not_block_a_later_one() {
    assert_eq!(found("[they ...] no idea", "They said: no idea"), ["no idea"]);
}

#[test]
fn lists_that_double_forty_times_are_matched_all_the_same() {
    let doubled =
        (1..=40).map(|n| format!("l{n} = [\"{{l{}}} a\", \"{{l{}}} b\"]\n", n - 1, n - 1));
    let lists = format!("\n[lists]\nl0 = [\"go on\"]\n{}", doubled.collect::<String>());
    let text = format!("so go on {}at once", "a b ".repeat(20));
    assert_eq!(found_with("{l40} at once", &lists, &text), [text.trim_start_matches("so ")]);
}
