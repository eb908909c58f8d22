//! Parameters of a network by name, read and loaded completely.
//!
//! Names and layouts are PyTorch's: `weight` and `bias` for a normalisation, `[out, in]` for a
//! linear layer. Field names of the modules are chosen so that only the few rules here and the
//! key map of each architecture are needed.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::module::ModuleMapper;
use burn::module::ModuleVisitor;
use burn::module::Param;
use burn::tensor::Tensor;
use burn::tensor::TensorData;

use crate::weights::TensorMap;
use crate::weights::WeightTensor;
use crate::weights::WeightsError;

/// Where a walk through a module is, as PyTorch would name it.
#[derive(Default)]
pub struct PathStack {
    parts: Vec<Option<(String, bool)>>,
}

impl PathStack {
    pub fn enter(&mut self, name: &str, container: &str) {
        if container.starts_with("Enum:") {
            self.parts.push(None);
            return;
        }
        let is_norm = matches!(container, "Struct:BatchNorm" | "Struct:LayerNorm");
        let name = match name {
            "gamma" if is_norm => "weight",
            "beta" if is_norm => "bias",
            other => other,
        };
        let is_linear_weight = container == "Struct:Linear" && name == "weight";
        self.parts.push(Some((name.to_owned(), is_linear_weight)));
    }

    pub fn exit(&mut self) {
        self.parts.pop();
    }

    /// The full name, and whether the tensor is stored transposed (a linear layer's weight).
    pub fn current(&self) -> (String, bool) {
        let names: Vec<&str> = self
            .parts
            .iter()
            .flatten()
            .map(|(name, _)| name.as_str())
            .collect();
        let transposed = self
            .parts
            .last()
            .and_then(Option::as_ref)
            .is_some_and(|(_, transposed)| *transposed);
        (names.join("."), transposed)
    }
}

/// All float parameters and running statistics of a module.
///
/// Give it a module on a plain device (`module.valid()`): running statistics are then settled.
pub fn read_state<M: Module>(module: &M) -> TensorMap {
    let mut reader = Reader::default();
    module.visit(&mut reader);
    reader.tensors
}

#[derive(Default)]
struct Reader {
    path: PathStack,
    tensors: TensorMap,
}

impl ModuleVisitor for Reader {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let (name, is_transposed) = self.path.current();
        let mut tensor = param.val();
        if is_transposed {
            tensor = tensor.swap_dims(0, 1);
        }
        let data = tensor.into_data();
        let weight = WeightTensor {
            shape: data.shape().to_vec(),
            values: data.convert::<f32>().try_into_vec().unwrap_or_default(),
        };
        self.tensors.insert(name, weight);
    }
}

/// Replaces every parameter; fails, changing nothing, when one is missing, left over or misshaped.
pub fn load_state<M: Module>(module: M, tensors: &TensorMap) -> Result<M, WeightsError> {
    check_state(&module, tensors)?;
    let mut loader = Loader {
        path: PathStack::default(),
        tensors,
    };
    Ok(module.map(&mut loader))
}

/// Whether these are all the tensors of a module, and only those.
pub fn check_state<M: Module>(module: &M, tensors: &TensorMap) -> Result<(), WeightsError> {
    let expected = read_shapes(module);
    let missing: Vec<&String> = expected
        .keys()
        .filter(|name| !tensors.contains_key(*name))
        .collect();
    if let Some(first) = missing.first() {
        return Err(WeightsError::Missing {
            n_missing: missing.len(),
            n_expected: expected.len(),
            first: (*first).clone(),
        });
    }
    let unused: Vec<&String> = tensors
        .keys()
        .filter(|name| !expected.contains_key(*name))
        .collect();
    if let Some(first) = unused.first() {
        return Err(WeightsError::Unused {
            n_unused: unused.len(),
            first: (*first).clone(),
        });
    }
    for (name, shape) in &expected {
        let found = &tensors[name].shape;
        if found != shape {
            return Err(WeightsError::Shape {
                name: name.clone(),
                found: found.clone(),
                expected: shape.clone(),
            });
        }
    }
    Ok(())
}

/// Name and shape of every parameter, in PyTorch's layout. No parameter is made for it.
pub fn read_shapes<M: Module>(module: &M) -> BTreeMap<String, Vec<usize>> {
    ordered_shapes(module).into_iter().collect()
}

/// The same in the order of the fields, which is that of use in every network of ours.
pub fn ordered_shapes<M: Module>(module: &M) -> Vec<(String, Vec<usize>)> {
    let mut reader = ShapeReader::default();
    module.visit(&mut reader);
    reader.shapes
}

#[derive(Default)]
struct ShapeReader {
    path: PathStack,
    shapes: Vec<(String, Vec<usize>)>,
}

impl ModuleVisitor for ShapeReader {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let (name, is_transposed) = self.path.current();
        let mut shape = param.lazy_shape().to_vec();
        if is_transposed {
            shape.reverse();
        }
        self.shapes.push((name, shape));
    }
}

/// A row-major matrix of `n_columns` columns, column by column.
fn transpose(values: &[f32], n_columns: usize) -> Vec<f32> {
    (0..n_columns)
        .flat_map(|column| values[column..].iter().step_by(n_columns).copied())
        .collect()
}

struct Loader<'a> {
    path: PathStack,
    tensors: &'a TensorMap,
}

impl ModuleMapper for Loader<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (name, is_transposed) = self.path.current();
        let Some(weight) = self.tensors.get(&name) else {
            return param;
        };
        let data = match weight.shape.as_slice() {
            // Transposed here and not on the device: a tensor that is only seen transposed is
            // multiplied in another order, and a run that goes on would differ in its last digits.
            [rows, columns] if is_transposed => {
                TensorData::new(transpose(&weight.values, *columns), [*columns, *rows])
            }
            _ => TensorData::new(weight.values.clone(), weight.shape.clone()),
        };
        // What was never looked at is never filled with random numbers.
        let value = Tensor::<D>::from_data(data, &param.lazy_device());
        let id = param.id;
        param.transform_for_load(value, id)
    }
}
