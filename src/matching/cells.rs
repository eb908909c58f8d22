//! Grids of local descriptors, made comparable, and what they find in each other.

use rayon::prelude::*;

use super::types::HeatMap;
use crate::models::FeatureMap;

/// Local similarity of unrelated pictures: 95 of 100 best matches of their cells stay below.
///
/// The heat map starts here. Measured on the photos of the tests with gradient descriptors; to be
/// measured again with the bundled model.
pub const UNRELATED_SIMILARITY: f32 = 0.5;

/// A cell whose descriptor is this much shorter than the median of its picture says nothing.
const SHORT_DESCRIPTOR: f32 = 0.15;

/// Standard deviation of the grey levels (0 to 255) under which a cell counts as flat.
const FLAT_LEVELS: f32 = 2.0;

/// Softmax temperature of the confidence of a pair.
const TEMPERATURE: f32 = 0.1;

/// The descriptors of one picture, mean taken away, each of length 1.
pub struct Cells {
    pub rows: usize,
    pub cols: usize,
    channels: usize,
    units: Vec<f32>,
    /// Has texture and a descriptor that stands out.
    pub usable: Vec<bool>,
}

/// Two cells that are each other's best match, positions in cells (`col + 0.5`, `row + 0.5`).
#[derive(Clone, Copy, Debug)]
pub struct Match {
    pub a: [f64; 2],
    pub b: [f64; 2],
    pub similarity: f32,
    /// Dual softmax, 0 to 1: how far this pair stands out among all others.
    pub confidence: f32,
}

/// Mean descriptor of the cells of several pictures.
pub fn mean_descriptor(maps: &[&FeatureMap]) -> Vec<f32> {
    let channels = maps.iter().map(|map| map.channels).min().unwrap_or(0);
    let mut sums = vec![0.0_f64; channels];
    let mut n_cells = 0_usize;
    for map in maps.iter().filter(|map| map.channels == channels) {
        for cell in map.data.chunks_exact(channels.max(1)) {
            for (sum, value) in sums.iter_mut().zip(cell) {
                *sum += f64::from(*value);
            }
            n_cells += 1;
        }
    }
    sums.iter()
        .map(|sum| (sum / n_cells.max(1) as f64) as f32)
        .collect()
}

impl Cells {
    /// `deviations` holds the standard deviation of the grey levels under each cell.
    pub fn new(map: &FeatureMap, mean: &[f32], deviations: &[f32]) -> Self {
        let channels = map.channels.min(mean.len());
        let mut units = Vec::with_capacity(map.rows * map.cols * channels);
        let mut lengths = Vec::with_capacity(map.rows * map.cols);
        for cell in map.data.chunks_exact(map.channels.max(1)) {
            let start = units.len();
            units.extend(cell.iter().zip(mean).map(|(value, mean)| value - mean));
            let centered = &mut units[start..];
            let length = centered.iter().map(|v| v * v).sum::<f32>().sqrt();
            let factor = if length > 1e-12 { length.recip() } else { 0.0 };
            for value in centered {
                *value *= factor;
            }
            lengths.push(length);
        }
        let shortest = median(&lengths) * SHORT_DESCRIPTOR;
        let usable = lengths
            .iter()
            .zip(deviations)
            .map(|(&length, &levels)| length > shortest.max(1e-12) && levels >= FLAT_LEVELS)
            .collect();
        Self {
            rows: map.rows,
            cols: map.cols,
            channels,
            units,
            usable,
        }
    }

    pub fn len(&self) -> usize {
        self.rows * self.cols
    }

    /// Position of a cell, in cells.
    pub fn position(&self, cell: usize) -> [f64; 2] {
        [
            (cell % self.cols) as f64 + 0.5,
            (cell / self.cols) as f64 + 0.5,
        ]
    }

    fn unit(&self, cell: usize) -> &[f32] {
        &self.units[cell * self.channels..(cell + 1) * self.channels]
    }
}

/// All cosines between the cells of two pictures.
pub struct Similarities {
    n_b: usize,
    /// `[cells of A][cells of B]`
    pub values: Vec<f32>,
}

impl Similarities {
    pub fn new(a: &Cells, b: &Cells) -> Self {
        let (n_a, n_b) = (a.len(), b.len());
        let mut values = vec![0.0; n_a * n_b];
        values
            .par_chunks_mut(n_b.max(1))
            .enumerate()
            .for_each(|(cell, row)| {
                let unit = a.unit(cell);
                for (other, value) in row.iter_mut().enumerate() {
                    *value = dot(unit, b.unit(other));
                }
            });
        Self { n_b, values }
    }

    pub fn at(&self, a: usize, b: usize) -> f32 {
        self.values[a * self.n_b + b]
    }

    /// Pairs of usable cells that are each other's best match, most confident first.
    pub fn mutual(&self, a: &Cells, b: &Cells) -> Vec<Match> {
        let best_of_a = self.best_of_rows(&b.usable);
        let best_of_b = self.best_of_columns(&a.usable);
        let (row_sums, column_sums) = self.softmax_sums();
        let mut matches: Vec<Match> = (0..a.len())
            .filter(|&cell| a.usable[cell])
            .filter_map(|cell| {
                let other = best_of_a[cell]?;
                let mutual = b.usable[other] && best_of_b[other] == Some(cell);
                let similarity = self.at(cell, other);
                let weight = (similarity / TEMPERATURE).exp();
                mutual.then(|| Match {
                    a: a.position(cell),
                    b: b.position(other),
                    similarity,
                    confidence: weight / row_sums[cell] * (weight / column_sums[other]),
                })
            })
            .collect();
        matches.sort_by(|p, q| q.confidence.total_cmp(&p.confidence));
        matches
    }

    /// Heat maps of A and B: the best match of each cell on a fixed scale.
    pub fn heat(&self, a: &Cells, b: &Cells) -> (HeatMap, HeatMap) {
        let best_a = (0..a.len()).map(|row| {
            let values = &self.values[row * self.n_b..(row + 1) * self.n_b];
            values.iter().copied().fold(-1.0, f32::max)
        });
        let best_b = (0..b.len()).map(|column| {
            (0..a.len())
                .map(|row| self.at(row, column))
                .fold(-1.0, f32::max)
        });
        (
            heat_map(a, &best_a.collect::<Vec<_>>()),
            heat_map(b, &best_b.collect::<Vec<_>>()),
        )
    }

    fn best_of_rows(&self, usable: &[bool]) -> Vec<Option<usize>> {
        self.values
            .chunks_exact(self.n_b.max(1))
            .map(|row| {
                (0..self.n_b)
                    .filter(|&column| usable[column])
                    .max_by(|&i, &j| row[i].total_cmp(&row[j]))
            })
            .collect()
    }

    fn best_of_columns(&self, usable: &[bool]) -> Vec<Option<usize>> {
        let mut best = vec![None; self.n_b];
        let mut best_values = vec![f32::NEG_INFINITY; self.n_b];
        for (row, values) in self.values.chunks_exact(self.n_b.max(1)).enumerate() {
            for column in (0..self.n_b).filter(|_| usable[row]) {
                if values[column] > best_values[column] {
                    best_values[column] = values[column];
                    best[column] = Some(row);
                }
            }
        }
        best
    }

    /// Sums of `exp(similarity / TEMPERATURE)` along rows and columns.
    fn softmax_sums(&self) -> (Vec<f32>, Vec<f32>) {
        let mut column_sums = vec![0.0; self.n_b];
        let row_sums = self
            .values
            .chunks_exact(self.n_b.max(1))
            .map(|row| {
                let mut sum = 0.0;
                for (value, column_sum) in row.iter().zip(&mut column_sums) {
                    let weight = (value / TEMPERATURE).exp();
                    sum += weight;
                    *column_sum += weight;
                }
                sum
            })
            .collect();
        (row_sums, column_sums)
    }
}

/// Flat cells stay cold: anything looks like them.
fn heat_map(cells: &Cells, best: &[f32]) -> HeatMap {
    let range = 1.0 - UNRELATED_SIMILARITY;
    let values = best
        .iter()
        .zip(&cells.usable)
        .map(|(&similarity, &usable)| {
            let heat = ((similarity - UNRELATED_SIMILARITY) / range).clamp(0.0, 1.0);
            if usable { heat } else { 0.0 }
        })
        .collect();
    HeatMap {
        rows: cells.rows,
        cols: cells.cols,
        values,
    }
}

fn median(values: &[f32]) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

/// Eight running sums, so that the compiler can use vector registers.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    let (a_blocks, b_blocks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a_blocks
        .remainder()
        .iter()
        .zip(b_blocks.remainder())
        .map(|(x, y)| x * y)
        .sum();
    for (x, y) in a_blocks.zip(b_blocks) {
        for i in 0..8 {
            sums[i] += x[i] * y[i];
        }
    }
    sums.iter().sum::<f32>() + rest
}
