//! A run learns, repeats itself, and goes on after a stop or a kill as if nothing had
//! happened.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

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

/// SIGKILL at any moment, several times over: the curve and the weights are those of a run that
/// was left alone.
#[test]
fn a_killed_run_goes_on_with_the_same_curve() {
    let lab = Lab::new();
    let recipe_path = lab.path("recipe.toml");
    persist::save(&recipe_path, recipe("sscd", 3).as_bytes()).unwrap();
    let command = |run: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_copylens"));
        command
            .env("COPYLENS_HOME", lab.path("home"))
            .args([
                "distill",
                "--device",
                "cpu",
                "--resume",
                "--student",
                "mobilenet-v3-large",
            ])
            .arg("--recipe")
            .arg(&recipe_path)
            .arg("--pictures")
            .arg(lab.path("pictures"))
            .arg("--out")
            .arg(lab.path(run))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    };
    assert!(command("whole").status().unwrap().success());

    let mut n_killed = 0;
    for attempt in 0..20_u64 {
        let mut child = command("killed").spawn().unwrap();
        // Later each time, so that every part of a run is hit and the run gets to its end.
        let deadline = Instant::now() + Duration::from_millis(400 + 350 * attempt);
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if deadline < Instant::now() {
                break None;
            }
            std::thread::park_timeout(Duration::from_millis(10));
        };
        if let Some(status) = status {
            assert!(status.success(), "the run failed after {n_killed} kills");
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        n_killed += 1;
    }
    assert!(n_killed > 0, "the run was never killed");
    assert!(command("killed").status().unwrap().success());
    assert_same_curve(&lab.path("whole"), &lab.path("killed"));
}
