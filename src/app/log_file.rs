//! What the window writes down while it runs: to standard error and to a file in the data folder.

use std::fs::File;
use std::io::Write;

use crate::persist;
use crate::settings::Home;

/// Our own words from `info` on, those of others only when something is wrong.
const FILTER: &str = "warn,copylens=info";

/// Writes to both places; where the file cannot be written, standard error has to do.
struct Both {
    file: Option<File>,
}

impl Write for Both {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if let Some(file) = &mut self.file
            && file.write_all(bytes).is_err()
        {
            self.file = None;
        }
        std::io::stderr().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}

/// Starts the log; `RUST_LOG` shows more.
pub fn start(home: &Home) {
    let file = persist::open_log(&home.logs().join("copylens.log"));
    let problem = file.as_ref().err().map(ToString::to_string);
    let both = Both { file: file.ok() };
    let filter = env_logger::Env::default().default_filter_or(FILTER);
    let started = env_logger::Builder::from_env(filter)
        .format_target(false)
        .target(env_logger::Target::Pipe(Box::new(both)))
        .try_init();
    if let (Ok(()), Some(problem)) = (started, problem) {
        log::warn!("{problem}");
    }
    log::info!("Copylens {}", env!("CARGO_PKG_VERSION"));
}
