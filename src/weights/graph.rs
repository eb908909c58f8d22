//! What the graph of an ONNX file does with its tensors, layer by layer in the order of use.
//!
//! An exporter may take the names of tensors away, multiply the numbers of a batch normalization
//! into the convolution before it, and store the matrix of `y = x W^T + b` transposed. What is left
//! is the order in which the tensors are used.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Layout;
use super::TensorEntry;

/// Tensors by name.
type Tensors = BTreeMap<String, TensorEntry>;

/// A node of a graph.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) kind: String,
    pub(super) inputs: Vec<String>,
    pub(super) outputs: Vec<String>,
    /// Of a `Gemm`: its matrix is stored as PyTorch has it.
    pub(super) is_transposed: bool,
}

/// What a layer computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LayerKind {
    Convolution,
    Linear,
    LayerNorm,
    /// A factor per channel.
    Factor,
    /// Numbers that are joined or added as they are: tokens, positions.
    Table,
    /// Something that no network of ours has.
    Other,
}

/// One use of tensors of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphLayer {
    pub kind: LayerKind,
    /// Name of the tensor that gives the layer its shape.
    pub weight: String,
    pub bias: Option<String>,
    /// The value it is applied to; empty for a table.
    pub input: String,
    /// Weight, bias, running mean and variance of the batch normalization behind a convolution.
    pub norm: Option<[String; 4]>,
}

impl GraphLayer {
    fn new(kind: LayerKind, weight: &str) -> Self {
        Self {
            kind,
            weight: weight.to_owned(),
            bias: None,
            input: String::new(),
            norm: None,
        }
    }
}

/// The layers of a graph. Afterwards matrices of linear layers have PyTorch's layout, and their
/// names where the name of the bias tells it.
pub(super) fn layers(tensors: &mut Tensors, nodes: &[Node]) -> Vec<GraphLayer> {
    share(tensors, nodes);
    let mut reader = Reader::new(tensors);
    for node in nodes {
        reader.read(node);
    }
    let Reader {
        mut layers,
        transposed,
        ..
    } = reader;
    for name in &transposed {
        if let Some(entry) = tensors.get_mut(name) {
            transpose(entry);
        }
    }
    rename(tensors, &mut layers, &transposed);
    layers
}

/// Tensors with the same numbers are stored once and passed on by `Identity`.
fn share(tensors: &mut Tensors, nodes: &[Node]) {
    for node in nodes.iter().filter(|node| node.kind == "Identity") {
        if let ([from], [to]) = (node.inputs.as_slice(), node.outputs.as_slice())
            && let Some(entry) = tensors.get(from).cloned()
        {
            tensors.insert(to.clone(), entry);
        }
    }
}

struct Reader<'a> {
    tensors: &'a Tensors,
    layers: Vec<GraphLayer>,
    /// The layer that made a value, as long as nothing but a bias or a normalization followed.
    made_by: BTreeMap<&'a str, usize>,
    tables: BTreeSet<&'a str>,
    transposed: BTreeSet<String>,
}

impl<'a> Reader<'a> {
    fn new(tensors: &'a Tensors) -> Self {
        Self {
            tensors,
            layers: Vec::new(),
            made_by: BTreeMap::new(),
            tables: BTreeSet::new(),
            transposed: BTreeSet::new(),
        }
    }

    fn read(&mut self, node: &'a Node) {
        let inputs: Vec<&'a str> = node.inputs.iter().map(String::as_str).collect();
        match (node.kind.as_str(), inputs.as_slice()) {
            ("Conv", [_, weight, bias @ ..]) if self.rank(weight) == Some(4) => {
                self.push(LayerKind::Convolution, weight, bias.first(), node);
            }
            ("MatMul", [_, weight]) if self.rank(weight) == Some(2) => {
                self.transposed.insert((*weight).to_owned());
                self.push(LayerKind::Linear, weight, None, node);
            }
            ("Gemm", [_, weight, bias @ ..]) if self.rank(weight) == Some(2) => {
                if !node.is_transposed {
                    self.transposed.insert((*weight).to_owned());
                }
                self.push(LayerKind::Linear, weight, bias.first(), node);
            }
            ("LayerNormalization", [_, weight, bias @ ..]) if self.rank(weight) == Some(1) => {
                self.push(LayerKind::LayerNorm, weight, bias.first(), node);
            }
            ("BatchNormalization", [from, tensors @ ..]) => self.normalize(from, tensors),
            ("Add", [a, b]) if self.add(a, b, node) || self.add(b, a, node) => {}
            ("Mul", [a, b]) if self.is_vector(a) || self.is_vector(b) => {
                let factor = if self.is_vector(a) { a } else { b };
                self.push(LayerKind::Factor, factor, None, node);
            }
            _ => self.look_up(&inputs),
        }
    }

    fn push(&mut self, kind: LayerKind, weight: &'a str, bias: Option<&&'a str>, node: &'a Node) {
        let bias = bias.filter(|name| !name.is_empty());
        if let [output, ..] = node.outputs.as_slice() {
            self.made_by.insert(output, self.layers.len());
        }
        self.layers.push(GraphLayer {
            bias: bias.map(|name| (*name).to_owned()),
            input: node.inputs.first().cloned().unwrap_or_default(),
            ..GraphLayer::new(kind, weight)
        });
    }

    /// A batch normalization that an exporter has not folded.
    fn normalize(&mut self, from: &str, tensors: &[&'a str]) {
        let layer = self
            .made_by
            .get(from)
            .and_then(|at| self.layers.get_mut(*at));
        match (layer, tensors) {
            (Some(layer), [a, b, c, d]) if layer.norm.is_none() => {
                layer.norm = Some([a, b, c, d].map(|name| (*name).to_owned()));
            }
            _ => self.other(tensors),
        }
    }

    /// Whether `bias` is a tensor that is added to `value`.
    fn add(&mut self, value: &str, bias: &'a str, node: &'a Node) -> bool {
        if !self.is_vector(bias) {
            return false;
        }
        let at = self.made_by.get(value).copied();
        let layer = at.and_then(|at| self.layers.get_mut(at));
        match layer {
            Some(layer) if layer.bias.is_none() && layer.kind != LayerKind::Convolution => {
                layer.bias = Some(bias.to_owned());
                if layer.kind == LayerKind::Factor {
                    layer.kind = LayerKind::LayerNorm;
                }
                if let ([output, ..], Some(at)) = (node.outputs.as_slice(), at) {
                    self.made_by.insert(output, at);
                }
            }
            _ => self.other(&[bias]),
        }
        true
    }

    fn other(&mut self, tensors: &[&str]) {
        let layer = |name: &&str| GraphLayer::new(LayerKind::Other, name);
        self.layers.extend(tensors.first().map(layer));
    }

    /// Any other node: what is no scalar is a table, counted once however often it is cut.
    fn look_up(&mut self, inputs: &[&'a str]) {
        for name in inputs {
            if self.rank(name).is_some_and(|rank| rank > 1) && self.tables.insert(name) {
                self.layers.push(GraphLayer::new(LayerKind::Table, name));
            }
        }
    }

    /// Axes of a stored tensor of floats.
    fn rank(&self, name: &str) -> Option<usize> {
        let entry = self.tensors.get(name)?;
        entry.number.is_float().then_some(entry.shape.len())
    }

    fn is_vector(&self, name: &str) -> bool {
        let entry = self.tensors.get(name);
        entry.is_some_and(|entry| {
            entry.number.is_float() && matches!(entry.shape.as_slice(), [side] if *side > 1)
        })
    }
}

fn transpose(entry: &mut TensorEntry) {
    if let [n_in, n_out] = *entry.shape.as_slice() {
        entry.shape = vec![n_out, n_in];
        entry.layout = Layout::Strides(vec![1, n_out as u64]);
    }
}

/// A matrix that is followed by `x.bias` is `x.weight`.
fn rename(tensors: &mut Tensors, layers: &mut [GraphLayer], transposed: &BTreeSet<String>) {
    let mut left_behind = BTreeSet::new();
    for layer in &mut *layers {
        let bias = layer.bias.as_deref();
        let stem = bias.and_then(|bias| bias.strip_suffix(".bias"));
        let Some(stem) = stem.filter(|_| transposed.contains(&layer.weight)) else {
            continue;
        };
        let weight = format!("{stem}.weight");
        if tensors.contains_key(&weight) {
            continue;
        }
        if let Some(entry) = tensors.get(&layer.weight).cloned() {
            tensors.insert(weight.clone(), entry);
            left_behind.insert(std::mem::replace(&mut layer.weight, weight));
        }
    }
    // Another layer may use the same matrix.
    for layer in &*layers {
        left_behind.remove(&layer.weight);
    }
    tensors.retain(|name, _| !left_behind.contains(name));
}
