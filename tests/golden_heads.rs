//! Every head equals its original on weights made by a formula (`tests/reference/heads.py`).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/formula.rs"]
#[allow(dead_code, reason = "heads see no pictures")]
mod formula;

use std::path::PathBuf;

use burn::module::Module;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use copylens::models::Maps;
use copylens::models::architecture;
use copylens::models::head::HeadForm;
use copylens::models::heads::PROJECTION_HEADS;
use copylens::models::heads::dino;
use copylens::models::heads::dino::DinoHead;
use copylens::models::heads::dino::DinoHeadConfig;
use copylens::models::heads::obd_sd::ObdSdConfig;
use copylens::models::heads::obd_sd::ObdSdHead;
use copylens::models::heads::projection::ProjectionHead;
use copylens::models::network::HeadConfig;
use copylens::models::network::Network;
use copylens::models::network::Outputs;
use copylens::models::state;
use copylens::weights;

const MAX_DIFFERENCE: f32 = 1e-4;
const BATCH: usize = 2;
const ROWS: usize = 3;
const COLS: usize = 4;
const CHANNELS: usize = 64;

fn feature_map(channels: usize) -> Tensor<4> {
    let values = formula::weight("map", &[BATCH, channels, ROWS * COLS]).values;
    let data = TensorData::new(values, [BATCH, channels, ROWS, COLS]);
    Tensor::from_data(data, &Device::flex())
}

fn token(channels: usize) -> Tensor<2> {
    let weight = formula::weight("token", &[BATCH, channels, ROWS * COLS]);
    let values: Vec<f32> = weight.values.into_iter().step_by(ROWS * COLS).collect();
    Tensor::from_data(TensorData::new(values, [BATCH, channels]), &Device::flex())
}

fn filled<M: Module>(module: M, original: impl Fn(&str) -> String) -> M {
    let tensors = formula::weights(state::read_shapes(&module), original);
    state::load_state(module, &tensors).unwrap()
}

fn compare(name: &str, found: Tensor<2>) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reference/golden");
    let golden = weights::read(&folder.join("heads.safetensors")).unwrap();
    let expected = &golden.tensors[name];
    assert_eq!(found.dims().to_vec(), expected.shape, "{name}");
    let found: Vec<f32> = found.into_data().try_into_vec().unwrap();
    let difference = formula::relative_difference(&found, &expected.values);
    assert!(difference <= MAX_DIFFERENCE, "{name}: {difference}");
}

#[test]
fn projection_heads() {
    for spec in PROJECTION_HEADS {
        let head = ProjectionHead::new((spec.shape)(CHANNELS), &Device::flex());
        let head = filled(head, spec.original_key);
        compare(spec.id, head.forward(token(CHANNELS)));
    }
}

#[test]
fn dino_head_with_and_without_batch_normalization() {
    for (name, norm) in [("dino", false), ("dino-norm", true)] {
        let config = DinoHeadConfig {
            hidden: 48,
            bottleneck: 16,
            prototypes: 40,
            norm,
            ..DinoHeadConfig::new(CHANNELS)
        };
        let head = DinoHead::new(config, &Device::flex());
        let head = filled(head, |ours| dino::original_key(ours, norm));
        compare(name, head.forward(token(CHANNELS)));
    }
}

#[test]
fn obd_sd_head_with_its_options() {
    for is_double in [false, true] {
        for is_normalized in [false, true] {
            let config = ObdSdConfig {
                channels: CHANNELS,
                dimensions: 32,
                is_double,
                is_normalized,
            };
            let head = filled(ObdSdHead::new(config, &Device::flex()), str::to_owned);
            let double = if is_double { "-double" } else { "" };
            let normalize = if is_normalized { "-normalize" } else { "" };
            let name = format!("obd-sd{double}{normalize}");
            compare(&name, head.forward(feature_map(CHANNELS)));
        }
    }
}

/// What the head of a whole network makes of a map and a token of that network's channels.
fn network_head(id: &str, head: HeadConfig, original: impl Fn(&str) -> String) -> Outputs {
    let spec = architecture(id).unwrap();
    let network = filled(Network::new(spec, head, &Device::flex()), original);
    network.head(&Maps {
        fine: feature_map(spec.channels),
        deep: feature_map(spec.channels),
        token_bc: Some(token(spec.channels)),
    })
}

#[test]
fn isc21_has_p_1_and_a_normalization_but_no_bias() {
    let head = HeadConfig {
        form: HeadForm::GEM_LINEAR_NORM,
        dimensions: 256,
        large: None,
    };
    let outputs = network_head("resnet18", head, |ours| ours.replace("norm.", "bn."));
    compare("isc21", outputs.descriptor_bd);
}

#[test]
fn rdcd_projects_before_it_normalizes() {
    let head = HeadConfig {
        form: HeadForm::GEM_LINEAR,
        dimensions: 32,
        large: Some(96),
    };
    let outputs = network_head("resnet18", head, str::to_owned);
    compare("rdcd-large", outputs.large_bk);
    compare("rdcd", outputs.descriptor_bd);
}

#[test]
fn class_token_and_patches_follow_each_other() {
    for form in [HeadForm::TOKEN_GEM, HeadForm::TOKEN_GEM_THREE] {
        let head = HeadConfig {
            form,
            dimensions: form.pooled(192),
            large: None,
        };
        let outputs = network_head("vit-ti16", head, str::to_owned);
        compare(form.id(), outputs.descriptor_bd);
    }
}
