//! Every operation of a graph in the operations of ONNX.
//!
//! A map is `[batch, c, h, w]`, rows are `[batch, n, c]`, and a single row is `[batch, c]`.

use crate::models::graph::Activation;
use crate::models::graph::Conv;
use crate::models::graph::Linear;
use crate::models::graph::Node;
use crate::models::graph::Operation;
use crate::models::graph::Shape;
use crate::models::graph::Window;

use super::proto::Attribute;
use super::writer::Writer;

/// A value that is known to the file, and what the graph says about it.
#[derive(Clone, Debug)]
pub struct Value {
    pub name: String,
    pub shape: Shape,
}

impl Writer {
    /// Writes the nodes of one operation; returns the name of its result.
    pub fn operation(&mut self, node: &Node, inputs: &[Value]) -> String {
        let value = &inputs[0];
        let (x, shape) = (value.name.as_str(), value.shape);
        match &node.operation {
            Operation::Input => x.to_owned(),
            Operation::Conv(conv) => self.conv(x, conv),
            Operation::Linear(linear) => self.linear(value, linear),
            Operation::Activate(activation) => self.activation(x, *activation),
            Operation::Add => self.op("Add", &[x, &inputs[1].name], &[]),
            Operation::Multiply => self.op("Mul", &[x, &inputs[1].name], &[]),
            Operation::Gate => {
                let factors = self.reshape(&inputs[1].name, &[shape.channels(), 1, 1]);
                self.op("Mul", &[x, &factors], &[])
            }
            Operation::AddTable(table) => {
                let table = self.constant(table);
                self.op("Add", &[x, &table], &[])
            }
            Operation::MaxPool(window) => self.op("MaxPool", &[x], &window_attributes(window)),
            Operation::Mean => self.mean(x),
            Operation::GeneralizedMean { power, epsilon } => {
                self.generalized_mean(x, *power, *epsilon)
            }
            Operation::JoinChannels => {
                let axis = if matches!(shape, Shape::Map { .. }) {
                    1
                } else {
                    -1
                };
                let axis = Attribute::int("axis", axis);
                self.op("Concat", &[x, &inputs[1].name], &[axis])
            }
            Operation::PrependRows(table) => {
                let table = self.constant(table);
                self.prepend(value, &table, node.shape)
            }
            Operation::TakeRows { start, count } => self.take_rows(value, *start, *count),
            Operation::TakeChannels { start, count } => self.slice(x, -1, *start, *count),
            Operation::LayerNorm {
                scale,
                shift,
                epsilon,
            } => {
                let scale = self.constant(scale);
                let shift = shift.as_ref().map(|shift| self.constant(shift));
                let inputs: Vec<&str> = [x, &scale].into_iter().chain(shift.as_deref()).collect();
                let attributes = [
                    Attribute::int("axis", -1),
                    Attribute::float("epsilon", *epsilon),
                ];
                self.op("LayerNormalization", &inputs, &attributes)
            }
            Operation::Attention { heads, groups } => self.attention(value, *heads, *groups),
            Operation::MapToRows | Operation::RowsToMap { .. } => self.turn(value, node.shape),
            Operation::Unfold { patch } => {
                let [c, h, w] = shape.as_map();
                let cut = [c, h / patch, *patch, w / patch, *patch];
                self.permuted(x, &cut, &[0, 3, 5, 2, 4, 1], node.shape)
            }
            Operation::Fold { patch, .. } => {
                let [c, h, w] = node.shape.as_map();
                let cut = [*patch, *patch, h / patch, w / patch, c];
                self.permuted(x, &cut, &[0, 5, 3, 1, 4, 2], node.shape)
            }
            Operation::Resize { height, width } => self.resize(x, *height, *width),
            Operation::Normalize { epsilon } => {
                let attributes = [
                    Attribute::ints("axes", &[-1]),
                    Attribute::int("keepdims", 1),
                ];
                let length = self.op("ReduceL2", &[x], &attributes);
                let length = self.at_least(&length, *epsilon);
                self.op("Div", &[x, &length], &[])
            }
        }
    }

    fn conv(&mut self, x: &str, conv: &Conv) -> String {
        let weight = self.constant(&conv.weight);
        let bias = conv.bias.as_ref().map(|bias| self.constant(bias));
        let inputs: Vec<&str> = [x, &weight].into_iter().chain(bias.as_deref()).collect();
        let mut attributes = window_attributes(&conv.window);
        attributes.push(Attribute::int("group", conv.groups as i64));
        self.op("Conv", &inputs, &attributes)
    }

    fn linear(&mut self, x: &Value, linear: &Linear) -> String {
        let weight = self.constant(&linear.weight);
        let bias = linear.bias.as_ref().map(|bias| self.constant(bias));
        if x.shape.as_rows()[0] == 1 {
            let x = x.name.as_str();
            let inputs: Vec<&str> = [x, &weight].into_iter().chain(bias.as_deref()).collect();
            return self.op("Gemm", &inputs, &[Attribute::int("transB", 1)]);
        }
        // Stored as `[out, in]` all the same; a runtime turns it once, when it loads the file.
        let turned = self.op("Transpose", &[&weight], &[Attribute::ints("perm", &[1, 0])]);
        let product = self.op("MatMul", &[&x.name, &turned], &[]);
        match bias {
            Some(bias) => self.op("Add", &[&product, &bias], &[]),
            None => product,
        }
    }

    fn activation(&mut self, x: &str, activation: Activation) -> String {
        match activation {
            Activation::Relu => self.op("Relu", &[x], &[]),
            Activation::Relu6 => {
                let [low, high] = [0.0, 6.0].map(|bound| self.number(bound));
                self.op("Clip", &[x, &low, &high], &[])
            }
            Activation::Sigmoid => self.op("Sigmoid", &[x], &[]),
            Activation::Silu => {
                let sigmoid = self.op("Sigmoid", &[x], &[]);
                self.op("Mul", &[x, &sigmoid], &[])
            }
            Activation::HardSigmoid => {
                let attributes = [
                    Attribute::float("alpha", 1.0 / 6.0),
                    Attribute::float("beta", 0.5),
                ];
                self.op("HardSigmoid", &[x], &attributes)
            }
            Activation::HardSwish => self.op("HardSwish", &[x], &[]),
            Activation::Gelu => {
                let root = self.number(std::f32::consts::SQRT_2);
                let [one, half] = [1.0, 0.5].map(|value| self.number(value));
                let scaled = self.op("Div", &[x, &root], &[]);
                let erf = self.op("Erf", &[&scaled], &[]);
                let raised = self.op("Add", &[&erf, &one], &[]);
                let product = self.op("Mul", &[x, &raised], &[]);
                self.op("Mul", &[&product, &half], &[])
            }
            Activation::AtLeast(bound) => self.at_least(x, bound),
        }
    }

    fn at_least(&mut self, x: &str, bound: f32) -> String {
        let bound = self.number(bound);
        self.op("Clip", &[x, &bound], &[])
    }

    fn mean(&mut self, x: &str) -> String {
        let mean = self.op("GlobalAveragePool", &[x], &[]);
        self.op("Flatten", &[&mean], &[Attribute::int("axis", 1)])
    }

    fn generalized_mean(&mut self, x: &str, power: u8, epsilon: f32) -> String {
        let x = self.at_least(x, epsilon);
        if power == 1 {
            return self.mean(&x);
        }
        let exponent = self.number(power.into());
        let raised = self.op("Pow", &[&x, &exponent], &[]);
        let mean = self.mean(&raised);
        let root = self.number(1.0 / f32::from(power));
        self.op("Pow", &[&mean, &root], &[])
    }

    fn prepend(&mut self, x: &Value, table: &str, result: Shape) -> String {
        let [rows, channels] = x.shape.as_rows();
        let n_before = result.as_rows()[0] - rows;
        let bounds = [Attribute::int("start", 0), Attribute::int("end", 1)];
        let batch = self.op("Shape", &[&x.name], &bounds);
        let size = self.whole(&[n_before as i64, channels as i64]);
        let axis = [Attribute::int("axis", 0)];
        let size = self.op("Concat", &[&batch, &size], &axis);
        let before = self.op("Expand", &[table, &size], &[]);
        let after = match rows {
            1 => self.reshape(&x.name, &[1, channels]),
            _ => x.name.clone(),
        };
        self.op("Concat", &[&before, &after], &[Attribute::int("axis", 1)])
    }

    fn take_rows(&mut self, x: &Value, start: usize, count: usize) -> String {
        if x.shape.as_rows()[0] == 1 {
            return x.name.clone();
        }
        if count == 1 {
            let index = self.index(start as i64);
            let axis = Attribute::int("axis", 1);
            return self.op("Gather", &[&x.name, &index], &[axis]);
        }
        self.slice(&x.name, 1, start, count)
    }

    fn slice(&mut self, x: &str, axis: i64, start: usize, count: usize) -> String {
        let bounds = [start as i64, (start + count) as i64, axis];
        let [start, end, axis] = bounds.map(|bound| self.whole(&[bound]));
        self.op("Slice", &[x, &start, &end, &axis], &[])
    }

    /// Softmax attention; groups become pictures of their own.
    fn attention(&mut self, x: &Value, heads: usize, groups: usize) -> String {
        let [rows, channels] = x.shape.as_rows();
        let width = channels / 3 / heads;
        let split = self.reshape(&x.name, &[rows / groups, 3, heads, width]);
        let perm = |perm: &[i64]| [Attribute::ints("perm", perm)];
        let split = self.op("Transpose", &[&split], &perm(&[2, 0, 3, 1, 4]));
        let [q, k, v] = [0, 1, 2].map(|part| {
            let part = self.index(part);
            self.op("Gather", &[&split, &part], &[Attribute::int("axis", 0)])
        });
        let scale = self.number(1.0 / (width as f32).sqrt());
        let q = self.op("Mul", &[&q, &scale], &[]);
        let k = self.op("Transpose", &[&k], &perm(&[0, 1, 3, 2]));
        let scores = self.op("MatMul", &[&q, &k], &[]);
        let shares = self.op("Softmax", &[&scores], &[Attribute::int("axis", -1)]);
        let seen = self.op("MatMul", &[&shares, &v], &[]);
        let seen = self.op("Transpose", &[&seen], &perm(&[0, 2, 1, 3]));
        self.shaped(&seen, Shape::rows(rows, channels / 3))
    }

    /// A map as rows, or rows as a map.
    fn turn(&mut self, x: &Value, result: Shape) -> String {
        let as_rows = match x.shape {
            Shape::Map { .. } => result,
            Shape::Rows { .. } => x.shape,
        };
        let rows = as_rows.as_rows()[0];
        if rows == 1 {
            return self.shaped(&x.name, result);
        }
        let channels = result.channels();
        let x = match x.shape {
            Shape::Map { .. } => self.reshape(&x.name, &[channels, rows]),
            Shape::Rows { .. } => x.name.clone(),
        };
        let turned = self.op("Transpose", &[&x], &[Attribute::ints("perm", &[0, 2, 1])]);
        match result {
            Shape::Map { .. } => self.shaped(&turned, result),
            Shape::Rows { .. } => turned,
        }
    }

    /// Cut into more axes, these in another order, and put together again.
    fn permuted(&mut self, x: &str, cut: &[usize], perm: &[i64], result: Shape) -> String {
        let x = self.reshape(x, cut);
        let x = self.op("Transpose", &[&x], &[Attribute::ints("perm", perm)]);
        self.shaped(&x, result)
    }

    fn resize(&mut self, x: &str, height: usize, width: usize) -> String {
        let bounds = [Attribute::int("start", 0), Attribute::int("end", 2)];
        let kept = self.op("Shape", &[x], &bounds);
        let size = self.whole(&[height as i64, width as i64]);
        let size = self.op("Concat", &[&kept, &size], &[Attribute::int("axis", 0)]);
        let attributes = [
            Attribute::text("mode", "linear"),
            Attribute::text("coordinate_transformation_mode", "half_pixel"),
        ];
        self.op("Resize", &[x, "", "", &size], &attributes)
    }

    /// Any number of pictures, each of this shape.
    fn shaped(&mut self, x: &str, shape: Shape) -> String {
        match shape {
            Shape::Rows { rows: 1, channels } => self.reshape(x, &[channels]),
            Shape::Rows { .. } | Shape::Map { .. } => self.reshape(x, &shape.dims()),
        }
    }

    fn reshape(&mut self, x: &str, dims: &[usize]) -> String {
        let dims = dims.iter().map(|side| *side as i64);
        let dims: Vec<i64> = std::iter::once(-1).chain(dims).collect();
        let dims = self.whole(&dims);
        self.op("Reshape", &[x, &dims], &[])
    }
}

fn window_attributes(window: &Window) -> Vec<Attribute> {
    let border = window.border;
    let sides = [border.top, border.left, border.bottom, border.right];
    let whole = |values: &[usize]| -> Vec<i64> { values.iter().map(|v| *v as i64).collect() };
    vec![
        Attribute::ints("kernel_shape", &whole(&window.kernel)),
        Attribute::ints("strides", &whole(&window.stride)),
        Attribute::ints("pads", &whole(&sides)),
    ]
}
