//! Every network Copylens knows, behind one type.

use burn::module::Module;
use burn::tensor::Device;
use burn::tensor::Tensor;

use super::efficientnet;
use super::efficientnet::EfficientNet;
use super::efficientnet::EfficientNetConfig;
use super::fastvit;
use super::fastvit::FastVit;
use super::graph::Builder;
use super::graph::MapNodes;
use super::graph::NodeId;
use super::head::HeadForm;
use super::head::HeadLayers;
use super::mobilenet_v2;
use super::mobilenet_v2::MobileNetV2;
use super::mobilenet_v3;
use super::mobilenet_v3::MobileNetV3;
use super::mobilevit;
use super::mobilevit::MobileVit;
use super::mobilevit::MobileVitConfig;
use super::resnet;
use super::resnet::ResNet;
use super::resnet::ResNetConfig;
use super::squeezenet;
use super::squeezenet::SqueezeNet;
use super::vit;
use super::vit::VisionTransformer;

/// What a trunk sees in a batch of pictures, `[b, c, h, w]` each.
#[derive(Clone, Debug)]
pub struct Maps {
    /// A map with a cell per 16 pixels or so: used to show which parts match.
    pub fine: Tensor<4>,
    /// The last map, pooled into the descriptor: a cell per 32 pixels in a convolutional network,
    /// one per patch in a transformer, there the same map as `fine`.
    pub deep: Tensor<4>,
    /// The class token of a transformer, `[b, c]`.
    pub token_bc: Option<Tensor<2>>,
}

/// A network without pooling and head.
#[allow(
    clippy::large_enum_variant,
    reason = "there are one or two at a time, and a module cannot be boxed"
)]
#[derive(Module, Debug)]
pub enum Trunk {
    ResNet(ResNet),
    MobileNetV3(MobileNetV3),
    MobileNetV2(MobileNetV2),
    SqueezeNet(SqueezeNet),
    EfficientNet(EfficientNet),
    FastVit(FastVit),
    MobileVit(MobileVit),
    VisionTransformer(VisionTransformer),
}

impl Trunk {
    pub fn forward(&self, x_bchw: Tensor<4>) -> Maps {
        match self {
            Self::ResNet(trunk) => trunk.forward(x_bchw),
            Self::MobileNetV3(trunk) => trunk.forward(x_bchw),
            Self::MobileNetV2(trunk) => trunk.forward(x_bchw),
            Self::SqueezeNet(trunk) => trunk.forward(x_bchw),
            Self::EfficientNet(trunk) => trunk.forward(x_bchw),
            Self::FastVit(trunk) => trunk.forward(x_bchw),
            Self::MobileVit(trunk) => trunk.forward(x_bchw),
            Self::VisionTransformer(trunk) => trunk.forward(x_bchw),
        }
    }

    /// What its batch normalizations add to a variance, where each of them follows a convolution.
    pub fn norm_epsilon(&self) -> Option<f64> {
        match self {
            Self::ResNet(trunk) => Some(trunk.norm_epsilon()),
            Self::MobileNetV3(trunk) => Some(trunk.norm_epsilon()),
            Self::MobileNetV2(trunk) => Some(trunk.norm_epsilon()),
            Self::EfficientNet(trunk) => Some(trunk.norm_epsilon()),
            Self::MobileVit(trunk) => Some(trunk.norm_epsilon()),
            Self::SqueezeNet(_) | Self::FastVit(_) | Self::VisionTransformer(_) => None,
        }
    }

    /// What [`Self::forward`] does in evaluation, as a graph.
    pub fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> MapNodes {
        match self {
            Self::ResNet(trunk) => trunk.record(x, builder),
            Self::MobileNetV3(trunk) => trunk.record(x, builder),
            Self::MobileNetV2(trunk) => trunk.record(x, builder),
            Self::SqueezeNet(trunk) => trunk.record(x, builder),
            Self::EfficientNet(trunk) => trunk.record(x, builder),
            Self::FastVit(trunk) => trunk.record(x, builder),
            Self::MobileVit(trunk) => trunk.record(x, builder),
            Self::VisionTransformer(trunk) => trunk.record(x, builder),
        }
    }

    /// The same trunk whose stem and first blocks do not learn, running statistics included.
    ///
    /// What starts from trained weights keeps its first, general layers; they are also the dearest
    /// ones to train.
    pub fn freeze_first(self, n_blocks: usize) -> Self {
        match self {
            Self::ResNet(trunk) => Self::ResNet(trunk.freeze_first(n_blocks)),
            Self::MobileNetV3(trunk) => Self::MobileNetV3(trunk.freeze_first(n_blocks)),
            Self::MobileNetV2(trunk) => Self::MobileNetV2(trunk.freeze_first(n_blocks)),
            Self::SqueezeNet(trunk) => Self::SqueezeNet(trunk.freeze_first(n_blocks)),
            Self::EfficientNet(trunk) => Self::EfficientNet(trunk.freeze_first(n_blocks)),
            Self::FastVit(trunk) => Self::FastVit(trunk.freeze_first(n_blocks)),
            Self::MobileVit(trunk) => Self::MobileVit(trunk.freeze_first(n_blocks)),
            Self::VisionTransformer(trunk) => Self::VisionTransformer(trunk.freeze_first(n_blocks)),
        }
    }
}

/// Freezes the first blocks of a list.
pub(super) fn freeze_blocks<M: Module>(blocks: Vec<M>, n_blocks: usize) -> Vec<M> {
    let freeze = |(index, block): (usize, M)| {
        if index < n_blocks {
            block.freeze()
        } else {
            block
        }
    };
    blocks.into_iter().enumerate().map(freeze).collect()
}

/// One row of [`ARCHITECTURES`].
pub struct ArchitectureSpec {
    /// The name inside model files. Never renamed or reused.
    pub id: &'static str,
    pub label: &'static str,
    /// One sentence for someone who has never read a paper.
    pub help: &'static str,
    /// Parameters of the trunk, running statistics not counted.
    pub parameters: usize,
    /// Channels of the last map.
    pub channels: usize,
    /// Width of a hidden layer in the head, where the architecture has one.
    pub hidden: Option<usize>,
    /// Both sides of a picture are multiples of this: the patch of a transformer, else 1.
    pub multiple: u32,
    /// Head of a new student.
    pub head: HeadForm,
    pub build: fn(&Device) -> Trunk,
    /// Names of its parameters in the files of its origin.
    pub original_key: fn(&str) -> String,
}

/// Every network, by family.
pub const ARCHITECTURES: &[ArchitectureSpec] = &[
    ArchitectureSpec {
        id: "squeezenet",
        label: "SqueezeNet 1.1",
        help: "The smallest of all and quick; finds plain copies, less of what was changed much.",
        parameters: 722_496,
        channels: squeezenet::CHANNELS,
        hidden: None,
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::SqueezeNet(SqueezeNet::new(device)),
        original_key: squeezenet::keys::torch_key,
    },
    ArchitectureSpec {
        id: "mobilevit-xs",
        label: "MobileViT-XS",
        help: "Very small, looks at distant parts together; slower than its size says.",
        parameters: 1_932_848,
        channels: MobileVitConfig::XS.last,
        hidden: None,
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::MobileVit(MobileVit::new(MobileVitConfig::XS, device)),
        original_key: mobilevit::keys::timm_key,
    },
    ArchitectureSpec {
        id: "mobilenet-v2",
        label: "MobileNetV2",
        help: "Small and quick, the network of the model that comes with Copylens.",
        parameters: 2_224_960,
        channels: mobilenet_v2::CHANNELS,
        hidden: None,
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::MobileNetV2(MobileNetV2::new(device)),
        original_key: mobilenet_v2::keys::gluon_key,
    },
    ArchitectureSpec {
        id: "mobilenet-v3-large",
        label: "MobileNetV3-Large",
        help: "Small and the quickest on a processor without a graphics card.",
        parameters: 2_971_952,
        channels: mobilenet_v3::CHANNELS,
        hidden: Some(mobilenet_v3::HIDDEN),
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::MobileNetV3(MobileNetV3::new(device)),
        original_key: mobilenet_v3::keys::torch_key,
    },
    ArchitectureSpec {
        id: "efficientnet-b0",
        label: "EfficientNet-B0",
        help: "Small and accurate for its size, but slow to train without a graphics card.",
        parameters: 4_007_548,
        channels: EfficientNetConfig::B0.channels(),
        hidden: None,
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::EfficientNet(EfficientNet::new(&EfficientNetConfig::B0, device)),
        original_key: efficientnet::keys::torch_key,
    },
    ArchitectureSpec {
        id: "mobilevit-s",
        label: "MobileViT-S",
        help: "Small, looks at distant parts together; slower than its size says.",
        parameters: 4_937_632,
        channels: MobileVitConfig::S.last,
        hidden: None,
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::MobileVit(MobileVit::new(MobileVitConfig::S, device)),
        original_key: mobilevit::keys::timm_key,
    },
    ArchitectureSpec {
        id: "efficientnet-b1",
        label: "EfficientNet-B1",
        help: "A deeper EfficientNet-B0: a little more accurate and a little slower.",
        parameters: 6_513_184,
        channels: EfficientNetConfig::B1.channels(),
        hidden: None,
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::EfficientNet(EfficientNet::new(&EfficientNetConfig::B1, device)),
        original_key: efficientnet::keys::torch_key,
    },
    ArchitectureSpec {
        id: "efficientnet-b0-same",
        label: "EfficientNet-B0 of TensorFlow",
        help: "EfficientNet-B0 with the borders of TensorFlow, such as SEED's students.",
        parameters: 4_007_548,
        channels: EfficientNetConfig::B0_SAME.channels(),
        hidden: None,
        multiple: 1,
        head: HeadForm::AVERAGE,
        build: |device| {
            Trunk::EfficientNet(EfficientNet::new(&EfficientNetConfig::B0_SAME, device))
        },
        original_key: |ours| efficientnet::keys::counted_key(ours, &EfficientNetConfig::B0_SAME),
    },
    ArchitectureSpec {
        id: "efficientnet-b1-same",
        label: "EfficientNet-B1 of TensorFlow",
        help: "EfficientNet-B1 with the borders of TensorFlow, such as SEED's students.",
        parameters: 6_513_184,
        channels: EfficientNetConfig::B1_SAME.channels(),
        hidden: None,
        multiple: 1,
        head: HeadForm::AVERAGE,
        build: |device| {
            Trunk::EfficientNet(EfficientNet::new(&EfficientNetConfig::B1_SAME, device))
        },
        original_key: |ours| efficientnet::keys::counted_key(ours, &EfficientNetConfig::B1_SAME),
    },
    ArchitectureSpec {
        id: "fastvit-t12",
        label: "FastViT-T12",
        help: "Small and accurate for its size; slow to train without a graphics card.",
        parameters: 6_528_704,
        channels: fastvit::CHANNELS,
        hidden: None,
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::FastVit(FastVit::new(device)),
        original_key: fastvit::keys::timm_key,
    },
    ArchitectureSpec {
        id: "resnet18",
        label: "ResNet-18",
        help: "Medium size, simple and robust.",
        parameters: 11_176_512,
        channels: ResNetConfig::RESNET18.channels(),
        hidden: None,
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::ResNet(ResNet::new(ResNetConfig::RESNET18, device)),
        original_key: resnet::keys::torch_key,
    },
    ArchitectureSpec {
        id: "resnet34",
        label: "ResNet-34",
        help: "Medium size, deeper and more accurate than ResNet-18.",
        parameters: 21_284_672,
        channels: ResNetConfig::RESNET34.channels(),
        hidden: None,
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::ResNet(ResNet::new(ResNetConfig::RESNET34, device)),
        original_key: resnet::keys::torch_key,
    },
    ArchitectureSpec {
        id: "resnet50",
        label: "ResNet-50",
        help: "Large and accurate, a good teacher; slow without a graphics card.",
        parameters: 23_508_032,
        channels: ResNetConfig::RESNET50.channels(),
        hidden: None,
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::ResNet(ResNet::new(ResNetConfig::RESNET50, device)),
        original_key: resnet::keys::torch_key,
    },
    ArchitectureSpec {
        id: "resnext101-32x4d",
        label: "ResNeXt-101 32x4d",
        help: "Very large, the largest network of SSCD; needs a graphics card.",
        parameters: 42_128_704,
        channels: ResNetConfig::RESNEXT101_32X4D.channels(),
        hidden: None,
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::ResNet(ResNet::new(ResNetConfig::RESNEXT101_32X4D, device)),
        original_key: resnet::keys::torch_key,
    },
    ArchitectureSpec {
        id: "resnet101",
        label: "ResNet-101",
        help: "Very large, a teacher; needs a graphics card.",
        parameters: 42_500_160,
        channels: ResNetConfig::RESNET101.channels(),
        hidden: None,
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::ResNet(ResNet::new(ResNetConfig::RESNET101, device)),
        original_key: resnet::keys::torch_key,
    },
    ArchitectureSpec {
        id: "efficientnetv2-m",
        label: "EfficientNetV2-M",
        help: "Very large, won a contest for finding copies in 2021; needs a graphics card.",
        parameters: 52_200_436,
        channels: EfficientNetConfig::V2_M.channels(),
        hidden: None,
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::EfficientNet(EfficientNet::new(&EfficientNetConfig::V2_M, device)),
        original_key: efficientnet::keys::timm_key,
    },
    ArchitectureSpec {
        id: "resnet152",
        label: "ResNet-152",
        help: "Very large and very deep, a teacher; needs a graphics card.",
        parameters: 58_143_808,
        channels: ResNetConfig::RESNET152.channels(),
        hidden: None,
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::ResNet(ResNet::new(ResNetConfig::RESNET152, device)),
        original_key: resnet::keys::torch_key,
    },
    ArchitectureSpec {
        id: "resnet50-wide2",
        label: "ResNet-50 x2",
        help: "ResNet-50 with twice the channels, a teacher; needs a graphics card.",
        parameters: 93_907_072,
        channels: ResNetConfig::RESNET50_WIDE2.channels(),
        hidden: None,
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::ResNet(ResNet::new(ResNetConfig::RESNET50_WIDE2, device)),
        original_key: resnet::keys::torch_key,
    },
    ArchitectureSpec {
        id: "resnet50-wide4",
        label: "ResNet-50 x4",
        help: "ResNet-50 with four times the channels, a teacher; needs a large graphics card.",
        parameters: 375_378_176,
        channels: ResNetConfig::RESNET50_WIDE4.channels(),
        hidden: None,
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::ResNet(ResNet::new(ResNetConfig::RESNET50_WIDE4, device)),
        original_key: resnet::keys::torch_key,
    },
    ArchitectureSpec {
        id: "resnet50-wide5",
        label: "ResNet-50 x5",
        help: "ResNet-50 with five times the channels, a teacher; needs a large graphics card.",
        parameters: 586_450_240,
        channels: ResNetConfig::RESNET50_WIDE5.channels(),
        hidden: None,
        multiple: 1,
        head: HeadForm::GEM_LINEAR,
        build: |device| Trunk::ResNet(ResNet::new(ResNetConfig::RESNET50_WIDE5, device)),
        original_key: resnet::keys::torch_key,
    },
    vit::rows::VIT_TI16,
    vit::rows::VIT_S16,
    vit::rows::VIT_S16_STUDENT,
    vit::rows::VIT_S8,
    vit::rows::DINOV2_S14,
    vit::rows::DINOV2_S14_REG,
    vit::rows::VIT_B16,
    vit::rows::VIT_B8,
    vit::rows::DINOV2_B14,
    vit::rows::DINOV2_B14_REG,
    vit::rows::DINOV2_L14,
    vit::rows::DINOV2_L14_REG,
    vit::rows::DINOV2_G14,
    vit::rows::DINOV2_G14_REG,
];

/// Networks up to this many parameters are offered as students; larger ones only teach.
const MAX_STUDENT_PARAMETERS: usize = 30_000_000;
/// Sides of training views are multiples of this, so a patch has to divide it.
const VIEW_MULTIPLE: u32 = 32;

/// What can be taught on one computer, smallest first.
pub fn students() -> Vec<&'static ArchitectureSpec> {
    // Without layers behind the pooling a network cannot have as many numbers as a recipe asks for.
    let is_student = |spec: &&ArchitectureSpec| {
        spec.parameters <= MAX_STUDENT_PARAMETERS
            && VIEW_MULTIPLE.is_multiple_of(spec.multiple)
            && spec.head.layers != HeadLayers::Nothing
    };
    let mut students: Vec<_> = ARCHITECTURES.iter().filter(is_student).collect();
    students.sort_by_key(|spec| spec.parameters);
    students
}

/// The row with this id.
pub fn architecture(id: &str) -> Option<&'static ArchitectureSpec> {
    ARCHITECTURES.iter().find(|spec| spec.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::models::state::read_shapes;

    use super::*;

    #[test]
    fn ids_are_unique_and_help_is_a_sentence() {
        let mut seen = BTreeSet::new();
        for spec in ARCHITECTURES {
            assert!(seen.insert(spec.id), "{} twice", spec.id);
            assert!(spec.help.ends_with('.'), "{}", spec.id);
        }
    }

    #[test]
    fn parameter_counts_are_those_of_the_table() {
        let device = Device::flex();
        for spec in ARCHITECTURES {
            let trunk = (spec.build)(&device);
            let count: usize = read_shapes(&trunk)
                .iter()
                .filter(|(name, _)| !name.contains("running_"))
                .map(|(_, shape)| shape.iter().product::<usize>())
                .sum();
            assert_eq!(count, spec.parameters, "{}", spec.id);
        }
    }
}
