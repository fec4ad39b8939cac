//! Where findings go: several output formats at once, each to standard output or to a file.

use std::ffi::OsStr;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::str::FromStr;

use buckstop::render::{self, OutputFormat, RenderOptions, Renderer};
use buckstop::report::{Report, Summary};
use buckstop::source::ColumnUnit;
use clap::builder::{PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};

use super::files::Listing;
use super::terminal::Complaint;
use super::write::NewFile;

/// Which outputs are asked for.
#[derive(Debug, clap::Args)]
pub(super) struct OutputArgs {
    /// How findings are written
    #[arg(long, value_name = "FORMAT", default_value = "full", value_parser = output_format())]
    output_format: OutputFormat,

    /// Write findings in a format to a file, or to standard output if there is no PATH; may be
    /// given several times
    ///
    /// It takes the place of --output-format: `--output sarif=out.sarif --output full` writes
    /// both. Only one of them can go to standard output. A file is written whole, at the end, or
    /// not at all.
    #[arg(
        long,
        value_name = "FORMAT[=PATH]",
        value_parser = AskedParser,
        hide_possible_values = true,
        conflicts_with = "output_format"
    )]
    output: Vec<Asked>,

    /// Count the findings of each rule, category, agent and file in place of listing them
    ///
    /// The counts take the place of what would go to standard output, as tables or, with
    /// `--output-format json`, as one object; what goes to files is as ever. A rate is findings
    /// for 100 turns that were checked.
    #[arg(long)]
    statistics: bool,

    /// Write the last line only, which says what it all came to
    ///
    /// With `--output-format json` it is an object.
    #[arg(long, conflicts_with_all = ["statistics", "quiet"])]
    summary: bool,

    /// List the files that would be checked, each with its format, and check none
    #[arg(long, conflicts_with_all = ["statistics", "summary", "output"])]
    show_files: bool,

    /// What columns count [default: characters]
    ///
    /// For readers that count in another way: Vim and Kakoune in bytes, VS Code and language
    /// servers in UTF-16. It is a matter of full, concise, grouped, json, jsonl and csv; each of
    /// the other formats counts as its readers do.
    #[arg(long, value_name = "UNIT", value_parser = column_unit())]
    columns: Option<ColumnUnit>,
}

/// One output that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    format: OutputFormat,
    /// The file; standard output if nothing.
    path: Option<PathBuf>,
}

impl FromStr for Asked {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        let (name, path) = match written.split_once('=') {
            Some((_, "")) => return Err("there is no path after the `=`".to_owned()),
            Some((name, path)) => (name, Some(PathBuf::from(path))),
            None => (written, None),
        };
        let names: Vec<_> = OutputFormat::ALL.iter().map(|it| it.as_str()).collect();
        let format = name
            .parse()
            .map_err(|unknown| format!("{unknown}; the formats are {}", names.join(", ")))?;
        Ok(Self { format, path })
    }
}

/// Reads [`Asked`], and tells shells what it can begin with.
#[derive(Clone)]
struct AskedParser;

impl TypedValueParser for AskedParser {
    type Value = Asked;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Asked, clap::Error> {
        let parser = StringValueParser::new().try_map(|written| written.parse::<Asked>());
        parser.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue>>> {
        Some(Box::new(possible_formats()))
    }
}

fn output_format() -> impl TypedValueParser<Value = OutputFormat> {
    PossibleValuesParser::new(possible_formats()).try_map(|name| name.parse::<OutputFormat>())
}

fn possible_formats() -> impl Iterator<Item = PossibleValue> {
    OutputFormat::ALL.iter().map(|it| PossibleValue::new(it.as_str()).help(it.about()))
}

fn column_unit() -> impl TypedValueParser<Value = ColumnUnit> {
    let values = [
        PossibleValue::new("characters").help("Unicode scalar values; a combining mark is one"),
        PossibleValue::new("bytes").help("Bytes of UTF-8, whatever the encoding of the file"),
        PossibleValue::new("utf16").help("Units of UTF-16; most emoji are two"),
    ];
    PossibleValuesParser::new(values).map(|name| match name.as_str() {
        "bytes" => ColumnUnit::Bytes,
        "utf16" => ColumnUnit::Utf16,
        _ => ColumnUnit::Characters,
    })
}

/// The outputs of a run.
pub(super) struct Outputs(Vec<Output>);

struct Output {
    renderer: Box<dyn Renderer>,
    /// The file; standard output if nothing.
    file: Option<NewFile>,
}

impl OutputArgs {
    /// What columns count.
    pub(super) fn columns(&self) -> ColumnUnit {
        self.columns.unwrap_or_default()
    }

    /// Gets everything ready that is asked for. `options` are those of standard output.
    ///
    /// # Errors
    ///
    /// A complaint if a file can't be written, if two outputs would be mixed, or if no output
    /// counts columns as it is asked to.
    pub(super) fn outputs(&self, options: RenderOptions) -> Result<Outputs, Complaint> {
        let single = [Asked { format: self.output_format, path: None }];
        let asked = if self.output.is_empty() { &single[..] } else { &self.output };
        let several = |path: &Option<PathBuf>| asked.iter().filter(|it| it.path == *path).count();
        if let Some(Asked { path, .. }) = asked.iter().find(|it| several(&it.path) > 1) {
            let place = path.as_ref().map(|it| it.display().to_string());
            let place = place.unwrap_or_else(|| "standard output".to_owned());
            let complaint = Complaint::new(format!("two outputs can't both go to {place}"));
            return Err(complaint.help("give each a file of its own: --output FORMAT=PATH"));
        }
        if self.columns.is_some() && !asked.iter().any(|it| it.format.has_columns_to_choose()) {
            let names: Vec<_> = asked.iter().map(|it| it.format.as_str()).collect();
            let message = format!("--columns means nothing to {}", names.join(" and "));
            return Err(Complaint::new(message).help("leave it out, or choose another output"));
        }
        let mut outputs = Vec::new();
        for asked in asked {
            outputs.push(match asked.path {
                Some(_) => asked.output(options)?,
                None => Output { renderer: self.shown(asked.format, options)?, file: None },
            });
        }
        let counts = self.statistics || self.summary;
        if counts && outputs.iter().all(|it| it.file.is_some()) {
            outputs.push(Output { renderer: self.shown(OutputFormat::Full, options)?, file: None });
        }
        Ok(Outputs(outputs))
    }

    /// How files are to be listed in place of being checked, if that is asked for.
    pub(super) fn listing(&self) -> Option<Listing> {
        let json = self.output_format == OutputFormat::Json;
        self.show_files.then_some(if json { Listing::Json } else { Listing::Lines })
    }

    /// What goes to standard output where a format is asked for.
    fn shown(
        &self,
        format: OutputFormat,
        options: RenderOptions,
    ) -> Result<Box<dyn Renderer>, Complaint> {
        let for_people =
            matches!(format, OutputFormat::Full | OutputFormat::Concise | OutputFormat::Grouped);
        let bars = io::stdout().is_terminal();
        match (self.statistics, self.summary, format) {
            (false, false, _) => Ok(format.renderer(options)),
            (true, _, OutputFormat::Json) => Ok(render::statistics_json()),
            (true, ..) if for_people => Ok(render::statistics(options, bars)),
            (_, _, OutputFormat::Json) => Ok(render::closing_json()),
            (_, _, _) if for_people => Ok(render::closing(options)),
            (statistics, ..) => {
                let argument = if statistics { "--statistics" } else { "--summary" };
                let complaint = Complaint::new(format!("{argument} can't be written as {format}"));
                Err(complaint.help(format!(
                    "leave the format out, or let the findings go to a file: --output \
                     {format}=PATH"
                )))
            }
        }
    }
}

impl Asked {
    fn output(&self, options: RenderOptions) -> Result<Output, Complaint> {
        let file = self.path.as_deref().map(NewFile::new).transpose()?;
        let color = options.color && file.is_none();
        let renderer = self.format.renderer(RenderOptions { color, ..options });
        Ok(Output { renderer, file })
    }
}

impl Outputs {
    /// Has every output take a report.
    ///
    /// # Errors
    ///
    /// If one can't be written.
    pub(super) fn report(&mut self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.0.iter_mut().try_for_each(|Output { renderer, file }| match file {
            Some(file) => renderer.report(report, file),
            None => renderer.report(report, out),
        })
    }

    /// Whether what could not be read is told on standard output.
    pub(super) fn tell_problems(&self) -> bool {
        self.0.iter().any(|it| it.file.is_none() && it.renderer.tells_problems())
    }

    /// Ends every output, and puts the files in their places.
    ///
    /// # Errors
    ///
    /// If one can't be written; the others are, all the same.
    pub(super) fn finish(self, summary: &Summary, out: &mut dyn Write) -> anyhow::Result<()> {
        let mut done = Ok(());
        for output in self.0 {
            done = done.and(output.finish(summary, out));
        }
        done
    }
}

impl Output {
    fn finish(mut self, summary: &Summary, out: &mut dyn Write) -> anyhow::Result<()> {
        let Some(mut file) = self.file else {
            return Ok(self.renderer.finish(summary, out)?);
        };
        self.renderer.finish(summary, &mut file)?;
        Ok(file.finish()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_is_a_format_with_or_without_a_path() {
        let asked = |written: &str| written.parse::<Asked>();
        assert_eq!(asked("full"), Ok(Asked { format: OutputFormat::Full, path: None }));
        let path = Some(PathBuf::from("a=b.sarif"));
        assert_eq!(asked("sarif=a=b.sarif"), Ok(Asked { format: OutputFormat::Sarif, path }));
        assert!(asked("sarif=").is_err());
        assert!(asked("xml=a").unwrap_err().contains("there is no output format `xml`; the"));
    }
}
