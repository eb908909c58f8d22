//! torchvision's names for the parameters of a ResNet.

/// `layer1.0.conv2.norm.weight` is called `layer1.0.bn2.weight` there.
pub fn torch_key(ours: &str) -> String {
    let parts: Vec<&str> = ours.split('.').collect();
    let renamed: Vec<String> = match parts.as_slice() {
        ["stem", "conv", rest] => vec!["conv1".into(), (*rest).into()],
        ["stem", "norm", rest] => vec!["bn1".into(), (*rest).into()],
        [layer, block, "downsample", part, rest] => {
            let index = if *part == "conv" { "0" } else { "1" };
            [layer, block, "downsample", index, rest]
                .map(String::from)
                .to_vec()
        }
        [layer, block, conv, "conv", rest] => [layer, block, conv, rest].map(String::from).to_vec(),
        [layer, block, conv, "norm", rest] => {
            let norm = conv.replace("conv", "bn");
            vec![(*layer).into(), (*block).into(), norm, (*rest).into()]
        }
        other => other.iter().map(|part| (*part).to_owned()).collect(),
    };
    renamed.join(".")
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
            ("layer2.0.downsample.norm.weight", "layer2.0.downsample.1.weight"),
            ("layer4.1.conv3.conv.weight", "layer4.1.conv3.weight"),
        ];
        for (ours, theirs) in cases {
            assert_eq!(torch_key(ours), theirs);
        }
    }
}
