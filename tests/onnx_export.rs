//! Models as ONNX files: what is written can be read back, to the last bit.
//!
//! That other programs get the same descriptors out of them is checked by
//! `tests/reference/onnx_check.py`, on the files this test writes when `COPYLENS_ONNX_FOLDER` names
//! a folder.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "differences are looked at in Python")]
#[path = "support/formula.rs"]
mod formula;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use copylens::data::Preprocessing;
use copylens::models::ARCHITECTURES;
use copylens::models::ArchitectureSpec;
use copylens::models::BUNDLED_ID;
use copylens::models::ModelError;
use copylens::models::ModelStore;
use copylens::models::Trunk;
use copylens::models::architecture;
use copylens::models::graph::Constant;
use copylens::models::graph::Output;
use copylens::models::graph::Weights;
use copylens::models::import;
use copylens::models::model_file::ModelCard;
use copylens::models::network::HeadConfig;
use copylens::models::network::Network;
use copylens::models::onnx_export;
use copylens::models::onnx_export::proto;
use copylens::models::resnet::ResNet;
use copylens::models::resnet::ResNetConfig;
use copylens::models::state;
use copylens::models::vit::VisionTransformer;
use copylens::models::vit::VitConfig;
use copylens::weights;
use copylens::weights::Precision;
use copylens::weights::TensorFile;
use copylens::weights::WeightTensor;
use half::f16;
use prost::Message as _;

const DIMENSIONS: usize = 48;
/// Larger networks have the same layers as smaller ones.
const MAX_PARAMETERS: usize = 12_000_000;
/// Those that are written for Python; beyond are the larger forms of the same networks.
const MAX_PARAMETERS_FOR_PYTHON: usize = 120_000_000;

/// A network and what its file says about it.
struct Case {
    name: &'static str,
    card: ModelCard,
    network: Network,
}

impl Case {
    /// Weights and running statistics come from the formula.
    fn new(name: &'static str, spec: &ArchitectureSpec) -> Self {
        let head = HeadConfig {
            form: spec.head,
            dimensions: DIMENSIONS,
            large: None,
        };
        let network = Network::new(spec, head, &Device::flex());
        let original = |ours: &str| match ours.strip_prefix("trunk.") {
            Some(ours) => (spec.original_key)(ours),
            None => ours.to_owned(),
        };
        let mut tensors = formula::weights(state::read_shapes(&network), original);
        for (name, tensor) in &mut tensors {
            if name.ends_with("running_var") {
                tensor.values.iter_mut().for_each(|value| *value *= 2.0);
            }
        }
        Self {
            name,
            card: card(spec),
            network: state::load_state(network, &tensors).unwrap(),
        }
    }

    fn encode(&self, precision: Precision) -> Vec<u8> {
        let path = Path::new(self.name);
        onnx_export::encode(&self.card, &self.network, precision, path).unwrap()
    }

    /// Every weight of the graph that is written.
    fn constants(&self) -> BTreeMap<String, Constant> {
        let side = self.card.preprocessing.size as usize;
        let mut weights = Weights::of(&self.network);
        let graph = self.network.graph([side, side], &mut weights).unwrap();
        let graph = graph.keep(&[Output::Descriptor]);
        let nodes = graph.nodes.iter();
        let constants = nodes.flat_map(|node| node.operation.constants());
        constants
            .map(|one| (one.name.to_string(), one.clone()))
            .collect()
    }
}

fn card(spec: &ArchitectureSpec) -> ModelCard {
    // A size that leaves a rest at the strides of MobileViT, or a few patches.
    let side = if spec.multiple == 1 {
        72
    } else {
        spec.multiple * 6
    };
    ModelCard {
        name: format!("{} by formula", spec.label),
        architecture: spec.id.to_owned(),
        head: spec.head,
        dimensions: DIMENSIONS,
        preprocessing: Preprocessing::imagenet(side),
        source: "a formula".to_owned(),
        quality: None,
        created: None,
        published: None,
    }
}

/// Every network up to a size, and small ones of the families whose networks are large.
fn cases(max_parameters: usize) -> impl Iterator<Item = Case> {
    let resnext = ArchitectureSpec {
        build: |device| {
            let config = ResNetConfig {
                blocks: [1; 4],
                ..ResNetConfig::RESNEXT101_32X4D
            };
            Trunk::ResNet(ResNet::new(config, device))
        },
        channels: ResNetConfig::RESNEXT101_32X4D.channels(),
        ..*architecture("resnet18").unwrap()
    };
    let gated = ArchitectureSpec {
        build: |device| {
            let config = VitConfig {
                depth: 2,
                gated: true,
                ..VitConfig::DINOV2_S14.with_registers()
            };
            Trunk::VisionTransformer(VisionTransformer::new(config, device))
        },
        ..*architecture("dinov2-s14-reg").unwrap()
    };
    let small = [("resnext-short", resnext), ("gated-short", gated)];
    let small = small.into_iter().map(|(name, spec)| Case::new(name, &spec));
    let listed = ARCHITECTURES.iter();
    let listed = listed.filter(move |spec| spec.parameters <= max_parameters);
    small.chain(listed.map(|spec| Case::new(spec.id, spec)))
}

/// Nodes and tensors in one line each.
fn lines(model: &proto::Model) -> String {
    let graph = model.graph.as_ref().unwrap();
    let mut lines = String::new();
    for node in &graph.node {
        let (inputs, outputs) = (node.input.join(" "), node.output.join(" "));
        writeln!(lines, "{} {inputs} -> {outputs}", node.op_type).unwrap();
    }
    for tensor in &graph.initializer {
        writeln!(lines, "{} {:?}", tensor.name, tensor.dims).unwrap();
    }
    lines
}

fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// The file as our own reader of ONNX sees it.
fn read_back(bytes: &[u8], folder: &Path) -> TensorFile {
    let path = folder.join("model.onnx");
    copylens::persist::save(&path, bytes).unwrap();
    weights::read(&path).unwrap()
}

#[test]
fn every_tensor_comes_back_to_the_last_bit() {
    let folder = tempfile::tempdir().unwrap();
    for case in cases(MAX_PARAMETERS) {
        let constants = case.constants();
        let found = read_back(&case.encode(Precision::F32), folder.path());
        assert!(found.tensors.keys().eq(constants.keys()), "{}", case.name);
        for (name, tensor) in &found.tensors {
            let constant = &constants[name];
            assert_eq!(tensor.shape, constant.shape, "{} {name}", case.name);
            let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&tensor.values), bits(&constant.values), "{name}");
        }
    }
}

#[test]
fn half_precision_halves_the_file_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let case = Case::new("mobilenet-v2", architecture("mobilenet-v2").unwrap());
    let constants = case.constants();
    let [whole, half] = [Precision::F32, Precision::F16].map(|precision| case.encode(precision));
    assert!(half.len() * 100 < whole.len() * 52);
    let found = read_back(&half, folder.path());
    for (name, tensor) in &found.tensors {
        let rounded = constants[name].values.iter();
        let rounded: Vec<f32> = rounded.map(|v| f16::from_f32(*v).to_f32()).collect();
        assert_eq!(tensor.values, rounded, "{name}");
    }
    assert_eq!(found.tensors.len(), constants.len());
}

/// `golden/onnx.txt` is written by `onnx_check.py`, for files whose descriptors it has compared.
#[test]
fn nodes_and_names_are_those_that_were_compared_in_python() {
    let golden = include_str!("reference/golden/onnx.txt");
    let golden: BTreeMap<&str, &str> = golden
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once(": ").unwrap())
        .collect();
    let mut n_checked = 0;
    for case in cases(MAX_PARAMETERS) {
        let model = proto::Model::decode(case.encode(Precision::F32).as_slice()).unwrap();
        let graph = model.graph.as_ref().unwrap();
        let (n_nodes, n_tensors) = (graph.node.len(), graph.initializer.len());
        let hash = fnv1a(&lines(&model));
        let found = format!("{n_nodes} nodes, {n_tensors} tensors, {hash:016x}");
        assert_eq!(found, golden[case.name], "{}", case.name);
        assert_eq!(
            dims(&graph.input[0]),
            ["batch", "3", side(&case), side(&case)]
        );
        assert_eq!(dims(&graph.output[0])[0], "batch");
        assert_eq!(graph.input[0].name, "pictures");
        assert_eq!(graph.output[0].name, "descriptors");
        let known = model.metadata_props.iter();
        let known: BTreeMap<_, _> = known.map(|entry| (&*entry.key, &*entry.value)).collect();
        assert_eq!(known["mean"], "0.485, 0.456, 0.406");
        assert_eq!(known["size"], side(&case));
        n_checked += 1;
    }
    assert!(n_checked > 8);
}

fn side(case: &Case) -> &str {
    match case.card.preprocessing.size {
        72 => "72",
        84 => "84",
        96 => "96",
        other => panic!("no case has the size {other}"),
    }
}

fn dims(value: &proto::ValueInfo) -> Vec<String> {
    let kind = value.kind.as_ref().unwrap();
    let shape = kind.tensor.as_ref().unwrap().shape.as_ref().unwrap();
    let words = shape.dim.iter().map(|dim| match &dim.extent {
        Some(proto::Extent::Number(number)) => number.to_string(),
        Some(proto::Extent::Name(name)) => name.clone(),
        None => String::new(),
    });
    words.collect()
}

#[test]
fn a_network_that_does_not_fit_is_refused_before_it_is_read() {
    let spec = architecture("dinov2-g14").unwrap();
    let head = HeadConfig {
        form: spec.head,
        dimensions: spec.channels,
        large: None,
    };
    let network = Network::new(spec, head, &Device::flex());
    let path = Path::new("giant.onnx");
    let encoded = onnx_export::encode(&card(spec), &network, Precision::F32, path);
    assert!(matches!(
        encoded,
        Err(ModelError::TooLargeForOnnx {
            megabytes: 4300..4400,
            ..
        })
    ));
}

#[test]
fn the_store_exports_by_the_ending() {
    let folder = tempfile::tempdir().unwrap();
    let store = ModelStore::new(folder.path().join("models"));
    let to = folder.path().join("bundled.ONNX");
    store.export(BUNDLED_ID, &to).unwrap();
    let bytes = std::fs::read(&to).unwrap();
    let model = proto::Model::decode(bytes.as_slice()).unwrap();
    assert_eq!(model.producer_name, "Copylens");
    let half = folder.path().join("half.onnx");
    store
        .export_original(BUNDLED_ID, &half, Precision::F16)
        .unwrap();
    let n_bytes = half.metadata().unwrap().len();
    assert!(n_bytes < bytes.len() as u64 * 52 / 100);
}

/// What folding leaves no way back from: the branches of FastViT, and positions for another size.
const ONE_WAY: &[&str] = &["fastvit-t12", "vit-ti16"];

#[test]
fn a_file_of_ours_comes_back_as_the_same_model() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    let mut one_way = Vec::new();
    let native = [("vit-ti16", 224), ("dinov2-s14-reg", 518)].map(|(id, side)| {
        let mut case = Case::new("at its native size", architecture(id).unwrap());
        case.card.preprocessing = Preprocessing::imagenet(side);
        case
    });
    let listed = cases(MAX_PARAMETERS).filter(|case| architecture(case.name).is_some());
    for case in listed.chain(native) {
        copylens::persist::save(&path, &case.encode(Precision::F32)).unwrap();
        let checkpoint = match import::read_checkpoint(&path, None) {
            Ok(checkpoint) => checkpoint,
            Err(ModelError::FoldedForOthers { .. }) => {
                one_way.push(case.name);
                continue;
            }
            Err(err) => panic!("{}: {err}", case.name),
        };
        assert_eq!(checkpoint.card, case.card);
        let expected = case.constants();
        let network = state::load_state(case.network, &checkpoint.tensors).unwrap();
        let back = Case { network, ..case };
        for (name, constant) in back.constants() {
            let pairs = constant.values.iter().zip(expected[&name].values.iter());
            let largest = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(largest < 1e-5, "{} {name}: {largest}", back.name);
        }
    }
    assert_eq!(one_way, ONE_WAY);
}

#[test]
fn a_file_of_ours_that_was_changed_is_no_model() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    let case = Case::new("mobilenet-v2", architecture("mobilenet-v2").unwrap());
    let mut model = proto::Model::decode(case.encode(Precision::F32).as_slice()).unwrap();
    let graph = model.graph.as_mut().unwrap();
    graph
        .initializer
        .retain(|tensor| tensor.name != "fc.weight");
    copylens::persist::save(&path, &model.encode_to_vec()).unwrap();
    let found = import::read_checkpoint(&path, None);
    assert!(matches!(found, Err(ModelError::FoldedForOthers { .. })));
}

/// Files, pictures and our own descriptors for `onnx_check.py`.
#[test]
fn files_for_other_programs_are_written_when_asked() {
    let Some(folder) = std::env::var_os("COPYLENS_ONNX_FOLDER").map(PathBuf::from) else {
        return;
    };
    let store = ModelStore::new(folder.join("models"));
    for (name, precision) in [("whole", Precision::F32), ("half", Precision::F16)] {
        let to = folder.join(format!("bundled/{name}.onnx"));
        store.export_original(BUNDLED_ID, &to, precision).unwrap();
    }
    for case in cases(MAX_PARAMETERS_FOR_PYTHON) {
        let side = case.card.preprocessing.size as u64;
        let pictures: Vec<f32> = ["0", "1", "2"]
            .iter()
            .flat_map(|which| formula::picture(which, side, side))
            .collect();
        let shape = [3, 3, side as usize, side as usize];
        let data = TensorData::new(pictures.clone(), shape);
        let output = case
            .network
            .forward(Tensor::from_data(data, &Device::flex()));
        let found = output.descriptor_bd;
        let d = found.dims()[1];
        let tensor = |shape: Vec<usize>, values: Vec<f32>| WeightTensor { shape, values };
        let descriptors = found.into_data().try_into_vec().unwrap();
        let tensors = BTreeMap::from([
            ("pictures".to_owned(), tensor(shape.to_vec(), pictures)),
            ("descriptors".to_owned(), tensor(vec![3, d], descriptors)),
        ]);
        let file = TensorFile {
            tensors,
            metadata: BTreeMap::new(),
        };
        let place = |ending: &str| folder.join(format!("{}{ending}", case.name));
        weights::write(&place(".safetensors"), &file, Precision::F32).unwrap();
        copylens::persist::save(&place(".onnx"), &case.encode(Precision::F32)).unwrap();
        copylens::persist::save(&place("-half.onnx"), &case.encode(Precision::F16)).unwrap();
    }
}
