//! A trunk with its head: pixels in, descriptor out.
//!
//! Shape suffixes: `b` batch, `c` channels, `h` height, `w` width, `k` large vector, `d` descriptor.

use burn::module::Module;
use burn::nn::Dropout;
use burn::nn::DropoutConfig;
use burn::nn::Initializer;
use burn::nn::Linear;
use burn::nn::LinearConfig;
use burn::tensor::Device;
use burn::tensor::Tensor;

use super::layers::gem;
use super::layers::hard_swish;
use super::layers::l2_normalize;
use super::trunk::ArchitectureSpec;
use super::trunk::Maps;
use super::trunk::Trunk;

/// torchvision's MobileNetV3 classifier.
const DROPOUT: f64 = 0.2;

/// Sizes of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadConfig {
    /// Length of the descriptor that is deployed.
    pub dimensions: usize,
    /// Length of the vector that is compared with a teacher, when a projector follows it (RDCD).
    pub large: Option<usize>,
}

/// `trunk -> GeM(3) -> [hidden] -> fc -> [projector]`, each output normalised to length 1.
#[derive(Module, Debug)]
pub struct Network {
    pub trunk: Trunk,
    pub hidden: Option<Linear>,
    dropout: Dropout,
    pub fc: Linear,
    pub projector: Option<Linear>,
}

/// Both outputs of a network, rows of length 1.
#[derive(Clone, Debug)]
pub struct Outputs {
    /// What relational distillation compares with the teacher.
    pub large_bk: Tensor<2>,
    /// The descriptor that is deployed; without a projector the same as `large_bk`.
    pub descriptor_bd: Tensor<2>,
}

impl Network {
    /// A network with random weights; linear layers are Xavier-uniform with zero bias (SSCD 2.1).
    pub fn new(spec: &ArchitectureSpec, head: HeadConfig, device: &Device) -> Self {
        let linear = |from: usize, to: usize| {
            let mut layer = LinearConfig::new(from, to)
                .with_initializer(Initializer::XavierUniform { gain: 1.0 })
                .init(device);
            layer.bias = Some(Initializer::Zeros.init([to], device));
            layer
        };
        let pooled = spec.hidden.unwrap_or(spec.channels);
        let first = head.large.unwrap_or(head.dimensions);
        Self {
            trunk: (spec.build)(device),
            hidden: spec.hidden.map(|hidden| linear(spec.channels, hidden)),
            dropout: DropoutConfig::new(if spec.hidden.is_some() { DROPOUT } else { 0.0 }).init(),
            fc: linear(pooled, first),
            projector: head.large.map(|large| linear(large, head.dimensions)),
        }
    }

    /// Descriptors of a batch of normalised pictures `[b, 3, h, w]`.
    pub fn forward(&self, x_bchw: Tensor<4>) -> Outputs {
        self.head(&self.trunk.forward(x_bchw))
    }

    /// The head alone.
    pub fn head(&self, maps: &Maps) -> Outputs {
        let mut pooled = gem(maps.stride32.clone());
        if let Some(hidden) = &self.hidden {
            pooled = self.dropout.forward(hard_swish(hidden.forward(pooled)));
        }
        let large_bk = self.fc.forward(pooled);
        let descriptor_bd = match &self.projector {
            // The projector sees the vector before it is normalised (RDCD 4.1).
            Some(projector) => projector.forward(large_bk.clone()),
            None => large_bk.clone(),
        };
        Outputs {
            large_bk: l2_normalize(large_bk),
            descriptor_bd: l2_normalize(descriptor_bd),
        }
    }
}
