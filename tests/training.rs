//! A run learns, repeats itself, and goes on after a stop or a kill as if nothing had
//! happened.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "this test needs no data")]
mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use copylens::data;
use copylens::data::Picture;
use copylens::distill;
use copylens::distill::DistillError;
use copylens::distill::Recipe;
use copylens::distill::RunConfig;
use copylens::distill::RunEvent;
use copylens::distill::RunFolder;
use copylens::distill::RunPoint;
use copylens::distill::presets;
use copylens::models;
use copylens::models::network::HeadConfig;
use copylens::models::network::Network;
use copylens::monitor::Monitor;
use copylens::persist;
use copylens::weights;
use copylens::weights::TensorMap;
use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

const N_PICTURES: u64 = 40;

/// Pictures of colored blocks, each from its own seed.
fn draw_pictures(folder: &Path) {
    for seed in 0..N_PICTURES {
        let mut picture = Picture::filled(96, 64, [0, 0, 0]);
        for y in 0..64 {
            for x in 0..96 {
                let block = u64::from(x / 16 + 8 * (y / 16)) + seed * 1_000;
                let mixed = block.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23);
                let mixed = mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9);
                picture.put(x, y, [mixed as u8, (mixed >> 8) as u8, (mixed >> 16) as u8]);
            }
        }
        let path = folder.join(format!("{seed:03}.jpg"));
        persist::save(&path, &data::encode_jpeg(&picture, 90)).unwrap();
    }
}

/// The rate is low, so that last digits do not grow into another curve while a batch out of place
/// would still show.
fn recipe(method: &str, epochs: u32) -> String {
    let losses = match method {
        "sscd" | "chain" => {
            "[[losses]]\nid = \"info-nce\"\nweight = 1.0\n\n[[losses]]\nid = \"entropy\"\nweight = 1.0\n"
        }
        _ => {
            "[[losses]]\nid = \"contrast\"\nweight = 1.0\n\n[[losses]]\nid = \"hard-negative\"\n\
             weight = 1.0\n\n[[losses]]\nid = \"relational\"\nweight = 1.0\n"
        }
    };
    let (method, epochs, stages) = match method {
        "chain" => ("sscd", 1, STAGES),
        method => (method, epochs, ""),
    };
    format!(
        "version = 1\nname = \"Test\"\nmethod = \"{method}\"\nseed = 5\n\n[network]\n\
         dimensions = 16\n\n[data]\naugmentation = \"strong-blur\"\nsize = 32\n\
         deployed_size = 32\nbatch = 8\nmicro_batch = 4\nmixup = 0.2\n\n[optimiser]\n\
         learning_rate = 0.003\nmomentum = 0.9\nweight_decay = 1e-6\nepochs = {epochs}\n\
         warmup_epochs = 0.5\nclip = 2.0\n\n[queue]\nsize = 64\nema = 0.9\n\n[evaluation]\n\
         held_out = 8\nevery_epochs = 1.0\ntensorboard = true\n\n{losses}\n{stages}"
    )
}

const STAGES: &str = "[[stages]]\n\n[[stages]]\ndata = { size = 40, deployed_size = 40 }\n\
                      optimiser = { learning_rate = 0.001, warmup_epochs = 0.0 }\n";

struct Lab {
    dir: tempfile::TempDir,
}

impl Lab {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        draw_pictures(&dir.path().join("pictures"));
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn config(&self, method: &str, run: &str) -> RunConfig {
        RunConfig {
            recipe: recipe(method, 2),
            student: "mobilenet-v3-large".to_owned(),
            teacher: (method == "rdcd").then(|| "bundled".to_owned()),
            start_from: None,
            pairs: None,
            pictures: vec![self.path("pictures")],
            device: None,
            run_dir: self.path(run),
            models_dir: self.path("models"),
            resume: true,
        }
    }
}

/// What has to be the same in two runs: everything but the clock.
fn numbers(folder: &Path) -> Vec<(u64, BTreeMap<String, f32>)> {
    let points: Vec<RunPoint> = RunFolder::new(folder.to_owned()).points();
    points
        .into_iter()
        .map(|mut point| {
            point.values.remove("pictures-per-second");
            (point.step, point.values)
        })
        .collect()
}

/// Two curves of one run, equal bit for bit.
fn assert_same_curve(a: &Path, b: &Path) {
    let (a, b) = (numbers(a), numbers(b));
    assert_eq!(a.len(), b.len());
    for ((step, a), (other_step, b)) in a.iter().zip(&b) {
        assert_eq!(step, other_step);
        assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
        assert_eq!(a, b, "step {step}");
    }
}

fn run(config: &RunConfig) -> distill::RunSummary {
    let monitor = Monitor::silent();
    distill::run(config, &Device::flex(), &monitor, &mut |_| {}).unwrap()
}

/// The random numbers of a device are shared by the whole process: one run at a time.
static ONE_AT_A_TIME: parking_lot::Mutex<()> = parking_lot::Mutex::new(());

fn a_stopped_run_equals_an_undisturbed_one(method: &str) {
    let _alone = ONE_AT_A_TIME.lock();
    let lab = Lab::new();
    let whole = lab.config(method, "whole");
    let summary = run(&whole);
    assert!(summary.complete);
    assert_eq!(summary.steps, 8);

    let cut = lab.config(method, "cut");
    for stop_at in [3, 6] {
        let monitor = Monitor::silent();
        let outcome = distill::run(&cut, &Device::flex(), &monitor, &mut |event| {
            if matches!(&event, RunEvent::Point(point) if point.step == stop_at) {
                monitor.request_stop();
            }
        });
        assert!(matches!(outcome, Err(DistillError::Cancelled(_))));
    }
    run(&cut);
    assert_same_curve(&whole.run_dir, &cut.run_dir);
    let loss: Vec<f32> = numbers(&whole.run_dir)
        .iter()
        .filter_map(|(_, values)| values.get("loss").copied())
        .collect();
    assert_eq!(loss.len(), 8);
    assert!(loss.iter().all(|value| value.is_finite()), "{loss:?}");
}

/// Small collections take more passes than the recipe says, large ones fewer.
#[test]
fn a_recipe_can_bound_its_steps() {
    let _alone = ONE_AT_A_TIME.lock();
    let lab = Lab::new();
    for (bound, steps) in [("min_steps = 9", 12), ("max_steps = 3", 3)] {
        let mut config = lab.config("sscd", &format!("run-{steps}"));
        config.recipe = config
            .recipe
            .replace("epochs = 2", &format!("epochs = 2\n{bound}"));
        let summary = run(&config);
        assert!(summary.complete);
        assert_eq!(summary.steps, steps, "{bound}");
    }
}

#[test]
fn a_stopped_sscd_run_goes_on_with_the_same_curve() {
    a_stopped_run_equals_an_undisturbed_one("sscd");
}

#[test]
fn a_stopped_distillation_goes_on_with_the_same_curve() {
    a_stopped_run_equals_an_undisturbed_one("rdcd");
}

/// A preset, cut down to what a test can afford.
fn small(preset: &str) -> String {
    let text = presets::find(preset).unwrap();
    let mut table: toml::Table = text.parse().unwrap();
    let mut change = |section: &str, values: &str| {
        let values: toml::Table = values.parse().unwrap();
        let section = table
            .entry(section)
            .or_insert_with(|| toml::Value::Table(toml::Table::new()));
        section.as_table_mut().unwrap().extend(values);
    };
    change("network", "dimensions = 16\nprototypes = 24");
    change(
        "data",
        "size = 64\ndeployed_size = 32\nbatch = 8\nmicro_batch = 4\nmixup = 0.0",
    );
    change(
        "optimiser",
        "learning_rate = 1e-4\nscaled = false\nepochs = 2\nmin_steps = 4\nmax_steps = 5\nwarmup_epochs = 0.0",
    );
    change("queue", "size = 16\nema = 0.9");
    change("evaluation", "held_out = 8\nevery_epochs = 1.0");
    if table["data"].get("small_views").is_some() || preset == "seed-patches" {
        table["data"].as_table_mut().unwrap().extend(
            "small_views = 2\nsmall_size = 32"
                .parse::<toml::Table>()
                .unwrap(),
        );
    }
    if let Some(stages) = table.get_mut("stages") {
        for stage in stages.as_array_mut().unwrap() {
            let stage = stage.as_table_mut().unwrap();
            for section in ["data", "optimiser"] {
                if let Some(section) = stage.get_mut(section).and_then(toml::Value::as_table_mut) {
                    for large in ["size", "deployed_size", "batch", "micro_batch", "epochs"] {
                        section.remove(large);
                    }
                }
            }
        }
    }
    toml::to_string(&table).unwrap()
}

/// Every method learns, repeats itself after a stop, and leaves a model behind.
#[test]
fn every_method_goes_on_after_a_stop_with_the_same_curve() {
    let _alone = ONE_AT_A_TIME.lock();
    let lab = Lab::new();
    let pairs = "a,b,copy\npictures/000.jpg,pictures/001.jpg,yes\n\
                 pictures/002.jpg,pictures/003.jpg,no\npictures/004.jpg,pictures/005.jpg,yes\n\
                 pictures/006.jpg,pictures/007.jpg,no\npictures/008.jpg,pictures/009.jpg,yes\n";
    persist::save(&lab.path("pairs.csv"), pairs.as_bytes()).unwrap();
    for preset in presets::PRESETS.iter().map(|preset| preset.id) {
        if ["quick-demo", "balanced", "best", "sscd", "rdcd", "copies"].contains(&preset) {
            continue;
        }
        let recipe = small(preset);
        let needs_teacher = Recipe::parse(&recipe).unwrap().needs_teacher();
        let config = |run: &str| RunConfig {
            recipe: recipe.clone(),
            teacher: needs_teacher.then(|| "bundled".to_owned()),
            pairs: Some(lab.path("pairs.csv")),
            ..lab.config("sscd", &format!("{preset}-{run}"))
        };
        let whole = config("whole");
        let summary = run(&whole);
        assert!(summary.complete, "{preset}");
        let cut = config("cut");
        let monitor = Monitor::silent();
        let outcome = distill::run(&cut, &Device::flex(), &monitor, &mut |event| {
            if matches!(&event, RunEvent::Point(point) if point.step == 3) {
                monitor.request_stop();
            }
        });
        assert!(
            matches!(outcome, Err(DistillError::Cancelled(_))),
            "{preset}"
        );
        run(&cut);
        assert_same_curve(&whole.run_dir, &cut.run_dir);
        let losses: Vec<f32> = numbers(&whole.run_dir)
            .iter()
            .filter_map(|(_, values)| values.get("loss").copied())
            .collect();
        assert_eq!(losses.len() as u64, summary.steps, "{preset}");
        assert!(losses.iter().all(|value| value.is_finite()), "{preset}");
        let store = models::ModelStore::new(lab.path("models"));
        store.import(&summary.model).unwrap();
    }
}

/// Two stages: the second sees larger pictures, at another rate, and begins with the weights of
/// the first.
#[test]
fn a_stopped_chain_of_stages_goes_on_with_the_same_curve() {
    a_stopped_run_equals_an_undisturbed_one("chain");
}

#[test]
fn steps_without_numbers_go_back_with_half_the_rate_until_it_is_too_small() {
    let _alone = ONE_AT_A_TIME.lock();
    let lab = Lab::new();
    let mut config = lab.config("sscd", "run");
    config.recipe = config
        .recipe
        .replace("learning_rate = 0.003", "learning_rate = 1e34");
    let (mut starts, mut halved) = (0, 0);
    let outcome =
        distill::run(
            &config,
            &Device::flex(),
            &Monitor::silent(),
            &mut |event| match event {
                RunEvent::Started { first_step, .. } => {
                    assert_eq!(first_step, 0);
                    starts += 1;
                }
                RunEvent::Notice(text) if text.contains("half the learning rate") => halved += 1,
                RunEvent::Notice(_) | RunEvent::Point(_) | RunEvent::Strip(_) => {}
            },
        );
    assert!(matches!(outcome, Err(DistillError::Diverged { times: 3 })));
    assert_eq!((starts, halved), (4, 3));
    // What was good before is kept.
    let store = models::ModelStore::new(lab.path("models"));
    store.import(&lab.path("run/best.safetensors")).unwrap();
}

#[test]
fn a_finished_run_leaves_a_model_that_can_be_used() {
    let _alone = ONE_AT_A_TIME.lock();
    let lab = Lab::new();
    let config = lab.config("sscd", "run");
    let monitor = Monitor::silent();
    let summary = distill::run(&config, &Device::flex(), &monitor, &mut |event| {
        if matches!(&event, RunEvent::Point(point) if point.step == 2) {
            monitor.request_finish();
        }
    })
    .unwrap();
    assert!(!summary.complete);
    let store = models::ModelStore::new(lab.path("models"));
    let info = store.import(&summary.model).unwrap();
    let embedder = models::Embedder::load(&info, &Device::flex()).unwrap();
    let picture = data::decode(&lab.path("pictures/000.jpg")).unwrap();
    let planes = data::planes(&picture, embedder.preprocessing());
    let descriptor = embedder.embed(&[planes]).remove(0);
    assert_eq!(descriptor.len(), 16);
    let norm: f32 = descriptor.iter().map(|v| v * v).sum();
    assert!((norm - 1.0).abs() < 1e-4, "{norm}");
    let report = std::fs::read_to_string(lab.path("run/report.md")).unwrap();
    assert!(report.contains("finished early"), "{report}");
}

#[test]
fn what_does_not_fit_is_refused_in_words() {
    let _alone = ONE_AT_A_TIME.lock();
    let lab = Lab::new();
    let good = lab.config("rdcd", "run");
    let refused = |change: &dyn Fn(&mut RunConfig)| {
        let mut config = good.clone();
        change(&mut config);
        let monitor = Monitor::silent();
        distill::run(&config, &Device::flex(), &monitor, &mut |_| {})
            .unwrap_err()
            .to_string()
    };
    assert!(refused(&|c| c.teacher = None).contains("teacher"));
    assert!(refused(&|c| c.teacher = Some("nobody".into())).contains("\"nobody\""));
    assert!(refused(&|c| c.student = "magic".into()).contains("\"magic\""));
    assert!(refused(&|c| c.pictures = vec![lab.path("models")]).contains("0 readable"));
    assert!(refused(&|c| c.recipe = "version = 1".into()).contains("line"));
}

/// What the picker offers can be taught: a gradient reaches the first layer of every network.
#[test]
fn every_student_can_take_a_step() {
    let _alone = ONE_AT_A_TIME.lock();
    let device = Device::flex().autodiff();
    let students = models::students();
    assert!(students.len() >= 10, "{} students", students.len());
    for spec in students {
        let head = HeadConfig {
            form: spec.head,
            dimensions: 8,
            large: None,
        };
        let network = Network::new(spec, head, &device);
        let values = (0..2 * 3 * 64 * 64).map(|i| ((i * 37 % 101) as f32 - 50.0) / 50.0);
        let data = TensorData::new(values.collect::<Vec<f32>>(), [2, 3, 64, 64]);
        let x_bchw = Tensor::<4>::from_data(data, &device).require_grad();
        let descriptors = network.forward(x_bchw.clone()).descriptor_bd;
        assert_eq!(descriptors.dims(), [2, 8], "{}", spec.id);
        let gradients = descriptors.slice([0..1, 0..1]).sum().backward();
        let gradient = x_bchw.grad(&gradients).unwrap();
        let values: Vec<f32> = gradient.into_data().try_into_vec().unwrap();
        assert!(values.iter().all(|v| v.is_finite()), "{}", spec.id);
        assert!(values.iter().any(|v| *v != 0.0), "{}", spec.id);
    }
}

/// Folder and last checkpoint of a run on so many devices; that of two is stopped once.
fn on_devices(lab: &Lab, method: &str, n_devices: usize) -> (PathBuf, TensorMap) {
    let mut config = lab.config(method, &format!("{method}-{n_devices}"));
    "squeezenet".clone_into(&mut config.student);
    // The pictures that are looked at together: all of a step.
    let at_once = format!("micro_batch = {}", 8 / n_devices);
    let recipe = config.recipe.replace("micro_batch = 4", &at_once);
    config.recipe = recipe.replace("mixup = 0.2", "mixup = 0.0");
    let devices = vec![Device::flex(); n_devices];
    let monitor = Monitor::silent();
    let outcome = distill::run_on(&config, &devices, &monitor, &mut |event| {
        if n_devices == 2 && matches!(&event, RunEvent::Point(point) if point.step == 6) {
            monitor.request_stop();
        }
    });
    if n_devices == 2 {
        assert!(matches!(outcome, Err(DistillError::Cancelled(_))));
        distill::run_on(&config, &devices, &Monitor::silent(), &mut |_| {}).unwrap();
    } else {
        outcome.unwrap();
    }
    let tensors = last_checkpoint(&config.run_dir);
    (config.run_dir, tensors)
}

/// Two devices share the pictures of each step, and the student is the one that one device teaches;
/// also after a stop.
#[test]
fn two_devices_teach_what_one_does() {
    let _alone = ONE_AT_A_TIME.lock();
    let lab = Lab::new();
    for method in ["sscd", "rdcd"] {
        let (one, expected) = on_devices(&lab, method, 1);
        let (two, found) = on_devices(&lab, method, 2);
        let losses = |folder: &Path| -> Vec<f32> {
            let points = numbers(folder).into_iter();
            points
                .filter_map(|(_, values)| values.get("loss").copied())
                .collect()
        };
        let (one, two) = (losses(&one), losses(&two));
        assert_eq!((one.len(), two.len()), (8, 8), "{method}");
        for (a, b) in one.iter().zip(&two) {
            assert!(
                (a - b).abs() < 1e-5 * a.abs().max(1.0),
                "{method}: {one:?}, {two:?}"
            );
        }
        for (name, tensor) in expected
            .iter()
            .filter(|(name, _)| name.starts_with("student."))
        {
            for (a, b) in tensor.values.iter().zip(&found[name].values) {
                assert!((a - b).abs() < 1e-5, "{method}: {name}: {a}, {b}");
            }
        }
    }
    let mut refused = lab.config("sscd", "refused");
    refused.recipe = small("dino");
    let devices = [Device::flex(), Device::flex()];
    let outcome = distill::run_on(&refused, &devices, &Monitor::silent(), &mut |_| {});
    assert!(matches!(outcome, Err(DistillError::OneDevice { .. })));
}

/// A run of its own process, small enough to be killed often.
fn process(lab: &Lab, run: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_copylens"));
    command
        .env("COPYLENS_HOME", lab.path("home"))
        .args(["distill", "--device", "cpu", "--resume"])
        .args(["--student", "squeezenet"])
        .arg("--recipe")
        .arg(lab.path("recipe.toml"))
        .arg("--pictures")
        .arg(lab.path("pictures"))
        .arg("--out")
        .arg(lab.path(run))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Whether the process was killed; it may also come to its end before.
fn kill_after(mut command: Command, moment: Duration) -> bool {
    let mut child = command.spawn().unwrap();
    let deadline = Instant::now() + moment;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "the run failed: {status}");
            return false;
        }
        std::thread::park_timeout(Duration::from_millis(2));
    }
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

/// Student, optimiser and memory at the end of a run.
fn last_checkpoint(folder: &Path) -> TensorMap {
    let (_, path) = RunFolder::new(folder.to_owned())
        .checkpoints()
        .pop()
        .unwrap();
    weights::read(&path).unwrap().tensors
}

/// Ten times SIGKILL at a random moment: the curve, the weights and everything else that a
/// checkpoint holds are bit for bit those of a run that was left alone.
#[test]
fn ten_kills_at_random_moments_change_no_bit() {
    const N_KILLS: usize = 10;
    let lab = Lab::new();
    persist::save(&lab.path("recipe.toml"), recipe("sscd", 4).as_bytes()).unwrap();
    let started = Instant::now();
    assert!(process(&lab, "whole").status().unwrap().success());
    let whole = started.elapsed();
    let expected = last_checkpoint(&lab.path("whole"));

    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let (mut n_kills, mut n_runs) = (0, 0);
    while n_kills < N_KILLS {
        n_runs += 1;
        let run = format!("killed-{n_runs}");
        while n_kills < N_KILLS {
            let moment = whole.mul_f64(rng.random());
            if !kill_after(process(&lab, &run), moment) {
                break;
            }
            n_kills += 1;
            let steps = RunFolder::new(lab.path(&run))
                .points()
                .last()
                .map(|p| p.step);
            support::say(&format!("killed {run} after {moment:?}, at step {steps:?}"));
        }
        assert!(process(&lab, &run).status().unwrap().success());
        assert_same_curve(&lab.path("whole"), &lab.path(&run));
        let found = last_checkpoint(&lab.path(&run));
        assert!(found.keys().eq(expected.keys()));
        for (name, tensor) in &expected {
            let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!(
                bits(&found[name].values),
                bits(&tensor.values),
                "{run}: {name}"
            );
        }
    }
}
