//! Stanford Online Products with its zero-shot split (arXiv 1511.06452).
//!
//! `Ebay_train.txt` and `Ebay_test.txt`: `image_id class_id super_class_id path`, separated by
//! spaces, classes from 1, and no class in both.

use std::collections::BTreeSet;

use super::LayoutSpec;
use super::checklist::needed;
use super::dataset::Dataset;
use super::dataset::Role;
use super::dataset::Split;
use super::entries::Entries;
use super::error::DatasetError;
use super::source::Source;
use super::table::Separator;
use super::table::Table;
use crate::monitor::Monitor;

const HEADER: &[&str] = &["image_id", "class_id", "super_class_id", "path"];
const TRAIN: &str = "Ebay_train.txt|Info_Files/Ebay_train.txt";
const HELD_OUT: &str = "Ebay_test.txt|Info_Files/Ebay_test.txt";

pub(super) const SPEC: LayoutSpec = LayoutSpec {
    id: "stanford-online-products",
    label: "Stanford Online Products",
    help: "120,053 pictures of 22,634 products in 12 groups. Half of the products are for training, \
           the other half for measuring.",
    origin: "Stanford's CVGL page, Stanford_Online_Products.zip, 2.9 GB.",
    parts: &[
        needed(TRAIN, "the list of training pictures").telling(),
        needed(HELD_OUT, "the list of pictures to measure on").telling(),
    ],
    recognize: |source| SPEC.parts.iter().all(|part| part.find(source).is_some()),
    list,
};

fn list(source: &Source, monitor: &Monitor) -> Result<Dataset, DatasetError> {
    let mut classes = 0;
    let mut splits = Vec::new();
    let mut seen = BTreeSet::new();
    for (part, role, name) in [
        (&SPEC.parts[0], Role::Train, ""),
        (&SPEC.parts[1], Role::HeldOut, "test"),
    ] {
        monitor.check()?;
        let table = part.find(source).unwrap_or_default();
        let (entries, own) = entries(source, table)?;
        if let Some(class) = own.intersection(&seen).next() {
            return Err(DatasetError::Damaged {
                problem: format!("class {class} is also in the training part"),
                path: source.shown(table),
            });
        }
        classes = classes.max(own.last().copied().unwrap_or(0));
        seen.extend(own);
        splits.push(Split::new(role, name, entries));
    }
    let classes = (1..=classes).map(|class| class.to_string()).collect();
    Ok(Dataset::new(source, splits, classes))
}

/// The pictures of a list and its classes, which count from 1.
fn entries(source: &Source, name: &str) -> Result<(Entries, BTreeSet<u32>), DatasetError> {
    let table = Table::read(source, name, Separator::Space)?;
    // Some copies keep the pictures in a folder of their own.
    let folder = if source.has_folder("images") {
        "images/"
    } else {
        ""
    };
    let mut entries = Entries::default();
    let mut classes = BTreeSet::new();
    for row in table.below_header(HEADER)? {
        let [_, class, _, path] = table.fields(row)?;
        let class = table.number(row, class)?;
        if class == 0 {
            return Err(table.refuse(row.line, "classes count from 1".to_owned()));
        }
        let name = format!("{folder}{path}");
        if !source.has_file(&name) {
            return Err(table.refuse(row.line, format!("there is no picture {path:?}")));
        }
        classes.insert(class);
        entries.names.push(&name);
        entries.labels.push(class - 1);
    }
    if entries.is_empty() {
        return Err(DatasetError::NoPictures { path: table.path });
    }
    Ok((entries, classes))
}
