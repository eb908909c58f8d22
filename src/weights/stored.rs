//! Where the numbers of a tensor lie in a file, and how they become `f32`.

use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;

use half::bf16;
use half::f16;

use super::WeightTensor;

/// Bytes that are converted at a time.
const CHUNK_BYTES: usize = 1 << 20;

/// How one number is stored, little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberType {
    F16,
    Bf16,
    F32,
    F64,
    /// Integers and whatever else is no weight; it is listed, but cannot be read.
    Other,
}

impl NumberType {
    /// Bytes of one number, 0 where it cannot be read.
    pub fn n_bytes(self) -> u64 {
        match self {
            Self::F16 | Self::Bf16 => 2,
            Self::F32 => 4,
            Self::F64 => 8,
            Self::Other => 0,
        }
    }

    pub fn is_float(self) -> bool {
        self != Self::Other
    }
}

/// How the numbers of a tensor follow each other in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Row-major, without gaps.
    Rows,
    /// A step per axis, in numbers: a view that PyTorch saved as it was, or a matrix that ONNX
    /// multiplies from the right.
    Strides(Vec<u64>),
}

/// One tensor of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorEntry {
    pub number: NumberType,
    pub shape: Vec<usize>,
    pub layout: Layout,
    /// Where the first number starts, in bytes from the start of the file.
    pub start: u64,
    /// Bytes from there that belong to it.
    pub n_bytes: u64,
}

impl TensorEntry {
    /// How many numbers it has; `None` where that is no number a computer could hold.
    pub fn n_values(&self) -> Option<u64> {
        self.shape
            .iter()
            .try_fold(1_u64, |n, side| n.checked_mul(*side as u64))
    }

    /// Whether a file of `file_bytes` is long enough for it.
    pub(super) fn is_inside(&self, file_bytes: u64) -> bool {
        let end = self.start.checked_add(self.n_bytes);
        end.is_some_and(|end| end <= file_bytes)
    }

    /// Why its numbers cannot be read, if anything is wrong with it.
    pub(super) fn complaint(&self) -> Option<&'static str> {
        let needed = self
            .n_values()
            .and_then(|n| n.checked_mul(self.number.n_bytes()));
        if needed.is_none_or(|needed| needed > self.n_bytes) {
            return Some("it has more numbers than are stored");
        }
        let extent = self
            .extent()
            .and_then(|n| n.checked_mul(self.number.n_bytes()));
        if extent.is_none_or(|extent| extent > self.n_bytes) {
            return Some("its steps lead out of what is stored");
        }
        None
    }

    /// Numbers from the first to the last one of the tensor, those between them included.
    fn extent(&self) -> Option<u64> {
        let n_values = self.n_values()?;
        let Layout::Strides(strides) = &self.layout else {
            return Some(n_values);
        };
        if n_values == 0 || strides.len() != self.shape.len() {
            return (n_values == 0).then_some(0);
        }
        self.shape
            .iter()
            .zip(strides)
            .try_fold(1_u64, |last, (side, stride)| {
                last.checked_add((*side as u64 - 1).checked_mul(*stride)?)
            })
    }

    /// Reads the numbers of a tensor about which there is no complaint.
    pub(super) fn load(&self, file: &mut (impl Read + Seek)) -> std::io::Result<WeightTensor> {
        let n_stored = self.extent().unwrap_or(0);
        let stored = read_numbers(file, self.number, self.start, n_stored)?;
        let values = match &self.layout {
            Layout::Rows => stored,
            Layout::Strides(strides) => gather(&stored, &self.shape, strides),
        };
        Ok(WeightTensor {
            shape: self.shape.clone(),
            values,
        })
    }
}

fn read_numbers(
    file: &mut (impl Read + Seek),
    number: NumberType,
    start: u64,
    n_numbers: u64,
) -> std::io::Result<Vec<f32>> {
    file.seek(SeekFrom::Start(start))?;
    let mut left = n_numbers * number.n_bytes();
    let mut values = Vec::with_capacity(n_numbers as usize);
    let mut chunk = vec![0_u8; CHUNK_BYTES.min(left as usize)];
    while left > 0 {
        let part = &mut chunk[..CHUNK_BYTES.min(left as usize)];
        file.read_exact(part)?;
        convert(number, part, &mut values);
        left -= part.len() as u64;
    }
    Ok(values)
}

/// Appends stored numbers as `f32`. Numbers that are no floats are left out.
fn convert(number: NumberType, bytes: &[u8], values: &mut Vec<f32>) {
    match number {
        NumberType::F32 => values.extend(
            bytes
                .as_chunks::<4>()
                .0
                .iter()
                .map(|b| f32::from_le_bytes(*b)),
        ),
        NumberType::F16 => values.extend(
            bytes
                .as_chunks::<2>()
                .0
                .iter()
                .map(|b| f16::from_le_bytes(*b).to_f32()),
        ),
        NumberType::Bf16 => values.extend(
            bytes
                .as_chunks::<2>()
                .0
                .iter()
                .map(|b| bf16::from_le_bytes(*b).to_f32()),
        ),
        NumberType::F64 => values.extend(
            bytes
                .as_chunks::<8>()
                .0
                .iter()
                .map(|b| f64::from_le_bytes(*b) as f32),
        ),
        NumberType::Other => {}
    }
}

/// A strided view, row by row. The caller has checked that no step leads out of `stored`.
fn gather(stored: &[f32], shape: &[usize], strides: &[u64]) -> Vec<f32> {
    let n_values = shape.iter().product();
    let mut values = Vec::with_capacity(n_values);
    let mut position = vec![0_usize; shape.len()];
    let mut at = 0_usize;
    while values.len() < n_values {
        values.push(stored[at]);
        for axis in (0..shape.len()).rev() {
            let stride = strides[axis] as usize;
            position[axis] += 1;
            at += stride;
            if position[axis] < shape[axis] {
                break;
            }
            at -= stride * shape[axis];
            position[axis] = 0;
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn entry(shape: &[usize], layout: Layout, n_bytes: u64) -> TensorEntry {
        TensorEntry {
            number: NumberType::F32,
            shape: shape.to_vec(),
            layout,
            start: 4,
            n_bytes,
        }
    }

    #[test]
    fn views_are_read_in_the_order_of_their_rows() {
        // After one number that is skipped: 0 1 2 3 4 5.
        let bytes: Vec<u8> = [9.0_f32, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        let load = |entry: &TensorEntry| {
            assert!(entry.is_inside(28));
            assert_eq!(entry.complaint(), None);
            entry.load(&mut Cursor::new(&bytes)).unwrap().values
        };
        let rows = entry(&[2, 3], Layout::Rows, 24);
        assert_eq!(load(&rows), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        // The transpose of [[0, 1], [2, 3], [4, 5]].
        let strides = entry(&[2, 3], Layout::Strides(vec![1, 2]), 24);
        assert_eq!(load(&strides), [0.0, 2.0, 4.0, 1.0, 3.0, 5.0]);
        let column = entry(&[3], Layout::Strides(vec![2]), 24);
        assert_eq!(load(&column), [0.0, 2.0, 4.0]);
        let scalar = entry(&[], Layout::Strides(vec![]), 24);
        assert_eq!(load(&scalar), [0.0]);
    }

    #[test]
    fn what_does_not_fit_is_complained_about() {
        let complains = |entry: &TensorEntry| entry.complaint().is_some();
        assert!(complains(&entry(&[7], Layout::Rows, 24)));
        assert!(!entry(&[2], Layout::Rows, 28).is_inside(28));
        assert!(!entry(&[2], Layout::Rows, u64::MAX).is_inside(28));
        assert!(complains(&entry(&[usize::MAX, 3], Layout::Rows, 24)));
        assert!(complains(&entry(&[7], Layout::Strides(vec![0]), 24)));
        assert!(complains(&entry(&[2, 2], Layout::Strides(vec![5, 2]), 24)));
        let wrap = Layout::Strides(vec![u64::MAX, 1]);
        assert!(complains(&entry(&[2, 2], wrap, 24)));
        assert!(complains(&entry(&[2, 2], Layout::Strides(vec![1]), 24)));
        assert!(!complains(&entry(&[0, 9], Layout::Strides(vec![9, 1]), 0)));
    }
}
