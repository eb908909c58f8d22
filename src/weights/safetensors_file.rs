//! The `.safetensors` format through the crate of its authors.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::io::Read;
use std::io::Write;
use std::path::Path;

use half::f16;
use safetensors::Dtype;
use safetensors::SafeTensorError;
use safetensors::tensor::Metadata;
use safetensors::tensor::TensorInfo;

use crate::persist;

use super::Layout;
use super::NumberType;
use super::TensorEntry;
use super::TensorIndex;
use super::TensorMap;
use super::WeightsError;
use super::index::ListError;
use super::index::Listing;
use super::index::malformed;

/// The limit of the format itself.
const MAX_HEADER_BYTES: u64 = 100_000_000;

/// Numbers that are converted at a time.
const CHUNK_NUMBERS: usize = 1 << 16;

/// How numbers are stored in a file. Reading always gives `f32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    F32,
    /// Half the size. Descriptors of the bundled network turn by a cosine distance of 1.6e-4 in the
    /// mean and of 9.8e-4 at most over 32 photos; nothing changes where the weights were halves.
    F16,
}

/// Tensors, and what the file says about them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TensorFile {
    pub tensors: TensorMap,
    pub metadata: BTreeMap<String, String>,
}

/// Reads a file that is in memory; `name` is for messages.
pub fn read_bytes(bytes: &[u8], name: &Path) -> Result<TensorFile, WeightsError> {
    let mut index = TensorIndex::list(Cursor::new(bytes), name)?;
    let tensors = index.load_all()?;
    Ok(TensorFile {
        tensors,
        metadata: index.metadata,
    })
}

/// Lists the tensors of an open file of `n_bytes`.
pub(super) fn entries(file: &mut impl Read, n_bytes: u64) -> Result<Listing, ListError> {
    let mut header = Vec::new();
    file.by_ref().take(8).read_to_end(&mut header)?;
    let n_header = header.first_chunk::<8>().map(|n| u64::from_le_bytes(*n));
    let n_header = n_header.ok_or_else(|| malformed("it ends too early"))?;
    if n_header > n_bytes.saturating_sub(8).min(MAX_HEADER_BYTES) {
        return Err(malformed("its header is longer than the file"));
    }
    file.take(n_header).read_to_end(&mut header)?;
    let metadata: Metadata =
        serde_json::from_slice(&header[8..]).map_err(|err| malformed(err.to_string()))?;
    let start = 8 + n_header;
    if start.checked_add(metadata.data_len() as u64) != Some(n_bytes) {
        return Err(malformed("its numbers are not as long as its header says"));
    }
    let mut listing = Listing {
        metadata: metadata
            .metadata()
            .clone()
            .unwrap_or_default()
            .into_iter()
            .collect(),
        ..Listing::default()
    };
    let mut before = 0;
    for name in metadata.offset_keys() {
        let Some(info) = metadata.info(&name) else {
            continue;
        };
        // One tensor follows the other, as the format demands.
        let (from, to) = info.data_offsets;
        if from != before || to < from {
            return Err(malformed(format!(
                "the tensor {name:?} is at the wrong place"
            )));
        }
        before = to;
        let entry = TensorEntry {
            number: number_type(info.dtype),
            shape: info.shape.clone(),
            layout: Layout::Rows,
            start: start + from as u64,
            n_bytes: (to - from) as u64,
        };
        listing.entries.insert(name, entry);
    }
    Ok(listing)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever the format adds is no float tensor of a model"
)]
fn number_type(dtype: Dtype) -> NumberType {
    match dtype {
        Dtype::F32 => NumberType::F32,
        Dtype::F16 => NumberType::F16,
        Dtype::BF16 => NumberType::Bf16,
        Dtype::F64 => NumberType::F64,
        _ => NumberType::Other,
    }
}

/// What a file says about itself, and its size in bytes; only its header is read.
pub fn read_metadata(path: &Path) -> Result<(BTreeMap<String, String>, u64), WeightsError> {
    let fail = |source| WeightsError::Read {
        path: path.to_owned(),
        source,
    };
    let mut file = std::fs::File::open(path).map_err(fail)?;
    let n_bytes = file.metadata().map_err(fail)?.len();
    let mut start = vec![0_u8; n_bytes.min(8) as usize];
    file.read_exact(&mut start).map_err(fail)?;
    let n_header = <[u8; 8]>::try_from(start.as_slice()).map_or(0, u64::from_le_bytes);
    if n_header > n_bytes.saturating_sub(8).min(MAX_HEADER_BYTES) {
        return Err(WeightsError::Format {
            path: path.to_owned(),
            reason: "its header is longer than the file".to_owned(),
        });
    }
    file.take(n_header).read_to_end(&mut start).map_err(fail)?;
    Ok((metadata_of(&start, path)?, n_bytes))
}

#[derive(serde::Deserialize)]
struct Header {
    #[serde(default, rename = "__metadata__")]
    metadata: BTreeMap<String, String>,
}

/// What a file in memory says about itself; the header alone is enough.
pub fn metadata_of(bytes: &[u8], name: &Path) -> Result<BTreeMap<String, String>, WeightsError> {
    let format = |reason: String| WeightsError::Format {
        path: name.to_owned(),
        reason,
    };
    let n_header = bytes
        .first_chunk::<8>()
        .map_or(0, |n| u64::from_le_bytes(*n)) as usize;
    let json = bytes
        .get(8..n_header.saturating_add(8))
        .ok_or_else(|| format("its header is longer than the file".to_owned()))?;
    let header: Header = serde_json::from_slice(json).map_err(|err| format(err.to_string()))?;
    Ok(header.metadata)
}

/// Writes a whole file, atomically and piece by piece: no second copy of a large model is made.
pub fn write(path: &Path, file: &TensorFile, precision: Precision) -> Result<(), WeightsError> {
    let format = |reason: String| WeightsError::Format {
        path: path.to_owned(),
        reason,
    };
    let metadata = layout(file, precision).map_err(|err| format(err.to_string()))?;
    let mut header = serde_json::to_vec(&metadata).map_err(|err| format(err.to_string()))?;
    // Numbers start at a multiple of 8.
    header.resize(header.len().next_multiple_of(8), b' ');
    persist::save_with(path, |target| {
        target.write_all(&(header.len() as u64).to_le_bytes())?;
        target.write_all(&header)?;
        for tensor in file.tensors.values() {
            write_numbers(target, &tensor.values, precision)?;
        }
        Ok(())
    })?;
    Ok(())
}

/// Where each tensor will lie: one behind the other, in the order of their names.
fn layout(file: &TensorFile, precision: Precision) -> Result<Metadata, SafeTensorError> {
    let (dtype, n_bytes) = match precision {
        Precision::F32 => (Dtype::F32, 4),
        Precision::F16 => (Dtype::F16, 2),
    };
    let mut end = 0;
    let infos = file.tensors.iter().map(|(name, tensor)| {
        let start = end;
        end += tensor.values.len() * n_bytes;
        let info = TensorInfo {
            dtype,
            shape: tensor.shape.clone(),
            data_offsets: (start, end),
        };
        (name.clone(), info)
    });
    let infos = infos.collect();
    Metadata::new(Some(file.metadata.clone().into_iter().collect()), infos)
}

fn write_numbers(
    target: &mut impl Write,
    values: &[f32],
    precision: Precision,
) -> std::io::Result<()> {
    for chunk in values.chunks(CHUNK_NUMBERS) {
        let numbers = chunk.iter();
        let bytes: Vec<u8> = match precision {
            Precision::F32 => numbers.flat_map(|v| v.to_le_bytes()).collect(),
            Precision::F16 => numbers
                .flat_map(|v| f16::from_f32(*v).to_le_bytes())
                .collect(),
        };
        target.write_all(&bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::WeightTensor;
    use super::super::read;
    use super::*;

    fn sample() -> TensorFile {
        let tensor = WeightTensor {
            shape: vec![2, 2],
            values: vec![1.0, -0.5, 0.25, 3.0],
        };
        TensorFile {
            tensors: TensorMap::from([("head.weight".to_owned(), tensor)]),
            metadata: BTreeMap::from([("architecture".to_owned(), "resnet18".to_owned())]),
        }
    }

    #[test]
    fn a_file_comes_back_in_both_precisions() {
        let folder = tempfile::tempdir().unwrap();
        for precision in [Precision::F32, Precision::F16] {
            let path = folder.path().join("model.safetensors");
            write(&path, &sample(), precision).unwrap();
            assert_eq!(read(&path).unwrap(), sample());
        }
    }

    #[test]
    fn a_truncated_file_and_a_web_page_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        write(&path, &sample(), Precision::F32).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(read_bytes(&bytes[..bytes.len() - 3], &path).is_err());
        assert!(read_bytes(b"<html><body>not found</body></html>", &path).is_err());
        assert!(read_bytes(b"", &path).is_err());
    }

    #[test]
    fn numbers_that_are_not_finite_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        let mut file = sample();
        file.tensors.get_mut("head.weight").unwrap().values[2] = f32::NAN;
        write(&path, &file, Precision::F32).unwrap();
        assert!(matches!(read(&path), Err(WeightsError::NotFinite { .. })));
    }
}
