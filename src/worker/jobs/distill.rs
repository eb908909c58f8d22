//! Teaches a student; goes on from the last checkpoint when the run folder has one.

use super::judged_pairs;
use crate::devices;
use crate::distill;
use crate::distill::RunConfig;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::JobResult;

pub(super) struct Distill {
    pub(super) config: Box<RunConfig>,
}

impl Job for Distill {
    fn title(&self) -> String {
        "Teaching a student".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Long
    }

    fn can_finish(&self) -> bool {
        true
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let mut config = *self.config;
        let device = devices::open(&context.device_id(config.device.as_deref()))?;
        config.device = Some(device.id().to_owned());
        judged_pairs::provide(&mut config, context)?;
        let mut report = |event| context.report_run(event);
        let summary = distill::run(&config, device.device(), context.monitor, &mut report)?;
        Ok(JobResult::Distill(summary))
    }
}
