//! Metric learning: whether pictures of one class lie together, on classes that were never learned.
//!
//! Every picture of the part to measure on is a query, all others are searched (OBD-SD: metrics/*.py;
//! Musgrave et al., arXiv 2003.08505). Two definitions are reported where the source's own differs:
//! MAP@R beside its mAP_c, which counts the query as one to be found; and clusters as many as there are
//! classes to measure on, where the source takes the number of training classes (the same number for CUB
//! and CARS). Input as in its tests: the shorter side 256, the middle 224 x 224.

use super::ProtocolSpec;
use super::add_metrics;
use super::options;
use super::published;
use super::session::Session;
use super::session::Wanted;
use crate::data::Filter;
use crate::data::datasets::Role;
use crate::data::datasets::Split;
use crate::eval::EvalError;
use crate::eval::k_means;
use crate::eval::metrics::CLUSTER_METRICS;
use crate::eval::metrics::Clustering;
use crate::eval::metrics::SAME_CLASS_METRICS;
use crate::eval::metrics::SameClass;
use crate::eval::nearest;

const FIGURES: &[&str] = &[
    "class-recall-at-1",
    "map-at-r",
    "r-precision",
    "class-recall-at-2",
    "class-recall-at-4",
    "class-recall-at-10",
    "map-c-obd",
];

/// Its papers report the first hundred too.
const PRODUCTS: &str = "stanford-online-products";

const S2SD: &str = "S2SD (Roth et al. 2021), ResNet-50";

pub(super) const SPEC: ProtocolSpec = ProtocolSpec {
    id: "metric-learning",
    label: "Metric learning, same class nearby",
    help: "The nearest pictures of each picture should be of its class; clusters found without labels \
           should be the classes.",
    layouts: &[
        "cub-200-2011",
        "cars196",
        "stanford-online-products",
        "cifar10-python",
        "cifar10-binary",
        "tiny-imagenet",
        "imagenet-tsv",
        "imagenet-100",
        "imagenet",
        "split-class-folders",
        "class-folders",
    ],
    options: &[
        options::input("crop"),
        options::on_or_off(
            "clusters",
            "Clusters",
            "Also look for clusters and compare them with the classes. Slow with thousands of classes.",
            true,
        ),
        options::choice(
            "cluster-number",
            "Number of clusters",
            "As many as classes that are measured on, or as training classes, as OBD-SD's code has it.",
            "measured",
            &[
                ("measured", "Classes measured on"),
                ("training", "Training classes"),
            ],
        ),
        options::whole(
            "seed",
            "Seed of the clusters",
            "Where the centers start.",
            [0.0, 0.0, 1e9],
        ),
    ],
    published: &[
        published("class-recall-at-1", "MS with S2SD, 128, CUB", 0.680, S2SD),
        published("class-recall-at-1", "MS with S2SD, 512, CUB", 0.692, S2SD),
        published("nmi", "MS with S2SD, 512, CUB", 0.714, S2SD),
        published("class-recall-at-1", "MS with S2SD, 512, CARS", 0.892, S2SD),
        published("nmi", "MS with S2SD, 512, CARS", 0.740, S2SD),
        published(
            "class-recall-at-1",
            "MS with S2SD, 512, Products",
            0.808,
            S2SD,
        ),
        published("nmi", "MS with S2SD, 512, Products", 0.908, S2SD),
    ],
    run,
};

fn run(session: &mut Session<'_>) -> Result<(), EvalError> {
    let data = session.data;
    let labeled = |split: &&Split| !split.entries.labels.is_empty();
    let held_out = data.split(Role::HeldOut).filter(labeled);
    let train = data.split(Role::Train).filter(labeled);
    let split = held_out.or(train).ok_or_else(|| EvalError::MissingPart {
        what: "pictures with classes",
        path: data.path(),
    })?;
    if held_out.is_none() {
        session
            .findings
            .note("No pictures are held out here, so all of them were measured on.");
    }
    let input = session.options.input(Filter::Bilinear);
    let wanted = Wanted::new(&split.entries, input, "Describing pictures");
    let described = session.describe(&wanted)?;
    let label = |id: &u32| split.entries.labels[*id as usize];
    let labels: Vec<u32> = described.ids.iter().map(label).collect();
    let sizes = sizes(&labels);
    // The largest class has so many others to find, and the query itself is among its own.
    let least = if data.layout == PRODUCTS { 100 } else { 10 };
    let most = sizes.iter().copied().max().unwrap_or(0).max(least) + 1;
    let found = nearest(&described.rows, &described.rows, most, session.monitor)?;
    let rows: Vec<Vec<u32>> = found
        .iter()
        .map(|near| near.iter().map(|neighbor| neighbor.row).collect())
        .collect();
    drop(found);
    let same = SameClass::new(&labels, &rows);
    add_metrics(&mut session.findings, SAME_CLASS_METRICS, FIGURES, &same);
    if data.layout == PRODUCTS {
        let (id, label) = ("class-recall-at-100", "Class among the first 100");
        let help = "The share of pictures with one of their class among the hundred nearest.";
        let value = f64::from(same.recall_at(100));
        session.findings.figure(id, label, help, value);
    }
    if session.options.is_on("clusters") {
        let n_measured = sizes.iter().filter(|size| **size > 0).count();
        let n_train = train.map_or(0, |split| {
            self::sizes(&split.entries.labels)
                .iter()
                .filter(|size| **size > 0)
                .count()
        });
        let k = match session.options.text("cluster-number") {
            "training" if n_train > 0 => n_train,
            _ => n_measured,
        };
        let seed = session.options.whole("seed") as u64;
        let clusters = k_means(&described.rows, k, seed, session.monitor)?;
        let clustering = Clustering { labels, clusters };
        add_metrics(
            &mut session.findings,
            CLUSTER_METRICS,
            &["nmi", "pair-f1"],
            &clustering,
        );
    }
    Ok(())
}

/// How many pictures each class has.
fn sizes(labels: &[u32]) -> Vec<usize> {
    let n_classes = labels.iter().max().map_or(0, |last| *last as usize + 1);
    let mut sizes = vec![0; n_classes];
    for label in labels {
        sizes[*label as usize] += 1;
    }
    sizes
}
