//! The larger convolutional networks equal their originals on weights made by a formula
//! (`tests/reference/convolutional.py`), and SqueezeNet on its own weights.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/formula.rs"]
mod formula;
mod support;

use std::path::Path;

use burn::module::Module as _;
use burn::module::ModuleVisitor;
use burn::module::Param;
use burn::tensor::Device;
use burn::tensor::Gradients;
use burn::tensor::Int;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use burn::tensor::activation::relu;
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use copylens::models::ArchitectureSpec;
use copylens::models::Trunk;
use copylens::models::architecture;
use copylens::models::head::HeadForm;
use copylens::models::network::HeadConfig;
use copylens::models::network::Network;
use copylens::models::resnet::ResNet;
use copylens::models::resnet::ResNetConfig;
use copylens::models::state;
use copylens::models::state::PathStack;
use copylens::weights;
use copylens::weights::TensorMap;
use copylens::weights::WeightTensor;

use formula::relative_difference;

/// Length of the descriptors in the golden files.
const DIMENSIONS: usize = 256;
/// Of the largest number of the map or descriptor.
const MAX_DIFFERENCE: f32 = 1e-4;

/// The numbers that PyTorch gave.
fn golden(name: &str) -> TensorMap {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/golden");
    let file = weights::read(&folder.join(format!("{name}.safetensors"))).unwrap();
    file.tensors
}

/// A network whose weights all come from the formula; running variances times `variance`.
fn network(spec: &ArchitectureSpec, variance: f32, device: &Device) -> Network {
    let head = HeadConfig {
        form: spec.head,
        dimensions: DIMENSIONS,
        large: None,
    };
    let network = Network::new(spec, head, device);
    let original = |ours: &str| match ours.strip_prefix("trunk.") {
        Some(ours) => (spec.original_key)(ours),
        None => ours.to_owned(),
    };
    let mut tensors = formula::weights(state::read_shapes(&network), original);
    for (name, tensor) in &mut tensors {
        if name.ends_with("running_var") {
            tensor
                .values
                .iter_mut()
                .for_each(|value| *value *= variance);
        }
    }
    state::load_state(network, &tensors).unwrap()
}

fn tensor(weight: &WeightTensor, device: &Device) -> Tensor<4> {
    let data = TensorData::new(weight.values.clone(), weight.shape.clone());
    Tensor::from_data(data, device)
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
}

fn assert_close(found: &[f32], expected: &[f32], what: &str) {
    let difference = relative_difference(found, expected);
    support::say(&format!("{what}: {difference:e} of the largest number"));
    assert!(difference <= MAX_DIFFERENCE, "{what}: {difference}");
}

/// Every so manieth channel of a map, as many as the golden file has.
fn some_channels(map_bchw: Tensor<4>, n_channels: usize) -> Tensor<4> {
    let step = map_bchw.dims()[1].div_ceil(n_channels) as i64;
    let device = map_bchw.device();
    let chosen = Tensor::<1, Int>::arange(0..n_channels as i64, &device) * step;
    map_bchw.select(1, chosen)
}

fn check(name: &str, spec: &ArchitectureSpec) {
    let device = Device::flex();
    let golden = golden(name);
    let network = network(spec, golden["variance"].values[0], &device);
    for (index, which) in ["0", "1"].into_iter().enumerate() {
        let size = &golden["sizes"].values[2 * index..];
        let [height, width] = [size[0], size[1]].map(|side| side as usize);
        let planes = formula::picture(which, height as u64, width as u64);
        let data = TensorData::new(planes, [1, 3, height, width]);
        let maps = network.trunk.forward(Tensor::from_data(data, &device));
        if let Some(expected) = golden.get(&format!("dense{which}")) {
            let found = some_channels(maps.deep.clone(), expected.shape[1]);
            assert_eq!(found.dims(), expected.shape.as_slice());
            assert_close(&values(found), &expected.values, &format!("{name} map"));
        }
        let found = values(network.head(&maps).descriptor_bd);
        let expected = &golden[&format!("descriptor{which}")].values;
        assert_close(&found, expected, &format!("{name} descriptor {which}"));
    }
}

fn check_row(id: &str) {
    check(id, architecture(id).unwrap());
}

#[test]
fn pictures_by_formula_are_those_that_python_stored() {
    let stored = &golden("resnet18")["input1"];
    let found = formula::picture("1", 64, 96);
    assert!(relative_difference(&found, &stored.values) < 1e-6);
}

#[test]
fn resnet34_equals_torchvision() {
    check_row("resnet34");
}

#[test]
fn resnet101_equals_torchvision() {
    check_row("resnet101");
}

#[test]
fn resnet152_equals_torchvision() {
    check_row("resnet152");
}

#[test]
fn resnext101_equals_torchvision() {
    check_row("resnext101-32x4d");
}

#[test]
fn resnet50_of_double_width_equals_that_of_swav() {
    check_row("resnet50-wide2");
}

/// Three stages of one block each: the whole networks have 375 and 586 million parameters.
const SHORT: ResNetConfig = ResNetConfig {
    blocks: [1, 1, 1, 0],
    ..ResNetConfig::RESNET50
};

#[test]
fn the_widest_resnets_equal_those_of_swav_over_three_short_stages() {
    let base = architecture("resnet50-wide4").unwrap();
    let wide4 = ArchitectureSpec {
        channels: SHORT.wide(4).channels() / 2,
        build: |device| Trunk::ResNet(ResNet::new(SHORT.wide(4), device)),
        ..*base
    };
    check("resnet50-wide4-short", &wide4);
    let wide5 = ArchitectureSpec {
        channels: SHORT.wide(5).channels() / 2,
        build: |device| Trunk::ResNet(ResNet::new(SHORT.wide(5), device)),
        ..*base
    };
    check("resnet50-wide5-short", &wide5);
}

#[test]
fn the_widest_resnets_equal_those_of_swav() {
    if std::env::var_os("COPYLENS_TEST_LARGE").is_none() {
        support::say("skipped the_widest_resnets_equal_those_of_swav: set COPYLENS_TEST_LARGE");
        return;
    }
    check_row("resnet50-wide4");
    check_row("resnet50-wide5");
}

#[test]
fn squeezenet_equals_torchvision() {
    check_row("squeezenet");
}

#[test]
fn efficientnet_b0_equals_torchvision() {
    check_row("efficientnet-b0");
}

#[test]
fn efficientnet_b1_equals_torchvision() {
    check_row("efficientnet-b1");
}

#[test]
fn efficientnets_with_the_borders_of_tensorflow_equal_efficientnet_pytorch() {
    for id in ["efficientnet-b0-same", "efficientnet-b1-same"] {
        let spec = ArchitectureSpec {
            head: HeadForm::GEM_LINEAR,
            ..*architecture(id).unwrap()
        };
        check(id, &spec);
    }
}

#[test]
fn efficientnetv2_m_equals_timm() {
    check_row("efficientnetv2-m");
}

#[test]
fn fastvit_t12_equals_timm() {
    check_row("fastvit-t12");
}

#[test]
fn mobilevit_xs_equals_timm() {
    check_row("mobilevit-xs");
}

#[test]
fn mobilevit_s_equals_timm() {
    check_row("mobilevit-s");
}

/// Training multiplies where inference convolves, and has its own SiLU.
#[test]
fn the_arithmetic_of_training_gives_the_same_maps() {
    let plain = Device::flex();
    let planes = TensorData::new(formula::picture("1", 73, 97), [1, 3, 73, 97]);
    for id in [
        "squeezenet",
        "mobilevit-xs",
        "efficientnet-b0",
        "fastvit-t12",
        "resnet34",
    ] {
        let variance = golden(id)["variance"].values[0];
        let spec = architecture(id).unwrap();
        let maps = |device: &Device| {
            // Frozen, so that batches are normalized as in inference.
            let trunk = network(spec, variance, device).trunk.freeze();
            let maps = trunk.forward(Tensor::from_data(planes.clone(), device));
            [values(maps.fine), values(maps.deep)]
        };
        let [fine, deep] = maps(&plain.clone().autodiff());
        let [expected_fine, expected_deep] = maps(&plain);
        assert_close(&fine, &expected_fine, &format!("{id} fine map"));
        assert_close(&deep, &expected_deep, &format!("{id} last map"));
    }
}

/// Names of the parameters with and without a gradient.
struct Learning<'a> {
    path: PathStack,
    gradients: &'a Gradients,
    with_gradient: Vec<String>,
    without: Vec<String>,
}

impl ModuleVisitor for Learning<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let (name, _) = self.path.current();
        if name.contains("running_") {
            return;
        }
        match param.val().grad(self.gradients) {
            Some(_) => self.with_gradient.push(name),
            None => self.without.push(name),
        }
    }
}

#[test]
fn the_stem_and_the_first_three_blocks_can_be_kept() {
    let device = Device::flex().autodiff();
    let kept: [(&str, &[&str]); 5] = [
        ("squeezenet", &["stem.", "fires.0.", "fires.1.", "fires.2."]),
        (
            "mobilevit-xs",
            &[
                "stem.",
                "stages.0.",
                "stages.1.blocks.0.",
                "stages.1.blocks.1.",
            ],
        ),
        ("efficientnet-b0", &["stem.", "stages.0.", "stages.1."]),
        (
            "fastvit-t12",
            &[
                "stem.",
                "stages.0.",
                "stages.1.downsample.",
                "stages.1.blocks.0.",
            ],
        ),
        ("resnet34", &["stem.", "layer1."]),
    ];
    for (id, first) in kept {
        let trunk = (architecture(id).unwrap().build)(&device).freeze_first(3);
        let planes = TensorData::new(formula::picture("0", 64, 64), [1, 3, 64, 64]);
        let maps = trunk.forward(Tensor::from_data(planes, &device));
        let gradients = maps.deep.sum().backward();
        let mut found = Learning {
            path: PathStack::default(),
            gradients: &gradients,
            with_gradient: Vec::new(),
            without: Vec::new(),
        };
        trunk.visit(&mut found);
        let is_first = |name: &String| first.iter().any(|start| name.starts_with(start));
        assert!(
            found.without.iter().all(is_first),
            "{id}: {:?}",
            found.without
        );
        let mut learning = found.with_gradient.iter();
        assert!(!learning.any(is_first), "{id}: {:?}", found.with_gradient);
        assert!(!found.without.is_empty() && !found.with_gradient.is_empty());
    }
}

/// Our name of the layer that MXNet's export of SqueezeNet calls `squeezenet0_conv<number>`.
fn squeezenet_layer(number: usize) -> String {
    const LAYERS: [&str; 3] = ["squeeze", "expand1x1", "expand3x3"];
    match number {
        0 => "stem".to_owned(),
        _ => format!("fires.{}.{}", (number - 1) / 3, LAYERS[(number - 1) % 3]),
    }
}

#[test]
fn squeezenet_with_its_own_weights_gives_the_outputs_that_came_with_them() {
    let test = "squeezenet_with_its_own_weights_gives_the_outputs_that_came_with_them";
    let Some(folder) = support::data_folder("weights", test) else {
        return;
    };
    let file = weights::read(&folder.join("squeezenet1_1.safetensors")).unwrap();
    let vectors = weights::read(&folder.join("squeezenet1_1_test_vectors.safetensors")).unwrap();
    let original = |number: usize, part: &str| -> WeightTensor {
        file.tensors[&format!("squeezenet0_conv{number}_{part}")].clone()
    };
    let mut tensors = TensorMap::new();
    for number in 0..25 {
        for part in ["weight", "bias"] {
            let name = format!("{}.{part}", squeezenet_layer(number));
            tensors.insert(name, original(number, part));
        }
    }
    let device = Device::flex();
    let trunk = (architecture("squeezenet").unwrap().build)(&device);
    let trunk = state::load_state(trunk, &tensors).unwrap();
    let classifier = tensor(&original(25, "weight"), &device);
    let mut bias = original(25, "bias");
    bias.shape = vec![1, 1000, 1, 1];
    for index in 0..3 {
        let input = tensor(&vectors.tensors[&format!("input{index}")], &device);
        let deep = trunk.forward(input).deep;
        assert_eq!(deep.dims(), [1, 512, 13, 13]);
        let options = ConvOptions::new([1, 1], [0, 0], [1, 1], 1);
        let classes = conv2d(deep, classifier.clone(), None, options);
        let classes = relu(classes + tensor(&bias, &device));
        let logits = classes.reshape([1, 1000, 169]).mean_dim(2);
        let expected = &vectors.tensors[&format!("output{index}")].values;
        assert_close(&values(logits), expected, &format!("squeezenet {index}"));
    }
}
