//! Says what data set a folder or archive is, what of it is there, and what can be measured on it.

use std::path::PathBuf;

use crate::data::datasets;
use crate::data::datasets::DatasetError;
use crate::data::datasets::LayoutSpec;
use crate::data::datasets::Part;
use crate::data::datasets::Source;
use crate::eval::protocols;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::DatasetCheck;
use crate::worker::request::DatasetPart;
use crate::worker::request::JobResult;

pub(super) struct CheckDataset {
    pub(super) path: PathBuf,
}

impl Job for CheckDataset {
    fn title(&self) -> String {
        "Looking at a data set".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Long
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let (spec, source, problem) = match datasets::recognize(&self.path) {
            Ok((spec, source)) => {
                // Tables are read too, so that what is wrong with them is said before the wait.
                datasets::open_as(spec, &source, context.monitor)?;
                (spec, source, None)
            }
            Err(DatasetError::Incomplete {
                layout,
                missing,
                origin,
                path,
            }) => {
                let mut specs = datasets::LAYOUTS.iter();
                let spec = specs.find(|spec| spec.label == layout);
                let problem = format!("{missing} is missing");
                match spec.filter(|_| path.is_dir()) {
                    Some(spec) => (spec, Source::open(&path)?, Some(problem)),
                    None => {
                        return Err(DatasetError::Incomplete {
                            layout,
                            missing,
                            origin,
                            path,
                        }
                        .into());
                    }
                }
            }
            Err(err) => return Err(err.into()),
        };
        let parts = datasets::checklist(spec, &source, context.monitor)?;
        let check = check(self.path, spec, &parts, problem);
        Ok(JobResult::CheckDataset(Box::new(check)))
    }
}

fn check(
    path: PathBuf,
    spec: &'static LayoutSpec,
    parts: &[Part],
    problem: Option<String>,
) -> DatasetCheck {
    let part = |part: &Part| DatasetPart {
        what: part.spec.what,
        names: part.spec.path,
        found: part.found,
        is_needed: part.spec.is_needed,
        n_pictures: part.n_pictures,
        n_expected: part.spec.n_pictures,
    };
    let fitting = protocols::fitting(spec.id).map(|protocol| protocol.id);
    DatasetCheck {
        path,
        layout: spec.id,
        label: spec.label,
        help: spec.help,
        origin: spec.origin,
        parts: parts.iter().map(part).collect(),
        protocols: if problem.is_none() {
            fitting.collect()
        } else {
            Vec::new()
        },
        problem,
    }
}
