//! The folders of a library; a picture is known by its root and the path below it.

use std::path::Path;
use std::path::PathBuf;

use super::paths;

/// One folder the user added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Root {
    pub number: u32,
    pub folder: PathBuf,
}

/// A file or folder seen from its root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub root: u32,
    /// Path below the root, as `paths::encode` writes it.
    pub rel: Vec<u8>,
}

/// All folders of a library; none lies inside another.
#[derive(Clone, Debug, Default)]
pub(super) struct Roots(pub Vec<Root>);

impl Roots {
    /// Where a file or folder lies, if it lies in the library.
    pub(super) fn spot(&self, path: &Path) -> Option<Spot> {
        let path = paths::absolute(path);
        self.0.iter().find_map(|root| {
            let rel = path.strip_prefix(&root.folder).ok()?;
            Some(Spot {
                root: root.number,
                rel: paths::encode(rel),
            })
        })
    }

    /// The full path of something below a root.
    pub(super) fn path(&self, root: u32, rel: &[u8]) -> PathBuf {
        let rel = paths::decode(rel);
        match self.0.iter().find(|known| known.number == root) {
            Some(known) => known.folder.join(rel),
            None => rel,
        }
    }

    /// The roots that lie inside `folder`, which is not one of them.
    pub(super) fn inside(&self, folder: &Path) -> Vec<Root> {
        let is_inside = |root: &&Root| root.folder != folder && root.folder.starts_with(folder);
        self.0.iter().filter(is_inside).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_seen_from_its_root() {
        let folder = std::path::absolute("pictures").unwrap();
        let roots = Roots(vec![Root {
            number: 7,
            folder: folder.clone(),
        }]);
        let file = folder.join("trip").join("a.jpg");
        let spot = roots.spot(&file).unwrap();
        assert_eq!(spot.root, 7);
        assert_eq!(roots.path(7, &spot.rel), file);
        assert_eq!(
            roots.spot(&folder.with_file_name("pictures-2").join("a.jpg")),
            None
        );
    }
}
