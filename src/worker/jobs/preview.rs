//! Shows what a recipe makes of a picture before a run is started.

use std::sync::Arc;

use super::source;
use crate::data;
use crate::data::Picture;
use crate::distill::Recipe;
use crate::distill::preview;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::JobResult;
use crate::worker::request::PreviewOrder;
use crate::worker::request::PreviewReport;
use crate::worker::request::Source;

/// Other pictures that are read: enough that draws differ, few enough that nobody waits.
const MAX_OTHERS: usize = 4;

pub(super) struct Preview {
    pub(super) order: Box<PreviewOrder>,
}

impl Job for Preview {
    fn title(&self) -> String {
        "Drawing views of a picture".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Quick
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let PreviewOrder {
            recipe,
            stage,
            picture,
            others,
            seed,
        } = *self.order;
        let recipe = Recipe::parse(&recipe)?;
        let pixels = source::read(&Source::File(picture.clone()))?;
        let mut read: Vec<Arc<Picture>> = Vec::new();
        for other in others.iter().filter(|other| **other != picture) {
            context.monitor.check()?;
            read.extend(data::decode(other).ok().map(Arc::new));
            if read.len() == MAX_OTHERS {
                break;
            }
        }
        context.monitor.check()?;
        let preview = preview::preview(&recipe, stage, &pixels, &read, seed)?;
        Ok(JobResult::Preview(PreviewReport { picture, preview }))
    }
}
