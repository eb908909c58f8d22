//! Files of the catalog of published models.

use copylens::models;
use copylens::models::ModelError;
use copylens::models::ModelStore;
use copylens::models::catalog;
use copylens::models::catalog::PublishedModel;
use copylens::models::head::HeadForm;
use copylens::models::import;
use copylens::models::state;
use copylens::weights;
use copylens::weights::Precision;
use copylens::weights::TensorFile;
use copylens::weights::TensorMap;
use copylens::weights::WeightTensor;

fn row(id: &str) -> &'static PublishedModel {
    catalog::find(id).unwrap()
}

/// A network under the names of its original, with something before each; numbers that half
/// precision holds.
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

#[test]
fn a_file_with_a_published_name_is_read_with_the_settings_of_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let published = row("seed-resnet18-moco");
    let path = folder.path().join(published.files[0].name);
    let file = TensorFile {
        tensors: network("resnet18", "state_dict.module.student."),
        ..TensorFile::default()
    };
    weights::write(&path, &file, Precision::F16).unwrap();

    let look = import::look(&path).unwrap();
    assert!(!look.is_own);
    let first = &look.candidates[0];
    assert_eq!(first.published, Some(published));
    assert_eq!(first.report.published, Some(published.label));
    // The same file by its names and shapes alone.
    assert_eq!(look.candidates[1].published, None);
    assert_eq!(look.candidates[1].card.architecture, "resnet18");

    let store = ModelStore::new(folder.path().join("models"));
    let imported = store.import_published(&path, published, None).unwrap();
    assert_eq!(imported.report.published, Some(published.label));
    let info = store.find(published.id).unwrap();
    assert_eq!(info.published.as_deref(), Some(published.id));
    assert_eq!(info.name, published.label);
    assert_eq!(info.preprocessing, published.preprocessing);
    assert!(info.source.starts_with("SEED ("), "{}", info.source);
    // Another name changes nothing of where it comes from.
    let renamed = store.rename(published.id, "Mine").unwrap();
    assert_eq!(renamed.published.as_deref(), Some(published.id));

    let other = store.import_published(&path, row("dino-resnet50"), None);
    let Err(ModelError::OtherThanPublished { reason, .. }) = other else {
        panic!("{other:?}");
    };
    assert_eq!(reason, "it holds ResNet-18");
    let cannot = store.import_published(&path, row("seed-mobilenetv3-moco"), None);
    assert!(matches!(cannot, Err(ModelError::CannotRun { .. })));
}

#[test]
fn a_look_names_every_network_of_a_file_and_reads_no_number() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("both.safetensors");
    let mut tensors = network("squeezenet", "module.student.");
    tensors.extend(network("mobilenet-v3-large", "module.teacher."));
    tensors.insert(
        "module.queue".to_owned(),
        WeightTensor {
            shape: vec![2],
            values: vec![f32::NAN; 2],
        },
    );
    let file = TensorFile {
        tensors,
        ..TensorFile::default()
    };
    weights::write(&path, &file, Precision::F16).unwrap();
    let look = import::look(&path).unwrap();
    let found: Vec<(&str, usize)> = look
        .candidates
        .iter()
        .map(|candidate| {
            let card = &candidate.card;
            (card.architecture.as_str(), card.dimensions)
        })
        .collect();
    assert_eq!(found, [("squeezenet", 512), ("mobilenet-v3-large", 960)]);
    for candidate in &look.candidates {
        assert_eq!(candidate.card.head, HeadForm::AVERAGE);
        assert!(candidate.report.mapped >= 50 && candidate.report.unused.is_empty());
    }
}

#[test]
fn a_model_of_our_own_is_known_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let store = ModelStore::new(folder.path().join("models"));
    let path = folder.path().join("out.safetensors");
    store.export(models::BUNDLED_ID, &path).unwrap();
    let look = import::look(&path).unwrap();
    assert!(look.is_own && look.candidates.len() == 1);
    let refused = store.import_published(&path, row("sscd-disc-mixup"), None);
    assert!(matches!(
        refused,
        Err(ModelError::OtherThanPublished { .. })
    ));
}
