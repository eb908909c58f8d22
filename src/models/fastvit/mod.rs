//! FastViT-T12 as timm defines it (`fastvit_t12`; Vasu et al., arXiv:2303.14189). Its smallest size
//! has no attention: every token mixer is a convolution.

mod block;
pub mod keys;

use burn::module::Module;
use burn::tensor::Device;
use burn::tensor::Tensor;

use super::graph::Builder;
use super::graph::MapNodes;
use super::graph::NodeId;
use super::layers::ConvShape;
use super::trunk::Maps;
use super::trunk::freeze_blocks;

use block::Block;
use block::Downsample;
use block::MobileOne;

/// Channels of the last map.
pub const CHANNELS: usize = 1024;
/// Width inside the squeeze-and-excitation of the last layer.
const SQUEEZED: usize = CHANNELS / 16;
const BLOCKS: [usize; 4] = [2, 2, 6, 2];
const WIDTHS: [usize; 4] = [64, 128, 256, 512];

/// Blocks of one size of map.
#[derive(Module, Debug)]
struct Stage {
    downsample: Option<Downsample>,
    blocks: Vec<Block>,
}

/// The trunk, without pooling and head.
#[derive(Module, Debug)]
pub struct FastVit {
    stem: Vec<MobileOne>,
    stages: Vec<Stage>,
    final_conv: MobileOne,
}

impl FastVit {
    pub fn new(device: &Device) -> Self {
        let width = WIDTHS[0];
        let stem = [
            ConvShape::new([3, width], 3, 2),
            ConvShape::depthwise(width, 3, 2),
            ConvShape::new([width, width], 1, 1),
        ];
        let stages = (0..BLOCKS.len()).map(|index| Stage {
            downsample: (index > 0)
                .then(|| Downsample::new([WIDTHS[index - 1], WIDTHS[index]], device)),
            blocks: (0..BLOCKS[index])
                .map(|_| Block::new(WIDTHS[index], device))
                .collect(),
        });
        let last = ConvShape::new([WIDTHS[3], CHANNELS], 3, 1).grouped(WIDTHS[3]);
        Self {
            stem: stem
                .into_iter()
                .map(|shape| MobileOne::new(shape, device))
                .collect(),
            stages: stages.collect(),
            final_conv: MobileOne::new(last, device).with_squeeze(CHANNELS, SQUEEZED, device),
        }
    }

    /// The stem and the first blocks stay as they are, counted through all stages; what comes
    /// before the first block of a stage goes with it.
    pub fn freeze_first(mut self, n_blocks: usize) -> Self {
        self.stem = self.stem.freeze();
        let mut left = n_blocks;
        for stage in &mut self.stages {
            if left > 0 {
                stage.downsample = stage.downsample.take().map(Module::freeze);
            }
            let n_here = stage.blocks.len();
            stage.blocks = freeze_blocks(std::mem::take(&mut stage.blocks), left);
            left = left.saturating_sub(n_here);
        }
        self
    }

    /// Maps of strides 16 and 32.
    pub fn forward(&self, x_bchw: Tensor<4>) -> Maps {
        let mut x = x_bchw;
        for layer in &self.stem {
            x = layer.forward(x);
        }
        let (early, last) = self.stages.split_at(BLOCKS.len() - 1);
        for stage in early {
            x = stage.forward(x);
        }
        let fine = x.clone();
        for stage in last {
            x = stage.forward(x);
        }
        Maps {
            fine,
            deep: self.final_conv.forward(x),
            token_bc: None,
        }
    }

    /// What [`Self::forward`] does, as a graph; branches that are added up become one convolution.
    pub fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> MapNodes {
        let mut x = x;
        for layer in &self.stem {
            x = layer.record(x, builder);
        }
        let (early, last) = self.stages.split_at(BLOCKS.len() - 1);
        for stage in early {
            x = stage.record(x, builder);
        }
        let fine = x;
        for stage in last {
            x = stage.record(x, builder);
        }
        MapNodes {
            fine,
            deep: self.final_conv.record(x, builder),
            token: None,
        }
    }
}

impl Stage {
    fn forward(&self, x_bchw: Tensor<4>) -> Tensor<4> {
        let mut x = match &self.downsample {
            Some(downsample) => downsample.forward(x_bchw),
            None => x_bchw,
        };
        for block in &self.blocks {
            x = block.forward(x);
        }
        x
    }

    fn record(&self, mut x: NodeId, builder: &mut Builder<'_>) -> NodeId {
        if let Some(downsample) = &self.downsample {
            x = downsample.record(x, builder);
        }
        for block in &self.blocks {
            x = block.record(x, builder);
        }
        x
    }
}
