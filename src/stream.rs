//! One record in, one line of JSON out: what `buckstop stream` answers.
//!
//! ```json
//! {"id":4711,"turns":2,"findings":[{"path":"<stdin>","rule":"not-my-job", ...}]}
//! {"id":4712,"error":{"message":"no message was found in it; ...","column":1}}
//! ```
//!
//! A record is a line of JSON Lines: a message or a conversation. Each is judged for itself, so
//! its answer is the same whatever stands around it, on whatever machine. The `id` is the
//! record's own, `null` if it has none. `turns` counts those that were checked. A finding is an
//! object as in [`render`](crate::render)'s `jsonl`, its places counted within the record.
//!
//! Nothing here reads or writes; an answer is never more than a line.

use std::fmt;
use std::io::Write;

use serde::Serialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::check::{Options, judge, understand_record};
use crate::redaction::Redaction;
use crate::render::{RenderOptions, write_findings, write_json};
use crate::rules::Ruleset;
use crate::source::{ColumnUnit, Source};

/// Answers records.
#[derive(Clone, Copy, Debug)]
pub struct Answerer<'r> {
    name: &'r str,
    options: &'r Options,
    ruleset: &'r Ruleset,
    redaction: Option<Redaction>,
}

/// Why a record has no findings.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Trouble {
    message: String,
    /// Where, in characters, counted from 1.
    column: Option<usize>,
}

impl<'r> Answerer<'r> {
    /// Answers as a check with these options and rules does; `name` is the path of the findings.
    #[must_use]
    pub fn new(name: &'r str, options: &'r Options, ruleset: &'r Ruleset) -> Self {
        Self { name, options, ruleset, redaction: None }
    }

    /// The same, with what tells who somebody is masked in all findings. The `id` stays.
    #[must_use]
    pub fn redacting(self, redaction: Option<Redaction>) -> Self {
        Self { redaction, ..self }
    }

    /// Adds the answer to a record, its line break included. The record's own makes no
    /// difference.
    pub fn answer(self, record: &[u8], out: &mut Vec<u8>) {
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        let record = record.strip_suffix(b"\r").unwrap_or(record);
        let start = out.len();
        let mut id = None;
        if let Err(trouble) = self.findings(record, &mut id, out) {
            out.truncate(start);
            head(id.as_deref(), out);
            out.extend_from_slice(b"\"error\":");
            put(&trouble, out);
        }
        out.extend_from_slice(b"}\n");
    }

    /// Adds the answer to a record that is too long to be read.
    pub fn refuse(self, limit: usize, out: &mut Vec<u8>) {
        let message = format!("the line has more than {} MB and is not read", limit >> 20);
        head(None, out);
        out.extend_from_slice(b"\"error\":");
        put(&Trouble { message, column: None }, out);
        out.extend_from_slice(b"}\n");
    }

    fn findings(
        self,
        record: &[u8],
        id: &mut Option<Box<RawValue>>,
        out: &mut Vec<u8>,
    ) -> Result<(), Trouble> {
        *id = identify(record)?;
        let source = Source::new(self.name.to_owned(), record.to_vec());
        let understood = understand_record(&source, self.options);
        if understood.turns.is_empty() {
            let message = "no message was found in it; `buckstop stream --mapping text=PATH` says \
                           where the words are"
                .to_owned();
            return Err(Trouble { message, column: None });
        }
        let turns = understood.turns.iter().filter(|turn| turn.checked).count();
        let mut report = judge(source, understood, self.options, self.ruleset);
        if let Some(redaction) = self.redaction {
            redaction.report(&mut report);
        }
        head(id.as_deref(), out);
        out.extend_from_slice(format!("\"turns\":{turns},\"findings\":").as_bytes());
        let explain_skips = self.options.explain_skips;
        let options = RenderOptions {
            color: false,
            explain_skips,
            quiet: true,
            width: 0,
            columns: ColumnUnit::Characters,
        };
        // Memory takes whatever is written.
        _ = write_findings(&report, options, out);
        Ok(())
    }
}

/// `{"id":4711,`
fn head(id: Option<&RawValue>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":");
    match id.map(RawValue::get) {
        None => out.extend_from_slice(b"null"),
        // Strings may hold what does harm in a terminal, lists and objects any white space.
        Some(id) if id.starts_with(['"', '[', '{']) => {
            put(&serde_json::from_str::<serde_json::Value>(id).unwrap_or_default(), out);
        }
        // A number stays as long as it is.
        Some(id) => out.extend_from_slice(id.as_bytes()),
    }
    out.push(b',');
}

fn put(value: &impl Serialize, out: &mut Vec<u8>) {
    // Memory takes whatever is written.
    _ = write_json(value, out as &mut dyn Write);
}

/// Sees to it that a record is JSON throughout, and finds its `id`.
fn identify(record: &[u8]) -> Result<Option<Box<RawValue>>, Trouble> {
    let text = std::str::from_utf8(record).map_err(|error| Trouble {
        message: "the line is not UTF-8".to_owned(),
        column: Some(characters(&record[..error.valid_up_to()]) + 1),
    })?;
    if text.trim().is_empty() {
        return Err(Trouble { message: "the line is empty".to_owned(), column: None });
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let id = (&mut deserializer).deserialize_any(Id);
    id.and_then(|id| deserializer.end().map(|()| id)).map_err(|error| {
        let place = format!(" at line {} column {}", error.line(), error.column());
        let message = error.to_string();
        let message = message.strip_suffix(&place).unwrap_or(&message);
        let column = characters(&record[..(error.column().max(1) - 1).min(record.len())]) + 1;
        Trouble { message: format!("the line is no JSON: {message}"), column: Some(column) }
    })
}

/// How many characters some bytes of UTF-8 have; half a character is one.
fn characters(bytes: &[u8]) -> usize {
    String::from_utf8_lossy(bytes).chars().count()
}

/// Takes the `id` out of an object, and reads over everything else.
struct Id;

impl<'de> Visitor<'de> for Id {
    type Value = Option<Box<RawValue>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut id = None;
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if key == "id" {
                id = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(id)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::formats::Mapping;

    fn answer_with(record: impl AsRef<[u8]>, options: &Options) -> Value {
        let ruleset = Ruleset::builder().build().expect("the embedded pack is sound");
        let mut out = Vec::new();
        Answerer::new("<stdin>", options, &ruleset).answer(record.as_ref(), &mut out);
        assert_eq!(memchr::memchr(b'\n', &out), Some(out.len() - 1));
        serde_json::from_slice(&out).expect("an answer is JSON")
    }

    fn answer(record: impl AsRef<[u8]>) -> Value {
        answer_with(record, &Options::default())
    }

    fn rules(answer: &Value) -> Vec<&str> {
        let findings = answer["findings"].as_array().expect("findings");
        findings.iter().filter_map(|finding| finding["rule"].as_str()).collect()
    }

    #[test]
    fn a_message_and_a_conversation_are_answered() {
        let message = answer(r#"{"id": 7, "role": "agent", "text": "That's not my job."}"#);
        assert_eq!((&message["id"], &message["turns"]), (&json!(7), &json!(1)));
        assert_eq!(rules(&message), ["not-my-job"]);
        assert_eq!(message["findings"][0]["start"], json!({"line": 1, "column": 37}));
        let conversation = answer(
            "{\"messages\": [{\"role\": \"user\", \"content\": \"Not my job\"}, \
             {\"role\": \"assistant\", \"content\": \"That's not my job\"}], \"id\": \"a\"}\r\n",
        );
        assert_eq!((&conversation["id"], &conversation["turns"]), (&json!("a"), &json!(1)));
        assert_eq!(conversation["findings"][0]["turn"], 2);
        let clean = answer(r#"[["agent", "Hello."], ["customer", "Not my job"]]"#);
        assert_eq!(clean, json!({"id": null, "turns": 1, "findings": []}));
    }

    #[test]
    fn an_id_comes_back_as_it_is() {
        for id in ["12345678901234567890123", "1.50", "\"\\u009b\"", "null", "[1, {\"a\": []}]"] {
            let record = format!("{{\"role\":\"agent\",\"text\":\"Hi\",\"id\":{id}}}");
            assert_eq!(answer(record)["id"], serde_json::from_str::<Value>(id).expect("JSON"));
        }
        let hidden = answer("{\"id\": \"\u{9b}\u{202e}\", \"error\": 1}");
        assert_eq!(hidden["id"], "\u{9b}\u{202e}");
    }

    #[test]
    fn a_bad_record_is_answered_by_an_error() {
        let trouble = |record: &[u8]| {
            let answer = answer(record);
            assert!(answer.get("findings").is_none(), "{answer}");
            let message = answer["error"]["message"].as_str().expect("a message").to_owned();
            (message, answer["error"]["column"].as_u64())
        };
        assert_eq!(trouble(b""), ("the line is empty".to_owned(), None));
        assert_eq!(trouble(b"{\"a\": \"\xFF\"}").1, Some(8));
        let (message, column) = trouble("{\"é\": nothing}".as_bytes());
        assert_eq!(message, "the line is no JSON: expected ident");
        assert_eq!(column, Some(8));
        assert!(trouble(b"{} {}").0.contains("trailing characters"));
        assert!(trouble(b"5").0.contains("expected an object or an array"));
        assert!(trouble("[".repeat(100_000).as_bytes()).0.contains("EOF"));
        assert!(trouble(br#"{"id": 1, "text": "Not my job"}"#).0.contains("--mapping"));
    }

    #[test]
    fn the_id_is_told_of_a_record_without_a_message() {
        let answer = answer(r#"{"id": "x", "event": "typing"}"#);
        assert_eq!(answer["id"], "x");
        assert!(answer["error"]["message"].is_string());
    }

    #[test]
    fn findings_are_masked_and_the_id_is_not() {
        let ruleset = Ruleset::builder().build().expect("the embedded pack is sound");
        let options = Options::default();
        let record = r#"{"id": "ann@acme.example", "role": "agent", "speaker": "jane@acme.example", "text": "Not my job."}"#;
        let answerer = Answerer::new("<stdin>", &options, &ruleset);
        let mut out = Vec::new();
        let redaction = Some(Redaction { names: false });
        answerer.redacting(redaction).answer(record.as_bytes(), &mut out);
        let answer = String::from_utf8(out).expect("an answer is text");
        assert!(answer.contains("ann@acme.example") && answer.contains("not-my-job"), "{answer}");
        assert!(!answer.contains("jane@acme.example"), "{answer}");
    }

    #[test]
    fn a_mapping_says_where_the_words_are() {
        let mapping = Mapping { text: "said".to_owned(), ..Mapping::default() };
        let options = Options { mapping: Some(mapping), ..Options::default() };
        let answer = answer_with(r#"{"id": 1, "said": "That's not my job."}"#, &options);
        assert_eq!(rules(&answer), ["not-my-job"]);
    }
}
