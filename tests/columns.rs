//! Every output's columns, counted as its readers count them: characters, bytes or UTF-16, on
//! lines with emoji, combining marks, wide letters and tabs, with and without a byte order mark.

use std::fs;
use std::process::{Command, Output};

use regex::Regex;
use serde_json::Value;

const PACK: &str = r#"
[[rule]]
id = "passes-the-buck"
phrases = ["that buck is not mine"]
why = "The customer hears: find somebody else."
rewrites = ["this one is with me"]
"#;

const WORDS: &str = "that buck is not mine";

const LINES: [&str; 3] = [
    "Zoe\u{301} 🙂 👩\u{200d}💻, that buck is not mine.",
    "日本\tée – that buck is not mine, 🙂",
    "that buck is not mine",
];

/// What a reader counts.
#[derive(Clone, Copy, Debug)]
enum Unit {
    Characters,
    Bytes,
    Utf16,
}

use Unit::{Bytes, Characters, Utf16};

impl Unit {
    /// What stands from one column of a line to another.
    fn cut(self, line: &str, from: usize, to: usize) -> String {
        let (skip, take) = (from - 1, to - from);
        match self {
            Characters => line.chars().skip(skip).take(take).collect(),
            Bytes => String::from_utf8_lossy(&line.as_bytes()[skip..to - 1]).into_owned(),
            Utf16 => {
                let units: Vec<u16> = line.encode_utf16().skip(skip).take(take).collect();
                String::from_utf16_lossy(&units)
            }
        }
    }
}

/// A place in an output: line, column, and the column of the end if the format has one.
type Place = (usize, usize, Option<usize>);

fn check(args: &[&str], bom: &str) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("pack.toml"), PACK).expect("a pack");
    fs::write(folder.path().join("a.txt"), format!("{bom}{}\n", LINES.join("\n"))).expect("a file");
    Command::new(env!("CARGO_BIN_EXE_buckstop"))
        .args(["check", "--no-config", "--no-default-rules", "--rules", "pack.toml", "a.txt"])
        .args(args)
        .current_dir(folder.path())
        .output()
        .expect("buckstop runs")
}

/// The places that an expression finds: groups `line`, `column` and perhaps `end`.
fn found(expression: &str, output: &str) -> Vec<Place> {
    let expression = Regex::new(expression).expect("an expression");
    let places = expression.captures_iter(output).map(|groups| {
        let number = |name| groups.name(name).map(|it| it.as_str().parse().expect("a number"));
        (number("line").expect("a line"), number("column").expect("a column"), number("end"))
    });
    places.collect()
}

/// The places that JSON holds: where the findings are, and in each the line, column and end.
fn held(findings: &[Value], line: &str, column: &str, end: &str) -> Vec<Place> {
    let number = |finding: &Value, at: &str| {
        finding.pointer(at).unwrap_or_else(|| panic!("{at}")).as_u64().expect("a number") as usize
    };
    let place = |it| (number(it, line), number(it, column), Some(number(it, end)));
    findings.iter().map(place).collect()
}

fn json(output: &str, at: &str) -> Vec<Value> {
    let whole: Value = serde_json::from_str(output).expect("JSON");
    whole.pointer(at).expect("the findings").as_array().expect("an array").clone()
}

fn json_lines(output: &str) -> Vec<Value> {
    output.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The places of an output format, read as its reader would.
fn places(format: &str, output: &str) -> Vec<Place> {
    let plain = ["/start/line", "/start/column", "/end/column"];
    let [line, column, end] = ["startLine", "startColumn", "endColumn"]
        .map(|it| format!("/locations/0/physicalLocation/region/{it}"));
    let range =
        ["start/line", "start/column", "end/column"].map(|it| format!("/location/range/{it}"));
    let held_plainly = |findings: Vec<Value>| held(&findings, plain[0], plain[1], plain[2]);
    match format {
        "json" => held_plainly(json(output, "")),
        "jsonl" => held_plainly(json_lines(output)),
        "sarif" => held(&json(output, "/runs/0/results"), &line, &column, &end),
        "rdjson" => held(&json(output, "/diagnostics"), &range[0], &range[1], &range[2]),
        "rdjsonl" => held(&json_lines(output), &range[0], &range[1], &range[2]),
        "full" => found(r"--> a\.txt:(?<line>\d+):(?<column>\d+)", output),
        "concise" => found(r"(?m)^a\.txt:(?<line>\d+):(?<column>\d+): ", output),
        "grouped" => found(r"(?m)^ +(?<line>\d+):(?<column>\d+)  ", output),
        "csv" => found(r"(?m)^a\.txt,(?<line>\d+),(?<column>\d+),\d+,(?<end>\d+),", output),
        "github" => found(
            r"(?m)line=(?<line>\d+),endLine=\d+,col=(?<column>\d+),endColumn=(?<end>\d+),",
            output,
        ),
        "azure" => found(r"linenumber=(?<line>\d+);columnnumber=(?<column>\d+);", output),
        "checkstyle" => found(r#"line="(?<line>\d+)" column="(?<column>\d+)""#, output),
        "junit" => found(r">a\.txt:(?<line>\d+):(?<column>\d+)<", output),
        "tap" => found(r#"at: "a\.txt:(?<line>\d+):(?<column>\d+)""#, output),
        other => panic!("how is {other} read?"),
    }
}

fn assert_columns(format: &str, unit: Unit, args: &[&str], bom: &str) {
    let output = check(&[&["--output-format", format], args].concat(), bom);
    let text = String::from_utf8(output.stdout).expect("text");
    let places = places(format, &text);
    assert_eq!(places.len(), LINES.len(), "{format} {args:?}: {text}");
    for (line, column, end) in places {
        // A byte order mark is no character, but reviewdog counts the bytes of the file.
        let mark = if line == 1 && format.starts_with("rd") { bom } else { "" };
        // The words are ASCII, where all units are the same.
        let end = end.unwrap_or(column + WORDS.len());
        let words = unit.cut(&format!("{mark}{}", LINES[line - 1]), column, end);
        assert_eq!(words, WORDS, "{format} {args:?}, line {line}, column {column} to {end}");
    }
}

/// The formats whose columns the user chooses, and those made for a reader that counts one way.
const CHOSEN: [&str; 6] = ["full", "concise", "grouped", "json", "jsonl", "csv"];
const FIXED: [(&str, Unit); 8] = [
    ("sarif", Characters),
    ("github", Characters),
    ("azure", Characters),
    ("checkstyle", Characters),
    ("junit", Characters),
    ("tap", Characters),
    ("rdjson", Bytes),
    ("rdjsonl", Bytes),
];

#[test]
fn every_format_is_looked_at() {
    let without_columns = ["gitlab", "markdown"];
    for format in buckstop::render::OutputFormat::ALL {
        let name = format.as_str();
        let chosen = CHOSEN.contains(&name);
        assert_eq!(format.has_columns_to_choose(), chosen, "{name}");
        let fixed = FIXED.iter().any(|it| it.0 == name);
        assert!(chosen || fixed || without_columns.contains(&name), "{name}");
    }
}

#[test]
fn columns_are_characters_unless_the_reader_counts_in_another_way() {
    for bom in ["", "\u{feff}"] {
        for format in CHOSEN {
            assert_columns(format, Characters, &[], bom);
        }
        for (format, unit) in FIXED {
            assert_columns(format, unit, &[], bom);
        }
    }
}

#[test]
fn columns_are_counted_as_asked() {
    for bom in ["", "\u{feff}"] {
        for format in CHOSEN {
            assert_columns(format, Characters, &["--columns", "characters"], bom);
            assert_columns(format, Bytes, &["--columns", "bytes"], bom);
            assert_columns(format, Utf16, &["--columns", "utf16"], bom);
        }
    }
}

/// What could not be read has a place, too.
#[test]
fn places_of_problems_are_counted_as_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.txt"), b"hi\n\xF0\x9F\x99\x82e\xCC\x81 \xFF").expect("a file");
    for (unit, column) in [("characters", 5), ("bytes", 9), ("utf16", 6)] {
        for format in ["full", "concise", "grouped"] {
            let output = Command::new(env!("CARGO_BIN_EXE_buckstop"))
                .args(["check", "a.txt", "--columns", unit, "--output-format", format])
                .current_dir(folder.path())
                .output()
                .expect("buckstop runs");
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(text.contains(&format!("2:{column}")), "{format} in {unit}: {text}");
        }
    }
}

#[test]
fn columns_are_not_asked_of_a_format_that_counts_in_one_way_only() {
    let output = check(&["--columns=utf16", "--output=sarif=a.sarif", "--output", "github"], "");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("--columns means nothing to sarif and github"), "{told}");
    let output = check(&["--columns=utf16", "--output=sarif=a.sarif", "--output", "concise"], "");
    assert_eq!(output.status.code(), Some(1), "one of them counts as asked");
}
