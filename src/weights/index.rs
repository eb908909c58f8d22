//! A file of tensors that has been listed but not read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::path::Path;
use std::path::PathBuf;

use super::Container;
use super::TensorEntry;
use super::TensorMap;
use super::WeightTensor;
use super::WeightsError;
use super::container;
use super::graph::GraphLayer;
use super::onnx;
use super::safetensors_file;
use super::torch_legacy;
use super::torch_zip;
use crate::pickle::PickleError;

/// The largest file that is read: 8 GiB, more than any network of the table needs.
pub(super) const MAX_FILE_BYTES: u64 = 8 << 30;

/// Why a file could not be listed; the path is added by [`TensorIndex`].
#[derive(Debug)]
pub(super) enum ListError {
    Read(std::io::Error),
    Format(String),
    /// A pickle names a function or class that no model needs.
    Refused(String),
}

impl From<std::io::Error> for ListError {
    fn from(source: std::io::Error) -> Self {
        if source.kind() == std::io::ErrorKind::UnexpectedEof {
            return Self::Format("it ends too early".to_owned());
        }
        Self::Read(source)
    }
}

impl From<PickleError> for ListError {
    fn from(error: PickleError) -> Self {
        match error {
            PickleError::Read(source) => Self::Read(source),
            PickleError::Malformed(reason) => Self::Format(reason),
            PickleError::Refused(name) => Self::Refused(name),
        }
    }
}

/// A [`ListError::Format`] with this reason.
pub(super) fn malformed(reason: impl Into<String>) -> ListError {
    ListError::Format(reason.into())
}

/// Entries by name, and what the file says about itself.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) entries: BTreeMap<String, TensorEntry>,
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) graph: Vec<GraphLayer>,
}

/// The tensors of an open file: names, shapes, and where their numbers lie.
#[derive(Debug)]
pub struct TensorIndex<R = BufReader<File>> {
    path: PathBuf,
    file: R,
    pub container: Container,
    pub entries: BTreeMap<String, TensorEntry>,
    /// What a `.safetensors` or ONNX file says about itself.
    pub metadata: BTreeMap<String, String>,
    /// What an ONNX file does with its tensors, in the order of use; empty for other files.
    pub graph: Vec<GraphLayer>,
}

impl TensorIndex {
    /// Lists the tensors of a file of any kind.
    pub fn open(path: &Path) -> Result<Self, WeightsError> {
        let file = File::open(path).map_err(|source| WeightsError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::list(BufReader::new(file), path)
    }
}

impl<R: Read + Seek> TensorIndex<R> {
    /// Lists the tensors of a file that is open or in memory; `path` is for messages.
    pub fn list(mut file: R, path: &Path) -> Result<Self, WeightsError> {
        let fail = |source| WeightsError::Read {
            path: path.to_owned(),
            source,
        };
        let n_bytes = file.seek(SeekFrom::End(0)).map_err(fail)?;
        if n_bytes > MAX_FILE_BYTES {
            return Err(WeightsError::TooLarge {
                path: path.to_owned(),
                n_bytes,
            });
        }
        let (container, listing) = entries(&mut file, n_bytes).map_err(|err| match err {
            ListError::Read(source) => fail(source),
            ListError::Format(reason) => WeightsError::Format {
                path: path.to_owned(),
                reason,
            },
            ListError::Refused(name) => WeightsError::Refused {
                path: path.to_owned(),
                name,
            },
        })?;
        Ok(Self {
            path: path.to_owned(),
            file,
            container,
            entries: listing.entries,
            metadata: listing.metadata,
            graph: listing.graph,
        })
    }

    /// The file, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads one tensor. Numbers that are not finite are refused, and a shape that does not fit
    /// what is stored.
    pub fn load(&mut self, name: &str) -> Result<WeightTensor, WeightsError> {
        let entry = self.entries.get(name).filter(|e| e.number.is_float());
        let entry = entry.ok_or_else(|| WeightsError::Missing {
            n_missing: 1,
            n_expected: 1,
            first: name.to_owned(),
        })?;
        if let Some(complaint) = entry.complaint() {
            return Err(WeightsError::Format {
                path: self.path.clone(),
                reason: format!("the tensor {name:?}: {complaint}"),
            });
        }
        let tensor = entry.load(&mut self.file);
        let tensor = tensor.map_err(|source| WeightsError::Read {
            path: self.path.clone(),
            source,
        })?;
        if tensor.values.iter().all(|value| value.is_finite()) {
            return Ok(tensor);
        }
        Err(WeightsError::NotFinite {
            path: self.path.clone(),
            name: name.to_owned(),
        })
    }

    /// Reads every floating-point tensor.
    pub fn load_all(&mut self) -> Result<TensorMap, WeightsError> {
        let floats = self.entries.iter().filter(|(_, e)| e.number.is_float());
        let stored: u64 = floats.clone().map(|(_, e)| e.n_bytes).sum();
        // A small file can name the same numbers again and again.
        if stored > MAX_FILE_BYTES {
            return Err(WeightsError::TooLarge {
                path: self.path.clone(),
                n_bytes: stored,
            });
        }
        let names: Vec<String> = floats.map(|(name, _)| name.clone()).collect();
        names
            .into_iter()
            .map(|name| Ok((name.clone(), self.load(&name)?)))
            .collect()
    }
}

fn entries<R: Read + Seek>(file: &mut R, n_bytes: u64) -> Result<(Container, Listing), ListError> {
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    file.by_ref()
        .take(container::HEAD_BYTES as u64)
        .read_to_end(&mut head)?;
    let container = container::recognize(&head, n_bytes).map_err(malformed)?;
    file.seek(SeekFrom::Start(0))?;
    let listing = match container {
        Container::Safetensors => safetensors_file::entries(file, n_bytes)?,
        Container::TorchZip => torch_zip::entries(file, n_bytes)?,
        Container::TorchLegacy => torch_legacy::entries(file, n_bytes)?,
        Container::Pickle => torch_legacy::refuse_bare_pickle(file)?,
        Container::Onnx => onnx::entries(file, n_bytes)?,
    };
    for (name, entry) in &listing.entries {
        if !entry.is_inside(n_bytes) {
            return Err(malformed(format!(
                "it ends before the tensor {name:?} does"
            )));
        }
    }
    let is_foreign = container != Container::Safetensors;
    if is_foreign
        && !listing
            .entries
            .values()
            .any(|entry| entry.number.is_float())
    {
        return Err(malformed("it holds no tensors with names"));
    }
    Ok((container, listing))
}
