//! Broken, lying and unusual files end as the manifest of the corpus says.
//!
//! The test starts itself again as a child, with little address space, and the child also
//! checks the most memory it ever held.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use copylens::data;
use copylens::data::DecodeError;
use copylens::data::Picture;
use copylens::monitor::Monitor;
use copylens::persist;

/// Set in the child.
const CHILD: &str = "COPYLENS_MALFORMED_CHILD";

/// Longest time for one small file.
const PATIENCE: Duration = Duration::from_secs(30);

/// Memory a process that decodes may hold at most.
const MAX_RESIDENT_KB: u64 = 1_000_000;

/// Address space of the child.
const ADDRESS_SPACE_KB: u64 = 3_000_000;

/// One row of `manifest.csv`.
struct Row {
    file: PathBuf,
    decodes: bool,
    size: Option<(u32, u32)>,
    is_strict: bool,
}

/// Bytes outside printable ASCII are written as `%XX` in the manifest.
fn unescaped(name: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = name.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let code = tail.get(..2).and_then(|hex| {
            let hex = std::str::from_utf8(hex).ok()?;
            u8::from_str_radix(hex, 16).ok()
        });
        if let (b'%', Some(code)) = (first, code) {
            bytes.push(code);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn manifest(folder: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(folder.join("manifest.csv")).unwrap();
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let [file, expected, width, height, strict] =
        ["file", "expected", "width", "height", "strict"].map(column);
    let records = reader.records().map(|record| record.unwrap());
    records
        .map(|record| Row {
            file: folder.join(unescaped(&record[file])),
            decodes: &record[expected] == "decodes",
            size: record[width].parse().ok().zip(record[height].parse().ok()),
            is_strict: &record[strict] == "yes",
        })
        .collect()
}

/// Decodes on another thread, so that a hang has a name.
fn decode_in_time(path: &Path) -> Result<Picture, DecodeError> {
    let (sender, receiver) = mpsc::channel();
    let owned = path.to_owned();
    rayon::spawn(move || {
        let result = data::decode(&owned);
        sender.send(result).expect("the test waits");
    });
    receiver
        .recv_timeout(PATIENCE)
        .unwrap_or_else(|_| panic!("hangs: {}", path.display()))
}

/// What is wrong with the outcome of one row, if anything.
fn complaint(row: &Row) -> Option<String> {
    let Row {
        file,
        decodes,
        size,
        is_strict,
    } = row;
    match decode_in_time(file) {
        Ok(picture) => {
            let found = (picture.width, picture.height);
            if *is_strict && !decodes {
                return Some(format!("decodes to {found:?} but must be refused"));
            }
            let is_wrong = *decodes && size.is_some_and(|size| size != found);
            is_wrong.then(|| format!("is {found:?} but must be {size:?}"))
        }
        Err(err) if *is_strict && *decodes => Some(format!("is refused: {err}")),
        Err(err) => {
            let names_file = err.path() == file && err.to_string().contains(&err.reason());
            (!names_file).then(|| format!("has a message without its name: {err}"))
        }
    }
}

fn peak_resident_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn check_memory() {
    if let Some(peak) = peak_resident_kb() {
        support::say(&format!("most memory held: {} MB", peak / 1000));
        assert!(peak < MAX_RESIDENT_KB, "held {peak} kB");
    }
}

/// Runs `test` again in a child with limited address space; true in the parent.
fn ran_in_child(test: &str) -> bool {
    if std::env::var_os(CHILD).is_some() {
        return false;
    }
    let program = std::env::current_exe().unwrap();
    let mut command = if cfg!(unix) {
        let mut shell = Command::new("sh");
        let script = format!("ulimit -v {ADDRESS_SPACE_KB}; exec \"$0\" \"$@\"");
        shell.arg("-c").arg(script).arg(program);
        shell
    } else {
        Command::new(program)
    };
    let output = command
        .args([test, "--exact", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stdout}\n{stderr}");
    assert!(stdout.contains("1 passed"), "{stdout}");
    support::say(&stdout);
    true
}

#[test]
fn every_file_ends_as_the_manifest_says() {
    let test = "every_file_ends_as_the_manifest_says";
    let Some(folder) = support::data_folder("malformed", test) else {
        return;
    };
    if ran_in_child(test) {
        return;
    }
    let rows = manifest(&folder);
    assert!(rows.len() > 200, "only {} rows", rows.len());
    let complaints: Vec<String> = rows
        .iter()
        .filter_map(|row| Some(format!("{:?} {}", row.file, complaint(row)?)))
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    check_memory();
}

#[test]
fn one_bad_file_never_stops_a_scan() {
    let test = "one_bad_file_never_stops_a_scan";
    let Some(folder) = support::data_folder("malformed", test) else {
        return;
    };
    let found = data::scan(&Monitor::silent(), std::slice::from_ref(&folder)).unwrap();
    assert!(found.unreadable.is_empty(), "{:?}", found.unreadable);
    // The scanner leaves hidden files out, and finds the picture without an extension.
    let is_hidden = |path: &Path| path.file_name().unwrap().to_string_lossy().starts_with('.');
    for row in manifest(&folder) {
        let is_found = found.files.iter().any(|file| file.path == row.file);
        assert_eq!(is_found, !is_hidden(&row.file), "{:?}", row.file);
    }
}

#[test]
fn a_hundred_megapixels_fit_into_a_gigabyte() {
    let test = "a_hundred_megapixels_fit_into_a_gigabyte";
    if ran_in_child(test) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let jpeg = folder.path().join("large.jpg");
    let png = folder.path().join("large.png");
    {
        let picture = Picture::filled(10_000, 10_000, [200, 60, 20]);
        persist::save(&jpeg, &data::encode_jpeg(&picture, 60)).unwrap();
        persist::save(&png, &data::encode_png(&picture).unwrap()).unwrap();
    }
    for path in [jpeg, png] {
        let picture = data::decode(&path).unwrap();
        assert_eq!((picture.width, picture.height), (10_000, 10_000));
        let [r, g, b] = picture.pixel(9_999, 5_000);
        assert!(r.abs_diff(200) < 4 && g.abs_diff(60) < 4 && b.abs_diff(20) < 4);
        let small = data::resize(&picture, 224, 224);
        assert!(small.pixel(100, 100)[0].abs_diff(200) < 4);
    }
    check_memory();
}

#[test]
fn one_pixel_is_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.png");
    let dot = Picture::filled(1, 1, [3, 2, 1]);
    persist::save(&path, &data::encode_png(&dot).unwrap()).unwrap();
    let decoded = data::decode(&path).unwrap();
    assert_eq!(decoded, dot);
    assert_eq!(data::resize(&decoded, 3, 2).rgb, [3, 2, 1].repeat(6));
}

#[cfg(target_os = "linux")]
#[test]
fn names_may_be_any_bytes() {
    use std::os::unix::ffi::OsStrExt as _;

    let folder = tempfile::tempdir().unwrap();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9 \xff.png");
    let path = folder.path().join(name);
    let picture = Picture::filled(4, 3, [9, 8, 7]);
    persist::save(&path, &data::encode_png(&picture).unwrap()).unwrap();
    let folders = [folder.path().to_owned()];
    let found = data::scan(&Monitor::silent(), &folders).unwrap();
    assert_eq!(found.files.len(), 1);
    assert_eq!(found.files[0].path, path);
    assert_eq!(data::decode(&found.files[0].path).unwrap(), picture);

    persist::save(&path, b"not a picture at all").unwrap();
    let err = data::decode(&path).unwrap_err();
    assert!(err.to_string().contains("caf"), "{err}");
    assert_eq!(err.reason(), "This is not a picture Copylens can read");
}
