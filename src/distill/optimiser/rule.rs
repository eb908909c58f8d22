//! How one parameter moves along its gradient.
//!
//! `w` parameter, `g` gradient, `r` rate, `d` weight decay, `v` velocity, `s` squares, `t` step
//! counted from 1.

use burn::tensor::Tensor;

/// The formulas; the numbers that a recipe may change are the fields.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// `v <- m v + (g + d w)`, `w <- w - r v`; `v = g + d w` at first. PyTorch's SGD without
    /// dampening.
    Sgd { momentum: f32 },
    /// SGD on `(g + d w) trust |w| / (|g| + d |w| + epsilon)`, and on `g` as it is where `w` or `g`
    /// is all zeros or the group does not adapt.
    ///
    /// Source: You et al., arXiv:1708.03888, as Lightning Bolts writes it for SSCD (trust 0.001,
    /// epsilon 1e-8). A group that does not adapt keeps its decay, DINO's form of it has none there.
    Lars {
        momentum: f32,
        trust: f32,
        epsilon: f32,
    },
    /// With `g + d w` for `g`, otherwise as `AdamW`: PyTorch's Adam.
    Adam { betas: [f32; 2], epsilon: f32 },
    /// `v <- b1 v + (1 - b1) g`, `s <- b2 s + (1 - b2) g^2`,
    /// `w <- (1 - r d) w - r / (1 - b1^t) v / (sqrt(s) / sqrt(1 - b2^t) + epsilon)`: PyTorch's AdamW.
    AdamW { betas: [f32; 2], epsilon: f32 },
}

/// What is remembered of one parameter.
pub(super) struct Slots {
    pub steps: u64,
    /// Velocity, or mean of gradients.
    pub first: Tensor<1>,
    /// Mean of squared gradients.
    pub second: Option<Tensor<1>>,
}

/// What one parameter's group makes of the rates of a step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub rate: f64,
    pub weight_decay: f64,
    pub adapts: bool,
}

impl Rule {
    /// PyTorch's numbers.
    pub const ADAM: Self = Self::Adam {
        betas: [0.9, 0.999],
        epsilon: 1e-8,
    };
    /// PyTorch's numbers.
    pub const ADAM_W: Self = Self::AdamW {
        betas: [0.9, 0.999],
        epsilon: 1e-8,
    };
    /// SSCD's numbers.
    pub const LARS: Self = Self::Lars {
        momentum: 0.9,
        trust: 0.001,
        epsilon: 1e-8,
    };

    /// It remembers squares too.
    pub(super) fn has_second(self) -> bool {
        matches!(self, Self::Adam { .. } | Self::AdamW { .. })
    }

    /// The parameter after one step, and what is remembered of it.
    pub(super) fn step(
        self,
        w: Tensor<1>,
        g: Tensor<1>,
        slots: Option<Slots>,
        settings: Settings,
    ) -> (Tensor<1>, Slots) {
        let decay = settings.weight_decay;
        match self {
            Self::Sgd { momentum } => {
                let g = g + w.clone() * decay;
                heavy_ball(w, g, momentum, slots, settings)
            }
            Self::Lars {
                momentum,
                trust,
                epsilon,
            } => {
                let g = if settings.adapts {
                    adapted(&w, g, decay, trust, epsilon)
                } else {
                    g + w.clone() * decay
                };
                heavy_ball(w, g, momentum, slots, settings)
            }
            Self::Adam { betas, epsilon } => {
                let g = g + w.clone() * decay;
                adaptive(w, g, betas, epsilon, slots, settings)
            }
            Self::AdamW { betas, epsilon } => {
                let w = w * (1.0 - settings.rate * decay);
                adaptive(w, g, betas, epsilon, slots, settings)
            }
        }
    }
}

fn heavy_ball(
    w: Tensor<1>,
    g: Tensor<1>,
    momentum: f32,
    slots: Option<Slots>,
    settings: Settings,
) -> (Tensor<1>, Slots) {
    let (velocity, steps) = match slots {
        Some(slots) => (slots.first * momentum + g, slots.steps),
        None => (g, 0),
    };
    let moved = w - velocity.clone() * settings.rate;
    let slots = Slots {
        steps: steps + 1,
        first: velocity,
        second: None,
    };
    (moved, slots)
}

/// The gradient at the length that LARS gives it; no number is read back from the device.
fn adapted(w: &Tensor<1>, g: Tensor<1>, decay: f64, trust: f32, epsilon: f32) -> Tensor<1> {
    let length = |x: &Tensor<1>| (x.clone() * x.clone()).sum().sqrt();
    let (of_w, of_g) = (length(w), length(&g));
    let is_usable = of_w.clone().greater_elem(0.0).float() * of_g.clone().greater_elem(0.0).float();
    let ratio = of_w.clone() * trust / (of_g + of_w * decay + epsilon);
    let scaled = (g.clone() + w.clone() * decay) * ratio;
    scaled * is_usable.clone() + g * (is_usable.neg() + 1.0)
}

fn adaptive(
    w: Tensor<1>,
    g: Tensor<1>,
    betas: [f32; 2],
    epsilon: f32,
    slots: Option<Slots>,
    settings: Settings,
) -> (Tensor<1>, Slots) {
    let [b1, b2] = betas.map(f64::from);
    let squared = g.clone() * g.clone();
    let (first, second, steps) = match slots {
        Some(slots) => (
            slots.first * b1 + g * (1.0 - b1),
            slots.second.map_or_else(
                || squared.clone() * (1.0 - b2),
                |second| second * b2 + squared.clone() * (1.0 - b2),
            ),
            slots.steps + 1,
        ),
        None => (g * (1.0 - b1), squared.clone() * (1.0 - b2), 1),
    };
    let corrections = [b1, b2].map(|beta| 1.0 - beta.powf(steps as f64));
    let rate = settings.rate / corrections[0];
    let size = second.clone().sqrt() / corrections[1].sqrt() + epsilon;
    let moved = w - first.clone() / size * rate;
    let slots = Slots {
        steps,
        first,
        second: Some(second),
    };
    (moved, slots)
}
