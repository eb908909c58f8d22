//! MoCo version 1 (He et al., arXiv:1911.05722) and 2 (Chen et al., arXiv:2003.04297).
//!
//! Scores, addresses and the first digits of the MD5 sums of the ResNet-50s: MoCo's README. The
//! others are teachers of SEED, which gives them out under signed links on its page.

use crate::data::Preprocessing;
use crate::models::head::HeadForm;

use super::Checksum;
use super::PublishedFile;
use super::PublishedModel;
use super::Publisher;
use super::file;
use super::score;
use super::seed;

const MOCO: Publisher = Publisher {
    label: "MoCo",
    help: "Taught without labels on ImageNet; a teacher of SEED.",
    page: "https://github.com/facebookresearch/moco",
    licence: "CC BY-NC 4.0",
};
const MOCO_BY_SEED: Publisher = Publisher {
    page: seed::PAGE,
    licence: "Not stated for these weights; MoCo's are CC BY-NC 4.0",
    ..MOCO
};

const LINEAR: &str = "ImageNet, linear";

const RESNET50: PublishedModel = PublishedModel {
    id: "",
    label: "",
    help: "",
    publisher: &MOCO,
    architecture: "resnet50",
    obstacle: None,
    head: HeadForm::AVERAGE,
    dimensions: 2048,
    preprocessing: Preprocessing::imagenet(224),
    input: Some("shorter side 256 pixels, the middle 224 x 224 of it"),
    scores: &[],
    files: &[],
};

/// A file with the first digits of its MD5 sum.
macro_rules! files {
    ($name:literal, $md5:literal) => {
        &[PublishedFile {
            checksum: Some(Checksum::Md5($md5)),
            ..file(
                "torch",
                concat!($name, "_pretrain.pth.tar"),
                Some(concat!(
                    "https://dl.fbaipublicfiles.com/moco/moco_checkpoints/",
                    $name,
                    "/",
                    $name,
                    "_pretrain.pth.tar"
                )),
            )
        }] as &[PublishedFile]
    };
}

pub(super) const MODELS: &[PublishedModel] = &[
    PublishedModel {
        id: "moco-v1-200",
        label: "MoCo v1, 200 epochs",
        help: "ResNet-50 of the first version.",
        scores: &[score(LINEAR, 60.6)],
        files: files!("moco_v1_200ep", "b251726a"),
        ..RESNET50
    },
    PublishedModel {
        id: "moco-v2-200",
        label: "MoCo v2, 200 epochs",
        help: "ResNet-50 of the second version.",
        scores: &[score(LINEAR, 67.7)],
        files: files!("moco_v2_200ep", "59fd9945"),
        ..RESNET50
    },
    PublishedModel {
        id: "moco-v2-800",
        label: "MoCo v2, 800 epochs",
        help: "ResNet-50 of the second version, taught longer.",
        scores: &[score(LINEAR, 71.1)],
        files: files!("moco_v2_800ep", "a04e12f8"),
        ..RESNET50
    },
    PublishedModel {
        id: "moco-v2-200-seed",
        label: "MoCo v2, 200 epochs, SEED's own",
        help: "ResNet-50 as the authors of SEED taught it again.",
        publisher: &MOCO_BY_SEED,
        files: &[file("torch", "jianfw_mocov2_ResNet50_epoch200.pth", None)],
        ..RESNET50
    },
    PublishedModel {
        id: "moco-v2-resnet101-200",
        label: "MoCo v2 ResNet-101, 200 epochs",
        help: "A deeper teacher of SEED.",
        publisher: &MOCO_BY_SEED,
        architecture: "resnet101",
        files: &[file(
            "torch",
            "res101-moco-v2-checkpoint_0199.pth.tar",
            None,
        )],
        ..RESNET50
    },
    PublishedModel {
        id: "moco-v2-resnet152-200",
        label: "MoCo v2 ResNet-152, 200 epochs",
        help: "The deepest teacher of SEED.",
        publisher: &MOCO_BY_SEED,
        architecture: "resnet152",
        files: &[file(
            "torch",
            "200-resnet152-moco-v2-checkpoint_0199.pth.tar",
            None,
        )],
        ..RESNET50
    },
    PublishedModel {
        id: "moco-v2-resnet152-800",
        label: "MoCo v2 ResNet-152, 800 epochs",
        help: "The deepest teacher of SEED, taught longer.",
        publisher: &MOCO_BY_SEED,
        architecture: "resnet152",
        files: &[file(
            "torch",
            "800-resnet152-moco-v2-checkpoint_0799.pth.tar",
            None,
        )],
        ..RESNET50
    },
];
