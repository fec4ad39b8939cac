//! Whose side a speaker is on, where the format alone could not tell.
//!
//! The user's word comes first, then what the format told, then what follows from
//! the two: who speaks as "Jane (Support)" once is an agent throughout the
//! conversation, and where one side is known, what is left is the other side.

use rustc_hash::{FxHashMap, FxHashSet};
use unicode_normalization::UnicodeNormalization;

use crate::source::Problem;
use crate::turn::{Conversation, Role, Turn};

/// What the user says about who is who.
///
/// Names are compared without regard to case, white space and invisible marks. A speaker
/// `Jane Doe <jane@acme.example>` goes by the whole, by the name and by the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleHints {
    /// People who speak for the company.
    pub agents: Vec<String>,
    /// People who don't.
    pub customers: Vec<String>,
    /// Programs that speak for the company.
    pub bots: Vec<String>,
    /// Domains whose addresses, and those of their subdomains, belong to agents; a single
    /// address may stand here as well.
    pub agent_domains: Vec<String>,
}

impl RoleHints {
    /// Whether nothing is said about anybody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all_names().next().is_none() && self.agent_domains.is_empty()
    }

    /// A name that was given to two roles.
    #[must_use]
    pub fn contradiction(&self) -> Option<&str> {
        let mut roles = FxHashMap::default();
        let mut given = self.all_names();
        given
            .find(|&(name, role)| *roles.entry(fold(name)).or_insert(role) != role)
            .map(|(name, _)| name)
    }

    fn all_names(&self) -> impl Iterator<Item = (&str, Role)> {
        let named = [
            (&self.agents, Role::Agent),
            (&self.bots, Role::Bot),
            (&self.customers, Role::Customer),
        ];
        named.into_iter().flat_map(|(names, role)| names.iter().map(move |it| (it.as_str(), role)))
    }
}

/// Gives a role to as many turns as can be.
///
/// The hints are put above what the format told; only a note remains a note, whoever wrote it.
pub fn resolve(conversations: &mut [Conversation], hints: &RoleHints) {
    let directory = Directory::new(hints);
    for conversation in conversations {
        let unknown = conversation.turns.iter().any(|turn| turn.role == Role::Unknown);
        if !unknown && hints.is_empty() {
            continue;
        }
        let keys: Vec<Option<String>> =
            conversation.turns.iter().map(|turn| turn.speaker.as_deref().map(fold)).collect();
        for turn in &mut conversation.turns {
            directory.apply(turn);
        }
        repeat(&mut conversation.turns, &keys);
        complete(&mut conversation.turns, &keys);
    }
}

/// Whether the side of any person is known; if not, all turns of unknown roles are to be
/// checked. A bot that speaks among people says nothing about them.
#[must_use]
pub fn are_told(conversations: &[Conversation]) -> bool {
    let mut turns = conversations.iter().flat_map(|conversation| &conversation.turns);
    turns.any(|turn| matches!(turn.role, Role::Agent | Role::Customer))
}

/// What the user has to know about turns whose role could not be told, if there are any:
/// that they are checked for that very reason, or are not. Never more than one problem.
#[must_use]
pub fn doubt(
    conversations: &[Conversation],
    hints: &RoleHints,
    checked: &[Role],
) -> Option<Problem> {
    let turns = conversations.iter().flat_map(|conversation| &conversation.turns);
    let unknown: Vec<&Turn> = turns.filter(|turn| turn.role == Role::Unknown).collect();
    if unknown.is_empty() || checked.contains(&Role::Unknown) {
        return None;
    }
    let speakers = Speakers::of(&unknown);
    let message = if !are_told(conversations) {
        nobody_told(&speakers, hints)
    } else if hints.agents.is_empty() && hints.agent_domains.is_empty() {
        some_left_out(unknown.len(), &speakers)
    } else {
        // Who named the company's people has said that the others are none.
        return None;
    };
    Some(Problem { position: None, message })
}

fn nobody_told(speakers: &Speakers<'_>, hints: &RoleHints) -> String {
    if speakers.is_empty() {
        return "nothing tells who speaks, so all turns are checked; if the file was misread, \
                name its format with --input-format"
            .to_owned();
    }
    if hints.is_empty() {
        return format!(
            "nothing tells whether {} for the company, so all turns are checked; name who does \
             with --agent NAME",
            speakers.with_verb("speaks", "speak", "or")
        );
    }
    format!(
        "nobody of those named speaks here, so all turns are checked; those who do are {}",
        speakers.listed("and")
    )
}

fn some_left_out(turns: usize, speakers: &Speakers<'_>) -> String {
    let turns = if turns == 1 { "1 turn is".to_owned() } else { format!("{turns} turns are") };
    if speakers.is_empty() {
        return format!(
            "{turns} not checked, as nothing tells who speaks; --roles agent,bot,unknown checks \
             such turns, too"
        );
    }
    format!(
        "{turns} not checked, as nothing tells whether {} for the company; name who does with \
         --agent NAME",
        speakers.with_verb("speaks", "speak", "or")
    )
}

/// The names of those who speak in some turns, each once.
struct Speakers<'t> {
    names: Vec<&'t str>,
}

impl<'t> Speakers<'t> {
    fn of(turns: &[&'t Turn]) -> Self {
        let mut seen = FxHashSet::default();
        let mut names: Vec<_> = turns.iter().filter_map(|turn| turn.speaker.as_deref()).collect();
        names.retain(|&name| seen.insert(name));
        Self { names }
    }

    fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// "Tom", "Jane" and 3 more
    fn listed(&self, joint: &str) -> String {
        const LISTED: usize = 3;
        let quoted = |name: &&str| format!("\"{}\"", shortened(name));
        let more = self.names.len().saturating_sub(LISTED);
        let named: Vec<_> = self.names.iter().take(LISTED).map(quoted).collect();
        match named.split_last() {
            _ if more > 0 => format!("{} {joint} {more} more", named.join(", ")),
            Some((last, first)) if !first.is_empty() => {
                format!("{} {joint} {last}", first.join(", "))
            }
            _ => named.concat(),
        }
    }

    /// The list with the verb that it asks for: "Tom" speaks, "Tom" or 4 more speak.
    fn with_verb(&self, one: &str, many: &str, joint: &str) -> String {
        let verb = if self.names.len() > 4 { many } else { one };
        format!("{} {verb}", self.listed(joint))
    }
}

fn shortened(name: &str) -> String {
    const LONGEST: usize = 40;
    let start: String = name.chars().take(LONGEST).collect();
    if start.len() < name.len() { start + "…" } else { start }
}

/// The hints, made ready for looking speakers up.
struct Directory {
    names: FxHashMap<String, Role>,
    domains: Vec<String>,
}

impl Directory {
    fn new(hints: &RoleHints) -> Self {
        let (addresses, domains): (Vec<_>, Vec<_>) = hints
            .agent_domains
            .iter()
            .map(|domain| fold(domain))
            .map(|domain| domain.trim_start_matches(['@', '*', '.']).to_owned())
            .filter(|domain| !domain.is_empty())
            .partition(|domain| domain.contains('@'));
        let addresses = addresses.into_iter().map(|address| (address, Role::Agent));
        let given = hints.all_names().map(|(name, role)| (fold(name), role));
        let names = addresses.chain(given).filter(|(name, _)| !name.is_empty());
        Self { names: names.collect(), domains }
    }

    fn apply(&self, turn: &mut Turn) {
        let Some(speaker) = turn.speaker.as_deref() else { return };
        if turn.role != Role::Note
            && let Some(role) = self.role(speaker, turn.role)
        {
            turn.role = role;
        }
    }

    fn role(&self, speaker: &str, told: Role) -> Option<Role> {
        let (name, address) = parts(speaker);
        let forms = [Some(speaker), Some(name), address];
        let named = forms.into_iter().flatten().find_map(|form| self.names.get(&fold(form)));
        named.copied().or_else(|| self.role_by_domain(address?, told))
    }

    /// An address of the company's is an agent's, unless the format knows it as a bot's. Any
    /// other address is a customer's, unless the format knows better.
    fn role_by_domain(&self, address: &str, told: Role) -> Option<Role> {
        let address = fold(address);
        let (_, domain) = address.rsplit_once('@')?;
        let ours = self.domains.iter().any(|ours| is_within(domain, ours));
        match told {
            Role::Customer | Role::Unknown if ours => Some(Role::Agent),
            Role::Unknown if !self.domains.is_empty() => Some(Role::Customer),
            _ => None,
        }
    }
}

/// Whether a domain is `ours` or a subdomain of it.
fn is_within(domain: &str, ours: &str) -> bool {
    let rest = domain.strip_suffix(ours);
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The name and the address of `Jane Doe <jane@acme.example>`; either may stand alone.
fn parts(speaker: &str) -> (&str, Option<&str>) {
    let quotes = |c: char| c.is_whitespace() || matches!(c, '"' | '\'');
    if let Some((name, rest)) = speaker.rsplit_once('<')
        && let Some((address, _)) = rest.split_once('>')
    {
        return (name.trim_matches(quotes), Some(address));
    }
    let speaker = speaker.trim_matches(quotes);
    let is_address = speaker.contains('@') && !speaker.contains(char::is_whitespace);
    (speaker, is_address.then_some(speaker))
}

/// A name as it is compared: in small letters, without white space and invisible marks.
fn fold(name: &str) -> String {
    if name.is_ascii() {
        let seen = name.bytes().filter(|byte| byte.is_ascii_graphic());
        let folded: String = seen.map(|byte| char::from(byte.to_ascii_lowercase())).collect();
        return folded.strip_prefix('~').map_or(folded.clone(), str::to_owned);
    }
    let seen = |c: &char| !(c.is_whitespace() || c.is_control() || is_mark(*c));
    let folded: String = name.nfkc().filter(seen).flat_map(char::to_lowercase).collect();
    // WhatsApp sets it before the names of people who are no contacts.
    folded.strip_prefix('~').map_or(folded.clone(), str::to_owned)
}

/// Direction marks, joiners and the like, as chat exports strew them.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

fn is_company(role: Role) -> bool {
    matches!(role, Role::Agent | Role::Bot)
}

/// Who has one role in some turns of a conversation has it in those of unknown role, too.
fn repeat(turns: &mut [Turn], keys: &[Option<String>]) {
    let mut known: FxHashMap<&str, Option<Role>> = FxHashMap::default();
    for (turn, key) in turns.iter().zip(keys) {
        if let Some(key) = key
            && (is_company(turn.role) || turn.role == Role::Customer)
        {
            let role = known.entry(key).or_insert(Some(turn.role));
            *role = role.filter(|&role| role == turn.role);
        }
    }
    for (turn, key) in turns.iter_mut().zip(keys) {
        let role = key.as_deref().and_then(|key| *known.get(key)?);
        if let (Role::Unknown, Some(role)) = (turn.role, role) {
            turn.role = role;
        }
    }
}

/// Where one side of a conversation is known, those who are left are the other side: a
/// single customer, or the people of the company, of whom there may be several in turn.
fn complete(turns: &mut [Turn], keys: &[Option<String>]) {
    let company = turns.iter().any(|turn| is_company(turn.role));
    let customer = turns.iter().any(|turn| turn.role == Role::Customer);
    let is_left = |(turn, key): (&Turn, &Option<String>)| {
        (turn.role == Role::Unknown).then(|| key.clone()).flatten()
    };
    let left: FxHashSet<String> = turns.iter().zip(keys).filter_map(is_left).collect();
    let other_side = match (company, customer) {
        (true, false) if left.len() == 1 => Role::Customer,
        (false, true) => Role::Agent,
        _ => return,
    };
    for (turn, _) in turns.iter_mut().zip(keys).filter(|(_, key)| key.is_some()) {
        if turn.role == Role::Unknown {
            turn.role = other_side;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_people_read_them() {
        for same in ["jane doe", " JANE  DOE", "~\u{202F}Jane\u{A0}Doe\u{200E}", "Ｊａｎｅ Doe"]
        {
            assert_eq!(fold(same), "janedoe", "{same:?}");
        }
        assert_eq!(fold("Zoe\u{308}"), fold("ZO\u{CB}"));
    }

    #[test]
    fn a_speaker_has_a_name_or_an_address_or_both() {
        assert_eq!(
            parts("\"Doe, Jane\" <jane@acme.example>"),
            ("Doe, Jane", Some("jane@acme.example"))
        );
        assert_eq!(parts("<jane@acme.example>"), ("", Some("jane@acme.example")));
        assert_eq!(parts("jane@acme.example").1, Some("jane@acme.example"));
        assert_eq!(parts("Jane @ Acme"), ("Jane @ Acme", None));
        assert_eq!(parts("Jane <3"), ("Jane <3", None));
    }

    #[test]
    fn a_domain_ends_where_a_label_ends() {
        assert!(is_within("acme.example", "acme.example"));
        assert!(is_within("mail.acme.example", "acme.example"));
        assert!(!is_within("notacme.example", "acme.example"));
        assert!(!is_within("acme.example.net", "acme.example"));
    }
}
