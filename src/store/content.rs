//! What files hold: each content a file of its own beside the database, under a random name, never changed. It is written
//! aside, synced, moved to its place and the folder synced, all before anybody writes a row about it. Knows no rows.

use crate::error::{Error, Result};
use crate::secret::{self, Fingerprint, Fingerprinting};
use crate::store::disk;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, SystemTime};

/// The folder inside the data directory, and in it the one for what is being written.
pub const FOLDER: &str = "files";
const DRAFTS: &str = "draft";
/// What files leave of the disk to messages, looked at each time so many more bytes are written.
const LEFT: u64 = 4 * 1024 * 1024;
const STEP: u64 = 1024 * 1024;
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
        sync(&folder)?;
        sync(directory)?;
        Ok(Contents { folder, kept: Arc::default(), pens: Arc::default() })
    }

    /// Begins a new content. What is not kept in the end is gone.
    pub fn begin(&self) -> Result<Pen> {
        self.write(&new_name())
    }

    /// Begins one that stands beside another: `Contents::beside`.
    pub fn write(&self, name: &str) -> Result<Pen> {
        let draft = self.folder.join(DRAFTS).join(name);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).map_err(refused)?;
        let (place, others) = (self.path(name), self.one_more());
        Ok(Pen { name: name.into(), draft, place, file, digest: Fingerprinting::default(), size: 0, others })
    }

    /// Puts a piece behind a draft that is written in several, or begins one; answers its name and its size, at most `most`.
    pub fn append(&self, draft: Option<&str>, piece: &[u8], most: u64) -> Result<(String, u64)> {
        let name = draft.map_or_else(new_name, String::from);
        let path = self.draft(&name)?;
        disk::require(&self.folder, LEFT + piece.len() as u64)?;
        let mut options = OpenOptions::new();
        let mut file = options.append(true).create_new(draft.is_none()).mode(0o600).open(&path).map_err(refused)?;
        let size = file.metadata().map_err(refused)?.len() + piece.len() as u64;
        if size > most {
            let _ = fs::remove_file(&path);
            return Err(Error::TooLarge(format!("a file has at most {most} bytes")));
        }
        file.write_all(piece).map_err(refused)?;
        Ok((name, size))
    }

    /// Takes up a draft that was written in pieces.
    pub fn take_up(&self, name: &str) -> Result<Pen> {
        let draft = self.draft(name)?;
        let (mut written, mut digest, mut size) = (File::open(&draft).map_err(refused)?, Fingerprinting::default(), 0);
        let mut piece = vec![0; STEP as usize];
        loop {
            match written.read(&mut piece).map_err(refused)? {
                0 => break,
                read => {
                    digest.add(&piece[..read]);
                    size += read as u64;
                }
            }
        }
        let file = OpenOptions::new().append(true).open(&draft).map_err(refused)?;
        let (place, others) = (self.path(name), self.one_more());
        Ok(Pen { name: name.into(), place, draft, file, digest, size, others })
    }

    fn one_more(&self) -> Arc<AtomicU64> {
        self.pens.fetch_add(1, Ordering::Relaxed);
        self.pens.clone()
    }

    fn draft(&self, name: &str) -> Result<PathBuf> {
        let is_name = name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit());
        is_name.then(|| self.folder.join(DRAFTS).join(name)).ok_or(Error::NotFound("draft of a file"))
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

    /// Copies everything into a folder that does not exist yet, where there is anything; answers how many bytes.
    pub fn copy(&self, to: &Path) -> Result<u64> {
        let mut bytes = 0;
        for shelf in self.folders()? {
            let place = to.join(shelf.file_name().unwrap_or_default());
            make(&place)?;
            for entry in fs::read_dir(&shelf).map_err(refused)?.flatten() {
                let target = place.join(entry.file_name());
                bytes += fs::copy(entry.path(), &target).map_err(refused)?;
                File::open(&target).and_then(|file| file.sync_all()).map_err(refused)?;
            }
            sync(&place)?;
        }
        Ok(bytes)
    }

    /// The shelves: one for all contents whose names begin alike.
    fn folders(&self) -> Result<impl Iterator<Item = PathBuf> + use<>> {
        let folders = fs::read_dir(&self.folder).map_err(refused)?.flatten().filter(|entry| entry.file_name() != DRAFTS);
        Ok(folders.map(|entry| entry.path()))
    }

    /// Takes a content off the disk, with what stands beside it. Twice is the same as once.
    pub fn remove(&self, name: &str) -> Result<()> {
        let _alone = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        self.unlink(name)
    }

    /// As `remove`; where nothing may be removed now, it is left to whoever looks for what was left behind.
    pub fn remove_at_once(&self, name: &str) -> Result<()> {
        match self.kept.try_write() {
            Ok(_alone) => self.unlink(name),
            Err(_) => Ok(()),
        }
    }

    /// What stands beside it first: without its content nobody would know of it.
    fn unlink(&self, name: &str) -> Result<()> {
        for name in [&Contents::beside(name), name] {
            match fs::remove_file(self.path(name)) {
                Err(e) if e.kind() != ErrorKind::NotFound => return Err(refused(e)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Forgets drafts that nobody writes any more.
    pub fn sweep_drafts(&self) -> Result<()> {
        for entry in fs::read_dir(self.folder.join(DRAFTS)).map_err(refused)?.flatten() {
            if is_old(&entry) {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    /// The names of old contents, a shelf at a time.
    pub fn shelves(&self) -> Result<impl Iterator<Item = Vec<String>> + use<>> {
        Ok(self.folders()?.map(|shelf| {
            let entries = fs::read_dir(shelf).into_iter().flatten().flatten().filter(is_old);
            let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
            names.filter(|name| !name.contains('.')).collect()
        }))
    }
}

fn new_name() -> String {
    secret::random()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_old(entry: &fs::DirEntry) -> bool {
    let changed = entry.metadata().and_then(|meta| meta.modified());
    changed.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > OLD))
}

/// A content that is being written.
pub struct Pen {
    name: String,
    draft: PathBuf,
    place: PathBuf,
    file: File,
    digest: Fingerprinting,
    size: u64,
    /// All who write now, each of whom may write `STEP` more before it looks again.
    others: Arc<AtomicU64>,
}

impl Pen {
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let next = self.size + bytes.len() as u64;
        if self.size == 0 || next / STEP != self.size / STEP {
            let promised = self.others.load(Ordering::Relaxed) * STEP;
            disk::require(&self.draft, LEFT + promised + bytes.len() as u64)?;
        }
        self.file.write_all(bytes).map_err(refused)?;
        self.digest.add(bytes);
        self.size = next;
        Ok(())
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// Puts it in its place, where it survives a power cut.
    pub fn keep(mut self) -> Result<Content> {
        self.file.sync_all().map_err(refused)?;
        let shelf = self.place.parent().map(Path::to_path_buf).unwrap_or_default();
        // Another may have made it a moment ago, and not have synced it yet.
        make(&shelf)?;
        sync(shelf.parent().unwrap_or(&shelf))?;
        fs::rename(&self.draft, &self.place).map_err(refused)?;
        sync(&shelf)?;
        let digest = std::mem::take(&mut self.digest);
        Ok(Content { name: std::mem::take(&mut self.name), size: self.size, hash: digest.finish() })
    }
}

impl Drop for Pen {
    /// What was kept is no longer under this name.
    fn drop(&mut self) {
        self.others.fetch_sub(1, Ordering::Relaxed);
        let _ = fs::remove_file(&self.draft);
    }
}

fn make(folder: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(refused)
}

fn sync(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(refused)
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
