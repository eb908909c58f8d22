//! A second opinion that needs no network: corners, matched whatever their size and turn.
//!
//! Cells of a network are coarse and follow neither a strong zoom nor a turn. Corners of the grey
//! picture do, so a crop of a tenth or a turn by 40 degrees is still found; the pixels decide
//! afterwards, as for every other candidate.

mod corners;
mod describe;

use rayon::prelude::*;

use super::candidate::Side;
use super::cells::Match;
use super::cells::dot;
use super::grey::Pyramid;
use super::ransac;
use super::turn::Turn;
use super::types::Affine;
use crate::data::Picture;

/// Each size is this much smaller than the one before.
const STEP: f64 = std::f64::consts::SQRT_2;
/// No corners are looked for in pictures smaller than this.
const SMALLEST_SIDE: f64 = 48.0;
/// The best match must be this much closer than the second best.
const MAX_RATIO: f32 = 0.85;
/// The longer edge of a picture in units of the inlier bound's cells.
const CELLS: f64 = 80.0;

/// Corners of one picture, in pixels of that picture.
struct Points {
    places: Vec<[f64; 2]>,
    /// [`describe::LENGTH`] numbers each, of length 1.
    descriptors: Vec<f32>,
    cell: f64,
}

/// A map of B onto A that corners agree on.
pub struct Agreed {
    pub a_from_b: Affine,
    pub n_inliers: usize,
    pub n_matches: usize,
}

/// The best map for B as it is and for its mirror image.
pub fn align(a: &Side, b: &Side) -> Vec<Agreed> {
    let points_a = Points::new(&a.pyramid);
    Turn::USUAL
        .into_iter()
        .filter_map(|turn| {
            let points_b = Points::of_picture(&turn.apply(&b.picture));
            let matches = matches(&points_a, &points_b);
            let (from_cells, to_cells) = (
                Affine::scaling(points_a.cell, points_a.cell),
                Affine::scaling(points_b.cell.recip(), points_b.cell.recip()),
            );
            let pixels = |map: &Affine| from_cells * *map * to_cells;
            let fit = ransac::fit(&matches, &pixels)?;
            let [width, height] = b.pyramid.size();
            Some(Agreed {
                a_from_b: pixels(&fit.a_from_b) * turn.turned_from_picture(width, height),
                n_inliers: fit.inliers.len(),
                n_matches: matches.len(),
            })
        })
        .collect()
}

impl Points {
    fn of_picture(picture: &Picture) -> Self {
        Self::new(&Pyramid::new(picture))
    }

    fn new(pyramid: &Pyramid) -> Self {
        let [width, height] = pyramid.size();
        let mut scales = Vec::new();
        let mut scale = 1.0;
        while width.min(height) / scale >= SMALLEST_SIDE {
            scales.push(scale);
            scale *= STEP;
        }
        let sizes: Vec<(Vec<[f64; 2]>, Vec<f32>)> = scales
            .into_par_iter()
            .map(|scale| {
                let (columns, rows) = ((width / scale).floor(), (height / scale).floor());
                let map = Affine::scaling(width / columns, height / rows);
                let view = pyramid.view(&map, columns as usize, rows as usize);
                let slopes = describe::Slopes::new(&view);
                let mut places = Vec::new();
                let mut descriptors = Vec::new();
                for corner in corners::find(&slopes) {
                    for angle in slopes.angles(corner) {
                        descriptors.extend(slopes.describe(corner, angle));
                        places.push(map.apply([corner[0] as f64 + 0.5, corner[1] as f64 + 0.5]));
                    }
                }
                (places, descriptors)
            })
            .collect();
        let mut points = Self {
            places: Vec::new(),
            descriptors: Vec::new(),
            cell: width.max(height) / CELLS,
        };
        for (places, descriptors) in sizes {
            points.places.extend(places);
            points.descriptors.extend(descriptors);
        }
        points
    }

    fn descriptor(&self, point: usize) -> &[f32] {
        &self.descriptors[point * describe::LENGTH..(point + 1) * describe::LENGTH]
    }
}

/// Pairs that are each other's best and clearly better than the second best.
fn matches(a: &Points, b: &Points) -> Vec<Match> {
    let (n_a, n_b) = (a.places.len(), b.places.len());
    if n_a == 0 || n_b == 0 {
        return Vec::new();
    }
    let mut similarities = vec![0.0_f32; n_a * n_b];
    similarities
        .par_chunks_mut(n_b)
        .enumerate()
        .for_each(|(i, row)| {
            for (j, similarity) in row.iter_mut().enumerate() {
                *similarity = dot(a.descriptor(i), b.descriptor(j));
            }
        });
    let best_of_b: Vec<Option<Partner>> = (0..n_b)
        .into_par_iter()
        .map(|j| best(a, |i| similarities[i * n_b + j]))
        .collect();
    let mut matches: Vec<Match> = (0..n_a)
        .filter_map(|i| {
            let partner = best(b, |j| similarities[i * n_b + j])?;
            let back = best_of_b[partner.point].as_ref()?;
            (back.point == i && partner.ratio <= MAX_RATIO).then(|| Match {
                a: a.places[i].map(|v| v / a.cell),
                b: b.places[partner.point].map(|v| v / b.cell),
                similarity: partner.similarity,
                confidence: (1.0 - partner.ratio) * partner.similarity.max(0.0),
            })
        })
        .collect();
    matches.sort_by(|p, q| q.confidence.total_cmp(&p.confidence));
    matches
}

/// The best match of one point.
struct Partner {
    point: usize,
    similarity: f32,
    /// Its distance over that of the second best.
    ratio: f32,
}

/// The best of `among`; its twin in the next size is no rival to it.
fn best(among: &Points, similarity: impl Fn(usize) -> f32) -> Option<Partner> {
    let all = || (0..among.places.len()).map(|j| (j, similarity(j)));
    let (point, most) = all().max_by(|p, q| p.1.total_cmp(&q.1))?;
    let [x, y] = among.places[point];
    let second = all()
        .filter(|(j, _)| {
            let [u, v] = among.places[*j];
            (x - u).hypot(y - v) >= among.cell
        })
        .map(|(_, similarity)| similarity)
        .fold(-1.0, f32::max);
    let distance = |similarity: f32| (2.0 - 2.0 * similarity).max(1e-6).sqrt();
    Some(Partner {
        point,
        similarity: most,
        ratio: distance(most) / distance(second),
    })
}
