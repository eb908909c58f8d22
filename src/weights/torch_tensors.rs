//! Finds the tensors of a pickle of PyTorch, and names them as `state_dict` does.

use std::collections::BTreeMap;

use super::Layout;
use super::NumberType;
use super::TensorEntry;
use super::index::ListError;
use super::index::Listing;
use super::index::malformed;
use super::pickle_calls::Made;
use super::pickle_calls::Pickle;
use super::pickle_calls::TensorView;
use super::pickle_calls::Value;
use crate::pickle::ValueId;

/// Deepest nesting of modules and dicts.
const MAX_DEPTH: usize = 64;
/// Most values that are looked at; shared ones count again and again.
const MAX_VISITS: usize = 2_000_000;
/// Most tensors of a file.
const MAX_TENSORS: usize = 200_000;
/// Longest name of a tensor.
const MAX_NAME_BYTES: usize = 1000;

/// Where the numbers of each storage lie.
pub(super) type Storages = BTreeMap<String, StorageBlock>;

/// A storage in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct StorageBlock {
    pub(super) start: u64,
    pub(super) n_bytes: u64,
}

/// All tensors of a pickle under their paths, joined by dots.
pub(super) fn listing(pickle: &Pickle, storages: &Storages) -> Result<Listing, ListError> {
    let mut walk = Walk {
        pickle,
        storages,
        visits: 0,
        listing: Listing::default(),
    };
    walk.value(pickle.root, "", 0)?;
    Ok(walk.listing)
}

/// What a storage class or type holds, and the bytes of one number.
pub(super) fn number_type(class: &str) -> Option<(NumberType, u64)> {
    let name = class.rsplit(' ').next().unwrap_or(class);
    Some(match name {
        "FloatStorage" | "float32" => (NumberType::F32, 4),
        "HalfStorage" | "float16" => (NumberType::F16, 2),
        "BFloat16Storage" | "bfloat16" => (NumberType::Bf16, 2),
        "DoubleStorage" | "float64" => (NumberType::F64, 8),
        "LongStorage" | "int64" | "uint64" | "ComplexFloatStorage" | "complex64" => {
            (NumberType::Other, 8)
        }
        "IntStorage" | "QInt32Storage" | "int32" | "uint32" => (NumberType::Other, 4),
        "ShortStorage" | "int16" | "uint16" => (NumberType::Other, 2),
        "CharStorage" | "ByteStorage" | "BoolStorage" | "QInt8Storage" | "QUInt8Storage"
        | "UntypedStorage" | "int8" | "uint8" | "bool" => (NumberType::Other, 1),
        "ComplexDoubleStorage" | "complex128" => (NumberType::Other, 16),
        _ => return None,
    })
}

struct Walk<'a> {
    pickle: &'a Pickle,
    storages: &'a Storages,
    visits: usize,
    listing: Listing,
}

impl Walk<'_> {
    fn value(&mut self, id: ValueId, path: &str, depth: usize) -> Result<(), ListError> {
        self.visits += 1;
        if depth > MAX_DEPTH || self.visits > MAX_VISITS {
            return Err(malformed("its values are nested too deeply"));
        }
        let arena = &self.pickle.arena;
        match arena.get(id) {
            Value::Made(Made::Tensor(view)) => self.tensor(view, path),
            Value::Dict(pairs) => {
                for (key, value) in pairs {
                    if let Some(name) = arena.word(*key) {
                        self.value(*value, &join(path, &name)?, depth + 1)?;
                    }
                }
                Ok(())
            }
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    let is_plain = matches!(
                        arena.get(*item),
                        Value::Int(_) | Value::Float(_) | Value::Other
                    );
                    if !is_plain {
                        self.value(*item, &join(path, &index.to_string())?, depth + 1)?;
                    }
                }
                Ok(())
            }
            Value::Object {
                state: Some(state), ..
            } => self.object(*state, path, depth),
            Value::Object { state: None, .. }
            | Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::Bytes(_)
            | Value::Class(_)
            | Value::Made(Made::Storage(_))
            | Value::Other => Ok(()),
        }
    }

    /// A pickled `torch.nn.Module` keeps its parts in three dicts; an object of TorchScript has
    /// them as attributes.
    fn object(&mut self, state: ValueId, path: &str, depth: usize) -> Result<(), ListError> {
        let parts = ["_parameters", "_buffers", "_modules"];
        let parts = parts.map(|name| self.pickle.arena.entry(state, name));
        if parts.iter().all(Option::is_none) {
            return self.value(state, path, depth + 1);
        }
        for part in parts.into_iter().flatten() {
            self.value(part, path, depth + 1)?;
        }
        Ok(())
    }

    fn tensor(&mut self, view: &TensorView, name: &str) -> Result<(), ListError> {
        let wrong = |what: &str| malformed(format!("the tensor {name:?}: {what}"));
        let class = view.number.as_deref().unwrap_or(&view.storage.class);
        let (number, width) = number_type(class).ok_or_else(|| wrong("its type is unknown"))?;
        let block = self.storages.get(&view.storage.key);
        let block = block.ok_or_else(|| wrong("its numbers are not in the file"))?;
        let skipped = view.offset.checked_add(view.storage.offset);
        let skipped = skipped.and_then(|n| n.checked_mul(width));
        let skipped = skipped.filter(|skipped| *skipped <= block.n_bytes);
        let skipped = skipped.ok_or_else(|| wrong("it starts behind its numbers"))?;
        let entry = TensorEntry {
            number,
            shape: view.shape.clone(),
            layout: layout(&view.shape, &view.strides),
            start: block.start + skipped,
            n_bytes: block.n_bytes - skipped,
        };
        if self.listing.entries.len() >= MAX_TENSORS {
            return Err(malformed("it holds too many tensors"));
        }
        let before = self.listing.entries.insert(name.to_owned(), entry);
        match before {
            Some(_) => Err(wrong("it is there twice")),
            None => Ok(()),
        }
    }
}

fn layout(shape: &[usize], strides: &[u64]) -> Layout {
    let mut step = 1_u64;
    let is_rows = shape.len() == strides.len()
        && shape.iter().zip(strides).rev().all(|(side, stride)| {
            let fits = *side == 1 || *stride == step;
            step = step.saturating_mul(*side as u64);
            fits
        });
    if is_rows {
        return Layout::Rows;
    }
    Layout::Strides(strides.to_vec())
}

fn join(path: &str, name: &str) -> Result<String, ListError> {
    if path.len() + name.len() > MAX_NAME_BYTES {
        return Err(malformed("it has a name that is too long"));
    }
    if path.is_empty() {
        return Ok(name.to_owned());
    }
    Ok(format!("{path}.{name}"))
}
