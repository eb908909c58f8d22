//! Local descriptors without a network: gradients and colors around each cell of a grid.

use copylens::data::Picture;
use copylens::models::FeatureMap;

/// Cells along each edge.
pub const GRID: usize = 32;
const SIDE: usize = GRID * 8;
const DIRECTIONS: usize = 8;
/// Blocks of 8 x 8 pixels, 3 x 3 of them around each cell.
const REACH: isize = 1;

/// What a network would say about the picture: any grid of descriptors will do.
pub fn features(picture: &Picture) -> FeatureMap {
    let blocks = blocks(picture);
    let per_block = DIRECTIONS + 3;
    let mut data = Vec::new();
    for row in 0..GRID as isize {
        for col in 0..GRID as isize {
            let start = data.len();
            for y in row - REACH..=row + REACH {
                for x in col - REACH..=col + REACH {
                    let inside = |v: isize| v.clamp(0, GRID as isize - 1) as usize;
                    let block = (inside(y) * GRID + inside(x)) * per_block;
                    data.extend_from_slice(&blocks[block..block + per_block]);
                }
            }
            let length: f32 = data[start..].iter().map(|v| v * v).sum::<f32>().sqrt();
            data[start..].iter_mut().for_each(|v| *v /= length + 20.0);
        }
    }
    FeatureMap {
        rows: GRID,
        cols: GRID,
        channels: data.len() / (GRID * GRID),
        picture_width: picture.width,
        picture_height: picture.height,
        data,
    }
}

/// Per block: how much gradient in each direction, and the mean color.
fn blocks(picture: &Picture) -> Vec<f32> {
    let small = copylens::data::resize(picture, SIDE as u32, SIDE as u32);
    let grey: Vec<f32> = small
        .rgb
        .chunks_exact(3)
        .map(|p| p.iter().map(|v| f32::from(*v)).sum::<f32>() / 3.0)
        .collect();
    let per_block = DIRECTIONS + 3;
    let mut blocks = vec![0.0; GRID * GRID * per_block];
    for y in 1..SIDE - 1 {
        for x in 1..SIDE - 1 {
            let i = y * SIDE + x;
            let (dx, dy) = (grey[i + 1] - grey[i - 1], grey[i + SIDE] - grey[i - SIDE]);
            let turn = dy.atan2(dx) / std::f32::consts::TAU + 0.5;
            let place = turn * DIRECTIONS as f32;
            let (low, share) = (place.floor(), place.fract());
            let block = ((y / 8) * GRID + x / 8) * per_block;
            let size = dx.hypot(dy) / 16.0;
            blocks[block + low as usize % DIRECTIONS] += size * (1.0 - share);
            blocks[block + (low as usize + 1) % DIRECTIONS] += size * share;
            for channel in 0..3 {
                let level = f32::from(small.rgb[i * 3 + channel]) - grey[i];
                blocks[block + DIRECTIONS + channel] += level / 64.0 * 2.0;
            }
        }
    }
    blocks
}
