//! Collects nodes and tensors of an ONNX graph, and gives values their names.

use std::collections::BTreeMap;

use half::f16;

use crate::models::graph::Constant;
use crate::weights::Precision;

use super::proto;
use super::proto::Attribute;

/// A graph of ONNX that grows.
pub struct Writer {
    pub nodes: Vec<proto::Node>,
    pub initializers: Vec<proto::Tensor>,
    precision: Precision,
    /// Fixed numbers and weights that were asked for, and the values that hold them.
    known: BTreeMap<String, String>,
    /// What the values of the operation that is being written are called.
    prefix: String,
    n_values: usize,
}

impl Writer {
    pub fn new(precision: Precision) -> Self {
        Self {
            nodes: Vec::new(),
            initializers: Vec::new(),
            precision,
            known: BTreeMap::new(),
            prefix: String::new(),
            n_values: 0,
        }
    }

    /// The nodes that follow belong to one operation of the network.
    pub fn start(&mut self, prefix: String) {
        self.prefix = prefix;
        self.n_values = 0;
    }

    /// One node; returns the name of its result.
    pub fn op(&mut self, kind: &str, inputs: &[&str], attributes: &[Attribute]) -> String {
        let output = format!("{}.{}", self.prefix, self.n_values);
        self.n_values += 1;
        self.push(kind, inputs, &output, attributes);
        output
    }

    /// One node whose result has a name of its own.
    pub fn push(&mut self, kind: &str, inputs: &[&str], output: &str, attributes: &[Attribute]) {
        self.nodes.push(proto::Node {
            input: inputs.iter().map(|name| (*name).to_owned()).collect(),
            output: vec![output.to_owned()],
            name: output.to_owned(),
            op_type: kind.to_owned(),
            attribute: attributes.to_vec(),
        });
    }

    /// A fixed number, the same value for all that ask for it.
    pub fn number(&mut self, value: f32) -> String {
        let attribute = Attribute::float("value_float", value);
        self.fixed(format!("number.{value}"), attribute)
    }

    /// Fixed whole numbers, such as a shape.
    pub fn whole(&mut self, values: &[i64]) -> String {
        let words: Vec<String> = values.iter().map(i64::to_string).collect();
        let attribute = Attribute::ints("value_ints", values);
        self.fixed(format!("whole.{}", words.join(",")), attribute)
    }

    /// One whole number without an axis.
    pub fn index(&mut self, value: i64) -> String {
        let attribute = Attribute::int("value_int", value);
        self.fixed(format!("index.{value}"), attribute)
    }

    fn fixed(&mut self, name: String, attribute: Attribute) -> String {
        if self.known.insert(name.clone(), name.clone()).is_none() {
            self.push("Constant", &[], &name, &[attribute]);
        }
        name
    }

    /// The value of a weight, stored when it is first asked for.
    pub fn constant(&mut self, constant: &Constant) -> String {
        if let Some(known) = self.known.get(&*constant.name) {
            return known.clone();
        }
        let numbers = &constant.values;
        let (data_type, raw_data) = match self.precision {
            Precision::F32 => {
                let bytes = numbers.iter().flat_map(|value| value.to_le_bytes());
                (proto::FLOAT, bytes.collect())
            }
            Precision::F16 => {
                let halves = numbers.iter().map(|value| f16::from_f32(*value));
                let bytes = halves.flat_map(f16::to_le_bytes);
                (proto::FLOAT16, bytes.collect())
            }
        };
        let name = constant.name.to_string();
        self.initializers.push(proto::Tensor {
            dims: constant.shape.iter().map(|side| *side as i64).collect(),
            data_type,
            name: name.clone(),
            raw_data,
        });
        let value = match self.precision {
            Precision::F32 => name.clone(),
            Precision::F16 => {
                // The network computes in single precision; only the file is smaller.
                let whole = format!("{name}.f32");
                let to = Attribute::int("to", proto::FLOAT.into());
                self.push("Cast", &[&name], &whole, &[to]);
                whole
            }
        };
        self.known.insert(name, value.clone());
        value
    }
}
