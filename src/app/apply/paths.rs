//! Sorts paths that somebody dropped, pasted or chose.

use std::path::PathBuf;

use crate::app::command::Sorted;
use crate::weights;

/// Looks at each path on disk. Slow on a network drive, so it runs in the background.
pub fn sorted(paths: Vec<PathBuf>) -> Sorted {
    let mut sorted = Sorted::default();
    for path in paths {
        if path.is_dir() {
            sorted.folders.push(path);
        } else if weights::is_weights_name(&path) {
            sorted.models.push(path);
        } else if is_picture(&path) {
            sorted.pictures.push(path);
        } else {
            sorted.others.push(path);
        }
    }
    sorted
}

/// By its name, or by its first bytes where the name says nothing.
fn is_picture(path: &std::path::Path) -> bool {
    crate::data::is_picture_name(path) || crate::data::decode_info(path).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_goes_to_its_list() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("notes.txt");
        crate::persist::save(&text, b"no picture").unwrap();
        let model = folder.path().join("small.SAFETENSORS");
        let teacher = folder.path().join("dino.pth.tar");
        let picture = folder.path().join("a.jpg");
        let sorted = sorted(vec![
            text.clone(),
            folder.path().to_owned(),
            model.clone(),
            teacher.clone(),
            picture.clone(),
        ]);
        assert_eq!(sorted.folders, [folder.path()]);
        assert_eq!(sorted.models, [model, teacher]);
        assert_eq!(sorted.pictures, [picture]);
        assert_eq!(sorted.others, [text]);
    }
}
