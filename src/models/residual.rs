//! What several networks put into or around a residual branch.

use burn::module::Module;
use burn::nn::Dropout;
use burn::nn::DropoutConfig;
use burn::nn::conv::Conv2d;
use burn::tensor::Device;
use burn::tensor::FloatDType;
use burn::tensor::Tensor;

use super::graph;
use super::graph::Builder;
use super::graph::NodeId;
use super::graph::Operation;
use super::layers::ConvShape;
use super::layers::conv;

/// A function applied to every number of a map.
pub type Activation = fn(Tensor<4>) -> Tensor<4>;

/// Squeeze-and-excitation: channels scaled by what the whole map says (Hu et al., arXiv:1709.01507).
#[derive(Module, Debug)]
pub struct SqueezeExcitation {
    fc1: Conv2d,
    fc2: Conv2d,
}

impl SqueezeExcitation {
    pub fn new(channels: usize, squeezed: usize, device: &Device) -> Self {
        Self {
            fc1: conv(ConvShape::new([channels, squeezed], 1, 1), true, device),
            fc2: conv(ConvShape::new([squeezed, channels], 1, 1), true, device),
        }
    }

    /// `x * gate(fc2(activation(fc1(mean of x))))`.
    pub fn forward(
        &self,
        x_bchw: Tensor<4>,
        activation: Activation,
        gate: Activation,
    ) -> Tensor<4> {
        let [b, c, h, w] = x_bchw.dims();
        let mean = x_bchw.clone().reshape([b, c, h * w]).mean_dim(2);
        let squeezed = activation(self.fc1.forward(mean.reshape([b, c, 1, 1])));
        x_bchw * gate(self.fc2.forward(squeezed))
    }

    /// What [`Self::forward`] does, as a part of a graph.
    pub fn record(
        &self,
        x: NodeId,
        activation: graph::Activation,
        gate: graph::Activation,
        builder: &mut Builder<'_>,
    ) -> NodeId {
        let mean = builder.mean(x);
        let squeezed = builder.conv_vector(mean, &self.fc1);
        let squeezed = builder.activate(squeezed, activation);
        let factors = builder.conv_vector(squeezed, &self.fc2);
        let factors = builder.activate(factors, gate);
        builder.push(Operation::Gate, &[x, factors])
    }
}

/// While training, leaves out the residual branch of a random part of the pictures of a batch and
/// scales the others up (Huang et al., arXiv:1603.09382; torchvision's mode `row`, the drop path of
/// DINO and timm).
#[derive(Module, Debug)]
pub struct StochasticDepth {
    dropout: Dropout,
}

impl StochasticDepth {
    /// `probability` of leaving a branch out.
    pub fn new(probability: f64) -> Self {
        Self {
            dropout: DropoutConfig::new(probability).init(),
        }
    }

    /// `[b, ..]` to `[b, ..]`.
    pub fn forward<const D: usize>(&self, branch: Tensor<D>) -> Tensor<D> {
        let device = branch.device();
        if self.dropout.prob == 0.0 || !device.is_autodiff() || !self.dropout.training.is_enabled()
        {
            return branch;
        }
        let mut shape = [1; D];
        shape[0] = branch.dims()[0];
        // A dropout of one number per picture is 0 or 1 / (1 - probability).
        let kept = self.dropout.forward(Tensor::<D>::ones(shape, &device));
        let dtype = FloatDType::from(branch.dtype());
        branch * kept.cast(dtype)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_pictures_are_left_out_while_training_only() {
        let depth = StochasticDepth::new(0.5);
        let device = Device::flex();
        let still = depth.forward(Tensor::<4>::ones([64, 2, 3, 3], &device));
        assert_eq!(still.sum().into_scalar::<f32>(), 1152.0);

        let training = Device::flex().autodiff();
        training.seed(3);
        let branch = depth.forward(Tensor::<4>::ones([64, 2, 3, 3], &training));
        let values: Vec<f32> = branch.into_data().try_into_vec().unwrap();
        let pictures: Vec<&[f32]> = values.chunks(18).collect();
        let is_whole = |picture: &&[f32]| picture.iter().all(|value| *value == picture[0]);
        assert!(pictures.iter().all(is_whole));
        let n_kept = pictures.iter().filter(|picture| picture[0] == 2.0).count();
        let n_left_out = pictures.iter().filter(|picture| picture[0] == 0.0).count();
        assert_eq!(n_kept + n_left_out, 64);
        // 64 throws of a coin: fewer than 14 of a kind happen once in 200 000 seeds.
        assert!((14..=50).contains(&n_kept), "{n_kept}");
    }
}
