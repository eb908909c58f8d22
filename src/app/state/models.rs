//! What the Models place shows.

use std::collections::BTreeMap;

use crate::models::BUNDLED_ID;
use crate::models::ModelInfo;
use crate::settings::Settings;
use crate::worker::JobId;

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
}

impl ModelsState {
    pub fn find(&self, id: &str) -> Option<&ModelInfo> {
        self.list.iter().find(|model| model.id == id)
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
