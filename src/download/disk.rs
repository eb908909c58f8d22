//! How much room a folder has.

use std::path::Path;

use sysinfo::DiskRefreshKind;
use sysinfo::Disks;

/// Bytes that can still be written below a folder that exists; `None` where the system does not say.
pub(super) fn free_bytes(folder: &Path) -> Option<u64> {
    let folder = folder.canonicalize().ok()?;
    let wanted = DiskRefreshKind::nothing().with_storage();
    let disks = Disks::new_with_refreshed_list_specifics(wanted).ok()?;
    let holders = disks
        .iter()
        .filter(|disk| folder.starts_with(disk.mount_point()));
    let nearest = holders.max_by_key(|disk| disk.mount_point().components().count())?;
    // Some file systems of containers say nothing.
    (nearest.total_space() > 0).then(|| nearest.available_space())
}
