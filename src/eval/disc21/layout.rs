//! The parts of a DISC21 data set that its protocol needs.

use std::path::Path;
use std::path::PathBuf;

use crate::data::datasets;
use crate::data::datasets::Dataset;
use crate::data::datasets::DatasetError;
use crate::data::datasets::Entries;
use crate::data::datasets::IdIndex;
use crate::data::datasets::Names;
use crate::data::datasets::Role;
use crate::data::datasets::Truth;
use crate::data::datasets::canonical_id;
use crate::eval::error::EvalError;
use crate::monitor::Monitor;

/// An opened data set. Pictures are numbered by their place in these lists.
#[derive(Clone, Debug)]
pub struct Disc21 {
    pub root: PathBuf,
    pub queries: Vec<PathBuf>,
    pub references: Vec<PathBuf>,
    pub background: Vec<PathBuf>,
    /// True (query, reference) pairs.
    pub pairs: Vec<(u32, u32)>,
    pub(super) data: Dataset,
    query_ids: IdIndex,
}

impl Disc21 {
    /// Recognize the layout, list the pictures and read the ground truth. Of two sets of queries
    /// the first one is taken.
    pub fn open(root: &Path, monitor: &Monitor) -> Result<Self, EvalError> {
        let data = datasets::open_with(&datasets::DISC21, root, monitor)?;
        let paths = |role| match data.split(role) {
            Some(split) => files(&data, &split.entries),
            None => Ok(Vec::new()),
        };
        let unknown = || DatasetError::UnknownLayout {
            path: root.to_owned(),
        };
        let queries = data.split(Role::Queries).ok_or_else(unknown)?;
        let Truth::Pairs(pairs) = &queries.truth else {
            return Err(unknown().into());
        };
        let (names, pairs) = (&queries.entries.names, pairs.clone());
        let mut ids = Names::default();
        for name in names.iter() {
            ids.push(&canonical_id(name.rsplit('/').next().unwrap_or(name)));
        }
        Ok(Self {
            root: data.path(),
            queries: paths(Role::Queries)?,
            references: paths(Role::References)?,
            background: paths(Role::Background)?,
            pairs,
            // The layout has refused ids that are there twice.
            query_ids: IdIndex::new(ids).unwrap_or_default(),
            data,
        })
    }

    /// The number of the query that a table names.
    pub(super) fn query_number(&self, id: &str) -> Option<u32> {
        self.query_ids.find(&canonical_id(id))
    }
}

/// The callback reads files, which the pictures of an archive are not.
fn files(data: &Dataset, entries: &Entries) -> Result<Vec<PathBuf>, DatasetError> {
    let file = |idx| {
        let file = data.file(entries, idx);
        file.ok_or_else(|| DatasetError::Archive {
            problem: "this measurement reads its pictures as files".to_owned(),
            path: data.path(),
        })
    };
    (0..entries.len()).map(file).collect()
}

#[cfg(test)]
pub(super) mod tests {
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

    /// Three queries, two references, one background picture. The pictures are empty files; no test
    /// here decodes them.
    pub(in crate::eval::disc21) fn data_set(ground_truth: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in [
            "queries/Q00000.jpg",
            "queries/Q00001.jpg",
            "queries/Q00002.jpg",
            "references/R000000.jpg",
            "references/R000001.jpg",
            "train/T000000.jpg",
        ] {
            write(&root.join(name), b"");
        }
        write(&root.join("dev_ground_truth.csv"), ground_truth.as_bytes());
        folder
    }

    #[test]
    fn the_parts_are_found_and_numbered() {
        let folder = data_set("Q00001,R000001\n");
        let data = Disc21::open(folder.path(), &Monitor::silent()).unwrap();
        assert_eq!(data.queries.len(), 3);
        assert!(data.queries[0].starts_with(folder.path().join("queries")));
        assert_eq!((data.references.len(), data.background.len()), (2, 1));
        assert_eq!(data.pairs, [(1, 1)]);
        assert_eq!(data.query_number("Q2.jpg"), Some(2));
    }

    #[test]
    fn any_other_folder_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = Disc21::open(folder.path(), &Monitor::silent()).unwrap_err();
        let EvalError::Dataset(DatasetError::UnknownLayout { path }) = &error else {
            panic!("{error}");
        };
        assert_eq!(path, folder.path());
        assert!(error.advice().is_some());
    }
}
