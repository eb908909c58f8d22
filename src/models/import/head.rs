//! Finds the linear layers that make a descriptor, and tells them from a classifier.

use crate::data::Preprocessing;
use crate::models::catalog::PublishedModel;
use crate::models::head::HeadForm;
use crate::models::head::HeadLayers;
use crate::models::trunk::ArchitectureSpec;

use super::recognize::Entries;
use super::recognize::Source;

/// Outputs of a classifier of ImageNet-1k: a layer with so many is no descriptor.
const IMAGENET_CLASSES: usize = 1000;
/// Side of the pictures SSCD and RDCD are evaluated with when they need not keep their aspect
/// (`skew_288`).
const SSCD_SIZE: u32 = 288;
/// Side of the pictures of ISC21's last stage, and its normalization.
const ISC21_SIZE: u32 = 512;
const ISC21_MEAN: [f32; 3] = [0.5; 3];
/// Side of the pictures most other networks were trained with.
const USUAL_SIZE: u32 = 224;

/// The head of a model that is made from a file.
pub(super) struct Head {
    pub(super) form: HeadForm,
    pub(super) dimensions: usize,
    pub(super) sources: Vec<Source>,
    pub(super) preprocessing: Preprocessing,
    /// Whose head it is, in words.
    pub(super) origin: Option<&'static str>,
}

/// The head that belongs to a network with `prefix` before its names.
pub(super) fn find(
    entries: &Entries,
    prefix: &str,
    spec: &ArchitectureSpec,
    has_token: bool,
) -> Head {
    let layers = Layers { entries };
    let head = sscd(&layers, prefix, spec)
        .or_else(|| isc21(&layers, prefix, spec))
        .or_else(|| obd_sd(&layers, prefix, spec));
    head.unwrap_or_else(|| {
        let form = if has_token {
            HeadForm::TOKEN
        } else {
            HeadForm::AVERAGE
        };
        Head {
            form,
            dimensions: form.pooled(spec.channels),
            sources: Vec::new(),
            preprocessing: Preprocessing::imagenet(USUAL_SIZE),
            origin: None,
        }
    })
}

/// The head that a row of the catalog has, with its layers from the file.
///
/// # Errors
///
/// What the file has instead, in words.
pub(super) fn published(
    entries: &Entries,
    prefix: &str,
    spec: &ArchitectureSpec,
    row: &PublishedModel,
) -> Result<Head, String> {
    let found = find(entries, prefix, spec, false);
    let is_same = if row.head.layers == HeadLayers::Nothing {
        found.sources.is_empty()
    } else {
        found.form.layers == row.head.layers && found.dimensions == row.dimensions
    };
    if !is_same {
        let (label, n) = (spec.label, found.dimensions);
        return Err(format!("it holds {label} with {n} numbers a picture"));
    }
    Ok(Head {
        form: row.head,
        dimensions: row.dimensions,
        sources: found.sources,
        preprocessing: row.preprocessing,
        origin: Some(row.publisher.label),
    })
}

/// What stands before the parts beside a network: all words but `backbone`.
pub(super) fn outer(prefix: &str) -> Option<&str> {
    ["backbone.", "trunk."]
        .into_iter()
        .find_map(|word| prefix.strip_suffix(word))
}

/// SSCD's layer, under each of its three names, and RDCD's two layers.
fn sscd(layers: &Layers<'_>, prefix: &str, spec: &ArchitectureSpec) -> Option<Head> {
    let outer = outer(prefix)?;
    let channels = spec.channels;
    let (mut sources, mut dimensions) = layers
        .linear("fc", &format!("{outer}embeddings.1"), channels)
        .or_else(|| match spec.hidden {
            Some(hidden) => {
                let first = layers.linear("hidden", &format!("{prefix}classifier.0"), channels)?;
                let last = layers.linear("fc", &format!("{prefix}classifier.3"), hidden)?;
                Some(([first.0, last.0].concat(), last.1))
            }
            None => layers
                .linear("fc", &format!("{prefix}fc"), channels)
                .or_else(|| layers.linear("fc", &format!("{prefix}classifier.1"), channels))
                .or_else(|| layers.linear("fc", &format!("{prefix}head.fc"), channels)),
        })
        .filter(|(_, dimensions)| *dimensions != IMAGENET_CLASSES)?;
    let mut origin = "SSCD";
    let projector = layers
        .linear("projector", &format!("{outer}projector"), dimensions)
        .or_else(|| layers.linear("projector", &format!("{outer}projector.0"), dimensions));
    if let Some((projector, n_out)) = projector {
        sources.extend(projector);
        dimensions = n_out;
        origin = "RDCD";
    }
    Some(Head {
        form: HeadForm::GEM_LINEAR,
        dimensions,
        sources,
        preprocessing: Preprocessing::imagenet(SSCD_SIZE),
        origin: Some(origin),
    })
}

/// ISC21's linear layer without bias and its batch normalization.
fn isc21(layers: &Layers<'_>, prefix: &str, spec: &ArchitectureSpec) -> Option<Head> {
    let outer = outer(prefix)?;
    let (weight, shape) = layers.tensor("fc.weight", &format!("{outer}fc.weight"))?;
    let [dimensions, channels] = *shape.as_slice() else {
        return None;
    };
    let norm = ["weight", "bias", "running_mean", "running_var"].map(|leaf| {
        let (source, shape) =
            layers.tensor(&format!("norm.{leaf}"), &format!("{outer}bn.{leaf}"))?;
        (shape == [dimensions]).then_some(source)
    });
    let norm: Option<Vec<Source>> = norm.into_iter().collect();
    let mut sources = norm.filter(|_| channels == spec.channels)?;
    sources.push(weight);
    Some(Head {
        form: HeadForm::GEM_LINEAR_NORM,
        dimensions,
        sources,
        preprocessing: Preprocessing {
            size: ISC21_SIZE,
            mean: ISC21_MEAN,
            std: ISC21_MEAN,
        },
        origin: Some("ISC21"),
    })
}

/// OBD-SD's layer: its files name every block of the network twice.
fn obd_sd(layers: &Layers<'_>, prefix: &str, spec: &ArchitectureSpec) -> Option<Head> {
    let twice = format!("{}layer_blocks.", prefix.strip_suffix("model.")?);
    if !layers.entries.keys().any(|name| name.starts_with(&twice)) {
        return None;
    }
    let theirs = format!("{prefix}last_linear");
    let (sources, dimensions) = layers.linear("fc", &theirs, spec.channels)?;
    Some(Head {
        form: HeadForm::AVERAGE_LINEAR,
        dimensions,
        sources,
        preprocessing: Preprocessing::imagenet(USUAL_SIZE),
        origin: Some("OBD-SD"),
    })
}

struct Layers<'a> {
    entries: &'a Entries,
}

impl Layers<'_> {
    /// Both tensors of a linear layer of `n_in` inputs, and the number of its outputs.
    fn linear(&self, ours: &str, theirs: &str, n_in: usize) -> Option<(Vec<Source>, usize)> {
        let (weight, shape) =
            self.tensor(&format!("{ours}.weight"), &format!("{theirs}.weight"))?;
        let [n_out, found] = *shape.as_slice() else {
            return None;
        };
        let (bias, bias_shape) = self.tensor(&format!("{ours}.bias"), &format!("{theirs}.bias"))?;
        let fits = found == n_in && bias_shape == [n_out];
        fits.then(|| (vec![weight, bias], n_out))
    }

    fn tensor(&self, ours: &str, theirs: &str) -> Option<(Source, Vec<usize>)> {
        let entry = self.entries.get(theirs)?;
        let source = Source {
            ours: ours.to_owned(),
            shape: entry.shape.clone(),
            names: vec![theirs.to_owned()],
            made: None,
        };
        Some((source, entry.shape.clone()))
    }
}
