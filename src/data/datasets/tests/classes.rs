//! Layouts with classes.

use super::*;

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
