//! Where the devices of a run exchange rows.

use std::sync::Arc;

use parking_lot::Condvar;
use parking_lot::Mutex;
use parking_lot::MutexGuard;

/// Everybody brings something and takes away what all have brought, round by round.
pub struct Meeting<T> {
    n: usize,
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    brought: Vec<Option<T>>,
    /// What all have brought, and how many have not taken it yet.
    round: Option<(Arc<Vec<T>>, usize)>,
    /// Why nobody comes any more.
    ended: Option<String>,
}

impl<T> Meeting<T> {
    /// For `n` threads.
    pub fn new(n: usize) -> Self {
        Self {
            n,
            state: Mutex::new(State {
                brought: (0..n).map(|_| None).collect(),
                round: None,
                ended: None,
            }),
            changed: Condvar::new(),
        }
    }

    /// What all have brought, by their places. Waits for them.
    ///
    /// # Panics
    /// After [`end`](Self::end), with its reason: a step cannot go on without the others.
    pub fn meet(&self, place: usize, brings: T) -> Arc<Vec<T>> {
        let mut state = self.state.lock();
        // The round before is over when everybody has taken it.
        self.wait(&mut state, |state| state.round.is_none());
        state.brought[place] = Some(brings);
        if state.brought.iter().all(Option::is_some) {
            let all: Vec<T> = state.brought.iter_mut().filter_map(Option::take).collect();
            state.round = Some((Arc::new(all), self.n));
            self.changed.notify_all();
        }
        self.wait(&mut state, |state| state.round.is_some());
        let (all, left) = state.round.take().expect("it was waited for");
        if left > 1 {
            state.round = Some((all.clone(), left - 1));
        }
        drop(state);
        self.changed.notify_all();
        all
    }

    /// Sends everybody home; the first reason counts.
    pub fn end(&self, reason: &str) {
        let mut state = self.state.lock();
        state.ended.get_or_insert_with(|| reason.to_owned());
        drop(state);
        self.changed.notify_all();
    }

    /// Why it ended.
    pub fn reason(&self) -> Option<String> {
        self.state.lock().ended.clone()
    }

    fn wait(&self, state: &mut MutexGuard<'_, State<T>>, is_ready: impl Fn(&State<T>) -> bool) {
        while state.ended.is_none() && !is_ready(state) {
            self.changed.wait(state);
        }
        if let Some(reason) = state.ended.clone() {
            MutexGuard::unlocked(state, || panic!("{reason}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;
    use std::panic::catch_unwind;

    use super::*;

    #[test]
    fn everybody_gets_everything_in_order_round_by_round() {
        let meeting = Meeting::new(3);
        std::thread::scope(|scope| {
            for place in 0..3 {
                let meeting = &meeting;
                scope.spawn(move || {
                    for round in 0..50 {
                        let all = meeting.meet(place, round * 10 + place);
                        assert_eq!(*all, [round * 10, round * 10 + 1, round * 10 + 2]);
                    }
                });
            }
        });
    }

    #[test]
    fn nobody_waits_for_one_who_has_left() {
        let meeting = Meeting::new(2);
        std::thread::scope(|scope| {
            let waiting =
                scope.spawn(|| catch_unwind(AssertUnwindSafe(|| meeting.meet(0, ()))).is_err());
            meeting.end("out of memory");
            assert!(waiting.join().unwrap());
        });
        assert_eq!(meeting.reason().as_deref(), Some("out of memory"));
    }
}
