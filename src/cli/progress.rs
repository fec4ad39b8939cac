//! How far a long run has come, on a terminal, and how long its parts took.
//!
//! A bar is drawn on standard error only, only if that is a terminal, and only once a run takes
//! more than a second. It makes way for whatever else is written.

use std::fs;
use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use buckstop::report::Summary;
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::plan::Task;
use super::terminal::Complaint;

/// How long a run takes before it shows a bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// Bytes of an input that were checked.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Amount {
    /// The bytes.
    pub(super) bytes: usize,
    /// Whether they are the last of their input.
    pub(super) last: bool,
}

/// The time that the parts of a run took, over all threads.
#[derive(Debug, Default)]
pub(super) struct Times {
    reading: AtomicU64,
    detecting: AtomicU64,
    writing: AtomicU64,
}

impl Times {
    /// Reads, and takes the time.
    pub(super) fn read<T>(&self, work: impl FnOnce() -> T) -> T {
        timed(&self.reading, work)
    }

    /// Looks for deflections, and takes the time.
    pub(super) fn detect<T>(&self, work: impl FnOnce() -> T) -> T {
        timed(&self.detecting, work)
    }

    /// Writes, and takes the time.
    pub(super) fn write<T>(&self, work: impl FnOnce() -> T) -> T {
        timed(&self.writing, work)
    }
}

fn timed<T>(time: &AtomicU64, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    let spent = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    time.fetch_add(spent, Ordering::Relaxed);
    done
}

/// How far a run has come.
pub(super) struct Progress {
    start: Instant,
    bytes: u64,
    inputs: usize,
    total: Total,
    bar: Bar,
}

/// What there is to do.
enum Total {
    /// So many inputs.
    Inputs(usize),
    /// One input of so many bytes, or of nobody knows how many.
    Bytes(Option<u64>),
}

enum Bar {
    /// None is ever shown.
    Never,
    /// None is shown yet.
    NotYet,
    Shown(ProgressBar),
}

impl Progress {
    /// Begins a run. A bar is shown if it is wanted and standard error is a terminal.
    pub(super) fn new(tasks: &[Result<Task, Complaint>], wanted: bool) -> Self {
        let total = match tasks {
            [Ok(task)] => Total::Bytes(size(task)),
            tasks => Total::Inputs(tasks.len()),
        };
        let bar = if wanted && io::stderr().is_terminal() { Bar::NotYet } else { Bar::Never };
        Self { start: Instant::now(), bytes: 0, inputs: 0, total, bar }
    }

    /// Takes note of what was checked, and shows it.
    pub(super) fn add(&mut self, amount: Amount) {
        self.bytes += amount.bytes as u64;
        self.inputs += usize::from(amount.last);
        if matches!(self.bar, Bar::NotYet) && self.start.elapsed() > PATIENCE {
            let bar = self.total.bar();
            // What was done before the bar came took its time, too.
            self.show(&bar);
            bar.reset_eta();
            self.bar = Bar::Shown(bar);
        } else if let Bar::Shown(bar) = &self.bar {
            self.show(bar);
        }
    }

    fn show(&self, bar: &ProgressBar) {
        match self.total {
            Total::Inputs(_) => {
                bar.set_position(self.inputs as u64);
                bar.set_message(HumanBytes(self.bytes).to_string());
            }
            Total::Bytes(_) => bar.set_position(self.bytes),
        }
    }

    /// Whether a bar is shown.
    pub(super) fn is_shown(&self) -> bool {
        matches!(self.bar, Bar::Shown(_))
    }

    /// Does something that writes to the terminal, without the bar.
    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Bar::Shown(bar) => bar.suspend(write),
            Bar::Never | Bar::NotYet => write(),
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&mut self) {
        if let Bar::Shown(bar) = std::mem::replace(&mut self.bar, Bar::Never) {
            bar.finish_and_clear();
        }
    }

    /// What was done in which time, in two lines.
    pub(super) fn told(&self, times: &Times, summary: &Summary, threads: usize) -> String {
        let all = self.start.elapsed();
        let seconds = all.as_secs_f64().max(1e-9);
        #[expect(clippy::cast_precision_loss, reason = "nobody reads that many digits")]
        let per_second = |count: u64| count as f64 / seconds;
        let turns = (summary.turns + summary.context_turns) as u64;
        let part = |time: &AtomicU64| shown(Duration::from_nanos(time.load(Ordering::Relaxed)));
        format!(
            "{}, {:.1} MB, {} ({} checked) in {}: {:.1} MB/s, {:.0} turns/s\n\
             reading {}, detecting {}, writing {}; threads: {threads}",
            counted(summary.files as u64, "file"),
            per_second(self.bytes) * seconds / 1e6,
            counted(turns, "turn"),
            HumanCount(summary.turns as u64),
            shown(all),
            per_second(self.bytes) / 1e6,
            per_second(turns),
            part(&times.reading),
            part(&times.detecting),
            part(&times.writing),
        )
    }
}

/// The size of an input in bytes; that of a compressed one says nothing of what it holds.
fn size(task: &Task) -> Option<u64> {
    let path = task.input.path();
    let compressed = path.extension().is_some_and(|it| it == "gz" || it == "zst");
    let found = fs::metadata(path).ok().filter(|it| it.is_file() && !compressed);
    found.map(|it| it.len())
}

/// "1 file", "1,200 files".
fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", HumanCount(number), if number == 1 { "" } else { "s" })
}

fn shown(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds < 1.0 => format!("{:.1} ms", seconds * 1e3),
        seconds => format!("{seconds:.2} s"),
    }
}

impl Total {
    fn bar(&self) -> ProgressBar {
        let (length, template) = match self {
            Self::Inputs(inputs) => (
                Some(*inputs as u64),
                "{bar:30} {human_pos} of {human_len} files, {msg}, {eta} left",
            ),
            Self::Bytes(Some(bytes)) => {
                (Some(*bytes), "{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left")
            }
            Self::Bytes(None) => (None, "{spinner} {bytes}, {bytes_per_sec}"),
        };
        let target = ProgressDrawTarget::stderr_with_hz(10);
        let bar = ProgressBar::with_draw_target(length, target);
        // The templates are right, as a test says; the bar's own would do, too.
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_told_in_two_lines() {
        let mut progress = Progress::new(&[], true);
        progress.add(Amount { bytes: 1_500_000, last: true });
        let times = Times::default();
        times.read(|| std::thread::sleep(Duration::from_millis(2)));
        let mut summary = Summary::default();
        (summary.files, summary.turns, summary.context_turns) = (1200, 10, 1000);
        let told = progress.told(&times, &summary, 2);
        assert!(told.starts_with("1,200 files, 1.5 MB, 1,010 turns (10 checked) in "), "{told}");
        assert!(told.contains(" MB/s, ") && told.contains(" turns/s\nreading "), "{told}");
        assert!(told.ends_with("detecting 0.0 ms, writing 0.0 ms; threads: 2"), "{told}");
    }

    #[test]
    fn the_templates_are_sound() {
        for total in [Total::Inputs(3), Total::Bytes(Some(7)), Total::Bytes(None)] {
            let bar = total.bar();
            bar.set_draw_target(ProgressDrawTarget::hidden());
            bar.set_position(2);
            assert_eq!(bar.position(), 2);
        }
    }
}
