//! Names of the parameters of an EfficientNet in the files of its origin.

use super::EfficientNetConfig;

/// torchvision: `stages.2.0.squeeze.fc1.weight` is `features.3.0.block.2.fc1.weight` there.
pub fn torch_key(ours: &str) -> String {
    let parts: Vec<&str> = ours.split('.').collect();
    match parts.as_slice() {
        ["stem", part, rest] => format!("features.0.{}.{rest}", conv_or_norm(part)),
        ["last", part, rest] => format!("features.8.{}.{rest}", conv_or_norm(part)),
        ["stages", stage, block, piece, part, rest] => {
            let stage: usize = stage.parse().unwrap_or(0);
            // The blocks of the first stage expand nothing and leave the layer out.
            let expand = usize::from(stage > 0);
            let inside = match *piece {
                "expand" => format!("0.{}", conv_or_norm(part)),
                "depthwise" => format!("{expand}.{}", conv_or_norm(part)),
                "squeeze" => format!("{}.{part}", expand + 1),
                _ => format!("{}.{}", expand + 2, conv_or_norm(part)),
            };
            format!("features.{}.{block}.block.{inside}.{rest}", stage + 1)
        }
        other => other.join("."),
    }
}

fn conv_or_norm(part: &str) -> usize {
    usize::from(part == "norm")
}

/// timm, for `tf_efficientnetv2_m`: `stages.3.0.depthwise.norm.bias` is `blocks.3.0.bn2.bias` there.
pub fn timm_key(ours: &str) -> String {
    let parts: Vec<&str> = ours.split('.').collect();
    match parts.as_slice() {
        ["stem", "conv", rest] => format!("conv_stem.{rest}"),
        ["stem", "norm", rest] => format!("bn1.{rest}"),
        ["stages", stage, block, piece, part, rest] => {
            let inside = match (*stage, *piece, *part) {
                ("0", _, "conv") => "conv",
                ("1" | "2", "expand", "conv") => "conv_exp",
                (_, "expand", "conv") => "conv_pw",
                (_, "expand", _) => "bn1",
                (_, "depthwise", "conv") => "conv_dw",
                (_, "depthwise", _) | ("1" | "2", "project", "norm") => "bn2",
                (_, "squeeze", "fc1") => "se.conv_reduce",
                (_, "squeeze", _) => "se.conv_expand",
                (_, _, "conv") => "conv_pwl",
                _ => "bn3",
            };
            format!("blocks.{stage}.{block}.{inside}.{rest}")
        }
        other => other.join("."),
    }
}

/// efficientnet_pytorch, which counts blocks through: `stages.1.0.expand.norm.bias` of B0 is
/// `_blocks.1._bn0.bias` there.
pub fn counted_key(ours: &str, config: &EfficientNetConfig) -> String {
    let parts: Vec<&str> = ours.split('.').collect();
    match parts.as_slice() {
        ["stem", "conv", rest] => format!("_conv_stem.{rest}"),
        ["stem", _, rest] => format!("_bn0.{rest}"),
        ["last", "conv", rest] => format!("_conv_head.{rest}"),
        ["last", _, rest] => format!("_bn1.{rest}"),
        ["stages", stage, block, piece, part, rest] => {
            let (stage, block): (usize, usize) =
                (stage.parse().unwrap_or(0), block.parse().unwrap_or(0));
            let before: usize = config.stages[..stage].iter().map(|row| row.blocks).sum();
            let inside = match (*piece, *part) {
                ("expand", "conv") => "_expand_conv",
                ("expand", _) => "_bn0",
                ("depthwise", "conv") => "_depthwise_conv",
                ("depthwise", _) => "_bn1",
                ("squeeze", "fc1") => "_se_reduce",
                ("squeeze", _) => "_se_expand",
                (_, "conv") => "_project_conv",
                _ => "_bn2",
            };
            format!("_blocks.{}.{inside}.{rest}", before + block)
        }
        other => other.join("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_torchvisions() {
        let cases = [
            ("stem.conv.weight", "features.0.0.weight"),
            ("last.norm.bias", "features.8.1.bias"),
            (
                "stages.0.0.depthwise.conv.weight",
                "features.1.0.block.0.0.weight",
            ),
            (
                "stages.0.0.project.norm.bias",
                "features.1.0.block.2.1.bias",
            ),
            (
                "stages.1.0.expand.norm.weight",
                "features.2.0.block.0.1.weight",
            ),
            (
                "stages.4.2.squeeze.fc1.weight",
                "features.5.2.block.2.fc1.weight",
            ),
            (
                "stages.4.2.project.conv.weight",
                "features.5.2.block.3.0.weight",
            ),
        ];
        for (ours, theirs) in cases {
            assert_eq!(torch_key(ours), theirs);
        }
    }

    #[test]
    fn names_are_those_of_timm() {
        let cases = [
            ("stem.conv.weight", "conv_stem.weight"),
            ("stem.norm.running_var", "bn1.running_var"),
            ("stages.0.2.expand.conv.weight", "blocks.0.2.conv.weight"),
            ("stages.0.2.expand.norm.bias", "blocks.0.2.bn1.bias"),
            (
                "stages.1.0.expand.conv.weight",
                "blocks.1.0.conv_exp.weight",
            ),
            ("stages.2.0.project.norm.weight", "blocks.2.0.bn2.weight"),
            (
                "stages.3.0.squeeze.fc2.bias",
                "blocks.3.0.se.conv_expand.bias",
            ),
            (
                "stages.6.4.project.conv.weight",
                "blocks.6.4.conv_pwl.weight",
            ),
            ("stages.6.4.project.norm.weight", "blocks.6.4.bn3.weight"),
        ];
        for (ours, theirs) in cases {
            assert_eq!(timm_key(ours), theirs);
        }
    }

    #[test]
    fn names_are_those_of_efficientnet_pytorch() {
        let cases = [
            ("stem.norm.running_var", "_bn0.running_var"),
            ("last.conv.weight", "_conv_head.weight"),
            ("stages.0.0.depthwise.norm.bias", "_blocks.0._bn1.bias"),
            ("stages.1.1.squeeze.fc2.bias", "_blocks.2._se_expand.bias"),
            ("stages.6.0.project.norm.weight", "_blocks.15._bn2.weight"),
        ];
        for (ours, theirs) in cases {
            assert_eq!(counted_key(ours, &EfficientNetConfig::B0), theirs);
        }
    }
}
