//! The fixed numbers of a graph, read out of a network once and shared by its graphs.

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::module::Module;
use burn::module::ModuleVisitor;
use burn::module::Param;
use burn::tensor::Tensor;

use crate::models::state::PathStack;

/// Weights of one layer, row-major. A copy shares the numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// Where it comes from, such as `trunk.stem.weight`; one name has one value in a graph.
    pub name: Arc<str>,
    pub shape: Vec<usize>,
    pub values: Arc<[f32]>,
}

impl Constant {
    pub fn new(name: &str, shape: &[usize], values: Vec<f32>) -> Self {
        assert_eq!(shape.iter().product::<usize>(), values.len(), "{name}");
        Self {
            name: name.into(),
            shape: shape.to_vec(),
            values: values.into(),
        }
    }

    /// Its shape, which must have so many axes.
    pub fn dims<const D: usize>(&self) -> [usize; D] {
        let dims: Result<[usize; D], _> = self.shape.as_slice().try_into();
        dims.unwrap_or_else(|_| panic!("{} has {} axes, not {D}", self.name, self.shape.len()))
    }
}

/// The constants of a network, read and folded when they are first asked for.
///
/// Graphs of several sizes made with the same `Weights` share them. It belongs to the network as it
/// is: when that learns, make another.
#[derive(Debug, Default)]
pub struct Weights {
    names: BTreeMap<u64, String>,
    layers: BTreeMap<String, Layer>,
}

/// A weight and what is added after it.
pub(super) type Layer = (Constant, Option<Constant>);

impl Weights {
    /// Those of a network, none of them read yet.
    pub fn of<M: Module>(network: &M) -> Self {
        let mut names = Names::default();
        network.visit(&mut names);
        Self {
            names: names.names,
            layers: BTreeMap::new(),
        }
    }

    /// The name of the layer a parameter belongs to, `trunk.stem` for `trunk.stem.weight`; a
    /// convolution with a normalization has the name of both together.
    pub(super) fn layer<const D: usize>(&self, param: &Param<Tensor<D>>) -> &str {
        let name = self.name(param);
        let layer = name.rsplit_once('.').map_or(name, |(layer, _)| layer);
        layer.strip_suffix(".conv").unwrap_or(layer)
    }

    /// The name of a parameter, `trunk.stem.conv.weight`.
    pub(super) fn name<const D: usize>(&self, param: &Param<Tensor<D>>) -> &str {
        let name = self.names.get(&param.id.val());
        name.expect("the weights were made of the network that is recorded")
    }

    /// The constants of the layer of this name, made where they are not known yet: a weight and its
    /// shape, and a bias.
    pub(super) fn get(
        &mut self,
        layer: &str,
        make: impl FnOnce() -> (Vec<usize>, Vec<f32>, Option<Vec<f32>>),
    ) -> Layer {
        let known = self.layers.entry(layer.to_owned());
        let constants = known.or_insert_with(|| {
            let (shape, weight, bias) = make();
            let weight = Constant::new(&format!("{layer}.weight"), &shape, weight);
            let bias = bias.map(|b| Constant::new(&format!("{layer}.bias"), &[b.len()], b));
            (weight, bias)
        });
        constants.clone()
    }

    /// The table of this name, made where it is not known yet.
    pub(super) fn table(
        &mut self,
        name: &str,
        shape: [usize; 2],
        make: impl FnOnce() -> Vec<f32>,
    ) -> Constant {
        let known = self.layers.entry(name.to_owned());
        let (table, _) = known.or_insert_with(|| (Constant::new(name, &shape, make()), None));
        table.clone()
    }
}

/// The numbers of a tensor, row-major.
pub(super) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    let values = tensor.into_data().convert::<f32>().try_into_vec();
    values.expect("a float tensor converts to f32")
}

#[derive(Default)]
struct Names {
    path: PathStack,
    names: BTreeMap<u64, String>,
}

impl ModuleVisitor for Names {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.names.insert(param.id.val(), self.path.current().0);
    }
}
