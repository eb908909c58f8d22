//! Fewer shades, as Pillow's `ImageOps.posterize` leaves them.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "posterize",
    label: "Fewer shades",
    help: "Leaves only a few shades of each color, as on a poster.",
    probability: 0.1,
    parameters: &[ParameterSpec {
        id: "bits",
        label: "Bits kept of the eight of a color",
        limits: Span::new(1.0, 8.0),
        default: Span::new(2.0, 5.0),
    }],
    build: |spans| Box::new(Posterize { bits: spans[0] }),
};

struct Posterize {
    bits: Span,
}

impl Augmentation for Posterize {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        posterize(&mut view.picture.to_mut().rgb, self.bits.draw_whole(rng));
    }
}

/// Clears the lower bits, so that `bits` of eight are left.
fn posterize(values: &mut [u8], bits: u32) {
    let mask = (0xff00_u32 >> bits.min(8)) as u8;
    for value in values {
        *value &= mask;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upper_bits_are_kept() {
        let posterized = |bits| {
            let mut values = [0b1011_0110, 0b0111_1111, 255];
            posterize(&mut values, bits);
            values
        };
        assert_eq!(posterized(1), [128, 0, 128]);
        assert_eq!(posterized(3), [0b1010_0000, 0b0110_0000, 0b1110_0000]);
        assert_eq!(posterized(8), [0b1011_0110, 0b0111_1111, 255]);
    }
}
