//! In which precision a student learns: what a recipe asks for and what a device can do.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use burn::tensor::Device;
use burn::tensor::FloatDType;
use burn::tensor::Tensor;
use burn::tensor::TensorData;

use super::recipe::Precision;

/// The precision of a run, and what a person should know who asked for another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub dtype: FloatDType,
    pub notice: Option<String>,
}

/// Half precision on a graphics card that computes in it: bf16 before f16, whose range is small. A
/// processor computes in f32, which is its fastest.
pub fn choose(wanted: Precision, device: &Device) -> Choice {
    let plain = device.clone().inner();
    let is_processor = plain == Device::flex();
    let choice = pick(wanted, is_processor, &|dtype| {
        plain.supports_dtype(dtype) && is_right(&plain, dtype)
    });
    match &choice.notice {
        Some(notice) => log::warn!("{notice}"),
        None => log::info!("Training computes in {}", name(choice.dtype)),
    }
    choice
}

/// As recipes call it.
pub fn name(dtype: FloatDType) -> String {
    format!("{dtype:?}").to_lowercase()
}

fn pick(wanted: Precision, is_processor: bool, has: &dyn Fn(FloatDType) -> bool) -> Choice {
    let candidates: &[FloatDType] = match wanted {
        Precision::F32 => &[],
        // f16 needs its losses scaled, and never ran on a card of ours: it has to be asked for.
        Precision::Auto | Precision::Bf16 => &[FloatDType::BF16],
        Precision::F16 => &[FloatDType::F16],
    };
    let found = candidates
        .iter()
        .find(|dtype| !is_processor && has(**dtype));
    let is_refused = found.is_none() && matches!(wanted, Precision::Bf16 | Precision::F16);
    let reason = if is_processor {
        "a processor is faster in f32"
    } else {
        "this device does not compute in it"
    };
    Choice {
        dtype: found.copied().unwrap_or(FloatDType::F32),
        notice: is_refused.then(|| {
            let name = wanted.name();
            format!("The recipe asks for {name}; the run computes in f32, for {reason}")
        }),
    }
}

/// Side of the matrices of a trial.
const SIDE: usize = 32;
/// Largest difference of a trial from f32, as a share of the largest number; bf16 keeps 8 bits.
const TOLERANCE: f32 = 0.05;

/// Whether a product and its gradient come out right: some drivers say yes and compute nonsense.
fn is_right(device: &Device, dtype: FloatDType) -> bool {
    let trial = catch_unwind(AssertUnwindSafe(|| {
        let expected = product(device, FloatDType::F32);
        let found = product(device, dtype);
        let largest = expected.iter().fold(0.0_f32, |top, x| top.max(x.abs()));
        let mut pairs = expected.iter().zip(&found);
        pairs.all(|(a, b)| (a - b).abs() <= TOLERANCE * largest)
    }));
    trial.unwrap_or(false)
}

/// The gradient of `sum (x w)^2 / 2` with respect to `w`, through weights of another precision.
fn product(device: &Device, dtype: FloatDType) -> Vec<f32> {
    let device = device.clone().autodiff();
    let numbers = |step: usize| {
        let values = (0..SIDE * SIDE).map(|idx| ((idx * step % 64) as f32 - 31.5) / 64.0);
        let data = TensorData::new(values.collect::<Vec<f32>>(), [SIDE, SIDE]);
        Tensor::<2>::from_data(data, &device)
    };
    let w = numbers(37).require_grad();
    let y = numbers(11).cast(dtype).matmul(w.clone().cast(dtype));
    let gradients = (y.clone() * y).sum().backward();
    let gradient = w.grad(&gradients).expect("the sum depends on w");
    let data = gradient.into_data().convert::<f32>();
    data.try_into_vec().expect("a float tensor converts to f32")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_takes_the_best_it_has_and_a_processor_f32() {
        let bf16 = |dtype| dtype == FloatDType::BF16;
        let f16 = |dtype| dtype == FloatDType::F16;
        let nothing = |_| false;
        let dtype = |wanted, is_processor, has: &dyn Fn(FloatDType) -> bool| {
            pick(wanted, is_processor, has).dtype
        };
        assert_eq!(dtype(Precision::Auto, false, &bf16), FloatDType::BF16);
        assert_eq!(dtype(Precision::Auto, false, &f16), FloatDType::F32);
        assert_eq!(dtype(Precision::F16, false, &f16), FloatDType::F16);
        assert_eq!(dtype(Precision::Auto, false, &nothing), FloatDType::F32);
        assert_eq!(dtype(Precision::F32, false, &bf16), FloatDType::F32);
        assert_eq!(dtype(Precision::F16, false, &bf16), FloatDType::F32);
        let processor = choose(Precision::Bf16, &Device::flex());
        assert_eq!(processor.dtype, FloatDType::F32);
        assert!(processor.notice.unwrap().contains("asks for bf16"));
        assert_eq!(choose(Precision::Auto, &Device::flex()).notice, None);
    }

    #[test]
    fn the_trial_passes_where_half_precision_is_right() {
        for dtype in [FloatDType::BF16, FloatDType::F16] {
            assert!(is_right(&Device::flex(), dtype), "{dtype:?}");
        }
    }
}
