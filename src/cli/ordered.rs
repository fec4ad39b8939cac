//! Work spread over threads, its results taken in the order of the items.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread::{self, available_parallelism};

/// How many items a thread may be ahead of the one whose turn it is, so that one slow
/// item does not make all that come after it pile up in memory.
const AHEAD: usize = 16;

/// As many threads as were asked for, or else one per processor.
pub(super) fn threads(asked: Option<NonZeroUsize>) -> NonZeroUsize {
    asked.unwrap_or_else(|| available_parallelism().unwrap_or(NonZeroUsize::MIN))
}

/// Does `work` on every item, on up to `threads` threads, and hands the results to `take`
/// in the order of the items, each as soon as its turn comes.
///
/// One thread, or one item, means no thread but the caller's.
///
/// # Errors
///
/// The first one of `take`, which ends everything.
pub(super) fn in_order<'t, T: Sync, R: Send, E>(
    items: &'t [T],
    threads: NonZeroUsize,
    work: impl Fn(&'t T) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let threads = threads.get().min(items.len());
    if threads <= 1 {
        return items.iter().try_for_each(|item| take(work(item)));
    }
    let (to_do, jobs) = mpsc::channel();
    let (done, results) = mpsc::channel();
    let jobs = Mutex::new(jobs);
    let next_job = || jobs.lock().unwrap_or_else(PoisonError::into_inner).recv().ok();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (done, next_job, work) = (done.clone(), &next_job, &work);
            scope.spawn(move || {
                while let Some(index) = next_job() {
                    if done.send((index, work(&items[index]))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(done);
        Queue { to_do, results }.collect(items.len(), threads * AHEAD, &mut take)
    })
}

/// The caller's ends of what connects it with the threads; they stop once these are gone.
struct Queue<R> {
    to_do: mpsc::Sender<usize>,
    results: mpsc::Receiver<(usize, R)>,
}

impl<R> Queue<R> {
    /// Keeps up to `ahead` items in work, and takes their results in order.
    fn collect<E>(
        self,
        items: usize,
        ahead: usize,
        take: &mut impl FnMut(R) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut early = BTreeMap::new();
        let mut unsent = 0..items;
        let mut send_one = || unsent.next().map(|index| self.to_do.send(index));
        for _ in 0..ahead {
            send_one();
        }
        let mut turn = 0;
        // A thread that panicked leaves a hole; the scope passes its panic on.
        while turn < items
            && let Ok((index, result)) = self.results.recv()
        {
            early.insert(index, result);
            while let Some(result) = early.remove(&turn) {
                take(result)?;
                turn += 1;
                send_one();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn squares(threads: usize) -> Vec<usize> {
        let items: Vec<usize> = (0..200).collect();
        let mut taken = Vec::new();
        let work = |&item: &usize| {
            if item.is_multiple_of(50) {
                thread::sleep(Duration::from_millis(5));
            }
            item * item
        };
        let done = in_order(&items, NonZeroUsize::new(threads).unwrap(), work, |result| {
            taken.push(result);
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
        let items: Vec<usize> = (0..10_000).collect();
        let done = in_order(
            &items,
            NonZeroUsize::new(4).unwrap(),
            |&item| item,
            |item| {
                if item == 7 { Err("closed") } else { Ok(()) }
            },
        );
        assert_eq!(done, Err("closed"));
    }
}
