//! `copylens evaluate` and `copylens torture` on a data set made for the test.

use std::path::Path;

use copylens::data;
use copylens::persist;

use crate::Desk;
use crate::N_SCENES;
use crate::fields;
use crate::json_lines;
use crate::scene;
use crate::stderr;

/// Every scene is an original; mirrored ones are queries, and so is one scene that has no original.
fn data_set(desk: &Desk) {
    let save = |name: String, bytes: Vec<u8>| {
        persist::save(&desk.path("set").join(name), &bytes).unwrap();
    };
    let mut truth = "query_id,reference_id\n".to_owned();
    for seed in 0..N_SCENES {
        let picture = scene(seed);
        save(
            format!("references/R{seed:06}.jpg"),
            data::encode_jpeg(&picture, 90),
        );
        save(
            format!("queries/Q{seed:05}.jpg"),
            data::encode_jpeg(&picture.mirrored(), 60),
        );
        truth.extend([format!("Q{seed:05},R{seed:06}\n")]);
        save(
            format!("train/T{seed:06}.jpg"),
            data::encode_jpeg(&scene(100 + seed), 90),
        );
    }
    save(
        "queries/Q00099.jpg".to_owned(),
        data::encode_jpeg(&scene(50), 90),
    );
    save("queries/Q00098.jpg".to_owned(), b"no picture".to_vec());
    save("dev_ground_truth.csv".to_owned(), truth.into_bytes());
}

fn refused(desk: &Desk, words: &[&str], expected: &[&str]) {
    let output = desk.run(words);
    assert_eq!(output.status.code(), Some(1), "{words:?}");
    let text = stderr(&output);
    for part in expected {
        assert!(text.contains(part), "{words:?}: {text}");
    }
    assert!(!text.contains("panicked"), "{words:?}: {text}");
}

#[test]
fn a_model_is_measured_and_the_report_is_kept_and_exported() {
    let desk = Desk::new();
    data_set(&desk);
    let words = [
        "evaluate",
        "disc21",
        "--data",
        "set",
        "--device",
        "cpu",
        "--json",
        "--report",
        "r.html",
        "--report",
        "r.csv",
        "--report",
        "r.png",
        "--submission",
        "out",
    ];
    let output = desk.run(&words);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let line = json_lines(&output).remove(0);
    for field in [
        "micro_ap",
        "recall_at_p90",
        "micro_ap_sn",
        "recall_at_p90_sn",
        "queries",
        "references",
        "seconds",
        "figures",
        "report",
    ] {
        assert!(fields(&line).contains(field), "{field}");
    }
    assert_eq!(line["queries"], N_SCENES + 2);
    assert_eq!(line["unreadable"], 1);
    assert_eq!(line["micro_ap"], line["figures"]["micro-ap"]);
    assert!(stderr(&output).contains("Q00098.jpg"));
    // Kept with its model, and in three forms where it was asked for.
    assert!(Path::new(line["report"].as_str().unwrap()).starts_with(desk.path("home/models")));
    let start = |name: &str| std::fs::read(desk.path(name)).unwrap()[..4].to_vec();
    assert_eq!(start("r.html"), b"<!do");
    assert_eq!(start("r.csv"), b"mode");
    assert_eq!(start("r.png"), b"\x89PNG");
    let predictions = std::fs::read_to_string(desk.path("out/predictions.csv")).unwrap();
    assert!(predictions.starts_with("query_id,reference_id,score\nQ000"));
    // The second time, with another option, nothing is embedded again.
    let again = desk.json(&[
        "evaluate",
        "disc21",
        "--data",
        "set",
        "--device",
        "cpu",
        "--json",
        "--option",
        "candidates=3",
        "--model",
        "bundled",
        "--model",
        "bundled",
    ]);
    assert_eq!(again[0]["embedded"], 0);
    assert_eq!(
        again[0]["figures"]["recall-at-1"],
        line["figures"]["recall-at-1"]
    );
    assert_eq!(again[2]["comparison"]["n_equal"], N_SCENES);
}

#[test]
fn a_folder_says_what_it_is_and_what_fits() {
    let desk = Desk::new();
    data_set(&desk);
    let look = desk
        .json(&["evaluate", "--data", "set", "--json"])
        .remove(0);
    assert_eq!(look["layout"], "disc21");
    assert_eq!(look["protocols"][0], "disc21");
    assert_eq!(look["parts"][0]["pictures"], N_SCENES);
    let listed = desk.json(&["evaluate", "--list", "--json"]);
    assert_eq!(listed.len(), 7);
    assert_eq!(
        desk.json(&["evaluate", "knn", "--list", "--json"])[0]["id"],
        "knn"
    );
}

#[test]
fn what_is_wrong_with_a_data_set_is_said() {
    let desk = Desk::new();
    data_set(&desk);
    let measure = ["evaluate", "disc21", "--data", "set"];
    refused(
        &desk,
        &["evaluate", "k-nn", "--data", "set"],
        &["\"k-nn\"", "knn"],
    );
    refused(
        &desk,
        &["evaluate", "knn", "--data", "set"],
        &["does not fit", "disc21"],
    );
    let wrong = [measure.as_slice(), &["--option", "beta=lots"]].concat();
    refused(&desk, &wrong, &["\"lots\"", "beta", "from 0 to 5"]);
    let wrong = [measure.as_slice(), &["--report", "r.pdf"]].concat();
    refused(&desk, &wrong, &["\"pdf\"", "html"]);
    let table = desk.path("set/dev_ground_truth.csv");
    for (text, expected) in [
        (
            "query_id,reference_id\nQ00000,R000042\n",
            "Line 2: there is no reference picture \"R000042\"",
        ),
        (
            "query_id;reference_id\nQ00000;R000000\n",
            "Line 1: there are 1 columns",
        ),
    ] {
        persist::save(&table, text.as_bytes()).unwrap();
        refused(&desk, &measure, &[expected, "dev_ground_truth.csv"]);
        refused(&desk, &["evaluate", "--data", "set"], &[expected]);
    }
    persist::save(&table, b"Q00000,R000000\n").unwrap();
    let original = std::fs::read(desk.path("set/references/R000000.jpg")).unwrap();
    persist::save(&desk.path("set/references/R0.jpg"), &original).unwrap();
    refused(
        &desk,
        &measure,
        &["Two pictures are both called \"R000000\""],
    );
    // An archive that was unpacked by half.
    std::fs::remove_dir_all(desk.path("set/references")).unwrap();
    refused(&desk, &measure, &["the originals", "is missing"]);
    let look = desk.run(&["evaluate", "--data", "set"]);
    assert_eq!(look.status.code(), Some(1));
    let text = String::from_utf8(look.stdout).unwrap();
    assert!(text.contains("missing: references or"), "{text}");
}

#[test]
fn copies_of_own_pictures_are_looked_for() {
    let desk = Desk::with_scenes();
    let line = desk
        .json(&[
            "torture",
            "--device",
            "cpu",
            "--json",
            "--among",
            "pictures",
            "pictures/scene-0.jpg",
            "pictures/scene-1.jpg",
        ])
        .remove(0);
    // Originals are none, and scenes that are much like one are left out as well.
    assert!(line["distractors"].as_u64().unwrap() <= N_SCENES - 2);
    assert_eq!(line["pictures"].as_array().unwrap().len(), 2);
    let edits = line["per_edit"].as_array().unwrap();
    assert!(edits.len() >= 20);
    let jpeg = edits.iter().find(|edit| edit["id"] == "jpeg").unwrap();
    assert_eq!(
        (jpeg["copies"].as_u64(), jpeg["found"].as_f64()),
        (Some(2), Some(1.0))
    );
    let output = desk.run(&["torture", "--json", "missing.jpg"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("missing.jpg"),
        "{}",
        stderr(&output)
    );
}
