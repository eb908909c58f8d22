//! A linear layer, or two with a ReLU between them: the heads of SEED, MoCo, SimCLR and SwAV.
//!
//! Shape suffixes: `b` batch, `c` channels of the pooled vector, `d` length of the result.

use burn::module::Module;
use burn::nn::BatchNorm;
use burn::nn::BatchNormConfig;
use burn::nn::Linear;
use burn::nn::LinearConfig;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use crate::models::layers::l2_normalize;

/// Layers and sizes of a [`ProjectionHead`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadShape {
    pub channels: usize,
    /// Width of the layer before the last one.
    pub hidden: Option<usize>,
    /// Batch normalization after the hidden layer.
    pub norm: bool,
    pub dimensions: usize,
}

/// `linear`, or `linear -> [batch normalization] -> ReLU -> linear`; all layers have a bias.
#[derive(Module, Debug)]
pub struct ProjectionHead {
    hidden: Option<Linear>,
    norm: Option<BatchNorm>,
    last: Linear,
}

impl ProjectionHead {
    /// New weights are PyTorch's default ones, as in all four methods.
    pub fn new(shape: HeadShape, device: &Device) -> Self {
        let HeadShape {
            channels,
            hidden,
            norm,
            dimensions,
        } = shape;
        let norm = hidden.filter(|_| norm);
        Self {
            hidden: hidden.map(|hidden| LinearConfig::new(channels, hidden).init(device)),
            norm: norm.map(|hidden| BatchNormConfig::new(hidden).init(device)),
            last: LinearConfig::new(hidden.unwrap_or(channels), dimensions).init(device),
        }
    }

    /// `[b, c]` to rows of length 1, `[b, d]`.
    pub fn forward(&self, x_bc: Tensor<2>) -> Tensor<2> {
        let Self { hidden, norm, last } = self;
        let mut x = x_bc;
        if let Some(hidden) = hidden {
            x = hidden.forward(x);
            if let Some(norm) = norm {
                x = norm.forward(x);
            }
            x = relu(x);
        }
        l2_normalize(last.forward(x))
    }
}

/// `hidden.weight` in a list of layers that starts with `prefix`: `<prefix>.0.weight`.
///
/// Position 1 is the normalization or, without one, the ReLU.
pub(super) fn listed(prefix: &str, ours: &str, last: usize) -> String {
    let (layer, rest) = ours.split_once('.').unwrap_or((ours, ""));
    let position = match layer {
        "hidden" => 0,
        "norm" => 1,
        _ => last,
    };
    format!("{prefix}.{position}.{rest}")
}
