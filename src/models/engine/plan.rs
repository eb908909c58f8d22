//! A graph made ready to run: operations joined where one pass does for several, and memory shared.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::models::graph::Activation;
use crate::models::graph::Graph;
use crate::models::graph::Operation;
use crate::models::graph::Output;
use crate::models::graph::Shape;

use super::activate::bounds;
use super::conv::Multiply;
use super::depthwise::Depthwise;
use super::operations::works_in_place;
use super::panels::Panels;
use super::product::ANY;
use super::winograd::Winograd;

/// Packed weights by the name of the layer; plans for pictures of several sizes share them.
pub(super) type Packed = BTreeMap<Arc<str>, Arc<Vec<Panels>>>;

/// What is done to a result on its way to memory.
pub(super) struct Finish {
    /// Whether it is added to what is there.
    pub(super) adds: bool,
    pub(super) bounds: [f32; 2],
    pub(super) activation: Option<Activation>,
}

pub(super) enum Kernel {
    Multiply(Multiply),
    Depthwise(Depthwise),
    Winograd(Winograd),
    Other(Operation),
}

/// One pass over memory.
pub(super) struct Step {
    pub(super) kernel: Kernel,
    /// Steps whose results it reads.
    pub(super) inputs: Vec<usize>,
    /// The step whose result is added to its own.
    pub(super) residual: Option<usize>,
    pub(super) finish: Finish,
    pub(super) from: Shape,
    pub(super) shape: Shape,
    /// The buffer its result goes to.
    pub(super) slot: usize,
}

/// A graph for pictures of one size, ready to run.
pub(super) struct Plan {
    /// The first one is the picture.
    pub(super) steps: Vec<Step>,
    /// The largest result of one picture in each buffer.
    pub(super) slots: Vec<usize>,
    /// What is wanted, the step that gives it, and what it is then.
    pub(super) outputs: Vec<(Output, usize, Shape)>,
}

impl Plan {
    pub(super) fn new(graph: &Graph, outputs: &[Output], packed: &mut Packed) -> Self {
        let graph = graph.keep(outputs);
        let mut joining = Joining {
            uses: graph.uses(),
            step_of: Vec::with_capacity(graph.nodes.len()),
            is_open: Vec::new(),
            steps: Vec::new(),
        };
        for idx in 0..graph.nodes.len() {
            joining.add(&graph, idx, packed);
        }
        let wanted = graph.outputs.iter();
        let wanted =
            wanted.map(|(output, id)| (*output, joining.step_of[id.0], graph.node(*id).shape));
        let mut plan = Self {
            outputs: wanted.collect(),
            steps: joining.steps,
            slots: Vec::new(),
        };
        plan.share_memory();
        plan
    }

    /// Bytes of all buffers for one picture.
    pub(super) fn n_bytes(&self) -> usize {
        self.slots.iter().sum::<usize>() * size_of::<f32>()
    }

    /// Bytes of all packed weights.
    pub(super) fn n_weight_bytes(&self) -> usize {
        let of_step = |step: &Step| match &step.kernel {
            Kernel::Multiply(layer) => layer.n_bytes(),
            Kernel::Winograd(layer) => layer.n_bytes(),
            Kernel::Depthwise(_) | Kernel::Other(_) => 0,
        };
        self.steps.iter().map(of_step).sum()
    }

    /// Gives every result a buffer; one whose result nobody reads any more is used again.
    fn share_memory(&mut self) {
        let mut last_use = vec![0; self.steps.len()];
        for (idx, step) in self.steps.iter().enumerate() {
            for input in step.inputs.iter().chain(&step.residual) {
                last_use[*input] = idx;
            }
        }
        for (_, output, _) in &self.outputs {
            last_use[*output] = usize::MAX;
        }
        let mut free: Vec<usize> = Vec::new();
        for idx in 0..self.steps.len() {
            let need = self.steps[idx].shape.n_values();
            let replaced = self.steps[idx].replaced(&last_use, idx);
            let slot = match replaced {
                Some(step) => self.steps[step].slot,
                None => self.take_slot(&mut free, need),
            };
            self.slots[slot] = self.slots[slot].max(need);
            self.steps[idx].slot = slot;
            let step = &self.steps[idx];
            let mut read: Vec<usize> = step.inputs.iter().chain(&step.residual).copied().collect();
            read.sort_unstable();
            read.dedup();
            let done = |input: &&usize| last_use[**input] == idx && Some(**input) != replaced;
            free.extend(
                read.iter()
                    .filter(done)
                    .map(|input| self.steps[*input].slot),
            );
        }
    }

    /// A free buffer that is large enough, or else the largest one, or a new one.
    fn take_slot(&mut self, free: &mut Vec<usize>, need: usize) -> usize {
        let fits = |slot: usize| {
            let size = self.slots[slot];
            (size < need, need.abs_diff(size))
        };
        if let Some(idx) = (0..free.len()).min_by_key(|idx| fits(free[*idx])) {
            return free.swap_remove(idx);
        }
        self.slots.push(need);
        self.slots.len() - 1
    }
}

impl Step {
    /// The step whose result this one writes over, if nobody reads that later.
    fn replaced(&self, last_use: &[usize], idx: usize) -> Option<usize> {
        let candidate = match (&self.kernel, self.residual) {
            (Kernel::Multiply(_) | Kernel::Winograd(_), Some(residual)) => {
                (!self.inputs.contains(&residual)).then_some(residual)?
            }
            (Kernel::Other(operation), _) if works_in_place(operation) => {
                let first = self.inputs[0];
                (!self.inputs[1..].contains(&first)).then_some(first)?
            }
            (_, _) => return None,
        };
        (last_use[candidate] == idx).then_some(candidate)
    }
}

/// Steps while nodes are added.
struct Joining {
    uses: Vec<usize>,
    /// The step that gives the result of each node.
    step_of: Vec<usize>,
    /// Steps that can still do more on the way to memory: nobody reads what they give now.
    is_open: Vec<bool>,
    steps: Vec<Step>,
}

impl Joining {
    fn add(&mut self, graph: &Graph, idx: usize, packed: &mut Packed) {
        let node = &graph.nodes[idx];
        let inputs: Vec<usize> = node.inputs.iter().map(|id| self.step_of[id.0]).collect();
        let is_last_reader = self.uses[idx] == 1;
        let operation = &node.operation;
        if matches!(
            operation,
            Operation::MapToRows | Operation::RowsToMap { .. }
        ) {
            // The numbers of a cell are neighbors already.
            self.is_open[inputs[0]] &= is_last_reader;
            self.step_of.push(inputs[0]);
            return;
        }
        let joined = if let Operation::Activate(activation) = operation {
            self.join_activation(*activation, inputs[0])
        } else if matches!(operation, Operation::Add) {
            self.join_sum(&inputs)
        } else {
            None
        };
        if let Some(step) = joined {
            self.is_open[step] = is_last_reader;
            self.step_of.push(step);
            return;
        }
        let from = node
            .inputs
            .first()
            .map_or(node.shape, |id| graph.node(*id).shape);
        let kernel = kernel(operation, node.shape, packed);
        self.is_open
            .push(is_last_reader && !matches!(kernel, Kernel::Other(_)));
        self.step_of.push(self.steps.len());
        self.steps.push(Step {
            kernel,
            inputs,
            residual: None,
            finish: Finish {
                adds: false,
                bounds: ANY,
                activation: None,
            },
            from,
            shape: node.shape,
            slot: 0,
        });
    }

    fn join_activation(&mut self, activation: Activation, step: usize) -> Option<usize> {
        let finish = &mut self.steps[step].finish;
        if !self.is_open[step] || finish.activation.is_some() || finish.bounds != ANY {
            return None;
        }
        match bounds(activation) {
            Some(bounds) => finish.bounds = bounds,
            None => finish.activation = Some(activation),
        }
        Some(step)
    }

    /// A product takes over the sum, if the other summand is there before it.
    fn join_sum(&mut self, inputs: &[usize]) -> Option<usize> {
        let (first, last) = (inputs[0].min(inputs[1]), inputs[0].max(inputs[1]));
        let step = &mut self.steps[last];
        let finish = &mut step.finish;
        let is_plain = finish.activation.is_none() && finish.bounds == ANY && !finish.adds;
        if first == last || !self.is_open[last] || !is_plain {
            return None;
        }
        if !matches!(step.kernel, Kernel::Multiply(_) | Kernel::Winograd(_)) {
            return None;
        }
        finish.adds = true;
        step.residual = Some(first);
        Some(last)
    }
}

fn kernel(operation: &Operation, shape: Shape, packed: &mut Packed) -> Kernel {
    if let Operation::Conv(conv) = operation {
        let n_cells = shape.n_values() / shape.channels();
        if let Some(depthwise) = Depthwise::of_conv(conv) {
            Kernel::Depthwise(depthwise)
        } else if let Some(winograd) = Winograd::of_conv(conv, n_cells, packed) {
            Kernel::Winograd(winograd)
        } else {
            Kernel::Multiply(Multiply::of_conv(conv, packed))
        }
    } else if let Operation::Linear(linear) = operation {
        Kernel::Multiply(Multiply::of_linear(linear, packed))
    } else {
        Kernel::Other(operation.clone())
    }
}
