//! The students of SEED (Fang et al., arXiv:2101.04731): the second table of its README.
//!
//! Its files lie behind signed links that its authors renew on the page, so only their names stand
//! here. Scores: README and abstract, and for ResNet-18 from a ResNet-50 of MoCo its repetition by
//! others. The figure belongs to the row whose teacher and length it was published for.

use crate::data::Preprocessing;
use crate::models::head::HeadForm;

use super::PublishedModel;
use super::Publisher;
use super::file;
use super::score;

pub(super) const PAGE: &str = "https://github.com/jacobswan1/SEED";

const SEED: Publisher = Publisher {
    label: "SEED",
    help: "Small students of large teachers, taught without labels on ImageNet.",
    page: PAGE,
    licence: "MIT",
};

const LINEAR: &str = "ImageNet, linear";

const RESNET18: PublishedModel = PublishedModel {
    id: "",
    label: "",
    help: "",
    publisher: &SEED,
    architecture: "resnet18",
    obstacle: None,
    head: HeadForm::AVERAGE,
    dimensions: 512,
    preprocessing: Preprocessing::imagenet(224),
    input: Some("shorter side 256 pixels, the middle 224 x 224 of it"),
    scores: &[],
    files: &[],
};
const EFFICIENTNET_B0: PublishedModel = PublishedModel {
    architecture: "efficientnet-b0-same",
    dimensions: 1280,
    ..RESNET18
};

/// Its borders are padded as they fall at 240 pixels, whatever the size of a picture.
const EFFICIENTNET_B1: PublishedModel = PublishedModel {
    architecture: "efficientnet-b1-same",
    preprocessing: Preprocessing::imagenet(240),
    ..EFFICIENTNET_B0
};

pub(super) const MODELS: &[PublishedModel] = &[
    PublishedModel {
        id: "seed-resnet18-moco",
        label: "SEED ResNet-18 from MoCo v2 ResNet-50",
        help: "Taught for 200 epochs.",
        scores: &[score(LINEAR, 57.6)],
        files: &[file(
            "torch",
            "resnet18_distill_resnet50-moco-v2-checkpoint_0199.pth.tar",
            None,
        )],
        ..RESNET18
    },
    PublishedModel {
        id: "seed-resnet18-swav-w2",
        label: "SEED ResNet-18 from SwAV ResNet-50 x2",
        help: "Taught for 400 epochs with small patches.",
        files: &[file(
            "torch",
            "AMP_SMALL_PATCH_400_resnet18_distill_resnet50w2-swav-checkpoint_0399.pth.tar",
            None,
        )],
        ..RESNET18
    },
    PublishedModel {
        id: "seed-mobilenetv3-moco",
        label: "SEED MobileNetV3-Large from MoCo v2 ResNet-50",
        help: "The smallest student of SEED, taught for 200 epochs.",
        architecture: "mobilenet-v3-large",
        obstacle: Some(
            "It weighs its channels before the activation, not after it as MobileNetV3 in Copylens does.",
        ),
        dimensions: 960,
        files: &[file(
            "torch",
            "mobilenetv3_large_distill-moco-v2-checkpoint_0199.pth.tar",
            None,
        )],
        ..RESNET18
    },
    PublishedModel {
        id: "seed-efficientnet-b0-swav-w4",
        label: "SEED EfficientNet-B0 from SwAV ResNet-50 x4",
        help: "Taught for 400 epochs with small patches.",
        files: &[file(
            "torch",
            "AMP_SMALL_PATCH_400_efficientnet_b0_distill_resnet50w4-swav-checkpoint_0399.pth.tar",
            None,
        )],
        ..EFFICIENTNET_B0
    },
    PublishedModel {
        id: "seed-efficientnet-b0-swav-w2",
        label: "SEED EfficientNet-B0 from SwAV ResNet-50 x2",
        help: "Taught for 800 epochs with small patches.",
        scores: &[score(LINEAR, 67.6)],
        files: &[file(
            "torch",
            "AMP_SMALL_PATCH_800_efficientnet_b0_distill_resnet50w2-swav-checkpoint_0799.pth.tar",
            None,
        )],
        ..EFFICIENTNET_B0
    },
    PublishedModel {
        id: "seed-efficientnet-b1-swav",
        label: "SEED EfficientNet-B1 from SwAV ResNet-50",
        help: "Taught for 200 epochs; the link on the page leads to the ResNet-18 from MoCo.",
        ..EFFICIENTNET_B1
    },
    PublishedModel {
        id: "seed-efficientnet-b1-resnet152",
        label: "SEED EfficientNet-B1 from ResNet-152",
        help: "Taught for 200 epochs; the page calls its teacher SwAV.",
        files: &[file(
            "torch",
            "AMP_200_efficientnet_b1_distill_resnet152-swav-checkpoint_0199.pth.tar",
            None,
        )],
        ..EFFICIENTNET_B1
    },
    PublishedModel {
        id: "seed-resnet50-swav-w4",
        label: "SEED ResNet-50 from SwAV ResNet-50 x4",
        help: "Taught for 400 epochs with small patches.",
        architecture: "resnet50",
        dimensions: 2048,
        scores: &[score(LINEAR, 74.3)],
        files: &[file(
            "torch",
            "AMP_SMALL_PATCH_400_resnet50_distill_resnet50w4-swav-checkpoint_0399.pth.tar",
            None,
        )],
        ..RESNET18
    },
];
