//! What a run measures and leaves in its folder.

use std::collections::BTreeMap;

use burn::module::Module as _;
use burn::tensor::FloatDType;

use super::Run;
use crate::data::Preprocessing;
use crate::distill::DistillError;
use crate::distill::JudgedChange;
use crate::distill::RunEvent;
use crate::distill::RunPoint;
use crate::distill::RunSummary;
use crate::distill::checkpoint;
use crate::distill::quality::Quality;
use crate::distill::report;
use crate::distill::run_folder::RunState;
use crate::distill::run_folder::RunStatus;
use crate::models::model_file;
use crate::models::model_file::ModelCard;
use crate::models::state;
use crate::monitor::Monitor;
use crate::weights::Precision;

impl Run<'_> {
    pub(super) fn add_point(
        &mut self,
        values: BTreeMap<String, f32>,
        emit: &mut dyn FnMut(RunEvent),
    ) -> Result<(), DistillError> {
        let point = RunPoint {
            step: self.position.step,
            epoch: self.epochs_at(self.position.step),
            seconds: self.position.seconds,
            pictures: self.position.pictures,
            values,
        };
        self.folder.add_point(&point)?;
        if let Some(events) = &mut self.events {
            events.add(&point)?;
        }
        emit(RunEvent::Point(point));
        Ok(())
    }

    /// Measures the student, keeps it when it is the best so far.
    pub(super) fn evaluate(
        &mut self,
        monitor: &Monitor,
        emit: &mut dyn FnMut(RunEvent),
    ) -> Result<Quality, DistillError> {
        // As it will be used.
        let student = self.stage.learner.deployed().clone();
        let student = student.in_precision(FloatDType::F32);
        let device = self.setting.device();
        let mut quality = self.held_out.measure(&student, device, monitor)?;
        if let Some(judged) = &self.judged {
            quality.judged = Some(judged.measure(&student, device, monitor)?);
        }
        if self.position.step == 0 {
            self.add_point(quality.values(), emit)?;
        }
        let best_so_far = self.position.score_best.or(self.position.quality_best);
        if best_so_far.is_none_or(|best| quality.score() > best) {
            self.position.score_best = Some(quality.score());
            self.position.quality_best = Some(quality.micro_ap);
            self.position.judged = quality.judged.map(|now| JudgedChange {
                before: self.position.judged.map_or(now, |known| known.before),
                best: now,
            });
            self.save_best(quality.micro_ap)?;
        }
        emit(RunEvent::Strip(quality.strip.clone()));
        Ok(quality)
    }

    fn save_best(&self, quality: f32) -> Result<(), DistillError> {
        let Self { config, stage, .. } = self;
        let recipe = &stage.recipe;
        let head = stage.learner.head();
        let card = ModelCard {
            head: head.form,
            name: format!("{} ({})", recipe.name, config.student),
            architecture: config.student.clone(),
            dimensions: head.dimensions,
            preprocessing: Preprocessing::imagenet(recipe.data.deployed_size),
            source: report::source(config, recipe, &self.position),
            quality: Some(quality),
            created: Some(report::today()),
            published: None,
        };
        let tensors = state::read_state(&stage.learner.deployed().valid());
        let path = self.folder.best_model();
        model_file::write_model(&path, &card, tensors, Precision::F16)?;
        Ok(())
    }

    pub(super) fn save_checkpoint(&self) -> Result<(), DistillError> {
        let path = self.folder.checkpoint(self.position.step);
        checkpoint::save(&path, &self.stage.learner, &self.position)?;
        self.folder.prune();
        self.save_state(RunStatus::Running)
    }

    pub(super) fn save_state(&self, status: RunStatus) -> Result<(), DistillError> {
        self.folder.save_state(&RunState {
            copylens: env!("CARGO_PKG_VERSION").to_owned(),
            recipe_name: self.stage.recipe.name.clone(),
            student: self.config.student.clone(),
            teacher: self.config.teacher.clone(),
            start_from: self.config.start_from.clone(),
            pairs: self.config.pairs.clone(),
            pictures: self.config.pictures.clone(),
            device: self.config.device.clone(),
            status,
            step: self.position.step,
            steps: self.steps(),
            seconds: self.position.seconds,
            quality_before: self.position.quality_before,
            quality_best: self.position.quality_best,
            judged: self.position.judged,
        })
    }

    pub(super) fn summarise(&self, complete: bool) -> Result<RunSummary, DistillError> {
        let summary = RunSummary {
            run_dir: self.folder.path.clone(),
            steps: self.position.step,
            seconds: self.position.seconds,
            pictures: self.position.pictures,
            quality_before: self.position.quality_before,
            quality_best: self.position.quality_best,
            judged: self.position.judged,
            model: self.folder.best_model(),
            complete,
        };
        let text = report::text(self.config, &self.stage.recipe, &summary);
        self.folder.save_report(&text)?;
        Ok(summary)
    }
}
