//! MobileNetV3-Large as torchvision defines it (Howard et al., arXiv:1905.02244).

pub mod keys;

use burn::module::Module;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use super::graph::Activation;
use super::graph::Builder;
use super::graph::MapNodes;
use super::graph::NodeId;
use super::layers::ConvNorm;
use super::layers::ConvShape;
use super::layers::hard_sigmoid;
use super::layers::hard_swish;
use super::residual::SqueezeExcitation;
use super::trunk::Maps;
use super::trunk::freeze_blocks;

const NORM_EPSILON: f64 = 1e-3;
const NORM_MOMENTUM: f64 = 0.01;
/// Channels of the last map.
pub const CHANNELS: usize = 960;
/// Width of the hidden layer of the head.
pub const HIDDEN: usize = 1280;
/// Blocks before this index see stride 16 at most.
const FIRST_STRIDE32: usize = 12;

/// One row of table 1 of the paper.
struct Row {
    kernel: usize,
    expanded: usize,
    out: usize,
    squeeze: bool,
    hard_swish: bool,
    stride: usize,
}

const fn row(
    kernel: usize,
    expanded: usize,
    out: usize,
    squeeze: usize,
    hard_swish: usize,
    stride: usize,
) -> Row {
    Row {
        kernel,
        expanded,
        out,
        squeeze: squeeze == 1,
        hard_swish: hard_swish == 1,
        stride,
    }
}

// Kernel, expanded, out, squeeze-and-excitation, hard swish, stride.
const ROWS: [Row; 15] = [
    row(3, 16, 16, 0, 0, 1),
    row(3, 64, 24, 0, 0, 2),
    row(3, 72, 24, 0, 0, 1),
    row(5, 72, 40, 1, 0, 2),
    row(5, 120, 40, 1, 0, 1),
    row(5, 120, 40, 1, 0, 1),
    row(3, 240, 80, 0, 1, 2),
    row(3, 200, 80, 0, 1, 1),
    row(3, 184, 80, 0, 1, 1),
    row(3, 184, 80, 0, 1, 1),
    row(3, 480, 112, 1, 1, 1),
    row(3, 672, 112, 1, 1, 1),
    row(5, 672, 160, 1, 1, 2),
    row(5, 960, 160, 1, 1, 1),
    row(5, 960, 160, 1, 1, 1),
];

/// An inverted residual block.
#[derive(Module, Debug)]
pub struct Block {
    expand: Option<ConvNorm>,
    depthwise: ConvNorm,
    squeeze: Option<SqueezeExcitation>,
    project: ConvNorm,
    hard_swish: bool,
    residual: bool,
}

/// The trunk, without pooling and head.
#[derive(Module, Debug)]
pub struct MobileNetV3 {
    stem: ConvNorm,
    blocks: Vec<Block>,
    last: ConvNorm,
}

impl MobileNetV3 {
    pub fn new(device: &Device) -> Self {
        let mut channels = 16;
        let blocks = ROWS
            .iter()
            .map(|row| {
                let block = Block::new(channels, row, device);
                channels = row.out;
                block
            })
            .collect();
        Self {
            stem: conv_norm(ConvShape::new([3, 16], 3, 2), device),
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
        let mut x = hard_swish(self.stem.forward(x_bchw));
        for block in early {
            x = block.forward(x);
        }
        let fine = x.clone();
        for block in late {
            x = block.forward(x);
        }
        Maps {
            fine,
            deep: hard_swish(self.last.forward(x)),
            token_bc: None,
        }
    }

    /// What [`Self::forward`] does, as a graph.
    pub fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> MapNodes {
        let (early, late) = self.blocks.split_at(FIRST_STRIDE32);
        let x = builder.conv_norm(x, &self.stem);
        let mut x = builder.activate(x, Activation::HardSwish);
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
            deep: builder.activate(x, Activation::HardSwish),
            token: None,
        }
    }
}

impl Block {
    fn new(channels_in: usize, row: &Row, device: &Device) -> Self {
        let expand = (row.expanded != channels_in)
            .then(|| conv_norm(ConvShape::new([channels_in, row.expanded], 1, 1), device));
        let depthwise = ConvShape::depthwise(row.expanded, row.kernel, row.stride);
        Self {
            expand,
            depthwise: conv_norm(depthwise, device),
            squeeze: row.squeeze.then(|| {
                let squeezed = make_divisible(row.expanded / 4);
                SqueezeExcitation::new(row.expanded, squeezed, device)
            }),
            project: conv_norm(ConvShape::new([row.expanded, row.out], 1, 1), device),
            hard_swish: row.hard_swish,
            residual: row.stride == 1 && channels_in == row.out,
        }
    }

    fn forward(&self, x_bchw: Tensor<4>) -> Tensor<4> {
        let mut y = x_bchw.clone();
        if let Some(expand) = &self.expand {
            y = self.activate(expand.forward(y));
        }
        y = self.activate(self.depthwise.forward(y));
        if let Some(squeeze) = &self.squeeze {
            y = squeeze.forward(y, relu, hard_sigmoid);
        }
        y = self.project.forward(y);
        if self.residual { y + x_bchw } else { y }
    }

    fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> NodeId {
        let activation = if self.hard_swish {
            Activation::HardSwish
        } else {
            Activation::Relu
        };
        let mut y = x;
        for layer in self.expand.iter().chain([&self.depthwise]) {
            y = builder.conv_norm(y, layer);
            y = builder.activate(y, activation);
        }
        if let Some(squeeze) = &self.squeeze {
            y = squeeze.record(y, Activation::Relu, Activation::HardSigmoid, builder);
        }
        y = builder.conv_norm(y, &self.project);
        if self.residual { builder.add(y, x) } else { y }
    }

    fn activate(&self, x: Tensor<4>) -> Tensor<4> {
        if self.hard_swish {
            hard_swish(x)
        } else {
            relu(x)
        }
    }
}

/// The nearest multiple of 8, never more than 10 % below (torchvision's `_make_divisible`).
fn make_divisible(value: usize) -> usize {
    let rounded = ((value + 4) / 8 * 8).max(8);
    if rounded * 10 < value * 9 {
        rounded + 8
    } else {
        rounded
    }
}

fn conv_norm(shape: ConvShape, device: &Device) -> ConvNorm {
    ConvNorm::new(shape, NORM_EPSILON, NORM_MOMENTUM, device)
}

/// Rows that have an expansion, and rows that have squeeze-and-excitation, for the key map.
fn parts_of_block(index: usize) -> (bool, bool) {
    let channels_in = if index == 0 { 16 } else { ROWS[index - 1].out };
    (ROWS[index].expanded != channels_in, ROWS[index].squeeze)
}
