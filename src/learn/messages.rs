//! Labelled messages: a JSON object on each line, as in `rules/training/`.

use std::ops::Range;

use serde::Deserialize;
use thiserror::Error;

/// A message of which it is known what in it deflects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it is called by.
    pub id: String,
    /// Who wrote it. Messages of one writer are never both learned from and measured with.
    pub source: String,
    /// What the customer said before.
    pub customer: Option<String>,
    /// What the company's side says.
    pub text: String,
    /// What of it deflects.
    pub labels: Vec<Label>,
}

/// Words that deflect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where they stand, in bytes of the text.
    pub span: Range<usize>,
    /// How they do.
    pub category: String,
    /// How certainly.
    pub grade: Grade,
}

/// How certain a label is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// Most readers would agree.
    Clear,
    /// Reasonable readers would differ; neither learned from nor measured with.
    Borderline,
}

/// What is wrong with a line.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("line {line}: {what}")]
pub struct MessageError {
    /// The number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

#[derive(Deserialize)]
struct Line {
    id: Option<String>,
    source: Option<String>,
    customer: Option<String>,
    text: String,
    #[serde(default)]
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    /// In characters.
    start: usize,
    end: usize,
    category: String,
    #[serde(default = "clear")]
    grade: Grade,
}

fn clear() -> Grade {
    Grade::Clear
}

/// Reads labelled messages; a line that is none is told, and costs only itself.
#[must_use]
pub fn read_messages(text: &str) -> (Vec<Message>, Vec<MessageError>) {
    let (mut messages, mut errors) = (Vec::new(), Vec::new());
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    for (number, line) in lines {
        match read_message(number + 1, line) {
            Ok(message) => messages.push(message),
            Err(what) => errors.push(MessageError { line: number + 1, what }),
        }
    }
    (messages, errors)
}

fn read_message(number: usize, line: &str) -> Result<Message, String> {
    let Line { id, source, customer, text, spans } =
        serde_json::from_str(line).map_err(|error| error.to_string())?;
    let labels = spans.into_iter().map(|span| label(&text, span)).collect::<Result<_, _>>()?;
    let id = id.unwrap_or_else(|| number.to_string());
    let source = source.unwrap_or_else(|| "unnamed".to_owned());
    Ok(Message { id, source, customer, text, labels })
}

fn label(text: &str, span: Span) -> Result<Label, String> {
    let Span { start, end, category, grade } = span;
    let byte = |character: usize| {
        let mut ends = text.char_indices().map(|(byte, _)| byte).chain([text.len()]);
        ends.nth(character)
    };
    if !crate::learned::CATEGORIES.contains(&category.as_str()) {
        let known = crate::learned::CATEGORIES;
        let near = crate::rules::nearest(&category, known.into_iter());
        let help = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Err(format!("there is no category `{category}`{help}"));
    }
    match (byte(start), byte(end)) {
        (Some(start), Some(end)) if start < end => Ok(Label { span: start..end, category, grade }),
        _ => Err(format!("characters {start} to {end} are no part of the text")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_counted_in_characters() {
        let line = r#"{"id": "A-1", "source": "A", "text": "Désolé, not my job.", "spans": [{"start": 8, "end": 18, "category": "not-my-job", "grade": "clear"}]}"#;
        let (messages, errors) = read_messages(line);
        assert_eq!(errors, []);
        assert_eq!(&messages[0].text[messages[0].labels[0].span.clone()], "not my job");
    }

    #[test]
    fn a_bad_line_costs_itself() {
        let lines = "{\"text\": \"Hi\"}\n\nnothing\n{\"text\": \"Hi\", \"spans\": [{\"start\": 1, \"end\": 9, \"category\": \"excuse\"}]}\n{\"text\": \"Hi\", \"spans\": [{\"start\": 0, \"end\": 2, \"category\": \"excuses\"}]}";
        let (messages, errors) = read_messages(lines);
        assert_eq!(messages.len(), 1);
        assert_eq!(errors.iter().map(|error| error.line).collect::<Vec<_>>(), [3, 4, 5]);
        assert!(errors[2].what.ends_with("did you mean `excuse`?"), "{}", errors[2]);
    }
}
