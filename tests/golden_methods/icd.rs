//! ICD's similarity distillation, DirectCLR and KoLeo.

use std::collections::BTreeMap;

use copylens::distill::losses::direct_clr::DirectClr;
use copylens::distill::losses::koleo::KoLeo;
use copylens::distill::losses::similarity::Similarity;

use crate::golden::Golden;
use crate::golden::named;

#[test]
fn similarity_distillation_equals_the_reference() {
    let golden = Golden::open("icd");
    let similarity = Similarity::new(&BTreeMap::new());
    for case in golden.cases("similarity") {
        let leaf = golden.leaf::<2>(&case);
        let teacher = golden.tensor(&case, "teacher");
        let queue = golden.optional(&case, "queue");
        let loss = similarity.forward(leaf.clone(), teacher, queue);
        golden.check(&case, "similarity", loss, &leaf);
    }
}

#[test]
fn direct_clr_equals_the_reference() {
    let golden = Golden::open("icd");
    for case in golden.cases("direct-clr") {
        let leaf = golden.leaf::<2>(&case);
        let loss = DirectClr::new(&named("direct-clr", golden.values(&case, "dimensions")));
        let loss = loss.forward(leaf.clone(), golden.same(&case, "ids"));
        golden.check(&case, "direct-clr", loss, &leaf);
    }
}

#[test]
fn koleo_equals_the_reference() {
    let golden = Golden::open("icd");
    for case in golden.cases("koleo") {
        let leaf = golden.leaf::<2>(&case);
        let loss = KoLeo.forward(leaf.clone(), Some(golden.same(&case, "ids")));
        golden.check(&case, "koleo", loss, &leaf);
    }
}
