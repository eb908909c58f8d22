//! Batches prepared ahead of time by threads, handed out in order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use crossbeam_channel::Receiver;
use crossbeam_channel::Sender;

use super::Batch;
use super::LoaderError;
use super::ViewLoader;

/// What the threads and the stream share.
struct Shared {
    loader: Arc<ViewLoader>,
    /// Number of the next batch that nobody prepares yet, counted over all epochs.
    next: AtomicU64,
    stop: AtomicBool,
}

/// An endless iterator over batches.
///
/// Each thread takes a permit, then the next number, prepares that batch alone and sends it. There
/// are as many permits as batches may wait or be in work; the stream gives one back for each batch
/// it hands out. So no thread runs far ahead, and a thread that is slow cannot be locked out by
/// the others. Dropping the stream ends the threads after the batch they are at.
pub struct BatchStream {
    shared: Arc<Shared>,
    finished: Receiver<(u64, Result<Batch, LoaderError>)>,
    permits: Option<Sender<()>>,
    /// Batches that came before their turn.
    early: BTreeMap<u64, Result<Batch, LoaderError>>,
    next_out: u64,
    threads: Vec<JoinHandle<()>>,
}

impl BatchStream {
    pub(super) fn start(
        loader: Arc<ViewLoader>,
        from_epoch: u64,
        from_step: usize,
    ) -> Result<Self, LoaderError> {
        let n_threads = loader.config().n_threads.max(1);
        let n_permits = n_threads + loader.config().n_prefetched.max(1);
        let first = from_epoch * loader.steps_per_epoch() as u64 + from_step as u64;
        let shared = Arc::new(Shared {
            loader,
            next: AtomicU64::new(first),
            stop: AtomicBool::new(false),
        });
        let (permits, permit_receiver) = crossbeam_channel::bounded(n_permits);
        let (finished_sender, finished) = crossbeam_channel::bounded(n_permits);
        let mut stream = Self {
            shared,
            finished,
            permits: Some(permits.clone()),
            early: BTreeMap::new(),
            next_out: first,
            threads: Vec::with_capacity(n_threads),
        };
        for idx in 0..n_threads {
            let shared = stream.shared.clone();
            let permits = permit_receiver.clone();
            let finished = finished_sender.clone();
            let thread = std::thread::Builder::new()
                .name(format!("pictures-{idx}"))
                .spawn(move || prepare(&shared, &permits, &finished))
                .map_err(|error| {
                    log::debug!("{error}");
                    LoaderError::NoThread
                })?;
            stream.threads.push(thread);
        }
        for _ in 0..n_permits {
            // The channel has room for all permits, so this never waits.
            permits
                .send(())
                .map_err(|crossbeam_channel::SendError(())| LoaderError::ThreadEnded)?;
        }
        Ok(stream)
    }

    fn next_batch(&mut self) -> Result<Batch, LoaderError> {
        while !self.early.contains_key(&self.next_out) {
            let (number, batch) = self
                .finished
                .recv()
                .map_err(|crossbeam_channel::RecvError| LoaderError::ThreadEnded)?;
            self.early.insert(number, batch);
        }
        let batch = self
            .early
            .remove(&self.next_out)
            .unwrap_or(Err(LoaderError::ThreadEnded));
        self.next_out += 1;
        if let Some(permits) = &self.permits {
            // Full only when all threads have ended; `recv` reports that.
            permits.try_send(()).ok();
        }
        batch
    }
}

impl Iterator for BatchStream {
    type Item = Result<Batch, LoaderError>;

    /// Waits for the next batch in order; never `None`.
    fn next(&mut self) -> Option<Self::Item> {
        Some(self.next_batch())
    }
}

impl Drop for BatchStream {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.permits = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                log::debug!("a thread that prepares pictures panicked");
            }
        }
    }
}

/// Runs on each thread until the stream is dropped.
fn prepare(
    shared: &Shared,
    permits: &Receiver<()>,
    finished: &Sender<(u64, Result<Batch, LoaderError>)>,
) {
    let steps_per_epoch = shared.loader.steps_per_epoch() as u64;
    while permits.recv().is_ok() && !shared.stop.load(Ordering::Relaxed) {
        let number = shared.next.fetch_add(1, Ordering::Relaxed);
        let (epoch, step) = (number / steps_per_epoch, number % steps_per_epoch);
        let batch = shared.loader.batch(epoch, step as usize);
        if finished.send((number, batch)).is_err() {
            return;
        }
    }
}
