//! Every transformer equals its original on weights made by a formula
//! (`tests/reference/transformers.py`), at the size it was trained at and with resized positions.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/formula.rs"]
mod formula;
#[allow(dead_code, reason = "other tests look for folders")]
mod support;

use std::path::PathBuf;

use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use copylens::models::Maps;
use copylens::models::architecture;
use copylens::models::state;
use copylens::models::vit::VisionTransformer;
use copylens::models::vit::VitConfig;
use copylens::models::vit::keys::dino_key;
use copylens::weights;
use copylens::weights::TensorFile;

const MAX_DIFFERENCE: f32 = 1e-4;

fn golden(name: &str) -> TensorFile {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reference/golden");
    weights::read(&folder.join(format!("{name}.safetensors"))).unwrap()
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
}

/// The cells at the corners and in the middle, one after the other.
fn corners(maps: &Maps) -> Vec<f32> {
    let [_, channels, rows, cols] = maps.deep.dims();
    let values = numbers(maps.deep.clone());
    let places = [
        (0, 0),
        (0, cols - 1),
        (rows / 2, cols / 2),
        (rows - 1, 0),
        (rows - 1, cols - 1),
    ];
    places
        .iter()
        .flat_map(|(row, col)| {
            let cell = row * cols + col;
            values[cell..].iter().step_by(rows * cols).take(channels)
        })
        .copied()
        .collect()
}

fn check(name: &str, config: VitConfig) {
    let device = Device::flex();
    let network = VisionTransformer::new(config, &device);
    let tensors = formula::weights(state::read_shapes(&network), dino_key);
    let network = state::load_state(network, &tensors).unwrap();
    let golden = golden(name);
    let sizes: Vec<&str> = golden
        .tensors
        .keys()
        .filter_map(|key| key.strip_prefix("token-"))
        .collect();
    assert!(!sizes.is_empty());
    for size in sizes {
        let (height, width) = size.split_once('x').unwrap();
        let [height, width] = [height, width].map(|side| side.parse::<usize>().unwrap());
        let planes = formula::picture("0", height as u64, width as u64);
        let data = TensorData::new(planes, [1, 3, height, width]);
        let maps = network.forward(Tensor::from_data(data, &device));
        let [_, channels, rows, cols] = maps.deep.dims();
        assert_eq!([rows, cols], [height / config.patch, width / config.patch]);
        let mean = maps.deep.clone().reshape([channels, rows * cols]);
        let found = [
            ("token", numbers(maps.token_bc.clone().unwrap())),
            ("corners", corners(&maps)),
            ("mean", numbers(mean.mean_dim(1))),
        ];
        for (what, found) in found {
            let expected = &golden.tensors[&format!("{what}-{size}")].values;
            let difference = formula::relative_difference(&found, expected);
            assert!(
                difference <= MAX_DIFFERENCE,
                "{name} {what} {size}: {difference}"
            );
        }
    }
}

#[test]
fn dino_vit_ti16() {
    check("vit-ti16", VitConfig::TI16);
}

#[test]
fn dino_vit_s16() {
    check("vit-s16", VitConfig::S16);
}

#[test]
fn dino_vit_b16() {
    check("vit-b16", VitConfig::B16);
}

#[test]
fn dino_vit_s8() {
    check("vit-s8", VitConfig::S8);
}

#[test]
fn dino_vit_b8() {
    check("vit-b8", VitConfig::B8);
}

#[test]
fn dinov2_vit_s14() {
    check("dinov2-s14", VitConfig::DINOV2_S14);
    check("dinov2-s14-reg", VitConfig::DINOV2_S14.with_registers());
}

#[test]
fn dinov2_vit_b14() {
    check("dinov2-b14", VitConfig::DINOV2_B14);
    check("dinov2-b14-reg", VitConfig::DINOV2_B14.with_registers());
}

/// Two layers of the full width: all of them need gigabytes. See the next test for those.
fn two_layers(config: VitConfig) -> VitConfig {
    VitConfig { depth: 2, ..config }
}

#[test]
fn dinov2_vit_l14() {
    let config = two_layers(VitConfig::DINOV2_L14);
    check("dinov2-l14-depth2", config);
    check("dinov2-l14-reg-depth2", config.with_registers());
}

#[test]
fn dinov2_vit_g14() {
    let config = two_layers(VitConfig::DINOV2_G14);
    check("dinov2-g14-depth2", config);
    check("dinov2-g14-reg-depth2", config.with_registers());
}

/// All layers of the two largest networks, where `COPYLENS_TEST_LARGE` is set: 10 GB and minutes.
#[test]
fn large_networks_with_all_layers() {
    if std::env::var_os("COPYLENS_TEST_LARGE").is_none() {
        support::say("skipped large_networks_with_all_layers: COPYLENS_TEST_LARGE is not set");
        return;
    }
    check("dinov2-l14", VitConfig::DINOV2_L14);
    check("dinov2-g14", VitConfig::DINOV2_G14);
}

#[test]
fn a_row_of_the_table_is_the_network_of_its_name() {
    let rows = [
        ("vit-s16", VitConfig::S16),
        ("vit-b8", VitConfig::B8),
        ("dinov2-g14-reg", VitConfig::DINOV2_G14.with_registers()),
    ];
    let device = Device::flex();
    for (id, config) in rows {
        let spec = architecture(id).unwrap();
        assert_eq!(spec.multiple as usize, config.patch);
        assert_eq!(spec.channels, config.width);
        let ours = state::read_shapes(&(spec.build)(&device));
        let expected = state::read_shapes(&VisionTransformer::new(config, &device));
        assert_eq!(ours, expected, "{id}");
    }
}
