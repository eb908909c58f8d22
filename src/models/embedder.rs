//! Runs a network: pictures in, descriptors and grids of local descriptors out.

use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;

use crate::data;
use crate::data::Picture;
use crate::data::Preprocessing;

use super::FeatureMap;
use super::ModelError;
use super::ModelInfo;
use super::engine::Engine;
use super::engine::Results;
use super::engine::Value;
use super::graph::Output;
use super::layers::generalized_mean;
use super::layers::l2_normalize;
use super::model_file;
use super::network::Network;
use super::store;
use super::trunk;
use super::trunk::Trunk;

/// Longer side of the network input for [`Embedder::dense`], in pixels.
const DENSE_SIDE: u32 = 512;
/// Both sides of a dense input are multiples of the coarsest stride of a convolutional network.
const DENSE_MULTIPLE: u32 = 32;
/// Weight of the coarse, more invariant half of a local descriptor beside the fine one.
const COARSE_WEIGHT: f32 = 1.0;
/// Exponent of DINO's mean of patches.
const DINO_POWER: u8 = 4;

/// A model, loaded on one device. Use it on one thread only.
///
/// On a processor it runs in Copylens' own [`Engine`], elsewhere in Burn, which is the reference.
pub struct Embedder {
    info: ModelInfo,
    network: Network,
    device: Device,
    engine: Option<Engine>,
}

/// Local descriptors of length 1, and how many rows and columns of them there are.
type Grid = (Vec<Vec<f32>>, [usize; 2]);

impl Embedder {
    /// Loads a model completely, or says why not.
    pub fn load(info: &ModelInfo, device: &Device) -> Result<Self, ModelError> {
        let file = store::read_model(info)?;
        let (_, network) = model_file::build(&file, &info.path, device)?;
        Ok(Self::from_network(info.clone(), network, device))
    }

    /// A network as it is now, such as one that is being trained, for its held-out quality.
    pub fn from_network(info: ModelInfo, network: Network, device: &Device) -> Self {
        let engine = (*device == Device::flex()).then(|| Engine::new(network.clone()));
        Self {
            info,
            network,
            device: device.clone(),
            engine,
        }
    }

    /// The same network in Burn, whatever the device.
    #[must_use]
    pub fn without_engine(self) -> Self {
        Self {
            engine: None,
            ..self
        }
    }

    /// What computes the descriptors, in words.
    pub fn engine_name(&self) -> String {
        match &self.engine {
            Some(_) => Engine::name(),
            None => "Burn".to_owned(),
        }
    }

    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    pub fn dimensions(&self) -> usize {
        self.info.dimensions
    }

    pub fn preprocessing(&self) -> &Preprocessing {
        &self.info.preprocessing
    }

    /// Descriptors of length 1, one per picture, in one batch.
    ///
    /// Each entry of `planes` is what `data::planes` makes: `3 * size * size` numbers.
    pub fn embed(&self, planes: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let size = self.info.preprocessing.size as usize;
        self.embed_sized(planes, [size, size])
    }

    /// What the sides of [`embed_sized`](Self::embed_sized) are multiples of.
    pub fn multiple(&self) -> u32 {
        trunk::architecture(&self.info.architecture).map_or(1, |spec| spec.multiple)
    }

    /// The same for pictures of another size, `[height, width]`: `3 * height * width` numbers each.
    pub fn embed_sized(&self, planes: &[Vec<f32>], [height, width]: [usize; 2]) -> Vec<Vec<f32>> {
        if planes.is_empty() {
            return Vec::new();
        }
        let output = Output::Descriptor;
        let results = self
            .engine
            .as_ref()
            .and_then(|engine| engine.run(planes, [height, width], &[output]).ok());
        if let Some(results) = results {
            let descriptor =
                |mut values: Results| values.remove(&output).map(|value| value.numbers);
            return results.into_iter().filter_map(descriptor).collect();
        }
        let data = TensorData::new(planes.concat(), [planes.len(), 3, height, width]);
        let x_bchw = Tensor::<4>::from_data(data, &self.device);
        let descriptors = self.network.forward(x_bchw).descriptor_bd;
        rows(descriptors)
    }

    /// The class token and the generalised mean of all patches with p = 4, one after the other and
    /// not normalized (DINO: eval_copy_detection.py). Nothing for a network without a class token.
    pub fn token_and_patches(
        &self,
        planes: &[Vec<f32>],
        [height, width]: [usize; 2],
    ) -> Option<Vec<Vec<f32>>> {
        let data = TensorData::new(planes.concat(), [planes.len(), 3, height, width]);
        let maps = self
            .network
            .trunk
            .forward(Tensor::from_data(data, &self.device));
        let patches_bc = generalized_mean(maps.deep, DINO_POWER);
        Some(rows(Tensor::cat(vec![maps.token_bc?, patches_bc], 1)))
    }

    /// Whether the network has a class token.
    pub fn has_token(&self) -> bool {
        matches!(self.network.trunk, Trunk::VisionTransformer(_))
    }

    /// The local descriptors of one picture, a cell per 16 input pixels or per patch.
    ///
    /// A cell of a convolutional network joins its map of stride 16 with the deployed head applied
    /// to every cell of the map of stride 32; both halves have length 1 before they are joined. A
    /// cell of a transformer is its patch token.
    pub fn dense(&self, picture: &Picture) -> FeatureMap {
        let multiple = self.multiple();
        let (width, height) = dense_size(picture.width, picture.height, multiple);
        let resized = data::resize(picture, width, height);
        let planes = self.info.preprocessing.normalize(&resized);
        let size = [height as usize, width as usize];
        let ((fine, grid), coarse) = self
            .dense_by_engine(std::slice::from_ref(&planes), size)
            .unwrap_or_else(|| self.dense_by_burn(planes, size));
        let (channels, data) = match coarse {
            Some((coarse, coarse_grid)) => join(&fine, grid, &coarse, coarse_grid),
            None => (fine[0].len(), fine.concat()),
        };
        let [n_rows, n_cols] = grid;
        FeatureMap {
            rows: n_rows,
            cols: n_cols,
            channels,
            picture_width: picture.width,
            picture_height: picture.height,
            data,
        }
    }

    /// Fine cells, and coarse ones unless the network is a transformer; `None` without an engine.
    fn dense_by_engine(
        &self,
        planes: &[Vec<f32>],
        size: [usize; 2],
    ) -> Option<(Grid, Option<Grid>)> {
        let outputs = [Output::Fine, Output::Deep, Output::Cells];
        let engine = self.engine.as_ref()?;
        let results = engine.run(planes, size, &outputs);
        let values = results.ok()?.pop()?;
        let grid = |value: &Value, place: &Value| {
            let [_, height, width] = place.shape.as_map();
            let rows = value.numbers.chunks_exact(value.shape.channels());
            (rows.map(normalized).collect(), [height, width])
        };
        let fine = grid(&values[&Output::Fine], &values[&Output::Fine]);
        let coarse = values.get(&Output::Cells);
        Some((
            fine,
            coarse.map(|cells| grid(cells, &values[&Output::Deep])),
        ))
    }

    fn dense_by_burn(&self, planes: Vec<f32>, [height, width]: [usize; 2]) -> (Grid, Option<Grid>) {
        let data = TensorData::new(planes, [1, 3, height, width]);
        let maps = self
            .network
            .trunk
            .forward(Tensor::from_data(data, &self.device));
        let is_transformer = maps.token_bc.is_some();
        let (fine, fine_grid) = cells(maps.fine);
        let fine = (rows(l2_normalize(fine)), fine_grid);
        if is_transformer {
            return (fine, None);
        }
        let (coarse, coarse_grid) = cells(maps.deep);
        let coarse = self.network.linear(coarse.clamp_min(1e-6));
        (fine, Some((rows(l2_normalize(coarse)), coarse_grid)))
    }
}

/// A row of length 1.
fn normalized(row: &[f32]) -> Vec<f32> {
    let squared: f32 = row.iter().map(|value| value * value).sum();
    let length = squared.sqrt().max(1e-12);
    row.iter().map(|value| value / length).collect()
}

/// Fine cells with coarse ones at the same places behind them; channels of a cell, and all cells.
fn join(
    fine: &[Vec<f32>],
    [n_rows, n_cols]: [usize; 2],
    coarse: &[Vec<f32>],
    grid: [usize; 2],
) -> (usize, Vec<f32>) {
    let channels = fine[0].len() + coarse[0].len();
    let mut data = Vec::with_capacity(n_rows * n_cols * channels);
    for row in 0..n_rows {
        for col in 0..n_cols {
            data.extend_from_slice(&fine[row * n_cols + col]);
            let mixed = bilinear(coarse, grid, row as f32, col as f32);
            data.extend(mixed.iter().map(|value| value * COARSE_WEIGHT));
        }
    }
    (channels, data)
}

/// `[1, c, h, w]` as one row per cell `[h * w, c]`, with `[h, w]`.
fn cells(map_bchw: Tensor<4>) -> (Tensor<2>, [usize; 2]) {
    let [_, c, h, w] = map_bchw.dims();
    let cells_nc = map_bchw.reshape([c, h * w]).swap_dims(0, 1);
    (cells_nc, [h, w])
}

fn rows(x_bd: Tensor<2>) -> Vec<Vec<f32>> {
    let [_, d] = x_bd.dims();
    let values = x_bd.into_data().convert::<f32>().try_into_vec::<f32>();
    values
        .expect("a float tensor converts to f32")
        .chunks_exact(d)
        .map(<[f32]>::to_vec)
        .collect()
}

/// A coarse cell vector at the place of a fine cell, coarse cells being twice as large.
fn bilinear(coarse: &[Vec<f32>], [rows, cols]: [usize; 2], row: f32, col: f32) -> Vec<f32> {
    let axis = |fine: f32, n: usize| {
        let at = (fine * 0.5 - 0.25).clamp(0.0, (n - 1) as f32);
        let first = at as usize;
        (first, (first + 1).min(n - 1), at - first as f32)
    };
    let (row0, row1, down) = axis(row, rows);
    let (col0, col1, right) = axis(col, cols);
    let corners = [
        (row0 * cols + col0, (1.0 - down) * (1.0 - right)),
        (row0 * cols + col1, (1.0 - down) * right),
        (row1 * cols + col0, down * (1.0 - right)),
        (row1 * cols + col1, down * right),
    ];
    let mut mixed = vec![0.0; coarse[0].len()];
    for (index, weight) in corners {
        for (sum, value) in mixed.iter_mut().zip(&coarse[index]) {
            *sum += weight * value;
        }
    }
    mixed
}

/// Network input for a picture: about its shape, longer side [`DENSE_SIDE`].
fn dense_size(width: u32, height: u32, multiple: u32) -> (u32, u32) {
    let multiple = if multiple == 1 {
        DENSE_MULTIPLE
    } else {
        multiple
    };
    let longer = width.max(height) as f32;
    let side = |length: u32| {
        let scaled = length as f32 * DENSE_SIDE as f32 / longer / multiple as f32;
        (scaled.round() as u32).max(2) * multiple
    };
    (side(width), side(height))
}
