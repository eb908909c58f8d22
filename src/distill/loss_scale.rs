//! A factor on the loss, so that small gradients do not vanish in f16.

use burn::tensor::FloatDType;

/// Grows as long as gradients stay finite, and is halved when they do not.
///
/// Source: Micikevicius et al., arXiv:1710.03740, section 3.2; the numbers are those of PyTorch's
/// `GradScaler`. Powers of two change no digit of a gradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossScale {
    factor: f32,
    /// Steps with finite gradients since the factor changed.
    n_good: u32,
}

const FIRST: f32 = 65_536.0;
const GROWS_AFTER: u32 = 2000;

impl LossScale {
    /// f16 alone needs one: bf16 has the range of f32.
    pub fn of(dtype: FloatDType) -> Option<Self> {
        (dtype == FloatDType::F16).then_some(Self {
            factor: FIRST,
            n_good: 0,
        })
    }

    pub const fn factor(self) -> f32 {
        self.factor
    }

    /// The gradients of a step came out at this factor; `false` leaves room to try a smaller one.
    pub fn note(&mut self, is_finite: bool) {
        if !is_finite {
            self.factor /= 2.0;
            self.n_good = 0;
            return;
        }
        self.n_good += 1;
        if self.n_good == GROWS_AFTER {
            self.factor *= 2.0;
            self.n_good = 0;
        }
    }

    /// Not finite at this factor: the loss itself is at fault.
    pub fn is_least(self) -> bool {
        self.factor <= 1.0
    }

    /// For a checkpoint.
    pub const fn save(self) -> (f32, u32) {
        (self.factor, self.n_good)
    }

    pub const fn restore((factor, n_good): (f32, u32)) -> Self {
        Self { factor, n_good }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_halved_at_once_and_doubled_after_many_good_steps() {
        assert_eq!(LossScale::of(FloatDType::BF16), None);
        let mut scale = LossScale::of(FloatDType::F16).unwrap();
        scale.note(false);
        assert_eq!(scale.factor(), FIRST / 2.0);
        for _ in 0..GROWS_AFTER {
            scale.note(true);
        }
        assert_eq!(scale.factor(), FIRST);
        assert_eq!(LossScale::restore(scale.save()), scale);
        for _ in 0..16 {
            scale.note(false);
        }
        assert!(scale.is_least());
    }
}
