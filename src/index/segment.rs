//! A segment: descriptors that no longer change, with a graph over them, in one file.
//!
//! ```text
//! header     128 bytes, see `Header`
//! ids        u64 per row
//! serials    u64 per row
//! matrix     f32 per row and dimension, rows with equal numbers side by side
//! graph      the links, MessagePack
//! checksum   BLAKE3 of everything before it
//! ```
//!
//! All numbers have the low byte first. A segment is a copy of what the store holds: a damaged one
//! is left aside and nothing is lost.

use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use super::graph::Graph;
use super::graph::Rows;
use super::matrix::Matrix;
use super::matrix::map_file;
use crate::persist;

const MAGIC: [u8; 8] = *b"CLENSSEG";
const VERSION: u32 = 1;
const CHECKSUM_BYTES: usize = 32;

/// The first bytes of the file. Its size keeps the numbers after it aligned.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct Header {
    magic: [u8; 8],
    version: u32,
    dims: u32,
    n_rows: u64,
    graph_bytes: u64,
    /// The library the ids belong to.
    library: u64,
    model: [u8; 32],
    reserved: [u64; 7],
}

/// What a segment is made for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Owner {
    pub library: u64,
    pub model: [u8; 32],
    pub dims: usize,
}

/// Which picture a row describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowKey {
    pub id: u64,
    pub serial: u64,
}

/// One segment, complete and unchangeable.
pub(super) struct Segment {
    pub number: u32,
    pub keys: Vec<RowKey>,
    pub rows: Arc<Rows>,
    pub graph: Graph,
}

/// Why a segment file is not used.
#[derive(Debug, thiserror::Error)]
pub(super) enum SegmentError {
    #[error("it cannot be read: {0}")]
    Read(#[from] std::io::Error),
    #[error("it is damaged")]
    Damaged,
    #[error("it has version {0}, not {VERSION}")]
    Version(u32),
    #[error("it belongs to another library or model")]
    Foreign,
    #[error("its graph is damaged: {0}")]
    Graph(#[from] rmp_serde::decode::Error),
}

impl Segment {
    /// Writes a segment, complete or not at all.
    pub(super) fn save(
        path: &Path,
        owner: &Owner,
        keys: &[RowKey],
        rows: &Rows,
        graph: &Graph,
    ) -> Result<(), persist::PersistError> {
        let graph = graph
            .to_bytes()
            .map_err(|err| persist::PersistError::Write {
                path: path.to_owned(),
                source: std::io::Error::other(err),
            })?;
        let header = Header {
            magic: MAGIC,
            version: VERSION,
            dims: owner.dims as u32,
            n_rows: keys.len() as u64,
            graph_bytes: graph.len() as u64,
            library: owner.library,
            model: owner.model,
            reserved: [0; 7],
        };
        let ids: Vec<u64> = keys.iter().map(|key| key.id).collect();
        let serials: Vec<u64> = keys.iter().map(|key| key.serial).collect();
        let parts: [&[u8]; 5] = [
            bytemuck::bytes_of(&header),
            bytemuck::cast_slice(&ids),
            bytemuck::cast_slice(&serials),
            bytemuck::cast_slice(rows.matrix.numbers()),
            &graph,
        ];
        let mut hasher = blake3::Hasher::new();
        persist::save_with(path, |file| {
            for part in parts {
                hasher.update(part);
                file.write_all(part)?;
            }
            file.write_all(hasher.finalize().as_bytes())
        })
    }

    /// Opens a segment file, all of it checked.
    pub(super) fn load(path: &Path, number: u32, owner: &Owner) -> Result<Self, SegmentError> {
        let map = map_file(path)?;
        let (content, checksum) = map
            .split_at_checked(map.len().saturating_sub(CHECKSUM_BYTES))
            .ok_or(SegmentError::Damaged)?;
        let header = read_header(content)?;
        let n_rows = usize::try_from(header.n_rows).map_err(|_too_large| SegmentError::Damaged)?;
        let layout = Layout::new(n_rows, header.dims as usize).ok_or(SegmentError::Damaged)?;
        let end = layout.graph.checked_add(header.graph_bytes as usize);
        if end != Some(content.len()) || blake3::hash(content).as_bytes() != checksum {
            return Err(SegmentError::Damaged);
        }
        let found = Owner {
            library: header.library,
            model: header.model,
            dims: header.dims as usize,
        };
        if found != *owner {
            return Err(SegmentError::Foreign);
        }
        let ids: &[u64] = bytemuck::cast_slice(&content[layout.ids..layout.serials]);
        let serials: &[u64] = bytemuck::cast_slice(&content[layout.serials..layout.matrix]);
        let pairs = ids.iter().zip(serials);
        let keys = pairs.map(|(&id, &serial)| RowKey { id, serial }).collect();
        let graph = content[layout.graph..].to_vec();
        let rows = Rows::new(Matrix::mapped(owner.dims, map, layout.matrix, n_rows));
        let graph = Graph::from_bytes(&graph, &rows)?;
        Ok(Self {
            number,
            keys,
            rows,
            graph,
        })
    }
}

fn read_header(content: &[u8]) -> Result<Header, SegmentError> {
    let bytes = content
        .get(..size_of::<Header>())
        .ok_or(SegmentError::Damaged)?;
    let header: Header = bytemuck::pod_read_unaligned(bytes);
    if header.magic != MAGIC {
        return Err(SegmentError::Damaged);
    }
    if header.version != VERSION {
        return Err(SegmentError::Version(header.version));
    }
    Ok(header)
}

/// Where the parts of a file begin.
struct Layout {
    ids: usize,
    serials: usize,
    matrix: usize,
    graph: usize,
}

impl Layout {
    fn new(n_rows: usize, dims: usize) -> Option<Self> {
        let ids = size_of::<Header>();
        let key_bytes = n_rows.checked_mul(size_of::<u64>())?;
        let serials = ids.checked_add(key_bytes)?;
        let matrix = serials.checked_add(key_bytes)?;
        let matrix_bytes = n_rows.checked_mul(dims)?.checked_mul(size_of::<f32>())?;
        Some(Self {
            ids,
            serials,
            matrix,
            graph: matrix.checked_add(matrix_bytes)?,
        })
    }
}

/// Which files belong to which model.
pub(super) struct SegmentFiles {
    dir: PathBuf,
    prefix: String,
}

impl SegmentFiles {
    pub(super) fn new(library_dir: &Path, owner: &Owner) -> Self {
        let mut first = [0; 8];
        first.copy_from_slice(&owner.model[..8]);
        let model = u64::from_be_bytes(first);
        Self {
            dir: library_dir.join("segments"),
            prefix: format!("{model:016x}-"),
        }
    }

    pub(super) fn path(&self, number: u32) -> PathBuf {
        self.dir.join(format!("{}{number}.seg", self.prefix))
    }

    /// Numbers of the files that are there, newest first.
    pub(super) fn numbers(&self) -> Vec<u32> {
        let Ok(entries) = std::fs::read_dir(&self.dir) else {
            return Vec::new();
        };
        let names = entries
            .flatten()
            .filter_map(|e| e.file_name().into_string().ok());
        let mut numbers: Vec<u32> = names
            .filter_map(|name| {
                let rest = name.strip_prefix(&self.prefix)?;
                rest.strip_suffix(".seg")?.parse().ok()
            })
            .collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        numbers
    }

    /// Deletes the files of other numbers: what they hold is in the store and in newer ones.
    pub(super) fn remove_all_but(&self, in_use: &[u32]) {
        for number in self.numbers() {
            if !in_use.contains(&number)
                && let Err(err) = std::fs::remove_file(self.path(number))
            {
                log::debug!("An outdated file for fast search stays for now: {err}");
            }
        }
    }

    /// Opens all files that can be used, newest first; the others are named in the log.
    pub(super) fn load(&self, owner: &Owner) -> Vec<Segment> {
        let load = |number| {
            let path = self.path(number);
            match Segment::load(&path, number, owner) {
                Ok(segment) => Some(segment),
                Err(err) => {
                    log::warn!(
                        "A file for fast search is left aside, {err}; searching goes on without \
                         it: {}",
                        path.display()
                    );
                    None
                }
            }
        };
        self.numbers().into_iter().filter_map(load).collect()
    }
}
