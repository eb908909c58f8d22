//! Every network equals its original on weights made by a formula (`tests/reference/models.py`).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "the pictures of this test are in its files")]
#[path = "support/formula.rs"]
mod formula;

use std::path::Path;

use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use copylens::models::ARCHITECTURES;
use copylens::models::ArchitectureSpec;
use copylens::models::network::HeadConfig;
use copylens::models::network::Network;
use copylens::models::state;
use copylens::weights;
use copylens::weights::WeightTensor;

const DIMENSIONS: usize = 256;
const MAX_DIFFERENCE: f32 = 1e-4;

/// What the original calls a tensor of ours.
fn original_key(spec: &ArchitectureSpec, ours: &str) -> String {
    let (head, rest) = ours.split_once('.').unwrap();
    match head {
        "trunk" => (spec.original_key)(rest),
        "hidden" => format!("classifier.0.{rest}"),
        _ if spec.hidden.is_some() => format!("classifier.3.{rest}"),
        _ => format!("fc.{rest}"),
    }
}

fn network(spec: &ArchitectureSpec, device: &Device) -> Network {
    let head = HeadConfig {
        form: spec.head,
        dimensions: DIMENSIONS,
        large: None,
    };
    let network = Network::new(spec, head, device);
    let tensors = formula::weights(state::read_shapes(&network), |name| {
        original_key(spec, name)
    });
    state::load_state(network, &tensors).unwrap()
}

fn tensor(weight: &WeightTensor, device: &Device) -> Tensor<4> {
    let data = TensorData::new(weight.values.clone(), weight.shape.clone());
    Tensor::from_data(data, device)
}

fn max_difference(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let differences = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f32::max)
}

fn check(id: &str) {
    let device = Device::flex();
    let spec = ARCHITECTURES.iter().find(|spec| spec.id == id).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/golden");
    let golden = weights::read(&folder.join(format!("{id}.safetensors"))).unwrap();
    let network = network(spec, &device);
    for which in ["0", "1"] {
        let input = tensor(&golden.tensors[&format!("input{which}")], &device);
        let maps = network.trunk.forward(input);
        if which == "1" {
            let expected = &golden.tensors["dense1"].values;
            let found: Vec<f32> = maps.deep.clone().into_data().try_into_vec().unwrap();
            let scale = expected.iter().fold(0.0, |max: f32, v| max.max(v.abs()));
            let difference = max_difference(&found, expected);
            assert!(
                difference <= MAX_DIFFERENCE * scale,
                "{id}: {difference} of {scale}"
            );
        }
        let descriptor = network.head(&maps).descriptor_bd;
        let found: Vec<f32> = descriptor.into_data().try_into_vec().unwrap();
        let expected = &golden.tensors[&format!("descriptor{which}")].values;
        let difference = max_difference(&found, expected);
        assert!(difference <= MAX_DIFFERENCE, "{id}: {difference}");
    }
}

#[test]
fn resnet18_equals_torchvision() {
    check("resnet18");
}

#[test]
fn resnet50_equals_torchvision() {
    check("resnet50");
}

#[test]
fn mobilenet_v3_large_equals_torchvision() {
    check("mobilenet-v3-large");
}

#[test]
fn mobilenet_v2_equals_its_original() {
    check("mobilenet-v2");
}

#[test]
fn the_formula_gives_the_documented_numbers() {
    let expected = [0.015_837_414, -0.149_392, 0.161_630_3, 0.120_756_45];
    let found = formula::weight("conv1.weight", &[64, 3, 7, 7]);
    assert!(max_difference(&found.values[..4], &expected) < 1e-6);
}
