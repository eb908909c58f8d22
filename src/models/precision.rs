//! Networks in half precision, with weights and everything delicate in f32.
//!
//! What PyTorch's `autocast` does: convolutions and products in half precision, normalizations and
//! the softmax of attention in f32. Pooling and head stay in f32 as well, for a sum of third powers
//! leaves the range of f16.

use burn::module::Module;
use burn::module::ModuleMapper;
use burn::module::Param;
use burn::tensor::DType;
use burn::tensor::FloatDType;
use burn::tensor::Tensor;

/// `layer` in f32, whatever the precision of `x`; the result has the precision of `x`.
pub(super) fn in_f32<const D: usize>(
    x: Tensor<D>,
    layer: impl FnOnce(Tensor<D>) -> Tensor<D>,
) -> Tensor<D> {
    let dtype = x.dtype();
    if dtype == DType::F32 {
        return layer(x);
    }
    layer(x.cast(FloatDType::F32)).cast(FloatDType::from(dtype))
}

/// The same module with the weights of its layers in another precision; those of normalizations
/// stay as they are.
///
/// Gradients flow through the conversion: they arrive at the weights that were given, in f32.
pub(super) fn cast_weights<M: Module>(module: M, dtype: FloatDType) -> M {
    module.map(&mut CastWeights {
        dtype,
        containers: Vec::new(),
    })
}

struct CastWeights {
    dtype: FloatDType,
    /// Whether each open field belongs to a normalization.
    containers: Vec<bool>,
}

impl ModuleMapper for CastWeights {
    fn enter_module(&mut self, _name: &str, container: &str) {
        let is_norm = matches!(container, "Struct:BatchNorm" | "Struct:LayerNorm");
        self.containers.push(is_norm);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.containers.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.containers.last() == Some(&true) {
            return param;
        }
        let (id, tensor, mapper) = param.consume();
        Param::from_mapped_value(id, tensor.cast(self.dtype), mapper)
    }
}

#[cfg(test)]
mod tests {
    use burn::module::Flag;
    use burn::tensor::Device;
    use burn::tensor::TensorData;

    use super::super::network::HeadConfig;
    use super::super::network::Network;
    use super::super::trunk::architecture;
    use super::*;

    fn step(network: &Network, x_bchw: &Tensor<4>) -> (Vec<f32>, Vec<f32>) {
        let x_bchw = x_bchw.clone().detach().require_grad();
        let rows_bd = network.forward(x_bchw.clone()).descriptor_bd;
        assert_eq!(rows_bd.dtype(), DType::F32);
        let gradients = rows_bd.clone().narrow(1, 0, 2).sum().backward();
        let gradient = x_bchw.grad(&gradients).unwrap().into_data();
        let rows = rows_bd.into_data();
        [rows, gradient]
            .map(|data| data.convert::<f32>().try_into_vec().unwrap())
            .into()
    }

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    }

    /// Two runs would leave out other numbers.
    #[derive(Default)]
    struct NoDropout {
        containers: Vec<bool>,
    }

    impl ModuleMapper for NoDropout {
        fn enter_module(&mut self, _name: &str, container: &str) {
            self.containers.push(container == "Struct:Dropout");
        }

        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.containers.pop();
        }

        fn map_flag(&mut self, flag: Param<Flag>) -> Param<Flag> {
            match self.containers.last() {
                Some(true) => flag.with_value(false),
                Some(false) | None => flag,
            }
        }
    }

    /// Cosine distances to f32, several times those of PyTorch 2.15's autocast on two of these
    /// networks and these pictures (rows 0.017 and 0.0003, gradients of pixels 0.22 and 0.018): the
    /// weights are other ones whenever another test draws at the same time.
    const LIMITS: [(FloatDType, [f32; 2]); 2] = [
        (FloatDType::BF16, [0.1, 0.8]),
        (FloatDType::F16, [0.005, 0.2]),
    ];

    #[test]
    fn every_kind_of_student_in_half_precision_is_close_to_f32() {
        let device = Device::flex().autodiff();
        for id in ["mobilenet-v3-large", "resnet18", "vit-ti16", "mobilevit-xs"] {
            device.seed(3);
            let spec = architecture(id).unwrap();
            let head = HeadConfig {
                form: spec.head,
                dimensions: 16,
                large: None,
            };
            let network = Network::new(spec, head, &device).map(&mut NoDropout::default());
            let values = (0..2 * 3 * 64 * 64).map(|i| ((i * 37 % 101) as f32 - 50.0) / 50.0);
            let data = TensorData::new(values.collect::<Vec<f32>>(), [2, 3, 64, 64]);
            let x_bchw = Tensor::<4>::from_data(data, &device);
            let whole = step(&network, &x_bchw);
            for (dtype, [row_limit, gradient_limit]) in LIMITS {
                let half = step(&network.clone().in_precision(dtype), &x_bchw);
                let [rows, gradient] =
                    [cosine(&whole.0, &half.0), cosine(&whole.1, &half.1)].map(|c| 1.0 - c);
                assert!(half.0 != whole.0, "{id} in {dtype:?}: nothing was rounded");
                assert!(rows < row_limit, "{id} in {dtype:?}: rows {rows}");
                assert!(
                    gradient < gradient_limit,
                    "{id} in {dtype:?}: gradient {gradient}"
                );
            }
        }
    }

    #[test]
    fn gradients_arrive_at_the_weights_in_f32() {
        let device = Device::flex().autodiff();
        let layer = burn::nn::LinearConfig::new(2, 1).init(&device);
        let half = cast_weights(layer.clone(), FloatDType::BF16);
        let x = Tensor::<2>::from_data([[1.0, 2.0]], &device);
        let gradients = half.forward(x.cast(FloatDType::BF16)).sum().backward();
        let gradient = layer.weight.val().grad(&gradients).unwrap();
        assert_eq!(gradient.dtype(), DType::F32);
        let values: Vec<f32> = gradient.into_data().try_into_vec().unwrap();
        assert_eq!(values, [1.0, 2.0]);
    }
}
