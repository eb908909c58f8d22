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
}

/// A tensor that was left out, or several: `optimizer.*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Ignored {
    pub name: String,
    pub reason: &'static str,
}

/// Words of a name, and why tensors with them are left out. The first row that fits counts.
const REASONS: &[(&[&str], &str)] = &[
    (
        &["num_batches_tracked"],
        "a counter of the training, no weight",
    ),
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
        ],
        "a head that only the training uses",
    ),
    (&["mask_token"], "only the training masks patches"),
    (&["pooler"], "a layer after the descriptor"),
    (
        &[
            "fc",
            "classifier",
            "head",
            "heads",
            "head_dist",
            "linear",
            "last_linear",
            "output",
            "classif",
            "conv_head_classifier",
        ],
        "the classifier or head of its own training",
    ),
    (
        &["mean", "std", "pixel_mean", "pixel_std"],
        "the normalization of pictures",
    ),
];

/// Why a tensor that no network of ours needs is left out, `None` when nobody knows.
///
/// `inner` is its name inside the network, or after the words before it.
pub(super) fn reason(name: &str, inner: &str, is_float: bool) -> Option<&'static str> {
    let fits = |words: &[&str], part: &str| words.contains(&part);
    let row = REASONS.iter().find(|(words, reason)| {
        // A classifier is the outermost part of a network; inside it `fc` may be anything.
        if reason.contains("classifier") {
            return inner
                .split('.')
                .next()
                .is_some_and(|first| fits(words, first))
                || inner.contains("_dense0_");
        }
        name.split('.').any(|part| fits(words, part))
    });
    let not_a_weight = || (!is_float).then_some("integers, no weights");
    row.map(|(_, reason)| *reason).or_else(not_a_weight)
}

/// Many tensors that are left out for one reason become one line for each part of the file.
pub(super) fn grouped(mut ignored: Vec<Ignored>) -> Vec<Ignored> {
    ignored.sort();
    let mut groups: Vec<Ignored> = Vec::new();
    for one in ignored {
        let stem = group_of(&one.name);
        let same = groups
            .iter_mut()
            .find(|group| group.reason == one.reason && group_of(&group.name) == stem);
        match same {
            Some(group) if group.name != one.name => group.name = stem,
            Some(_) => {}
            None => groups.push(one),
        }
    }
    groups
}

/// `*.num_batches_tracked`, or the part of the file with a star.
fn group_of(name: &str) -> String {
    if name.ends_with("num_batches_tracked") {
        return "*.num_batches_tracked".to_owned();
    }
    let name = name.strip_suffix(".*").unwrap_or(name);
    let end = name.rfind('.').map_or(name.len(), |at| {
        // Deep inside an optimizer the outermost part says enough.
        if name[..at].matches('.').count() > 2 {
            name.find('.').unwrap_or(at)
        } else {
            at
        }
    });
    format!("{}.*", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_extras_have_a_reason() {
        for (name, inner, is_float, word) in [
            (
                "bn1.num_batches_tracked",
                "bn1.num_batches_tracked",
                false,
                "counter",
            ),
            ("fc.weight", "fc.weight", true, "classifier"),
            (
                "optimizer.state.0.exp_avg",
                "optimizer.state.0.exp_avg",
                true,
                "training",
            ),
            (
                "module.prototypes.weight",
                "prototypes.weight",
                true,
                "head",
            ),
            ("state_dict.module.queue", "queue", true, "queue"),
        ] {
            let found = reason(name, inner, is_float).unwrap();
            assert!(found.contains(word), "{name}: {found}");
        }
        let inside = "features.4.block.2.fc1.weight";
        assert_eq!(reason(inside, inside, true), None);
    }

    #[test]
    fn many_tensors_become_one_line() {
        let one = |name: &str, reason| Ignored {
            name: name.to_owned(),
            reason,
        };
        let found = grouped(vec![
            one("optimizer.state.0.exp_avg", "a"),
            one("optimizer.state.1.exp_avg", "a"),
            one("bn1.num_batches_tracked", "b"),
            one("layer1.0.bn1.num_batches_tracked", "b"),
            one("fc.bias", "c"),
            one("fc.weight", "c"),
            one("queue", "d"),
        ]);
        let names: Vec<&str> = found.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(
            names,
            ["*.num_batches_tracked", "fc.*", "optimizer.*", "queue"]
        );
    }
}
