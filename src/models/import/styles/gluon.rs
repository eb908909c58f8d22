//! The names of the Gluon model zoo, where they are not the original ones.

use super::Original;

/// Place of each fire module in torchvision's list, which counts activations and pools too.
const FIRES: [usize; 8] = [3, 4, 6, 7, 9, 10, 11, 12];

/// SqueezeNet 1.1: Gluon counts its convolutions through, three in each fire module.
pub(super) fn squeezenet(name: &str) -> Option<Original> {
    let rest = name.strip_prefix("squeezenet0_conv")?;
    let (index, leaf) = rest.split_once('_')?;
    let index: usize = index.parse().ok()?;
    let key = match index.checked_sub(1) {
        None => format!("features.0.{leaf}"),
        Some(index) => {
            let piece = ["squeeze", "expand1x1", "expand3x3"][index % 3];
            match FIRES.get(index / 3) {
                Some(place) => format!("features.{place}.{piece}.{leaf}"),
                None => format!("classifier.1.{leaf}"),
            }
        }
    };
    Some(Original::whole(key))
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;

    #[test]
    fn names_become_torchvisions() {
        check(
            squeezenet,
            &[
                ("squeezenet0_conv0_weight", "features.0.weight"),
                ("squeezenet0_conv1_bias", "features.3.squeeze.bias"),
                ("squeezenet0_conv9_weight", "features.6.expand3x3.weight"),
                ("squeezenet0_conv25_bias", "classifier.1.bias"),
            ],
        );
    }
}
