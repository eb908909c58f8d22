//! Inner products of many rows with many rows, the arithmetic of exact search.
//!
//! The `gemm` crate chooses the vector instructions of the processor while the program runs, which a
//! loop of our own, compiled for the oldest processor we serve, cannot.

use gemm::Parallelism;

/// `out[i * n + j] = a_i . b_j` for the `m` rows of `a` and the `n` rows of `b`, `d` numbers each.
pub(super) fn inner_products(a: &[f32], b: &[f32], d: usize, out: &mut [f32]) {
    let (m, n) = (rows(a, d), rows(b, d));
    product(Matrix::rows(a, d), Matrix::columns(b, d), (m, d, n), out);
}

/// `out[i * n + j] = sum_k a[k * m + i] b[k * n + j]` for the `d` rows of both: `aT b`.
pub(super) fn transposed_product(a: &[f32], b: &[f32], (m, n): (usize, usize), out: &mut [f32]) {
    let d = rows(a, m);
    product(Matrix::columns(a, m), Matrix::rows(b, n), (m, d, n), out);
}

fn rows(values: &[f32], d: usize) -> usize {
    values.len().checked_div(d).unwrap_or(0)
}

/// Numbers and the steps from one column and one row to the next.
struct Matrix<'a> {
    values: &'a [f32],
    column_step: usize,
    row_step: usize,
}

impl<'a> Matrix<'a> {
    fn rows(values: &'a [f32], width: usize) -> Self {
        Self {
            values,
            column_step: 1,
            row_step: width,
        }
    }

    /// The same numbers, transposed.
    fn columns(values: &'a [f32], width: usize) -> Self {
        Self {
            values,
            column_step: width,
            row_step: 1,
        }
    }
}

/// `out = a b`, `[m, k] [k, n]`, all of them full.
fn product(a: Matrix<'_>, b: Matrix<'_>, (m, k, n): (usize, usize, usize), out: &mut [f32]) {
    assert_eq!(a.values.len(), m * k, "the left side is full");
    assert_eq!(b.values.len(), k * n, "the right side is full");
    assert_eq!(out.len(), m * n, "the result is full");
    if out.is_empty() {
        return;
    }
    #[expect(unsafe_code, reason = "the crate has no other way in")]
    // SAFETY: the three slices hold m * k, k * n and m * n numbers (asserted above), and the steps
    // are those of full matrices, so every element that is read or written lies inside. `out` is
    // borrowed alone, so it overlaps neither side.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            1,
            n as isize,
            false,
            a.values.as_ptr(),
            a.column_step as isize,
            a.row_step as isize,
            b.values.as_ptr(),
            b.column_step as isize,
            b.row_step as isize,
            0.0_f32,
            1.0_f32,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_match_the_sums_worked_out_by_hand() {
        // Rows (1 2), (3 4), (5 6) with (1 1), (2 -1): 3 0, 7 2, 11 4.
        let a = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let mut out = [9.0; 6];
        inner_products(&a, &[1.0, 1.0, 2.0, -1.0], 2, &mut out);
        assert_eq!(out, [3.0, 0.0, 7.0, 2.0, 11.0, 4.0]);
        // aT b with b = (1), (0), (2): 1 + 10 = 11, 2 + 12 = 14.
        let mut out = [9.0; 2];
        transposed_product(&a, &[1.0, 0.0, 2.0], (2, 1), &mut out);
        assert_eq!(out, [11.0, 14.0]);
    }
}
