//! The house rules that a machine can check. Changing the map of rooms means changing this file.

use std::path::Path;
use std::path::PathBuf;

/// Each room under `src/`, bottom layer first, with the rooms it may import.
const ROOMS: &[(&str, &str)] = &[
    ("monitor", ""),
    ("persist", ""),
    ("pickle", ""),
    ("settings", "persist"),
    ("data", "monitor persist pickle"),
    ("weights", "monitor persist pickle"),
    ("devices", ""),
    ("download", "monitor persist"),
    ("models", "data devices monitor persist weights"),
    ("index", "data monitor persist"),
    ("verdicts", "persist"),
    ("matching", "data models monitor"),
    ("eval", "data index models monitor persist"),
    (
        "distill",
        "data devices eval models monitor persist weights",
    ),
    (
        "worker",
        "data devices distill download eval index matching models monitor persist settings verdicts weights",
    ),
    ("render", "data matching"),
    (
        "cli",
        "data devices distill download eval index matching models monitor persist settings \
         verdicts weights worker",
    ),
    (
        "app",
        "data devices distill download eval index matching models monitor persist render settings \
         verdicts weights worker",
    ),
];

/// Crates that must not spread, with the rooms that own them.
const WALLS: &[(&str, &str)] = &[
    ("arboard", "app"),
    ("burn", "devices distill eval models weights worker"),
    ("eframe", "app render"),
    ("egui", "app render"),
    ("egui_extras", "app"),
    ("egui_plot", "app"),
    ("image", "data"),
    ("instant_distance", "index"),
    ("md5", "download"),
    ("redb", "index"),
    ("rfd", "app"),
    ("sha2", "download"),
    ("ureq", "download"),
    ("wgpu", "app devices render"),
];

/// What every room says about itself, in this order.
const HEADER_POINTS: [&str; 3] = ["//! - Owns: ", "//! - Invariant: ", "//! - Not here: "];

const MAX_LINES_PER_FILE: usize = 600;

/// Everything that may lie at the top level of the repository.
const TOP_LEVEL: &[&str] = &[
    ".ci",
    ".git",
    ".gitattributes",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "assets",
    "packaging",
    "shaders",
    "src",
    "target",
    "tests",
    "venv",
];

/// What this file relies on.
const READABLE: &str = "the repository can be read";

struct Source {
    /// Relative to the repository, with forward slashes.
    path: String,
    text: String,
}

impl Source {
    /// The folder or file directly under `src/`, without its extension.
    fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        inside.split(['/', '.']).next()
    }

    /// The lines of code, comments taken away.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(idx, line)| {
            let end = line.find("//").unwrap_or(line.len());
            (idx + 1, &line[..end])
        })
    }
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folder` with one of these extensions.
fn files(folder: &str, extensions: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    let mut open = vec![repository().join(folder)];
    while let Some(folder) = open.pop() {
        let mut paths: Vec<PathBuf> = folder
            .read_dir()
            .expect(READABLE)
            .map(|entry| entry.expect(READABLE).path())
            .collect();
        paths.sort();
        for path in paths {
            let extension = path.extension().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                open.push(path);
            } else if extensions.contains(&extension.as_ref()) {
                let inside = path.strip_prefix(repository()).expect(READABLE);
                let inside = inside.to_string_lossy().replace('\\', "/");
                let text = std::fs::read_to_string(&path).expect(READABLE);
                found.push(Source { path: inside, text });
            }
        }
    }
    found
}

/// The names that follow `prefix` wherever it starts a path.
fn names_after<'a>(code: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    let starts = code.match_indices(prefix).filter(|(at, _)| {
        let before = code[..*at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    });
    starts.map(move |(at, _)| {
        let rest = &code[at + prefix.len()..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    })
}

fn allows(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|allowed| allowed == name)
}

fn report(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn rooms_import_only_what_the_map_allows() {
    let mut problems = Vec::new();
    let sources = files("src", &["rs"]);
    assert!(sources.len() > ROOMS.len(), "the sources were not found");
    for source in sources {
        let room = source.room().unwrap();
        let allowed = ROOMS.iter().find(|(name, _)| *name == room);
        if allowed.is_none() && !matches!(room, "lib" | "main") {
            problems.push(format!("{}: {room:?} is not on the map", source.path));
        }
        let Some((_, allowed)) = allowed else {
            continue;
        };
        for (line, code) in source.code() {
            for target in names_after(code, "crate::") {
                let is_room = ROOMS.iter().any(|(name, _)| *name == target);
                if is_room && target != room && !allows(allowed, target) {
                    let path = &source.path;
                    problems.push(format!("{path}:{line}: {room} must not import {target}"));
                }
            }
        }
    }
    report(&problems);
}

#[test]
fn heavy_crates_stay_behind_their_walls() {
    let mut problems = Vec::new();
    for source in files("src", &["rs"]) {
        let room = source.room().unwrap();
        for (line, code) in source.code() {
            for (krate, owners) in WALLS {
                let is_used = names_after(code, &format!("{krate}::")).next().is_some();
                if is_used && !allows(owners, room) {
                    let path = &source.path;
                    problems.push(format!("{path}:{line}: {krate} is not allowed in {room}"));
                }
            }
        }
    }
    report(&problems);
}

#[test]
fn imports_of_our_own_name_one_item_per_line() {
    let mut problems = Vec::new();
    for source in files("src", &["rs"]) {
        for (line, code) in source.code() {
            let is_own = ["use crate::", "use super::", "use self::"]
                .iter()
                .any(|start| {
                    code.trim_start()
                        .trim_start_matches("pub ")
                        .starts_with(start)
                });
            if is_own && code.contains('{') {
                problems.push(format!("{}:{line}: one item per `use`", source.path));
            }
        }
    }
    report(&problems);
}

#[test]
fn files_stay_short_enough_to_read() {
    let mut problems = Vec::new();
    let tests = files("tests", &["rs", "py", "sh"]);
    let shaders = files("shaders", &["wgsl"]);
    for source in files("src", &["rs"]).iter().chain(&tests).chain(&shaders) {
        let n_lines = source.text.lines().count();
        if n_lines > MAX_LINES_PER_FILE {
            problems.push(format!("{} has {n_lines} lines, split it", source.path));
        }
    }
    report(&problems);
}

#[test]
fn every_file_says_what_it_is_and_every_room_what_it_owns() {
    let mut problems = Vec::new();
    for source in files("src", &["rs"]) {
        // The tests of a file that grew too long for both are about that file.
        let is_tests = source.path.ends_with("/tests.rs");
        if !is_tests && !source.text.starts_with("//! ") {
            problems.push(format!("{}: the first line says what it is", source.path));
        }
        let room = source.room().unwrap();
        let is_room = source.path == format!("src/{room}/mod.rs")
            || (source.path == format!("src/{room}.rs") && !matches!(room, "lib" | "main"));
        if !is_room {
            continue;
        }
        let mut rest = source.text.as_str();
        for point in HEADER_POINTS {
            match rest.find(point) {
                Some(at) => rest = &rest[at + point.len()..],
                None => problems.push(format!("{}: no {point:?} in its place", source.path)),
            }
        }
    }
    report(&problems);
}

#[test]
fn the_map_in_the_crate_docs_names_every_room() {
    let lib = std::fs::read_to_string(repository().join("src/lib.rs")).unwrap();
    let docs: Vec<&str> = lib.lines().filter(|line| line.starts_with("//!")).collect();
    for (room, _) in ROOMS {
        assert!(
            docs.iter().any(|line| allows(line, room)),
            "{room:?} is missing"
        );
    }
}

#[test]
fn the_top_level_holds_nothing_else() {
    let mut problems = Vec::new();
    for entry in repository().read_dir().unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        if !TOP_LEVEL.contains(&name.as_str()) {
            problems.push(format!("{name:?} does not belong at the top level"));
        }
    }
    report(&problems);
}

#[test]
fn no_test_is_switched_off() {
    // In two parts, so that this file does not find itself.
    let forbidden = [concat!("#[", "ignore"), concat!("should_", "panic")];
    let mut problems = Vec::new();
    for source in files("src", &["rs"])
        .into_iter()
        .chain(files("tests", &["rs"]))
    {
        for (line, code) in source.code() {
            if forbidden.iter().any(|word| code.contains(word)) {
                problems.push(format!(
                    "{}:{line}: tests run and say what they expect",
                    source.path
                ));
            }
        }
    }
    report(&problems);
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    let forbidden = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
    ];
    let extensions = ["rs", "py", "sh", "toml", "md", "wgsl", "json", "jsonl"];
    let mut problems = Vec::new();
    for folder in ["src", "tests", "assets", "packaging", "shaders"] {
        for source in files(folder, &extensions) {
            for (idx, line) in source.text.lines().enumerate() {
                if forbidden.iter().any(|word| line.contains(word)) {
                    problems.push(format!(
                        "{}:{}: a path of one machine",
                        source.path,
                        idx + 1
                    ));
                }
            }
        }
    }
    report(&problems);
}
