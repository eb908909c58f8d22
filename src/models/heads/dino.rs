//! The head of DINO (Caron et al., arXiv:2104.14294): tokens to scores over prototypes.
//!
//! Shape suffixes: `n` tokens, `d` width of a token, `e` bottleneck, `k` prototypes.

use burn::module::Module;
use burn::module::Param;
use burn::nn::BatchNorm;
use burn::nn::BatchNormConfig;
use burn::nn::Initializer;
use burn::nn::Linear;
use burn::nn::LinearConfig;
use burn::tensor::Device;
use burn::tensor::Tensor;

use crate::models::gelu::gelu;
use crate::models::layers::l2_normalize;

/// Standard deviation of new weights.
const WEIGHT_DEVIATION: f64 = 0.02;

/// Sizes of a [`DinoHead`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DinoHeadConfig {
    pub width: usize,
    pub hidden: usize,
    pub bottleneck: usize,
    pub prototypes: usize,
    /// Batch normalization after the first two layers.
    pub norm: bool,
    /// The lengths of the prototypes are learned: better, but less stable
    /// (`--norm_last_layer false`).
    pub learns_lengths: bool,
}

impl DinoHeadConfig {
    /// DINO's defaults.
    pub const fn new(width: usize) -> Self {
        Self {
            width,
            hidden: 2048,
            bottleneck: 256,
            prototypes: 65_536,
            norm: false,
            learns_lengths: false,
        }
    }
}

/// `d -> hidden -> GELU -> hidden -> GELU -> bottleneck -> length 1 -> prototypes`.
#[derive(Module, Debug)]
pub struct DinoHead {
    mlp: Vec<Linear>,
    norms: Vec<BatchNorm>,
    last_layer: Prototypes,
}

/// A linear layer without bias whose rows have lengths of their own: `w_k = g_k v_k / |v_k|`
/// (Salimans and Kingma, arXiv:1602.07868).
#[derive(Module, Debug)]
pub struct Prototypes {
    /// Lengths, `[k, 1]`.
    weight_g: Param<Tensor<2>>,
    /// Directions, `[k, e]`.
    weight_v: Param<Tensor<2>>,
}

impl DinoHead {
    pub fn new(config: DinoHeadConfig, device: &Device) -> Self {
        let DinoHeadConfig {
            width,
            hidden,
            bottleneck,
            prototypes,
            norm,
            learns_lengths,
        } = config;
        let normal = Initializer::Normal {
            mean: 0.0,
            std: WEIGHT_DEVIATION,
        };
        let linear = |from, to| {
            let mut layer = LinearConfig::new(from, to)
                .with_initializer(normal.clone())
                .init(device);
            layer.bias = Some(Initializer::Zeros.init([to], device));
            layer
        };
        let n_norms = if norm { 2 } else { 0 };
        // PyTorch's default for a linear layer.
        let bound = 1.0 / (bottleneck as f64).sqrt();
        let directions = Initializer::Uniform {
            min: -bound,
            max: bound,
        };
        let lengths: Param<Tensor<2>> = Initializer::Ones.init([prototypes, 1], device);
        Self {
            mlp: vec![
                linear(width, hidden),
                linear(hidden, hidden),
                linear(hidden, bottleneck),
            ],
            norms: (0..n_norms)
                .map(|_| BatchNormConfig::new(hidden).init(device))
                .collect(),
            last_layer: Prototypes {
                weight_g: lengths.set_require_grad(learns_lengths),
                weight_v: directions.init([prototypes, bottleneck], device),
            },
        }
    }

    /// `[n, d]` to scores `[n, k]`; without [`DinoHeadConfig::learns_lengths`] they are cosines.
    pub fn forward(&self, x_nd: Tensor<2>) -> Tensor<2> {
        let mut x = x_nd;
        for (idx, layer) in self.mlp.iter().enumerate() {
            x = layer.forward(x);
            if idx + 1 == self.mlp.len() {
                break;
            }
            if let Some(norm) = self.norms.get(idx) {
                x = norm.forward(x);
            }
            x = gelu(x);
        }
        self.last_layer.forward(l2_normalize(x))
    }
}

impl Prototypes {
    fn forward(&self, x_ne: Tensor<2>) -> Tensor<2> {
        let directions_ke = l2_normalize(self.weight_v.val());
        let scores_nk = x_ne.matmul(directions_ke.transpose());
        scores_nk * self.weight_g.val().transpose()
    }
}

/// DINO's name for a parameter of a head with or without batch normalization: there all layers,
/// activations included, are counted through.
pub fn original_key(ours: &str, has_norm: bool) -> String {
    let parts: Vec<&str> = ours.splitn(3, '.').collect();
    let (kind, Some(Ok(idx)), Some(rest)) = (
        parts[0],
        parts.get(1).map(|idx| idx.parse::<usize>()),
        parts.get(2),
    ) else {
        return ours.to_owned();
    };
    let step = if has_norm { 3 } else { 2 };
    match kind {
        "mlp" => format!("mlp.{}.{rest}", idx * step),
        "norms" => format!("mlp.{}.{rest}", idx * step + 1),
        _ => ours.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::models::state::read_shapes;

    use super::*;

    #[test]
    fn names_are_dinos() {
        assert_eq!(original_key("mlp.2.bias", false), "mlp.4.bias");
        assert_eq!(original_key("mlp.2.bias", true), "mlp.6.bias");
        assert_eq!(original_key("norms.1.weight", true), "mlp.4.weight");
        let prototypes = "last_layer.weight_g";
        assert_eq!(original_key(prototypes, true), prototypes);
    }

    #[test]
    fn the_published_head_has_its_size() {
        // ViT-S: 384 * 2048 + 2048 * 2048 + 2048 * 256 weights, 4352 biases, 65 536 * 257.
        let head = DinoHead::new(DinoHeadConfig::new(384), &Device::flex());
        let shapes = read_shapes(&head);
        let n: usize = shapes.values().map(|s| s.iter().product::<usize>()).sum();
        assert_eq!(n, 22_352_128);
    }

    #[test]
    fn lengths_learn_only_where_they_may() {
        let device = Device::flex().autodiff();
        let config = DinoHeadConfig {
            hidden: 8,
            bottleneck: 4,
            prototypes: 5,
            ..DinoHeadConfig::new(6)
        };
        for learns_lengths in [false, true] {
            let config = DinoHeadConfig {
                learns_lengths,
                ..config
            };
            let head = DinoHead::new(config, &device);
            let scores = head.forward(Tensor::ones([2, 6], &device));
            let gradients = scores.sum().backward();
            let lengths = head.last_layer.weight_g.val().grad(&gradients);
            assert_eq!(lengths.is_some(), learns_lengths);
            assert!(head.last_layer.weight_v.val().grad(&gradients).is_some());
        }
    }
}
