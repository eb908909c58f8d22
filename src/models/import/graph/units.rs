//! The layers of a network of ours, from the names of its parameters.

use crate::weights::LayerKind;

/// Name and shape of a parameter of ours.
pub(super) type Parameter = (String, Vec<usize>);

/// A layer of ours.
pub(super) struct Unit {
    pub(super) kind: LayerKind,
    pub(super) weight: Parameter,
    pub(super) bias: Option<Parameter>,
    /// The name of the batch normalization behind it.
    pub(super) norm: Option<String>,
}

impl Unit {
    /// What the layer is called: `layer1.0.conv2.conv`.
    pub(super) fn name(&self) -> &str {
        let stem = self.weight.0.rsplit_once('.');
        stem.map_or("", |(stem, _)| stem)
    }
}

/// Parameters in the order of use as layers; `None` where a normalization follows no convolution.
pub(super) fn units(parameters: Vec<Parameter>) -> Option<Vec<Unit>> {
    let mut units: Vec<Unit> = Vec::new();
    for (name, shape) in parameters {
        let (stem, leaf) = name.rsplit_once('.').unwrap_or(("", &name));
        match (leaf, shape.len(), units.last_mut()) {
            ("running_mean" | "running_var", _, Some(unit))
                if unit.norm.as_deref() == Some(stem) => {}
            ("bias", 1, Some(unit)) if unit.norm.as_deref() == Some(stem) => {}
            // A vector behind the convolution of the same layer is its normalization.
            ("weight", 1, Some(unit)) if conv_of(stem).as_deref() == Some(unit.name()) => {
                unit.norm = Some(stem.to_owned());
            }
            ("bias", 1, Some(unit)) if unit.name() == stem && unit.bias.is_none() => {
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

/// The convolution before a normalization: `x.conv` of `x.norm`.
fn conv_of(norm: &str) -> Option<String> {
    let layer = norm.strip_suffix("norm")?;
    Some(format!("{layer}conv"))
}
