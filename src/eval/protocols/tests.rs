use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::data;
use crate::data::Picture;
use crate::data::Preprocessing;
use crate::eval::Form;
use crate::persist;

/// A descriptor of a picture that is made without a network: its pixels at 8 x 8, around their mean.
pub(in crate::eval) struct GridSource {
    /// Pictures that were embedded.
    pub(in crate::eval) n_embedded: usize,
}

impl GridSource {
    pub(in crate::eval) fn new() -> Self {
        Self { n_embedded: 0 }
    }
}

impl DescriptorSource for GridSource {
    fn fingerprint(&self) -> String {
        "grid".to_owned()
    }

    fn preprocessing(&self) -> Preprocessing {
        Preprocessing::imagenet(8)
    }

    fn multiple(&self) -> u32 {
        1
    }

    fn has(&self, form: Form) -> bool {
        form == Form::Deployed
    }

    fn embed(&mut self, planes: &[Vec<f32>], _: [usize; 2], _: Form) -> Vec<Vec<f32>> {
        self.n_embedded += planes.len();
        let row = |planes: &Vec<f32>| {
            let mean = planes.iter().sum::<f32>() / planes.len() as f32;
            let length = planes
                .iter()
                .map(|v| (v - mean).powi(2))
                .sum::<f32>()
                .sqrt();
            planes
                .iter()
                .map(|v| (v - mean) / length.max(1e-6))
                .collect()
        };
        planes.iter().map(row).collect()
    }
}

/// Red and green of a picture of one color are its descriptor.
struct ColorSource;

impl DescriptorSource for ColorSource {
    fn fingerprint(&self) -> String {
        "color".to_owned()
    }

    fn preprocessing(&self) -> Preprocessing {
        Preprocessing {
            size: 2,
            mean: [0.0; 3],
            std: [1.0; 3],
        }
    }

    fn multiple(&self) -> u32 {
        1
    }

    fn has(&self, form: Form) -> bool {
        form == Form::Deployed
    }

    fn embed(&mut self, planes: &[Vec<f32>], _: [usize; 2], _: Form) -> Vec<Vec<f32>> {
        let row = |planes: &Vec<f32>| vec![planes[0], planes[planes.len() / 3]];
        planes.iter().map(row).collect()
    }
}

fn color(folder: &Path, name: &str, red: u8, green: u8) {
    let picture = Picture::filled(3, 3, [red, green, 0]);
    persist::save(&folder.join(name), &data::encode_png(&picture).unwrap()).unwrap();
}

fn measure(
    protocol: &str,
    path: &Path,
    chosen: &[(&str, &str)],
    source: &mut dyn DescriptorSource,
) -> Result<Report, EvalError> {
    let chosen: BTreeMap<String, String> = chosen
        .iter()
        .map(|(id, value)| ((*id).to_owned(), (*value).to_owned()))
        .collect();
    let request = Request {
        spec: get(protocol)?,
        path,
        chosen: &chosen,
        cache: None,
        submission: None,
        model: ModelFacts::default(),
        device: String::new(),
        engine: String::new(),
    };
    run(request, source, &Monitor::silent())
}

/// Three queries, two references and one background picture.
fn disc21(truth: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for (name, red, green) in [
        ("queries/Q00000.png", 255, 0),
        ("queries/Q00001.png", 0, 255),
        ("queries/Q00002.png", 153, 204),
        ("references/R000000.png", 255, 0),
        ("references/R000001.png", 0, 255),
        ("train/T000000.png", 204, 153),
    ] {
        color(root, name, red, green);
    }
    persist::save(&root.join("dev_ground_truth.csv"), truth.as_bytes()).unwrap();
    folder
}

const TRUTH: &str = "query_id,reference_id\nQ00000,R000000\nQ00001,\nQ00002,R000001\n";

#[track_caller]
fn close(report: &Report, id: &str, expected: f64) {
    let found = report.figure(id).unwrap_or_else(|| panic!("{id}"));
    assert!(
        (found - expected).abs() < 1e-6,
        "{id}: {found}, not {expected}"
    );
}

#[test]
fn ids_are_unique_and_everything_is_explained() {
    let mut seen = BTreeSet::new();
    for spec in PROTOCOLS {
        assert!(
            seen.insert(spec.id),
            "two protocols are called {:?}",
            spec.id
        );
        assert!(spec.help.ends_with('.'), "{}", spec.id);
        for layout in spec.layouts {
            assert!(datasets::layout(layout).is_some(), "{}: {layout}", spec.id);
        }
        let mut options = BTreeSet::new();
        for option in spec.options {
            assert!(options.insert(option.id), "{}: {}", spec.id, option.id);
            assert!(option.help.ends_with('.'), "{}: {}", spec.id, option.id);
        }
        assert!(
            Options::new(spec.options, &BTreeMap::new()).is_ok(),
            "{}",
            spec.id
        );
        for published in spec.published {
            assert!((0.0..=1.0).contains(&published.value), "{}", published.what);
            assert!(!published.source.is_empty(), "{}", published.what);
        }
    }
    for layout in datasets::LAYOUTS {
        let n_fitting = fitting(layout.id).count();
        assert_eq!(n_fitting == 0, layout.id == "pictures", "{}", layout.id);
    }
}

#[test]
fn disc21_matches_the_report_worked_out_by_hand() {
    let folder = disc21(TRUTH);
    let report = measure("disc21", folder.path(), &[], &mut ColorSource).unwrap();
    // 1.0: query 1 wrong and query 0 right (wrong first), 0.8: query 2 right.
    // (1/2 + 2/3) / 2 = 0.583333; precision never reaches 0.9.
    close(&report, "micro-ap", 0.583_333_3);
    close(&report, "recall-at-p90", 0.0);
    assert_eq!(report.figure("threshold-at-p90"), None);
    close(&report, "recall-at-1", 1.0);
    // Background cosines 0.8, 0.6, 0.96: 0.4 wrong, 0.2 right, -0.16 right: the same order.
    close(&report, "micro-ap-sn", 0.583_333_3);
    let parts: Vec<_> = report.data.parts.iter().map(|(_, n)| *n).collect();
    assert_eq!(parts, [3, 2, 1]);
    assert_eq!(report.computing.n_embedded, 6);
    assert!(report.findings.per_edit.is_empty());
    let wrong = &report.findings.false_matches[0];
    assert!(wrong.query.ends_with("Q00001.png") && wrong.reference.ends_with("R000001.png"));
}

#[test]
fn options_of_disc21_change_what_they_say() {
    let folder = disc21(TRUTH);
    let with = |chosen: &[(&str, &str)]| {
        measure("disc21", folder.path(), chosen, &mut ColorSource).unwrap()
    };
    let report = with(&[("score-normalization", "off")]);
    assert_eq!(
        (report.figure("micro-ap-sn"), report.computing.n_embedded),
        (None, 5)
    );
    // One pair for each query on average: the three most similar of all six.
    let report = with(&[("candidates", "1"), ("global-ranking", "on")]);
    close(&report, "micro-ap", 0.583_333_3);
    // Only true pairs: nothing can be wrong first.
    close(&with(&[("subset-1", "on")]), "micro-ap", 1.0);
    let error = measure(
        "disc21",
        folder.path(),
        &[("whitening", "whiten")],
        &mut ColorSource,
    );
    assert!(
        matches!(error, Err(EvalError::Whitening(_))),
        "one background picture is too few"
    );
}

#[test]
fn an_unreadable_original_is_listed_and_stays_in_the_count() {
    let folder = disc21("Q00000,R000000\nQ00002,R000001\n");
    let broken = folder.path().join("references/R000001.png");
    persist::save(&broken, b"no picture").unwrap();
    let report = measure("disc21", folder.path(), &[], &mut ColorSource).unwrap();
    assert_eq!(report.findings.unreadable.len(), 1);
    assert_eq!(report.findings.unreadable[0].path, broken);
    // Only query 0 can be right, at rank 1 of 2 pairs.
    close(&report, "recall-at-1", 0.5);
    close(&report, "micro-ap", 0.5);
    let missed = &report.findings.misses[0];
    assert_eq!((missed.similarity, missed.rank), (None, None));
}

#[test]
fn edits_are_counted_over_the_copies_that_have_them() {
    let folder = disc21(TRUTH);
    let table = "query_id,reference_id,n_ops,ops\n\
                 Q00000,R000000,2,crop(area=0.5);hflip\n\
                 Q00002,R000001,2,hflip;hflip\n\
                 Q00001,,1,blur(sigma=2)\n";
    persist::save(&folder.path().join("queries_ops.csv"), table.as_bytes()).unwrap();
    // Query 2 looks like its reference least.
    color(folder.path(), "queries/Q00002.png", 204, 153);
    let report = measure("disc21", folder.path(), &[], &mut ColorSource).unwrap();
    let edits: Vec<_> = report
        .findings
        .per_edit
        .iter()
        .map(|edit| (edit.name.as_str(), edit.found, edit.n_copies))
        .collect();
    assert_eq!(edits, [("crop", 1.0, 1), ("hflip", 0.5, 2)]);
}

#[test]
fn files_of_the_challenge_hold_every_readable_picture() {
    let folder = disc21(TRUTH);
    let out = folder.path().join("submission");
    let chosen = BTreeMap::new();
    let request = Request {
        spec: get("disc21").unwrap(),
        path: folder.path(),
        chosen: &chosen,
        cache: None,
        submission: Some(&out),
        model: ModelFacts::default(),
        device: String::new(),
        engine: String::new(),
    };
    run(request, &mut ColorSource, &Monitor::silent()).unwrap();
    let table = std::fs::read_to_string(out.join("predictions.csv")).unwrap();
    assert_eq!(table.lines().count(), 1 + 6);
    assert!(table.contains("\nQ00000,R000000,"), "{table}");
    let rows = std::fs::read(out.join("descriptors.h5")).unwrap();
    assert!(rows.starts_with(b"\x89HDF"));
}

#[test]
fn a_second_protocol_on_the_same_pictures_embeds_nothing() {
    let folder = disc21(TRUTH);
    let kept = tempfile::tempdir().unwrap();
    let cache = DescriptorCache::new(kept.path().to_owned());
    let chosen = BTreeMap::new();
    let mut source = GridSource::new();
    let mut measure = |path: &Path| {
        let request = Request {
            spec: get("disc21").unwrap(),
            path,
            chosen: &chosen,
            cache: Some(&cache),
            submission: None,
            model: ModelFacts::default(),
            device: String::new(),
            engine: String::new(),
        };
        let report = run(request, &mut source, &Monitor::silent()).unwrap();
        (
            report.computing.n_embedded,
            report.computing.n_cached,
            report,
        )
    };
    let first = measure(folder.path());
    assert_eq!((first.0, first.1), (6, 0));
    let second = measure(folder.path());
    assert_eq!((second.0, second.1), (0, 6));
    assert_eq!(second.2.findings, first.2.findings);
    // A changed picture is embedded again, with those that lie in one file with it.
    color(folder.path(), "train/T000000.png", 10, 20);
    let third = measure(folder.path());
    assert_eq!((third.0, third.1), (1, 5));
}

#[test]
fn a_protocol_that_does_not_fit_names_those_that_do() {
    let folder = disc21(TRUTH);
    let error = measure("knn", folder.path(), &[], &mut ColorSource).unwrap_err();
    assert!(error.to_string().contains("there is disc21"), "{error}");
    let error = measure("k-nn", folder.path(), &[], &mut ColorSource).unwrap_err();
    assert!(error.to_string().contains("knn, linear"), "{error}");
}

#[test]
fn copydays_measures_each_block_and_searches_distractors() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for (name, red, green) in [
        ("original/200000.png", 255, 0),
        ("original/200100.png", 0, 255),
        ("strong/200001.png", 255, 0),
        ("strong/200101.png", 204, 153),
        ("crops/50/200006.png", 255, 0),
        ("crops/50/200106.png", 0, 255),
        ("distractors/a.png", 153, 204),
    ] {
        color(root, name, red, green);
    }
    let report = measure("copydays", root, &[], &mut ColorSource).unwrap();
    // Strong: first at once; the second has 0.96 to the distractor, 0.8 to original 0, 0.6 to its own:
    // third, by trapezoids (0/2 + 1/3) / 2 = 1/6. Mean (1 + 1/6) / 2.
    close(&report, "strong-map", 7.0 / 12.0);
    close(&report, "crops-map", 1.0);
    assert_eq!(report.figure("jpeg-map"), None);
    assert_eq!(report.findings.ranks.len(), 6);
    let without = [("distractors", "off")];
    let report = measure("copydays", root, &without, &mut ColorSource).unwrap();
    // Second place: (0/1 + 1/2) / 2 = 1/4.
    close(&report, "strong-map", 0.625);
    let token = [("descriptor", "token-gem")];
    let error = measure("copydays", root, &token, &mut ColorSource).unwrap_err();
    assert!(matches!(error, EvalError::NoToken));
}

/// Two classes of three pictures each, one picture of each held out.
fn classes() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, red, green) in [
        ("train/cat/1.png", 255, 0),
        ("train/cat/2.png", 250, 10),
        ("train/dog/1.png", 0, 255),
        ("train/dog/2.png", 10, 250),
        ("val/cat/3.png", 240, 20),
        ("val/dog/3.png", 204, 153),
    ] {
        color(folder.path(), name, red, green);
    }
    folder
}

#[test]
fn classes_are_told_by_neighbors_and_by_a_layer() {
    let folder = classes();
    let model = ("input", "model");
    let report = measure("knn", folder.path(), &[model, ("k", "1")], &mut ColorSource).unwrap();
    close(&report, "top-1", 0.5);
    close(&report, "top-5", 0.5);
    let linear = |solver| {
        let chosen = [model, ("solver", solver), ("c", "1000")];
        measure("linear", folder.path(), &chosen, &mut ColorSource).unwrap()
    };
    for solver in ["l-bfgs", "dino", "seed"] {
        let report = linear(solver);
        assert_eq!(report.figure("top-1"), Some(0.5), "{solver}");
        assert_eq!(report.figure("top-5"), Some(1.0), "{solver}");
    }
}

#[test]
fn same_classes_lie_together_or_do_not() {
    let folder = tempfile::tempdir().unwrap();
    for (name, red, green) in [
        ("cat/1.png", 255, 0),
        ("cat/2.png", 250, 10),
        ("dog/1.png", 0, 255),
        ("dog/2.png", 10, 250),
    ] {
        color(folder.path(), name, red, green);
    }
    let model = [("input", "model")];
    let report = measure("metric-learning", folder.path(), &model, &mut ColorSource).unwrap();
    for id in [
        "class-recall-at-1",
        "map-at-r",
        "r-precision",
        "nmi",
        "pair-f1",
    ] {
        close(&report, id, 1.0);
    }
    // The source's own definition counts the query: (2 - 1) / 2.
    close(&report, "map-c-obd", 0.5);
    assert_eq!(report.findings.notes.len(), 1);
}

#[test]
fn a_stop_ends_the_evaluation_and_a_broken_model_is_named() {
    struct Broken;
    impl DescriptorSource for Broken {
        fn fingerprint(&self) -> String {
            String::new()
        }
        fn preprocessing(&self) -> Preprocessing {
            Preprocessing::imagenet(2)
        }
        fn multiple(&self) -> u32 {
            1
        }
        fn has(&self, _: Form) -> bool {
            true
        }
        fn embed(&mut self, planes: &[Vec<f32>], _: [usize; 2], _: Form) -> Vec<Vec<f32>> {
            vec![vec![f32::NAN, 0.0]; planes.len()]
        }
    }
    let folder = disc21(TRUTH);
    let error = measure("disc21", folder.path(), &[], &mut Broken).unwrap_err();
    assert!(matches!(error, EvalError::NotFinite { .. }), "{error}");
    let monitor = Monitor::silent();
    monitor.request_stop();
    let chosen = BTreeMap::new();
    let request = Request {
        spec: get("disc21").unwrap(),
        path: folder.path(),
        chosen: &chosen,
        cache: None,
        submission: None,
        model: ModelFacts::default(),
        device: String::new(),
        engine: String::new(),
    };
    let stopped = run(request, &mut ColorSource, &monitor);
    assert!(stopped.is_err_and(|err| err.to_string().contains("stopped")));
}
