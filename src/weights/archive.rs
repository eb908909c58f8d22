//! The list of parts of a zip archive (PKWARE's APPNOTE 4.3), where none of them is packed.
//!
//! PyTorch stores numbers as they are, so a part is read where it lies and nothing is ever unpacked:
//! an archive cannot grow. The usual crates bring unpacking along, and would not say where a part
//! lies without opening each one.

use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;

use super::index::ListError;
use super::index::malformed;

/// The last record of an archive, without its comment.
const END_BYTES: u64 = 22;
const MAX_COMMENT_BYTES: u64 = 0xffff;
/// The record before it in an archive of more than 4 GiB, and the one that it points to.
const LOCATOR_BYTES: u64 = 20;
const END64_BYTES: usize = 56;
const ENTRY_BYTES: usize = 46;
const LOCAL_BYTES: usize = 30;
/// Sizes and offsets of this value stand in an extra field of 64 bits.
const IN_EXTRA: u64 = 0xffff_ffff;
/// The number of that extra field.
const EXTRA_64: u16 = 1;
/// Most parts of an archive.
const MAX_PARTS: u64 = 200_000;

/// One part of an archive.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) name: String,
    /// Packed or encrypted: its bytes are not those of the part.
    pub(super) is_packed: bool,
    pub(super) n_bytes: u64,
    /// Where its own header lies.
    header: u64,
}

impl Part {
    /// Where its bytes start.
    pub(super) fn start(&self, file: &mut (impl Read + Seek)) -> Result<u64, ListError> {
        let header: [u8; LOCAL_BYTES] = read_at(file, self.header)?;
        if !header.starts_with(b"PK\x03\x04") {
            return Err(damaged());
        }
        let skipped = LOCAL_BYTES as u64 + short(&header, 26) + short(&header, 28);
        self.header.checked_add(skipped).ok_or_else(damaged)
    }
}

/// The parts of an archive of `n_bytes`.
pub(super) fn parts(file: &mut (impl Read + Seek), n_bytes: u64) -> Result<Vec<Part>, ListError> {
    let (n_parts, start, length) = directory(file, n_bytes)?;
    if n_parts > MAX_PARTS {
        return Err(malformed("its archive has too many parts"));
    }
    if start.checked_add(length).is_none_or(|end| end > n_bytes) {
        return Err(damaged());
    }
    file.seek(SeekFrom::Start(start))?;
    let mut directory = std::io::BufReader::new(file.take(length));
    (0..n_parts).map(|_| entry(&mut directory)).collect()
}

/// Number of parts, and start and length of the list of them.
fn directory(file: &mut (impl Read + Seek), n_bytes: u64) -> Result<(u64, u64, u64), ListError> {
    let tail_start = n_bytes.saturating_sub(END_BYTES + MAX_COMMENT_BYTES);
    file.seek(SeekFrom::Start(tail_start))?;
    let mut tail = Vec::new();
    file.by_ref()
        .take(END_BYTES + MAX_COMMENT_BYTES)
        .read_to_end(&mut tail)?;
    let at = (0..tail.len().saturating_sub(END_BYTES as usize - 1))
        .rev()
        .find(|at| {
            let end = &tail[*at..];
            end.starts_with(b"PK\x05\x06") && short(end, 20) == end.len() as u64 - END_BYTES
        });
    let at = at.ok_or_else(|| malformed("its archive has no end; it ends too early"))?;
    let end = &tail[at..];
    let small = (short(end, 10), long(end, 16), long(end, 12));
    let locator_at = (tail_start + at as u64).checked_sub(LOCATOR_BYTES);
    let Some(locator_at) = locator_at else {
        return Ok(small);
    };
    let locator: [u8; LOCATOR_BYTES as usize] = read_at(file, locator_at)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Ok(small);
    }
    let end64: [u8; END64_BYTES] = read_at(file, quad(&locator, 8))?;
    if !end64.starts_with(b"PK\x06\x06") {
        return Err(damaged());
    }
    Ok((quad(&end64, 32), quad(&end64, 48), quad(&end64, 40)))
}

fn entry(directory: &mut impl Read) -> Result<Part, ListError> {
    let mut head = [0; ENTRY_BYTES];
    directory.read_exact(&mut head)?;
    if !head.starts_with(b"PK\x01\x02") {
        return Err(damaged());
    }
    let mut text = |n_bytes: u64| -> Result<Vec<u8>, ListError> {
        let mut bytes = vec![0; n_bytes as usize];
        directory.read_exact(&mut bytes)?;
        Ok(bytes)
    };
    let name = text(short(&head, 28))?;
    let extra = text(short(&head, 30))?;
    text(short(&head, 32))?;
    let mut sizes = [long(&head, 24), long(&head, 20), long(&head, 42)];
    widen(&mut sizes, &extra);
    let [n_bytes, n_packed, header] = sizes;
    let is_encrypted = short(&head, 8) & 1 == 1;
    Ok(Part {
        name: String::from_utf8_lossy(&name).into_owned(),
        is_packed: short(&head, 10) != 0 || is_encrypted || n_packed != n_bytes,
        n_bytes,
        header,
    })
}

/// Replaces the sizes that need more than 32 bits; the extra field has them in the same order.
fn widen(sizes: &mut [u64; 3], mut extra: &[u8]) {
    while extra.len() >= 4 {
        let (kind, length) = (short(extra, 0), short(extra, 2) as usize);
        let field = &extra[4..extra.len().min(4 + length)];
        if kind == u64::from(EXTRA_64) {
            let wide = field
                .as_chunks::<8>()
                .0
                .iter()
                .map(|b| u64::from_le_bytes(*b));
            let narrow = sizes.iter_mut().filter(|size| **size == IN_EXTRA);
            for (size, wide) in narrow.zip(wide) {
                *size = wide;
            }
        }
        extra = &extra[4 + field.len()..];
    }
}

fn read_at<const N: usize>(file: &mut (impl Read + Seek), at: u64) -> Result<[u8; N], ListError> {
    let mut bytes = [0; N];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Little-endian numbers at a place that the caller knows to be there.
fn short(bytes: &[u8], at: usize) -> u64 {
    u64::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
}

fn long(bytes: &[u8], at: usize) -> u64 {
    short(bytes, at) | short(bytes, at + 2) << 16
}

fn quad(bytes: &[u8], at: usize) -> u64 {
    long(bytes, at) | long(bytes, at + 4) << 32
}

fn damaged() -> ListError {
    malformed("its archive is damaged")
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// An archive with one stored part, its sizes in the extra field.
    fn archive() -> Vec<u8> {
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.extend([0; 22]);
        bytes.extend([3, 0, 2, 0]);
        bytes.extend(b"a/bxxhello");
        let directory = bytes.len() as u32;
        bytes.extend(b"PK\x01\x02");
        bytes.extend([0; 16]);
        bytes.extend([0xff; 8]);
        bytes.extend([3, 0, 20, 0, 0, 0]);
        bytes.extend([0; 12]);
        bytes.extend(b"a/b");
        bytes.extend([1, 0, 16, 0, 5, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]);
        let length = bytes.len() as u32 - directory;
        bytes.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        bytes.extend(length.to_le_bytes());
        bytes.extend(directory.to_le_bytes());
        bytes.extend([0, 0]);
        bytes
    }

    #[test]
    fn a_part_is_found_where_it_lies() {
        let bytes = archive();
        let mut file = Cursor::new(&bytes);
        let parts = parts(&mut file, bytes.len() as u64).unwrap();
        let [part] = parts.as_slice() else {
            panic!("{parts:?}");
        };
        assert_eq!((part.name.as_str(), part.n_bytes), ("a/b", 5));
        assert!(!part.is_packed);
        let start = part.start(&mut file).unwrap() as usize;
        assert_eq!(&bytes[start..start + 5], b"hello");
    }

    #[test]
    fn every_shorter_archive_is_refused() {
        let bytes = archive();
        for length in 0..bytes.len() {
            let mut file = Cursor::new(&bytes[..length]);
            assert!(parts(&mut file, length as u64).is_err(), "{length}");
        }
    }
}
