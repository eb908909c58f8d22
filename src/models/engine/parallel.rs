//! Work on one picture by several processors.

use rayon::prelude::*;

/// Fewer numbers than this are not worth waking another thread.
const SMALL: usize = 4096;

/// Calls `work` with every chunk and its place, on several threads if so many are wanted.
pub(super) fn each_chunk(
    values: &mut [f32],
    chunk: usize,
    n_threads: usize,
    work: impl Fn(usize, &mut [f32]) + Sync,
) {
    if n_threads > 1 && values.len() > chunk && values.len() > SMALL {
        let chunks = values.par_chunks_mut(chunk).enumerate();
        chunks.for_each(|(idx, chunk)| work(idx, chunk));
    } else {
        for (idx, chunk) in values.chunks_mut(chunk).enumerate() {
            work(idx, chunk);
        }
    }
}
