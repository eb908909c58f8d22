//! The settings themselves, and how they are saved.

use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;

use super::Home;
use super::SettingsError;
use crate::persist;
use crate::persist::PersistError;

const KIND: &str = "settings";
const VERSION: u32 = 1;

/// Light, dark, or what the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

/// Everything a person can choose and Copylens remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub theme: Theme,
    /// Size of everything in the window, 1.0 to 2.0.
    pub scale: f32,
    /// Device id for searching and training; `None` is the fastest one.
    pub device: Option<String>,
    /// Model id for searching; `None` is the one that ships with Copylens.
    pub model_in_use: Option<String>,
    /// Show numbers and technical words.
    pub details: bool,
    /// Side of a thumbnail in points at scale 1.0, 96 to 320.
    pub thumbnail_size: f32,
    /// How the window is drawn; `None` tries the graphics card first.
    pub renderer: Option<String>,
    /// Use Wayland even where X11 is there too. Files cannot be dropped on the window then.
    pub prefer_wayland: bool,
    /// The library that was open last.
    pub last_library: Option<PathBuf>,
    /// Folders chosen for training.
    pub training_folders: Vec<PathBuf>,
    /// `http://proxy.example:3128`, for downloads; `None` is what the environment says.
    pub proxy: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            scale: 1.0,
            device: None,
            model_in_use: None,
            details: false,
            thumbnail_size: 160.0,
            renderer: None,
            prefer_wayland: false,
            last_library: None,
            training_folders: Vec::new(),
            proxy: None,
        }
    }
}

impl Settings {
    /// The saved settings, or the defaults where there are none yet or they are not readable.
    pub fn load(home: &Home) -> Self {
        match Self::read(home) {
            Ok(settings) => settings.within_limits(),
            Err(err) => {
                log::warn!("{err}, the defaults are used");
                Self::default()
            }
        }
    }

    /// Replaces the settings file.
    pub fn save(&self, home: &Home) -> Result<(), SettingsError> {
        persist::save_json(&home.settings_file(), KIND, VERSION, self).map_err(SettingsError::Save)
    }

    fn read(home: &Home) -> Result<Self, SettingsError> {
        let path = home.settings_file();
        if !path.exists() {
            return Ok(Self::default());
        }
        let loaded: Result<(u32, Self), PersistError> = persist::load_json(&path, KIND, VERSION);
        let (_, settings) = loaded.map_err(SettingsError::Load)?;
        Ok(settings)
    }

    /// Numbers that somebody typed into the file cannot make the window unusable.
    fn within_limits(mut self) -> Self {
        let finite = |value: f32, fallback: f32| if value.is_finite() { value } else { fallback };
        self.scale = finite(self.scale, 1.0).clamp(1.0, 2.0);
        self.thumbnail_size = finite(self.thumbnail_size, 160.0).clamp(96.0, 320.0);
        self.proxy = self.proxy.filter(|proxy| is_proxy(proxy));
        self
    }
}

/// Whether a text is the address of a proxy: `http://[NAME:PASSWORD@]HOST[:PORT]`, or with https.
pub fn is_proxy(text: &str) -> bool {
    let rest = ["http://", "https://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    let Some(rest) = rest else {
        return false;
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let authority = rest.rsplit('@').next().unwrap_or(rest);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._[]:".contains(c);
    !host.is_empty()
        && host.chars().all(is_plain)
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home_in(folder: &tempfile::TempDir) -> Home {
        Home {
            root: folder.path().to_owned(),
        }
    }

    #[test]
    fn what_was_saved_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let home = home_in(&folder);
        let settings = Settings {
            theme: Theme::Dark,
            scale: 1.5,
            device: Some("cpu".into()),
            ..Settings::default()
        };
        settings.save(&home).unwrap();
        assert_eq!(Settings::load(&home), settings);
    }

    #[test]
    fn a_field_of_a_newer_version_gets_its_default() {
        let folder = tempfile::tempdir().unwrap();
        let home = home_in(&folder);
        let text = r#"{"copylens":"settings","version":1,"scale":9.0}"#;
        persist::save(&home.settings_file(), text.as_bytes()).unwrap();
        let expected = Settings {
            scale: 2.0,
            ..Settings::default()
        };
        assert_eq!(Settings::load(&home), expected);
    }

    #[test]
    fn only_addresses_of_proxies_are_kept() {
        for good in [
            "http://proxy.example:3128",
            "https://name:secret@proxy.example/",
            "http://[::1]:8080",
            "http://[::1]",
            "http://10.0.0.1",
        ] {
            assert!(is_proxy(good), "{good}");
        }
        for bad in [
            "",
            "proxy.example:3128",
            "socks5://proxy.example",
            "http://",
            "http://proxy.example:port",
            "http://proxy.example:70000",
            "http://proxy.example/path",
            "http://a b",
        ] {
            assert!(!is_proxy(bad), "{bad}");
        }
        let typed = Settings {
            proxy: Some("nonsense".to_owned()),
            ..Settings::default()
        };
        assert_eq!(typed.within_limits().proxy, None);
    }

    #[test]
    fn a_damaged_file_gives_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let home = home_in(&folder);
        persist::save(&home.settings_file(), b"{").unwrap();
        assert_eq!(Settings::load(&home), Settings::default());
    }
}
