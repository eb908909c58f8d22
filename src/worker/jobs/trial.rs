//! Trains a few steps and throws them away, for an estimate of time and memory.

use std::time::Duration;

use super::judged_pairs;
use crate::devices;
use crate::distill;
use crate::distill::RunConfig;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::JobResult;
use crate::worker::request::TrialReport;

/// The first step compiles kernels and claims memory; the others are like all later ones.
const N_STEPS: u32 = 4;

pub(super) struct Trial {
    pub(super) config: Box<RunConfig>,
}

impl Job for Trial {
    fn title(&self) -> String {
        "Trying a few steps".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Long
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let mut config = *self.config;
        judged_pairs::provide(&mut config, context)?;
        let devices = devices::open_all(&context.device_id(config.device.as_deref()))?;
        let devices: Vec<_> = devices.iter().map(|one| one.device().clone()).collect();
        let trial = distill::trial(&config, &devices, N_STEPS, context.monitor)?;
        let seconds = trial.seconds_per_step.max(1e-6);
        Ok(JobResult::Trial(TrialReport {
            seconds_per_step: seconds,
            pictures_per_second: trial.pictures_per_step as f64 / seconds,
            total: Duration::from_secs_f64(seconds * trial.steps as f64),
            memory_bytes: highest_memory(),
        }))
    }
}

/// The most memory this process ever held, where the system keeps that number (Linux).
pub(super) fn highest_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
