//! torchvision's names for the parameters of MobileNetV3-Large.

use super::parts_of_block;

/// `blocks.3.squeeze.fc1.weight` is called `features.4.block.2.fc1.weight` there.
pub fn torch_key(ours: &str) -> String {
    let parts: Vec<&str> = ours.split('.').collect();
    match parts.as_slice() {
        ["stem", part, rest] => format!("features.0.{}.{rest}", conv_or_norm(part)),
        ["last", part, rest] => format!("features.16.{}.{rest}", conv_or_norm(part)),
        ["blocks", index, piece, rest @ ..] => {
            let index: usize = index.parse().unwrap_or(0);
            let (has_expand, has_squeeze) = parts_of_block(index);
            let expand = usize::from(has_expand);
            let squeeze = usize::from(has_squeeze);
            let (position, rest) = match (*piece, rest) {
                ("expand", [part, rest]) => (0, format!("{}.{rest}", conv_or_norm(part))),
                ("depthwise", [part, rest]) => (expand, format!("{}.{rest}", conv_or_norm(part))),
                ("project", [part, rest]) => {
                    let position = expand + 1 + squeeze;
                    (position, format!("{}.{rest}", conv_or_norm(part)))
                }
                (_, rest) => (expand + 1, rest.join(".")),
            };
            format!("features.{}.block.{position}.{rest}", index + 1)
        }
        other => other.join("."),
    }
}

fn conv_or_norm(part: &str) -> usize {
    usize::from(part == "norm")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_torchvisions() {
        let cases = [
            ("stem.conv.weight", "features.0.0.weight"),
            ("last.norm.bias", "features.16.1.bias"),
            (
                "blocks.0.depthwise.conv.weight",
                "features.1.block.0.0.weight",
            ),
            (
                "blocks.0.project.norm.weight",
                "features.1.block.1.1.weight",
            ),
            (
                "blocks.3.squeeze.fc1.weight",
                "features.4.block.2.fc1.weight",
            ),
            (
                "blocks.3.project.conv.weight",
                "features.4.block.3.0.weight",
            ),
            (
                "blocks.6.project.conv.weight",
                "features.7.block.2.0.weight",
            ),
        ];
        for (ours, theirs) in cases {
            assert_eq!(torch_key(ours), theirs);
        }
    }
}
