//! CopyNCE.

use std::collections::BTreeMap;

use copylens::distill::losses::copy_nce::CopyNce;

use crate::golden::Golden;

#[test]
fn copy_nce_equals_the_reference() {
    let golden = Golden::open("copy-nce");
    let loss = CopyNce::new(&BTreeMap::new());
    for case in golden.cases("copy-nce") {
        let leaf = golden.leaf::<3>(&case);
        let [b, both, d] = leaf.dims();
        let n = golden.shape(&case, "forth")[1];
        let query = leaf.clone().slice([0..b, 0..n, 0..d]);
        let reference = leaf.clone().slice([0..b, n..both, 0..d]);
        let weights = ["forth", "back"].map(|name| golden.tensor(&case, name));
        golden.check(
            &case,
            "copy-nce",
            loss.forward(query, reference, weights),
            &leaf,
        );
    }
}
