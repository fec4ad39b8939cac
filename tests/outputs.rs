//! Every output, read by a reader that is not ours: a schema, a parser, or a strict reading of
//! what the format's description allows. The texts are hostile and full of characters that take
//! more than one byte.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may panic as tests may")]

use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Output};
use std::{fs, str};

use buckstop::check::{Options, check};
use buckstop::render::{OutputFormat, RenderOptions};
use buckstop::report::Summary;
use buckstop::rules::Ruleset;
use buckstop::source::{ColumnUnit, Source};
use serde::Deserialize;
use serde_json::Value;

const PACK: &str = r#"
[[rule]]
id = "passes-the-buck"
severity = "error"
title = "Passes [the](http://evil.example) {0} buck"
phrases = ["that buck is not mine"]
why = "The customer hears: <b>find</b> somebody else & ]]> go."
rewrites = ["this one is with me"]

[[rule]]
id = "looks-away"
severity = "info"
phrases = ["never saw that buck"]
why = "The customer saw it."
rewrites = [{ text = "have seen that buck at [time]", applicability = "template" }]
"#;

/// A line with an emoji and a combining mark before the words, and one that tries everything.
const DRAFT: &str = "Zoe\u{308} 🙂, that buck is not mine.\n\
    \u{1b}[2J=cmd|' /C calc'!A0 we never saw that buck ]]> --> ::error::x ##vso[task.complete] \
    \u{0}\u{fffe}\u{ffff}\u{202e} # skip\n";

/// A name that tries to end whatever it stands in.
const NAME: &str = "=dra\"fts,/a b:c;]%0A<&#\r\n::error::é.txt";

fn ruleset() -> Ruleset {
    let builder = Ruleset::builder().embedded(false);
    builder.pack("pack.toml", PACK).build().expect("the pack is sound")
}

/// What a format writes about the hostile draft and a clean one.
fn written(name: &str) -> String {
    written_about(name, &[(NAME, DRAFT.as_bytes()), ("clean.txt", b"This one is with me.")])
}

fn written_about(name: &str, sources: &[(&str, &[u8])]) -> String {
    let ruleset = ruleset();
    let format: OutputFormat = name.parse().expect("a format of that name");
    let options = RenderOptions {
        color: false,
        explain_skips: false,
        quiet: true,
        width: 80,
        columns: ColumnUnit::Characters,
    };
    let mut renderer = format.renderer(options);
    let (mut out, mut summary) = (Vec::new(), Summary::default());
    for &(path, text) in sources {
        let source = Source::new(path.to_owned(), text.to_vec());
        let report = check(source, &Options::default(), &ruleset);
        summary.add(&report);
        renderer.report(&report, &mut out).expect("memory takes every write");
    }
    renderer.finish(&summary, &mut out).expect("memory takes every write");
    String::from_utf8(out).expect("an output is text")
}

fn json(name: &str) -> Value {
    serde_json::from_str(&written(name)).expect("JSON")
}

#[test]
fn no_output_commands_a_terminal() {
    for format in OutputFormat::ALL {
        let written = written(format.as_str());
        assert!(!written.contains(|c: char| c.is_control() && c != '\n'), "{format}: {written:?}");
        assert!(!written.contains('\u{202e}'), "{format}: {written:?}");
    }
}

#[test]
fn nothing_found_is_read_by_every_reader() {
    let none = |name| written_about(name, &[]);
    for name in ["json", "gitlab"] {
        assert_eq!(serde_json::from_str::<Value>(&none(name)).unwrap(), serde_json::json!([]));
    }
    for name in ["jsonl", "rdjsonl", "github", "azure"] {
        assert_eq!(none(name), "");
    }
    assert_sarif(&serde_json::from_str(&none("sarif")).unwrap());
    assert!(
        serde_json::from_str::<DiagnosticResult>(&none("rdjson")).unwrap().diagnostics.is_empty()
    );
    for name in ["junit", "checkstyle"] {
        let written = none(name);
        let document = roxmltree::Document::parse(&written).unwrap();
        assert!(elements(document.root_element()).is_empty());
    }
    assert_eq!(none("csv").lines().count(), 1);
    assert_eq!(read_tap(&none("tap")), Ok(Vec::new()));
}

fn assert_sarif(log: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/sarif-2.1.0.json");
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    // The published schema has a pattern here that is no regular expression of ECMAScript's strict
    // kind; buckstop writes no language.
    for holder in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][holder]["properties"]["language"];
        language.as_object_mut().unwrap().remove("pattern").expect("the pattern");
    }
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(log).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0" })), "it checks");
}

#[test]
fn sarif_is_valid_by_its_schema() {
    let log = json("sarif");
    assert_sarif(&log);
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let result = &run["results"][0];
    let region = &result["locations"][0]["physicalLocation"]["region"];
    // Z, o, e, the mark, a space, the emoji, a comma, a space.
    assert_eq!((&region["startLine"], &region["startColumn"]), (&1.into(), &9.into()));
    assert_eq!(region["endColumn"], 30);
    assert_eq!(result["partialFingerprints"]["buckstop/v1"].as_str().unwrap().len(), 32);
    assert_eq!(
        run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize]["id"],
        "passes-the-buck"
    );
}

#[test]
fn sarif_messages_hold_no_link_no_argument_and_no_markdown() {
    let log = json("sarif");
    let run = &log["runs"][0];
    let message = run["results"][0]["message"]["text"].as_str().unwrap();
    assert!(message.contains("[the] (http://evil.example) {{0}} buck"), "{message}");
    let help = run["tool"]["driver"]["rules"][0]["help"]["markdown"].as_str().unwrap();
    assert!(help.contains(r"\<b\>find\<\/b\> somebody else \& \]\]\> go\."), "{help}");
    let uri =
        run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str();
    assert_eq!(
        uri.unwrap(),
        "%3Ddra%22fts%2C/a%20b%3Ac%3B%5D%250A%3C%26%23%0D%0A%3A%3Aerror%3A%3A%C3%A9.txt"
    );
}

/// A fix is what `deletedRegion` and `insertedContent` say, counted in code points.
#[test]
fn sarif_fixes_put_the_words_in_place() {
    let log = json("sarif");
    let fix = &log["runs"][0]["results"][0]["fixes"][0];
    let replacement = &fix["artifactChanges"][0]["replacements"][0];
    let region = |key: &str| replacement["deletedRegion"][key].as_u64().unwrap() as usize;
    assert_eq!((region("startLine"), region("endLine")), (1, 1));
    let line: Vec<char> = DRAFT.lines().next().unwrap().chars().collect();
    let mut fixed: String = line[..region("startColumn") - 1].iter().collect();
    fixed += replacement["insertedContent"]["text"].as_str().unwrap();
    fixed.extend(&line[region("endColumn") - 1..]);
    assert!(fixed.contains("this one is with me"), "{fixed}");
    assert!(!fixed.contains("not mine"), "{fixed}");
    assert!(log["runs"][0]["results"][1].get("fixes").is_none(), "blanks are no fix");
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DiagnosticResult {
    source: Tool,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tool {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Diagnostic {
    message: String,
    location: Location,
    severity: RdSeverity,
    source: Option<Tool>,
    code: Code,
    #[serde(default)]
    suggestions: Vec<Suggestion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Location {
    path: String,
    range: Range,
}

#[derive(Deserialize, PartialEq, Debug)]
enum RdSeverity {
    #[serde(rename = "ERROR")]
    Error,
    #[serde(rename = "WARNING")]
    Warning,
    #[serde(rename = "INFO")]
    Info,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    start: Place,
    end: Place,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    line: usize,
    column: usize,
}

#[test]
fn rdjson_has_the_members_that_reviewdog_knows_and_byte_columns() {
    let result: DiagnosticResult = serde_json::from_str(&written("rdjson")).unwrap();
    assert_eq!(result.source.name, "buckstop");
    assert_eq!(result.diagnostics.len(), 2);
    assert_diagnostic(&result.diagnostics[0]);
    assert_eq!(result.diagnostics[1].severity, RdSeverity::Info);
    assert!(result.diagnostics[1].suggestions.is_empty(), "blanks are no suggestion");
}

#[test]
fn rdjsonl_is_a_diagnostic_a_line() {
    let written = written("rdjsonl");
    let lines: Vec<Diagnostic> =
        written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_diagnostic(&lines[0]);
    assert_eq!(lines[0].source.as_ref().unwrap().name, "buckstop");
}

fn assert_diagnostic(diagnostic: &Diagnostic) {
    assert_eq!(diagnostic.severity, RdSeverity::Error);
    assert_eq!(diagnostic.code.value, "passes-the-buck");
    assert_eq!(diagnostic.location.path, NAME);
    assert!(diagnostic.message.contains("that buck is not mine"));
    let line = DRAFT.lines().next().unwrap();
    let under = |range: &Range| {
        assert_eq!((range.start.line, range.end.line), (1, 1));
        assert!(0 < range.start.column && range.start.column < range.end.column);
        range.start.column - 1..range.end.column - 1
    };
    assert_eq!(&line[under(&diagnostic.location.range)], "that buck is not mine");
    let suggestion = &diagnostic.suggestions[0];
    let mut fixed = line.to_owned();
    fixed.replace_range(under(&suggestion.range), &suggestion.text);
    assert!(fixed.contains("this one is with me") && !fixed.contains("not mine"), "{fixed}");
}

#[test]
fn jsonl_is_the_array_line_by_line() {
    let lines: Vec<Value> =
        written("jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(Value::from(lines), json("json"));
}

#[test]
fn gitlab_has_what_code_quality_asks_for_and_unique_fingerprints() {
    let twice = "That buck is not mine. That buck is not mine.";
    let sources = [("a.txt", twice.as_bytes()), ("b/a.txt", twice.as_bytes())];
    let issues: Value = serde_json::from_str(&written_about("gitlab", &sources)).unwrap();
    let issues = issues.as_array().unwrap();
    let mut fingerprints: Vec<_> =
        issues.iter().map(|it| it["fingerprint"].as_str().unwrap()).collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 4);
    for issue in issues {
        assert_code_quality(issue);
        assert_eq!(issue["severity"], "major");
        assert_eq!(issue["location"]["lines"]["begin"], 1);
    }
    let hostile = json("gitlab");
    hostile.as_array().unwrap().iter().for_each(assert_code_quality);
    assert_eq!(hostile[1]["location"]["lines"]["begin"], 2);
    let here = written_about("gitlab", &[("./a.txt", twice.as_bytes())]);
    let here: Value = serde_json::from_str(&here).unwrap();
    assert_code_quality(&here[0]);
}

/// What GitLab reads of an issue: all of it is needed, and anything else is lost.
fn assert_code_quality(issue: &Value) {
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(issue), ["check_name", "description", "fingerprint", "location", "severity"]);
    for key in ["check_name", "description"] {
        assert!(issue[key].as_str().is_some_and(|it| !it.is_empty()), "{key}: {issue}");
    }
    let fingerprint = issue["fingerprint"].as_str().unwrap();
    assert!(fingerprint.len() >= 32 && fingerprint.chars().all(|c| c.is_ascii_hexdigit()));
    let severities = ["info", "minor", "major", "critical", "blocker"];
    assert!(severities.contains(&issue["severity"].as_str().unwrap()), "{issue}");
    let location = &issue["location"];
    assert_eq!(keys(location), ["lines", "path"]);
    let path = location["path"].as_str().unwrap();
    assert!(!path.starts_with("./") && !path.is_empty(), "relative to the repository: {path}");
    let line = |key| location["lines"][key].as_u64().unwrap();
    assert!(0 < line("begin") && line("begin") <= line("end"), "{issue}");
}

#[test]
fn gitlab_fingerprints_survive_an_edit_before_them() {
    let fingerprint = |text: &str| {
        let issues: Value =
            serde_json::from_str(&written_about("gitlab", &[("a.txt", text.as_bytes())])).unwrap();
        issues[0]["fingerprint"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        fingerprint("That buck is not mine."),
        fingerprint("Hello!\n\nThat buck is not mine.")
    );
}

/// An element has these attributes and no others, and each of them says something.
fn assert_attributes(node: roxmltree::Node<'_, '_>, names: &[&str]) {
    let found: Vec<_> = node.attributes().map(|it| it.name()).collect();
    assert_eq!(found, names, "{node:?}");
    assert!(node.attributes().all(|it| !it.value().is_empty()), "{node:?}");
}

fn elements<'a>(node: roxmltree::Node<'a, 'a>) -> Vec<roxmltree::Node<'a, 'a>> {
    node.children().filter(roxmltree::Node::is_element).collect()
}

/// The structure that Jenkins, GitLab and their like agree on: suites in one root, cases in
/// suites, at most one failure in a case; numbers that are those of what is there; a case of its own
/// for each name in a class, since readers put those of the same name together.
fn assert_junit(document: &roxmltree::Document<'_>) {
    let root = document.root_element();
    assert!(root.has_tag_name("testsuites"));
    assert_attributes(root, &["name"]);
    let mut names = HashSet::new();
    for suite in elements(root) {
        assert!(suite.has_tag_name("testsuite"));
        assert_attributes(suite, &["name", "tests", "failures", "errors"]);
        let number = |key| suite.attribute(key).unwrap().parse::<usize>().unwrap();
        let failures = suite.descendants().filter(|it| it.has_tag_name("failure")).count();
        let cases = elements(suite);
        assert_eq!((number("tests"), number("failures")), (cases.len(), failures));
        assert!(number("errors") == 0 && !cases.is_empty());
        for case in cases {
            assert!(case.has_tag_name("testcase"));
            assert_attributes(case, &["classname", "name", "file"]);
            let name = ["classname", "name"].map(|key| case.attribute(key).unwrap().to_owned());
            assert!(names.insert(name), "{case:?} comes twice");
            let inside = elements(case);
            assert!(inside.len() <= 1);
            for failure in inside {
                assert!(failure.has_tag_name("failure") && elements(failure).is_empty());
                assert_attributes(failure, &["type", "message"]);
                assert!(failure.text().is_some_and(|text| !text.trim().is_empty()));
            }
        }
    }
}

#[test]
fn junit_has_the_structure_that_its_readers_agree_on() {
    let written = written("junit");
    let document = roxmltree::Document::parse(&written).unwrap();
    assert_junit(&document);
    assert_eq!(elements(document.root_element()).len(), 2);
    let failure = document.descendants().find(|it| it.has_tag_name("failure")).unwrap();
    assert_eq!(failure.attribute("type"), Some("passes-the-buck"));
    assert!(failure.attribute("message").unwrap().contains("<b>find</b> somebody else & ]]> go."));
    assert!(failure.text().unwrap().ends_with(":1:9"));
}

/// What `checkstyle.dtd` allows, and readers need: each file once, and errors with all that tells
/// where and what they are.
#[test]
fn checkstyle_has_files_and_their_errors() {
    let written = written("checkstyle");
    let document = roxmltree::Document::parse(&written).unwrap();
    assert!(document.root_element().has_tag_name("checkstyle"));
    assert_attributes(document.root_element(), &["version"]);
    let files = elements(document.root_element());
    assert_eq!(files.len(), 1);
    assert_attributes(files[0], &["name"]);
    assert!(files[0].attribute("name").unwrap().starts_with("=dra\"fts,/a b:c;]%0A<&#"));
    let errors = elements(files[0]);
    for error in &errors {
        assert!(error.has_tag_name("error") && elements(*error).is_empty());
        assert_attributes(*error, &["line", "column", "severity", "message", "source"]);
        assert!(["line", "column"].iter().all(|key| {
            error.attribute(*key).unwrap().parse::<usize>().is_ok_and(|number| number > 0)
        }));
        let severities = ["ignore", "info", "warning", "error"];
        assert!(severities.contains(&error.attribute("severity").unwrap()));
    }
    let attributes = |key| errors.iter().map(|it| it.attribute(key).unwrap()).collect::<Vec<_>>();
    assert_eq!(attributes("severity"), ["error", "info"]);
    assert_eq!(attributes("line"), ["1", "2"]);
    assert_eq!(attributes("column")[0], "9");
    assert_eq!(attributes("source"), ["buckstop.passes-the-buck", "buckstop.looks-away"]);
}

#[test]
fn csv_is_a_table_without_formulas() {
    let formula = "Name: =1+1\n\n=HYPERLINK(\"http://evil.example\") is that buck is not mine";
    let written = written_about("csv", &[(NAME, DRAFT.as_bytes()), ("+b.txt", formula.as_bytes())]);
    let mut table = csv::Reader::from_reader(written.as_bytes());
    let names = table.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = table.records().map(|row| row.unwrap()).collect();
    assert_eq!(rows.len(), 3);
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
    let cell = |row: usize, name: &str| {
        &rows[row][names.iter().position(|it| it == name).expect("a column of that name")]
    };
    assert!(cell(0, "path").starts_with("'=dra\"fts,/"));
    assert_eq!((cell(0, "line"), cell(0, "column"), cell(0, "end_column")), ("1", "9", "30"));
    assert_eq!(cell(0, "text"), "that buck is not mine");
    assert_eq!(cell(2, "path"), "'+b.txt");
}

/// A test point of TAP.
#[derive(Debug, PartialEq)]
struct TestPoint {
    ok: bool,
    description: String,
    /// What follows an unescaped `#`.
    directive: Option<String>,
    /// The YAML block, read by a parser of YAML.
    diagnostic: Option<Value>,
}

/// Reads TAP 14 as its specification has it, and nothing that a producer should not write: the
/// version first, each point with its number, blocks of YAML indented by two, one plan at the end.
fn read_tap(document: &str) -> Result<Vec<TestPoint>, String> {
    let mut lines = document.lines().peekable();
    if lines.next() != Some("TAP version 14") {
        return Err("no version".to_owned());
    }
    let mut points: Vec<TestPoint> = Vec::new();
    while let Some(line) = lines.next() {
        if line == "  ---" {
            let block: Vec<&str> = lines.by_ref().take_while(|&line| line != "  ...").collect();
            let block: Vec<_> =
                block.iter().map(|it| it.strip_prefix("  ").ok_or("no indentation")).collect();
            let block = block.into_iter().collect::<Result<Vec<_>, _>>()?.join("\n");
            let yaml = yaml_serde::from_str(&block).map_err(|error| error.to_string())?;
            let point = points.last_mut().ok_or("a block of no point")?;
            if point.diagnostic.replace(yaml).is_some() {
                return Err("two blocks of a point".to_owned());
            }
        } else if let Some(plan) = line.strip_prefix("1..") {
            return match (plan.parse::<usize>(), lines.next()) {
                (Ok(count), None) if points.len() == count => Ok(points),
                (_, Some(line)) => Err(format!("after the plan: {line}")),
                _ => Err(format!("{plan} are planned, {} came", points.len())),
            };
        } else {
            points.push(read_point(line, points.len() + 1)?);
        }
    }
    Err("no plan".to_owned())
}

fn read_point(line: &str, number: usize) -> Result<TestPoint, String> {
    let (ok, rest) = match line.strip_prefix("not ok ") {
        Some(rest) => (false, rest),
        None => (true, line.strip_prefix("ok ").ok_or_else(|| format!("no point: {line}"))?),
    };
    let rest =
        rest.strip_prefix(&number.to_string()).ok_or_else(|| format!("not {number}: {line}"))?;
    let rest = rest.strip_prefix(" - ").ok_or_else(|| format!("no description: {line}"))?;
    let mut description = String::new();
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(escaped @ ('\\' | '#')) => description.push(escaped),
                other => return Err(format!("an escape of {other:?}: {line}")),
            },
            '#' => {
                let directive = Some(chars.as_str().trim().to_owned());
                return Ok(TestPoint { ok, description, directive, diagnostic: None });
            }
            c => description.push(c),
        }
    }
    Ok(TestPoint { ok, description, directive: None, diagnostic: None })
}

#[test]
fn tap_is_read_as_it_was_meant() {
    let points = read_tap(&written("tap")).unwrap();
    assert_eq!(points.iter().map(|it| it.ok).collect::<Vec<_>>(), [false, false, true]);
    assert!(points.iter().all(|it| it.directive.is_none()), "nothing is skipped: {points:?}");
    let name = NAME.replace('\r', "␍").replace('\n', "␊");
    assert_eq!(points[0].description, format!("{name}:1:9 passes-the-buck"));
    assert_eq!(points[2].description, "clean.txt");
    let diagnostic = points[0].diagnostic.as_ref().unwrap();
    assert_eq!(diagnostic["severity"], "error");
    assert_eq!(diagnostic["at"], format!("{name}:1:9"));
    assert!(diagnostic["message"].as_str().unwrap().contains("\"that buck is not mine\""));
    let said = points[1].diagnostic.as_ref().unwrap()["message"].as_str().unwrap();
    assert!(said.contains("never saw that buck"), "{said}");
    let numbered = |document: &str| read_tap(document).is_ok();
    assert!(numbered("TAP version 14\nok 1 - a\n1..1") && !numbered("TAP version 14\nok 1 - a"));
    assert!(!numbered("TAP version 14\nok 2 - a\n1..1") && !numbered("TAP version 14\n1..1"));
}

/// A page that shows Markdown: a headline, one table, and in its cells no markup but `<code>`.
#[test]
fn markdown_is_a_table_in_which_texts_are_nothing_but_texts() {
    use pulldown_cmark::{Event, Options as Extensions, Parser, Tag};

    let name = "a|b`c`<d>@ana#1 www.evil.example https://evil.example $x$ **b** \\| [a](b) \
        ![c](d) &amp; :bug: <!-- x.txt";
    let sources = [(NAME, DRAFT.as_bytes()), (name, b"That buck is not mine.")];
    let written = written_about("markdown", &sources);
    let mut cells = vec![Vec::new()];
    let (mut row, mut tables) = (0, 0);
    // Quotation marks may well be made curly.
    let extensions = Extensions::all() - Extensions::ENABLE_SMART_PUNCTUATION;
    for event in Parser::new_ext(&written, extensions) {
        match event {
            Event::Start(Tag::Table(_)) => tables += 1,
            Event::Start(Tag::TableHead | Tag::TableRow) => {
                row += 1;
                cells.push(Vec::new());
            }
            Event::Start(Tag::TableCell) => cells[row].push(String::new()),
            Event::Text(text) => cells[row].last_mut().unwrap().push_str(&text),
            Event::InlineHtml(tag) => assert!(["<code>", "</code>"].contains(&&*tag), "{tag}"),
            Event::Start(other) => panic!("{other:?} in {written}"),
            Event::End(_) => {}
            other => panic!("{other:?} in {written}"),
        }
    }
    assert_eq!((tables, row), (1, 4));
    assert!(cells[1..].iter().all(|row| row.len() == 5), "{cells:?}");
    let name_of_first = NAME.replace("\r\n", " ");
    assert_eq!(cells[2][0], format!("{name_of_first}:1"));
    assert_eq!(cells[2][1..4], ["error", "passes-the-buck", "that buck is not mine"]);
    assert_eq!(cells[4][0], format!("{name}:1"));
    // Words as they stand in the file could open what GitHub and GitLab know beyond Markdown.
    for line in written.lines().filter(|line| line.starts_with("| <code>")) {
        let words = line.replace("<code>", "").replace("</code>", "").replace(" | ", "");
        let words = words.trim_matches(['|', ' ']);
        assert!(!words.contains(['@', '<', '>', '`', '*', '[', ':', '|', '$', '!']), "{words}");
        assert!(!words.contains("www."), "{words}");
    }
}

/// A workflow command as the runner takes it apart: name, properties, message.
fn command(line: &str) -> (&str, Vec<(&str, String)>, String) {
    let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (name, properties) = head.split_once(' ').unwrap();
    let unescape = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n");
        text.replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
    };
    let pairs = properties.split(',').map(|it| it.split_once('=').expect("a pair"));
    (name, pairs.map(|(key, value)| (key, unescape(value))).collect(), unescape(message))
}

#[test]
fn github_commands_are_taken_apart_as_they_were_put_together() {
    let written = written("github");
    let commands: Vec<_> = written.lines().map(command).collect();
    assert_eq!(commands.len(), 2);
    let (name, properties, message) = &commands[0];
    assert_eq!(*name, "error");
    assert!(message.contains("\"that buck is not mine\""));
    let expected = [
        ("file", NAME),
        ("line", "1"),
        ("endLine", "1"),
        ("col", "9"),
        ("endColumn", "30"),
        ("title", "buckstop (passes-the-buck)"),
    ];
    assert_eq!(*properties, expected.map(|(key, value)| (key, value.to_owned())));
    assert_eq!(commands[1].0, "notice");
}

#[test]
fn azure_commands_are_taken_apart_as_they_were_put_together() {
    let written = written("azure");
    assert_eq!(written.lines().count(), 2);
    let unescape = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n").replace("%3B", ";");
        text.replace("%5D", "]").replace("%AZP25", "%")
    };
    let line = written.lines().next().unwrap();
    let (head, message) = line.split_once(']').unwrap();
    let properties = head.strip_prefix("##vso[task.logissue ").unwrap();
    let pairs = properties.trim_end_matches(';').split(';').map(|it| it.split_once('=').unwrap());
    let properties: Vec<_> = pairs.map(|(key, value)| (key, unescape(value))).collect();
    let expected = [
        ("type", "error"),
        ("sourcepath", NAME),
        ("linenumber", "1"),
        ("columnnumber", "9"),
        ("code", "passes-the-buck"),
    ];
    assert_eq!(properties, expected.map(|(key, value)| (key, value.to_owned())));
    assert!(message.contains("that buck is not mine"));
}

#[test]
fn grouped_stands_under_the_names_of_files() {
    let sources =
        [("a.txt", &b"That buck is not mine."[..]), ("b.txt", b"We never saw that buck.")];
    let written = written_about("grouped", &sources);
    let lines: Vec<_> = written.lines().collect();
    assert_eq!(lines[0], "a.txt");
    assert!(lines[1].starts_with("  1:1  error  passes-the-buck  Passes "), "{written}");
    assert_eq!(lines[2..4], ["", "b.txt"]);
    assert!(lines[4].starts_with("  1:4  info  looks-away  "), "{written}");
}

/// `buckstop check` of a draft with a deflection, in a folder of its own.
fn run(args: &[&str]) -> (tempfile::TempDir, Output) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pack.toml"), PACK).unwrap();
    fs::write(folder.path().join("a.txt"), "That buck is not mine.").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_buckstop"))
        .args(["check", "--no-default-rules", "--rules", "pack.toml", "a.txt"])
        .args(args)
        .current_dir(folder.path())
        .output()
        .unwrap();
    (folder, output)
}

#[test]
fn several_outputs_are_written_at_once() {
    let (folder, output) =
        run(&["--output", "sarif=out.sarif", "--output=concise", "--output", "csv=out.csv"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(str::from_utf8(&output.stdout).unwrap().starts_with("a.txt:1:1: error"));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_sarif(&serde_json::from_str(&read("out.sarif")).unwrap());
    assert_eq!(read("out.csv").lines().count(), 2);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "nothing else is left");
}

#[test]
fn outputs_that_cannot_be_written_are_refused_before_anything_is_checked() {
    let refused = [
        &["--output", "sarif=gone/out.sarif"][..],
        &["--output", "full", "--output", "json"],
        &["--output", "csv=a.csv", "--output", "json=a.csv"],
        &["--output", "xml=a.xml"],
        &["--output", "full", "--output-format", "json"],
    ];
    for args in refused {
        let (folder, output) = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty(), "{args:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "{args:?}");
    }
}
