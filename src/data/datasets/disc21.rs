//! DISC21, the data set of the Image Similarity Challenge 2021 (arXiv 2106.09672), in the folder
//! names that public code uses.

use super::LayoutSpec;
use super::checklist::needed;
use super::checklist::optional;
use super::dataset::Dataset;
use super::dataset::Role;
use super::dataset::Split;
use super::dataset::Truth;
use super::entries::Entries;
use super::error::DatasetError;
use super::ground_truth;
use super::source::Depth;
use super::source::Source;
use crate::monitor::Monitor;

pub const SPEC: LayoutSpec = LayoutSpec {
    id: "disc21",
    label: "DISC21 / ISC2021",
    help: "A million pictures and 50,000 queries, of which one in five is an edited copy. A folder \
           laid out like it may be as small as you like.",
    origin: "Meta publishes it as DISC21, for research only (CC BY-NC 4.0); some 350 GB.",
    parts: &[
        needed(
            "references|val_ref|images/references|reference_images",
            "the originals",
        )
        .counting(1_000_000),
        needed(
            "queries|dev_queries|val_query|final_queries|images/dev_queries|images/queries\
             |query_images|test_queries|query_images_phase2",
            "the queries",
        ),
        needed(
            "dev_ground_truth.csv|dev_queries_groundtruth.csv|val_groundtruth_matches.csv|gt_1k.csv\
             |list_files/public_ground_truth.csv|public_ground_truth.csv\
             |test_queries_groundtruth.csv",
            "the table of true pairs",
        )
        .telling(),
        optional(
            "train|training|images/train|training_images|train_images",
            "the training pictures",
        )
        .counting(1_000_000),
    ],
    recognize: |source| variant(source).is_some(),
    list,
};

/// Queries: the name of the part, the folder, the table.
type QueryPart = (&'static str, &'static str, &'static str);

/// One way to name the parts.
pub(super) struct Variant {
    references: &'static str,
    /// Pictures to learn from and for score normalization. The folder may be missing.
    background: &'static [&'static str],
    queries: &'static [QueryPart],
}

/// Every way, in the order they are tried; the first with references, queries and a table is used.
pub(super) const VARIANTS: &[Variant] = &[
    // This program, after the release.
    Variant {
        references: "references",
        background: &["train"],
        queries: &[
            ("dev", "queries", "dev_ground_truth.csv"),
            ("phase-2", "queries_phase2", "phase2_ground_truth.csv"),
        ],
    },
    // facebookresearch/sscd-copy-detection
    Variant {
        references: "val_ref",
        background: &["training"],
        queries: &[("dev", "val_query", "val_groundtruth_matches.csv")],
    },
    // ICD, KD_ICD, RDCD while training
    Variant {
        references: "references",
        background: &["train"],
        queries: &[("phase-2", "final_queries", "gt_1k.csv")],
    },
    // RDCD's test
    Variant {
        references: "images/references",
        background: &["images/train"],
        queries: &[("dev", "images/dev_queries", "dev_ground_truth.csv")],
    },
    // facebookresearch/isc2021
    Variant {
        references: "images/references",
        background: &["images/train"],
        queries: &[(
            "dev",
            "images/queries",
            "list_files/public_ground_truth.csv",
        )],
    },
    // The release itself
    Variant {
        references: "references",
        background: &["train"],
        queries: &[
            ("dev", "dev_queries", "dev_queries_groundtruth.csv"),
            ("phase-2", "test_queries", "test_queries_groundtruth.csv"),
        ],
    },
    // lyakaap/ISC21-Descriptor-Track-1st, whose download makes another folder than its training
    // reads
    Variant {
        references: "reference_images",
        background: &["training_images", "train_images"],
        queries: &[
            ("dev", "query_images", "public_ground_truth.csv"),
            ("phase-2", "query_images_phase2", "phase2_ground_truth.csv"),
        ],
    },
];

impl Variant {
    fn queries_in(&self, source: &Source) -> impl Iterator<Item = &QueryPart> {
        self.queries
            .iter()
            .filter(|(_, folder, table)| source.has_folder(folder) && source.has_file(table))
    }
}

fn variant(source: &Source) -> Option<&'static Variant> {
    VARIANTS.iter().find(|variant| {
        source.has_folder(variant.references) && variant.queries_in(source).next().is_some()
    })
}

fn list(source: &Source, monitor: &Monitor) -> Result<Dataset, DatasetError> {
    let Some(variant) = variant(source) else {
        return Err(DatasetError::UnknownLayout {
            path: source.shown(""),
        });
    };
    let references = pictures(source, variant.references, monitor)?;
    let reference_ids = ground_truth::ids(source, &references)?;
    let mut splits = Vec::new();
    for (name, folder, table) in variant.queries_in(source) {
        let queries = pictures(source, folder, monitor)?;
        let query_ids = ground_truth::ids(source, &queries)?;
        let pairs = ground_truth::read(source, table, &query_ids, &reference_ids)?;
        splits.push(Split {
            truth: Truth::Pairs(pairs),
            ..Split::new(Role::Queries, name, queries)
        });
    }
    splits.push(Split::new(Role::References, "", references));
    let mut background = variant.background.iter();
    if let Some(folder) = background.find(|folder| source.has_folder(folder)) {
        let background = pictures(source, folder, monitor)?;
        // The same pictures serve to learn from and to normalize with; they are listed once.
        splits.push(Split::new(Role::Background, "", background));
    }
    Ok(Dataset::new(source, splits, Vec::new()))
}

/// The pictures of a folder. Releases are flat; where nothing lies directly in the folder, the
/// folders in it are looked into.
pub(super) fn pictures(
    source: &Source,
    folder: &str,
    monitor: &Monitor,
) -> Result<Entries, DatasetError> {
    let mut listing = source.pictures(folder, Depth::Flat, monitor)?;
    if listing.names.is_empty() {
        listing = source.pictures(folder, Depth::Deep, monitor)?;
    }
    if listing.names.is_empty() {
        return Err(DatasetError::NoPictures {
            path: source.shown(folder),
        });
    }
    Ok(Entries {
        names: listing.names,
        n_unreadable: listing.n_unreadable,
        ..Entries::default()
    })
}
