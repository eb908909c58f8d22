//! Where the parts of a DISC21 data set lie, in the layouts that public code uses.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use super::ground_truth;
use crate::data::is_picture_name;
use crate::eval::error::EvalError;

/// One way to name the parts. Paths are relative to the data folder.
pub struct LayoutSpec {
    pub id: &'static str,
    pub queries: &'static str,
    pub references: &'static str,
    /// Pictures for score normalization. The folder may be missing.
    pub background: &'static str,
    pub ground_truth: &'static str,
}

/// Every layout, in the order they are tried; the first whose three required parts exist is used.
pub const LAYOUTS: &[LayoutSpec] = &[
    layout(
        "copylens",
        "queries",
        "references",
        "train",
        "dev_ground_truth.csv",
    ),
    layout(
        "sscd",
        "val_query",
        "val_ref",
        "training",
        "val_groundtruth_matches.csv",
    ),
    layout("icd", "final_queries", "references", "train", "gt_1k.csv"),
    layout(
        "rdcd",
        "images/dev_queries",
        "images/references",
        "images/train",
        "dev_ground_truth.csv",
    ),
    layout(
        "isc",
        "images/queries",
        "images/references",
        "images/train",
        "list_files/public_ground_truth.csv",
    ),
    layout(
        "release-dev",
        "dev_queries",
        "references",
        "train",
        "dev_queries_groundtruth.csv",
    ),
    layout(
        "release-test",
        "test_queries",
        "references",
        "train",
        "test_queries_groundtruth.csv",
    ),
];

const fn layout(
    id: &'static str,
    queries: &'static str,
    references: &'static str,
    background: &'static str,
    ground_truth: &'static str,
) -> LayoutSpec {
    LayoutSpec {
        id,
        queries,
        references,
        background,
        ground_truth,
    }
}

/// An opened data set. Pictures are numbered by their place in these lists.
#[derive(Clone, Debug)]
pub struct Disc21 {
    pub root: PathBuf,
    pub queries: Vec<PathBuf>,
    pub references: Vec<PathBuf>,
    pub background: Vec<PathBuf>,
    /// True (query, reference) pairs.
    pub pairs: Vec<(u32, u32)>,
    /// The number of each query by its canonical id.
    pub(super) query_numbers: BTreeMap<String, u32>,
}

impl Disc21 {
    /// Recognize the layout, list the pictures and read the ground truth.
    pub fn open(root: &Path) -> Result<Self, EvalError> {
        let spec = LAYOUTS.iter().find(|spec| {
            root.join(spec.queries).is_dir()
                && root.join(spec.references).is_dir()
                && root.join(spec.ground_truth).is_file()
        });
        let Some(spec) = spec else {
            let path = root.to_owned();
            return Err(EvalError::UnknownLayout { path });
        };
        let (queries, query_numbers) = list_pictures(&root.join(spec.queries))?;
        let (references, reference_numbers) = list_pictures(&root.join(spec.references))?;
        let background = root.join(spec.background);
        let background = if background.is_dir() {
            list_pictures(&background)?.0
        } else {
            Vec::new()
        };
        let table = root.join(spec.ground_truth);
        let pairs = ground_truth::read(&table, &query_numbers, &reference_numbers)?;
        Ok(Self {
            root: root.to_owned(),
            queries,
            references,
            background,
            pairs,
            query_numbers,
        })
    }
}

/// `R42`, `R000042` and `R000042.jpg` are one picture; other names stay as they are.
pub(super) fn canonical_id(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut chars = stem.chars();
    let letter = chars.next().filter(|first| first.is_ascii_alphabetic());
    let number = chars.as_str();
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    match letter {
        Some(letter) if is_number => {
            let digits = number.trim_start_matches('0');
            format!("{letter}{digits:0>6}")
        }
        _ => stem.to_owned(),
    }
}

/// The pictures directly in a folder, by name, and the number of each by its canonical id.
fn list_pictures(folder: &Path) -> Result<(Vec<PathBuf>, BTreeMap<String, u32>), EvalError> {
    let read_error = |source| EvalError::ReadFolder {
        path: folder.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in folder.read_dir().map_err(read_error)? {
        let path = entry.map_err(read_error)?.path();
        if is_picture_name(&path) {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        let path = folder.to_owned();
        return Err(EvalError::NoPictures { path });
    }
    paths.sort();
    let mut numbers = BTreeMap::new();
    for (number, path) in paths.iter().enumerate() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let id = canonical_id(&name);
        if numbers.insert(id.clone(), number as u32).is_some() {
            let path = path.clone();
            return Err(EvalError::DuplicateId { id, path });
        }
    }
    Ok((paths, numbers))
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;
    use std::io::Write as _;

    use super::*;

    /// Write a file of a data set made for a test.
    pub(in crate::eval::disc21) fn write(path: &Path, bytes: &[u8]) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .create(true)
            .truncate(true)
            .write(true)
            .open(path)
            .unwrap();
        file.write_all(bytes).unwrap();
    }

    /// Three queries, two references, one background picture in the first layout. The pictures
    /// are empty files; no test here decodes them.
    pub(in crate::eval::disc21) fn data_set(ground_truth: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fill(folder.path(), &LAYOUTS[0], ground_truth);
        folder
    }

    fn fill(root: &Path, spec: &LayoutSpec, ground_truth: &str) {
        for (part, names) in [
            (
                spec.queries,
                ["Q00000.jpg", "Q00001.jpg", "Q00002.jpg"].as_slice(),
            ),
            (spec.references, &["R000000.jpg", "R000001.jpg"]),
            (spec.background, &["T000000.jpg"]),
        ] {
            for name in names {
                write(&root.join(part).join(name), b"");
            }
        }
        write(&root.join(spec.queries).join("notes.txt"), b"");
        write(&root.join(spec.ground_truth), ground_truth.as_bytes());
    }

    #[test]
    fn every_layout_is_recognized_by_its_folders() {
        let mut seen = BTreeSet::new();
        for spec in LAYOUTS {
            assert!(seen.insert(spec.id), "two layouts are called {:?}", spec.id);
            let folder = tempfile::tempdir().unwrap();
            fill(folder.path(), spec, "Q00001,R000001\n");
            let data = Disc21::open(folder.path()).unwrap();
            assert_eq!(data.queries.len(), 3, "{}", spec.id);
            assert!(data.queries[0].starts_with(folder.path().join(spec.queries)));
            assert_eq!(data.references.len(), 2);
            assert_eq!(data.background.len(), 1);
            assert_eq!(data.pairs, [(1, 1)]);
        }
    }

    #[test]
    fn a_data_set_without_background_pictures_opens() {
        let folder = data_set("Q00001,R000001\n");
        std::fs::remove_dir_all(folder.path().join("train")).unwrap();
        assert!(Disc21::open(folder.path()).unwrap().background.is_empty());
    }

    #[test]
    fn any_other_folder_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = Disc21::open(folder.path()).unwrap_err();
        assert!(matches!(error, EvalError::UnknownLayout { .. }));
        assert!(
            error
                .to_string()
                .ends_with(&folder.path().display().to_string())
        );
    }

    #[test]
    fn two_files_with_one_id_are_an_error() {
        let folder = data_set("Q00001,R000001\n");
        write(&folder.path().join("queries/Q1.png"), b"");
        let error = Disc21::open(folder.path()).unwrap_err();
        assert!(matches!(error, EvalError::DuplicateId { id, .. } if id == "Q000001"));
    }

    #[test]
    fn ids_are_compared_by_their_number() {
        for (name, id) in [
            ("Q42.jpg", "Q000042"),
            ("Q00042", "Q000042"),
            ("R000000.png", "R000000"),
            ("R1234567.jpg", "R1234567"),
            ("holiday.2019.jpg", "holiday.2019"),
            ("Q", "Q"),
        ] {
            assert_eq!(canonical_id(name), id);
        }
    }
}
