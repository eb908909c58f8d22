//! Finds a network by the order in which an ONNX file uses its tensors.
//!
//! Exporters take names away and fold batch normalizations into the convolutions before them. Layers
//! of the same kind and shape follow each other in the file as they do in the network, so the first
//! one of ours is the first one there, and so on; other layers may only stand behind the network.

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

/// Who names parameters like that: nobody.
const NAMELESS: Style = Style {
    label: Some("by the order of its layers"),
    original: |_| None,
    made: |_| None,
};
/// What stands before the head of a file that kept the names of its last layer.
const PREFIX: &str = "backbone.";

/// Name and shape of a parameter of ours.
type Parameter = (String, Vec<usize>);

/// A layer of ours.
struct Unit {
    kind: LayerKind,
    weight: Parameter,
    bias: Option<Parameter>,
    /// The name of the batch normalization behind it.
    norm: Option<String>,
}

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
    let mut notes =
        vec!["Tensors were told apart by the order of the layers, not by names".to_owned()];
    if n_folded > 0 {
        notes.push(format!(
            "{n_folded} batch normalizations are folded into the convolutions before them: the \
             descriptors are the same, but a training that starts from here lacks their statistics"
        ));
    }
    notes
}

fn match_layers(
    spec: &ArchitectureSpec,
    layers: &[GraphLayer],
    entries: &Entries,
) -> Option<Match> {
    let trunk = (spec.build)(&Device::flex());
    let units = units(state::ordered_shapes(&trunk))?;
    let epsilon = trunk.norm_epsilon();
    let mut queues = queues(layers, entries);
    let mut found = Match {
        sources: Vec::new(),
        n_folded: 0,
        rest: Vec::new(),
    };
    let mut last = 0;
    for unit in &units {
        let key = (unit.kind, unit.weight.1.clone());
        let Some(at) = queues.get_mut(&key).and_then(VecDeque::pop_front) else {
            found.sources.extend(left_out(unit)?);
            continue;
        };
        last = last.max(at);
        let layer = &layers[at];
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
fn bias(unit: &Unit, layer: &GraphLayer, entries: &Entries) -> Option<Option<Source>> {
    if layer.norm.is_some() {
        return None;
    }
    match (&unit.bias, &layer.bias) {
        (Some((ours, shape)), Some(theirs)) => {
            has_shape(theirs, shape, entries)?;
            Some(Some(stored(ours, shape, theirs)))
        }
        (Some((ours, shape)), None) => Some(Some(made(ours, shape, Made::Constant(0.0)))),
        (None, None) => Some(None),
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

/// Parameters in the order of use as layers; `None` where a normalization follows no convolution.
fn units(parameters: Vec<Parameter>) -> Option<Vec<Unit>> {
    let mut units: Vec<Unit> = Vec::new();
    for (name, shape) in parameters {
        let (stem, leaf) = name.rsplit_once('.').unwrap_or(("", &name));
        let is_behind = |unit: &Unit| stem_of(unit) == stem;
        match (leaf, shape.len(), units.last_mut()) {
            ("running_mean" | "running_var", _, Some(unit))
                if unit.norm.as_deref() == Some(stem) => {}
            ("bias", 1, Some(unit)) if unit.norm.as_deref() == Some(stem) => {}
            // A vector behind the convolution of the same layer is its normalization.
            ("weight", 1, Some(unit)) if conv_of(stem).as_deref() == Some(stem_of(unit)) => {
                unit.norm = Some(stem.to_owned());
            }
            ("bias", 1, Some(unit)) if is_behind(unit) && unit.bias.is_none() => {
                unit.bias = Some((name, shape));
            }
            ("running_mean" | "running_var", ..) => return None,
            _ => units.push(Unit {
                kind: kind(leaf, shape.len()),
                weight: (name, shape),
                bias: None,
                norm: None,
            }),
        }
    }
    Some(units)
}

fn kind(leaf: &str, n_axes: usize) -> LayerKind {
    match (leaf, n_axes) {
        ("weight", 4) => LayerKind::Convolution,
        ("weight", 2) => LayerKind::Linear,
        ("weight", 1) => LayerKind::LayerNorm,
        (_, 1) => LayerKind::Factor,
        _ => LayerKind::Table,
    }
}

fn stem_of(unit: &Unit) -> &str {
    let stem = unit.weight.0.rsplit_once('.');
    stem.map_or("", |(stem, _)| stem)
}

/// The convolution before a normalization: `x.conv` of `x.norm`.
fn conv_of(norm: &str) -> Option<String> {
    let layer = norm.strip_suffix("norm")?;
    Some(format!("{layer}conv"))
}
