//! From a picture to the numbers a network reads, as torchvision does it.

use serde::Deserialize;
use serde::Serialize;

/// How a picture becomes network input. Saved with every model.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preprocessing {
    /// Side of the square input in pixels; the aspect ratio is not kept ("skew").
    pub size: u32,
    /// Per channel, subtracted after scaling to 0..1.
    pub mean: [f32; 3],
    /// Per channel, divided by after the mean.
    pub std: [f32; 3],
}

impl Preprocessing {
    /// The ImageNet statistics that all five methods use.
    pub const fn imagenet(size: u32) -> Self {
        Self {
            size,
            mean: [0.485, 0.456, 0.406],
            std: [0.229, 0.224, 0.225],
        }
    }
}
