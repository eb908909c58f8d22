//! One training step on every graphics device of this computer equals the one on the CPU, and so do
//! the descriptors and maps of a convolutional network and a transformer.
//!
//! A driver that imitates a graphics card will do: Mesa's lavapipe needs about half a minute. Where
//! there is no device the test says so; with `COPYLENS_TEST_GPU` set there has to be one.

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
use copylens::models;
use copylens::models::network::HeadConfig;
use copylens::models::network::Network;
use copylens::models::state;

const N: usize = 8;
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

/// The descriptor and the map of local descriptors of a picture.
fn outputs(id: &str, side: u64, device: &Device) -> [Vec<f32>; 2] {
    let spec = models::architecture(id).unwrap();
    let head = HeadConfig {
        form: spec.head,
        dimensions: spec.head.pooled(spec.channels),
        large: None,
    };
    let network = Network::new(spec, head, device);
    let tensors = formula::weights(state::read_shapes(&network), str::to_owned);
    let network = state::load_state(network, &tensors).unwrap();
    let sides = [1, 3, side as usize, side as usize];
    let picture = TensorData::new(formula::picture("0", side, side), sides);
    let maps = network.trunk.forward(Tensor::from_data(picture, device));
    let descriptor = network.head(&maps).descriptor_bd.into_data();
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
        for (id, side) in [("squeezenet", 64), ("vit-ti16", 32)] {
            let cpu = outputs(id, side, &Device::flex());
            let found = outputs(id, side, device.device());
            for (found, cpu) in found.iter().zip(&cpu) {
                let difference = formula::relative_difference(found, cpu);
                assert!(difference < TOLERANCE, "{id} on {name}: {difference}");
            }
        }
    }
}
