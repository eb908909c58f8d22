//! A model as an ONNX file, which other programs can run: pictures in, descriptors out.
//!
//! The file holds the graph of the network for the size of picture the model was made for, with
//! normalizations folded in and weights under the names of their layers. Any number of pictures goes
//! through at once; they are normalized before, with the mean and deviation in the metadata.

mod operations;
pub mod proto;
mod writer;

use std::collections::BTreeMap;
use std::path::Path;

use prost::Message as _;

use crate::weights::Precision;

use super::ModelError;
use super::graph::Graph;
use super::graph::Operation;
use super::graph::Output;
use super::graph::Shape;
use super::graph::Weights;
use super::model_file::ModelCard;
use super::model_file::VERSION_KEY;
use super::network::Network;
use super::state;

use operations::Value;
use proto::Dimension;
use proto::Extent;
use writer::Writer;

/// How the names of such files end.
pub const EXTENSION: &str = "onnx";
/// What goes in, `[batch, 3, height, width]`, and what comes out, `[batch, dimensions]`.
pub const INPUT: &str = "pictures";
/// Metadata: the version of the card whose other entries stand beside it, by which Copylens knows its
/// own files.
pub const CARD_KEY: &str = "copylens_onnx";
/// Operations of ONNX 1.12, the first with layer normalization.
const OPERATOR_SET: i64 = 17;
/// The version of the file format that belongs to them.
const IR_VERSION: i64 = 8;
/// A message of protocol buffers has less than 2 GiB; the graph itself fits into the rest.
const MAX_WEIGHT_BYTES: usize = (1 << 31) - (16 << 20);
/// The number of pictures, which is left open.
const BATCH: &str = "batch";

/// Whether a file is to be one of ONNX, by its name.
pub fn is_onnx_name(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case(EXTENSION))
}

/// The bytes of an ONNX file of a model.
///
/// With [`Precision::F16`] the file stores weights in half precision; whoever runs it still computes
/// in single precision.
pub fn encode(
    card: &ModelCard,
    network: &Network,
    precision: Precision,
    path: &Path,
) -> Result<Vec<u8>, ModelError> {
    let n_bytes = weight_bytes(network, precision);
    if n_bytes > MAX_WEIGHT_BYTES {
        return Err(ModelError::TooLargeForOnnx {
            path: path.to_owned(),
            megabytes: n_bytes >> 20,
        });
    }
    let size = card.preprocessing.size as usize;
    let graph = network.graph([size, size], &mut Weights::of(network))?;
    let graph = graph.keep(&[Output::Descriptor]);
    Ok(model(card, &graph, precision).encode_to_vec())
}

/// Bytes of all weights; none of them is read for it.
fn weight_bytes(network: &Network, precision: Precision) -> usize {
    let shapes = state::read_shapes(network);
    let lengths = shapes.values().map(|shape| shape.iter().product::<usize>());
    let bytes = match precision {
        Precision::F32 => 4,
        Precision::F16 => 2,
    };
    lengths.sum::<usize>() * bytes
}

fn model(card: &ModelCard, graph: &Graph, precision: Precision) -> proto::Model {
    let entries = metadata(card).into_iter();
    proto::Model {
        ir_version: IR_VERSION,
        producer_name: "Copylens".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        doc_string: format!("{}: pictures to descriptors of length 1", card.name),
        graph: Some(onnx_graph(card, graph, precision)),
        opset_import: vec![proto::OperatorSet {
            domain: String::new(),
            version: OPERATOR_SET,
        }],
        metadata_props: entries
            .map(|(key, value)| proto::Entry { key, value })
            .collect(),
    }
}

fn onnx_graph(card: &ModelCard, graph: &Graph, precision: Precision) -> proto::Graph {
    let mut writer = Writer::new(precision);
    let mut values: Vec<Value> = Vec::new();
    for (idx, node) in graph.nodes.iter().enumerate() {
        writer.start(format!("{}.{idx}", node.operation.name()));
        let name = if matches!(node.operation, Operation::Input) {
            INPUT.to_owned()
        } else {
            let inputs = node.inputs.iter().map(|id| values[id.0].clone());
            let inputs: Vec<Value> = inputs.collect();
            writer.operation(node, &inputs)
        };
        let shape = node.shape;
        values.push(Value { name, shape });
    }
    let outputs = graph.outputs.iter();
    let outputs = outputs.map(|(output, id)| {
        let Value { name, shape } = &values[id.0];
        writer.push("Identity", &[name], output.name(), &[]);
        value_info(output.name(), *shape)
    });
    let outputs = outputs.collect();
    proto::Graph {
        name: card.architecture.clone(),
        input: vec![value_info(INPUT, graph.nodes[0].shape)],
        output: outputs,
        node: writer.nodes,
        initializer: writer.initializers,
    }
}

fn value_info(name: &str, shape: Shape) -> proto::ValueInfo {
    let dims = match shape {
        Shape::Rows { rows: 1, channels } => vec![channels],
        Shape::Rows { .. } | Shape::Map { .. } => shape.dims(),
    };
    let sides = dims.iter().map(|side| Extent::Number(*side as i64));
    let extents = std::iter::once(Extent::Name(BATCH.to_owned())).chain(sides);
    let shape = proto::Shape {
        dim: extents
            .map(|extent| Dimension {
                extent: Some(extent),
            })
            .collect(),
    };
    proto::ValueInfo {
        name: name.to_owned(),
        kind: Some(proto::ValueKind {
            tensor: Some(proto::TensorKind {
                elem_type: proto::FLOAT,
                shape: Some(shape),
            }),
        }),
    }
}

/// What whoever runs the file has to know, in words that need no Copylens.
fn metadata(card: &ModelCard) -> BTreeMap<String, String> {
    let preprocessing = card.preprocessing;
    let list = |values: [f32; 3]| values.map(|value| value.to_string()).join(", ");
    let entry = |key: &str, value: String| (key.to_owned(), value);
    let mut metadata = card.metadata();
    if let Some(version) = metadata.remove(VERSION_KEY) {
        metadata.insert(CARD_KEY.to_owned(), version);
    }
    metadata.extend([
        entry("copylens_version", env!("CARGO_PKG_VERSION").to_owned()),
        entry("size", preprocessing.size.to_string()),
        entry("mean", list(preprocessing.mean)),
        entry("std", list(preprocessing.std)),
        entry(
            "input",
            "RGB, resized to size x size without keeping the aspect ratio, scaled to 0..1, minus \
             mean, divided by std"
                .to_owned(),
        ),
    ]);
    metadata
}
