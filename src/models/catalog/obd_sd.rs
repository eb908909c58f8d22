//! OBD-SD (Zeng et al., arXiv:2211.07566): models for CUB200, CARS196 and Stanford Online Products.
//!
//! They are given out as one archive, with a model of best recall and one of best clustering for
//! each row. Pooling: the README's own test commands, with `double` for OBD-SD and without for PSD.

use crate::data::Preprocessing;
use crate::models::head::HeadForm;

use super::PublishedModel;
use super::Publisher;

const OBD_SD: Publisher = Publisher {
    label: "OBD-SD",
    help: "Tell kinds of birds, cars or goods apart; not made for finding copies.",
    page: "https://github.com/ZelongZeng/OBD-SD_Pytorch",
    licence: "Not stated",
};

const PSD: PublishedModel = PublishedModel {
    id: "",
    label: "",
    help: "",
    publisher: &OBD_SD,
    architecture: "resnet50",
    obstacle: None,
    head: HeadForm::AVERAGE_LINEAR,
    dimensions: 128,
    preprocessing: Preprocessing::imagenet(224),
    input: Some("shorter side 256 pixels, the middle 224 x 224 of it"),
    scores: &[],
    files: &[],
};
const D128: PublishedModel = PublishedModel {
    head: HeadForm::AVERAGE_MAX_LINEAR,
    ..PSD
};
const D512: PublishedModel = PublishedModel {
    dimensions: 512,
    ..D128
};

const fn row(
    id: &'static str,
    label: &'static str,
    help: &'static str,
    base: PublishedModel,
) -> PublishedModel {
    PublishedModel {
        id,
        label,
        help,
        ..base
    }
}

const BIRDS: &str = "Tells kinds of birds apart; comes in an archive with the others.";
const CARS: &str = "Tells cars apart; comes in an archive with the others.";
const GOODS: &str = "Tells goods of online shops apart; comes in an archive with the others.";

pub(super) const MODELS: &[PublishedModel] = &[
    row("psd-cub200", "PSD for CUB200", BIRDS, PSD),
    row(
        "obd-sd-cub200-128",
        "OBD-SD for CUB200, 128 numbers",
        BIRDS,
        D128,
    ),
    row(
        "obd-sd-cub200-512",
        "OBD-SD for CUB200, 512 numbers",
        BIRDS,
        D512,
    ),
    row("psd-cars196", "PSD for CARS196", CARS, PSD),
    row(
        "obd-sd-cars196-128",
        "OBD-SD for CARS196, 128 numbers",
        CARS,
        D128,
    ),
    row(
        "obd-sd-cars196-512",
        "OBD-SD for CARS196, 512 numbers",
        CARS,
        D512,
    ),
    row("psd-sop", "PSD for Stanford Online Products", GOODS, PSD),
    row(
        "obd-sd-sop-128",
        "OBD-SD for Stanford Online Products, 128 numbers",
        GOODS,
        D128,
    ),
    row(
        "obd-sd-sop-512",
        "OBD-SD for Stanford Online Products, 512 numbers",
        GOODS,
        D512,
    ),
];
