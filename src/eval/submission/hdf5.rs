//! The small part of HDF5 that the challenge needs: tables of floats and of short words at the top of
//! a file, stored in one piece each (HDF5 File Format Specification, version 3.0).
//!
//! Superblock version 2, object headers version 2, links in the header of the root group. Written from
//! the start to the end, so descriptors are never copied. The crates that write HDF5 either need the C
//! library or build the whole file in memory; a million descriptors are a gigabyte.

use std::io::Write;

use crate::eval::search::Descriptors;

/// An address that is not there.
const NOWHERE: u64 = u64::MAX;
const SUPERBLOCK_BYTES: u64 = 48;
/// Data starts at multiples of this.
const ALIGNMENT: u64 = 8;

/// What a table holds.
pub(super) enum Content<'a> {
    /// f32 `[n, d]`
    Rows(&'a Descriptors),
    /// Words of one length, the longest of them.
    Words(&'a [String]),
}

impl Content<'_> {
    fn n_bytes(&self) -> u64 {
        match self {
            Self::Rows(rows) => 4 * rows.len() as u64 * rows.dimensions() as u64,
            Self::Words(words) => words.len() as u64 * self.word_bytes(),
        }
    }

    fn word_bytes(&self) -> u64 {
        match self {
            Self::Rows(_) => 4,
            // A word of length 0 cannot be described.
            Self::Words(words) => words.iter().map(|w| w.len()).max().unwrap_or(0).max(1) as u64,
        }
    }

    fn sides(&self) -> Vec<u64> {
        match self {
            Self::Rows(rows) => vec![rows.len() as u64, rows.dimensions() as u64],
            Self::Words(words) => vec![words.len() as u64],
        }
    }

    /// Message 0x03.
    fn datatype(&self) -> Vec<u8> {
        let size = (self.word_bytes() as u32).to_le_bytes();
        match self {
            // Class 1, little-endian, normalized mantissa, sign in bit 31; then offset and number of
            // bits, where exponent and mantissa lie, and the bias of the exponent.
            Self::Rows(_) => [
                [0x11, 0x20, 31, 0].as_slice(),
                &size,
                &[0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0],
            ]
            .concat(),
            // Class 3, padded with zeros, ASCII.
            Self::Words(_) => [[0x13, 1, 0, 0].as_slice(), &size].concat(),
        }
    }

    fn header(&self, data_address: u64) -> Vec<u8> {
        let sides = self.sides();
        let mut dataspace = vec![2, sides.len() as u8, 0, 1];
        for side in sides {
            dataspace.extend(side.to_le_bytes());
        }
        let mut layout = vec![3, 1];
        layout.extend(data_address.to_le_bytes());
        layout.extend(self.n_bytes().to_le_bytes());
        object_header(&[
            (0x01, dataspace),
            (0x03, self.datatype()),
            // Space is allocated late, there is no fill value of our own.
            (0x05, vec![3, 0x0a]),
            (0x08, layout),
        ])
    }

    fn write(&self, file: &mut impl Write) -> std::io::Result<()> {
        match self {
            Self::Rows(rows) => {
                for row in 0..rows.len() {
                    for value in rows.row(row) {
                        file.write_all(&value.to_le_bytes())?;
                    }
                }
            }
            Self::Words(words) => {
                let n_bytes = self.word_bytes() as usize;
                for word in *words {
                    file.write_all(word.as_bytes())?;
                    file.write_all(&vec![0; n_bytes - word.len()])?;
                }
            }
        }
        Ok(())
    }
}

/// Writes a whole file.
pub(super) fn write(
    file: &mut impl Write,
    contents: &[(&str, Content<'_>)],
) -> std::io::Result<()> {
    // Headers have the same length whatever addresses they hold.
    let root_bytes = root_header(contents.iter().map(|(name, _)| (*name, 0))).len() as u64;
    let mut next = SUPERBLOCK_BYTES + root_bytes;
    let mut header_addresses = Vec::new();
    for (_, content) in contents {
        header_addresses.push(next);
        next += content.header(0).len() as u64;
    }
    let mut data_addresses = Vec::new();
    for (_, content) in contents {
        next = next.next_multiple_of(ALIGNMENT);
        data_addresses.push(next);
        next += content.n_bytes();
    }
    let mut at = 0;
    let mut put = |file: &mut dyn Write, bytes: &[u8]| {
        at += bytes.len() as u64;
        file.write_all(bytes)
    };
    put(file, &superblock(next))?;
    let names = contents.iter().map(|(name, _)| *name);
    put(file, &root_header(names.zip(header_addresses)))?;
    for ((_, content), address) in contents.iter().zip(&data_addresses) {
        put(file, &content.header(*address))?;
    }
    for ((_, content), address) in contents.iter().zip(&data_addresses) {
        file.write_all(&vec![0; (address - at) as usize])?;
        content.write(file)?;
        at = address + content.n_bytes();
    }
    Ok(())
}

fn superblock(file_bytes: u64) -> Vec<u8> {
    let mut bytes = b"\x89HDF\r\n\x1a\n".to_vec();
    // Version, bytes of addresses, bytes of lengths, flags.
    bytes.extend([2, 8, 8, 0]);
    for address in [0, NOWHERE, file_bytes, SUPERBLOCK_BYTES] {
        bytes.extend(address.to_le_bytes());
    }
    with_checksum(bytes)
}

/// The root group with a link to the header of each table.
fn root_header<'a>(links: impl Iterator<Item = (&'a str, u64)>) -> Vec<u8> {
    let mut link_info = vec![0, 0];
    link_info.extend([NOWHERE.to_le_bytes(), NOWHERE.to_le_bytes()].concat());
    let mut messages = vec![(0x02, link_info), (0x0a, vec![0, 0])];
    for (name, address) in links {
        let mut link = vec![1, 0, name.len() as u8];
        link.extend(name.as_bytes());
        link.extend(address.to_le_bytes());
        messages.push((0x06, link));
    }
    object_header(&messages)
}

fn object_header(messages: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (kind, message) in messages {
        body.push(*kind);
        body.extend((message.len() as u16).to_le_bytes());
        body.push(0);
        body.extend(message);
    }
    let mut bytes = b"OHDR".to_vec();
    // Version, and that the length of the messages has four bytes.
    bytes.extend([2, 0b10]);
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend(body);
    with_checksum(bytes)
}

fn with_checksum(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = lookup3(&bytes);
    bytes.extend(checksum.to_le_bytes());
    bytes
}

/// Bob Jenkins' hash `lookup3` (hashlittle, 2006) from 0, the checksum of HDF5's metadata.
fn lookup3(bytes: &[u8]) -> u32 {
    let mut words = [0xdead_beef_u32.wrapping_add(bytes.len() as u32); 3];
    if bytes.is_empty() {
        return words[2];
    }
    let n_whole = (bytes.len() - 1) / 12;
    let (whole, last) = bytes.split_at(n_whole * 12);
    let add = |words: &mut [u32; 3], block: &[u8]| {
        for (word, four) in words.iter_mut().zip(block.chunks(4)) {
            let mut padded = [0; 4];
            padded[..four.len()].copy_from_slice(four);
            *word = word.wrapping_add(u32::from_le_bytes(padded));
        }
    };
    for block in whole.chunks_exact(12) {
        add(&mut words, block);
        mix(&mut words);
    }
    add(&mut words, last);
    finish(&mut words);
    words[2]
}

fn mix([a, b, c]: &mut [u32; 3]) {
    // Each line: x -= z; x ^= z rotated; z += y, for the six pairs in turn.
    let step = |x: &mut u32, z: &mut u32, y: u32, bits: u32| {
        *x = x.wrapping_sub(*z) ^ z.rotate_left(bits);
        *z = z.wrapping_add(y);
    };
    step(a, c, *b, 4);
    step(b, a, *c, 6);
    step(c, b, *a, 8);
    step(a, c, *b, 16);
    step(b, a, *c, 19);
    step(c, b, *a, 4);
}

fn finish([a, b, c]: &mut [u32; 3]) {
    let step = |x: &mut u32, y: u32, bits: u32| {
        *x = (*x ^ y).wrapping_sub(y.rotate_left(bits));
    };
    step(c, *b, 14);
    step(a, *c, 11);
    step(b, *a, 25);
    step(c, *b, 16);
    step(a, *c, 4);
    step(b, *a, 14);
    step(c, *b, 24);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_lookup3() {
        // The values that its author prints (lookup3.c, driver5).
        assert_eq!(lookup3(b""), 0xdead_beef);
        assert_eq!(lookup3(b"Four score and seven years ago"), 0x1777_0551);
    }
}
