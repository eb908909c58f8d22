//! Relational distillation: the student sees a crowd of pictures as the teacher sees it.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;

use super::Loss;
use super::LossInput;
use super::LossSpec;
use super::Needs;
use super::ParameterSpec;
use super::parameter;
use super::zero;

const TEMPERATURE: ParameterSpec = ParameterSpec {
    id: "temperature",
    help: "Low: only the teacher's nearest pictures count.",
    default: 0.04,
    range: [0.01, 1.0],
};

pub(super) const SPEC: LossSpec = LossSpec {
    id: "relational",
    label: "Learn from the teacher",
    help: "A picture is as similar to many others as the teacher says it is.",
    needs: &[Needs::Teacher],
    parameters: &[TEMPERATURE],
    build: Some(|values| Box::new(Relational::new(values))),
};

/// ```text
/// p_i = softmax over k of h_T,i . q_k / T      q~_i = softmax over k of h_S,i . q_k / T
/// L   = mean over i of KL( p_i || q~_i )
/// ```
///
/// - One queue of teacher vectors serves both sides; this batch is not in it yet.
/// - Range: 0 or more, 0 when student and teacher agree or the queue is empty. Gradient: through
///   the student only.
///
/// Source: RDCD (arXiv:2405.17928); the module is missing from its repository, so this is
/// CompRess's one-queue variant, whose call it matches (Koohpayegani et al., arXiv:2010.14713).
struct Relational {
    temperature: f32,
}

impl Relational {
    fn new(values: &BTreeMap<String, f32>) -> Self {
        Self {
            temperature: parameter(values, &TEMPERATURE),
        }
    }

    fn log_softmax(&self, vectors_bd: Tensor<2>, queue_kd: &Tensor<2>) -> Tensor<2> {
        let similarity_bk = vectors_bd.matmul(queue_kd.clone().transpose());
        log_softmax(similarity_bk / self.temperature, 1)
    }
}

impl Loss for Relational {
    fn forward(&self, input: &LossInput) -> Tensor<1> {
        let student_bd = input.large_bd.clone();
        let (Some(teacher_bd), Some(queue_kd)) =
            (input.teacher_bd.clone(), input.teacher_queue_kd.as_ref())
        else {
            return zero(&student_bd);
        };
        let [b, _] = teacher_bd.dims();
        let log_p_bk = self.log_softmax(teacher_bd, queue_kd).detach();
        let log_q_bk = self.log_softmax(student_bd, queue_kd);
        (log_p_bk.clone().exp() * (log_p_bk - log_q_bk)).sum() / b as f32
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use burn::tensor::Distribution;

    use crate::models::layers::l2_normalize;

    use super::*;

    #[test]
    fn a_student_that_equals_its_teacher_has_no_loss() {
        let device = Device::flex();
        device.seed(3);
        let random = |n| l2_normalize(Tensor::random([n, 8], Distribution::Default, &device) - 0.5);
        let (teacher, queue) = (random(4), random(16));
        let input = |student: Tensor<2>| LossInput {
            teacher_bd: Some(teacher.clone()),
            teacher_queue_kd: Some(queue.clone()),
            ..LossInput::of(student.clone())
        };
        let relational = Relational { temperature: 0.04 };
        let none = relational.forward(&input(teacher.clone()));
        assert!(none.into_scalar::<f32>().abs() < 1e-5);
        let some = relational.forward(&input(random(4)));
        assert!(some.into_scalar::<f32>() > 0.01);
    }
}
