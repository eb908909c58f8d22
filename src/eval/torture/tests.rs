use std::collections::BTreeSet;

use super::*;
use crate::eval::protocols::tests::GridSource;
use crate::persist;

/// Bands of different colors.
fn scene(seed: u8) -> Picture {
    let mut picture = Picture::filled(96, 72, [0; 3]);
    for y in 0..72_u32 {
        for x in 0..96_u32 {
            let at = (x / 12 * 31 + y / 9 * 57 + u32::from(seed) * 89) % 251;
            picture.put(x, y, [at as u8, (at * 3 % 256) as u8, (at * 7 % 256) as u8]);
        }
    }
    picture
}

fn pictures(folder: &Path, n: u8) -> Vec<PathBuf> {
    let file = |seed: u8| {
        let path = folder.join(format!("{seed}.png"));
        persist::save(&path, &data::encode_png(&scene(seed)).unwrap()).unwrap();
        path
    };
    (0..n).map(file).collect()
}

#[test]
fn every_edit_can_be_made_and_changes_the_picture() {
    let mut seen = BTreeSet::new();
    let other = vec![Arc::new(scene(9))];
    for edit in EDITS {
        assert!(seen.insert(edit.id), "{}", edit.id);
        assert!(edit.help.ends_with('.'), "{}", edit.id);
        for (id, parameters) in edit.steps {
            let spec = augment::find(id).unwrap_or_else(|| panic!("{id}"));
            assert!(augment::Step::new(spec, 1.0, parameters).is_some(), "{id}");
        }
        let copy = apply(edit, &scene(1), &other, 3);
        assert_eq!(copy, apply(edit, &scene(1), &other, 3), "{}", edit.id);
        assert_ne!(copy, scene(1), "{}", edit.id);
    }
    assert!(EDITS.len() >= 20);
}

#[test]
fn copies_are_counted_by_edit_and_unreadable_pictures_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = pictures(folder.path(), 4);
    let distractors = paths.split_off(2);
    paths.push(folder.path().join("missing.jpg"));
    let request = TortureRequest {
        pictures: &paths,
        distractors: &distractors,
        threshold: 0.9,
    };
    let report = torture(&request, &mut GridSource::new(), &Monitor::silent()).unwrap();
    assert_eq!(report.pictures.len(), 2);
    assert_eq!(report.unreadable.len(), 1);
    assert_eq!(report.n_distractors, 2);
    assert!(report.per_edit.iter().all(|edit| edit.n_copies == 2));
    assert!(
        report
            .per_edit
            .iter()
            .all(|edit| edit.n_shown <= edit.n_found)
    );
    // Colors in a grid survive bad JPEG and know nothing of a picture upside down.
    let share = |id: &str| report.per_edit.iter().find(|edit| edit.edit == id).unwrap();
    assert_eq!(share("jpeg").n_found, 2);
    assert_eq!(share("upside-down").n_found, 0);
    let found: usize = report.per_edit.iter().map(|edit| edit.n_found).sum();
    let expected = found as f32 / (2 * EDITS.len()) as f32;
    assert_eq!(report.share_found(), expected);
}

#[test]
fn a_copy_of_an_original_is_no_distractor() {
    let folder = tempfile::tempdir().unwrap();
    let paths = pictures(folder.path(), 2);
    let again = folder.path().join("again.jpg");
    persist::save(&again, &data::encode_jpeg(&scene(0), 95)).unwrap();
    let request = TortureRequest {
        pictures: &paths[..1],
        distractors: &[paths[0].clone(), paths[1].clone(), again],
        threshold: 0.98,
    };
    let report = torture(&request, &mut GridSource::new(), &Monitor::silent()).unwrap();
    assert_eq!(report.n_distractors, 1);
}

#[test]
fn nothing_readable_is_an_error_and_a_stop_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let missing = [folder.path().join("missing.jpg")];
    let request = TortureRequest {
        pictures: &missing,
        distractors: &[],
        threshold: 0.7,
    };
    let error = torture(&request, &mut GridSource::new(), &Monitor::silent()).unwrap_err();
    assert!(matches!(error, EvalError::NothingReadable { .. }));
    let monitor = Monitor::silent();
    monitor.request_stop();
    let error = torture(&request, &mut GridSource::new(), &monitor).unwrap_err();
    assert!(matches!(error, EvalError::Cancelled(_)));
}
