//! Finds the affine map that most pairs of cells agree on.

use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use super::cells::Match;
use super::linear::Normal;
use super::types::Affine;

/// Distance from the map, in cells of the coarser grid, up to which a pair agrees.
pub const INLIER_CELLS: f64 = 1.25;
const MAX_TRIALS: usize = 2000;
/// Chance of having drawn at least one sample without outliers.
const SURENESS: f64 = 0.999;
const REFITS: usize = 3;
/// With fewer pairs, a map without shear is fitted.
const PAIRS_FOR_AFFINE: usize = 8;
const SCALES: std::ops::RangeInclusive<f64> = 1.0 / 12.0..=12.0;
const MAX_AXIS_RATIO: f64 = 4.0;
const SEED: u64 = 0x0c09_71e5;

/// A map in cells, and the pairs that agree with it.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Maps cell positions of B onto A.
    pub a_from_b: Affine,
    pub inliers: Vec<usize>,
}

/// The map with the most confident inliers; the same pairs always give the same map.
///
/// `pixels` turns a map of cells into one of pixels, where the axis ratio is judged.
pub fn fit(matches: &[Match], pixels: &dyn Fn(&Affine) -> Affine) -> Option<Fit> {
    let n_sampled = if matches.len() < PAIRS_FOR_AFFINE {
        2
    } else {
        3
    };
    if matches.len() < n_sampled.max(3) {
        return None;
    }
    let picker = Picker::new(matches);
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut best: Option<(f64, Fit)> = None;
    let mut n_trials = MAX_TRIALS;
    let mut trial = 0;
    while trial < n_trials {
        trial += 1;
        let sample = picker.pick(&mut rng, n_sampled);
        let Some(map) = solve(matches, &sample, n_sampled == 3, &|_| 1.0) else {
            continue;
        };
        if !is_plausible(&map, pixels) {
            continue;
        }
        let inliers = inliers(matches, &map);
        let support = support(matches, &inliers, &map);
        if best.as_ref().is_none_or(|(most, _)| support > *most) {
            n_trials = n_trials.min(trials_for(picker.share(&inliers), n_sampled));
            let a_from_b = map;
            best = Some((support, Fit { a_from_b, inliers }));
        }
    }
    let (_, fit) = best?;
    let fit = refit(matches, fit, n_sampled == 3, pixels);
    is_spread(matches, &fit.inliers).then_some(fit)
}

/// Pairs whose distance from the map, seen from both sides, is within the bound.
pub fn inliers(matches: &[Match], a_from_b: &Affine) -> Vec<usize> {
    let Some(b_from_a) = a_from_b.inverse() else {
        return Vec::new();
    };
    // The bound is 1.25 cells of the grid that is coarser once both lie on each other.
    let scale = a_from_b.scale();
    let (bound_a, bound_b) = (
        INLIER_CELLS * scale.max(1.0),
        INLIER_CELLS * scale.recip().max(1.0),
    );
    (0..matches.len())
        .filter(|&i| {
            let Match { a, b, .. } = matches[i];
            distance(a_from_b.apply(b), a) <= bound_a && distance(b_from_a.apply(a), b) <= bound_b
        })
        .collect()
}

/// Enough different rows and columns to carry a map.
pub fn is_spread(matches: &[Match], inliers: &[usize]) -> bool {
    let distinct = |axis: usize| {
        let mut places: Vec<i64> = inliers
            .iter()
            .map(|&i| matches[i].a[axis].floor() as i64)
            .collect();
        places.sort_unstable();
        places.dedup();
        places.len()
    };
    distinct(0) >= 3 && distinct(1) >= 3
}

/// Neither mirrored, nor far too large or small, nor squeezed.
pub fn is_plausible(a_from_b: &Affine, pixels: &dyn Fn(&Affine) -> Affine) -> bool {
    let (largest, smallest) = pixels(a_from_b).stretches();
    a_from_b.determinant() > 0.0
        && SCALES.contains(&a_from_b.scale())
        && largest <= MAX_AXIS_RATIO * smallest
}

fn refit(matches: &[Match], mut fit: Fit, affine: bool, pixels: &dyn Fn(&Affine) -> Affine) -> Fit {
    for _ in 0..REFITS {
        let closeness = |i: usize| closeness(&matches[i], &fit.a_from_b);
        let Some(map) = solve(matches, &fit.inliers, affine, &closeness) else {
            break;
        };
        let inliers = inliers(matches, &map);
        if !is_plausible(&map, pixels) || inliers.len() * 10 < fit.inliers.len() * 9 {
            break;
        }
        fit = Fit {
            a_from_b: map,
            inliers,
        };
    }
    fit
}

/// 1 for a pair that lies exactly on the map, 0 at twice the bound (Tukey's biweight).
fn closeness(pair: &Match, a_from_b: &Affine) -> f64 {
    let bound = 2.0 * INLIER_CELLS * a_from_b.scale().max(1.0);
    let share = distance(a_from_b.apply(pair.b), pair.a) / bound;
    (1.0 - share * share).max(0.0).powi(2)
}

/// Least squares over the chosen pairs, weighted by confidence and `closeness`.
fn solve(
    matches: &[Match],
    chosen: &[usize],
    affine: bool,
    closeness: &dyn Fn(usize) -> f64,
) -> Option<Affine> {
    if affine && chosen.len() >= 3 {
        let (mut x, mut y) = (Normal::<3>::new(), Normal::<3>::new());
        for &i in chosen {
            let Match { a, b, .. } = matches[i];
            let weight = weight(&matches[i]) * closeness(i);
            x.add(&[b[0], b[1], 1.0], a[0], weight);
            y.add(&[b[0], b[1], 1.0], a[1], weight);
        }
        let ([m0, m1, m2], [m3, m4, m5]) = (x.solve(0.0)?, y.solve(0.0)?);
        return Some(Affine {
            m: [m0, m1, m2, m3, m4, m5],
        });
    }
    let mut normal = Normal::<4>::new();
    for &i in chosen {
        let Match { a, b, .. } = matches[i];
        let weight = weight(&matches[i]) * closeness(i);
        normal.add(&[b[0], -b[1], 1.0, 0.0], a[0], weight);
        normal.add(&[b[1], b[0], 0.0, 1.0], a[1], weight);
    }
    let [cos, sin, x, y] = normal.solve(0.0)?;
    Some(Affine {
        m: [cos, -sin, x, sin, cos, y],
    })
}

/// Confidences span many powers of ten; the root keeps the weaker half in play.
fn weight(pair: &Match) -> f64 {
    f64::from(pair.confidence).sqrt().max(1e-3)
}

/// Pairs count the more, the closer they lie to the map.
fn support(matches: &[Match], inliers: &[usize], map: &Affine) -> f64 {
    inliers
        .iter()
        .map(|&i| (0.25 + weight(&matches[i])) * closeness(&matches[i], map))
        .sum()
}

fn trials_for(share: f64, n_sampled: usize) -> usize {
    let clean = share.clamp(0.0, 0.999_999).powi(n_sampled as i32);
    let trials = (1.0 - SURENESS).ln() / (1.0 - clean).ln();
    (trials.ceil() as usize).clamp(50, MAX_TRIALS)
}

fn distance(p: [f64; 2], q: [f64; 2]) -> f64 {
    (p[0] - q[0]).hypot(p[1] - q[1])
}

/// Draws pairs in proportion to their weight.
struct Picker {
    cumulative: Vec<f64>,
}

impl Picker {
    fn new(matches: &[Match]) -> Self {
        let mut total = 0.0;
        let cumulative = matches
            .iter()
            .map(|pair| {
                total += weight(pair);
                total
            })
            .collect();
        Self { cumulative }
    }

    fn total(&self) -> f64 {
        self.cumulative.last().copied().unwrap_or(0.0)
    }

    fn pick(&self, rng: &mut ChaCha8Rng, n_sampled: usize) -> Vec<usize> {
        let mut sample: Vec<usize> = Vec::with_capacity(n_sampled);
        for _ in 0..n_sampled * 8 {
            let place = rng.random_range(0.0..self.total());
            let i = self.cumulative.partition_point(|&sum| sum <= place);
            if i < self.cumulative.len() && !sample.contains(&i) {
                sample.push(i);
            }
            if sample.len() == n_sampled {
                break;
            }
        }
        sample
    }

    /// Chance that one draw hits one of `inliers`.
    fn share(&self, inliers: &[usize]) -> f64 {
        let weight = |i: usize| {
            let before = i.checked_sub(1).map_or(0.0, |i| self.cumulative[i]);
            self.cumulative[i] - before
        };
        inliers.iter().map(|&i| weight(i)).sum::<f64>() / self.total().max(1e-12)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(map: &Affine, n_outliers: usize) -> Vec<Match> {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut pairs = Vec::new();
        for i in 0..60 {
            let b = [(i % 10) as f64 + 0.5, (i / 10) as f64 + 0.5];
            let a = if i < n_outliers {
                [rng.random_range(0.0..20.0), rng.random_range(0.0..20.0)]
            } else {
                map.apply(b)
            };
            pairs.push(Match {
                a,
                b,
                similarity: 0.8,
                confidence: 0.1,
            });
        }
        pairs
    }

    #[test]
    fn the_map_is_found_among_outliers() {
        let map = Affine {
            m: [1.4, -0.2, 3.0, 0.25, 1.3, 2.0],
        };
        let fit = fit(&pairs(&map, 30), &|map| *map).unwrap();
        assert!(fit.inliers.len() >= 30);
        let off = fit.a_from_b.corner_distance(&map, 10.0, 6.0);
        assert!(off < 0.5, "off by {off} cells");
    }

    #[test]
    fn mirrored_and_squeezed_maps_are_refused() {
        let mirrored = Affine {
            m: [-1.0, 0.0, 12.0, 0.0, 1.0, 0.0],
        };
        assert!(!is_plausible(&mirrored, &|map| *map));
        assert!(!is_plausible(&Affine::scaling(5.0, 1.0), &|map| *map));
        assert!(!is_plausible(&Affine::scaling(0.05, 0.05), &|map| *map));
        assert!(is_plausible(&Affine::scaling(3.0, 1.0), &|map| *map));
    }

    #[test]
    fn inliers_in_one_row_are_refused() {
        let map = Affine::IDENTITY;
        let mut pairs = pairs(&map, 0);
        pairs.truncate(20); // two rows
        let all: Vec<usize> = (0..20).collect();
        assert!(!is_spread(&pairs, &all));
    }
}
