//! Tries the rewrites of all findings in a file of messages, and prints those that break
//! the grammar or deflect in their turn, then how many they are.
//!
//! `cargo run --release -- messages.jsonl`: one JSON object with a `text` a line.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};

use anyhow::{Context, bail};
use buckstop::rules::Ruleset;
use buckstop_grammar::attempt::{Attempt, Fault, Readers, Trial};
use buckstop_grammar::grammar::Reader;
use serde::Deserialize;

#[derive(Deserialize)]
struct Message {
    text: String,
}

/// How the findings fared, of one rule or of all.
#[derive(Default)]
struct Tally {
    findings: usize,
    without_rewrite: usize,
    first_breaks_grammar: usize,
    any_breaks_grammar: usize,
    first_deflects: usize,
    any_deflects: usize,
}

impl Tally {
    fn add(&mut self, trial: &Trial) {
        let first = trial.attempts.first();
        let any = |fault: fn(&Attempt) -> bool| usize::from(trial.attempts.iter().any(fault));
        let is_first = |fault: fn(&Attempt) -> bool| usize::from(first.is_some_and(fault));
        self.findings += 1;
        self.without_rewrite += usize::from(first.is_none());
        self.first_breaks_grammar += is_first(breaks_grammar);
        self.any_breaks_grammar += any(breaks_grammar);
        self.first_deflects += is_first(deflects);
        self.any_deflects += any(deflects);
    }
}

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(path), None) = (args.next(), args.next()) else {
        bail!("usage: buckstop-grammar MESSAGES.jsonl, with a \"text\" in each line");
    };
    let file = fs::read_to_string(&path).with_context(|| format!("{path} can't be read"))?;
    let ruleset = Ruleset::builder().learned(false).build()?;
    let mut readers = Readers { rules: &ruleset, grammar: Reader::new() };
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut all = Tally::default();
    let mut out = io::stdout().lock();
    for (number, line) in file.lines().enumerate() {
        let message: Message = serde_json::from_str(line)
            .with_context(|| format!("{path}:{}: not a message", number + 1))?;
        for trial in readers.try_rewrites(&message.text, &ruleset) {
            all.add(&trial);
            tallies.entry(trial.rule.clone()).or_default().add(&trial);
            print_faults(&mut out, number + 1, &trial)?;
        }
    }
    writeln!(out, "findings, and how many of them have ...\n")?;
    writeln!(out, "  all  none  first-  any-grammar  first-  any-deflects")?;
    for (rule, tally) in &tallies {
        print_tally(&mut out, tally, rule)?;
    }
    print_tally(&mut out, &all, "all rules")?;
    print_shares(&mut out, &all)?;
    Ok(())
}

fn breaks_grammar(attempt: &Attempt) -> bool {
    attempt.faults.iter().any(|fault| matches!(fault, Fault::Grammar(_) | Fault::Seam(_)))
}

fn deflects(attempt: &Attempt) -> bool {
    attempt.faults.iter().any(|fault| matches!(fault, Fault::Deflects { .. }))
}

fn print_faults(out: &mut impl Write, line: usize, trial: &Trial) -> io::Result<()> {
    for (number, attempt) in trial.attempts.iter().enumerate().filter(|(_, a)| !a.faults.is_empty())
    {
        writeln!(out, "line {line}, {}, rewrite {}", trial.rule, number + 1)?;
        writeln!(out, "  words:  {}", trial.words)?;
        writeln!(out, "  before: {}", attempt.before)?;
        writeln!(out, "  after:  {}", attempt.after)?;
        for fault in &attempt.faults {
            writeln!(out, "  fault:  {fault}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn print_tally(out: &mut impl Write, tally: &Tally, rule: &str) -> io::Result<()> {
    writeln!(
        out,
        "{:5} {:5} {:7} {:12} {:7} {:13}  {rule}",
        tally.findings,
        tally.without_rewrite,
        tally.first_breaks_grammar,
        tally.any_breaks_grammar,
        tally.first_deflects,
        tally.any_deflects,
    )
}

#[expect(clippy::cast_precision_loss, reason = "a share to one decimal place")]
fn print_shares(out: &mut impl Write, all: &Tally) -> io::Result<()> {
    let share = |count: usize| 100.0 * count as f64 / all.findings.max(1) as f64;
    writeln!(out, "\nof {} findings", all.findings)?;
    writeln!(out, "{:5.1}% have no rewrite", share(all.without_rewrite))?;
    for (what, first, any) in [
        ("breaks the grammar", all.first_breaks_grammar, all.any_breaks_grammar),
        ("deflects in its turn", all.first_deflects, all.any_deflects),
    ] {
        let (first, any) = (share(first), share(any));
        writeln!(out, "{first:5.1}% have a first rewrite that {what}, {any:.1}% any that {what}")?;
    }
    Ok(())
}
