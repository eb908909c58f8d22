//! Smoothing that does not depend on how densely the points lie.

/// The weight of a value fades over this share of the whole curve at strength 1.
const N_UNITS: f64 = 1000.0;

/// Exponential moving average weighted by distance on the horizontal axis, without the bias
/// towards zero at its start.
///
/// `strength` is 0 (the curve itself) to 1 (nearly flat). Two points that lie close together
/// count as one observation would: `w^distance` of the old average is kept, where the whole
/// curve is 1000 units long.
pub fn smoothed(points: &[[f64; 2]], strength: f32) -> Vec<[f64; 2]> {
    let weight = f64::from(strength.clamp(0.0, 1.0)).sqrt().min(0.999);
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return Vec::new();
    };
    let range = (last[0] - first[0]).abs();
    if weight == 0.0 || range == 0.0 {
        return points.to_vec();
    }
    let mut sum = 0.0;
    let mut total_weight = 0.0;
    let mut previous_x = first[0];
    points
        .iter()
        .map(|&[x, y]| {
            let kept = weight.powf((x - previous_x).abs() / range * N_UNITS);
            previous_x = x;
            sum = sum * kept + y;
            total_weight = total_weight * kept + 1.0;
            [x, sum / total_weight]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_stays_constant_from_its_first_point() {
        let points: Vec<_> = (0..50).map(|i| [f64::from(i), 3.0]).collect();
        for [_, y] in smoothed(&points, 0.9) {
            assert!((y - 3.0).abs() < 1e-12);
        }
    }

    #[test]
    fn strength_zero_changes_nothing() {
        let points = [[0.0, 1.0], [1.0, 5.0], [2.0, -3.0]];
        assert_eq!(smoothed(&points, 0.0), points);
    }

    #[test]
    fn more_strength_means_less_up_and_down() {
        let points: Vec<_> = (0..1000)
            .map(|i| [f64::from(i), f64::from(i % 2)])
            .collect();
        let travel = |strength| {
            let line = smoothed(&points, strength);
            line.windows(2)
                .map(|pair| (pair[1][1] - pair[0][1]).abs())
                .sum::<f64>()
        };
        assert!(travel(0.9) < travel(0.5) && travel(0.5) < travel(0.0));
    }

    #[test]
    fn the_weight_is_worked_out_by_hand() {
        // Range 10 is 1000 units, so one step of 10 is 1000 units: w = sqrt(0.25) = 0.5, and
        // 0.5^1000 is nothing: the second point stands alone.
        assert_eq!(
            smoothed(&[[0.0, 8.0], [10.0, 2.0]], 0.25),
            [[0.0, 8.0], [10.0, 2.0]]
        );
        // The middle point is one unit after the first: (8 * 0.5 + 2) / 1.5 = 4.
        let line = smoothed(&[[0.0, 8.0], [1.0, 2.0], [1000.0, 0.0]], 0.25);
        assert!((line[1][1] - 4.0).abs() < 1e-12);
    }
}
