//! Metrics and post-processing give what scikit-learn, faiss, torch and numpy give on data with ties,
//! pairs that nobody found and queries without a copy. `tests/reference/metrics.py` made the values.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use copylens::data::datasets::GradedQuery;
use copylens::eval::Descriptors;
use copylens::eval::Fit;
use copylens::eval::NegativeEmbeddings;
use copylens::eval::ScoreNormalization;
use copylens::eval::Whitening;
use copylens::eval::knn;
use copylens::eval::linear_probe;
use copylens::eval::linear_probe::Decay;
use copylens::eval::linear_probe::Labeled;
use copylens::eval::linear_probe::Schedule;
use copylens::eval::metrics;
use copylens::eval::metrics::Clustering;
use copylens::eval::metrics::Graded;
use copylens::eval::metrics::MetricSpec;
use copylens::eval::metrics::Prediction;
use copylens::eval::metrics::Ranking;
use copylens::eval::metrics::SameClass;
use copylens::eval::nearest;
use copylens::monitor::Monitor;
use serde::Deserialize;

type Values = BTreeMap<String, f64>;
type Rows = Vec<Vec<f32>>;

#[derive(Deserialize)]
struct Golden {
    plain: GoldenRanking,
    tied: GoldenRanking,
    graded: GoldenGraded,
    classes: GoldenClasses,
    post: BTreeMap<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct GoldenRanking {
    predictions: Vec<(u32, u32, f32)>,
    truth: Vec<(u32, u32)>,
    values: Values,
}

#[derive(Deserialize)]
struct GoldenGrades {
    easy: Vec<u32>,
    hard: Vec<u32>,
    junk: Vec<u32>,
}

#[derive(Deserialize)]
struct GoldenGraded {
    rankings: Vec<Vec<u32>>,
    truth: Vec<GoldenGrades>,
    values: Values,
}

#[derive(Deserialize)]
struct GoldenClasses {
    rows: Rows,
    labels: Vec<u32>,
    clusters: Vec<u32>,
    values: Values,
    knn: BTreeMap<usize, Vec<u32>>,
    sgd: Vec<f32>,
    logistic: Vec<f32>,
}

fn golden() -> Golden {
    let text = include_str!("reference/golden/metrics.json");
    serde_json::from_str(text).unwrap()
}

fn descriptors(rows: &Rows) -> Descriptors {
    Descriptors::from_rows(rows.iter().map(Vec::as_slice))
}

/// Every row of a table has a golden value and gives it.
fn check<F>(table: &[MetricSpec<F>], found: &F, values: &Values) {
    for spec in table {
        let expected = values[spec.id];
        let value = f64::from((spec.compute)(found));
        assert!(
            (value - expected).abs() < 1e-6,
            "{}: {value}, {expected}",
            spec.id
        );
    }
}

#[track_caller]
fn close(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len());
    for (idx, (found, expected)) in found.iter().zip(expected).enumerate() {
        let difference = (found - expected).abs();
        assert!(difference < tolerance, "{idx}: {found}, {expected}");
    }
}

#[test]
fn rankings_with_and_without_ties() {
    let Golden { plain, tied, .. } = golden();
    for golden in [plain, tied] {
        let predictions = golden.predictions.iter().map(|p| Prediction {
            query: p.0,
            reference: p.1,
            similarity: p.2,
        });
        let truth = golden.truth.iter().copied().collect();
        let ranking = Ranking::new(predictions.collect(), truth).unwrap();
        check(metrics::METRICS, &ranking, &golden.values);
    }
}

#[test]
fn revisited_buildings() {
    let golden = golden().graded;
    let truth = golden.truth.into_iter().map(|grades| GradedQuery {
        easy: grades.easy,
        hard: grades.hard,
        junk: grades.junk,
        bounds_px: None,
    });
    let graded = Graded {
        rankings: golden.rankings,
        truth: truth.collect(),
    };
    check(metrics::GRADED_METRICS, &graded, &golden.values);
}

#[test]
fn neighbors_and_clusters_of_classes() {
    let golden = golden().classes;
    let rows = descriptors(&golden.rows);
    let found = nearest(&rows, &rows, rows.len(), &Monitor::silent()).unwrap();
    let neighbors: Vec<Vec<u32>> = found
        .iter()
        .map(|near| near.iter().map(|neighbor| neighbor.row).collect())
        .collect();
    let same_class = SameClass::new(&golden.labels, &neighbors);
    check(metrics::SAME_CLASS_METRICS, &same_class, &golden.values);
    let clustering = Clustering {
        labels: golden.labels,
        clusters: golden.clusters,
    };
    check(metrics::CLUSTER_METRICS, &clustering, &golden.values);
}

#[test]
fn votes_of_the_nearest() {
    let golden = golden().classes;
    let (train, test) = (descriptors(&golden.rows[..40].to_vec()), &golden.rows[40..]);
    let test = descriptors(&test.to_vec());
    let n_neighbors: Vec<usize> = golden.knn.keys().copied().collect();
    let classified = knn::classify(
        (&train, &golden.labels[..40]),
        (&test, &golden.labels[40..]),
        &n_neighbors,
        knn::DINO_TEMPERATURE,
        &Monitor::silent(),
    )
    .unwrap();
    for (classified, expected) in classified.iter().zip(golden.knn.values()) {
        let first: Vec<u32> = classified.ranked.iter().map(|ranked| ranked[0]).collect();
        assert_eq!(&first, expected);
    }
}

#[test]
fn linear_probes() {
    let golden = golden().classes;
    let rows = descriptors(&golden.rows[..59].to_vec());
    let data = Labeled {
        rows: &rows,
        labels: &golden.labels[..59],
        n_classes: 6,
    };
    let schedule = Schedule {
        learning_rate: 0.5,
        decay: Decay::Cosine,
        n_epochs: 12,
        batch: 16,
        seed: None,
    };
    let probe = linear_probe::train(data, &schedule, &Monitor::silent()).unwrap();
    close(&probe.values, &golden.sgd, 1e-5);

    let mut probe = linear_probe::fit(data, 10.0, &Monitor::silent()).unwrap();
    // A number added to all biases changes no probability; the golden ones have the mean 0.
    let n_weights = probe.values.len() - 6;
    let mean = probe.biases().iter().sum::<f32>() / 6.0;
    probe.values[n_weights..]
        .iter_mut()
        .for_each(|bias| *bias -= mean);
    close(&probe.values, &golden.logistic, 5e-3);
    assert!(probe.classify(data).top(1) > 0.8);
}

#[test]
fn post_processing() {
    let mut golden = golden().post;
    let mut rows =
        |name: &str| -> Rows { serde_json::from_value(golden.remove(name).unwrap()).unwrap() };
    let (background, queries) = (rows("background"), rows("queries"));
    let (smoothed, subtracted) = (rows("smoothed"), rows("subtracted"));
    let grams = ["pca-4", "whitened-6", "whitened-3", "dino"].map(&mut rows);
    let mut list =
        |name: &str| -> Vec<f32> { serde_json::from_value(golden.remove(name).unwrap()).unwrap() };
    let biases = [list("sscd-bias"), list("isc-bias")];

    let (background, queries) = (descriptors(&background), descriptors(&queries));
    let monitor = Monitor::silent();
    let methods = [ScoreNormalization::SSCD, ScoreNormalization::ISC_BASELINE];
    for (method, expected) in methods.iter().zip(&biases) {
        let found = method.biases(&queries, &background, &monitor).unwrap();
        close(&found, expected, 1e-6);
    }

    let method = NegativeEmbeddings::ISC21;
    let found = method.smooth(&background, &monitor).unwrap();
    for (row, expected) in smoothed.iter().enumerate() {
        close(found.row(row), expected, 1e-5);
    }
    let found = method.subtract(&queries, &found, &monitor).unwrap();
    for (row, expected) in subtracted.iter().enumerate() {
        close(found.row(row), expected, 1e-5);
    }

    let fits = [
        (Fit::Pca, 4),
        (Fit::Whitened, 6),
        (Fit::Whitened, 3),
        (Fit::Dino, 6),
    ];
    for ((fit, dimensions), expected) in fits.into_iter().zip(grams) {
        let whitening = Whitening::fit(&background, fit, dimensions, &monitor).unwrap();
        let found = whitening.apply(&queries);
        for (a, expected) in expected.iter().enumerate() {
            let product = |b: usize| -> f32 {
                let both = found.row(a).iter().zip(found.row(b));
                both.map(|(a, b)| a * b).sum()
            };
            let products: Vec<f32> = (0..found.len()).map(product).collect();
            close(&products, expected, 2e-5);
        }
    }
}
