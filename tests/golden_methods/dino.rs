//! DINO on whole views.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use copylens::distill::losses::dino::Center;
use copylens::distill::losses::dino::Dino;

use crate::golden::Golden;

/// The views of `[v, b, k]`.
fn views(scores: Tensor<3>) -> Vec<Tensor<2>> {
    let [_, b, k] = scores.dims();
    let views = scores.iter_dim(0);
    views.map(|view| view.reshape([b, k])).collect()
}

#[test]
fn dino_and_its_center_equal_the_reference() {
    let golden = Golden::open("dino");
    let dino = Dino::new(&BTreeMap::new());
    for case in golden.cases("dino") {
        let leaf = golden.leaf::<3>(&case);
        let teacher = views(golden.tensor(&case, "teacher"));
        let mut center = Center::new(&BTreeMap::new(), golden.tensor(&case, "center"));
        let temperature = golden.values(&case, "temperature")[0];
        let loss = dino.forward(&views(leaf.clone()), &teacher, &center, temperature);
        golden.check(&case, "dino", loss, &leaf);
        center.update(&teacher);
        golden.compare(&case, "next-center", center.value_1k);
    }
}
