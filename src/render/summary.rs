//! The last line for people: what a run came to.

use super::RenderOptions;
use super::paint::Paint;
use crate::finding::Severity;
use crate::report::Summary;

/// "Found 3 deflections in 2 of 14 files (2 errors, 1 warning)."
pub(super) fn line(summary: &Summary, options: RenderOptions) -> String {
    let mut clauses = vec![found(summary, Paint::new(options.color))];
    if summary.suppressed > 0 {
        clauses.push(format!("{} silenced by comments", summary.suppressed));
    }
    if summary.known > 0 {
        clauses.push(format!("{} known from the baseline", summary.known));
    }
    if options.explain_skips && summary.skipped > 0 {
        clauses.push(format!("{} let pass", count(summary.skipped, "match")));
    }
    if summary.unreadable > 0 {
        clauses.push(format!("{} could not be read", count(summary.unreadable, "file")));
    }
    clauses.join("; ") + "."
}

fn found(summary: &Summary, paint: Paint) -> String {
    if summary.files == 0 {
        "No files were checked".to_owned()
    } else if summary.findings == 0 {
        format!("{} in {}", paint.good("No deflections found"), count(summary.files, "file"))
    } else {
        let found = paint.bold(&format!("Found {}", kinds(summary)));
        format!("{found} in {} ({})", files(summary), severities(summary, paint))
    }
}

/// "3 deflections and 2 things missing".
fn kinds(summary: &Summary) -> String {
    let deflections = count(summary.findings - summary.lacking, "deflection");
    let lacking = format!("{} missing", count(summary.lacking, "thing"));
    match (summary.findings - summary.lacking, summary.lacking) {
        (_, 0) => deflections,
        (0, _) => lacking,
        _ => format!("{deflections} and {lacking}"),
    }
}

fn files(summary: &Summary) -> String {
    if summary.files == summary.files_with_findings {
        count(summary.files, "file")
    } else {
        format!("{} of {}", summary.files_with_findings, count(summary.files, "file"))
    }
}

fn severities(summary: &Summary, paint: Paint) -> String {
    let parts = [
        (Severity::Error, summary.errors, "error"),
        (Severity::Warning, summary.warnings, "warning"),
        (Severity::Info, summary.infos, "info"),
    ];
    let told: Vec<_> = parts
        .into_iter()
        .filter(|&(_, number, _)| number > 0)
        .map(|(severity, number, noun)| paint.severity(severity, &count(number, noun)))
        .collect();
    told.join(", ")
}

/// "1 file", "2 files", "2 matches".
fn count(number: usize, noun: &str) -> String {
    let ending = match noun {
        _ if number == 1 => "",
        "info" => "",
        _ if noun.ends_with("ch") => "es",
        _ => "s",
    };
    format!("{number} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::fixture::PLAIN;

    #[test]
    fn findings_are_counted_by_severity() {
        let summary = Summary {
            files: 14,
            files_with_findings: 2,
            findings: 3,
            errors: 2,
            warnings: 1,
            ..Summary::default()
        };
        assert_eq!(
            line(&summary, PLAIN),
            "Found 3 deflections in 2 of 14 files (2 errors, 1 warning)."
        );
    }

    #[test]
    fn one_finding_in_one_file_is_singular() {
        let summary = Summary {
            files: 1,
            files_with_findings: 1,
            findings: 1,
            infos: 1,
            skipped: 2,
            ..Summary::default()
        };
        assert_eq!(line(&summary, PLAIN), "Found 1 deflection in 1 file (1 info).");
        assert_eq!(
            line(&summary, RenderOptions { explain_skips: true, ..PLAIN }),
            "Found 1 deflection in 1 file (1 info); 2 matches let pass."
        );
    }

    #[test]
    fn what_is_missing_is_no_deflection() {
        let summary = Summary { files: 1, files_with_findings: 1, ..Summary::default() };
        let summary = Summary { findings: 2, lacking: 2, infos: 2, ..summary };
        assert_eq!(line(&summary, PLAIN), "Found 2 things missing in 1 file (2 info).");
        let summary = Summary { findings: 3, errors: 1, ..summary };
        assert_eq!(
            line(&summary, PLAIN),
            "Found 1 deflection and 2 things missing in 1 file (1 error, 2 info)."
        );
    }

    #[test]
    fn what_is_silenced_and_what_is_known_are_told() {
        let summary = Summary { files: 2, suppressed: 1, known: 12, ..Summary::default() };
        assert_eq!(
            line(&summary, PLAIN),
            "No deflections found in 2 files; 1 silenced by comments; 12 known from the baseline."
        );
    }

    #[test]
    fn nothing_found_and_nothing_checked_are_told_apart() {
        let summary = Summary { files: 14, ..Summary::default() };
        assert_eq!(line(&summary, PLAIN), "No deflections found in 14 files.");
        assert_eq!(line(&Summary::default(), PLAIN), "No files were checked.");
    }

    #[test]
    fn files_that_could_not_be_read_are_not_called_clean() {
        let summary = Summary { unreadable: 1, ..Summary::default() };
        assert_eq!(line(&summary, PLAIN), "No files were checked; 1 file could not be read.");
        let summary = Summary { files: 3, unreadable: 2, ..Summary::default() };
        assert_eq!(
            line(&summary, PLAIN),
            "No deflections found in 3 files; 2 files could not be read."
        );
    }

    #[test]
    fn colours_are_written_only_when_asked_for() {
        let summary = Summary { files: 1, ..Summary::default() };
        assert_eq!(
            line(&summary, RenderOptions { color: true, ..PLAIN }),
            "\u{1b}[32mNo deflections found\u{1b}[0m in 1 file."
        );
    }
}
