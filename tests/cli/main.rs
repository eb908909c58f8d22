//! The command-line twin as scripts see it: JSON, exit codes, messages.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bench;
mod evaluate;
mod model_files;
mod published;
#[expect(dead_code, reason = "the tests of downloads use all of it")]
#[path = "../download/server.rs"]
mod server;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use copylens::data;
use copylens::data::Picture;
use copylens::persist;
use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

const N_SCENES: u64 = 8;
/// Reads the pictures of the desk into its library.
const INDEX: [&str; 7] = [
    "index",
    "--library",
    "library",
    "--device",
    "cpu",
    "pictures",
    "--json",
];

/// A data folder of its own and some pictures.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A folder with some scenes in it.
    fn with_scenes() -> Self {
        let desk = Self::new();
        for seed in 0..N_SCENES {
            let jpeg = data::encode_jpeg(&scene(seed), 90);
            persist::save(&desk.path(&format!("pictures/scene-{seed}.jpg")), &jpeg).unwrap();
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_copylens"));
        command
            .args(words)
            .current_dir(self.folder.path())
            .env("COPYLENS_HOME", self.path("home"))
            // Servers of tests are on this computer.
            .env("NO_PROXY", "127.0.0.1");
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Runs and expects success and JSON on each line.
    fn json(&self, words: &[&str]) -> Vec<Value> {
        let output = self.run(words);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{words:?}: {}",
            stderr(&output)
        );
        json_lines(&output)
    }

    fn index(&self) -> Value {
        self.json(&INDEX).remove(0)
    }
}

fn json_lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn fields(value: &Value) -> BTreeSet<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// Soft ground with a dozen shapes, different for each seed.
fn scene(seed: u64) -> Picture {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (width, height) = (360, 270);
    let ground: [f32; 6] = std::array::from_fn(|_| rng.random_range(20.0..220.0));
    let mut picture = Picture::filled(width, height, [0; 3]);
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
            let wave = 20.0 * (u * 9.0).sin();
            let mix = |c: usize| f32::midpoint(ground[c] * u, ground[c + 3] * v) + wave;
            picture.put(x, y, [mix(0) as u8, mix(1) as u8, mix(2) as u8]);
        }
    }
    for _ in 0..14 {
        let color: [u8; 3] = rng.random();
        let (cx, cy) = (rng.random_range(0..width), rng.random_range(0..height));
        let (rx, ry) = (rng.random_range(8..70), rng.random_range(8..70));
        let is_round = rng.random_bool(0.5);
        for y in cy.saturating_sub(ry)..(cy + ry).min(height) {
            for x in cx.saturating_sub(rx)..(cx + rx).min(width) {
                let dx = (x as f32 - cx as f32) / rx as f32;
                let dy = (y as f32 - cy as f32) / ry as f32;
                if !is_round || dx * dx + dy * dy < 1.0 {
                    picture.put(x, y, color);
                }
            }
        }
    }
    picture
}

/// Cut on all sides, a little darker, and saved badly.
fn edited(picture: &Picture) -> Vec<u8> {
    let (left, top) = (picture.width / 10, picture.height / 12);
    let (width, height) = (picture.width * 8 / 10, picture.height * 10 / 12);
    let mut cut = Picture::filled(width, height, [0; 3]);
    for y in 0..height {
        for x in 0..width {
            let pixel = picture.pixel(x + left, y + top);
            cut.put(x, y, pixel.map(|value| (f32::from(value) * 0.9) as u8));
        }
    }
    data::encode_jpeg(&cut, 45)
}

/// The manifest writes unusual bytes of names as `%XX`.
fn decoded_name(name: &str) -> String {
    let mut parts = name.split('%');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn devices_and_models_have_the_fields_of_the_contract() {
    let desk = Desk::new();
    let devices = desk.json(&["devices", "--json"]).remove(0);
    let expected = ["id", "kind", "name", "usable", "reason"];
    assert_eq!(fields(&devices[0]), BTreeSet::from(expected));
    assert_eq!(devices[0]["id"], "cpu");
    assert_eq!(devices[0]["usable"], true);
    let models = desk.json(&["models", "--json"]).remove(0);
    let expected = ["id", "architecture", "dimensions", "file_bytes", "source"];
    assert_eq!(fields(&models[0]), BTreeSet::from(expected));
    assert_eq!(models[0]["id"], "bundled");
}

#[test]
fn indexing_again_finds_nothing_to_do_and_follows_changes() {
    let desk = Desk::with_scenes();
    let first = desk.index();
    let expected = ["added", "unchanged", "removed", "skipped", "seconds"];
    assert_eq!(fields(&first), BTreeSet::from(expected));
    assert_eq!(first["added"], N_SCENES);
    let second = desk.index();
    assert_eq!(
        (&second["added"], &second["unchanged"]),
        (&0.into(), &N_SCENES.into())
    );

    std::fs::remove_file(desk.path("pictures/scene-0.jpg")).unwrap();
    std::fs::rename(
        desk.path("pictures/scene-1.jpg"),
        desk.path("pictures/renamed.jpg"),
    )
    .unwrap();
    persist::save(&desk.path("pictures/broken.jpg"), b"no picture at all").unwrap();
    let third = desk.index();
    assert_eq!(third["added"], 1, "{third}");
    assert_eq!(third["unchanged"], N_SCENES - 2, "{third}");
    assert_eq!(third["removed"], 2, "{third}");
    let skipped = &third["skipped"][0];
    assert!(skipped["path"].as_str().unwrap().ends_with("broken.jpg"));
    assert!(!skipped["reason"].as_str().unwrap().is_empty());
    let fourth = desk.index();
    assert_eq!(
        (&fourth["added"], &fourth["removed"]),
        (&0.into(), &0.into())
    );
    assert_eq!(fourth["skipped"], third["skipped"]);
}

#[test]
fn an_edited_copy_finds_its_original_and_a_broken_query_does_not_stop_the_others() {
    let desk = Desk::with_scenes();
    desk.index();
    persist::save(&desk.path("copy.jpg"), &edited(&scene(3))).unwrap();
    persist::save(&desk.path("broken.png"), b"\x89PNG\r\n\x1a\nnothing").unwrap();
    let output = desk.run(&[
        "find",
        "--library",
        "library",
        "--device",
        "cpu",
        "--top",
        "3",
        "--json",
        "broken.png",
        "copy.jpg",
        "pictures/scene-5.jpg",
    ]);
    assert_eq!(output.status.code(), Some(1), "one query failed");
    let lines = json_lines(&output);
    assert_eq!(lines.len(), 3);
    for line in &lines {
        assert_eq!(fields(line), BTreeSet::from(["query", "matches", "error"]));
    }
    assert_eq!(lines[0]["query"], "broken.png");
    assert!(
        lines[0]["error"].as_str().unwrap().contains("damaged"),
        "{}",
        lines[0]
    );
    let best = &lines[1]["matches"][0];
    assert_eq!(fields(best), BTreeSet::from(["path", "similarity", "band"]));
    assert!(
        best["path"].as_str().unwrap().ends_with("scene-3.jpg"),
        "{}",
        lines[1]
    );
    assert!(lines[1]["error"].is_null());
    assert_eq!(lines[2]["matches"][0]["band"], "same-file");
    assert!(lines[2]["matches"].as_array().unwrap().len() <= 3);
}

#[test]
fn a_mirrored_and_turned_copy_is_found() {
    let desk = Desk::with_scenes();
    desk.index();
    let original = scene(2);
    let mut turned = Picture::filled(original.height, original.width, [0; 3]);
    for y in 0..original.height {
        for x in 0..original.width {
            turned.put(original.height - 1 - y, x, original.pixel(x, y));
        }
    }
    for (name, picture) in [
        ("mirrored.png", original.mirrored()),
        ("turned.png", turned),
    ] {
        persist::save(&desk.path(name), &data::encode_png(&picture).unwrap()).unwrap();
        let words = [
            "find",
            "--library",
            "library",
            "--device",
            "cpu",
            "--json",
            name,
        ];
        let answer = desk.json(&words).remove(0);
        let best = &answer["matches"][0];
        assert!(
            best["path"].as_str().unwrap().ends_with("scene-2.jpg"),
            "{answer}"
        );
        assert_eq!(best["band"], "edited", "{answer}");
    }
}

#[test]
fn comparing_gives_the_evidence_and_a_picture_of_it() {
    let desk = Desk::with_scenes();
    persist::save(&desk.path("copy.jpg"), &edited(&scene(3))).unwrap();
    let words = [
        "compare",
        "pictures/scene-3.jpg",
        "copy.jpg",
        "--device",
        "cpu",
        "--json",
        "--out",
        "evidence.png",
    ];
    let evidence = desk.json(&words).remove(0);
    let expected = [
        "similarity",
        "verdict",
        "transform",
        "mirrored",
        "inliers",
        "correspondences",
    ];
    assert_eq!(fields(&evidence), BTreeSet::from(expected));
    let transform: Vec<f64> = serde_json::from_value(evidence["transform"].clone()).unwrap();
    assert_eq!(transform.len(), 6);
    // The copy was cut at (36, 22) and not scaled, so its pixels move by that much.
    let near = |value: f64, expected: f64, slack: f64| (value - expected).abs() < slack;
    assert!(
        near(transform[0], 1.0, 0.06) && near(transform[4], 1.0, 0.06),
        "{transform:?}"
    );
    assert!(
        near(transform[2], 36.0, 12.0) && near(transform[5], 22.0, 12.0),
        "{transform:?}"
    );
    assert_eq!(evidence["mirrored"], false);
    assert_eq!(evidence["correspondences"][0].as_array().unwrap().len(), 5);
    assert!(data::decode(&desk.path("evidence.png")).is_ok());
}

#[test]
fn descriptors_are_a_numpy_file_with_a_list_of_paths() {
    let desk = Desk::with_scenes();
    let models = desk.json(&["models", "--json"]).remove(0);
    let dimensions = models[0]["dimensions"].as_u64().unwrap();
    let output = desk.run(&[
        "embed",
        "--device",
        "cpu",
        "--out",
        "d.npy",
        "pictures/scene-1.jpg",
        "pictures/scene-0.jpg",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let bytes = std::fs::read(desk.path("d.npy")).unwrap();
    let file = npyz::NpyFile::new(&bytes[..]).unwrap();
    assert_eq!(file.shape(), [2, dimensions]);
    let values: Vec<f32> = file.into_vec().unwrap();
    for row in values.chunks_exact(dimensions as usize) {
        let length: f32 = row.iter().map(|value| value * value).sum();
        assert!((length - 1.0).abs() < 1e-3, "{length}");
    }
    let paths = std::fs::read_to_string(desk.path("d.txt")).unwrap();
    assert_eq!(paths, "pictures/scene-1.jpg\npictures/scene-0.jpg\n");
}

#[test]
fn wrong_usage_is_2_and_a_failure_is_1_in_words() {
    let desk = Desk::new();
    for words in [
        &["find", "a.jpg"][..],
        &["no-such-thing", "--library"],
        &["embed", "a.jpg"],
    ] {
        assert_eq!(desk.run(words).status.code(), Some(2), "{words:?}");
    }
    let check = |words: &[&str], expected: &str| {
        let output = desk.run(words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        let text = stderr(&output);
        assert!(text.contains(expected), "{words:?}: {text}");
        assert!(!text.contains("panicked"), "{words:?}: {text}");
    };
    check(
        &["compare", "missing.jpg", "missing.png"],
        "Cannot open the file",
    );
    check(
        &["index", "--library", "library", "missing"],
        "The folder cannot be reached",
    );
    check(
        &["find", "--library", "nowhere", "a.jpg"],
        "There is no library here",
    );
    check(
        &["embed", "--model", "nobody", "--out", "d.npy", "a.jpg"],
        "no model called",
    );
    check(
        &["embed", "--device", "gpu:99", "--out", "d.npy", "a.jpg"],
        "no device",
    );
    check(&["evaluate", "disc21", "--data", "missing"], "missing");
    let words = [
        "distill",
        "--recipe",
        "nothing",
        "--student",
        "s",
        "--pictures",
        ".",
        "--out",
        "r",
    ];
    check(&words, "There is no recipe called");
    assert!(!desk.path("nowhere").exists(), "searching makes no library");
}

#[test]
fn two_commands_on_one_library_do_not_spoil_it() {
    let desk = Desk::with_scenes();
    desk.index();
    let mut both: Vec<_> = (0..2)
        .map(|_| {
            let mut command = desk.command(&INDEX);
            command.stdout(std::process::Stdio::piped());
            command.stderr(std::process::Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    let mut n_succeeded = 0;
    for child in both.drain(..) {
        let output = child.wait_with_output().unwrap();
        match output.status.code() {
            Some(0) => n_succeeded += 1,
            code => {
                assert_eq!(code, Some(1));
                let text = stderr(&output);
                assert!(text.contains("in use by another Copylens"), "{text}");
            }
        }
    }
    assert!(n_succeeded >= 1);
    assert_eq!(desk.index()["unchanged"], N_SCENES);
}

#[cfg(unix)]
#[test]
fn a_library_that_may_not_be_changed_is_an_error_in_words() {
    use std::os::unix::fs::PermissionsExt as _;

    let desk = Desk::with_scenes();
    let library = desk.path("library");
    std::fs::create_dir(&library).unwrap();
    std::fs::set_permissions(&library, std::fs::Permissions::from_mode(0o555)).unwrap();
    if tempfile::tempfile_in(&library).is_ok() {
        support::say("skipped a_library_that_may_not_be_changed: this user may write everywhere");
        return;
    }
    let output = desk.run(&["index", "--library", "library", "pictures"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert!(
        text.contains("library") && !text.contains("panicked"),
        "{text}"
    );
}

#[test]
fn a_damaged_library_is_named_and_can_be_rebuilt() {
    let desk = Desk::with_scenes();
    desk.index();
    let store = desk.path("library/library.redb");
    let bytes = std::fs::read(&store).unwrap();
    persist::save(&store, &bytes[..bytes.len() / 3]).unwrap();
    let words = [
        "index",
        "--library",
        "library",
        "--device",
        "cpu",
        "pictures",
        "--json",
    ];
    let output = desk.run(&words);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("damaged"), "{}", stderr(&output));
    let words = [&words[..], &["--rebuild"]].concat();
    assert_eq!(desk.json(&words)[0]["added"], N_SCENES);
    assert!(desk.path("library/library.damaged-1.redb").exists());
}

#[cfg(unix)]
#[test]
fn a_name_that_is_no_text_is_indexed_and_found() {
    use std::os::unix::ffi::OsStrExt as _;

    let desk = Desk::with_scenes();
    let name = std::ffi::OsStr::from_bytes(b"pictures/odd-\xff.jpg");
    let jpeg = data::encode_jpeg(&scene(77), 90);
    persist::save(&desk.folder.path().join(name), &jpeg).unwrap();
    assert_eq!(desk.index()["added"], N_SCENES + 1);
    persist::save(&desk.path("query.jpg"), &jpeg).unwrap();
    let words = [
        "find",
        "--library",
        "library",
        "--device",
        "cpu",
        "--json",
        "query.jpg",
    ];
    let answer = desk.json(&words).remove(0);
    let best = &answer["matches"][0];
    assert_eq!(best["band"], "same-file", "{answer}");
    assert!(best["path"].as_str().unwrap().contains("odd-"), "{answer}");
}

#[test]
fn every_malformed_file_is_read_or_left_out_with_a_reason() {
    let test = "every_malformed_file_is_read_or_left_out_with_a_reason";
    let Some(malformed) = support::data_folder("malformed", test) else {
        return;
    };
    let desk = Desk::new();
    let folder = malformed.to_str().unwrap();
    let words = [
        "index",
        "--library",
        "library",
        "--device",
        "cpu",
        folder,
        "--json",
    ];
    let report = desk.json(&words).remove(0);
    let skipped = report["skipped"].as_array().unwrap();
    let names: BTreeSet<PathBuf> = skipped
        .iter()
        .map(|row| PathBuf::from(row["path"].as_str().unwrap()))
        .collect();
    for row in skipped {
        assert!(!row["reason"].as_str().unwrap().is_empty(), "{row}");
    }
    let mut n_decoded = 0;
    let mut table = csv::Reader::from_path(malformed.join("manifest.csv")).unwrap();
    for row in table.records() {
        let row = row.unwrap();
        let (file, expected, strict) = (&row[0], &row[2], &row[5]);
        let path = malformed.join(decoded_name(file));
        if strict != "yes" || !data::is_picture_name(&path) {
            continue;
        }
        let is_skipped = names.contains(&path);
        assert_eq!(is_skipped, expected == "refuses", "{file}: {expected}");
        n_decoded += u64::from(!is_skipped);
    }
    assert!(n_decoded > 0 && report["added"].as_u64().unwrap() >= n_decoded);
}

#[test]
fn the_self_test_passes() {
    let desk = Desk::new();
    let output = desk.run(&["--self-test"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}{}", stderr(&output));
    for expected in [
        "Copylens ",
        "Renderer: ",
        "Device cpu: ",
        "Formats: jpg",
        "Bundled model: ",
        "Demo: ",
    ] {
        assert!(text.contains(expected), "{expected:?} is missing in {text}");
    }
}
