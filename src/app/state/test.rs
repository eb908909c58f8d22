//! What the Test place knows: the data set, what to measure, the reports.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use super::train::Asked;
use crate::eval::protocols;
use crate::eval::protocols::ProtocolSpec;
use crate::eval::report::KeptReport;
use crate::worker::DatasetCheck;
use crate::worker::Failure;
use crate::worker::JobId;
use crate::worker::TortureResult;

/// Everything the Test place shows.
#[derive(Clone, Debug, Default)]
pub struct TestState {
    /// Folder or archive of the data set.
    pub data: Option<PathBuf>,
    /// What it is.
    pub check: Asked<DatasetCheck>,
    /// Row of the table of protocols.
    pub protocol: Option<&'static str>,
    /// Options of the protocol that are not as usual.
    pub options: BTreeMap<String, String>,
    /// Ids of the models to measure; the one in use while nobody has chosen.
    pub models: BTreeSet<String>,
    /// Evaluations that are under way or wait, with the names of their models.
    pub running: Vec<(JobId, String)>,
    /// Reports of the evaluations that were started together, as they come in.
    pub finished: Vec<PathBuf>,
    /// What could not be measured, by the name of the model.
    pub failures: Vec<(String, Failure)>,
    /// Every report that is kept, the newest first.
    pub reports: Vec<KeptReport>,
    /// Files of the reports on screen, the first one leading.
    pub shown: Vec<PathBuf>,
    /// Pictures of which copies are made.
    pub pictures: Vec<PathBuf>,
    pub torturing: Vec<(JobId, String)>,
    pub tortured: Vec<TortureResult>,
}

impl TestState {
    /// The chosen protocol, if it fits the data set.
    pub fn chosen(&self) -> Option<&'static ProtocolSpec> {
        let check = self.check.ready()?;
        let chosen = self.protocol.filter(|id| check.protocols.contains(id));
        protocols::find(chosen?)
    }

    /// The value of an option, chosen or usual.
    pub fn option(&self, option: &protocols::OptionSpec) -> String {
        let chosen = self.options.get(option.id).cloned();
        chosen.unwrap_or_else(|| option.default_value())
    }

    pub fn report(&self, path: &Path) -> Option<&KeptReport> {
        self.reports.iter().find(|kept| kept.path == path)
    }

    /// The reports on screen.
    pub fn on_screen(&self) -> Vec<&KeptReport> {
        let shown = self.shown.iter();
        shown.filter_map(|path| self.report(path)).collect()
    }

    /// The newest report of a model.
    pub fn newest_of(&self, model: &str) -> Option<&KeptReport> {
        self.reports
            .iter()
            .find(|kept| kept.report.model.id == model)
    }
}
