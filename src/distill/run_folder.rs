//! The folder of one run: it explains itself to a person and to the next start.
//!
//! ```text
//! run.json           what the run is, and how far it is
//! recipe.toml        the recipe
//! curve.jsonl        one point of the curves per line
//! checkpoints/       step-00000123.safetensors: the last three, to go on from
//! best.safetensors   the best student so far, a model like any other
//! report.md          how it went, in words
//! tensorboard/       the curve as event files, where the recipe asks for them
//! ```

use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;

use crate::persist;

use super::DistillError;
use super::JudgedChange;
use super::RunPoint;

const KIND: &str = "run";
const VERSION: u32 = 1;
const KEPT_CHECKPOINTS: usize = 3;

/// What a run is, and how far it is. Saved as `run.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunState {
    /// Version of Copylens that started it.
    pub copylens: String,
    pub recipe_name: String,
    pub student: String,
    pub teacher: Option<String>,
    pub start_from: Option<PathBuf>,
    #[serde(default)]
    pub pairs: Option<PathBuf>,
    pub pictures: Vec<PathBuf>,
    pub device: Option<String>,
    pub status: RunStatus,
    pub step: u64,
    pub steps: u64,
    pub seconds: f64,
    pub quality_before: Option<f32>,
    pub quality_best: Option<f32>,
    /// On the judged pairs that were held out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<JudgedChange>,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunStatus {
    /// Also what a run says that was killed.
    Running,
    Stopped,
    /// Ended early by the user, with its best student.
    Finished,
    Complete,
}

/// The files of one run.
#[derive(Clone, Debug)]
pub struct RunFolder {
    pub path: PathBuf,
}

impl RunFolder {
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Every run below a folder, newest name last.
    pub fn all(runs: &Path) -> Vec<Self> {
        let Ok(entries) = std::fs::read_dir(runs) else {
            return Vec::new();
        };
        let mut folders: Vec<Self> = entries
            .flatten()
            .map(|entry| Self::new(entry.path()))
            .filter(|folder| folder.path.join("run.json").is_file())
            .collect();
        folders.sort_by(|a, b| a.path.cmp(&b.path));
        folders
    }

    pub fn state(&self) -> Result<RunState, DistillError> {
        Ok(persist::load_json(&self.path.join("run.json"), KIND, VERSION)?.1)
    }

    pub fn save_state(&self, state: &RunState) -> Result<(), DistillError> {
        let path = self.path.join("run.json");
        Ok(persist::save_json(&path, KIND, VERSION, state)?)
    }

    pub fn recipe(&self) -> Result<String, DistillError> {
        let path = self.path.join("recipe.toml");
        std::fs::read_to_string(&path).map_err(|source| DistillError::Folder { path, source })
    }

    pub fn save_recipe(&self, text: &str) -> Result<(), DistillError> {
        Ok(persist::save(
            &self.path.join("recipe.toml"),
            text.as_bytes(),
        )?)
    }

    /// The deployable model of the best student.
    pub fn best_model(&self) -> PathBuf {
        self.path.join("best.safetensors")
    }

    pub fn save_report(&self, text: &str) -> Result<(), DistillError> {
        Ok(persist::save(
            &self.path.join("report.md"),
            text.as_bytes(),
        )?)
    }

    /// The curve so far. A line cut off by a crash is left out.
    pub fn points(&self) -> Vec<RunPoint> {
        let text = std::fs::read_to_string(self.curve()).unwrap_or_default();
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Adds one point to the curve.
    pub fn add_point(&self, point: &RunPoint) -> Result<(), DistillError> {
        let path = self.curve();
        let line = serde_json::to_string(point).unwrap_or_default() + "\n";
        std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(line.as_bytes()))
            .map_err(|source| DistillError::Folder { path, source })
    }

    /// Drops the points after `step`, which come again when a run goes on from a checkpoint; all of
    /// them when there is none.
    pub fn rewind(&self, step: Option<u64>) -> Result<Vec<RunPoint>, DistillError> {
        let mut points = self.points();
        points.retain(|point| step.is_some_and(|step| point.step <= step));
        let lines: String = points
            .iter()
            .filter_map(|point| serde_json::to_string(point).ok())
            .map(|line| line + "\n")
            .collect();
        persist::save(&self.curve(), lines.as_bytes())?;
        Ok(points)
    }

    pub fn checkpoint(&self, step: u64) -> PathBuf {
        self.checkpoints_dir()
            .join(format!("step-{step:08}.safetensors"))
    }

    /// Checkpoints by step, oldest first.
    pub fn checkpoints(&self) -> Vec<(u64, PathBuf)> {
        let Ok(entries) = std::fs::read_dir(self.checkpoints_dir()) else {
            return Vec::new();
        };
        let step_of = |path: &Path| {
            let name = path.file_name()?.to_str()?;
            let digits = name.strip_prefix("step-")?.strip_suffix(".safetensors")?;
            digits.parse().ok()
        };
        let mut found: Vec<(u64, PathBuf)> = entries
            .flatten()
            .filter_map(|entry| step_of(&entry.path()).map(|step| (step, entry.path())))
            .collect();
        found.sort();
        found
    }

    /// Deletes all but the newest checkpoints.
    pub fn prune(&self) {
        let found = self.checkpoints();
        let n_old = found.len().saturating_sub(KEPT_CHECKPOINTS);
        for (_, path) in &found[..n_old] {
            if let Err(err) = std::fs::remove_file(path) {
                log::warn!(
                    "Cannot delete an old checkpoint ({err}): {}",
                    path.display()
                );
            }
        }
    }

    /// Where event files of the curve go.
    pub fn tensorboard(&self) -> PathBuf {
        self.path.join("tensorboard")
    }

    fn curve(&self) -> PathBuf {
        self.path.join("curve.jsonl")
    }

    fn checkpoints_dir(&self) -> PathBuf {
        self.path.join("checkpoints")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_survives_a_cut_off_line_and_is_rewound() {
        let dir = tempfile::tempdir().unwrap();
        let folder = RunFolder::new(dir.path().to_owned());
        for step in 1..=4 {
            let point = RunPoint {
                step,
                ..RunPoint::default()
            };
            folder.add_point(&point).unwrap();
        }
        let curve = dir.path().join("curve.jsonl");
        let text = std::fs::read_to_string(&curve).unwrap();
        persist::save(&curve, &text.as_bytes()[..text.len() - 5]).unwrap();
        assert_eq!(folder.points().len(), 3);
        assert_eq!(folder.rewind(Some(2)).unwrap().len(), 2);
        assert_eq!(folder.points().last().map(|point| point.step), Some(2));
    }

    #[test]
    fn only_the_newest_three_checkpoints_stay() {
        let dir = tempfile::tempdir().unwrap();
        let folder = RunFolder::new(dir.path().to_owned());
        for step in [5, 10, 20, 40] {
            persist::save(&folder.checkpoint(step), b"x").unwrap();
        }
        folder.prune();
        let steps: Vec<u64> = folder.checkpoints().into_iter().map(|(s, _)| s).collect();
        assert_eq!(steps, [10, 20, 40]);
    }
}
