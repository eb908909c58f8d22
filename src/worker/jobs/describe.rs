//! Pictures to descriptors, without a library: decoded on all cores, then embedded together.

use std::path::PathBuf;

use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;

use crate::data;
use crate::data::DecodeError;
use crate::models::Embedder;

/// Pictures that are embedded at once.
pub(super) const BATCH_SIZE: usize = 8;

/// One descriptor for each path, or why there is none.
pub(super) fn describe(
    embedder: &Embedder,
    paths: &[PathBuf],
) -> Vec<Result<Vec<f32>, DecodeError>> {
    let read = |path: &PathBuf| {
        let picture = data::decode(path)?;
        Ok(data::planes(&picture, embedder.preprocessing()))
    };
    let mut planes = Vec::with_capacity(paths.len());
    let mut failed = Vec::with_capacity(paths.len());
    for result in paths.par_iter().map(read).collect::<Vec<Result<_, _>>>() {
        match result {
            Ok(picture) => {
                planes.push(picture);
                failed.push(None);
            }
            Err(err) => failed.push(Some(err)),
        }
    }
    let mut descriptors = embedder.embed(&planes).into_iter();
    let fill = |failure: Option<DecodeError>| match failure {
        Some(err) => Err(err),
        None => Ok(descriptors
            .next()
            .expect("the embedder gives one descriptor for each picture")),
    };
    failed.into_iter().map(fill).collect()
}
