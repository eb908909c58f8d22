//! Small files with some of their bytes changed: the readers end in a result, never in a panic, and
//! hold no more memory than a small file can ask for.
//!
//! The same seed gives the same files. `COPYLENS_FUZZ_SECONDS` says how long to try; without it the
//! test tries for some seconds.

use std::io::Cursor;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use copylens::weights::TensorIndex;
use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::fixtures;
use crate::support;

const SEED: u64 = 20_260_401;
const USUAL_SECONDS: u64 = 6;
/// Fewest files in that time; a reader that is much slower than that has a way to be stalled.
const MIN_TRIES: usize = 500;
/// Longest time for one file.
const PATIENCE: Duration = Duration::from_secs(5);
/// Memory that the process may hold at most.
const MAX_RESIDENT_KB: u64 = 1_000_000;

/// Numbers at which lengths and offsets go wrong.
const EDGES: [u64; 8] = [
    0,
    1,
    0x7f,
    0xff,
    0x7fff_ffff,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    u64::MAX,
];

fn mutated(source: &[u8], others: &[(String, Vec<u8>)], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = source.to_vec();
    for _ in 0..rng.random_range(1..=8) {
        if bytes.is_empty() {
            break;
        }
        let at = rng.random_range(0..bytes.len());
        let n = rng.random_range(1..=16).min(bytes.len() - at);
        match rng.random_range(0..7) {
            0 => bytes[at] = rng.random(),
            1 => bytes[at] ^= 1 << rng.random_range(0..8),
            2 => {
                let edge = EDGES[rng.random_range(0..EDGES.len())].to_le_bytes();
                let width = [1, 2, 4, 8][rng.random_range(0..4)].min(bytes.len() - at);
                bytes[at..at + width].copy_from_slice(&edge[..width]);
            }
            3 => drop(bytes.drain(at..at + n)),
            4 => {
                let part = bytes[at..at + n].to_vec();
                bytes.splice(at..at, part);
            }
            5 => bytes.truncate(at),
            _ => {
                let (_, other) = &others[rng.random_range(0..others.len())];
                let from = rng.random_range(0..other.len());
                let part = &other[from..(from + 4 * n).min(other.len())];
                bytes.splice(at..at + n, part.iter().copied());
            }
        }
    }
    bytes
}

fn read(bytes: &[u8]) {
    let opened = TensorIndex::list(Cursor::new(bytes), Path::new("mutated"));
    if let Ok(mut index) = opened {
        let stored: u64 = index.entries.values().map(|entry| entry.n_bytes).sum();
        // A small file may show its numbers many times; reading them all is bounded, but slow.
        if stored < 1 << 24
            && let Ok(tensors) = index.load_all()
        {
            for tensor in tensors.values() {
                assert_eq!(tensor.values.len(), tensor.shape.iter().product::<usize>());
            }
        }
    }
}

#[test]
fn changed_files_end_in_a_result() {
    let seconds = std::env::var("COPYLENS_FUZZ_SECONDS").ok();
    let seconds = seconds
        .and_then(|s| s.parse().ok())
        .unwrap_or(USUAL_SECONDS);
    let deadline = Instant::now() + Duration::from_secs(seconds);
    let files = fixtures();
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut tries = 0;
    while Instant::now() < deadline {
        let (name, source) = &files[rng.random_range(0..files.len())];
        let bytes = mutated(source, &files, &mut rng);
        let start = Instant::now();
        let outcome = std::panic::catch_unwind(|| read(&bytes));
        let took = start.elapsed();
        assert!(outcome.is_ok(), "try {tries}, made from {name}: {bytes:?}");
        assert!(took < PATIENCE, "try {tries}, made from {name}: {took:?}");
        tries += 1;
    }
    support::say(&format!("{tries} changed files"));
    assert!(tries > MIN_TRIES, "only {tries} files");
    if let Some(peak) = peak_resident_kb() {
        assert!(peak < MAX_RESIDENT_KB, "held {peak} kB");
    }
}

fn peak_resident_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
