//! MobileViT-XS and S as timm defines them (`mobilevit_xs`, `mobilevit_s`; Mehta and Rastegari,
//! arXiv:2110.02178): inverted residual blocks with small transformers in the last three stages.

pub mod keys;
mod transformer;

use burn::module::Module;
use burn::tensor::Device;
use burn::tensor::Tensor;

use super::graph::Activation;
use super::graph::Builder;
use super::graph::MapNodes;
use super::graph::NodeId;
use super::layers::ConvNorm;
use super::layers::ConvShape;
use super::silu::silu;
use super::trunk::Maps;
use super::trunk::freeze_blocks;

use transformer::Mixer;

const NORM_EPSILON: f64 = 1e-5;
const NORM_MOMENTUM: f64 = 0.1;
const STEM: usize = 16;
/// Channels inside a block, as a multiple of those that go in.
const EXPAND: usize = 4;
const STRIDES: [usize; 5] = [1, 2, 2, 2, 2];
const BLOCKS: [usize; 5] = [1, 3, 1, 1, 1];
/// Layers of the transformer of each stage.
const LAYERS: [usize; 5] = [0, 0, 2, 4, 3];

/// Widths of one size of the network.
#[derive(Clone, Copy, Debug)]
pub struct MobileVitConfig {
    /// Channels of each stage.
    pub channels: [usize; 5],
    /// Width of the transformer of each stage.
    pub widths: [usize; 5],
    /// Channels of the last map.
    pub last: usize,
}

impl MobileVitConfig {
    pub const XS: Self = Self {
        channels: [32, 48, 64, 80, 96],
        widths: [0, 0, 96, 120, 144],
        last: 384,
    };
    pub const S: Self = Self {
        channels: [32, 64, 96, 128, 160],
        widths: [0, 0, 144, 192, 240],
        last: 640,
    };
}

/// An inverted residual block.
#[derive(Module, Debug)]
struct Block {
    expand: ConvNorm,
    depthwise: ConvNorm,
    project: ConvNorm,
    residual: bool,
}

/// Blocks of one size of map, and the transformer behind them.
#[derive(Module, Debug)]
struct Stage {
    blocks: Vec<Block>,
    mixer: Option<Mixer>,
}

/// The trunk, without pooling and head.
#[derive(Module, Debug)]
pub struct MobileVit {
    stem: ConvNorm,
    stages: Vec<Stage>,
    last: ConvNorm,
}

impl MobileVit {
    pub fn new(config: MobileVitConfig, device: &Device) -> Self {
        let mut channels = STEM;
        let mut stage = |index: usize| {
            let out = config.channels[index];
            let first = Block::new([channels, out], STRIDES[index], device);
            channels = out;
            let others = (1..BLOCKS[index]).map(|_| Block::new([out, out], 1, device));
            let n_layers = LAYERS[index];
            Stage {
                blocks: std::iter::once(first).chain(others).collect(),
                mixer: (n_layers > 0)
                    .then(|| Mixer::new(out, config.widths[index], n_layers, device)),
            }
        };
        let stages = (0..STRIDES.len()).map(&mut stage).collect();
        let last = ConvShape::new([channels, config.last], 1, 1);
        Self {
            stem: conv_norm(ConvShape::new([3, STEM], 3, 2), device),
            stages,
            last: conv_norm(last, device),
        }
    }

    /// The stem and the first blocks stay as they are, counted through all stages; a transformer
    /// goes with the last block before it.
    pub fn freeze_first(mut self, n_blocks: usize) -> Self {
        self.stem = self.stem.freeze();
        let mut left = n_blocks;
        for stage in &mut self.stages {
            let n_here = stage.blocks.len();
            if left >= n_here {
                stage.mixer = stage.mixer.take().map(Module::freeze);
            }
            stage.blocks = freeze_blocks(std::mem::take(&mut stage.blocks), left);
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
        let mut x = silu(self.stem.forward(x_bchw));
        let (early, last) = self.stages.split_at(STRIDES.len() - 1);
        for stage in early {
            x = stage.forward(x);
        }
        let fine = x.clone();
        for stage in last {
            x = stage.forward(x);
        }
        Maps {
            fine,
            deep: silu(self.last.forward(x)),
            token_bc: None,
        }
    }

    /// What [`Self::forward`] does, as a graph.
    pub fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> MapNodes {
        let x = builder.conv_norm(x, &self.stem);
        let mut x = builder.activate(x, Activation::Silu);
        let (early, last) = self.stages.split_at(STRIDES.len() - 1);
        for stage in early {
            x = stage.record(x, builder);
        }
        let fine = x;
        for stage in last {
            x = stage.record(x, builder);
        }
        let x = builder.conv_norm(x, &self.last);
        MapNodes {
            fine,
            deep: builder.activate(x, Activation::Silu),
            token: None,
        }
    }
}

impl Stage {
    fn forward(&self, mut x_bchw: Tensor<4>) -> Tensor<4> {
        for block in &self.blocks {
            x_bchw = block.forward(x_bchw);
        }
        match &self.mixer {
            Some(mixer) => mixer.forward(x_bchw),
            None => x_bchw,
        }
    }

    fn record(&self, mut x: NodeId, builder: &mut Builder<'_>) -> NodeId {
        for block in &self.blocks {
            x = block.record(x, builder);
        }
        match &self.mixer {
            Some(mixer) => mixer.record(x, builder),
            None => x,
        }
    }
}

impl Block {
    fn new(channels: [usize; 2], stride: usize, device: &Device) -> Self {
        let [channels_in, channels_out] = channels;
        let inside = channels_in * EXPAND;
        Self {
            expand: conv_norm(ConvShape::new([channels_in, inside], 1, 1), device),
            depthwise: conv_norm(ConvShape::depthwise(inside, 3, stride), device),
            project: conv_norm(ConvShape::new([inside, channels_out], 1, 1), device),
            residual: stride == 1 && channels_in == channels_out,
        }
    }

    fn forward(&self, x_bchw: Tensor<4>) -> Tensor<4> {
        let y = silu(self.expand.forward(x_bchw.clone()));
        let y = silu(self.depthwise.forward(y));
        let y = self.project.forward(y);
        if self.residual { y + x_bchw } else { y }
    }

    fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> NodeId {
        let y = builder.conv_norm(x, &self.expand);
        let y = builder.activate(y, Activation::Silu);
        let y = builder.conv_norm(y, &self.depthwise);
        let y = builder.activate(y, Activation::Silu);
        let y = builder.conv_norm(y, &self.project);
        if self.residual { builder.add(y, x) } else { y }
    }
}

fn conv_norm(shape: ConvShape, device: &Device) -> ConvNorm {
    ConvNorm::new(shape, NORM_EPSILON, NORM_MOMENTUM, device)
}
