//! SEED, its small patches and its aligned queues.

use copylens::distill::losses::seed::Seed;
use copylens::distill::losses::seed::SeedViews;

use crate::golden::Golden;
use crate::golden::named;

#[test]
fn seed_equals_the_reference() {
    let golden = Golden::open("seed");
    for case in golden.cases("seed") {
        let seed = Seed::new(&named("seed", golden.values(&case, "temperatures")));
        let leaf = golden.leaf::<2>(&case);
        let [n, d] = leaf.dims();
        let views = |rows: std::ops::Range<usize>, teacher: &str, queue: &str| SeedViews {
            student_nd: leaf.clone().slice([rows, 0..d]),
            teacher_nd: golden.tensor(&case, teacher),
            queue_kd: golden.optional(&case, queue),
        };
        let loss = if let Some(teacher_queue) = golden.optional(&case, "teacher-queue") {
            let (queue, teacher) = (
                golden.tensor(&case, "queue"),
                golden.tensor(&case, "teacher"),
            );
            seed.forward_aligned([&leaf, &queue], [&teacher, &teacher_queue])
        } else if golden.has(&case, "teacher-small") {
            let [n_large, _] = golden.tensor::<2>(&case, "teacher").dims();
            seed.forward_with_patches(
                &views(0..n_large, "teacher", "queue"),
                &views(n_large..n, "teacher-small", "queue-small"),
            )
        } else {
            seed.forward(&views(0..n, "teacher", "queue"))
        };
        golden.check(&case, "seed", loss, &leaf);
    }
}

#[test]
fn a_student_that_agrees_has_the_entropy_of_its_target() {
    let golden = Golden::open("seed");
    let seed = Seed::new(&named("seed", golden.values("agrees", "temperatures")));
    let views = SeedViews {
        student_nd: golden.tensor("agrees", "x"),
        teacher_nd: golden.tensor("agrees", "teacher"),
        queue_kd: golden.optional("agrees", "queue"),
    };
    golden.compare("agrees", "seed", seed.target_entropy(&views));
}
