//! Five steps of every optimiser.

use burn::module::Module;
use burn::module::Param;
use burn::tensor::Device;
use burn::tensor::Tensor;
use copylens::distill::optimiser::FlatTensors;
use copylens::distill::optimiser::Group;
use copylens::distill::optimiser::Groups;
use copylens::distill::optimiser::Optimiser;
use copylens::distill::optimiser::Rule;
use copylens::distill::optimiser::StepRates;
use copylens::distill::optimiser::clip_each;
use copylens::distill::optimiser::without;

use crate::golden::Golden;

const SGD: Rule = Rule::Sgd { momentum: 0.9 };
const NAMES: [&str; 3] = ["weight", "bias", "scale"];

#[derive(Module, Debug)]
struct Parameters {
    weight: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
    scale: Param<Tensor<1>>,
}

impl Parameters {
    fn start(golden: &Golden) -> Self {
        Self {
            weight: Param::from_tensor(golden.tensor("start", "weight")),
            bias: Param::from_tensor(golden.tensor("start", "bias")),
            scale: Param::from_tensor(golden.tensor("start", "scale")),
        }
    }

    fn flat(&self, name: &str) -> Tensor<1> {
        match name {
            "weight" => self.weight.val().flatten(0, 1),
            "bias" => self.bias.val(),
            _ => self.scale.val(),
        }
    }
}

/// One case of the file: its rule, its groups, and what happens to gradients.
struct Case {
    name: &'static str,
    rule: Rule,
    groups: Groups,
    clip: f32,
    /// Has no gradient in the first step.
    frozen: &'static str,
}

impl Case {
    fn plain(name: &'static str, rule: Rule) -> Self {
        Self {
            name,
            rule,
            groups: Groups::default(),
            clip: 0.0,
            frozen: "none",
        }
    }

    fn vectors(name: &'static str, rule: Rule, adapts: bool) -> Self {
        Self {
            groups: Groups {
                no_decay_on_vectors: true,
                no_adaptation_on_vectors: !adapts,
                ..Groups::default()
            },
            ..Self::plain(name, rule)
        }
    }
}

fn cases() -> Vec<Case> {
    let mut grouped = Case::vectors("sgd-groups", SGD, true);
    grouped.groups.groups.push(Group {
        prefix: "weight".to_owned(),
        rate_factor: 0.5,
        decay_factor: 2.0,
    });
    vec![
        Case::plain("sgd", SGD),
        grouped,
        Case::plain("lars", Rule::LARS),
        Case::plain("lars-decay", Rule::LARS),
        Case::vectors("lars-vectors-apart", Rule::LARS, false),
        Case::plain("adam", Rule::ADAM),
        Case::plain("adam-w", Rule::ADAM_W),
        Case {
            clip: 1.5,
            frozen: "weight",
            ..Case::vectors("adam-w-dino", Rule::ADAM_W, true)
        },
    ]
}

fn gradients(golden: &Golden, step: usize, case: &Case) -> FlatTensors {
    let of = |name: &str| {
        let shape = golden.shape("gradients", name);
        let n: usize = shape[1..].iter().product();
        let values = &golden.values("gradients", name)[step * n..][..n];
        Tensor::<1>::from_data(values, &Device::flex())
    };
    let all = NAMES.map(|name| (name.to_owned(), of(name)));
    let mut gradients = clip_each(FlatTensors::from(all), case.clip);
    if step == 0 {
        gradients = without(gradients, case.frozen);
    }
    gradients
}

/// All parameters after each step, with a stop after the third: the optimiser is made anew from its
/// state.
fn run(golden: &Golden, case: &Case) -> Vec<Parameters> {
    let mut parameters = Parameters::start(golden);
    let mut optimiser = Optimiser::new(case.rule, case.groups.clone());
    let rates = golden.values(case.name, "rates").chunks_exact(2);
    let mut after = Vec::new();
    for (step, rates) in rates.enumerate() {
        if step == 3 {
            let (tensors, steps) = optimiser.state();
            optimiser = Optimiser::new(case.rule, case.groups.clone());
            assert!(optimiser.restore(tensors, &steps));
        }
        let rates = StepRates {
            rate: f64::from(rates[0]),
            weight_decay: f64::from(rates[1]),
        };
        parameters = optimiser.step(parameters, &gradients(golden, step, case), rates);
        after.push(parameters.clone());
    }
    after
}

/// Compares how far a parameter is from its start, which is much less than the parameter itself.
fn check(golden: &Golden, case: &str, name: &str, found: Tensor<1>) {
    let start = golden.values("start", name);
    let expected = golden.values(case, name);
    let moved = |values: &[f32]| -> Vec<f32> {
        let pairs = values.iter().zip(start.iter().cycle());
        pairs.map(|(value, start)| value - start).collect()
    };
    let found: Vec<f32> = found.into_data().try_into_vec().unwrap();
    assert_eq!(found.len(), expected.len());
    let (found, expected) = (moved(&found), moved(expected));
    let scale = expected.iter().fold(0.0, |max: f32, v| max.max(v.abs()));
    for (found, expected) in found.iter().zip(&expected) {
        let error = (found - expected).abs();
        assert!(
            error <= 1e-4 * scale + 1e-7,
            "{case} {name}: {found}, not {expected}"
        );
    }
}

#[test]
fn every_optimiser_equals_the_reference_and_goes_on_from_its_state() {
    let golden = Golden::open("optimisers");
    let cases = cases();
    assert_eq!(cases.len(), golden.cases("rates").len());
    for case in cases {
        let after = run(&golden, &case);
        assert_eq!(after.len(), 5);
        for name in NAMES {
            let steps: Vec<_> = after.iter().map(|step| step.flat(name)).collect();
            check(&golden, case.name, name, Tensor::cat(steps, 0));
        }
    }
}

#[test]
fn the_state_of_another_rule_is_refused() {
    let golden = Golden::open("optimisers");
    let case = Case::plain("adam", Rule::ADAM);
    let gradients = gradients(&golden, 0, &case);
    let rates = StepRates {
        rate: 0.1,
        weight_decay: 0.0,
    };
    let mut adam = Optimiser::new(Rule::ADAM, Groups::default());
    let parameters = adam.step(Parameters::start(&golden), &gradients, rates);
    let (tensors, steps) = adam.state();
    assert_eq!(tensors.len(), 6);
    let mut sgd = Optimiser::new(SGD, Groups::default());
    assert!(!sgd.restore(tensors, &steps));
    assert!(sgd.state().1.is_empty());
    assert_eq!(parameters.num_params(), 21);
}
