//! Convolutions made of several layers, exactly: what follows one without a bend in between is a
//! part of it (RepVGG, Ding et al., arXiv:2101.03697, section 3.3).

use burn::module::Param;
use burn::nn::BatchNorm;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;

use crate::models::layers::ConvNorm;

use super::constant::values;

/// Weights of a convolution in double precision, while other layers are folded into them.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// `[out, in / groups, height, width]`
    shape: [usize; 4],
    weight: Vec<f64>,
    bias: Vec<f64>,
}

impl Kernel {
    pub fn of(conv: &Conv2d) -> Self {
        let shape = conv.weight.dims();
        let bias = conv.bias.as_ref().map(|bias| doubles(values(bias.val())));
        Self {
            shape,
            weight: doubles(values(conv.weight.val())),
            bias: bias.unwrap_or_else(|| vec![0.0; shape[0]]),
        }
    }

    /// A convolution with its normalization.
    pub fn of_norm(layer: &ConvNorm) -> Self {
        Self::of(&layer.conv).normalized(&layer.norm)
    }

    /// The convolution of this size that changes nothing, from and to so many channels.
    pub fn identity(channels: usize, groups: usize, size: usize) -> Self {
        let into = channels / groups;
        let area = size * size;
        let mut weight = vec![0.0; channels * into * area];
        for out in 0..channels {
            weight[(out * into + out % into) * area + area / 2] = 1.0;
        }
        Self {
            shape: [channels, into, size, size],
            weight,
            bias: vec![0.0; channels],
        }
    }

    /// Followed by a normalization with its running statistics:
    /// `(x - mean) / sqrt(variance + epsilon) * gamma + beta`.
    pub fn normalized(self, norm: &BatchNorm) -> Self {
        let (scale, shift) = scale_and_shift(norm);
        let mut scaled = self.scaled(&scale);
        for (bias, shift) in scaled.bias.iter_mut().zip(shift) {
            *bias += shift;
        }
        scaled
    }

    /// Followed by a factor for each channel.
    pub fn scaled(mut self, factors: &[f64]) -> Self {
        assert_eq!(factors.len(), self.shape[0]);
        let per_channel = self.weight.len() / self.shape[0];
        for (row, factor) in self.weight.chunks_mut(per_channel).zip(factors) {
            for weight in row {
                *weight *= factor;
            }
        }
        for (bias, factor) in self.bias.iter_mut().zip(factors) {
            *bias *= factor;
        }
        self
    }

    /// Followed by a learned factor for each channel.
    pub fn scaled_by<const D: usize>(self, factors: &Param<Tensor<D>>) -> Self {
        self.scaled(&doubles(values(factors.val())))
    }

    /// With zeros around, up to another odd size.
    pub fn grown(self, size: usize) -> Self {
        let [out, into, height, width] = self.shape;
        let (down, right) = ((size - height) / 2, (size - width) / 2);
        let mut weight = vec![0.0; out * into * size * size];
        let planes = weight.chunks_mut(size * size);
        for (plane, small) in planes.zip(self.weight.chunks(height * width)) {
            for (idx, row) in small.chunks(width).enumerate() {
                let start = (idx + down) * size + right;
                plane[start..start + width].copy_from_slice(row);
            }
        }
        Self {
            shape: [out, into, size, size],
            weight,
            ..self
        }
    }

    /// Added to another branch of the same shape.
    pub fn plus(self, other: &Self) -> Self {
        self.combined(other, |sum, value| sum + value)
    }

    /// Another branch of the same shape taken away.
    pub fn minus(self, other: &Self) -> Self {
        self.combined(other, |difference, value| difference - value)
    }

    fn combined(mut self, other: &Self, combine: fn(f64, f64) -> f64) -> Self {
        assert_eq!(self.shape, other.shape);
        let own = self.weight.iter_mut().chain(&mut self.bias);
        for (own, value) in own.zip(other.weight.iter().chain(&other.bias)) {
            *own = combine(*own, *value);
        }
        self
    }

    /// Shape, weight and bias in single precision.
    pub(super) fn into_parts(self) -> (Vec<usize>, Vec<f32>, Option<Vec<f32>>) {
        (
            self.shape.to_vec(),
            singles(&self.weight),
            Some(singles(&self.bias)),
        )
    }
}

/// A normalization as a factor and a summand for each channel.
pub(super) fn scale_and_shift(norm: &BatchNorm) -> (Vec<f64>, Vec<f64>) {
    let [gamma, beta] = [&norm.gamma, &norm.beta].map(|param| doubles(values(param.val())));
    let mean = doubles(values(norm.running_mean.value_sync()));
    let variance = doubles(values(norm.running_var.value_sync()));
    let scale: Vec<f64> = gamma
        .iter()
        .zip(variance)
        .map(|(gamma, variance)| gamma / (variance + norm.epsilon).sqrt())
        .collect();
    let shift = beta.iter().zip(mean).zip(&scale);
    let shift = shift.map(|((beta, mean), scale)| beta - mean * scale);
    let shift = shift.collect();
    (scale, shift)
}

pub(super) fn doubles(values: Vec<f32>) -> Vec<f64> {
    values.into_iter().map(f64::from).collect()
}

fn singles(values: &[f64]) -> Vec<f32> {
    values.iter().map(|value| *value as f32).collect()
}
