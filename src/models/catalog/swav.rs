//! SwAV (Caron et al., arXiv:2006.09882): the teachers that SEED learns from.
//!
//! Scores and addresses: SwAV's README.

use crate::data::Preprocessing;
use crate::models::head::HeadForm;

use super::PublishedFile;
use super::PublishedModel;
use super::Publisher;
use super::file;
use super::score;

const SWAV: Publisher = Publisher {
    label: "SwAV",
    help: "Taught without labels on ImageNet; the best teachers of SEED.",
    page: "https://github.com/facebookresearch/swav",
    licence: "CC BY-NC 4.0",
};

const LINEAR: &str = "ImageNet, linear";

const RESNET50: PublishedModel = PublishedModel {
    id: "",
    label: "",
    help: "",
    publisher: &SWAV,
    architecture: "resnet50",
    obstacle: None,
    head: HeadForm::AVERAGE,
    dimensions: 2048,
    preprocessing: Preprocessing::imagenet(224),
    input: Some("shorter side 256 pixels, the middle 224 x 224 of it"),
    scores: &[],
    files: &[],
};

macro_rules! files {
    ($name:literal) => {
        &[file(
            "torch",
            concat!($name, "_pretrain.pth.tar"),
            Some(concat!(
                "https://dl.fbaipublicfiles.com/deepcluster/",
                $name,
                "_pretrain.pth.tar"
            )),
        )] as &[PublishedFile]
    };
}

pub(super) const MODELS: &[PublishedModel] = &[
    PublishedModel {
        id: "swav-800",
        label: "SwAV, 800 epochs",
        help: "The best ResNet-50 of SwAV.",
        scores: &[score(LINEAR, 75.3)],
        files: files!("swav_800ep"),
        ..RESNET50
    },
    PublishedModel {
        id: "swav-400",
        label: "SwAV, 400 epochs",
        help: "ResNet-50, taught for half as long.",
        scores: &[score(LINEAR, 74.6)],
        files: files!("swav_400ep"),
        ..RESNET50
    },
    PublishedModel {
        id: "swav-w2-400",
        label: "SwAV ResNet-50 x2, 400 epochs",
        help: "Twice as wide, a teacher; needs a graphics card.",
        architecture: "resnet50-wide2",
        dimensions: 2 * 2048,
        scores: &[score(LINEAR, 77.3)],
        files: files!("swav_RN50w2_400ep"),
        ..RESNET50
    },
    PublishedModel {
        id: "swav-w4-400",
        label: "SwAV ResNet-50 x4, 400 epochs",
        help: "Four times as wide, a teacher; needs a large graphics card.",
        architecture: "resnet50-wide4",
        dimensions: 4 * 2048,
        scores: &[score(LINEAR, 77.9)],
        files: files!("swav_RN50w4_400ep"),
        ..RESNET50
    },
    PublishedModel {
        id: "swav-w5-400",
        label: "SwAV ResNet-50 x5, 400 epochs",
        help: "Five times as wide, a teacher; needs a large graphics card.",
        architecture: "resnet50-wide5",
        dimensions: 5 * 2048,
        scores: &[score(LINEAR, 78.5)],
        files: files!("swav_RN50w5_400ep"),
        ..RESNET50
    },
];
