//! The transformers of the table of architectures.
//!
//! A descriptor of theirs is the class token, as in DINO's and DINOv2's evaluations; the one that is
//! meant to be taught adds a linear layer.

use burn::tensor::Device;

use crate::models::head::HeadForm;
use crate::models::trunk::ArchitectureSpec;
use crate::models::trunk::Trunk;

use super::VisionTransformer;
use super::VitConfig;
use super::keys;

pub const VIT_TI16: ArchitectureSpec = ArchitectureSpec {
    id: "vit-ti16",
    label: "ViT-Ti/16",
    help: "The smallest transformer, which looks at pictures in patches of 16 pixels.",
    parameters: 5_524_416,
    build: |device| trunk(VitConfig::TI16, device),
    head: HeadForm::TOKEN,
    ..row(VitConfig::TI16)
};

pub const VIT_S16: ArchitectureSpec = ArchitectureSpec {
    id: "vit-s16",
    label: "ViT-S/16",
    help: "A small transformer, such as the one DINO was published with.",
    parameters: 21_665_664,
    build: |device| trunk(VitConfig::S16, device),
    head: HeadForm::TOKEN,
    ..row(VitConfig::S16)
};

pub const VIT_S16_STUDENT: ArchitectureSpec = ArchitectureSpec {
    id: "vit-s16-student",
    label: "ViT-S/16 with a linear layer",
    help: "A small transformer whose descriptors have the length you choose.",
    parameters: 21_665_664,
    build: |device| trunk(VitConfig::S16, device),
    head: HeadForm::TOKEN_LINEAR,
    ..row(VitConfig::S16)
};

pub const VIT_S8: ArchitectureSpec = ArchitectureSpec {
    id: "vit-s8",
    label: "ViT-S/8",
    help: "A small transformer with fine patches of 8 pixels: sees more, and takes four times as long.",
    parameters: 21_670_272,
    build: |device| trunk(VitConfig::S8, device),
    head: HeadForm::TOKEN,
    ..row(VitConfig::S8)
};

pub const DINOV2_S14: ArchitectureSpec = ArchitectureSpec {
    id: "dinov2-s14",
    label: "DINOv2 ViT-S/14",
    help: "The small network of DINOv2.",
    parameters: 22_056_192,
    build: |device| trunk(VitConfig::DINOV2_S14, device),
    head: HeadForm::TOKEN,
    ..row(VitConfig::DINOV2_S14)
};

pub const DINOV2_S14_REG: ArchitectureSpec = ArchitectureSpec {
    id: "dinov2-s14-reg",
    label: "DINOv2 ViT-S/14 with registers",
    help: "The small network of DINOv2 with registers, whose patch maps are cleaner.",
    parameters: 22_057_728,
    build: |device| trunk(VitConfig::DINOV2_S14.with_registers(), device),
    head: HeadForm::TOKEN,
    ..row(VitConfig::DINOV2_S14.with_registers())
};

pub const VIT_B16: ArchitectureSpec = ArchitectureSpec {
    id: "vit-b16",
    label: "ViT-B/16",
    help: "A transformer of medium size; slow without a graphics card.",
    parameters: 85_798_656,
    build: |device| trunk(VitConfig::B16, device),
    head: HeadForm::TOKEN,
    ..row(VitConfig::B16)
};

pub const VIT_B8: ArchitectureSpec = ArchitectureSpec {
    id: "vit-b8",
    label: "ViT-B/8",
    help: "A transformer of medium size with fine patches: DINO's network for copies, and very slow without a graphics card.",
    parameters: 85_807_872,
    build: |device| trunk(VitConfig::B8, device),
    head: HeadForm::TOKEN,
    ..row(VitConfig::B8)
};

pub const DINOV2_B14: ArchitectureSpec = ArchitectureSpec {
    id: "dinov2-b14",
    label: "DINOv2 ViT-B/14",
    help: "The medium network of DINOv2; slow without a graphics card.",
    parameters: 86_579_712,
    build: |device| trunk(VitConfig::DINOV2_B14, device),
    head: HeadForm::TOKEN,
    ..row(VitConfig::DINOV2_B14)
};

pub const DINOV2_B14_REG: ArchitectureSpec = ArchitectureSpec {
    id: "dinov2-b14-reg",
    label: "DINOv2 ViT-B/14 with registers",
    help: "The medium network of DINOv2 with registers, whose patch maps are cleaner.",
    parameters: 86_582_784,
    build: |device| trunk(VitConfig::DINOV2_B14.with_registers(), device),
    head: HeadForm::TOKEN,
    ..row(VitConfig::DINOV2_B14.with_registers())
};

pub const DINOV2_L14: ArchitectureSpec = ArchitectureSpec {
    id: "dinov2-l14",
    label: "DINOv2 ViT-L/14",
    help: "The large network of DINOv2, for graphics cards.",
    parameters: 304_367_616,
    build: |device| trunk(VitConfig::DINOV2_L14, device),
    head: HeadForm::TOKEN,
    ..row(VitConfig::DINOV2_L14)
};

pub const DINOV2_L14_REG: ArchitectureSpec = ArchitectureSpec {
    id: "dinov2-l14-reg",
    label: "DINOv2 ViT-L/14 with registers",
    help: "The large network of DINOv2 with registers, for graphics cards.",
    parameters: 304_371_712,
    build: |device| trunk(VitConfig::DINOV2_L14.with_registers(), device),
    head: HeadForm::TOKEN,
    ..row(VitConfig::DINOV2_L14.with_registers())
};

pub const DINOV2_G14: ArchitectureSpec = ArchitectureSpec {
    id: "dinov2-g14",
    label: "DINOv2 ViT-g/14",
    help: "The largest network of DINOv2, for graphics cards with 8 GB of memory or more.",
    parameters: 1_136_479_232,
    build: |device| trunk(VitConfig::DINOV2_G14, device),
    head: HeadForm::TOKEN,
    ..row(VitConfig::DINOV2_G14)
};

pub const DINOV2_G14_REG: ArchitectureSpec = ArchitectureSpec {
    id: "dinov2-g14-reg",
    label: "DINOv2 ViT-g/14 with registers",
    help: "The largest network of DINOv2 with registers, for graphics cards with 8 GB of memory or more.",
    parameters: 1_136_485_376,
    build: |device| trunk(VitConfig::DINOV2_G14.with_registers(), device),
    head: HeadForm::TOKEN,
    ..row(VitConfig::DINOV2_G14.with_registers())
};

/// What follows from the sizes; the rest of a row stands in its constant.
const fn row(config: VitConfig) -> ArchitectureSpec {
    ArchitectureSpec {
        id: "",
        label: "",
        help: "",
        parameters: 0,
        channels: config.width,
        hidden: None,
        multiple: config.patch as u32,
        head: HeadForm::TOKEN,
        build: |device| trunk(VitConfig::TI16, device),
        original_key: keys::dino_key,
    }
}

fn trunk(config: VitConfig, device: &Device) -> Trunk {
    Trunk::VisionTransformer(VisionTransformer::new(config, device))
}
