//! Where tests find the shared test data.

use std::path::PathBuf;

/// A folder of the shared test data, or `None` (and a printed line) when it is not on this
/// machine. `COPYLENS_TEST_DATA` says where it is; the default is `../shared/data`.
pub fn data_folder(name: &str, test: &str) -> Option<PathBuf> {
    let root = match std::env::var_os("COPYLENS_TEST_DATA") {
        Some(root) => PathBuf::from(root),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
    };
    let folder = root.join(name);
    // The program reports resolved paths; tests compare with them.
    if let Ok(folder) = folder.canonicalize() {
        return Some(folder);
    }
    say(&format!(
        "skipped {test}: the test data {name:?} is not on this machine"
    ));
    None
}

/// A line in the output of the test.
#[expect(clippy::print_stdout, reason = "tests report what they left out")]
pub fn say(line: &str) {
    println!("{line}");
}
