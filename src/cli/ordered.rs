//! Work spread over threads, its results taken in the order of the items.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, available_parallelism};

/// How much may be in work or wait for its turn, for each thread, so that one slow item does
/// not make all that come after it pile up in memory. Files and the like weigh one.
const AHEAD: usize = 16;

/// The weight of an item that takes much memory: a thread may have two of them.
pub(super) const HEAVY: usize = AHEAD / 2;

/// As many threads as were asked for, or else one per processor.
pub(super) fn threads(asked: Option<NonZeroUsize>) -> NonZeroUsize {
    asked.unwrap_or_else(|| available_parallelism().unwrap_or(NonZeroUsize::MIN))
}

/// What comes to the one who takes the results.
pub(super) enum Step<R> {
    /// The next result.
    Result(R),
    /// There is nothing to take for now.
    Pause,
}

/// Does `work` on every item, on up to `threads` threads, and hands the results to `take`
/// in the order of the items, each as soon as its turn comes. Each item comes with its weight.
///
/// Items are asked for one by one when a thread is free; none is asked for as long as too
/// much waits. One thread means no thread but the caller's.
///
/// # Errors
///
/// The first one of `take`, which ends everything.
pub(super) fn in_order<T, R: Send, E>(
    items: impl Iterator<Item = (T, usize)> + Send,
    threads: NonZeroUsize,
    work: impl Fn(T) -> R + Sync,
    mut take: impl FnMut(Step<R>) -> Result<(), E>,
) -> Result<(), E> {
    if threads.get() == 1 {
        for (item, _) in items {
            take(Step::Result(work(item)))?;
            take(Step::Pause)?;
        }
        return Ok(());
    }
    let (done, results) = mpsc::channel();
    let load = Load { most: threads.get() * AHEAD, state: Mutex::default(), less: Condvar::new() };
    let items = Mutex::new(items.enumerate());
    let next = || {
        // Only one thread waits, the others wait for it: so the items stay in order.
        let mut items = lock(&items);
        load.wait()?;
        let (index, (item, weight)) = items.next()?;
        load.add(weight);
        Some((index, item, weight))
    };
    thread::scope(|scope| {
        for _ in 0..threads.get() {
            let (done, next, work) = (done.clone(), &next, &work);
            let load = &load;
            scope.spawn(move || {
                let _guard = StopOnPanic(load);
                while let Some((index, item, weight)) = next() {
                    if done.send((index, weight, work(item))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(done);
        let taken = collect(&results, &load, &mut take);
        load.stop();
        taken
    })
}

/// Takes results in order until all threads are gone.
fn collect<R, E>(
    results: &mpsc::Receiver<(usize, usize, R)>,
    load: &Load,
    take: &mut impl FnMut(Step<R>) -> Result<(), E>,
) -> Result<(), E> {
    let mut early = BTreeMap::new();
    let mut turn = 0;
    loop {
        let ready = results.try_recv().ok();
        if ready.is_none() {
            take(Step::Pause)?;
        }
        // A thread that panicked leaves a hole; the scope passes its panic on.
        let next = ready.or_else(|| results.recv().ok());
        let Some((index, weight, result)) = next else { return Ok(()) };
        early.insert(index, (weight, result));
        while let Some((weight, result)) = early.remove(&turn) {
            take(Step::Result(result))?;
            load.take_off(weight);
            turn += 1;
        }
    }
}

/// How much is in work or waits for its turn.
struct Load {
    most: usize,
    state: Mutex<LoadState>,
    less: Condvar,
}

#[derive(Default)]
struct LoadState {
    weight: usize,
    stopped: bool,
}

impl Load {
    /// Waits until there is room for more; nothing if there is no use in more.
    fn wait(&self) -> Option<()> {
        let full = |state: &mut LoadState| state.weight >= self.most && !state.stopped;
        let state = self.less.wait_while(lock(&self.state), full);
        let state = state.unwrap_or_else(PoisonError::into_inner);
        (!state.stopped).then_some(())
    }

    fn add(&self, weight: usize) {
        lock(&self.state).weight += weight;
    }

    fn take_off(&self, weight: usize) {
        lock(&self.state).weight -= weight;
        self.less.notify_one();
    }

    fn stop(&self) {
        lock(&self.state).stopped = true;
        self.less.notify_all();
    }
}

/// Lets nobody wait for what a thread that panics will never do.
struct StopOnPanic<'l>(&'l Load);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    fn squares(threads: usize) -> Vec<usize> {
        let mut taken = Vec::new();
        let work = |item: usize| {
            if item.is_multiple_of(50) {
                thread::sleep(Duration::from_millis(5));
            }
            item * item
        };
        let items = (0..200).map(|item| (item, 1));
        let done = in_order(items, NonZeroUsize::new(threads).unwrap(), work, |step| {
            if let Step::Result(result) = step {
                taken.push(result);
            }
            Ok::<_, ()>(())
        });
        assert_eq!(done, Ok(()));
        taken
    }

    #[test]
    fn results_come_in_order_whatever_the_number_of_threads() {
        let expected: Vec<usize> = (0..200).map(|item| item * item).collect();
        for threads in [1, 2, 3, 300] {
            assert_eq!(squares(threads), expected, "{threads} threads");
        }
    }

    #[test]
    fn an_error_ends_everything() {
        for threads in [1, 4] {
            let items = (0..).map(|item| (item, 1));
            let done = in_order(
                items,
                NonZeroUsize::new(threads).unwrap(),
                |item: usize| item,
                |step| if matches!(step, Step::Result(7)) { Err("closed") } else { Ok(()) },
            );
            assert_eq!(done, Err("closed"));
        }
    }

    #[test]
    fn nothing_is_asked_for_as_long_as_too_much_waits() {
        let (asked, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let items = (0..100).map(|item| {
            asked.fetch_add(1, Ordering::SeqCst);
            (item, HEAVY)
        });
        let mut taken = 0;
        let done = in_order(
            items,
            NonZeroUsize::new(2).unwrap(),
            |item: usize| item,
            |step| {
                if let Step::Result(_) = step {
                    thread::sleep(Duration::from_millis(1));
                    most.fetch_max(asked.load(Ordering::SeqCst) - taken, Ordering::SeqCst);
                    taken += 1;
                }
                Ok::<_, ()>(())
            },
        );
        assert_eq!(done, Ok(()));
        assert_eq!(taken, 100);
        assert!(most.load(Ordering::SeqCst) <= 4, "{most:?} items at once");
    }
}
