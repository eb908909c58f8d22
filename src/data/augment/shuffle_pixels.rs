//! Some pixels exchanged among each other (AugLy's `shuffle_pixels`, but with other places each
//! time: AugLy starts its generator anew on every call).

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::draws;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "shuffle-pixels",
    label: "Shuffle pixels",
    help: "Exchanges some pixels among each other, as grain of the picture's own colors.",
    probability: 0.1,
    parameters: &[ParameterSpec {
        id: "share",
        label: "Share of the pixels exchanged",
        limits: Span::new(0.0, 1.0),
        default: Span::new(0.1, 0.1),
    }],
    build: |spans| Box::new(ShufflePixels { share: spans[0] }),
};

struct ShufflePixels {
    share: Span,
}

impl Augmentation for ShufflePixels {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let share = self.share.draw(rng);
        let rgb = &mut view.picture.to_mut().rgb;
        let n_pixels = (rgb.len() / 3) as u32;
        let mut left = (share * n_pixels as f32) as u32;
        // Each pixel is chosen with the share of what is still to choose among what is still to
        // come (Knuth, algorithm S): every set of places is equally likely.
        let mut places = Vec::with_capacity(left as usize);
        for place in 0..n_pixels {
            if draws::below(rng, n_pixels - place) < left {
                places.push(place as usize * 3);
                left -= 1;
            }
        }
        let mut colors: Vec<[u8; 3]> = places
            .iter()
            .map(|at| [rgb[*at], rgb[*at + 1], rgb[*at + 2]])
            .collect();
        draws::shuffle(rng, &mut colors);
        for (at, color) in places.into_iter().zip(colors) {
            rgb[at..at + 3].copy_from_slice(&color);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::apply_alone;
    use super::super::pipeline::testing::gradient;
    use super::*;

    #[test]
    fn a_tenth_of_the_pixels_move_and_none_is_lost() {
        let picture = gradient(60, 40);
        let shuffled = apply_alone(&SPEC, &picture, 4);
        let pixels = |rgb: &[u8]| {
            let mut pixels: Vec<[u8; 3]> =
                rgb.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect();
            pixels.sort_unstable();
            pixels
        };
        assert_eq!(pixels(&picture.rgb), pixels(&shuffled.rgb));
        let pairs = picture
            .rgb
            .chunks_exact(3)
            .zip(shuffled.rgb.chunks_exact(3));
        let n_moved = pairs.filter(|(before, after)| before != after).count();
        assert!((200..=240).contains(&n_moved), "{n_moved}");
    }
}
