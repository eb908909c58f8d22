//! The tables of the papers.

use crate::models::layers::Padding;

/// What a block of a stage is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// One convolution.
    Plain,
    /// A wide convolution and a 1x1 back (EfficientNetV2).
    Fused,
    /// 1x1, depthwise, squeeze-and-excitation, 1x1 back.
    Inverted,
}

/// One row of a table: blocks of the same kind, the first of them with the stride.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    pub kind: BlockKind,
    pub kernel: usize,
    pub stride: usize,
    /// Channels inside a block, as a multiple of those that go in.
    pub expand: usize,
    pub channels: usize,
    pub blocks: usize,
}

/// One network.
#[derive(Clone, Copy, Debug)]
pub struct EfficientNetConfig {
    /// Channels of the stem.
    pub stem: usize,
    pub stages: [Stage; 7],
    /// Channels of the 1x1 convolution after the last stage, where the trunk has one.
    pub last: Option<usize>,
    pub padding: Padding,
    pub norm_epsilon: f64,
    /// Probability of leaving out the last block while training; falls to 0 for the first.
    pub stochastic_depth: f64,
}

/// Kernel, stride, expansion, channels, blocks.
const fn stage(kind: BlockKind, row: [usize; 5]) -> Stage {
    let [kernel, stride, expand, channels, blocks] = row;
    Stage {
        kind,
        kernel,
        stride,
        expand,
        channels,
        blocks,
    }
}

impl EfficientNetConfig {
    /// Tan and Le, arXiv:1905.11946, table 1.
    pub const B0: Self = Self::first_version([1, 2, 2, 3, 3, 4, 1]);
    /// As B0 with 1.1 times as many blocks per stage, rounded up.
    pub const B1: Self = Self::first_version([2, 3, 3, 4, 4, 5, 2]);
    /// As in TensorFlow, where it was published first: the students of SEED.
    pub const B0_SAME: Self = Self::B0.as_in_tensorflow();
    pub const B1_SAME: Self = Self::B1.as_in_tensorflow();
    /// Tan and Le, arXiv:2104.00298, size M. The trunk ends with the last stage, as ISC21 uses it.
    pub const V2_M: Self = Self {
        stem: 24,
        stages: [
            stage(BlockKind::Plain, [3, 1, 1, 24, 3]),
            stage(BlockKind::Fused, [3, 2, 4, 48, 5]),
            stage(BlockKind::Fused, [3, 2, 4, 80, 5]),
            stage(BlockKind::Inverted, [3, 2, 4, 160, 7]),
            stage(BlockKind::Inverted, [3, 1, 6, 176, 14]),
            stage(BlockKind::Inverted, [3, 2, 6, 304, 18]),
            stage(BlockKind::Inverted, [3, 1, 6, 512, 5]),
        ],
        last: None,
        padding: Padding::Same,
        norm_epsilon: 1e-3,
        stochastic_depth: 0.0,
    };

    const fn first_version(blocks: [usize; 7]) -> Self {
        Self {
            stem: 32,
            stages: [
                stage(BlockKind::Inverted, [3, 1, 1, 16, blocks[0]]),
                stage(BlockKind::Inverted, [3, 2, 6, 24, blocks[1]]),
                stage(BlockKind::Inverted, [5, 2, 6, 40, blocks[2]]),
                stage(BlockKind::Inverted, [3, 2, 6, 80, blocks[3]]),
                stage(BlockKind::Inverted, [5, 1, 6, 112, blocks[4]]),
                stage(BlockKind::Inverted, [5, 2, 6, 192, blocks[5]]),
                stage(BlockKind::Inverted, [3, 1, 6, 320, blocks[6]]),
            ],
            last: Some(1280),
            padding: Padding::Even,
            norm_epsilon: 1e-5,
            stochastic_depth: 0.2,
        }
    }

    const fn as_in_tensorflow(self) -> Self {
        Self {
            padding: Padding::Same,
            norm_epsilon: 1e-3,
            ..self
        }
    }

    /// Channels of the last map.
    pub const fn channels(&self) -> usize {
        match self.last {
            Some(channels) => channels,
            None => self.stages[6].channels,
        }
    }
}
