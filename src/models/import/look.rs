//! What a file seems to be, before any number is read and anything is kept.

use std::path::Path;
use std::path::PathBuf;

use crate::models::ModelError;
use crate::models::catalog;
use crate::models::catalog::PublishedModel;
use crate::models::model_file::ModelCard;
use crate::weights::TensorIndex;

use super::ImportReport;
use super::card;
use super::exported;
use super::is_own;
use super::not_planned;
use super::plan;
use super::planned;
use super::planned_as;
use super::weights_error;

/// A file that was recognized.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    pub path: PathBuf,
    /// Copylens wrote it, so that there is nothing to ask.
    pub is_own: bool,
    /// What it can be read as, the likeliest first; there is at least one.
    pub candidates: Vec<Candidate>,
}

/// One model that a file can be read as.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub card: ModelCard,
    /// What would become of each tensor.
    pub report: ImportReport,
    /// The row of the catalog that has this file: its network, head and preprocessing are used.
    pub published: Option<&'static PublishedModel>,
}

/// Recognizes a file by its name, its tensors' names and their shapes.
pub fn look(path: &Path) -> Result<Look, ModelError> {
    let index = TensorIndex::open(path).map_err(weights_error(path))?;
    let is_own = is_own(&index);
    let mut candidates = if is_own {
        let card = exported::card(&index.metadata, path)?;
        let report = ImportReport {
            mapped: index.entries.len(),
            ..ImportReport::default()
        };
        vec![candidate(card, report)]
    } else {
        recognized(&index)?
    };
    if !is_own && let Some(published) = as_published(&index) {
        candidates.insert(0, published);
    }
    Ok(Look {
        path: path.to_owned(),
        is_own,
        candidates,
    })
}

fn candidate(card: ModelCard, report: ImportReport) -> Candidate {
    Candidate {
        card,
        report,
        published: None,
    }
}

/// Every network that is in the file.
fn recognized(index: &TensorIndex) -> Result<Vec<Candidate>, ModelError> {
    let ids =
        plan::choices(&index.entries).map_err(|problem| not_planned(index.path(), problem))?;
    let read = |id: &str| {
        let plan = planned(index, Some(id))?;
        Ok(candidate(card(index, &plan), plan.report))
    };
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut trouble = None;
    for id in ids {
        match read(id) {
            Ok(candidate) => candidates.push(candidate),
            Err(err) => trouble = trouble.or(Some(err)),
        }
    }
    match trouble {
        Some(err) if candidates.is_empty() => Err(err),
        _ => Ok(candidates),
    }
}

/// The row of the catalog whose file has this name, where it is that model.
fn as_published(index: &TensorIndex) -> Option<Candidate> {
    let name = index.path().file_name()?.to_str()?;
    let row = catalog::by_file_name(name)?;
    let (card, plan) = planned_as(index, row).ok()?;
    Some(Candidate {
        card,
        report: plan.report,
        published: Some(row),
    })
}
