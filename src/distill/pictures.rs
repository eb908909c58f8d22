//! Which pictures a run trains on, and which it keeps out.

use std::path::PathBuf;

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

use crate::data;
use crate::monitor::Monitor;

use super::DistillError;
use super::recipe::Recipe;

/// Fewer pictures than these hold out nothing that could be checked.
const FEWEST: usize = 16;

/// The pictures of one run; the same folders and seed give the same split.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    pub train: Vec<PathBuf>,
    pub held_out: Vec<PathBuf>,
}

impl Split {
    /// Looks through the folders. At most a fifth of a small collection is held out.
    pub fn find(
        folders: &[PathBuf],
        recipe: &Recipe,
        monitor: &Monitor,
    ) -> Result<Self, DistillError> {
        let scan = data::scan(monitor, folders)?;
        let mut paths: Vec<PathBuf> = scan.files.into_iter().map(|file| file.path).collect();
        paths.sort();
        paths.dedup();
        // A recipe of judged pairs trains on those; the folders are only searched through.
        let needed = if recipe.method_spec().needs_pairs {
            FEWEST
        } else {
            FEWEST.max(2 * recipe.data.micro_batch.min(recipe.data.batch))
        };
        if paths.len() < needed {
            return Err(DistillError::TooFewPictures {
                found: paths.len(),
                needed,
            });
        }
        let mut rng = ChaCha8Rng::seed_from_u64(recipe.seed ^ 0x5EED_0F5E_7A51_DE00);
        let mut order: Vec<usize> = (0..paths.len()).collect();
        order.shuffle(&mut rng);
        let n_held_out = recipe.evaluation.held_out.min(paths.len() / 5);
        let mut held_out: Vec<usize> = order[..n_held_out].to_vec();
        let mut train: Vec<usize> = order[n_held_out..].to_vec();
        held_out.sort_unstable();
        train.sort_unstable();
        let pick = |indices: Vec<usize>| indices.into_iter().map(|i| paths[i].clone()).collect();
        Ok(Self {
            train: pick(train),
            held_out: pick(held_out),
        })
    }

    /// Changes with any picture added, removed or renamed.
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for path in self.train.iter().chain(&self.held_out) {
            hasher.update(path.as_os_str().as_encoded_bytes());
            hasher.update(&[0]);
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }
}
