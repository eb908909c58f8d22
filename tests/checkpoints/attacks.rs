//! Files that are damaged, hostile, or no models at all.

use std::io::Cursor;
use std::path::Path;

use copylens::weights;
use copylens::weights::TensorIndex;
use copylens::weights::WeightsError;

use crate::fixture;
use crate::fixtures;

/// What reading a small file ends with.
fn error(file: &str) -> WeightsError {
    weights::read(&fixture(file)).unwrap_err()
}

/// Reads bytes as a file would be read, all numbers included.
fn read(bytes: &[u8]) -> Result<(), WeightsError> {
    let mut index = TensorIndex::list(Cursor::new(bytes), Path::new("some.pth"))?;
    index.load_all().map(drop)
}

#[test]
fn a_pickle_that_wants_to_run_something_is_refused_by_name() {
    for (file, expected) in [
        ("attack-zip.pth", "posix.system"),
        ("attack-legacy.pth", "__builtin__.eval"),
        ("attack-bare-0.pth", "posix.system"),
        ("attack-bare-2.pth", "posix.system"),
        ("attack-bare-4.pth", "posix.system"),
    ] {
        let err = error(file);
        let WeightsError::Refused { name, .. } = &err else {
            panic!("{file}: {err}");
        };
        assert_eq!(name, expected, "{file}");
        assert!(err.to_string().contains(expected) && err.to_string().contains("nothing"));
    }
    assert!(!Path::new("copylens-was-here").exists());
}

#[test]
fn a_web_page_a_packed_archive_and_nothing_at_all_say_what_they_are() {
    for (err, word) in [
        (error("page.pth"), "web page"),
        (error("bomb.pth"), "packed by another"),
        (read(b"").unwrap_err(), "empty"),
        (read(b"\x1f\x8b\x08\0\0").unwrap_err(), "gzip"),
        (read(b"PK\x05\x06").unwrap_err(), "archive"),
        (read(b"\x80\x02}q\0.").unwrap_err(), "without tensors"),
    ] {
        let message = err.to_string();
        assert!(matches!(err, WeightsError::Format { .. }), "{message}");
        assert!(message.contains(word), "{message}");
    }
}

#[test]
fn numbers_that_are_not_finite_are_refused_with_their_tensor() {
    let err = error("nan.pth");
    let WeightsError::NotFinite { name, .. } = &err else {
        panic!("{err}");
    };
    assert_eq!(name, "fc.weight");
}

#[test]
fn a_file_that_ends_too_early_is_refused_wherever_it_ends() {
    for (name, bytes) in fixtures() {
        for length in (0..bytes.len()).step_by(64) {
            assert!(read(&bytes[..length]).is_err(), "{name} at {length}");
        }
        assert!(
            read(&bytes[..bytes.len() - 1]).is_err(),
            "{name} at its end"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_file_of_ten_gigabytes_is_refused_unread() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.pth");
    let source = fixture("zip-f32.pth");
    std::fs::copy(source, &path).unwrap();
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    // A hole: it takes no room on the disk.
    file.set_len(10 << 30).unwrap();
    let err = weights::read(&path).unwrap_err();
    assert!(matches!(err, WeightsError::TooLarge { .. }), "{err}");
    assert!(err.to_string().contains("10 GiB"), "{err}");
}

/// A file of PyTorch before 1.6 around a pickle and its storages.
fn legacy(pickle: &[u8], keys: &[u8], storages: &[u8]) -> Vec<u8> {
    let mut file = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.".to_vec();
    file.extend(b"\x80\x02M\xe9\x03.");
    file.extend(b"\x80\x02}q\0X\x0d\0\0\0little_endianq\x01\x88s.");
    file.extend(b"\x80\x02");
    file.extend(pickle);
    file.extend(b".\x80\x02]");
    file.extend(keys);
    file.extend(b".");
    file.extend(storages);
    file
}

/// A pickled tensor over the storage "0": offset, shape and strides as pickles.
fn tensor(offset: &[u8], shape: &[u8], strides: &[u8]) -> Vec<u8> {
    let mut pickle = b"ctorch._utils\n_rebuild_tensor_v2\n(".to_vec();
    pickle.extend(b"(U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x04NtQ");
    pickle.extend(offset);
    pickle.extend(shape);
    pickle.extend(strides);
    pickle.extend(b"\x89)tR");
    pickle
}

/// The storage "0" with the numbers 0, 1, 2, 3.
fn four_numbers() -> Vec<u8> {
    let mut bytes = 4_u64.to_le_bytes().to_vec();
    bytes.extend(
        [0.0_f32, 1.0, 2.0, 3.0]
            .iter()
            .flat_map(|v| v.to_le_bytes()),
    );
    bytes
}

fn state_dict(tensor: &[u8]) -> Vec<u8> {
    let mut pickle = b"}(U\x01w".to_vec();
    pickle.extend(tensor);
    pickle.push(b'u');
    legacy(&pickle, b"U\x010a", &four_numbers())
}

#[test]
fn shapes_that_do_not_fit_their_numbers_are_refused() {
    // 2 x 2 with strides 2, 1: as it should be.
    let good = state_dict(&tensor(b"K\0", b"K\x02K\x02\x86", b"K\x02K\x01\x86"));
    let mut index = TensorIndex::list(Cursor::new(good), Path::new("x")).unwrap();
    assert_eq!(index.load("w").unwrap().values, [0.0, 1.0, 2.0, 3.0]);
    for (what, offset, shape, strides) in [
        (
            "too many numbers",
            &b"K\0"[..],
            &b"K\x05\x85"[..],
            &b"K\x01\x85"[..],
        ),
        (
            "an offset behind the end",
            b"K\x05",
            b"K\x01\x85",
            b"K\x01\x85",
        ),
        (
            "an offset that leaves too little",
            b"K\x01",
            b"K\x04\x85",
            b"K\x01\x85",
        ),
        (
            "a negative offset",
            b"J\xff\xff\xff\xff",
            b"K\x01\x85",
            b"K\x01\x85",
        ),
        (
            "a negative side",
            b"K\0",
            b"J\xff\xff\xff\xff\x85",
            b"K\x01\x85",
        ),
        (
            "steps that repeat one number",
            b"K\0",
            b"J\xff\xff\xff\x7f\x85",
            b"K\0\x85",
        ),
        (
            "steps that lead out",
            b"K\0",
            b"K\x02K\x02\x86",
            b"K\x03K\x01\x86",
        ),
        (
            "fewer steps than axes",
            b"K\0",
            b"K\x02K\x02\x86",
            b"K\x01\x85",
        ),
        (
            "sides whose product is no number",
            b"K\0",
            b"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x86",
            b"K\x01K\x01\x86",
        ),
    ] {
        let file = state_dict(&tensor(offset, shape, strides));
        let err = read(&file).unwrap_err();
        assert!(matches!(err, WeightsError::Format { .. }), "{what}: {err}");
    }
}

#[test]
fn a_pickle_cannot_make_the_reader_work_without_end() {
    // Each list holds the one before twice: 2^60 ways to the bottom.
    let mut doubled = b"]q\0".to_vec();
    for slot in 0..60_u8 {
        doubled.extend([b'h', slot, b'h', slot, 0x86, b'q', slot + 1]);
    }
    let mut pickle = b"}(U\x01x".to_vec();
    pickle.extend(&doubled);
    pickle.push(b'u');
    // A dict that is its own value.
    let itself = b"}q\0U\x01xh\0s".to_vec();
    // A deep chain of lists.
    let mut deep = b"]q\0".to_vec();
    for _ in 0..100_000 {
        deep.extend(b"]q\x01h\0ah\x01q\0");
    }
    // More marks, and more values, than any model has.
    let marks = vec![b'('; 3_000_000];
    let values = b"K\x01".repeat(1_500_000);
    // A list of a thousand pairs, copied a thousand times.
    let mut pairs = b"](".to_vec();
    for _ in 0..1000 {
        pairs.extend(b"U\x01aK\x01\x86");
    }
    pairs.extend(b"e\x85q\0");
    let mut copies = pairs;
    for _ in 0..100_000 {
        copies.extend(b"ccollections\nOrderedDict\nh\0R");
    }
    for (what, pickle) in [
        ("doubled", pickle),
        ("itself", itself),
        ("deep", deep),
        ("marks", marks),
        ("values", values),
        ("copies", copies),
    ] {
        let file = legacy(&pickle, b"U\x010a", &four_numbers());
        assert!(read(&file).is_err(), "{what}");
    }
}

#[test]
fn lengths_that_lie_do_not_make_room() {
    for pickle in [
        &b"X\xff\xff\xff\xffabc"[..],
        b"\x8d\xff\xff\xff\xff\xff\xff\xff\xffabc",
        b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7fabc",
        b"\x8b\xff\xff\xff\x7fabc",
        b"Nr\xff\xff\xff\xff",
    ] {
        assert!(read(&legacy(pickle, b"", b"")).is_err(), "{pickle:?}");
    }
    // An ONNX file whose graph is longer than any file.
    assert!(read(b"\x08\x07\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f").is_err());
    // A safetensors header of a hundred million bytes that are not there.
    assert!(read(b"\x00\xe1\xf5\x05\0\0\0\0{\"a\"").is_err());
}
