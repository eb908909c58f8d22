//! The names of Classy Vision.

use super::Original;

/// Classy Vision's ResNet with bottlenecks (`initial_block`, `blocks.0.block0-0`): SSCD's
/// `.classy.pt` and TorchScript files.
pub(super) fn resnet(name: &str) -> Option<Original> {
    let parts: Vec<&str> = name.split('.').collect();
    let key = match parts.as_slice() {
        ["initial_block", "_module", "0", leaf] => format!("conv1.{leaf}"),
        ["initial_block", "_module", "1", leaf] => format!("bn1.{leaf}"),
        ["blocks", _, block, rest @ ..] => {
            let (stage, index) = block.strip_prefix("block")?.split_once('-')?;
            let stage: usize = stage.parse().ok()?;
            let layer = format!("layer{}.{index}", stage.checked_add(1)?);
            // A block with a head attached to it is wrapped once more.
            match rest.strip_prefix(&["_module"]).unwrap_or(rest) {
                ["convolutional_block", position, leaf] => {
                    let piece = match *position {
                        "0" => "conv1",
                        "1" => "bn1",
                        "3" => "conv2",
                        "4" => "bn2",
                        "6" => "conv3",
                        _ => return None,
                    };
                    format!("{layer}.{piece}.{leaf}")
                }
                ["bn", leaf] => format!("{layer}.bn3.{leaf}"),
                ["downsample", position, leaf] => format!("{layer}.downsample.{position}.{leaf}"),
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
    fn names_become_original_ones() {
        check(
            resnet,
            &[
                ("initial_block._module.0.weight", "conv1.weight"),
                (
                    "blocks.1.block1-3.convolutional_block.4.running_var",
                    "layer2.3.bn2.running_var",
                ),
                (
                    "blocks.0.block0-0.convolutional_block.6.weight",
                    "layer1.0.conv3.weight",
                ),
                ("blocks.3.block3-2.bn.bias", "layer4.2.bn3.bias"),
                (
                    "blocks.3.block3-0.downsample.1.weight",
                    "layer4.0.downsample.1.weight",
                ),
            ],
        );
    }
}
