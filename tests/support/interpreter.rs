//! Runs a graph node by node with Burn's tensors, slowly and plainly: what an engine has to equal.

use std::collections::BTreeMap;

use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use burn::tensor::activation;
use burn::tensor::module::conv2d;
use burn::tensor::module::interpolate;
use burn::tensor::module::max_pool2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::ops::InterpolateMode;
use burn::tensor::ops::InterpolateOptions;
use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::ops::PadMode;
use copylens::models::graph::Activation;
use copylens::models::graph::Constant;
use copylens::models::graph::Conv;
use copylens::models::graph::Graph;
use copylens::models::graph::Node;
use copylens::models::graph::Operation;
use copylens::models::graph::Output;
use copylens::models::graph::Shape;
use copylens::models::graph::Window;

/// Every output for one picture, whose planes these are.
#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "every other operation only looks at its inputs"
)]
pub fn run(graph: &Graph, planes: &[f32]) -> BTreeMap<Output, Vec<f32>> {
    let mut results: Vec<Vec<f32>> = Vec::new();
    for node in &graph.nodes {
        let inputs: Vec<(Shape, &[f32])> = node
            .inputs
            .iter()
            .map(|id| (graph.node(*id).shape, results[id.0].as_slice()))
            .collect();
        let result = match node.operation {
            Operation::Input => planes.to_vec(),
            _ => apply(node, &inputs),
        };
        assert_eq!(result.len(), node.shape.n_values(), "{:?}", node.operation);
        results.push(result);
    }
    let outputs = graph.outputs.iter();
    outputs
        .map(|(name, id)| (*name, results[id.0].clone()))
        .collect()
}

type Input<'a> = (Shape, &'a [f32]);

fn apply(node: &Node, inputs: &[Input<'_>]) -> Vec<f32> {
    let x = inputs[0];
    match &node.operation {
        Operation::Input => unreachable!("a picture is not computed"),
        Operation::Conv(conv) => convolve(conv, x),
        Operation::Linear(linear) => {
            let weight: Tensor<2> = constant(&linear.weight);
            let product = rows(x).matmul(weight.transpose());
            values(match &linear.bias {
                Some(bias) => product + constant::<1>(bias).unsqueeze::<2>(),
                None => product,
            })
        }
        Operation::Activate(activation) => values(activate(*activation, flat(x))),
        Operation::Add => values(flat(x) + flat(inputs[1])),
        Operation::Multiply => values(flat(x) * flat(inputs[1])),
        Operation::Gate => {
            let [c, h, w] = x.0.as_map();
            let factors = flat(inputs[1]).reshape([c, 1]);
            values(flat(x).reshape([c, h * w]) * factors)
        }
        Operation::AddTable(table) => values(rows(x) + constant(table)),
        Operation::MaxPool(window) => pool(*window, x),
        Operation::Mean => values(cells(x).mean_dim(1)),
        Operation::GeneralizedMean { power, epsilon } => {
            let power = f32::from(*power);
            let raised = cells(x).clamp_min(*epsilon).powf_scalar(power);
            values(raised.mean_dim(1).powf_scalar(1.0 / power))
        }
        Operation::JoinChannels => match x.0 {
            Shape::Map { .. } => [x.1, inputs[1].1].concat(),
            Shape::Rows { .. } => values(Tensor::cat(vec![rows(x), rows(inputs[1])], 1)),
        },
        Operation::PrependRows(table) => [&table.values[..], x.1].concat(),
        Operation::TakeRows { start, count } => values(rows(x).narrow(0, *start, *count)),
        Operation::TakeChannels { start, count } => values(rows(x).narrow(1, *start, *count)),
        Operation::LayerNorm {
            scale,
            shift,
            epsilon,
        } => {
            let x = rows(x);
            let centered = x.clone() - x.mean_dim(1);
            let variance = (centered.clone() * centered.clone()).mean_dim(1);
            let normal = centered / (variance + *epsilon).sqrt();
            let scaled = normal * constant::<1>(scale).unsqueeze::<2>();
            values(match shift {
                Some(shift) => scaled + constant::<1>(shift).unsqueeze::<2>(),
                None => scaled,
            })
        }
        Operation::Attention { heads, groups } => attend(*heads, *groups, x),
        Operation::MapToRows => values(cells(x).swap_dims(0, 1)),
        Operation::RowsToMap { .. } => values(rows(x).swap_dims(0, 1)),
        Operation::Unfold { patch } => unfold(*patch, x),
        Operation::Fold { patch, .. } => fold(*patch, node.shape, x.1),
        Operation::Resize { height, width } => {
            let options = InterpolateOptions::new(InterpolateMode::Bilinear)
                .with_align_corners(false)
                .with_output_size([*height, *width]);
            values(interpolate(map(x), options))
        }
        Operation::Normalize { epsilon } => {
            let x = rows(x);
            let length = (x.clone() * x.clone()).sum_dim(1).sqrt();
            values(x / length.clamp_min(*epsilon))
        }
    }
}

fn activate(activation: Activation, x: Tensor<1>) -> Tensor<1> {
    let hard_sigmoid = |x: Tensor<1>| (x + 3.0).clamp(0.0, 6.0) / 6.0;
    match activation {
        Activation::Relu => x.clamp_min(0.0),
        Activation::Relu6 => x.clamp(0.0, 6.0),
        Activation::Sigmoid => activation::sigmoid(x),
        Activation::Silu => activation::silu(x),
        Activation::HardSigmoid => hard_sigmoid(x),
        Activation::HardSwish => x.clone() * hard_sigmoid(x),
        Activation::Gelu => activation::gelu(x),
        Activation::AtLeast(bound) => x.clamp_min(bound),
    }
}

fn convolve(conv: &Conv, x: Input<'_>) -> Vec<f32> {
    let window = conv.window;
    let padded = pad(map(x), window, 0.0);
    let options = ConvOptions::new(window.stride, [0, 0], [1, 1], conv.groups);
    let bias = conv.bias.as_ref().map(constant);
    values(conv2d(padded, constant(&conv.weight), bias, options))
}

fn pool(window: Window, x: Input<'_>) -> Vec<f32> {
    let padded = pad(map(x), window, f32::MIN);
    let options = MaxPoolOptions::new(window.kernel).with_stride(window.stride);
    values(max_pool2d(padded, options))
}

fn pad(x: Tensor<4>, window: Window, value: f32) -> Tensor<4> {
    let border = window.border;
    let sides = (border.left, border.right, border.top, border.bottom);
    x.pad(sides, PadMode::Constant(value))
}

fn attend(heads: usize, groups: usize, (shape, qkv): Input<'_>) -> Vec<f32> {
    let [n, c] = shape.as_rows();
    let (n, width) = (n / groups, c / 3 / heads);
    let data = TensorData::new(qkv.to_vec(), [groups, n, 3, heads, width]);
    let qkv = Tensor::<5>::from_data(data, &Device::flex());
    let part = |index| {
        let part = qkv.clone().narrow(2, index, 1);
        let part: Tensor<4> = part.reshape([groups, n, heads, width]);
        part.swap_dims(1, 2)
    };
    let scores = part(0).matmul(part(1).transpose()) / (width as f32).sqrt();
    let seen = activation::softmax(scores, 3).matmul(part(2));
    values(seen.swap_dims(1, 2))
}

/// The row of [`Operation::Unfold`] that a cell becomes.
fn row_of(patch: usize, [height, width]: [usize; 2], [y, x]: [usize; 2]) -> usize {
    let place = (y % patch) * patch + x % patch;
    (place * (height / patch) + y / patch) * (width / patch) + x / patch
}

fn unfold(patch: usize, (shape, x): Input<'_>) -> Vec<f32> {
    let [c, h, w] = shape.as_map();
    let mut rows = vec![0.0; c * h * w];
    for (cell, place) in (0..h * w).map(|cell| (cell, [cell / w, cell % w])) {
        let row = row_of(patch, [h, w], place);
        for channel in 0..c {
            rows[row * c + channel] = x[channel * h * w + cell];
        }
    }
    rows
}

fn fold(patch: usize, shape: Shape, rows: &[f32]) -> Vec<f32> {
    let [c, h, w] = shape.as_map();
    let mut map = vec![0.0; c * h * w];
    for (cell, place) in (0..h * w).map(|cell| (cell, [cell / w, cell % w])) {
        let row = row_of(patch, [h, w], place);
        for channel in 0..c {
            map[channel * h * w + cell] = rows[row * c + channel];
        }
    }
    map
}

fn constant<const D: usize>(constant: &Constant) -> Tensor<D> {
    let data = TensorData::new(constant.values.to_vec(), constant.shape.clone());
    Tensor::from_data(data, &Device::flex())
}

fn flat((_, x): Input<'_>) -> Tensor<1> {
    Tensor::from_data(TensorData::new(x.to_vec(), [x.len()]), &Device::flex())
}

fn rows(x: Input<'_>) -> Tensor<2> {
    flat(x).reshape(x.0.as_rows())
}

/// `[c, h * w]`
fn cells(x: Input<'_>) -> Tensor<2> {
    let [c, h, w] = x.0.as_map();
    flat(x).reshape([c, h * w])
}

fn map(x: Input<'_>) -> Tensor<4> {
    let [c, h, w] = x.0.as_map();
    flat(x).reshape([1, c, h, w])
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
}
