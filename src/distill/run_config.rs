//! Everything one run needs to know.

use std::path::PathBuf;

/// One run: a recipe, and what it is applied to.
#[derive(Clone, Debug, PartialEq)]
pub struct RunConfig {
    /// The recipe as TOML text (a preset's, or a file's).
    pub recipe: String,
    /// Architecture id of the student.
    pub student: String,
    /// Model id of the teacher; `None` for recipes without one.
    pub teacher: Option<String>,
    /// Weights the student starts from instead of random ones: a model of the same network, or a
    /// file of its trunk under the names of its origin.
    pub start_from: Option<PathBuf>,
    /// Pairs of pictures that a person has judged (see the file format in `pairs.rs`), for recipes
    /// that learn from those.
    pub pairs: Option<PathBuf>,
    /// Folders of training pictures.
    pub pictures: Vec<PathBuf>,
    /// Device id, or several with commas between them; `None` for the fastest.
    pub device: Option<String>,
    /// Where checkpoints, curve and report go.
    pub run_dir: PathBuf,
    /// Where the teacher's model file is looked up.
    pub models_dir: PathBuf,
    /// Go on from the last checkpoint when there is one.
    pub resume: bool,
}
