//! What happens to gradients before a step.

use crate::distill::gradients::FlatTensors;

/// Makes each gradient no longer than `limit`, one tensor at a time; 0 for no limit.
///
/// Source: DINO's code (arXiv:2104.14294), limit 3. `gradients::clip` bounds all of them together.
pub fn clip_each(gradients: FlatTensors, limit: f32) -> FlatTensors {
    if limit <= 0.0 {
        return gradients;
    }
    let clipped = gradients.into_iter().map(|(name, gradient)| {
        let length = (gradient.clone() * gradient.clone()).sum().sqrt();
        let factor = ((length + 1e-6).recip() * limit).clamp_max(1.0);
        (name, gradient * factor)
    });
    clipped.collect()
}

/// Leaves out the gradients of everything whose name starts with `prefix`: those parameters stay as
/// they are, decay included. DINO does so with `head.last_layer` during the first epoch.
pub fn without(mut gradients: FlatTensors, prefix: &str) -> FlatTensors {
    gradients.retain(|name, _| !name.starts_with(prefix));
    gradients
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use burn::tensor::Tensor;

    use super::*;

    #[test]
    fn long_gradients_are_cut_and_short_ones_stay() {
        let device = Device::flex();
        let gradients = FlatTensors::from([
            ("long".to_owned(), Tensor::from_data([3.0, 4.0], &device)),
            ("short".to_owned(), Tensor::from_data([0.5, 0.0], &device)),
        ]);
        let clipped = clip_each(gradients, 1.0);
        let of = |name: &str| clipped[name].clone().into_data().try_into_vec::<f32>();
        let long = of("long").unwrap();
        assert!((long[0] - 0.6).abs() < 1e-5 && (long[1] - 0.8).abs() < 1e-5);
        assert_eq!(of("short").unwrap(), [0.5, 0.0]);
        let names: Vec<String> = without(clipped, "sh").into_keys().collect();
        assert_eq!(names, ["long"]);
    }
}
