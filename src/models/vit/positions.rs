//! Learned positions for pictures of another size than the network was trained on.
//!
//! Shape suffixes: `m` side of the learned grid, `h` rows, `w` columns, `n` cells, `d` width.

use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;

/// How a grid of positions is resized; both are cubic and treat the axes one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resampling {
    /// DINO and DINOv2: the scale is that of a grid larger by [`OFFSET`], and a smaller grid is not
    /// averaged (`interpolate_pos_encoding` in both repositories; facebookresearch/dino#8).
    Offset,
    /// DINOv2 with registers: the scale is that of the grid, and a smaller grid averages.
    Antialiased,
}

/// What DINO adds to the wanted number of cells before it divides.
const OFFSET: f64 = 0.1;
/// Slope of the cubic kernel (PyTorch's `upsample_bicubic2d`).
const SLOPE: f64 = -0.75;
/// Slope of the cubic kernel where it averages (PyTorch's `_upsample_bicubic2d_aa`, and Pillow).
const SLOPE_ANTIALIASED: f64 = -0.5;

/// Positions `[1, m * m, d]` for a grid of `[rows, columns]`, `[1, h * w, d]`.
///
/// It is two small matrix products, so gradients reach the table when crops are trained on.
pub fn resample(table_1nd: Tensor<3>, grid: [usize; 2], resampling: Resampling) -> Tensor<3> {
    let [_, n, d] = table_1nd.dims();
    let side = n.isqrt();
    let [rows, cols] = grid;
    let device = table_1nd.device();
    let down_hm = weights(side, rows, resampling, &device);
    let across_wm = weights(side, cols, resampling, &device);
    let resized = down_hm.matmul(table_1nd.reshape([side, side * d]));
    let resized_hmd = resized.reshape([rows, side, d]);
    let resized_hwd = across_wm.unsqueeze::<3>().matmul(resized_hmd);
    resized_hwd.reshape([1, rows * cols, d])
}

fn weights(from: usize, to: usize, resampling: Resampling, device: &Device) -> Tensor<2> {
    let rows: Vec<f32> = (0..to)
        .flat_map(|idx| match resampling {
            Resampling::Offset => cubic_row(from, to as f64 + OFFSET, idx),
            Resampling::Antialiased => antialiased_row(from, to, idx),
        })
        .collect();
    Tensor::from_data(TensorData::new(rows, [to, from]), device)
}

/// How much each of `from` cells gives to cell `idx` of about `to`; what lies outside is the border.
fn cubic_row(from: usize, to: f64, idx: usize) -> Vec<f32> {
    let center = (idx as f64 + 0.5) * from as f64 / to - 0.5;
    let mut row = vec![0.0; from];
    let first = center.floor() as isize - 1;
    for place in first..first + 4 {
        let inside = place.clamp(0, from as isize - 1) as usize;
        row[inside] += cubic(center - place as f64, SLOPE) as f32;
    }
    row
}

/// The same with a kernel as wide as a cell of the smaller grid; what lies outside is left out.
fn antialiased_row(from: usize, to: usize, idx: usize) -> Vec<f32> {
    let scale = from as f64 / to as f64;
    let width = scale.max(1.0);
    let center = scale * (idx as f64 + 0.5);
    // The bounds are PyTorch's: cells whose middle is within two widths, rounded as it does.
    let first = (center - 2.0 * width + 0.5).max(0.0) as usize;
    let end = ((center + 2.0 * width + 0.5) as usize).min(from);
    let taps = (0..from).map(|place| {
        let is_inside = (first..end).contains(&place);
        let distance = (place as f64 - center + 0.5) / width;
        f64::from(is_inside) * cubic(distance, SLOPE_ANTIALIASED)
    });
    let row: Vec<f64> = taps.collect();
    let sum: f64 = row.iter().sum();
    row.iter().map(|weight| (weight / sum) as f32).collect()
}

/// The cubic convolution kernel (Keys, 1981) at a distance in cells.
fn cubic(distance: f64, slope: f64) -> f64 {
    let x = distance.abs();
    if x <= 1.0 {
        ((slope + 2.0) * x - (slope + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        ((slope * x - 5.0 * slope) * x + 8.0 * slope) * x - 4.0 * slope
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resized(line: &[f64], to: usize, resampling: Resampling) -> Vec<f64> {
        (0..to)
            .map(|idx| {
                let row = match resampling {
                    Resampling::Offset => cubic_row(line.len(), to as f64 + OFFSET, idx),
                    Resampling::Antialiased => antialiased_row(line.len(), to, idx),
                };
                line.iter().zip(row).map(|(v, w)| v * f64::from(w)).sum()
            })
            .collect()
    }

    fn check(line: &[f64], resampling: Resampling, expected: &[f64]) {
        let found = resized(line, expected.len(), resampling);
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 2e-6, "{found} for {expected}");
        }
    }

    #[test]
    fn a_line_is_resized_as_pytorch_does() {
        // `interpolate` of PyTorch 2.15 over a line: scale_factor = (n + 0.1) / m, and size = n
        // with antialias.
        let line = [1.0, 0.0, 0.0, 2.0, 5.0, 3.0];
        let wider = [
            1.088_48, 0.518_44, -0.102_479, -0.219_35, 0.889_463, 2.127_587,
        ];
        check(&line[..4], Resampling::Offset, &wider);
        check(
            &line,
            Resampling::Offset,
            &[0.536_274, 0.564_847, 4.691_976],
        );
        check(
            &line,
            Resampling::Antialiased,
            &[0.326_36, 1.263_359, 3.958_159],
        );
    }

    #[test]
    fn a_constant_grid_stays_constant() {
        let device = Device::flex();
        for resampling in [Resampling::Offset, Resampling::Antialiased] {
            let table = Tensor::<3>::ones([1, 49, 2], &device);
            let resized = resample(table, [3, 11], resampling);
            assert_eq!(resized.dims(), [1, 33, 2]);
            let values = resized.into_data().try_into_vec::<f32>().unwrap();
            assert!(values.iter().all(|value| (value - 1.0).abs() < 1e-6));
        }
    }
}
