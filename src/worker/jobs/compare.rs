//! Aligns two pictures and collects the evidence for or against a copy.

use super::source;
use super::views;
use crate::data;
use crate::data::Picture;
use crate::matching;
use crate::models::Embedder;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::CompareReport;
use crate::worker::request::JobResult;
use crate::worker::request::Source;

pub(super) struct Compare {
    pub(super) a: Source,
    pub(super) b: Source,
    pub(super) model: Option<String>,
    pub(super) device: Option<String>,
}

impl Job for Compare {
    fn title(&self) -> String {
        "Comparing two pictures".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Quick
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let embedder = context.embedder(self.model.as_deref(), self.device.as_deref())?;
        let a = source::read(&self.a)?;
        let b = source::read(&self.b)?;
        context.monitor.check()?;
        let similarity = similarity(&embedder, &a, &b);
        context.monitor.check()?;
        let mut features = |picture: &Picture| embedder.dense(picture);
        let comparison = matching::compare(&a, &b, similarity, &mut features);
        Ok(JobResult::Compare(Box::new(CompareReport {
            a,
            b,
            comparison,
        })))
    }
}

/// Cosine of the descriptors at the best way to hold B, as searching does it.
fn similarity(embedder: &Embedder, a: &Picture, b: &Picture) -> f32 {
    let preprocessing = embedder.preprocessing();
    let planes_b = data::planes(b, preprocessing);
    let mut planes = views::all_planes(&planes_b, preprocessing.size as usize);
    planes.push(data::planes(a, preprocessing));
    let mut descriptors = embedder.embed(&planes);
    let Some(of_a) = descriptors.pop() else {
        return 0.0;
    };
    let cosine = |of_b: &Vec<f32>| of_a.iter().zip(of_b).map(|(x, y)| x * y).sum::<f32>();
    descriptors.iter().map(cosine).fold(-1.0, f32::max)
}
