//! What programs put in front of the names of a network's parameters.
//!
//! A training program saves its network under names such as `state_dict.module.encoder_q.`; the
//! part before the network's own names is found by trying each one that the file has, and of several
//! networks in one file the one is taken that its authors deploy.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Deepest wrapping: Classy Vision's `classy_state_dict.base_model.model.trunk._feature_blocks`.
const MAX_WORDS: usize = 8;

/// Words that say which of several networks one is, the deployed one first. A name without any of
/// them has [`PLAIN_RANK`].
const RANKS: &[(&[&str], usize)] = &[
    // MoCo, RDCD, BYOL and SimSiam train this one by gradients and deploy it.
    (
        &[
            "encoder_q",
            "base_encoder",
            "online_network",
            "online_encoder",
        ],
        0,
    ),
    // DINO deploys its teacher, the running average of the student.
    (&["teacher"], 2),
    (&["student"], 3),
    (
        &[
            "encoder_k",
            "momentum_encoder",
            "target_network",
            "target_encoder",
            "model_ema",
            "state_dict_ema",
            "ema",
        ],
        4,
    ),
];
const PLAIN_RANK: usize = 1;

/// How early a network with this in front of its names is tried.
pub(super) fn rank(prefix: &str) -> usize {
    let of_word = |word| {
        let row = RANKS.iter().find(|(words, _)| words.contains(&word));
        row.map(|(_, rank)| *rank)
    };
    let ranks = prefix.split('.').filter_map(of_word);
    ranks.min().unwrap_or(PLAIN_RANK)
}

/// Whether the words before a network contain this one.
pub(super) fn has_word(prefix: &str, word: &str) -> bool {
    prefix.split('.').any(|part| part == word)
}

/// Everything that may stand before the names of a network of at least `n_tensors`, shortest first;
/// each ends in a dot or is empty.
pub(super) fn prefixes<'a>(
    names: impl Iterator<Item = &'a String>,
    n_tensors: usize,
) -> BTreeSet<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in names {
        *counts.entry("").or_default() += 1;
        for (at, _) in name.match_indices('.').take(MAX_WORDS) {
            *counts.entry(&name[..=at]).or_default() += 1;
        }
    }
    let is_large = |(prefix, count): (&str, usize)| (count >= n_tensors).then(|| prefix.to_owned());
    counts.into_iter().filter_map(is_large).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_names_is_found() {
        let names = [
            "state_dict.module.encoder_q.conv1.weight",
            "state_dict.module.encoder_q.bn1.weight",
            "state_dict.module.queue",
        ]
        .map(str::to_owned);
        let found: Vec<String> = prefixes(names.iter(), 2).into_iter().collect();
        let expected = [
            "",
            "state_dict.",
            "state_dict.module.",
            "state_dict.module.encoder_q.",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_deployed_network_comes_first() {
        let order = [
            "state_dict.model.encoder_q.backbone.",
            "state_dict.",
            "teacher.backbone.",
            "student.module.backbone.",
            "module.encoder_k.",
        ];
        let ranks: Vec<usize> = order.iter().map(|prefix| rank(prefix)).collect();
        assert!(ranks.is_sorted_by(|a, b| a < b), "{ranks:?}");
    }
}
