//! Measures a model on the DISC21 task.

use std::path::PathBuf;

use super::describe;
use crate::eval::disc21;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::JobResult;

pub(super) struct Evaluate {
    pub(super) data: PathBuf,
    pub(super) model: Option<String>,
    pub(super) device: Option<String>,
}

impl Job for Evaluate {
    fn title(&self) -> String {
        "Measuring a model on known copies".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Long
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let embedder = context.embedder(self.model.as_deref(), self.device.as_deref())?;
        let mut embed = |paths: &[PathBuf]| {
            let mut descriptors = Vec::with_capacity(paths.len());
            for batch in paths.chunks(describe::BATCH_SIZE) {
                if context.monitor.check().is_err() {
                    descriptors.resize(paths.len(), None); // The evaluation stops by itself.
                    break;
                }
                let described = describe::describe(&embedder, batch);
                descriptors.extend(described.into_iter().map(Result::ok));
            }
            descriptors
        };
        let report = disc21::evaluate(&self.data, &mut embed, context.monitor)?;
        Ok(JobResult::Evaluate(Box::new(report)))
    }
}
