//! What is done to one row, or to the cells of one picture, in vectors.

use macerator::AutoArch;
use macerator::Simd;
use macerator::WithSimd;

use super::activate::Exp;
use super::activate::each;

/// Sums are kept in so many parts, whatever the processor: they do not depend on it.
const PARTS: usize = 16;

/// Changes a row in its place.
#[derive(Clone, Copy)]
pub(super) enum RowWork<'a> {
    /// `exp(x) / sum of exp(x)`
    Softmax,
    /// `(x - mean) / sqrt(variance + epsilon) * scale + shift`
    Norm {
        scale: &'a [f32],
        shift: Option<&'a [f32]>,
        epsilon: f32,
    },
    /// `x / max(length, epsilon)`
    Normalize {
        epsilon: f32,
    },
    Add(&'a [f32]),
    Multiply(&'a [f32]),
}

impl RowWork<'_> {
    pub(super) fn run(self, row: &mut [f32]) {
        AutoArch::new().dispatch(OneRow { work: self, row });
    }
}

struct OneRow<'a, 'b> {
    work: RowWork<'a>,
    row: &'b mut [f32],
}

impl WithSimd for OneRow<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let row = self.row;
        match self.work {
            RowWork::Softmax => softmax::<S>(row),
            RowWork::Norm {
                scale,
                shift,
                epsilon,
            } => norm(row, scale, shift, epsilon),
            RowWork::Normalize { epsilon } => {
                let length = sum(row, |x| x * x).sqrt().max(epsilon);
                for x in row {
                    *x /= length;
                }
            }
            RowWork::Add(other) => {
                for (x, y) in row.iter_mut().zip(other) {
                    *x += y;
                }
            }
            RowWork::Multiply(other) => {
                for (x, y) in row.iter_mut().zip(other) {
                    *x *= y;
                }
            }
        }
    }
}

#[inline(always)]
fn softmax<S: Simd>(row: &mut [f32]) {
    let largest = fold(row, f32::NEG_INFINITY, |a, b| if a > b { a } else { b });
    each::<S, _>(row, Exp { less: largest });
    let factor = 1.0 / sum(row, |x| x);
    for x in row {
        *x *= factor;
    }
}

#[inline(always)]
fn norm(row: &mut [f32], scale: &[f32], shift: Option<&[f32]>, epsilon: f32) {
    let n = row.len() as f32;
    let mean = sum(row, |x| x) / n;
    let variance = sum(row, |x| (x - mean) * (x - mean)) / n;
    let factor = 1.0 / (variance + epsilon).sqrt();
    for (x, scale) in row.iter_mut().zip(scale) {
        *x = (*x - mean) * factor * scale;
    }
    if let Some(shift) = shift {
        for (x, shift) in row.iter_mut().zip(shift) {
            *x += shift;
        }
    }
}

#[inline(always)]
fn sum(row: &[f32], value: impl Fn(f32) -> f32) -> f32 {
    fold(row, 0.0, |sum, x| sum + value(x))
}

/// Folds the numbers into `PARTS` parts and adds up what is in them; a maximum is folded likewise.
#[inline(always)]
fn fold(row: &[f32], start: f32, join: impl Fn(f32, f32) -> f32) -> f32 {
    let mut parts = [start; PARTS];
    let mut chunks = row.chunks_exact(PARTS);
    for chunk in &mut chunks {
        for (part, x) in parts.iter_mut().zip(chunk) {
            *part = join(*part, *x);
        }
    }
    for (part, x) in parts.iter_mut().zip(chunks.remainder()) {
        *part = join(*part, *x);
    }
    if start == 0.0 {
        parts.iter().sum()
    } else {
        parts.into_iter().fold(start, join)
    }
}

/// What the cells `[n, c]` of a picture become, a vector.
#[derive(Clone, Copy)]
pub(super) enum Pool {
    Mean,
    /// `(mean of max(x, epsilon)^power)^(1/power)`
    Generalized {
        power: u8,
        epsilon: f32,
    },
}

impl Pool {
    pub(super) fn run(self, cells: &[f32], to: &mut [f32]) {
        AutoArch::new().dispatch(PoolCells {
            pool: self,
            cells,
            to,
        });
    }
}

struct PoolCells<'a, 'b> {
    pool: Pool,
    cells: &'a [f32],
    to: &'b mut [f32],
}

impl WithSimd for PoolCells<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        match self.pool {
            Pool::Mean => mean(self.cells, self.to, |x| x),
            Pool::Generalized { power, epsilon } => {
                let at_least = |x: f32| if x < epsilon { epsilon } else { x };
                match power {
                    1 => mean(self.cells, self.to, at_least),
                    2 => mean(self.cells, self.to, |x| at_least(x) * at_least(x)),
                    3 => mean(self.cells, self.to, |x| {
                        let x = at_least(x);
                        x * x * x
                    }),
                    _ => mean(self.cells, self.to, |x| {
                        let x = at_least(x);
                        (1..power).fold(x, |raised, _| raised * x)
                    }),
                }
                if power > 1 {
                    let root = 1.0 / f32::from(power);
                    for x in self.to {
                        *x = x.powf(root);
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn mean(cells: &[f32], to: &mut [f32], value: impl Fn(f32) -> f32) {
    to.fill(0.0);
    for cell in cells.chunks_exact(to.len()) {
        for (sum, x) in to.iter_mut().zip(cell) {
            *sum += value(*x);
        }
    }
    let factor = to.len() as f32 / cells.len() as f32;
    for x in to {
        *x *= factor;
    }
}
