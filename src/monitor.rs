//! How long work tells the rest of the program how far it is, and learns that it should wait or stop.
//!
//! - Owns: [`Monitor`], [`Progress`], [`Cancelled`].
//! - Invariant: nothing here knows about threads of the program, channels or the window.
//! - Invariant: progress is a slot (only the newest value counts), never a queue.
//! - Not here: what a job produces (`worker`).
//! - Every function that can run for longer than a blink takes a `&Monitor` first and calls
//!   [`Monitor::check`] once per batch, and once more right before its first write to disk.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use parking_lot::Condvar;
use parking_lot::Mutex;

/// The work was stopped on request. Not a failure: it is never shown as an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stopped on request")]
pub struct Cancelled;

/// What a progress bar needs to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What is happening, in words for the user: `Reading pictures`.
    pub stage: &'static str,
    /// Finished units of `n_total`.
    pub n_done: u64,
    /// Total units, or `None` while it is not known yet.
    pub n_total: Option<u64>,
}

/// Runs between two batches of a long job; the compute thread answers quick requests in it.
type BetweenBatches = Box<dyn Fn() + Send + Sync>;

/// Shared between one running job and whoever watches it.
pub struct Monitor {
    stop: AtomicBool,
    finish: AtomicBool,
    paused: Mutex<bool>,
    resumed: Condvar,
    progress: Mutex<Progress>,
    started: Mutex<Option<(Instant, &'static str, u64)>>,
    wake_watcher: Box<dyn Fn() + Send + Sync>,
    between_batches: BetweenBatches,
}

impl Monitor {
    /// `wake_watcher` is called after each report, from the working thread.
    pub fn new(wake_watcher: impl Fn() + Send + Sync + 'static) -> Self {
        Self::with_hook(wake_watcher, || {})
    }

    /// Like [`new`](Self::new); `between_batches` also runs at every [`check`](Self::check), and
    /// again and again while the job is paused.
    pub fn with_hook(
        wake_watcher: impl Fn() + Send + Sync + 'static,
        between_batches: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self {
            stop: AtomicBool::new(false),
            finish: AtomicBool::new(false),
            paused: Mutex::new(false),
            resumed: Condvar::new(),
            progress: Mutex::default(),
            started: Mutex::new(None),
            wake_watcher: Box::new(wake_watcher),
            between_batches: Box::new(between_batches),
        }
    }

    /// A monitor nobody watches, for tests and for work that cannot be stopped.
    pub fn silent() -> Self {
        Self::new(|| {})
    }

    /// Ask the work to stop at its next [`check`](Self::check).
    pub fn request_stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.set_paused(false);
    }

    /// Ask the work to end early and keep what it has (training: the best checkpoint).
    pub fn request_finish(&self) {
        self.finish.store(true, Ordering::Relaxed);
        self.set_paused(false);
    }

    /// Hold the work at its next [`check`](Self::check), or let it go on.
    pub fn set_paused(&self, paused: bool) {
        *self.paused.lock() = paused;
        self.resumed.notify_all();
    }

    pub fn is_paused(&self) -> bool {
        *self.paused.lock()
    }

    pub fn stop_requested(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    pub fn finish_requested(&self) -> bool {
        self.finish.load(Ordering::Relaxed)
    }

    /// Return early with `?` if a stop was requested; wait here while the work is paused.
    pub fn check(&self) -> Result<(), Cancelled> {
        loop {
            (self.between_batches)();
            if self.stop_requested() {
                return Err(Cancelled);
            }
            let mut paused = self.paused.lock();
            if !*paused {
                return Ok(());
            }
            self.resumed
                .wait_for(&mut paused, Duration::from_millis(50));
        }
    }

    /// Publish the newest progress, replacing the one before.
    pub fn report(&self, progress: Progress) {
        {
            let mut started = self.started.lock();
            let is_new_stage = started.is_none_or(|(_, stage, _)| stage != progress.stage);
            if is_new_stage {
                *started = Some((Instant::now(), progress.stage, progress.n_done));
            }
        }
        *self.progress.lock() = progress;
        (self.wake_watcher)();
    }

    /// The newest progress.
    pub fn progress(&self) -> Progress {
        self.progress.lock().clone()
    }

    /// Time left in the current stage at the average rate so far, once there is a rate.
    pub fn time_left(&self) -> Option<Duration> {
        let (since, _, first) = (*self.started.lock())?;
        let progress = self.progress();
        let n_done = progress.n_done.checked_sub(first)?;
        let n_left = progress.n_total?.checked_sub(progress.n_done)?;
        let elapsed = since.elapsed();
        if n_done == 0 || elapsed < Duration::from_millis(500) {
            return None;
        }
        Some(elapsed.mul_f64(n_left as f64 / n_done as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_reaches_a_paused_job() {
        let monitor = Monitor::silent();
        monitor.set_paused(true);
        monitor.request_stop();
        assert_eq!(monitor.check(), Err(Cancelled));
    }

    #[test]
    fn the_hook_runs_at_every_check() {
        let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let seen = count.clone();
        let monitor = Monitor::with_hook(
            || {},
            move || {
                seen.fetch_add(1, Ordering::Relaxed);
            },
        );
        assert!(monitor.check().is_ok());
        assert!(monitor.check().is_ok());
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }
}
