//! Finds a network by the order in which an ONNX file uses its tensors.
//!
//! Exporters take names away and fold batch normalizations into the convolutions before them. Layers
//! of the same kind and shape follow each other in the file as they do in the network, so the first
//! one of ours is the first one there, and so on; other layers may only stand behind the network.

mod units;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;

use burn::tensor::Device;

use crate::models::state;
use crate::models::trunk::ARCHITECTURES;
use crate::models::trunk::ArchitectureSpec;
use crate::weights::GraphLayer;
use crate::weights::LayerKind;

use super::Ignored;
use super::ImportReport;
use super::head;
use super::plan::Plan;
use super::recognize::Entries;
use super::recognize::Found;
use super::recognize::Source;
use super::styles::Made;
use super::styles::Style;
use super::styles::mobilenet_v2;
use units::Unit;

/// Who names parameters like that: nobody.
const NAMELESS: Style = Style {
    label: Some("by the order of its layers"),
    original: |_| None,
    made: |_| None,
};
/// What stands before the head of a file that kept the names of its last layer.
const PREFIX: &str = "backbone.";

/// The first and the last convolution of a block of a ResNet, and the one beside it.
const BLOCK_START: &str = ".conv1.conv";
const BLOCK_END: &str = ".conv3.conv";
const BESIDE_BLOCK: &str = ".downsample.conv";

/// A network of which every layer has its place in the file.
struct Match {
    sources: Vec<Source>,
    n_folded: usize,
    /// Layers of the file behind the network.
    rest: Vec<usize>,
}

/// The largest network whose layers are those of the file; `only` is the id of a row.
pub(super) fn plan(layers: &[GraphLayer], entries: &Entries, only: Option<&str>) -> Option<Plan> {
    if layers.is_empty() {
        return None;
    }
    let rows = ARCHITECTURES.iter();
    let rows = rows.filter(|spec| only.is_none_or(|id| id == spec.id));
    let matches = rows.filter_map(|spec| Some((spec, match_layers(spec, layers, entries)?)));
    // Of equal ones the first row counts.
    let mut best: Option<(&'static ArchitectureSpec, Match)> = None;
    for (spec, found) in matches {
        if best
            .as_ref()
            .is_none_or(|(_, best)| best.sources.len() < found.sources.len())
        {
            best = Some((spec, found));
        }
    }
    let (spec, found) = best?;
    let has_token = found
        .sources
        .iter()
        .any(|source| source.ours == "cls_token");
    let head = head::find(entries, PREFIX, spec, has_token);
    let used: BTreeSet<&str> = found
        .sources
        .iter()
        .chain(&head.sources)
        .flat_map(|source| &source.names)
        .map(String::as_str)
        .collect();
    let behind = found.rest.iter().map(|at| layers[*at].weight.as_str());
    let ignored = behind
        .filter(|name| !used.contains(name))
        .map(|name| Ignored {
            name: name.to_owned(),
            reason: "a layer behind the network",
        });
    let report = ImportReport {
        mapped: used.len(),
        ignored: super::report::grouped(ignored.collect()),
        reshaped: notes(found.n_folded),
        ..ImportReport::default()
    };
    Some(Plan {
        network: Found {
            spec,
            style: &NAMELESS,
            prefix: PREFIX.to_owned(),
            sources: found.sources,
        },
        head,
        report,
    })
}

/// What a person should know about a network that was found like that.
fn notes(n_folded: usize) -> Vec<String> {
    let by_order = "Tensors were told apart by the order of the layers, not by names".to_owned();
    std::iter::once(by_order)
        .chain(folded_note(n_folded))
        .collect()
}

/// What it means that so many normalizations are folded.
pub(super) fn folded_note(n_folded: usize) -> Option<String> {
    (n_folded > 0).then(|| {
        format!(
            "{n_folded} batch normalizations are folded into the layers before them: the \
             descriptors are the same, but a training that starts from here lacks their statistics"
        )
    })
}

fn match_layers(
    spec: &ArchitectureSpec,
    layers: &[GraphLayer],
    entries: &Entries,
) -> Option<Match> {
    let trunk = (spec.build)(&Device::flex());
    let units = units::units(state::ordered_shapes(&trunk))?;
    let epsilon = trunk.norm_epsilon();
    let mut queues = queues(layers, entries);
    let mut found = Match {
        sources: Vec::new(),
        n_folded: 0,
        rest: Vec::new(),
    };
    let mut last = 0;
    let mut block_input = None;
    for unit in &units {
        let key = (unit.kind, unit.weight.1.clone());
        let queue = queues.get_mut(&key);
        let Some(at) = queue.and_then(|queue| take(queue, unit, layers, block_input)) else {
            found.sources.extend(left_out(unit)?);
            continue;
        };
        last = last.max(at);
        let layer = &layers[at];
        if unit.name().ends_with(BLOCK_START) {
            block_input = Some(layer.input.as_str());
        }
        let (name, shape) = &unit.weight;
        found.sources.push(stored(name, shape, &layer.weight));
        match &unit.norm {
            Some(norm) => found.norm(norm, shape[0], layer, epsilon?, entries)?,
            None => found.sources.extend(bias(unit, layer, entries)?),
        }
    }
    found.rest = queues.into_values().flatten().collect();
    found.rest.iter().all(|at| *at > last).then_some(found)
}

/// The place of the next layer that can be this one.
///
/// In the first block of a ResNet-50 the last convolution and the one beside the block have one
/// shape, and authors differ in which comes first; the latter reads what the block reads.
fn take(
    queue: &mut VecDeque<usize>,
    unit: &Unit,
    layers: &[GraphLayer],
    block_input: Option<&str>,
) -> Option<usize> {
    let reads_block = |at: &usize| Some(layers[*at].input.as_str()) == block_input;
    let place = if unit.name().ends_with(BESIDE_BLOCK) {
        queue.iter().position(reads_block)
    } else if unit.name().ends_with(BLOCK_END) {
        queue.iter().position(|at| !reads_block(at))
    } else {
        Some(0)
    };
    queue.remove(place?)
}

/// The layers of a file by kind and shape, each in the order of use.
fn queues(
    layers: &[GraphLayer],
    entries: &Entries,
) -> BTreeMap<(LayerKind, Vec<usize>), VecDeque<usize>> {
    let mut queues: BTreeMap<_, VecDeque<usize>> = BTreeMap::new();
    for (at, layer) in layers.iter().enumerate() {
        let entry = entries.get(&layer.weight);
        let shape = entry.map(|entry| entry.shape.clone()).unwrap_or_default();
        queues.entry((layer.kind, shape)).or_default().push_back(at);
    }
    queues
}

impl Match {
    /// The batch normalization of a convolution of `n` channels.
    fn norm(
        &mut self,
        norm: &str,
        n: usize,
        layer: &GraphLayer,
        epsilon: f64,
        entries: &Entries,
    ) -> Option<()> {
        let name = |leaf: &str| format!("{norm}.{leaf}");
        let leaves = ["weight", "bias", "running_mean", "running_var"];
        if let Some(stored_norm) = &layer.norm {
            if layer.bias.is_some() {
                return None;
            }
            for (leaf, theirs) in leaves.iter().zip(stored_norm) {
                has_shape(theirs, &[n], entries)?;
                self.sources.push(stored(&name(leaf), &[n], theirs));
            }
            return Some(());
        }
        self.n_folded += 1;
        let folded = |leaf: &str, value: f32| made(&name(leaf), &[n], Made::Folded(value));
        self.sources.push(match &layer.bias {
            Some(theirs) => {
                has_shape(theirs, &[n], entries)?;
                stored(&name("bias"), &[n], theirs)
            }
            None => folded("bias", 0.0),
        });
        // With the epsilon the variance is 1: the normalization only adds its bias.
        let variance = (1.0 - epsilon) as f32;
        let others = [
            ("weight", 1.0),
            ("running_mean", 0.0),
            ("running_var", variance),
        ];
        self.sources
            .extend(others.map(|(leaf, value)| folded(leaf, value)));
        Some(())
    }
}

/// The bias of a layer without a batch normalization; an exporter leaves one of zeros out.
fn bias(unit: &Unit, layer: &GraphLayer, entries: &Entries) -> Option<Vec<Source>> {
    if layer.norm.is_some() {
        return None;
    }
    match (&unit.bias, &layer.bias) {
        (Some((ours, shape)), Some(theirs)) => {
            has_shape(theirs, shape, entries)?;
            Some(vec![stored(ours, shape, theirs)])
        }
        (Some((ours, shape)), None) => Some(vec![made(ours, shape, Made::Constant(0.0))]),
        (None, None) => Some(Vec::new()),
        (None, Some(_)) => None,
    }
}

/// The first layer of Gluon's MobileNetV2, which others leave out.
fn left_out(unit: &Unit) -> Option<Vec<Source>> {
    let source = |ours: &str, shape: &[usize]| {
        mobilenet_v2::made(ours).map(|value| made(ours, shape, value))
    };
    let (name, shape) = &unit.weight;
    let norm = unit.norm.as_ref()?;
    let leaves = ["weight", "bias", "running_mean", "running_var"];
    let norm = leaves.map(|leaf| source(&format!("{norm}.{leaf}"), &shape[..1]));
    std::iter::once(source(name, shape)).chain(norm).collect()
}

fn has_shape(theirs: &str, shape: &[usize], entries: &Entries) -> Option<()> {
    let entry = entries.get(theirs)?;
    (entry.number.is_float() && entry.shape == shape).then_some(())
}

fn stored(ours: &str, shape: &[usize], theirs: &str) -> Source {
    Source {
        ours: ours.to_owned(),
        shape: shape.to_vec(),
        names: vec![theirs.to_owned()],
        made: None,
    }
}

fn made(ours: &str, shape: &[usize], value: Made) -> Source {
    Source {
        ours: ours.to_owned(),
        shape: shape.to_vec(),
        names: Vec::new(),
        made: Some(value),
    }
}
