use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::data;
use crate::data::views::ViewOptions;

/// `n_pictures` small PNG files, each of another color; those in `broken` hold no picture.
fn folder(n_pictures: usize, broken: &[usize]) -> (tempfile::TempDir, Arc<Vec<PathBuf>>) {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = (0..n_pictures)
        .map(|idx| {
            let path = folder.path().join(format!("{idx:03}.png"));
            if broken.contains(&idx) {
                write(&path, b"no picture");
            } else {
                write(&path, &data::encode_png(&sample(idx)).unwrap());
            }
            path
        })
        .collect();
    (folder, Arc::new(paths))
}

fn write(path: &Path, bytes: &[u8]) {
    crate::persist::save(path, bytes).unwrap();
}

fn sample(idx: usize) -> Picture {
    let rgb = (0..40 * 30_usize)
        .flat_map(|at| [(at * (idx + 3)) as u8, (at / 40 * 8) as u8, (idx * 9) as u8])
        .collect();
    Picture::new(40, 30, rgb)
}

fn loader(paths: &Arc<Vec<PathBuf>>, preset: &str, n_threads: usize) -> Arc<ViewLoader> {
    let config = LoaderConfig {
        batch_size: 4,
        seed: 11,
        n_threads,
        n_prefetched: 2,
        ..LoaderConfig::default()
    };
    let pipeline = Arc::new(Pipeline::preset(preset, 16).unwrap());
    Arc::new(ViewLoader::new(paths.clone(), pipeline, config).unwrap())
}

#[test]
fn one_thread_and_three_threads_give_the_same_bytes_as_single_batches() {
    let (_folder, paths) = folder(13, &[5]);
    let alone = loader(&paths, "copies", 1);
    let together = loader(&paths, "copies", 3);
    assert_eq!(alone.steps_per_epoch(), 3);
    // 8 batches from the last of epoch 0 to the middle of epoch 3.
    let one: Vec<Batch> = alone
        .stream(0, 2)
        .unwrap()
        .take(8)
        .map(Result::unwrap)
        .collect();
    let three: Vec<Batch> = together
        .stream(0, 2)
        .unwrap()
        .take(8)
        .map(Result::unwrap)
        .collect();
    assert!(one == three);
    for (idx, batch) in one.iter().enumerate() {
        let number = idx + 2;
        let (epoch, step) = (number / 3, number % 3);
        assert_eq!((batch.epoch, batch.step_in_epoch), (epoch as u64, step));
        assert!(
            *batch
                == loader(&paths, "copies", 1)
                    .batch(epoch as u64, step)
                    .unwrap()
        );
    }
}

#[test]
fn an_epoch_shows_each_picture_once_and_another_epoch_in_another_order() {
    let (_folder, paths) = folder(12, &[]);
    let loader = loader(&paths, "advanced", 1);
    let ids = |epoch| -> Vec<u64> {
        (0..3)
            .flat_map(|step| loader.batch(epoch, step).unwrap().ids)
            .collect()
    };
    assert_eq!(ids(0).into_iter().collect::<BTreeSet<_>>().len(), 12);
    assert_ne!(ids(0), ids(1));
    assert_eq!(ids(4), ids(4));
}

#[test]
fn views_of_a_picture_differ_and_those_of_another_epoch_too() {
    let (_folder, paths) = folder(4, &[]);
    let loader = loader(&paths, "advanced", 1);
    let batch = loader.batch(0, 0).unwrap();
    assert_eq!(batch.views.len(), 2);
    assert_eq!(batch.views[0].len(), 4 * 3 * 16 * 16);
    assert_ne!(batch.views[0], batch.views[1]);
    assert_ne!(batch.views[0], loader.batch(1, 0).unwrap().views[0]);
}

#[test]
fn planes_are_the_ones_of_inference() {
    let (_folder, paths) = folder(4, &[]);
    let batch = loader(&paths, "none", 1).batch(0, 0).unwrap();
    for (row, id) in batch.ids.iter().enumerate() {
        let expected = data::planes(&sample(*id as usize), &Preprocessing::imagenet(16));
        let actual = &batch.views[1][row * expected.len()..(row + 1) * expected.len()];
        for (a, b) in actual.iter().zip(&expected) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
    }
}

#[test]
fn the_next_readable_picture_takes_the_place_of_a_broken_one() {
    let (_folder, paths) = folder(8, &[2, 3, 7]);
    let loader = loader(&paths, "none", 2);
    let mut ids: Vec<u64> = (0..2)
        .flat_map(|step| loader.batch(0, step).unwrap().ids)
        .collect();
    ids.sort_unstable();
    // 2 and 3 become 4, 7 wraps around to 0.
    assert_eq!(ids, [0, 0, 1, 4, 4, 4, 5, 6]);
    assert_eq!(loader.unreadable(), 3);
    loader.batch(1, 0).unwrap();
    assert_eq!(loader.unreadable(), 3, "counted once");
}

#[test]
fn a_list_without_any_readable_picture_is_an_error_with_advice() {
    let (_folder, paths) = folder(4, &[0, 1, 2, 3]);
    let error = loader(&paths, "none", 2)
        .stream(0, 0)
        .unwrap()
        .next()
        .unwrap()
        .unwrap_err();
    assert_eq!(error, LoaderError::NoneReadable { n_pictures: 4 });
    assert!(error.advice().ends_with('.'));
}

#[test]
fn a_list_shorter_than_a_batch_is_refused() {
    let (_folder, paths) = folder(3, &[]);
    let pipeline = Arc::new(Pipeline::preset("none", 16).unwrap());
    let error = ViewLoader::new(paths, pipeline, LoaderConfig::default()).err();
    let expected = LoaderError::TooFew {
        n_pictures: 3,
        batch_size: 64,
    };
    assert_eq!(error, Some(expected));
}

#[test]
fn kept_pictures_survive_their_files_and_others_do_not() {
    let (folder, paths) = folder(8, &[]);
    let one_picture = 40 * 30 * 3;
    let config = LoaderConfig {
        batch_size: 8,
        cache_bytes: 5 * one_picture + 1,
        ..LoaderConfig::default()
    };
    let pipeline = Arc::new(Pipeline::preset("none", 16).unwrap());
    let loader = ViewLoader::new(paths, pipeline, config).unwrap();
    let before: BTreeSet<u64> = loader.batch(0, 0).unwrap().ids.into_iter().collect();
    assert_eq!(before.len(), 8);
    drop(folder);
    let after: BTreeSet<u64> = loader.batch(1, 0).unwrap().ids.into_iter().collect();
    assert_eq!(after.len(), 5, "room for five pictures");
    assert_eq!(loader.unreadable(), 3);
}

#[test]
fn a_dropped_stream_ends_its_threads() {
    let (_folder, paths) = folder(8, &[]);
    let loader = loader(&paths, "simclr", 3);
    let mut stream = loader.stream(0, 0).unwrap();
    assert!(stream.next().unwrap().is_ok());
    drop(stream);
    assert_eq!(
        Arc::strong_count(&loader),
        1,
        "no thread holds the loader any more"
    );
}

fn multi_crop(paths: &Arc<Vec<PathBuf>>, sampler: Sampler, n_threads: usize) -> Arc<ViewLoader> {
    let config = LoaderConfig {
        batch_size: 4,
        seed: 5,
        n_threads,
        n_prefetched: 2,
        is_traced: true,
        ..LoaderConfig::default()
    };
    let options = ViewOptions {
        small_side: None,
        n_small: Some(3),
    };
    let plan = ViewPlan::preset("multi-crop", 32, options).unwrap();
    Arc::new(ViewLoader::with_plan(paths.clone(), plan, sampler, config).unwrap())
}

#[test]
fn views_of_several_sizes_and_their_traces_are_the_same_on_any_number_of_threads() {
    let (_folder, paths) = folder(9, &[4]);
    let labels = Arc::new(vec![0, 0, 0, 1, 1, 1, 2, 2, 2]);
    let classes = Sampler::Classes {
        labels,
        per_class: 2,
    };
    for sampler in [Sampler::EachOnce, classes] {
        let loader = multi_crop(&paths, sampler.clone(), 1);
        assert_eq!(loader.sizes(), [32, 32, 16, 16, 16]);
        let alone: Vec<Batch> = (0..6)
            .map(|number| loader.batch(number / 2, number as usize % 2).unwrap())
            .collect();
        let together = multi_crop(&paths, sampler, 3);
        let batches = together.stream(0, 0).unwrap().take(6).map(Result::unwrap);
        assert!(alone == batches.collect::<Vec<_>>());
        for (view, size) in alone[0].views.iter().zip(loader.sizes()) {
            assert_eq!(view.len(), 4 * 3 * (size * size) as usize);
        }
        for (traces, size) in alone[0].traces.iter().zip(loader.sizes()) {
            assert_eq!(traces.len(), 4);
            assert!(traces.iter().all(|trace| trace.view_size == [size; 2]));
            assert!(traces.iter().all(|trace| trace.crop_box().is_some()));
        }
    }
}

#[test]
fn a_picture_that_comes_twice_is_changed_anew() {
    let (_folder, paths) = folder(4, &[]);
    let sampler = Sampler::Classes {
        labels: Arc::new(vec![0, 1, 2, 3]),
        per_class: 2,
    };
    let batch = multi_crop(&paths, sampler, 1).batch(0, 0).unwrap();
    assert_eq!(batch.ids[0], batch.ids[1]);
    let view_len = batch.views[0].len() / 4;
    assert_ne!(
        batch.views[0][..view_len],
        batch.views[0][view_len..2 * view_len]
    );
}

#[test]
fn planes_follow_the_normalization_asked_for() {
    let (_folder, paths) = folder(4, &[]);
    let config = LoaderConfig {
        batch_size: 4,
        mean: [0.5; 3],
        std: [0.5; 3],
        ..LoaderConfig::default()
    };
    let pipeline = Arc::new(Pipeline::preset("none", 16).unwrap());
    let loader = ViewLoader::new(paths, pipeline, config).unwrap();
    let batch = loader.batch(0, 0).unwrap();
    assert!(batch.traces.is_empty(), "nobody asked for them");
    assert!(batch.views[0].iter().all(|value| value.abs() <= 1.0));
    let small = data::resize(&sample(batch.ids[0] as usize), 16, 16);
    let expected = f32::from(small.rgb[0]) / 127.5 - 1.0;
    assert!((batch.views[0][0] - expected).abs() < 1e-5);
}
