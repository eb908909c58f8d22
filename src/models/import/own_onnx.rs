//! An ONNX file that Copylens wrote, back as a model.
//!
//! Such a file has normalizations and scales folded into the layers before them, and positions for one
//! size of picture. What was folded gets numbers that change nothing. The graph of the result is then
//! made again and compared with the file, so that a model comes back right or not at all.

use std::collections::BTreeMap;

use burn::tensor::Device;

use crate::models::ModelError;
use crate::models::graph::Constant;
use crate::models::graph::Output;
use crate::models::graph::Weights;
use crate::models::model_file::ModelCard;
use crate::models::network::HeadConfig;
use crate::models::network::Network;
use crate::models::onnx_export::CARD_KEY;
use crate::models::state;
use crate::models::trunk;
use crate::weights::TensorIndex;
use crate::weights::TensorMap;
use crate::weights::WeightTensor;

use super::Checkpoint;
use super::ImportReport;
use super::exported;
use super::precision;
use super::weights_error;

/// Of the normalization of a head, and of every trunk that does not say another.
const NORM_EPSILON: f64 = 1e-5;
/// Of the largest weight of a layer; folding into it again rounds in single precision.
const TOLERANCE: f32 = 1e-5;

/// Whether Copylens wrote this ONNX file.
pub(super) fn is_one(index: &TensorIndex) -> bool {
    index.metadata.contains_key(CARD_KEY)
}

/// The model of a file, compared with the file.
pub(super) fn read(index: &mut TensorIndex) -> Result<Checkpoint, ModelError> {
    let path = index.path().to_owned();
    let card = exported::card(&index.metadata, &path)?;
    let stored = index.load_all().map_err(weights_error(&path))?;
    let network = empty(&card)?;
    let shapes = state::ordered_shapes(&network);
    let epsilon = network.trunk.norm_epsilon().unwrap_or(NORM_EPSILON);
    let (tensors, n_folded) = unfolded(&shapes, &stored, epsilon);
    let network = state::load_state(network, &tensors).map_err(weights_error(&path))?;
    if !has_weights(&card, &network, &stored)? {
        return Err(ModelError::FoldedForOthers { path });
    }
    let report = ImportReport {
        mapped: stored.len(),
        reshaped: super::graph::folded_note(n_folded).into_iter().collect(),
        ..ImportReport::default()
    };
    Ok(Checkpoint {
        card,
        tensors,
        precision: precision(index),
        report,
    })
}

fn empty(card: &ModelCard) -> Result<Network, ModelError> {
    let id = &card.architecture;
    let spec = trunk::architecture(id)
        .ok_or_else(|| ModelError::UnknownArchitecture { id: id.clone() })?;
    let head = HeadConfig {
        form: card.head,
        dimensions: card.dimensions,
        large: None,
    };
    Ok(Network::new(spec, head, &Device::flex()))
}

/// A tensor for each parameter, and how many normalizations change nothing in them.
fn unfolded(
    shapes: &[(String, Vec<usize>)],
    stored: &TensorMap,
    epsilon: f64,
) -> (TensorMap, usize) {
    let known: BTreeMap<&str, &[usize]> = shapes
        .iter()
        .map(|(name, shape)| (name.as_str(), shape.as_slice()))
        .collect();
    let mut n_folded = 0;
    let tensors = shapes.iter().map(|(name, shape)| {
        let n = shape.iter().product::<usize>();
        let (layer, leaf) = name.rsplit_once('.').unwrap_or(("", name));
        let is_norm = known.contains_key(format!("{layer}.running_var").as_str());
        let values = match leaf {
            "pos_embed" => positions(name, n, stored),
            "cls_token" => first_rows(layer, stored).iter().copied().take(n).collect(),
            "register_tokens" => {
                let rows = first_rows(layer, stored);
                rows[rows.len().saturating_sub(n)..].to_vec()
            }
            _ if !is_norm => weight(name, n, stored),
            "weight" => vec![1.0; n],
            "bias" => shift(layer, n, stored),
            "running_mean" => vec![0.0; n],
            // With the epsilon it is 1: only the bias is left of the normalization.
            _ => {
                n_folded += 1;
                vec![(1.0 - epsilon) as f32; n]
            }
        };
        let shape = shape.clone();
        (name.clone(), WeightTensor { shape, values })
    });
    (tensors.collect(), n_folded)
}

/// What the file has under the name of the layer; without that, a factor that changes nothing.
fn weight(name: &str, n: usize, stored: &TensorMap) -> Vec<f32> {
    let (layer, leaf) = name.rsplit_once('.').unwrap_or(("", name));
    let layer = layer.strip_suffix(".conv").unwrap_or(layer);
    let names = [format!("{layer}.{leaf}"), name.to_owned()];
    let found = names.iter().find_map(|name| stored.get(name));
    let found = found.filter(|tensor| tensor.values.len() == n);
    let neutral = if leaf == "bias" { 0.0 } else { 1.0 };
    found.map_or_else(|| vec![neutral; n], |tensor| tensor.values.clone())
}

/// Positions of a transformer: those of the patches are a table for one size of picture, that of the
/// class token was added to it.
fn positions(name: &str, n: usize, stored: &TensorMap) -> Vec<f32> {
    let start = format!("{name}.");
    let table = stored.iter().find(|(name, _)| name.starts_with(&start));
    let table = table.map_or(&[] as &[f32], |(_, tensor)| &tensor.values);
    let mut values = vec![0.0; n.saturating_sub(table.len())];
    values.extend(table.iter().take(n));
    values
}

/// The class token and the registers of a transformer, which stand before the patches.
fn first_rows<'a>(layer: &str, stored: &'a TensorMap) -> &'a [f32] {
    let rows = stored.get(&format!("{layer}.cls_token"));
    rows.map_or(&[], |tensor| &tensor.values)
}

/// The bias of a folded layer, which stands for the one of the normalization behind it.
fn shift(norm: &str, n: usize, stored: &TensorMap) -> Vec<f32> {
    let layer = norm.rsplit_once('.').map_or("fc", |(layer, _)| layer);
    let found = stored.get(&format!("{layer}.bias"));
    let found = found.filter(|tensor| tensor.values.len() == n);
    found.map_or_else(|| vec![0.0; n], |tensor| tensor.values.clone())
}

/// Whether the graph of a network has the weights of the file, and no others.
fn has_weights(
    card: &ModelCard,
    network: &Network,
    stored: &TensorMap,
) -> Result<bool, ModelError> {
    let size = card.preprocessing.size as usize;
    let graph = network.graph([size, size], &mut Weights::of(network))?;
    let graph = graph.keep(&[Output::Descriptor]);
    let constants = graph
        .nodes
        .iter()
        .flat_map(|node| node.operation.constants());
    let constants: BTreeMap<&str, &Constant> = constants.map(|one| (&*one.name, one)).collect();
    let is_same = |(name, tensor): (&String, &WeightTensor)| {
        let constant = constants.get(name.as_str());
        constant.is_some_and(|constant| is_close(constant, tensor))
    };
    Ok(constants.len() == stored.len() && stored.iter().all(is_same))
}

fn is_close(constant: &Constant, tensor: &WeightTensor) -> bool {
    let largest = tensor
        .values
        .iter()
        .fold(0.0_f32, |max, v| max.max(v.abs()));
    let pairs = constant.values.iter().zip(&tensor.values);
    let mut differences = pairs.map(|(ours, theirs)| (ours - theirs).abs());
    constant.shape == tensor.shape
        && differences.all(|difference| difference <= TOLERANCE * largest)
}
