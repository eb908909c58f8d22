//! Fewer points than pixels, without losing a spike.

/// At most four points per column of the plot: the first, the smallest, the largest and the last
/// of each, in their order. `points` are sorted by x; those outside `range` are left out except
/// for one neighbor on each side, so that the line reaches the edge.
pub fn thinned(points: &[[f64; 2]], range: (f64, f64), n_columns: usize) -> Vec<[f64; 2]> {
    let start = points.partition_point(|point| point[0] < range.0);
    let end = points.partition_point(|point| point[0] <= range.1);
    let visible = &points[start.saturating_sub(1)..points.len().min(end + 1)];
    let n_columns = n_columns.max(1);
    if visible.len() <= n_columns * 4 {
        return visible.to_vec();
    }
    let width = (range.1 - range.0) / n_columns as f64;
    let column = |point: &[f64; 2]| ((point[0] - range.0) / width).floor();
    visible
        .chunk_by(|a, b| column(a) == column(b))
        .flat_map(corners)
        .collect()
}

/// First, smallest, largest and last point, each once, in order of x.
fn corners(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let by_value = |a: &usize, b: &usize| points[*a][1].total_cmp(&points[*b][1]);
    let smallest = (0..points.len()).min_by(by_value).unwrap_or(0);
    let largest = (0..points.len()).max_by(by_value).unwrap_or(0);
    let mut kept = [0, smallest, largest, points.len() - 1];
    kept.sort_unstable();
    let mut corners: Vec<usize> = kept.to_vec();
    corners.dedup();
    corners.into_iter().map(|idx| points[idx]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_spike_among_a_million_survives() {
        let mut points: Vec<_> = (0..1_000_000).map(|i| [f64::from(i), 0.5]).collect();
        points[777_777][1] = 9.0;
        points[123_456][1] = -9.0;
        let few = thinned(&points, (0.0, 999_999.0), 600);
        assert!(few.len() <= 4 * 601, "{} points", few.len());
        assert!(few.contains(&[777_777.0, 9.0]) && few.contains(&[123_456.0, -9.0]));
        assert!(few.windows(2).all(|pair| pair[0][0] < pair[1][0]));
    }

    #[test]
    fn few_points_stay_as_they_are_and_the_line_reaches_the_edge() {
        let points = [[0.0, 1.0], [1.0, 2.0], [2.0, 3.0], [3.0, 4.0], [4.0, 5.0]];
        assert_eq!(thinned(&points, (1.5, 2.5), 100), points[1..4]);
        assert_eq!(thinned(&points, (-1.0, 9.0), 100), points);
        assert!(thinned(&[], (0.0, 1.0), 100).is_empty());
    }
}
