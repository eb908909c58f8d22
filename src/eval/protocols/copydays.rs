//! Copydays (INRIA 2008): originals among other pictures, found from copies in up to 20 blocks.
//!
//! Both sources are rows of options. DINO (eval_copy_detection.py): the first 20 results, mean average
//! precision by trapezoids of each block, the one of `strong` being quoted; 320 x 320 bicubic, class token
//! and mean of patches, whitened around zero. SSCD (sscd/datasets/copydays.py): the first 100 results,
//! the same figure for `strong`, and all results of all blocks in one list, the originals being queries
//! too ("macro AP" there). Deviation: equal similarities count wrong results first.

use std::path::PathBuf;

use super::ProtocolSpec;
use super::add_metrics;
use super::edits;
use super::options;
use super::postprocess;
use super::published;
use super::session::Described;
use super::session::Session;
use super::session::Wanted;
use crate::data::Filter;
use crate::data::datasets::Role;
use crate::data::datasets::Split;
use crate::data::datasets::Truth;
use crate::eval::EvalError;
use crate::eval::Form;
use crate::eval::Input;
use crate::eval::metrics;
use crate::eval::metrics::METRICS;
use crate::eval::metrics::Prediction;
use crate::eval::metrics::Ranking;
use crate::eval::nearest;
use crate::eval::report::EditShare;
use crate::eval::report::Evidence;
use crate::eval::report::Side;
use crate::eval::report::curve;

const STRONG: &str = "strong";
const ORIGINALS: &str = "original";
const MAP: &str = "copydays-map";
const MAP_HELP: &str = "Mean average precision by trapezoids over the queries of this block.";

const DINO_PAPER: &str = "DINO, arXiv 2104.14294, table 4; 10,000 distractors";
const SSCD_PAPER: &str = "SSCD, arXiv 2202.10261, tables 3 and 9; 10,000 distractors";
const SSCD_DOCS: &str = "SSCD's docs/Evaluation.md; 10,000 distractors";

pub(super) const SPEC: ProtocolSpec = ProtocolSpec {
    id: "copydays",
    label: "Copydays, holiday photos",
    help: "The original of each copy is looked for among the originals and other pictures; strong \
           edits, crops and JPEG compression are measured apart.",
    layouts: &["copydays"],
    options: &[
        options::input("model"),
        options::choice(
            "filter",
            "Resizing",
            "Bilinear in SSCD, bicubic in DINO.",
            "bilinear",
            &[("bilinear", "Bilinear"), ("bicubic", "Bicubic")],
        ),
        options::choice(
            "descriptor",
            "Descriptor",
            "That of the model, or the class token and the mean of patches of a transformer, as in \
             DINO's script.",
            "model",
            &[
                ("model", "Of the model"),
                ("token-gem", "Token and patches"),
            ],
        ),
        options::whole(
            "candidates",
            "Candidates",
            "How many results of each query count; 20 in DINO, 100 in SSCD.",
            [20.0, 1.0, 1000.0],
        ),
        options::on_or_off(
            "distractors",
            "Distractors",
            "Search among the other pictures too, where they are there.",
            true,
        ),
        postprocess::WHITENING,
        postprocess::DIMENSIONS,
    ],
    published: &[
        published(
            "strong-map",
            "DINO ViT-B/8, 320, whitened",
            0.855,
            DINO_PAPER,
        ),
        published(
            "strong-map",
            "DINO ViT-B/16, 224, whitened",
            0.817,
            DINO_PAPER,
        ),
        published("strong-map", "Multigrain, long side 800", 0.825, DINO_PAPER),
        published(
            "strong-map",
            "SSCD ResNet-50, 320, whitened",
            0.874,
            SSCD_PAPER,
        ),
        published(
            "copydays-micro-ap",
            "SSCD ResNet-50, 320, whitened",
            0.983,
            SSCD_PAPER,
        ),
        published(
            "strong-map",
            "SSCD ResNet-50, short side 288, whitened",
            0.8658,
            SSCD_DOCS,
        ),
        published(
            "copydays-micro-ap",
            "SSCD ResNet-50, short side 288, whitened",
            0.9824,
            SSCD_DOCS,
        ),
        published(
            "strong-map",
            "SSCD ResNet-50, short side 288, centered",
            0.8843,
            SSCD_DOCS,
        ),
        published(
            "strong-map",
            "SSCD ResNeXt-101, long side 800",
            0.936,
            SSCD_PAPER,
        ),
    ],
    run,
};

/// A block of queries; its pictures are numbered from `first` on among those of all blocks.
struct Block<'a> {
    split: &'a Split,
    first: u32,
    described: Described,
}

fn run(session: &mut Session<'_>) -> Result<(), EvalError> {
    let data = session.data;
    let filter = match session.options.text("filter") {
        "bicubic" => Filter::Bicubic,
        _ => Filter::Bilinear,
    };
    let form = match session.options.text("descriptor") {
        "token-gem" => Form::TokenAndPatches,
        _ => Form::Deployed,
    };
    if !session.source.has(form) {
        return Err(EvalError::NoToken);
    }
    let input = Input {
        filter,
        ..session.options.input(filter)
    };
    let how = (input, form);
    let originals = data
        .split(Role::References)
        .ok_or_else(|| missing(session))?;
    let mut database = session.describe(&wanted(how, originals, "Describing originals"))?;
    let distractors = data
        .split(Role::Distractors)
        .filter(|_| session.options.is_on("distractors"));
    if let Some(split) = distractors {
        let described = session.describe(&wanted(how, split, "Describing distractors"))?;
        database.append(&described, originals.entries.len());
    }
    let mut background = match data.split(Role::Whitening) {
        Some(split) if session.options.text("whitening") != "none" => {
            session.describe(&wanted(how, split, "Describing pictures for the whitening"))?
        }
        _ => Described::default(),
    };
    let mut blocks = Vec::new();
    let mut first = 0;
    for split in data
        .splits
        .iter()
        .filter(|split| split.role == Role::Queries)
    {
        let described = session.describe(&wanted(how, split, "Describing copies"))?;
        blocks.push(Block {
            split,
            first,
            described,
        });
        first += split.entries.len() as u32;
    }
    let mut lists: Vec<&mut Described> = vec![&mut database];
    lists.extend(blocks.iter_mut().map(|block| &mut block.described));
    postprocess::apply(session, &mut background, &mut lists)?;

    let path = |id: u32| -> PathBuf {
        let n_originals = originals.entries.len();
        match (id as usize).checked_sub(n_originals) {
            None => data.shown(&originals.entries, id as usize),
            Some(idx) => distractors.map_or_else(PathBuf::new, |d| data.shown(&d.entries, idx)),
        }
    };
    add_findings(session, &blocks, &database, &path)
}

fn wanted<'a>((input, form): (Input, Form), split: &'a Split, stage: &'static str) -> Wanted<'a> {
    Wanted {
        form,
        ..Wanted::new(&split.entries, input, stage)
    }
}

fn missing(session: &Session<'_>) -> EvalError {
    EvalError::MissingPart {
        what: "originals",
        path: session.data.path(),
    }
}

/// Figures of each block, then of all of them.
fn add_findings(
    session: &mut Session<'_>,
    blocks: &[Block<'_>],
    database: &Described,
    database_path: &dyn Fn(u32) -> PathBuf,
) -> Result<(), EvalError> {
    let data = session.data;
    let mut by_block = Vec::new();
    let (mut predictions, mut truth) = (Vec::new(), Vec::new());
    for block in blocks {
        let ranking = rank(session, block, database)?;
        predictions.extend(ranking.judged().map(|(found, _)| Prediction {
            query: found.query + block.first,
            ..*found
        }));
        let pairs = ranking.truth().iter();
        truth.extend(pairs.map(|(query, original)| (query + block.first, *original)));
        by_block.push((block.split, ranking));
    }
    let all = Ranking::new(predictions, truth.into_iter().collect())?;
    let block_of = |id: u32| {
        let idx = blocks.partition_point(|block| block.first <= id);
        &blocks[idx.saturating_sub(1)]
    };
    let query_path = |id: u32| {
        let block = block_of(id);
        session
            .data
            .shown(&block.split.entries, (id - block.first) as usize)
    };
    let evidence = Evidence {
        ranking: &all,
        queries: Side {
            path: &query_path,
            row: &|id| {
                let block = block_of(id);
                block.described.row_of(id - block.first)
            },
        },
        references: Side {
            path: database_path,
            row: &|id| database.row_of(id),
        },
    };
    let mut findings = std::mem::take(&mut session.findings);
    let map = |ranking: &Ranking| f64::from(metrics::value(MAP, ranking).unwrap_or_default());
    if let Some((split, strong)) = by_block.iter().find(|(split, _)| split.name == STRONG) {
        findings.figure("strong-map", "Strong edits, mAP", MAP_HELP, map(strong));
        findings.curves.push(curve("Strong edits", strong));
        findings.per_edit = edits::recall_per_edit(data, edits::OF_STRONG, split, strong)?;
    }
    add_metrics(&mut findings, METRICS, &["copydays-micro-ap"], &all);
    for (folder, id, label) in [
        ("jpegqual/", "jpeg-map", "JPEG compression, mean mAP"),
        ("crops/", "crops-map", "Crops, mean mAP"),
    ] {
        let of_folder = by_block
            .iter()
            .filter(|(split, _)| split.name.starts_with(folder));
        let figures: Vec<f64> = of_folder.map(|(_, ranking)| map(ranking)).collect();
        if !figures.is_empty() {
            let mean = figures.iter().sum::<f64>() / figures.len() as f64;
            findings.figure(id, label, "The mean over the strengths.", mean);
        }
    }
    for (split, ranking) in by_block.iter().filter(|(split, _)| split.name != ORIGINALS) {
        let id = format!("map-{}", split.name.replace('/', "-"));
        findings.figure(&id, &format!("mAP, {}", split.name), MAP_HELP, map(ranking));
        let found = metrics::value("recall-at-1", ranking).unwrap_or_default();
        findings.per_edit.push(EditShare {
            name: split.name.clone(),
            found,
            n_copies: ranking.n_pairs() as u32,
        });
    }
    findings.curves.push(curve("All blocks", &all));
    evidence.add_to(&mut findings);
    if blocks.iter().all(|block| !block.split.name.contains('/')) {
        findings.note(
            "Only the strong edits are there, so micro average precision is not that of the papers.",
        );
    }
    session.findings = findings;
    Ok(())
}

fn rank(
    session: &Session<'_>,
    block: &Block<'_>,
    database: &Described,
) -> Result<Ranking, EvalError> {
    let candidates = session.options.whole("candidates");
    let rows = &block.described.rows;
    let found = nearest(rows, &database.rows, candidates, session.monitor)?;
    let truth = match &block.split.truth {
        Truth::Pairs(pairs) => pairs.iter().copied().collect(),
        Truth::None | Truth::Graded(_) => std::collections::BTreeSet::new(),
    };
    Ranking::from_neighbors(&found, &block.described.ids, &database.ids, truth)
}
