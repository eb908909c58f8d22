//! Gradients by the names of their parameters, and networks that follow another one.
//!
//! The training crate keys everything by random ids that change at every start; what goes by name
//! can be saved beside the parameters.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::module::ModuleMapper;
use burn::module::ModuleVisitor;
use burn::module::Param;
use burn::tensor::Gradients;
use burn::tensor::Tensor;

use crate::models::state::PathStack;

/// Flat tensors by parameter name, on the device without autodiff.
pub type FlatTensors = BTreeMap<String, Tensor<1>>;

/// Adds the gradients of a backward pass to `sum`.
pub fn add_gradients<M: Module>(module: &M, gradients: &Gradients, sum: &mut FlatTensors) {
    let mut visitor = Collect {
        path: PathStack::default(),
        gradients,
        sum,
    };
    module.visit(&mut visitor);
}

struct Collect<'a> {
    path: PathStack,
    gradients: &'a Gradients,
    sum: &'a mut FlatTensors,
}

impl ModuleVisitor for Collect<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = param.val().grad(self.gradients) else {
            return;
        };
        let (name, _) = self.path.current();
        let flat = gradient.flatten::<1>(0, D - 1);
        let total = match self.sum.remove(&name) {
            Some(sum) => sum + flat,
            None => flat,
        };
        self.sum.insert(name, total);
    }
}

/// All gradients multiplied by a factor.
pub fn scaled(gradients: FlatTensors, factor: f32) -> FlatTensors {
    gradients
        .into_iter()
        .map(|(name, gradient)| (name, gradient * factor))
        .collect()
}

/// Length of all gradients together, and the same gradients made no longer than `limit`.
pub fn clip(gradients: FlatTensors, limit: f32) -> (Option<Tensor<1>>, FlatTensors) {
    let squared = gradients
        .values()
        .map(|gradient| (gradient.clone() * gradient.clone()).sum())
        .reduce(|a, b| a + b);
    let Some(norm) = squared.map(|squared| squared.sqrt()) else {
        return (None, gradients);
    };
    if limit <= 0.0 {
        return (Some(norm), gradients);
    }
    let factor = (norm.clone() + 1e-6).recip() * limit;
    let factor = factor.clamp_max(1.0);
    let clipped = gradients
        .into_iter()
        .map(|(name, gradient)| (name, gradient * factor.clone()))
        .collect();
    (Some(norm), clipped)
}

/// `key <- keep * key + (1 - keep) * student`, parameters only, never running statistics.
///
/// A share that a schedule brings close to 1 has to come as f64: one that is 1e-6 away from 1 would
/// be 3 % off in f32.
pub fn follow<M: Module>(key: M, student: &M, keep: impl Into<f64>) -> M {
    let mut reader = ReadFlat::default();
    student.visit(&mut reader);
    let mut mapper = Follow {
        path: PathStack::default(),
        student: reader.values,
        keep: keep.into(),
    };
    key.map(&mut mapper)
}

#[derive(Default)]
struct ReadFlat {
    path: PathStack,
    values: FlatTensors,
}

impl ModuleVisitor for ReadFlat {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let (name, _) = self.path.current();
        if !is_running_statistic(&name) {
            let flat = param.val().inner().flatten::<1>(0, D - 1);
            self.values.insert(name, flat);
        }
    }
}

struct Follow {
    path: PathStack,
    student: FlatTensors,
    keep: f64,
}

impl ModuleMapper for Follow {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (name, _) = self.path.current();
        let Some(student) = self.student.get(&name) else {
            return param;
        };
        let (id, tensor, mapper) = param.consume();
        let shape = tensor.shape();
        let student = student.clone().reshape(shape);
        let mixed = tensor.inner() * self.keep + student * (1.0 - self.keep);
        let tensor = Tensor::from_inner(mixed).set_require_grad(false);
        Param::from_mapped_value(id, tensor, mapper)
    }
}

/// Running means and variances are no parameters.
pub fn is_running_statistic(name: &str) -> bool {
    name.contains("running_")
}

#[cfg(test)]
mod tests {
    use burn::nn::Linear;
    use burn::nn::LinearConfig;
    use burn::tensor::Device;

    use crate::models::state;
    use crate::weights::TensorMap;
    use crate::weights::WeightTensor;

    use super::*;

    fn linear(weight: f32, device: &Device) -> Linear {
        let layer = LinearConfig::new(1, 1).with_bias(false).init(device);
        let tensor = WeightTensor {
            shape: vec![1, 1],
            values: vec![weight],
        };
        state::load_state(layer, &TensorMap::from([("weight".into(), tensor)])).unwrap()
    }

    fn weight(layer: &Linear) -> f32 {
        state::read_state(layer)["weight"].values[0]
    }

    #[test]
    fn clipping_keeps_the_direction_and_bounds_the_length() {
        let device = Device::flex();
        let gradients = FlatTensors::from([
            ("a".to_owned(), Tensor::from_data([3.0], &device)),
            ("b".to_owned(), Tensor::from_data([4.0], &device)),
        ]);
        let (norm, clipped) = clip(gradients, 1.0);
        assert_eq!(norm.map(|norm| norm.into_scalar::<f32>()), Some(5.0));
        let value = clipped["b"].clone().into_scalar::<f32>();
        assert!((value - 0.8).abs() < 1e-5, "{value}");
    }

    #[test]
    fn the_momentum_student_follows_slowly() {
        let device = Device::flex().autodiff();
        let key = follow(linear(1.0, &device), &linear(2.0, &device), 0.9_f32);
        assert!((weight(&key) - 1.1).abs() < 1e-6);
        // 0 + (1 - 0.999999) * 2 = 2e-6.
        let key = follow(linear(0.0, &device), &linear(2.0, &device), 0.999_999_f64);
        assert!((weight(&key) - 2e-6).abs() < 1e-11, "{}", weight(&key));
    }
}
