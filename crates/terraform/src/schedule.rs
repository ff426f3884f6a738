//! Many things that need each other, done in order, and side by side where they don't.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What became of one thing.
#[derive(Debug, PartialEq, Eq)]
pub enum Done<T> {
    /// It was done, well or not.
    Finished(T),
    /// Something that it needs, at this position, was not done well.
    Blocked(usize),
    /// Everything was stopped before its turn.
    Stopped,
}

/// The things to do, and how.
pub struct Schedule<'a> {
    /// The positions of the things that each one needs.
    pub needs: &'a [Vec<usize>],
    /// How many are done at a time; at least one.
    pub width: usize,
    /// Whether nothing new shall be begun.
    pub is_stopped: &'a (dyn Fn() -> bool + Sync),
}

struct Progress<T> {
    done: Vec<Option<Done<T>>>,
    is_begun: Vec<bool>,
}

impl Schedule<'_> {
    /// Does everything: each thing once all that it needs has been done well. `blocks` says which outcomes keep what
    /// needs them from being done.
    pub fn run<T: Send>(
        &self,
        work: impl Fn(usize) -> T + Sync,
        blocks: impl Fn(&T) -> bool + Sync,
    ) -> Vec<Done<T>> {
        let count = self.needs.len();
        let progress =
            Mutex::new(Progress { done: (0..count).map(|_| None).collect(), is_begun: vec![false; count] });
        let changed = Condvar::new();
        let worker = || {
            let mut guard = lock(&progress);
            loop {
                self.settle(&mut guard, &blocks);
                if let Some(next) = self.next(&guard) {
                    guard.is_begun[next] = true;
                    drop(guard);
                    let outcome = work(next);
                    guard = lock(&progress);
                    guard.done[next] = Some(Done::Finished(outcome));
                    changed.notify_all();
                } else if guard.done.iter().all(Option::is_some) {
                    changed.notify_all();
                    return;
                } else {
                    guard = changed.wait(guard).unwrap_or_else(PoisonError::into_inner);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.width.clamp(1, count.max(1)) {
                scope.spawn(worker);
            }
        });
        let done = progress.into_inner().unwrap_or_else(PoisonError::into_inner).done;
        done.into_iter().map(|done| done.unwrap_or(Done::Stopped)).collect()
    }

    /// Gives up what can't be done any more.
    fn settle<T>(&self, progress: &mut Progress<T>, blocks: impl Fn(&T) -> bool) {
        // What is blocked blocks others: that is over after as many rounds as there are things, at most.
        loop {
            let mut is_settled = true;
            for position in 0..self.needs.len() {
                if progress.is_begun[position] {
                    continue;
                }
                let is_blocking = |need: &&usize| match &progress.done[**need] {
                    Some(Done::Finished(outcome)) => blocks(outcome),
                    Some(_) => true,
                    None => false,
                };
                let done = match self.needs[position].iter().find(is_blocking) {
                    _ if (self.is_stopped)() => Done::Stopped,
                    Some(need) => Done::Blocked(*need),
                    None => continue,
                };
                progress.is_begun[position] = true;
                progress.done[position] = Some(done);
                is_settled = false;
            }
            if is_settled {
                return;
            }
        }
    }

    /// The first thing whose turn it is.
    fn next<T>(&self, progress: &Progress<T>) -> Option<usize> {
        let is_ready = |position: &usize| {
            !progress.is_begun[*position]
                && self.needs[*position].iter().all(|need| progress.done[*need].is_some())
        };
        (0..self.needs.len()).find(is_ready)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    const GO_ON: &(dyn Fn() -> bool + Sync) = &|| false;

    #[test]
    fn everything_waits_for_what_it_needs() {
        // 0 <- 1 <- 2, 3
        let needs = [vec![], vec![0], vec![1], vec![]];
        let order = Mutex::new(Vec::new());
        let done = Schedule { needs: &needs, width: 4, is_stopped: GO_ON }.run(
            |position| {
                order.lock().unwrap().push(position);
                position
            },
            |_| false,
        );
        assert_eq!(done, (0..4).map(Done::Finished).collect::<Vec<_>>());
        let order = order.into_inner().unwrap();
        let at = |wanted| order.iter().position(|position| *position == wanted);
        assert!(at(0) < at(1) && at(1) < at(2), "{order:?}");
    }

    #[test]
    fn what_does_not_need_each_other_runs_side_by_side() {
        let both = Barrier::new(2);
        let needs = [vec![], vec![]];
        // It ends only if both are there at the same time.
        let done = Schedule { needs: &needs, width: 2, is_stopped: GO_ON }.run(
            |_| {
                both.wait();
            },
            |()| false,
        );
        assert_eq!(done.len(), 2);
    }

    #[test]
    fn a_failure_stops_what_needs_it_and_nothing_else() {
        let needs = [vec![], vec![0], vec![1], vec![]];
        let done = Schedule { needs: &needs, width: 1, is_stopped: GO_ON }
            .run(|position| position != 0, |is_good| !is_good);
        assert_eq!(done, [Done::Finished(false), Done::Blocked(0), Done::Blocked(1), Done::Finished(true)]);
    }

    #[test]
    fn after_a_stop_nothing_new_is_begun() {
        let needs = [vec![], vec![], vec![]];
        let stop = AtomicBool::new(false);
        let is_stopped = || stop.load(Ordering::SeqCst);
        let done = Schedule { needs: &needs, width: 1, is_stopped: &is_stopped }.run(
            |position| {
                stop.store(position == 1, Ordering::SeqCst);
                position
            },
            |_| false,
        );
        assert_eq!(done, [Done::Finished(0), Done::Finished(1), Done::Stopped]);
    }
}
