//! One process at a time on a data directory. The lock goes with the process, however that ends.

use crate::error::{Error, Result};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

const NAME: &str = "lock";

pub struct Lock {
    _file: File,
}

/// Whether some process holds the lock of this directory now.
pub fn is_taken(directory: &Path) -> bool {
    let file = File::open(directory.join(NAME));
    file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

impl Lock {
    /// Makes the directory (0700) where it is missing, and takes its lock or says who is in the way.
    pub fn take(directory: &Path) -> Result<Lock> {
        let refuse = |what: &str, e: std::io::Error| Error::Unavailable(format!("{what} {}: {e}", directory.display()));
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(|e| refuse("cannot make the data directory", e))?;
        let path = directory.join(NAME);
        let file = OpenOptions::new().create(true).write(true).truncate(false).open(&path);
        let file = file.map_err(|e| refuse("cannot write in the data directory", e))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Conflict(format!(
                "the data directory {} is in use by another running parlour; stop it or choose another with --data",
                fs::canonicalize(directory).unwrap_or_else(|_| directory.into()).display()
            ))),
            Err(TryLockError::Error(e)) => Err(refuse("cannot lock the data directory", e)),
        }
    }
}
