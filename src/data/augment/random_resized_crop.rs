//! A random part of the picture, brought to the size of the network (torchvision's
//! `RandomResizedCrop`).

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::canvas::Area;
use super::canvas::Filter;
use super::draws;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "random-resized-crop",
    label: "Crop",
    help: "Cuts out a random part and stretches it to the input size.",
    probability: 1.0,
    parameters: PARAMETERS,
    build: |spans| Box::new(RandomResizedCrop::new(spans, Filter::Bilinear)),
};

/// The same with the filter of DINO.
pub(super) const BICUBIC_SPEC: AugmentationSpec = AugmentationSpec {
    id: "bicubic-crop",
    label: "Crop, sharper",
    help: "Cuts out a random part and stretches it to the input size with a sharper filter.",
    probability: 1.0,
    parameters: PARAMETERS,
    build: |spans| Box::new(RandomResizedCrop::new(spans, Filter::Bicubic)),
};

const PARAMETERS: &[ParameterSpec] = &[
    ParameterSpec {
        id: "area",
        label: "Share of the area kept",
        limits: Span::new(0.01, 1.0),
        default: Span::new(0.08, 1.0),
    },
    ParameterSpec {
        id: "aspect",
        label: "Width divided by height",
        limits: Span::new(0.25, 4.0),
        default: Span::new(0.75, 4.0 / 3.0),
    },
];

/// How often torchvision draws before it falls back to a center crop.
const N_TRIES: usize = 10;

struct RandomResizedCrop {
    area: Span,
    aspect: Span,
    filter: Filter,
}

impl Augmentation for RandomResizedCrop {
    fn apply(&self, view: &mut Draft<'_>, surroundings: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let area = self.draw_area(view.picture.width, view.picture.height, rng);
        view.crop(area, surroundings.size, surroundings.size, self.filter);
    }
}

impl RandomResizedCrop {
    fn new(spans: &[Span], filter: Filter) -> Self {
        Self {
            area: spans[0],
            aspect: spans[1],
            filter,
        }
    }

    fn draw_area(&self, width: u32, height: u32, rng: &mut ChaCha8Rng) -> Area {
        let total = width as f32 * height as f32;
        for _ in 0..N_TRIES {
            let target = total * self.area.draw(rng);
            let aspect = self.aspect.draw_log(rng);
            let crop_width = (target * aspect).sqrt().round_ties_even() as u32;
            let crop_height = (target / aspect).sqrt().round_ties_even() as u32;
            if (1..=width).contains(&crop_width) && (1..=height).contains(&crop_height) {
                return Area {
                    left: draws::below(rng, width - crop_width + 1),
                    top: draws::below(rng, height - crop_height + 1),
                    width: crop_width,
                    height: crop_height,
                };
            }
        }
        self.center_area(width, height)
    }

    /// The largest part in the middle whose aspect is allowed.
    fn center_area(&self, width: u32, height: u32) -> Area {
        let aspect = width as f32 / height as f32;
        let (crop_width, crop_height) = if aspect < self.aspect.low {
            (width, (width as f32 / self.aspect.low).round() as u32)
        } else if aspect > self.aspect.high {
            ((height as f32 * self.aspect.high).round() as u32, height)
        } else {
            (width, height)
        };
        let (crop_width, crop_height) = (crop_width.clamp(1, width), crop_height.clamp(1, height));
        Area {
            left: (width - crop_width) / 2,
            top: (height - crop_height) / 2,
            width: crop_width,
            height: crop_height,
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    const SSCD: RandomResizedCrop = RandomResizedCrop {
        area: PARAMETERS[0].default,
        aspect: PARAMETERS[1].default,
        filter: Filter::Bilinear,
    };

    #[test]
    fn crops_lie_inside_and_cover_the_whole_span_of_areas() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let (mut smallest, mut largest, mut sum) = (1.0_f32, 0.0_f32, 0.0);
        for _ in 0..10_000 {
            let area = SSCD.draw_area(300, 300, &mut rng);
            assert!(area.left + area.width <= 300 && area.top + area.height <= 300);
            let share = (area.width * area.height) as f32 / 90_000.0;
            let aspect = area.width as f32 / area.height as f32;
            assert!((0.74..1.36).contains(&aspect), "{area:?}");
            smallest = smallest.min(share);
            largest = largest.max(share);
            sum += share;
        }
        assert!((0.078..0.085).contains(&smallest), "{smallest}");
        assert!(largest > 0.98, "{largest}");
        // A uniform share would have the mean 0.54; large crops of extreme aspect do not fit a
        // square and are drawn again, which pulls it down a little.
        let mean = sum / 10_000.0;
        assert!((0.47..0.54).contains(&mean), "{mean}");
    }

    #[test]
    fn a_ribbon_falls_back_to_its_middle() {
        // 1000 x 10: a crop of at least 8 % of the area and an aspect up to 4/3 would need a
        // height of at least sqrt(800 / (4/3)) = 24.5, which never fits.
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        let area = SSCD.draw_area(1000, 10, &mut rng);
        let expected = Area {
            left: 493,
            top: 0,
            width: 13,
            height: 10,
        };
        assert_eq!(area, expected);
    }
}
