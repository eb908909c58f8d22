//! Data sets in archives.

use std::io::Write as _;

use super::*;

/// A zip archive of named files; those with `.jpg` are packed, the others stored.
fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (name, content) in files {
        let is_packed = Path::new(name)
            .extension()
            .is_some_and(|ending| ending == "jpg");
        if is_packed {
            let file = archive.new_file(name);
            let file = file.compression_method(rawzip::CompressionMethod::DEFLATE);
            let (mut entry, config) = file.start().unwrap();
            let encoder =
                flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::default());
            let mut writer = config.wrap(encoder);
            writer.write_all(content).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            entry.finish(descriptor).unwrap();
        } else {
            let (mut entry, config) = archive.new_file(name).start().unwrap();
            let mut writer = config.wrap(&mut entry);
            writer.write_all(content).unwrap();
            let (_, descriptor) = writer.finish().unwrap();
            entry.finish(descriptor).unwrap();
        }
    }
    archive.finish().unwrap();
    bytes
}

#[test]
fn a_tar_archive_is_read_where_it_lies() {
    let target = tar_of(&binary_cifar());
    let path = target.path().join("set.tar");
    let data = open(&path, &Monitor::silent()).unwrap();
    assert_eq!(data.layout, "cifar10-binary");
    let train = data.split(Role::Train).unwrap();
    assert_eq!(
        data.picture(&train.entries, 3).unwrap().pixel(5, 5),
        [40, 40, 40]
    );
    let bytes = std::fs::read(&path).unwrap();
    for length in [300, 4000, bytes.len() / 2] {
        crate::persist::save(&path, &bytes[..length]).unwrap();
        let message = open(&path, &Monitor::silent()).unwrap_err().to_string();
        assert!(message.ends_with("set.tar"), "{length}: {message}");
    }
}

#[test]
fn a_zip_archive_is_read_where_it_lies() {
    let red = crate::data::Picture::filled(8, 8, [255, 0, 0]);
    let png = crate::data::encode_png(&red).unwrap();
    let files: Vec<(&str, &[u8])> = vec![
        ("cat/red.jpg", &png),
        ("cat/red.png", &png),
        ("dog/red.jpg", &png),
        (".hidden/x.jpg", &png),
    ];
    let target = tempfile::tempdir().unwrap();
    let path = target.path().join("pictures.zip");
    let bytes = zip_of(&files);
    crate::persist::save(&path, &bytes).unwrap();
    let data = open(&path, &Monitor::silent()).unwrap();
    assert_eq!(data.layout, "class-folders");
    let train = data.split(Role::Train).unwrap();
    assert_eq!(names(train), ["cat/red.jpg", "cat/red.png", "dog/red.jpg"]);
    for idx in 0..3 {
        assert_eq!(
            data.picture(&train.entries, idx).unwrap().pixel(7, 7),
            [255, 0, 0]
        );
    }
    assert_eq!(data.file(&train.entries, 0), None);
    crate::persist::save(&path, &bytes[..bytes.len() - 30]).unwrap();
    let message = open(&path, &Monitor::silent()).unwrap_err().to_string();
    starts(
        &message,
        "The archive cannot be read where it lies (it is damaged or ends too early",
    );
}

#[test]
fn an_archive_packed_as_one_piece_asks_to_be_unpacked() {
    let target = made(&[("set.tar.gz", b"\x1f\x8b\x08\0\0\0\0\0")]);
    let error = open(&target.path().join("set.tar.gz"), &Monitor::silent()).unwrap_err();
    starts(
        &error.to_string(),
        "The archive cannot be read where it lies (it is packed as one",
    );
    assert!(error.advice().starts_with("Unpack"));
    assert!(Source::open(Path::new("nowhere.zip")).is_err());
}
