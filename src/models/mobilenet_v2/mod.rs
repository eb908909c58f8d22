//! MobileNetV2 1.0 in the layout of the MXNet/Gluon family: its first block has an expansion of
//! factor 1, which torchvision leaves out (Sandler et al., arXiv:1801.04381).

pub mod keys;

use burn::module::Module;
use burn::tensor::Device;
use burn::tensor::Tensor;

use super::graph::Activation;
use super::graph::Builder;
use super::graph::MapNodes;
use super::graph::NodeId;
use super::layers::ConvNorm;
use super::layers::ConvShape;
use super::layers::relu6;
use super::trunk::Maps;
use super::trunk::freeze_blocks;

const NORM_EPSILON: f64 = 1e-5;
const NORM_MOMENTUM: f64 = 0.1;
/// Channels of the last map.
pub const CHANNELS: usize = 1280;
const OUT: [usize; 17] = [
    16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320,
];
const STRIDE: [usize; 17] = [1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1];
/// Blocks before this index see stride 16 at most.
const FIRST_STRIDE32: usize = 13;

/// An inverted residual block with a linear bottleneck.
#[derive(Module, Debug)]
pub struct Block {
    expand: ConvNorm,
    depthwise: ConvNorm,
    project: ConvNorm,
    residual: bool,
}

/// The trunk, without pooling and head.
#[derive(Module, Debug)]
pub struct MobileNetV2 {
    stem: ConvNorm,
    blocks: Vec<Block>,
    last: ConvNorm,
}

impl MobileNetV2 {
    pub fn new(device: &Device) -> Self {
        let mut channels = 32;
        let blocks = (0..OUT.len())
            .map(|index| {
                let factor = if index == 0 { 1 } else { 6 };
                let block = Block::new(channels, factor, OUT[index], STRIDE[index], device);
                channels = OUT[index];
                block
            })
            .collect();
        Self {
            stem: conv_norm(ConvShape::new([3, 32], 3, 2), device),
            blocks,
            last: conv_norm(ConvShape::new([channels, CHANNELS], 1, 1), device),
        }
    }

    /// The stem and the first blocks stay as they are.
    pub fn freeze_first(mut self, n_blocks: usize) -> Self {
        self.stem = self.stem.freeze();
        self.blocks = freeze_blocks(self.blocks, n_blocks);
        self
    }

    /// What its batch normalizations add to a variance.
    pub fn norm_epsilon(&self) -> f64 {
        self.stem.norm.epsilon
    }

    /// Maps of strides 16 and 32.
    pub fn forward(&self, x_bchw: Tensor<4>) -> Maps {
        let (early, late) = self.blocks.split_at(FIRST_STRIDE32);
        let mut x = relu6(self.stem.forward(x_bchw));
        for block in early {
            x = block.forward(x);
        }
        let fine = x.clone();
        for block in late {
            x = block.forward(x);
        }
        Maps {
            fine,
            deep: relu6(self.last.forward(x)),
            token_bc: None,
        }
    }

    /// What [`Self::forward`] does, as a graph.
    pub fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> MapNodes {
        let (early, late) = self.blocks.split_at(FIRST_STRIDE32);
        let x = builder.conv_norm(x, &self.stem);
        let mut x = builder.activate(x, Activation::Relu6);
        for block in early {
            x = block.record(x, builder);
        }
        let fine = x;
        for block in late {
            x = block.record(x, builder);
        }
        let x = builder.conv_norm(x, &self.last);
        MapNodes {
            fine,
            deep: builder.activate(x, Activation::Relu6),
            token: None,
        }
    }
}

impl Block {
    fn new(
        channels_in: usize,
        factor: usize,
        channels_out: usize,
        stride: usize,
        device: &Device,
    ) -> Self {
        let expanded = channels_in * factor;
        Self {
            expand: conv_norm(ConvShape::new([channels_in, expanded], 1, 1), device),
            depthwise: conv_norm(ConvShape::depthwise(expanded, 3, stride), device),
            project: conv_norm(ConvShape::new([expanded, channels_out], 1, 1), device),
            residual: stride == 1 && channels_in == channels_out,
        }
    }

    fn forward(&self, x_bchw: Tensor<4>) -> Tensor<4> {
        let y = relu6(self.expand.forward(x_bchw.clone()));
        let y = relu6(self.depthwise.forward(y));
        let y = self.project.forward(y);
        if self.residual { y + x_bchw } else { y }
    }

    fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> NodeId {
        let y = builder.conv_norm(x, &self.expand);
        let y = builder.activate(y, Activation::Relu6);
        let y = builder.conv_norm(y, &self.depthwise);
        let y = builder.activate(y, Activation::Relu6);
        let y = builder.conv_norm(y, &self.project);
        if self.residual { builder.add(y, x) } else { y }
    }
}

fn conv_norm(shape: ConvShape, device: &Device) -> ConvNorm {
    ConvNorm::new(shape, NORM_EPSILON, NORM_MOMENTUM, device)
}
