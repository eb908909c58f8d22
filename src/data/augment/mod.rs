//! Changes pictures at random the way people change the pictures they copy.
//!
//! - Owns: the table [`AUGMENTATIONS`], and the [`Pipeline`]s put together from it.
//! - Invariant: all chance comes from the generator passed in; one seed gives the same bytes on
//!   every machine.
//! - Invariant: an augmentation never fails; where it has nothing to do it returns its input.
//! - Not here: which picture is changed how often (`loader`), mixing two pictures of a batch
//!   (that happens on the device, `distill`).
//! - To add one: a new file with a `SPEC`, a row in [`AUGMENTATIONS`], and steps in the presets
//!   (`presets.rs`) that should use it.

mod brightness_contrast;
mod canvas;
mod caption;
mod color_jitter;
mod draws;
mod emoji_overlay;
mod fonts;
mod free_rotation;
mod gaussian_blur;
mod grayscale;
mod horizontal_flip;
mod jpeg;
mod jpeg_tables;
mod noise;
mod pad;
mod pad_square;
mod perspective;
mod picture_overlay;
mod pipeline;
mod pixelate;
mod presets;
mod random_resized_crop;
mod right_angle_rotation;
mod scale_down;
mod screenshot;
mod stickers;
mod stretch;
mod text_overlay;
mod vertical_flip;

use std::sync::Arc;

use rand_chacha::ChaCha8Rng;

use crate::data::Picture;

pub use draws::Span;
pub(crate) use draws::shuffle;
pub use pipeline::Pipeline;
pub use pipeline::Step;
pub use presets::PRESETS;
pub use presets::Preset;
pub use stickers::StickerError;
pub use stickers::Stickers;

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
    fn apply(
        &self,
        picture: Picture,
        surroundings: &Surroundings<'_>,
        rng: &mut ChaCha8Rng,
    ) -> Picture;
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
];

/// Finds an augmentation by its id.
pub fn find(id: &str) -> Option<&'static AugmentationSpec> {
    AUGMENTATIONS.iter().find(|spec| spec.id == id)
}
