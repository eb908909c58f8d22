//! Models in and out of the program.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Desk;
use super::fields;
use super::stderr;

#[test]
fn a_model_goes_out_and_comes_back_with_a_report() {
    let desk = Desk::new();
    let out = desk.run(&["export", "bundled", "--to", "out.safetensors", "--half"]);
    assert_eq!(out.status.code(), Some(0), "{}", stderr(&out));
    assert!(stderr(&out).contains("cosine distance"), "{}", stderr(&out));
    let words = ["import", "out.safetensors", "--name", "Mine", "--json"];
    let model = desk.json(&words).remove(0);
    let expected = BTreeSet::from([
        "id",
        "name",
        "architecture",
        "dimensions",
        "source",
        "report",
    ]);
    assert_eq!(fields(&model), expected);
    let parts = BTreeSet::from(["mapped", "missing", "unused", "ignored", "reshaped"]);
    assert_eq!(fields(&model["report"]), parts);
    assert_eq!(
        (&model["id"], &model["name"]),
        (&"mine".into(), &"Mine".into())
    );
    assert!(model["report"]["mapped"].as_u64().unwrap() > 100);
    let listed = desk.json(&["models", "--json"]).remove(0);
    let ids: Vec<&Value> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["id"])
        .collect();
    assert_eq!(ids, ["bundled", "mine"]);
}

#[test]
fn a_file_that_wants_to_run_something_is_refused_by_name() {
    let desk = Desk::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/checkpoints");
    let out = desk.run(&["import", &format!("{folder}/attack-zip.pth")]);
    assert_eq!(out.status.code(), Some(1));
    assert!(stderr(&out).contains("posix.system"), "{}", stderr(&out));
    assert!(!desk.path("copylens-was-here").exists());
}
