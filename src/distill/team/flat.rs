//! The numbers of a network, one after another, to hand them to another device.

use burn::module::Module;
use burn::module::ModuleMapper;
use burn::module::ModuleVisitor;
use burn::module::Param;
use burn::tensor::Tensor;
use burn::tensor::TensorData;

use crate::distill::gradients::is_running_statistic;
use crate::models::state::PathStack;

/// Which tensors of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    All,
    /// Running means and variances of normalizations.
    Statistics,
}

impl Kind {
    fn holds(self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Statistics => is_running_statistic(name),
        }
    }
}

/// The numbers of these tensors in the order of the fields, read from the device at once.
pub fn numbers<M: Module>(module: &M, kind: Kind) -> Vec<f32> {
    let mut reader = Reader {
        path: PathStack::default(),
        kind,
        parts: Vec::new(),
    };
    module.visit(&mut reader);
    joined(reader.parts)
}

/// Tensors one after another as numbers.
pub fn joined(parts: Vec<Tensor<1>>) -> Vec<f32> {
    if parts.is_empty() {
        return Vec::new();
    }
    let data = Tensor::cat(parts, 0).into_data().convert::<f32>();
    data.try_into_vec().expect("a float tensor converts to f32")
}

/// The module with the numbers that [`numbers`] gave of another one.
pub fn filled<M: Module>(module: M, kind: Kind, numbers: &[f32]) -> M {
    module.map(&mut Filler {
        path: PathStack::default(),
        kind,
        numbers,
    })
}

struct Reader {
    path: PathStack,
    kind: Kind,
    parts: Vec<Tensor<1>>,
}

impl ModuleVisitor for Reader {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.kind.holds(&self.path.current().0) {
            let tensor = param.val();
            let tensor = if tensor.device().is_autodiff() {
                tensor.inner()
            } else {
                tensor
            };
            self.parts.push(tensor.flatten::<1>(0, D - 1));
        }
    }
}

struct Filler<'a> {
    path: PathStack,
    kind: Kind,
    /// Those that are left.
    numbers: &'a [f32],
}

impl ModuleMapper for Filler<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if !self.kind.holds(&self.path.current().0) {
            return param;
        }
        let (id, old, mapper) = param.consume();
        let shape = old.dims();
        let (own, left) = self.numbers.split_at(shape.iter().product());
        self.numbers = left;
        let data = TensorData::new(own.to_vec(), shape);
        let device = old.device();
        let tensor = if device.is_autodiff() {
            let plain = Tensor::<D>::from_data(data, &device.inner());
            Tensor::from_inner(plain).set_require_grad(old.is_require_grad())
        } else {
            Tensor::from_data(data, &device)
        };
        Param::from_mapped_value(id, tensor, mapper)
    }
}

#[cfg(test)]
mod tests {
    use burn::nn::BatchNormConfig;
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn a_network_takes_the_numbers_of_another_and_still_learns() {
        let device = Device::flex().autodiff();
        let a = BatchNormConfig::new(2).init(&device);
        let b = filled(a, Kind::All, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        assert_eq!(
            numbers(&b, Kind::All),
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
        );
        let b = filled(b, Kind::Statistics, &[0.5; 4]);
        assert_eq!(numbers(&b, Kind::Statistics), [0.5; 4]);
        assert_eq!(numbers(&b, Kind::All)[..4], [1.0, 2.0, 3.0, 4.0]);
        assert!(b.gamma.val().is_require_grad() && !b.running_mean.value_sync().is_require_grad());
    }
}
