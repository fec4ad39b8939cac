//! What the label before a message says about its speaker: `Agent`, `Jane (Support)`,
//! `Jane - Acme Support`, `Visitor 48213`.

use rustc_hash::FxHashMap;

use crate::turn::{Role, Turn};

/// Who a label names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Speaker {
    /// The name, without the part that only tells the role, if something is left.
    pub(super) name: String,
    /// The role that the label's own words tell.
    pub(super) role: Role,
    /// Whether the label is certainly one: it is made of role words alone, or has its role
    /// in brackets. "Acme Support" could also be the start of a sentence.
    pub(super) certain: bool,
}

/// Understands a label.
pub(super) fn speaker(label: &str) -> Speaker {
    let label = label.trim_matches(|c: char| super::lines::is_blank(c) || c == '*' || c == '~');
    // "From Jane to Everyone" is how meetings save their chats.
    let sent = label.strip_prefix("From ").and_then(|label| label.split_once(" to "));
    let label = sent.map_or(label, |(from, _)| from.trim());
    by_brackets(label).or_else(|| by_parts(label)).unwrap_or_else(|| {
        // "Note: call me" is a sentence's start more often than a colleague's note.
        let role = role(label).filter(|_| !label.eq_ignore_ascii_case("note"));
        let certain = role.is_some() && words(label).all(|word| sense(&word) != Sense::Other);
        Speaker { name: label.to_owned(), role: role.unwrap_or(Role::Unknown), certain }
    })
}

/// `Jane (Support)`, `[Agent] Jane`.
fn by_brackets(label: &str) -> Option<Speaker> {
    let open = label.find(['(', '[', '{'])?;
    let close = open + label[open..].find([')', ']', '}'])?;
    let role = role(&label[open + 1..close])?;
    let (before, after) = (label[..open].trim(), label[close + 1..].trim());
    let name = match (before.is_empty(), after.is_empty()) {
        (true, true) => label[open + 1..close].trim().to_owned(),
        (_, true) => before.to_owned(),
        (true, _) => after.to_owned(),
        _ => format!("{before} {after}"),
    };
    Some(Speaker { name, role, certain: true })
}

/// `Jane - Acme Support`, `Support | Jane`, `Jane, Agent`.
fn by_parts(label: &str) -> Option<Speaker> {
    const SEPARATORS: [&str; 8] =
        [" - ", " \u{2013} ", " \u{2014} ", " | ", "|", ", ", " / ", " from "];
    let separator = SEPARATORS.into_iter().find(|separator| label.contains(separator))?;
    let (head, tail) = label.split_once(separator)?;
    let (head, tail) = (head.trim(), tail.trim());
    match (role(head), role(tail)) {
        (None, Some(role)) => Some(Speaker { name: head.to_owned(), role, certain: false }),
        (Some(role), None) if !tail.is_empty() => {
            Some(Speaker { name: tail.to_owned(), role, certain: false })
        }
        _ => None,
    }
}

/// Whether a name tells more than the role does: "Agent" is no name of an agent.
pub(super) fn says_more(name: &str, role: Role) -> bool {
    !name.eq_ignore_ascii_case(role.as_str())
}

/// Gives those whose role is unknown the role that somebody of the same name has elsewhere:
/// `Jane (Support)` may be called `Jane` later on.
pub(super) fn settle(turns: &mut [Turn]) {
    let mut known: FxHashMap<String, Option<Role>> = FxHashMap::default();
    for turn in turns.iter().filter(|turn| turn.role != Role::Unknown && turn.role != Role::System)
    {
        let Some(name) = &turn.speaker else { continue };
        let role = known.entry(name.clone()).or_insert(Some(turn.role));
        // Two people of one name: neither tells the role of a third.
        *role = role.filter(|&role| role == turn.role);
    }
    for turn in turns.iter_mut().filter(|turn| turn.role == Role::Unknown) {
        let role = turn.speaker.as_ref().and_then(|name| *known.get(name)?);
        turn.role = role.unwrap_or(Role::Unknown);
    }
}

/// What a word of a label says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sense {
    Role(Role),
    /// It makes a bot of an agent, or is one: "virtual agent", "AI".
    Artificial,
    /// It goes with any role: "team", "live", "2".
    Neutral,
    Other,
}

/// The role that a few words name, if they name one.
///
/// The last role word decides: "customer support rep" is a rep. A customer word decides
/// only at the front or among words of the same kind, because Tom Guest may work here.
fn role(phrase: &str) -> Option<Role> {
    let senses: Vec<Sense> = words(phrase).map(|word| sense(&word)).collect();
    let spoken = |role| (role == Role::Agent) || (role == Role::Bot);
    if senses == [Sense::Artificial] {
        return Some(Role::Bot);
    }
    let last = senses.iter().rposition(|sense| matches!(sense, Sense::Role(_)))?;
    let Sense::Role(role) = senses[last] else { return None };
    let after_neutral = senses[last + 1..].iter().all(|&sense| sense == Sense::Neutral);
    let all_known = senses.iter().all(|&sense| sense != Sense::Other);
    let decides = last == 0 || all_known || (after_neutral && spoken(role));
    let first = senses.first().copied();
    match role {
        _ if !decides => match first {
            Some(Sense::Role(role)) => Some(role),
            _ => None,
        },
        Role::Agent if senses.contains(&Sense::Artificial) => Some(Role::Bot),
        Role::Bot if is_shop_assistant(phrase) => Some(Role::Agent),
        role => Some(role),
    }
}

fn is_shop_assistant(phrase: &str) -> bool {
    let mut words = words(phrase);
    words.next_back().as_deref() == Some("assistant")
        && words.any(|word| ["sales", "shop", "store"].contains(&word.as_str()))
}

fn words(label: &str) -> impl DoubleEndedIterator<Item = String> {
    let words = label.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase)
}

fn sense(word: &str) -> Sense {
    match word.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "agent" | "agents" | "support" | "advisor" | "adviser" | "rep" | "representative"
        | "operator" | "csr" | "csa" | "specialist" | "consultant" | "supervisor" | "manager"
        | "technician" | "engineer" | "dispatcher" | "helpdesk" | "service" | "services"
        | "care" | "success" | "staff" | "employee" | "associate" | "receptionist" | "sales" => {
            Sense::Role(Role::Agent)
        }
        "customer" | "customers" | "client" | "caller" | "user" | "enduser" | "visitor"
        | "guest" | "member" | "consumer" | "shopper" | "requester" | "requestor" => {
            Sense::Role(Role::Customer)
        }
        "bot" | "chatbot" | "voicebot" | "assistant" | "ivr" | "autoresponder" => {
            Sense::Role(Role::Bot)
        }
        "system" => Sense::Role(Role::System),
        "note" | "whisper" => Sense::Role(Role::Note),
        "virtual" | "automated" | "ai" => Sense::Artificial,
        // A number alone is left as nothing.
        "" | "team" | "desk" | "centre" | "center" | "department" | "dept" | "live" | "chat"
        | "the" | "our" | "end" | "new" | "senior" | "junior" | "lead" | "tier" | "level"
        | "technical" | "tech" | "online" | "web" | "website" | "phone" | "human" | "private"
        | "internal" | "message" | "anonymous" | "registered" | "call" | "first" | "line" => {
            Sense::Neutral
        }
        _ => Sense::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::MappedText;

    #[test]
    fn labels_and_their_roles() {
        let cases = [
            ("Agent", "Agent", Role::Agent),
            ("AGENT 2", "AGENT 2", Role::Agent),
            ("agent_2", "agent_2", Role::Agent),
            ("Agent2", "Agent2", Role::Agent),
            ("Support Agent Jane", "Support Agent Jane", Role::Agent),
            ("Jane (Support)", "Jane", Role::Agent),
            ("[Customer] Bob Lee", "Bob Lee", Role::Customer),
            ("Jane - Acme Support", "Jane", Role::Agent),
            ("Acme Support", "Acme Support", Role::Agent),
            ("Customer Support", "Customer Support", Role::Agent),
            ("Customer Service Rep", "Customer Service Rep", Role::Agent),
            ("Customer", "Customer", Role::Customer),
            ("End user", "End user", Role::Customer),
            ("Visitor 48213", "Visitor 48213", Role::Customer),
            ("Virtual Agent", "Virtual Agent", Role::Bot),
            ("Virtual Assistant", "Virtual Assistant", Role::Bot),
            ("Support Bot", "Support Bot", Role::Bot),
            ("IVR", "IVR", Role::Bot),
            ("AI Agent", "AI Agent", Role::Bot),
            ("AI", "AI", Role::Bot),
            ("Sales Assistant", "Sales Assistant", Role::Agent),
            ("System", "System", Role::System),
            ("Internal note", "Internal note", Role::Note),
            ("Note", "Note", Role::Unknown),
            ("Jane (note)", "Jane", Role::Note),
            ("From Jane Doe to Everyone", "Jane Doe", Role::Unknown),
            ("Tom Guest", "Tom Guest", Role::Unknown),
            ("Jane Doe", "Jane Doe", Role::Unknown),
            ("Agent Smith", "Agent Smith", Role::Agent),
            ("", "", Role::Unknown),
        ];
        for (label, name, role) in cases {
            let found = speaker(label);
            assert_eq!((found.name.as_str(), found.role), (name, role), "{label}");
        }
    }

    #[test]
    fn a_name_keeps_the_role_that_it_has_elsewhere() {
        let turn = |name: &str, role| Turn {
            speaker: Some(name.to_owned()),
            ..Turn::new(role, MappedText::verbatim("Hello".to_owned(), 0))
        };
        let mut turns = [
            turn("Jane", Role::Unknown),
            turn("Jane", Role::Agent),
            turn("Bob", Role::Customer),
            turn("Bob", Role::Agent),
            turn("Bob", Role::Unknown),
        ];
        settle(&mut turns);
        assert_eq!((turns[0].role, turns[4].role), (Role::Agent, Role::Unknown));
    }

    #[test]
    fn only_words_of_roles_make_a_label_certain() {
        assert!(speaker("Support agent").certain);
        assert!(speaker("Jane (Support)").certain);
        assert!(!speaker("Acme Support").certain);
        assert!(!speaker("Jane").certain);
    }
}
