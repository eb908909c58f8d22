//! What the Train place knows: the choices made, the run that goes on, the runs of before.
//!
//! - Owns: [`TrainState`] and how the news of jobs change it.
//! - Invariant: nothing here draws; the screens read it and push commands.
//! - Invariant: changing a choice throws away an estimate that was made for another choice.
//! - Not here: training itself (`distill`), running it (`worker`), looks (`screens::train`).
//! - To add a choice: one field of [`Setup`], one variant of `TrainCommand`, one row of a card.

mod past;
mod preview;
mod run;
mod setup;

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::worker::Event;
use crate::worker::Failure;
use crate::worker::JobId;
use crate::worker::JobResult;
use crate::worker::Outcome;
use crate::worker::PictureCheck;
use crate::worker::TrialReport;

pub use past::PastRun;
pub use past::PastState;
pub use preview::PreviewState;
pub use run::Phase;
pub use run::ShownRun;
pub use setup::FEWEST_PICTURES;
pub use setup::JudgedCounts;
pub use setup::Missing;
pub use setup::Setup;

/// The answer of a job that a card waits for.
#[derive(Clone, Debug, Default)]
pub enum Asked<T> {
    /// Nobody asked, or the question has changed since.
    #[default]
    None,
    Waiting(JobId),
    Ready(T),
    Failed(Failure),
}

impl<T> Asked<T> {
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(answer) => Some(answer),
            Self::None | Self::Waiting(_) | Self::Failed(_) => None,
        }
    }

    pub fn is_waiting_for(&self, id: JobId) -> bool {
        matches!(self, Self::Waiting(job) if *job == id)
    }
}

/// Everything the Train place shows.
#[derive(Clone, Debug, Default)]
pub struct TrainState {
    pub setup: Setup,
    /// How the pictures of `setup.folders` are.
    pub pictures: Asked<PictureCheck>,
    pub preview: PreviewState,
    /// Method whose page is open.
    pub about: Option<&'static str>,
    /// Time and memory of the run that `setup` describes.
    pub trial: Asked<TrialReport>,
    /// The run on screen; `None` shows the setup.
    pub run: Option<ShownRun>,
    /// Runs of before, newest first.
    pub past: Vec<PastRun>,
    /// Folders of the past runs drawn beside the run on screen.
    pub overlaid: BTreeSet<PathBuf>,
    /// Past run whose deletion waits for a yes.
    pub asks_to_delete: Option<PathBuf>,
    /// Cut-off runs that have been answered for since the start.
    pub answered: BTreeSet<PathBuf>,
}

impl TrainState {
    /// A run that was cut off and that nobody has answered for yet.
    pub fn interrupted(&self) -> Option<&PastRun> {
        let on_screen = self.run.as_ref().map(|run| &run.config.run_dir);
        self.past
            .iter()
            .filter(|run| Some(&run.dir) != on_screen && !self.answered.contains(&run.dir))
            .find(|run| matches!(run.state, PastState::Interrupted { .. }))
    }

    /// Takes in the news of a job; returns true when the list of runs on disk has changed.
    pub fn on_event(&mut self, event: &Event) -> bool {
        match event {
            Event::Run { id, event } => {
                if let Some(run) = self.run.as_mut().filter(|run| run.job == Some(*id)) {
                    run.on_event(event);
                }
                false
            }
            Event::Ended { id, outcome } => self.on_end(*id, outcome),
            Event::Started { .. } | Event::Indexed { .. } => false,
        }
    }

    fn on_end(&mut self, id: JobId, outcome: &Outcome) -> bool {
        if self.pictures.is_waiting_for(id) {
            self.pictures = asked(outcome, |result| {
                let JobResult::CheckPictures(check) = result else {
                    return None;
                };
                Some(check.clone())
            });
        }
        if self.trial.is_waiting_for(id) {
            self.trial = asked(outcome, |result| {
                let JobResult::Trial(report) = result else {
                    return None;
                };
                Some(report.clone())
            });
        }
        self.preview.on_end(id, outcome);
        match self.run.as_mut().filter(|run| run.job == Some(id)) {
            Some(run) => {
                run.on_end(outcome);
                true
            }
            None => false,
        }
    }
}

fn asked<T>(outcome: &Outcome, pick: impl Fn(&JobResult) -> Option<T>) -> Asked<T> {
    match outcome {
        Outcome::Done(result) => pick(result).map_or(Asked::None, Asked::Ready),
        Outcome::Stopped => Asked::None,
        Outcome::Failed(failure) => Asked::Failed(failure.clone()),
        Outcome::Crashed(message) => Asked::Failed(crashed(message)),
    }
}

/// A panic of a job, in the words of the window.
pub fn crashed(message: &str) -> Failure {
    Failure {
        message: format!("Copylens made a mistake and stopped this job: {message}"),
        advice: Some("Try it again. The log in Settings says more.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(result: JobResult) -> Event {
        Event::Ended {
            id: JobId(3),
            outcome: Outcome::Done(result),
        }
    }

    #[test]
    fn an_answer_reaches_the_card_that_waits_and_no_other() {
        let mut state = TrainState {
            pictures: Asked::Waiting(JobId(3)),
            trial: Asked::Waiting(JobId(4)),
            ..TrainState::default()
        };
        let check = PictureCheck {
            readable: 12,
            ..PictureCheck::default()
        };
        state.on_event(&done(JobResult::CheckPictures(check)));
        assert_eq!(state.pictures.ready().map(|check| check.readable), Some(12));
        assert!(state.trial.is_waiting_for(JobId(4)));
    }

    #[test]
    fn a_stopped_estimate_is_no_failure() {
        let mut state = TrainState {
            trial: Asked::Waiting(JobId(3)),
            ..TrainState::default()
        };
        state.on_event(&Event::Ended {
            id: JobId(3),
            outcome: Outcome::Stopped,
        });
        assert!(matches!(state.trial, Asked::None));
    }
}
