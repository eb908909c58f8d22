//! Pieces that several networks are built of.
//!
//! Shape suffixes: `b` batch, `c` channels, `h` height, `w` width, `d` descriptor.

use burn::module::Module;
use burn::nn::BatchNorm;
use burn::nn::BatchNormConfig;
use burn::nn::Initializer;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2d;
use burn::nn::conv::Conv2dConfig;
use burn::tensor::Device;
use burn::tensor::Tensor;

use super::precision::in_f32;

/// Below this value a feature counts as absent in [`gem`] (SSCD, section 4.1).
pub(super) const GEM_EPSILON: f32 = 1e-6;
/// Below this norm a vector is left as it is by [`l2_normalize`].
pub(super) const NORM_EPSILON: f32 = 1e-12;

/// A convolution without bias, and its batch normalisation.
#[derive(Module, Debug)]
pub struct ConvNorm {
    pub conv: Conv2d,
    pub norm: BatchNorm,
}

/// Zeros around a map before a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// `(kernel - 1) / 2` on every side (PyTorch's habit).
    Even,
    /// So many that the result has `ceil(size / stride)` cells; an odd one goes to the bottom and
    /// the right (TensorFlow's `SAME`).
    Same,
    None,
}

/// Size, stride and padding of a convolution.
#[derive(Clone, Copy, Debug)]
pub struct ConvShape {
    pub channels: [usize; 2],
    pub kernel: usize,
    pub stride: usize,
    pub groups: usize,
    pub padding: Padding,
}

impl ConvShape {
    pub fn new(channels: [usize; 2], kernel: usize, stride: usize) -> Self {
        Self {
            channels,
            kernel,
            stride,
            groups: 1,
            padding: Padding::Even,
        }
    }

    /// One filter per channel.
    pub fn depthwise(channels: usize, kernel: usize, stride: usize) -> Self {
        Self::new([channels, channels], kernel, stride).grouped(channels)
    }

    pub fn grouped(self, groups: usize) -> Self {
        Self { groups, ..self }
    }

    pub fn padded(self, padding: Padding) -> Self {
        Self { padding, ..self }
    }

    fn padding_config(self) -> PaddingConfig2d {
        let side = (self.kernel - 1) / 2;
        match self.padding {
            Padding::Even => PaddingConfig2d::Explicit(side, side, side, side),
            Padding::Same => PaddingConfig2d::Same,
            Padding::None => PaddingConfig2d::Valid,
        }
    }
}

/// A convolution initialised like torchvision's (`kaiming_normal_`, fan out, ReLU gain; zero bias).
pub fn conv(shape: ConvShape, bias: bool, device: &Device) -> Conv2d {
    let mut layer = Conv2dConfig::new(shape.channels, [shape.kernel; 2])
        .with_stride([shape.stride; 2])
        .with_groups(shape.groups)
        .with_padding(shape.padding_config())
        .with_bias(false)
        .with_initializer(Initializer::KaimingNormal {
            gain: std::f64::consts::SQRT_2,
            fan_out_only: true,
        })
        .init(device);
    layer.bias = bias.then(|| Initializer::Zeros.init([shape.channels[1]], device));
    layer
}

impl ConvNorm {
    /// `epsilon` and `momentum` are those of the normalisation, in PyTorch's meaning.
    pub fn new(shape: ConvShape, epsilon: f64, momentum: f64, device: &Device) -> Self {
        let norm = BatchNormConfig::new(shape.channels[1])
            .with_epsilon(epsilon)
            .with_momentum(momentum);
        Self {
            conv: conv(shape, false, device),
            norm: norm.init(device),
        }
    }

    pub fn forward(&self, x_bchw: Tensor<4>) -> Tensor<4> {
        let conv = &self.conv;
        let is_pointwise = conv.kernel_size == [1, 1] && conv.stride == [1, 1] && conv.groups == 1;
        let y_bchw = if is_pointwise && x_bchw.device().is_autodiff() {
            pointwise(x_bchw, self.conv.weight.val())
        } else {
            self.conv.forward(x_bchw)
        };
        in_f32(y_bchw, |y_bchw| self.norm.forward(y_bchw))
    }
}

/// Maps at least this large are multiplied picture by picture, smaller ones all at once.
const LARGE_MAP: usize = 256;

/// A 1x1 convolution as a matrix product, for training: its backward pass is two more products,
/// 2 to 3 times as fast on a processor as that of a convolution (64 pictures, MobileNetV2's shapes).
fn pointwise(x_bchw: Tensor<4>, weight_oc11: Tensor<4>) -> Tensor<4> {
    let [b, c, h, w] = x_bchw.dims();
    let [o, ..] = weight_oc11.dims();
    let weight_oc = weight_oc11.reshape([o, c]);
    let x_bcn = x_bchw.reshape([b, c, h * w]);
    if h * w >= LARGE_MAP {
        let y_bon = weight_oc.unsqueeze::<3>().matmul(x_bcn);
        return y_bon.reshape([b, o, h, w]);
    }
    let x_cn = x_bcn.swap_dims(0, 1).reshape([c, b * h * w]);
    let y_obn = weight_oc.matmul(x_cn).reshape([o, b, h * w]);
    y_obn.swap_dims(0, 1).reshape([b, o, h, w])
}

/// `x * clamp(x + 3, 0, 6) / 6`, in operations that are cheap on every device.
pub fn hard_swish<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.clone() * hard_sigmoid(x)
}

/// `clamp(x + 3, 0, 6) / 6`.
pub fn hard_sigmoid<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    (x + 3.0).clamp(0.0, 6.0) / 6.0
}

/// `min(max(x, 0), 6)`.
pub fn relu6<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.clamp(0.0, 6.0)
}

/// Generalised-mean pooling with p = 3 over the whole map: `[b, c, h, w]` to `[b, c]`.
///
/// `(mean of max(x, 1e-6)^3)^(1/3)`, Radenović et al., arXiv:1711.02512; SSCD section 4.1.
pub fn gem(x_bchw: Tensor<4>) -> Tensor<2> {
    generalized_mean(x_bchw, 3)
}

/// [`gem`] with another p.
pub fn generalized_mean(x_bchw: Tensor<4>, power: u8) -> Tensor<2> {
    let [b, c, h, w] = x_bchw.dims();
    let x_bcn = x_bchw.reshape([b, c, h * w]).clamp_min(GEM_EPSILON);
    let raised = (1..power).fold(x_bcn.clone(), |raised, _| raised * x_bcn.clone());
    let mean_bc = raised.mean_dim(2).reshape([b, c]);
    if power == 1 {
        return mean_bc;
    }
    mean_bc.powf_scalar(1.0 / f32::from(power))
}

/// Rows of length 1: `x / max(|x|, 1e-12)`.
pub fn l2_normalize(x_bd: Tensor<2>) -> Tensor<2> {
    // The guard comes before the root: its slope at zero would be infinite.
    let squared_b1 = (x_bd.clone() * x_bd.clone()).sum_dim(1);
    x_bd / squared_b1.clamp_min(NORM_EPSILON * NORM_EPSILON).sqrt()
}

#[cfg(test)]
mod tests {
    use burn::tensor::Distribution;
    use burn::tensor::Tolerance;

    use super::*;

    #[test]
    fn a_pointwise_product_is_the_convolution() {
        let device = Device::flex();
        device.seed(1);
        for side in [4, 20] {
            let x = Tensor::random([3, 5, side, side], Distribution::Default, &device);
            let layer = conv(ConvShape::new([5, 7], 1, 1), false, &device);
            let expected = layer.forward(x.clone()).into_data();
            pointwise(x, layer.weight.val())
                .into_data()
                .assert_approx_eq::<f32>(&expected, Tolerance::default());
        }
    }

    #[test]
    fn pooling_and_norm_follow_their_formulas() {
        // GeM of 1 and 2 with p = 3: ((1 + 8) / 2)^(1/3) = 1.65096; rows of 3 and 4 have norm 5.
        let device = Device::flex();
        let x = Tensor::<4>::from_data([[[[1.0, 2.0]]]], &device);
        let pooled = gem(x.clone()).into_scalar::<f32>();
        assert!((pooled - 1.650_96).abs() < 1e-4, "{pooled}");
        // ((1 + 16) / 2)^(1/4) = 1.70748 with p = 4, 1.5 with p = 1.
        let pooled = generalized_mean(x.clone(), 4).into_scalar::<f32>();
        assert!((pooled - 1.707_48).abs() < 1e-4, "{pooled}");
        let pooled = generalized_mean(x, 1).into_scalar::<f32>();
        assert!((pooled - 1.5).abs() < 1e-6);
        let row = Tensor::<2>::from_data([[3.0, 4.0], [0.0, 0.0]], &device);
        let expected = burn::tensor::TensorData::from([[0.6, 0.8], [0.0, 0.0]]);
        l2_normalize(row)
            .into_data()
            .assert_approx_eq::<f32>(&expected, Tolerance::default());
    }
}
