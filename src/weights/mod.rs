//! Reads and writes files of named tensors.
//!
//! - Owns: [`TensorMap`], [`TensorIndex`], one reader per kind of file, the safetensors writer.
//! - Invariant: a file never runs code, and never makes the program hold more numbers than it has.
//! - Invariant: a file is first listed, then read tensor by tensor; what nobody asks for stays on
//!   the disk.
//! - Invariant: tensors keep PyTorch's layout (`[out, in]` for a linear layer) and names.
//! - Not here: which network the tensors belong to (`models`).
//! - To read another kind of file: one module with an `entries` function that says where the bytes
//!   of each tensor lie, one variant of [`Container`], one arm in `index`.
//!
//! PyTorch's files are read by modules of our own and not by `burn-store`: its reader lets a pickle
//! name any function and only leaves the result out, where ours refuses the file and says which
//! function it was; and it does not read TorchScript, which is how SSCD is published.

mod archive;
mod container;
mod error;
mod graph;
mod index;
mod onnx;
mod pickle_calls;
mod pickle_classes;
mod protobuf;
mod safetensors_file;
mod stored;
mod torch_legacy;
mod torch_tensors;
mod torch_zip;

use std::collections::BTreeMap;
use std::path::Path;

pub use container::Container;
pub use error::WeightsError;
pub use graph::GraphLayer;
pub use graph::LayerKind;
pub use index::TensorIndex;
pub use safetensors_file::Precision;
pub use safetensors_file::TensorFile;
pub use safetensors_file::metadata_of;
pub use safetensors_file::read_bytes;
pub use safetensors_file::read_metadata;
pub use safetensors_file::write;
pub use stored::Layout;
pub use stored::NumberType;
pub use stored::TensorEntry;

/// How the names of files with weights end; what is inside is told by the first bytes.
pub const ENDINGS: &[&str] = &[
    "safetensors",
    "pt",
    "pth",
    "th",
    "tar",
    "ckpt",
    "bin",
    "onnx",
];

/// The name of a file without its endings, several of them where it has several: `x.pth.tar` is `x`.
pub fn name_of(path: &Path) -> String {
    let mut name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    while let Some((stem, ending)) = name.rsplit_once('.')
        && !stem.is_empty()
        && is_ending(ending)
    {
        name.truncate(stem.len());
    }
    name
}

fn is_ending(ending: &str) -> bool {
    ENDINGS
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known))
}

/// Whether a file is one with weights by its name.
pub fn is_weights_name(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(is_ending)
}

/// One tensor as plain numbers, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightTensor {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

/// Tensors by name, in PyTorch's layout.
pub type TensorMap = BTreeMap<String, WeightTensor>;

/// Reads all floating-point tensors of a file of any kind. Other numbers (`num_batches_tracked`)
/// are left out.
pub fn read(path: &Path) -> Result<TensorFile, WeightsError> {
    let mut index = TensorIndex::open(path)?;
    let tensors = index.load_all()?;
    Ok(TensorFile {
        tensors,
        metadata: index.metadata,
    })
}
