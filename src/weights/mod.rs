//! Reads and writes files of named tensors.
//!
//! - Owns: [`TensorMap`], the safetensors reader and writer, the rules of a strict load.
//! - Invariant: a file never runs code, and never makes the program take more memory than its size.
//! - Invariant: tensors keep PyTorch's layout (`[out, in]` for a linear layer) and names.
//! - Not here: which network the tensors belong to (`models`).

mod error;
mod safetensors_file;

use std::collections::BTreeMap;

pub use error::WeightsError;
pub use safetensors_file::Precision;
pub use safetensors_file::TensorFile;
pub use safetensors_file::metadata_of;
pub use safetensors_file::read;
pub use safetensors_file::read_bytes;
pub use safetensors_file::read_metadata;
pub use safetensors_file::write;

/// One tensor as plain numbers, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightTensor {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

/// Tensors by name, in PyTorch's layout.
pub type TensorMap = BTreeMap<String, WeightTensor>;
