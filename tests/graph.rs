//! The graph of every network gives what the network itself gives, on weights made by a formula.

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
use copylens::models::ArchitectureSpec;
use copylens::models::ModelError;
use copylens::models::Trunk;
use copylens::models::architecture;
use copylens::models::graph::Operation;
use copylens::models::graph::Output;
use copylens::models::graph::Weights;
use copylens::models::head::HeadForm;
use copylens::models::network::HeadConfig;
use copylens::models::network::Network;
use copylens::models::resnet::ResNet;
use copylens::models::resnet::ResNetConfig;
use copylens::models::state;
use copylens::models::vit::VisionTransformer;
use copylens::models::vit::VitConfig;

/// Of the largest number of an output.
const MAX_DIFFERENCE: f32 = 1e-4;
const DIMENSIONS: usize = 48;
/// `[height, width]`: one square, one that leaves rests at every stride and patch.
const SIZES: [[usize; 2]; 2] = [[64, 64], [73, 97]];
/// Larger networks have the same layers as smaller ones.
const MAX_PARAMETERS: usize = 60_000_000;

/// A network whose weights and running statistics come from the formula.
fn network(spec: &ArchitectureSpec, form: HeadForm) -> Network {
    let head = HeadConfig {
        form,
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

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
}

/// What the network itself gives, output by output.
fn expected(network: &Network, [height, width]: [usize; 2]) -> BTreeMap<Output, Vec<f32>> {
    let planes = formula::picture("0", height as u64, width as u64);
    let data = TensorData::new(planes, [1, 3, height, width]);
    let maps = network
        .trunk
        .forward(Tensor::from_data(data, &Device::flex()));
    let [_, c, h, w] = maps.deep.dims();
    let cells = maps.deep.clone().reshape([c, h * w]).swap_dims(0, 1);
    let mut expected = BTreeMap::from([
        (Output::Fine, values(maps.fine.clone())),
        (Output::Deep, values(maps.deep.clone())),
        (
            Output::Descriptor,
            values(network.head(&maps).descriptor_bd),
        ),
    ]);
    match maps.token_bc {
        Some(token) => expected.insert(Output::Token, values(token)),
        None => expected.insert(Output::Cells, values(network.linear(cells.clamp_min(1e-6)))),
    };
    expected
}

fn check(network: &Network, what: &str) {
    let mut weights = Weights::of(network);
    for size in SIZES {
        let graph = network.graph(size, &mut weights).unwrap();
        let planes = formula::picture("0", size[0] as u64, size[1] as u64);
        let found = interpreter::run(&graph, &planes);
        let expected = expected(network, size);
        assert!(found.keys().eq(expected.keys()), "{what}");
        for (output, found) in &found {
            let difference = formula::relative_difference(found, &expected[output]);
            assert!(
                difference <= MAX_DIFFERENCE,
                "{what} {size:?} {}: {difference}",
                output.name()
            );
        }
    }
}

#[test]
fn every_graph_gives_what_its_network_gives() {
    for spec in ARCHITECTURES {
        if spec.parameters <= MAX_PARAMETERS {
            check(&network(spec, spec.head), spec.id);
        }
    }
}

#[test]
fn every_head_is_recorded() {
    let forms = ["gem+linear", "gem1+linear+norm", "gem", "average"];
    let token_forms = ["token", "token+gem", "token+gem3", "token+linear"];
    for (id, forms) in [("resnet18", forms), ("vit-ti16", token_forms)] {
        let spec = architecture(id).unwrap();
        for form in forms {
            check(&network(spec, HeadForm::from_id(form).unwrap()), form);
        }
    }
}

#[test]
fn groups_gates_and_registers_are_recorded() {
    let resnext = architecture("resnet18").map(|spec| ArchitectureSpec {
        build: |device| {
            let config = ResNetConfig {
                blocks: [1; 4],
                ..ResNetConfig::RESNEXT101_32X4D
            };
            Trunk::ResNet(ResNet::new(config, device))
        },
        channels: ResNetConfig::RESNEXT101_32X4D.channels(),
        ..*spec
    });
    let gated = architecture("dinov2-s14-reg").map(|spec| ArchitectureSpec {
        build: |device| {
            let config = VitConfig {
                depth: 2,
                gated: true,
                ..VitConfig::DINOV2_S14.with_registers()
            };
            Trunk::VisionTransformer(VisionTransformer::new(config, device))
        },
        ..*spec
    });
    for (spec, what) in [(resnext, "ResNeXt"), (gated, "SwiGLU")] {
        let spec = spec.unwrap();
        check(&network(&spec, spec.head), what);
    }
}

#[test]
fn a_kept_output_brings_only_what_it_needs() {
    let spec = architecture("mobilenet-v2").unwrap();
    let network = network(spec, spec.head);
    let mut weights = Weights::of(&network);
    let whole = network.graph([64, 64], &mut weights).unwrap();
    let kept = whole.keep(&[Output::Descriptor]);
    // Cells: map to rows, a lower bound, a linear layer.
    assert_eq!(kept.nodes.len() + 3, whole.nodes.len());
    let uses = kept.uses();
    assert!(uses.iter().all(|uses| *uses > 0), "{uses:?}");
    let planes = formula::picture("1", 64, 64);
    let [kept, whole] = [&kept, &whole].map(|graph| interpreter::run(graph, &planes));
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[&Output::Descriptor], whole[&Output::Descriptor]);
}

#[test]
fn graphs_of_two_sizes_share_their_weights() {
    let spec = architecture("mobilevit-xs").unwrap();
    let network = network(spec, spec.head);
    let mut weights = Weights::of(&network);
    let graphs = SIZES.map(|size| network.graph(size, &mut weights).unwrap());
    let [first, second] = graphs.map(|graph| {
        let nodes = graph.nodes.iter();
        let constants = nodes.flat_map(|node| node.operation.constants());
        let places = constants.map(|one| (one.name.clone(), one.values.as_ptr() as usize));
        places.collect::<BTreeMap<_, _>>()
    });
    assert!(first.len() > 100);
    assert_eq!(first, second);
    assert!(first.contains_key("trunk.stem.weight"));
}

#[test]
fn normalizations_are_folded_away() {
    for id in ["resnet18", "fastvit-t12"] {
        let spec = architecture(id).unwrap();
        let network = network(spec, spec.head);
        let graph = network.graph([64, 64], &mut Weights::of(&network)).unwrap();
        let n_convs = graph.nodes.iter();
        let n_convs = n_convs.filter(|node| matches!(node.operation, Operation::Conv(_)));
        // ResNet-18: 17 layers and three shortcuts. FastViT: a stem of 3, 12 blocks of 4, three
        // times 2 between the stages, and the last.
        let expected = if id == "resnet18" { 20 } else { 58 };
        assert_eq!(n_convs.count(), expected, "{id}");
    }
}

#[test]
fn a_picture_smaller_than_a_window_is_refused() {
    for (id, [height, width]) in [("squeezenet", [16, 40]), ("vit-ti16", [64, 15])] {
        let spec = architecture(id).unwrap();
        let network = network(spec, spec.head);
        let graph = network.graph([height, width], &mut Weights::of(&network));
        let found = match graph {
            Err(ModelError::TooSmall { height, width }) => [height, width],
            other => panic!("{id}: {:?}", other.map(|graph| graph.nodes.len())),
        };
        assert_eq!(found, [height, width]);
    }
}
