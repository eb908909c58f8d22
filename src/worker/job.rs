//! What a job is, and what it may use while it runs.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::embedders;
use super::error::WorkerError;
use super::events::Reporter;
use super::request::Event;
use super::request::JobId;
use super::request::JobResult;
use super::shared::Shared;
use crate::distill::RunEvent;
use crate::download::ProxyChoice;
use crate::index::Library;
use crate::models::BUNDLED_ID;
use crate::models::Embedder;
use crate::models::ModelInfo;
use crate::models::ModelStore;
use crate::monitor::Monitor;
use crate::settings::Home;

/// How a job shares the compute thread with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// A second at most: answered between two batches of a long job.
    Quick,
    /// Runs one after another.
    Long,
    /// Waits for the network most of the time: runs beside the compute thread, some at a time, and
    /// uses no tensors.
    Beside,
}

/// A piece of work that is started, watched and stopped.
pub trait Job: Send + 'static {
    /// In words for the activity bar: `Reading your pictures`.
    fn title(&self) -> String;

    fn pace(&self) -> Pace;

    /// Can be ended early with what it has.
    fn can_finish(&self) -> bool {
        false
    }

    /// Runs on the compute thread, or [beside](Pace::Beside) it. Return `Err(Cancelled)` through `?` to stop early.
    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult>;
}

/// What a job may use while it runs.
pub struct JobContext<'a> {
    pub monitor: &'a Monitor,
    pub(super) id: JobId,
    pub(super) shared: &'a Arc<Shared>,
    pub(super) reporter: &'a Reporter,
}

impl JobContext<'_> {
    pub fn home(&self) -> &Home {
        &self.shared.home
    }

    pub fn models(&self) -> ModelStore {
        ModelStore::new(self.shared.home.models())
    }

    /// The library of a folder, which has to be there already.
    pub fn existing_library(&self, folder: &Path) -> anyhow::Result<Arc<Library>> {
        if !folder.is_dir() {
            let library = folder.to_owned();
            return Err(WorkerError::NoLibrary { library }.into());
        }
        self.library(folder)
    }

    /// The library of a folder, made when it is not there; opened once, then shared.
    pub fn library(&self, folder: &Path) -> anyhow::Result<Arc<Library>> {
        self.shared.libraries.open(folder)
    }

    /// An empty library in the place of a damaged one, which is kept beside it.
    pub fn rebuild_library(&self, folder: &Path) -> anyhow::Result<Arc<Library>> {
        self.shared.libraries.rebuild(folder)
    }

    /// The model of this id, or the one in use.
    pub fn model(&self, id: Option<&str>) -> anyhow::Result<ModelInfo> {
        let in_use = self.shared.defaults.lock().model.clone();
        let id = id.map(str::to_owned).or(in_use);
        let id = id.unwrap_or_else(|| BUNDLED_ID.to_owned());
        Ok(self.models().find(&id)?)
    }

    /// A model on a device, loaded once for this thread.
    pub fn embedder(
        &self,
        model: Option<&str>,
        device: Option<&str>,
    ) -> anyhow::Result<Rc<Embedder>> {
        let info = self.model(model)?;
        embedders::load(&info, &self.device_id(device))
    }

    /// The device of this id, or the one of the settings, or the fastest.
    pub fn device_id(&self, id: Option<&str>) -> String {
        let chosen = self.shared.defaults.lock().device.clone();
        let id = id.map(str::to_owned).or(chosen);
        id.unwrap_or_else(crate::devices::fastest)
    }

    /// How servers are reached: as the settings say, or the environment.
    pub fn proxy(&self) -> ProxyChoice {
        let chosen = self.shared.defaults.lock().proxy.clone();
        chosen.map_or(ProxyChoice::Environment, ProxyChoice::Address)
    }

    /// Tells the screens that more pictures can be found now.
    pub fn report_indexed(&self, library: &Path, searchable: usize) {
        self.reporter.send(Event::Indexed {
            id: self.id,
            library: library.to_owned(),
            searchable,
        });
    }

    /// Passes on news of a training run.
    pub fn report_run(&self, event: RunEvent) {
        self.reporter.send(Event::Run { id: self.id, event });
    }
}
