//! From a picture to the numbers a network reads, as torchvision does it.

use serde::Deserialize;
use serde::Serialize;

use super::Picture;

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

    /// Network input of a picture as it is, not resized: `3 * height * width` numbers, plane by
    /// plane, `(value / 255 - mean) / std`.
    pub fn normalize(&self, picture: &Picture) -> Vec<f32> {
        let mut planes = Vec::with_capacity(picture.rgb.len());
        for channel in 0..3 {
            let factor = 1.0 / (255.0 * self.std[channel]);
            let offset = self.mean[channel] / self.std[channel];
            let values = picture.rgb.iter().skip(channel).step_by(3);
            planes.extend(values.map(|&value| f32::from(value).mul_add(factor, -offset)));
        }
        planes
    }
}
