//! The weights of an ONNX file (`onnx.proto3` of the ONNX repository): the initializers of its graph.
//!
//! The graph itself is not run. Its nodes only tell which tensors a layer uses, and in which order
//! (`graph`).

use std::collections::BTreeMap;
use std::io::Read;
use std::io::Seek;

use super::Layout;
use super::NumberType;
use super::TensorEntry;
use super::graph;
use super::graph::Node;
use super::index::ListError;
use super::index::Listing;
use super::index::malformed;
use super::protobuf;
use super::protobuf::Content;
use super::protobuf::Fields;
use super::protobuf::Span;

const MAX_NAME_BYTES: u64 = 4096;
const MAX_TENSORS: usize = 200_000;
const MAX_NODES: usize = 500_000;
/// Of what a file says about itself.
const MAX_ENTRIES: usize = 256;

/// Lists the tensors of a file of `n_bytes`.
pub(super) fn entries(file: &mut (impl Read + Seek), n_bytes: u64) -> Result<Listing, ListError> {
    let model = Span {
        start: 0,
        end: n_bytes,
    };
    // ModelProto: 7 is the graph, 14 what the file says about itself.
    let (mut graph, mut metadata) = (None, BTreeMap::new());
    for (number, span) in children(file, model, &[7, 14])? {
        if number == 7 {
            graph = Some(span);
        } else if metadata.len() < MAX_ENTRIES {
            metadata.extend(entry(file, span)?);
        }
    }
    let graph = graph.ok_or_else(|| malformed("it has no graph of ONNX"))?;
    // GraphProto: 1 are the nodes, 5 the initializers.
    let parts = children(file, graph, &[1, 5])?;
    let mut tensors = BTreeMap::new();
    let mut nodes = Vec::new();
    for (number, span) in parts {
        if number == 1 {
            nodes.push(node(file, span)?);
        } else if let Some((name, entry)) = tensor(file, span)? {
            tensors.insert(name, entry);
        }
    }
    let graph = graph::layers(&mut tensors, &nodes);
    Ok(Listing {
        entries: tensors,
        metadata,
        graph,
    })
}

/// StringStringEntryProto: 1 key, 2 value. Long ones, such as the notes of some exporters, are left
/// out.
fn entry(
    file: &mut (impl Read + Seek),
    message: Span,
) -> Result<Option<(String, String)>, ListError> {
    let (mut key, mut value) = (None, None);
    for (number, span) in children(file, message, &[1, 2])? {
        if span.n_bytes() > MAX_NAME_BYTES {
            return Ok(None);
        }
        let word = text(file, span)?;
        *(if number == 1 { &mut key } else { &mut value }) = Some(word);
    }
    Ok(key.zip(value))
}

/// The messages inside a message that have one of these numbers.
fn children(
    file: &mut (impl Read + Seek),
    message: Span,
    numbers: &[u64],
) -> Result<Vec<(u64, Span)>, ListError> {
    let mut fields = Fields::new(file, message)?;
    let mut found = Vec::new();
    while let Some(field) = fields.next()? {
        if let Content::Bytes(span) = field.content
            && numbers.contains(&field.number)
        {
            found.push((field.number, span));
        }
        if found.len() > MAX_TENSORS + MAX_NODES {
            return Err(malformed("it holds too many tensors"));
        }
    }
    Ok(found)
}

fn text(file: &mut (impl Read + Seek), span: Span) -> Result<String, ListError> {
    let bytes = protobuf::bytes(file, span, MAX_NAME_BYTES)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// NodeProto: 1 inputs, 2 outputs, 3 name, 4 kind, 5 attributes.
fn node(file: &mut (impl Read + Seek), message: Span) -> Result<Node, ListError> {
    let mut node = Node::default();
    let mut attributes = Vec::new();
    for (number, span) in children(file, message, &[1, 2, 4, 5])? {
        if number == 5 {
            attributes.push(span);
            continue;
        }
        let word = text(file, span)?;
        match number {
            1 => node.inputs.push(word),
            2 => node.outputs.push(word),
            _ => node.kind = word,
        }
    }
    if node.kind == "Gemm" {
        for attribute in attributes {
            node.is_transposed |= is_transposition(file, attribute)?;
        }
    }
    Ok(node)
}

/// AttributeProto: 1 name, 3 a whole number. `transB = 1` says that a matrix is `[out, in]`.
fn is_transposition(file: &mut (impl Read + Seek), message: Span) -> Result<bool, ListError> {
    let (mut name, mut value) = (None, 0);
    let mut fields = Fields::new(file, message)?;
    while let Some(field) = fields.next()? {
        match (field.number, field.content) {
            (1, Content::Bytes(span)) => name = Some(span),
            (3, Content::Varint(number)) => value = number,
            _ => {}
        }
    }
    let name = name.map(|span| text(file, span)).transpose()?;
    Ok(value == 1 && name.as_deref() == Some("transB"))
}

/// TensorProto: 1 shape, 2 type, 4 or 10 or 9 the numbers, 8 name, 14 whether they are elsewhere.
fn tensor(
    file: &mut (impl Read + Seek),
    message: Span,
) -> Result<Option<(String, TensorEntry)>, ListError> {
    let mut shape = Vec::new();
    let (mut kind, mut numbers, mut name, mut packed) = (0, None, None, Vec::new());
    let mut fields = Fields::new(file, message)?;
    while let Some(field) = fields.next()? {
        match (field.number, field.content) {
            (1, Content::Varint(side)) => shape.push(side),
            (1, Content::Bytes(span)) => packed.push(span),
            (2, Content::Varint(value)) => kind = value,
            (4 | 9 | 10, Content::Bytes(span)) => numbers = Some(span),
            (8, Content::Bytes(span)) => name = Some(span),
            (14, Content::Varint(1)) => {
                return Err(malformed(
                    "its numbers lie in another file beside it: export it with external_data=False",
                ));
            }
            _ => {}
        }
        if shape.len() > 16 || packed.len() > 16 {
            return Err(malformed("it has a tensor with too many axes"));
        }
    }
    for span in packed {
        shape.extend(protobuf::packed(&protobuf::bytes(file, span, 160)?));
    }
    let (Some(name), Some(numbers)) = (name, numbers) else {
        return Ok(None);
    };
    let sides = shape.iter().map(|side| usize::try_from(*side).ok());
    let shape: Option<Vec<usize>> = sides.collect();
    let shape = shape.ok_or_else(|| malformed("it has a tensor that is too large"))?;
    let entry = TensorEntry {
        number: number_type(kind),
        shape,
        layout: Layout::Rows,
        start: numbers.start,
        n_bytes: numbers.n_bytes(),
    };
    Ok(Some((text(file, name)?, entry)))
}

/// TensorProto.DataType.
fn number_type(kind: u64) -> NumberType {
    match kind {
        1 => NumberType::F32,
        10 => NumberType::F16,
        11 => NumberType::F64,
        16 => NumberType::Bf16,
        _ => NumberType::Other,
    }
}
