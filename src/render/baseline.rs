//! A baseline as a file that merges well.
//!
//! ```json
//! [{"buckstop-baseline":1}
//! ,{"path":"a.txt","rule":"not-my-job","count":1,"text":"not my job","fingerprint":"140d..."}
//! ]
//! ```
//!
//! Each entry has a line to itself, in the order of paths and fingerprints, and no line changes
//! when another comes or goes: that is why commas stand in front. There are no places in it, no
//! times and no versions of anything but the format.

use std::io::{self, Write};

use serde::Serialize;

use super::json::write_json;
use super::visible::one_line;
use crate::baseline::{Baseline, Entry, VERSION};

/// How many columns the found words may take.
const TEXT_WIDTH: usize = 120;

/// An entry, as it is written.
#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    rule: &'a str,
    count: usize,
    text: String,
    fingerprint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn of(entry: &'a Entry) -> Self {
        Self {
            path: &entry.path,
            rule: &entry.rule,
            count: entry.count,
            text: one_line(&entry.text, TEXT_WIDTH),
            fingerprint: &entry.fingerprint,
            reason: entry.reason.as_deref(),
        }
    }
}

/// Writes a baseline as [`Baseline::read`] reads it.
///
/// # Errors
///
/// Whatever `out` answers to a write.
pub fn write_baseline(baseline: &Baseline, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "[{{\"buckstop-baseline\":{VERSION}}}")?;
    for entry in baseline.entries() {
        out.write_all(b",")?;
        write_json(&Line::of(entry), out)?;
        writeln!(out)?;
    }
    writeln!(out, "]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, fingerprint: &str, text: &str) -> Entry {
        Entry {
            path: path.to_owned(),
            rule: "not-my-job".to_owned(),
            fingerprint: fingerprint.to_owned(),
            count: 2,
            text: text.to_owned(),
            reason: Some("the law says \"so\"".to_owned()),
        }
    }

    fn written(baseline: &Baseline) -> String {
        let mut out = Vec::new();
        write_baseline(baseline, &mut out).expect("a vector takes every write");
        String::from_utf8(out).expect("JSON is text")
    }

    #[test]
    fn what_is_written_is_read_again() {
        let hostile = "not\u{1b}[2J my\n\u{202e} job \"]";
        let entries = [entry("b\n\"é.txt", "1", hostile), entry("a.txt", "2", "not my job")];
        let baseline: Baseline = entries.into_iter().collect();
        let once = written(&baseline);
        assert!(!once.contains(['\u{1b}', '\u{202e}']), "{once}");
        assert_eq!(once.lines().count(), 4, "{once}");
        let read = Baseline::read(&once).expect("a baseline");
        assert_eq!(written(&read), once);
        assert_eq!(read.entries()[1].path, "b\n\"é.txt");
    }

    #[test]
    fn a_new_entry_is_a_new_line_and_touches_no_other() {
        let all = [entry("a", "1", "x"), entry("b", "2", "x"), entry("c", "3", "x")];
        let before: Baseline = all[..2].iter().cloned().collect();
        let after: Baseline = all.iter().cloned().collect();
        let (before, after) = (written(&before), written(&after));
        let new: Vec<_> =
            after.lines().filter(|line| !before.lines().any(|it| it == *line)).collect();
        assert_eq!(new.len(), 1);
        assert_eq!(after.lines().count(), before.lines().count() + 1);
        assert_eq!(written(&Baseline::default()).lines().count(), 2);
    }

    #[test]
    fn the_lines_of_two_branches_are_a_baseline_together() {
        let base = written(&[entry("b", "2", "x")].into_iter().collect());
        let ours = written(&[entry("a", "1", "x"), entry("b", "2", "x")].into_iter().collect());
        let more = Entry { count: 5, ..entry("b", "2", "x") };
        let theirs = written(&[more, entry("c", "3", "x")].into_iter().collect());
        let mut union: Vec<&str> = vec![base.lines().next().expect("the version")];
        for side in [&ours, &theirs] {
            union.extend(side.lines().filter(|line| line.starts_with(',')));
        }
        union.push("]");
        let read = Baseline::read(&union.join("\n")).expect("a baseline");
        let counts: Vec<_> = read.entries().iter().map(|it| (&*it.path, it.count)).collect();
        assert_eq!(counts, [("a", 2), ("b", 5), ("c", 2)]);
    }
}
