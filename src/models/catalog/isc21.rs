//! The winner of the descriptor track of the Image Similarity Challenge 2021 (Yokoo,
//! arXiv:2112.04323).
//!
//! Addresses: `isc_feature_extractor/model.py`, release 1.0.1. The figure that the project quotes
//! for its last stage (0.9479) was measured on the pairs it was taught with and is left out.

use crate::data::Preprocessing;
use crate::models::head::HeadForm;

use super::PublishedModel;
use super::Publisher;
use super::file;
use super::score;

const ISC21: Publisher = Publisher {
    label: "ISC21",
    help: "Won a contest for finding copies in 2021; large and slow.",
    page: "https://github.com/lyakaap/ISC21-Descriptor-Track-1st",
    licence: "MIT for the code; taught on DISC21, whose terms are CC BY-NC 4.0",
};

const MODEL: PublishedModel = PublishedModel {
    id: "",
    label: "",
    help: "",
    publisher: &ISC21,
    architecture: "efficientnetv2-m",
    obstacle: None,
    head: HeadForm::GEM_LINEAR_NORM,
    dimensions: 256,
    // As timm has it for this network: pictures from -1 to 1.
    preprocessing: Preprocessing {
        size: 512,
        mean: [0.5; 3],
        std: [0.5; 3],
    },
    input: None,
    scores: &[],
    files: &[],
};

pub(super) const MODELS: &[PublishedModel] = &[
    PublishedModel {
        id: "isc21-ft-v107",
        label: "ISC21 final model",
        help: "The model that won, taught further on pairs that people had confirmed.",
        scores: &[score(
            "DISC21 second phase, micro-AP with neighbours subtracted",
            63.54,
        )],
        files: &[file(
            "torch",
            "isc_ft_v107.pth.tar",
            Some(
                "https://github.com/lyakaap/ISC21-Descriptor-Track-1st/releases/download/v1.0.1/isc_ft_v107.pth.tar",
            ),
        )],
        ..MODEL
    },
    PublishedModel {
        id: "isc21-selfsup-v98",
        label: "ISC21 before the confirmed pairs",
        help: "The stage before the final model, taught without any confirmed pair.",
        scores: &[score(
            "DISC21 development set, 25,000 queries, micro-AP",
            65.19,
        )],
        files: &[file(
            "torch",
            "isc_selfsup_v98.pth.tar",
            Some(
                "https://github.com/lyakaap/ISC21-Descriptor-Track-1st/releases/download/v1.0.1/isc_selfsup_v98.pth.tar",
            ),
        )],
        ..MODEL
    },
];
