//! What the Models place shows.

mod importing;
mod published;

use std::collections::BTreeMap;

use crate::models::BUNDLED_ID;
use crate::models::ModelInfo;
use crate::settings::Settings;
use crate::worker::JobId;

pub use importing::Asking;
pub use importing::ImportState;
pub use published::Download;
pub use published::PublishedState;
pub use published::row_of;

/// What the Models place shows.
#[derive(Clone, Debug, Default)]
pub struct ModelsState {
    /// Every usable model, the bundled one first; empty until they have been read.
    pub list: Vec<ModelInfo>,
    /// The model whose name is being typed.
    pub editing_name: Option<String>,
    /// The model whose deletion waits for a yes.
    pub asks_to_delete: Option<String>,
    /// Model id by the job that measures it.
    pub measuring: BTreeMap<JobId, String>,
    /// The model that will search once this job has read the library with it.
    pub switching: Option<(JobId, String)>,
    /// Files that wait to be imported.
    pub import: ImportState,
    pub published: PublishedState,
}

impl ModelsState {
    pub fn find(&self, id: &str) -> Option<&ModelInfo> {
        self.list.iter().find(|model| model.id == id)
    }

    /// The model that was imported through a row of the catalog.
    pub fn imported_from(&self, published: &str) -> Option<&ModelInfo> {
        let mut models = self.list.iter();
        models.find(|model| model.published.as_deref() == Some(published))
    }

    pub fn is_switching_to(&self, id: &str) -> bool {
        self.switching
            .as_ref()
            .is_some_and(|(_, model)| model == id)
    }

    pub fn is_measuring(&self, id: &str) -> bool {
        self.measuring.values().any(|measured| measured == id)
    }
}

/// Id of the model that searches.
pub fn in_use(settings: &Settings) -> &str {
    settings.model_in_use.as_deref().unwrap_or(BUNDLED_ID)
}
