//! `buckstop learn`: trains the learned detector on labelled messages, or measures how well it does.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

use buckstop::check::{Options, check};
use buckstop::learn::{
    Figures, Found, Grade, Label, Message, Tally, learn, learn_on_top, read_messages,
};
use buckstop::learned::{CATEGORIES, Model};
use buckstop::rules::{Example, Rule, Ruleset};
use buckstop::source::Source;
use buckstop::text::SourceSpan;

use super::Status;
use super::input::unreadable;
use super::packs;
use super::terminal::{Complaint, Terminal, count};
use super::write::NewFile;

/// The arguments of `buckstop learn`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct LearnArgs {
    /// Labelled messages to learn from, beside the examples of the rules: files with a JSON
    /// object on each line
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    data: Vec<PathBuf>,

    /// Write the model to this file
    #[arg(long, value_name = "FILE", required_unless_present = "evaluate")]
    out: Option<PathBuf>,

    /// Start from the model that comes with buckstop, and change only what the messages contradict
    #[arg(long)]
    on_top: bool,

    /// Start from this model instead
    #[arg(long, value_name = "FILE", requires = "on_top")]
    model: Option<PathBuf>,

    /// Measure rules and model together on writers that the model has not learned from
    ///
    /// The writers of the messages (`source`) are divided into parts, and each part is measured
    /// with a model that has learned from all the others.
    #[arg(long, conflicts_with = "out")]
    evaluate: bool,

    /// Measure on these messages instead, with a model that has learned from all of --data
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "evaluate")]
    on: Vec<PathBuf>,

    /// Measure rules alone, without any model
    #[arg(long, requires = "evaluate")]
    no_learned: bool,
}

const AFTER_HELP: &str = "\
A message is a line such as
  {\"text\": \"Sorry, not my job.\", \"source\": \"ana\", \"customer\": \"Where is it?\",
   \"spans\": [{\"start\": 7, \"end\": 17, \"category\": \"not-my-job\"}]}
with `start` and `end` in characters, and no spans where nothing deflects. The same messages give
the same model, byte for byte, everywhere.

Examples:
  buckstop learn --data ours.jsonl --on-top --out ours.model
  buckstop check --model ours.model drafts/
  buckstop learn --data ours.jsonl --evaluate";

/// Learns, or measures.
///
/// # Errors
///
/// If a file can't be read at all, or the model can't be written.
pub(super) fn run(
    args: &LearnArgs,
    terminal: &mut Terminal<impl Write>,
    status: &mut Status,
) -> anyhow::Result<()> {
    let mut messages = read(&args.data, terminal, status)?;
    messages.extend(examples(&Ruleset::builder().build()?));
    if args.evaluate {
        return evaluate(args, &messages, terminal, status);
    }
    let Some(out) = &args.out else { return Ok(()) };
    let mut file = NewFile::new(out)?;
    let weights = match &args.model {
        _ if !args.on_top => learn(&messages),
        None => learn_on_top(&messages, &Model::embedded()?),
        Some(path) => learn_on_top(&messages, &packs::read_model(path)?),
    };
    file.write_all(&weights.to_bytes())
        .map_err(|error| unreadable(&out.to_string_lossy(), &error))?;
    file.finish()?;
    let learned = count(messages.len(), "message");
    writeln!(terminal.out, "Learned from {learned}; wrote {}.", out.display())?;
    Ok(())
}

/// All messages of some files; a line that is none is told and passed over.
fn read(
    paths: &[PathBuf],
    terminal: &mut Terminal<impl Write>,
    status: &mut Status,
) -> anyhow::Result<Vec<Message>> {
    let mut all = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| unreadable(&name, &error))?;
        let (messages, errors) = read_messages(&text);
        for error in errors {
            status.raise(Status::Failed);
            let complaint = Complaint::new(format!("{name}: {error}"));
            terminal.error(&complaint.help("`buckstop learn --help` shows a line in full"))?;
        }
        all.extend(messages);
    }
    if all.is_empty() {
        return Err(Complaint::new("there is no message to learn from").into());
    }
    Ok(all)
}

/// What the examples of rules have as their writer.
const EXAMPLES: &str = "rules";

/// What the rules have as examples: their words deflect, and what must pass is honest, as is
/// what they say instead.
fn examples(ruleset: &Ruleset) -> Vec<Message> {
    let rules = ruleset.rules().iter();
    let known = rules.filter(|rule| CATEGORIES.contains(&rule.category.as_str()));
    let both = known.flat_map(|rule| {
        let examples = rule.examples.iter().map(|it| example(rule, it));
        let whole = rule.rewrites.iter().filter(|it| !it.text.contains(['{', '[']));
        let rewrites = whole.map(|it| honest(rule, format!("{}.", it.text)));
        examples.chain(rewrites).collect::<Vec<_>>()
    });
    both.collect()
}

fn honest(rule: &Rule, text: String) -> Message {
    let (id, source) = (rule.id.clone(), EXAMPLES.to_owned());
    Message { id, source, customer: None, text, labels: Vec::new() }
}

fn example(rule: &Rule, example: &Example) -> Message {
    match example {
        Example::Pass { text } => honest(rule, text.clone()),
        Example::Flag { text, span } => {
            let start = text.find(span.as_str()).unwrap_or(0);
            let span = start..start + span.len();
            let category = rule.category.clone();
            let labels = vec![Label { span, category, grade: Grade::Clear }];
            Message { labels, ..honest(rule, text.clone()) }
        }
    }
}

/// Into how many parts the writers are divided.
const PARTS: usize = 4;

fn evaluate(
    args: &LearnArgs,
    messages: &[Message],
    terminal: &mut Terminal<impl Write>,
    status: &mut Status,
) -> anyhow::Result<()> {
    let mut figures = Figures::default();
    if args.on.is_empty() {
        let writers = messages.iter().map(|it| it.source.as_str()).filter(|it| *it != EXAMPLES);
        let writers: BTreeSet<&str> = writers.collect();
        let writers: Vec<&str> = writers.into_iter().collect();
        if writers.len() < 2 && !args.no_learned {
            let complaint = Complaint::new("all messages are of one writer");
            return Err(complaint
                .help("name the writers as `source`, or measure with --on")
                .into());
        }
        let (examples, messages): (Vec<_>, Vec<_>) =
            messages.iter().cloned().partition(|it| it.source == EXAMPLES);
        for part in 0..PARTS.min(writers.len()) {
            let held: Vec<&str> = writers.iter().copied().skip(part).step_by(PARTS).collect();
            let (measured, mut others): (Vec<_>, Vec<_>) =
                messages.iter().cloned().partition(|it| held.contains(&it.source.as_str()));
            others.extend(examples.iter().cloned());
            measure(args, &others, &measured, &mut figures)?;
        }
    } else {
        let measured = read(&args.on, terminal, status)?;
        measure(args, messages, &measured, &mut figures)?;
    }
    table(&figures, terminal)
}

/// Learns from some messages and measures with others.
fn measure(
    args: &LearnArgs,
    others: &[Message],
    measured: &[Message],
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let builder = Ruleset::builder();
    let ruleset = if args.no_learned {
        builder.learned(false).build()?
    } else {
        builder.model(Model::new(learn(others).to_bytes())?).build()?
    };
    for message in measured {
        let source = Source::new(message.id.clone(), message.text.clone().into_bytes());
        let report = check(source, &Options::draft(), &ruleset);
        let place = |span: SourceSpan| span.start..span.end;
        let found = report.findings.iter();
        let found: Vec<Found<'_>> =
            found.map(|it| (place(it.source_span), it.rule.category.as_str())).collect();
        figures.add(message, &found);
    }
    Ok(())
}

fn table(figures: &Figures, terminal: &mut Terminal<impl Write>) -> anyhow::Result<()> {
    let out = &mut terminal.out;
    let row = |name: &str, tally: Tally| {
        let Tally { found, missed, wrong } = tally;
        let [precision, recall, f1] = [tally.precision(), tally.recall(), tally.f1()];
        format!("{name:16} {precision:9.3} {recall:7.3} {f1:6.3} {found:6} {missed:7} {wrong:6}")
    };
    writeln!(out, "{:16} precision  recall     F1  found  missed  wrong", "")?;
    writeln!(out, "{}", row("all", figures.all))?;
    for (category, &tally) in CATEGORIES.iter().zip(&figures.categories) {
        writeln!(out, "{}", row(category, tally))?;
    }
    writeln!(out)?;
    writeln!(out, "category right   {:9.3}", figures.category())?;
    writeln!(out, "overlap of words {:9.3}", figures.mean_overlap())?;
    let messages = count(figures.messages, "message");
    let alarms = figures.alarms_per_thousand();
    writeln!(
        out,
        "false alarms     {alarms:9.1} for each 1,000 of {} clean ones of {messages}",
        figures.clean
    )?;
    Ok(())
}
