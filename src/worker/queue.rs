//! The jobs that wait and the ones that run.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Condvar;
use parking_lot::Mutex;

use super::job::Job;
use super::job::Pace;
use super::request::ActiveJob;
use super::request::JobId;
use crate::monitor::Monitor;

/// One job from the request to its end, as seen from outside.
pub(super) struct Ticket {
    pub(super) id: JobId,
    pub(super) title: String,
    pub(super) pace: Pace,
    pub(super) can_finish: bool,
    pub(super) monitor: Monitor,
}

pub(super) struct Entry {
    pub(super) ticket: Arc<Ticket>,
    pub(super) job: Box<dyn Job>,
}

#[derive(Default)]
struct Lists {
    waiting: VecDeque<Entry>,
    /// The long job, the quick one that runs inside it, and those beside them.
    running: Vec<Arc<Ticket>>,
    /// Threads that run jobs beside the compute thread.
    n_beside: usize,
    closing: bool,
}

/// More downloads at a time only share the line.
const MAX_BESIDE: usize = 3;

#[derive(Default)]
pub(super) struct Queue {
    lists: Mutex<Lists>,
    changed: Condvar,
}

impl Queue {
    /// Any number may wait: a request is a few words, and people make them.
    pub(super) fn push(&self, entry: Entry) {
        self.lists.lock().waiting.push_back(entry);
        self.changed.notify_all();
    }

    /// Waits for the next job to run; `None` when the program closes.
    pub(super) fn next(&self) -> Option<Entry> {
        let mut lists = self.lists.lock();
        loop {
            if lists.closing {
                return None;
            }
            let entry = lists
                .take(is_prompt)
                .or_else(|| lists.take(|ticket| is_ready(ticket) && ticket.pace == Pace::Long));
            if entry.is_some() {
                return entry;
            }
            self.changed.wait(&mut lists);
        }
    }

    /// A job that is due now, in the middle of a long one.
    pub(super) fn take_prompt(&self) -> Option<Entry> {
        let mut lists = self.lists.lock();
        if lists.closing {
            return None;
        }
        lists.take(is_prompt)
    }

    /// Whether another thread is wanted for the jobs that run beside the others; it then counts.
    pub(super) fn wants_beside(&self) -> bool {
        let mut lists = self.lists.lock();
        let mut waiting = lists.waiting.iter();
        let is_wanted = waiting.any(|entry| is_ready_beside(&entry.ticket));
        let is_wanted = is_wanted && !lists.closing && lists.n_beside < MAX_BESIDE;
        lists.n_beside += usize::from(is_wanted);
        is_wanted
    }

    /// The next job for such a thread; `None` ends it.
    pub(super) fn next_beside(&self) -> Option<Entry> {
        let mut lists = self.lists.lock();
        let entry = if lists.closing {
            None
        } else {
            lists.take(is_ready_beside)
        };
        if entry.is_none() {
            lists.n_beside -= 1;
        }
        entry
    }

    /// A thread that was counted did not start.
    pub(super) fn give_back_beside(&self) {
        self.lists.lock().n_beside -= 1;
    }

    pub(super) fn finished(&self, id: JobId) {
        self.lists.lock().running.retain(|ticket| ticket.id != id);
    }

    /// Running ones first, then the waiting ones in their order.
    pub(super) fn active(&self) -> Vec<ActiveJob> {
        let lists = self.lists.lock();
        let running = lists.running.iter().map(|ticket| describe(ticket, false));
        let waiting = lists.waiting.iter();
        let waiting = waiting.map(|entry| describe(&entry.ticket, true));
        running.chain(waiting).collect()
    }

    pub(super) fn ticket(&self, id: JobId) -> Option<Arc<Ticket>> {
        let lists = self.lists.lock();
        let waiting = lists.waiting.iter().map(|entry| &entry.ticket);
        let mut all = lists.running.iter().chain(waiting);
        all.find(|ticket| ticket.id == id).cloned()
    }

    /// Somebody paused, resumed or stopped a job: look again who is next.
    pub(super) fn notify(&self) {
        self.changed.notify_all();
    }

    pub(super) fn close(&self) {
        let mut lists = self.lists.lock();
        lists.closing = true;
        lists.waiting.clear();
        for ticket in &lists.running {
            ticket.monitor.request_stop();
        }
        self.changed.notify_all();
    }
}

impl Lists {
    /// Moves the first waiting job that fits to the running ones.
    fn take(&mut self, fits: impl Fn(&Ticket) -> bool) -> Option<Entry> {
        let position = self.waiting.iter().position(|entry| fits(&entry.ticket))?;
        let entry = self.waiting.remove(position)?;
        self.running.push(entry.ticket.clone());
        Some(entry)
    }
}

fn is_ready(ticket: &Ticket) -> bool {
    !ticket.monitor.is_paused()
}

fn is_ready_beside(ticket: &Ticket) -> bool {
    is_ready(ticket) && ticket.pace == Pace::Beside
}

/// Quick jobs, and others that only have to be told that they are stopped.
fn is_prompt(ticket: &Ticket) -> bool {
    ticket.pace == Pace::Quick || ticket.monitor.stop_requested()
}

fn describe(ticket: &Ticket, waiting: bool) -> ActiveJob {
    ActiveJob {
        id: ticket.id,
        title: ticket.title.clone(),
        progress: ticket.monitor.progress(),
        time_left: ticket.monitor.time_left(),
        paused: ticket.monitor.is_paused(),
        stopping: ticket.monitor.stop_requested(),
        waiting,
        can_finish: ticket.can_finish,
    }
}
