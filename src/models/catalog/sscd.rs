//! SSCD (Pizzi et al., arXiv:2202.10261): seven models, up to three formats each.
//!
//! Scores: tables 2 and 4 of the paper, DISC21 development set, 50,000 queries against 1,000,000
//! references, whitened, shorter side 288 pixels. Addresses: the table of the README.

use crate::data::Preprocessing;
use crate::models::head::HeadForm;

use super::PublishedFile;
use super::PublishedModel;
use super::Publisher;
use super::Score;
use super::file;
use super::score;

const SSCD: Publisher = Publisher {
    label: "SSCD",
    help: "Made for finding copies; the best teachers for it.",
    page: "https://github.com/facebookresearch/sscd-copy-detection",
    licence: "MIT",
};

/// RDCD evaluates its SSCD teachers with squares of this side (`skew_288`).
const SIZE: u32 = 288;

const RESNET50: PublishedModel = PublishedModel {
    id: "",
    label: "",
    help: "",
    publisher: &SSCD,
    architecture: "resnet50",
    obstacle: None,
    head: HeadForm::GEM_LINEAR,
    dimensions: 512,
    preprocessing: Preprocessing::imagenet(SIZE),
    input: Some("shorter side 288 pixels, aspect kept"),
    scores: &[],
    files: &[],
};

const fn scores(plain: f32, normalized: f32) -> [Score; 2] {
    [
        score("DISC21 development set, micro-AP", plain),
        score(
            "DISC21 development set, micro-AP with score normalization",
            normalized,
        ),
    ]
}

/// The files of a model, by the common part of their addresses.
macro_rules! files {
    ($name:literal, $($format:literal),+) => {
        &[$(file(
            $format,
            concat!($name, ".", $format, ".pt"),
            Some(concat!(
                "https://dl.fbaipublicfiles.com/sscd-copy-detection/",
                $name, ".", $format, ".pt"
            )),
        )),+] as &[PublishedFile]
    };
}

pub(super) const MODELS: &[PublishedModel] = &[
    PublishedModel {
        id: "sscd-disc-mixup",
        label: "SSCD disc mixup",
        help: "The model its authors recommend: taught on the pictures of DISC21 with mixed views.",
        scores: &scores(61.5, 72.5),
        files: files!("sscd_disc_mixup", "torchvision", "classy", "torchscript"),
        ..RESNET50
    },
    PublishedModel {
        id: "sscd-disc-large",
        label: "SSCD disc large",
        help: "The most accurate model of SSCD, about four times slower.",
        architecture: "resnext101-32x4d",
        dimensions: 1024,
        scores: &scores(63.7, 75.3),
        files: files!("sscd_disc_large", "classy", "torchscript"),
        ..RESNET50
    },
    PublishedModel {
        id: "sscd-disc-advanced",
        label: "SSCD disc advanced",
        help: "Taught on the pictures of DISC21 with all edits, but without mixed views.",
        scores: &scores(60.4, 71.1),
        files: files!("sscd_disc_advanced", "torchvision", "classy", "torchscript"),
        ..RESNET50
    },
    PublishedModel {
        id: "sscd-disc-blur",
        label: "SSCD disc blur",
        help: "Taught on the pictures of DISC21 with simple edits and strong blur.",
        scores: &scores(54.8, 63.6),
        files: files!("sscd_disc_blur", "torchvision", "classy", "torchscript"),
        ..RESNET50
    },
    PublishedModel {
        id: "sscd-imagenet-mixup",
        label: "SSCD imagenet mixup",
        help: "Taught on ImageNet with all edits and mixed views.",
        scores: &scores(56.8, 72.2),
        files: files!(
            "sscd_imagenet_mixup",
            "torchvision",
            "classy",
            "torchscript"
        ),
        ..RESNET50
    },
    PublishedModel {
        id: "sscd-imagenet-advanced",
        label: "SSCD imagenet advanced",
        help: "Taught on ImageNet with all edits, but without mixed views.",
        scores: &scores(55.5, 71.0),
        files: files!(
            "sscd_imagenet_advanced",
            "torchvision",
            "classy",
            "torchscript"
        ),
        ..RESNET50
    },
    PublishedModel {
        id: "sscd-imagenet-blur",
        label: "SSCD imagenet blur",
        help: "Taught on ImageNet with simple edits and strong blur.",
        scores: &scores(50.4, 64.5),
        files: files!("sscd_imagenet_blur", "torchvision", "classy", "torchscript"),
        ..RESNET50
    },
];
