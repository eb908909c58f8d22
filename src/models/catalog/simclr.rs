//! SimCLR (Chen et al., arXiv:2002.05709), as SEED gives it out as a teacher.

use crate::data::Preprocessing;
use crate::models::head::HeadForm;

use super::PublishedModel;
use super::Publisher;
use super::file;
use super::seed;

const SIMCLR: Publisher = Publisher {
    label: "SimCLR",
    help: "Taught without labels on ImageNet; a teacher of SEED.",
    page: seed::PAGE,
    licence: "Not stated for these weights",
};

pub(super) const MODELS: &[PublishedModel] = &[PublishedModel {
    id: "simclr-200",
    label: "SimCLR, 200 epochs",
    help: "ResNet-50, a teacher of SEED.",
    publisher: &SIMCLR,
    architecture: "resnet50",
    obstacle: None,
    head: HeadForm::AVERAGE,
    dimensions: 2048,
    preprocessing: Preprocessing::imagenet(224),
    input: Some("shorter side 256 pixels, the middle 224 x 224 of it"),
    scores: &[],
    files: &[file("torch", "simclr_200.pth", None)],
}];
