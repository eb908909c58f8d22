//! Records what a network does, one method per kind of layer.

use std::collections::BTreeMap;

use burn::module::Param;
use burn::nn;
use burn::nn::BatchNorm;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2d;
use burn::nn::pool::MaxPool2d;
use burn::tensor::Tensor;

use crate::models::ModelError;
use crate::models::layers::ConvNorm;

use super::Graph;
use super::Node;
use super::NodeId;
use super::Output;
use super::constant::Constant;
use super::constant::Layer;
use super::constant::Weights;
use super::constant::values;
use super::fold::Kernel;
use super::fold::doubles;
use super::fold::scale_and_shift;
use super::operation::Activation;
use super::operation::Border;
use super::operation::Conv;
use super::operation::Linear;
use super::operation::Operation;
use super::operation::Window;
use super::shape;
use super::shape::Shape;

/// A graph that grows; shapes are checked with every operation.
#[derive(Debug)]
pub struct Builder<'a> {
    nodes: Vec<Node>,
    weights: &'a mut Weights,
    size: [usize; 2],
    is_too_small: bool,
}

impl<'a> Builder<'a> {
    /// A graph for pictures of `[height, width]`, and the picture itself.
    pub fn new(size: [usize; 2], weights: &'a mut Weights) -> (Self, NodeId) {
        let input = Node {
            operation: Operation::Input,
            inputs: Vec::new(),
            shape: Shape::map(3, size[0], size[1]),
        };
        let builder = Self {
            nodes: vec![input],
            weights,
            size,
            is_too_small: false,
        };
        (builder, NodeId(0))
    }

    /// The graph, unless the picture was too small for a window of the network.
    pub fn finish(self, outputs: BTreeMap<Output, NodeId>) -> Result<Graph, ModelError> {
        if self.is_too_small {
            let [height, width] = self.size;
            return Err(ModelError::TooSmall { height, width });
        }
        Ok(Graph {
            nodes: self.nodes,
            outputs,
        })
    }

    pub fn shape(&self, id: NodeId) -> Shape {
        self.nodes[id.0].shape
    }

    /// Any operation. What does not fit is a mistake in the recording, and panics.
    pub fn push(&mut self, operation: Operation, inputs: &[NodeId]) -> NodeId {
        let shapes: Vec<Shape> = inputs.iter().map(|id| self.shape(*id)).collect();
        let shape = shape::infer(&operation, &shapes).unwrap_or_else(|| {
            // The error is told at the end, so that a recording reads like a `forward`.
            self.is_too_small = true;
            let channels = if let Operation::Conv(conv) = &operation {
                conv.weight.shape[0]
            } else {
                shapes[0].channels()
            };
            Shape::map(channels, 1, 1)
        });
        self.nodes.push(Node {
            operation,
            inputs: inputs.to_vec(),
            shape,
        });
        NodeId(self.nodes.len() - 1)
    }

    /// A convolution as it is.
    pub fn conv(&mut self, x: NodeId, conv: &Conv2d) -> NodeId {
        let name = self.weights.layer(&conv.weight).to_owned();
        let layer = self.weights.get(&name, || plain(conv));
        self.convolve(x, conv, layer)
    }

    /// A convolution with its normalization folded in.
    pub fn conv_norm(&mut self, x: NodeId, layer: &ConvNorm) -> NodeId {
        self.folded(x, &layer.conv, || Kernel::of_norm(layer))
    }

    /// A convolution placed like `conv`, with the weights of `fold`, and called like `conv`.
    pub fn folded(&mut self, x: NodeId, conv: &Conv2d, fold: impl FnOnce() -> Kernel) -> NodeId {
        let name = self.weights.layer(&conv.weight).to_owned();
        let layer = self.weights.get(&name, || fold().into_parts());
        self.convolve(x, conv, layer)
    }

    fn convolve(&mut self, x: NodeId, conv: &Conv2d, (weight, bias): Layer) -> NodeId {
        let [_, height, width] = self.shape(x).as_map();
        let (kernel, stride) = (conv.kernel_size, conv.stride);
        let window = Window {
            kernel,
            stride,
            border: border(&conv.padding, [height, width], kernel, stride),
        };
        let conv = Conv {
            weight,
            bias,
            window,
            groups: conv.groups,
        };
        self.push(Operation::Conv(conv), &[x])
    }

    /// A 1x1 convolution over a map of one cell, that is a linear layer over a vector.
    pub fn conv_vector(&mut self, x: NodeId, conv: &Conv2d) -> NodeId {
        let name = self.weights.layer(&conv.weight).to_owned();
        let (weight, bias) = self.weights.get(&name, || {
            let (shape, weight, bias) = plain(conv);
            (shape[..2].to_vec(), weight, bias)
        });
        self.push(Operation::Linear(Linear { weight, bias }), &[x])
    }

    /// A linear layer over rows.
    pub fn linear(&mut self, x: NodeId, linear: &nn::Linear) -> NodeId {
        self.linear_with(x, linear, || None)
    }

    /// A linear layer with a factor for each channel of its result.
    pub fn linear_scaled(
        &mut self,
        x: NodeId,
        linear: &nn::Linear,
        scale: Option<&Param<Tensor<1>>>,
    ) -> NodeId {
        self.linear_with(x, linear, || {
            let scale = doubles(values(scale?.val()));
            let shift = vec![0.0; scale.len()];
            Some((scale, shift))
        })
    }

    /// A linear layer with its normalization.
    pub fn linear_norm(&mut self, x: NodeId, linear: &nn::Linear, norm: &BatchNorm) -> NodeId {
        self.linear_with(x, linear, || Some(scale_and_shift(norm)))
    }

    fn linear_with(
        &mut self,
        x: NodeId,
        linear: &nn::Linear,
        after: impl FnOnce() -> Option<(Vec<f64>, Vec<f64>)>,
    ) -> NodeId {
        let name = self.weights.layer(&linear.weight).to_owned();
        let (weight, bias) = self.weights.get(&name, || {
            let [into, out] = linear.weight.dims();
            let mut weight = values(linear.weight.val().swap_dims(0, 1));
            let mut bias = linear.bias.as_ref().map(|bias| values(bias.val()));
            if let Some((scale, shift)) = after() {
                for (row, scale) in weight.chunks_mut(into).zip(&scale) {
                    for w in row {
                        *w = (f64::from(*w) * scale) as f32;
                    }
                }
                let before = bias.unwrap_or_else(|| vec![0.0; out]);
                let parts = before.iter().zip(&scale).zip(&shift);
                let folded = parts.map(|((b, scale), shift)| f64::from(*b) * scale + shift);
                bias = Some(folded.map(|b| b as f32).collect());
            }
            (vec![out, into], weight, bias)
        });
        self.push(Operation::Linear(Linear { weight, bias }), &[x])
    }

    /// The normalization of each row; Burn does not tell its `epsilon`.
    pub fn layer_norm(&mut self, x: NodeId, norm: &nn::LayerNorm, epsilon: f32) -> NodeId {
        let name = self.weights.layer(&norm.gamma).to_owned();
        let (scale, shift) = self.weights.get(&name, || {
            let scale = values(norm.gamma.val());
            let shift = norm.beta.as_ref().map(|beta| values(beta.val()));
            (vec![scale.len()], scale, shift)
        });
        let operation = Operation::LayerNorm {
            scale,
            shift,
            epsilon,
        };
        self.push(operation, &[x])
    }

    pub fn activate(&mut self, x: NodeId, activation: Activation) -> NodeId {
        self.push(Operation::Activate(activation), &[x])
    }

    pub fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.push(Operation::Add, &[a, b])
    }

    pub fn max_pool(&mut self, x: NodeId, pool: &MaxPool2d) -> NodeId {
        let [_, height, width] = self.shape(x).as_map();
        let (kernel, stride) = (pool.kernel_size, pool.stride);
        let mut border = border(&pool.padding, [height, width], kernel, stride);
        if pool.ceil_mode {
            border.bottom += rest(height + border.top + border.bottom, kernel[0], stride[0]);
            border.right += rest(width + border.left + border.right, kernel[1], stride[1]);
        }
        let window = Window {
            kernel,
            stride,
            border,
        };
        self.push(Operation::MaxPool(window), &[x])
    }

    /// A map of `[height, width]`; as it is where that is its size.
    pub fn resize(&mut self, x: NodeId, [height, width]: [usize; 2]) -> NodeId {
        if self.shape(x) == Shape::map(self.shape(x).channels(), height, width) {
            return x;
        }
        self.push(Operation::Resize { height, width }, &[x])
    }

    /// The mean of each channel of a map.
    pub fn mean(&mut self, x: NodeId) -> NodeId {
        self.push(Operation::Mean, &[x])
    }

    /// The largest number of each channel of a map, one row.
    pub fn largest(&mut self, x: NodeId) -> NodeId {
        let Shape::Map { height, width, .. } = self.shape(x) else {
            return x;
        };
        let whole = Window {
            kernel: [height, width],
            stride: [height, width],
            border: Border::default(),
        };
        let largest = self.push(Operation::MaxPool(whole), &[x]);
        self.push(Operation::MapToRows, &[largest])
    }

    /// The channels of `a`, then those of `b`.
    pub fn join(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.push(Operation::JoinChannels, &[a, b])
    }

    /// Rows of numbers that are not one parameter as it is, under a name of their own.
    pub fn table(
        &mut self,
        name: &str,
        shape: [usize; 2],
        make: impl FnOnce() -> Vec<f32>,
    ) -> Constant {
        self.weights.table(name, shape, make)
    }

    /// The name of a parameter, such as `trunk.pos_embed`.
    pub fn name_of<const D: usize>(&self, param: &Param<Tensor<D>>) -> String {
        self.weights.name(param).to_owned()
    }
}

/// A convolution without anything folded in.
fn plain(conv: &Conv2d) -> (Vec<usize>, Vec<f32>, Option<Vec<f32>>) {
    let weight = values(conv.weight.val());
    let bias = conv.bias.as_ref().map(|bias| values(bias.val()));
    (conv.weight.dims().to_vec(), weight, bias)
}

/// Zeros around a map of `[height, width]`.
fn border(
    padding: &PaddingConfig2d,
    size: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
) -> Border {
    match *padding {
        PaddingConfig2d::Valid => Border::default(),
        PaddingConfig2d::Explicit(top, left, bottom, right) => Border {
            top,
            left,
            bottom,
            right,
        },
        PaddingConfig2d::Same => {
            // TensorFlow's: as many cells as there are strides, an odd zero at the end.
            let total = |axis: usize| {
                let cells = size[axis].div_ceil(stride[axis]);
                let covered = (cells - 1) * stride[axis] + kernel[axis];
                covered.saturating_sub(size[axis])
            };
            let [down, across] = [total(0), total(1)];
            Border {
                top: down / 2,
                left: across / 2,
                bottom: down - down / 2,
                right: across - across / 2,
            }
        }
    }
}

/// Cells that are missing to another full step of a window (PyTorch's `ceil_mode`).
fn rest(length: usize, kernel: usize, stride: usize) -> usize {
    let room = length.saturating_sub(kernel);
    room.next_multiple_of(stride) - room
}
