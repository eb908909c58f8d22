//! Which patches of two views show the same part of the picture.

use crate::data::augment::Trace;

/// For each patch of `view`, row by row, the patch of `other` that holds the point of the source
/// in its middle; `None` where either view shows something else there.
///
/// The pairs that Patch-Wise DINO compares, exact under every geometric edit. Both views are cut
/// into patches of `patch x patch` pixels; what is left at the edges has none.
pub fn centers_within(view: &Trace, other: &Trace, patch: u32) -> Vec<Option<usize>> {
    let Some(other_from_source) = other.source_from_view.inverse() else {
        return vec![None; n_patches(view, patch)];
    };
    (0..n_patches(view, patch))
        .map(|idx| {
            let middle = pixel_of(view, patch, idx, [f64::from(patch) / 2.0; 2]);
            let at = other_from_source.map(view.source_of(middle)?);
            patch_at(other, patch, at)
        })
        .collect()
}

/// For each patch of `view`, row by row, the patches of `other` that its pixels lie in, with the
/// share of its pixels in each; what is missing to 1 lies in none.
///
/// The overlap `o_ij` of CopyNCE ([arXiv:2602.17484](https://arxiv.org/abs/2602.17484)).
pub fn overlap(view: &Trace, other: &Trace, patch: u32) -> Vec<Vec<(usize, f32)>> {
    let Some(other_from_source) = other.source_from_view.inverse() else {
        return vec![Vec::new(); n_patches(view, patch)];
    };
    let pixels: Vec<[f64; 2]> = (0..patch)
        .flat_map(|y| (0..patch).map(move |x| [f64::from(x) + 0.5, f64::from(y) + 0.5]))
        .collect();
    let mut counts = vec![0_u32; n_patches(other, patch)];
    (0..n_patches(view, patch))
        .map(|idx| {
            counts.fill(0);
            for offset in &pixels {
                let from = pixel_of(view, patch, idx, *offset);
                let target = view
                    .source_of(from)
                    .and_then(|at| patch_at(other, patch, other_from_source.map(at)));
                if let Some(target) = target {
                    counts[target] += 1;
                }
            }
            let found = counts.iter().enumerate().filter(|(_, count)| **count > 0);
            found
                .map(|(target, count)| (target, *count as f32 / (patch * patch) as f32))
                .collect()
        })
        .collect()
}

/// Patches along both sides.
fn grid(trace: &Trace, patch: u32) -> [usize; 2] {
    trace.view_size.map(|side| (side / patch.max(1)) as usize)
}

fn n_patches(trace: &Trace, patch: u32) -> usize {
    grid(trace, patch).iter().product()
}

/// The point at `offset` from the upper left corner of a patch.
fn pixel_of(trace: &Trace, patch: u32, idx: usize, offset: [f64; 2]) -> [f64; 2] {
    let [n_columns, _] = grid(trace, patch);
    let corner = [idx % n_columns, idx / n_columns].map(|n| n as f64 * f64::from(patch));
    [corner[0] + offset[0], corner[1] + offset[1]]
}

/// The patch that holds a point of a view, if the picture is seen there.
fn patch_at(trace: &Trace, patch: u32, at: [f64; 2]) -> Option<usize> {
    trace.source_of(at)?;
    let [n_columns, n_rows] = grid(trace, patch);
    let [column, row] = at.map(|value| (value / f64::from(patch)) as usize);
    (column < n_columns && row < n_rows).then_some(row * n_columns + column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Picture;
    use crate::data::augment;
    use crate::data::augment::Pipeline;
    use crate::data::augment::Step;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng as _;

    fn trace_of(steps: &[&str]) -> Trace {
        let steps = steps
            .iter()
            .map(|id| Step::new(augment::find(id).unwrap(), 1.0, &[]).unwrap());
        let pipeline = Pipeline::new(32, steps.collect());
        let picture = Picture::filled(64, 64, [1; 3]);
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        pipeline.trace(&picture, &|_| None, &mut rng).trace
    }

    #[test]
    fn a_mirrored_view_pairs_each_row_backward() {
        let (plain, mirrored) = (trace_of(&[]), trace_of(&["horizontal-flip"]));
        let pairs = centers_within(&mirrored, &plain, 8);
        assert_eq!(pairs.len(), 16);
        for (idx, pair) in pairs.into_iter().enumerate() {
            assert_eq!(pair, Some(idx / 4 * 4 + 3 - idx % 4));
        }
        assert_eq!(overlap(&mirrored, &plain, 8)[1], [(2, 1.0)]);
    }

    #[test]
    fn shares_add_up_to_one_where_the_source_is_seen() {
        let (plain, turned) = (trace_of(&[]), trace_of(&["free-rotation"]));
        let middle = [5, 6, 9, 10];
        for idx in middle {
            let shares = &overlap(&turned, &plain, 8)[idx];
            let sum: f32 = shares.iter().map(|(_, share)| share).sum();
            assert!((sum - 1.0).abs() < 1e-6, "{idx}: {shares:?}");
            let best = shares.iter().max_by(|a, b| a.1.total_cmp(&b.1));
            assert!(best.is_some_and(|(_, share)| *share >= 0.25), "{shares:?}");
        }
    }
}
