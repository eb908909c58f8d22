//! From the files of other programs to models.

use std::path::Path;
use std::path::PathBuf;

use copylens::models::ARCHITECTURES;
use copylens::models::ArchitectureSpec;
use copylens::models::ModelError;
use copylens::models::ModelStore;
use copylens::models::head::HeadForm;
use copylens::models::import;
use copylens::models::import::Checkpoint;
use copylens::models::state;
use copylens::weights;
use copylens::weights::Precision;
use copylens::weights::TensorFile;
use copylens::weights::TensorMap;
use copylens::weights::WeightTensor;
use copylens::weights::WeightsError;

use crate::fixture;
use crate::support;

const NETWORK: &str = "mobilenet-v3-large";

fn spec() -> &'static ArchitectureSpec {
    ARCHITECTURES
        .iter()
        .find(|spec| spec.id == NETWORK)
        .unwrap()
}

/// Numbers that half precision holds exactly, different in each tensor.
fn tensor(shape: &[usize], seed: usize) -> WeightTensor {
    let count: usize = shape.iter().product();
    let values = (0..count).map(|index| ((index * 7 + seed * 13) % 64) as f32 / 32.0 - 1.0);
    WeightTensor {
        shape: shape.to_vec(),
        values: values.collect(),
    }
}

/// The network under the names of its original, with something before each.
fn trunk(prefix: &str, seed: usize) -> TensorMap {
    let shapes = state::read_shapes(&(spec().build)(&burn::tensor::Device::flex()));
    let named = shapes.iter().enumerate().map(|(index, (ours, shape))| {
        let name = format!("{prefix}{}", (spec().original_key)(ours));
        (name, tensor(shape, seed + index))
    });
    named.collect()
}

/// What [`trunk`] becomes.
fn expected(seed: usize) -> TensorMap {
    let shapes = state::read_shapes(&(spec().build)(&burn::tensor::Device::flex()));
    let named = shapes
        .iter()
        .enumerate()
        .map(|(index, (ours, shape))| (format!("trunk.{ours}"), tensor(shape, seed + index)));
    named.collect()
}

fn extra(tensors: &mut TensorMap, name: &str, shape: &[usize]) {
    tensors.insert(name.to_owned(), tensor(shape, name.len()));
}

struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn file(tensors: TensorMap) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Some network.safetensors");
    let file = TensorFile {
        tensors,
        ..TensorFile::default()
    };
    weights::write(&path, &file, Precision::F16).unwrap();
    File {
        _folder: folder,
        path,
    }
}

fn read(tensors: TensorMap) -> Result<Checkpoint, ModelError> {
    import::read_checkpoint(&file(tensors).path, None)
}

/// Names and reasons, as one text per line.
fn ignored(checkpoint: &Checkpoint) -> Vec<String> {
    let lines = checkpoint.report.ignored.iter();
    lines
        .map(|one| format!("{}: {}", one.name, one.reason))
        .collect()
}

fn check_trunk(checkpoint: &Checkpoint, seed: usize) {
    assert_eq!(checkpoint.card.architecture, NETWORK);
    for (name, tensor) in expected(seed) {
        assert_eq!(checkpoint.tensors[&name], tensor, "{name}");
    }
    assert!(checkpoint.report.missing.is_empty());
}

#[test]
fn a_network_is_found_behind_what_programs_put_before_it() {
    for prefix in [
        "",
        "module.",
        "model.module.module.module.",
        "state_dict.module.student.",
        "state_dict.model.",
        "classy_state_dict.base_model.model.trunk._feature_blocks.",
    ] {
        let mut tensors = trunk(prefix, 3);
        extra(
            &mut tensors,
            &format!("{prefix}classifier.0.weight"),
            &[1280, 960],
        );
        extra(&mut tensors, &format!("{prefix}classifier.3.bias"), &[1000]);
        extra(&mut tensors, "optimizer.state.0.momentum_buffer", &[4]);
        let checkpoint = read(tensors).unwrap();
        check_trunk(&checkpoint, 3);
        assert_eq!(checkpoint.card.head, HeadForm::AVERAGE);
        assert_eq!(checkpoint.card.dimensions, 960);
        assert_eq!(checkpoint.report.mapped, expected(3).len());
        assert!(
            checkpoint.report.unused.is_empty(),
            "{:?}",
            checkpoint.report.unused
        );
        let lines = ignored(&checkpoint).join("\n");
        assert!(
            lines.contains("classifier") && lines.contains("optimizer"),
            "{lines}"
        );
    }
}

#[test]
fn of_several_networks_the_deployed_one_is_taken() {
    for (deployed, other, queue) in [
        (
            "teacher.backbone.",
            "student.module.backbone.",
            "dino_loss.center",
        ),
        (
            "state_dict.module.encoder_q.",
            "state_dict.module.encoder_k.",
            "state_dict.module.queue",
        ),
        (
            "module.base_encoder.",
            "module.momentum_encoder.",
            "module.predictor.weight",
        ),
    ] {
        let mut tensors = trunk(deployed, 1);
        tensors.extend(trunk(other, 2));
        extra(&mut tensors, queue, &[3, 5]);
        let checkpoint = read(tensors).unwrap();
        check_trunk(&checkpoint, 1);
        let lines = ignored(&checkpoint);
        let of_other = lines.iter().filter(|line| line.contains("another network"));
        assert!(of_other.count() > 0, "{lines:?}");
        assert!(
            checkpoint.report.unused.is_empty(),
            "{:?}",
            checkpoint.report.unused
        );
    }
}

#[test]
fn the_two_layers_of_rdcd_become_one() {
    let prefix = "state_dict.model.encoder_q.";
    let mut tensors = trunk(&format!("{prefix}backbone."), 1);
    for (name, shape) in [
        ("backbone.classifier.0.weight", &[1280, 960][..]),
        ("backbone.classifier.0.bias", &[1280]),
        ("backbone.classifier.3.weight", &[512, 1280]),
        ("backbone.classifier.3.bias", &[512]),
        ("projector.weight", &[128, 512]),
        ("projector.bias", &[128]),
    ] {
        extra(&mut tensors, &format!("{prefix}{name}"), shape);
    }
    let given = tensors.clone();
    let checkpoint = read(tensors).unwrap();
    check_trunk(&checkpoint, 1);
    assert_eq!(checkpoint.card.head, HeadForm::GEM_LINEAR);
    assert_eq!(checkpoint.card.dimensions, 128);
    assert_eq!(checkpoint.card.preprocessing.size, 288);
    assert_eq!(checkpoint.tensors["fc.weight"].shape, [128, 1280]);
    let hidden = &given[&format!("{prefix}backbone.classifier.0.weight")];
    assert_eq!(&checkpoint.tensors["hidden.weight"], hidden);
    assert_eq!(checkpoint.report.mapped, given.len());
    // The first number of the product: row 0 of the outer times column 0 of the inner layer.
    let outer = &given[&format!("{prefix}projector.weight")].values;
    let inner = &given[&format!("{prefix}backbone.classifier.3.weight")].values;
    let product: f32 = (0..512).map(|k| outer[k] * inner[k * 1280]).sum();
    assert!((checkpoint.tensors["fc.weight"].values[0] - product).abs() < 1e-3);
}

#[test]
fn an_incomplete_misshaped_or_larger_network_is_refused() {
    let first = (spec().original_key)("stem.conv.weight");
    let close = |tensors: TensorMap| {
        let ModelError::Close {
            source, closest, ..
        } = read(tensors).unwrap_err()
        else {
            panic!("another error");
        };
        assert_eq!(closest, spec().label);
        source
    };
    let mut missing = trunk("module.", 0);
    missing.remove(&format!("module.{first}"));
    let WeightsError::Missing {
        n_missing,
        first: name,
        ..
    } = close(missing)
    else {
        panic!("a tensor is missing");
    };
    assert_eq!((n_missing, name), (1, first.clone()));
    let mut misshaped = trunk("", 0);
    misshaped.insert(first.clone(), tensor(&[16, 3, 5, 5], 0));
    let WeightsError::Shape {
        found, expected, ..
    } = close(misshaped)
    else {
        panic!("a tensor has another shape");
    };
    assert_eq!((found, expected), (vec![16, 3, 5, 5], vec![16, 3, 3, 3]));
    let mut larger = trunk("", 0);
    extra(&mut larger, "features.99.0.weight", &[8]);
    let WeightsError::Unused { first: name, .. } = close(larger) else {
        panic!("a tensor is unknown");
    };
    assert_eq!(name, "features.99.0.weight");
    let tiny = import::read_checkpoint(&fixture("zip-f32.pth"), None).unwrap_err();
    assert!(matches!(tiny, ModelError::NotRecognized { .. }), "{tiny}");
    let unknown = import::read_checkpoint(&fixture("zip-f32.pth"), Some("resnet-9000"));
    assert!(matches!(
        unknown,
        Err(ModelError::UnknownArchitecture { .. })
    ));
}

#[test]
fn numbers_that_are_not_finite_count_only_where_they_are_used() {
    let mut unused = trunk("", 0);
    unused.insert("optimizer.state.0".to_owned(), tensor(&[2], 0));
    unused.get_mut("optimizer.state.0").unwrap().values[0] = f32::NAN;
    assert!(read(unused).is_ok());
    let mut used = trunk("", 0);
    let name = (spec().original_key)("last.norm.bias");
    used.get_mut(&name).unwrap().values[1] = f32::INFINITY;
    let ModelError::Weights { source, .. } = read(used).unwrap_err() else {
        panic!("an infinite weight");
    };
    assert!(matches!(source, WeightsError::NotFinite { name: found, .. } if found == name));
}

#[test]
fn a_model_goes_out_under_original_names_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = ModelStore::new(folder.path().join("models"));
    let mut tensors = trunk("state_dict.model.backbone.", 5);
    for (name, shape) in [
        ("classifier.0.weight", &[1280, 960][..]),
        ("classifier.0.bias", &[1280]),
        ("classifier.3.weight", &[64, 1280]),
        ("classifier.3.bias", &[64]),
    ] {
        extra(
            &mut tensors,
            &format!("state_dict.model.backbone.{name}"),
            shape,
        );
    }
    let given = file(tensors.clone());
    let imported = store
        .import_as(&given.path, Some(NETWORK), Some("Mine"))
        .unwrap();
    assert_eq!(
        (imported.info.name.as_str(), imported.info.id.as_str()),
        ("Mine", "mine")
    );
    assert_eq!(imported.info.dimensions, 64);
    let out = folder.path().join("out.safetensors");
    for precision in [Precision::F16, Precision::F32] {
        store.export_original("mine", &out, precision).unwrap();
        let exported = weights::read(&out).unwrap().tensors;
        for (name, tensor) in &exported {
            assert_eq!(
                tensor,
                &tensors[&format!("state_dict.model.backbone.{name}")],
                "{name}"
            );
        }
        assert_eq!(exported.len(), tensors.len());
        let back = store.import(&out).unwrap();
        assert_eq!((back.name.as_str(), back.dimensions), ("Mine", 64));
        let before = copylens::models::read_model(&imported.info).unwrap();
        assert_eq!(
            copylens::models::read_model(&back).unwrap().tensors,
            before.tensors
        );
        store.delete(&back.id).unwrap();
    }
}

#[test]
fn a_real_network_is_imported() {
    let Some(folder) = support::data_folder("weights", "a_real_network_is_imported") else {
        return;
    };
    let path = folder.join("mobilenetv2_1_0_backbone.safetensors");
    let checkpoint = import::read_checkpoint(&path, None).unwrap();
    assert_eq!(checkpoint.card.architecture, "mobilenet-v2");
    assert_eq!(checkpoint.card.head, HeadForm::AVERAGE);
    assert_eq!(checkpoint.card.dimensions, 1280);
    assert_eq!(checkpoint.report.mapped, 265);
    assert!(checkpoint.report.unused.is_empty() && checkpoint.report.ignored.is_empty());
}

#[test]
fn real_files_of_pytorch_are_read() {
    let Some(folder) = support::data_folder("weights", "real_files_of_pytorch_are_read") else {
        return;
    };
    check_legacy(&folder);
    // The same network from two programs, in half and in full precision.
    let half = weights::read(&folder.join("squeezenet1_1_torchvision_fp16.pth")).unwrap();
    let full = weights::read(&folder.join("squeezenet1_1.safetensors")).unwrap();
    assert_eq!((half.tensors.len(), full.tensors.len()), (52, 52));
    let half = &half.tensors["features.0.weight"];
    let full = &full.tensors["squeezenet0_conv0_weight"];
    assert_eq!(half.shape, full.shape);
    for (half, full) in half.values.iter().zip(&full.values) {
        assert!(
            (half - full).abs() <= full.abs() / 2048.0 + 1e-7,
            "{half} {full}"
        );
    }
}

/// The numbers are those that PyTorch reads.
fn check_legacy(folder: &Path) {
    let tensors = weights::read(&folder.join("resnet20-12fca82f.th"))
        .unwrap()
        .tensors;
    let conv = &tensors["state_dict.module.conv1.weight"];
    assert_eq!(conv.shape, [16, 3, 3, 3]);
    assert_eq!(
        conv.values[..3],
        [-0.138_181_46, -0.162_417_68, 0.820_738_3]
    );
    let deep = &tensors["state_dict.module.layer3.2.conv2.weight"].values;
    let sum: f64 = deep.iter().map(|value| f64::from(*value)).sum();
    assert!((sum - 1.509_974_816_668).abs() < 1e-9, "{sum}");
    assert_eq!(tensors.len(), 97);
}
