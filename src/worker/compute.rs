//! The handle through which the window and the command line use the compute thread.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::Receiver;
use crossbeam_channel::RecvTimeoutError;

use super::events::Reporter;
use super::job::Job;
use super::jobs;
use super::request::ActiveJob;
use super::request::Event;
use super::request::JobId;
use super::request::JobRequest;
use super::shared::Shared;
use crate::index::Library;
use crate::monitor::Monitor;
use crate::settings::Home;
use crate::settings::Settings;

/// A running batch ends within this time; after it the program closes anyway.
const LONGEST_GOODBYE: Duration = Duration::from_secs(10);

/// What a request means when it names no model or device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// Model id; `None` is the bundled one.
    pub model: Option<String>,
    /// Device id; `None` is the fastest one.
    pub device: Option<String>,
    /// Address of a proxy for downloads; `None` is what the environment says.
    pub proxy: Option<String>,
}

impl From<&Settings> for Defaults {
    fn from(settings: &Settings) -> Self {
        Self {
            model: settings.model_in_use.clone(),
            device: settings.device.clone(),
            proxy: settings.proxy.clone(),
        }
    }
}

/// Runs jobs on one compute thread, and downloads beside it. Dropping it stops them and waits for
/// their end.
pub struct Worker {
    shared: Arc<Shared>,
    events: Receiver<Event>,
    ended: Receiver<()>,
}

impl Worker {
    /// Starts the compute thread. `wake` is called from it whenever there is news: an event, or
    /// newer progress.
    pub fn start(
        home: Home,
        defaults: Defaults,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let (reporter, events) = Reporter::new(Arc::new(wake));
        let (alive, ended) = crossbeam_channel::bounded(0);
        let shared = Arc::new(Shared::new(home, reporter, alive));
        *shared.defaults.lock() = defaults;
        shared.start_thread()?;
        Ok(Self {
            shared,
            events,
            ended,
        })
    }

    /// For the jobs that start from now on.
    pub fn set_defaults(&self, defaults: Defaults) {
        *self.shared.defaults.lock() = defaults;
    }

    /// News of all jobs in order; read them with [`drain`](super::drain).
    pub fn events(&self) -> &Receiver<Event> {
        &self.events
    }

    pub fn submit(&self, request: JobRequest) -> JobId {
        self.submit_job(jobs::from_request(request))
    }

    /// Runs a job that is none of the requests.
    pub fn submit_job(&self, job: Box<dyn Job>) -> JobId {
        self.shared.submit(job)
    }

    /// Every job that runs or waits.
    pub fn active(&self) -> Vec<ActiveJob> {
        self.shared.queue.active()
    }

    pub fn set_paused(&self, id: JobId, paused: bool) {
        self.control(id, |monitor| monitor.set_paused(paused));
    }

    pub fn stop(&self, id: JobId) {
        self.control(id, Monitor::request_stop);
    }

    /// End early and keep the best so far.
    pub fn finish(&self, id: JobId) {
        self.control(id, Monitor::request_finish);
    }

    /// The library of a folder, the same one the jobs use.
    pub fn library(&self, folder: &Path) -> anyhow::Result<Arc<Library>> {
        self.shared.libraries.open(folder)
    }

    fn control(&self, id: JobId, act: impl FnOnce(&Monitor)) {
        if let Some(ticket) = self.shared.queue.ticket(id) {
            act(&ticket.monitor);
            self.shared.queue.notify();
            self.shared.serve_beside();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.shared.close();
        // Nothing is ever sent: the channel closes when the last compute thread has ended.
        if self.ended.recv_timeout(LONGEST_GOODBYE) == Err(RecvTimeoutError::Timeout) {
            log::warn!("A job did not stop within {LONGEST_GOODBYE:?}");
        }
    }
}
