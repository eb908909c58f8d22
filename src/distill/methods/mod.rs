//! What a method does with the views of a step: which networks look at them, and what is compared.
//!
//! - Owns: the table [`METHODS`], momentum networks, snapshots, queues and centers.
//! - Invariant: everything that changes from step to step is saved and restored with a checkpoint.
//! - Not here: formulas (`losses`), the optimiser, views and batches.
//! - To add one: a file with a [`Method`] and a row in [`METHODS`].

pub mod about;
mod dino;
mod network_state;
mod patches;
mod rows;
mod rows_part;
mod seed;
mod verdicts;

use std::collections::BTreeMap;

use burn::tensor::Device;
use burn::tensor::Tensor;

use crate::data::augment::Trace;
use crate::models::ArchitectureSpec;
use crate::models::head::HeadForm;
use crate::models::network::HeadConfig;
use crate::weights::TensorMap;

use about::About;

use super::losses::Needs;
use super::recipe::Recipe;
use super::stopwatch::Stopwatch;
use super::student::Student;
use super::teacher::Teacher;
use super::team::Peers;

/// Some pictures of a step, on the device with autodiff.
pub struct Part {
    /// Picture of each row.
    pub ids: Vec<u64>,
    /// What makes two pictures the same to the losses: the picture itself, or its class.
    pub labels: Vec<u64>,
    /// Per row, whether a person called its pair a copy; empty without pairs.
    pub judged: Vec<bool>,
    /// `[n, 3, size, size]` per view; sizes may differ.
    pub views: Vec<Tensor<4>>,
    /// Per view one trace for each picture; empty where the method needs none.
    pub traces: Vec<Vec<Trace>>,
    /// Place of the first picture in the batch.
    pub first: u64,
}

/// Where a step is in its stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Counted from 0, through all stages.
    pub step: u64,
    /// Counted from 0 in this stage.
    pub in_stage: u64,
    /// Steps of this stage.
    pub steps: u64,
    pub steps_per_epoch: u64,
}

/// One loss of some pictures.
pub struct Term {
    pub id: &'static str,
    pub weight: f32,
    pub value: Tensor<1>,
}

/// What goes on from step to step, by name.
#[derive(Clone, Default)]
pub struct Saved {
    pub tensors: TensorMap,
    pub numbers: BTreeMap<String, Vec<u64>>,
}

/// How the losses of a step come about.
pub trait Method: Send {
    /// Before the first pictures of a step: momentum networks follow the student.
    fn begin(&mut self, student: &Student, place: Place);

    /// The losses of some pictures; gradients flow into the student.
    fn part(&mut self, student: &Student, part: Part, place: Place) -> Vec<Term>;

    /// After the last pictures; `applied` says whether the student has moved.
    fn end(&mut self, applied: bool);

    /// Makes followers equal to a student that was given other weights.
    fn reset(&mut self, student: &Student);

    /// Parameters that stay as they are in this step, by the start of their names.
    fn kept(&self, _place: Place) -> Option<&'static str> {
        None
    }

    fn save(&self) -> Saved;

    /// `false` where something does not fit.
    fn restore(&mut self, saved: Saved) -> bool;
}

/// What a [`Method`] is built of.
pub struct Building<'a> {
    pub recipe: &'a Recipe,
    pub spec: &'static ArchitectureSpec,
    pub head: HeadConfig,
    pub student: &'a Student,
    pub teacher: Option<Teacher>,
    pub n_pictures: usize,
    /// With autodiff.
    pub device: &'a Device,
    /// The way to the rows of the other devices, where there are several.
    pub peers: Option<Peers>,
    pub watch: Stopwatch,
}

/// One row of [`METHODS`].
pub struct MethodSpec {
    /// The name inside recipes. Never renamed or reused.
    pub id: &'static str,
    pub label: &'static str,
    /// One sentence for someone who has never read a paper.
    pub help: &'static str,
    /// What its page says.
    pub about: &'static About,
    /// What its losses may ask for.
    pub provides: &'static [Needs],
    /// Scores over prototypes are compared, as DINO does.
    pub has_prototypes: bool,
    /// The student's descriptor has the length of the teacher's.
    pub copies_length: bool,
    /// Head of the student; `None` for the one of its architecture.
    pub head: fn(&ArchitectureSpec) -> Option<HeadForm>,
    /// The views have to say where their pixels come from.
    pub is_traced: bool,
    /// Learns from pairs that a person has judged.
    pub needs_pairs: bool,
    /// Several devices can share its steps.
    pub spreads: bool,
    pub build: fn(&Building<'_>) -> Box<dyn Method>,
}

/// Every method.
pub const METHODS: &[MethodSpec] = &[
    rows::SSCD,
    rows::ICD,
    rows::RDCD,
    seed::SEED,
    dino::DINO,
    dino::PATCH_DINO,
    rows::ISC21,
    rows::OBD_SD,
    patches::COPY_NCE,
    verdicts::VERDICTS,
];

/// The row with this id.
pub fn method(id: &str) -> Option<&'static MethodSpec> {
    METHODS.iter().find(|spec| spec.id == id)
}

impl Place {
    /// Finished epochs of this stage.
    pub const fn epoch(self) -> u64 {
        self.in_stage / self.steps_per_epoch
    }

    /// Epochs of this stage, the last one may be cut short.
    pub const fn epochs(self) -> u64 {
        self.steps.div_ceil(self.steps_per_epoch)
    }

    /// The first step of an epoch, where snapshots are taken.
    pub const fn begins_epoch(self) -> bool {
        self.in_stage.is_multiple_of(self.steps_per_epoch)
    }

    /// Share of the epochs that are finished, 0 to below 1.
    pub fn share(self) -> f32 {
        self.epoch() as f32 / self.epochs().max(1) as f32
    }
}

/// The head of the architecture.
const fn own_head(_spec: &ArchitectureSpec) -> Option<HeadForm> {
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_help_is_a_sentence() {
        let mut seen = BTreeSet::new();
        for spec in METHODS {
            assert!(seen.insert(spec.id), "{} twice", spec.id);
            assert!(spec.help.ends_with('.'), "{}", spec.id);
        }
    }

    #[test]
    fn a_place_knows_its_epoch() {
        let place = Place {
            step: 107,
            in_stage: 7,
            steps: 20,
            steps_per_epoch: 3,
        };
        assert_eq!((place.epoch(), place.epochs()), (2, 7));
        assert!(!place.begins_epoch());
        assert!((place.share() - 2.0 / 7.0).abs() < 1e-6);
    }
}
