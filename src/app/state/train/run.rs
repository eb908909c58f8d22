//! The run on screen, whether it goes on or is over.

use std::time::Duration;

use crate::distill::RunConfig;
use crate::distill::RunEvent;
use crate::distill::RunPoint;
use crate::distill::RunSummary;
use crate::distill::StripRow;
use crate::worker::Failure;
use crate::worker::JobId;
use crate::worker::JobResult;
use crate::worker::Outcome;

/// Where a run is.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    Running,
    Done(RunSummary),
    /// Stopped by the person; it can go on.
    Stopped,
    Failed(Failure),
}

/// A run and everything it has told us.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownRun {
    /// `None` for a run that was opened from the list.
    pub job: Option<JobId>,
    pub name: String,
    pub config: RunConfig,
    pub phase: Phase,
    /// Steps of the whole run; 0 until it has started.
    pub steps: u64,
    pub epochs: u32,
    pub points: Vec<RunPoint>,
    pub strip: Vec<StripRow>,
    pub notices: Vec<String>,
    /// Its student is the model that searches.
    pub is_used_for_searching: bool,
}

impl ShownRun {
    pub fn new(job: Option<JobId>, name: String, config: RunConfig) -> Self {
        Self {
            job,
            name,
            config,
            phase: Phase::Running,
            steps: 0,
            epochs: 0,
            points: Vec::new(),
            strip: Vec::new(),
            notices: Vec::new(),
            is_used_for_searching: false,
        }
    }

    pub fn on_event(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Started {
                run_dir,
                steps,
                epochs,
                first_step: _,
                points,
            } => {
                self.config.run_dir.clone_from(run_dir);
                self.steps = *steps;
                self.epochs = *epochs;
                self.points.clone_from(points);
            }
            RunEvent::Point(point) => self.points.push(point.clone()),
            RunEvent::Strip(rows) => self.strip.clone_from(rows),
            RunEvent::Notice(text) => self.notices.push(text.clone()),
        }
    }

    pub fn on_end(&mut self, outcome: &Outcome) {
        self.job = None;
        self.phase = match outcome {
            Outcome::Done(JobResult::Distill(summary)) => Phase::Done(summary.clone()),
            Outcome::Done(_) | Outcome::Stopped => Phase::Stopped,
            Outcome::Failed(failure) => Phase::Failed(failure.clone()),
            Outcome::Crashed(message) => Phase::Failed(super::crashed(message)),
        };
    }

    /// Share of the steps that are done, 0 to 1.
    pub fn share_done(&self) -> f32 {
        let step = self.points.last().map_or(0, |point| point.step);
        if self.steps == 0 {
            return 0.0;
        }
        (step as f64 / self.steps as f64).min(1.0) as f32
    }

    /// The newest value of a key.
    pub fn newest(&self, key: &str) -> Option<f32> {
        self.points
            .iter()
            .rev()
            .find_map(|point| point.values.get(key).copied())
            .filter(|value| value.is_finite())
    }

    /// The first value of a key.
    pub fn first(&self, key: &str) -> Option<f32> {
        self.points
            .iter()
            .find_map(|point| point.values.get(key).copied())
            .filter(|value| value.is_finite())
    }

    /// The best value of a key whose larger values are better.
    pub fn best(&self, key: &str) -> Option<f32> {
        self.points
            .iter()
            .filter_map(|point| point.values.get(key).copied())
            .filter(|value| value.is_finite())
            .max_by(f32::total_cmp)
    }

    /// Time left at the rate of the last points.
    pub fn time_left(&self) -> Option<Duration> {
        let last = self.points.last()?;
        let first = &self.points[self.points.len().saturating_sub(50)];
        let n_steps = last.step.checked_sub(first.step).filter(|n| *n > 0)?;
        let per_step = (last.seconds - first.seconds) / n_steps as f64;
        let secs = per_step * self.steps.saturating_sub(last.step) as f64;
        Duration::try_from_secs_f64(secs).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn run() -> ShownRun {
        let config = RunConfig {
            recipe: String::new(),
            student: "resnet-18".to_owned(),
            teacher: None,
            start_from: None,
            pairs: None,
            pictures: Vec::new(),
            device: None,
            run_dir: PathBuf::from("a"),
            models_dir: PathBuf::from("b"),
            resume: false,
        };
        ShownRun::new(Some(JobId(1)), "A run".to_owned(), config)
    }

    fn point(step: u64, quality: Option<f32>) -> RunPoint {
        RunPoint {
            step,
            seconds: step as f64 * 2.0,
            values: quality
                .map(|value| ("quality/recall".to_owned(), value))
                .into_iter()
                .collect(),
            ..RunPoint::default()
        }
    }

    #[test]
    fn a_resumed_run_starts_with_the_curve_it_had() {
        let mut run = run();
        run.on_event(&RunEvent::Started {
            run_dir: PathBuf::from("elsewhere"),
            steps: 100,
            epochs: 4,
            first_step: 40,
            points: vec![point(20, Some(0.5)), point(40, Some(0.75))],
        });
        assert_eq!(run.share_done(), 0.4);
        run.on_event(&RunEvent::Point(point(50, None)));
        assert_eq!(run.share_done(), 0.5);
        assert_eq!(run.newest("quality/recall"), Some(0.75));
        assert_eq!(run.first("quality/recall"), Some(0.5));
        assert_eq!(run.time_left(), Some(Duration::from_secs(100)));
        assert_eq!(run.config.run_dir, PathBuf::from("elsewhere"));
    }

    #[test]
    fn a_crash_becomes_words_and_advice() {
        let mut run = run();
        run.on_end(&Outcome::Crashed("index out of bounds".to_owned()));
        let Phase::Failed(failure) = &run.phase else {
            panic!("{:?}", run.phase);
        };
        assert!(failure.message.contains("index out of bounds"));
        assert!(failure.advice.is_some() && run.job.is_none());
    }
}
