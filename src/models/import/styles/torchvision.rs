//! The names of torchvision, where they are not the original ones.

use super::Original;

/// torchvision's transformers; the query, key and value of a block are one matrix there too.
pub(super) fn vit(name: &str) -> Option<Original> {
    let parts: Vec<&str> = name.split('.').collect();
    let key = match parts.as_slice() {
        ["class_token"] => "cls_token".to_owned(),
        ["conv_proj", leaf] => format!("patch_embed.proj.{leaf}"),
        ["encoder", "pos_embedding"] => "pos_embed".to_owned(),
        ["encoder", "ln", leaf] => format!("norm.{leaf}"),
        ["encoder", "layers", block, rest @ ..] => {
            let block = block.strip_prefix("encoder_layer_")?;
            let piece = match rest {
                ["ln_1", leaf] => format!("norm1.{leaf}"),
                ["ln_2", leaf] => format!("norm2.{leaf}"),
                ["self_attention", "in_proj_weight"] => "attn.qkv.weight".to_owned(),
                ["self_attention", "in_proj_bias"] => "attn.qkv.bias".to_owned(),
                ["self_attention", "out_proj", leaf] => format!("attn.proj.{leaf}"),
                ["mlp", "linear_1" | "0", leaf] => format!("mlp.fc1.{leaf}"),
                ["mlp", "linear_2" | "3", leaf] => format!("mlp.fc2.{leaf}"),
                _ => return None,
            };
            format!("blocks.{block}.{piece}")
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
    fn names_become_original_ones() {
        check(
            vit,
            &[
                ("encoder.pos_embedding", "pos_embed"),
                (
                    "encoder.layers.encoder_layer_7.self_attention.in_proj_bias",
                    "blocks.7.attn.qkv.bias",
                ),
                (
                    "encoder.layers.encoder_layer_0.mlp.3.weight",
                    "blocks.0.mlp.fc2.weight",
                ),
            ],
        );
    }
}
