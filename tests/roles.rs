//! Who is taken for whom: hints, formats, and what follows from the two.

use buckstop::check::{Options, check, understand};
use buckstop::roles::{RoleHints, are_told, doubt, resolve};
use buckstop::rules::Ruleset;
use buckstop::source::Source;
use buckstop::text::MappedText;
use buckstop::turn::Role::{Agent, Bot, Customer, Note, System, Unknown};
use buckstop::turn::{Conversation, Role, Turn};

/// A conversation of turns by these speakers in these roles.
fn conversation(turns: &[(&str, Role)]) -> Conversation {
    let turn = |&(speaker, role): &(&str, Role)| Turn {
        speaker: (!speaker.is_empty()).then(|| speaker.to_owned()),
        ..Turn::new(role, MappedText::verbatim("Hi.".to_owned(), 0))
    };
    Conversation { turns: turns.iter().map(turn).collect(), ..Conversation::default() }
}

/// The roles of these turns by these hints.
fn resolved(turns: &[(&str, Role)], hints: &RoleHints) -> Vec<Role> {
    let mut conversations = [conversation(turns)];
    resolve(&mut conversations, hints);
    conversations[0].turns.iter().map(|turn| turn.role).collect()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn agents(agents: &[&str]) -> RoleHints {
    RoleHints { agents: names(agents), ..RoleHints::default() }
}

fn domains(domains: &[&str]) -> RoleHints {
    RoleHints { agent_domains: names(domains), ..RoleHints::default() }
}

#[test]
fn names_are_told_apart_by_their_letters_only() {
    for hint in ["Jane Doe", "jane doe", "JANE\tDOE ", "JaneDoe", "~\u{202F}Jane\u{A0}Doe"] {
        assert_eq!(resolved(&[("Jane  Doe", Unknown)], &agents(&[hint])), [Agent], "{hint:?}");
    }
    for hint in ["Jane", "Doe", "Jane D", "", " "] {
        assert_eq!(resolved(&[("Jane Doe", Unknown)], &agents(&[hint])), [Unknown], "{hint:?}");
        assert_eq!(resolved(&[("<j@acme.example>", Unknown)], &agents(&[hint])), [Unknown]);
    }
}

#[test]
fn a_hint_counts_for_more_than_the_format() {
    let hints = RoleHints {
        agents: names(&["Jane"]),
        customers: names(&["Tom"]),
        bots: names(&["Hearth"]),
        ..RoleHints::default()
    };
    let turns = [("Jane", Customer), ("Tom", Agent), ("Hearth", System), ("Ann", Agent)];
    assert_eq!(resolved(&turns, &hints), [Agent, Customer, Bot, Agent]);
}

#[test]
fn a_note_stays_a_note() {
    assert_eq!(resolved(&[("Jane", Note), ("Jane", Unknown)], &agents(&["Jane"])), [Note, Agent]);
}

#[test]
fn an_address_is_an_agents_by_its_domain() {
    let ours = ["Jane <jane@acme.example>", "jane@ACME.example", "Jane <j@mail.acme.example>"];
    for hint in ["acme.example", "@Acme.Example", "*.acme.example"] {
        for speaker in ours {
            let roles = resolved(&[(speaker, Unknown)], &domains(&[hint]));
            assert_eq!(roles, [Agent], "{hint} {speaker}");
        }
    }
    let others = ["tom@notacme.example", "tom@acme.example.net", "Acme <tom@mail.example>"];
    for speaker in others {
        assert_eq!(resolved(&[(speaker, Unknown)], &domains(&["acme.example"])), [Customer]);
    }
    assert_eq!(resolved(&[("acme.example", Unknown)], &domains(&["acme.example"])), [Unknown]);
}

#[test]
fn an_address_may_be_named_alone() {
    let turns = [("Jane <jane@mail.example>", Unknown), ("tom@mail.example", Unknown)];
    assert_eq!(resolved(&turns, &domains(&["jane@mail.example"])), [Agent, Customer]);
    assert_eq!(resolved(&turns, &agents(&["JANE@mail.example"])), [Agent, Customer]);
    assert_eq!(resolved(&turns, &agents(&["jane"])), [Agent, Customer]);
}

#[test]
fn a_name_counts_for_more_than_a_domain() {
    let hints = RoleHints {
        customers: names(&["tom@acme.example"]),
        bots: names(&["no-reply@acme.example"]),
        ..domains(&["acme.example"])
    };
    let turns = [("Tom <tom@acme.example>", Unknown), ("no-reply@acme.example", Unknown)];
    assert_eq!(resolved(&turns, &hints), [Customer, Bot]);
    assert_eq!(resolved(&[("hearth@acme.example", Bot)], &hints), [Bot]);
}

#[test]
fn who_is_known_once_is_known_throughout() {
    let turns = [("Jane", Agent), ("Tom", Customer), ("JANE", Unknown), ("Ann", Unknown)];
    assert_eq!(resolved(&turns, &RoleHints::default()), [Agent, Customer, Agent, Unknown]);
    let torn = [("Sam", Agent), ("Sam", Customer), ("Sam", Unknown)];
    assert_eq!(resolved(&torn, &RoleHints::default()), [Agent, Customer, Unknown]);
}

#[test]
fn where_one_side_is_known_the_rest_is_the_other() {
    let chat = [("Tom", Unknown), ("Jane", Unknown), ("", System), ("Tom", Unknown)];
    assert_eq!(resolved(&chat, &agents(&["Jane"])), [Customer, Agent, System, Customer]);
    let hints = RoleHints { customers: names(&["Tom"]), ..RoleHints::default() };
    assert_eq!(resolved(&chat, &hints), [Customer, Agent, System, Customer]);
    let told = [("Hearth", Bot), ("Jane", Agent), ("Tom", Unknown)];
    assert_eq!(resolved(&told, &RoleHints::default()), [Bot, Agent, Customer]);
}

#[test]
fn a_customer_may_be_passed_from_one_agent_to_the_next() {
    let hints = RoleHints { customers: names(&["Tom"]), ..RoleHints::default() };
    let chat = [("Tom", Unknown), ("Jane", Unknown), ("Ann", Unknown), ("", Unknown)];
    assert_eq!(resolved(&chat, &hints), [Customer, Agent, Agent, Unknown]);
}

#[test]
fn of_several_who_are_left_none_is_taken_for_the_customer() {
    let chat = [("Tom", Unknown), ("Jane", Unknown), ("Ann", Unknown)];
    assert_eq!(resolved(&chat, &agents(&["Jane"])), [Unknown, Agent, Unknown]);
}

#[test]
fn nobody_has_two_roles() {
    let hints = RoleHints { customers: names(&["Tom", "JANE "]), ..agents(&["Jane", "Jane"]) };
    assert_eq!(hints.contradiction(), Some("JANE "));
    assert_eq!(agents(&["Jane", "jane"]).contradiction(), None);
}

/// What is said about the roles of these turns, if anything.
fn doubted(turns: &[(&str, Role)], hints: &RoleHints) -> Option<String> {
    let mut conversations = [conversation(turns)];
    resolve(&mut conversations, hints);
    doubt(&conversations, hints, &[Agent, Bot]).map(|problem| problem.message)
}

#[test]
fn nothing_is_said_where_roles_are_told() {
    let none = RoleHints::default();
    assert_eq!(doubted(&[("", Agent)], &none), None);
    assert_eq!(doubted(&[], &none), None);
    assert_eq!(doubted(&[("", System), ("", Note)], &none), None);
    assert_eq!(doubted(&[("Tom", Unknown), ("Jane", Unknown)], &agents(&["Jane"])), None);
    let others = [("Tom", Unknown), ("Jane", Unknown), ("Ann", Unknown)];
    assert_eq!(doubted(&others, &agents(&["Jane"])), None, "Jane is named, the others are not");
}

#[test]
fn who_asked_for_turns_of_unknown_roles_is_not_warned() {
    let conversations = [conversation(&[("Tom", Unknown), ("Jane", Unknown)])];
    assert_eq!(doubt(&conversations, &RoleHints::default(), &Role::ALL), None);
}

#[test]
fn nobodys_role_is_told_once_with_the_way_out() {
    let chat = [("Tom", Unknown), ("Jane", Unknown), ("", System), ("Tom", Unknown)];
    assert_eq!(
        doubted(&chat, &RoleHints::default()).as_deref(),
        Some(
            "nothing tells whether \"Tom\" or \"Jane\" speaks for the company, so all turns are \
             checked; name who does with --agent NAME"
        )
    );
    assert_eq!(
        doubted(&chat, &agents(&["Joe"])).as_deref(),
        Some(
            "nobody of those named speaks here, so all turns are checked; those who do are \
             \"Tom\" and \"Jane\""
        )
    );
    let among_them_a_bot = [("Tom", Unknown), ("Jane", Unknown), ("Hearth", Bot)];
    assert_eq!(
        doubted(&among_them_a_bot, &RoleHints::default()),
        doubted(&chat, &RoleHints::default())
    );
    let many = ["A", "B", "C", "D", "E"].map(|name| (name, Unknown));
    assert_eq!(
        doubted(&many, &RoleHints::default()).as_deref(),
        Some(
            "nothing tells whether \"A\", \"B\", \"C\" or 2 more speak for the company, so all \
             turns are checked; name who does with --agent NAME"
        )
    );
    assert_eq!(
        doubted(&[("", Unknown), ("", Unknown)], &RoleHints::default()).as_deref(),
        Some(
            "nothing tells who speaks, so all turns are checked; if the file was misread, name \
             its format with --input-format"
        )
    );
}

#[test]
fn turns_that_are_left_out_for_want_of_a_role_are_told() {
    let chat = [("Ann", Agent), ("Tom", Unknown), ("Jane", Unknown), ("Tom", Unknown)];
    assert_eq!(
        doubted(&chat, &RoleHints::default()).as_deref(),
        Some(
            "3 turns are not checked, as nothing tells whether \"Tom\" or \"Jane\" speaks for \
             the company; name who does with --agent NAME"
        )
    );
    assert_eq!(
        doubted(&[("Jane", Agent), ("", Unknown)], &RoleHints::default()).as_deref(),
        Some(
            "1 turn is not checked, as nothing tells who speaks; --roles agent,bot,unknown \
             checks such turns, too"
        )
    );
}

#[test]
fn one_known_person_is_enough() {
    assert!(are_told(&[conversation(&[("Tom", Unknown), ("Jane", Agent)])]));
    assert!(!are_told(&[conversation(&[("Tom", Unknown), ("Hearth", Bot), ("Jane", Unknown)])]));
    assert!(!are_told(&[conversation(&[("Tom", Unknown), ("", System), ("Jane", Note)])]));
}

fn chat(text: &str) -> Source {
    Source::new("chat.txt".to_owned(), text.as_bytes().to_vec())
}

const CHAT: &str = "\
[10:01] Tom: That's not my job, is it?
[10:02] Jane: That's not my job.
[10:03] Tom: So whose?
[10:04] Jane: Hm.
";

/// Speakers and turns of the findings in the chat.
fn found(options: &Options) -> Vec<(String, usize)> {
    let ruleset = Ruleset::builder().select(names(&["not-my-job"])).build().expect("sound rules");
    let report = check(chat(CHAT), options, &ruleset);
    let speaker = |turn: usize| report.turns[turn].turn.speaker.clone().unwrap_or_default();
    report.findings.iter().map(|it| (speaker(it.turn), report.turns[it.turn].number)).collect()
}

#[test]
fn only_the_companys_side_is_checked() {
    let (tom, jane) = (("Tom".to_owned(), 1), ("Jane".to_owned(), 2));
    let unknown = Options::default();
    assert_eq!(found(&unknown), [tom.clone(), jane.clone()]);
    let hinted = Options { hints: agents(&["jane"]), ..Options::default() };
    assert_eq!(found(&hinted), [jane]);
    let customers = Options { roles: vec![Customer], ..hinted };
    assert_eq!(found(&customers), [tom]);
}

#[test]
fn what_is_understood_is_what_is_checked() {
    let options = Options { hints: agents(&["jane"]), ..Options::default() };
    let understood = understand(&chat(CHAT), &options);
    assert_eq!(understood.format.name, "chat");
    let checked: Vec<_> = understood.turns.iter().map(|turn| turn.checked).collect();
    assert_eq!(checked, [false, true, false, true]);
    assert_eq!(understood.problems, []);
    let understood = understand(&chat(CHAT), &Options::default());
    assert_eq!(understood.problems.len(), 1);
}
