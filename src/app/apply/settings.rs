//! What the commands of the Settings place do.

use std::path::Path;
use std::path::PathBuf;

use crate::app::command::Command;
use crate::app::command::SettingsCommand;
use crate::app::services::Services;
use crate::app::state::AppState;
use crate::app::state::FolderSize;
use crate::app::state::Look;
use crate::app::state::Notice;
use crate::app::state::Place;
use crate::settings::Home;

/// More lines of the log than anybody reads make the page slow.
const MAX_LOG_LINES: usize = 300;
/// Only the end of a log file is read.
const MAX_LOG_BYTES: u64 = 256 << 10;

/// Does what one command asks for.
pub fn apply(state: &mut AppState, services: &mut Services, command: SettingsCommand) {
    match command {
        SettingsCommand::Look => {
            let home = state.home.clone();
            services.background("look-at-data-folder", move || {
                let look = Box::new(look(&home));
                vec![Command::Settings(SettingsCommand::Take(look))]
            });
        }
        SettingsCommand::Take(look) => state.settings_page.look = Some(*look),
        SettingsCommand::CopyReport => {
            let report = report(state);
            let desktop = services.desktop.clone();
            services.background("copy-report", move || {
                desktop.copy_text(&report);
                vec![Command::Tell(Notice::note(
                    "The report is on the clipboard",
                ))]
            });
        }
    }
}

/// Runs once per frame: looks at the disk each time the page is opened.
pub fn every_frame(state: &mut AppState, services: &mut Services) {
    let is_open = state.place == Place::Settings;
    if is_open && !state.settings_page.is_open {
        apply(state, services, SettingsCommand::Look);
    }
    state.settings_page.is_open = is_open;
}

fn look(home: &Home) -> Look {
    let parts = [
        ("Your library", home.default_library()),
        ("Demo library", home.demo_library()),
        ("Models", home.models()),
        ("Downloads", home.downloads()),
        ("Trainings", home.runs()),
        ("Logs", home.logs()),
    ];
    let sizes = parts.map(|(label, folder)| FolderSize {
        label,
        bytes: bytes_in(&folder),
    });
    Look {
        sizes: sizes.into(),
        log: log_tail(&home.logs()),
    }
}

fn bytes_in(folder: &Path) -> u64 {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|metadata| metadata.len())
        .sum()
}

/// The last lines of the newest file in the folder of logs.
fn log_tail(folder: &Path) -> Vec<String> {
    let Some(newest) = newest_file(folder) else {
        return Vec::new();
    };
    let text = match read_end(&newest) {
        Ok(text) => text,
        Err(err) => return vec![format!("The log cannot be read: {err}")],
    };
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.len().saturating_sub(MAX_LOG_LINES);
    lines[first..]
        .iter()
        .map(|line| (*line).to_owned())
        .collect()
}

fn newest_file(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    entries
        .flatten()
        .filter_map(|entry| {
            let metadata = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
            Some((metadata.modified().ok()?, entry.path()))
        })
        .max()
        .map(|(_, path)| path)
}

fn read_end(path: &Path) -> std::io::Result<String> {
    use std::io::Read as _;
    use std::io::Seek as _;
    let mut file = std::fs::File::open(path)?;
    let n_bytes = file.metadata()?.len();
    let start = n_bytes.saturating_sub(MAX_LOG_BYTES);
    file.seek(std::io::SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What a bug report needs: no names of pictures beyond those the log holds.
pub fn report(state: &AppState) -> String {
    let mut lines = vec![
        format!("Copylens {}", env!("CARGO_PKG_VERSION")),
        format!(
            "System: {} {}",
            std::env::consts::OS,
            std::env::consts::ARCH
        ),
        format!("Window: {}", state.surroundings.renderer),
    ];
    for device in &state.devices {
        let reason = device.reason.as_deref().unwrap_or("");
        let usable = if device.usable {
            "usable"
        } else {
            "not usable"
        };
        lines.push(format!("{}: {}, {usable} {reason}", device.id, device.name));
    }
    lines.push("Log".to_owned());
    if let Some(look) = &state.settings_page.look {
        lines.extend(look.log.iter().cloned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::persist;

    #[test]
    fn the_look_counts_bytes_and_reads_the_end_of_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home {
            root: folder.path().to_owned(),
        };
        persist::save(&home.models().join("a.safetensors"), &[0; 1000]).unwrap();
        let text: String = (0..500)
            .flat_map(|n| [format!("line {n}"), "\n".to_owned()])
            .collect();
        persist::save(&home.logs().join("copylens.log"), text.as_bytes()).unwrap();

        let look = look(&home);
        let models = look.sizes.iter().find(|part| part.label == "Models");
        assert_eq!(models.map(|part| part.bytes), Some(1000));
        assert_eq!(look.log.len(), MAX_LOG_LINES);
        assert_eq!(look.log.last().map(String::as_str), Some("line 499"));
    }

    #[test]
    fn a_folder_that_is_not_there_yet_is_empty() {
        let home = Home {
            root: PathBuf::from("/nowhere/at/all"),
        };
        let look = look(&home);
        assert!(look.log.is_empty() && look.sizes.iter().all(|part| part.bytes == 0));
    }
}
