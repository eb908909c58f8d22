//! The names of timm, where the original ones are those of torchvision.

use super::Original;

/// EfficientNet-B0 and its larger brothers: timm's stages are torchvision's.
pub(super) fn efficientnet(name: &str) -> Option<Original> {
    let parts: Vec<&str> = name.split('.').collect();
    let key = match parts.as_slice() {
        ["conv_stem", leaf] => format!("features.0.0.{leaf}"),
        ["bn1", leaf] => format!("features.0.1.{leaf}"),
        ["conv_head", leaf] => format!("features.8.0.{leaf}"),
        ["bn2", leaf] => format!("features.8.1.{leaf}"),
        ["blocks", stage, block, rest @ ..] => {
            let stage: usize = stage.parse().ok()?;
            let inside = inside(rest, stage > 0, 1)?;
            format!("features.{}.{block}.block.{inside}", stage.checked_add(1)?)
        }
        _ => return None,
    };
    Some(Original::whole(key))
}

/// Blocks in each stage of MobileNetV3-Large, the last convolution not counted.
const MOBILENET_STAGES: [usize; 6] = [1, 2, 3, 4, 2, 3];

/// Blocks of MobileNetV3-Large with a squeeze layer, counted through (Howard et al.,
/// arXiv:1905.02244, table 1); the first block expands nothing.
const MOBILENET_SQUEEZES: [usize; 8] = [3, 4, 5, 10, 11, 12, 13, 14];

/// MobileNetV3-Large: torchvision counts its blocks through, timm has stages.
pub(super) fn mobilenet_v3(name: &str) -> Option<Original> {
    let parts: Vec<&str> = name.split('.').collect();
    let key = match parts.as_slice() {
        ["conv_stem", leaf] => format!("features.0.0.{leaf}"),
        ["bn1", leaf] => format!("features.0.1.{leaf}"),
        ["blocks", "6", "0", "conv", leaf] => format!("features.16.0.{leaf}"),
        ["blocks", "6", "0", "bn1", leaf] => format!("features.16.1.{leaf}"),
        ["blocks", stage, block, rest @ ..] => {
            let (stage, block): (usize, usize) = (stage.parse().ok()?, block.parse().ok()?);
            let n_here = *MOBILENET_STAGES.get(stage)?;
            let before: usize = MOBILENET_STAGES[..stage].iter().sum();
            let index = (block < n_here).then_some(before + block)?;
            let inside = inside(
                rest,
                index > 0,
                usize::from(MOBILENET_SQUEEZES.contains(&index)),
            )?;
            format!("features.{}.block.{inside}", index + 1)
        }
        _ => return None,
    };
    Some(Original::whole(key))
}

/// Place of a layer in torchvision's list of an inverted residual block. Without an expansion timm
/// calls the depthwise layer's normalization `bn1` and the projection `conv_pw`.
fn inside(rest: &[&str], has_expand: bool, n_squeezes: usize) -> Option<String> {
    let depthwise = usize::from(has_expand);
    let squeeze = depthwise + 1;
    let project = squeeze + n_squeezes;
    Some(match (rest, has_expand) {
        (["conv_pw", leaf], true) => format!("0.0.{leaf}"),
        (["bn1", leaf], true) => format!("0.1.{leaf}"),
        (["conv_dw", leaf], _) => format!("{depthwise}.0.{leaf}"),
        (["bn2", leaf], true) | (["bn1", leaf], false) => format!("{depthwise}.1.{leaf}"),
        (["se", "conv_reduce", leaf], _) => format!("{squeeze}.fc1.{leaf}"),
        (["se", "conv_expand", leaf], _) => format!("{squeeze}.fc2.{leaf}"),
        (["conv_pwl", leaf], true) | (["conv_pw", leaf], false) => format!("{project}.0.{leaf}"),
        (["bn3", leaf], true) | (["bn2", leaf], false) => format!("{project}.1.{leaf}"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;

    #[test]
    fn names_of_an_efficientnet_become_torchvisions() {
        check(
            efficientnet,
            &[
                ("blocks.0.0.conv_dw.weight", "features.1.0.block.0.0.weight"),
                ("blocks.0.0.bn2.bias", "features.1.0.block.2.1.bias"),
                (
                    "blocks.4.2.se.conv_reduce.weight",
                    "features.5.2.block.2.fc1.weight",
                ),
                (
                    "blocks.4.2.conv_pwl.weight",
                    "features.5.2.block.3.0.weight",
                ),
                ("bn2.running_mean", "features.8.1.running_mean"),
            ],
        );
    }

    #[test]
    fn names_of_a_mobilenet_become_torchvisions() {
        check(
            mobilenet_v3,
            &[
                ("blocks.0.0.conv_dw.weight", "features.1.block.0.0.weight"),
                ("blocks.0.0.bn2.bias", "features.1.block.1.1.bias"),
                ("blocks.1.1.bn3.bias", "features.3.block.2.1.bias"),
                (
                    "blocks.2.0.se.conv_expand.bias",
                    "features.4.block.2.fc2.bias",
                ),
                ("blocks.3.0.conv_pwl.weight", "features.7.block.2.0.weight"),
                ("blocks.6.0.bn1.weight", "features.16.1.weight"),
            ],
        );
        assert_eq!(mobilenet_v3("blocks.1.2.conv_dw.weight"), None);
    }
}
