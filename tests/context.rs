//! What guards make of the turns around a match.

use buckstop::check::{Options, check};
use buckstop::report::Report;
use buckstop::roles::RoleHints;
use buckstop::rules::Ruleset;
use buckstop::source::Source;
use buckstop::turn::Role;

const PACK: &str = r#"
[[rule]]
id = "ignorance"
why = "The customer asked because they need to know."
phrases = ["I do not know"]
guards = { redeemed = true }

[[rule]]
id = "they"
why = "The customer hears that the house does not talk to itself."
phrases = ["they (do|did) not (tell|answer) *", "they never arrived"]
guards = { referent = true }
"#;

/// What a check says about a chat, one line for each finding or skip.
fn told(chat: &str) -> Vec<String> {
    let input_format = "chat".parse().expect("there is such a format");
    told_with(chat, &Options { input_format, explain_skips: true, ..Options::default() })
}

fn told_with(chat: &str, options: &Options) -> Vec<String> {
    let ruleset = Ruleset::builder().embedded(false).pack("pack.toml", PACK);
    let ruleset = ruleset.build().expect("a sound pack");
    let source = Source::new("chat.txt".to_owned(), chat.as_bytes().to_vec());
    let report = check(source, options, &ruleset);
    let words = |report: &Report<'_>, turn: usize, span| {
        let placed = &report.turns[turn];
        format!("{}: {}", placed.number, placed.turn.text.slice(span))
    };
    let found = report.findings.iter().map(|it| format!("{}!", words(&report, it.turn, it.span)));
    let skipped = report.skips.iter();
    let skipped =
        skipped.map(|it| format!("{}, but {}", words(&report, it.turn, it.span), it.reason));
    found.chain(skipped).collect()
}

#[test]
fn the_next_turn_of_the_same_speaker_redeems() {
    let redeemed =
        ["1: I don't know, but an owned next step follows in the next turn: \"Let me find out\""];
    assert_eq!(told("Agent: I don't know.\nAgent: Let me find out for you.\n"), redeemed);
    let chat = "Agent: I don't know.\nCustomer: Oh.\nAgent: Let me find out for you.\n";
    assert_eq!(told(chat), redeemed);
}

#[test]
fn what_comes_too_late_or_from_somebody_else_does_not_redeem() {
    let found = ["1: I don't know!"];
    for chat in [
        "Agent: I don't know.\nCustomer: Let me find out then.\n",
        "Agent: I don't know.\nCustomer: Oh.\nCustomer: Hello?\nAgent: Let me find out for you.\n",
        "Agent: I don't know.\nAgent: Bye.\nCustomer: Hello?\nAgent: Let me find out for you.\n",
        "Agent: I don't know.\nAgent: Well. It is late. So it is. Let me find out for you.\n",
        "Agent: I don't know.\nAgent: I will leave it at that.\n",
    ] {
        assert_eq!(told(chat), found, "{chat}");
    }
}

#[test]
fn they_may_stand_for_whom_the_customer_spoke_of() {
    for (customer, whom) in [
        ("My bank says it has not arrived.", "bank"),
        ("I wrote to the seller. No answer. What now?", "seller"),
        ("The warehouse is fast, but my landlord is not.", "landlord"),
    ] {
        let chat = format!("Customer: {customer}\nAgent: I'm sorry. They don't tell us.\n");
        let reason = format!("\"they\" stands for \"{whom}\", which the customer spoke of");
        assert_eq!(told(&chat), [format!("2: They don't tell us, but {reason}")], "{customer}");
    }
}

#[test]
fn they_are_the_companys_own_people_all_the_same() {
    for customer in [
        "My money has not arrived.",
        "Your warehouse has my parcel.",
        "My bank paid your driver. The driver never came.",
        "My bank paid. I know it. You know it. So does everybody. Where is it?",
        "Your team said so.",
    ] {
        let chat = format!("Customer: {customer}\nAgent: I'm sorry. They don't tell us.\n");
        assert_eq!(told(&chat), ["2: They don't tell us!"], "{customer}");
    }
}

#[test]
fn the_speakers_own_words_come_before_the_customers() {
    let chat = "Customer: My bank paid.\nAgent: I asked the warehouse. They don't tell us.\n";
    assert_eq!(told(chat), ["2: They don't tell us!"]);
}

#[test]
fn far_into_a_turn_they_are_nobody_the_customer_spoke_of() {
    let chat = "Customer: My bank paid.\nAgent: Hi. It is late. So it is. They don't tell us.\n";
    assert_eq!(told(chat), ["2: They don't tell us!"]);
}

#[test]
fn turns_of_another_conversation_are_none_of_the_neighbours() {
    let chats = concat!(
        r#"{"messages": [{"role": "user", "content": "My bank paid."}]}"#,
        "\n",
        r#"{"messages": [{"role": "assistant", "content": "They don't tell us. I don't know."}]}"#,
        "\n",
        r#"{"messages": [{"role": "assistant", "content": "Let me find out."}]}"#,
        "\n",
    );
    let options = Options { explain_skips: true, ..Options::default() };
    assert_eq!(told_with(chats, &options), ["1: They don't tell us!", "1: I don't know!"]);
}

#[test]
fn people_of_unknown_sides_are_neighbours_if_they_are_two() {
    let chat = "[10:01] Tom: My bank paid.\n[10:02] Jane: They don't tell us. I don't know.\n\
                [10:03] Jane: Let me ask.\n";
    assert_eq!(told(chat).iter().filter(|it| it.ends_with('!')).count(), 0, "{:?}", told(chat));
}

#[test]
fn notes_do_not_come_between() {
    let hints = RoleHints { agents: vec!["Jane".to_owned()], ..RoleHints::default() };
    let options = Options { hints, explain_skips: true, ..Options::default() };
    assert!(options.roles.contains(&Role::Agent));
    let chat = "[10:01] Jane: I don't know.\n[10:02] System: Jane is typing.\n\
                [10:02] Tom: Oh.\n[10:03] Jane: Let me find out for you.\n";
    let told = told_with(chat, &options);
    assert!(told[0].contains("an owned next step follows"), "{told:?}");
}
