//! Changes pictures at random the way people change the pictures they copy.
//!
//! - Owns: the table [`AUGMENTATIONS`], and the [`Pipeline`]s put together from it.
//! - Invariant: all chance comes from the generator passed in; one seed gives the same bytes on
//!   every machine.
//! - Invariant: every view knows where its pixels come from ([`Trace`]).
//! - Invariant: an augmentation never fails; where it has nothing to do it returns its input.
//! - Not here: which picture is changed how often (`loader`), which views a method compares
//!   (`views`), mixing the pixels of a batch (`mixing` draws how; that happens on the device).
//! - To add one: a new file with a `SPEC`, a row in [`AUGMENTATIONS`], and steps in the presets
//!   (`presets/`) that should use it.

#![allow(
    clippy::needless_range_loop,
    reason = "loops over lanes become vectors, chains of iterators over five slices do not"
)]

mod bench;
mod brightness_contrast;
mod canvas;
mod caption;
mod color_jitter;
mod draws;
mod edge_enhance;
mod emoji_overlay;
mod erasing;
mod fonts;
mod free_rotation;
mod gaussian_blur;
mod grayscale;
mod homography;
mod horizontal_flip;
mod hue;
mod inscribed_rotation;
mod jpeg;
mod jpeg_blocks;
mod jpeg_color;
mod jpeg_tables;
mod kernel;
mod mixing;
mod noise;
mod other_overlay;
mod pad;
mod pad_square;
mod patch_colors;
mod perspective;
mod picture_overlay;
mod pipeline;
mod pixelate;
mod pixelization;
mod posterize;
mod presets;
mod random_perspective;
mod random_resized_crop;
mod right_angle_rotation;
mod scale_down;
mod screenshot;
mod sharpness;
mod shuffle_pixels;
mod solarize;
mod square_crop;
mod squash;
mod stage;
mod stickers;
mod stretch;
mod stripes;
mod text_lines;
mod text_overlay;
mod trace;
mod vectors;
mod vertical_flip;
mod view;
mod warp;

use std::sync::Arc;

use rand_chacha::ChaCha8Rng;

use crate::data::Picture;

pub use bench::AugmentationSpeed;
pub use bench::measure;
pub use draws::Span;
pub(crate) use draws::below;
pub(crate) use draws::shuffle;
pub use homography::Homography;
pub use mixing::Mix;
pub use mixing::MixingConfig;
pub use mixing::draw_mixing;
pub use pipeline::Pipeline;
pub use presets::PRESETS;
pub use presets::Preset;
pub use stage::Stage;
pub use stage::Step;
pub use stickers::StickerError;
pub use stickers::Stickers;
pub use trace::CropBox;
pub use trace::Point;
pub use trace::Trace;
pub use view::Draft;
pub use view::View;

/// Everything the rest of the program knows about one augmentation.
pub struct AugmentationSpec {
    /// Appears in recipes; never renamed.
    pub id: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    /// How often it happens where nothing else is said, 0..=1.
    pub probability: f32,
    pub parameters: &'static [ParameterSpec],
    /// Takes one span per entry of `parameters`, in that order.
    pub build: fn(&[Span]) -> Box<dyn Augmentation>,
}

/// One number of an augmentation, drawn anew from a span for each picture.
pub struct ParameterSpec {
    pub id: &'static str,
    pub label: &'static str,
    /// The widest span that makes sense.
    pub limits: Span,
    pub default: Span,
}

/// One change of a picture.
pub trait Augmentation: Send + Sync {
    /// What moves pixels tells the view's trace how.
    fn apply(&self, view: &mut Draft<'_>, surroundings: &Surroundings<'_>, rng: &mut ChaCha8Rng);
}

/// What an augmentation may use beside the picture itself.
pub struct Surroundings<'a> {
    /// Side of the square that the pipeline ends with.
    pub size: u32,
    pub stickers: &'a Stickers,
    /// Some other picture, chosen by the number passed in; `None` where there is no other.
    pub other: &'a dyn Fn(u64) -> Option<Arc<Picture>>,
}

/// All augmentations, in the order of the recipe editor: the ones of SSCD first.
pub const AUGMENTATIONS: &[AugmentationSpec] = &[
    random_resized_crop::SPEC,
    horizontal_flip::SPEC,
    right_angle_rotation::SPEC,
    free_rotation::SPEC,
    text_overlay::SPEC,
    emoji_overlay::SPEC,
    color_jitter::SPEC,
    grayscale::SPEC,
    gaussian_blur::SPEC,
    jpeg::SPEC,
    vertical_flip::SPEC,
    stretch::SPEC,
    perspective::SPEC,
    pad::SPEC,
    pad_square::SPEC,
    picture_overlay::SPEC,
    screenshot::SPEC,
    caption::SPEC,
    brightness_contrast::SPEC,
    noise::SPEC,
    pixelate::SPEC,
    scale_down::SPEC,
    pixelization::SPEC,
    posterize::SPEC,
    solarize::SPEC,
    sharpness::SPEC,
    edge_enhance::SPEC,
    shuffle_pixels::SPEC,
    stripes::SPEC,
    erasing::SPEC,
    text_lines::SPEC,
    emoji_overlay::ANYWHERE_SPEC,
    other_overlay::SPEC,
    other_overlay::EITHER_SPEC,
    inscribed_rotation::SPEC,
    random_perspective::SPEC,
    random_resized_crop::BICUBIC_SPEC,
    square_crop::SPEC,
    squash::SPEC,
    patch_colors::SPEC,
];

/// Finds an augmentation by its id.
pub fn find(id: &str) -> Option<&'static AugmentationSpec> {
    AUGMENTATIONS.iter().find(|spec| spec.id == id)
}
