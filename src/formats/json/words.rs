//! The words by which JSON formats call the two sides of a conversation.

use crate::turn::Role;

/// A word and the role it stands for, in small letters.
pub(super) type Words = [(&'static str, Role)];

/// The words that need no knowledge of the product.
const COMMON: &Words = &[
    ("agent", Role::Agent),
    ("human_agent", Role::Agent),
    ("live_agent", Role::Agent),
    ("support_agent", Role::Agent),
    ("support", Role::Agent),
    ("supporter", Role::Agent),
    ("support_rep", Role::Agent),
    ("customer_support", Role::Agent),
    ("customer_service", Role::Agent),
    ("advisor", Role::Agent),
    ("adviser", Role::Agent),
    ("rep", Role::Agent),
    ("representative", Role::Agent),
    ("csr", Role::Agent),
    ("operator", Role::Agent),
    ("admin", Role::Agent),
    ("staff", Role::Agent),
    ("employee", Role::Agent),
    ("teammate", Role::Agent),
    ("business", Role::Agent),
    ("company", Role::Agent),
    ("host", Role::Agent),
    ("internal", Role::Agent),
    ("outbound", Role::Agent),
    ("outgoing", Role::Agent),
    ("bot", Role::Bot),
    ("chatbot", Role::Bot),
    ("chat_bot", Role::Bot),
    ("assistant", Role::Bot),
    ("ai", Role::Bot),
    ("ai_agent", Role::Bot),
    ("gpt", Role::Bot),
    ("chatgpt", Role::Bot),
    ("model", Role::Bot),
    ("automated_agent", Role::Bot),
    ("virtual_agent", Role::Bot),
    ("virtual_assistant", Role::Bot),
    ("ivr", Role::Bot),
    ("customer", Role::Customer),
    ("client", Role::Customer),
    ("user", Role::Customer),
    ("end_user", Role::Customer),
    ("enduser", Role::Customer),
    ("visitor", Role::Customer),
    ("caller", Role::Customer),
    ("consumer", Role::Customer),
    ("contact", Role::Customer),
    ("guest", Role::Customer),
    ("lead", Role::Customer),
    ("requester", Role::Customer),
    ("buyer", Role::Customer),
    ("external", Role::Customer),
    ("inbound", Role::Customer),
    ("incoming", Role::Customer),
    ("note", Role::Note),
    ("internal_note", Role::Note),
    ("private_note", Role::Note),
    ("system", Role::System),
    ("developer", Role::System),
    ("tool", Role::System),
    ("function", Role::System),
    ("event", Role::System),
];

/// The role that a word stands for anywhere: `AGENT`, `end-user`, `Customer 2`.
pub(super) fn common(word: &str) -> Option<Role> {
    among(COMMON, word).or_else(|| {
        let unnumbered = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let unnumbered = unnumbered.trim_end_matches([' ', '_', '-', '#']);
        (unnumbered.len() < word.len()).then(|| among(COMMON, unnumbered))?
    })
}

/// Whether a name says no more than a role: `AGENT`, but not `Agent 2`.
pub(super) fn is_role(name: &str) -> bool {
    among(COMMON, name).is_some()
}

/// The role that a word stands for among `words`.
pub(super) fn among(words: &Words, word: &str) -> Option<Role> {
    let word = word.trim();
    words.iter().find(|(known, _)| alike(known, word)).map(|&(_, role)| role)
}

/// Whether two words are the same but for capitals and what joins their parts.
fn alike(known: &str, word: &str) -> bool {
    let plain = |byte: u8| match byte {
        b' ' | b'-' => b'_',
        byte => byte.to_ascii_lowercase(),
    };
    known.len() == word.len() && known.bytes().map(plain).eq(word.bytes().map(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_known_in_many_spellings() {
        assert_eq!(common("AGENT"), Some(Role::Agent));
        assert_eq!(common("End-User"), Some(Role::Customer));
        assert_eq!(common(" Virtual Agent "), Some(Role::Bot));
        assert_eq!(common("Agent_1"), Some(Role::Agent));
        assert_eq!(common("customer 2"), Some(Role::Customer));
        assert_eq!(common("Jane"), None);
        assert_eq!(common("42"), None);
        assert_eq!(common(""), None);
    }
}
