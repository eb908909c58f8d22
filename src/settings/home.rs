//! The one folder that holds everything Copylens writes.

use std::path::PathBuf;

use super::SettingsError;

/// Names the environment variable that replaces the platform's data folder.
const HOME_VARIABLE: &str = "COPYLENS_HOME";

/// The data folder. Nothing in it has to exist yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    pub root: PathBuf,
}

impl Home {
    /// `COPYLENS_HOME` where it is set, else the platform's folder for the data of programs.
    pub fn find() -> Result<Self, SettingsError> {
        let chosen = std::env::var_os(HOME_VARIABLE).filter(|value| !value.is_empty());
        if let Some(chosen) = chosen {
            let root = PathBuf::from(chosen);
            let root = std::path::absolute(&root).unwrap_or(root);
            return Ok(Self { root });
        }
        let folders = directories::ProjectDirs::from("", "", "copylens")
            .ok_or(SettingsError::NoDataFolder)?;
        Ok(Self {
            root: folders.data_local_dir().to_owned(),
        })
    }

    /// Model files that were trained or imported.
    pub fn models(&self) -> PathBuf {
        self.root.join("models")
    }

    /// Descriptors of pictures that models were measured on.
    pub fn descriptors(&self) -> PathBuf {
        self.root.join("descriptors")
    }

    /// Downloads that are not finished yet.
    pub fn downloads(&self) -> PathBuf {
        self.root.join("downloads")
    }

    /// One folder per training run.
    pub fn runs(&self) -> PathBuf {
        self.root.join("runs")
    }

    /// The library that "Add my pictures…" fills.
    pub fn default_library(&self) -> PathBuf {
        self.root.join("library")
    }

    /// The library with the pictures Copylens draws itself.
    pub fn demo_library(&self) -> PathBuf {
        self.root.join("demo")
    }

    pub fn settings_file(&self) -> PathBuf {
        self.root.join("settings.json")
    }

    /// What was said about pairs of pictures.
    pub fn verdicts(&self) -> PathBuf {
        self.root.join("verdicts.json")
    }

    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_lies_below_the_root() {
        let home = Home {
            root: PathBuf::from("/somewhere"),
        };
        for path in [
            home.models(),
            home.descriptors(),
            home.downloads(),
            home.runs(),
            home.default_library(),
            home.demo_library(),
            home.settings_file(),
            home.verdicts(),
            home.logs(),
        ] {
            assert!(path.starts_with(&home.root), "{}", path.display());
        }
    }

    #[test]
    fn the_two_libraries_are_apart() {
        let home = Home {
            root: PathBuf::from("/somewhere"),
        };
        assert_ne!(home.default_library(), home.demo_library());
    }
}
