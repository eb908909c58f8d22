//! torchvision's names for the parameters of a ResNet.

/// `layer1.0.conv2.norm.weight` is called `layer1.0.bn2.weight` there.
pub fn torch_key(ours: &str) -> String {
    let parts: Vec<&str> = ours.split('.').collect();
    match parts.as_slice() {
        ["stem", "conv", rest] => format!("conv1.{rest}"),
        ["stem", "norm", rest] => format!("bn1.{rest}"),
        [layer, block, "downsample", part, rest] => {
            let index = usize::from(*part == "norm");
            format!("{layer}.{block}.downsample.{index}.{rest}")
        }
        [layer, block, conv, "conv", rest] => format!("{layer}.{block}.{conv}.{rest}"),
        [layer, block, conv, "norm", rest] => {
            format!("{layer}.{block}.{}.{rest}", conv.replace("conv", "bn"))
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
            ("stem.conv.weight", "conv1.weight"),
            ("stem.norm.running_var", "bn1.running_var"),
            ("layer1.0.conv2.norm.bias", "layer1.0.bn2.bias"),
            (
                "layer2.0.downsample.norm.weight",
                "layer2.0.downsample.1.weight",
            ),
            ("layer4.1.conv3.conv.weight", "layer4.1.conv3.weight"),
        ];
        for (ours, theirs) in cases {
            assert_eq!(torch_key(ours), theirs);
        }
    }
}
