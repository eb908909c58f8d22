//! Small dense linear systems.

/// Solves `matrix * x = right` by Gaussian elimination, or `None` when it is singular.
pub fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> Option<[f64; N]> {
    for column in 0..N {
        let pivot = (column..N)
            .max_by(|&i, &j| matrix[i][column].abs().total_cmp(&matrix[j][column].abs()))?;
        if !matrix[pivot][column].is_finite() || matrix[pivot][column].abs() < 1e-12 {
            return None;
        }
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        let pivot_row = matrix[column];
        for row in column + 1..N {
            let factor = matrix[row][column] / pivot_row[column];
            for (value, pivot_value) in matrix[row].iter_mut().zip(&pivot_row).skip(column) {
                *value -= factor * pivot_value;
            }
            right[row] -= factor * right[column];
        }
    }
    let mut solution = [0.0; N];
    for row in (0..N).rev() {
        let known: f64 = (row + 1..N).map(|i| matrix[row][i] * solution[i]).sum();
        solution[row] = (right[row] - known) / matrix[row][row];
    }
    Some(solution)
}

/// Sums of a weighted least-squares problem with `N` unknowns.
pub struct Normal<const N: usize> {
    matrix: [[f64; N]; N],
    right: [f64; N],
}

impl<const N: usize> Normal<N> {
    pub fn new() -> Self {
        Self {
            matrix: [[0.0; N]; N],
            right: [0.0; N],
        }
    }

    /// Adds the equation `row . x = value`.
    pub fn add(&mut self, row: &[f64; N], value: f64, weight: f64) {
        for i in 0..N {
            let scaled = weight * row[i];
            for (sum, factor) in self.matrix[i].iter_mut().zip(row).skip(i) {
                *sum += scaled * factor;
            }
            self.right[i] += scaled * value;
        }
    }

    /// The best `x`; `damping` adds that share of the diagonal to itself.
    pub fn solve(mut self, damping: f64) -> Option<[f64; N]> {
        for i in 0..N {
            for j in 0..i {
                self.matrix[i][j] = self.matrix[j][i];
            }
            self.matrix[i][i] *= 1.0 + damping;
        }
        solve(self.matrix, self.right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_three_by_three_system_is_solved() {
        // x + y = 3, 2y + z = 7, x + z = 4 has the solution 1, 2, 3.
        let matrix = [[1.0, 1.0, 0.0], [0.0, 2.0, 1.0], [1.0, 0.0, 1.0]];
        let solution = solve(matrix, [3.0, 7.0, 4.0]).unwrap();
        for (got, expected) in solution.iter().zip([1.0, 2.0, 3.0]) {
            assert!((got - expected).abs() < 1e-12);
        }
        assert_eq!(solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0]), None);
    }
}
