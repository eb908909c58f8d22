//! CUB-200-2011: birds, with the zero-shot split of metric learning.
//!
//! Classes 1 to 100 are for training, 101 to 200 for measuring (Lifted structures, arXiv 1511.06452,
//! section 6.1; OBD-SD: datasets/cub200.py).

use super::LayoutSpec;
use super::checklist::needed;
use super::checklist::optional;
use super::class_folders::of_classes;
use super::dataset::Dataset;
use super::dataset::Role;
use super::dataset::Split;
use super::entries::Entries;
use super::error::DatasetError;
use super::source::Source;
use crate::monitor::Monitor;

/// The last class of the training half.
const LAST_TRAIN_CLASS: u32 = 100;

pub(super) const SPEC: LayoutSpec = LayoutSpec {
    id: "cub-200-2011",
    label: "CUB-200-2011",
    help: "11,788 pictures of 200 kinds of birds. Classes 1 to 100 are for training, the others for \
           measuring.",
    origin: "Caltech's data repository, CUB_200_2011.tgz, 1.1 GB.",
    parts: &[
        needed("images", "the classes").counting(11_788),
        optional("classes.txt", "the list of classes"),
    ],
    recognize: |source| {
        let classes = source.folders("images").unwrap_or_default();
        !classes.is_empty() && classes.iter().all(|class| number(class).is_some())
    },
    list,
};

/// `007` of `007.Parakeet_Auklet`.
fn number(class: &str) -> Option<u32> {
    let (number, name) = class.split_once('.')?;
    let is_number = number.len() == 3 && !name.is_empty();
    is_number.then(|| number.parse().ok()).flatten()
}

fn list(source: &Source, monitor: &Monitor) -> Result<Dataset, DatasetError> {
    let classes = source.folders("images")?;
    let all = of_classes(source, "images", &classes, monitor)?;
    let n_train = classes
        .iter()
        .filter(|class| number(class) <= Some(LAST_TRAIN_CLASS))
        .count() as u32;
    Ok(Dataset::new(source, halves(&all, n_train), classes))
}

/// Training pictures with labels below `n_train`, the others to measure on. Labels stay those of the
/// class list.
pub(super) fn halves(all: &Entries, n_train: u32) -> Vec<Split> {
    let half = |is_train: bool| {
        let mut entries = Entries::default();
        for (name, label) in all.names.iter().zip(&all.labels) {
            if (*label < n_train) == is_train {
                entries.names.push(name);
                entries.labels.push(*label);
            }
        }
        entries
    };
    vec![
        Split::new(Role::Train, "", half(true)),
        Split::new(Role::HeldOut, "test", half(false)),
    ]
}
