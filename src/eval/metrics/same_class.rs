//! Figures of metric learning: how many of the nearest pictures are of the same class.
//!
//! Every picture of the classes to measure on is a query, all others are searched. With `f` pictures
//! of a class, `R = f - 1` others should be found. 0 to 1, best 1 except where said.
//!
//! - Recall@k: share of queries with one of their class among the first k.
//! - MAP@R: `mean_q (1/R) sum_{i=1..R} Prec@i * rel_i` and R-precision: the share of the first R that
//!   are of the class (Musgrave et al., arXiv 2003.08505, section 3).
//! - `mAP_c` as OBD-SD's code has it (metrics/c_mAP.py): `(1/f) sum_{n=1..f} Prec@n * hit_n`. It counts
//!   the query among what should be found, so its best value is `(f - 1) / f`; for comparison only.
//!
//! Deviations: the query is left out by its number and not as "the first hit", which takes away a
//! duplicate instead; queries alone in their class are left out, the source counts them as misses.

use super::MetricSpec;

/// The classes of what each query finds, itself left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SameClass {
    /// The class of each query.
    pub labels: Vec<u32>,
    /// The classes of its nearest pictures, nearest first; at least as many as it has others of its
    /// class, where the set has them.
    pub found: Vec<Vec<u32>>,
    /// How many pictures of its class there are, the query included.
    pub class_sizes: Vec<u32>,
}

impl SameClass {
    /// `neighbors` are rows of the set itself, nearest first; a query among its own is passed over.
    pub fn new(labels: &[u32], neighbors: &[Vec<u32>]) -> Self {
        let n_classes = labels.iter().max().map_or(0, |last| *last as usize + 1);
        let mut sizes = vec![0_u32; n_classes];
        for label in labels {
            sizes[*label as usize] += 1;
        }
        let found = neighbors.iter().enumerate().map(|(query, rows)| {
            let others = rows.iter().filter(|row| **row as usize != query);
            others.map(|row| labels[*row as usize]).collect()
        });
        Self {
            labels: labels.to_vec(),
            found: found.collect(),
            class_sizes: labels.iter().map(|label| sizes[*label as usize]).collect(),
        }
    }

    /// The mean of `figure(hits, f)` over the queries that are not alone in their class.
    fn mean(&self, figure: impl Fn(&[bool], usize) -> f64) -> f32 {
        let (mut sum, mut n_queries) = (0.0, 0_u32);
        for ((label, found), size) in self.labels.iter().zip(&self.found).zip(&self.class_sizes) {
            if *size >= 2 {
                let hits: Vec<bool> = found.iter().map(|class| class == label).collect();
                sum += figure(&hits, *size as usize);
                n_queries += 1;
            }
        }
        (sum / f64::from(n_queries.max(1))) as f32
    }

    pub fn recall_at(&self, k: usize) -> f32 {
        self.mean(|hits, _| f64::from(u8::from(hits.iter().take(k).any(|hit| *hit))))
    }
}

/// The sum of the precision at each hit among the first `n`.
fn precision_at_hits(hits: &[bool], n: usize) -> f64 {
    let mut n_hits = 0_u32;
    let mut sum = 0.0;
    for (idx, _) in hits.iter().take(n).enumerate().filter(|(_, hit)| **hit) {
        n_hits += 1;
        sum += f64::from(n_hits) / (idx + 1) as f64;
    }
    sum
}

const fn recall(
    id: &'static str,
    label: &'static str,
    help: &'static str,
    compute: fn(&SameClass) -> f32,
) -> MetricSpec<SameClass> {
    MetricSpec {
        id,
        label,
        help,
        compute,
    }
}

pub(super) const RECALL_AT_1: MetricSpec<SameClass> = recall(
    "class-recall-at-1",
    "Nearest is of the class",
    "The share of pictures whose nearest other picture is of the same class.",
    |found| found.recall_at(1),
);

pub(super) const RECALL_AT_2: MetricSpec<SameClass> = recall(
    "class-recall-at-2",
    "Class among the first 2",
    "The share of pictures with one of their class among the two nearest.",
    |found| found.recall_at(2),
);

pub(super) const RECALL_AT_4: MetricSpec<SameClass> = recall(
    "class-recall-at-4",
    "Class among the first 4",
    "The share of pictures with one of their class among the four nearest.",
    |found| found.recall_at(4),
);

pub(super) const RECALL_AT_10: MetricSpec<SameClass> = recall(
    "class-recall-at-10",
    "Class among the first 10",
    "The share of pictures with one of their class among the ten nearest.",
    |found| found.recall_at(10),
);

pub(super) const MAP_AT_R: MetricSpec<SameClass> = recall(
    "map-at-r",
    "MAP@R",
    "How purely the nearest pictures are of the same class, earlier places counting more.",
    |found| found.mean(|hits, size| precision_at_hits(hits, size - 1) / (size - 1) as f64),
);

pub(super) const R_PRECISION: MetricSpec<SameClass> = recall(
    "r-precision",
    "R-precision",
    "The share of the nearest pictures that are of the same class, as many as the class has.",
    |found| {
        found.mean(|hits, size| {
            let n_hits = hits.iter().take(size - 1).filter(|hit| **hit).count();
            n_hits as f64 / (size - 1) as f64
        })
    },
);

pub(super) const MAP_C: MetricSpec<SameClass> = recall(
    "map-c-obd",
    "mAP_c as OBD-SD computes it",
    "For comparison with its tables only: it counts the query itself as one that should be found.",
    |found| found.mean(|hits, size| precision_at_hits(hits, size) / size as f64),
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_values_worked_out_by_hand() {
        // Classes 0 0 0 1 1 2. Query 0 finds 0 1 0: R = 2, Prec@1 = 1, second wrong: MAP@R = 0.5,
        // R-precision 0.5; mAP_c = (1 + 2/3) / 3 = 0.555556. Query 3 finds 0 1: R = 1: 0, 0;
        // mAP_c = (1/2) / 2 = 0.25. Query 5 is alone.
        let found = SameClass {
            labels: vec![0, 1, 2],
            found: vec![vec![0, 1, 0], vec![0, 1], vec![0, 0]],
            class_sizes: vec![3, 2, 1],
        };
        assert_eq!((RECALL_AT_1.compute)(&found), 0.5);
        assert_eq!((RECALL_AT_2.compute)(&found), 1.0);
        assert_eq!((MAP_AT_R.compute)(&found), 0.25);
        assert_eq!((R_PRECISION.compute)(&found), 0.25);
        assert!(((MAP_C.compute)(&found) - f32::midpoint(5.0 / 9.0, 0.25)).abs() < 1e-6);
    }

    #[test]
    fn a_query_is_not_its_own_neighbor_wherever_it_stands() {
        // Pictures 0 and 1 are duplicates: 1 stands before 0 in the list of 0.
        let found = SameClass::new(&[0, 1, 0], &[vec![1, 0, 2], vec![0, 1], vec![2, 0]]);
        assert_eq!(found.found, [vec![1, 0], vec![0], vec![0]]);
        assert_eq!(found.class_sizes, [2, 1, 2]);
    }
}
