//! DINOv2 (Oquab et al., arXiv:2304.07193), and with registers (Darcet et al., arXiv:2309.16588).
//!
//! Scores and addresses: the README and the model card. None of the methods publishes a figure for
//! finding copies with them.

use crate::data::Preprocessing;
use crate::models::head::HeadForm;

use super::PublishedFile;
use super::PublishedModel;
use super::Publisher;
use super::Score;
use super::file;
use super::score;

const DINOV2: Publisher = Publisher {
    label: "DINOv2",
    help: "Taught without labels on 142 million pictures; knows what is in a picture very well.",
    page: "https://github.com/facebookresearch/dinov2",
    licence: "Apache 2.0",
};

const VIT: PublishedModel = PublishedModel {
    id: "",
    label: "",
    help: "",
    publisher: &DINOV2,
    architecture: "dinov2-s14",
    obstacle: None,
    head: HeadForm::TOKEN,
    dimensions: 384,
    preprocessing: Preprocessing::imagenet(224),
    input: Some("shorter side 256 pixels, bicubic, the middle 224 x 224 of it"),
    scores: &[],
    files: &[],
};

const fn scores(neighbors: f32, linear: f32, oxford: f32) -> [Score; 3] {
    [
        score("ImageNet, nearest neighbours", neighbors),
        score("ImageNet, linear", linear),
        score("Revisited Oxford, hard, mAP", oxford),
    ]
}

/// The file of a model in the folder of its network.
macro_rules! files {
    ($folder:literal, $name:literal) => {
        &[file(
            "backbone",
            concat!($name, "_pretrain.pth"),
            Some(concat!(
                "https://dl.fbaipublicfiles.com/dinov2/",
                $folder,
                "/",
                $name,
                "_pretrain.pth"
            )),
        )] as &[PublishedFile]
    };
}

pub(super) const MODELS: &[PublishedModel] = &[
    PublishedModel {
        id: "dinov2-vits14",
        label: "DINOv2 ViT-S/14",
        help: "The small transformer of DINOv2.",
        scores: &scores(79.0, 81.1, 43.2),
        files: files!("dinov2_vits14", "dinov2_vits14"),
        ..VIT
    },
    PublishedModel {
        id: "dinov2-vits14-reg",
        label: "DINOv2 ViT-S/14 with registers",
        help: "The small transformer of DINOv2, with cleaner maps of its patches.",
        architecture: "dinov2-s14-reg",
        scores: &scores(79.1, 80.9, 39.5),
        files: files!("dinov2_vits14", "dinov2_vits14_reg4"),
        ..VIT
    },
    PublishedModel {
        id: "dinov2-vitb14",
        label: "DINOv2 ViT-B/14",
        help: "The medium transformer of DINOv2.",
        architecture: "dinov2-b14",
        dimensions: 768,
        scores: &scores(82.1, 84.5, 49.5),
        files: files!("dinov2_vitb14", "dinov2_vitb14"),
        ..VIT
    },
    PublishedModel {
        id: "dinov2-vitb14-reg",
        label: "DINOv2 ViT-B/14 with registers",
        help: "The medium transformer of DINOv2, with cleaner maps of its patches.",
        architecture: "dinov2-b14-reg",
        dimensions: 768,
        scores: &scores(82.0, 84.6, 51.0),
        files: files!("dinov2_vitb14", "dinov2_vitb14_reg4"),
        ..VIT
    },
    PublishedModel {
        id: "dinov2-vitl14",
        label: "DINOv2 ViT-L/14",
        help: "The large transformer of DINOv2; needs a graphics card.",
        architecture: "dinov2-l14",
        dimensions: 1024,
        scores: &scores(83.5, 86.3, 54.0),
        files: files!("dinov2_vitl14", "dinov2_vitl14"),
        ..VIT
    },
    PublishedModel {
        id: "dinov2-vitl14-reg",
        label: "DINOv2 ViT-L/14 with registers",
        help: "The large transformer of DINOv2, with cleaner maps; needs a graphics card.",
        architecture: "dinov2-l14-reg",
        dimensions: 1024,
        scores: &scores(83.8, 86.7, 55.7),
        files: files!("dinov2_vitl14", "dinov2_vitl14_reg4"),
        ..VIT
    },
    PublishedModel {
        id: "dinov2-vitg14",
        label: "DINOv2 ViT-g/14",
        help: "The largest transformer of DINOv2; needs a large graphics card.",
        architecture: "dinov2-g14",
        dimensions: 1536,
        scores: &scores(83.5, 86.5, 52.3),
        files: files!("dinov2_vitg14", "dinov2_vitg14"),
        ..VIT
    },
    PublishedModel {
        id: "dinov2-vitg14-reg",
        label: "DINOv2 ViT-g/14 with registers",
        help: "The largest transformer of DINOv2, with cleaner maps; needs a large graphics card.",
        architecture: "dinov2-g14-reg",
        dimensions: 1536,
        scores: &scores(83.7, 87.1, 58.2),
        files: files!("dinov2_vitg14", "dinov2_vitg14_reg4"),
        ..VIT
    },
];
