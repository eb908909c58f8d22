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
    let best_of_a = best(a, b);
    let best_of_b = best(b, a);
    let mut matches: Vec<Match> = best_of_a
        .iter()
        .enumerate()
        .filter_map(|(i, found)| {
            let (j, similarity, ratio) = (*found)?;
            let mutual = best_of_b[j].is_some_and(|(back, ..)| back == i);
            (mutual && ratio <= MAX_RATIO).then(|| Match {
                a: a.places[i].map(|v| v / a.cell),
                b: b.places[j].map(|v| v / b.cell),
                similarity,
                confidence: (1.0 - ratio) * similarity.max(0.0),
            })
        })
        .collect();
    matches.sort_by(|p, q| q.confidence.total_cmp(&p.confidence));
    matches
}

/// For each point: its best partner, the cosine, and the distance over that of the second best.
fn best(of: &Points, among: &Points) -> Vec<Option<(usize, f32, f32)>> {
    (0..of.places.len())
        .into_par_iter()
        .map(|i| {
            let descriptor = of.descriptor(i);
            let mut first: Option<(usize, f32)> = None;
            let mut second = -1.0_f32;
            for j in 0..among.places.len() {
                let similarity = super::cells::dot(descriptor, among.descriptor(j));
                let Some((best, most)) = first else {
                    first = Some((j, similarity));
                    continue;
                };
                // The same corner in the next size is not a rival.
                let twin = |k: usize| {
                    let ([x, y], [u, v]) = (among.places[k], among.places[j]);
                    (x - u).hypot(y - v) < among.cell
                };
                if similarity > most {
                    if !twin(best) {
                        second = second.max(most);
                    }
                    first = Some((j, similarity));
                } else if similarity > second && !twin(best) {
                    second = similarity;
                }
            }
            let (j, most) = first?;
            let distance = |similarity: f32| (2.0 - 2.0 * similarity).max(1e-6).sqrt();
            Some((j, most, distance(most) / distance(second)))
        })
        .collect()
}
