use std::collections::BTreeSet;
use std::io::Write as _;
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

const DISC: &[&str] = &[
    "queries/Q00000.jpg",
    "queries/Q00001.jpg",
    "queries/Q00002.jpg",
    "references/R000000.jpg",
    "references/R000001.jpg",
    "train/T000000.jpg",
];

fn disc(table: &[u8]) -> TempDir {
    let mut files = pictures(DISC);
    files.push(("dev_ground_truth.csv", table));
    made(&files)
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
fn every_way_to_name_the_folders_of_disc21_is_read() {
    for (references, background, queries, table) in [
        ("references", "train", "queries", "dev_ground_truth.csv"),
        (
            "val_ref",
            "training",
            "val_query",
            "val_groundtruth_matches.csv",
        ),
        ("references", "train", "final_queries", "gt_1k.csv"),
        (
            "images/references",
            "images/train",
            "images/dev_queries",
            "dev_ground_truth.csv",
        ),
        (
            "images/references",
            "images/train",
            "images/queries",
            "list_files/public_ground_truth.csv",
        ),
        (
            "references",
            "train",
            "test_queries",
            "test_queries_groundtruth.csv",
        ),
        (
            "reference_images",
            "train_images",
            "query_images",
            "public_ground_truth.csv",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let save = |name: &str, bytes: &[u8]| {
            crate::persist::save(&folder.path().join(name), bytes).unwrap();
        };
        for number in 0..3 {
            save(&format!("{queries}/Q{number:05}.jpg"), b"");
        }
        save(&format!("{queries}/notes.txt"), b"");
        save(&format!("{references}/R000000.jpg"), b"");
        save(&format!("{references}/R000001.jpg"), b"");
        save(&format!("{background}/T000000.jpg"), b"");
        save(table, b"Q00001,R000001\n");
        let data = opened(&folder);
        assert_eq!(data.layout, "disc21", "{queries}");
        let part = data.split(Role::Queries).unwrap();
        assert_eq!(part.entries.len(), 3);
        assert_eq!(part.truth, Truth::Pairs(vec![(1, 1)]));
        assert_eq!(data.split(Role::References).unwrap().entries.len(), 2);
        assert_eq!(data.split(Role::Background).unwrap().entries.len(), 1);
        let file = data.file(&part.entries, 1).unwrap();
        assert!(file.is_file() && file.ends_with("Q00001.jpg"));
    }
}

#[test]
fn both_sets_of_queries_are_parts_of_their_own() {
    let mut files = pictures(&[
        "dev_queries/Q00000.jpg",
        "test_queries/Q50000.jpg",
        "references/R000000.jpg",
    ]);
    files.push(("dev_queries_groundtruth.csv", b"Q00000,R000000\n"));
    files.push(("test_queries_groundtruth.csv", b"Q50000,R000000\n"));
    let data = opened(&made(&files));
    let parts: Vec<&str> = data
        .splits
        .iter()
        .map(|split| split.name.as_str())
        .collect();
    assert_eq!(parts, ["dev", "phase-2", ""]);
    assert!(data.split_named(Role::Queries, "phase-2").is_some());
}

#[test]
fn the_table_of_true_pairs_may_be_written_by_a_spreadsheet() {
    for table in [
        "Q00000,R000001\nQ00001,\nQ00002,R000000\n",
        "query_id,reference_id\nQ00000,R000001\nQ00001,\nQ00002,R000000\n",
        "\u{feff}query_id,reference_id\r\nQ00000 , R000001\r\n\r\nQ00002,R000000\r\n",
        "Q0.jpg,R1\nQ2,R0.png\n",
    ] {
        let data = opened(&disc(table.as_bytes()));
        let truth = &data.split(Role::Queries).unwrap().truth;
        assert_eq!(truth, &Truth::Pairs(vec![(0, 1), (2, 0)]), "{table}");
    }
}

#[test]
fn a_wrong_table_is_refused_with_its_line() {
    for (table, start) in [
        (
            b"Q00000,R000001\nQ00001\n".as_slice(),
            "Line 2: there are 1 columns, not 2: ",
        ),
        (b"a,b,c\n", "Line 1: there are 3 columns, not 2: "),
        (
            b"Q00000,R000001\n\nQ00009,\n",
            "Line 3: there is no query picture \"Q00009\": ",
        ),
        (
            b"Q00000,R000007\n",
            "Line 1: there is no reference picture \"R000007\": ",
        ),
        (
            b"Q00000,R000001\nQ00000,R000001\n",
            "Line 2: \"Q00000\" and \"R000001\" were paired before: ",
        ),
        (b"Q00000,\n", "The table names no copy: "),
        (b"", "The table names no copy: "),
        (
            b"Q00000,R000001\nQ00\xff01,\n",
            "Line 2: this is not text in UTF-8",
        ),
    ] {
        let message = refused(&disc(table));
        starts(&message, start);
        assert!(message.ends_with("dev_ground_truth.csv"), "{message}");
    }
}

#[test]
fn two_files_with_one_id_are_an_error() {
    let folder = disc(b"Q00001,R000001\n");
    crate::persist::save(&folder.path().join("queries/Q1.png"), b"").unwrap();
    starts(
        &refused(&folder),
        "Two pictures are both called \"Q000001\": ",
    );
}

#[test]
fn only_the_true_pairs_make_a_small_benchmark() {
    let data = opened(&disc(b"Q00000,R000001\nQ00002,R000000\n"));
    let small = data.pairs_only(2).unwrap();
    assert_eq!(
        names(small.split(Role::Queries).unwrap()),
        ["queries/Q00000.jpg"]
    );
    assert_eq!(
        names(small.split(Role::References).unwrap()),
        ["references/R000001.jpg"]
    );
    assert_eq!(
        small.split(Role::Queries).unwrap().truth,
        Truth::Pairs(vec![(0, 0)])
    );
    assert_eq!(small.split(Role::Background).unwrap().entries.len(), 1);
}

#[test]
fn ndec_searches_the_originals_of_disc21() {
    let mut files = pictures(&[
        "NDEC_test_query/Q00000.jpg",
        "DISC/images/references/R000000.jpg",
        "DISC/images/train/T000000.jpg",
    ]);
    files.push((
        "public_ground_truth_h5.csv",
        b"query_id,reference_id\nQ00000,R000000\n",
    ));
    let data = opened(&made(&files));
    assert_eq!(data.layout, "ndec");
    assert_eq!(
        data.split(Role::Queries).unwrap().truth,
        Truth::Pairs(vec![(0, 0)])
    );
    let half = made(&files[..1]);
    starts(
        &refused(&half),
        "This looks like NDEC, but the originals of DISC21 (DISC/images/references) is missing: ",
    );
}

#[test]
fn copydays_works_with_strong_edits_alone_and_with_all_blocks() {
    let few = [
        "original/200000.jpg",
        "original/200100.jpg",
        "strong/200001.jpg",
        "strong/200102.jpg",
        "strong/200103.jpg",
    ];
    let data = opened(&made(&pictures(&few)));
    assert_eq!(data.layout, "copydays");
    let strong = data.split_named(Role::Queries, "strong").unwrap();
    assert_eq!(strong.truth, Truth::Pairs(vec![(0, 0), (1, 1), (2, 1)]));
    let more = [
        "jpegqual/30/200007.jpg",
        "jpegqual/30/200107.jpg",
        "jpegqual/3/200101.jpg",
        "crops/80/200109.jpg",
        "distractors/x.jpg",
        "whitening/y.jpg",
    ];
    let data = opened(&made(&pictures(&[&few[..], &more].concat())));
    let blocks: Vec<&str> = data
        .splits
        .iter()
        .map(|split| split.name.as_str())
        .collect();
    let expected = [
        "original",
        "strong",
        "jpegqual/3",
        "jpegqual/30",
        "crops/80",
        "",
        "",
        "",
    ];
    assert_eq!(blocks, expected);
    // One of its files is missing; the other still belongs to the second original.
    let worst = data.split_named(Role::Queries, "jpegqual/3").unwrap();
    assert_eq!(worst.truth, Truth::Pairs(vec![(0, 1)]));
    let orphan = made(&pictures(&["original/200000.jpg", "strong/300001.jpg"]));
    let message = refused(&orphan);
    assert!(message.ends_with("300001.jpg"), "{message}");
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
fn a_folder_per_class_is_read_as_torchvision_does() {
    let folder = made(&pictures(&["dog/b.jpg", "cat/x/a.png", "cat/c.jpg"]));
    let data = opened(&folder);
    assert_eq!(data.layout, "class-folders");
    assert_eq!(data.classes, ["cat", "dog"]);
    let train = data.split(Role::Train).unwrap();
    assert_eq!(names(train), ["cat/c.jpg", "cat/x/a.png", "dog/b.jpg"]);
    assert_eq!(train.entries.labels, [0, 0, 1]);

    let folder = made(&pictures(&[
        "train/a/1.png",
        "train/b/2.png",
        "val/a/3.png",
        "val/b/4.png",
    ]));
    let data = opened(&folder);
    assert_eq!(data.layout, "split-class-folders");
    assert_eq!(
        names(data.split(Role::HeldOut).unwrap()),
        ["val/a/3.png", "val/b/4.png"]
    );
    crate::persist::save(&folder.path().join("val/c/5.png"), b"").unwrap();
    starts(
        &refused(&folder),
        "The file is damaged (the training part has no class of",
    );
}

#[test]
fn a_class_without_pictures_is_an_error() {
    let classes: Vec<String> = (0..12).map(|n| format!("n{n:08}/a.jpg")).collect();
    let mut files: Vec<String> = classes.iter().map(|name| format!("train/{name}")).collect();
    files[11] = "train/n00000011/readme.txt".to_owned();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let message = refused(&made(&pictures(&files)));
    starts(&message, "There are no pictures in this folder: ");
    assert!(message.ends_with("n00000011"), "{message}");
}

#[test]
fn imagenet_may_come_from_kaggle() {
    let mut files = pictures(&[
        "ILSVRC/Data/CLS-LOC/train/n01440764/n01440764_1.JPEG",
        "ILSVRC/Data/CLS-LOC/train/n01443537/n01443537_1.JPEG",
        "ILSVRC/Data/CLS-LOC/val/ILSVRC2012_val_00000001.JPEG",
        "ILSVRC/Data/CLS-LOC/val/ILSVRC2012_val_00000002.JPEG",
    ]);
    starts(
        &refused(&made(&files)),
        "This looks like ImageNet, but the table with the classes of val",
    );
    files.push((
        "ILSVRC/Data/CLS-LOC/LOC_val_solution.csv",
        b"ImageId,PredictionString\nILSVRC2012_val_00000002,n01443537 1 2 3 4\n\
          ILSVRC2012_val_00000001,n01440764 1 2 3 4 n01440764 5 6 7 8 \n",
    ));
    let data = opened(&made(&files));
    assert_eq!(data.layout, "imagenet");
    assert_eq!(data.split(Role::HeldOut).unwrap().entries.labels, [1, 0]);
    let wrong = files.len() - 1;
    files[wrong].1 = b"ImageId,PredictionString\nILSVRC2012_val_00000009,n01443537 1 2 3 4\n";
    starts(
        &refused(&made(&files)),
        "Line 2: there is no picture \"ILSVRC2012_val_00000009\": ",
    );
    files[wrong].1 = b"picture,class\n";
    starts(
        &refused(&made(&files)),
        "Line 1: the header is not \"ImageId PredictionString\": ",
    );
}

#[test]
fn the_four_parts_of_imagenet_100_are_one() {
    let mut files = pictures(&[
        "train.X1/n01440764/a.JPEG",
        "train.X2/n01443537/b.JPEG",
        "train.X3/n01484850/c.JPEG",
        "train.X4/n01491361/d.JPEG",
        "val.X/n01484850/e.JPEG",
    ]);
    files.push(("Labels.json", b"{\"n01440764\": \"tench\"}"));
    let data = opened(&made(&files));
    assert_eq!(data.layout, "imagenet-100");
    assert_eq!(data.classes[..2], ["n01440764 tench", "n01443537"]);
    assert_eq!(
        data.split(Role::Train).unwrap().entries.labels,
        [0, 1, 2, 3]
    );
    assert_eq!(data.split(Role::HeldOut).unwrap().entries.labels, [2]);
    files[1].0 = "train.X2/n01440764/b.JPEG";
    starts(
        &refused(&made(&files)),
        "Two pictures are both called \"n01440764\": ",
    );
}

#[test]
fn tiny_imagenet_takes_its_classes_from_a_table() {
    let mut files = pictures(&[
        "tiny-imagenet-200/train/n01443537/images/a.JPEG",
        "tiny-imagenet-200/train/n01629819/images/b.JPEG",
        "tiny-imagenet-200/val/images/val_0.JPEG",
    ]);
    files.push(("tiny-imagenet-200/wnids.txt", b"n01443537\nn01629819\n"));
    files.push((
        "tiny-imagenet-200/val/val_annotations.txt",
        b"val_0.JPEG\tn01629819\t0\t32\t44\t62\n",
    ));
    let data = opened(&made(&files));
    assert_eq!(data.layout, "tiny-imagenet");
    assert_eq!(data.split(Role::Train).unwrap().entries.labels, [0, 1]);
    assert_eq!(data.split(Role::HeldOut).unwrap().entries.labels, [1]);
    files[4].1 = b"val_0.JPEG\tn01629819\t0\nval_7.JPEG\tn01629819\t0\n";
    starts(
        &refused(&made(&files)),
        "Line 2: there is no picture \"val_7.JPEG\": ",
    );
}

/// A PNG of one red pixel in base64.
fn red_line(key: &str, label: u32) -> String {
    use base64::Engine as _;
    let picture = crate::data::Picture::filled(1, 1, [255, 0, 0]);
    let png = crate::data::encode_png(&picture).unwrap();
    let text = base64::engine::general_purpose::STANDARD.encode(png);
    format!("{key}\t{label}\tignored\t{text}\n")
}

#[test]
fn lines_of_a_tsv_file_are_read_with_and_without_their_index() {
    let lines = [red_line("first", 3), red_line("schön", 0), red_line("c", 1)];
    let text = lines.concat();
    let index = format!(
        "0\n{}\n{}\n",
        lines[0].len(),
        lines[0].len() + lines[1].len()
    );
    let files = |index: &str| {
        made(&[
            ("train.tsv", text.as_bytes()),
            ("train.lineidx", index.as_bytes()),
        ])
    };
    let with_index = files(&index);
    let without_index = made(&[("train.tsv", text.as_bytes())]);
    for folder in [&with_index, &without_index] {
        let data = opened(folder);
        assert_eq!(data.layout, "imagenet-tsv");
        assert_eq!(data.classes.len(), 4);
        let train = data.split(Role::Train).unwrap();
        assert_eq!(train.entries.labels, [3, 0, 1]);
        assert_eq!(train.entries.names.get(1), "train.tsv/schön");
        let picture = data.picture(&train.entries, 2).unwrap();
        assert_eq!(picture.pixel(0, 0), [255, 0, 0]);
    }
    // As a writer that counts characters makes it: one byte short after the umlaut.
    let short = format!(
        "0\n{}\n{}\n",
        lines[0].len(),
        lines[0].len() + lines[1].len() - 1
    );
    starts(
        &refused(&files(&short)),
        "Line 3: train.lineidx does not point to",
    );
    starts(
        &refused(&files("0\n99999999\n")),
        "Line 2: this is not where a line of the TSV file can start",
    );
    starts(
        &refused(&made(&[("train.tsv", b"a\tb\tc\n")])),
        "Line 1: there is no key, class and picture: ",
    );
}

#[test]
fn birds_and_cars_are_split_by_class() {
    let folder = made(&pictures(&[
        "CUB_200_2011/images/001.Albatross/a.jpg",
        "CUB_200_2011/images/100.Pelican/b.jpg",
        "CUB_200_2011/images/101.Pelican/c.jpg",
    ]));
    let data = opened(&folder);
    assert_eq!(data.layout, "cub-200-2011");
    assert_eq!(data.split(Role::Train).unwrap().entries.labels, [0, 1]);
    assert_eq!(data.split(Role::HeldOut).unwrap().entries.labels, [2]);

    let cars: Vec<String> = (0..196)
        .map(|n| format!("images/Car {n:03}/a.jpg"))
        .collect();
    let cars: Vec<&str> = cars.iter().map(String::as_str).collect();
    let data = opened(&made(&pictures(&cars)));
    assert_eq!(data.layout, "cars196");
    let held_out = data.split(Role::HeldOut).unwrap();
    assert_eq!(
        (held_out.entries.len(), held_out.entries.labels[0]),
        (98, 98)
    );
}

#[test]
fn products_follow_their_two_lists() {
    let header = "image_id class_id super_class_id path\n";
    let train = format!("{header}1 1 1 bicycle_final/a.JPG\n2 1 1 bicycle_final/b.JPG\n");
    let test = format!("{header}3 2 1 bicycle_final/c.JPG\n");
    let with = |test: &str| {
        let mut files = pictures(&[
            "bicycle_final/a.JPG",
            "bicycle_final/b.JPG",
            "bicycle_final/c.JPG",
        ]);
        files.push(("Ebay_train.txt", train.as_bytes()));
        files.push(("Ebay_test.txt", test.as_bytes()));
        made(&files)
    };
    let data = opened(&with(&test));
    assert_eq!(data.layout, "stanford-online-products");
    assert_eq!(data.split(Role::Train).unwrap().entries.labels, [0, 0]);
    assert_eq!(data.split(Role::HeldOut).unwrap().entries.labels, [1]);
    for (test, start) in [
        (
            format!("{header}3 1 1 bicycle_final/c.JPG\n"),
            "The file is damaged (class 1 is also",
        ),
        (
            format!("{header}3 x 1 bicycle_final/c.JPG\n"),
            "Line 2: \"x\" is not a whole number: ",
        ),
        (
            format!("{header}3 2 1 sofa_final/c.JPG\n"),
            "Line 2: there is no picture \"sofa_final",
        ),
        (
            "image class\n".to_owned(),
            "Line 1: the header is not \"image_id class_id",
        ),
        (
            format!("{header}3 2 1\n"),
            "Line 2: there are 3 columns, not 4: ",
        ),
    ] {
        starts(&refused(&with(&test)), start);
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

/// A zip archive of named files; those with `.jpg` are packed, the others stored.
fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (name, content) in files {
        if name.ends_with(".jpg") {
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

#[test]
fn a_stop_ends_the_listing() {
    let monitor = Monitor::silent();
    monitor.request_stop();
    let folder = made(&pictures(&["a.jpg"]));
    let stopped = open(folder.path(), &monitor);
    assert!(matches!(stopped, Err(DatasetError::Cancelled(_))));
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

fn revisited(truth: &[u8]) -> TempDir {
    let mut files = pictures(&[
        "roxford5k/jpg/all_souls_000000.jpg",
        "roxford5k/jpg/b.jpg",
        "roxford5k/jpg/c.jpg",
        "roxford5k/jpg/q1.jpg",
        "roxford5k/jpg/q2.jpg",
    ]);
    files.push(("roxford5k/gnd_roxford5k.pkl", truth));
    made(&files)
}

#[test]
fn the_grades_of_revisited_oxford_are_read_in_every_form() {
    for name in [
        "gnd-lists.pkl",
        "gnd-protocol2.pkl",
        "gnd-protocol4.pkl",
        "gnd-protocol5.pkl",
        "gnd-scalars.pkl",
        "gnd-big-endian.pkl",
    ] {
        let data = opened(&revisited(&fixture(name)));
        assert_eq!(data.layout, "revisited-oxford", "{name}");
        let queries = data.split(Role::Queries).unwrap();
        assert_eq!(names(queries), ["jpg/q1.jpg", "jpg/q2.jpg"]);
        let Truth::Graded(graded) = &queries.truth else {
            panic!("{name}");
        };
        let expected = GradedQuery {
            easy: vec![0],
            hard: vec![2],
            junk: vec![1],
            bounds_px: Some([1.5, 2.0, 30.25, 40.0]),
        };
        assert_eq!(graded[0], expected, "{name}");
        assert_eq!(graded[1].hard, [1, 2], "{name}");
    }
}

#[test]
fn a_ground_truth_that_names_a_missing_picture_is_refused() {
    let folder = revisited(&fixture("gnd-lists.pkl"));
    std::fs::remove_file(folder.path().join("roxford5k/jpg/b.jpg")).unwrap();
    starts(
        &refused(&folder),
        "The file is damaged (it names \"jpg/b.jpg\" in place 1, which is not there): ",
    );
    let list = fixture("gnd-lists.pkl");
    starts(
        &refused(&revisited(&list[..list.len() - 9])),
        "The file is damaged (it ends too",
    );
}
