//! What became of each tensor of a file.

use serde::Serialize;

/// What was read from a file, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Tensors of the file that are part of the model.
    pub mapped: usize,
    /// Tensors of the model that the file lacks; a model that was read has none.
    pub missing: Vec<String>,
    /// Tensors nobody knows what to do with.
    pub unused: Vec<String>,
    /// Tensors that were left out for a reason.
    pub ignored: Vec<Ignored>,
    /// Tensors that were stored in another shape.
    pub reshaped: Vec<String>,
    /// The published model whose network, head and preprocessing were taken; otherwise they were
    /// recognized.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<&'static str>,
}

/// A tensor that was left out, or several: `optimizer.*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Ignored {
    pub name: String,
    pub reason: &'static str,
}

/// The end of the name of what PyTorch counts in a batch normalization.
const COUNTER: &str = ".num_batches_tracked";

/// Outermost parts of a network behind its last map.
const LAST_LAYERS: &[&str] = &[
    "fc",
    "_fc",
    "classifier",
    "conv_head",
    "bn2",
    "head",
    "heads",
    "head_dist",
    "linear",
    "last_linear",
    "output",
];

/// Words of a name, and why tensors with them are left out. The first row that fits counts.
const REASONS: &[(&[&str], &str)] = &[
    (
        &[
            "optimizer",
            "optimizer_states",
            "optimizer_state_dict",
            "scheduler",
            "lr_schedulers",
            "fp16_scaler",
            "scaler",
            "amp",
            "callbacks",
            "loops",
            "meters",
            "dino_loss",
            "ibot_loss",
            "ibot_patch_loss",
            "center",
        ],
        "state of the training",
    ),
    (
        &[
            "queue",
            "queue_ptr",
            "queue2",
            "queue_feats",
            "queue_id",
            "memory",
        ],
        "a queue of the training",
    ),
    (
        &[
            "projector",
            "projection_head",
            "proj_head",
            "prototypes",
            "predictor",
            "prediction_head",
            "dino_head",
            "ibot_head",
            "last_layer",
            "contrastive_head",
            "head_q",
            "clf",
        ],
        "a head that only the training uses",
    ),
    (&["mask_token"], "only the training masks patches"),
    (&["layer_blocks"], "the blocks of the network once more"),
    (&["pooler"], "a layer after the descriptor"),
    (
        &["mean", "std", "pixel_mean", "pixel_std"],
        "the normalization of pictures",
    ),
];

/// Why a tensor that no network of ours needs is left out, and what it is a part of; `None` when
/// nobody knows.
///
/// `inner` is its name inside the network, or after the words before it.
pub(super) fn ignored(name: &str, inner: &str, is_float: bool) -> Option<Ignored> {
    let part = |word: &str| part_of(name, word);
    if name.ends_with(COUNTER) {
        return Some(Ignored {
            name: format!("*{COUNTER}"),
            reason: "a counter of the training, no weight",
        });
    }
    // A classifier is the outermost part of a network; inside it `fc` may be anything.
    let first = inner.split('.').next().unwrap_or_default();
    let known = REASONS.iter().find_map(|(words, reason)| {
        let word = name.split('.').find(|word| words.contains(word))?;
        Some((part(word), *reason))
    });
    let last = || {
        let is_last = LAST_LAYERS.contains(&first);
        is_last.then(|| (part(first), "the classifier or head of its own training"))
    };
    let no_weight = || (!is_float).then(|| (name.to_owned(), "integers, no weights"));
    let (name, reason) = known.or_else(last).or_else(no_weight)?;
    Some(Ignored { name, reason })
}

/// A name up to this word, and a star for what follows.
fn part_of(name: &str, word: &str) -> String {
    let mut end = 0;
    for part in name.split('.') {
        end += part.len();
        if part == word && end < name.len() {
            return format!("{}.*", &name[..end]);
        }
        end += 1;
    }
    name.to_owned()
}

/// One line for each part of the file and reason, in the order of their names.
pub(super) fn grouped(mut ignored: Vec<Ignored>) -> Vec<Ignored> {
    ignored.sort();
    ignored.dedup();
    ignored
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, inner: &str, is_float: bool) -> Option<(String, &'static str)> {
        ignored(name, inner, is_float).map(|one| (one.name, one.reason))
    }

    #[test]
    fn known_extras_have_a_reason_and_a_part() {
        for (name, inner, part, word) in [
            (
                "bn1.num_batches_tracked",
                "bn1.num_batches_tracked",
                "*.num_batches_tracked",
                "counter",
            ),
            ("fc.weight", "fc.weight", "fc.*", "classifier"),
            (
                "module.encoder_q.fc.2.bias",
                "fc.2.bias",
                "module.encoder_q.fc.*",
                "classifier",
            ),
            (
                "optimizer.state.0.exp_avg",
                "optimizer.state.0.exp_avg",
                "optimizer.*",
                "training",
            ),
            (
                "module.prototypes.weight",
                "prototypes.weight",
                "module.prototypes.*",
                "head",
            ),
            ("module.queue", "queue", "module.queue", "queue"),
            (
                "squeezenet0_conv25_bias",
                "classifier.1.bias",
                "squeezenet0_conv25_bias",
                "classifier",
            ),
        ] {
            let (found, reason) = found(name, inner, true).unwrap();
            assert_eq!(found, part);
            assert!(reason.contains(word), "{name}: {reason}");
        }
        let inside = "features.4.block.2.fc1.weight";
        assert_eq!(found(inside, inside, true), None);
        assert!(found(inside, inside, false).is_some());
    }

    #[test]
    fn many_tensors_become_one_line() {
        let one = |name: &str| ignored(name, name, true).unwrap();
        let found = grouped(vec![
            one("optimizer.state.1.exp_avg"),
            one("optimizer.state.0.exp_avg"),
            one("layer1.0.bn1.num_batches_tracked"),
            one("bn1.num_batches_tracked"),
            one("fc.bias"),
            one("fc.weight"),
            one("queue"),
        ]);
        let names: Vec<&str> = found.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(
            names,
            ["*.num_batches_tracked", "fc.*", "optimizer.*", "queue"]
        );
    }
}
