//! The content hash by which a moved or renamed file is recognized.

use std::fs::File;
use std::io;
use std::path::Path;

/// BLAKE3 of the bytes of a file.
pub fn content_hash(path: &Path) -> io::Result<[u8; 32]> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(*hasher.finalize().as_bytes())
}

/// The same hash of bytes already in memory.
pub fn content_hash_of(bytes: &[u8]) -> [u8; 32] {
    *blake3::hash(bytes).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_its_bytes_have_the_same_hash() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        let bytes: Vec<u8> = (0..200_000_u32).map(|n| (n * 7) as u8).collect();
        crate::persist::save(&path, &bytes).unwrap();
        assert_eq!(content_hash(&path).unwrap(), content_hash_of(&bytes));
        assert_ne!(content_hash_of(b"a"), content_hash_of(b"b"));
    }
}
