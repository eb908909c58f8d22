//! The views of a picture that the recipe draws, before a run.

use std::path::Path;
use std::path::PathBuf;

use crate::worker::Failure;
use crate::worker::JobId;
use crate::worker::JobResult;
use crate::worker::Outcome;
use crate::worker::PreviewOrder;
use crate::worker::PreviewReport;

/// The strip of draws on the Train place.
#[derive(Clone, Debug, Default)]
pub struct PreviewState {
    /// A picture that the person chose; `None` is one of the training pictures.
    pub chosen: Option<PathBuf>,
    /// Which of the training pictures, counted on without end.
    pub sample: usize,
    /// Stage of a recipe that has several, counted from 0.
    pub stage: usize,
    /// Grows with every wish for other draws.
    pub seed: u64,
    /// The draws that are being made, and for what.
    pub job: Option<JobId>,
    /// What was asked for last, answered or not.
    pub order: Option<PreviewOrder>,
    /// The newest draws; they stay until newer ones are there.
    pub report: Option<PreviewReport>,
    pub failure: Option<Failure>,
}

impl PreviewState {
    /// The picture that is shown, out of these training pictures or chosen.
    pub fn picture<'a>(&'a self, samples: &'a [PathBuf]) -> Option<&'a Path> {
        let nth = || samples.get(self.sample % samples.len().max(1));
        self.chosen.as_ref().or_else(nth).map(PathBuf::as_path)
    }

    /// The draws that ought to be on screen for a recipe; `None` without a picture.
    pub fn wanted(&self, recipe: &str, samples: &[PathBuf]) -> Option<PreviewOrder> {
        Some(PreviewOrder {
            recipe: recipe.to_owned(),
            stage: self.stage,
            picture: self.picture(samples)?.to_owned(),
            others: samples.to_vec(),
            seed: self.seed,
        })
    }

    /// Takes in the end of a job.
    pub fn on_end(&mut self, id: JobId, outcome: &Outcome) {
        if self.job != Some(id) {
            return;
        }
        self.job = None;
        match outcome {
            Outcome::Done(JobResult::Preview(report)) => {
                self.report = Some(report.clone());
                self.failure = None;
            }
            Outcome::Done(_) | Outcome::Stopped => self.order = None,
            Outcome::Failed(failure) => self.fail(failure.clone()),
            Outcome::Crashed(message) => self.fail(super::crashed(message)),
        }
    }

    fn fail(&mut self, failure: Failure) {
        self.report = None;
        self.failure = Some(failure);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_picture_comes_before_those_of_the_folders() {
        let samples = ["a.png", "b.png"].map(PathBuf::from);
        let mut state = PreviewState {
            sample: 3,
            ..PreviewState::default()
        };
        assert_eq!(state.picture(&samples), Some(Path::new("b.png")));
        assert_eq!(state.wanted("", &[]), None);
        state.chosen = Some(PathBuf::from("mine.png"));
        let wanted = state.wanted("recipe", &samples).unwrap();
        assert_eq!(wanted.picture, Path::new("mine.png"));
        assert_eq!(wanted.others, samples);
    }

    #[test]
    fn a_picture_that_cannot_be_read_takes_the_old_draws_away() {
        let failure = Failure {
            message: "broken".to_owned(),
            advice: None,
        };
        let mut state = PreviewState {
            job: Some(JobId(3)),
            ..PreviewState::default()
        };
        state.on_end(JobId(2), &Outcome::Failed(failure.clone()));
        assert!(state.failure.is_none());
        state.on_end(JobId(3), &Outcome::Failed(failure.clone()));
        assert_eq!((state.failure, state.job), (Some(failure), None));
    }
}
