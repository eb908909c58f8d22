//! Losses and their gradients equal a PyTorch reference on golden batches
//! (`tests/reference/losses.py`).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use burn::tensor::Bool;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use copylens::distill::losses;
use copylens::distill::losses::LossInput;
use copylens::distill::losses::QueueView;
use copylens::weights;
use copylens::weights::TensorFile;
use safetensors::SafeTensors;

const RELATIVE: f32 = 1e-4;
/// Some answers are exactly 0.
const ABSOLUTE: f32 = 1e-6;

struct Golden {
    file: TensorFile,
    ids: BTreeMap<String, Vec<i64>>,
}

impl Golden {
    fn open(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/golden");
        let path = folder.join(name);
        let bytes = std::fs::read(&path).unwrap();
        let ids = SafeTensors::deserialize(&bytes)
            .unwrap()
            .iter()
            .filter(|(key, _)| key.ends_with("ids"))
            .map(|(key, view)| {
                let numbers = view.data().chunks_exact(8);
                let numbers = numbers.map(|b| i64::from_le_bytes(b.try_into().unwrap()));
                (key.to_owned(), numbers.collect())
            })
            .collect();
        Self {
            file: weights::read(&path).unwrap(),
            ids,
        }
    }

    fn cases(&self) -> BTreeSet<String> {
        let keys = self.file.tensors.keys();
        keys.map(|key| key.split('/').next().unwrap().to_owned())
            .collect()
    }

    fn tensor(&self, case: &str, name: &str, device: &Device) -> Tensor<2> {
        let weight = &self.file.tensors[&format!("{case}/{name}")];
        let data = TensorData::new(weight.values.clone(), weight.shape.clone());
        Tensor::from_data(data, device)
    }

    fn values(&self, case: &str, name: &str) -> &[f32] {
        &self.file.tensors[&format!("{case}/{name}")].values
    }
}

/// Compares the value and the gradient of `leaf`.
fn check(golden: &Golden, case: &str, name: &str, id: &str, input: &LossInput, leaf: &Tensor<2>) {
    let spec = losses::loss(id).unwrap();
    let loss = spec.build.unwrap()(&BTreeMap::new()).forward(input);
    let value = loss.clone().into_scalar::<f32>();
    let expected = golden.values(case, name)[0];
    let bound = RELATIVE * expected.abs() + ABSOLUTE;
    assert!(
        (value - expected).abs() <= bound,
        "{case} {name}: {value}, not {expected}"
    );

    let expected = golden.values(case, &format!("{name}-grad"));
    let scale = expected.iter().fold(0.0, |max: f32, v| max.max(v.abs()));
    let gradient = leaf.grad(&loss.backward());
    let found: Vec<f32> = match gradient {
        Some(gradient) => gradient.into_data().try_into_vec().unwrap(),
        None => vec![0.0; expected.len()],
    };
    for (a, b) in found.iter().zip(expected) {
        let bound = RELATIVE * scale + ABSOLUTE;
        assert!(
            (a - b).abs() <= bound,
            "{case} {name} gradient: {a}, not {b}"
        );
    }
}

#[test]
fn sscd_losses_equal_the_reference() {
    let golden = Golden::open("sscd.safetensors");
    let device = Device::flex().autodiff();
    for case in golden.cases() {
        let labels = golden.tensor(&case, "labels", &device);
        for (name, id) in [("info-nce", "info-nce"), ("entropy", "entropy")] {
            let leaf = golden.tensor(&case, "descriptors", &device).require_grad();
            let same = labels.clone().matmul(labels.clone().transpose());
            let input = LossInput {
                same_bb: Some(same.greater_elem(0.0)),
                ..LossInput::of(leaf.clone())
            };
            check(&golden, &case, name, id, &input, &leaf);
        }
    }
}

#[test]
fn rdcd_losses_equal_the_reference() {
    let golden = Golden::open("rdcd.safetensors");
    let device = Device::flex().autodiff();
    let cases = [
        ("con", "contrast", "student"),
        ("hn", "hard-negative", "student"),
        ("rel", "relational", "student-large"),
    ];
    for case in golden.cases() {
        let ids = &golden.ids[&format!("{case}/ids")];
        let queue_ids = &golden.ids[&format!("{case}/queue-ids")];
        // An entry never written (-1) is not in our queue at all.
        let n_written = queue_ids.iter().filter(|id| **id >= 0).count();
        assert!(queue_ids[..n_written].iter().all(|id| *id >= 0), "{case}");
        let written = |name: &str| {
            let queue = golden.tensor(&case, name, &device);
            let [_, d] = queue.dims();
            (n_written > 0).then(|| queue.slice([0..n_written, 0..d]))
        };
        let queue = written("queue").map(|entries_kd| {
            let own = ids.iter().flat_map(|id| {
                let written = queue_ids[..n_written].iter();
                written.map(move |other| id == other)
            });
            let own = TensorData::new(own.collect::<Vec<bool>>(), [ids.len(), n_written]);
            QueueView {
                entries_kd,
                own_bk: Tensor::<2, Bool>::from_data(own, &device),
            }
        });
        for (name, id, student) in cases {
            let leaf = golden.tensor(&case, student, &device).require_grad();
            let input = LossInput {
                key_bd: Some(golden.tensor(&case, "key", &device)),
                queue: queue.clone(),
                teacher_bd: Some(golden.tensor(&case, "teacher-large", &device)),
                teacher_queue_kd: written("teacher-queue"),
                ..LossInput::of(leaf.clone())
            };
            check(&golden, &case, name, id, &input, &leaf);
        }
    }
}
