//! The steps of a run, one stage after another.

use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use crate::monitor::Monitor;
use crate::monitor::Progress;

use super::Run;
use super::held_out;
use crate::distill::DistillError;
use crate::distill::RunEvent;
use crate::distill::batches::Stream;
use crate::distill::learner::StepValues;
use crate::distill::recovery;
use crate::distill::recovery::Guarded;
use crate::distill::stage::Stage;
use crate::distill::stage::Start;

/// A checkpoint at least this often; what a kill can cost.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(30);
/// So many steps in a row without a finite loss go back to the last checkpoint.
const MAX_BAD_STEPS: u32 = 3;
/// The rate is halved each time; below this share of the recipe's the run ends.
const SMALLEST_RATE: f64 = 1.0 / 8.0;

/// What the loop over the steps carries along.
struct Sitting {
    stream: Stream,
    last_saved: Instant,
    /// Steps in a row without a finite loss.
    n_bad: u32,
    /// Pictures that could not be read, as far as they were told.
    n_unreadable: usize,
}

impl Run<'_> {
    /// Returns whether all steps were done (`false`: ended early on request).
    pub(super) fn train(
        &mut self,
        monitor: &Monitor,
        emit: &mut dyn FnMut(RunEvent),
    ) -> Result<bool, DistillError> {
        if self.position.quality_before.is_none() {
            let quality = self.evaluate(monitor, emit)?;
            self.position.quality_before = Some(quality.micro_ap);
            self.save_checkpoint()?;
        }
        loop {
            let is_through = self.train_stage(monitor, emit)?;
            let is_last_stage = self.position.stage + 1 == self.recipes.len();
            if !is_through || is_last_stage {
                break;
            }
            self.next_stage(monitor, emit)?;
        }
        if !self.is_last_step() {
            self.evaluate(monitor, emit)?;
            self.save_checkpoint()?;
        }
        Ok(self.is_last_step())
    }

    /// Returns whether the stage went to its end.
    fn train_stage(
        &mut self,
        monitor: &Monitor,
        emit: &mut dyn FnMut(RunEvent),
    ) -> Result<bool, DistillError> {
        let mut sitting = self.sit_down()?;
        while !self.stage_is_done() {
            if monitor.finish_requested() {
                return Ok(false);
            }
            self.report_progress(monitor);
            match self.take_step(&mut sitting, monitor)? {
                Some(measured) => self.after_step(&mut sitting, measured, monitor, emit)?,
                None => self.halve_parts(monitor, emit)?,
            }
            if sitting.n_bad == MAX_BAD_STEPS {
                self.halve_rate(monitor, emit)?;
            }
            let went_back = self.position.step < sitting.stream.next_step();
            if went_back {
                sitting = self.sit_down()?;
            }
        }
        Ok(true)
    }

    fn sit_down(&self) -> Result<Sitting, DistillError> {
        let in_stage = self.position.step - self.first_step(self.position.stage);
        let offset = self.first_step(self.position.stage);
        Ok(Sitting {
            stream: self.stage.batches.stream(in_stage)?.counted_from(offset),
            last_saved: Instant::now(),
            n_bad: 0,
            n_unreadable: self.stage.batches.unreadable(),
        })
    }

    /// What the step measured; `None` when the device had no memory left.
    fn take_step(
        &mut self,
        sitting: &mut Sitting,
        monitor: &Monitor,
    ) -> Result<Option<StepValues>, DistillError> {
        let first = self.first_step(self.position.stage);
        let place = self.stage.place(self.position.step, first);
        let batch = sitting.stream.next_batch(monitor)?;
        // After the wait of a pause inside `next_batch`: only work counts as time.
        let started = Instant::now();
        let mut rates = self.stage.rates.at(place.in_stage);
        rates.rate *= self.position.rate_factor;
        let learner = &mut self.stage.learner;
        let outcome = recovery::guarded(|| learner.step(&batch, place, rates, monitor));
        let Guarded::Done(measured) = outcome else {
            return Ok(None);
        };
        let mut measured = measured?;
        let seconds = started.elapsed().as_secs_f64();
        let n_pictures = batch.ids.len() as u64;
        self.position.step += 1;
        self.position.seconds += seconds;
        self.position.pictures += n_pictures;
        let values = &mut measured.values;
        values.retain(|_, value| value.is_finite());
        values.insert("lr".to_owned(), rates.rate as f32);
        let speed = n_pictures as f64 / seconds.max(1e-9);
        values.insert("pictures-per-second".to_owned(), speed as f32);
        Ok(Some(measured))
    }

    fn after_step(
        &mut self,
        sitting: &mut Sitting,
        mut measured: StepValues,
        monitor: &Monitor,
        emit: &mut dyn FnMut(RunEvent),
    ) -> Result<(), DistillError> {
        let is_evaluated = self.evaluation_is_due();
        if is_evaluated {
            let quality = self.evaluate(monitor, emit)?;
            measured.values.extend(quality.values());
        }
        self.add_point(measured.values, emit)?;
        let n_unreadable = self.stage.batches.unreadable();
        if is_evaluated && n_unreadable > sitting.n_unreadable {
            sitting.n_unreadable = n_unreadable;
            let notice = format!("{n_unreadable} pictures could not be read and were left out");
            emit(RunEvent::Notice(notice));
        }
        if measured.is_finite {
            sitting.n_bad = 0;
        } else {
            sitting.n_bad += 1;
            let notice = "A step gave no usable number and was left out".to_owned();
            emit(RunEvent::Notice(notice));
            // Nothing was learned; the checkpoint before it stays the last good one.
            return Ok(());
        }
        if is_evaluated || sitting.last_saved.elapsed() > CHECKPOINT_EVERY {
            self.save_checkpoint()?;
            sitting.last_saved = Instant::now();
        }
        Ok(())
    }

    fn evaluation_is_due(&self) -> bool {
        let (recipe, length) = &self.recipes[self.position.stage];
        let every = f64::from(recipe.evaluation.every_epochs) * length.steps_per_epoch as f64;
        let in_stage = self.position.step - self.first_step(self.position.stage);
        in_stage.is_multiple_of((every as u64).max(1)) || self.stage_is_done()
    }

    fn stage_is_done(&self) -> bool {
        self.position.step >= self.first_step(self.position.stage + 1)
    }

    fn is_last_step(&self) -> bool {
        self.position.step >= self.steps()
    }

    /// The student goes on in the next stage; everything else begins anew.
    fn next_stage(
        &mut self,
        monitor: &Monitor,
        emit: &mut dyn FnMut(RunEvent),
    ) -> Result<(), DistillError> {
        let tensors = self.stage.student_tensors();
        let stage = self.position.stage + 1;
        let recipe = self.recipes[stage].0.clone();
        let start = Start {
            tensors: &tensors,
            path: Path::new("the stage before"),
            is_chosen: false,
        };
        let is_other_size = recipe.data.deployed_size != self.stage.recipe.data.deployed_size;
        self.stage = Stage::prepare(&recipe, &self.setting, Some(start), monitor)?;
        self.position.stage = stage;
        if is_other_size {
            self.held_out = held_out(&recipe, &self.setting, monitor)?;
        }
        if let Some(micro_batch) = self.position.micro_batch {
            self.stage.learner.set_micro_batch(micro_batch);
        }
        self.save_checkpoint()?;
        let notice = format!("Stage {} of {}", stage + 1, self.recipes.len());
        emit(RunEvent::Notice(notice));
        Ok(())
    }

    /// Back to the last good checkpoint, with half the rate.
    fn halve_rate(
        &mut self,
        monitor: &Monitor,
        emit: &mut dyn FnMut(RunEvent),
    ) -> Result<(), DistillError> {
        let factor = self.position.rate_factor / 2.0;
        let diverged = DistillError::Diverged {
            times: MAX_BAD_STEPS,
        };
        if factor < SMALLEST_RATE || !self.go_to_last_checkpoint(monitor)? {
            return Err(diverged);
        }
        self.position.rate_factor = factor;
        self.save_checkpoint()?;
        self.tell_start(true, emit)?;
        let notice = format!(
            "{MAX_BAD_STEPS} steps in a row gave no usable number: the run went back to step {} \
             and goes on with half the learning rate",
            self.position.step
        );
        emit(RunEvent::Notice(notice));
        Ok(())
    }

    /// Back to the last checkpoint, with half as many pictures on the device at once.
    fn halve_parts(
        &mut self,
        monitor: &Monitor,
        emit: &mut dyn FnMut(RunEvent),
    ) -> Result<(), DistillError> {
        let micro_batch = self.stage.learner.micro_batch();
        let is_first_time = self.position.micro_batch.is_none();
        let too_large = DistillError::OutOfMemory { micro_batch };
        if !is_first_time || micro_batch < 4 {
            return Err(too_large);
        }
        // What the step worked on is in an unknown state.
        self.stage.renew_learner(&self.setting)?;
        if !self.go_to_last_checkpoint(monitor)? {
            return Err(too_large);
        }
        let half = micro_batch / 2;
        self.position.micro_batch = Some(half);
        self.stage.learner.set_micro_batch(half);
        self.save_checkpoint()?;
        self.tell_start(true, emit)?;
        let notice = format!(
            "The device ran out of memory: the run goes on with {half} pictures at a time instead \
             of {micro_batch}"
        );
        emit(RunEvent::Notice(notice));
        Ok(())
    }

    fn report_progress(&self, monitor: &Monitor) {
        monitor.report(Progress {
            stage: "Teaching the student",
            n_done: self.position.step,
            n_total: Some(self.steps()),
        });
    }
}
