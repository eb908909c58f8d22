//! EfficientNet-B0 and B1 as torchvision defines them, EfficientNetV2-M as timm does
//! (`tf_efficientnetv2_m`).

mod block;
mod config;
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
use super::silu::silu;
use super::trunk::Maps;
use super::trunk::freeze_blocks;

use block::Block;
pub use config::EfficientNetConfig;
use config::Stage;

const NORM_MOMENTUM: f64 = 0.1;
/// Stages before this index see stride 16 at most.
const FIRST_STRIDE32: usize = 5;

/// The trunk, without pooling and head.
#[derive(Module, Debug)]
pub struct EfficientNet {
    stem: ConvNorm,
    stages: Vec<Vec<Block>>,
    last: Option<ConvNorm>,
}

impl EfficientNet {
    pub fn new(config: &EfficientNetConfig, device: &Device) -> Self {
        let n_blocks: usize = config.stages.iter().map(|stage| stage.blocks).sum();
        let mut channels = config.stem;
        let mut n_before = 0;
        let mut block = |stage: &Stage, index: usize| {
            let stride = if index == 0 { stage.stride } else { 1 };
            let skipped = config.stochastic_depth * n_before as f64 / n_blocks as f64;
            let block = Block::new(
                channels,
                Stage { stride, ..*stage },
                skipped,
                config,
                device,
            );
            channels = stage.channels;
            n_before += 1;
            block
        };
        let stages = config
            .stages
            .iter()
            .map(|stage| (0..stage.blocks).map(|index| block(stage, index)).collect())
            .collect();
        let last = config
            .last
            .map(|last| conv_norm(ConvShape::new([channels, last], 1, 1), config, device));
        Self {
            stem: conv_norm(ConvShape::new([3, config.stem], 3, 2), config, device),
            stages,
            last,
        }
    }

    /// The stem and the first blocks stay as they are, counted through all stages.
    pub fn freeze_first(mut self, n_blocks: usize) -> Self {
        self.stem = self.stem.freeze();
        let mut left = n_blocks;
        for stage in &mut self.stages {
            let n_here = stage.len();
            *stage = freeze_blocks(std::mem::take(stage), left);
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
        let (early, late) = self.stages.split_at(FIRST_STRIDE32);
        let mut x = silu(self.stem.forward(x_bchw));
        for block in early.iter().flatten() {
            x = block.forward(x);
        }
        let fine = x.clone();
        for block in late.iter().flatten() {
            x = block.forward(x);
        }
        if let Some(last) = &self.last {
            x = silu(last.forward(x));
        }
        Maps {
            fine,
            deep: x,
            token_bc: None,
        }
    }

    /// What [`Self::forward`] does, as a graph.
    pub fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> MapNodes {
        let (early, late) = self.stages.split_at(FIRST_STRIDE32);
        let x = builder.conv_norm(x, &self.stem);
        let mut x = builder.activate(x, Activation::Silu);
        for block in early.iter().flatten() {
            x = block.record(x, builder);
        }
        let fine = x;
        for block in late.iter().flatten() {
            x = block.record(x, builder);
        }
        if let Some(last) = &self.last {
            x = builder.conv_norm(x, last);
            x = builder.activate(x, Activation::Silu);
        }
        MapNodes {
            fine,
            deep: x,
            token: None,
        }
    }
}

fn conv_norm(shape: ConvShape, config: &EfficientNetConfig, device: &Device) -> ConvNorm {
    let shape = shape.padded(config.padding);
    ConvNorm::new(shape, config.norm_epsilon, NORM_MOMENTUM, device)
}
