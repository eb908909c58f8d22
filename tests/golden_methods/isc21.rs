//! Contrast with margins and a memory, and verdicts on pairs.

use copylens::distill::losses::margin_contrast::MarginContrast;
use copylens::distill::losses::margin_contrast::MemoryView;
use copylens::distill::losses::verdicts::Verdicts;
use copylens::models::layers::l2_normalize;

use crate::golden::Golden;
use crate::golden::named;

#[test]
fn margin_contrast_equals_the_reference() {
    let golden = Golden::open("isc21");
    for case in golden.cases("margin-contrast") {
        let leaf = golden.leaf::<2>(&case);
        let labels = |name: &str| -> Vec<u64> {
            let labels = golden.integers(&case, name).into_iter();
            labels.map(|label| label as u64).collect()
        };
        let own = golden.integers(&case, "own").into_iter();
        let memory = MemoryView {
            entries_md: golden.tensor(&case, "memory"),
            labels: labels("memory-labels"),
            own: own.map(|place| usize::try_from(place).ok()).collect(),
        };
        let loss = MarginContrast::new(&named("margin-contrast", golden.values(&case, "margins")));
        let loss = loss.forward(l2_normalize(leaf.clone()), &labels("labels"), &memory);
        golden.check(&case, "margin-contrast", loss, &leaf);
    }
}

#[test]
fn verdicts_equal_the_reference() {
    let golden = Golden::open("isc21");
    for case in golden.cases("verdicts") {
        let leaf = golden.leaf::<2>(&case);
        let unit = l2_normalize(leaf.clone());
        let copies = golden.integers(&case, "copies");
        let copies: Vec<bool> = copies.into_iter().map(|is_copy| is_copy == 1).collect();
        let mut sides = unit.chunk(2, 0).into_iter();
        let (left, right) = (sides.next().unwrap(), sides.next().unwrap());
        let loss = Verdicts::new(&named("verdicts", golden.values(&case, "margins")));
        let loss = loss.forward(left, right, &copies);
        golden.check(&case, "verdicts", loss, &leaf);
    }
}
