//! One layer of a transformer: attention between tokens, and a network applied to each.
//!
//! Shape suffixes: `b` batch, `n` tokens, `d` width, `a` attention heads, `e` width of a head.

use burn::module::Module;
use burn::module::Param;
use burn::nn::Initializer;
use burn::nn::LayerNorm;
use burn::nn::LayerNormConfig;
use burn::nn::Linear;
use burn::nn::LinearConfig;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::activation::silu;
use burn::tensor::activation::softmax;
use burn::tensor::module::attention;
use burn::tensor::ops::AttentionModuleOptions;

use crate::models::gelu::gelu;
use crate::models::graph::Activation;
use crate::models::graph::Builder;
use crate::models::graph::NodeId;
use crate::models::graph::Operation;
use crate::models::precision::in_f32;
use crate::models::residual::StochasticDepth;

use super::VitConfig;

/// Standard deviation of new weights (DINO and DINOv2, `trunc_normal_`, whose bounds lie 100
/// deviations away).
pub(super) const WEIGHT_DEVIATION: f64 = 0.02;
/// DINO and DINOv2.
pub(super) const NORM_EPSILON: f64 = 1e-6;
/// How many times wider the hidden layer of the MLP is.
const MLP_RATIO: usize = 4;

/// `x += scale * attention(norm(x)); x += scale * mlp(norm(x))`, either sum now and then without
/// its second part while training.
#[derive(Module, Debug)]
pub struct Block {
    norm1: LayerNorm,
    attn: Attention,
    ls1: Option<LayerScale>,
    norm2: LayerNorm,
    mlp: Mlp,
    ls2: Option<LayerScale>,
    depth: StochasticDepth,
}

impl Block {
    /// `skipped` is the probability of leaving a part out.
    pub fn new(config: VitConfig, skipped: f64, device: &Device) -> Self {
        let d = config.width;
        let scale = || {
            config.layer_scale.then(|| LayerScale {
                gamma: Initializer::Ones.init([d], device),
            })
        };
        Self {
            norm1: layer_norm(d, device),
            attn: Attention {
                qkv: linear(d, 3 * d, device),
                proj: linear(d, d, device),
                n_heads: config.heads,
            },
            ls1: scale(),
            norm2: layer_norm(d, device),
            mlp: Mlp::new(config, device),
            ls2: scale(),
            depth: StochasticDepth::new(skipped),
        }
    }

    /// `[b, n, d]` to `[b, n, d]`.
    pub fn forward(&self, x_bnd: Tensor<3>) -> Tensor<3> {
        let normed = in_f32(x_bnd.clone(), |x_bnd| self.norm1.forward(x_bnd));
        let attended = self.attn.forward(normed);
        let x_bnd = x_bnd + self.depth.forward(scaled(self.ls1.as_ref(), attended));
        let normed = in_f32(x_bnd.clone(), |x_bnd| self.norm2.forward(x_bnd));
        let mixed = self.mlp.forward(normed);
        x_bnd + self.depth.forward(scaled(self.ls2.as_ref(), mixed))
    }

    /// The same as a part of a graph, the scales folded into the layers before them.
    pub fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> NodeId {
        let [ls1, ls2] = [&self.ls1, &self.ls2].map(|ls| ls.as_ref().map(|ls| &ls.gamma));
        let y = builder.layer_norm(x, &self.norm1, NORM_EPSILON as f32);
        let y = builder.linear(y, &self.attn.qkv);
        let attention = Operation::Attention {
            heads: self.attn.n_heads,
            groups: 1,
        };
        let y = builder.push(attention, &[y]);
        let y = builder.linear_scaled(y, &self.attn.proj, ls1);
        let x = builder.add(x, y);
        let y = builder.layer_norm(x, &self.norm2, NORM_EPSILON as f32);
        let y = self.mlp.record(y, ls2, builder);
        builder.add(x, y)
    }
}

/// A factor per channel before a sum (Touvron et al., arXiv:2103.17239, equation 1).
#[derive(Module, Debug)]
pub struct LayerScale {
    gamma: Param<Tensor<1>>,
}

fn scaled(scale: Option<&LayerScale>, x_bnd: Tensor<3>) -> Tensor<3> {
    match scale {
        Some(scale) => x_bnd * scale.gamma.val().unsqueeze::<3>(),
        None => x_bnd,
    }
}

/// Attention of every token to every token, `softmax(q k^T / sqrt(e)) v` in each head.
#[derive(Module, Debug)]
pub struct Attention {
    /// Queries, keys and values in one layer, in this order.
    qkv: Linear,
    proj: Linear,
    #[module(skip)]
    n_heads: usize,
}

impl Attention {
    fn forward(&self, x_bnd: Tensor<3>) -> Tensor<3> {
        let [b, n, d] = x_bnd.dims();
        let [a, e] = [self.n_heads, d / self.n_heads];
        let qkv = self.qkv.forward(x_bnd).reshape([b, n, 3, a, e]);
        let qkv = qkv.permute([2, 0, 3, 1, 4]);
        let part = |idx| qkv.clone().narrow(0, idx, 1).reshape([b, a, n, e]);
        let [q, k, v] = [part(0), part(1), part(2)];
        let mixed_bane = if q.device().is_autodiff() {
            // The queries are scaled, not the far larger matrix of weights.
            let q = q / (e as f32).sqrt();
            let scores = q.matmul(k.swap_dims(2, 3));
            in_f32(scores, |scores| softmax(scores, 3)).matmul(v)
        } else {
            attention(q, k, v, None, None, AttentionModuleOptions::default())
        };
        self.proj
            .forward(mixed_bane.swap_dims(1, 2).reshape([b, n, d]))
    }
}

/// The network applied to each token.
#[derive(Module, Debug)]
pub enum Mlp {
    Plain(PlainMlp),
    Gated(GatedMlp),
}

/// `fc2(gelu(fc1(x)))`.
#[derive(Module, Debug)]
pub struct PlainMlp {
    fc1: Linear,
    fc2: Linear,
}

/// `w3(silu(a) * b)` with `a` and `b` the halves of `w12(x)` (SwiGLU; Shazeer, arXiv:2002.05202).
#[derive(Module, Debug)]
pub struct GatedMlp {
    w12: Linear,
    w3: Linear,
}

impl Mlp {
    fn new(config: VitConfig, device: &Device) -> Self {
        let d = config.width;
        if config.gated {
            let hidden = gated_width(d);
            return Self::Gated(GatedMlp {
                w12: linear(d, 2 * hidden, device),
                w3: linear(hidden, d, device),
            });
        }
        Self::Plain(PlainMlp {
            fc1: linear(d, MLP_RATIO * d, device),
            fc2: linear(MLP_RATIO * d, d, device),
        })
    }

    fn forward(&self, x_bnd: Tensor<3>) -> Tensor<3> {
        match self {
            Self::Plain(mlp) => mlp.fc2.forward(gelu(mlp.fc1.forward(x_bnd))),
            Self::Gated(mlp) => {
                let both = mlp.w12.forward(x_bnd);
                let half = both.dims()[2] / 2;
                let gate = silu(both.clone().narrow(2, 0, half));
                mlp.w3.forward(gate * both.narrow(2, half, half))
            }
        }
    }

    fn record(
        &self,
        x: NodeId,
        scale: Option<&Param<Tensor<1>>>,
        builder: &mut Builder<'_>,
    ) -> NodeId {
        match self {
            Self::Plain(mlp) => {
                let y = builder.linear(x, &mlp.fc1);
                let y = builder.activate(y, Activation::Gelu);
                builder.linear_scaled(y, &mlp.fc2, scale)
            }
            Self::Gated(mlp) => {
                let both = builder.linear(x, &mlp.w12);
                let count = builder.shape(both).channels() / 2;
                let mut half =
                    |start| builder.push(Operation::TakeChannels { start, count }, &[both]);
                let [gate, value] = [half(0), half(count)];
                let gate = builder.activate(gate, Activation::Silu);
                let y = builder.push(Operation::Multiply, &[gate, value]);
                builder.linear_scaled(y, &mlp.w3, scale)
            }
        }
    }
}

/// Two thirds of the plain hidden layer, rounded up to a multiple of 8 (DINOv2, `swiglu_ffn.py`).
const fn gated_width(width: usize) -> usize {
    (MLP_RATIO * width * 2 / 3).div_ceil(8) * 8
}

pub(super) fn layer_norm(width: usize, device: &Device) -> LayerNorm {
    LayerNormConfig::new(width)
        .with_epsilon(NORM_EPSILON)
        .init(device)
}

fn linear(from: usize, to: usize, device: &Device) -> Linear {
    let mut layer = LinearConfig::new(from, to)
        .with_initializer(Initializer::Normal {
            mean: 0.0,
            std: WEIGHT_DEVIATION,
        })
        .init(device);
    layer.bias = Some(Initializer::Zeros.init([to], device));
    layer
}
