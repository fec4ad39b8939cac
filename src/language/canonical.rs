//! One canonical form for every surface.
//!
//! "Isn't", "isn’t", "ISNT" and "is not" all become `is` `not`. Clitics that can
//! stand for several words stay ambiguous: `'s` may be "is", "has" or a genitive,
//! `'d` may be "would" or "had". A rule's "is" accepts both spellings, so no
//! text needs more than one reading.
//!
//! Inflection ("tell", "told") is not folded here: it is a matter of the rule.

use std::borrow::Cow;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;

/// One canonical word of a surface word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The canonical word.
    pub word: Cow<'a, str>,
    /// Characters of the folded surface that stand for it, counted from its start.
    /// Two pieces of an irreducible form ("dunno") share all of them.
    pub chars: std::ops::Range<usize>,
}

/// Whether a character is an apostrophe in any of its common typings.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '\u{2019}' | '\u{2018}' | '\u{02BC}' | '\u{FF07}' | '\u{00B4}' | '`' | '\u{2032}'
    )
}

/// Whether a character leaves no trace on paper: soft hyphen, zero-width marks, joiners.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{FE0F}' | '\u{180E}' | '\u{061C}' | '\u{202A}'..='\u{202E}')
}

/// Lower case, compatibility forms unified, apostrophes straight, invisible characters dropped.
#[must_use]
pub(super) fn fold<'b>(surface: &str, buffer: &'b mut String) -> &'b str {
    buffer.clear();
    if surface.is_ascii() {
        buffer
            .extend(surface.bytes().filter(|b| *b != b'*').map(|b| b.to_ascii_lowercase() as char));
    } else {
        for c in surface.nfkc().filter(|&c| !is_invisible(c) && c != '*') {
            if is_apostrophe(c) {
                buffer.push('\'');
            } else {
                buffer.extend(c.to_lowercase());
            }
        }
    }
    buffer
}

/// The canonical words of a folded surface word, in order.
///
/// # Examples
/// `isn't` gives `is` `not`, `its` gives `it` `'s`, `dunno` gives `do` `not` `know`.
#[must_use]
pub fn canonical(folded: &str) -> Vec<Piece<'_>> {
    let whole = 0..folded.chars().count();
    if let Some(words) = irregular(folded) {
        let shared =
            words.split(' ').map(|w| Piece { word: Cow::Borrowed(w), chars: whole.clone() });
        return shared.collect();
    }
    if let Some((stem, clitic, at)) = split_clitic(folded) {
        let mut pieces = canonical(stem);
        pieces.push(Piece { word: Cow::Borrowed(clitic), chars: at..whole.end });
        return pieces;
    }
    vec![Piece { word: spelling(folded), chars: whole }]
}

/// Clitics behind an apostrophe.
const MARKED: [(&str, &str); 7] = [
    ("n't", "not"),
    ("'ll", "will"),
    ("'ve", "have"),
    ("'re", "are"),
    ("'m", "am"),
    ("'s", "'s"),
    ("'d", "'d"),
];

/// Endings that stand for "not" without an apostrophe, or with a slip in its place.
const NOT: [&str; 3] = ["nt", "n;t", "nae"];

/// Verbs before a "not" that was typed without its apostrophe, or in Scots ("isnae").
const HOSTS_OF_NOT: [&str; 17] = [
    "do", "does", "did", "could", "would", "should", "is", "are", "was", "were", "has", "have",
    "had", "must", "need", "ought", "might",
];

/// Clitics typed without the apostrophe, after words with which they make no other word ("well",
/// "were", "shell" are words of their own).
const UNMARKED: [(&str, &str, &str); 6] = [
    ("ll", "will", "you they it that there who somebody someone this nobody"),
    ("ve", "have", "i you we they would could should might must"),
    ("re", "are", "you they"),
    ("m", "am", "i"),
    ("s", "'s", "it that what there here he she who where how nobody somebody someone everybody"),
    ("d", "'d", "you they it that"),
];

/// Cuts the last clitic off: ("we", "will", 2) for "we'll".
fn split_clitic(folded: &str) -> Option<(&str, &'static str, usize)> {
    for (ending, clitic) in MARKED.into_iter().filter(|_| folded.contains('\'')) {
        if let Some(stem) = folded.strip_suffix(ending).filter(|stem| !stem.is_empty()) {
            return Some((stem, clitic, stem.chars().count()));
        }
    }
    let not = NOT.iter().find_map(|ending| folded.strip_suffix(ending));
    if let Some(stem) = not.filter(|stem| HOSTS_OF_NOT.contains(stem)) {
        return Some((stem, "not", stem.len()));
    }
    UNMARKED.iter().find_map(|(ending, clitic, hosts)| {
        let stem = folded.strip_suffix(ending)?;
        hosts.split(' ').any(|host| host == stem).then_some((stem, *clitic, stem.len()))
    })
}

/// Forms that don't come apart by their endings, and the words that each of them stands for.
const IRREGULAR: [(&str, &str); 41] = [
    ("can't cant cannot can;t cannae canna", "can not"),
    ("won't wont willnae winnae", "will not"),
    ("shan't shant", "shall not"),
    ("ain't aint", "ain not"),
    ("dinnae dinna", "do not"),
    ("disnae dosent dosnt doesent", "does not"),
    ("didna didn", "did not"),
    ("let's", "let us"),
    ("dunno", "do not know"),
    ("idk", "i do not know"),
    ("gonna gonnae", "going to"),
    ("wanna", "want to"),
    ("gotta", "got to"),
    ("hafta", "have to"),
    ("lemme", "let me"),
    ("gimme", "give me"),
    ("kinda", "kind of"),
    ("sorta", "sort of"),
    ("outta", "out of"),
    ("y'all yall ya u ye yous youse", "you"),
    ("ur", "your"),
    ("cuz coz cos 'cause 'cos 'cuz bc becuase becouse", "because"),
    ("'em", "them"),
    ("pls plz plse", "please"),
    ("smth sth", "something"),
    ("ppl", "people"),
    ("thru", "through"),
    ("til till untill", "until"),
    ("realy rly", "really"),
    ("unfortunatly unfortunatelly unfortunetly", "unfortunately"),
    ("posible", "possible"),
    ("recieve", "receive"),
    ("recieved", "received"),
    ("tho", "though"),
    ("thx", "thanks"),
    ("abt", "about"),
    ("w/o", "without"),
    ("alot", "a lot"),
    ("noone", "no one"),
    ("anymore", "any more"),
    ("info", "information"),
];

fn irregular(folded: &str) -> Option<&'static str> {
    static FORMS: LazyLock<FxHashMap<&str, &str>> = LazyLock::new(|| {
        let forms = |&(forms, words): &(&'static str, &'static str)| {
            forms.split(' ').map(move |form| (form, words))
        };
        IRREGULAR.iter().flat_map(forms).collect()
    });
    FORMS.get(folded).copied()
}

/// All surfaces of letters alone, and all irregular ones, that stand for other words than
/// themselves, apart from [British spelling](spelling).
pub(super) fn contracted() -> impl Iterator<Item = Cow<'static, str>> {
    let irregular = IRREGULAR.iter().flat_map(|(forms, _)| forms.split(' ')).map(Cow::Borrowed);
    let joined = |host: &str, ending: &str| Cow::Owned(format!("{host}{ending}"));
    let not = HOSTS_OF_NOT.iter().flat_map(move |host| NOT.map(|ending| joined(host, ending)));
    let unmarked = UNMARKED
        .iter()
        .flat_map(move |(ending, _, hosts)| hosts.split(' ').map(move |host| joined(host, ending)));
    irregular.chain(not).chain(unmarked)
}

/// British and American spelling in one: "authorise" becomes "authorize".
///
/// The rule is blind ("otherwise" becomes "otherwize"), which does no harm as texts and rules share it.
pub(super) fn spelling(folded: &str) -> Cow<'_, str> {
    const ENDINGS: [(&str, &str); 6] = [
        ("ise", "ize"),
        ("ised", "ized"),
        ("ises", "izes"),
        ("ising", "izing"),
        ("isation", "ization"),
        ("isations", "izations"),
    ];
    if folded.len() >= 7 && folded.is_ascii() {
        for (british, american) in ENDINGS {
            if let Some(stem) = folded.strip_suffix(british) {
                return Cow::Owned(format!("{stem}{american}"));
            }
        }
    }
    Cow::Borrowed(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(surface: &str) -> Vec<String> {
        let mut buffer = String::new();
        canonical(fold(surface, &mut buffer)).into_iter().map(|p| p.word.into_owned()).collect()
    }

    #[test]
    fn contractions_have_one_form() {
        for surface in ["isn't", "isn\u{2019}t", "ISNT", "isn\u{02BC}t", "i\u{00AD}sn't"] {
            assert_eq!(words(surface), ["is", "not"], "{surface}");
        }
        assert_eq!(words("I'm"), words("Im"));
        assert_eq!(words("wouldn't've"), ["would", "not", "have"]);
        assert_eq!(words("its"), words("it's"));
        assert_eq!(words("Ain't"), ["ain", "not"]);
        assert_eq!(words("couldnae"), ["could", "not"]);
    }

    #[test]
    fn full_width_letters_fold() {
        assert_eq!(words("\u{FF2A}\u{FF4F}\u{FF42}"), ["job"]);
    }

    #[test]
    fn words_that_only_look_contracted_stay() {
        for word in ["well", "were", "shell", "ill", "want", "plant", "hose", "lets"] {
            assert_eq!(words(word), [word]);
        }
    }

    #[test]
    fn spelling_is_unified() {
        assert_eq!(words("authorised"), words("authorized"));
    }
}
