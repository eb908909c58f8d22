//! Reads golden files and compares with them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use burn::tensor::Device;
use burn::tensor::Int;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use copylens::distill::losses::ParameterSpec;
use copylens::weights;
use copylens::weights::TensorMap;

const RELATIVE: f32 = 1e-4;
/// Some answers are exactly 0.
const ABSOLUTE: f32 = 1e-6;

/// One golden file; keys are `<case>/<tensor>`.
pub struct Golden {
    tensors: TensorMap,
    pub device: Device,
}

impl Golden {
    pub fn open(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/golden");
        let path = folder.join(name).with_extension("safetensors");
        Self {
            tensors: weights::read(&path).unwrap().tensors,
            device: Device::flex().autodiff(),
        }
    }

    /// The cases that answer `name`.
    pub fn cases(&self, name: &str) -> Vec<String> {
        let keys = self.tensors.keys().filter_map(|key| {
            let (case, tensor) = key.split_once('/').unwrap();
            (tensor == name).then(|| case.to_owned())
        });
        let cases: BTreeSet<String> = keys.collect();
        assert!(!cases.is_empty(), "no case answers {name}");
        cases.into_iter().collect()
    }

    pub fn has(&self, case: &str, name: &str) -> bool {
        self.tensors.contains_key(&format!("{case}/{name}"))
    }

    pub fn shape(&self, case: &str, name: &str) -> &[usize] {
        &self.tensors[&format!("{case}/{name}")].shape
    }

    pub fn values(&self, case: &str, name: &str) -> &[f32] {
        &self.tensors[&format!("{case}/{name}")].values
    }

    pub fn tensor<const D: usize>(&self, case: &str, name: &str) -> Tensor<D> {
        let weight = &self.tensors[&format!("{case}/{name}")];
        let data = TensorData::new(weight.values.clone(), weight.shape.clone());
        Tensor::from_data(data, &self.device)
    }

    pub fn optional(&self, case: &str, name: &str) -> Option<Tensor<2>> {
        self.has(case, name).then(|| self.tensor(case, name))
    }

    /// What gradients are taken for.
    pub fn leaf<const D: usize>(&self, case: &str) -> Tensor<D> {
        self.tensor(case, "x").require_grad()
    }

    pub fn integers(&self, case: &str, name: &str) -> Vec<i64> {
        let values = self.values(case, name).iter();
        values.map(|value| *value as i64).collect()
    }

    /// `[n, n]`: two numbers are the same.
    pub fn same(&self, case: &str, name: &str) -> Tensor<2, burn::tensor::Bool> {
        let ids = self.integers(case, name);
        let n = ids.len();
        let row = Tensor::<1, Int>::from_data(TensorData::new(ids, [n]), &self.device);
        let column = row.clone().unsqueeze_dim::<2>(1);
        column.equal(row.unsqueeze_dim(0))
    }

    /// Compares a loss and its gradient.
    pub fn check<const D: usize>(&self, case: &str, name: &str, loss: Tensor<1>, leaf: &Tensor<D>) {
        self.compare(case, name, loss.clone());
        let gradient = leaf.grad(&loss.backward());
        let name = format!("{name}-grad");
        if let Some(gradient) = gradient {
            self.compare(case, &name, gradient);
        } else {
            let expected = self.values(case, &name);
            assert!(expected.iter().all(|value| *value == 0.0), "{case} {name}");
        }
    }

    /// Compares all numbers, within a share of the largest one.
    pub fn compare<const D: usize>(&self, case: &str, name: &str, found: Tensor<D>) {
        let expected = self.values(case, name);
        let found: Vec<f32> = found.into_data().convert::<f32>().try_into_vec().unwrap();
        assert_eq!(found.len(), expected.len(), "{case} {name}");
        let scale = expected.iter().fold(0.0, |max: f32, v| max.max(v.abs()));
        let bound = RELATIVE * scale + ABSOLUTE;
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                (found - expected).abs() <= bound,
                "{case} {name}: {found}, not {expected}"
            );
        }
    }
}

/// Numbers of a recipe.
pub fn numbers<const N: usize>(pairs: [(&str, f32); N]) -> BTreeMap<String, f32> {
    pairs
        .into_iter()
        .map(|(id, value)| (id.to_owned(), value))
        .collect()
}

/// A formula's row of the table, so that a renamed number does not pass unseen.
pub fn parameters(id: &str) -> Vec<&'static ParameterSpec> {
    // The walk over the batch is a part of another row.
    let walk = copylens::distill::losses::batch_diffusion::FORMULA;
    let row = copylens::distill::losses::loss(id).map(|spec| spec.parameters);
    row.unwrap_or_else(|| {
        assert_eq!(id, walk.id);
        walk.parameters
    })
    .iter()
    .collect()
}

/// The numbers of a golden case under the names of a formula's row, in its order.
pub fn named(id: &str, values: &[f32]) -> BTreeMap<String, f32> {
    let names = parameters(id).into_iter().map(|spec| spec.id.to_owned());
    names.zip(values.iter().copied()).collect()
}
