//! The names of the Gluon model zoo for the parameters of MobileNetV2 1.0.

const PREFIX: &str = "mobilenetv20_features_";

/// `blocks.3.project.norm.weight` is called
/// `mobilenetv20_features_linearbottleneck3_batchnorm2_gamma` there.
pub fn gluon_key(ours: &str) -> String {
    let parts: Vec<&str> = ours.split('.').collect();
    match parts.as_slice() {
        ["stem", part, rest] => format!("{PREFIX}{}", leaf(part, 0, rest)),
        ["last", part, rest] => format!("{PREFIX}{}", leaf(part, 1, rest)),
        ["blocks", index, piece, part, rest] => {
            let position = match *piece {
                "expand" => 0,
                "depthwise" => 1,
                _ => 2,
            };
            format!(
                "{PREFIX}linearbottleneck{index}_{}",
                leaf(part, position, rest)
            )
        }
        other => other.join("."),
    }
}

fn leaf(part: &str, position: usize, rest: &str) -> String {
    match (part, rest) {
        ("conv", rest) => format!("conv{position}_{rest}"),
        (_, "weight") => format!("batchnorm{position}_gamma"),
        (_, "bias") => format!("batchnorm{position}_beta"),
        (_, rest) => format!("batchnorm{position}_{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_model_zoo() {
        let cases = [
            ("stem.conv.weight", "mobilenetv20_features_conv0_weight"),
            ("last.norm.bias", "mobilenetv20_features_batchnorm1_beta"),
            (
                "blocks.3.project.norm.weight",
                "mobilenetv20_features_linearbottleneck3_batchnorm2_gamma",
            ),
        ];
        for (ours, theirs) in cases {
            assert_eq!(gluon_key(ours), theirs);
        }
    }
}
