//! k-NN and linear probe: how well classes can be told from frozen descriptors.
//!
//! DINO (eval_knn.py, eval_linear.py) and SEED (main_lincls.py). Input: the shorter side 8/7 of the
//! network's, bicubic, its middle cut out (256 and 224). Deviations: the sources show a linear probe new
//! random crops in each epoch and report the best epoch on the pictures measured; here descriptors are
//! computed once and the last epoch counts. Descriptors have length 1 as they are deployed; DINO's
//! linear probe reads the class tokens of its last blocks as they are.

use super::ProtocolSpec;
use super::add_metrics;
use super::options;
use super::options::OptionSpec;
use super::published;
use super::session::Described;
use super::session::Session;
use super::session::Wanted;
use crate::data::Filter;
use crate::data::datasets::Role;
use crate::data::datasets::Split;
use crate::eval::Descriptors;
use crate::eval::EvalError;
use crate::eval::knn;
use crate::eval::linear_probe;
use crate::eval::linear_probe::Labeled;
use crate::eval::linear_probe::Schedule;
use crate::eval::metrics::CLASS_METRICS;
use crate::eval::metrics::Classified;

/// Every so many pictures of a class are held out where a data set holds none out itself.
const HELD_OUT_EVERY: usize = 5;

const LAYOUTS: &[&str] = &[
    "cifar10-python",
    "cifar10-binary",
    "tiny-imagenet",
    "imagenet-tsv",
    "imagenet-100",
    "imagenet",
    "split-class-folders",
    "class-folders",
];

const DINO_README: &str = "DINO's README, ImageNet-1k";
const DINO_V2_README: &str = "DINOv2's README, ImageNet-1k";

pub(super) const KNN: ProtocolSpec = ProtocolSpec {
    id: "knn",
    label: "k-NN, classes by the nearest pictures",
    help: "Each picture gets the class of the training pictures most like it.",
    layouts: LAYOUTS,
    options: &[
        options::input("crop"),
        options::whole(
            "k",
            "Neighbors",
            "How many training pictures vote. 20 is usual; 10, 100 and 200 are reported too.",
            [20.0, 1.0, 1000.0],
        ),
        options::number(
            "temperature",
            "Temperature",
            "A vote weighs exp(similarity / temperature).",
            [knn::DINO_TEMPERATURE, 0.001, 10.0],
        ),
        MAX_TRAIN,
    ],
    published: &[
        published("top-1", "DINO ViT-S/16", 0.745, DINO_README),
        published("top-1", "DINO ViT-B/16", 0.761, DINO_README),
        published("top-1", "DINO ResNet-50", 0.675, DINO_README),
        published("top-1", "DINOv2 ViT-S/14", 0.790, DINO_V2_README),
        published("top-1", "DINOv2 ViT-g/14", 0.835, DINO_V2_README),
    ],
    run: run_knn,
};

pub(super) const LINEAR: ProtocolSpec = ProtocolSpec {
    id: "linear",
    label: "Linear probe, classes by one layer",
    help: "One linear layer is fitted to the descriptors of the training pictures.",
    layouts: LAYOUTS,
    options: &[
        options::input("crop"),
        options::choice(
            "solver",
            "Fitted by",
            "L-BFGS goes to the optimum in seconds; the schedules are those of the sources, 100 epochs.",
            "l-bfgs",
            &[
                ("l-bfgs", "L-BFGS"),
                ("dino", "DINO's schedule"),
                ("seed", "SEED's schedule"),
            ],
        ),
        options::number(
            "c",
            "Trust in the data",
            "For L-BFGS: a larger one regularizes less (scikit-learn's C).",
            [1.0, 1e-6, 1e6],
        ),
        MAX_TRAIN,
    ],
    published: &[
        published("top-1", "DINO ViT-S/16", 0.770, DINO_README),
        published("top-1", "DINO ViT-B/16", 0.782, DINO_README),
        published("top-1", "DINO ResNet-50", 0.753, DINO_README),
        published("top-1", "DINOv2 ViT-S/14", 0.811, DINO_V2_README),
        published(
            "top-1",
            "SEED EfficientNet-B0, teacher ResNet-50 x2",
            0.676,
            "SEED's README, ImageNet-1k",
        ),
        published(
            "top-1",
            "SEED MobileNetV3-L, teacher ResNet-50 x2",
            0.682,
            "SEED's README, ImageNet-1k",
        ),
    ],
    run: run_linear,
};

const MAX_TRAIN: OptionSpec = options::whole(
    "max-train",
    "Training pictures at most",
    "Takes so many, evenly spread over the list; 0 takes all.",
    [0.0, 0.0, 2_000_000.0],
);

/// Descriptors with classes.
struct Part {
    rows: Descriptors,
    labels: Vec<u32>,
}

impl Part {
    fn new(described: &Described, labels: &[u32], keep: impl Fn(usize) -> bool) -> Self {
        let mut part = Self {
            rows: Descriptors::new(described.rows.dimensions()),
            labels: Vec::new(),
        };
        for (row, id) in described.ids.iter().enumerate() {
            if keep(*id as usize) {
                part.rows.push(described.rows.row(row));
                part.labels.push(labels[*id as usize]);
            }
        }
        part
    }
}

/// Training pictures and pictures to measure on.
fn parts(session: &mut Session<'_>) -> Result<(Part, Part), EvalError> {
    let data = session.data;
    let missing = |what| EvalError::MissingPart {
        what,
        path: data.path(),
    };
    let labeled = |split: &&Split| !split.entries.labels.is_empty();
    let train = data.split(Role::Train).filter(labeled);
    let train = train.ok_or_else(|| missing("training pictures with classes"))?;
    let held_out = data.split(Role::HeldOut).filter(labeled);
    let input = session.options.input(Filter::Bicubic);
    let most = session.options.whole("max-train");
    let step = if most == 0 {
        1
    } else {
        train.entries.len().div_ceil(most).max(1)
    };
    let wanted = Wanted::new(&train.entries, input, "Describing training pictures");
    let labels = &train.entries.labels;
    let described = session.describe(&wanted)?;
    let Some(held_out) = held_out else {
        let places = places_in_class(labels);
        let is_held_out = |id: usize| places[id] % HELD_OUT_EVERY == HELD_OUT_EVERY - 1;
        session
            .findings
            .note("No pictures are held out here, so every fifth picture of each class was.");
        let train = Part::new(&described, labels, |id| !is_held_out(id) && id % step == 0);
        return Ok((train, Part::new(&described, labels, is_held_out)));
    };
    let train = Part::new(&described, labels, |id| id % step == 0);
    let wanted = Wanted::new(
        &held_out.entries,
        input,
        "Describing pictures to measure on",
    );
    let described = session.describe(&wanted)?;
    Ok((
        train,
        Part::new(&described, &held_out.entries.labels, |_| true),
    ))
}

/// The how-manyth of its class each picture is.
fn places_in_class(labels: &[u32]) -> Vec<usize> {
    let n_classes = labels.iter().max().map_or(0, |last| *last as usize + 1);
    let mut seen = vec![0; n_classes];
    let place = |label: &u32| {
        let place = seen[*label as usize];
        seen[*label as usize] += 1;
        place
    };
    labels.iter().map(place).collect()
}

fn run_knn(session: &mut Session<'_>) -> Result<(), EvalError> {
    let (train, test) = parts(session)?;
    let k = session.options.whole("k");
    let mut all = vec![k];
    all.extend(knn::DINO_NEIGHBORS.into_iter().filter(|n| *n != k));
    let temperature = session.options.number("temperature");
    let classified = knn::classify(
        (&train.rows, &train.labels),
        (&test.rows, &test.labels),
        &all,
        temperature,
        session.monitor,
    )?;
    add_metrics(
        &mut session.findings,
        CLASS_METRICS,
        &["top-1", "top-5"],
        &classified[0],
    );
    for (k, classified) in all.iter().zip(&classified).skip(1) {
        let (id, label) = (format!("top-1-k{k}"), format!("Right class, k = {k}"));
        let help = "The share of pictures whose class was said.";
        let value = f64::from(classified.top(1));
        session.findings.figure(&id, &label, help, value);
    }
    Ok(())
}

fn run_linear(session: &mut Session<'_>) -> Result<(), EvalError> {
    let (train, test) = parts(session)?;
    let n_classes = session.data.classes.len();
    let data = Labeled {
        rows: &train.rows,
        labels: &train.labels,
        n_classes,
    };
    let probe = match session.options.text("solver") {
        "dino" => linear_probe::train(data, &Schedule::DINO, session.monitor)?,
        "seed" => linear_probe::train(data, &Schedule::SEED, session.monitor)?,
        _ => linear_probe::fit(data, session.options.number("c") as f32, session.monitor)?,
    };
    let classify = |part: &Part| -> Classified {
        probe.classify(Labeled {
            rows: &part.rows,
            labels: &part.labels,
            n_classes,
        })
    };
    add_metrics(
        &mut session.findings,
        CLASS_METRICS,
        &["top-1", "top-5"],
        &classify(&test),
    );
    let fitted = f64::from(classify(&train).top(1));
    session.findings.figure(
        "top-1-train",
        "Right class, training pictures",
        "On the pictures it was fitted to: far above the others means it learned them by heart.",
        fitted,
    );
    session.findings.note(
        "Descriptors were computed once, without random crops, so figures are lower than in the papers.",
    );
    Ok(())
}
