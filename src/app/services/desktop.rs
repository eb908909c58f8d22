//! The real dialogs, clipboard and file manager.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use parking_lot::Mutex;

use super::Desktop;
use super::Pasted;
use crate::data::Picture;

/// The desktop this program runs on.
#[derive(Default)]
pub struct SystemDesktop {
    /// Kept open: on X11 a copied text lives as long as the program that copied it offers it.
    clipboard: Mutex<Option<arboard::Clipboard>>,
    has_missed_dialog: AtomicBool,
}

/// Nobody closes a dialog faster than this: it did not open.
const FASTEST_ANSWER: Duration = Duration::from_millis(250);

impl SystemDesktop {
    fn ask<T>(&self, show: impl FnOnce(rfd::FileDialog) -> Option<T>) -> Option<T> {
        let asked = Instant::now();
        let answer = show(rfd::FileDialog::new());
        if answer.is_none() && asked.elapsed() < FASTEST_ANSWER {
            self.has_missed_dialog.store(true, Ordering::Relaxed);
        }
        answer
    }

    fn with_clipboard<T>(
        &self,
        work: impl FnOnce(&mut arboard::Clipboard) -> Result<T, arboard::Error>,
    ) -> Option<T> {
        let mut slot = self.clipboard.lock();
        if slot.is_none() {
            *slot = arboard::Clipboard::new()
                .inspect_err(|err| log::warn!("The clipboard cannot be used: {err}"))
                .ok();
        }
        work(slot.as_mut()?).ok()
    }
}

impl Desktop for SystemDesktop {
    fn choose_files(&self, title: &str, (name, endings): (&str, &[&str])) -> Vec<PathBuf> {
        let chosen = self.ask(|dialog| {
            let dialog = dialog.set_title(title).add_filter(name, endings);
            dialog.add_filter("All files", &["*"]).pick_files()
        });
        chosen.unwrap_or_default()
    }

    fn choose_folders(&self, title: &str) -> Vec<PathBuf> {
        let chosen = self.ask(|dialog| dialog.set_title(title).pick_folders());
        chosen.unwrap_or_default()
    }

    fn choose_save_path(&self, title: &str, name: &str) -> Option<PathBuf> {
        self.ask(|dialog| dialog.set_title(title).set_file_name(name).save_file())
    }

    fn has_missed_dialog(&self) -> bool {
        self.has_missed_dialog.swap(false, Ordering::Relaxed)
    }

    fn paste(&self) -> Pasted {
        if let Some(paths) = self.with_clipboard(|clipboard| clipboard.get().file_list())
            && !paths.is_empty()
        {
            return Pasted::Paths(paths);
        }
        if let Some(image) = self.with_clipboard(arboard::Clipboard::get_image)
            && let Some(picture) = picture_of(&image)
        {
            return Pasted::Picture(Arc::new(picture));
        }
        let text = self.with_clipboard(arboard::Clipboard::get_text);
        let paths = text.map(|text| paths_in(&text)).unwrap_or_default();
        if paths.is_empty() {
            Pasted::Nothing
        } else {
            Pasted::Paths(paths)
        }
    }

    fn text(&self) -> String {
        let text = self.with_clipboard(arboard::Clipboard::get_text);
        text.unwrap_or_default()
    }

    fn copy_text(&self, text: &str) {
        self.with_clipboard(|clipboard| clipboard.set_text(text));
    }

    fn reveal(&self, path: &Path) {
        self.open(path.parent().unwrap_or(path));
    }

    fn open(&self, path: &Path) {
        if let Err(err) = opener::open(path) {
            log::warn!("Could not be opened: {err}");
        }
    }

    fn open_page(&self, address: &str) {
        if let Err(err) = opener::open_browser(address) {
            log::warn!("{address} could not be opened: {err}");
        }
    }
}

/// Pasted pixels over white where they are transparent.
fn picture_of(image: &arboard::ImageData<'_>) -> Option<Picture> {
    let (width, height) = (image.width, image.height);
    if width == 0 || height == 0 || image.bytes.len() != width * height * 4 {
        return None;
    }
    let over_white = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
    };
    let mut rgb = Vec::with_capacity(width * height * 3);
    for pixel in image.bytes.chunks_exact(4) {
        rgb.extend(pixel[..3].iter().map(|value| over_white(*value, pixel[3])));
    }
    Some(Picture::new(width as u32, height as u32, rgb))
}

/// The existing files that a text names, one per line, as paths or `file://` addresses.
fn paths_in(text: &str) -> Vec<PathBuf> {
    text.lines()
        .map(|line| line.trim().trim_matches('"').trim_matches('\''))
        .filter(|line| !line.is_empty() && *line != "copy" && *line != "cut")
        .map(|line| match line.strip_prefix("file://") {
            Some(address) => PathBuf::from(percent_decoded(address)),
            None => PathBuf::from(line),
        })
        .filter(|path| path.is_absolute() && path.exists())
        .collect()
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = text
            .get(at + 1..at + 3)
            .filter(|_| bytes[at] == b'%')
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        decoded.push(code.unwrap_or(bytes[at]));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_address_becomes_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a b.jpg");
        crate::persist::save(&path, b"x").unwrap();
        let address = format!("file://{}", path.display()).replace(' ', "%20");
        assert_eq!(
            paths_in(&format!("copy\n{address}\n")),
            std::slice::from_ref(&path)
        );
        assert_eq!(paths_in(&path.display().to_string()), [path]);
    }

    #[test]
    fn ordinary_text_is_no_path() {
        assert!(paths_in("hello world\n100%").is_empty());
    }

    #[test]
    fn transparent_pixels_become_white() {
        let image = arboard::ImageData {
            width: 2,
            height: 1,
            bytes: vec![0, 0, 0, 0, 10, 20, 30, 255].into(),
        };
        let picture = picture_of(&image).unwrap();
        assert_eq!(picture.pixel(0, 0), [255, 255, 255]);
        assert_eq!(picture.pixel(1, 0), [10, 20, 30]);
    }
}
