//! Gives the weights of an exported network their names back.
//!
//! PyTorch exports `y = x W^T + b` as a product with a matrix that has lost its name and is stored
//! transposed, and a sum with `layer.bias`, which keeps its name.

use std::collections::BTreeMap;

use super::Layout;
use super::TensorEntry;

/// A node of a graph.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) kind: String,
    pub(super) inputs: Vec<String>,
    pub(super) outputs: Vec<String>,
}

/// The same tensors; matrices that are multiplied from the right and then summed with `x.bias`
/// become `x.weight`, transposed.
pub(super) fn restore(
    mut tensors: BTreeMap<String, TensorEntry>,
    nodes: &[Node],
) -> BTreeMap<String, TensorEntry> {
    // Which matrix made a value.
    let mut products: BTreeMap<&str, &str> = BTreeMap::new();
    let mut restored = Vec::new();
    for node in nodes {
        match (
            node.kind.as_str(),
            node.inputs.as_slice(),
            node.outputs.as_slice(),
        ) {
            ("MatMul", [_, matrix], [output]) if tensors.contains_key(matrix) => {
                products.insert(output, matrix);
            }
            ("Add", [a, b], _) => {
                // The bias is on the left or on the right, depending on the exporter.
                let sides = [(a, b), (b, a)];
                let matrix = sides.into_iter().find_map(|(value, bias)| {
                    let layer = bias.strip_suffix(".bias")?;
                    let is_stored = tensors.contains_key(bias);
                    let matrix = products.get(value.as_str()).filter(|_| is_stored)?;
                    Some(((*matrix).to_owned(), format!("{layer}.weight")))
                });
                restored.extend(matrix);
            }
            _ => {}
        }
    }
    for (matrix, weight) in restored {
        if tensors.contains_key(&weight) {
            continue;
        }
        if let Some(entry) = tensors.remove(&matrix) {
            tensors.insert(weight, transposed(entry));
        }
    }
    tensors
}

fn transposed(mut entry: TensorEntry) -> TensorEntry {
    if let [n_in, n_out] = *entry.shape.as_slice() {
        entry.shape = vec![n_out, n_in];
        entry.layout = Layout::Strides(vec![1, n_out as u64]);
    }
    entry
}
