//! What the worker's handle and its compute thread both hold.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use crossbeam_channel::Sender;
use parking_lot::Mutex;

use super::compute::Defaults;
use super::embedders;
use super::events::Reporter;
use super::failure;
use super::job::Job;
use super::job::JobContext;
use super::job::Pace;
use super::libraries::Libraries;
use super::queue::Entry;
use super::queue::Queue;
use super::queue::Ticket;
use super::request::Event;
use super::request::JobId;
use super::request::Outcome;
use crate::monitor::Monitor;
use crate::settings::Home;

/// Backward passes of deep networks recurse; the main thread of most systems has as much.
const STACK_BYTES: usize = 16 << 20;

thread_local! {
    /// Hooks of a monitor may run on any thread; tensors may not.
    static IS_COMPUTE_THREAD: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

pub(super) struct Shared {
    pub(super) home: Home,
    pub(super) defaults: Mutex<Defaults>,
    pub(super) libraries: Libraries,
    pub(super) queue: Queue,
    pub(super) reporter: Reporter,
    next_id: AtomicU64,
    /// Every compute thread holds a clone; when the last is gone, all have ended.
    alive: Mutex<Option<Sender<()>>>,
}

impl Shared {
    pub(super) fn new(home: Home, reporter: Reporter, alive: Sender<()>) -> Self {
        Self {
            home,
            defaults: Mutex::default(),
            libraries: Libraries::default(),
            queue: Queue::default(),
            reporter,
            next_id: AtomicU64::new(1),
            alive: Mutex::new(Some(alive)),
        }
    }

    pub(super) fn submit(self: &Arc<Self>, job: Box<dyn Job>) -> JobId {
        let id = JobId(self.next_id.fetch_add(1, Ordering::Relaxed));
        let ticket = Arc::new(Ticket {
            id,
            title: job.title(),
            pace: job.pace(),
            can_finish: job.can_finish(),
            monitor: self.monitor_for(job.pace()),
        });
        self.queue.push(Entry { ticket, job });
        self.serve_beside();
        self.reporter.wake();
        id
    }

    /// Starts a thread for the jobs that run beside the compute thread, when one is wanted. It ends
    /// when none of them is left.
    pub(super) fn serve_beside(self: &Arc<Self>) {
        if !self.queue.wants_beside() {
            return;
        }
        let shared = self.clone();
        let alive = self.alive.lock().clone();
        let work = move || {
            while let Some(entry) = shared.queue.next_beside() {
                shared.run(entry);
            }
            drop(alive);
        };
        let thread = std::thread::Builder::new().name("beside".to_owned());
        if let Err(err) = thread.spawn(work) {
            log::error!("No thread for a download: {err}");
            self.queue.give_back_beside();
        }
    }

    /// Long jobs let the quick ones in at every check.
    fn monitor_for(self: &Arc<Self>, pace: Pace) -> Monitor {
        let wake = self.reporter.clone();
        match pace {
            Pace::Quick | Pace::Beside => Monitor::new(move || wake.wake()),
            Pace::Long => {
                let shared = Arc::downgrade(self);
                Monitor::with_hook(
                    move || wake.wake(),
                    move || {
                        if IS_COMPUTE_THREAD.get()
                            && let Some(shared) = shared.upgrade()
                        {
                            shared.serve_prompt_jobs();
                        }
                    },
                )
            }
        }
    }

    fn serve_prompt_jobs(self: &Arc<Self>) {
        while let Some(entry) = self.queue.take_prompt() {
            if self.run(entry) == Ending::Crashed {
                embedders::forget();
            }
        }
    }

    /// Starts a compute thread that runs jobs until the program closes or a job crashes; then
    /// another thread takes over, so that nothing half done stays behind.
    pub(super) fn start_thread(self: &Arc<Self>) -> std::io::Result<()> {
        let shared = self.clone();
        let alive = self.alive.lock().clone();
        let work = move || {
            IS_COMPUTE_THREAD.set(true);
            while let Some(entry) = shared.queue.next() {
                if shared.run(entry) == Ending::Crashed {
                    match shared.start_thread() {
                        Ok(()) => break,
                        Err(err) => {
                            log::warn!("No new compute thread, the old one goes on: {err}");
                            embedders::forget();
                        }
                    }
                }
            }
            embedders::forget();
            drop(alive);
        };
        let thread = std::thread::Builder::new()
            .name("compute".to_owned())
            .stack_size(STACK_BYTES);
        thread.spawn(work).map(drop)
    }

    /// After this, the end of the last compute thread shows at the other end of `alive`.
    pub(super) fn close(&self) {
        self.reporter.close();
        self.queue.close();
        *self.alive.lock() = None;
    }

    fn run(self: &Arc<Self>, entry: Entry) -> Ending {
        let Entry { ticket, job } = entry;
        self.reporter.send(Event::Started {
            id: ticket.id,
            title: ticket.title.clone(),
        });
        let outcome = self.run_guarded(&ticket, job);
        let ending = match &outcome {
            Outcome::Crashed(text) => {
                log::error!("{:?} crashed: {text}", ticket.title);
                Ending::Crashed
            }
            Outcome::Done(_) | Outcome::Stopped | Outcome::Failed(_) => Ending::Orderly,
        };
        self.queue.finished(ticket.id);
        self.reporter.send(Event::Ended {
            id: ticket.id,
            outcome,
        });
        ending
    }

    /// Runs a job so that nothing it does can take the program down.
    fn run_guarded(self: &Arc<Self>, ticket: &Ticket, job: Box<dyn Job>) -> Outcome {
        if ticket.monitor.stop_requested() {
            return Outcome::Stopped;
        }
        let context = JobContext {
            monitor: &ticket.monitor,
            id: ticket.id,
            shared: self,
            reporter: &self.reporter,
        };
        match catch_unwind(AssertUnwindSafe(|| job.run(&context))) {
            Ok(Ok(result)) => Outcome::Done(result),
            Ok(Err(err)) if failure::is_stop(&err) => Outcome::Stopped,
            Ok(Err(err)) => Outcome::Failed(failure::describe(&err)),
            Err(panic) => Outcome::Crashed(panic_text(panic.as_ref())),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Orderly,
    Crashed,
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it gave no reason".to_owned())
}
