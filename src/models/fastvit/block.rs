//! The blocks of FastViT in the form they are trained in, with all branches.

use burn::module::Module;
use burn::module::Param;
use burn::nn::BatchNorm;
use burn::nn::BatchNormConfig;
use burn::nn::Initializer;
use burn::nn::conv::Conv2d;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::activation::sigmoid;

use crate::models::gelu::gelu;
use crate::models::graph::Activation;
use crate::models::graph::Builder;
use crate::models::graph::Kernel;
use crate::models::graph::NodeId;
use crate::models::layers::ConvNorm;
use crate::models::layers::ConvShape;
use crate::models::layers::conv;
use crate::models::precision::in_f32;
use crate::models::residual::SqueezeExcitation;

const NORM_EPSILON: f64 = 1e-5;
const NORM_MOMENTUM: f64 = 0.1;
/// Where every residual branch starts.
const LAYER_SCALE: f64 = 1e-5;
/// Channels inside the two 1x1 convolutions of a block, as a multiple of those outside.
const MLP_RATIO: usize = 3;

/// A convolution, one of size 1 and a plain normalization, added up (MobileOne, arXiv:2206.04040).
#[derive(Module, Debug)]
pub struct MobileOne {
    identity: Option<BatchNorm>,
    conv_scale: Option<ConvNorm>,
    conv_kxk: ConvNorm,
    se: Option<SqueezeExcitation>,
}

impl MobileOne {
    pub fn new(shape: ConvShape, device: &Device) -> Self {
        let [channels_in, channels_out] = shape.channels;
        let has_identity = channels_in == channels_out && shape.stride == 1;
        let small = ConvShape { kernel: 1, ..shape };
        Self {
            identity: has_identity.then(|| norm(channels_in, device)),
            conv_scale: (shape.kernel > 1).then(|| conv_norm(small, device)),
            conv_kxk: conv_norm(shape, device),
            se: None,
        }
    }

    /// The same with squeeze-and-excitation behind the sum.
    pub fn with_squeeze(mut self, channels: usize, squeezed: usize, device: &Device) -> Self {
        self.se = Some(SqueezeExcitation::new(channels, squeezed, device));
        self
    }

    /// The sum of the branches.
    fn mix(&self, x_bchw: Tensor<4>) -> Tensor<4> {
        let mut y = self.conv_kxk.forward(x_bchw.clone());
        if let Some(scale) = &self.conv_scale {
            y = y + scale.forward(x_bchw.clone());
        }
        if let Some(identity) = &self.identity {
            y = y + in_f32(x_bchw, |x_bchw| identity.forward(x_bchw));
        }
        y
    }

    pub fn forward(&self, x_bchw: Tensor<4>) -> Tensor<4> {
        let mut y = self.mix(x_bchw);
        if let Some(se) = &self.se {
            y = se.forward(y, relu, sigmoid);
        }
        gelu(y)
    }

    /// The convolution that equals the sum of the branches.
    fn kernel(&self) -> Kernel {
        let conv = &self.conv_kxk.conv;
        let size = conv.kernel_size[0];
        let mut kernel = Kernel::of_norm(&self.conv_kxk);
        if let Some(scale) = &self.conv_scale {
            kernel = kernel.plus(&Kernel::of_norm(scale).grown(size));
        }
        if let Some(norm) = &self.identity {
            kernel = kernel.plus(&self.unchanged().normalized(norm));
        }
        kernel
    }

    /// A convolution of the same size that changes nothing.
    fn unchanged(&self) -> Kernel {
        let conv = &self.conv_kxk.conv;
        let [channels, ..] = conv.weight.dims();
        Kernel::identity(channels, conv.groups, conv.kernel_size[0])
    }

    pub fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> NodeId {
        let mut y = builder.folded(x, &self.conv_kxk.conv, || self.kernel());
        if let Some(se) = &self.se {
            y = se.record(y, Activation::Relu, Activation::Sigmoid, builder);
        }
        builder.activate(y, Activation::Gelu)
    }
}

/// Half the size and other channels: a 7x7 and a 3x3 convolution added up, then a 1x1.
#[derive(Module, Debug)]
pub struct Downsample {
    large_conv: ConvNorm,
    small_conv: ConvNorm,
    project: MobileOne,
}

impl Downsample {
    pub fn new(channels: [usize; 2], device: &Device) -> Self {
        let depthwise = |kernel| {
            conv_norm(
                ConvShape::new(channels, kernel, 2).grouped(channels[0]),
                device,
            )
        };
        Self {
            large_conv: depthwise(7),
            small_conv: depthwise(3),
            project: MobileOne::new(ConvShape::new([channels[1]; 2], 1, 1), device),
        }
    }

    pub fn forward(&self, x_bchw: Tensor<4>) -> Tensor<4> {
        let large = self.large_conv.forward(x_bchw.clone());
        self.project
            .forward(large + self.small_conv.forward(x_bchw))
    }

    pub fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> NodeId {
        let large = &self.large_conv.conv;
        let mixed = builder.folded(x, large, || {
            let small = Kernel::of_norm(&self.small_conv).grown(large.kernel_size[0]);
            Kernel::of_norm(&self.large_conv).plus(&small)
        });
        self.project.record(mixed, builder)
    }
}

/// Mixes neighbors of one channel: `x + scale * (mixer(x) - norm(x))`.
#[derive(Module, Debug)]
struct RepMixer {
    norm: BatchNorm,
    mixer: MobileOne,
    layer_scale: Param<Tensor<3>>,
}

/// Mixes the channels of one place, after a 7x7 look around.
#[derive(Module, Debug)]
struct ConvMlp {
    conv: ConvNorm,
    fc1: Conv2d,
    fc2: Conv2d,
}

/// A block: neighbors first, then channels.
#[derive(Module, Debug)]
pub struct Block {
    token_mixer: RepMixer,
    mlp: ConvMlp,
    layer_scale: Param<Tensor<3>>,
}

impl Block {
    pub fn new(channels: usize, device: &Device) -> Self {
        let inside = channels * MLP_RATIO;
        Self {
            token_mixer: RepMixer {
                norm: norm(channels, device),
                mixer: MobileOne::new(ConvShape::depthwise(channels, 3, 1), device),
                layer_scale: layer_scale(channels, device),
            },
            mlp: ConvMlp {
                conv: conv_norm(ConvShape::depthwise(channels, 7, 1), device),
                fc1: conv(ConvShape::new([channels, inside], 1, 1), true, device),
                fc2: conv(ConvShape::new([inside, channels], 1, 1), true, device),
            },
            layer_scale: layer_scale(channels, device),
        }
    }

    pub fn forward(&self, x_bchw: Tensor<4>) -> Tensor<4> {
        let x = self.token_mixer.forward(x_bchw);
        x.clone() + self.mlp.forward(x) * self.layer_scale.val().unsqueeze::<4>()
    }

    pub fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> NodeId {
        let x = self.token_mixer.record(x, builder);
        let ConvMlp { conv, fc1, fc2 } = &self.mlp;
        let y = builder.conv_norm(x, conv);
        let y = builder.conv(y, fc1);
        let y = builder.activate(y, Activation::Gelu);
        let y = builder.folded(y, fc2, || Kernel::of(fc2).scaled_by(&self.layer_scale));
        builder.add(x, y)
    }
}

impl RepMixer {
    fn forward(&self, x_bchw: Tensor<4>) -> Tensor<4> {
        let normed = in_f32(x_bchw.clone(), |x_bchw| self.norm.forward(x_bchw));
        let change = self.mixer.mix(x_bchw.clone()) - normed;
        x_bchw + change * self.layer_scale.val().unsqueeze::<4>()
    }

    /// Nothing in it is bent, so all of it is one convolution.
    fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> NodeId {
        let mixer = &self.mixer;
        builder.folded(x, &mixer.conv_kxk.conv, || {
            let unchanged = mixer.unchanged();
            let change = mixer
                .kernel()
                .minus(&unchanged.clone().normalized(&self.norm));
            unchanged.plus(&change.scaled_by(&self.layer_scale))
        })
    }
}

impl ConvMlp {
    fn forward(&self, x_bchw: Tensor<4>) -> Tensor<4> {
        let x = self.fc1.forward(self.conv.forward(x_bchw));
        self.fc2.forward(gelu(x))
    }
}

fn layer_scale(channels: usize, device: &Device) -> Param<Tensor<3>> {
    Initializer::Constant { value: LAYER_SCALE }.init([channels, 1, 1], device)
}

fn norm(channels: usize, device: &Device) -> BatchNorm {
    BatchNormConfig::new(channels)
        .with_epsilon(NORM_EPSILON)
        .with_momentum(NORM_MOMENTUM)
        .init(device)
}

fn conv_norm(shape: ConvShape, device: &Device) -> ConvNorm {
    ConvNorm::new(shape, NORM_EPSILON, NORM_MOMENTUM, device)
}
