//! DINO (Caron et al., arXiv:2104.14294): four transformers and a ResNet-50.
//!
//! The descriptor of a transformer is the one of DINO's evaluation on Copydays: the class token and
//! the generalized mean of all patches. Scores and addresses: the README; on DISC21: SSCD's paper,
//! table 2 (ViT-B/16 at 224 pixels, 1,500 numbers after whitening).

use crate::data::Preprocessing;
use crate::models::head::HeadForm;

use super::PublishedFile;
use super::PublishedModel;
use super::Publisher;
use super::file;
use super::score;

const DINO: Publisher = Publisher {
    label: "DINO",
    help: "Taught without labels on ImageNet; sees well which parts belong together.",
    page: "https://github.com/facebookresearch/dino",
    licence: "Apache 2.0",
};

const NEIGHBORS: &str = "ImageNet, nearest neighbours";
const LINEAR: &str = "ImageNet, linear";

const VIT: PublishedModel = PublishedModel {
    id: "",
    label: "",
    help: "",
    publisher: &DINO,
    architecture: "vit-s16",
    obstacle: None,
    head: HeadForm::TOKEN_GEM,
    dimensions: 2 * 384,
    preprocessing: Preprocessing::imagenet(224),
    input: Some("resized with a bicubic filter"),
    scores: &[],
    files: &[],
};

/// The files of a model, whose folder has its name.
macro_rules! files {
    ($name:literal) => {
        &[
            file(
                "backbone",
                concat!($name, ".pth"),
                Some(concat!(
                    "https://dl.fbaipublicfiles.com/dino/",
                    $name,
                    "/",
                    $name,
                    ".pth"
                )),
            ),
            file(
                "full-checkpoint",
                concat!($name, "_full_checkpoint.pth"),
                Some(concat!(
                    "https://dl.fbaipublicfiles.com/dino/",
                    $name,
                    "/",
                    $name,
                    "_full_checkpoint.pth"
                )),
            ),
        ] as &[PublishedFile]
    };
}

pub(super) const MODELS: &[PublishedModel] = &[
    PublishedModel {
        id: "dino-vits16",
        label: "DINO ViT-S/16",
        help: "The small transformer of DINO, and the quickest.",
        scores: &[score(NEIGHBORS, 74.5), score(LINEAR, 77.0)],
        files: files!("dino_deitsmall16_pretrain"),
        ..VIT
    },
    PublishedModel {
        id: "dino-vits8",
        label: "DINO ViT-S/8",
        help: "The small transformer of DINO with finer patches: sees more, four times slower.",
        architecture: "vit-s8",
        scores: &[score(NEIGHBORS, 78.3), score(LINEAR, 79.7)],
        files: files!("dino_deitsmall8_pretrain"),
        ..VIT
    },
    PublishedModel {
        id: "dino-vitb16",
        label: "DINO ViT-B/16",
        help: "The larger transformer of DINO; the one that others compare with on DISC21.",
        architecture: "vit-b16",
        dimensions: 2 * 768,
        scores: &[
            score("DISC21 development set, micro-AP", 32.2),
            score(
                "DISC21 development set, micro-AP with score normalization",
                53.8,
            ),
            score(NEIGHBORS, 76.1),
            score(LINEAR, 78.2),
        ],
        files: files!("dino_vitbase16_pretrain"),
        ..VIT
    },
    PublishedModel {
        id: "dino-vitb8",
        label: "DINO ViT-B/8",
        help: "DINO's own choice for finding copies; very slow.",
        architecture: "vit-b8",
        dimensions: 2 * 768,
        preprocessing: Preprocessing::imagenet(320),
        scores: &[
            score("Copydays, strong edits, mAP", 85.8),
            score(NEIGHBORS, 77.4),
            score(LINEAR, 80.1),
        ],
        files: files!("dino_vitbase8_pretrain"),
        ..VIT
    },
    PublishedModel {
        id: "dino-resnet50",
        label: "DINO ResNet-50",
        help: "DINO with a convolutional network.",
        architecture: "resnet50",
        head: HeadForm::AVERAGE,
        dimensions: 2048,
        input: Some("shorter side 256 pixels, the middle 224 x 224 of it"),
        scores: &[score(NEIGHBORS, 67.5), score(LINEAR, 75.3)],
        files: files!("dino_resnet50_pretrain"),
        ..VIT
    },
];
