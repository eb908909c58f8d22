//! The way from the compute thread to whoever watches: a bounded queue of events.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crossbeam_channel::Receiver;
use crossbeam_channel::SendTimeoutError;
use crossbeam_channel::Sender;

use super::request::Event;

/// Enough for minutes of training that nobody looks at.
const MAX_WAITING: usize = 4096;

/// How often a full queue is tried again.
const RETRY: Duration = Duration::from_millis(50);

/// Sends events and wakes the watcher.
///
/// When the queue is full the compute thread waits here: events are never lost, and the work
/// goes on as soon as somebody reads. The window reads while it is hidden, too. It gives up
/// when the reader is gone or the program closes.
#[derive(Clone)]
pub(super) struct Reporter {
    sender: Sender<Event>,
    closing: Arc<AtomicBool>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Reporter {
    pub(super) fn new(wake: Arc<dyn Fn() + Send + Sync>) -> (Self, Receiver<Event>) {
        let (sender, receiver) = crossbeam_channel::bounded(MAX_WAITING);
        let reporter = Self {
            sender,
            closing: Arc::default(),
            wake,
        };
        (reporter, receiver)
    }

    pub(super) fn send(&self, event: Event) {
        let mut event = event;
        while !self.closing.load(Ordering::Relaxed) {
            match self.sender.send_timeout(event, RETRY) {
                Ok(()) | Err(SendTimeoutError::Disconnected(_)) => break,
                Err(SendTimeoutError::Timeout(unsent)) => event = unsent,
            }
            self.wake();
        }
        self.wake();
    }

    pub(super) fn wake(&self) {
        (self.wake)();
    }

    /// From now on nothing waits for a reader.
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }
}
