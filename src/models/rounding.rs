//! What storing a model in half precision does to its descriptors.

use burn::tensor::Device;
use half::f16;

use crate::data;
use crate::data::Picture;

use super::Embedder;
use super::ModelError;
use super::ModelInfo;
use super::model_file;
use super::store;

/// Pictures that are drawn for the comparison.
const N_PICTURES: u32 = 4;
/// Their sides, in pixels.
const SIDES: [u32; 2] = [320, 240];

/// The largest cosine distance between descriptors of a model and of its copy in half precision,
/// over some drawn pictures: 0 is no change, a copy and its original are usually below 0.5.
pub fn effect_of_half(info: &ModelInfo) -> Result<f32, ModelError> {
    let device = Device::flex();
    let whole = Embedder::load(info, &device)?;
    let mut file = store::read_model(info)?;
    for value in file.tensors.values_mut().flat_map(|t| &mut t.values) {
        *value = f16::from_f32(*value).to_f32();
    }
    let (_, network) = model_file::build(&file, &info.path, &device)?;
    let halved = Embedder::from_network(info.clone(), network, &device);
    let pictures: Vec<Vec<f32>> = (0..N_PICTURES)
        .map(|seed| data::planes(&drawn(seed), &info.preprocessing))
        .collect();
    let pairs = whole
        .embed(&pictures)
        .into_iter()
        .zip(halved.embed(&pictures));
    let distances = pairs.map(|(a, b)| {
        let cosine: f32 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
        1.0 - cosine
    });
    Ok(distances.fold(0.0, f32::max))
}

/// Colored waves, other ones for each seed.
fn drawn(seed: u32) -> Picture {
    let [width, height] = SIDES;
    let mut picture = Picture::filled(width, height, [0; 3]);
    for (index, pixel) in picture.rgb.as_chunks_mut::<3>().0.iter_mut().enumerate() {
        let (x, y) = (index as u32 % width, index as u32 / width);
        let wave = |period: u32| ((x * (seed + 1) + y * (seed + 3)) % period * 255 / period) as u8;
        *pixel = [wave(41), wave(97), wave(163) ^ (y / 16 * 16) as u8];
    }
    picture
}
