//! Teaches a student; goes on from the last checkpoint when the run folder has one.

use super::judged_pairs;
use crate::devices;
use crate::devices::ComputeDevice;
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
        judged_pairs::provide(&mut config, context)?;
        let opened = devices::open_all(&context.device_id(config.device.as_deref()))?;
        let ids: Vec<&str> = opened.iter().map(ComputeDevice::id).collect();
        config.device = Some(ids.join(","));
        let devices: Vec<_> = opened.iter().map(|one| one.device().clone()).collect();
        let mut report = |event| context.report_run(event);
        let summary = distill::run_on(&config, &devices, context.monitor, &mut report)?;
        Ok(JobResult::Distill(summary))
    }
}
