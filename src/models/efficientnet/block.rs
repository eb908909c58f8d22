//! The blocks of an EfficientNet.

use burn::module::Module;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;

use crate::models::graph::Activation;
use crate::models::graph::Builder;
use crate::models::graph::NodeId;
use crate::models::layers::ConvNorm;
use crate::models::layers::ConvShape;
use crate::models::residual::SqueezeExcitation;
use crate::models::residual::StochasticDepth;
use crate::models::silu::silu;

use super::config::BlockKind;
use super::config::EfficientNetConfig;
use super::config::Stage;
use super::conv_norm;

/// One block; which layers it has depends on its [`BlockKind`].
#[derive(Module, Debug)]
pub struct Block {
    expand: Option<ConvNorm>,
    depthwise: Option<ConvNorm>,
    squeeze: Option<SqueezeExcitation>,
    project: Option<ConvNorm>,
    depth: StochasticDepth,
    residual: bool,
}

impl Block {
    /// `stage` with the stride of this block; `skipped` is the probability of leaving it out.
    pub fn new(
        channels_in: usize,
        stage: Stage,
        skipped: f64,
        config: &EfficientNetConfig,
        device: &Device,
    ) -> Self {
        let inside = channels_in * stage.expand;
        let layer = |shape: ConvShape| Some(conv_norm(shape, config, device));
        let (kernel, stride) = (stage.kernel, stage.stride);
        let expand = match stage.kind {
            BlockKind::Plain => layer(ConvShape::new(
                [channels_in, stage.channels],
                kernel,
                stride,
            )),
            BlockKind::Fused => layer(ConvShape::new([channels_in, inside], kernel, stride)),
            BlockKind::Inverted if stage.expand == 1 => None,
            BlockKind::Inverted => layer(ConvShape::new([channels_in, inside], 1, 1)),
        };
        let is_inverted = stage.kind == BlockKind::Inverted;
        let depthwise = ConvShape::depthwise(inside, kernel, stride);
        let project = ConvShape::new([inside, stage.channels], 1, 1);
        Self {
            expand,
            depthwise: is_inverted.then(|| layer(depthwise)).flatten(),
            squeeze: is_inverted
                .then(|| SqueezeExcitation::new(inside, (channels_in / 4).max(1), device)),
            project: (stage.kind != BlockKind::Plain)
                .then(|| layer(project))
                .flatten(),
            depth: StochasticDepth::new(skipped),
            residual: stride == 1 && channels_in == stage.channels,
        }
    }

    pub fn forward(&self, x_bchw: Tensor<4>) -> Tensor<4> {
        let mut y = x_bchw.clone();
        for layer in self.expand.iter().chain(&self.depthwise) {
            y = silu(layer.forward(y));
        }
        if let Some(squeeze) = &self.squeeze {
            y = squeeze.forward(y, silu, sigmoid);
        }
        if let Some(project) = &self.project {
            y = project.forward(y);
        }
        if self.residual {
            self.depth.forward(y) + x_bchw
        } else {
            y
        }
    }

    pub fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> NodeId {
        let mut y = x;
        for layer in self.expand.iter().chain(&self.depthwise) {
            y = builder.conv_norm(y, layer);
            y = builder.activate(y, Activation::Silu);
        }
        if let Some(squeeze) = &self.squeeze {
            y = squeeze.record(y, Activation::Silu, Activation::Sigmoid, builder);
        }
        if let Some(project) = &self.project {
            y = builder.conv_norm(y, project);
        }
        if self.residual { builder.add(y, x) } else { y }
    }
}
