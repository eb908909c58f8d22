//! The part of MobileViT that lets distant places see each other.
//!
//! Shape suffixes besides those of `layers`: `n` tokens, `m` heads, `e` width of a head.

use burn::module::Module;
use burn::nn::LayerNorm;
use burn::nn::LayerNormConfig;
use burn::nn::Linear;
use burn::nn::LinearConfig;
use burn::nn::conv::Conv2d;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::activation::softmax;
use burn::tensor::module::interpolate;
use burn::tensor::ops::InterpolateMode;
use burn::tensor::ops::InterpolateOptions;

use crate::models::graph::Activation;
use crate::models::graph::Builder;
use crate::models::graph::NodeId;
use crate::models::graph::Operation;
use crate::models::layers::ConvNorm;
use crate::models::layers::ConvShape;
use crate::models::layers::conv;
use crate::models::precision::in_f32;
use crate::models::silu::silu;

use super::conv_norm;

const N_HEADS: usize = 4;
/// Side of the patches. A token sees the tokens at the same place of all other patches.
const PATCH: usize = 2;
const MLP_RATIO: usize = 2;
/// PyTorch's habit.
const LAYER_NORM_EPSILON: f32 = 1e-5;

/// Attention and two linear layers, each behind a normalization and around a shortcut.
#[derive(Module, Debug)]
struct Layer {
    norm1: LayerNorm,
    qkv: Linear,
    proj: Linear,
    norm2: LayerNorm,
    fc1: Linear,
    fc2: Linear,
}

/// A look around, a transformer over the whole map, and a convolution that merges its result with
/// what went in.
#[derive(Module, Debug)]
pub struct Mixer {
    conv_kxk: ConvNorm,
    conv_1x1: Conv2d,
    transformer: Vec<Layer>,
    norm: LayerNorm,
    conv_proj: ConvNorm,
    conv_fusion: ConvNorm,
}

impl Mixer {
    /// `width` is that of the transformer.
    pub fn new(channels: usize, width: usize, n_layers: usize, device: &Device) -> Self {
        let fused = [2 * channels, channels];
        Self {
            conv_kxk: conv_norm(ConvShape::new([channels, channels], 3, 1), device),
            conv_1x1: conv(ConvShape::new([channels, width], 1, 1), false, device),
            transformer: (0..n_layers).map(|_| Layer::new(width, device)).collect(),
            norm: layer_norm(width, device),
            conv_proj: conv_norm(ConvShape::new([width, channels], 1, 1), device),
            conv_fusion: conv_norm(ConvShape::new(fused, 3, 1), device),
        }
    }

    pub fn forward(&self, x_bchw: Tensor<4>) -> Tensor<4> {
        let y = silu(self.conv_kxk.forward(x_bchw.clone()));
        let y = self.conv_1x1.forward(y);
        let [_, _, h, w] = y.dims();
        let even = [h.next_multiple_of(PATCH), w.next_multiple_of(PATCH)];
        let y = self.transform(resize(y, even));
        let y = silu(self.conv_proj.forward(resize(y, [h, w])));
        silu(self.conv_fusion.forward(Tensor::cat(vec![x_bchw, y], 1)))
    }

    pub fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> NodeId {
        let y = builder.conv_norm(x, &self.conv_kxk);
        let y = builder.activate(y, Activation::Silu);
        let y = builder.conv(y, &self.conv_1x1);
        let [_, h, w] = builder.shape(y).as_map();
        let even = [h.next_multiple_of(PATCH), w.next_multiple_of(PATCH)];
        let y = builder.resize(y, even);
        let mut rows = builder.push(Operation::Unfold { patch: PATCH }, &[y]);
        for layer in &self.transformer {
            rows = layer.record(rows, builder);
        }
        let rows = builder.layer_norm(rows, &self.norm, LAYER_NORM_EPSILON);
        let [height, width] = even;
        let fold = Operation::Fold {
            patch: PATCH,
            height,
            width,
        };
        let y = builder.push(fold, &[rows]);
        let y = builder.resize(y, [h, w]);
        let y = builder.conv_norm(y, &self.conv_proj);
        let y = builder.activate(y, Activation::Silu);
        let both = builder.join(x, y);
        let y = builder.conv_norm(both, &self.conv_fusion);
        builder.activate(y, Activation::Silu)
    }

    /// The transformer over a map of whole patches.
    fn transform(&self, x_bchw: Tensor<4>) -> Tensor<4> {
        let [b, c, h, w] = x_bchw.dims();
        let (rows, columns) = (h / PATCH, w / PATCH);
        let patches = x_bchw.reshape([b, c, rows, PATCH, columns, PATCH]);
        let tokens = patches.permute([0, 3, 5, 2, 4, 1]);
        let mut x_bnc = tokens.reshape([b * PATCH * PATCH, rows * columns, c]);
        for layer in &self.transformer {
            x_bnc = layer.forward(x_bnc);
        }
        let tokens = in_f32(x_bnc, |x_bnc| self.norm.forward(x_bnc));
        let tokens = tokens.reshape([b, PATCH, PATCH, rows, columns, c]);
        tokens.permute([0, 5, 3, 1, 4, 2]).reshape([b, c, h, w])
    }
}

/// The map with another number of cells, bilinear; as it is where the number is right.
fn resize(x_bchw: Tensor<4>, size: [usize; 2]) -> Tensor<4> {
    let [_, _, h, w] = x_bchw.dims();
    if [h, w] == size {
        return x_bchw;
    }
    let options = InterpolateOptions::new(InterpolateMode::Bilinear)
        .with_align_corners(false)
        .with_output_size(size);
    interpolate(x_bchw, options)
}

impl Layer {
    fn new(width: usize, device: &Device) -> Self {
        let linear = |from, to| LinearConfig::new(from, to).init(device);
        Self {
            norm1: layer_norm(width, device),
            qkv: linear(width, 3 * width),
            proj: linear(width, width),
            norm2: layer_norm(width, device),
            fc1: linear(width, MLP_RATIO * width),
            fc2: linear(MLP_RATIO * width, width),
        }
    }

    fn forward(&self, x_bnc: Tensor<3>) -> Tensor<3> {
        let normed = in_f32(x_bnc.clone(), |x_bnc| self.norm1.forward(x_bnc));
        let x = x_bnc + self.attend(normed);
        let normed = in_f32(x.clone(), |x| self.norm2.forward(x));
        let inside = silu(self.fc1.forward(normed));
        x + self.fc2.forward(inside)
    }

    fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> NodeId {
        let y = builder.layer_norm(x, &self.norm1, LAYER_NORM_EPSILON);
        let y = builder.linear(y, &self.qkv);
        let attention = Operation::Attention {
            heads: N_HEADS,
            groups: PATCH * PATCH,
        };
        let y = builder.push(attention, &[y]);
        let y = builder.linear(y, &self.proj);
        let x = builder.add(x, y);
        let y = builder.layer_norm(x, &self.norm2, LAYER_NORM_EPSILON);
        let y = builder.linear(y, &self.fc1);
        let y = builder.activate(y, Activation::Silu);
        let y = builder.linear(y, &self.fc2);
        builder.add(x, y)
    }

    /// Softmax attention of several heads.
    fn attend(&self, x_bnc: Tensor<3>) -> Tensor<3> {
        let [b, n, c] = x_bnc.dims();
        let width = c / N_HEADS;
        let qkv = self.qkv.forward(x_bnc).reshape([b, n, 3, N_HEADS, width]);
        let part = |index: usize| -> Tensor<4> {
            let part = qkv.clone().narrow(2, index, 1);
            part.reshape([b, n, N_HEADS, width]).swap_dims(1, 2)
        };
        let (q_bmne, k_bmne, v_bmne) = (part(0), part(1), part(2));
        let scores = q_bmne.matmul(k_bmne.transpose()) / (width as f32).sqrt();
        let seen_bmne = in_f32(scores, |scores| softmax(scores, 3)).matmul(v_bmne);
        self.proj
            .forward(seen_bmne.swap_dims(1, 2).reshape([b, n, c]))
    }
}

fn layer_norm(width: usize, device: &Device) -> LayerNorm {
    LayerNormConfig::new(width)
        .with_epsilon(f64::from(LAYER_NORM_EPSILON))
        .init(device)
}
