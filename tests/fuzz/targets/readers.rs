//! Any bytes through every reader: they are listed, then each tensor is read.
//!
//! The first bytes decide which reader it is, so one target reaches all of them; the small files of
//! `tests/reference/checkpoints` are its corpus. The rooms are compiled here by their paths, so that
//! no network and no window is compiled with them.

#![no_main]
#![allow(dead_code, unused_imports, reason = "the readers are only a part of these rooms")]

#[path = "../../../src/persist.rs"]
mod persist;
#[path = "../../../src/pickle/mod.rs"]
mod pickle;
#[path = "../../../src/weights/mod.rs"]
mod weights;

use std::io::Cursor;
use std::path::Path;

use weights::TensorIndex;

/// A small file may show its numbers many times; reading them all is bounded, but slow.
const MAX_STORED_BYTES: u64 = 1 << 24;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(mut index) = TensorIndex::list(Cursor::new(bytes), Path::new("fuzzed")) else {
        return;
    };
    let stored: u64 = index.entries.values().map(|entry| entry.n_bytes).sum();
    if stored > MAX_STORED_BYTES {
        return;
    }
    if let Ok(tensors) = index.load_all() {
        for tensor in tensors.values() {
            assert_eq!(tensor.values.len(), tensor.shape.iter().product::<usize>());
        }
    }
});
