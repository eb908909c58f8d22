//! Checkpoint files of other programs: every container and precision, damaged and hostile files,
//! and the real ones of the test data.
//!
//! `tests/reference/checkpoints.py` makes the small files; their values come from a formula.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod attacks;
mod containers;
#[allow(dead_code, reason = "this test needs only some of it")]
#[path = "../support/formula.rs"]
mod formula;
mod graphs;
mod import;
mod mutations;
mod protobuf;
mod published;
#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;

/// One of the small files.
fn fixture(name: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/checkpoints");
    PathBuf::from(folder).join(name)
}

/// All small files, by name.
fn fixtures() -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = std::fs::read_dir(fixture(""))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    found.sort();
    assert!(found.len() > 25, "the small files were not found");
    found
}
