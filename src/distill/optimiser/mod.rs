//! SGD, LARS, Adam and AdamW with groups of parameters, their state under the parameters' own names.
//!
//! The optimisers of the training crate key their state by random ids that change at every start; a
//! run that was cut off could not go on with the same numbers. State by name can be saved beside the
//! parameters. The formulas are PyTorch's.

mod clip;
mod groups;
mod rule;

use std::collections::BTreeMap;

use burn::module::Module;
use burn::module::ModuleMapper;
use burn::module::Param;
use burn::tensor::Tensor;

use crate::models::state::PathStack;

pub use super::gradients::FlatTensors;
pub use clip::clip_each;
pub use clip::without;
pub use groups::Group;
pub use groups::Groups;
pub use rule::Rule;
use rule::Settings;
use rule::Slots;

/// A rule, the groups it treats apart, and what it remembers of every parameter.
pub struct Optimiser {
    pub rule: Rule,
    pub groups: Groups,
    slots: BTreeMap<String, Slots>,
}

/// What schedules say about one step.
#[derive(Clone, Copy, Debug)]
pub struct StepRates {
    pub rate: f64,
    pub weight_decay: f64,
}

impl Optimiser {
    pub fn new(rule: Rule, groups: Groups) -> Self {
        Self {
            rule,
            groups,
            slots: BTreeMap::new(),
        }
    }

    /// One step of all parameters that have a gradient.
    pub fn step<M: Module>(&mut self, module: M, gradients: &FlatTensors, rates: StepRates) -> M {
        let mut mapper = Step {
            path: PathStack::default(),
            optimiser: self,
            gradients,
            rates,
        };
        module.map(&mut mapper)
    }

    /// Everything needed to go on later: tensors by `<kind>.<parameter>`, and finished steps by
    /// parameter.
    pub fn state(&self) -> (FlatTensors, BTreeMap<String, u64>) {
        let mut tensors = FlatTensors::new();
        let mut steps = BTreeMap::new();
        for (name, slots) in &self.slots {
            steps.insert(name.clone(), slots.steps);
            tensors.insert(format!("{FIRST}.{name}"), slots.first.clone());
            if let Some(second) = &slots.second {
                tensors.insert(format!("{SECOND}.{name}"), second.clone());
            }
        }
        (tensors, steps)
    }

    /// Restores what [`state`](Self::state) gave; `false`, changing nothing, when it belongs to
    /// another rule.
    pub fn restore(&mut self, mut tensors: FlatTensors, steps: &BTreeMap<String, u64>) -> bool {
        let mut slots = BTreeMap::new();
        for (name, steps) in steps {
            let Some(first) = tensors.remove(&format!("{FIRST}.{name}")) else {
                return false;
            };
            let second = tensors.remove(&format!("{SECOND}.{name}"));
            if second.is_some() != self.rule.has_second() {
                return false;
            }
            let of_one = Slots {
                steps: *steps,
                first,
                second,
            };
            slots.insert(name.clone(), of_one);
        }
        if tensors.is_empty() {
            self.slots = slots;
        }
        tensors.is_empty()
    }
}

const FIRST: &str = "velocity";
const SECOND: &str = "square";

struct Step<'a> {
    path: PathStack,
    optimiser: &'a mut Optimiser,
    gradients: &'a FlatTensors,
    rates: StepRates,
}

impl ModuleMapper for Step<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (name, _) = self.path.current();
        let Some(gradient) = self.gradients.get(&name) else {
            return param;
        };
        let group = self.optimiser.groups.of(&name, D);
        let settings = Settings {
            rate: self.rates.rate * group.rate_factor,
            weight_decay: self.rates.weight_decay * group.decay_factor,
            adapts: group.adapts,
        };
        let (id, tensor, mapper) = param.consume();
        let shape = tensor.shape();
        let value = tensor.inner().flatten::<1>(0, D - 1);
        let slots = self.optimiser.slots.remove(&name);
        let (value, slots) = self
            .optimiser
            .rule
            .step(value, gradient.clone(), slots, settings);
        self.optimiser.slots.insert(name, slots);
        let tensor = Tensor::from_inner(value.reshape(shape)).require_grad();
        Param::from_mapped_value(id, tensor, mapper)
    }
}
