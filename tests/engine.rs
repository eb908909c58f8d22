//! The engine for processors gives what Burn gives: every operation, every network.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/formula.rs"]
mod formula;
#[path = "support/interpreter.rs"]
mod interpreter;

use std::collections::BTreeMap;

use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use copylens::models::ARCHITECTURES;
use copylens::models::architecture;
use copylens::models::engine::Engine;
use copylens::models::engine::run_graph;
use copylens::models::graph::Activation;
use copylens::models::graph::Border;
use copylens::models::graph::Builder;
use copylens::models::graph::Constant;
use copylens::models::graph::Conv;
use copylens::models::graph::Graph;
use copylens::models::graph::Linear;
use copylens::models::graph::NodeId;
use copylens::models::graph::Operation;
use copylens::models::graph::Output;
use copylens::models::graph::Shape;
use copylens::models::graph::Weights;
use copylens::models::graph::Window;
use copylens::models::network::HeadConfig;
use copylens::models::network::Network;
use copylens::models::state;

/// Of the largest number of a result.
const MAX_DIFFERENCE: f32 = 1e-5;
/// Cosine distance of two descriptors.
const MAX_DISTANCE: f64 = 1e-5;
const DIMENSIONS: usize = 48;
/// Larger networks have the same layers as smaller ones.
const MAX_PARAMETERS: usize = 60_000_000;

/// Numbers between -1 and 1 that look random.
fn numbers(seed: usize, n: usize) -> Vec<f32> {
    let mut state = seed as u64 * 7919 + 1;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..n).map(|_| next()).collect()
}

fn constant(name: &str, shape: &[usize]) -> Constant {
    let n: usize = shape.iter().product();
    let depth = (n / shape[0]).max(1) as f32;
    let values = numbers(name.len() + n, n);
    let values = values.iter().map(|value| value * 2.0 / depth.sqrt());
    Constant::new(name, shape, values.collect())
}

fn conv(name: &str, [from, to, groups]: [usize; 3], window: Window) -> Operation {
    let [height, width] = window.kernel;
    Operation::Conv(Conv {
        weight: constant(
            &format!("{name}.weight"),
            &[to, from / groups, height, width],
        ),
        bias: Some(constant(&format!("{name}.bias"), &[to])),
        window,
        groups,
    })
}

fn linear(name: &str, [from, to]: [usize; 2]) -> Operation {
    Operation::Linear(Linear {
        weight: constant(&format!("{name}.weight"), &[to, from]),
        bias: Some(constant(&format!("{name}.bias"), &[to])),
    })
}

fn window(kernel: [usize; 2], stride: [usize; 2], border: [usize; 4]) -> Window {
    let [top, left, bottom, right] = border;
    Window {
        kernel,
        stride,
        border: Border {
            top,
            left,
            bottom,
            right,
        },
    }
}

const CELL: Window = Window {
    kernel: [1, 1],
    stride: [1, 1],
    border: Border {
        top: 0,
        left: 0,
        bottom: 0,
        right: 0,
    },
};

/// A map of so many channels made of a picture of this size, and what `record` makes of it.
fn graph(
    size: [usize; 2],
    channels: usize,
    record: impl FnOnce(&mut Builder<'_>, NodeId) -> NodeId,
) -> Graph {
    let mut weights = Weights::default();
    let (mut builder, picture) = Builder::new(size, &mut weights);
    let map = builder.push(conv("first", [3, channels, 1], CELL), &[picture]);
    let last = record(&mut builder, map);
    builder
        .finish(BTreeMap::from([(Output::Fine, last)]))
        .unwrap()
}

/// Two pictures at once give what the interpreter gives for each, to the last bit the same alone and
/// with several threads.
fn check(graph: &Graph, what: &str) {
    let shape = graph.nodes[0].shape;
    let pictures = [numbers(1, shape.n_values()), numbers(2, shape.n_values())];
    let run =
        |pictures: &[Vec<f32>], n_threads| run_graph(graph, pictures, &[Output::Fine], n_threads);
    let results = run(&pictures, 1);
    for (picture, result) in pictures.iter().zip(&results) {
        let expected = &interpreter::run(graph, picture)[&Output::Fine];
        let value = &result[&Output::Fine];
        let found = planes(value.shape, &value.numbers);
        let difference = formula::relative_difference(&found, expected);
        assert!(difference <= MAX_DIFFERENCE, "{what}: {difference}");
        for n_threads in [1, 2] {
            assert_eq!(
                run(std::slice::from_ref(picture), n_threads)[0],
                *result,
                "{what}"
            );
        }
    }
    for n_threads in [2, 3] {
        assert_eq!(run(&pictures, n_threads), results, "{what}");
    }
}

/// `[h][w][c]` to `[c][h][w]`; rows as they are.
fn planes(shape: Shape, numbers: &[f32]) -> Vec<f32> {
    match shape {
        Shape::Rows { .. } => numbers.to_vec(),
        Shape::Map { channels, .. } => (0..channels)
            .flat_map(|channel| numbers.iter().skip(channel).step_by(channels).copied())
            .collect(),
    }
}

#[test]
fn convolutions_of_every_kind() {
    let even = |side: usize| [side; 4];
    // Channels, groups, kernel, stride, border, size.
    let cases = [
        ([5, 7], 1, [1, 1], [1, 1], even(0), [9, 11]),
        ([16, 70], 1, [1, 1], [2, 2], even(0), [9, 12]),
        ([3, 33], 1, [7, 7], [2, 2], even(3), [23, 18]),
        ([9, 130], 1, [3, 3], [1, 1], even(1), [13, 6]),
        ([8, 20], 1, [3, 3], [2, 2], [0, 0, 1, 1], [14, 8]),
        ([4, 4], 1, [3, 1], [1, 2], [1, 0, 0, 2], [7, 8]),
        ([12, 30], 3, [3, 3], [1, 1], even(1), [6, 7]),
        ([64, 64], 4, [3, 3], [2, 2], even(1), [7, 7]),
        ([19, 19], 19, [3, 3], [1, 1], even(1), [8, 15]),
        ([32, 32], 32, [5, 5], [2, 2], [1, 1, 2, 2], [10, 12]),
        ([40, 40], 40, [7, 7], [1, 1], even(3), [3, 5]),
        ([24, 48], 24, [7, 7], [2, 2], even(3), [9, 21]),
        ([6, 6], 6, [3, 3], [1, 1], even(0), [3, 3]),
        ([2, 256], 1, [2, 2], [2, 2], even(0), [30, 42]),
        ([48, 64], 1, [3, 3], [1, 1], even(1), [12, 14]),
        ([64, 48], 1, [3, 3], [1, 1], [1, 0, 1, 2], [37, 13]),
        ([64, 80], 1, [3, 3], [1, 1], even(1), [7, 7]),
        ([48, 48], 1, [3, 3], [1, 1], even(1), [31, 29]),
        ([700, 128], 1, [1, 1], [1, 1], even(0), [3, 7]),
        ([600, 48], 1, [3, 2], [2, 1], even(1), [5, 26]),
        ([21, 21], 21, [3, 3], [1, 1], even(1), [4, 29]),
        ([32, 32], 32, [3, 3], [2, 2], even(1), [6, 40]),
        ([24, 24], 24, [5, 5], [1, 1], even(2), [6, 27]),
        ([16, 16], 16, [7, 7], [1, 1], even(3), [9, 23]),
        ([16, 16], 16, [7, 7], [2, 2], even(3), [5, 12]),
    ];
    for (channels, groups, kernel, stride, border, size) in cases {
        let [from, to] = channels;
        let layer = conv("layer", [from, to, groups], window(kernel, stride, border));
        let graph = graph(size, from, |builder, map| builder.push(layer, &[map]));
        check(
            &graph,
            &format!("{channels:?} {groups} {kernel:?} {stride:?}"),
        );
    }
}

#[test]
fn activations_behind_a_layer_and_alone() {
    let activations = [
        Activation::Relu,
        Activation::Relu6,
        Activation::Sigmoid,
        Activation::Silu,
        Activation::HardSigmoid,
        Activation::HardSwish,
        Activation::Gelu,
        Activation::AtLeast(0.25),
    ];
    for activation in activations {
        let both = graph([5, 7], 9, |builder, map| {
            let map = builder.activate(map, activation);
            let depthwise = conv("d", [9, 9, 9], window([3, 3], [1, 1], [1; 4]));
            let wide = builder.push(depthwise, &[map]);
            let wide = builder.activate(wide, activation);
            // Two readers, so that it stands alone.
            let sum = builder.add(wide, map);
            let alone = builder.activate(sum, activation);
            builder.add(alone, sum)
        });
        check(&both, &format!("{activation:?}"));
    }
}

#[test]
fn sums_gates_and_joined_channels() {
    let whole = graph([6, 5], 20, |builder, map| {
        let layer = builder.push(conv("one", [20, 20, 1], CELL), &[map]);
        let sum = builder.add(map, layer);
        let active = builder.activate(sum, Activation::Relu);
        let three = conv("three", [20, 20, 1], window([3, 3], [1, 1], [1; 4]));
        let three = builder.push(three, &[active]);
        // The other summand is what goes into the convolution.
        let sum = builder.add(three, active);
        let doubled = builder.add(sum, sum);
        let product = builder.push(Operation::Multiply, &[doubled, map]);
        let mean = builder.mean(product);
        let narrow = builder.push(linear("narrow", [20, 6]), &[mean]);
        let wide = builder.push(linear("wide", [6, 20]), &[narrow]);
        let gate = builder.activate(wide, Activation::HardSigmoid);
        let gated = builder.push(Operation::Gate, &[product, gate]);
        let joined = builder.join(gated, map);
        builder.push(conv("last", [40, 3, 1], CELL), &[joined])
    });
    check(&whole, "sums and gates");
}

#[test]
fn pools_and_other_sizes() {
    for (kernel, stride, border) in [(3, 2, [1, 1, 1, 1]), (3, 2, [0, 0, 1, 1]), (2, 2, [0; 4])] {
        let pool = window([kernel; 2], [stride; 2], border);
        let pooled = graph([11, 14], 17, |builder, map| {
            builder.push(Operation::MaxPool(pool), &[map])
        });
        check(&pooled, "largest number");
    }
    for power in [1, 2, 3, 4] {
        let epsilon = 1e-6;
        let pooled = graph([5, 3], 35, |builder, map| {
            builder.push(Operation::GeneralizedMean { power, epsilon }, &[map])
        });
        check(&pooled, "generalized mean");
    }
    for [height, width] in [[8, 14], [3, 20]] {
        let resized = graph([7, 13], 6, |builder, map| {
            builder.push(Operation::Resize { height, width }, &[map])
        });
        check(&resized, "another size");
    }
}

#[test]
fn rows_attention_and_tokens() {
    let (height, width) = (6, 8);
    let whole = graph([height, width], 24, |builder, map| {
        let tokens = builder.push(Operation::Unfold { patch: 2 }, &[map]);
        let qkv = builder.push(linear("qkv", [24, 72]), &[tokens]);
        let seen = builder.push(
            Operation::Attention {
                heads: 3,
                groups: 4,
            },
            &[qkv],
        );
        let fold = Operation::Fold {
            patch: 2,
            height,
            width,
        };
        let map = builder.push(fold, &[seen]);
        let rows = builder.push(Operation::MapToRows, &[map]);
        let rows = builder.push(Operation::PrependRows(constant("class", &[2, 24])), &[rows]);
        let table = constant("places", &[50, 24]);
        let rows = builder.push(Operation::AddTable(table), &[rows]);
        let norm = Operation::LayerNorm {
            scale: constant("scale", &[24]),
            shift: Some(constant("shift", &[24])),
            epsilon: 1e-6,
        };
        let normal = builder.push(norm, &[rows]);
        let qkv = builder.push(linear("qkv2", [24, 72]), &[normal]);
        let seen = builder.push(
            Operation::Attention {
                heads: 2,
                groups: 1,
            },
            &[qkv],
        );
        let projected = builder.push(linear("projection", [24, 24]), &[seen]);
        let rows = builder.add(rows, projected);
        let half = Operation::TakeChannels {
            start: 5,
            count: 12,
        };
        let half = builder.push(half, &[rows]);
        let some = builder.push(Operation::TakeRows { start: 3, count: 9 }, &[half]);
        builder.push(Operation::Normalize { epsilon: 1e-12 }, &[some])
    });
    check(&whole, "rows");
    let map = graph([height, width], 4, |builder, map| {
        let rows = builder.push(Operation::MapToRows, &[map]);
        let rows = builder.push(linear("wider", [4, 10]), &[rows]);
        let map = builder.push(Operation::RowsToMap { height, width }, &[rows]);
        builder.push(conv("last", [10, 5, 1], CELL), &[map])
    });
    check(&map, "rows and map");
}

/// A network whose weights and running statistics come from the formula.
fn network(id: &str) -> Network {
    let spec = architecture(id).unwrap();
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
        // Branches that are added up would make numbers grow from block to block.
        if name.ends_with("running_var") {
            tensor.values.iter_mut().for_each(|value| *value *= 2.0);
        }
    }
    state::load_state(network, &tensors).unwrap()
}

fn cosine_distance(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(a, b)| f64::from(*a) * f64::from(*b))
            .sum()
    };
    1.0 - dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn every_network_gives_the_descriptors_of_burn() {
    for spec in ARCHITECTURES {
        if spec.parameters > MAX_PARAMETERS {
            continue;
        }
        let network = network(spec.id);
        let engine = Engine::new(network.clone());
        for [height, width] in [[64, 64], [73, 97]] {
            let picture = formula::picture("0", height as u64, width as u64);
            let data = TensorData::new(picture.clone(), [1, 3, height, width]);
            let x_bchw = Tensor::<4>::from_data(data, &Device::flex());
            let maps = network.trunk.forward(x_bchw);
            let outputs = [Output::Fine, Output::Descriptor];
            let found = engine.run(&[picture], [height, width], &outputs).unwrap();
            let fine = &found[0][&Output::Fine];
            let fine_planes = planes(fine.shape, &fine.numbers);
            let burn: Vec<f32> = network
                .head(&maps)
                .descriptor_bd
                .into_data()
                .try_into_vec()
                .unwrap();
            let burn_fine: Vec<f32> = maps.fine.into_data().try_into_vec().unwrap();
            let distance = cosine_distance(&found[0][&Output::Descriptor].numbers, &burn);
            assert!(distance <= MAX_DISTANCE, "{} {height}: {distance}", spec.id);
            let distance = cosine_distance(&fine_planes, &burn_fine);
            assert!(
                distance <= MAX_DISTANCE,
                "{} {height} fine: {distance}",
                spec.id
            );
        }
    }
}

#[test]
fn a_descriptor_does_not_depend_on_its_neighbors_or_on_threads() {
    for id in ["mobilenet-v3-large", "vit-ti16", "mobilevit-xs"] {
        let engine = Engine::new(network(id));
        let size = [64, 64];
        let pictures: Vec<Vec<f32>> = (0..5)
            .map(|idx| formula::picture(&idx.to_string(), 64, 64))
            .collect();
        let run = |pictures: &[Vec<f32>], n_threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(n_threads)
                .build();
            pool.unwrap()
                .install(|| engine.run(pictures, size, &[Output::Descriptor]).unwrap())
        };
        let together = run(&pictures, 1);
        assert_ne!(together[0], together[1]);
        for n_threads in [1, 2, 3] {
            assert_eq!(run(&pictures, n_threads), together, "{id} {n_threads}");
            for (idx, expected) in together.iter().enumerate() {
                let alone = run(&pictures[idx..=idx], n_threads);
                assert_eq!(alone[0], *expected, "{id} {n_threads}");
            }
        }
    }
}

#[test]
fn what_is_not_a_number_goes_through() {
    for id in ["resnet18", "vit-ti16", "mobilevit-xs"] {
        let engine = Engine::new(network(id));
        let pictures = [vec![f32::NAN; 3 * 64 * 64], formula::picture("0", 64, 64)];
        let results = engine
            .run(&pictures, [64, 64], &[Output::Descriptor])
            .unwrap();
        let descriptors = results
            .iter()
            .map(|result| &result[&Output::Descriptor].numbers);
        let finite: Vec<bool> = descriptors
            .map(|numbers| numbers.iter().all(|value| value.is_finite()))
            .collect();
        assert!(finite[1], "{id}");
        assert!(!finite[0], "{id}");
    }
}
