//! timm's names for the parameters of FastViT.

/// `stages.1.downsample.project.identity.weight` is called
/// `stages.1.downsample.proj.1.identity.weight` there.
pub fn timm_key(ours: &str) -> String {
    let mut parts: Vec<&str> = ours.split('.').collect();
    let n_parts = parts.len();
    match parts.as_mut_slice() {
        [.., "token_mixer", norm @ "norm", _] => *norm = "norm.identity",
        [.., last @ "layer_scale"] => *last = "layer_scale.gamma",
        [.., norm @ "norm", _] => *norm = "bn",
        _ => (),
    }
    for part in &mut parts[..n_parts - 1] {
        *part = match *part {
            "conv_kxk" => "conv_kxk.0",
            "large_conv" => "proj.0.large_conv",
            "small_conv" => "proj.0.small_conv",
            "project" => "proj.1",
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
            (
                "stem.0.conv_kxk.conv.weight",
                "stem.0.conv_kxk.0.conv.weight",
            ),
            ("stem.0.conv_scale.norm.bias", "stem.0.conv_scale.bn.bias"),
            ("stem.2.identity.weight", "stem.2.identity.weight"),
            (
                "stages.0.blocks.1.token_mixer.norm.running_var",
                "stages.0.blocks.1.token_mixer.norm.identity.running_var",
            ),
            (
                "stages.0.blocks.1.token_mixer.layer_scale",
                "stages.0.blocks.1.token_mixer.layer_scale.gamma",
            ),
            (
                "stages.1.downsample.large_conv.norm.weight",
                "stages.1.downsample.proj.0.large_conv.bn.weight",
            ),
            (
                "stages.1.downsample.project.conv_kxk.conv.weight",
                "stages.1.downsample.proj.1.conv_kxk.0.conv.weight",
            ),
            ("final_conv.se.fc1.bias", "final_conv.se.fc1.bias"),
        ];
        for (ours, theirs) in cases {
            assert_eq!(timm_key(ours), theirs);
        }
    }
}
