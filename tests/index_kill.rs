//! A library survives the death of the program at any moment.
//!
//! The test starts itself again as a child that writes batch after batch, kills it, and looks at
//! what is left.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "the child reports through its output, and a test ends at the first surprise"
)]

use std::io::BufRead as _;
use std::io::BufReader;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use copylens::data::DiskFile;
use copylens::index::Library;
use copylens::index::NewEntry;
use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

const MODEL: &str = "model-a";
const BATCH: u64 = 16;
const DIMS: usize = 64;
const N_KILLS: usize = 12;
/// Set in the child: the folder to work in.
const CHILD: &str = "COPYLENS_TEST_KILL_CHILD";
/// Set in the child: the first batch to write.
const FIRST: &str = "COPYLENS_TEST_KILL_FIRST";

/// Everything about a picture follows from its number, so that any part of it can be checked.
fn entry(folder: &Path, number: u64) -> NewEntry {
    let hash = *blake3::hash(&number.to_le_bytes()).as_bytes();
    let mut rng = ChaCha8Rng::from_seed(hash);
    let thumbnail_len = rng.random_range(1_000..12_000);
    let numbers: Vec<f32> = (0..DIMS).map(|_| rng.random::<f32>() - 0.5).collect();
    let length = numbers.iter().map(|n| n * n).sum::<f32>().sqrt();
    NewEntry {
        file: DiskFile {
            path: folder.join(format!("{number}.jpg")),
            size: number,
            modified_ns: number as i64 * 7,
        },
        hash,
        width: number as u32 + 1,
        height: 2,
        orientation: 1,
        thumbnail: (0..thumbnail_len).map(|_| rng.random()).collect(),
        descriptor: numbers.iter().map(|n| n / length).collect(),
    }
}

fn library_dir(work: &Path) -> PathBuf {
    work.join("library")
}

fn pictures_dir(work: &Path) -> PathBuf {
    work.join("pictures")
}

/// The child: does nothing unless the parent asks for it.
#[test]
fn a_child_writes_until_it_is_killed() {
    let (Ok(work), Ok(first)) = (std::env::var(CHILD), std::env::var(FIRST)) else {
        return;
    };
    let work = PathBuf::from(work);
    let folder = pictures_dir(&work);
    let library = Library::open(&library_dir(&work)).unwrap();
    library.changes(MODEL, &folder, &[]).unwrap();
    for batch in first.parse::<u64>().unwrap().. {
        let entries = (batch * BATCH..(batch + 1) * BATCH).map(|n| entry(&folder, n));
        library.put(MODEL, entries.collect()).unwrap();
        println!("\nwritten {batch}");
    }
}

fn start_child(work: &Path, first: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "a_child_writes_until_it_is_killed",
            "--nocapture",
        ])
        .env(CHILD, work)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lets the child write some batches, kills it a moment later, and says how many it had written.
fn kill_after(mut child: Child, first: u64, n_batches: u64, moment: Duration) -> u64 {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut n_written = first;
    let mut is_killed = false;
    for line in lines.map_while(Result::ok) {
        let Some(batch) = line.strip_prefix("written ") else {
            continue;
        };
        n_written = batch.parse::<u64>().unwrap() + 1;
        if !is_killed && n_written >= first + n_batches {
            // The child goes on writing meanwhile: the kill falls anywhere in a batch.
            let started = Instant::now();
            while started.elapsed() < moment {
                std::hint::spin_loop();
            }
            child.kill().unwrap();
            is_killed = true;
        }
    }
    child.wait().unwrap();
    n_written
}

/// Checks that every picture is whole, and says how many batches there are.
fn check(work: &Path) -> u64 {
    let library = Library::open(&library_dir(work)).unwrap();
    let counts = library.counts(MODEL);
    assert_eq!(counts.pictures, counts.searchable);
    let n_pictures = counts.pictures as u64;
    assert_eq!(n_pictures % BATCH, 0, "half of a batch was kept");
    for number in 0..n_pictures {
        let expected = entry(&pictures_dir(work), number);
        let id = library.id_of(&expected.file.path).unwrap();
        let record = library.picture(id).unwrap().unwrap();
        assert_eq!(record.path, expected.file.path);
        assert_eq!(record.size, expected.file.size);
        assert_eq!(record.modified_ns, expected.file.modified_ns);
        assert_eq!(record.hash, expected.hash);
        assert_eq!(record.width, expected.width);
        let thumbnail = library.thumbnail(id).unwrap().unwrap();
        assert_eq!(thumbnail, expected.thumbnail);
        let hits = library.search(MODEL, &expected.descriptor, 1).unwrap();
        assert_eq!(hits[0].id, id);
        assert!(hits[0].similarity > 0.999);
    }
    n_pictures / BATCH
}

#[test]
fn a_killed_writer_loses_at_most_the_batch_it_was_writing() {
    let work = tempfile::tempdir().unwrap();
    std::fs::create_dir(pictures_dir(work.path())).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(20);
    let mut n_kept = 0;
    for kill in 0..N_KILLS {
        let child = start_child(work.path(), n_kept);
        let moment = Duration::from_micros(rng.random_range(0..20_000));
        let n_written = kill_after(child, n_kept, rng.random_range(1..4), moment);
        let found = check(work.path());
        // A batch may be on disk although the child was killed before it could say so.
        assert!(
            found == n_written || found == n_written + 1,
            "kill {kill}: {n_written} batches were reported, {found} are there"
        );
        n_kept = found;
    }
    assert!(n_kept >= N_KILLS as u64);
}
