//! A copy of a running database, checked before it counts.

use crate::error::{Error, Result};
use crate::store::connection;
use crate::store::db::Db;
use rusqlite::Connection;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Copies the database `from` into the new file `to`, syncs it and checks it; leaves nothing behind when that fails.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        return Err(Error::Conflict(format!("{} is there already; a backup never overwrites", to.display())));
    }
    let done = write(from, to).and_then(|()| check(to));
    if done.is_err() {
        let _ = fs::remove_file(to);
    }
    done
}

/// The folder for what files hold, beside the copy of the database: `FILE.files`.
pub fn beside(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_os_string();
    name.push(".files");
    name.into()
}

fn write(from: &Path, to: &Path) -> Result<()> {
    let refuse = |e: rusqlite::Error| Error::Unavailable(format!("cannot write the backup {}: {e}", to.display()));
    let source = connection::reading(from)?;
    // Everything that people wrote is in it: it is for its owner alone, whatever the umask.
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to);
    made.map_err(|e| Error::Unavailable(format!("cannot write the backup {}: {e}", to.display())))?;
    let mut target = Connection::open(to).map_err(refuse)?;
    // In one step: in several, a busy writer makes it begin again without end.
    rusqlite::backup::Backup::new(&source, &mut target).and_then(|b| b.step(-1)).map_err(refuse)?;
    estrange(&target).map_err(refuse)?;
    drop(target);
    fs::File::open(to).and_then(|f| f.sync_all()).map_err(Error::internal)
}

/// A server that goes on from the copy uses the versions that came after it once more, for other things. So the copy is another
/// database, and clients that remember the first one begin afresh.
fn estrange(copy: &Connection) -> rusqlite::Result<()> {
    copy.execute_batch("PRAGMA journal_mode = DELETE; DELETE FROM meta WHERE name = 'epoch'")
}

fn check(file: &Path) -> Result<()> {
    open(file)?.quick_check()
}

/// Reads a copy.
pub fn open(file: &Path) -> Result<Db> {
    Ok(Db { connection: connection::reading(file)? })
}
