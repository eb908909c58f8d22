//! timm's names for the parameters of MobileViT.

/// `stages.2.mixer.transformer.0.qkv.bias` is called `stages.2.1.transformer.0.attn.qkv.bias` there.
pub fn timm_key(ours: &str) -> String {
    let mut parts: Vec<&str> = ours.split('.').collect();
    match parts.as_mut_slice() {
        // The last normalization of a transformer keeps its name, that of a convolution does not.
        ["stages", _, "mixer", "norm", _] => (),
        [.., "transformer", _, layer @ ("qkv" | "proj"), _] => {
            *layer = if *layer == "qkv" {
                "attn.qkv"
            } else {
                "attn.proj"
            };
        }
        [.., "transformer", _, layer @ ("fc1" | "fc2"), _] => {
            *layer = if *layer == "fc1" {
                "mlp.fc1"
            } else {
                "mlp.fc2"
            };
        }
        [.., norm @ "norm", _] => *norm = "bn",
        _ => (),
    }
    parts.retain(|part| *part != "blocks");
    for part in &mut parts {
        *part = match *part {
            "mixer" => "1",
            "expand" => "conv1_1x1",
            "depthwise" => "conv2_kxk",
            "project" => "conv3_1x1",
            "last" => "final_conv",
            other => other,
        };
    }
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_timm() {
        let cases = [
            ("stem.norm.weight", "stem.bn.weight"),
            (
                "stages.1.blocks.2.expand.conv.weight",
                "stages.1.2.conv1_1x1.conv.weight",
            ),
            (
                "stages.1.blocks.0.project.norm.bias",
                "stages.1.0.conv3_1x1.bn.bias",
            ),
            (
                "stages.2.mixer.conv_1x1.weight",
                "stages.2.1.conv_1x1.weight",
            ),
            (
                "stages.2.mixer.conv_kxk.norm.weight",
                "stages.2.1.conv_kxk.bn.weight",
            ),
            ("stages.2.mixer.norm.weight", "stages.2.1.norm.weight"),
            (
                "stages.3.mixer.transformer.1.norm2.bias",
                "stages.3.1.transformer.1.norm2.bias",
            ),
            (
                "stages.3.mixer.transformer.1.proj.bias",
                "stages.3.1.transformer.1.attn.proj.bias",
            ),
            (
                "stages.3.mixer.transformer.1.fc2.weight",
                "stages.3.1.transformer.1.mlp.fc2.weight",
            ),
            ("last.conv.weight", "final_conv.conv.weight"),
        ];
        for (ours, theirs) in cases {
            assert_eq!(timm_key(ours), theirs);
        }
    }
}
