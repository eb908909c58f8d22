//! The names of the Transformers library.

use super::Original;

/// The transformers of the Transformers library: ViT, DINO and DINOv2, as its files have them and,
/// since its version 5, its modules in memory.
pub(super) fn vit(name: &str) -> Option<Original> {
    let parts: Vec<&str> = name.split('.').collect();
    let key = match parts.as_slice() {
        ["embeddings", "cls_token"] => "cls_token".to_owned(),
        ["embeddings", "position_embeddings"] => "pos_embed".to_owned(),
        ["embeddings", "register_tokens"] => "register_tokens".to_owned(),
        ["embeddings", "mask_token"] => "mask_token".to_owned(),
        ["embeddings", "patch_embeddings", "projection", leaf] => {
            format!("patch_embed.proj.{leaf}")
        }
        ["layernorm", leaf] => format!("norm.{leaf}"),
        ["encoder", "layer", block, rest @ ..] | ["layers", block, rest @ ..] => {
            let block = format!("blocks.{block}");
            return transformers_block(&block, rest);
        }
        _ => return None,
    };
    Some(Original::whole(key))
}

fn transformers_block(block: &str, rest: &[&str]) -> Option<Original> {
    let stacked = |piece: &str, part: usize, n_parts: usize| {
        let key = format!("{block}.{piece}");
        Some(Original { key, part, n_parts })
    };
    let piece = match rest {
        ["attention", "attention", which, leaf] => {
            let part = ["query", "key", "value"].iter().position(|w| w == which)?;
            return stacked(&format!("attn.qkv.{leaf}"), part, 3);
        }
        ["attention", which @ ("q_proj" | "k_proj" | "v_proj"), leaf] => {
            let part = ["q_proj", "k_proj", "v_proj"]
                .iter()
                .position(|w| w == which)?;
            return stacked(&format!("attn.qkv.{leaf}"), part, 3);
        }
        ["mlp", which @ ("gate_proj" | "up_proj"), leaf] => {
            return stacked(
                &format!("mlp.w12.{leaf}"),
                usize::from(*which == "up_proj"),
                2,
            );
        }
        ["layernorm_before" | "norm1", leaf] => format!("norm1.{leaf}"),
        ["layernorm_after" | "norm2", leaf] => format!("norm2.{leaf}"),
        ["attention", "output", "dense", leaf] | ["attention", "o_proj", leaf] => {
            format!("attn.proj.{leaf}")
        }
        ["intermediate", "dense", leaf] | ["mlp", "fc1", leaf] => format!("mlp.fc1.{leaf}"),
        ["output", "dense", leaf] | ["mlp", "fc2", leaf] => format!("mlp.fc2.{leaf}"),
        ["mlp", "weights_in", leaf] => format!("mlp.w12.{leaf}"),
        ["mlp", "weights_out" | "down_proj", leaf] => format!("mlp.w3.{leaf}"),
        ["layer_scale1", "lambda1"] => "ls1.gamma".to_owned(),
        ["layer_scale2", "lambda1"] => "ls2.gamma".to_owned(),
        _ => return None,
    };
    Some(Original::whole(format!("{block}.{piece}")))
}

/// The ResNets of the Transformers library.
pub(super) fn resnet(name: &str) -> Option<Original> {
    let parts: Vec<&str> = name.split('.').collect();
    let norm_or_conv = |part: &str| match part {
        "convolution" => Some(("conv", "0")),
        "normalization" => Some(("bn", "1")),
        _ => None,
    };
    let key = match parts.as_slice() {
        ["embedder", "embedder", part, leaf] => format!("{}1.{leaf}", norm_or_conv(part)?.0),
        ["encoder", "stages", stage, "layers", block, rest @ ..] => {
            let stage: usize = stage.parse().ok()?;
            let layer = format!("layer{}.{block}", stage.checked_add(1)?);
            match rest {
                ["shortcut", part, leaf] => {
                    format!("{layer}.downsample.{}.{leaf}", norm_or_conv(part)?.1)
                }
                ["layer", index, part, leaf] => {
                    let index: usize = index.parse().ok()?;
                    let piece = norm_or_conv(part)?.0;
                    format!("{layer}.{piece}{}.{leaf}", index.checked_add(1)?)
                }
                _ => return None,
            }
        }
        _ => return None,
    };
    Some(Original::whole(key))
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;

    #[test]
    fn names_of_a_resnet_become_original_ones() {
        check(
            resnet,
            &[
                ("embedder.embedder.normalization.bias", "bn1.bias"),
                (
                    "encoder.stages.2.layers.5.layer.1.convolution.weight",
                    "layer3.5.conv2.weight",
                ),
                (
                    "encoder.stages.0.layers.0.shortcut.normalization.weight",
                    "layer1.0.downsample.1.weight",
                ),
            ],
        );
    }

    #[test]
    fn query_key_and_value_are_stacked() {
        check(
            vit,
            &[
                (
                    "embeddings.patch_embeddings.projection.bias",
                    "patch_embed.proj.bias",
                ),
                (
                    "encoder.layer.3.layernorm_after.weight",
                    "blocks.3.norm2.weight",
                ),
                (
                    "encoder.layer.3.mlp.weights_in.bias",
                    "blocks.3.mlp.w12.bias",
                ),
                (
                    "encoder.layer.11.layer_scale2.lambda1",
                    "blocks.11.ls2.gamma",
                ),
            ],
        );
        let key = vit("encoder.layer.2.attention.attention.key.weight").unwrap();
        assert_eq!(key.key, "blocks.2.attn.qkv.weight");
        assert_eq!((key.part, key.n_parts), (1, 3));
        let value = vit("layers.4.attention.v_proj.bias").unwrap();
        assert_eq!(
            (value.key.as_str(), value.part),
            ("blocks.4.attn.qkv.bias", 2)
        );
        let up = vit("encoder.layer.0.mlp.up_proj.weight").unwrap();
        assert_eq!((up.part, up.n_parts), (1, 2));
    }
}
