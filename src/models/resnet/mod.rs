//! ResNet-18 and ResNet-50 as torchvision defines them (He et al., arXiv:1512.03385; the stride of
//! a bottleneck sits on its 3x3 convolution).

pub mod keys;

use burn::module::Module;
use burn::nn::Initializer;
use burn::nn::PaddingConfig2d;
use burn::nn::pool::MaxPool2d;
use burn::nn::pool::MaxPool2dConfig;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use super::layers::ConvNorm;
use super::layers::ConvShape;
use super::trunk::Maps;
use super::trunk::freeze_blocks;

const NORM_EPSILON: f64 = 1e-5;
const NORM_MOMENTUM: f64 = 0.1;
const STAGE_WIDTHS: [usize; 4] = [64, 128, 256, 512];

/// Which residual branch, and how many per stage.
#[derive(Clone, Copy, Debug)]
pub struct ResNetConfig {
    pub blocks: [usize; 4],
    pub bottleneck: bool,
}

impl ResNetConfig {
    pub const RESNET18: Self = Self {
        blocks: [2, 2, 2, 2],
        bottleneck: false,
    };
    pub const RESNET50: Self = Self {
        blocks: [3, 4, 6, 3],
        bottleneck: true,
    };

    /// Channels of the last stage.
    pub const fn channels(self) -> usize {
        512 * self.expansion()
    }

    const fn expansion(self) -> usize {
        if self.bottleneck { 4 } else { 1 }
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
        let mut channels = 64;
        let mut stage = |idx: usize| {
            let stride = if idx == 0 { 1 } else { 2 };
            let blocks: Vec<Block> = (0..config.blocks[idx])
                .map(|block_idx| {
                    let stride = if block_idx == 0 { stride } else { 1 };
                    let block = Block::new(channels, STAGE_WIDTHS[idx], stride, config, device);
                    channels = STAGE_WIDTHS[idx] * config.expansion();
                    block
                })
                .collect();
            blocks
        };
        Self {
            stem: conv_norm(ConvShape::new([3, 64], 7, 2), device),
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
        let shapes = if config.bottleneck {
            [
                ConvShape::new([channels_in, width], 1, 1),
                ConvShape::new([width, width], 3, stride),
            ]
        } else {
            [
                ConvShape::new([channels_in, width], 3, stride),
                ConvShape::new([width, width], 3, 1),
            ]
        };
        let conv3 = config
            .bottleneck
            .then(|| conv_norm(ConvShape::new([width, channels_out], 1, 1), device));
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
}

fn conv_norm(shape: ConvShape, device: &Device) -> ConvNorm {
    ConvNorm::new(shape, NORM_EPSILON, NORM_MOMENTUM, device)
}
