//! SEED: the student spreads its similarities over a queue as a frozen teacher does.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;

use super::Formula;
use super::ParameterSpec;
use super::parameter;
use super::soft_cross_entropy;

const STUDENT_TEMPERATURE: ParameterSpec = ParameterSpec {
    id: "student-temperature",
    help: "How sharply the student tells the pictures of the queue apart.",
    default: 0.2,
    range: [0.01, 1.0],
};

const TEACHER_TEMPERATURE: ParameterSpec = ParameterSpec {
    id: "teacher-temperature",
    help: "Very low: only the picture itself counts. From 0.01 on its neighbors count too.",
    default: 1e-4,
    range: [1e-4, 1.0],
};

pub const FORMULA: Formula = Formula {
    id: "seed",
    label: "Learn from the teacher (SEED)",
    help: "A picture is as similar to itself and to many others as the teacher says it is.",
    parameters: &[STUDENT_TEMPERATURE, TEACHER_TEMPERATURE],
};

/// ```text
/// a_s = [ z_s . z_t, z_s . q_1, .., z_s . q_K ] / t_s      a_t = [ z_t . z_t, z_t . q_k .. ] / t_t
/// L   = -mean over rows of sum over j of softmax(a_t)_j log softmax(a_s)_j
/// ```
///
/// - Student and teacher see the same view. The queue holds teacher descriptors of earlier
///   batches, never of this one.
/// - Range: the entropy of the target or more. At `t_t` = 1e-4 the target is the picture itself
///   (a queue entry at cosine 0.99 weighs `e^-100`) and the loss is InfoNCE with the teacher's
///   descriptor as the positive; 0.04 on both sides is the relational preset.
/// - 0 while the queue is empty. Gradient: through the student only.
/// - Similarities have to be f32: at 1e-4 one step of f16 near 1 is 5 to 10 nats, and even f32 leaves
///   6e-4. Deviation from the code, which starts with noise in the queue: here it starts empty.
///
/// Source: Fang et al., SEED, arXiv:2101.04731, and its code (defaults are the code's).
#[derive(Clone, Copy, Debug)]
pub struct Seed {
    pub student_temperature: f32,
    pub teacher_temperature: f32,
}

/// Unit rows of one kind of view, with the queue of that kind.
pub struct SeedViews {
    /// `[n, d]`, view-major: the rows of the first view of every picture come first.
    pub student_nd: Tensor<2>,
    /// `[n, d]`.
    pub teacher_nd: Tensor<2>,
    /// `[k, d]`; `None` while empty.
    pub queue_kd: Option<Tensor<2>>,
}

impl Seed {
    pub fn new(values: &BTreeMap<String, f32>) -> Self {
        Self {
            student_temperature: parameter(values, &STUDENT_TEMPERATURE),
            teacher_temperature: parameter(values, &TEACHER_TEMPERATURE),
        }
    }

    pub fn forward(&self, views: &SeedViews) -> Tensor<1> {
        let teacher_nd = views.teacher_nd.clone().detach();
        let student = similarities(&views.student_nd, &teacher_nd, views.queue_kd.as_ref());
        let teacher = similarities(&teacher_nd, &teacher_nd, views.queue_kd.as_ref());
        soft_cross_entropy(
            student / self.student_temperature,
            teacher / self.teacher_temperature,
        )
    }

    /// The small-patch variant: the loss of the large views plus that of all small ones, each kind
    /// with its own queue ([`first_views`] of the small ones go into theirs).
    pub fn forward_with_patches(&self, large: &SeedViews, small: &SeedViews) -> Tensor<1> {
        self.forward(large) + self.forward(small)
    }

    /// For a student with fewer dimensions than its teacher: each side is its rows and a queue of its
    /// own descriptors of the same pictures, `[[b, d], [k, d]]` and `[[b, t], [k, t]]`. There is no
    /// entry for the picture itself (the two-queue form of CompRess, arXiv:2010.14713).
    pub fn forward_aligned(&self, student: [&Tensor<2>; 2], teacher: [&Tensor<2>; 2]) -> Tensor<1> {
        let logits = |[rows, queue]: [&Tensor<2>; 2], temperature: f32| {
            let queue = queue.clone().detach().transpose();
            rows.clone().matmul(queue) / temperature
        };
        soft_cross_entropy(
            logits(student, self.student_temperature),
            logits(teacher, self.teacher_temperature),
        )
    }

    /// Entropy of the target in nats, the least this loss can be; near 0 the target is one picture.
    pub fn target_entropy(&self, views: &SeedViews) -> Tensor<1> {
        let teacher = similarities(
            &views.teacher_nd,
            &views.teacher_nd,
            views.queue_kd.as_ref(),
        );
        let [n, _] = teacher.dims();
        let log_p = log_softmax(teacher.detach() / self.teacher_temperature, 1);
        (log_p.clone().exp() * log_p).sum() / -(n as f32)
    }
}

/// `[n, 1 + k]`: with the picture's own teacher descriptor, then with the queue.
fn similarities(
    rows_nd: &Tensor<2>,
    teacher_nd: &Tensor<2>,
    queue_kd: Option<&Tensor<2>>,
) -> Tensor<2> {
    let own_n1 = (rows_nd.clone() * teacher_nd.clone()).sum_dim(1);
    match queue_kd {
        Some(queue_kd) => {
            let others_nk = rows_nd
                .clone()
                .matmul(queue_kd.clone().detach().transpose());
            Tensor::cat(vec![own_n1, others_nk], 1)
        }
        None => own_n1,
    }
}

/// The rows of the first view of each of `n_pictures` pictures, `[n_pictures, d]`.
pub fn first_views(rows_nd: Tensor<2>, n_pictures: usize) -> Tensor<2> {
    let [_, d] = rows_nd.dims();
    rows_nd.slice([0..n_pictures, 0..d])
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn a_low_teacher_temperature_makes_info_nce() {
        // Own similarity 1, one entry at 0: -log(e^(0.8/0.2) / (e^4 + e^(0.6/0.2))) = 0.3133.
        let device = Device::flex();
        let views = SeedViews {
            student_nd: Tensor::from_data([[0.8, 0.6]], &device),
            teacher_nd: Tensor::from_data([[1.0, 0.0]], &device),
            queue_kd: Some(Tensor::from_data([[0.0, 1.0]], &device)),
        };
        let seed = Seed::new(&BTreeMap::new());
        let value = seed.forward(&views).into_scalar::<f32>();
        assert!((value - 0.313_26).abs() < 1e-5, "{value}");
        let entropy = seed.target_entropy(&views).into_scalar::<f32>();
        assert!(entropy.abs() < 1e-6, "{entropy}");
    }
}
