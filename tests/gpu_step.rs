//! One training step on every graphics device of this computer equals the one on the CPU, and so do
//! the descriptors and maps of a convolutional network and a transformer.
//!
//! A driver that imitates a graphics card will do: Mesa's lavapipe needs about half a minute. Where
//! there is no device the test says so; with `COPYLENS_TEST_GPU` set there has to be one.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "this test needs only some of it")]
#[path = "support/formula.rs"]
mod formula;
#[allow(dead_code, reason = "this test needs no data")]
mod support;

use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use burn::tensor::activation::relu;

use copylens::devices;
use copylens::devices::DeviceKind;
use copylens::models::Trunk;
use copylens::models::layers::gem;
use copylens::models::layers::l2_normalize;
use copylens::models::resnet::ResNet;
use copylens::models::resnet::ResNetConfig;
use copylens::models::state;
use copylens::models::vit::VisionTransformer;
use copylens::models::vit::VitConfig;

const N: usize = 8;
/// Side of the picture in pixels.
const SIDE: u64 = 32;
/// Largest difference of a descriptor or a map, as a share of its largest number.
const TOLERANCE: f32 = 1e-3;

/// Loss and gradient of a small layer: `mean(relu(x w)^2)` for fixed `x` and `w`.
fn step(device: &Device) -> (f32, Vec<f32>) {
    let device = device.clone().autodiff();
    let value = |idx: usize| ((idx * 37 % 64) as f32 - 31.5) / 32.0;
    let x: Vec<f32> = (0..N * N).map(value).collect();
    let w: Vec<f32> = (0..N * N).map(|idx| value(idx + 11)).collect();
    let x_nn = Tensor::<2>::from_data(TensorData::new(x, [N, N]), &device);
    let w_nn = Tensor::<2>::from_data(TensorData::new(w, [N, N]), &device).require_grad();
    let loss = relu(x_nn.matmul(w_nn.clone())).powi_scalar(2).mean();
    let grads = loss.backward();
    let grad = w_nn.grad(&grads).expect("the loss depends on the weights");
    let values = grad
        .into_data()
        .convert::<f32>()
        .try_into_vec()
        .expect("the data were converted to f32");
    (loss.into_scalar::<f32>(), values)
}

type Build = fn(&Device) -> Trunk;

/// A convolutional network and a transformer, cut short: every kernel is compiled for each shape it
/// sees, which takes an imitated card a second or more.
const NETWORKS: [(&str, Build); 2] = [
    ("ResNet", |device| {
        let config = ResNetConfig {
            blocks: [1, 1, 0, 0],
            ..ResNetConfig::RESNET18
        };
        Trunk::ResNet(ResNet::new(config, device))
    }),
    ("ViT", |device| {
        let config = VitConfig {
            depth: 1,
            ..VitConfig::TI16
        };
        Trunk::VisionTransformer(VisionTransformer::new(config, device))
    }),
];

/// The descriptor and the map of local descriptors of a picture.
fn outputs(build: fn(&Device) -> Trunk, device: &Device) -> [Vec<f32>; 2] {
    let trunk = build(device);
    let tensors = formula::weights(state::read_shapes(&trunk), str::to_owned);
    let trunk = state::load_state(trunk, &tensors).unwrap();
    let sides = [1, 3, SIDE as usize, SIDE as usize];
    let picture = TensorData::new(formula::picture("0", SIDE, SIDE), sides);
    let maps = trunk.forward(Tensor::from_data(picture, device));
    let pooled = maps.token_bc.unwrap_or_else(|| gem(maps.deep));
    let descriptor = l2_normalize(pooled).into_data();
    [descriptor, maps.fine.into_data()].map(|data| data.convert::<f32>().try_into_vec().unwrap())
}

/// Every usable graphics device; without one a line that says so, or a failure where there has to
/// be one.
fn graphics_devices(test: &str) -> Vec<devices::ComputeDevice> {
    let found = devices::probe().iter();
    let found = found.filter(|info| info.kind != DeviceKind::Cpu && info.usable);
    let opened: Vec<_> = found.map(|info| devices::open(&info.id).unwrap()).collect();
    if opened.is_empty() {
        let found = devices::probe();
        support::say(&format!("skipped {test}: {found:?}"));
        assert!(
            std::env::var_os("COPYLENS_TEST_GPU").is_none(),
            "no graphics device: {found:?}"
        );
    }
    opened
}

#[test]
fn a_training_step_on_a_graphics_device_equals_the_cpu() {
    let (cpu_loss, cpu_grad) = step(&Device::flex());
    assert!(cpu_loss > 0.1 && cpu_grad.iter().any(|value| value.abs() > 1e-3));

    for device in graphics_devices("the step on a graphics device") {
        let name = &device.info().name;
        let (loss, grad) = step(device.device());
        assert!(
            (loss - cpu_loss).abs() < 1e-5,
            "{name}: {loss}, CPU {cpu_loss}"
        );
        for (a, b) in grad.iter().zip(&cpu_grad) {
            assert!((a - b).abs() < 1e-5, "{name}: {a}, CPU {b}");
        }
    }
}

#[test]
fn descriptors_and_maps_on_a_graphics_device_equal_the_cpu() {
    for device in graphics_devices("the networks on a graphics device") {
        let name = &device.info().name;
        for (network, build) in NETWORKS {
            let cpu = outputs(build, &Device::flex());
            let found = outputs(build, device.device());
            for (found, cpu) in found.iter().zip(&cpu) {
                let difference = formula::relative_difference(found, cpu);
                assert!(difference < TOLERANCE, "{network} on {name}: {difference}");
            }
        }
    }
}
