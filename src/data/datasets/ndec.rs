//! NDEC, hard negatives for copy detection (`WangWenhao0716/ASL`), in the layout of RDCD.

use super::LayoutSpec;
use super::checklist::has_needed;
use super::checklist::needed;
use super::checklist::optional;
use super::dataset::Dataset;
use super::dataset::Role;
use super::dataset::Split;
use super::dataset::Truth;
use super::disc21::pictures;
use super::error::DatasetError;
use super::ground_truth;
use super::source::Source;
use crate::monitor::Monitor;

const QUERIES: &str = "NDEC_test_query";
const REFERENCES: &str = "DISC/images/references";
const BACKGROUND: &str = "DISC/images/train";
const TABLE: &str = "public_ground_truth_h5.csv";

pub(super) const SPEC: LayoutSpec = LayoutSpec {
    id: "ndec",
    label: "NDEC",
    help: "49,252 queries with hard negatives, searched among the originals of DISC21.",
    origin: "The authors of ASL link it from their repository; the originals are those of DISC21.",
    parts: &[
        needed(QUERIES, "the queries").telling().counting(49_252),
        needed(REFERENCES, "the originals of DISC21").counting(1_000_000),
        needed(TABLE, "the table of true pairs").telling(),
        optional(BACKGROUND, "the training pictures of DISC21").counting(1_000_000),
    ],
    recognize: |source| has_needed(SPEC.parts, source),
    list,
};

fn list(source: &Source, monitor: &Monitor) -> Result<Dataset, DatasetError> {
    let references = pictures(source, REFERENCES, monitor)?;
    let queries = pictures(source, QUERIES, monitor)?;
    let query_ids = ground_truth::ids(source, &queries)?;
    let reference_ids = ground_truth::ids(source, &references)?;
    let pairs = ground_truth::read(source, TABLE, &query_ids, &reference_ids)?;
    let queries = Split {
        truth: Truth::Pairs(pairs),
        ..Split::new(Role::Queries, "test", queries)
    };
    let mut splits = vec![queries, Split::new(Role::References, "", references)];
    if source.has_folder(BACKGROUND) {
        let background = pictures(source, BACKGROUND, monitor)?;
        splits.push(Split::new(Role::Background, "", background));
    }
    Ok(Dataset::new(source, splits, Vec::new()))
}
