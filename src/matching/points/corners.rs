//! Places that differ from their surroundings in every direction.

use super::describe::Slopes;

/// The picture is divided into this many boxes along each edge, so that corners spread.
const BOXES: usize = 8;
const PER_BOX: usize = 6;
/// Weaker corners are noise, in squared grey levels per pixel.
const MIN_STRENGTH: f32 = 4.0;
/// Distance from the border that a descriptor needs.
const BORDER: usize = 8;
/// No second corner within this distance.
const APART: usize = 2;

/// Column and row of the strongest corners of each part of the picture.
pub fn find(slopes: &Slopes) -> Vec<[usize; 2]> {
    let (width, height) = (slopes.width, slopes.height);
    if width <= 2 * BORDER || height <= 2 * BORDER {
        return Vec::new();
    }
    let strength = strengths(slopes);
    let mut boxes: Vec<Vec<(f32, [usize; 2])>> = vec![Vec::new(); BOXES * BOXES];
    for y in BORDER..height - BORDER {
        for x in BORDER..width - BORDER {
            let here = strength[y * width + x];
            if here >= MIN_STRENGTH && is_peak(&strength, width, x, y) {
                let place = (y * BOXES / height) * BOXES + x * BOXES / width;
                boxes[place].push((here, [x, y]));
            }
        }
    }
    for corners in &mut boxes {
        corners.sort_by(|p, q| q.0.total_cmp(&p.0));
        corners.truncate(PER_BOX);
    }
    boxes
        .into_iter()
        .flatten()
        .map(|(_, place)| place)
        .collect()
}

/// Harmonic mean of the two eigenvalues of the smoothed structure tensor.
fn strengths(slopes: &Slopes) -> Vec<f32> {
    let smooth = |product: &dyn Fn([f32; 2]) -> f32| {
        let values: Vec<f32> = slopes.values.iter().map(|slope| product(*slope)).collect();
        blurred(&values, slopes.width, slopes.height)
    };
    let xx = smooth(&|[x, _]| x * x);
    let yy = smooth(&|[_, y]| y * y);
    let xy = smooth(&|[x, y]| x * y);
    (0..xx.len())
        .map(|i| (xx[i] * yy[i] - xy[i] * xy[i]) / (xx[i] + yy[i] + 1e-3))
        .collect()
}

fn is_peak(strength: &[f32], width: usize, x: usize, y: usize) -> bool {
    let here = strength[y * width + x];
    (y - APART..=y + APART).all(|row| {
        (x - APART..=x + APART).all(|column| {
            let there = strength[row * width + column];
            // Of equals, the first one counts.
            there < here || (there == here && (row, column) >= (y, x))
        })
    })
}

/// Binomial filter over 5 x 5 pixels.
pub fn blurred(values: &[f32], width: usize, height: usize) -> Vec<f32> {
    const TAPS: [(isize, f32); 5] = [(-2, 1.0), (-1, 4.0), (0, 6.0), (1, 4.0), (2, 1.0)];
    let at = |v: usize, by: isize, n: usize| v.saturating_add_signed(by).min(n - 1);
    let mut rows = vec![0.0; values.len()];
    for y in 0..height {
        for x in 0..width {
            rows[y * width + x] = TAPS
                .iter()
                .map(|(by, weight)| weight * values[y * width + at(x, *by, width)])
                .sum::<f32>()
                / 16.0;
        }
    }
    let mut both = vec![0.0; values.len()];
    for y in 0..height {
        for x in 0..width {
            both[y * width + x] = TAPS
                .iter()
                .map(|(by, weight)| weight * rows[at(y, *by, height) * width + x])
                .sum::<f32>()
                / 16.0;
        }
    }
    both
}
