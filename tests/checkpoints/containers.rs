//! One tiny network in every container and precision.

use copylens::weights;
use copylens::weights::Container;
use copylens::weights::LayerKind;
use copylens::weights::NumberType;
use copylens::weights::TensorIndex;
use copylens::weights::TensorMap;

use crate::fixture;
use crate::formula;

/// Its floating-point tensors.
const TENSORS: &[(&str, &[usize])] = &[
    ("conv.weight", &[4, 3, 3, 3]),
    ("bn.weight", &[4]),
    ("bn.bias", &[4]),
    ("bn.running_mean", &[4]),
    ("bn.running_var", &[4]),
    ("fc.weight", &[5, 4]),
    ("fc.bias", &[5]),
];

/// Each precision with its largest rounding error, relative.
const PRECISIONS: [(&str, NumberType, f32); 4] = [
    ("f16", NumberType::F16, 1.0 / 2048.0),
    ("bf16", NumberType::Bf16, 1.0 / 256.0),
    ("f32", NumberType::F32, 0.0),
    ("f64", NumberType::F64, 0.0),
];

/// Compares with the formula; half precision adds a step of its smallest numbers.
fn check(tensors: &TensorMap, prefix: &str, name: &str, shape: &[usize], tolerance: f32) {
    let found = &tensors[&format!("{prefix}{name}")];
    assert_eq!(found.shape, shape, "{prefix}{name}");
    let expected = formula::weight(name, shape).values;
    assert_eq!(found.values.len(), expected.len());
    for (found, expected) in found.values.iter().zip(&expected) {
        let limit = expected.abs() * tolerance + if tolerance > 0.0 { 1e-7 } else { 0.0 };
        let difference = (found - expected).abs();
        assert!(
            difference <= limit,
            "{prefix}{name}: {found}, not {expected}"
        );
    }
}

fn check_all(file: &str, container: Container, number: NumberType, tolerance: f32) {
    let path = fixture(file);
    let index = TensorIndex::open(&path).unwrap();
    assert_eq!(index.container, container, "{file}");
    assert_eq!(index.entries["conv.weight"].number, number, "{file}");
    let counter = &index.entries["bn.num_batches_tracked"];
    assert_eq!(counter.number, NumberType::Other, "{file}");
    let tensors = weights::read(&path).unwrap().tensors;
    for (name, shape) in TENSORS {
        check(&tensors, "", name, shape, tolerance);
    }
    assert_eq!(tensors.len(), TENSORS.len(), "{file}: {:?}", tensors.keys());
}

#[test]
fn every_container_gives_the_same_numbers_in_every_precision() {
    for (precision, number, tolerance) in PRECISIONS {
        for (file, container) in [
            (format!("zip-{precision}.pth"), Container::TorchZip),
            (format!("legacy-{precision}.pth"), Container::TorchLegacy),
            (format!("script-{precision}.pt"), Container::TorchZip),
            (format!("{precision}.safetensors"), Container::Safetensors),
        ] {
            check_all(&file, container, number, tolerance);
        }
    }
    check_all("trace-f32.pt", Container::TorchZip, NumberType::F32, 0.0);
}

#[test]
fn onnx_gives_linear_layers_their_names_back() {
    for (file, number, tolerance) in [
        ("f32.onnx", NumberType::F32, 0.0),
        ("f32-list.onnx", NumberType::F32, 0.0),
        ("f16.onnx", NumberType::F16, 1.0 / 2048.0),
        ("f64.onnx", NumberType::F64, 0.0),
    ] {
        let index = TensorIndex::open(&fixture(file)).unwrap();
        assert_eq!(index.container, Container::Onnx);
        assert_eq!(index.entries["fc.weight"].number, number);
        let tensors = weights::read(&fixture(file)).unwrap().tensors;
        for (name, shape) in TENSORS.iter().filter(|(name, _)| !name.starts_with("bn.")) {
            check(&tensors, "", name, shape, tolerance);
        }
        assert_eq!(tensors.len(), 3, "{:?}", tensors.keys());
    }
}

#[test]
fn the_graph_of_an_onnx_file_tells_what_its_tensors_are_for() {
    let index = TensorIndex::open(&fixture("layers.onnx")).unwrap();
    let layers = index.graph.iter();
    let found: Vec<(LayerKind, &str, Option<&str>)> = layers
        .map(|layer| (layer.kind, layer.weight.as_str(), layer.bias.as_deref()))
        .collect();
    let expected = [
        (LayerKind::Convolution, "0", None),
        (LayerKind::Table, "5", None),
        (LayerKind::LayerNorm, "6", Some("7")),
        // A factor and a sum are what is left of a normalization that is spelled out.
        (LayerKind::LayerNorm, "shared", Some("8")),
        (LayerKind::Linear, "9", None),
        (LayerKind::Linear, "10", Some("11")),
        (LayerKind::Factor, "12", None),
    ];
    assert_eq!(found, expected);
    let norm = ["1", "2", "3", "4"].map(str::to_owned);
    assert_eq!(index.graph[0].norm, Some(norm));
    assert_eq!(index.graph[0].input, "x");
    // A product from the right is transposed; a Gemm says itself how its matrix is stored.
    let shape = |name: &str| index.entries[name].shape.clone();
    assert_eq!((shape("9"), shape("10")), (vec![5, 4], vec![6, 5]));
}

#[test]
fn a_training_file_is_read_beside_its_settings() {
    for file in ["training-zip.pth", "training-legacy.pth"] {
        let tensors = weights::read(&fixture(file)).unwrap().tensors;
        for (name, shape) in TENSORS {
            check(&tensors, "state_dict.module.", name, shape, 0.0);
        }
        assert!(tensors.contains_key("optimizer.state.0.momentum_buffer"));
    }
}

#[test]
fn a_module_that_was_saved_whole_is_read_by_its_parts() {
    let tensors = weights::read(&fixture("module.pth")).unwrap().tensors;
    for (name, shape) in [("weight", &[5, 4][..]), ("bias", &[5])] {
        assert_eq!(tensors[name].shape, shape);
        let expected = formula::weight(&format!("fc.{name}"), shape).values;
        assert_eq!(tensors[name].values, expected);
    }
    assert_eq!(tensors.len(), 2);
}

#[test]
fn views_of_one_storage_are_read_as_they_are_seen() {
    let base = formula::weight("fc.weight", &[5, 4]).values;
    let at = |row: usize, column: usize| base[row * 4 + column];
    for file in ["views-zip.pth", "views-legacy.pth"] {
        let tensors = weights::read(&fixture(file)).unwrap().tensors;
        assert_eq!(tensors["base"].values, base);
        assert_eq!(tensors["part"].values, base[4..12]);
        assert_eq!(tensors["part"].shape, [2, 4]);
        let column: Vec<f32> = (0..5).map(|row| at(row, 2)).collect();
        assert_eq!(tensors["column"].values, column);
        assert_eq!(tensors["scalar"].values, [at(4, 3)]);
        assert!(tensors["scalar"].shape.is_empty());
        let transposed = (0..4).flat_map(|column| (0..5).map(move |row| (row, column)));
        let transposed: Vec<f32> = transposed.map(|(row, column)| at(row, column)).collect();
        assert_eq!(tensors["transposed"].values, transposed);
        assert_eq!(tensors["transposed"].shape, [4, 5]);
    }
}
