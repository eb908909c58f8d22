//! The names of a transformer's parameters in the files of DINO, DINOv2, timm and Transformers.
//!
//! Ours are those of DINO and DINOv2 (`blocks.0.attn.qkv.weight`). [`to_dino_names`] brings the
//! others to them.

use std::collections::BTreeMap;

use crate::weights::TensorMap;
use crate::weights::WeightTensor;

/// What a file can put before every name, outermost first.
const PREFIXES: [&str; 6] = [
    "module.",
    "backbone.",
    "model.",
    "vit.",
    "dinov2.",
    "dinov2_with_registers.",
];
/// Parameters that no descriptor depends on: masking while DINOv2 is trained, and heads.
const UNUSED: [&str; 5] = ["mask_token", "head.", "dino_head.", "ibot_head.", "pooler."];
/// Names at the start of a file of Transformers.
const EMBEDDINGS: [(&str, &str); 5] = [
    ("embeddings.cls_token", "cls_token"),
    ("embeddings.position_embeddings", "pos_embed"),
    ("embeddings.register_tokens", "register_tokens"),
    ("embeddings.mask_token", "mask_token"),
    ("embeddings.patch_embeddings.projection", "patch_embed.proj"),
];
/// What precedes the number of a layer in Transformers, before and since its version 5.
const LAYERS: [&str; 2] = ["encoder.layer.", "layers."];
/// Names inside a layer in Transformers, the first that fits; `attention` alone and `_proj` are
/// version 5's, the last two DINO's conversion alone.
const LAYER: [(&str, &str); 13] = [
    ("layernorm_before", "norm1"),
    ("layernorm_after", "norm2"),
    ("attention.attention", "attn"),
    ("attention.output.dense", "attn.proj"),
    ("attention.o_proj", "attn.proj"),
    ("attention", "attn"),
    ("layer_scale1.lambda1", "ls1.gamma"),
    ("layer_scale2.lambda1", "ls2.gamma"),
    ("mlp.weights_in", "mlp.w12"),
    ("mlp.weights_out", "mlp.w3"),
    ("mlp.down_proj", "mlp.w3"),
    ("intermediate.dense", "mlp.fc1"),
    ("output.dense", "mlp.fc2"),
];
/// Linear layers that Transformers keeps in parts, and the parts in their order.
const SPLIT: [(&str, &[&str]); 3] = [
    ("attn.qkv", &["attn.query", "attn.key", "attn.value"]),
    ("attn.qkv", &["attn.q_proj", "attn.k_proj", "attn.v_proj"]),
    ("mlp.w12", &["mlp.gate_proj", "mlp.up_proj"]),
];

/// DINO's and DINOv2's names are ours.
pub fn dino_key(ours: &str) -> String {
    ours.to_owned()
}

/// The tensors of a file under DINO's names, whichever of the four it came from.
///
/// Layers that a file keeps as queries, keys and values become one; what is not needed for a
/// descriptor is left out; a name that is not known stays, so that a strict load reports it.
pub fn to_dino_names(tensors: TensorMap) -> TensorMap {
    let mut found = TensorMap::new();
    let mut split: BTreeMap<String, Vec<Option<WeightTensor>>> = BTreeMap::new();
    for (name, tensor) in tensors {
        let name = dino_name(&name);
        if UNUSED.iter().any(|unused| name.starts_with(unused)) {
            continue;
        }
        match part_of(&name) {
            Some((whole, idx, n_parts)) => {
                let parts = split.entry(whole).or_insert_with(|| vec![None; n_parts]);
                parts[idx] = Some(tensor);
            }
            None => {
                found.insert(name, tensor);
            }
        }
    }
    for (name, parts) in split {
        // A file without one of the parts is without the layer, and a strict load says so.
        let whole: Option<Vec<WeightTensor>> = parts.into_iter().collect();
        if let Some(tensor) = whole.and_then(|parts| stacked(&parts)) {
            found.insert(name, tensor);
        }
    }
    from_timm(&mut found);
    found
}

/// One name; `attn.query` and its like are left for [`part_of`].
fn dino_name(name: &str) -> String {
    let mut rest = name;
    for prefix in PREFIXES {
        rest = rest.strip_prefix(prefix).unwrap_or(rest);
    }
    for (theirs, ours) in EMBEDDINGS {
        if let Some(end) = rest.strip_prefix(theirs) {
            return format!("{ours}{end}");
        }
    }
    if let Some(end) = rest.strip_prefix("layernorm.") {
        return format!("norm.{end}");
    }
    let layer = LAYERS.iter().find_map(|start| rest.strip_prefix(start));
    if let Some((index, inside)) = layer.and_then(|layer| layer.split_once('.')) {
        return format!("blocks.{index}.{}", inside_layer(inside));
    }
    // DINOv2 while it is trained: blocks in chunks, the index of a block counted through.
    let parts: Vec<&str> = rest.splitn(4, '.').collect();
    match parts.as_slice() {
        ["blocks", _chunk, index, end] if index.parse::<usize>().is_ok() => {
            format!("blocks.{index}.{end}")
        }
        _ => rest.to_owned(),
    }
}

fn inside_layer(name: &str) -> String {
    let row = LAYER
        .iter()
        .find_map(|(theirs, ours)| Some((name.strip_prefix(theirs)?, ours)));
    row.map_or_else(|| name.to_owned(), |(end, ours)| format!("{ours}{end}"))
}

/// `blocks.0.attn.key.bias` is part 1 of the 3 of `blocks.0.attn.qkv.bias`.
fn part_of(name: &str) -> Option<(String, usize, usize)> {
    SPLIT.iter().find_map(|(whole, parts)| {
        parts.iter().enumerate().find_map(|(idx, part)| {
            let (start, end) = name.split_once(&format!(".{part}."))?;
            Some((format!("{start}.{whole}.{end}"), idx, parts.len()))
        })
    })
}

/// Tensors of one shape, one below the other.
fn stacked(parts: &[WeightTensor]) -> Option<WeightTensor> {
    let first = parts.first()?;
    let mut shape = first.shape.clone();
    *shape.first_mut()? *= parts.len();
    let values = parts.iter().flat_map(|part| part.values.iter().copied());
    parts
        .iter()
        .all(|part| part.shape == first.shape)
        .then(|| WeightTensor {
            shape,
            values: values.collect(),
        })
}

/// timm's names for what only DINOv2 has, and its positions without one for the class token.
fn from_timm(tensors: &mut TensorMap) {
    if let Some(registers) = tensors.remove("reg_token") {
        tensors.insert("register_tokens".to_owned(), registers);
    }
    if let Some(positions) = tensors.get_mut("pos_embed")
        && let [1, n, d] = positions.shape[..]
        && n.isqrt().pow(2) == n
        && n > 1
    {
        // It is inside the class token there.
        positions.shape[1] = n + 1;
        positions.values.splice(0..0, std::iter::repeat_n(0.0, d));
    }
    let names: Vec<String> = tensors.keys().cloned().collect();
    for name in names.iter().filter(|name| name.ends_with("mlp.fc1.weight")) {
        let start = name.trim_end_matches("fc1.weight");
        let made = shape_of(tensors, name);
        let taken = shape_of(tensors, &format!("{start}fc2.weight"));
        // The gated layer makes twice what the next one takes.
        let is_gated = matches!((made, taken), (&[made, _], &[_, taken]) if made == 2 * taken);
        if !is_gated {
            continue;
        }
        for (theirs, ours) in [("fc1", "w12"), ("fc2", "w3")] {
            for kind in ["weight", "bias"] {
                if let Some(tensor) = tensors.remove(&format!("{start}{theirs}.{kind}")) {
                    tensors.insert(format!("{start}{ours}.{kind}"), tensor);
                }
            }
        }
    }
}

fn shape_of<'a>(tensors: &'a TensorMap, name: &str) -> &'a [usize] {
    tensors.get(name).map_or(&[], |tensor| &tensor.shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(tensors: &[(&str, &[usize])]) -> TensorMap {
        let filled = |shape: &[usize]| WeightTensor {
            shape: shape.to_vec(),
            values: vec![1.0; shape.iter().product()],
        };
        tensors
            .iter()
            .map(|(name, shape)| ((*name).to_owned(), filled(shape)))
            .collect()
    }

    fn check(theirs: &[(&str, &[usize])], ours: &[(&str, &[usize])]) {
        let found: Vec<(String, Vec<usize>)> = to_dino_names(names(theirs))
            .into_iter()
            .map(|(name, tensor)| (name, tensor.shape))
            .collect();
        let mut expected: Vec<(String, Vec<usize>)> = ours
            .iter()
            .map(|(name, shape)| ((*name).to_owned(), shape.to_vec()))
            .collect();
        expected.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn names_of_training_checkpoints_lose_their_prefixes() {
        check(
            &[
                ("module.backbone.blocks.3.mlp.fc1.bias", &[4]),
                ("module.backbone.pos_embed", &[1, 5, 2]),
                ("module.head.last_layer.weight_v", &[3, 2]),
                ("backbone.mask_token", &[1, 2]),
                ("backbone.blocks.1.7.ls1.gamma", &[2]),
            ],
            &[
                ("blocks.3.mlp.fc1.bias", &[4]),
                ("pos_embed", &[1, 5, 2]),
                ("blocks.7.ls1.gamma", &[2]),
            ],
        );
    }

    #[test]
    fn transformers_names_of_dino() {
        let layer = "encoder.layer.2.";
        let name = |end: &str| format!("{layer}{end}");
        let theirs = [
            name("attention.attention.query.weight"),
            name("attention.attention.key.weight"),
            name("attention.attention.value.weight"),
            name("attention.output.dense.bias"),
            name("layernorm_before.weight"),
            name("intermediate.dense.bias"),
            name("output.dense.bias"),
        ];
        let mut tensors: Vec<(&str, &[usize])> = theirs
            .iter()
            .map(|name| (name.as_str(), &[2, 2][..]))
            .collect();
        tensors.push(("embeddings.patch_embeddings.projection.bias", &[2]));
        tensors.push(("vit.layernorm.weight", &[2]));
        tensors.push(("pooler.dense.weight", &[2, 2]));
        check(
            &tensors,
            &[
                ("blocks.2.attn.qkv.weight", &[6, 2]),
                ("blocks.2.attn.proj.bias", &[2, 2]),
                ("blocks.2.norm1.weight", &[2, 2]),
                ("blocks.2.mlp.fc1.bias", &[2, 2]),
                ("blocks.2.mlp.fc2.bias", &[2, 2]),
                ("patch_embed.proj.bias", &[2]),
                ("norm.weight", &[2]),
            ],
        );
    }

    #[test]
    fn names_of_transformers_5() {
        check(
            &[
                ("layers.1.attention.q_proj.bias", &[2]),
                ("layers.1.attention.k_proj.bias", &[2]),
                ("layers.1.attention.v_proj.bias", &[2]),
                ("layers.1.attention.o_proj.bias", &[2]),
                ("layers.1.mlp.fc1.bias", &[8]),
                ("encoder.layer.0.mlp.gate_proj.weight", &[8, 2]),
                ("encoder.layer.0.mlp.up_proj.weight", &[8, 2]),
                ("encoder.layer.0.mlp.down_proj.weight", &[2, 8]),
            ],
            &[
                ("blocks.1.attn.qkv.bias", &[6]),
                ("blocks.1.attn.proj.bias", &[2]),
                ("blocks.1.mlp.fc1.bias", &[8]),
                ("blocks.0.mlp.w12.weight", &[16, 2]),
                ("blocks.0.mlp.w3.weight", &[2, 8]),
            ],
        );
    }

    #[test]
    fn a_layer_in_parts_that_do_not_fit_is_left_out() {
        check(
            &[
                ("layers.0.attention.q_proj.bias", &[2]),
                ("layers.0.attention.k_proj.bias", &[3]),
                ("layers.0.attention.v_proj.bias", &[2]),
                ("layers.1.attention.q_proj.bias", &[2]),
                ("layers.2.mlp.gate_proj.bias", &[]),
                ("layers.2.mlp.up_proj.bias", &[]),
            ],
            &[],
        );
    }

    #[test]
    fn transformers_and_timm_names_of_dinov2() {
        check(
            &[
                ("encoder.layer.0.layer_scale2.lambda1", &[2]),
                ("encoder.layer.0.mlp.weights_in.weight", &[8, 2]),
                ("encoder.layer.0.norm2.bias", &[2]),
                ("embeddings.register_tokens", &[1, 4, 2]),
                ("embeddings.mask_token", &[1, 2]),
            ],
            &[
                ("blocks.0.ls2.gamma", &[2]),
                ("blocks.0.mlp.w12.weight", &[8, 2]),
                ("blocks.0.norm2.bias", &[2]),
                ("register_tokens", &[1, 4, 2]),
            ],
        );
        check(
            &[
                ("reg_token", &[1, 4, 2]),
                ("pos_embed", &[1, 9, 2]),
                ("blocks.0.mlp.fc1.weight", &[8, 2]),
                ("blocks.0.mlp.fc2.weight", &[2, 4]),
                ("blocks.0.mlp.fc2.bias", &[2]),
            ],
            &[
                ("register_tokens", &[1, 4, 2]),
                ("pos_embed", &[1, 10, 2]),
                ("blocks.0.mlp.w12.weight", &[8, 2]),
                ("blocks.0.mlp.w3.weight", &[2, 4]),
                ("blocks.0.mlp.w3.bias", &[2]),
            ],
        );
    }

    #[test]
    fn queries_come_before_keys_and_values() {
        let tensor = |value: f32| WeightTensor {
            shape: vec![1],
            values: vec![value],
        };
        let start = "encoder.layer.0.attention.attention";
        let tensors = TensorMap::from([
            (format!("{start}.key.bias"), tensor(1.0)),
            (format!("{start}.query.bias"), tensor(0.0)),
            (format!("{start}.value.bias"), tensor(2.0)),
        ]);
        let found = to_dino_names(tensors);
        assert_eq!(found["blocks.0.attn.qkv.bias"].values, [0.0, 1.0, 2.0]);
    }
}
