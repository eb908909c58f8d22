//! Measures how long the edits of training take on one core.

use std::path::PathBuf;

use crate::data;
use crate::data::augment;
use crate::monitor::Progress;
use crate::worker::error::WorkerError;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::AugmentationRow;
use crate::worker::request::JobResult;

/// `tests/reference/augment_bench.py` takes the same pictures, size and rounds.
const N_PICTURES: usize = 12;
const SIZE: u32 = 224;
const N_ROUNDS: usize = 15;

pub(super) struct BenchAugmentations {
    pub(super) pictures: PathBuf,
}

impl Job for BenchAugmentations {
    fn title(&self) -> String {
        "Measuring the edits of training".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Long
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let scan = data::scan(context.monitor, std::slice::from_ref(&self.pictures))?;
        let mut paths: Vec<PathBuf> = scan.files.into_iter().map(|file| file.path).collect();
        paths.sort();
        paths.truncate(N_PICTURES);
        if paths.is_empty() {
            let folder = self.pictures;
            return Err(WorkerError::NoPictures { folder }.into());
        }
        let pictures = paths.iter().map(|path| data::decode(path));
        let pictures = pictures.collect::<Result<Vec<_>, _>>()?;
        // Round by round, so that a stop is felt; of each edit the fastest round counts.
        let mut rows: Vec<AugmentationRow> = Vec::new();
        for round in 0..N_ROUNDS {
            context.monitor.check()?;
            context.monitor.report(Progress {
                stage: "Measuring the edits of training",
                n_done: round as u64,
                n_total: Some(N_ROUNDS as u64),
            });
            let measured = augment::measure(&pictures, SIZE, 1).into_iter();
            let measured = measured.map(|speed| AugmentationRow {
                id: speed.id,
                is_pipeline: speed.is_pipeline,
                micros: speed.per_picture.as_secs_f64() * 1e6,
            });
            if rows.is_empty() {
                rows.extend(measured);
                continue;
            }
            for (row, again) in rows.iter_mut().zip(measured) {
                row.micros = row.micros.min(again.micros);
            }
        }
        Ok(JobResult::BenchAugmentations(rows))
    }
}
