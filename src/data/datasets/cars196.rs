//! CARS196: cars, with the zero-shot split of metric learning.
//!
//! The first 98 classes by name are for training, the last 98 for measuring (Lifted structures, arXiv
//! 1511.06452, section 6.1; OBD-SD: datasets/cars196.py). The MATLAB tables of the original release
//! are not read: its pictures must be sorted into folders, as metric learning code has them.

use super::LayoutSpec;
use super::checklist::needed;
use super::class_folders::of_classes;
use super::cub200::halves;
use super::dataset::Dataset;
use super::error::DatasetError;
use super::plain::has_pictures;
use super::source::Source;
use super::source::joined;
use crate::monitor::Monitor;

const N_CLASSES: usize = 196;

pub(super) const SPEC: LayoutSpec = LayoutSpec {
    id: "cars196",
    label: "CARS196",
    help: "16,185 pictures of 196 kinds of cars. The first 98 classes by name are for training, the \
           others for measuring.",
    origin: "Stanford's page is gone; archived copies sort the pictures into images/ with a folder \
             per class.",
    parts: &[needed("images", "the 196 classes").counting(16_185)],
    recognize: |source| {
        let classes = source.folders("images").unwrap_or_default();
        classes.len() == N_CLASSES && has_pictures(source, &joined("images", &classes[0]), 0)
    },
    list,
};

fn list(source: &Source, monitor: &Monitor) -> Result<Dataset, DatasetError> {
    let classes = source.folders("images")?;
    let all = of_classes(source, "images", &classes, monitor)?;
    let n_train = classes.len() as u32 / 2;
    Ok(Dataset::new(source, halves(&all, n_train), classes))
}
