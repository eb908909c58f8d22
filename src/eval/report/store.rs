//! The reports that are kept with a model, one file each.

use std::path::Path;
use std::path::PathBuf;

use super::KIND;
use super::Report;
use super::VERSION;
use crate::persist;
use crate::persist::PersistError;

/// The reports of one model, in a folder of their own.
#[derive(Clone, Debug)]
pub struct ReportStore {
    folder: PathBuf,
}

/// A report and its file.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptReport {
    pub path: PathBuf,
    pub report: Report,
}

impl ReportStore {
    /// The folder need not exist yet.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Keeps a report; returns its file.
    pub fn save(&self, report: &Report) -> Result<PathBuf, PersistError> {
        let stem = format!("{}-{}-{}", report.protocol, report.date(), report.made);
        let mut path = self.folder.join(format!("{stem}.json"));
        let mut n = 2;
        while path.exists() {
            path = self.folder.join(format!("{stem}-{n}.json"));
            n += 1;
        }
        persist::save_json(&path, KIND, VERSION, report)?;
        Ok(path)
    }

    /// Every report, the newest first. Files that cannot be read are left out and logged.
    pub fn list(&self) -> Vec<KeptReport> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten();
        let paths = entries.flatten().map(|entry| entry.path());
        let paths = paths.filter(|path| path.extension().is_some_and(|ext| ext == "json"));
        let mut kept: Vec<KeptReport> = paths
            .filter_map(|path| match load(&path) {
                Ok(report) => Some(KeptReport { path, report }),
                Err(err) => {
                    log::warn!("{err}");
                    None
                }
            })
            .collect();
        kept.sort_by(|a, b| (b.report.made, &b.path).cmp(&(a.report.made, &a.path)));
        kept
    }
}

/// Reads the file of a report.
pub fn load(path: &Path) -> Result<Report, PersistError> {
    let (_, report) = persist::load_json(path, KIND, VERSION)?;
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn reports_come_back_the_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        let store = ReportStore::new(folder.path().join("m.reports"));
        assert!(store.list().is_empty());
        let old = example("m", 0.4);
        let new = Report {
            made: old.made + 5,
            ..example("m", 0.5)
        };
        store.save(&old).unwrap();
        let path = store.save(&new).unwrap();
        // The same second and protocol: both stay.
        assert_ne!(store.save(&new).unwrap(), path);
        let listed: Vec<Report> = store.list().into_iter().map(|kept| kept.report).collect();
        assert_eq!(listed, [new.clone(), new, old]);
        assert_eq!(load(&path).unwrap().figure("micro-ap"), Some(0.5));
    }

    #[test]
    fn a_file_of_another_kind_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let store = ReportStore::new(folder.path().to_owned());
        persist::save(&folder.path().join("x.json"), b"{}").unwrap();
        store.save(&example("m", 0.4)).unwrap();
        assert_eq!(store.list().len(), 1);
    }
}
