//! The head of OBD-SD (Zeng et al., arXiv:2211.07566, following Roth et al., arXiv:2002.08473): one
//! linear layer over the pooled map, whose suffixes are options.
//!
//! Shape suffixes: `b` batch, `c` channels, `h` height, `w` width, `d` descriptor.

use burn::module::Flag;
use burn::module::Module;
use burn::module::ModuleMapper;
use burn::module::Param;
use burn::nn::Linear;
use burn::nn::LinearConfig;
use burn::tensor::Device;
use burn::tensor::Tensor;

use crate::models::layers::l2_normalize;

/// Sizes and options of an [`ObdSdHead`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObdSdConfig {
    pub channels: usize,
    pub dimensions: usize,
    /// `_double`: the mean and the maximum of the map are added.
    pub is_double: bool,
    /// `_normalize`: rows of length 1.
    pub is_normalized: bool,
}

/// Pooling and a linear layer with bias.
#[derive(Module, Debug)]
pub struct ObdSdHead {
    last_linear: Linear,
    #[module(skip)]
    is_double: bool,
    #[module(skip)]
    is_normalized: bool,
}

impl ObdSdHead {
    pub fn new(config: ObdSdConfig, device: &Device) -> Self {
        Self {
            last_linear: LinearConfig::new(config.channels, config.dimensions).init(device),
            is_double: config.is_double,
            is_normalized: config.is_normalized,
        }
    }

    /// `[b, c, h, w]` to `[b, d]`.
    pub fn forward(&self, map_bchw: Tensor<4>) -> Tensor<2> {
        let [b, c, h, w] = map_bchw.dims();
        let cells_bcn = map_bchw.reshape([b, c, h * w]);
        let mut pooled = cells_bcn.clone().mean_dim(2);
        if self.is_double {
            pooled = pooled + cells_bcn.max_dim(2);
        }
        let descriptor_bd = self.last_linear.forward(pooled.reshape([b, c]));
        if self.is_normalized {
            l2_normalize(descriptor_bd)
        } else {
            descriptor_bd
        }
    }
}

/// `_frozen`: every batch normalization uses its running statistics for good, while its scale and
/// shift go on learning.
pub fn fix_statistics<M: Module>(module: M) -> M {
    module.map(&mut FixStatistics {
        containers: Vec::new(),
    })
}

struct FixStatistics {
    /// Whether each open field belongs to a batch normalization.
    containers: Vec<bool>,
}

impl ModuleMapper for FixStatistics {
    fn enter_module(&mut self, _name: &str, container: &str) {
        self.containers.push(container == "Struct:BatchNorm");
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.containers.pop();
    }

    fn map_flag(&mut self, flag: Param<Flag>) -> Param<Flag> {
        match self.containers.last() {
            Some(true) => flag.with_value(false),
            Some(false) | None => flag,
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::nn::BatchNorm;
    use burn::nn::BatchNormConfig;

    use super::*;

    fn mean_after_a_batch(norm: &BatchNorm, device: &Device) -> (f32, bool) {
        let x = Tensor::<2>::from_data([[1.0], [3.0]], device);
        let y = norm.forward(x);
        let gradients = y.sum().backward();
        let learns = norm.gamma.val().grad(&gradients).is_some();
        let mean = norm.running_mean.value_sync().into_scalar::<f32>();
        (mean, learns)
    }

    #[test]
    fn fixed_statistics_stay_while_scale_and_shift_learn() {
        let device = Device::flex().autodiff();
        let norm = || BatchNormConfig::new(1).init(&device);
        // The mean of the batch is 2, and the running one moves a tenth of the way from 0.
        let (mean, learns) = mean_after_a_batch(&norm(), &device);
        assert!((mean - 0.2).abs() < 1e-6 && learns);
        let (mean, learns) = mean_after_a_batch(&fix_statistics(norm()), &device);
        assert!(mean == 0.0 && learns);
    }
}
