//! Networks beside the student, kept and restored with a checkpoint.

use burn::module::Module;
use burn::tensor::Device;

use crate::models::ArchitectureSpec;
use crate::models::network::HeadConfig;
use crate::models::network::Network;
use crate::models::state;
use crate::weights::TensorMap;

use super::Saved;
use crate::distill::gradients;
use crate::distill::queue::Queue;

/// A second network with the same weights, and running statistics of its own.
///
/// A clone of a network would share its running statistics.
pub fn copy_without_gradient(
    student: &Network,
    spec: &ArchitectureSpec,
    head: HeadConfig,
    device: &Device,
) -> Network {
    let copy = Network::new(spec, head, device)
        .in_precision(student.precision())
        .no_grad();
    filled(&copy, &state::read_state(&student.valid())).unwrap_or(copy)
}

/// The same module with other numbers; running statistics become its own.
pub fn filled<M: Module>(module: &M, tensors: &TensorMap) -> Option<M> {
    let loaded = state::load_state(module.valid(), tensors).ok()?;
    Some(loaded.train().no_grad())
}

/// `key <- keep key + (1 - keep) student`, parameters only.
pub fn follow<M: Module>(key: &mut Option<M>, student: &M, keep: f32) {
    if let Some(old) = key.take() {
        *key = Some(gradients::follow(old, student, keep));
    }
}

impl Saved {
    pub fn put_module<M: Module>(&mut self, name: &str, module: &M) {
        for (key, tensor) in state::read_state(&module.valid()) {
            self.tensors.insert(format!("{name}.{key}"), tensor);
        }
    }

    /// The tensors under a name, taken out.
    pub fn take_tensors(&mut self, name: &str) -> TensorMap {
        let prefix = format!("{name}.");
        let names: Vec<String> = self
            .tensors
            .keys()
            .filter(|key| key.starts_with(&prefix))
            .cloned()
            .collect();
        names
            .into_iter()
            .filter_map(|key| {
                let tensor = self.tensors.remove(&key)?;
                Some((key[prefix.len()..].to_owned(), tensor))
            })
            .collect()
    }

    /// Fills a module that is there; `false` where its numbers are missing or of another size.
    pub fn take_module<M: Module>(&mut self, name: &str, module: &mut Option<M>) -> bool {
        let Some(old) = module else {
            return true;
        };
        let tensors = self.take_tensors(name);
        let Some(new) = filled(old, &tensors) else {
            return false;
        };
        *module = Some(new);
        true
    }

    pub fn put_queue(&mut self, name: &str, queue: &Queue) {
        let (entries, numbers) = queue.save();
        self.tensors.insert(name.to_owned(), entries);
        self.numbers.insert(name.to_owned(), numbers);
    }

    /// Fills a queue; `false` where its entries are missing or of another size.
    pub fn take_queue(&mut self, name: &str, queue: &mut Queue) -> bool {
        match (self.tensors.remove(name), self.numbers.remove(name)) {
            (Some(entries), Some(numbers)) => queue.restore(&entries, &numbers),
            _ => false,
        }
    }
}
