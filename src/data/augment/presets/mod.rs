//! The ready-made pipelines, one file per source.
//!
//! Each file holds a table of where its chances and ranges come from. Radii of blurs are meant for
//! an input of 224 pixels and grow with it; everything else is relative to the picture.

mod copies;
mod dino;
mod isc21;
mod obd;
mod seed;
mod sscd;

use super::Span;

/// A named pipeline.
pub struct Preset {
    /// Appears in recipes; never renamed.
    pub id: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    pub(super) stages: &'static [PresetStage],
}

/// A part of a pipeline, as [`Stage`](super::Stage).
pub(super) enum PresetStage {
    /// What, how often, and the parameters that differ from the default.
    Step {
        id: &'static str,
        probability: f32,
        parameters: &'static [(&'static str, Span)],
    },
    Shuffled(&'static [Self]),
    OneOf(&'static [(f32, &'static [Self])]),
}

/// A step with the parameters of the table.
const fn step(id: &'static str, probability: f32) -> PresetStage {
    step_with(id, probability, &[])
}

/// A step with parameters of its own.
const fn step_with(
    id: &'static str,
    probability: f32,
    parameters: &'static [(&'static str, Span)],
) -> PresetStage {
    PresetStage::Step {
        id,
        probability,
        parameters,
    }
}

/// The span of a factor that changes by up to `reach` in both directions, as torchvision writes it.
const fn around_one(reach: f32) -> Span {
    Span::new(1.0 - reach, 1.0 + reach)
}

/// All pipelines, the ones that fit most collections first.
pub const PRESETS: &[Preset] = &[
    sscd::NONE,
    sscd::SIMCLR,
    sscd::STRONG_BLUR,
    sscd::ADVANCED,
    copies::COPIES,
    seed::SWAV,
    seed::SWAV_SMALL,
    seed::MOCO_V2,
    seed::MOCO_V1,
    dino::GLOBAL_1,
    dino::GLOBAL_2,
    dino::LOCAL,
    dino::PATCHWISE_GLOBAL_1,
    dino::PATCHWISE_GLOBAL_2,
    dino::PATCHWISE_LOCAL,
    dino::PATCH_COLORS_GLOBAL,
    dino::PATCH_COLORS_LOCAL,
    isc21::MODERATE,
    isc21::HARD_1,
    isc21::HARD_2,
    isc21::HARD_3,
    obd::BASE,
    obd::ADVANCED,
    obd::RANDOM_CROP,
];
