//! The forms of an English word: tell, tells, telling, told.
//!
//! Regular endings by the rules of spelling, irregular verbs from a table. A form
//! too many ("tells" as a noun's plural) does no harm in a phrase; a missing one does.

use std::collections::BTreeSet;
use std::str::FromStr;

/// A form that a rewrite can ask for: `{lost:past}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The past tense of a participle: taken, took. Its first word is changed.
    Past,
    /// The plain form of a verb in the third person: sets, set. Its first word is changed.
    Plain,
    /// A pronoun as an object: he, him.
    Object,
}

impl Form {
    /// All forms by the names that packs write.
    pub const ALL: [(&str, Self); 3] =
        [("past", Self::Past), ("plain", Self::Plain), ("object", Self::Object)];

    /// Some words in this form.
    #[must_use]
    pub fn of(self, words: &str) -> String {
        let (first, rest) = words.find(' ').map_or((words, ""), |end| words.split_at(end));
        let formed = match self {
            Self::Past => past(first),
            Self::Plain => plain(first),
            Self::Object => object(first),
        };
        formed + rest
    }
}

impl FromStr for Form {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|&(known, _)| known == name).map(|(_, form)| form).ok_or(())
    }
}

/// The past tense for a participle; a regular verb has the same for both.
fn past(participle: &str) -> String {
    let lower = participle.to_lowercase();
    let is_participle =
        |line: &&&[&str]| line.len() > 2 && line[1..].contains(&lower.as_str()) && line[0] != "be";
    let irregular = IRREGULAR.iter().find(is_participle).map(|line| line[1]);
    match irregular {
        Some("does") => "did".to_owned(),
        Some(past) if !past.ends_with("ed") && past != "has" => past.to_owned(),
        _ => participle.to_owned(),
    }
}

/// The form of a verb that follows "we", for the one that follows "he"; any other form stays.
#[must_use]
pub fn plain(verb: &str) -> String {
    let lower = verb.to_lowercase();
    let stem = |ending: &str| verb[..verb.len() - ending.len()].to_owned();
    match lower.as_str() {
        "has" => "have".to_owned(),
        "is" | "am" => "are".to_owned(),
        "was" => "were".to_owned(),
        "does" => "do".to_owned(),
        "goes" => "go".to_owned(),
        "dies" | "lies" | "ties" => stem("s"),
        _ if lower.ends_with("ies") && lower.len() > 4 => stem("ies") + "y",
        _ if ["sses", "shes", "ches", "xes", "zzes", "oes"].iter().any(|e| lower.ends_with(e)) => {
            stem("es")
        }
        _ if lower.ends_with('s') && !["ss", "us", "is"].iter().any(|e| lower.ends_with(e)) => {
            stem("s")
        }
        _ => verb.to_owned(),
    }
}

/// Whether a word is the participle of an irregular verb: taken, lost.
#[must_use]
pub fn is_irregular_participle(word: &str) -> bool {
    IRREGULAR.iter().any(|line| line[1..].contains(&word)) && !matches!(word, "is" | "are")
}

fn object(pronoun: &str) -> String {
    let object = match pronoun.to_lowercase().as_str() {
        "i" => "me",
        "we" => "us",
        "he" => "him",
        "she" => "her",
        "they" => "them",
        _ => pronoun,
    };
    object.to_owned()
}

/// All the forms of a word given in its plain form, the word itself among them.
#[must_use]
pub fn forms(plain: &str) -> BTreeSet<String> {
    let mut forms = BTreeSet::from([plain.to_owned()]);
    if let Some(irregular) = IRREGULAR.iter().find(|line| line[0] == plain) {
        forms.extend(irregular[1..].iter().filter(|f| !f.is_empty()).map(|f| (*f).to_owned()));
        if matches!(plain, "be" | "have" | "do") {
            return forms;
        }
    } else {
        forms.insert(with_ed(plain));
    }
    forms.insert(with_s(plain));
    forms.insert(with_ing(plain));
    forms
}

fn with_s(word: &str) -> String {
    if let Some(stem) = word.strip_suffix('y').filter(|s| ends_in_consonant(s)) {
        return format!("{stem}ies");
    }
    let hisses = ["s", "x", "z", "ch", "sh", "o"].iter().any(|e| word.ends_with(e));
    if hisses { format!("{word}es") } else { format!("{word}s") }
}

fn with_ed(word: &str) -> String {
    if let Some(stem) = word.strip_suffix('y').filter(|s| ends_in_consonant(s)) {
        return format!("{stem}ied");
    }
    if word.ends_with('e') { format!("{word}d") } else { format!("{}ed", doubled(word)) }
}

fn with_ing(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ie") {
        return format!("{stem}ying");
    }
    match word.strip_suffix('e').filter(|s| !s.ends_with(['e', 'o', 'y']) && s.len() > 1) {
        Some(stem) => format!("{stem}ing"),
        None => format!("{}ing", doubled(word)),
    }
}

/// Doubles the last consonant of a stressed short syllable: stop, refer, cancel (as in Britain).
fn doubled(word: &str) -> String {
    const STRESSED_AT_THE_END: [&str; 18] = [
        "refer", "admit", "commit", "permit", "submit", "omit", "occur", "defer", "prefer",
        "transfer", "incur", "forget", "begin", "regret", "cancel", "label", "travel", "equip",
    ];
    let letters: Vec<char> = word.chars().rev().take(3).collect();
    let [last, vowel, before] = letters[..] else { return word.to_owned() };
    let short = is_vowel(vowel) && !is_vowel(before) && !is_vowel(last) && !"wxy".contains(last);
    let one_syllable = word.chars().filter(|&c| is_vowel(c)).count() == 1;
    if short && (one_syllable || STRESSED_AT_THE_END.contains(&word)) {
        format!("{word}{last}")
    } else {
        word.to_owned()
    }
}

fn ends_in_consonant(stem: &str) -> bool {
    stem.ends_with(|c: char| !is_vowel(c))
}

fn is_vowel(c: char) -> bool {
    "aeiou".contains(c)
}

/// Plain form, then the forms that rules of spelling do not give.
const IRREGULAR: &[&[&str]] = &[
    &["be", "am", "is", "are", "was", "were", "been", "being"],
    &["have", "has", "had", "having"],
    &["do", "does", "did", "done", "doing"],
    &["go", "went", "gone"],
    &["get", "got", "gotten"],
    &["say", "said"],
    &["tell", "told"],
    &["know", "knew", "known"],
    &["give", "gave", "given"],
    &["take", "took", "taken", "took"],
    &["make", "made"],
    &["come", "came"],
    &["become", "became"],
    &["see", "saw", "seen"],
    &["find", "found"],
    &["think", "thought"],
    &["bring", "brought"],
    &["buy", "bought"],
    &["seek", "sought"],
    &["teach", "taught"],
    &["catch", "caught"],
    &["keep", "kept"],
    &["leave", "left"],
    &["feel", "felt"],
    &["mean", "meant"],
    &["deal", "dealt"],
    &["lose", "lost"],
    &["send", "sent"],
    &["lend", "lent"],
    &["spend", "spent"],
    &["build", "built"],
    &["rebuild", "rebuilt"],
    &["hear", "heard"],
    &["hold", "held"],
    &["withhold", "withheld"],
    &["sell", "sold"],
    &["pay", "paid"],
    &["lay", "laid"],
    &["lie", "lay", "lain", "lied"],
    &["let"],
    &["put"],
    &["set"],
    &["cut"],
    &["hit"],
    &["shut"],
    &["cost"],
    &["quit"],
    &["read"],
    &["hurt"],
    &["split"],
    &["cast"],
    &["run", "ran"],
    &["begin", "began", "begun"],
    &["ring", "rang", "rung"],
    &["drop", "dropped"],
    &["write", "wrote", "written"],
    &["speak", "spoke", "spoken"],
    &["break", "broke", "broken"],
    &["choose", "chose", "chosen"],
    &["forget", "forgot", "forgotten"],
    &["drive", "drove", "driven"],
    &["fall", "fell", "fallen"],
    &["grow", "grew", "grown"],
    &["throw", "threw", "thrown"],
    &["draw", "drew", "drawn"],
    &["show", "showed", "shown"],
    &["understand", "understood"],
    &["misunderstand", "misunderstood"],
    &["stand", "stood"],
    &["stick", "stuck"],
    &["sit", "sat"],
    &["win", "won"],
    &["meet", "met"],
    &["lead", "led"],
    &["mislead", "misled"],
    &["feed", "fed"],
    &["oversee", "oversaw", "overseen"],
    &["overlook", "overlooked"],
    &["undertake", "undertook", "undertaken"],
    &["mistake", "mistook", "mistaken"],
    &["wear", "wore", "worn"],
    &["tear", "tore", "torn"],
    &["bear", "bore", "borne"],
    &["swear", "swore", "sworn"],
    &["eat", "ate", "eaten"],
    &["hide", "hid", "hidden"],
    &["bite", "bit", "bitten"],
    &["arise", "arose", "arisen"],
    &["rise", "rose", "risen"],
    &["steal", "stole", "stolen"],
    &["freeze", "froze", "frozen"],
    &["learn", "learned", "learnt"],
    &["spell", "spelled", "spelt"],
    &["burn", "burned", "burnt"],
    &["fight", "fought"],
    &["slip", "slipped"],
    &["screw", "screwed"],
    &["sleep", "slept"],
    &["sweep", "swept"],
    &["creep", "crept"],
    &["bind", "bound"],
    &["wind", "wound"],
    &["swing", "swung"],
    &["hang", "hung", "hanged"],
    &["cancel", "cancelled", "canceled", "canceling"],
    &["label", "labelled", "labeled", "labeling"],
    &["travel", "travelled", "traveled", "traveling"],
    &["sync", "synced", "syncing"],
    &["program", "programmed", "programming"],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_verbs_follow_the_rules_of_spelling() {
        let expect = |word: &str, all: &[&str]| {
            let expected: BTreeSet<String> = all.iter().map(|f| (*f).to_owned()).collect();
            assert_eq!(forms(word), expected, "{word}");
        };
        expect("call", &["call", "calls", "called", "calling"]);
        expect("stop", &["stop", "stops", "stopped", "stopping"]);
        expect("try", &["try", "tries", "tried", "trying"]);
        expect("handle", &["handle", "handles", "handled", "handling"]);
        expect("refer", &["refer", "refers", "referred", "referring"]);
        expect("offer", &["offer", "offers", "offered", "offering"]);
        expect("push", &["push", "pushes", "pushed", "pushing"]);
        expect("tell", &["tell", "tells", "told", "telling"]);
    }

    #[test]
    fn a_participle_has_its_past_and_a_third_person_its_plain_form() {
        let past = [("lost", "lost"), ("taken", "took"), ("forgotten about", "forgot about")];
        let past = past.into_iter().chain([("overlooked", "overlooked"), ("closed", "closed")]);
        for (participle, expected) in past.chain([("made", "made"), ("done", "did")]) {
            assert_eq!(Form::Past.of(participle), expected);
        }
        for (third, expected) in [
            ("sets", "set"),
            ("has", "have"),
            ("pushes", "push"),
            ("tries", "try"),
            ("uses", "use"),
            ("closes", "close"),
            ("discuss", "discuss"),
            ("decided", "decided"),
        ] {
            assert_eq!(Form::Plain.of(third), expected);
        }
        assert_eq!(Form::Object.of("they"), "them");
    }

    #[test]
    fn forms_of_to_be_are_just_those() {
        assert!(!forms("be").contains("bes") && forms("be").contains("were"));
    }
}
