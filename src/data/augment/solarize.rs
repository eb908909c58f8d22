//! Bright shades turned into their negative, as Pillow's `ImageOps.solarize` does it.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "solarize",
    label: "Solarize",
    help: "Turns the bright parts of every color into their negative.",
    probability: 0.1,
    parameters: &[ParameterSpec {
        id: "threshold",
        label: "Darkest level that is turned, of 255",
        limits: Span::new(0.0, 256.0),
        default: Span::new(128.0, 128.0),
    }],
    build: |spans| {
        Box::new(Solarize {
            threshold: spans[0],
        })
    },
};

struct Solarize {
    threshold: Span,
}

impl Augmentation for Solarize {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        solarize(
            &mut view.picture.to_mut().rgb,
            self.threshold.draw_whole(rng),
        );
    }
}

/// `255 - value` from `threshold` on.
pub(super) fn solarize(values: &mut [u8], threshold: u32) {
    // A threshold above every level leaves all as they are.
    let Ok(threshold) = u8::try_from(threshold) else {
        return;
    };
    for value in values {
        *value = if *value < threshold {
            *value
        } else {
            255 - *value
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_from_the_threshold_on_are_turned() {
        let solarized = |threshold| {
            let mut values = [0, 127, 128, 255];
            solarize(&mut values, threshold);
            values
        };
        assert_eq!(solarized(128), [0, 127, 127, 0]);
        assert_eq!(solarized(0), [255, 128, 127, 0]);
        assert_eq!(solarized(256), [0, 127, 128, 255]);
    }
}
