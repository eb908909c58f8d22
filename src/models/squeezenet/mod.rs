//! SqueezeNet 1.1 as torchvision defines it (Iandola et al., arXiv:1602.07360).

pub mod keys;

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::pool::MaxPool2d;
use burn::nn::pool::MaxPool2dConfig;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use super::graph::Activation;
use super::graph::Builder;
use super::graph::MapNodes;
use super::graph::NodeId;
use super::layers::ConvShape;
use super::layers::Padding;
use super::layers::conv;
use super::trunk::Maps;
use super::trunk::freeze_blocks;

/// Channels of the last map.
pub const CHANNELS: usize = 512;
/// Channels of the squeezed and of each expanded map of the fire modules.
const WIDTHS: [[usize; 2]; 8] = [
    [16, 64],
    [16, 64],
    [32, 128],
    [32, 128],
    [48, 192],
    [48, 192],
    [64, 256],
    [64, 256],
];
/// Fire modules with a pool before them.
const POOLED: [usize; 3] = [0, 2, 4];

/// Few channels, then many again: by a 1x1 and by a 3x3 convolution, side by side.
#[derive(Module, Debug)]
pub struct Fire {
    squeeze: Conv2d,
    expand1x1: Conv2d,
    expand3x3: Conv2d,
}

/// The trunk, without the 1x1 convolution that classifies.
#[derive(Module, Debug)]
pub struct SqueezeNet {
    stem: Conv2d,
    pool: MaxPool2d,
    fires: Vec<Fire>,
}

impl SqueezeNet {
    pub fn new(device: &Device) -> Self {
        let mut channels = 64;
        let fires = WIDTHS
            .iter()
            .map(|[squeezed, expanded]| {
                let fire = Fire::new(channels, *squeezed, *expanded, device);
                channels = 2 * expanded;
                fire
            })
            .collect();
        Self {
            stem: conv(
                ConvShape::new([3, 64], 3, 2).padded(Padding::None),
                true,
                device,
            ),
            pool: MaxPool2dConfig::new([3, 3])
                .with_strides([2, 2])
                .with_ceil_mode(true)
                .init(),
            fires,
        }
    }

    /// The stem and the first fire modules stay as they are.
    pub fn freeze_first(mut self, n_blocks: usize) -> Self {
        self.stem = self.stem.freeze();
        self.fires = freeze_blocks(self.fires, n_blocks);
        self
    }

    /// The last map; its stride is 16, so both maps are the same.
    pub fn forward(&self, x_bchw: Tensor<4>) -> Maps {
        let mut x = relu(self.stem.forward(x_bchw));
        for (index, fire) in self.fires.iter().enumerate() {
            if POOLED.contains(&index) {
                x = self.pool.forward(x);
            }
            x = fire.forward(x);
        }
        Maps {
            fine: x.clone(),
            deep: x,
            token_bc: None,
        }
    }

    /// What [`Self::forward`] does, as a graph.
    pub fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> MapNodes {
        let x = builder.conv(x, &self.stem);
        let mut x = builder.activate(x, Activation::Relu);
        for (index, fire) in self.fires.iter().enumerate() {
            if POOLED.contains(&index) {
                x = builder.max_pool(x, &self.pool);
            }
            x = fire.record(x, builder);
        }
        MapNodes {
            fine: x,
            deep: x,
            token: None,
        }
    }
}

impl Fire {
    fn new(channels_in: usize, squeezed: usize, expanded: usize, device: &Device) -> Self {
        let layer = |channels, kernel| conv(ConvShape::new(channels, kernel, 1), true, device);
        Self {
            squeeze: layer([channels_in, squeezed], 1),
            expand1x1: layer([squeezed, expanded], 1),
            expand3x3: layer([squeezed, expanded], 3),
        }
    }

    fn forward(&self, x_bchw: Tensor<4>) -> Tensor<4> {
        let x = relu(self.squeeze.forward(x_bchw));
        let narrow = self.expand1x1.forward(x.clone());
        let broad = self.expand3x3.forward(x);
        relu(Tensor::cat(vec![narrow, broad], 1))
    }

    fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> NodeId {
        let x = builder.conv(x, &self.squeeze);
        let x = builder.activate(x, Activation::Relu);
        let narrow = builder.conv(x, &self.expand1x1);
        let broad = builder.conv(x, &self.expand3x3);
        let both = builder.join(narrow, broad);
        builder.activate(both, Activation::Relu)
    }
}
