//! Behavior of a whole library: adding, changing, moving, removing, searching.

use std::path::Path;
use std::path::PathBuf;

use super::*;
use crate::data::DiskFile;
use crate::persist;

const MODEL: &str = "model-a";

/// A library and a folder with pictures; a "picture" is a file with a few letters.
struct Desk {
    temp: tempfile::TempDir,
    library: Library,
}

impl Desk {
    fn new() -> Self {
        let temp = tempfile::tempdir().unwrap();
        std::fs::create_dir(temp.path().join("pictures")).unwrap();
        let library = Library::open(&temp.path().join("library")).unwrap();
        Self { temp, library }
    }

    fn folder(&self) -> PathBuf {
        self.temp.path().join("pictures")
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder().join(name);
        persist::save(&path, content.as_bytes()).unwrap();
        path
    }

    fn changes(&self, model: &str) -> Changes {
        let files = files_below(&self.folder());
        self.library.changes(model, &self.folder(), &files).unwrap()
    }

    /// One round as the indexing job does it; says how many files were embedded.
    fn index(&self, model: &str) -> usize {
        let changes = self.changes(model);
        let mut n_embedded = 0;
        for file in &changes.embed {
            let hash = hash_of(&file.path);
            if !self.library.adopt(model, file, hash).unwrap() {
                let entry = entry(file, model);
                self.library.put(model, vec![entry]).unwrap();
                n_embedded += 1;
            }
        }
        self.library.remove(&changes.gone).unwrap();
        n_embedded
    }

    fn reopen(self) -> Self {
        let Self { temp, library } = self;
        drop(library);
        let library = Library::open(&temp.path().join("library")).unwrap();
        Self { temp, library }
    }

    /// Names of what is found for the content of a picture, best first.
    fn find(&self, model: &str, content: &str) -> Vec<String> {
        let query = descriptor(model, content.as_bytes());
        let hits = self.library.search(model, &query, 10).unwrap();
        let names = hits.iter().filter(|hit| hit.similarity > 0.999).map(|hit| {
            let record = self.library.picture(hit.id).unwrap().unwrap();
            let path = record.path.strip_prefix(self.folder()).unwrap();
            path.to_string_lossy().replace('\\', "/")
        });
        names.collect()
    }
}

fn files_below(folder: &Path) -> Vec<DiskFile> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(file(&path));
        }
    }
    files
}

fn file(path: &Path) -> DiskFile {
    let meta = std::fs::metadata(path).unwrap();
    let modified = meta.modified().unwrap();
    let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap();
    DiskFile {
        path: path.to_owned(),
        size: meta.len(),
        modified_ns: since.as_nanos() as i64,
    }
}

fn hash_of(path: &Path) -> [u8; 32] {
    *blake3::hash(&std::fs::read(path).unwrap()).as_bytes()
}

/// Eight numbers of length 1 that depend on model and content.
fn descriptor(model: &str, content: &[u8]) -> Vec<f32> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(model.as_bytes()).update(content);
    let bytes = *hasher.finalize().as_bytes();
    let numbers: Vec<f32> = bytes[..8]
        .iter()
        .map(|&byte| f32::from(byte) - 127.5)
        .collect();
    let length = numbers.iter().map(|n| n * n).sum::<f32>().sqrt();
    numbers.iter().map(|n| n / length).collect()
}

fn entry(file: &DiskFile, model: &str) -> NewEntry {
    let content = std::fs::read(&file.path).unwrap();
    NewEntry {
        file: file.clone(),
        hash: *blake3::hash(&content).as_bytes(),
        width: 4,
        height: 3,
        orientation: 6,
        descriptor: descriptor(model, &content),
        thumbnail: content,
    }
}

#[test]
fn what_was_added_is_found_and_not_touched_again() {
    let desk = Desk::new();
    for name in ["a.jpg", "b.jpg", "trip/c.jpg"] {
        desk.write(name, name);
    }
    assert_eq!(desk.index(MODEL), 3);
    let desk = desk.reopen();
    assert_eq!(desk.index(MODEL), 0);
    assert_eq!(desk.changes(MODEL).unchanged, 3);
    assert_eq!(desk.find(MODEL, "trip/c.jpg"), ["trip/c.jpg"]);
    assert_eq!(desk.library.roots(), [desk.folder()]);
    let expected = Counts {
        pictures: 3,
        searchable: 3,
    };
    assert_eq!(desk.library.counts(MODEL), expected);
    let id = desk.library.id_of(&desk.folder().join("a.jpg")).unwrap();
    assert_eq!(desk.library.thumbnail(id).unwrap().unwrap(), b"a.jpg");
    let record = desk.library.picture(id).unwrap().unwrap();
    assert_eq!((record.width, record.height, record.orientation), (4, 3, 6));
}

#[test]
fn a_changed_file_is_embedded_again_and_no_longer_found_by_its_old_content() {
    let desk = Desk::new();
    desk.write("a.jpg", "before");
    desk.index(MODEL);
    desk.write("a.jpg", "after it changed");
    assert_eq!(desk.index(MODEL), 1);
    assert_eq!(desk.find(MODEL, "after it changed"), ["a.jpg"]);
    assert!(desk.find(MODEL, "before").is_empty());
    assert_eq!(desk.library.counts(MODEL).pictures, 1);
}

#[test]
fn a_changed_file_is_no_longer_found_by_other_models_either() {
    let desk = Desk::new();
    desk.write("a.jpg", "before");
    desk.index(MODEL);
    desk.index("model-b");
    assert_eq!(desk.find("model-b", "before"), ["a.jpg"]);
    desk.write("a.jpg", "after it changed");
    desk.index(MODEL);
    assert!(desk.find("model-b", "before").is_empty());
    assert_eq!(desk.changes("model-b").embed.len(), 1);
    assert_eq!(desk.library.counts("model-b").searchable, 0);
}

#[test]
fn a_touched_file_is_recognized_by_its_content() {
    let desk = Desk::new();
    let path = desk.write("a.jpg", "same");
    desk.index(MODEL);
    let id = desk.library.id_of(&path);
    let touched = DiskFile {
        modified_ns: 5,
        ..file(&path)
    };
    let hash = hash_of(&path);
    assert!(desk.library.adopt(MODEL, &touched, hash).unwrap());
    assert_eq!(desk.library.id_of(&path), id);
    let changes = desk
        .library
        .changes(MODEL, &desk.folder(), &[touched])
        .unwrap();
    assert_eq!(changes.unchanged, 1);
}

#[test]
fn a_moved_file_keeps_descriptors_of_all_models_and_its_thumbnail() {
    let desk = Desk::new();
    let old = desk.write("a.jpg", "content");
    desk.index(MODEL);
    desk.index("model-b");
    std::fs::create_dir(desk.folder().join("new")).unwrap();
    let new = desk.folder().join("new/b.jpg");
    std::fs::rename(&old, &new).unwrap();
    assert_eq!(desk.index(MODEL), 0);
    assert_eq!(desk.find(MODEL, "content"), ["new/b.jpg"]);
    assert_eq!(desk.changes("model-b").unchanged, 1);
    assert_eq!(desk.find("model-b", "content"), ["new/b.jpg"]);
    assert_eq!(desk.library.id_of(&old), None);
    let desk = desk.reopen();
    let id = desk.library.id_of(&new).unwrap();
    assert_eq!(desk.library.thumbnail(id).unwrap().unwrap(), b"content");
    assert_eq!(desk.find(MODEL, "content"), ["new/b.jpg"]);
}

#[test]
fn the_same_content_twice_is_two_pictures_in_the_order_they_came() {
    let desk = Desk::new();
    desk.write("b.jpg", "content");
    desk.index(MODEL);
    desk.write("a.jpg", "content");
    assert_eq!(desk.index(MODEL), 0);
    assert_eq!(desk.find(MODEL, "content"), ["b.jpg", "a.jpg"]);
    let ids = desk
        .library
        .ids_with_hash(blake3::hash(b"content").as_bytes());
    assert_eq!(ids.unwrap().len(), 2);
    std::fs::remove_file(desk.folder().join("b.jpg")).unwrap();
    desk.index(MODEL);
    assert_eq!(desk.find(MODEL, "content"), ["a.jpg"]);
}

#[test]
fn a_removed_file_leaves_but_one_that_is_only_not_listed_stays() {
    let desk = Desk::new();
    let path = desk.write("a.jpg", "a");
    desk.write("b.jpg", "b");
    desk.index(MODEL);
    let unlisted = desk.library.changes(MODEL, &desk.folder(), &[]).unwrap();
    assert_eq!(unlisted.gone, []);
    std::fs::remove_file(path).unwrap();
    assert_eq!(desk.changes(MODEL).gone.len(), 1);
    desk.index(MODEL);
    assert!(desk.find(MODEL, "a").is_empty());
    assert_eq!(desk.find(MODEL, "b"), ["b.jpg"]);
    assert_eq!(desk.library.counts(MODEL).pictures, 1);
}

#[test]
fn a_folder_that_vanishes_keeps_its_pictures_and_is_reported() {
    let desk = Desk::new();
    desk.write("a.jpg", "a");
    desk.index(MODEL);
    let away = desk.temp.path().join("away");
    std::fs::rename(desk.folder(), &away).unwrap();
    let changes = desk.library.changes(MODEL, &desk.folder(), &[]).unwrap();
    assert!(changes.is_offline);
    assert_eq!(changes.gone, []);
    assert_eq!(desk.library.offline_roots(), [desk.folder()]);
    assert_eq!(desk.find(MODEL, "a"), ["a.jpg"]);
    std::fs::rename(&away, desk.folder()).unwrap();
    assert_eq!(desk.changes(MODEL).unchanged, 1);
    let nowhere = desk.temp.path().join("nowhere");
    assert!(
        desk.library
            .changes(MODEL, &nowhere, &[])
            .unwrap()
            .is_offline
    );
    assert_eq!(desk.library.roots(), [desk.folder()]);
}

#[test]
fn a_folder_above_takes_in_what_was_known_and_a_folder_inside_is_part_of_it() {
    let desk = Desk::new();
    desk.write("trip/a.jpg", "a");
    let trip = desk.folder().join("trip");
    let files = files_below(&trip);
    let changes = desk.library.changes(MODEL, &trip, &files).unwrap();
    desk.library
        .put(MODEL, vec![entry(&changes.embed[0], MODEL)])
        .unwrap();
    desk.write("b.jpg", "b");
    assert_eq!(desk.index(MODEL), 1);
    assert_eq!(desk.library.roots(), [desk.folder()]);
    assert_eq!(desk.find(MODEL, "a"), ["trip/a.jpg"]);
    let inside = desk.library.changes(MODEL, &trip, &files).unwrap();
    assert_eq!((inside.unchanged, inside.gone.len()), (1, 0));
    assert_eq!(desk.library.roots(), [desk.folder()]);
    assert_eq!(desk.library.remove_root(&desk.folder()).unwrap(), 2);
    assert!(desk.library.roots().is_empty());
    assert_eq!(desk.library.counts(MODEL), Counts::default());
    assert!(desk.find(MODEL, "a").is_empty());
}

#[test]
fn an_unreadable_file_is_not_tried_again_until_it_changes() {
    let desk = Desk::new();
    let path = desk.write("broken.jpg", "not a picture");
    let changes = desk.changes(MODEL);
    desk.library
        .skip(&changes.embed[0], "The file is cut short")
        .unwrap();
    let desk = desk.reopen();
    let again = desk.changes(MODEL);
    assert_eq!((again.skipped, again.embed.len()), (1, 0));
    let expected = Skipped {
        path: path.clone(),
        reason: "The file is cut short".to_owned(),
    };
    assert_eq!(desk.library.skipped(), [expected]);
    desk.write("broken.jpg", "a picture at last");
    assert_eq!(desk.index(MODEL), 1);
    assert!(desk.library.skipped().is_empty());
    desk.library.skip(&file(&path), "Broken again").unwrap();
    assert!(desk.find(MODEL, "a picture at last").is_empty());
    std::fs::remove_file(&path).unwrap();
    desk.index(MODEL);
    assert!(desk.library.skipped().is_empty());
}

#[test]
fn models_do_not_see_each_other() {
    let desk = Desk::new();
    desk.write("a.jpg", "a");
    desk.index(MODEL);
    assert_eq!(desk.changes("model-b").embed.len(), 1);
    assert_eq!(desk.library.counts("model-b").searchable, 0);
    assert!(desk.find("model-b", "a").is_empty());
    let short = desk.library.search(MODEL, &[1.0, 0.0], 3);
    assert!(matches!(
        short,
        Err(IndexError::Dimensions {
            expected: 8,
            found: 2,
            ..
        })
    ));
    desk.library.forget_model(MODEL).unwrap();
    assert!(desk.find(MODEL, "a").is_empty());
    assert_eq!(desk.changes(MODEL).embed.len(), 1);
    assert_eq!(desk.index(MODEL), 1);
}

#[cfg(unix)]
#[test]
fn names_that_are_not_unicode_are_kept() {
    use std::os::unix::ffi::OsStrExt as _;
    let desk = Desk::new();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9 \xff.jpg");
    let path = desk.folder().join(name);
    persist::save(&path, b"x").unwrap();
    desk.index(MODEL);
    let desk = desk.reopen();
    let id = desk.library.id_of(&path).unwrap();
    assert_eq!(desk.library.picture(id).unwrap().unwrap().path, path);
    assert_eq!(desk.changes(MODEL).unchanged, 1);
}

#[test]
fn a_file_outside_the_folders_is_refused() {
    let desk = Desk::new();
    let outside = desk.temp.path().join("outside.jpg");
    persist::save(&outside, b"x").unwrap();
    let put = desk.library.put(MODEL, vec![entry(&file(&outside), MODEL)]);
    assert!(matches!(put, Err(IndexError::OutsideRoots { .. })));
}
