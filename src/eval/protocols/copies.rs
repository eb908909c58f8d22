//! DISC21, the data set of the Image Similarity Challenge 2021, and what is laid out like it.
//!
//! Protocol: `facebookresearch/sscd-copy-detection`, DISC evaluation: 10 candidates per query by exact
//! search, all in one ranking; similarities are cosines, for unit vectors the same order as its
//! distances. The challenge itself ranks the 500,000 best pairs of all queries, 10 per query on average
//! (`facebookresearch/isc2021: isc/metrics.py`).

use std::io::BufWriter;
use std::io::Write as _;
use std::path::Path;

use super::ProtocolSpec;
use super::add_metrics;
use super::edits;
use super::options;
use super::options::OptionSpec;
use super::postprocess;
use super::published;
use super::session::Described;
use super::session::Session;
use super::session::Wanted;
use crate::data::Filter;
use crate::data::datasets::Dataset;
use crate::data::datasets::Role;
use crate::data::datasets::Split;
use crate::data::datasets::Truth;
use crate::data::datasets::canonical_id;
use crate::eval::EvalError;
use crate::eval::ScoreNormalization;
use crate::eval::metrics;
use crate::eval::metrics::METRICS;
use crate::eval::metrics::Prediction;
use crate::eval::metrics::Ranking;
use crate::eval::nearest;
use crate::eval::nearest_pairs;
use crate::eval::report::Evidence;
use crate::eval::report::Findings;
use crate::eval::report::Side;
use crate::eval::report::curve;
use crate::eval::submission;
use crate::persist;

const FIGURES: &[&str] = &[
    "micro-ap",
    "recall-at-p90",
    "recall-at-1",
    "recall-at-10",
    "mean-ap",
];
/// Below the first id of the second half of the development queries.
const SUBSET_1_LIMIT: u32 = 25_000;

const OPTIONS: &[OptionSpec] = &[
    options::input("model"),
    options::choice(
        "queries",
        "Queries",
        "Which set of queries, where there are two.",
        "dev",
        &[("dev", "Development"), ("phase-2", "Phase 2")],
    ),
    options::whole(
        "candidates",
        "Candidates",
        "How many results of each query are ranked.",
        [10.0, 1.0, 1000.0],
    ),
    options::on_or_off(
        "global-ranking",
        "Best pairs of all queries",
        "Rank the best pairs over all queries, as many as there would be candidates, as the challenge \
         does: 500,000 for 50,000 queries.",
        false,
    ),
    options::on_or_off(
        "score-normalization",
        "Score normalization",
        "Also report with what each query has in common with background pictures subtracted.",
        true,
    ),
    options::number(
        "beta",
        "Weight of the background",
        "How much of it is subtracted; 1 in SSCD, 2 in the baselines of the challenge.",
        [1.0, 0.0, 5.0],
    ),
    options::whole(
        "first-neighbor",
        "First background neighbor",
        "The nearest that counts; 1 in SSCD, 10 in the baselines of the challenge.",
        [1.0, 1.0, 1000.0],
    ),
    options::whole(
        "last-neighbor",
        "Last background neighbor",
        "3 in SSCD, 10 in the baselines of the challenge.",
        [3.0, 1.0, 1000.0],
    ),
    postprocess::WHITENING,
    postprocess::DIMENSIONS,
    postprocess::NEGATIVES,
    options::on_or_off(
        "subset-1",
        "Pairs only",
        "Only true pairs of the first 25,000 queries and nothing else: the cheap subset_1 of the \
         challenge.",
        false,
    ),
];

const SSCD_PAPER: &str = "SSCD, arXiv 2202.10261, table 2; 50,000 queries, 1 million references";
const RDCD_README: &str = "RDCD's README; 50,000 queries, 1 million references";
const COPY_NCE: &str = "CopyNCE, table 1; 25,000 queries, 1 million references";
const ISC_DOCS: &str = "isc2021: docs; 50,000 queries, 1 million references";

pub(super) const DISC21: ProtocolSpec = ProtocolSpec {
    id: "disc21",
    label: "DISC21, copies among a million",
    help: "Edited copies are looked for among originals, half of the queries having none. One ranking \
           of all claims says how well copies are told from everything else.",
    layouts: &["disc21"],
    options: OPTIONS,
    published: &[
        published("micro-ap", "SSCD ResNet-50, mixup", 0.615, SSCD_PAPER),
        published("micro-ap-sn", "SSCD ResNet-50, mixup", 0.725, SSCD_PAPER),
        published("micro-ap", "SSCD ResNeXt-101", 0.637, SSCD_PAPER),
        published("micro-ap-sn", "SSCD ResNeXt-101", 0.753, SSCD_PAPER),
        published("micro-ap", "DINO ViT-B/16", 0.322, SSCD_PAPER),
        published("micro-ap-sn", "DINO ViT-B/16", 0.538, SSCD_PAPER),
        published(
            "recall-at-p90-sn",
            "SSCD ResNet-50, whitened",
            0.6308,
            "SSCD's docs/Evaluation.md",
        ),
        published(
            "micro-ap-sn",
            "RDCD EfficientNet-B0, 256",
            0.657,
            RDCD_README,
        ),
        published("micro-ap-sn", "RDCD FastViT-T12, 256", 0.674, RDCD_README),
        published("micro-ap", "CopyNCE ViT-S/16, 512", 0.705, COPY_NCE),
        published("recall-at-p90", "CopyNCE ViT-S/16, 512", 0.636, COPY_NCE),
        published("micro-ap", "GIST, 256", 0.156, ISC_DOCS),
        published("micro-ap-sn", "Multigrain, 1500", 0.364, ISC_DOCS),
    ],
    run,
};

pub(super) const NDEC: ProtocolSpec = ProtocolSpec {
    id: "ndec",
    label: "NDEC, copies beside look-alikes",
    help: "As DISC21, with queries that look much like an original without being its copy.",
    layouts: &["ndec"],
    options: OPTIONS,
    published: &[
        published(
            "micro-ap",
            "CopyNCE ViT-B and ViT-S, matcher",
            0.725,
            "CopyNCE's poster",
        ),
        published("micro-ap", "Strong ASL, matcher", 0.641, "CopyNCE's poster"),
    ],
    run,
};

fn run(session: &mut Session<'_>) -> Result<(), EvalError> {
    let subset = if session.options.is_on("subset-1") {
        session.data.pairs_only(SUBSET_1_LIMIT)
    } else {
        None
    };
    // Pictures of a subset are files of the same data set.
    let data = subset.as_ref().unwrap_or(session.data);
    let queries = chosen_queries(session, data)?;
    let Truth::Pairs(pairs) = &queries.truth else {
        return Err(missing(session, "true pairs"));
    };
    let references = data.split(Role::References);
    let references = references.ok_or_else(|| missing(session, "references"))?;
    let input = session.options.input(Filter::Bilinear);
    let mut query_rows =
        session.describe(&Wanted::new(&queries.entries, input, "Describing queries"))?;
    let mut reference_rows = session.describe(&Wanted::new(
        &references.entries,
        input,
        "Describing originals",
    ))?;
    let mut background = match data.split(Role::Background) {
        Some(split) if needs_background(session) => {
            session.describe(&Wanted::new(&split.entries, input, "Describing background"))?
        }
        _ => Described::default(),
    };
    let lists = &mut [&mut query_rows, &mut reference_rows];
    postprocess::apply(session, &mut background, lists)?;

    let ranking = |biases: &[f32]| rank(session, &query_rows, &reference_rows, pairs, biases);
    let plain = ranking(&[])?;
    let normalized = if background.rows.is_empty() || !session.options.is_on("score-normalization")
    {
        None
    } else {
        let biases =
            normalization(session).biases(&query_rows.rows, &background.rows, session.monitor)?;
        Some(ranking(&biases)?)
    };
    let query_path = |id: u32| data.shown(&queries.entries, id as usize);
    let reference_path = |id: u32| data.shown(&references.entries, id as usize);
    let mut findings = std::mem::take(&mut session.findings);
    add_figures(&mut findings, &plain, normalized.as_ref());
    let evidence = Evidence {
        ranking: &plain,
        queries: Side {
            path: &query_path,
            row: &|id| query_rows.row_of(id),
        },
        references: Side {
            path: &reference_path,
            row: &|id| reference_rows.row_of(id),
        },
    };
    evidence.add_to(&mut findings);
    findings.per_edit = edits::recall_per_edit(data, edits::OF_QUERIES, queries, &plain)?;
    if background.rows.is_empty() && session.options.is_on("score-normalization") {
        findings.note("There are no background pictures, so nothing is score-normalized.");
    }
    session.findings = findings;
    if let Some(folder) = session.submission {
        session.monitor.check()?; // Last exit: files are written now.
        let best = normalized.as_ref().unwrap_or(&plain);
        let ids = |split: &Split| -> Vec<String> {
            let names = split.entries.names.iter();
            let name = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
            names.map(|full| challenge_id(&name(full))).collect()
        };
        let sides = [(queries, &query_rows), (references, &reference_rows)];
        write_submission(folder, best, sides.map(|(split, rows)| (ids(split), rows)))?;
    }
    Ok(())
}

fn missing(session: &Session<'_>, what: &'static str) -> EvalError {
    EvalError::MissingPart {
        what,
        path: session.data.path(),
    }
}

/// The set of queries that was asked for, or the only one there is.
fn chosen_queries<'a>(session: &Session<'_>, data: &'a Dataset) -> Result<&'a Split, EvalError> {
    let named = data.split_named(Role::Queries, session.options.text("queries"));
    let queries = named.or_else(|| data.split(Role::Queries));
    queries.ok_or_else(|| missing(session, "queries"))
}

fn needs_background(session: &Session<'_>) -> bool {
    let options = &session.options;
    options.is_on("score-normalization")
        || options.is_on("negatives")
        || options.text("whitening") != "none"
}

fn normalization(session: &Session<'_>) -> ScoreNormalization {
    let first = session.options.whole("first-neighbor");
    ScoreNormalization {
        beta: session.options.number("beta") as f32,
        first,
        last: session.options.whole("last-neighbor").max(first),
    }
}

/// The candidates of all queries; `biases` are subtracted, one for each row of the queries.
fn rank(
    session: &Session<'_>,
    queries: &Described,
    references: &Described,
    pairs: &[(u32, u32)],
    biases: &[f32],
) -> Result<Ranking, EvalError> {
    let candidates = session.options.whole("candidates");
    let (from, to) = (&queries.rows, &references.rows);
    let bias = |row: usize| biases.get(row).copied().unwrap_or(0.0);
    let predictions = if session.options.is_on("global-ranking") {
        let n_pairs = candidates * queries.ids.len();
        let mut found = nearest_pairs(from, to, n_pairs, biases, session.monitor)?;
        for prediction in &mut found {
            prediction.query = queries.ids[prediction.query as usize];
            prediction.reference = references.ids[prediction.reference as usize];
        }
        found
    } else {
        let found = nearest(from, to, candidates, session.monitor)?;
        let rows = found.iter().enumerate();
        let predictions = rows.flat_map(|(row, found)| {
            found.iter().map(move |neighbor| Prediction {
                query: queries.ids[row],
                reference: references.ids[neighbor.row as usize],
                similarity: neighbor.similarity - bias(row),
            })
        });
        predictions.collect()
    };
    Ranking::new(predictions, pairs.iter().copied().collect())
}

fn add_figures(findings: &mut Findings, plain: &Ranking, normalized: Option<&Ranking>) {
    add_metrics(findings, METRICS, FIGURES, plain);
    findings.curves.push(curve("As they are", plain));
    let threshold = "The lowest similarity that counts as a copy, for nine right claims of ten.";
    if let Some(point) = metrics::operating_point_at_p90(plain) {
        let value = f64::from(point.threshold);
        findings.figure(
            "threshold-at-p90",
            "Threshold at 90 % precision",
            threshold,
            value,
        );
    }
    let Some(normalized) = normalized else {
        return;
    };
    let with = "With score normalization: what a query has in common with background pictures is \
                subtracted.";
    for (id, label, plain_id) in [
        (
            "micro-ap-sn",
            "Micro average precision, normalized",
            "micro-ap",
        ),
        (
            "recall-at-p90-sn",
            "Recall at 90 % precision, normalized",
            "recall-at-p90",
        ),
    ] {
        let value = metrics::value(plain_id, normalized).unwrap_or_default();
        findings.figure(id, label, with, f64::from(value));
    }
    findings.curves.push(curve("Score-normalized", normalized));
}

/// `Q00042` and `R000042`, as the challenge writes them.
fn challenge_id(name: &str) -> String {
    let id = canonical_id(name);
    let number = id.strip_prefix('Q').and_then(|n| n.parse::<u32>().ok());
    number.map_or(id, |number| format!("Q{number:05}"))
}

/// `predictions.csv` and `descriptors.h5`, each written whole or not at all.
fn write_submission(
    folder: &Path,
    ranking: &Ranking,
    [queries, references]: [(Vec<String>, &Described); 2],
) -> Result<(), EvalError> {
    let predictions: Vec<Prediction> = ranking.judged().map(|(found, _)| *found).collect();
    persist::save_with(&folder.join("predictions.csv"), |file| {
        let mut file = BufWriter::new(file);
        submission::write_csv(&mut file, &predictions, &queries.0, &references.0)?;
        file.flush()
    })?;
    // Rows of pictures that could not be read are not there, so their ids are not either.
    let present = |(ids, described): &(Vec<String>, &Described)| -> Vec<String> {
        let ids = described.ids.iter().map(|id| ids[*id as usize].clone());
        ids.collect()
    };
    let (query_ids, reference_ids) = (present(&queries), present(&references));
    persist::save_with(&folder.join("descriptors.h5"), |file| {
        let mut file = BufWriter::new(file);
        submission::write_hdf5(
            &mut file,
            (&queries.1.rows, &query_ids),
            (&references.1.rows, &reference_ids),
        )?;
        file.flush()
    })?;
    Ok(())
}
