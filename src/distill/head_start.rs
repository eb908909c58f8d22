//! A first head for a trunk that comes without one: the whitened principal components of what the
//! trunk sees in the training pictures.
//!
//! A random head on trained features makes all pictures alike, because their common mean dominates;
//! this head takes the mean away, so that training starts where whitening ends.

use std::path::PathBuf;

use burn::module::Module as _;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::data;
use crate::data::Preprocessing;
use crate::models::layers::gem;
use crate::models::network::Network;
use crate::models::state;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;
use crate::monitor::Progress;
use crate::weights::WeightTensor;

/// Pictures looked at; a few per component are enough for a start.
const N_PICTURES: usize = 1_200;
const BATCH: usize = 8;
/// Rounds of orthogonal iteration.
const N_ROUNDS: usize = 12;
/// Share of the largest variance that is added to each one, so that weak components stay weak.
const SHRINKAGE: f32 = 0.01;

/// The network with a head of whitened principal components; unchanged when it has a hidden layer
/// or a projector, or when there are too few pictures for its length.
pub fn whitened_head(
    network: Network,
    paths: &[PathBuf],
    preprocessing: &Preprocessing,
    seed: u64,
    device: &Device,
    monitor: &Monitor,
) -> Result<Network, Cancelled> {
    let plain = network.valid();
    let shapes = state::read_shapes(&plain);
    let (n_out, n_in) = match shapes.get("fc.weight").map(Vec::as_slice) {
        Some([n_out, n_in]) => (*n_out, *n_in),
        _ => return Ok(network),
    };
    let is_plain_head = plain.hidden.is_none() && plain.norm.is_none() && plain.projector.is_none();
    if !is_plain_head || n_out > n_in || paths.len() < 2 * n_out {
        return Ok(network);
    }
    let features = pooled(&plain, paths, preprocessing, device, monitor)?;
    let (weight, bias) = whitening(features, n_out, seed, device);
    let mut tensors = state::read_state(&plain);
    tensors.insert("fc.weight".to_owned(), weight);
    tensors.insert("fc.bias".to_owned(), bias);
    match state::load_state(plain, &tensors) {
        Ok(loaded) => Ok(loaded.train()),
        Err(err) => {
            log::warn!("The head stays random: {err}");
            Ok(network)
        }
    }
}

/// Pooled features of some pictures, `[n, channels]`.
fn pooled(
    network: &Network,
    paths: &[PathBuf],
    preprocessing: &Preprocessing,
    device: &Device,
    monitor: &Monitor,
) -> Result<Tensor<2>, Cancelled> {
    let stride = paths.len().div_ceil(N_PICTURES).max(1);
    let chosen: Vec<&PathBuf> = paths.iter().step_by(stride).collect();
    let size = preprocessing.size as usize;
    let mut parts = Vec::new();
    for (index, batch) in chosen.chunks(BATCH).enumerate() {
        monitor.check()?;
        monitor.report(Progress {
            stage: "Preparing the student",
            n_done: (index * BATCH) as u64,
            n_total: Some(chosen.len() as u64),
        });
        let planes: Vec<Vec<f32>> = batch
            .iter()
            .filter_map(|path| data::decode(path).ok())
            .map(|picture| data::planes(&picture, preprocessing))
            .collect();
        if planes.is_empty() {
            continue;
        }
        let data = TensorData::new(planes.concat(), [planes.len(), 3, size, size]);
        let x_bchw = Tensor::<4>::from_data(data, device);
        parts.push(gem(network.trunk.forward(x_bchw).deep));
    }
    Ok(Tensor::cat(parts, 0))
}

/// `y = diag(variance + s)^(-1/2) V' (x - mean)` as a linear layer: weight `[n_out, c]` and bias.
fn whitening(
    features_nc: Tensor<2>,
    n_out: usize,
    seed: u64,
    device: &Device,
) -> (WeightTensor, WeightTensor) {
    let [n, c] = features_nc.dims();
    let mean_1c = features_nc.clone().mean_dim(0);
    let centred_nc = features_nc - mean_1c.clone();
    let covariance_cc = centred_nc.clone().transpose().matmul(centred_nc) / n as f32;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut basis: Vec<f32> = (0..c * n_out).map(|_| rng.random::<f32>() - 0.5).collect();
    orthonormalise(&mut basis, c);
    let mut variances = vec![0.0; n_out];
    for _ in 0..N_ROUNDS {
        // One row per component; the covariance is symmetric.
        let rows = TensorData::new(basis, [n_out, c]);
        let rows = Tensor::<2>::from_data(rows, device).matmul(covariance_cc.clone());
        basis = floats(rows);
        variances = orthonormalise(&mut basis, c);
    }
    let largest = variances.iter().copied().fold(0.0, f32::max);
    for (row, variance) in basis.chunks_exact_mut(c).zip(&variances) {
        let scale = (variance + SHRINKAGE * largest).max(1e-12).sqrt().recip();
        for value in row {
            *value *= scale;
        }
    }
    let mean = floats(mean_1c);
    let dot = |row: &[f32]| row.iter().zip(&mean).map(|(a, b)| a * b).sum::<f32>();
    let bias = basis.chunks_exact(c).map(|row| -dot(row)).collect();
    (
        WeightTensor {
            shape: vec![n_out, c],
            values: basis,
        },
        WeightTensor {
            shape: vec![n_out],
            values: bias,
        },
    )
}

/// Makes rows orthonormal from the first on (modified Gram-Schmidt); returns the lengths they had.
fn orthonormalise(rows: &mut [f32], length: usize) -> Vec<f32> {
    let n = rows.len() / length;
    let mut lengths = Vec::with_capacity(n);
    for index in 0..n {
        let (done, rest) = rows.split_at_mut(index * length);
        let row = &mut rest[..length];
        for other in done.chunks_exact(length) {
            let dot: f32 = row.iter().zip(other).map(|(a, b)| a * b).sum();
            for (value, other) in row.iter_mut().zip(other) {
                *value -= dot * other;
            }
        }
        let norm = row.iter().map(|value| value * value).sum::<f32>().sqrt();
        lengths.push(norm);
        for value in row {
            *value /= norm.max(1e-12);
        }
    }
    lengths
}

fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    let data = tensor.into_data().convert::<f32>();
    data.try_into_vec().expect("a float tensor converts to f32")
}

#[cfg(test)]
mod tests {
    use burn::tensor::Distribution;

    use super::*;

    #[test]
    fn whitened_features_have_no_mean_and_equal_variance() {
        let device = Device::flex();
        device.seed(2);
        let scales = Tensor::<2>::from_data([[5.0, 1.0, 3.0, 0.5]], &device);
        let noise = Tensor::<2>::random([4_000, 4], Distribution::Normal(0.0, 1.0), &device);
        let features = noise * scales + 7.0;
        let (weight, bias) = whitening(features.clone(), 2, 1, &device);
        let weight = Tensor::<2>::from_data(TensorData::new(weight.values, [2, 4]), &device);
        let bias = Tensor::<2>::from_data(TensorData::new(bias.values, [1, 2]), &device);
        let y = features.matmul(weight.transpose()) + bias;
        let mean = floats(y.clone().mean_dim(0));
        let variance = floats((y.clone() * y).mean_dim(0));
        assert!(mean.iter().all(|mean| mean.abs() < 1e-3), "{mean:?}");
        // The two largest variances, 25 and 9, with 1 % of 25 added: 0.990 and 0.973.
        assert!((variance[0] - 0.990).abs() < 0.01, "{variance:?}");
        assert!((variance[1] - 0.973).abs() < 0.01, "{variance:?}");
    }
}
