//! Plans for the layouts of published checkpoints, from names and shapes alone.

use burn::tensor::Device;

use crate::models::catalog;
use crate::models::catalog::PublishedModel;
use crate::models::head::HeadForm;
use crate::models::state;
use crate::models::trunk;
use crate::weights::GraphLayer;
use crate::weights::LayerKind;
use crate::weights::Layout;
use crate::weights::NumberType;
use crate::weights::TensorEntry;

use super::graph;
use super::plan;
use super::plan::Plan;
use super::recognize::Entries;

fn entry(shape: &[usize]) -> TensorEntry {
    TensorEntry {
        number: NumberType::F32,
        shape: shape.to_vec(),
        layout: Layout::Rows,
        start: 0,
        n_bytes: 0,
    }
}

/// The trunk of a row of the table, each original name changed by `name`.
fn trunk(id: &str, name: impl Fn(&str) -> String) -> Entries {
    let spec = trunk::architecture(id).unwrap();
    let shapes = state::read_shapes(&(spec.build)(&Device::flex()));
    let named = shapes.iter().map(|(ours, shape)| {
        let original = (spec.original_key)(ours);
        (name(&original), entry(shape))
    });
    named.collect()
}

fn with(mut entries: Entries, extra: &[(&str, &[usize])]) -> Entries {
    for (name, shape) in extra {
        entries.insert((*name).to_owned(), entry(shape));
    }
    entries
}

fn planned(entries: &Entries) -> Plan {
    plan::plan(entries, None).unwrap_or_else(|_| panic!("it is a network of ours"))
}

/// Classy Vision's name for a parameter of torchvision's ResNet-50.
fn classy(torchvision: &str) -> String {
    let parts: Vec<&str> = torchvision.split('.').collect();
    match parts.as_slice() {
        ["conv1", leaf] => format!("backbone.initial_block._module.0.{leaf}"),
        ["bn1", leaf] => format!("backbone.initial_block._module.1.{leaf}"),
        [layer, block, rest @ ..] => {
            let stage = layer.as_bytes()[5] - b'1';
            let inside = match rest {
                ["bn3", leaf] => format!("bn.{leaf}"),
                ["downsample", index, leaf] => format!("downsample.{index}.{leaf}"),
                [piece, leaf] => {
                    let names = ["conv1", "bn1", "", "conv2", "bn2", "", "conv3"];
                    let position = names.iter().position(|name| name == piece).unwrap();
                    format!("convolutional_block.{position}.{leaf}")
                }
                other => panic!("{other:?}"),
            };
            format!("backbone.blocks.{stage}.block{stage}-{block}.{inside}")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn sscd_is_known_by_its_layer_under_both_names() {
    let layer: &[(&str, &[usize])] = &[
        ("embeddings.1.weight", &[512, 2048]),
        ("embeddings.1.bias", &[512]),
    ];
    let classy = with(trunk("resnet50", classy), layer);
    let layer: &[(&str, &[usize])] = &[
        ("backbone.fc.weight", &[512, 2048]),
        ("backbone.fc.bias", &[512]),
    ];
    let torchvision = with(trunk("resnet50", |name| format!("backbone.{name}")), layer);
    for entries in [classy, torchvision] {
        let plan = planned(&entries);
        assert_eq!(plan.network.spec.id, "resnet50");
        assert_eq!(plan.head.form, HeadForm::GEM_LINEAR);
        assert_eq!(plan.head.dimensions, 512);
        assert_eq!(plan.head.preprocessing.size, 288);
        assert_eq!(plan.head.origin, Some("SSCD"));
        assert_eq!(plan.report.mapped, entries.len());
        assert!(plan.report.ignored.is_empty() && plan.report.unused.is_empty());
    }
}

#[test]
fn a_classifier_is_no_descriptor() {
    for classifier in [
        &[
            ("backbone.fc.weight", &[1000, 2048][..]),
            ("backbone.fc.bias", &[1000]),
        ],
        &[
            ("backbone.fc.0.weight", &[2048, 2048]),
            ("backbone.fc.2.weight", &[128, 2048]),
        ],
    ] {
        let trunk = trunk("resnet50", |name| format!("backbone.{name}"));
        let n_trunk = trunk.len();
        let plan = planned(&with(trunk, classifier));
        assert_eq!(plan.head.form, HeadForm::AVERAGE);
        assert_eq!((plan.head.dimensions, plan.report.mapped), (2048, n_trunk));
        assert!(!plan.report.ignored.is_empty() && plan.report.unused.is_empty());
    }
}

#[test]
fn the_head_of_simclr_is_left_out_with_and_without_biases() {
    // SEED's teacher has them; SimCLR's own last layer, and both layers of OpenSelfSup, do not.
    for biases in [&["0", "3"][..], &["0"], &[]] {
        let prefix = "model.module.module.module.";
        let mut entries = trunk("resnet50", |name| format!("{prefix}{name}"));
        let n_trunk = entries.len();
        let mut put = |name: &str, shape: &[usize]| {
            entries.insert(format!("{prefix}fc.{name}"), entry(shape));
        };
        put("0.weight", &[2048, 2048]);
        put("3.weight", &[128, 2048]);
        for leaf in ["weight", "bias", "running_mean", "running_var"] {
            put(&format!("1.{leaf}"), &[2048]);
        }
        for layer in biases {
            let n = if *layer == "0" { 2048 } else { 128 };
            put(&format!("{layer}.bias"), &[n]);
        }
        let plan = planned(&entries);
        assert_eq!(plan.head.form, HeadForm::AVERAGE);
        assert_eq!((plan.head.dimensions, plan.report.mapped), (2048, n_trunk));
        assert!(plan.report.unused.is_empty(), "{:?}", plan.report.unused);
    }
}

#[test]
fn isc21_has_a_layer_without_bias_and_its_normalization() {
    let trunk = trunk("resnet18", |name| {
        format!("state_dict.module.backbone.{name}")
    });
    let entries = with(
        trunk,
        &[
            ("state_dict.module.fc.weight", &[256, 512]),
            ("state_dict.module.bn.weight", &[256]),
            ("state_dict.module.bn.bias", &[256]),
            ("state_dict.module.bn.running_mean", &[256]),
            ("state_dict.module.bn.running_var", &[256]),
        ],
    );
    let plan = planned(&entries);
    assert_eq!(plan.head.form, HeadForm::GEM_LINEAR_NORM);
    assert_eq!(plan.head.dimensions, 256);
    assert_eq!(plan.head.preprocessing.mean, [0.5; 3]);
    assert_eq!(plan.report.mapped, entries.len());
}

#[test]
fn what_a_student_learned_from_is_not_taken_for_the_student() {
    let student = trunk("resnet18", |name| {
        format!("state_dict.module.student.{name}")
    });
    let teacher = trunk("resnet50", |name| {
        format!("state_dict.module.teacher.{name}")
    });
    let n_student = student.len();
    let entries: Entries = student.into_iter().chain(teacher).collect();
    let plan = planned(&entries);
    assert_eq!(plan.network.spec.id, "resnet18");
    assert_eq!(plan.report.mapped, n_student);
    // But the average of the student, a copy of it, is what DINO deploys.
    let copies = ["student.module.", "teacher."];
    let copies = copies.map(|prefix| trunk("resnet18", |name| format!("{prefix}{name}")));
    let plan = planned(&copies.into_iter().flatten().collect());
    assert_eq!(plan.network.prefix, "teacher.");
}

#[test]
fn the_name_of_a_network_can_be_given() {
    let entries = trunk("resnet18", str::to_owned);
    assert!(plan::plan(&entries, Some("resnet50")).is_err());
    let found = plan::plan(&entries, Some("resnet18"));
    assert!(found.is_ok_and(|plan| plan.network.prefix.is_empty()));
}

fn row(id: &str) -> &'static PublishedModel {
    catalog::find(id).unwrap()
}

#[test]
fn a_published_file_takes_network_head_and_preprocessing_of_its_row() {
    let student = trunk("resnet18", |name| {
        format!("state_dict.module.student.{name}")
    });
    let plan = plan::published(&student, row("seed-resnet18-moco")).unwrap();
    assert_eq!(
        (plan.head.dimensions, plan.head.form),
        (512, HeadForm::AVERAGE)
    );
    // Names and shapes alone say nothing of the patches that DINO pools for copies.
    let backbone = trunk("vit-b8", str::to_owned);
    let recognized = planned(&backbone);
    assert_eq!(recognized.head.form, HeadForm::TOKEN);
    let plan = plan::published(&backbone, row("dino-vitb8")).unwrap();
    assert_eq!(
        (plan.head.dimensions, plan.head.form),
        (1536, HeadForm::TOKEN_GEM)
    );
    assert_eq!(plan.head.preprocessing.size, 320);
}

#[test]
fn a_published_file_that_is_something_else_is_refused_and_named() {
    let refused = |entries: &Entries, id: &str| match plan::published(entries, row(id)) {
        Ok(_) => panic!("{id} is another model"),
        Err(reason) => reason,
    };
    let other = trunk("resnet18", str::to_owned);
    assert!(refused(&other, "dino-resnet50").contains("ResNet-18"));
    let layer: &[(&str, &[usize])] = &[
        ("backbone.fc.weight", &[512, 2048]),
        ("backbone.fc.bias", &[512]),
    ];
    let sscd = with(trunk("resnet50", |name| format!("backbone.{name}")), layer);
    assert!(refused(&sscd, "dino-resnet50").contains("512 numbers"));
    let mut headless = trunk("resnet50", |name| format!("backbone.{name}"));
    assert!(refused(&headless, "sscd-disc-mixup").contains("2048 numbers"));
    headless.remove("backbone.conv1.weight");
    assert!(refused(&headless, "sscd-disc-mixup").contains("missing"));
}

#[test]
fn obd_sd_names_its_blocks_twice_and_may_pool_twice() {
    let mut entries = with(
        trunk("resnet50", |name| format!("state_dict.model.{name}")),
        &[
            ("state_dict.model.last_linear.weight", &[128, 2048]),
            ("state_dict.model.last_linear.bias", &[128]),
        ],
    );
    assert_eq!(planned(&entries).head.form, HeadForm::AVERAGE);
    entries.insert(
        "state_dict.layer_blocks.0.0.conv1.weight".to_owned(),
        entry(&[64, 64, 1, 1]),
    );
    let found = planned(&entries);
    assert_eq!(
        (found.head.form, found.head.dimensions),
        (HeadForm::AVERAGE_LINEAR, 128)
    );
    assert!(found.report.unused.is_empty());
    let plan = plan::published(&entries, row("obd-sd-cub200-128")).unwrap();
    assert_eq!(plan.head.form, HeadForm::AVERAGE_MAX_LINEAR);
    assert!(plan::published(&entries, row("obd-sd-cub200-512")).is_err());
}

#[test]
fn the_networks_to_choose_from_are_those_of_the_file() {
    let student = trunk("resnet18", |name| format!("module.student.{name}"));
    let teacher = trunk("resnet50", |name| format!("module.teacher.{name}"));
    let both: Entries = student.into_iter().chain(teacher).collect();
    let ids = plan::choices(&both).ok();
    assert_eq!(ids, Some(vec!["resnet18", "resnet50"]));
    // The same network with another head.
    let ids = plan::choices(&trunk("vit-s16", str::to_owned)).ok();
    assert_eq!(ids, Some(vec!["vit-s16", "vit-s16-student"]));
}

/// The layers of a ResNet-50 as a file has them whose normalizations are folded; the convolution
/// beside a block comes first, as Classy Vision computes it.
fn layers_of_resnet50() -> (Vec<GraphLayer>, Entries) {
    let spec = trunk::architecture("resnet50").unwrap();
    let mut entries = Entries::new();
    let mut layers: Vec<GraphLayer> = Vec::new();
    for (name, shape) in state::ordered_shapes(&(spec.build)(&Device::flex())) {
        let Some(stem) = name.strip_suffix(".conv.weight") else {
            continue;
        };
        let (block, conv) = stem.rsplit_once('.').unwrap_or(("", stem));
        let bias = format!("{stem}.shift");
        entries.insert(bias.clone(), entry(&shape[..1]));
        entries.insert(stem.to_owned(), entry(&shape));
        let reads = match conv {
            "downsample" | "conv1" => "block",
            other => other,
        };
        let layer = GraphLayer {
            kind: LayerKind::Convolution,
            weight: stem.to_owned(),
            bias: Some(bias),
            input: format!("{block}.{reads}"),
            norm: None,
        };
        let first = layers.len().saturating_sub(3);
        let place = if conv == "downsample" {
            first
        } else {
            layers.len()
        };
        layers.insert(place, layer);
    }
    (layers, entries)
}

#[test]
fn the_convolution_beside_a_block_is_told_from_its_last_one() {
    let (mut layers, entries) = layers_of_resnet50();
    let found = graph::plan(&layers, &entries, None).unwrap();
    assert_eq!(found.network.spec.id, "resnet50");
    for source in &found.network.sources {
        if let Some(stem) = source.ours.strip_suffix(".conv.weight") {
            assert_eq!(source.names, [stem]);
        }
    }
    // A weight and a bias of each convolution.
    assert_eq!(found.report.mapped, 2 * 53);
    for layer in &mut layers {
        layer.input.clear();
    }
    assert!(graph::plan(&layers, &entries, None).is_none());
}
