//! Multi-Similarity, self-distillation and batch diffusion.

use std::collections::BTreeMap;

use copylens::distill::losses::batch_diffusion::BatchDiffusion;
use copylens::distill::losses::multi_similarity::MultiSimilarity;
use copylens::distill::losses::self_distillation::SelfDistillation;

use crate::golden::Golden;
use crate::golden::named;

#[test]
fn multi_similarity_equals_the_reference() {
    let golden = Golden::open("obd-sd");
    let loss = MultiSimilarity::new(&BTreeMap::new());
    for case in golden.cases("multi-similarity") {
        let leaf = golden.leaf::<2>(&case);
        let mined = loss.forward(leaf.clone(), golden.same(&case, "labels"));
        golden.compare(&case, "kept", mined.kept);
        golden.check(&case, "multi-similarity", mined.loss, &leaf);
    }
}

#[test]
fn self_distillation_and_diffusion_equal_the_reference() {
    let golden = Golden::open("obd-sd");
    for case in golden.cases("self-distillation") {
        let leaf = golden.leaf::<2>(&case);
        let teacher = golden.tensor::<2>(&case, "teacher");
        let numbers = golden.values(&case, "numbers");
        let loss = SelfDistillation::new(&named("self-distillation", &numbers[..2]));
        let diffusion = BatchDiffusion::new(&named("batch-diffusion", &numbers[2..]));
        let mut target = loss.target(teacher.clone());
        if diffusion.omega > 0.0 {
            target = diffusion.target(teacher.clone(), target);
            let symmetric = diffusion.symmetric_target(teacher, loss.temperature);
            golden.compare(&case, "symmetric", symmetric);
        }
        golden.compare(&case, "target", target.clone());
        golden.check(
            &case,
            "self-distillation",
            loss.forward(leaf.clone(), target),
            &leaf,
        );
    }
}
