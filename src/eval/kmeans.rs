//! k-means, to measure whether descriptors form clusters by class.
//!
//! Lloyd's iterations on squared distances from `k` different rows drawn by seed; 20 iterations and one
//! start, as OBD-SD's metrics (metrics/nmi.py, FAISS' `Kmeans(niter=20, nredo=1)`). A cluster that runs
//! empty is given half of the largest one, as FAISS does. The same seed gives the same clusters.

use rand::SeedableRng as _;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::products::inner_products;
use super::search::Descriptors;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;
use crate::monitor::Progress;

/// Iterations of the source.
const N_ITERATIONS: usize = 20;
/// Rows compared with all centers at once.
const BLOCK: usize = 256;
/// How far the halves of a split cluster are moved apart, relative to their values.
const SPLIT: f32 = 1.0 / 1024.0;

/// The cluster of each row.
pub fn k_means(
    rows: &Descriptors,
    k: usize,
    seed: u64,
    monitor: &Monitor,
) -> Result<Vec<u32>, Cancelled> {
    let k = k.min(rows.len());
    if k == 0 {
        return Ok(vec![0; rows.len()]);
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let chosen = sample(&mut rng, rows.len(), k);
    let d = rows.dimensions();
    let mut centers: Vec<f32> = chosen
        .iter()
        .flat_map(|idx| rows.row(idx).to_vec())
        .collect();
    let mut clusters = assign(rows, &centers);
    for iteration in 0..N_ITERATIONS {
        monitor.check()?;
        monitor.report(Progress {
            stage: "Looking for clusters",
            n_done: iteration as u64,
            n_total: Some(N_ITERATIONS as u64),
        });
        update(rows, &clusters, &mut centers, d);
        let next = assign(rows, &centers);
        let is_stable = next == clusters;
        clusters = next;
        if is_stable {
            break;
        }
    }
    Ok(clusters)
}

/// The nearest center of each row; of equal ones the first.
fn assign(rows: &Descriptors, centers: &[f32]) -> Vec<u32> {
    let d = rows.dimensions();
    let halves: Vec<f32> = centers
        .chunks_exact(d)
        .map(|center| center.iter().map(|v| v * v).sum::<f32>() / 2.0)
        .collect();
    let starts: Vec<usize> = (0..rows.len()).step_by(BLOCK).collect();
    let blocks: Vec<Vec<u32>> = starts
        .par_iter()
        .map(|&start| {
            let end = rows.len().min(start + BLOCK);
            let mut products = vec![0.0; (end - start) * halves.len()];
            inner_products(rows.rows(start, end), centers, d, &mut products);
            // |x - c|^2 / 2 = |x|^2 / 2 - (x . c - |c|^2 / 2), the first term is the same for all.
            let nearest = products.chunks_exact(halves.len()).map(|row| {
                let closeness = row
                    .iter()
                    .zip(&halves)
                    .map(|(product, half)| product - half);
                let best = closeness
                    .enumerate()
                    .fold((0, f32::NEG_INFINITY), |best, (c, v)| {
                        if v > best.1 { (c, v) } else { best }
                    });
                best.0 as u32
            });
            nearest.collect()
        })
        .collect();
    blocks.concat()
}

/// Centers become the means of their rows.
fn update(rows: &Descriptors, clusters: &[u32], centers: &mut [f32], d: usize) {
    let k = centers.len() / d;
    let mut sums = vec![0.0_f64; centers.len()];
    let mut counts = vec![0_usize; k];
    for (row, cluster) in clusters.iter().enumerate() {
        let cluster = *cluster as usize;
        counts[cluster] += 1;
        for (sum, value) in sums[cluster * d..].iter_mut().zip(rows.row(row)) {
            *sum += f64::from(*value);
        }
    }
    for (cluster, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let range = cluster * d..(cluster + 1) * d;
        for (center, sum) in centers[range.clone()].iter_mut().zip(&sums[range]) {
            *center = (sum / *count as f64) as f32;
        }
    }
    for empty in 0..k {
        if counts[empty] > 0 {
            continue;
        }
        let largest = (0..k).max_by_key(|c| (counts[*c], k - c)).unwrap_or(0);
        for at in 0..d {
            let value = centers[largest * d + at];
            let sign = if at % 2 == 0 { SPLIT } else { -SPLIT };
            centers[empty * d + at] = value * (1.0 + sign);
            centers[largest * d + at] = value * (1.0 - sign);
        }
        counts[empty] = counts[largest] / 2;
        counts[largest] -= counts[empty];
    }
}

#[cfg(test)]
mod tests {
    use super::super::search::tests::pseudo_random;
    use super::*;

    #[test]
    fn separate_groups_are_found_whatever_the_seed() {
        // Ten copies of each of four far corners, a little noise on them.
        let noise = pseudo_random(40, 2, 9);
        let mut rows = Descriptors::new(2);
        for idx in 0..40 {
            let corner = [(idx % 2) as f32 * 50.0, (idx / 2 % 2) as f32 * 50.0];
            rows.push(&[corner[0] + noise.row(idx)[0], corner[1] + noise.row(idx)[1]]);
        }
        for seed in 0..4 {
            let clusters = k_means(&rows, 4, seed, &Monitor::silent()).unwrap();
            assert_eq!(
                clusters,
                k_means(&rows, 4, seed, &Monitor::silent()).unwrap()
            );
            // A corner is never torn apart from another one's rows.
            for idx in 4..40 {
                let same = clusters[idx] == clusters[idx % 4];
                let shares = (0..4).any(|c| c != idx % 4 && clusters[c] == clusters[idx]);
                assert!(same || !shares, "{seed}: {clusters:?}");
            }
        }
    }

    #[test]
    fn more_clusters_than_rows_are_as_many_as_rows() {
        let rows = pseudo_random(3, 4, 1);
        let mut clusters = k_means(&rows, 10, 0, &Monitor::silent()).unwrap();
        clusters.sort_unstable();
        assert_eq!(clusters, [0, 1, 2]);
    }

    #[test]
    fn equal_rows_do_not_end_in_nothing() {
        let rows = Descriptors::from_rows([[1.0_f32, 0.0].as_slice(); 6]);
        assert_eq!(k_means(&rows, 3, 0, &Monitor::silent()).unwrap().len(), 6);
    }
}
