//! The torture test: copies of a person's own pictures, and which of them are still found.
//!
//! - Owns: the table [`EDITS`], [`torture`] and its report.
//! - Invariant: the same pictures give the same copies and, with the same model, the same report.
//! - Not here: the edits themselves (`data::augment`), how the grid looks (`app`).
//! - To add an edit: one row of [`EDITS`].

mod edits;

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::DescriptorSource;
use super::Descriptors;
use super::EvalError;
use super::Form;
use super::Input;
use super::report::Unreadable;
use crate::data;
use crate::data::DecodeError;
use crate::data::Picture;
use crate::data::augment;
use crate::data::augment::Stickers;
use crate::data::augment::Surroundings;
use crate::data::augment::View;
use crate::monitor::Monitor;
use crate::monitor::Progress;

pub use edits::EDITS;
pub use edits::TortureEdit;

/// Longer side of the pictures that are edited.
const EDITED_SIDE: u32 = 512;
/// Longer side of the thumbnails of copies.
const THUMBNAIL_SIDE: u32 = 192;
/// Pictures embedded between two looks at the monitor.
const BATCH: usize = 16;
/// Other pictures kept in memory to put pictures on.
const N_OTHERS: usize = 8;

/// What is tortured.
pub struct TortureRequest<'a> {
    pub pictures: &'a [PathBuf],
    /// Pictures among which the originals are looked for; copies of them and some to put pictures on are
    /// left out.
    pub distractors: &'a [PathBuf],
    /// From this similarity on a search shows a result.
    pub threshold: f32,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct TortureReport {
    pub threshold: f32,
    /// Pictures searched beside the originals.
    pub n_distractors: usize,
    pub pictures: Vec<Tortured>,
    /// In the order of [`EDITS`].
    pub per_edit: Vec<EditResult>,
    pub unreadable: Vec<Unreadable>,
    pub seconds: f64,
}

/// One picture and its copies.
#[derive(Clone, Debug)]
pub struct Tortured {
    pub path: PathBuf,
    /// One for each row of [`EDITS`].
    pub copies: Vec<Copied>,
}

/// One copy.
#[derive(Clone, Debug)]
pub struct Copied {
    /// Id of the edit.
    pub edit: &'static str,
    /// To its original.
    pub similarity: f32,
    /// To the most similar of all other pictures.
    pub best_other: Option<f32>,
    /// The original is the first result.
    pub is_found: bool,
    /// And its similarity reaches the threshold, so that a search shows it.
    pub is_shown: bool,
    /// The copy as a small JPEG.
    pub thumbnail: Arc<Vec<u8>>,
}

/// One edit over all pictures.
#[derive(Clone, Debug, PartialEq)]
pub struct EditResult {
    pub edit: &'static str,
    pub label: &'static str,
    pub n_copies: usize,
    pub n_found: usize,
    pub n_shown: usize,
}

impl TortureReport {
    /// The share of copies whose original is the first result.
    pub fn share_found(&self) -> f32 {
        let sum =
            |count: fn(&EditResult) -> usize| -> usize { self.per_edit.iter().map(count).sum() };
        sum(|edit| edit.n_found) as f32 / sum(|edit| edit.n_copies).max(1) as f32
    }
}

/// Makes copies of pictures and looks for their originals.
pub fn torture(
    request: &TortureRequest<'_>,
    source: &mut dyn DescriptorSource,
    monitor: &Monitor,
) -> Result<TortureReport, EvalError> {
    let started = Instant::now();
    let mut report = TortureReport {
        threshold: request.threshold,
        ..TortureReport::default()
    };
    let mut bench = Bench { source, monitor };
    let (paths, originals) = bench.readable(request.pictures, &mut report.unreadable)?;
    if paths.is_empty() {
        return Err(EvalError::NothingReadable {
            n_pictures: request.pictures.len(),
            path: request.pictures.first().cloned().unwrap_or_default(),
        });
    }
    let gallery = bench.gallery(request, &originals)?;
    report.n_distractors = gallery.distractors.len();
    let others = others(request);
    for (idx, path) in paths.iter().enumerate() {
        bench.report(
            "Making copies and looking for their originals",
            idx,
            paths.len(),
        )?;
        let tortured = bench.one(idx, path, &originals, &gallery, &others, request.threshold)?;
        report.pictures.push(tortured);
    }
    report.per_edit = per_edit(&report.pictures);
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// Descriptors of the distractors.
struct Gallery {
    distractors: Descriptors,
}

/// What embeds, and what may stop it.
struct Bench<'a> {
    source: &'a mut dyn DescriptorSource,
    monitor: &'a Monitor,
}

impl Bench<'_> {
    fn report(&self, stage: &'static str, n_done: usize, n_total: usize) -> Result<(), EvalError> {
        self.monitor.check()?;
        self.monitor.report(Progress {
            stage,
            n_done: n_done as u64,
            n_total: Some(n_total as u64),
        });
        Ok(())
    }

    fn embed(&mut self, pictures: &[Picture]) -> Result<Vec<Vec<f32>>, EvalError> {
        let preprocessing = self.source.preprocessing();
        let multiple = self.source.multiple();
        let mut rows = Vec::with_capacity(pictures.len());
        for batch in pictures.chunks(BATCH) {
            self.monitor.check()?;
            let planes: Vec<Vec<f32>> = batch
                .par_iter()
                .map(|picture| Input::MODEL.planes(picture, &preprocessing, multiple).0)
                .collect();
            let side = preprocessing.size.div_ceil(multiple.max(1)) * multiple.max(1);
            let size = [side as usize; 2];
            let found = self.source.embed(&planes, size, Form::Deployed);
            if found.len() != batch.len() {
                return Err(EvalError::DescriptorCount {
                    found: found.len(),
                    expected: batch.len(),
                });
            }
            rows.extend(found);
        }
        Ok(rows)
    }

    /// The paths that can be read, and their descriptors.
    fn readable(
        &mut self,
        paths: &[PathBuf],
        unreadable: &mut Vec<Unreadable>,
    ) -> Result<(Vec<PathBuf>, Descriptors), EvalError> {
        let (mut kept, mut rows) = (Vec::new(), Descriptors::default());
        for (batch_idx, batch) in paths.chunks(BATCH).enumerate() {
            self.report("Describing pictures", batch_idx * BATCH, paths.len())?;
            let decoded: Vec<Result<Picture, DecodeError>> =
                batch.par_iter().map(|path| data::decode(path)).collect();
            let mut pictures = Vec::new();
            for (path, picture) in batch.iter().zip(decoded) {
                match picture {
                    Ok(picture) => {
                        pictures.push(picture);
                        kept.push(path.clone());
                    }
                    Err(err) => unreadable.push(Unreadable {
                        path: path.clone(),
                        reason: err.reason(),
                    }),
                }
            }
            for row in self.embed(&pictures)? {
                if rows.is_empty() {
                    rows = Descriptors::new(row.len());
                }
                rows.push(&row);
            }
        }
        Ok((kept, rows))
    }

    /// The distractors without the originals and what is probably a copy of one.
    fn gallery(
        &mut self,
        request: &TortureRequest<'_>,
        originals: &Descriptors,
    ) -> Result<Gallery, EvalError> {
        let grounds = grounds(request.distractors);
        let is_other =
            |path: &&PathBuf| !request.pictures.contains(path) && !grounds.contains(path);
        let paths: Vec<PathBuf> = request
            .distractors
            .iter()
            .filter(is_other)
            .cloned()
            .collect();
        // Distractors that cannot be read are nobody's concern.
        let (_, rows) = self.readable(&paths, &mut Vec::new())?;
        let mut distractors = Descriptors::new(originals.dimensions());
        for row in (0..rows.len()).map(|row| rows.row(row)) {
            let best = best(originals, row, None);
            if best.is_none_or(|best| best < request.threshold) {
                distractors.push(row);
            }
        }
        Ok(Gallery { distractors })
    }

    fn one(
        &mut self,
        idx: usize,
        path: &Path,
        originals: &Descriptors,
        gallery: &Gallery,
        others: &[Arc<Picture>],
        threshold: f32,
    ) -> Result<Tortured, EvalError> {
        let picture = data::decode(path)?;
        let picture = data::fit_within(&picture, EDITED_SIDE);
        let copies: Vec<Picture> = EDITS
            .par_iter()
            .enumerate()
            .map(|(edit_idx, edit)| {
                let seed = (edit_idx as u64) << 32 | idx as u64;
                apply(edit, &picture, others, seed)
            })
            .collect();
        let rows = self.embed(&copies)?;
        let copies = EDITS.iter().zip(copies).zip(rows);
        let copies = copies.map(|((edit, copy), row)| {
            let similarity = dot(originals.row(idx), &row);
            let other = best(originals, &row, Some(idx));
            let distractor = best(&gallery.distractors, &row, None);
            let best_other = match (other, distractor) {
                (Some(a), Some(b)) => Some(a.max(b)),
                (one, other) => one.or(other),
            };
            // Of equal ones the wrong one comes first, as in all our figures.
            let is_found = best_other.is_none_or(|best| similarity > best);
            Copied {
                edit: edit.id,
                similarity,
                best_other,
                is_found,
                is_shown: is_found && similarity >= threshold,
                thumbnail: Arc::new(data::thumbnail_jpeg(&copy, THUMBNAIL_SIDE)),
            }
        });
        Ok(Tortured {
            path: path.to_owned(),
            copies: copies.collect(),
        })
    }
}

/// A copy of a picture.
fn apply(edit: &TortureEdit, picture: &Picture, others: &[Arc<Picture>], seed: u64) -> Picture {
    let stickers = Stickers::drawn();
    let other = |draw: u64| -> Option<Arc<Picture>> {
        let n_others = u64::try_from(others.len()).ok().filter(|n| *n > 0)?;
        others.get((draw % n_others) as usize).cloned()
    };
    let surroundings = Surroundings {
        size: EDITED_SIDE,
        stickers: &stickers,
        other: &other,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut view = View::new(picture.clone());
    for (id, parameters) in edit.steps {
        let spec = augment::find(id).expect("the test below looks every step up");
        let step =
            augment::Step::new(spec, 1.0, parameters).expect("the test below makes every step");
        step.apply_once(&mut view, &surroundings, &mut rng);
    }
    view.picture
}

/// Distractors to put pictures on. They are not searched: a picture that shows two others is a copy of
/// both.
fn grounds(distractors: &[PathBuf]) -> Vec<&PathBuf> {
    let n_grounds = (distractors.len() / 4).min(N_OTHERS);
    let step = (distractors.len() / n_grounds.max(1)).max(1);
    distractors.iter().step_by(step).take(n_grounds).collect()
}

/// The pictures to put others on; a plain one where there is none.
fn others(request: &TortureRequest<'_>) -> Vec<Arc<Picture>> {
    let decoded = grounds(request.distractors)
        .into_par_iter()
        .filter_map(|path| data::decode(path).ok());
    let mut others: Vec<Arc<Picture>> = decoded
        .map(|picture| Arc::new(data::fit_within(&picture, EDITED_SIDE)))
        .collect();
    if others.is_empty() {
        let plain = Picture::filled(EDITED_SIDE, EDITED_SIDE * 3 / 4, [96, 128, 160]);
        others.push(Arc::new(plain));
    }
    others
}

fn per_edit(pictures: &[Tortured]) -> Vec<EditResult> {
    let result = |(idx, edit): (usize, &TortureEdit)| {
        let copies = pictures
            .iter()
            .filter_map(|picture| picture.copies.get(idx));
        let mut result = EditResult {
            edit: edit.id,
            label: edit.label,
            n_copies: 0,
            n_found: 0,
            n_shown: 0,
        };
        for copy in copies {
            result.n_copies += 1;
            result.n_found += usize::from(copy.is_found);
            result.n_shown += usize::from(copy.is_shown);
        }
        result
    };
    EDITS.iter().enumerate().map(result).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The highest similarity of a row to any other than `left_out`.
fn best(rows: &Descriptors, row: &[f32], left_out: Option<usize>) -> Option<f32> {
    let others = (0..rows.len()).filter(|idx| Some(*idx) != left_out);
    let similarities = others.map(|idx| dot(rows.row(idx), row));
    similarities.fold(None, |best, similarity| {
        Some(best.map_or(similarity, |best: f32| best.max(similarity)))
    })
}

#[cfg(test)]
mod tests;
