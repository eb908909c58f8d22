//! The losses a recipe can combine.
//!
//! To add one, write `your_loss.rs` with a `SPEC`, then add its `mod` line and its row in
//! [`LOSSES`]. Recipes, the recipe editor, the curve legend and the tests below read this table.
//!
//! Losses that compare other things than [`LossInput`] holds (tokens, views of several sizes) have a
//! row too; their method calls them with its own tensors.
//!
//! Shape suffixes: `b` batch rows, `d` descriptor, `k` queue entries, `1` a kept axis.

mod adapters;
pub mod batch_diffusion;
mod chosen;
mod contrast;
pub mod copy_nce;
pub mod dino;
pub mod direct_clr;
mod entropy;
mod hard_negative;
mod info_nce;
pub mod koleo;
pub mod margin_contrast;
pub mod multi_similarity;
pub mod patch_dino;
mod relational;
pub mod seed;
pub mod self_distillation;
pub mod similarity;
pub mod token_centers;
pub mod token_pairs;
pub mod verdicts;

use std::collections::BTreeMap;

use burn::tensor::Bool;
use burn::tensor::Int;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use burn::tensor::activation::log_softmax;

use margin_contrast::MemoryView;

pub use chosen::Chosen;

/// Everything the losses of one step may look at. What a method does not have is `None`.
pub struct LossInput {
    /// Student descriptors, rows of length 1; gradients flow here.
    pub descriptor_bd: Tensor<2>,
    /// `[b, b]`: the two rows come from the same picture (the diagonal included).
    pub same_bb: Option<Tensor<2, Bool>>,
    /// Momentum descriptors of the other view of the same pictures. No gradient.
    pub key_bd: Option<Tensor<2>>,
    /// Momentum descriptors seen before; `None` while there are none. No gradient.
    pub queue: Option<QueueView>,
    /// Student vectors to compare with the teacher, rows of length 1; gradients flow here.
    pub large_bd: Tensor<2>,
    /// Teacher vectors of the same views. No gradient.
    pub teacher_bd: Option<Tensor<2>>,
    /// Teacher vectors seen before, `[k, d]`; `None` while there are none. No gradient.
    pub teacher_queue_kd: Option<Tensor<2>>,
    /// What the trunk of the student sees, pooled and before every layer of the head, `[b, c]`;
    /// gradients flow here.
    pub pooled_bc: Option<Tensor<2>>,
    /// What makes two rows the same.
    pub labels: Vec<u64>,
    /// The student's own descriptors of earlier steps and of this one. No gradient.
    pub memory: Option<MemoryView>,
}

impl LossInput {
    /// Student descriptors and nothing else.
    pub fn of(descriptor_bd: Tensor<2>) -> Self {
        Self {
            large_bd: descriptor_bd.clone(),
            descriptor_bd,
            same_bb: None,
            key_bd: None,
            queue: None,
            teacher_bd: None,
            teacher_queue_kd: None,
            pooled_bc: None,
            labels: Vec::new(),
            memory: None,
        }
    }
}

/// The written part of a queue, as one batch sees it.
#[derive(Clone)]
pub struct QueueView {
    pub entries_kd: Tensor<2>,
    /// `[b, k]`: the entry is another view of the row's own picture.
    pub own_bk: Tensor<2, Bool>,
}

/// One number to make smaller.
pub trait Loss: Send {
    /// The loss of one batch, a tensor of shape `[1]`.
    fn forward(&self, input: &LossInput) -> Tensor<1>;
}

/// What a loss needs to be there; recipes are checked against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// All views of a picture in one batch (SSCD).
    Views,
    /// A momentum encoder and a queue (RDCD).
    Queue,
    /// A teacher and a queue of its descriptors.
    Teacher,
    /// A memory of the student's own descriptors (ISC21).
    Memory,
    /// What the trunk sees, before the head.
    Pooled,
    /// The student as it was when the epoch began (OBD-SD).
    Snapshot,
    /// Class token and patches, or views of several sizes (DINO).
    Tokens,
    /// Pairs that a person has judged.
    Pairs,
}

/// A number of a loss that a recipe may change.
pub struct ParameterSpec {
    pub id: &'static str,
    pub help: &'static str,
    pub default: f32,
    pub range: [f32; 2],
}

/// Makes a loss from the numbers of a recipe.
pub type Build = fn(&BTreeMap<String, f32>) -> Box<dyn Loss>;

/// One row of [`LOSSES`].
pub struct LossSpec {
    /// The name inside saved recipes and curves. Once released it is never renamed or reused.
    pub id: &'static str,
    pub label: &'static str,
    /// One sentence for someone who has never read a paper.
    pub help: &'static str,
    pub needs: &'static [Needs],
    pub parameters: &'static [ParameterSpec],
    /// `None` for a loss that its method calls with tensors of its own.
    pub build: Option<Build>,
}

/// Every loss, in the order the recipe editor lists them.
pub const LOSSES: &[LossSpec] = &[
    info_nce::SPEC,
    entropy::SPEC,
    contrast::SPEC,
    hard_negative::SPEC,
    relational::SPEC,
    adapters::SIMILARITY,
    adapters::DIRECT_CLR,
    adapters::KOLEO,
    adapters::SEED,
    adapters::MARGIN_CONTRAST,
    adapters::MULTI_SIMILARITY,
    adapters::SELF_DISTILLATION,
    adapters::DINO,
    adapters::PATCH_DINO,
    adapters::COPY_NCE,
    adapters::VERDICTS,
    adapters::KEEP,
];

/// What a recipe calls a formula, and what it may change of it.
pub struct Formula {
    /// The name inside saved recipes and curves. Once released it is never renamed or reused.
    pub id: &'static str,
    pub label: &'static str,
    /// One sentence for someone who has never read a paper.
    pub help: &'static str,
    pub parameters: &'static [ParameterSpec],
}

/// The row with this id.
pub fn loss(id: &str) -> Option<&'static LossSpec> {
    LOSSES.iter().find(|spec| spec.id == id)
}

impl ParameterSpec {
    /// What a recipe says, or the default.
    pub fn of(&self, values: &BTreeMap<String, f32>) -> f32 {
        parameter(values, self)
    }
}

/// A parameter of a recipe, or its default.
fn parameter(values: &BTreeMap<String, f32>, spec: &ParameterSpec) -> f32 {
    values.get(spec.id).copied().unwrap_or(spec.default)
}

/// A loss that says nothing yet, with a gradient of zero.
fn zero(x_bd: &Tensor<2>) -> Tensor<1> {
    (x_bd.clone() * 0.0).sum()
}

/// The most similar row that `left_out` allows, and 1 where there is one at all, both `[b, 1]`.
fn nearest(similarity_bk: Tensor<2>, left_out: Tensor<2, Bool>) -> (Tensor<2>, Tensor<2>) {
    let nearest_b1 = similarity_bk.mask_fill(left_out, NOTHING).max_dim(1);
    let exists_b1 = nearest_b1.clone().greater_elem(NOTHING / 2.0).float();
    (nearest_b1, exists_b1)
}

/// Below every cosine.
const NOTHING: f32 = -4.0;

/// Takes part in no sum of exponentials.
const EXCLUDED: f32 = -1e30;

/// Logarithm of the sum of `e^x` over the places that count, `[b, 1]`; [`EXCLUDED`] where none does.
fn log_sum_exp(x_bk: Tensor<2>, counts_bk: Tensor<2, Bool>) -> Tensor<2> {
    let counted_bk = counts_bk.clone().float();
    let x_bk = x_bk.mask_fill(counts_bk.bool_not(), EXCLUDED);
    let highest_b1 = x_bk.clone().detach().max_dim(1);
    let sum_b1 = ((x_bk - highest_b1.clone()).exp() * counted_bk).sum_dim(1);
    // The highest one alone gives 1: the bound only meets rows where nothing counts.
    sum_b1.clamp_min(f32::MIN_POSITIVE).log() + highest_b1
}

/// Mean over rows of `- sum over k of softmax(target)_k log softmax(x)_k`; no gradient to `target`.
fn soft_cross_entropy(x_bk: Tensor<2>, target_bk: Tensor<2>) -> Tensor<1> {
    let [b, _] = x_bk.dims();
    let p_bk = log_softmax(target_bk.detach(), 1).exp();
    (p_bk * log_softmax(x_bk, 1)).sum() / -(b as f32)
}

/// Numbers of rows as a tensor on the device of another one.
fn indices(numbers: impl Iterator<Item = usize>, like: &Tensor<2>) -> Tensor<1, Int> {
    let numbers: Vec<i64> = numbers.map(|number| number as i64).collect();
    let n = numbers.len();
    Tensor::from_data(TensorData::new(numbers, [n]), &like.device())
}

/// Sum over the places that count, divided by their number; 0 where there is none.
fn mean_where<const D: usize>(x: Tensor<D>, counts: Tensor<D, Bool>) -> Tensor<1> {
    let counts = counts.float();
    (x * counts.clone()).sum() / counts.sum().clamp_min(1.0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use burn::tensor::Device;
    use burn::tensor::Distribution;

    use crate::models::layers::l2_normalize;

    use super::*;

    /// Rows `i` and `i + 4` are views of one picture; the queue holds a view of picture 0.
    fn random_input(device: &Device) -> LossInput {
        let random = |rows: usize| {
            l2_normalize(Tensor::<2>::random([rows, 16], Distribution::Default, device) - 0.5)
        };
        let column = |ids: [i32; 8]| Tensor::<1, Int>::from_data(ids, device).unsqueeze_dim(1);
        let ids = [0, 1, 2, 3, 0, 1, 2, 3];
        let queue_ids = Tensor::<1, Int>::from_data([0, 9, 8, 7, 6, 5], device);
        let row = Tensor::<1, Int>::from_data(ids, device).unsqueeze_dim::<2>(0);
        LossInput {
            descriptor_bd: random(8),
            same_bb: Some(column(ids).equal(row)),
            key_bd: Some(random(8)),
            queue: Some(QueueView {
                entries_kd: random(6),
                own_bk: column(ids).equal(queue_ids.unsqueeze_dim::<2>(0)),
            }),
            large_bd: random(8),
            teacher_bd: Some(random(8)),
            teacher_queue_kd: Some(random(6)),
            pooled_bc: Some(random(8)),
            labels: ids.iter().map(|id| *id as u64).collect(),
            memory: Some(MemoryView {
                entries_md: random(6),
                labels: vec![0, 9, 8, 7, 6, 5],
                own: vec![None; 8],
            }),
        }
    }

    #[test]
    fn ids_are_unique_and_defaults_are_in_range() {
        let mut seen = BTreeSet::new();
        for spec in LOSSES {
            let id = spec.id;
            assert!(seen.insert(id), "two losses are called {id:?}");
            assert!(spec.help.ends_with('.'), "{id:?}: not a sentence");
            for parameter in spec.parameters {
                let [low, high] = parameter.range;
                assert!((low..=high).contains(&parameter.default), "{id}");
                assert!(parameter.help.ends_with('.'), "{id}: not a sentence");
            }
        }
    }

    #[test]
    fn every_loss_and_its_gradient_are_finite_and_not_zero() {
        let device = Device::flex().autodiff();
        device.seed(7);
        for spec in LOSSES {
            let Some(build) = spec.build else {
                continue;
            };
            let mut input = random_input(&device);
            let leaf = input.descriptor_bd.clone().detach().require_grad();
            input.descriptor_bd = leaf.clone();
            input.large_bd = leaf.clone();
            input.pooled_bc = Some(leaf.clone());
            let loss = build(&BTreeMap::new()).forward(&input);
            let value = loss.clone().into_scalar::<f32>();
            assert!(value.is_finite(), "{}", spec.id);
            let grads = loss.backward();
            let grad = leaf.grad(&grads).expect("the loss reaches the student");
            let size = grad.abs().sum().into_scalar::<f32>();
            assert!(size.is_finite() && size > 0.0, "{}: {size}", spec.id);
        }
    }
}
