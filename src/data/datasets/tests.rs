mod archives;
mod cifar;
mod classes;
mod copies;

use std::collections::BTreeSet;
use std::path::Path;

use tempfile::TempDir;

use super::*;

/// Writes files of a data set made for a test; pictures are empty unless a test decodes them.
fn made(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        crate::persist::save(&folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn pictures<'a>(names: &[&'a str]) -> Vec<(&'a str, &'static [u8])> {
    names.iter().map(|name| (*name, b"".as_slice())).collect()
}

fn opened(folder: &TempDir) -> Dataset {
    open(folder.path(), &Monitor::silent()).unwrap()
}

fn refused(folder: &TempDir) -> String {
    let error = open(folder.path(), &Monitor::silent()).unwrap_err();
    assert!(error.advice().ends_with('.'), "{error}");
    error.to_string()
}

fn names(split: &Split) -> Vec<&str> {
    split.entries.names.iter().collect()
}

#[track_caller]
fn starts(message: &str, start: &str) {
    assert!(message.starts_with(start), "{message}");
}

fn binary_batch(first_label: u8) -> Vec<u8> {
    let mut batch = vec![first_label];
    batch.extend([10; 1024].into_iter().chain([20; 1024]).chain([30; 1024]));
    batch.push(first_label + 1);
    batch.extend([40; 3072]);
    batch
}

fn binary_cifar() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (number, name) in [
        "data_batch_1",
        "data_batch_2",
        "data_batch_3",
        "data_batch_4",
    ]
    .into_iter()
    .chain(["data_batch_5", "test_batch"])
    .enumerate()
    {
        let path = folder.path().join(format!("{name}.bin"));
        crate::persist::save(&path, &binary_batch(number as u8)).unwrap();
    }
    folder
}

/// The files of a folder as a tar archive, under a folder of its own.
fn tar_of(folder: &TempDir) -> TempDir {
    let target = tempfile::tempdir().unwrap();
    let mut bytes = Vec::new();
    let mut builder = tar::Builder::new(&mut bytes);
    builder.append_dir_all("set", folder.path()).unwrap();
    builder.finish().unwrap();
    drop(builder);
    crate::persist::save(&target.path().join("set.tar"), &bytes).unwrap();
    target
}

/// A small pickle that Python made, see `tests/reference/datasets.py`.
fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/datasets");
    std::fs::read(Path::new(folder).join(name)).unwrap()
}

fn python_cifar(batch: &str) -> TempDir {
    let bytes = fixture(batch);
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "data_batch_1",
        "data_batch_2",
        "data_batch_3",
        "data_batch_4",
    ]
    .into_iter()
    .chain(["data_batch_5", "test_batch"])
    {
        let path = folder.path().join("cifar-10-batches-py").join(name);
        crate::persist::save(&path, &bytes).unwrap();
    }
    folder
}

#[test]
fn ids_are_unique_and_every_row_is_explained() {
    let mut seen = BTreeSet::new();
    for spec in LAYOUTS {
        assert!(seen.insert(spec.id), "two layouts are called {:?}", spec.id);
        let is_kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(spec.id.chars().all(is_kebab), "{:?}", spec.id);
        assert!(
            spec.help.ends_with('.') && spec.origin.ends_with('.'),
            "{}",
            spec.id
        );
        assert!(layout(spec.id).is_some());
        for part in spec.parts {
            assert!(
                !part.what.is_empty() && !part.path.contains(' '),
                "{}",
                part.path
            );
        }
    }
}

#[test]
fn a_plain_folder_is_the_last_guess() {
    let data = opened(&made(&pictures(&[
        "a.jpg",
        "holiday/b.jpg",
        "holiday/notes.txt",
    ])));
    assert_eq!(data.layout, "pictures");
    assert_eq!(names(&data.splits[0]), ["a.jpg", "holiday/b.jpg"]);
    starts(
        &refused(&made(&[("a.txt", b"")])),
        "This folder has no layout Copylens knows: ",
    );
}

#[test]
fn the_checklist_counts_what_is_there() {
    let folder = made(&pictures(&["original/200000.jpg", "strong/200001.jpg"]));
    let (spec, source) = recognize(folder.path()).unwrap();
    let parts = checklist(spec, &source, &Monitor::silent()).unwrap();
    assert_eq!(parts[1].found, Some("strong"));
    assert_eq!(parts[1].n_pictures, Some(1));
    assert!(!parts[1].is_complete() && parts[2].found.is_none());
    assert!(!parts[2].spec.is_needed);
}

#[test]
fn a_stop_ends_the_listing() {
    let monitor = Monitor::silent();
    monitor.request_stop();
    let folder = made(&pictures(&["a.jpg"]));
    let stopped = open(folder.path(), &monitor);
    assert!(matches!(stopped, Err(DatasetError::Cancelled(_))));
}
