//! A trunk with its head: pixels in, descriptor out.
//!
//! Shape suffixes: `b` batch, `c` channels, `h` height, `w` width, `k` large vector, `d` descriptor.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::nn::BatchNorm;
use burn::nn::BatchNormConfig;
use burn::nn::Dropout;
use burn::nn::DropoutConfig;
use burn::nn::Initializer;
use burn::nn::Linear;
use burn::nn::LinearConfig;
use burn::tensor::Device;
use burn::tensor::FloatDType;
use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use super::ModelError;
use super::graph::Activation;
use super::graph::Builder;
use super::graph::Graph;
use super::graph::MapNodes;
use super::graph::NodeId;
use super::graph::Operation;
use super::graph::Output;
use super::graph::Weights;
use super::head::HeadForm;
use super::head::HeadLayers;
use super::head::Pooling;
use super::layers::GEM_EPSILON;
use super::layers::NORM_EPSILON;
use super::layers::generalized_mean;
use super::layers::hard_swish;
use super::layers::l2_normalize;
use super::precision::cast_weights;
use super::trunk::ArchitectureSpec;
use super::trunk::Maps;
use super::trunk::Trunk;

/// torchvision's MobileNetV3 classifier.
const DROPOUT: f64 = 0.2;

/// Sizes of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadConfig {
    pub form: HeadForm,
    /// Length of the descriptor that is deployed.
    pub dimensions: usize,
    /// Length of the vector that is compared with a teacher, when a projector follows it (RDCD).
    pub large: Option<usize>,
}

/// `trunk -> pooling -> [hidden] -> [fc] -> [norm] -> [projector]`, each output normalised to
/// length 1.
#[derive(Module, Debug)]
pub struct Network {
    pub trunk: Trunk,
    #[module(skip)]
    pooling: Pooling,
    pub hidden: Option<Linear>,
    /// The hidden layer is followed by ReLU instead of torchvision's hard swish and dropout.
    #[module(skip)]
    is_mlp: bool,
    dropout: Dropout,
    pub fc: Option<Linear>,
    pub norm: Option<BatchNorm>,
    pub projector: Option<Linear>,
    /// The precision in which the trunk computes; its weights and the head are in f32.
    #[module(skip)]
    precision: FloatDType,
}

/// Both outputs of a network, rows of length 1.
#[derive(Clone, Debug)]
pub struct Outputs {
    /// What relational distillation compares with the teacher.
    pub large_bk: Tensor<2>,
    /// The descriptor that is deployed; without a projector the same as `large_bk`.
    pub descriptor_bd: Tensor<2>,
}

impl Network {
    /// A network with random weights; linear layers are Xavier-uniform with zero bias (SSCD 2.1).
    pub fn new(spec: &ArchitectureSpec, head: HeadConfig, device: &Device) -> Self {
        let linear = |from: usize, to: usize| {
            let mut layer = LinearConfig::new(from, to)
                .with_initializer(Initializer::XavierUniform { gain: 1.0 })
                .init(device);
            layer.bias = Some(Initializer::Zeros.init([to], device));
            layer
        };
        let pooled = head.form.pooled(spec.channels);
        let has_layers = head.form.layers != HeadLayers::Nothing;
        let is_mlp = head.form.layers == HeadLayers::Mlp;
        let hidden = match spec.hidden {
            _ if is_mlp => Some(pooled),
            hidden => hidden.filter(|_| has_layers),
        };
        let first = head.large.unwrap_or(head.dimensions);
        let norm = head.form.layers == HeadLayers::LinearNorm;
        Self {
            trunk: (spec.build)(device),
            pooling: head.form.pooling,
            hidden: hidden.map(|hidden| linear(pooled, hidden)),
            is_mlp,
            dropout: DropoutConfig::new(if hidden.is_some() && !is_mlp {
                DROPOUT
            } else {
                0.0
            })
            .init(),
            fc: has_layers.then(|| {
                let mut fc = linear(hidden.unwrap_or(pooled), first);
                if norm {
                    // A shift would vanish in the normalisation.
                    fc.bias = None;
                }
                fc
            }),
            norm: norm.then(|| BatchNormConfig::new(first).init(device)),
            projector: head.large.map(|large| linear(large, head.dimensions)),
            precision: FloatDType::F32,
        }
    }

    /// Descriptors of a batch of normalised pictures `[b, 3, h, w]`.
    pub fn forward(&self, x_bchw: Tensor<4>) -> Outputs {
        self.head(&self.maps(x_bchw))
    }

    /// The trunk alone; the maps are in f32.
    pub fn maps(&self, x_bchw: Tensor<4>) -> Maps {
        if self.precision == FloatDType::F32 {
            return self.trunk.forward(x_bchw);
        }
        let trunk = cast_weights(self.trunk.clone(), self.precision);
        let Maps {
            fine,
            deep,
            token_bc,
        } = trunk.forward(x_bchw.cast(self.precision));
        Maps {
            fine: fine.cast(FloatDType::F32),
            deep: deep.cast(FloatDType::F32),
            token_bc: token_bc.map(|token_bc| token_bc.cast(FloatDType::F32)),
        }
    }

    /// The same network, its trunk computing in another precision.
    pub fn in_precision(self, precision: FloatDType) -> Self {
        Self { precision, ..self }
    }

    /// The precision in which its trunk computes.
    pub const fn precision(&self) -> FloatDType {
        self.precision
    }

    /// The head alone.
    pub fn head(&self, maps: &Maps) -> Outputs {
        let large_bk = self.linear(pool(self.pooling, maps));
        let descriptor_bd = match &self.projector {
            // The projector sees the vector before it is normalised (RDCD 4.1).
            Some(projector) => projector.forward(large_bk.clone()),
            None => large_bk.clone(),
        };
        Outputs {
            large_bk: l2_normalize(large_bk),
            descriptor_bd: l2_normalize(descriptor_bd),
        }
    }

    /// What the network does in evaluation with a picture of `[height, width]`, as plain operations.
    ///
    /// `weights` are those of this network as it is now (`Weights::of`).
    pub fn graph(&self, size: [usize; 2], weights: &mut Weights) -> Result<Graph, ModelError> {
        let (mut builder, x) = Builder::new(size, weights);
        let maps = self.trunk.record(x, &mut builder);
        let pooled = record_pool(self.pooling, maps, &mut builder);
        let mut vector = self.record_linear(pooled, &mut builder);
        if let Some(projector) = &self.projector {
            vector = builder.linear(vector, projector);
        }
        let normalize = Operation::Normalize {
            epsilon: NORM_EPSILON,
        };
        let mut outputs = BTreeMap::from([
            (Output::Fine, maps.fine),
            (Output::Deep, maps.deep),
            (Output::Descriptor, builder.push(normalize, &[vector])),
        ]);
        if let Some(token) = maps.token {
            outputs.insert(Output::Token, token);
        } else {
            let cells = builder.push(Operation::MapToRows, &[maps.deep]);
            let cells = builder.activate(cells, Activation::AtLeast(GEM_EPSILON));
            let cells = self.record_linear(cells, &mut builder);
            outputs.insert(Output::Cells, cells);
        }
        builder.finish(outputs)
    }

    fn record_linear(&self, mut x: NodeId, builder: &mut Builder<'_>) -> NodeId {
        if let Some(hidden) = &self.hidden {
            let activation = if self.is_mlp {
                Activation::Relu
            } else {
                Activation::HardSwish
            };
            x = builder.linear(x, hidden);
            x = builder.activate(x, activation);
        }
        match (&self.fc, &self.norm) {
            (Some(fc), Some(norm)) => builder.linear_norm(x, fc, norm),
            (Some(fc), None) => builder.linear(x, fc),
            // A normalization comes with a layer before it, see `Network::new`.
            (None, _) => x,
        }
    }

    /// What the trunk sees, pooled as the head does it and before its layers, `[b, c]` or `[b, 2c]`.
    pub fn pooled(&self, maps: &Maps) -> Tensor<2> {
        pool(self.pooling, maps)
    }

    /// The class token, or the generalised mean of the map of a network without one, `[b, c]`.
    pub fn class_token(&self, maps: &Maps) -> Tensor<2> {
        match &maps.token_bc {
            Some(token_bc) => token_bc.clone(),
            None => generalized_mean(maps.deep.clone(), 3),
        }
    }

    /// The layers between pooling and normalisation, `[n, c]` to `[n, k]`; also for single cells.
    pub fn linear(&self, mut x_nc: Tensor<2>) -> Tensor<2> {
        if let Some(hidden) = &self.hidden {
            let y_nc = hidden.forward(x_nc);
            x_nc = if self.is_mlp {
                relu(y_nc)
            } else {
                self.dropout.forward(hard_swish(y_nc))
            };
        }
        if let Some(fc) = &self.fc {
            x_nc = fc.forward(x_nc);
        }
        match &self.norm {
            Some(norm) => norm.forward(x_nc),
            None => x_nc,
        }
    }
}

/// The mean of all cells, `[b, c]`.
fn mean(map_bchw: Tensor<4>) -> Tensor<2> {
    let [b, c, h, w] = map_bchw.dims();
    map_bchw.reshape([b, c, h * w]).mean_dim(2).reshape([b, c])
}

/// One vector per picture, `[b, c]` or `[b, 2c]`.
///
/// A network without a class token is pooled by [`Pooling::Gem`] where one is asked for.
fn pool(pooling: Pooling, maps: &Maps) -> Tensor<2> {
    let deep = maps.deep.clone();
    let power = match pooling {
        Pooling::Average => return mean(deep),
        Pooling::AverageMax => {
            let [b, c, h, w] = deep.dims();
            let largest_bc = deep.clone().reshape([b, c, h * w]).max_dim(2);
            return mean(deep) + largest_bc.reshape([b, c]);
        }
        Pooling::GemOne => 1,
        Pooling::TokenGem => 4,
        Pooling::Gem | Pooling::Token | Pooling::TokenGemThree => 3,
    };
    match (pooling, maps.token_bc.clone()) {
        (Pooling::Token, Some(token_bc)) => token_bc,
        (Pooling::TokenGem | Pooling::TokenGemThree, Some(token_bc)) => {
            Tensor::cat(vec![token_bc, generalized_mean(deep, power)], 1)
        }
        (_, _) => generalized_mean(deep, power),
    }
}

/// What [`pool`] does.
fn record_pool(pooling: Pooling, maps: MapNodes, builder: &mut Builder<'_>) -> NodeId {
    let power = match pooling {
        Pooling::Average => return builder.mean(maps.deep),
        Pooling::AverageMax => {
            let mean = builder.mean(maps.deep);
            let largest = builder.largest(maps.deep);
            return builder.add(mean, largest);
        }
        Pooling::GemOne => 1,
        Pooling::TokenGem => 4,
        Pooling::Gem | Pooling::Token | Pooling::TokenGemThree => 3,
    };
    let mean = Operation::GeneralizedMean {
        power,
        epsilon: GEM_EPSILON,
    };
    match (pooling, maps.token) {
        (Pooling::Token, Some(token)) => token,
        (Pooling::TokenGem | Pooling::TokenGemThree, Some(token)) => {
            let mean = builder.push(mean, &[maps.deep]);
            builder.join(token, mean)
        }
        (_, _) => builder.push(mean, &[maps.deep]),
    }
}
