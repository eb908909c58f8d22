//! Runs graphs on a processor, several times as fast as Burn does there.
//!
//! - Owns: kernels, packed weights, and the memory between two layers.
//! - Invariant: what a picture becomes does not depend on the pictures beside it, on the number of
//!   threads, or on the run: every number is a sum in one order.
//! - Invariant: no `unsafe`; vectors come from `macerator`, which picks them for the processor.
//! - Not here: what a network does (`graph`), training, graphics cards (Burn).
//!
//! Maps lie as `[picture, height, width, channels]`, so the numbers of a cell are neighbors: a
//! convolution of one cell is a product of rows, as in a linear layer. Products are computed by one
//! kernel (`product.rs`); what follows them (bias, sum, activation) happens while they are at hand
//! (`plan.rs`). With several pictures, each thread has pictures of its own.

mod activate;
mod attention;
mod buffer;
mod conv;
mod depthwise;
mod maps;
mod operations;
mod panels;
mod parallel;
mod plan;
mod product;
mod rows;
mod run;
mod simd;
mod winograd;

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rayon::prelude::*;

use super::ModelError;
use super::graph::Graph;
use super::graph::Output;
use super::graph::Shape;
use super::graph::Weights;
use super::network::Network;

use panels::Panels;
use plan::Packed;
use plan::Plan;
use run::Workspace;

/// Pictures that a thread runs together if weights are many, so that it reads them less often.
const TOGETHER: usize = 4;
/// Bytes of weights that are read as fast as maps; one picture at a time keeps these in the cache.
const FEW_WEIGHTS: usize = 32 << 20;
/// Pictures whose buffers hold more run one by one.
const LARGE_BYTES: usize = 64 << 20;
/// Above this the weights of a network are read again for another size, instead of kept once more.
const LARGE_WEIGHTS: usize = 256 << 20;
/// Plans that are kept; local descriptors are asked for at several sizes.
const N_PLANS: usize = 8;

/// What a graph gives for a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    pub shape: Shape,
    /// A map as `[h][w][c]`, rows as `[n][c]`.
    pub numbers: Vec<f32>,
}

/// What a picture becomes; outputs that the network does not have are missing.
pub type Results = BTreeMap<Output, Value>;

/// A network in evaluation, ready for pictures of any size.
pub struct Engine {
    network: Network,
    state: Mutex<State>,
    workspaces: Mutex<Vec<Workspace>>,
}

#[derive(Default)]
struct State {
    weights: Weights,
    packed: Packed,
    /// The one used last is at the end.
    plans: Vec<(Wanted, Arc<Plan>)>,
}

/// What a plan is for.
#[derive(Clone, PartialEq, Eq)]
struct Wanted {
    /// `[height, width]`
    size: [usize; 2],
    outputs: Vec<Output>,
}

impl Engine {
    /// The network must not learn any more.
    pub fn new(network: Network) -> Self {
        let weights = Weights::of(&network);
        Self {
            network,
            state: Mutex::new(State {
                weights,
                ..State::default()
            }),
            workspaces: Mutex::default(),
        }
    }

    /// What it is called where a user sees it.
    pub fn name() -> String {
        format!("Copylens CPU engine ({})", simd::name())
    }

    /// What each picture `[3, h, w]` with this `[height, width]` becomes.
    pub fn run(
        &self,
        pictures: &[Vec<f32>],
        size: [usize; 2],
        outputs: &[Output],
    ) -> Result<Vec<Results>, ModelError> {
        let wanted = Wanted {
            size,
            outputs: outputs.to_vec(),
        };
        let plan = self.plan(wanted)?;
        let n_threads = rayon::current_num_threads();
        let is_together = plan.n_bytes() <= LARGE_BYTES && plan.n_weight_bytes() > FEW_WEIGHTS;
        let most = if is_together { TOGETHER } else { 1 };
        let group = pictures.len().div_ceil(n_threads).clamp(1, most);
        let n_groups = pictures.len().div_ceil(group).max(1);
        // Threads that would have no pictures help with those of others.
        let n_inside = n_threads.div_ceil(n_groups);
        let run = |pictures: &[Vec<f32>]| {
            let mut workspace = self.workspaces.lock().pop().unwrap_or_default();
            let results = plan.run(pictures, &mut workspace, n_inside);
            self.workspaces.lock().push(workspace);
            results
        };
        if n_groups == 1 {
            // On a thread of the pool: from outside, each layer would have to wake it and wait.
            return Ok(rayon::scope(|_| run(pictures)));
        }
        let groups: Vec<_> = pictures.par_chunks(group).map(run).collect();
        Ok(groups.into_iter().flatten().collect())
    }

    /// A plan of this kind, made where there is none yet.
    fn plan(&self, wanted: Wanted) -> Result<Arc<Plan>, ModelError> {
        let mut state = self.state.lock();
        let state = &mut *state;
        let known = state.plans.iter().position(|(known, _)| *known == wanted);
        let (wanted, plan) = if let Some(idx) = known {
            state.plans.remove(idx)
        } else {
            let graph = self.network.graph(wanted.size, &mut state.weights)?;
            let plan = Plan::new(&graph, &wanted.outputs, &mut state.packed);
            let panels = state.packed.values().flat_map(|panels| panels.iter());
            if panels.map(Panels::n_bytes).sum::<usize>() > LARGE_WEIGHTS {
                state.weights = Weights::of(&self.network);
            }
            (wanted, Arc::new(plan))
        };
        if state.plans.len() == N_PLANS {
            state.plans.remove(0);
        }
        state.plans.push((wanted, Arc::clone(&plan)));
        Ok(plan)
    }
}

/// Runs a graph once on some pictures, by `n_threads` threads.
pub fn run_graph(
    graph: &Graph,
    pictures: &[Vec<f32>],
    outputs: &[Output],
    n_threads: usize,
) -> Vec<Results> {
    let plan = Plan::new(graph, outputs, &mut Packed::default());
    plan.run(pictures, &mut Workspace::default(), n_threads)
}
