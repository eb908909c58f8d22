//! One training step on every graphics device of this computer equals the one on the CPU.
//!
//! A driver that imitates a graphics card will do: Mesa's lavapipe needs about ten seconds. Where
//! there is no device the test says so; with `COPYLENS_TEST_GPU` set there has to be one.

#[allow(dead_code, reason = "this test needs no data")]
mod support;

use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use burn::tensor::activation::relu;

use copylens::devices;
use copylens::devices::DeviceKind;

const N: usize = 8;

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

#[test]
fn a_training_step_on_a_graphics_device_equals_the_cpu() {
    let (cpu_loss, cpu_grad) = step(&Device::flex());
    assert!(cpu_loss > 0.1 && cpu_grad.iter().any(|value| value.abs() > 1e-3));

    let mut n_devices = 0;
    for info in devices::probe() {
        if info.kind == DeviceKind::Cpu || !info.usable {
            continue;
        }
        let device = devices::open(&info.id).unwrap();
        let (loss, grad) = step(device.device());
        assert!(
            (loss - cpu_loss).abs() < 1e-5,
            "{}: {loss}, CPU {cpu_loss}",
            info.name
        );
        for (a, b) in grad.iter().zip(&cpu_grad) {
            assert!((a - b).abs() < 1e-5, "{}: {a}, CPU {b}", info.name);
        }
        n_devices += 1;
    }
    if n_devices == 0 {
        let found = devices::probe();
        support::say(&format!("skipped the step on a graphics device: {found:?}"));
        assert!(
            std::env::var_os("COPYLENS_TEST_GPU").is_none(),
            "no graphics device: {found:?}"
        );
    }
}
