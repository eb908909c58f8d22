//! Libraries in trouble: damaged and old files, a full disk, two at once.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "the child reports through its output, and a test ends at the first surprise"
)]

use std::path::Path;
use std::path::PathBuf;

use copylens::data::DiskFile;
use copylens::index::FORMAT_VERSION;
use copylens::index::IndexError;
use copylens::index::Library;
use copylens::index::NewEntry;
use copylens::monitor::Monitor;
use copylens::persist;

const MODEL: &str = "model-a";
const DIMS: usize = 32;

/// Everything about a picture follows from its number.
fn entry(folder: &Path, number: u64) -> NewEntry {
    let mut bytes = [0; DIMS];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&number.to_le_bytes());
    hasher.finalize_xof().fill(&mut bytes);
    let numbers = bytes.map(|byte| f32::from(byte) - 127.5);
    let length = numbers.iter().map(|n| n * n).sum::<f32>().sqrt();
    NewEntry {
        file: DiskFile {
            path: folder.join(format!("{number}.jpg")),
            size: number,
            modified_ns: 1,
        },
        hash: *hasher.finalize().as_bytes(),
        width: 1,
        height: 1,
        orientation: 1,
        thumbnail: bytes.repeat(60),
        descriptor: numbers.iter().map(|n| n / length).collect(),
    }
}

fn fill(dir: &Path, folder: &Path, n_pictures: u64) -> Library {
    let library = Library::open(dir).unwrap();
    std::fs::create_dir_all(folder).unwrap();
    library.changes(MODEL, folder, &[]).unwrap();
    let entries = (0..n_pictures).map(|number| entry(folder, number));
    library.put(MODEL, entries.collect()).unwrap();
    library
}

/// Checks that exactly these pictures are there and found.
fn check(library: &Library, folder: &Path, numbers: impl IntoIterator<Item = u64>) {
    let mut n_pictures = 0;
    for number in numbers {
        let expected = entry(folder, number);
        let hits = library.search(MODEL, &expected.descriptor, 1).unwrap();
        let record = library.picture(hits[0].id).unwrap().unwrap();
        assert_eq!(record.path, expected.file.path);
        assert_eq!(record.hash, expected.hash);
        let thumbnail = library.thumbnail(record.id).unwrap().unwrap();
        assert_eq!(thumbnail, expected.thumbnail);
        n_pictures += 1;
    }
    assert_eq!(library.counts(MODEL).pictures, n_pictures);
    assert_eq!(library.counts(MODEL).searchable, n_pictures);
}

fn expect_damaged(dir: &Path) {
    let store = dir.join("library.redb");
    let before = std::fs::read(&store).unwrap();
    let err = Library::open(dir).unwrap_err();
    assert!(matches!(err, IndexError::Damaged { .. }), "{err:?}");
    assert!(err.to_string().contains("damaged"), "{err}");
    assert!(
        err.advice().contains("pictures are safe"),
        "{}",
        err.advice()
    );
    assert_eq!(
        std::fs::read(&store).unwrap(),
        before,
        "the file was changed"
    );
}

#[test]
fn a_store_cut_anywhere_is_an_error_and_is_left_as_it_is() {
    let temp = tempfile::tempdir().unwrap();
    let (dir, folder) = (temp.path().join("library"), temp.path().join("pictures"));
    drop(fill(&dir, &folder, 300));
    let store = dir.join("library.redb");
    let whole = std::fs::read(&store).unwrap();
    for cut in [0, 1, 100, 4096, 10_000] {
        persist::save(&store, &whole[..cut]).unwrap();
        expect_damaged(&dir);
    }
    for eighths in 1..8 {
        persist::save(&store, &whole[..whole.len() * eighths / 8]).unwrap();
        expect_damaged(&dir);
    }
    persist::save(&store, &whole[..whole.len() - 1]).unwrap();
    expect_damaged(&dir);
    persist::save(&store, &whole).unwrap();
    check(&Library::open(&dir).unwrap(), &folder, 0..300);
}

#[test]
fn a_damaged_store_is_kept_aside_and_a_new_one_takes_its_place() {
    let temp = tempfile::tempdir().unwrap();
    let (dir, folder) = (temp.path().join("library"), temp.path().join("pictures"));
    let library = fill(&dir, &folder, 50);
    library
        .merge_segments_above(MODEL, 10, &Monitor::silent())
        .unwrap();
    drop(library);
    for n_rebuilt in 1..=2 {
        persist::save(&dir.join("library.redb"), b"not a library at all").unwrap();
        expect_damaged(&dir);
        drop(Library::rebuild_aside(&dir).unwrap());
        let aside = dir.join(format!("library.damaged-{n_rebuilt}.redb"));
        assert_eq!(std::fs::read(aside).unwrap(), b"not a library at all");
    }
    // The segments of the old library must not answer for the new one.
    let library = fill(&dir, &folder, 20);
    check(&library, &folder, 0..20);
}

#[test]
fn two_at_once_are_refused_with_advice() {
    let temp = tempfile::tempdir().unwrap();
    let first = Library::open(temp.path()).unwrap();
    let err = Library::open(temp.path()).unwrap_err();
    assert!(matches!(err, IndexError::InUse { .. }), "{err:?}");
    assert!(err.advice().contains("other window"), "{}", err.advice());
    drop(first);
    Library::open(temp.path()).unwrap();
}

#[test]
fn a_library_where_no_folder_can_be_is_an_error() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("file");
    persist::save(&file, b"x").unwrap();
    let err = Library::open(&file.join("library")).unwrap_err();
    assert!(matches!(err, IndexError::Create { .. }), "{err:?}");
    assert_eq!(std::fs::read(&file).unwrap(), b"x");
}

#[cfg(unix)]
#[test]
fn a_library_that_may_not_be_changed_is_an_error() {
    use std::os::unix::fs::PermissionsExt as _;
    let temp = tempfile::tempdir().unwrap();
    let (dir, folder) = (temp.path().join("library"), temp.path().join("pictures"));
    drop(fill(&dir, &folder, 5));
    let store = dir.join("library.redb");
    let set_mode = |mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&store, permissions).unwrap();
    };
    set_mode(0o444);
    if std::fs::OpenOptions::new()
        .append(true)
        .open(&store)
        .is_ok()
    {
        println!("skipped: this user may change files that are read-only");
        return;
    }
    let err = Library::open(&dir).unwrap_err();
    assert!(matches!(err, IndexError::ReadOnly { .. }), "{err:?}");
    set_mode(0o644);
    check(&Library::open(&dir).unwrap(), &folder, 0..5);
}

#[test]
fn segments_answer_like_the_store_and_damaged_ones_are_rebuilt() {
    let temp = tempfile::tempdir().unwrap();
    let (dir, folder) = (temp.path().join("library"), temp.path().join("pictures"));
    let library = fill(&dir, &folder, 400);
    let silent = Monitor::silent();
    assert!(library.merge_segments_above(MODEL, 400, &silent).unwrap());
    assert!(!library.merge_segments_above(MODEL, 1, &silent).unwrap());
    check(&library, &folder, 0..400);
    let gone = [3, 4, 5].map(|n| library.id_of(&folder.join(format!("{n}.jpg"))).unwrap());
    library.remove(&gone).unwrap();
    let later = (400..500).map(|number| entry(&folder, number));
    library.put(MODEL, later.collect()).unwrap();
    let now = || (0..500).filter(|number| !(3..6).contains(number));
    check(&library, &folder, now());
    drop(library);
    check(&Library::open(&dir).unwrap(), &folder, now());
    let segment = only_segment(&dir);
    let whole = std::fs::read(&segment).unwrap();
    for damage in [truncate, flip_a_bit, make_empty] {
        persist::save(&segment, &damage(&whole)).unwrap();
        check(&Library::open(&dir).unwrap(), &folder, now());
    }
    let library = Library::open(&dir).unwrap();
    assert!(library.merge_segments_above(MODEL, 400, &silent).unwrap());
    check(&library, &folder, now());
    drop(library);
    assert_ne!(only_segment(&dir), segment);
    check(&Library::open(&dir).unwrap(), &folder, now());
}

fn only_segment(dir: &Path) -> PathBuf {
    let entries = std::fs::read_dir(dir.join("segments")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(paths.len(), 1, "{paths:?}");
    paths.remove(0)
}

fn truncate(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len() / 2].to_vec()
}

fn flip_a_bit(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    bytes
}

fn make_empty(_bytes: &[u8]) -> Vec<u8> {
    Vec::new()
}

#[test]
fn searching_goes_on_while_something_is_written() {
    let temp = tempfile::tempdir().unwrap();
    let (dir, folder) = (temp.path().join("library"), temp.path().join("pictures"));
    let library = fill(&dir, &folder, 1);
    let query = entry(&folder, 0).descriptor;
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 1..=40 {
                library.put(MODEL, vec![entry(&folder, number)]).unwrap();
            }
        });
        let mut n_seen = 0;
        while !writer.is_finished() {
            let hits = library.search(MODEL, &query, 100).unwrap();
            assert!(hits[0].similarity > 0.999);
            assert!(hits.len() >= n_seen);
            n_seen = hits.len();
        }
    });
    let hits = library.search(MODEL, &query, 100).unwrap();
    assert_eq!(hits.len(), 41);
    let silent = Monitor::silent();
    assert!(library.merge_segments_above(MODEL, 10, &silent).unwrap());
    assert_eq!(library.search(MODEL, &query, 100).unwrap(), hits);
}

/// Set in the child: the folder to work in.
#[cfg(target_os = "linux")]
const CHILD: &str = "COPYLENS_TEST_FULL_DISK_CHILD";

/// The child: does nothing unless the parent asks for it.
#[cfg(target_os = "linux")]
#[test]
fn a_child_writes_until_the_disk_is_full() {
    let Ok(work) = std::env::var(CHILD) else {
        return;
    };
    let work = PathBuf::from(work);
    let folder = work.join("pictures");
    let library = Library::open(&work.join("library")).unwrap();
    for batch in 1.. {
        let entries = (batch * 50..(batch + 1) * 50).map(|number| entry(&folder, number));
        if let Err(err) = library.put(MODEL, entries.collect()) {
            assert!(matches!(err, IndexError::DiskFull { .. }), "{err:?}");
            assert!(err.advice().contains("Make room"), "{}", err.advice());
            // Without leaving the program, everything before is still found.
            check(&library, &folder, 0..batch * 50);
            println!("\nfull after {}", batch * 50);
            return;
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nothing_that_was_there() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("pictures");
    let dir = temp.path().join("library");
    drop(fill(&dir, &folder, 50));
    // A limit on the size of files stands in for the end of the disk.
    let output = std::process::Command::new("sh")
        .args(["-c", r#"trap "" XFSZ; ulimit -f 12000; exec "$0" "$@""#])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "a_child_writes_until_the_disk_is_full",
            "--nocapture",
        ])
        .env(CHILD, temp.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    let mut lines = said
        .lines()
        .filter_map(|line| line.strip_prefix("full after "));
    let n_pictures: u64 = lines.next().unwrap().parse().unwrap();
    assert!(n_pictures > 50, "{n_pictures}");
    let library = Library::open(&dir).unwrap();
    check(&library, &folder, 0..n_pictures);
    let more = (n_pictures..n_pictures + 50).map(|number| entry(&folder, number));
    library.put(MODEL, more.collect()).unwrap();
    check(&library, &folder, 0..n_pictures + 50);
}

/// `tests/fixtures/library-vN` holds a library of format N with the pictures 0 to 19 of the folder
/// `/pictures`, and a segment over them.
#[cfg(unix)]
#[test]
fn libraries_of_every_format_still_open() {
    for version in 1..=FORMAT_VERSION {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("tests/fixtures/library-v{version}"));
        let temp = tempfile::tempdir().unwrap();
        std::fs::create_dir(temp.path().join("segments")).unwrap();
        for file in ["library.redb", "segments/fd9bdd01f716e057-1.seg"] {
            std::fs::copy(fixture.join(file), temp.path().join(file)).unwrap();
        }
        let library = Library::open(temp.path()).unwrap();
        check(&library, Path::new("/pictures"), 0..20);
        assert_eq!(library.roots(), [Path::new("/pictures")]);
        assert_eq!(library.skipped()[0].reason, "The file is cut short");
    }
}
