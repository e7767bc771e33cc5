//! What files hold: each content a file of its own beside the database, under a random name, never changed. It is written
//! aside, synced, moved to its place and the folder synced, all before anybody writes a row about it. Knows no rows.

mod copy;
mod lost;
mod pen;

pub use lost::DAYS;
pub use pen::{Pen, extent, too_large};

use crate::error::{Error, Result};
use crate::secret::Fingerprint;
use std::fs::{self, DirBuilder, File};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, SystemTime};

/// The folder inside the data directory, and in it the one for what is being written.
pub const FOLDER: &str = "files";
const DRAFTS: &str = "draft";
/// What nobody has written to for so long, or written a row about, was left behind by a process that was ended.
const OLD: Duration = Duration::from_secs(3600);

/// The contents of a data directory.
#[derive(Debug, Clone)]
pub struct Contents {
    folder: PathBuf,
    /// Held by whoever needs that nothing is removed.
    kept: Arc<RwLock<()>>,
    /// How many are writing.
    pens: Arc<AtomicU64>,
}

/// A content in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub name: String,
    pub size: u64,
    pub hash: Fingerprint,
}

impl Contents {
    pub fn open(directory: &Path) -> Result<Contents> {
        let folder = directory.join(FOLDER);
        make(&folder.join(DRAFTS))?;
        make(&folder.join(lost::FOLDER))?;
        sync(&folder)?;
        sync(directory)?;
        Ok(Contents { folder, kept: Arc::default(), pens: Arc::default() })
    }

    /// The name of what belongs to a content and goes with it.
    pub fn beside(name: &str) -> String {
        format!("{name}.preview")
    }

    pub fn read(&self, name: &str) -> Result<File> {
        File::open(self.path(name)).map_err(|error| match error.kind() {
            // Its row may have gone in the meantime.
            ErrorKind::NotFound => Error::NotFound("file"),
            _ => Error::Internal(format!("the content {name} cannot be read: {error}")),
        })
    }

    /// Whether it is there with this size.
    pub fn has(&self, name: &str, size: u64) -> bool {
        fs::metadata(self.path(name)).is_ok_and(|meta| meta.len() == size)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(&name[..name.len().min(2)]).join(name)
    }

    /// Nothing is removed as long as this is held.
    pub fn hold(&self) -> RwLockReadGuard<'_, ()> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody holds them.
    fn alone(&self) -> RwLockWriteGuard<'_, ()> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The shelves: one for all contents whose names begin alike.
    fn folders(&self) -> Result<Vec<PathBuf>> {
        let all = fs::read_dir(&self.folder).map_err(refused)?.collect::<std::io::Result<Vec<_>>>().map_err(refused)?;
        Ok(all.into_iter().filter(|entry| entry.file_name().len() == 2).map(|entry| entry.path()).collect())
    }

    /// Takes a content off the disk, with what stands beside it. Twice is the same as once.
    pub fn remove(&self, name: &str) -> Result<()> {
        let _alone = self.alone();
        self.unlink(name)
    }

    /// As `remove`; where nothing may be removed now, it is left to whoever looks for what was left behind.
    pub fn remove_at_once(&self, name: &str) -> Result<()> {
        match self.kept.try_write() {
            Ok(_alone) => self.unlink(name),
            Err(_) => Ok(()),
        }
    }

    fn unlink(&self, name: &str) -> Result<()> {
        for part in parts(name) {
            is_there(fs::remove_file(self.path(&part)))?;
            is_there(fs::remove_file(self.place_of_lost(&part)))?;
        }
        Ok(())
    }

    /// Forgets drafts that nobody writes any more.
    pub fn sweep_drafts(&self) -> Result<()> {
        for entry in fs::read_dir(self.folder.join(DRAFTS)).map_err(refused)?.flatten() {
            if is_older(&entry, OLD) {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    /// The names of old contents, a shelf at a time.
    pub fn shelves(&self) -> Result<impl Iterator<Item = Result<Vec<String>>> + use<>> {
        Ok(self.folders()?.into_iter().map(|shelf| {
            let entries = fs::read_dir(shelf).map_err(refused)?.flatten();
            Ok(names(entries.filter(|entry| is_older(entry, OLD))).collect())
        }))
    }
}

/// A content and what stands beside it, that first: without its content nobody would know of it.
fn parts(name: &str) -> [String; 2] {
    [Contents::beside(name), name.into()]
}

/// The contents among these, without what stands beside them.
fn names(entries: impl Iterator<Item = fs::DirEntry>) -> impl Iterator<Item = String> {
    entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| !name.contains('.'))
}

fn is_older(entry: &fs::DirEntry, than: Duration) -> bool {
    let changed = entry.metadata().and_then(|meta| meta.modified());
    changed.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > than))
}

fn make(folder: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(refused)
}

fn sync(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(refused)
}

/// Whether what was done was done to something.
fn is_there(done: std::io::Result<()>) -> Result<bool> {
    match done {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(refused(error)),
    }
}

fn refused(error: std::io::Error) -> Error {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            Error::Unavailable("the disk is full; nothing was stored".into())
        }
        _ => Error::Internal(format!("a file cannot be stored: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret;
    use std::io::Read;

    #[test]
    fn a_content_is_there_once_it_is_kept_and_not_before() {
        let folder = std::env::temp_dir().join(secret::generate("parlour-content-"));
        let contents = Contents::open(&folder).unwrap();
        let drafts = || fs::read_dir(folder.join(FOLDER).join(DRAFTS)).unwrap().count();
        let mut pen = contents.begin().unwrap();
        pen.write(b"hello ").unwrap();
        assert_eq!((drafts(), contents.shelves().unwrap().count()), (1, 0));
        drop(pen);
        assert_eq!(drafts(), 0, "what is not kept is gone");
        let mut pen = contents.begin().unwrap();
        pen.write(b"hello ").unwrap();
        pen.write(b"there").unwrap();
        let kept = pen.keep().unwrap();
        let mut text = String::new();
        contents.read(&kept.name).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), kept.size, kept.hash), ("hello there", 11, secret::fingerprint("hello there")));
        assert!(drafts() == 0 && contents.has(&kept.name, 11));
        contents.remove(&kept.name).unwrap();
        contents.remove(&kept.name).unwrap();
        assert!(contents.read(&kept.name).is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}
