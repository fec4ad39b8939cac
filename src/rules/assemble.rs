//! From pack files to a [`Compiled`] pack: everything wrong with a pack is found here
//! and told with its place; nothing that a user wrote is ever dropped in silence.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use regex::RegexBuilder;

use super::error::PackError;
use super::inflect::Form;
use super::phrase::{Node, PhraseError, parse};
use super::program::{Grammar, Program};
use super::ruleset::{
    Compiled, Condition, Conditions, Edge, Guards, Missing, Origin, PackSource, Regexes,
    RuleMatcher,
};
use super::schema::{
    ApplicabilityName, ConditionTable, EdgeName, ExampleTable, ExtendName, GuardTable,
    LearnedTable, PackFile, RewriteEntry, RuleTable, SeverityName, WordLists,
};
use super::spanned::Spanned;
use super::{Example, InsteadOf, Learned, REGEX_SIZE, RewriteTemplate, Rule};
use crate::finding::{Applicability, Severity};
use crate::learned::CATEGORIES;

/// Packs on their way to a ruleset, with all the mistakes met so far.
#[derive(Default)]
pub(crate) struct Assembly {
    files: Vec<PackSource>,
    packs: Vec<PackFile>,
    errors: Vec<PackError>,
}

impl Assembly {
    /// Takes a file in; what is wrong with its shape is kept for the end.
    pub(crate) fn read(&mut self, origin: Origin, name: String, text: String) {
        let parsed = toml::from_str::<PackFile>(&text);
        let file = PackSource { origin, name, text: text.into() };
        match parsed {
            Ok(pack) => {
                self.files.push(file);
                self.packs.push(pack);
            }
            Err(error) => {
                let help = "docs/writing-rules.md shows a rule in full";
                self.errors.push(PackError::of_toml(&file.name, &file.text, &error, help));
            }
        }
    }

    /// Takes further words for lists in, which stand in a file that is no pack.
    pub(crate) fn add_words(&mut self, words: &WordLists) {
        let pack = PackFile { lists: words.lists.clone(), ..PackFile::default() };
        let known = self.packs.iter().flat_map(|pack| pack.lists.keys());
        let known: HashSet<String> = known.map(|name| name.get_ref().clone()).collect();
        self.files.push(PackSource {
            origin: Origin::User,
            name: words.file.clone(),
            text: Arc::clone(&words.text),
        });
        let file = self.files.len() - 1;
        for name in pack.lists.keys().filter(|name| !known.contains(name.get_ref().as_str())) {
            let near = super::nearest(name.get_ref(), known.iter().map(String::as_str));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "a new list belongs into the pack whose rules name it".to_owned(),
            };
            let message = format!("there is no word list `{}` to add to", name.get_ref());
            self.error(file, name.span(), message, "no such list".to_owned(), Some(help));
        }
        self.packs.push(pack);
    }

    /// The entries of all word lists as written, those of equal names together.
    pub(crate) fn lists(&self) -> BTreeMap<String, Vec<String>> {
        let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, entries) in self.packs.iter().flat_map(|pack| &pack.lists) {
            let written = entries.iter().map(|entry| entry.get_ref().clone());
            lists.entry(name.get_ref().clone()).or_default().extend(written);
        }
        lists
    }

    /// Checks and compiles all that was taken in.
    ///
    /// # Errors
    /// Every mistake in every file.
    pub(crate) fn finish(mut self) -> Result<Compiled, Vec<PackError>> {
        let mut grammar = Grammar::default();
        self.compile_lists(&mut grammar);
        let mut compiled = Compiled {
            rules: Vec::new(),
            matchers: Vec::new(),
            phrases: Vec::new(),
            others: Vec::new(),
            grammar,
            files: self.files.clone(),
            lists: self.lists(),
        };
        let mut ids: HashSet<String> = HashSet::new();
        for (file, pack) in std::mem::take(&mut self.packs).into_iter().enumerate() {
            for rule in pack.rule {
                self.compile_rule(&mut compiled, &mut ids, file, rule);
            }
        }
        if self.errors.is_empty() { Ok(compiled) } else { Err(self.errors) }
    }

    /// Word lists of all packs, entries of equal names together, in an order in
    /// which every list comes after those that it names.
    fn compile_lists(&mut self, grammar: &mut Grammar) {
        let mut lists: BTreeMap<String, Vec<ListEntry>> = BTreeMap::new();
        let packs = std::mem::take(&mut self.packs);
        for (file, pack) in packs.iter().enumerate() {
            for (name, entries) in &pack.lists {
                for entry in entries {
                    match parse(entry.get_ref()) {
                        Ok(node) => {
                            let list = lists.entry(name.get_ref().clone()).or_default();
                            list.push(ListEntry {
                                file,
                                place: entry.span(),
                                written: entry.get_ref().clone(),
                                node,
                            });
                        }
                        Err(error) => self.phrase_error(file, entry, &error),
                    }
                }
            }
        }
        self.packs = packs;
        let mut nesting = Nesting::default();
        for name in lists.keys() {
            self.compile_list(grammar, &lists, name, &mut nesting);
        }
    }

    /// Compiles a list after those that it names, once; says how deep they nest in it.
    fn compile_list(
        &mut self,
        grammar: &mut Grammar,
        lists: &BTreeMap<String, Vec<ListEntry>>,
        name: &str,
        nesting: &mut Nesting,
    ) -> usize {
        if let Some(&depth) = nesting.depths.get(name) {
            return depth;
        }
        let Some(entries) = lists.get(name) else { return 0 };
        nesting.open.push(name.to_owned());
        let depth = self.compile_inner_lists(grammar, lists, entries, nesting);
        nesting.open.pop();
        nesting.depths.insert(name.to_owned(), depth.unwrap_or(0));
        if depth.is_some() {
            self.add_list(grammar, name, entries);
        }
        depth.unwrap_or(0)
    }

    /// Compiles the lists that the entries of the innermost open list name; nothing if it
    /// can't be compiled itself.
    fn compile_inner_lists(
        &mut self,
        grammar: &mut Grammar,
        lists: &BTreeMap<String, Vec<ListEntry>>,
        entries: &[ListEntry],
        nesting: &mut Nesting,
    ) -> Option<usize> {
        let mut deepest = 0;
        for entry in entries {
            for inner in entry.node.lists() {
                let name = nesting.open.last().map_or("", String::as_str);
                if nesting.open.iter().any(|name| name == inner) {
                    let message = format!("the word list `{name}` contains itself");
                    self.error(
                        entry.file,
                        entry.place.clone(),
                        message,
                        format!("leads back to `{{{inner}}}`"),
                        Some("take the list out of one of the two".to_owned()),
                    );
                    return None;
                }
                if nesting.open.len() < DEEPEST {
                    deepest = deepest.max(self.compile_list(grammar, lists, inner, nesting));
                }
                if nesting.open.len() >= DEEPEST || deepest >= DEEPEST {
                    self.error(
                        entry.file,
                        entry.place.clone(),
                        "word lists are nested too deeply".to_owned(),
                        format!("`{{{inner}}}` is one list too many"),
                        Some("write the words of the inner lists out".to_owned()),
                    );
                    return None;
                }
                // What is wrong with the inner list was told; it is nobody else's mistake.
                if lists.contains_key(inner) && grammar.list(inner).is_none() {
                    return None;
                }
            }
        }
        Some(deepest + 1)
    }

    fn add_list(&mut self, grammar: &mut Grammar, name: &str, entries: &[ListEntry]) {
        let nodes: Vec<Node> = entries.iter().map(|e| e.node.clone()).collect();
        if let Err((number, error)) = grammar.add_list(name, &nodes) {
            let entry = &entries[number];
            self.error_in_phrase(entry.file, &entry.place, &entry.written, &error);
        }
    }

    fn compile_rule(
        &mut self,
        compiled: &mut Compiled,
        ids: &mut HashSet<String>,
        file: usize,
        table: RuleTable,
    ) {
        let number = compiled.rules.len() as u32;
        let id = table.id.get_ref().clone();
        self.check_id(file, &table, ids);
        self.check_kind(file, &table);
        for phrase in &table.phrases {
            if let Some(program) = self.compile_phrase(&mut compiled.grammar, file, phrase) {
                compiled.phrases.push((number, program));
            }
        }
        let regexes: Vec<String> =
            table.regex.iter().filter_map(|r| self.check_regex(file, r)).collect();
        let missing = Missing {
            programs: table
                .missing
                .iter()
                .filter_map(|phrase| self.compile_other(compiled, file, phrase))
                .collect(),
            edge: if table.place == Some(EdgeName::Start) { Edge::Start } else { Edge::End },
        };
        let learned = table.learned.as_ref().and_then(|it| self.learned(file, it));
        let category = table.category.clone().unwrap_or_else(|| "custom".to_owned());
        let captures: HashSet<String> = compiled
            .phrases
            .iter()
            .filter(|(rule, _)| *rule == number)
            .flat_map(|(_, program)| program.captures.iter().cloned())
            .collect();
        for rewrite in &table.rewrites {
            self.check_rewrite(file, rewrite, &captures);
        }
        let examples = table.examples.iter().filter_map(|e| self.example(file, e)).collect();
        let places = std::iter::once(table.id.span())
            .chain(table.rewrites.iter().map(Spanned::span))
            .collect();
        let matcher = RuleMatcher {
            regexes: Regexes::new(regexes),
            extend: table.extend == ExtendName::Clause,
            guards: if missing.programs.is_empty() {
                guards(&category, &table.guards)
            } else {
                guards_of_missing(&table.guards)
            },
            missing,
            unless: self.conditions(compiled, file, &table.unless),
            when: self.conditions(compiled, file, &table.when),
            file,
            places,
        };
        compiled.matchers.push(matcher);
        compiled.rules.push(Rule {
            title: table.title.unwrap_or_else(|| title_from(&id)),
            id,
            category,
            severity: severity(table.severity),
            why: table.why,
            links: table.links,
            phrases: table.phrases.into_iter().map(Spanned::into_inner).collect(),
            regex: table.regex.into_iter().map(Spanned::into_inner).collect(),
            learned,
            missing: table.missing.into_iter().map(Spanned::into_inner).collect(),
            opt_in: table.opt_in,
            rewrites: table
                .rewrites
                .into_iter()
                .map(|r| rewrite_template(r.into_inner()))
                .collect(),
            examples,
            pack: self.files[file].name.clone(),
        });
    }

    fn check_id(&mut self, file: usize, table: &RuleTable, ids: &mut HashSet<String>) {
        let id = table.id.get_ref();
        let place = table.id.span();
        let kebab = !id.is_empty()
            && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !kebab {
            self.error(
                file,
                place.clone(),
                format!("`{id}` is no rule id"),
                "not in kebab-case".to_owned(),
                Some("use small letters, digits and hyphens, as in `not-my-job`".to_owned()),
            );
        }
        if !ids.insert(id.clone()) {
            self.error(file, place, format!("there are two rules `{id}`"), "this name is taken".to_owned(), Some("rename this one; `--ignore` takes the other out, `buckstop rules` lists all names".to_owned()));
        }
    }

    /// A rule either finds words or misses them, and what it says must mean something for its kind.
    fn check_kind(&mut self, file: usize, table: &RuleTable) {
        let id = table.id.get_ref();
        let finds = !table.phrases.is_empty() || !table.regex.is_empty() || table.learned.is_some();
        let (message, label, help) = match (finds, table.missing.is_empty()) {
            (false, true) => (
                format!("the rule `{id}` looks for nothing"),
                "no phrases".to_owned(),
                "add `phrases = [\"...\"]`, or `missing = [\"...\"]`",
            ),
            (true, false) => (
                format!("the rule `{id}` reports words and the lack of words"),
                "both `phrases` and `missing`".to_owned(),
                "make two rules of it",
            ),
            (true, true) if table.place.is_some() => (
                format!("the rule `{id}` says where words are to be added, and misses none"),
                "`place` without `missing`".to_owned(),
                "take `place` out: a finding stands where its words stand",
            ),
            (false, false) => match of_no_use_to_missing(table) {
                Some(key) => (
                    format!("the rule `{id}` misses words, and these have no place"),
                    format!("`{key}` beside `missing`"),
                    "of conditions it can have `unless.message` and `when.message`, of guards \
                     `quoted`, `code`, `negated`, `hypothetical` and `asked`",
                ),
                None => return,
            },
            (true, true) => return,
        };
        self.error(file, table.id.span(), message, label, Some(help.to_owned()));
    }

    fn compile_phrase(
        &mut self,
        grammar: &mut Grammar,
        file: usize,
        phrase: &Spanned<String>,
    ) -> Option<Program> {
        let compiled = parse(phrase.get_ref()).and_then(|node| grammar.compile(&node));
        compiled.map_err(|error| self.phrase_error(file, phrase, &error)).ok()
    }

    /// Compiles a phrase that stands for no finding; its number.
    fn compile_other(
        &mut self,
        compiled: &mut Compiled,
        file: usize,
        phrase: &Spanned<String>,
    ) -> Option<u32> {
        let program = self.compile_phrase(&mut compiled.grammar, file, phrase)?;
        compiled.others.push(program);
        Some(compiled.others.len() as u32 - 1)
    }

    /// What a rule asks of the learned detector.
    fn learned(&mut self, file: usize, table: &Spanned<LearnedTable>) -> Option<Learned> {
        let LearnedTable { category, above } = table.get_ref();
        if !(*above > 0.0 && *above < 1.0) {
            let message = "nothing is more than certain, or less than impossible".to_owned();
            let help = "`above` is a probability between 0 and 1, as 0.8".to_owned();
            self.error(file, table.span(), message, "out of bounds".to_owned(), Some(help));
            return None;
        }
        let Some(category) = category else {
            return Some(Learned { category: None, above: *above });
        };
        let known = CATEGORIES.iter().position(|name| name == category);
        if known.is_none() {
            let message = format!("the learned detector knows no category `{category}`");
            let near = super::nearest(category, CATEGORIES.into_iter());
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it tells apart {}", CATEGORIES.join(", ")),
            };
            self.error(file, table.span(), message, "no such category".to_owned(), Some(help));
        }
        Some(Learned { category: Some(known? as u8), above: *above })
    }

    fn check_regex(&mut self, file: usize, written: &Spanned<String>) -> Option<String> {
        let mistake = match RegexBuilder::new(written.get_ref()).size_limit(REGEX_SIZE).build() {
            Ok(regex) if regex.is_match("") => "it matches the empty text".to_owned(),
            Ok(_) => return Some(written.get_ref().clone()),
            Err(regex::Error::CompiledTooBig(_)) => "it grows too large".to_owned(),
            Err(error) => error
                .to_string()
                .lines()
                .last()
                .unwrap_or("it cannot be read")
                .trim_start_matches("error: ")
                .to_owned(),
        };
        let help =
            "the syntax is that of the Rust crate `regex`; most things can be said as a phrase"
                .to_owned();
        self.error(
            file,
            written.span(),
            format!("this regular expression cannot be used: {mistake}"),
            "here".to_owned(),
            Some(help),
        );
        None
    }

    fn conditions(
        &mut self,
        compiled: &mut Compiled,
        file: usize,
        table: &ConditionTable,
    ) -> Conditions {
        let mut compile = |phrases: &[Spanned<String>]| -> Vec<Condition> {
            let conditions = phrases.iter().filter_map(|p| {
                Some(Condition {
                    written: p.get_ref().clone(),
                    program: self.compile_other(compiled, file, p)?,
                })
            });
            conditions.collect()
        };
        Conditions {
            before: compile(&table.before),
            after: compile(&table.after),
            sentence: compile(&table.sentence),
            next: compile(&table.next),
            message: compile(&table.message),
        }
    }

    /// A rewrite may only use what a phrase of its rule remembers.
    fn check_rewrite(
        &mut self,
        file: usize,
        rewrite: &Spanned<RewriteEntry>,
        captures: &HashSet<String>,
    ) {
        let entry = rewrite.get_ref();
        let used = crate::rules::captures_in(&entry.text);
        let replaced = entry.instead_of.iter().map(String::as_str);
        let replaced = replaced.filter(|name| !matches!(*name, "words" | "clause"));
        for (name, form) in used.chain(replaced.map(|name| (name, None))) {
            if let Some(form) = form.filter(|form| form.parse::<Form>().is_err()) {
                let forms = Form::ALL.map(|(name, _)| name).join("`, `");
                self.error(
                    file,
                    rewrite.span(),
                    format!("there is no form `{form}`"),
                    "in this rewrite".to_owned(),
                    Some(format!("the forms are `{forms}`")),
                );
            }
            if !captures.contains(name) {
                let help = format!(
                    "remember a part of a phrase with `{{{name}=...}}`, or write the words out"
                );
                self.error(
                    file,
                    rewrite.span(),
                    format!("no phrase of this rule remembers `{{{name}}}`"),
                    "in this rewrite".to_owned(),
                    Some(help),
                );
            }
        }
    }

    fn example(&mut self, file: usize, table: &Spanned<ExampleTable>) -> Option<Example> {
        let place = table.span();
        let wants = "write `flag = \"...\"` with `span = \"...\"`, or `pass = \"...\"`";
        match table.get_ref() {
            ExampleTable { flag: Some(text), span: Some(span), pass: None }
                if text.contains(span.as_str()) =>
            {
                Some(Example::Flag { text: text.clone(), span: span.clone() })
            }
            ExampleTable { flag: Some(_), span: Some(_), pass: None } => {
                self.error(
                    file,
                    place,
                    "the span of this example does not stand in its text".to_owned(),
                    "here".to_owned(),
                    Some("copy it from the text, letter by letter".to_owned()),
                );
                None
            }
            ExampleTable { flag: None, span: None, pass: Some(text) } => {
                Some(Example::Pass { text: text.clone() })
            }
            _ => {
                self.error(
                    file,
                    place,
                    "an example either flags or passes".to_owned(),
                    "incomplete".to_owned(),
                    Some(wants.to_owned()),
                );
                None
            }
        }
    }

    fn phrase_error(&mut self, file: usize, phrase: &Spanned<String>, error: &PhraseError) {
        self.error_in_phrase(file, &phrase.span(), phrase.get_ref(), error);
    }

    fn error_in_phrase(
        &mut self,
        file: usize,
        outer: &Range<usize>,
        written: &str,
        error: &PhraseError,
    ) {
        let quoted = &self.files[file].text[outer.clone()];
        // Within a plain one-line string the place can be told to the letter.
        let plain = quoted.len() == written.len() + 2 && quoted[1..].starts_with(written);
        let span = if plain && !error.place.is_empty() {
            outer.start + 1 + error.place.start..outer.start + 1 + error.place.end
        } else {
            outer.clone()
        };
        self.error(
            file,
            span,
            error.message.clone(),
            error.label.clone(),
            Some(error.help.clone()),
        );
    }

    fn error(
        &mut self,
        file: usize,
        span: Range<usize>,
        message: String,
        label: String,
        help: Option<String>,
    ) {
        let file = &self.files[file];
        self.errors.push(PackError {
            file: file.name.clone(),
            text: Arc::clone(&file.text),
            span,
            message,
            label,
            help,
        });
    }
}

/// How deep word lists may nest; matching calls them like procedures.
const DEEPEST: usize = 64;

/// Word lists on their way to the grammar.
#[derive(Default)]
struct Nesting {
    /// Those that wait for the lists that they name, outermost first.
    open: Vec<String>,
    /// How deep lists nest in those that are done, itself counted; 0 if it failed.
    depths: HashMap<String, usize>,
}

struct ListEntry {
    file: usize,
    place: Range<usize>,
    written: String,
    node: Node,
}

fn severity(name: Option<SeverityName>) -> Severity {
    match name {
        Some(SeverityName::Error) => Severity::Error,
        None | Some(SeverityName::Warning) => Severity::Warning,
        Some(SeverityName::Info) => Severity::Info,
    }
}

/// An alternative with a blank is a template; any other is a suggestion unless the rule says that it is safe.
fn rewrite_template(entry: RewriteEntry) -> RewriteTemplate {
    let applicability = match entry.applicability {
        Some(ApplicabilityName::Safe) => Applicability::Safe,
        None if entry.text.contains('[') => Applicability::Template,
        Some(ApplicabilityName::Template) => Applicability::Template,
        Some(ApplicabilityName::Suggested) | None => Applicability::Suggested,
    };
    let instead_of = match entry.instead_of.first().map(String::as_str) {
        None if is_clause(&entry.text) => InsteadOf::Clause,
        None | Some("words") => InsteadOf::Words,
        Some("clause") => InsteadOf::Clause,
        Some(_) => InsteadOf::Captures(entry.instead_of),
    };
    RewriteTemplate { text: entry.text, applicability, instead_of }
}

/// Whether the words of a rewrite are a sentence of their own: "we made a mistake", "let me see",
/// "[name] will call you", but not "our policy".
fn is_clause(text: &str) -> bool {
    const OPENERS: [&str; 30] = [
        "i",
        "i'm",
        "i'll",
        "i've",
        "i'd",
        "we",
        "we're",
        "we'll",
        "we've",
        "we'd",
        "you",
        "you're",
        "you've",
        "you'll",
        "it",
        "it's",
        "this",
        "that's",
        "here",
        "here's",
        "there's",
        "let",
        "let's",
        "tell",
        "what",
        "whatever",
        "something",
        "good",
        "thank",
        "thanks",
    ];
    const VERBS: [&str; 12] = [
        "is", "are", "was", "were", "isn't", "wasn't", "has", "have", "will", "can", "needs",
        "went",
    ];
    let text = text.to_lowercase();
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let verb_follows = words.take(5).any(|word| VERBS.contains(&word));
    OPENERS.contains(&first)
        || ["that", "the", "our", "your", "my", "[name]"].contains(&first) && verb_follows
}

fn title_from(id: &str) -> String {
    let words = id.replace('-', " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A key of a rule that speaks of the place of a match, of which a rule with `missing` has none.
fn of_no_use_to_missing(table: &RuleTable) -> Option<&'static str> {
    let around = |table: &ConditionTable| {
        let places = [&table.before, &table.after, &table.sentence, &table.next];
        places.into_iter().any(|phrases| !phrases.is_empty())
    };
    let guards = &table.guards;
    let keys = [
        (table.extend == ExtendName::Clause, "extend"),
        (around(&table.unless), "unless"),
        (around(&table.when), "when"),
        (guards.redeemed.is_some(), "redeemed"),
        (guards.referent.is_some(), "referent"),
        (guards.reasoned.is_some(), "reasoned"),
        (guards.linked.is_some(), "linked"),
        (table.rewrites.iter().any(|it| !it.get_ref().instead_of.is_empty()), "instead_of"),
    ];
    keys.into_iter().find(|&(written, _)| written).map(|(_, key)| key)
}

/// Categories that deflect by asking: "who told you that?", "have you tried the store?"
const ASKING: [&str; 4] = ["customer-blame", "runaround", "excuse", "custom"];

/// What the category's deflections can be excused by, unless the rule says otherwise.
fn guards(category: &str, table: &GuardTable) -> Guards {
    let redeemable = [
        "helplessness",
        "ignorance",
        "no-control",
        "runaround",
        "policy-shield",
        "no-owner",
        "they-distancing",
    ]
    .contains(&category);
    Guards {
        quoted: table.quoted.unwrap_or(true),
        code: table.code.unwrap_or(true),
        negated: table.negated.unwrap_or(true),
        hypothetical: table.hypothetical.unwrap_or(true),
        redeemed: table.redeemed.unwrap_or(redeemable),
        referent: table.referent.unwrap_or(category == "they-distancing"),
        reasoned: table.reasoned.unwrap_or(category == "policy-shield"),
        linked: table.linked.unwrap_or(category == "runaround"),
        asked: table.asked.unwrap_or(!ASKING.contains(&category)),
    }
}

/// When words don't count as said.
fn guards_of_missing(table: &GuardTable) -> Guards {
    Guards {
        quoted: table.quoted.unwrap_or(true),
        code: table.code.unwrap_or(true),
        negated: table.negated.unwrap_or(true),
        hypothetical: table.hypothetical.unwrap_or(true),
        asked: table.asked.unwrap_or(true),
        redeemed: false,
        referent: false,
        reasoned: false,
        linked: false,
    }
}
