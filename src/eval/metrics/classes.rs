//! Figures of classification: how often the right class is first, or among the first five.
//!
//! 0 to 1, best 1. Source: DINO: eval_knn.py and eval_linear.py, SEED: main_lincls.py.

use super::MetricSpec;

/// What a classifier says about pictures of known classes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Classified {
    /// Classes of each picture, the likeliest first; unlikely ones may be left out.
    pub ranked: Vec<Vec<u32>>,
    /// The true class of each.
    pub labels: Vec<u32>,
}

impl Classified {
    /// The share of pictures whose class is among the first `n`.
    pub fn top(&self, n: usize) -> f32 {
        let both = self.ranked.iter().zip(&self.labels);
        let hits = both.filter(|(ranked, label)| ranked.iter().take(n).any(|c| c == *label));
        hits.count() as f32 / self.labels.len().max(1) as f32
    }
}

pub(super) const TOP_1: MetricSpec<Classified> = MetricSpec {
    id: "top-1",
    label: "Right class",
    help: "The share of pictures whose class was said.",
    compute: |classified| classified.top(1),
};

pub(super) const TOP_5: MetricSpec<Classified> = MetricSpec {
    id: "top-5",
    label: "Right class among five",
    help: "The share of pictures whose class is among the five likeliest.",
    compute: |classified| classified.top(5),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_value_worked_out_by_hand() {
        let classified = Classified {
            ranked: vec![vec![3, 1], vec![1, 3], vec![0, 1, 2, 4, 5, 3], vec![]],
            labels: vec![3; 4],
        };
        assert_eq!((TOP_1.compute)(&classified), 0.25);
        assert_eq!((TOP_5.compute)(&classified), 0.5);
    }
}
