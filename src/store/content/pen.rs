//! A content on its way to the disk: a draft, synced and moved to its place in the end.

use super::copy::digest;
use super::{Content, Contents, DRAFTS, make, refused, sync};
use crate::error::{Error, Result};
use crate::secret::{self, Fingerprinting};
use crate::store::disk;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What files leave of the disk to messages, looked at each time so many more bytes are written.
const LEFT: u64 = 4 * 1024 * 1024;
const STEP: u64 = 1024 * 1024;

impl Contents {
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
            return Err(too_large(most));
        }
        file.write_all(piece).map_err(refused)?;
        Ok((name, size))
    }

    /// Takes up a draft that was written in pieces.
    pub fn take_up(&self, name: &str) -> Result<Pen> {
        let draft = self.draft(name)?;
        let (digest, size) = File::open(&draft).map_err(refused).and_then(digest)?;
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
}

fn new_name() -> String {
    secret::random()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
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
/// More than one file may have.
pub fn too_large(most: u64) -> Error {
    Error::TooLarge(format!("a file has at most {}", extent(most)))
}

/// A size in the largest unit in which it is a whole number.
pub fn extent(bytes: u64) -> String {
    const KIB: u64 = 1024;
    match bytes {
        _ if bytes > 0 && bytes.is_multiple_of(KIB * KIB) => format!("{} MiB", bytes / KIB / KIB),
        _ if bytes > 0 && bytes.is_multiple_of(KIB) => format!("{} KiB", bytes / KIB),
        _ => format!("{bytes} bytes"),
    }
}
