//! Makes copies of a person's own pictures and looks for their originals.

use std::path::PathBuf;

use super::model_source::ModelSource;
use crate::data;
use crate::data::demo;
use crate::eval::torture;
use crate::eval::torture::TortureRequest;
use crate::matching::Thresholds;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::JobResult;
use crate::worker::request::TortureOrder;
use crate::worker::request::TortureResult;

/// Other pictures that are searched at most; more take long to describe.
const MAX_DISTRACTORS: usize = 300;

pub(super) struct Torture {
    pub(super) order: TortureOrder,
}

impl Job for Torture {
    fn title(&self) -> String {
        "Testing with copies of your pictures".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Long
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let TortureOrder {
            pictures,
            model,
            device,
            among,
        } = self.order;
        let device = context.device_id(device.as_deref());
        let embedder = context.embedder(model.as_deref(), Some(&device))?;
        let model = embedder.info().clone();
        let mut source = ModelSource::new(embedder, &device)?;
        let pictures = expanded(context, pictures)?;
        let distractors = distractors(context, among, &pictures)?;
        let request = TortureRequest {
            pictures: &pictures,
            distractors: &distractors,
            threshold: Thresholds::default().maybe,
        };
        let report = torture::torture(&request, &mut source, context.monitor)?;
        Ok(JobResult::Torture(Box::new(TortureResult {
            model,
            report,
        })))
    }
}

/// Folders become their pictures.
fn expanded(context: &JobContext<'_>, pictures: Vec<PathBuf>) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in pictures {
        if path.is_dir() {
            let scan = data::scan(context.monitor, &[path])?;
            files.extend(scan.files.into_iter().map(|file| file.path));
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

/// What is searched beside the originals: the pictures of a folder, or those that lie beside the first
/// original and those that Copylens draws. Of many some, evenly over the list.
fn distractors(
    context: &JobContext<'_>,
    among: Option<PathBuf>,
    pictures: &[PathBuf],
) -> anyhow::Result<Vec<PathBuf>> {
    if let Some(folder) = among {
        let scan = data::scan(context.monitor, &[folder])?;
        return Ok(some_of(
            scan.files.into_iter().map(|file| file.path).collect(),
        ));
    }
    let beside = pictures.first().and_then(|picture| picture.parent());
    let entries = beside.and_then(|folder| std::fs::read_dir(folder).ok());
    let paths = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let mut beside: Vec<PathBuf> = paths.filter(|path| data::is_picture_name(path)).collect();
    beside.sort();
    let mut all = some_of(beside);
    let folder = context.home().demo_library();
    demo::draw_demo_library(context.monitor, &folder)?;
    let drawn = data::scan(context.monitor, &[folder.join("originals")])?;
    all.extend(drawn.files.into_iter().map(|file| file.path));
    Ok(all)
}

fn some_of(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let step = paths.len().div_ceil(MAX_DISTRACTORS).max(1);
    paths.into_iter().step_by(step).collect()
}
