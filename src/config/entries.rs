//! Settings as a list of keys, for people who want to see what holds.

use std::path::Path;

use toml::Value;

use super::{FailOn, Origin, Settings, Sourced};
use crate::formats::{InputFormat, Mapping};
use crate::learned::Confidence;

/// One key with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key as it is written, with the table that holds it: `severity.not-my-job`.
    pub key: String,
    /// The value as it is written; nothing for a key that no list stands for if it is not set.
    pub value: Option<String>,
    /// Where it comes from; several places for a key that adds up.
    pub origin: String,
}

impl Settings {
    /// All keys with what holds for them, given or not, in the order of the documentation; the
    /// paths of packs as `shown`.
    #[must_use]
    pub fn entries(&self, shown: impl Fn(&Path) -> String) -> Vec<Entry> {
        let mut entries = vec![
            adding("rules", &self.rules, |path| shown(path)),
            single("default-rules", self.default_rules.as_ref(), &true, |&it| it.into()),
            single("learned", self.learned.as_ref(), &true, |&it| it.into()),
            single("confidence", self.confidence.as_ref(), &Confidence::default(), |it| {
                it.as_str().into()
            }),
            self.model.as_ref().map_or_else(
                || unset("model"),
                |it| entry("model", &shown(&it.value).into(), &it.origin),
            ),
            self.select.as_ref().map_or_else(
                || unset("select"),
                |names| list("select", Some(names), String::as_str, &[]),
            ),
            adding("extend-select", &self.extend_select, Clone::clone),
            list("ignore", self.ignore.as_ref(), String::as_str, &[]),
            list("company", self.company.as_ref(), String::as_str, &[]),
            list("agents", self.agents.as_ref(), String::as_str, &[]),
            list("customers", self.customers.as_ref(), String::as_str, &[]),
            list("bots", self.bots.as_ref(), String::as_str, &[]),
            list("agent-domains", self.agent_domains.as_ref(), String::as_str, &[]),
            list("roles", self.roles.as_ref(), |role| role.as_str(), &["agent", "bot"]),
            single("input-format", self.input_format.as_ref(), &InputFormat::Auto, |format| {
                format_name(*format).into()
            }),
            single("fail-on", self.fail_on.as_ref(), &FailOn::default(), |it| it.as_str().into()),
            single("redact", self.redact.as_ref(), &false, |&it| it.into()),
            single("redact-names", self.redact_names.as_ref(), &false, |&it| it.into()),
            single("force-exclude", self.force_exclude.as_ref(), &false, |&it| it.into()),
        ];
        entries.extend(self.globs());
        entries.extend(self.mapping.iter().flat_map(mapping));
        entries.extend(self.tables());
        entries
    }

    fn globs(&self) -> impl Iterator<Item = Entry> {
        let keys = [("include", &self.include), ("exclude", &self.exclude)];
        keys.into_iter().map(|(key, globs)| match globs {
            Some(Sourced { value, origin }) => entry(key, &strings(value.written()), origin),
            None => unset(key),
        })
    }

    fn tables(&self) -> impl Iterator<Item = Entry> {
        let severity = self.severity.iter().map(|(name, Sourced { value, origin })| {
            entry(&dotted("severity", name), &value.as_str().into(), origin)
        });
        let per_file = self.per_file_ignores.values().map(|it| {
            let names: Vec<String> = it.names.value.iter().map(|it| it.value.clone()).collect();
            let glob = it.globs.written().concat();
            entry(&dotted("per-file-ignores", &glob), &strings(&names), &it.names.origin)
        });
        let lists = self.lists.iter().flat_map(|Sourced { value: words, origin }| {
            words.lists.iter().map(move |(name, entries)| {
                let words: Vec<String> = entries.iter().map(|it| it.get_ref().clone()).collect();
                let mut origin = origin.clone();
                if let Origin::Configuration(place) = &mut origin {
                    place.span = name.span();
                }
                entry(&dotted("lists", name.get_ref()), &strings(&words), &origin)
            })
        });
        severity.chain(per_file).chain(lists)
    }
}

fn entry(key: &str, value: &Value, origin: &Origin) -> Entry {
    Entry { key: key.to_owned(), value: Some(value.to_string()), origin: origin.to_string() }
}

fn unset(key: &str) -> Entry {
    Entry { key: key.to_owned(), value: None, origin: Origin::Default.to_string() }
}

fn single<T>(
    key: &str,
    sourced: Option<&Sourced<T>>,
    default: &T,
    shown: impl Fn(&T) -> Value,
) -> Entry {
    match sourced {
        Some(Sourced { value, origin }) => entry(key, &shown(value), origin),
        None => entry(key, &shown(default), &Origin::Default),
    }
}

fn list<T>(
    key: &str,
    list: Option<&Sourced<Vec<Sourced<T>>>>,
    shown: impl Fn(&T) -> &str,
    default: &[&str],
) -> Entry {
    let shown = |it: &Sourced<T>| shown(&it.value).to_owned();
    if let Some(Sourced { value, origin }) = list {
        return entry(key, &strings(&value.iter().map(shown).collect::<Vec<_>>()), origin);
    }
    let default: Vec<String> = default.iter().map(|&it| it.to_owned()).collect();
    entry(key, &strings(&default), &Origin::Default)
}

/// A key that adds up, so that its values may come from several places.
fn adding<T>(key: &str, values: &[Sourced<T>], shown: impl Fn(&T) -> String) -> Entry {
    let shown: Vec<String> = values.iter().map(|it| shown(&it.value)).collect();
    let mut origins: Vec<String> = values.iter().map(|it| it.origin.to_string()).collect();
    origins.dedup();
    let entry = entry(key, &strings(&shown), &Origin::Default);
    if origins.is_empty() { entry } else { Entry { origin: origins.join(", "), ..entry } }
}

fn mapping(mapping: &Sourced<Mapping>) -> Vec<Entry> {
    let Mapping { messages, text, speaker, role, time, conversation } = &mapping.value;
    let messages = Some(messages).filter(|path| !path.is_empty());
    let paths = [
        messages,
        Some(text),
        speaker.as_ref(),
        role.as_ref(),
        time.as_ref(),
        conversation.as_ref(),
    ];
    let given = super::MAPPING_KEYS.into_iter().zip(paths);
    given
        .filter_map(|(key, path)| {
            let value = Value::from(path?.as_str());
            Some(entry(&dotted("mapping", key), &value, &mapping.origin))
        })
        .collect()
}

fn strings(values: &[String]) -> Value {
    Value::Array(values.iter().map(|it| Value::from(it.as_str())).collect())
}

/// `table.key`, the key in quotation marks where TOML wants them.
fn dotted(table: &str, key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let key = if key.chars().all(bare) { key.to_owned() } else { Value::from(key).to_string() };
    format!("{table}.{key}")
}

fn format_name(format: InputFormat) -> &'static str {
    match format {
        InputFormat::Auto => "auto",
        InputFormat::Forced(format) => format.name,
    }
}
