//! Measures how many pictures a second a model embeds here.

use std::time::Duration;
use std::time::Instant;

use crate::monitor::Progress;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::JobResult;

const BATCH_SIZE: usize = 8;

/// Long enough to be steady, short enough to wait for.
const MEASURED: Duration = Duration::from_secs(2);

pub(super) struct MeasureModel {
    pub(super) model: String,
    pub(super) device: Option<String>,
}

impl Job for MeasureModel {
    fn title(&self) -> String {
        "Measuring the speed of a model".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Long
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let embedder = context.embedder(Some(&self.model), self.device.as_deref())?;
        let size = embedder.preprocessing().size as usize;
        let picture = vec![0.25; 3 * size * size];
        let batch = vec![picture; BATCH_SIZE];
        embedder.embed(&batch); // Kernels are compiled and memory is claimed here.

        let started = Instant::now();
        let mut n_done = 0;
        while started.elapsed() < MEASURED {
            context.monitor.check()?;
            embedder.embed(&batch);
            n_done += BATCH_SIZE;
            context.monitor.report(Progress {
                stage: "Measuring",
                n_done: started.elapsed().min(MEASURED).as_millis() as u64,
                n_total: Some(MEASURED.as_millis() as u64),
            });
        }
        let per_second = n_done as f32 / started.elapsed().as_secs_f32();
        let models = context.models();
        context.monitor.check()?; // Last exit: the number is written now.
        models.remember_speed(&self.model, per_second)?;
        Ok(JobResult::MeasureModel(models.find(&self.model)?))
    }
}
