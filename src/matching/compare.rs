//! The comparison of two pictures, from features to verdict.

use super::appearance::Appearance;
use super::bands::Thresholds;
use super::candidate;
use super::candidate::Candidate;
use super::candidate::Side;
use super::cells;
use super::cells::Cells;
use super::cells::Match;
use super::cells::Similarities;
use super::overlap::Overlap;
use super::points;
use super::ransac;
use super::sentence;
use super::turn::Turn;
use super::types::Affine;
use super::types::Comparison;
use super::types::Correspondence;
use super::types::HeatMap;
use super::types::Verdict;
use crate::data::Picture;
use crate::models::FeatureMap;

/// Mean difference of the color levels (0 to 255) up to which two pictures agree everywhere.
const SAME_LEVELS: f32 = 5.0;
/// Share of windows that may differ in pictures that agree everywhere.
const SAME_FOREIGN: f32 = 0.02;

/// Compares `b`, a possible copy, with `a`; `features` runs the network on one picture.
///
/// `similarity` is the cosine of the whole-picture descriptors; it decides between "maybe" and
/// "different" when no common region can be proven.
pub fn compare(
    a: &Picture,
    b: &Picture,
    similarity: f32,
    features: &mut dyn FnMut(&Picture) -> FeatureMap,
) -> Comparison {
    compare_with(a, b, similarity, None, features)
}

/// Like [`compare`], taking away the mean local descriptor of many pictures when it is known.
pub fn compare_with(
    a: &Picture,
    b: &Picture,
    similarity: f32,
    background: Option<&[f32]>,
    features: &mut dyn FnMut(&Picture) -> FeatureMap,
) -> Comparison {
    let (side_a, side_b) = (Side::new(a), Side::new(b));
    let map_a = features(&side_a.picture);
    let mut try_turn = |turn: Turn, candidate: Option<Candidate>| {
        let map_b = features(&turn.apply(&side_b.picture));
        let grids = Grids::new(&side_a, &side_b, turn, [&map_a, &map_b], background);
        Found::new(&side_a, &side_b, grids, candidate)
    };
    let by_corners = candidate_by_corners(&side_a, &side_b);
    let mut best = by_corners.map(|candidate| {
        let turn = Turn::nearest(&candidate.a_from_b);
        try_turn(turn, Some(candidate))
    });
    for turns in [&Turn::USUAL[..], &Turn::UNUSUAL[..]] {
        if best.as_ref().is_some_and(Found::is_beyond_doubt) {
            break;
        }
        for &turn in turns {
            let found = try_turn(turn, None);
            if best.as_ref().is_none_or(|best| found.beats(best)) {
                best = Some(found);
            }
        }
    }
    let found = best.expect("at least one way of turning was tried");
    conclude(a, b, similarity, &side_a, &side_b, found)
}

/// What corners propose, when it is any good.
fn candidate_by_corners(a: &Side, b: &Side) -> Option<Candidate> {
    points::align(a, b)
        .into_iter()
        .filter_map(|agreed| {
            let candidate = Candidate::new(a, b, agreed.a_from_b)?;
            Some(Candidate {
                by_corners: candidate::is_enough(agreed.n_inliers, agreed.n_matches),
                ..candidate
            })
        })
        .filter(|candidate| candidate.is_verified(false))
        .max_by(|p, q| p.rank().total_cmp(&q.rank()))
}

/// Both grids of cells in one way of turning B, and what they find in each other.
struct Grids {
    turn: Turn,
    cells_a: Cells,
    cells_b: Cells,
    similarities: Similarities,
    matches: Vec<Match>,
    /// Maps pixels of working A to cells of A.
    cells_from_a: Affine,
    /// Maps pixels of working B, as it is, to cells of turned B.
    cells_from_b: Affine,
}

impl Grids {
    fn new(
        a: &Side,
        b: &Side,
        turn: Turn,
        [map_a, map_b]: [&FeatureMap; 2],
        background: Option<&[f32]>,
    ) -> Self {
        let own_mean = cells::mean_descriptor(&[map_a, map_b]);
        let mean = background.unwrap_or(&own_mean);
        let deviations_b = super::grey::Grey::new(&turn.apply(&b.picture));
        let cells_a = Cells::new(
            map_a,
            mean,
            &a.pyramid.full().cell_deviations(map_a.rows, map_a.cols),
        );
        let cells_b = Cells::new(
            map_b,
            mean,
            &deviations_b.cell_deviations(map_b.rows, map_b.cols),
        );
        let similarities = Similarities::new(&cells_a, &cells_b);
        let matches = similarities.mutual(&cells_a, &cells_b);
        let [width, height] = b.pyramid.size();
        let turned_size = if turn.quarters % 2 == 1 {
            [height, width]
        } else {
            [width, height]
        };
        Self {
            turn,
            cells_from_a: cells_from_pixels(map_a, a.pyramid.size()),
            cells_from_b: cells_from_pixels(map_b, turned_size)
                * turn.turned_from_picture(width, height),
            cells_a,
            cells_b,
            similarities,
            matches,
        }
    }

    /// A map of cells as a map of pixels, B as it is onto A.
    fn pixels(&self, cells: &Affine) -> Option<Affine> {
        Some(self.cells_from_a.inverse()? * *cells * self.cells_from_b)
    }

    /// A map of pixels, B as it is onto A, as a map of cells.
    fn cells(&self, pixels: &Affine) -> Option<Affine> {
        Some(self.cells_from_a * *pixels * self.cells_from_b.inverse()?)
    }
}

fn cells_from_pixels(map: &FeatureMap, [width, height]: [f64; 2]) -> Affine {
    Affine::scaling(map.cols as f64 / width, map.rows as f64 / height)
}

/// The best alignment for one way of turning B.
struct Found {
    grids: Grids,
    candidate: Option<Candidate>,
    inliers: Vec<usize>,
}

impl Found {
    fn new(a: &Side, b: &Side, grids: Grids, by_corners: Option<Candidate>) -> Self {
        let as_pixels = |map: &Affine| grids.pixels(map).unwrap_or(Affine::scaling(0.0, 0.0));
        let by_cells = ransac::fit(&grids.matches, &as_pixels)
            .and_then(|fit| Candidate::new(a, b, grids.pixels(&fit.a_from_b)?));
        let whole = whole_on_whole(a, b, grids.turn);
        let by_frame = Candidate::new(a, b, whole);
        let candidate = [by_corners, by_cells, by_frame]
            .into_iter()
            .flatten()
            .max_by(|p, q| p.rank().total_cmp(&q.rank()))
            .map(|candidate| {
                // The grids of one way of turning may well find the picture in another one.
                let turn = Turn::nearest(&candidate.a_from_b);
                candidate.snapped(a, b, &whole_on_whole(a, b, turn))
            });
        let inliers = candidate
            .as_ref()
            .and_then(|candidate| grids.cells(&candidate.a_from_b))
            .map(|map| ransac::inliers(&grids.matches, &map))
            .unwrap_or_default();
        Self {
            grids,
            candidate,
            inliers,
        }
    }

    fn is_verified(&self) -> bool {
        let matches = &self.grids.matches;
        let by_cells = candidate::is_enough(self.inliers.len(), matches.len())
            && ransac::is_spread(matches, &self.inliers);
        self.candidate
            .as_ref()
            .is_some_and(|candidate| candidate.is_verified(by_cells))
    }

    fn is_beyond_doubt(&self) -> bool {
        self.is_verified()
            && self
                .candidate
                .as_ref()
                .is_some_and(Candidate::is_beyond_doubt)
    }

    fn beats(&self, other: &Self) -> bool {
        let rank = |found: &Self| {
            let rank = found.candidate.as_ref().map_or(-1.0, Candidate::rank);
            (found.is_verified(), rank)
        };
        rank(self).partial_cmp(&rank(other)) == Some(std::cmp::Ordering::Greater)
    }
}

/// Edge on edge, whatever the sizes.
fn whole_on_whole(a: &Side, b: &Side, turn: Turn) -> Affine {
    let ([a_width, a_height], [width, height]) = (a.pyramid.size(), b.pyramid.size());
    let (turned_width, turned_height) = if turn.quarters % 2 == 1 {
        (height, width)
    } else {
        (width, height)
    };
    Affine::scaling(a_width / turned_width, a_height / turned_height)
        * turn.turned_from_picture(width, height)
}

fn conclude(
    a: &Picture,
    b: &Picture,
    similarity: f32,
    side_a: &Side,
    side_b: &Side,
    found: Found,
) -> Comparison {
    let verified = found.is_verified() || a == b;
    let Found {
        grids,
        candidate,
        inliers,
    } = found;
    let (heat_a, heat_b) = grids.similarities.heat(&grids.cells_a, &grids.cells_b);
    let correspondences = correspondences(&grids, side_a, side_b, &inliers, verified);
    let mut comparison = Comparison {
        similarity,
        verdict: Verdict::Different,
        transform: None,
        mirrored: false,
        inliers: correspondences.iter().filter(|pair| pair.inlier).count(),
        correspondences,
        heat_a,
        heat_b: turned_back(&heat_b, grids.turn),
        overlap_a: 0.0,
        overlap_b: 0.0,
        sentence: String::new(),
        advice: None,
    };
    let candidate = if a == b {
        Some(Candidate::measured(side_a, side_b, Affine::IDENTITY))
    } else {
        candidate
    };
    match candidate.filter(|_| verified) {
        Some(candidate) => {
            describe_alignment(&mut comparison, [a, b], [side_a, side_b], &candidate);
        }
        None => describe_failure(&mut comparison, side_a, side_b),
    }
    comparison
}

fn describe_alignment(
    comparison: &mut Comparison,
    [a, b]: [&Picture; 2],
    [side_a, side_b]: [&Side; 2],
    candidate: &Candidate,
) {
    let a_from_b = side_a.original_from_working * candidate.a_from_b * side_b.working_from_original;
    let size = |picture: &Picture| [f64::from(picture.width), f64::from(picture.height)];
    let overlap = Overlap::new(size(a), size(b), &a_from_b);
    let appearance = Appearance::measure(&side_a.picture, &side_b.picture, candidate);
    let [x, y] = size(a);
    let whole = Affine::scaling(x / size(b)[0], y / size(b)[1]);
    let edge_on_edge = a_from_b.corner_distance(&whole, size(b)[0], size(b)[1]) < 0.01 * x.max(y);
    let agrees_everywhere =
        appearance.difference <= SAME_LEVELS && candidate.agreement.foreign <= SAME_FOREIGN;
    comparison.verdict = if edge_on_edge && agrees_everywhere {
        Verdict::Same
    } else {
        Verdict::Edited
    };
    comparison.mirrored = a_from_b.determinant() < 0.0;
    comparison.overlap_a = overlap.share_of_a as f32;
    comparison.overlap_b = overlap.share_of_b as f32;
    comparison.sentence = if a == b {
        "The same picture, pixel for pixel".to_owned()
    } else {
        sentence::describe(
            comparison.verdict,
            &a_from_b,
            size(a),
            &overlap,
            &appearance,
        )
    };
    comparison.transform = Some(a_from_b);
}

fn describe_failure(comparison: &mut Comparison, a: &Side, b: &Side) {
    let maybe = comparison.similarity >= Thresholds::default().maybe;
    comparison.verdict = if maybe {
        Verdict::Maybe
    } else {
        Verdict::Different
    };
    let (sentence, advice) =
        sentence::describe_failure(comparison.verdict, a.is_flat() || b.is_flat());
    comparison.sentence = sentence.into();
    comparison.advice = advice.map(str::to_owned);
}

/// Pairs in pixels of the pictures as they were handed in, best first.
fn correspondences(
    grids: &Grids,
    a: &Side,
    b: &Side,
    inliers: &[usize],
    verified: bool,
) -> Vec<Correspondence> {
    let maps = (grids.cells_from_a.inverse(), grids.cells_from_b.inverse());
    let (Some(a_from_cells), Some(b_from_cells)) = maps else {
        return Vec::new();
    };
    let a_from_cells = a.original_from_working * a_from_cells;
    let b_from_cells = b.original_from_working * b_from_cells;
    let mut pairs: Vec<Correspondence> = grids
        .matches
        .iter()
        .enumerate()
        .map(|(i, pair)| Correspondence {
            a: a_from_cells.apply(pair.a).map(|v| v as f32),
            b: b_from_cells.apply(pair.b).map(|v| v as f32),
            similarity: pair.similarity,
            inlier: verified && inliers.contains(&i),
        })
        .collect();
    pairs.sort_by(|p, q| q.similarity.total_cmp(&p.similarity));
    pairs
}

/// The heat map of turned B, laid on B as it is.
fn turned_back(turned: &HeatMap, turn: Turn) -> HeatMap {
    let (rows, cols) = if turn.quarters % 2 == 1 {
        (turned.cols, turned.rows)
    } else {
        (turned.rows, turned.cols)
    };
    let map = turn.turned_from_picture(cols as f64, rows as f64);
    let values = (0..rows * cols)
        .map(|cell| {
            let center = [(cell % cols) as f64 + 0.5, (cell / cols) as f64 + 0.5];
            let [x, y] = map.apply(center);
            turned.values[y as usize * turned.cols + x as usize]
        })
        .collect();
    HeatMap { rows, cols, values }
}
