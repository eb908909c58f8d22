//! Descriptors kept on disk, so that a second protocol on the same pictures does not embed again.
//!
//! A file holds the descriptors of some hundred pictures. Its name is the hash of everything they
//! depend on: the model, the way pictures become network input, and for each picture where it lies,
//! how long its file is and when it was changed. A file that is damaged or of another version counts
//! as not there.
//!
//! ```text
//! "CLDESC" version:u16 dimensions:u32 n_pictures:u32 n_unreadable:u32
//! for each unreadable picture: number:u32 n_bytes:u32 reason
//! for each other picture: its f32 values
//! blake3 of all that, 32 bytes
//! ```

use std::path::Path;
use std::path::PathBuf;
use std::time::SystemTime;

use crate::persist;
use crate::persist::PersistError;

const MAGIC: &[u8; 6] = b"CLDESC";
/// Raised when the layout of a file or the meaning of its name changes.
const VERSION: u16 = 1;
const HASH_BYTES: usize = 32;

/// Descriptors of some pictures, or why there is none.
pub(super) type Rows = Vec<Result<Vec<f32>, String>>;

/// A folder of descriptors.
#[derive(Clone, Debug)]
pub struct DescriptorCache {
    folder: PathBuf,
}

impl DescriptorCache {
    /// The folder need not exist yet.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The name under which rows are kept that depend on `parts`.
    pub(super) fn key<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&VERSION.to_le_bytes());
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        hasher.finalize().to_hex().to_string()
    }

    pub(super) fn load(&self, key: &str) -> Option<Rows> {
        let bytes = std::fs::read(self.path(key)).ok()?;
        decode(&bytes)
    }

    pub(super) fn save(&self, key: &str, rows: &Rows) -> Result<(), PersistError> {
        persist::save(&self.path(key), &encode(rows))
    }

    fn path(&self, key: &str) -> PathBuf {
        // Two letters first, so that no folder holds a hundred thousand files.
        let (start, rest) = key.split_at(2.min(key.len()));
        self.folder.join(start).join(format!("{rest}.rows"))
    }

    /// Deletes the files that were written longest ago until the others take at most `n_bytes`.
    pub fn trim(&self, n_bytes: u64) {
        let mut files: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for folder in children(&self.folder) {
            for path in children(&folder) {
                if let Ok(file) = path.metadata() {
                    let modified = file.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                    files.push((modified, file.len(), path));
                }
            }
        }
        files.sort();
        let mut total: u64 = files.iter().map(|file| file.1).sum();
        for (_, size, path) in files {
            if total <= n_bytes {
                break;
            }
            match std::fs::remove_file(&path) {
                Ok(()) => total -= size,
                Err(err) => log::debug!("{err}: {}", path.display()),
            }
        }
    }
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

fn encode(rows: &Rows) -> Vec<u8> {
    let dimensions = rows.iter().flatten().next().map_or(0, Vec::len);
    let failed = rows.iter().enumerate();
    let failed: Vec<(usize, &String)> = failed
        .filter_map(|(idx, row)| Some((idx, row.as_ref().err()?)))
        .collect();
    let mut bytes = MAGIC.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    for n in [dimensions, rows.len(), failed.len()] {
        bytes.extend((n as u32).to_le_bytes());
    }
    for (idx, reason) in failed {
        bytes.extend((idx as u32).to_le_bytes());
        bytes.extend((reason.len() as u32).to_le_bytes());
        bytes.extend(reason.as_bytes());
    }
    for value in rows.iter().flatten().flatten() {
        bytes.extend(value.to_le_bytes());
    }
    let hash = blake3::hash(&bytes);
    bytes.extend(hash.as_bytes());
    bytes
}

fn decode(bytes: &[u8]) -> Option<Rows> {
    let (content, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH_BYTES)?)?;
    if blake3::hash(content).as_bytes() != hash {
        return None;
    }
    let mut rest = content.strip_prefix(MAGIC)?;
    let mut take = |n_bytes: usize| {
        let (taken, left) = rest.split_at_checked(n_bytes)?;
        rest = left;
        Some(taken)
    };
    if take(2)? != VERSION.to_le_bytes() {
        return None;
    }
    let mut number = || Some(u32::from_le_bytes(take(4)?.try_into().ok()?) as usize);
    let (dimensions, n_rows, n_failed) = (number()?, number()?, number()?);
    let mut rows: Rows = Vec::new();
    rows.resize_with(n_rows, || Ok(Vec::new()));
    for _ in 0..n_failed {
        let idx = u32::from_le_bytes(take(4)?.try_into().ok()?) as usize;
        let n_bytes = u32::from_le_bytes(take(4)?.try_into().ok()?) as usize;
        let reason = String::from_utf8(take(n_bytes)?.to_vec()).ok()?;
        *rows.get_mut(idx)? = Err(reason);
    }
    for row in rows.iter_mut().flatten() {
        let values = take(dimensions * 4)?.chunks_exact(4);
        *row = values
            .map(|value| f32::from_le_bytes([value[0], value[1], value[2], value[3]]))
            .collect();
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Rows {
        vec![
            Ok(vec![1.0, -2.5]),
            Err("It is damaged".to_owned()),
            Ok(vec![0.0, f32::MIN_POSITIVE]),
        ]
    }

    #[test]
    fn rows_come_back_and_a_damaged_file_counts_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let cache = DescriptorCache::new(folder.path().join("descriptors"));
        let key = DescriptorCache::key([b"model".as_slice(), b"picture"]);
        assert_eq!(cache.load(&key), None);
        cache.save(&key, &rows()).unwrap();
        assert_eq!(cache.load(&key), Some(rows()));
        let bytes = encode(&rows());
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert_eq!(decode(&damaged), None, "byte {at}");
            assert_eq!(decode(&bytes[..at]), None, "cut at {at}");
        }
    }

    #[test]
    fn keys_depend_on_where_the_parts_end() {
        let key = |parts: [&str; 2]| DescriptorCache::key(parts.map(str::as_bytes));
        assert_eq!(key(["ab", "c"]), key(["ab", "c"]));
        assert_ne!(key(["ab", "c"]), key(["a", "bc"]));
    }

    #[test]
    fn the_oldest_files_leave_first() {
        let folder = tempfile::tempdir().unwrap();
        let cache = DescriptorCache::new(folder.path().to_owned());
        let size = encode(&rows()).len() as u64;
        for (idx, key) in ["aa1", "bb2", "cc3"].into_iter().enumerate() {
            cache.save(key, &rows()).unwrap();
            let written = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(idx as u64 + 1);
            let file = std::fs::File::options().write(true).open(cache.path(key));
            file.unwrap().set_modified(written).unwrap();
        }
        cache.trim(2 * size);
        assert_eq!(cache.load("aa1"), None);
        assert!(cache.load("bb2").is_some() && cache.load("cc3").is_some());
    }
}
