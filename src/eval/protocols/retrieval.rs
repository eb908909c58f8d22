//! Retrieval of buildings on revisited Oxford and Paris.
//!
//! Exact full rankings (arXiv 1803.11285; `filipradenovic/revisitop: python/example_evaluate.py`). Sizes
//! as in DINO (eval_image_retrieval.py): the longer side at most the given one, Lanczos, never enlarged;
//! several scales: 1, 1/sqrt 2, 1/2, bilinear, summed, then length 1. Deviations: DINO sums raw features,
//! here each scale has length 1 before; DINO does not cut queries to their boxes and its README figures
//! are without (`query-boxes=off`), the benchmark asks for it.

use super::ProtocolSpec;
use super::add_metrics;
use super::options;
use super::published;
use super::session::Described;
use super::session::Session;
use super::session::Wanted;
use crate::data::Filter;
use crate::data::datasets::Role;
use crate::data::datasets::Truth;
use crate::eval::EvalError;
use crate::eval::Input;
use crate::eval::metrics::GRADED_METRICS;
use crate::eval::metrics::Graded;
use crate::eval::nearest;

const FIGURES: &[&str] = &[
    "map-medium",
    "map-hard",
    "map-easy",
    "mp-at-1-medium",
    "mp-at-5-medium",
    "mp-at-10-medium",
    "mp-at-1-hard",
    "mp-at-5-hard",
    "mp-at-10-hard",
    "mp-at-1-easy",
    "mp-at-5-easy",
    "mp-at-10-easy",
];

const ROP: &str = "revisitop's README";

pub(super) const SPEC: ProtocolSpec = ProtocolSpec {
    id: "retrieval",
    label: "Retrieval of buildings",
    help: "Photos of the same building are looked for, in three difficulties.",
    layouts: &["revisited-oxford", "revisited-paris"],
    options: &[
        options::input("within:1024"),
        options::on_or_off(
            "query-boxes",
            "Cut queries to their boxes",
            "As the benchmark asks for; DINO's script does not.",
            true,
        ),
        options::on_or_off(
            "multi-scale",
            "Several scales",
            "The sum of descriptors at scales 1, 0.71 and 0.5.",
            false,
        ),
        options::on_or_off(
            "distractors",
            "Distractors",
            "Search among the million other pictures too, where they are there.",
            false,
        ),
    ],
    published: &[
        published("map-medium", "ResNet-101 GeM, Oxford", 0.6467, ROP),
        published("map-hard", "ResNet-101 GeM, Oxford", 0.3847, ROP),
        published("map-easy", "ResNet-101 GeM, Oxford", 0.8481, ROP),
        published("map-medium", "ResNet-101 GeM, Paris", 0.7720, ROP),
        published("map-hard", "ResNet-101 GeM, Paris", 0.5632, ROP),
        published("map-easy", "ResNet-101 GeM, Paris", 0.9212, ROP),
        published("map-medium", "HOW and ASMK, Oxford", 0.794, "ASMK's README"),
        published(
            "map-hard",
            "DINOv2 ViT-L/14, Oxford",
            0.540,
            "DINOv2's README",
        ),
    ],
    run,
};

fn run(session: &mut Session<'_>) -> Result<(), EvalError> {
    let data = session.data;
    let missing = |what| EvalError::MissingPart {
        what,
        path: data.path(),
    };
    let queries = data
        .split(Role::Queries)
        .ok_or_else(|| missing("queries"))?;
    let references = data
        .split(Role::References)
        .ok_or_else(|| missing("references"))?;
    let Truth::Graded(truth) = &queries.truth else {
        return Err(missing("graded queries"));
    };
    let boxes: Vec<Option<[f32; 4]>> = if session.options.is_on("query-boxes") {
        truth.iter().map(|query| query.bounds_px).collect()
    } else {
        Vec::new()
    };
    let input = session.options.input(Filter::Lanczos);
    let wanted = Wanted {
        boxes: &boxes,
        ..Wanted::new(&queries.entries, input, "Describing queries")
    };
    let query_rows = scales(session, &wanted)?;
    let wanted = Wanted::new(&references.entries, input, "Describing the database");
    let mut database = scales(session, &wanted)?;
    if session.options.is_on("distractors") {
        let split = data
            .split(Role::Distractors)
            .ok_or_else(|| missing("distractors"))?;
        let wanted = Wanted::new(&split.entries, input, "Describing distractors");
        let described = scales(session, &wanted)?;
        database.append(&described, references.entries.len());
    }
    let found = nearest(
        &query_rows.rows,
        &database.rows,
        database.ids.len(),
        session.monitor,
    )?;
    let mut graded = Graded {
        rankings: vec![Vec::new(); truth.len()],
        truth: truth.clone(),
    };
    for (row, found) in found.iter().enumerate() {
        let ranking = found.iter().map(|near| database.ids[near.row as usize]);
        graded.rankings[query_rows.ids[row] as usize] = ranking.collect();
    }
    add_metrics(&mut session.findings, GRADED_METRICS, FIGURES, &graded);
    Ok(())
}

/// Descriptors at one scale or summed over several, of length 1.
fn scales(session: &mut Session<'_>, wanted: &Wanted<'_>) -> Result<Described, EvalError> {
    let mut sum = session.describe(wanted)?;
    if session.options.is_on("multi-scale") {
        for scale in [std::f64::consts::FRAC_1_SQRT_2, 0.5] {
            let input = Input {
                scale,
                ..wanted.input
            };
            let described = session.describe(&Wanted { input, ..*wanted })?;
            sum.add(&described);
        }
    }
    Ok(sum.normalized())
}
