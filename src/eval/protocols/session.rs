//! What a protocol works with: the data set, the network, the options; and how it gets descriptors.

use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

use rayon::prelude::*;

use super::Options;
use crate::data::Picture;
use crate::data::datasets::Dataset;
use crate::data::datasets::Entries;
use crate::eval::DescriptorCache;
use crate::eval::DescriptorSource;
use crate::eval::Descriptors;
use crate::eval::EvalError;
use crate::eval::Form;
use crate::eval::cache::Rows;
use crate::eval::input;
use crate::eval::input::Input;
use crate::eval::negative_embeddings::normalize;
use crate::eval::report::Findings;
use crate::eval::report::Unreadable;
use crate::monitor::Monitor;
use crate::monitor::Progress;

/// Pictures whose descriptors lie in one file of the cache.
const CACHED_TOGETHER: usize = 512;
/// Pictures decoded and embedded between two looks at the monitor.
const BATCH: usize = 32;

/// One run of a protocol.
pub struct Session<'a> {
    pub data: &'a Dataset,
    pub source: &'a mut dyn DescriptorSource,
    pub cache: Option<&'a DescriptorCache>,
    pub monitor: &'a Monitor,
    pub options: Options,
    /// Folder for files of the challenge, where they are wanted.
    pub submission: Option<&'a Path>,
    /// What has been found so far; unreadable pictures are counted here.
    pub findings: Findings,
    pub tally: Tally,
}

/// How much was computed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    pub n_embedded: usize,
    pub n_cached: usize,
    /// Decoding and embedding, without what came from the cache.
    pub embed_seconds: f64,
}

/// Which pictures, and what of them.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) entries: &'a Entries,
    pub(super) input: Input,
    pub(super) form: Form,
    /// In words for the progress bar.
    pub(super) stage: &'static str,
    /// Left, upper, right, lower of the part of each picture to look at.
    pub(super) boxes: &'a [Option<[f32; 4]>],
}

impl<'a> Wanted<'a> {
    pub(super) const fn new(entries: &'a Entries, input: Input, stage: &'static str) -> Self {
        Self {
            entries,
            input,
            form: Form::Deployed,
            stage,
            boxes: &[],
        }
    }
}

/// Network input with its height and width.
type Planes = (Vec<f32>, [usize; 2]);
/// Inputs of one size: which, their places, and themselves.
type SameSize = ([usize; 2], Vec<usize>, Vec<Vec<f32>>);

/// The descriptors of the readable pictures of a list.
#[derive(Clone, Debug, Default)]
pub(super) struct Described {
    pub(super) rows: Descriptors,
    /// The number of the picture behind each row, rising.
    pub(super) ids: Vec<u32>,
}

impl Described {
    pub(super) fn row_of(&self, id: u32) -> Option<&[f32]> {
        let row = self.ids.binary_search(&id).ok()?;
        Some(self.rows.row(row))
    }

    fn push(
        &mut self,
        id: usize,
        row: &[f32],
        path: impl Fn() -> PathBuf,
    ) -> Result<(), EvalError> {
        if self.rows.is_empty() {
            self.rows = Descriptors::new(row.len());
        }
        let (found, expected) = (row.len(), self.rows.dimensions());
        if found != expected {
            return Err(EvalError::Dimensions {
                found,
                expected,
                path: path(),
            });
        }
        if !row.iter().all(|value| value.is_finite()) {
            return Err(EvalError::NotFinite { path: path() });
        }
        self.rows.push(row);
        self.ids.push(id as u32);
        Ok(())
    }

    /// Another list behind this one; its numbers go on from `first`.
    pub(super) fn append(&mut self, other: &Self, first: usize) {
        if self.rows.is_empty() {
            self.rows = Descriptors::new(other.rows.dimensions());
        }
        for (row, id) in other.ids.iter().enumerate() {
            self.rows.push(other.rows.row(row));
            self.ids.push(first as u32 + id);
        }
    }

    /// Adds the rows of the same pictures; one that is missing there leaves.
    pub(super) fn add(&mut self, other: &Self) {
        let mut sum = Self {
            rows: Descriptors::new(self.rows.dimensions()),
            ids: Vec::new(),
        };
        for (row, id) in self.ids.iter().enumerate() {
            if let Some(more) = other.row_of(*id) {
                let both = self.rows.row(row).iter().zip(more);
                let added: Vec<f32> = both.map(|(a, b)| a + b).collect();
                sum.rows.push(&added);
                sum.ids.push(*id);
            }
        }
        *self = sum;
    }

    /// Every row of length 1.
    pub(super) fn normalized(mut self) -> Self {
        self.rows.rows_mut().for_each(normalize);
        self
    }
}

impl Session<'_> {
    /// Descriptors of a list of pictures, from the cache where they are in it. Pictures that cannot be
    /// read are counted; it is an error when that is all of them.
    pub(super) fn describe(&mut self, wanted: &Wanted<'_>) -> Result<Described, EvalError> {
        let mut described = Described::default();
        let n_pictures = wanted.entries.len();
        for first in (0..n_pictures).step_by(CACHED_TOGETHER) {
            let last = n_pictures.min(first + CACHED_TOGETHER);
            for (offset, row) in self.rows(wanted, first, last)?.into_iter().enumerate() {
                let id = first + offset;
                let path = || self.data.shown(wanted.entries, id);
                match row {
                    Ok(row) => described.push(id, &row, path)?,
                    Err(reason) => self.findings.unreadable.push(Unreadable {
                        path: path(),
                        reason,
                    }),
                }
            }
        }
        if described.rows.is_empty() && n_pictures > 0 {
            return Err(EvalError::NothingReadable {
                n_pictures,
                path: self.data.path(),
            });
        }
        Ok(described)
    }

    fn rows(&mut self, wanted: &Wanted<'_>, first: usize, last: usize) -> Result<Rows, EvalError> {
        self.report(wanted, first)?;
        let key = self.cache.map(|_| self.key(wanted, first, last));
        let kept = self.cache.zip(key.as_ref());
        let kept = kept.and_then(|(cache, key)| cache.load(key));
        if let Some(rows) = kept.filter(|rows| rows.len() == last - first) {
            self.tally.n_cached += rows.len();
            return Ok(rows);
        }
        let mut rows = Rows::new();
        for start in (first..last).step_by(BATCH) {
            self.report(wanted, start)?;
            let started = Instant::now();
            let batch = self.embed(wanted, start, last.min(start + BATCH))?;
            self.tally.n_embedded += batch.len();
            self.tally.embed_seconds += started.elapsed().as_secs_f64();
            rows.extend(batch);
        }
        if let Some((cache, key)) = self.cache.zip(key) {
            self.monitor.check()?;
            // A full disk must not lose what has been computed.
            if let Err(err) = cache.save(&key, &rows) {
                log::warn!("Descriptors are not kept: {err}");
            }
        }
        Ok(rows)
    }

    fn report(&self, wanted: &Wanted<'_>, n_done: usize) -> Result<(), EvalError> {
        self.monitor.check()?;
        self.monitor.report(Progress {
            stage: wanted.stage,
            n_done: n_done as u64,
            n_total: Some(wanted.entries.len() as u64),
        });
        Ok(())
    }

    fn key(&self, wanted: &Wanted<'_>, first: usize, last: usize) -> String {
        let Wanted {
            entries,
            input,
            form,
            boxes,
            ..
        } = wanted;
        let how = format!(
            "{} {:?} {input:?} {form:?} {:?}",
            self.source.fingerprint(),
            self.source.preprocessing(),
            boxes.get(first..last.min(boxes.len())),
        );
        let stamps: Vec<Vec<u8>> = (first..last)
            .into_par_iter()
            .map(|idx| self.data.stamp(entries, idx))
            .collect();
        let parts = std::iter::once(how.as_bytes()).chain(stamps.iter().map(Vec::as_slice));
        DescriptorCache::key(parts)
    }

    /// Decodes on all cores, then embeds inputs of one size together.
    fn embed(&mut self, wanted: &Wanted<'_>, start: usize, end: usize) -> Result<Rows, EvalError> {
        let (preprocessing, multiple) = (self.source.preprocessing(), self.source.multiple());
        let data = self.data;
        let inputs: Vec<Result<Planes, String>> = (start..end)
            .into_par_iter()
            .map(|idx| {
                let picture = data.picture(wanted.entries, idx);
                let picture = picture.map_err(|err| err.reason())?;
                let bounds = wanted.boxes.get(idx).copied().flatten();
                let picture = match bounds {
                    Some(bounds) => part(&picture, bounds),
                    None => picture,
                };
                Ok(wanted.input.planes(&picture, &preprocessing, multiple))
            })
            .collect();
        let mut rows: Vec<Option<Result<Vec<f32>, String>>> = vec![None; inputs.len()];
        let mut by_size: Vec<SameSize> = Vec::new();
        for (at, input) in inputs.into_iter().enumerate() {
            match input {
                Err(reason) => rows[at] = Some(Err(reason)),
                Ok((planes, size)) => {
                    let known = by_size.iter().position(|group| group.0 == size);
                    let group = known.unwrap_or_else(|| {
                        by_size.push((size, Vec::new(), Vec::new()));
                        by_size.len() - 1
                    });
                    by_size[group].1.push(at);
                    by_size[group].2.push(planes);
                }
            }
        }
        for (size, places, planes) in by_size {
            let found = self.source.embed(&planes, size, wanted.form);
            if found.len() != places.len() {
                return Err(EvalError::DescriptorCount {
                    found: found.len(),
                    expected: places.len(),
                });
            }
            for (at, row) in places.into_iter().zip(found) {
                rows[at] = Some(Ok(row));
            }
        }
        Ok(rows.into_iter().flatten().collect())
    }
}

fn part(picture: &Picture, [left, top, right, bottom]: [f32; 4]) -> Picture {
    // Pillow rounds the corners of a box.
    input::cut(
        picture,
        [left, top, right, bottom].map(|v| v.round().max(0.0) as u32),
    )
}
