//! What the Models place can ask for.

use std::path::PathBuf;

/// One thing the Models place can ask for.
#[derive(Clone, Debug)]
pub enum ModelsCommand {
    /// Take model files into the model folder.
    Import(Vec<PathBuf>),
}
