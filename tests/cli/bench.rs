//! What training steps cost, as scripts see it.

use super::Desk;
use super::stderr;

#[test]
fn training_steps_are_measured_piece_by_piece() {
    let desk = Desk::new();
    let line = "bench --training sscd,rdcd,verdicts --student squeezenet --teacher squeezenet \
                --precision f32 --step-pictures 4 --size 32 --steps 1 --device cpu --json";
    let words: Vec<&str> = line.split_whitespace().collect();
    let report = desk.json(&words).remove(0);
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{report}");
    for (row, pieces) in rows.iter().zip([
        &["forward", "backward", "optimiser", "loading"][..],
        &["forward", "backward", "teacher", "momentum student"],
    ]) {
        assert_eq!(
            (row["precision"].as_str(), row["batch"].as_u64()),
            (Some("f32"), Some(4))
        );
        assert!(row["pictures_per_second"].as_f64().unwrap() > 0.0);
        let shares = row["shares"].as_object().unwrap();
        let total: f64 = shares.values().filter_map(serde_json::Value::as_f64).sum();
        assert!((total - 1.0).abs() < 1e-6, "{row}");
        assert!(
            pieces
                .iter()
                .all(|piece| shares[*piece].as_f64() > Some(0.0)),
            "{row}"
        );
    }
    // Without judged pairs there is nothing to learn from.
    assert_eq!(report["left_out"][0]["preset"], "verdicts");
    let wrong = desk.run(&["bench", "--training", "magic", "--device", "cpu"]);
    assert!(stderr(&wrong).contains("magic"), "{}", stderr(&wrong));
}

#[test]
fn several_devices_have_to_be_nvidia_cards() {
    let desk = Desk::with_scenes();
    let line = "distill --recipe sscd --student squeezenet --pictures pictures --out run \
                --device cpu,cpu";
    let words: Vec<&str> = line.split_whitespace().collect();
    let refused = desk.run(&words);
    assert!(!refused.status.success());
    assert!(stderr(&refused).contains("NVIDIA"), "{}", stderr(&refused));
}
