//! ONNX files that have lost their names, or whose normalizations are folded.
//!
//! `tests/reference/graphs.py` writes down what an exporter makes of a network; the numbers are put
//! in here, and the network has to be the one that its own names give.

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use copylens::models;
use copylens::models::ModelError;
use copylens::models::import;
use copylens::models::import::Checkpoint;
use copylens::models::network::HeadConfig;
use copylens::models::network::Network;
use copylens::models::state;
use copylens::weights;
use copylens::weights::Precision;
use copylens::weights::TensorFile;
use copylens::weights::TensorMap;
use copylens::weights::WeightTensor;

use crate::formula;
use crate::protobuf::field;
use crate::protobuf::varint;

const SIDE: u64 = 64;
const TOLERANCE: f32 = 2e-4;

/// Graph, network, and how many batch normalizations are folded.
const GRAPHS: [(&str, &str, usize); 7] = [
    ("resnet18", "resnet18", 20),
    ("mobilenet-v2", "mobilenet-v2", 52),
    ("mobilenet-v3-large", "mobilenet-v3-large", 46),
    ("efficientnet-b0", "efficientnet-b0", 49),
    ("squeezenet", "squeezenet", 0),
    ("vit-ti16-spelled", "vit-ti16", 0),
    ("vit-ti16", "vit-ti16", 0),
];

/// One of the graphs as lines of words.
struct Graph {
    lines: Vec<Vec<String>>,
}

impl Graph {
    fn read(name: &str) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/graphs");
        let text = std::fs::read_to_string(Path::new(folder).join(format!("{name}.txt"))).unwrap();
        let words = |line: &str| line.split(' ').map(str::to_owned).collect();
        Self {
            lines: text.lines().map(words).collect(),
        }
    }

    fn of_kind(&self, kind: &str) -> impl Iterator<Item = &[String]> {
        let lines = self.lines.iter().filter(move |line| line[0] == kind);
        lines.map(|line| &line[1..])
    }

    fn epsilon(&self) -> f32 {
        self.of_kind("epsilon")
            .next()
            .map_or(0.0, |words| words[0].parse().unwrap())
    }

    /// Every name of a tensor becomes a number, as older exporters have it.
    fn nameless(mut self) -> Self {
        let names: Vec<String> = self
            .of_kind("tensor")
            .map(|words| words[0].clone())
            .collect();
        let numbers = names
            .iter()
            .enumerate()
            .map(|(at, name)| (name.as_str(), at));
        let numbers: BTreeMap<&str, usize> = numbers.collect();
        for line in &mut self.lines {
            // What a tensor is made of stays.
            let end = if line[0] == "tensor" { 2 } else { line.len() };
            for word in &mut line[1..end] {
                if let Some(number) = numbers.get(word.as_str()) {
                    *word = format!("n{number}");
                }
            }
        }
        self
    }

    /// The first line that begins with these words.
    fn find(&self, start: [&str; 2]) -> usize {
        let begins = |line: &Vec<String>| line[..2] == start;
        self.lines.iter().position(begins).unwrap()
    }

    /// The file, numbers included.
    fn onnx(&self) -> Vec<u8> {
        let mut graph = Vec::new();
        for node in self.of_kind("node") {
            field(&mut graph, 1, &node_message(node));
        }
        for tensor in self.of_kind("tensor") {
            field(&mut graph, 5, &tensor_message(tensor, self.epsilon()));
        }
        let mut model = vec![0x08, 8];
        field(&mut model, 7, &graph);
        model
    }

    /// The parameters of the network before it was exported.
    fn parameters(&self) -> TensorMap {
        let mut parameters = TensorMap::new();
        let mut put = |name: String, shape: &[usize]| {
            let tensor = formula::weight(&name, shape);
            parameters.insert(name, tensor);
        };
        for tensor in self.of_kind("tensor") {
            let mut shape = shape(&tensor[1]);
            match tensor[2].as_str() {
                "is" => put(tensor[3].clone(), &shape),
                "transpose" => {
                    shape.reverse();
                    put(tensor[3].clone(), &shape);
                }
                "fold" => {
                    put(format!("{}.weight", tensor[3]), &shape);
                    for leaf in ["weight", "bias", "running_mean", "running_var"] {
                        put(format!("{}.{leaf}", tensor[4]), &shape[..1]);
                    }
                }
                other => assert_eq!(other, "shift"),
            }
        }
        parameters
    }
}

fn shape(word: &str) -> Vec<usize> {
    word.split(',').map(|side| side.parse().unwrap()).collect()
}

/// The numbers of a tensor of the file, as an exporter computes them.
fn numbers(recipe: &[String], shape: &[usize], epsilon: f32) -> Vec<f32> {
    let of_norm =
        |norm: &str, leaf: &str| formula::weight(&format!("{norm}.{leaf}"), &shape[..1]).values;
    let factors = |norm: &str| -> Vec<f32> {
        let pairs = of_norm(norm, "weight")
            .into_iter()
            .zip(of_norm(norm, "running_var"));
        pairs
            .map(|(gamma, variance)| gamma / (variance + epsilon).sqrt())
            .collect()
    };
    let name = recipe[1].as_str();
    match recipe[0].as_str() {
        "is" => formula::weight(name, shape).values,
        "transpose" => {
            let [n_in, n_out] = *shape else {
                panic!("{shape:?}")
            };
            let values = formula::weight(name, &[n_out, n_in]).values;
            let places = (0..n_in).flat_map(|row| (0..n_out).map(move |column| (row, column)));
            places
                .map(|(row, column)| values[column * n_in + row])
                .collect()
        }
        "fold" => {
            let values = formula::weight(&format!("{name}.weight"), shape).values;
            let n_each: usize = shape[1..].iter().product();
            let factors = factors(&recipe[2]);
            values
                .iter()
                .enumerate()
                .map(|(at, value)| value * factors[at / n_each])
                .collect()
        }
        "shift" => {
            let means = of_norm(name, "running_mean").into_iter().zip(factors(name));
            let shifts = of_norm(name, "bias").into_iter().zip(means);
            shifts
                .map(|(bias, (mean, factor))| bias - mean * factor)
                .collect()
        }
        other => panic!("{other}"),
    }
}

/// KIND INPUTS > OUTPUTS
fn node_message(words: &[String]) -> Vec<u8> {
    let mut message = Vec::new();
    let middle = words.iter().position(|word| word == ">").unwrap();
    for input in &words[1..middle] {
        let input = if input == "-" { "" } else { input };
        field(&mut message, 1, input.as_bytes());
    }
    for output in &words[middle + 1..] {
        field(&mut message, 2, output.as_bytes());
    }
    let kind = words[0].strip_suffix('+');
    field(&mut message, 4, kind.unwrap_or(&words[0]).as_bytes());
    if kind.is_some() {
        let mut attribute = Vec::new();
        field(&mut attribute, 1, b"transB");
        attribute.extend([0x18, 1]);
        field(&mut message, 5, &attribute);
    }
    message
}

/// NAME SHAPE RECIPE
fn tensor_message(words: &[String], epsilon: f32) -> Vec<u8> {
    let shape = shape(&words[1]);
    let mut message = Vec::new();
    for side in &shape {
        message.push(0x08);
        varint(&mut message, *side as u64);
    }
    message.extend([0x10, 1]);
    field(&mut message, 8, words[0].as_bytes());
    let bytes = numbers(&words[2..], &shape, epsilon);
    let bytes: Vec<u8> = bytes.iter().flat_map(|value| value.to_le_bytes()).collect();
    field(&mut message, 9, &bytes);
    message
}

fn imported(graph: &Graph) -> Result<Checkpoint, ModelError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.onnx");
    copylens::persist::save(&path, &graph.onnx()).unwrap();
    import::read_checkpoint(&path, None)
}

/// The same network by its names.
fn named(graph: &Graph) -> Checkpoint {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.safetensors");
    let file = TensorFile {
        tensors: graph.parameters(),
        ..TensorFile::default()
    };
    weights::write(&path, &file, Precision::F32).unwrap();
    import::read_checkpoint(&path, None).unwrap()
}

fn descriptor(checkpoint: &Checkpoint) -> Vec<f32> {
    let device = Device::flex();
    let spec = models::architecture(&checkpoint.card.architecture).unwrap();
    let head = HeadConfig {
        form: checkpoint.card.head,
        dimensions: checkpoint.card.dimensions,
        large: None,
    };
    let network = Network::new(spec, head, &device);
    let network = state::load_state(network, &checkpoint.tensors).unwrap();
    let side = SIDE as usize;
    let picture = TensorData::new(formula::picture("0", SIDE, SIDE), [1, 3, side, side]);
    let descriptor = network
        .forward(Tensor::from_data(picture, &device))
        .descriptor_bd;
    descriptor.into_data().try_into_vec().unwrap()
}

#[test]
fn a_network_is_found_by_the_order_of_its_layers() {
    for (name, id, n_folded) in GRAPHS {
        let graph = Graph::read(name);
        let expected = named(&graph);
        assert_eq!(expected.card.architecture, id);
        let found = imported(&graph).unwrap();
        assert_eq!(found.card.architecture, id, "{name}");
        assert_eq!(found.card.head, expected.card.head, "{name}");
        let difference = formula::relative_difference(&descriptor(&found), &descriptor(&expected));
        assert!(difference < TOLERANCE, "{name}: {difference}");
        let folded = format!("{n_folded} batch normalizations are folded");
        let notes = found.report.reshaped.join("\n");
        assert_eq!(notes.contains(&folded), n_folded > 0, "{name}: {notes}");
        assert!(found.report.unused.is_empty(), "{:?}", found.report.unused);

        let nameless = imported(&graph.nameless()).unwrap();
        assert_eq!(nameless.card.architecture, id, "{name}");
        let same = |name: &String, tensor: &WeightTensor| found.tensors.get(name) == Some(tensor);
        assert_eq!(nameless.tensors.len(), found.tensors.len(), "{name}");
        assert!(
            nameless
                .tensors
                .iter()
                .all(|(name, tensor)| same(name, tensor)),
            "{name}"
        );
    }
}

#[test]
fn a_graph_with_a_layer_too_few_or_too_many_is_refused() {
    let mut few = Graph::read("resnet18").nameless();
    few.lines.remove(few.find(["node", "Conv"]));
    assert!(imported(&few).is_err());
    let mut many = Graph::read("resnet18").nameless();
    let first = many.find(["node", "Conv"]);
    let twice = many.lines[first].clone();
    many.lines.insert(first, twice);
    assert!(imported(&many).is_err());
    // Behind the network there may be more, such as its classifier.
    let mut behind = Graph::read("resnet18").nameless();
    let last = behind.lines.last().unwrap().clone();
    behind.lines.push(last);
    assert_eq!(imported(&behind).unwrap().card.architecture, "resnet18");
}
