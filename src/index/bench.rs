//! How fast and how well searching works on this computer, on descriptors made by a formula.

use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use super::graph::Graph;
use super::graph::Rows;
use super::matrix::Matrix;
use super::segment::RowKey;
use super::segment::Segment;
use super::types::Hit;
use super::view::BLOCK_ROWS;
use super::view::Block;
use super::view::LiveSegment;
use super::view::View;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;

const TOP: usize = 10;
const N_QUERIES: usize = 200;
/// Each way of searching is timed for at least this long.
const MEASURED: Duration = Duration::from_millis(500);
/// Pictures of one scene or product; copies of each other are much closer.
const CLUSTER_ROWS: usize = 20;

/// What [`bench_search`] measured.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct SearchBench {
    pub queries_per_second_exact: f64,
    pub queries_per_second_hnsw: f64,
    /// Share of the true ten best that the graph finds, 0 to 1.
    pub recall_at_10: f64,
    pub build_seconds: f64,
}

/// Searches `n` clustered descriptors of length `dims`, exactly and through a graph.
pub fn bench_search(n: usize, dims: usize, monitor: &Monitor) -> Result<SearchBench, Cancelled> {
    let mut rng = ChaCha8Rng::seed_from_u64(n as u64);
    let (rows, queries) = clustered(&mut rng, n, dims);
    let exact = tail_of(&rows, dims);
    let started = Instant::now();
    let fast = segment_of(rows, dims, monitor)?;
    let build_seconds = started.elapsed().as_secs_f64();
    let recall_at_10 = recall(&exact, &fast, &queries, monitor)?;
    Ok(SearchBench {
        queries_per_second_exact: rate(&queries, monitor, |query| exact.search(query, TOP))?,
        queries_per_second_hnsw: rate(&queries, monitor, |query| fast.search(query, TOP))?,
        recall_at_10,
        build_seconds,
    })
}

/// Rows around random centers, and queries that are changed rows, all of length 1.
pub(super) fn clustered(rng: &mut ChaCha8Rng, n: usize, dims: usize) -> (Vec<f32>, Vec<Vec<f32>>) {
    let n_centers = n.div_ceil(CLUSTER_ROWS).max(1);
    let centers: Vec<Vec<f32>> = (0..n_centers)
        .map(|_| near(rng, &vec![0.0; dims], 1.0))
        .collect();
    let mut rows = Vec::with_capacity(n * dims);
    for _ in 0..n {
        let center = rng.random_range(0..n_centers);
        rows.extend(near(rng, &centers[center], 0.7));
    }
    let queries = (0..N_QUERIES.min(n))
        .map(|_| {
            let row = rng.random_range(0..n);
            near(rng, &rows[row * dims..(row + 1) * dims], 0.3)
        })
        .collect();
    (rows, queries)
}

/// A random direction that is `spread` times as long as the given one away from it, normalized.
fn near(rng: &mut ChaCha8Rng, center: &[f32], spread: f32) -> Vec<f32> {
    // Three uniform numbers are close enough to a normal one; each has variance 1/12.
    let scale = spread * 2.0 / (center.len() as f32).sqrt();
    let noise = |rng: &mut ChaCha8Rng| {
        rng.random::<f32>() + rng.random::<f32>() + rng.random::<f32>() - 1.5
    };
    let moved = center.iter().map(|number| number + scale * noise(rng));
    let moved: Vec<f32> = moved.collect();
    let length = moved.iter().map(|number| number * number).sum::<f32>();
    let length = length.sqrt().max(f32::MIN_POSITIVE);
    moved.iter().map(|number| number / length).collect()
}

pub(super) fn tail_of(rows: &[f32], dims: usize) -> View {
    let chunks = rows.chunks(BLOCK_ROWS * dims).enumerate();
    let blocks = chunks.map(|(block, numbers)| {
        let first = (block * BLOCK_ROWS) as u64;
        Arc::new(Block {
            ids: (first..first + (numbers.len() / dims) as u64).collect(),
            numbers: numbers.to_vec(),
        })
    });
    View {
        segments: Vec::new(),
        blocks: blocks.collect(),
    }
}

pub(super) fn segment_of(
    rows: Vec<f32>,
    dims: usize,
    monitor: &Monitor,
) -> Result<View, Cancelled> {
    let n_rows = rows.len() / dims;
    let rows = Rows::new(Matrix::owned(dims, rows));
    let graph = Graph::build(&rows, (0..n_rows as u32).collect(), monitor)?;
    let keys = (0..n_rows as u64).map(|id| RowKey { id, serial: id });
    let segment = Segment {
        number: 1,
        keys: keys.collect(),
        rows,
        graph,
    };
    Ok(View {
        segments: vec![LiveSegment {
            segment: Arc::new(segment),
            dead: Arc::new(vec![false; n_rows]),
            n_live: n_rows,
        }],
        blocks: Vec::new(),
    })
}

pub(super) fn recall(
    exact: &View,
    fast: &View,
    queries: &[Vec<f32>],
    monitor: &Monitor,
) -> Result<f64, Cancelled> {
    let mut n_found = 0;
    let mut n_wanted = 0;
    for query in queries {
        monitor.check()?;
        let truth = exact.search(query, TOP);
        let found = fast.search(query, TOP);
        n_wanted += truth.len();
        n_found += truth.iter().filter(|hit| found.contains(hit)).count();
    }
    Ok(n_found as f64 / n_wanted.max(1) as f64)
}

fn rate(
    queries: &[Vec<f32>],
    monitor: &Monitor,
    search: impl Fn(&[f32]) -> Vec<Hit>,
) -> Result<f64, Cancelled> {
    let started = Instant::now();
    let mut n_searched = 0;
    for query in queries.iter().cycle() {
        std::hint::black_box(search(query));
        n_searched += 1;
        monitor.check()?;
        if started.elapsed() >= MEASURED {
            break;
        }
    }
    Ok(f64::from(n_searched) / started.elapsed().as_secs_f64().max(f64::MIN_POSITIVE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_graph_finds_nearly_all_of_the_ten_best() {
        let found = bench_search(4000, 48, &Monitor::silent()).unwrap();
        assert!(found.recall_at_10 >= 0.99, "{found:?}");
        assert!(found.queries_per_second_exact > 0.0, "{found:?}");
    }

    #[test]
    fn the_rows_are_the_same_every_time_and_have_length_one() {
        let make = || clustered(&mut ChaCha8Rng::seed_from_u64(1), 50, 16);
        assert_eq!(make(), make());
        let (rows, queries) = make();
        for row in rows.chunks(16).chain(queries.iter().map(Vec::as_slice)) {
            let length: f32 = row.iter().map(|number| number * number).sum();
            assert!((length - 1.0).abs() < 1e-5, "{length}");
        }
    }
}
