//! The question before a file of somebody else becomes a model.

use std::path::PathBuf;

use copylens::models;
use copylens::models::ModelStore;
use copylens::models::state;
use copylens::weights;
use copylens::weights::Precision;
use copylens::weights::TensorFile;
use copylens::weights::TensorMap;
use copylens::weights::WeightTensor;
use egui_kittest::kittest::Queryable as _;

use crate::support::Window;

/// A network under the names of its original, with something before each.
fn network(id: &str, prefix: &str) -> TensorMap {
    let spec = models::architecture(id).unwrap();
    let shapes = state::read_shapes(&(spec.build)(&burn::tensor::Device::flex()));
    let named = shapes.into_iter().map(|(ours, shape)| {
        let values = vec![0.25; shape.iter().product()];
        let name = format!("{prefix}{}", (spec.original_key)(&ours));
        (name, WeightTensor { shape, values })
    });
    named.collect()
}

fn file(window: &Window, name: &str, tensors: TensorMap) -> PathBuf {
    let path = window.home.path().join(name);
    let file = TensorFile {
        tensors,
        ..TensorFile::default()
    };
    weights::write(&path, &file, Precision::F16).unwrap();
    path
}

/// A sheet takes more frames to come to rest than one run of the window has.
fn drop_files(window: &mut Window, files: &[PathBuf]) {
    window.drop_files(files);
    window.run();
}

fn names(window: &Window) -> Vec<String> {
    let models = &window.harness.state().state.models.list;
    models.iter().map(|model| model.name.clone()).collect()
}

#[test]
fn a_file_of_somebody_else_is_shown_before_it_is_taken() {
    let mut window = Window::open();
    let mut tensors = network("squeezenet", "module.");
    tensors.insert(
        "optimizer.state".to_owned(),
        WeightTensor {
            shape: vec![1],
            values: vec![0.0],
        },
    );
    let path = file(&window, "tiny.safetensors", tensors);
    drop_files(&mut window, &[path]);
    assert!(window.says("Import this model?"));
    assert!(window.says("SqueezeNet 1.1") && window.says("tiny.safetensors"));
    assert!(window.says("224 x 224 pixels, normalized as for ImageNet"));
    assert_eq!(names(&window).len(), 1);
    window.click("Report: 50 tensors used");
    assert!(window.says("optimizer.*: state of the training"));
    window.harness.get_by_label("Name of the model").focus();
    window.run();
    window
        .harness
        .get_by_label("Name of the model")
        .type_text(" one");
    window.run();
    window.click("Import");
    assert!(!window.says("Import this model?"));
    assert!(window.says("Imported \"tiny one\""));
    assert!(names(&window).contains(&"tiny one".to_owned()));
}

#[test]
fn several_files_come_one_after_the_other_and_each_can_be_refused() {
    let mut window = Window::open();
    let first = file(&window, "first.safetensors", network("squeezenet", ""));
    let mut both = network("squeezenet", "student.");
    both.extend(network("mobilenet-v3-large", "teacher."));
    let second = file(&window, "second.safetensors", both);
    drop_files(&mut window, &[first, second]);
    assert!(window.says("first.safetensors") && window.says("1 file after this one"));
    window.click("Do not import");
    window.run();
    assert!(window.says("second.safetensors") && window.says("Read it as"));
    assert!(window.says("512"));
    window.click("MobileNetV3-Large");
    assert!(window.says("960"));
    window.click("Import");
    let list = &window.harness.state().state.models.list;
    let imported = list.iter().find(|model| model.name == "second").unwrap();
    assert_eq!(imported.architecture, "mobilenet-v3-large");
    assert_eq!(list.len(), 2);
}

#[test]
fn a_model_of_copylens_is_imported_at_once() {
    let mut window = Window::open();
    let store = ModelStore::new(window.home.path().join("elsewhere"));
    let path = window.home.path().join("mine.safetensors");
    store.export(models::BUNDLED_ID, &path).unwrap();
    drop_files(&mut window, &[path]);
    assert!(!window.says("Import this model?"));
    assert!(window.says("Imported"));
    assert_eq!(names(&window).len(), 2);
}

#[test]
fn a_file_that_is_no_model_is_told_with_advice() {
    let mut window = Window::open();
    let path = window.home.path().join("page.pth");
    copylens::persist::save(&path, b"<!DOCTYPE html><p>Not found").unwrap();
    drop_files(&mut window, &[path]);
    assert!(window.says("The model could not be imported"));
    assert!(window.says("downloaded completely"));
    window.click("Details");
    assert!(window.says("web page"));
    assert!(!window.says("Import this model?"));
    // An incomplete network says what is missing.
    let mut tensors = network("squeezenet", "");
    tensors.pop_first();
    let path = file(&window, "half.safetensors", tensors);
    drop_files(&mut window, &[path]);
    assert!(window.says("The file was made for another network"));
}
