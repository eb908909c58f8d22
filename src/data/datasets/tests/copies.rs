//! Layouts with queries and what they should find.

use super::*;

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
        assert_eq!(data.training().unwrap().role, Role::Background);
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
