//! Figures of clusterings: how well clusters found without labels agree with the classes.
//!
//! `NMI = 2 I(Y; C) / (H(Y) + H(C))`, the arithmetic mean of the entropies (scikit-learn's
//! `normalized_mutual_info_score`; OBD-SD: metrics/nmi.py). F1 counts pairs: `TP = sum C(n_ck, 2)`,
//! `F1 = 2 TP / (pairs in classes + pairs in clusters)` (metrics/f1.py, where precision and recall have
//! each other's names, which does not change F1). 0 to 1, best 1.

use std::collections::BTreeMap;

use super::MetricSpec;

/// Pictures with a class and a cluster each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clustering {
    pub labels: Vec<u32>,
    pub clusters: Vec<u32>,
}

/// How many pictures share a class, a cluster, both.
struct Counts {
    classes: BTreeMap<u32, u64>,
    clusters: BTreeMap<u32, u64>,
    both: BTreeMap<(u32, u32), u64>,
    n: f64,
}

impl Counts {
    fn of(clustering: &Clustering) -> Self {
        let mut counts = Self {
            classes: BTreeMap::new(),
            clusters: BTreeMap::new(),
            both: BTreeMap::new(),
            n: clustering.labels.len().max(1) as f64,
        };
        for (label, cluster) in clustering.labels.iter().zip(&clustering.clusters) {
            *counts.classes.entry(*label).or_default() += 1;
            *counts.clusters.entry(*cluster).or_default() += 1;
            *counts.both.entry((*label, *cluster)).or_default() += 1;
        }
        counts
    }

    fn entropy(&self, groups: &BTreeMap<u32, u64>) -> f64 {
        let share = |count: &u64| *count as f64 / self.n;
        -groups
            .values()
            .map(|c| share(c) * share(c).ln())
            .sum::<f64>()
    }
}

pub(super) const NMI: MetricSpec<Clustering> = MetricSpec {
    id: "nmi",
    label: "Normalized mutual information",
    help: "How much knowing the cluster of a picture tells about its class.",
    compute: |clustering| {
        let counts = Counts::of(clustering);
        let entropies = counts.entropy(&counts.classes) + counts.entropy(&counts.clusters);
        if entropies == 0.0 {
            // One class and one cluster: they agree, as in scikit-learn. Nothing at all does not.
            return f32::from(u8::from(!clustering.labels.is_empty()));
        }
        let terms = counts.both.iter().map(|((label, cluster), n_both)| {
            let product = counts.classes[label] as f64 * counts.clusters[cluster] as f64;
            let n_both = *n_both as f64;
            n_both / counts.n * (n_both * counts.n / product).ln()
        });
        (2.0 * terms.sum::<f64>() / entropies).clamp(0.0, 1.0) as f32
    },
};

pub(super) const F1: MetricSpec<Clustering> = MetricSpec {
    id: "pair-f1",
    label: "F1 of pairs",
    help: "How well pairs of one class and pairs of one cluster are the same pairs.",
    compute: |clustering| {
        let counts = Counts::of(clustering);
        let pairs = |count: &u64| (*count * (*count - 1) / 2) as f64;
        let right: f64 = counts.both.values().map(pairs).sum();
        let in_classes: f64 = counts.classes.values().map(pairs).sum();
        let in_clusters: f64 = counts.clusters.values().map(pairs).sum();
        (2.0 * right / (in_classes + in_clusters).max(1.0)) as f32
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_values_worked_out_by_hand() {
        // Classes aabb, clusters xxxy. H(Y) = ln 2; H(C) = -(3/4 ln 3/4 + 1/4 ln 1/4) = 0.562335;
        // I = 1/2 ln(2*4/(2*3)) + 1/4 ln(4/(2*3)) + 1/4 ln(4/(2*1)) = 0.215762.
        // NMI = 2 * 0.215762 / (0.693147 + 0.562335) = 0.343711.
        // Pairs: right 1, in classes 2, in clusters 3: F1 = 2 / 5.
        let clustering = Clustering {
            labels: vec![0, 0, 1, 1],
            clusters: vec![5, 5, 5, 6],
        };
        assert!(((NMI.compute)(&clustering) - 0.343_711).abs() < 1e-5);
        assert!(((F1.compute)(&clustering) - 0.4).abs() < 1e-6);
    }
}
