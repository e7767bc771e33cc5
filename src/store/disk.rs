//! Room on the disk. What is refused once it is gone is known only then; this says so a little earlier.

use crate::error::{Error, Result};
use std::path::Path;

/// What the largest message needs, with its place in the indexes and in the log, several times over.
const NEEDED: u64 = 1024 * 1024;

/// `Unavailable` where less is left than a message may need.
pub fn require_room(directory: &Path) -> Result<()> {
    require(directory, NEEDED)
}

/// The same for so many bytes.
pub fn require(directory: &Path, needed: u64) -> Result<()> {
    let disk = rustix::fs::statvfs(directory).map_err(Error::internal)?;
    let left = disk.f_bavail.saturating_mul(disk.f_frsize);
    match left < needed {
        true => Err(Error::Unavailable(format!("the disk is full but for {} KiB", left / 1024))),
        false => Ok(()),
    }
}
