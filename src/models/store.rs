//! The models a person has: the bundled one, and a folder of files.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use burn::tensor::Device;

use crate::data;
use crate::persist;
use crate::weights;
use crate::weights::Precision;
use crate::weights::TensorFile;

use super::ModelError;
use super::ModelInfo;
use super::catalog::PublishedModel;
use super::import;
use super::import::Checkpoint;
use super::import::ImportReport;
use super::model_file;
use super::model_file::ModelCard;
use super::onnx_export;

/// The model that ships inside the program.
pub const BUNDLED_ID: &str = "bundled";
const BUNDLED_BYTES: &[u8] = include_bytes!("../../assets/model/bundled.safetensors");
const BUNDLED_PATH: &str = "bundled.safetensors";
const SPEEDS_KIND: &str = "speeds";
const SPEEDS_VERSION: u32 = 1;
const EXTENSION: &str = "safetensors";

/// A model that has just been imported.
#[derive(Clone, Debug)]
pub struct Imported {
    pub info: ModelInfo,
    /// What became of each tensor of its file.
    pub report: ImportReport,
}

/// A folder of model files; every change is one atomic file operation.
#[derive(Clone, Debug)]
pub struct ModelStore {
    folder: PathBuf,
}

impl ModelStore {
    /// The folder need not exist yet.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Every usable model, the bundled one first, the others by name.
    pub fn list(&self) -> Vec<ModelInfo> {
        let mut models: Vec<ModelInfo> = self
            .files()
            .into_iter()
            .filter_map(|path| match self.describe(&path) {
                Ok(info) => Some(info),
                Err(err) => {
                    log::warn!("{err}");
                    None
                }
            })
            .collect();
        models.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
        match self.bundled() {
            Ok(info) => models.insert(0, info),
            Err(err) => log::error!("{err}"),
        }
        models
    }

    /// The model with this id.
    pub fn find(&self, id: &str) -> Result<ModelInfo, ModelError> {
        if id == BUNDLED_ID {
            return self.bundled();
        }
        let unknown = || ModelError::Unknown { id: id.to_owned() };
        let path = self.path_of(id).ok_or_else(unknown)?;
        if !path.is_file() {
            return Err(unknown());
        }
        self.describe(&path)
    }

    /// Copies a model into the folder, from any file that holds one completely.
    pub fn import(&self, from: &Path) -> Result<ModelInfo, ModelError> {
        let imported = self.import_as(from, None, None)?;
        Ok(imported.info)
    }

    /// The same with the id of the only network to look for, and with a name.
    pub fn import_as(
        &self,
        from: &Path,
        architecture: Option<&str>,
        name: Option<&str>,
    ) -> Result<Imported, ModelError> {
        let mut checkpoint = import::read_checkpoint(from, architecture)?;
        if let Some(name) = name {
            name.clone_into(&mut checkpoint.card.name);
        }
        self.keep(checkpoint, name.unwrap_or(&weights::name_of(from)))
    }

    /// Copies a model into the folder from a file that was published as a row of the catalog.
    pub fn import_published(
        &self,
        from: &Path,
        row: &PublishedModel,
        name: Option<&str>,
    ) -> Result<Imported, ModelError> {
        let mut checkpoint = import::read_published(from, row)?;
        if let Some(name) = name {
            name.clone_into(&mut checkpoint.card.name);
        }
        self.keep(checkpoint, name.unwrap_or(row.id))
    }

    /// Writes a model under a free name.
    fn keep(&self, checkpoint: Checkpoint, stem: &str) -> Result<Imported, ModelError> {
        let path = self.free_path(stem);
        let Checkpoint {
            card,
            tensors,
            precision,
            report,
        } = checkpoint;
        model_file::write_model(&path, &card, tensors, precision)?;
        let info = self.describe(&path)?;
        Ok(Imported { info, report })
    }

    /// Writes a copy of a model to a place of the user's choice; as a file of ONNX where its name
    /// ends like one.
    pub fn export(&self, id: &str, to: &Path) -> Result<(), ModelError> {
        let info = self.find(id)?;
        if onnx_export::is_onnx_name(to) {
            return export_onnx(&info, to, Precision::F32);
        }
        let bytes = model_bytes(&info)?;
        persist::save(to, &bytes)?;
        Ok(())
    }

    /// Writes a model for other programs: under the names that its network has there, or as a file
    /// of ONNX where the name ends like one.
    pub fn export_original(
        &self,
        id: &str,
        to: &Path,
        precision: Precision,
    ) -> Result<(), ModelError> {
        let info = self.find(id)?;
        if onnx_export::is_onnx_name(to) {
            return export_onnx(&info, to, precision);
        }
        let file = read_model(&info)?;
        let card = ModelCard::from_metadata(&file.metadata, &info.path)?;
        let exported = import::export_file(&card, file.tensors)?;
        weights::write(to, &exported, precision).map_err(|source| ModelError::Weights {
            path: to.to_owned(),
            source,
        })
    }

    /// Changes the name a model is shown under; its id and file stay.
    pub fn rename(&self, id: &str, name: &str) -> Result<ModelInfo, ModelError> {
        let info = self.own(id)?;
        let mut file = read(&info.path)?;
        file.metadata.insert("name".to_owned(), name.to_owned());
        // Written as it was stored: descriptors must not change with the name.
        let precision = if info.file_bytes < 3 * n_values(&file) as u64 {
            Precision::F16
        } else {
            Precision::F32
        };
        weights::write(&info.path, &file, precision).map_err(|source| ModelError::Weights {
            path: info.path.clone(),
            source,
        })?;
        self.describe(&info.path)
    }

    /// Deletes the file of a model, and the reports of its evaluations.
    pub fn delete(&self, id: &str) -> Result<(), ModelError> {
        let info = self.own(id)?;
        std::fs::remove_file(&info.path).map_err(|source| change_error(&info.path, source))?;
        let reports = self.reports(id);
        if !reports.is_dir() {
            return Ok(());
        }
        std::fs::remove_dir_all(&reports).map_err(|source| change_error(&reports, source))
    }

    /// The folder with the reports of a model's evaluations; it need not exist.
    pub fn reports(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.reports"))
    }

    /// Remembers how fast a model is on this computer.
    pub fn remember_speed(&self, id: &str, pictures_per_second: f32) -> Result<(), ModelError> {
        let mut speeds = self.speeds();
        speeds.insert(id.to_owned(), pictures_per_second);
        persist::save_json(&self.speeds_path(), SPEEDS_KIND, SPEEDS_VERSION, &speeds)?;
        Ok(())
    }

    fn own(&self, id: &str) -> Result<ModelInfo, ModelError> {
        if id == BUNDLED_ID {
            return Err(ModelError::Bundled);
        }
        self.find(id)
    }

    fn files(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ext| ext == EXTENSION))
            .collect()
    }

    fn path_of(&self, id: &str) -> Option<PathBuf> {
        let is_plain = !id.is_empty() && !id.contains(['/', '\\']) && id != "." && id != "..";
        is_plain.then(|| self.folder.join(format!("{id}.{EXTENSION}")))
    }

    fn free_path(&self, stem: &str) -> PathBuf {
        let clean: String = stem
            .chars()
            .map(|c| {
                if c.is_alphanumeric() || c == '-' {
                    c
                } else {
                    '-'
                }
            })
            .collect();
        let clean = clean.trim_matches('-').to_lowercase();
        let base = match clean.as_str() {
            "" => "model",
            BUNDLED_ID => "bundled-copy",
            other => other,
        };
        (1..u32::MAX)
            .map(|n| match n {
                1 => self.folder.join(format!("{base}.{EXTENSION}")),
                n => self.folder.join(format!("{base}-{n}.{EXTENSION}")),
            })
            .find(|path| !path.exists())
            .unwrap_or_else(|| self.folder.join(format!("{base}.{EXTENSION}")))
    }

    fn bundled(&self) -> Result<ModelInfo, ModelError> {
        let path = Path::new(BUNDLED_PATH);
        let metadata =
            weights::metadata_of(BUNDLED_BYTES, path).map_err(|source| ModelError::Weights {
                path: path.to_owned(),
                source,
            })?;
        let card = ModelCard::from_metadata(&metadata, path)?;
        let mut info = info(BUNDLED_ID, path, card, BUNDLED_BYTES.len() as u64);
        info.bundled = true;
        info.pictures_per_second = self.speeds().get(BUNDLED_ID).copied();
        Ok(info)
    }

    fn describe(&self, path: &Path) -> Result<ModelInfo, ModelError> {
        let (metadata, file_bytes) =
            weights::read_metadata(path).map_err(|source| ModelError::Weights {
                path: path.to_owned(),
                source,
            })?;
        let card = ModelCard::from_metadata(&metadata, path)?;
        let id = path.file_stem().unwrap_or_default().to_string_lossy();
        let mut info = info(&id, path, card, file_bytes);
        info.pictures_per_second = self.speeds().get(&*id).copied();
        Ok(info)
    }

    fn speeds_path(&self) -> PathBuf {
        self.folder.join("speeds.json")
    }

    fn speeds(&self) -> BTreeMap<String, f32> {
        persist::load_json(&self.speeds_path(), SPEEDS_KIND, SPEEDS_VERSION)
            .map(|(_, speeds)| speeds)
            .unwrap_or_default()
    }
}

/// All tensors of a model, wherever it lives.
pub fn read_model(info: &ModelInfo) -> Result<TensorFile, ModelError> {
    if info.bundled {
        return weights::read_bytes(BUNDLED_BYTES, &info.path).map_err(|source| {
            ModelError::Weights {
                path: info.path.clone(),
                source,
            }
        });
    }
    read(&info.path)
}

/// The hash of a model's file: descriptors of two models with one fingerprint are the same.
pub fn fingerprint(info: &ModelInfo) -> Result<String, ModelError> {
    let hash = if info.bundled {
        data::content_hash_of(BUNDLED_BYTES)
    } else {
        data::content_hash(&info.path).map_err(|source| change_error(&info.path, source))?
    };
    let digits: Vec<String> = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(digits.concat())
}

fn export_onnx(info: &ModelInfo, to: &Path, precision: Precision) -> Result<(), ModelError> {
    let file = read_model(info)?;
    let (card, network) = model_file::build(&file, &info.path, &Device::flex())?;
    drop(file);
    let bytes = onnx_export::encode(&card, &network, precision, &info.path)?;
    persist::save(to, &bytes)?;
    Ok(())
}

fn model_bytes(info: &ModelInfo) -> Result<Vec<u8>, ModelError> {
    if info.bundled {
        return Ok(BUNDLED_BYTES.to_vec());
    }
    std::fs::read(&info.path).map_err(|source| change_error(&info.path, source))
}

fn read(path: &Path) -> Result<TensorFile, ModelError> {
    weights::read(path).map_err(|source| ModelError::Weights {
        path: path.to_owned(),
        source,
    })
}

fn info(id: &str, path: &Path, card: ModelCard, file_bytes: u64) -> ModelInfo {
    ModelInfo {
        id: id.to_owned(),
        name: card.name,
        architecture: card.architecture,
        dimensions: card.dimensions,
        preprocessing: card.preprocessing,
        source: card.source,
        file_bytes,
        path: path.to_owned(),
        bundled: false,
        quality: card.quality,
        pictures_per_second: None,
        created: card.created,
        published: card.published,
    }
}

fn n_values(file: &TensorFile) -> usize {
    file.tensors
        .values()
        .map(|tensor| tensor.values.len())
        .sum()
}

fn change_error(path: &Path, source: std::io::Error) -> ModelError {
    ModelError::Change {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_exported_imported_renamed_and_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let store = ModelStore::new(folder.path().join("models"));
        let copy = folder.path().join("My model.safetensors");
        store.export(BUNDLED_ID, &copy).unwrap();
        let imported = store.import(&copy).unwrap();
        assert_eq!(imported.id, "my-model");
        let before = read_model(&imported).unwrap();
        let renamed = store.rename("my-model", "Für die Hochzeit").unwrap();
        assert_eq!(renamed.name, "Für die Hochzeit");
        assert_eq!(read_model(&renamed).unwrap().tensors, before.tensors);
        store.remember_speed("my-model", 55.0).unwrap();
        assert_eq!(store.list().len(), 2);
        assert_eq!(
            store.find("my-model").unwrap().pictures_per_second,
            Some(55.0)
        );
        let same = fingerprint(&renamed).unwrap();
        assert_eq!(same, fingerprint(&store.find("my-model").unwrap()).unwrap());
        assert_ne!(same, fingerprint(&store.bundled().unwrap()).unwrap());
        let report = store.reports("my-model").join("report.json");
        persist::save(&report, b"{}").unwrap();
        store.delete("my-model").unwrap();
        assert!(!report.exists());
        assert!(matches!(
            store.find("my-model"),
            Err(ModelError::Unknown { .. })
        ));
        assert_eq!(store.list().len(), 1);
    }

    #[test]
    fn the_bundled_model_stays() {
        let folder = tempfile::tempdir().unwrap();
        let store = ModelStore::new(folder.path().to_owned());
        assert!(matches!(store.delete(BUNDLED_ID), Err(ModelError::Bundled)));
        assert!(matches!(
            store.rename(BUNDLED_ID, "x"),
            Err(ModelError::Bundled)
        ));
        assert!(matches!(
            store.find("../secret"),
            Err(ModelError::Unknown { .. })
        ));
    }
}
