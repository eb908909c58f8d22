//! Decoding and resizing give what Pillow and torchvision give (`tests/reference/preprocess.py`).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::Path;
use std::path::PathBuf;

use copylens::data;
use copylens::data::Picture;
use copylens::data::Preprocessing;

/// The promise: no channel of the network input is further off than this many of 255 levels.
const MAX_LEVELS: f32 = 2.0;

/// The tiles of the sheet from which `resize.png` was made.
const TILES: [usize; 4] = [0, 5, 11, 17];

fn golden(name: &str) -> Vec<Picture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/golden");
    let sheet = data::decode(&folder.join(name)).unwrap();
    let height = match name {
        "resize.png" => 40,
        _ => sheet.width,
    };
    let tile_bytes = (sheet.width * height * 3) as usize;
    let tiles = sheet.rgb.chunks_exact(tile_bytes);
    tiles
        .map(|rgb| Picture::new(sheet.width, height, rgb.to_vec()))
        .collect()
}

fn photos(test: &str) -> Option<Vec<PathBuf>> {
    let folder = support::data_folder("photos/demo", test)?;
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jpg"));
    paths.sort();
    Some(paths)
}

/// The largest difference of normalized planes, in levels of 255.
fn worst_level(ours: &[f32], golden: &Picture, preprocessing: &Preprocessing) -> f32 {
    // The golden picture has the model's size already, so this only normalizes.
    let theirs = data::planes(golden, preprocessing);
    let n_pixels = theirs.len() / 3;
    let mut worst = 0.0_f32;
    for (idx, (a, b)) in std::iter::zip(ours, &theirs).enumerate() {
        let levels = (a - b).abs() * preprocessing.std[idx / n_pixels] * 255.0;
        worst = worst.max(levels);
    }
    worst
}

fn check_photos(sheet: &str, test: &str) {
    let Some(paths) = photos(test) else { return };
    let tiles = golden(sheet);
    assert!(!tiles.is_empty() && paths.len() >= tiles.len());
    for (path, tile) in std::iter::zip(&paths, &tiles) {
        let preprocessing = Preprocessing::imagenet(tile.width);
        let ours = data::planes(&data::decode(path).unwrap(), &preprocessing);
        let worst = worst_level(&ours, tile, &preprocessing);
        support::say(&format!("{worst:.2} levels: {}", path.display()));
        assert!(
            worst <= MAX_LEVELS + 1e-3,
            "{worst} levels: {}",
            path.display()
        );
    }
}

#[test]
fn twenty_photos_become_the_same_small_input_as_in_torchvision() {
    assert_eq!(golden("preprocess_64.png").len(), 20);
    check_photos("preprocess_64.png", "twenty photos at 64 pixels");
}

#[test]
fn photos_become_the_same_large_input_as_in_torchvision() {
    check_photos("preprocess_224.png", "three photos at 224 pixels");
}

#[test]
fn resizing_alone_equals_pillow_in_both_directions() {
    let sources = golden("preprocess_64.png");
    for (tile, expected) in std::iter::zip(TILES, golden("resize.png")) {
        let ours = data::resize(&sources[tile], expected.width, expected.height);
        let worst = std::iter::zip(&ours.rgb, &expected.rgb)
            .map(|(a, b)| a.abs_diff(*b))
            .max();
        assert!(worst <= Some(1), "{worst:?} levels in tile {tile}");
    }
}
