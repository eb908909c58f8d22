//! Measures a model by a protocol, and keeps the report with the model.

use super::model_source::ModelSource;
use crate::eval::DescriptorCache;
use crate::eval::protocols;
use crate::eval::report::KeptReport;
use crate::eval::report::ModelFacts;
use crate::eval::report::ReportStore;
use crate::models;
use crate::models::ModelInfo;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::EvaluateOrder;
use crate::worker::request::JobResult;

/// What kept descriptors may take on the disk; the oldest leave first.
const CACHE_BYTES: u64 = 8 << 30;

pub(super) struct Evaluate {
    pub(super) order: Box<EvaluateOrder>,
}

impl Job for Evaluate {
    fn title(&self) -> String {
        "Measuring a model".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Long
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let order = *self.order;
        let spec = protocols::get(&order.protocol)?;
        let device = context.device_id(order.device.as_deref());
        let embedder = context.embedder(order.model.as_deref(), Some(&device))?;
        let info = embedder.info().clone();
        let engine = embedder.engine_name();
        let mut source = ModelSource::new(embedder, &device)?;
        let cache = DescriptorCache::new(context.home().descriptors());
        let request = protocols::Request {
            spec,
            path: &order.data,
            chosen: &order.options,
            cache: Some(&cache),
            submission: order.submission.as_deref(),
            model: facts(&info)?,
            device,
            engine,
        };
        let report = protocols::run(request, &mut source, context.monitor)?;
        cache.trim(CACHE_BYTES);
        context.monitor.check()?; // Last exit: the report is written now.
        let store = ReportStore::new(context.models().reports(&info.id));
        let path = store.save(&report)?;
        Ok(JobResult::Evaluate(Box::new(KeptReport { path, report })))
    }
}

fn facts(info: &ModelInfo) -> anyhow::Result<ModelFacts> {
    Ok(ModelFacts {
        id: info.id.clone(),
        name: info.name.clone(),
        architecture: info.architecture.clone(),
        dimensions: info.dimensions,
        file_bytes: info.file_bytes,
        fingerprint: models::fingerprint(info)?,
    })
}
