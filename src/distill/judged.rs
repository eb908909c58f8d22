//! How many judged pairs the student has right, on pairs that it does not learn from.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use burn::module::Module as _;
use burn::tensor::Device;
use serde::Deserialize;
use serde::Serialize;

use crate::data;
use crate::data::Preprocessing;
use crate::models::network::Network;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;

use super::pairs::Pairs;
use super::quality::embed;

/// More pairs than these tell hardly more, and every check embeds them all.
const MOST_HELD_OUT: usize = 100;
const MOST_OF_TRAINING: usize = 50;
/// Longer side of a picture before it becomes network input.
const SOURCE_SIDE: u32 = 512;

/// Judged pairs with their pixels, made once for a sitting.
pub struct JudgedPairs {
    /// Network input of each picture, `[3][size][size]`.
    planes: Vec<Vec<f32>>,
    size: usize,
    /// Places in `planes`, and whether the pair is a copy.
    held_out: Vec<([usize; 2], bool)>,
    /// Pairs that the student learns from; the threshold comes from them.
    training: Vec<([usize; 2], bool)>,
}

/// What was measured on the pairs that were held out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JudgedQuality {
    /// Share judged as the person did, at the threshold that is best for the pairs of the
    /// training, 0 to 1.
    pub right: f32,
    /// Chance that a copy is more alike than a pair that is none (area under the ROC curve), 0 to
    /// 1; 0.5 is guessing.
    pub auc: f32,
    pub n_pairs: usize,
}

/// The same before the training and with the best student.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgedChange {
    pub before: JudgedQuality,
    pub best: JudgedQuality,
}

impl JudgedPairs {
    /// Reads the pictures; pairs with one that cannot be read are left out.
    pub fn prepare(
        training: &Pairs,
        held_out: &Pairs,
        preprocessing: &Preprocessing,
        monitor: &Monitor,
    ) -> Result<Self, Cancelled> {
        let mut reader = Reader {
            preprocessing,
            places: BTreeMap::new(),
            planes: Vec::new(),
        };
        let held_out = reader.read(held_out, MOST_HELD_OUT, monitor)?;
        let training = reader.read(training, MOST_OF_TRAINING, monitor)?;
        Ok(Self {
            planes: reader.planes,
            size: preprocessing.size as usize,
            held_out,
            training,
        })
    }

    /// Compares the pictures of all pairs with the student as it is now.
    pub fn measure(
        &self,
        student: &Network,
        device: &Device,
        monitor: &Monitor,
    ) -> Result<JudgedQuality, Cancelled> {
        let rows = embed(&student.valid(), &self.planes, self.size, device, monitor)?;
        let alike = |pairs: &[([usize; 2], bool)]| -> Vec<(f32, bool)> {
            let cosine = |[a, b]: [usize; 2]| -> f32 {
                rows[a].iter().zip(&rows[b]).map(|(x, y)| x * y).sum()
            };
            let of_pair = |(places, is_copy): &([usize; 2], bool)| (cosine(*places), *is_copy);
            pairs.iter().map(of_pair).collect()
        };
        let held_out = alike(&self.held_out);
        let threshold = best_threshold(&alike(&self.training));
        Ok(JudgedQuality {
            right: share_right(&held_out, threshold),
            auc: area_under_roc(&held_out),
            n_pairs: held_out.len(),
        })
    }
}

struct Reader<'a> {
    preprocessing: &'a Preprocessing,
    /// Place of each picture; `None` for one that cannot be read.
    places: BTreeMap<PathBuf, Option<usize>>,
    planes: Vec<Vec<f32>>,
}

impl Reader<'_> {
    fn read(
        &mut self,
        pairs: &Pairs,
        most: usize,
        monitor: &Monitor,
    ) -> Result<Vec<([usize; 2], bool)>, Cancelled> {
        let mut read = Vec::new();
        for ([a, b], is_copy) in pairs.iter().take(most) {
            monitor.check()?;
            if let (Some(a), Some(b)) = (self.place(a), self.place(b)) {
                read.push(([a, b], is_copy));
            }
        }
        Ok(read)
    }

    fn place(&mut self, path: &Path) -> Option<usize> {
        if let Some(place) = self.places.get(path) {
            return *place;
        }
        let picture = data::decode(path).ok();
        let place = picture.map(|picture| {
            let picture = data::fit_within(&picture, SOURCE_SIDE);
            self.planes.push(data::planes(&picture, self.preprocessing));
            self.planes.len() - 1
        });
        self.places.insert(path.to_owned(), place);
        place
    }
}

/// The similarity from which on a pair counts as a copy, so that as many as possible are right:
/// in the middle between two pairs; 0.5 where there are none.
fn best_threshold(pairs: &[(f32, bool)]) -> f32 {
    let mut alike: Vec<f32> = pairs.iter().map(|(similarity, _)| *similarity).collect();
    alike.sort_by(f32::total_cmp);
    let between = alike.windows(2).map(|two| f32::midpoint(two[0], two[1]));
    let right = |threshold: f32| share_right(pairs, threshold);
    let best = between.max_by(|a, b| right(*a).total_cmp(&right(*b)));
    best.unwrap_or(0.5)
}

fn share_right(pairs: &[(f32, bool)], threshold: f32) -> f32 {
    let is_right = |(similarity, is_copy): &&(f32, bool)| (*similarity >= threshold) == *is_copy;
    let n_right = pairs.iter().filter(is_right).count();
    n_right as f32 / pairs.len().max(1) as f32
}

/// Of all pairs of a copy and a pair that is none: how often the copy is more alike; equal ones
/// count half (Hanley and McNeil 1982).
fn area_under_roc(pairs: &[(f32, bool)]) -> f32 {
    let of_kind = |wanted: bool| pairs.iter().filter(move |(_, is_copy)| *is_copy == wanted);
    let n_compared = of_kind(true).count() * of_kind(false).count();
    if n_compared == 0 {
        return 0.5;
    }
    let won = |copy: f32| -> f32 {
        let against = |other: f32| match copy.total_cmp(&other) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        };
        of_kind(false).map(|(other, _)| against(*other)).sum()
    };
    let total: f32 = of_kind(true).map(|(copy, _)| won(*copy)).sum();
    total / n_compared as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_those_worked_out_by_hand() {
        // Copies at 0.9, 0.6, 0.4; others at 0.5, 0.4, 0.1. Of nine comparisons the copies win
        // 3 + 3 + 1.5 = 7.5.
        let pairs = [
            (0.9, true),
            (0.6, true),
            (0.4, true),
            (0.5, false),
            (0.4, false),
            (0.1, false),
        ];
        assert!((area_under_roc(&pairs) - 7.5 / 9.0).abs() < 1e-6);
        // Between 0.5 and 0.6: five of six are right, no other threshold does better.
        assert!((best_threshold(&pairs) - 0.55).abs() < 1e-6);
        assert!((share_right(&pairs, 0.55) - 5.0 / 6.0).abs() < 1e-6);
        assert_eq!(area_under_roc(&pairs[..3]), 0.5);
        assert_eq!(best_threshold(&[]), 0.5);
    }
}
