//! The models that are loaded on the compute thread.
//!
//! They live in a thread-local: tensors never leave their thread, and a compute thread that is
//! replaced after a crash leaves nothing behind.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::SystemTime;

use crate::devices;
use crate::models::Embedder;
use crate::models::ModelInfo;

/// A teacher, a student and the bundled model; more would only hold memory.
const MAX_LOADED: usize = 3;

struct Loaded {
    model: String,
    device: String,
    /// A model that was trained further under the same id is loaded again.
    modified: Option<SystemTime>,
    embedder: Rc<Embedder>,
}

thread_local! {
    static LOADED: RefCell<Vec<Loaded>> = const { RefCell::new(Vec::new()) };
}

/// The model on the device, from memory where it was used before.
pub(super) fn load(info: &ModelInfo, device_id: &str) -> anyhow::Result<Rc<Embedder>> {
    let modified = std::fs::metadata(&info.path)
        .and_then(|data| data.modified())
        .ok();
    let is_same = |loaded: &Loaded| {
        loaded.model == info.id && loaded.device == device_id && loaded.modified == modified
    };
    let known = LOADED.with_borrow(|all| {
        let found = all.iter().find(|loaded| is_same(loaded));
        found.map(|loaded| loaded.embedder.clone())
    });
    if let Some(embedder) = known {
        return Ok(embedder);
    }
    let device = devices::open(device_id)?;
    let embedder = Rc::new(Embedder::load(info, device.device())?);
    let loaded = Loaded {
        model: info.id.clone(),
        device: device_id.to_owned(),
        modified,
        embedder: embedder.clone(),
    };
    LOADED.with_borrow_mut(|all| {
        all.retain(|old| old.model != loaded.model || old.device != loaded.device);
        if all.len() == MAX_LOADED {
            all.remove(0);
        }
        all.push(loaded);
    });
    Ok(embedder)
}

/// Lets go of all models of this thread.
pub(super) fn forget() {
    LOADED.with_borrow_mut(Vec::clear);
}
