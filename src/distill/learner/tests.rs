use burn::tensor::FloatDType;

use super::*;
use crate::distill::presets;
use crate::weights::TensorMap;

/// A small student on the processor, and a batch of noise for it.
fn small_learner() -> (Learner, StepBatch) {
    let toml = presets::find("sscd").unwrap();
    let toml = toml.replace("batch = 256", "batch = 4");
    let toml = toml.replace("micro_batch = 64", "micro_batch = 4");
    let toml = toml.replace("mixup = 0.05", "mixup = 0.0");
    let recipe = Recipe::parse(&toml).unwrap();
    let spec = crate::models::architecture("squeezenet").unwrap();
    let learner = Learner::new(&recipe, spec, None, 4, &Device::flex(), None);
    let view = |step: usize| {
        let values = (0..4 * 3 * 32 * 32).map(|i| ((i * step % 101) as f32 - 50.0) / 50.0);
        values.collect()
    };
    let batch = StepBatch {
        ids: vec![0, 1, 2, 3],
        labels: vec![0, 1, 2, 3],
        judged: Vec::new(),
        views: vec![view(37), view(41)],
        sizes: vec![32, 32],
        traces: Vec::new(),
    };
    (learner, batch)
}

const PLACE: Place = Place {
    step: 0,
    in_stage: 0,
    steps: 10,
    steps_per_epoch: 5,
};
const RATES: StepRates = StepRates {
    rate: 0.1,
    weight_decay: 0.0,
};

fn weights(learner: &Learner) -> Vec<f32> {
    let state = state::read_state(&learner.student.valid());
    state
        .into_values()
        .flat_map(|weight| weight.values)
        .collect()
}

/// Numbers of the range a new network has. Other tests draw from the same device at the same time, so
/// drawn ones are never the same.
fn fixed_weights(mut tensors: TensorMap) -> TensorMap {
    let mut state = 1_u64;
    for tensor in tensors.values_mut() {
        let inputs = tensor.values.len() / tensor.shape[0];
        let bound = if tensor.shape.len() > 1 {
            (6.0 / inputs as f32).sqrt()
        } else {
            0.0
        };
        for value in &mut tensor.values {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            *value = bound * ((state >> 40) as f32 / 8_388_608.0 - 1.0);
        }
    }
    tensors
}

#[test]
fn a_step_in_half_precision_is_close_to_one_in_f32() {
    let start = fixed_weights(state::read_state(
        &small_learner().0.student.network.valid(),
    ));
    let step = |dtype: FloatDType| {
        let (mut learner, batch) = small_learner();
        let network = state::load_state(learner.student.network.clone(), &start).unwrap();
        let network = network.in_precision(dtype);
        learner.student = learner.student.clone().with_network(network);
        learner.scale = LossScale::of(dtype);
        let before = weights(&learner);
        // The first factors may be too large for f16; such a step changes nothing.
        let (measured, after) = (0..16)
            .map(|_| {
                let monitor = Monitor::silent();
                let measured = learner.step(&batch, PLACE, RATES, &monitor).unwrap();
                assert!(measured.is_finite, "{dtype:?}");
                (measured, weights(&learner))
            })
            .find(|(_, after)| *after != before)
            .expect("a factor of 1 is small enough");
        let moved: Vec<f32> = before.iter().zip(&after).map(|(a, b)| b - a).collect();
        (measured.values["loss"], moved)
    };
    let (loss, moved) = step(FloatDType::F32);
    // The rows of a network that knows nothing are much alike, and differ in few of bf16's 8 bits.
    for (dtype, least) in [(FloatDType::BF16, 0.7), (FloatDType::F16, 0.95)] {
        let (half_loss, half_moved) = step(dtype);
        assert!(
            (half_loss - loss).abs() < 0.05 * loss.abs(),
            "{half_loss}, {loss}"
        );
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let cosine =
            dot(&moved, &half_moved) / (dot(&moved, &moved) * dot(&half_moved, &half_moved)).sqrt();
        assert!(cosine > least, "{dtype:?}: {cosine}");
    }
}

#[test]
fn an_overflow_leaves_the_student_and_halves_the_factor() {
    let (mut learner, batch) = small_learner();
    learner.scale = Some(LossScale::restore((f32::MAX, 0)));
    let before = weights(&learner);
    let monitor = Monitor::silent();
    let measured = learner.step(&batch, PLACE, RATES, &monitor).unwrap();
    assert!(measured.is_finite && measured.values["loss"].is_finite());
    assert_eq!(weights(&learner), before);
    assert_eq!(learner.scale.unwrap().factor(), f32::MAX / 2.0);
}

#[test]
fn parts_cover_all_rows_and_no_picture_is_alone() {
    assert_eq!(parts(9, 4, false), [0..4, 4..9]);
    assert_eq!(parts(8, 4, false), [0..4, 4..8]);
    assert_eq!(parts(3, 8, false), vec![0..3]);
    assert_eq!(parts(10, 5, true), [0..4, 4..8, 8..10]);
}
