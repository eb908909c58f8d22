//! The batches of CIFAR-10.

use super::*;

#[test]
fn binary_cifar_10_is_read_where_it_lies() {
    let folder = binary_cifar();
    let data = opened(&folder);
    assert_eq!(data.layout, "cifar10-binary");
    let train = data.split(Role::Train).unwrap();
    assert_eq!(train.entries.len(), 10);
    assert_eq!(train.entries.labels, [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]);
    assert_eq!(data.classes[9], "truck");
    let picture = data.picture(&train.entries, 2).unwrap();
    assert_eq!((picture.width, picture.height), (32, 32));
    assert_eq!(picture.pixel(31, 31), [10, 20, 30]);
}

#[test]
fn a_half_copied_batch_or_a_foreign_label_is_refused() {
    let folder = binary_cifar();
    let path = folder.path().join("data_batch_3.bin");
    let mut batch = binary_batch(0);
    batch[0] = 77;
    crate::persist::save(&path, &batch).unwrap();
    starts(
        &refused(&folder),
        "The file is damaged (the label of picture 0 is 77, not 0 to 9): ",
    );
    crate::persist::save(&path, &batch[..4000]).unwrap();
    starts(
        &refused(&folder),
        "The file is damaged (its 4000 bytes are no whole number of pictures): ",
    );
    std::fs::remove_file(&path).unwrap();
    starts(
        &refused(&folder),
        "This looks like CIFAR-10 (binary), but the third training batch (data_batch_3.bin) is",
    );
}

#[test]
fn python_batches_of_cifar_10_are_read_where_they_lie() {
    for batch in [
        "batch-python2.bin",
        "batch-protocol4.bin",
        "batch-protocol5.bin",
    ] {
        let folder = python_cifar(batch);
        let archive = tar_of(&folder);
        for path in [folder.path().to_owned(), archive.path().join("set.tar")] {
            let data = open(&path, &Monitor::silent()).unwrap();
            assert_eq!(data.layout, "cifar10-python", "{batch}");
            let held_out = data.split(Role::HeldOut).unwrap();
            assert_eq!(held_out.entries.labels, [3, 9]);
            let picture = data.picture(&held_out.entries, 1).unwrap();
            // Row y, column x of each plane is (y * 32 + x) % 128 + 128.
            assert_eq!(picture.pixel(5, 2), [69 + 128; 3]);
        }
    }
}

#[test]
fn a_pickle_that_wants_to_run_something_is_refused_by_name() {
    let message = refused(&python_cifar("batch-attack.bin"));
    starts(
        &message,
        "The file asks for \"posix.system\", which no data set needs; nothing of it",
    );
    assert!(message.ends_with("data_batch_1"), "{message}");
    assert!(!Path::new("copylens-was-here").exists());
}

#[test]
fn a_pickle_that_ends_too_early_is_refused_wherever_it_ends() {
    let folder = python_cifar("batch-protocol4.bin");
    let path = folder.path().join("cifar-10-batches-py/test_batch");
    let bytes = fixture("batch-protocol4.bin");
    for length in (0..bytes.len()).step_by(97) {
        crate::persist::save(&path, &bytes[..length]).unwrap();
        let message = refused(&folder);
        assert!(message.ends_with("test_batch"), "{length}: {message}");
    }
}
