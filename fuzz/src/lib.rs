//! What must hold for any input at all: the checks that the fuzz targets make.
//!
//! `tests/regressions.rs` of the main crate takes this file as a module and makes the same
//! checks on the inputs that once failed, so nothing here may depend on more than buckstop.

use std::fmt::Write as _;
use std::sync::OnceLock;

use buckstop::check::{self, Options};
use buckstop::finding::{Applicability, Finding, Rewrite};
use buckstop::fix::{self, FixOptions};
use buckstop::formats::{self, FORMATS, Format, InputFormat, Understood};
use buckstop::render::{OutputFormat, RenderOptions};
use buckstop::report::{Report, Summary};
use buckstop::rules::{BuildError, Ruleset};
use buckstop::source::{ColumnUnit, Problem, Source};
use buckstop::text::{MappedText, TextSpan};

/// Makes the check of a target, by the target's name.
///
/// # Panics
///
/// If the check fails, or if no target is called so.
pub fn run(target: &str, data: &[u8]) {
    match target {
        "formats_auto" => formats_auto(data),
        "formats_each" => formats_each(data),
        "phrases" => phrases(data),
        "packs" => packs(data),
        "check" => check(data),
        "rewrites" => rewrites(data),
        "fix" => fixes(data),
        "renderers" => renderers(data),
        _ => format(target.strip_prefix("format_").unwrap_or(target), data),
    }
}

/// A file of any name, the format told from the file. The name stands before the first NUL.
fn formats_auto(data: &[u8]) {
    read(&named_source(data), InputFormat::Auto);
}

/// A file, read as every format in turn.
fn formats_each(data: &[u8]) {
    for format in FORMATS {
        read_as(format, data);
    }
}

/// A file, read as one format.
fn format(name: &str, data: &[u8]) {
    // The fuzz targets have underscores where the names of formats have hyphens.
    let is_it = |format: &&Format| format.name.replace('-', "_") == name;
    let format = FORMATS.iter().find(is_it);
    read_as(format.unwrap_or_else(|| panic!("there is no target for {name}")), data);
}

/// A phrase of a user's rule. Lines after the first are entries of the word list `{list}`.
fn phrases(data: &[u8]) {
    const TEXT: &str = "I'm afraid that's really not my job, and it isn't our team's either: they \
        (the IT people) told me they can't help you. Honestly, you'll have to call them \u{2014} \
        there's nothing that I could do!\n\n> we can't\n\nList, list list list a a a b b b.";
    let text = String::from_utf8_lossy(data);
    let mut lines = text.split('\n');
    let phrase = toml_string(lines.next().unwrap_or_default());
    let entries: Vec<String> = lines.map(toml_string).collect();
    let pack = format!(
        "[lists]\nlist = [{}]\n[[rule]]\nid = \"r\"\nwhy = \"w\"\nphrases = [{phrase}]\n\
         rewrites = [\"We'll see to it\"]\n",
        entries.join(", ")
    );
    if let Some(ruleset) = build(pack) {
        findings_stand_in_order(&check::check(draft(TEXT), &options(), &ruleset));
    }
}

/// A rule pack of a user's.
fn packs(data: &[u8]) {
    if let Some(ruleset) = build(String::from_utf8_lossy(data).into_owned()) {
        let text = "That's not my job. They can't help you, you'll have to call them.";
        findings_stand_in_order(&check::check(draft(text), &options(), &ruleset));
        let _ = check::test_examples(&ruleset);
        let _ = check::check_rewrites(&ruleset);
    }
}

/// A draft, checked by the embedded rules.
fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    findings_stand_in_order(&check::check(draft(&text), &options(), embedded()));
}

/// The other words for a draft's findings.
fn rewrites(data: &[u8]) {
    // So few rewritten drafts are checked again that a draft of nothing but findings ends, too.
    const CHECKED_AGAIN: usize = 8;
    let text = String::from_utf8_lossy(data);
    let report = check::check(draft(&text), &options(), embedded());
    let rewrites = report.findings.iter().flat_map(|it| it.rewrites.iter().map(move |r| (it, r)));
    for (number, (finding, rewrite)) in rewrites.enumerate() {
        let rewritten = rewritten(&report.turns[finding.turn].turn.text, finding, rewrite);
        if number < CHECKED_AGAIN {
            findings_stand_in_order(&check::check(draft(&rewritten), &options(), embedded()));
        }
    }
}

/// A file and its fix, which must leave nothing to the next. The file's name stands before the
/// first NUL.
fn fixes(data: &[u8]) {
    let source = named_source(data);
    let name = source.name().to_owned();
    let content = source.bytes().to_vec();
    let before = check::check(named_source(data), &options(), embedded()).findings.len();
    let fixing = FixOptions { least: Applicability::Template, lines: None };
    let once = fix::fix(source, &options(), &fixing, embedded());
    assert!(once.remaining + once.applied.len() <= before, "there are more findings than before");
    let again = Source::new(name, once.bytes.clone());
    let twice = fix::fix(again, &options(), &fixing, embedded());
    assert!(once.bytes == twice.bytes, "what was fixed once is fixed differently again");
    assert!(
        once.applied.is_empty() == (once.bytes == content),
        "what is written is not what was applied"
    );
}

/// Whatever can be written of a file. The file's name stands before the first NUL.
fn renderers(data: &[u8]) {
    let report = check::check(named_source(data), &options(), embedded());
    let mut summary = Summary::default();
    summary.add(&report);
    let width = 1 + data.len() % 120;
    for (format, color) in OutputFormat::ALL.iter().flat_map(|&it| [(it, false), (it, true)]) {
        let columns = [ColumnUnit::Characters, ColumnUnit::Bytes, ColumnUnit::Utf16][width % 3];
        let options = RenderOptions { color, explain_skips: true, quiet: false, width, columns };
        let mut renderer = format.renderer(options);
        let mut written = Vec::new();
        renderer.report(&report, &mut written).expect("memory takes what is written");
        renderer.finish(&summary, &mut written).expect("memory takes what is written");
        let written = String::from_utf8(written).expect("what is written is text");
        let command = |c: char| c.is_control() && c != '\n';
        assert!(color || !written.contains(command), "a terminal would obey {written:?}");
    }
}

fn read_as(format: &'static Format, data: &[u8]) {
    read(&Source::new("input".to_owned(), data.to_vec()), InputFormat::Forced(format));
}

fn read(source: &Source, format: InputFormat) {
    let Understood { conversations, problems, .. } = formats::read(source, format);
    for turn in conversations.iter().flat_map(|conversation| &conversation.turns) {
        characters_have_places(&turn.text, source);
    }
    problems_have_places(&problems, source);
}

/// Every character of a turn comes from a place in the file, none before the last one's.
fn characters_have_places(text: &MappedText, source: &Source) {
    let mut last = 0;
    for (start, character) in text.as_str().char_indices() {
        let span = text.to_source(TextSpan::new(start, start + character.len_utf8()));
        assert!(span.start >= last, "{start} of {:?} stands before {last}", text.as_str());
        assert!(span.start <= span.end, "{start} of {:?} ends before it begins", text.as_str());
        assert!(span.end <= source.bytes().len(), "{start} of {:?} is outside", text.as_str());
        last = span.start;
    }
    let _ = source.position(last);
}

fn problems_have_places(problems: &[Problem], source: &Source) {
    let end = source.position(source.bytes().len());
    for problem in problems {
        assert!(problem.position.is_none_or(|at| at <= end), "{problem:?} is outside");
    }
}

fn findings_stand_in_order(report: &Report<'_>) {
    for finding in &report.findings {
        let text = &report.turns[finding.turn].turn.text;
        assert!(text.as_str().get(finding.span.range()).is_some_and(|words| !words.is_empty()));
        assert_eq!(finding.source_span, text.to_source(finding.span));
        assert!(
            report.source.bytes().get(finding.source_span.start..finding.source_span.end).is_some()
        );
    }
    for skip in &report.skips {
        let text = &report.turns[skip.turn].turn.text;
        assert!(text.as_str().get(skip.span.range()).is_some_and(|words| !words.is_empty()));
    }
    assert!(report.findings.is_sorted_by_key(|it| (it.turn, it.span)), "findings out of order");
    assert!(report.skips.is_sorted_by_key(|it| (it.turn, it.span)), "skips out of order");
}

/// The turn with the rewrite in it, which must replace the finding's words, and whole characters.
fn rewritten(text: &MappedText, finding: &Finding<'_>, rewrite: &Rewrite) -> String {
    let whole = text.as_str();
    assert!(whole.get(rewrite.span.range()).is_some(), "{:?} cuts a character", rewrite.span);
    assert!(rewrite.span.contains(finding.span), "{} leaves words standing", finding.rule.id);
    assert!(!rewrite.text.trim().is_empty(), "{} says nothing instead", finding.rule.id);
    let mut rewritten = whole.to_owned();
    rewritten.replace_range(rewrite.span.range(), &rewrite.text);
    rewritten
}

/// Compiles a pack by itself; mistakes must lie within the texts that they are told of.
fn build(pack: String) -> Option<Ruleset> {
    // The word lists that all rules share take long to compile; these stand in for them.
    const LISTS: &str = "[lists]\nfiller = [\"really\", \"to be honest\"]\nwe = [\"I\", \"we\"]\n";
    let builder = Ruleset::builder().embedded(false);
    let builder = builder.pack("lists.toml", LISTS).pack("guards.toml", "").pack("mine.toml", pack);
    match builder.build() {
        Ok(ruleset) => Some(ruleset),
        Err(BuildError::Packs(mistakes)) => {
            // Of thousands of mistakes the first are as good as all.
            for mistake in mistakes.iter().take(16) {
                let marked = mistake.text.get(mistake.span.clone());
                assert!(marked.is_some(), "{:?} is not in {:?}", mistake.span, mistake.text);
                let _ = buckstop::render::pack_error(mistake, false);
            }
            None
        }
        Err(mistake) => panic!("nothing was selected, yet: {mistake}"),
    }
}

fn embedded() -> &'static Ruleset {
    static EMBEDDED: OnceLock<Ruleset> = OnceLock::new();
    EMBEDDED.get_or_init(|| Ruleset::builder().build().expect("the embedded pack is sound"))
}

fn options() -> Options {
    Options { explain_skips: true, ..Options::default() }
}

fn draft(text: &str) -> Source {
    Source::new("draft.txt".to_owned(), text.as_bytes().to_vec())
}

fn named_source(data: &[u8]) -> Source {
    let end = data.iter().position(|&byte| byte == 0);
    let (name, content) = end.map_or((&[][..], data), |at| (&data[..at], &data[at + 1..]));
    Source::new(String::from_utf8_lossy(name).into_owned(), content.to_vec())
}

/// A string as TOML writes it, whatever is in it.
fn toml_string(text: &str) -> String {
    let mut written = "\"".to_owned();
    for c in text.chars() {
        if c == '"' || c == '\\' || c.is_control() {
            let _ = write!(written, "\\U{:08X}", u32::from(c));
        } else {
            written.push(c);
        }
    }
    written + "\""
}
