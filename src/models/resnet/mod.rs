//! ResNets as torchvision defines them (He et al., arXiv:1512.03385; the stride of a bottleneck sits
//! on its 3x3 convolution), with the groups of ResNeXt (Xie et al., arXiv:1611.05431) and the width
//! of the teachers of SwAV and SEED.

pub mod keys;

use burn::module::Module;
use burn::nn::Initializer;
use burn::nn::PaddingConfig2d;
use burn::nn::pool::MaxPool2d;
use burn::nn::pool::MaxPool2dConfig;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use super::graph::Activation;
use super::graph::Builder;
use super::graph::MapNodes;
use super::graph::NodeId;
use super::layers::ConvNorm;
use super::layers::ConvShape;
use super::trunk::Maps;
use super::trunk::freeze_blocks;

const NORM_EPSILON: f64 = 1e-5;
const NORM_MOMENTUM: f64 = 0.1;
const STAGE_WIDTHS: [usize; 4] = [64, 128, 256, 512];

/// Which residual branch, how wide, and how many per stage.
#[derive(Clone, Copy, Debug)]
pub struct ResNetConfig {
    pub blocks: [usize; 4],
    pub bottleneck: bool,
    /// Groups of the 3x3 convolution of a bottleneck, and the channels of one in the first stage.
    pub groups: [usize; 2],
    /// Every number of channels is multiplied by this, the stem included (SwAV).
    pub widen: usize,
}

impl ResNetConfig {
    pub const RESNET18: Self = Self::basic([2, 2, 2, 2]);
    pub const RESNET34: Self = Self::basic([3, 4, 6, 3]);
    pub const RESNET50: Self = Self::bottleneck([3, 4, 6, 3]);
    pub const RESNET101: Self = Self::bottleneck([3, 4, 23, 3]);
    pub const RESNET152: Self = Self::bottleneck([3, 8, 36, 3]);
    /// The large network of SSCD; torchvision has only 32x8d under this depth.
    pub const RESNEXT101_32X4D: Self = Self {
        groups: [32, 4],
        ..Self::RESNET101
    };
    pub const RESNET50_WIDE2: Self = Self::RESNET50.wide(2);
    pub const RESNET50_WIDE4: Self = Self::RESNET50.wide(4);
    pub const RESNET50_WIDE5: Self = Self::RESNET50.wide(5);

    const fn basic(blocks: [usize; 4]) -> Self {
        Self {
            blocks,
            bottleneck: false,
            groups: [1, 64],
            widen: 1,
        }
    }

    const fn bottleneck(blocks: [usize; 4]) -> Self {
        Self {
            bottleneck: true,
            ..Self::basic(blocks)
        }
    }

    /// The same network with every number of channels multiplied.
    pub const fn wide(self, widen: usize) -> Self {
        Self { widen, ..self }
    }

    /// Channels of the last stage.
    pub const fn channels(self) -> usize {
        512 * self.widen * self.expansion()
    }

    const fn expansion(self) -> usize {
        if self.bottleneck { 4 } else { 1 }
    }

    /// Channels of the 3x3 convolution of a bottleneck whose stage has this width.
    const fn inner(self, width: usize) -> usize {
        let [groups, group_width] = self.groups;
        width * groups * group_width / STAGE_WIDTHS[0]
    }
}

/// One residual block; `conv3` makes it a bottleneck.
#[derive(Module, Debug)]
pub struct Block {
    conv1: ConvNorm,
    conv2: ConvNorm,
    conv3: Option<ConvNorm>,
    downsample: Option<ConvNorm>,
}

/// The trunk, without pooling and head.
#[derive(Module, Debug)]
pub struct ResNet {
    stem: ConvNorm,
    max_pool: MaxPool2d,
    layer1: Vec<Block>,
    layer2: Vec<Block>,
    layer3: Vec<Block>,
    layer4: Vec<Block>,
}

impl ResNet {
    pub fn new(config: ResNetConfig, device: &Device) -> Self {
        let max_pool = MaxPool2dConfig::new([3, 3])
            .with_strides([2, 2])
            .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1));
        let stem = STAGE_WIDTHS[0] * config.widen;
        let mut channels = stem;
        let mut stage = |idx: usize| {
            let width = STAGE_WIDTHS[idx] * config.widen;
            let stride = if idx == 0 { 1 } else { 2 };
            let blocks: Vec<Block> = (0..config.blocks[idx])
                .map(|block_idx| {
                    let stride = if block_idx == 0 { stride } else { 1 };
                    let block = Block::new(channels, width, stride, config, device);
                    channels = width * config.expansion();
                    block
                })
                .collect();
            blocks
        };
        Self {
            stem: conv_norm(ConvShape::new([3, stem], 7, 2), device),
            max_pool: max_pool.init(),
            layer1: stage(0),
            layer2: stage(1),
            layer3: stage(2),
            layer4: stage(3),
        }
    }

    /// The stem and the first blocks stay as they are, counted through all stages.
    pub fn freeze_first(mut self, n_blocks: usize) -> Self {
        self.stem = self.stem.freeze();
        let mut left = n_blocks;
        for layer in [
            &mut self.layer1,
            &mut self.layer2,
            &mut self.layer3,
            &mut self.layer4,
        ] {
            let n_here = layer.len();
            *layer = freeze_blocks(std::mem::take(layer), left);
            left = left.saturating_sub(n_here);
        }
        self
    }

    /// What its batch normalizations add to a variance.
    pub fn norm_epsilon(&self) -> f64 {
        self.stem.norm.epsilon
    }

    /// Maps of strides 16 and 32.
    pub fn forward(&self, x_bchw: Tensor<4>) -> Maps {
        let x = relu(self.stem.forward(x_bchw));
        let mut x = self.max_pool.forward(x);
        for block in self.layer1.iter().chain(&self.layer2).chain(&self.layer3) {
            x = block.forward(x);
        }
        let fine = x.clone();
        for block in &self.layer4 {
            x = block.forward(x);
        }
        Maps {
            fine,
            deep: x,
            token_bc: None,
        }
    }

    /// What [`Self::forward`] does, as a graph.
    pub fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> MapNodes {
        let x = builder.conv_norm(x, &self.stem);
        let x = builder.activate(x, Activation::Relu);
        let mut x = builder.max_pool(x, &self.max_pool);
        for block in self.layer1.iter().chain(&self.layer2).chain(&self.layer3) {
            x = block.record(x, builder);
        }
        let fine = x;
        for block in &self.layer4 {
            x = block.record(x, builder);
        }
        MapNodes {
            fine,
            deep: x,
            token: None,
        }
    }
}

impl Block {
    fn new(
        channels_in: usize,
        width: usize,
        stride: usize,
        config: ResNetConfig,
        device: &Device,
    ) -> Self {
        let channels_out = width * config.expansion();
        let needs_downsample = stride != 1 || channels_in != channels_out;
        let downsample = needs_downsample.then(|| {
            conv_norm(
                ConvShape::new([channels_in, channels_out], 1, stride),
                device,
            )
        });
        let inner = config.inner(width);
        let shapes = if config.bottleneck {
            [
                ConvShape::new([channels_in, inner], 1, 1),
                ConvShape::new([inner, inner], 3, stride).grouped(config.groups[0]),
            ]
        } else {
            [
                ConvShape::new([channels_in, width], 3, stride),
                ConvShape::new([width, width], 3, 1),
            ]
        };
        let conv3 = config
            .bottleneck
            .then(|| conv_norm(ConvShape::new([inner, channels_out], 1, 1), device));
        let mut block = Self {
            conv1: conv_norm(shapes[0], device),
            conv2: conv_norm(shapes[1], device),
            conv3,
            downsample,
        };
        // SSCD starts every residual branch at zero; its entropy weight depends on it.
        let last = block.conv3.as_mut().unwrap_or(&mut block.conv2);
        last.norm.gamma = Initializer::Zeros.init([channels_out], device);
        block
    }

    fn forward(&self, x_bchw: Tensor<4>) -> Tensor<4> {
        let shortcut = match &self.downsample {
            Some(downsample) => downsample.forward(x_bchw.clone()),
            None => x_bchw.clone(),
        };
        let mut y = self.conv2.forward(relu(self.conv1.forward(x_bchw)));
        if let Some(conv3) = &self.conv3 {
            y = conv3.forward(relu(y));
        }
        relu(y + shortcut)
    }

    fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> NodeId {
        let shortcut = match &self.downsample {
            Some(downsample) => builder.conv_norm(x, downsample),
            None => x,
        };
        let y = builder.conv_norm(x, &self.conv1);
        let y = builder.activate(y, Activation::Relu);
        let mut y = builder.conv_norm(y, &self.conv2);
        if let Some(conv3) = &self.conv3 {
            y = builder.activate(y, Activation::Relu);
            y = builder.conv_norm(y, conv3);
        }
        let sum = builder.add(y, shortcut);
        builder.activate(sum, Activation::Relu)
    }
}

fn conv_norm(shape: ConvShape, device: &Device) -> ConvNorm {
    ConvNorm::new(shape, NORM_EPSILON, NORM_MOMENTUM, device)
}
