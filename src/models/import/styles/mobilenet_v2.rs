//! torchvision's and timm's names of MobileNetV2, whose original here is Gluon's.
//!
//! Gluon's first block begins with a 1x1 convolution that the others leave out. With the identity in
//! its place both are the same network: what it gets is between 0 and 6 already.

use super::Made;
use super::Original;

const PREFIX: &str = "mobilenetv20_features_";
/// The layer that the others leave out, under our names.
const EXTRA: &str = "blocks.0.expand.";
/// Blocks in each stage of timm.
const STAGES: [usize; 7] = [1, 2, 3, 4, 3, 3, 1];

/// torchvision counts its blocks from 1, after the stem.
pub(super) fn torchvision(name: &str) -> Option<Original> {
    let parts: Vec<&str> = name.split('.').collect();
    match parts.as_slice() {
        ["features", "0", part, leaf] => outer(0, *part == "1", leaf),
        ["features", "18", part, leaf] => outer(1, *part == "1", leaf),
        ["features", block, "conv", rest @ ..] => {
            let block = block.parse::<usize>().ok()?.checked_sub(1)?;
            // The first block has one layer less before each of these.
            let skipped = usize::from(block == 0);
            let (place, is_norm, leaf) = match rest {
                [place, part, leaf] => (place.parse::<usize>().ok()? + skipped, *part == "1", leaf),
                [place, leaf] => {
                    let place = place.parse::<usize>().ok()? + skipped;
                    (
                        2,
                        (place == 3)
                            .then_some(true)
                            .or((place == 2).then_some(false))?,
                        leaf,
                    )
                }
                _ => return None,
            };
            inner(block, place, is_norm, leaf)
        }
        _ => None,
    }
}

/// timm has stages.
pub(super) fn timm(name: &str) -> Option<Original> {
    let parts: Vec<&str> = name.split('.').collect();
    match parts.as_slice() {
        ["conv_stem", leaf] => outer(0, false, leaf),
        ["bn1", leaf] => outer(0, true, leaf),
        ["conv_head", leaf] => outer(1, false, leaf),
        ["bn2", leaf] => outer(1, true, leaf),
        ["blocks", stage, block, piece, leaf] => {
            let (stage, block): (usize, usize) = (stage.parse().ok()?, block.parse().ok()?);
            let n_here = *STAGES.get(stage)?;
            let before: usize = STAGES[..stage].iter().sum();
            let index = (block < n_here).then_some(before + block)?;
            let (place, is_norm) = match (*piece, index) {
                ("conv_dw", _) => (1, false),
                // The first block has no expansion, and the names move up.
                ("conv_pw", 1..) => (0, false),
                ("bn1", 1..) => (0, true),
                ("bn1", 0) | ("bn2", 1..) => (1, true),
                ("conv_pw", 0) | ("conv_pwl", _) => (2, false),
                ("bn2", 0) | ("bn3", _) => (2, true),
                _ => return None,
            };
            inner(index, place, is_norm, leaf)
        }
        _ => None,
    }
}

/// The layer that is not in the file, by our name.
pub(in crate::models::import) fn made(ours: &str) -> Option<Made> {
    Some(match ours.strip_prefix(EXTRA)? {
        "conv.weight" => Made::Identity,
        // Divided by the root of the variance and the epsilon, which makes it 1.
        "norm.weight" => Made::Constant((1.0_f32 + 1e-5).sqrt()),
        "norm.running_var" => Made::Constant(1.0),
        "norm.bias" | "norm.running_mean" => Made::Constant(0.0),
        _ => return None,
    })
}

fn outer(place: usize, is_norm: bool, leaf: &str) -> Option<Original> {
    Some(Original::whole(format!(
        "{PREFIX}{}",
        layer(place, is_norm, leaf)?
    )))
}

fn inner(block: usize, place: usize, is_norm: bool, leaf: &str) -> Option<Original> {
    let layer = layer(place, is_norm, leaf)?;
    Some(Original::whole(format!(
        "{PREFIX}linearbottleneck{block}_{layer}"
    )))
}

fn layer(place: usize, is_norm: bool, leaf: &str) -> Option<String> {
    Some(match (is_norm, leaf) {
        (false, "weight") => format!("conv{place}_weight"),
        (true, "weight") => format!("batchnorm{place}_gamma"),
        (true, "bias") => format!("batchnorm{place}_beta"),
        (true, "running_mean" | "running_var") => format!("batchnorm{place}_{leaf}"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;

    #[test]
    fn names_become_those_of_gluon() {
        let key = |rest: &str| format!("{PREFIX}{rest}");
        let expected = [
            key("conv0_weight"),
            key("linearbottleneck0_conv1_weight"),
            key("linearbottleneck0_batchnorm2_beta"),
            key("linearbottleneck3_conv2_weight"),
            key("linearbottleneck3_batchnorm0_running_var"),
            key("batchnorm1_gamma"),
        ];
        let check_all = |original, names: [&str; 6]| {
            let pairs = names.into_iter().zip(expected.iter().map(String::as_str));
            check(original, &pairs.collect::<Vec<_>>());
        };
        check_all(
            torchvision,
            [
                "features.0.0.weight",
                "features.1.conv.0.0.weight",
                "features.1.conv.2.bias",
                "features.4.conv.2.weight",
                "features.4.conv.0.1.running_var",
                "features.18.1.weight",
            ],
        );
        check_all(
            timm,
            [
                "conv_stem.weight",
                "blocks.0.0.conv_dw.weight",
                "blocks.0.0.bn2.bias",
                "blocks.2.0.conv_pwl.weight",
                "blocks.2.0.bn1.running_var",
                "bn2.weight",
            ],
        );
    }

    #[test]
    fn the_layer_that_is_made_changes_nothing() {
        assert_eq!(made("blocks.0.expand.conv.weight"), Some(Made::Identity));
        let Some(Made::Constant(gamma)) = made("blocks.0.expand.norm.weight") else {
            panic!("a number");
        };
        // gamma * (x - 0) / sqrt(1 + 1e-5) + 0 = x
        assert!((gamma / (1.0_f32 + 1e-5).sqrt() - 1.0).abs() < 1e-7);
        assert_eq!(made("blocks.1.expand.norm.weight"), None);
    }
}
